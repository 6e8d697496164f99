"""The figures as a workbook (.xlsx): what they are and do not say first, then every figure, then the notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from heard.agencies import tables
from heard.agencies.tables import Cell, Sheet
from heard.board.figures import words

if TYPE_CHECKING:
    from heard.board.figures.queries import Figure


def workbook(figures: Sequence[Figure], *, today: date) -> bytes:
    return tables.workbook(_("Promises kept"), _sheets(figures, today))


def _sheets(figures: Sequence[Figure], today: date) -> Iterable[Sheet]:
    about = [
        _("Promises kept, up to %(day)s") % {"day": date_format(today, "j F Y")},
        words.hidden(),
        *words.not_said(),
    ]
    head = [_("Promise"), _("Finding"), _("What is counted"), _("What it does not say"), _("Source")]
    yield Sheet(_("Promises"), head, _promises(figures), about)
    head = [_("Promise"), _("From"), _("To"), _("Kept"), _("Of"), _("In a hundred"), _("What is shown")]
    yield Sheet(_("By quarter"), head, _by_quarter(figures))
    if any(figure.by_agency for figure in figures):
        head = [_("Promise"), _("From"), _("To"), _("Agency"), _("Kept"), _("Of")]
        yield Sheet(_("By agency"), head, _by_agency(figures))
    before = _("What it said before, and why it was corrected")
    head = [_("Promise"), _("Quarter"), _("Note"), _("Who"), _("When"), before]
    yield Sheet(_("Notes"), head, _notes(figures))


def _promises(figures: Iterable[Figure]) -> Iterable[list[Cell]]:
    for figure in figures:
        promise = figure.promise
        said = " ".join(filter(None, (words.finding(figure), words.in_parts(figure), words.together(figure))))
        yield [promise.text, said, promise.counts, promise.not_said, promise.source]


def _by_quarter(figures: Iterable[Figure]) -> Iterable[list[Cell]]:
    for figure in figures:
        for period in figure.periods:
            text = words.called(period)
            if period.is_shown:
                numbers: list[Cell] = [period.kept.kept, period.kept.of, period.share]
            else:
                numbers, text = [None, None, None], f"{text}: {words.in_table(period)}"
            yield [figure.promise.text, period.first, period.last, *numbers, text]


def _by_agency(figures: Iterable[Figure]) -> Iterable[list[Cell]]:
    for figure in figures:
        if found := figure.by_agency:
            others = [(_("Other agencies together"), found.others)] if found.others else []
            for name, kept in [*found.agencies, *others]:
                yield [figure.promise.text, found.since, found.until, name, kept.kept, kept.of]


def _notes(figures: Iterable[Figure]) -> Iterable[list[Cell]]:
    for figure in figures:
        for note in figure.notes:
            versions = [note.now, *note.before]
            before = [
                f"{old.text} ({new.why_corrected})" for new, old in zip(versions, note.before, strict=False)
            ]
            now = note.now
            yield [figure.promise.text, words.quarter(now.quarter), now.text, str(now.written_by),
                   date_format(now.written_at, "j F Y"), "; ".join(before)]  # fmt: skip
