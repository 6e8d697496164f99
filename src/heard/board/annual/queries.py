"""Annual reports while they are written and what became of them. `user` is always the first argument."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.board.annual import rules
from heard.board.annual.counting import when_of
from heard.board.models import AnnualReport, AnnualText
from heard.govuk.environment import day
from heard.insight.release.report import Report, Section, sections_of
from heard.insight.release.rules import EVER_RELEASED

if TYPE_CHECKING:
    from heard.agencies.models import User

PARTS: Final = AnnualText.Part.choices
_OVER: Final = ("sent_back", "withdrawn")  # of what was put up: another may be drafted


def reports_visible_to(user: User) -> QuerySet[AnnualReport]:
    """The latest year first, without their figures and texts. For the board and co-ordinators, who write them; what is released is read as a released
    report."""
    rows = AnnualReport.objects.select_related("drafted_by", "put_up_as").defer(
        "sections", "policy", "put_up_as__files"
    )
    return rows if user.may(May.HOLD_FIGURES) else rows.none()


def report_of(user: User, annual_report_id: uuid.UUID) -> AnnualReport:
    """One of them, whole, or `Hidden`."""
    texts = Prefetch("texts", AnnualText.objects.select_related("written_by"))
    rows = reports_visible_to(user).defer(None).prefetch_related(texts)
    found = rows.filter(pk=annual_report_id).first()
    if found is None:
        raise Hidden
    return found


def is_under_way(user: User, first: date) -> bool:
    """Whether a report of this year is written, waits to be released or is released."""
    return reports_visible_to(user).filter(begins=first).exclude(put_up_as__state__in=_OVER).exists()


def month_of(user: User) -> int | None:
    """In which month reports begin: those that are under way, and those that were ever public. None where there is none."""
    known = reports_visible_to(user).exclude(put_up_as__state="sent_back").first()
    return known.begins.month if known else None


def is_in_the_way(user: User, report: AnnualReport) -> bool:
    """Whether another was put up with which it may not be public: of the same year, or of years that begin in another month."""
    others = reports_visible_to(user).exclude(pk=report.pk).filter(put_up_as__isnull=False)
    known = others.exclude(put_up_as__state="sent_back")
    same = others.filter(begins=report.begins).exclude(put_up_as__state__in=_OVER)
    return same.exists() or known.exclude(begins__month=report.begins.month).exists()


def sent_back_last(user: User, first: date) -> AnnualReport | None:
    """The report of this year that was drafted last, where it was sent back. What was withdrawn may have told of a child."""
    last = reports_visible_to(user).filter(begins=first).order_by("-drafted_at").first()
    return last if last and last.put_up_as and last.put_up_as.state == "sent_back" else None


def ever_public(user: User) -> list[AnnualReport]:
    """Those that were ever released, withdrawn ones too, the first to be released first."""
    rows = reports_visible_to(user).defer(None).filter(put_up_as__state__in=EVER_RELEASED)
    return list(rows.order_by("put_up_as__released_at", "pk"))


def years_to_draft(user: User) -> list[rules.Year]:
    over = reports_visible_to(user).exclude(put_up_as__state__in=_OVER).values_list("begins", flat=True)
    taken = set(over)
    return [year for year in rules.years(today=localdate(), month=month_of(user)) if year.first not in taken]


def texts_of(report: AnnualReport) -> dict[str, AnnualText]:
    """By part, what stands there: the text that was written last, none where it was taken out. Asks the database nothing where they were fetched
    with it."""
    last = {text.part: text for text in report.texts.all()}
    return {part: text for part, text in last.items() if text.text}


def title_of(report: AnnualReport) -> str:
    return _("Annual report, %(when)s") % {"when": when_of(rules.Year(report.begins))}


def counted_on(report: AnnualReport) -> str:
    """Of which day its figures are."""
    said = _(
        "Counted on %(day)s, from what was recorded by then. Figures that an earlier report made public stand as they stood there."
    )
    return said % {"day": day(report.drafted_at)}


def whole(report: AnnualReport) -> Report:
    """The report as it is put up: each part with what people wrote, and under it the figures."""
    year = rules.Year(report.begins)
    parts: list[Section] = []
    for part, heading, said in chapters_of(report):
        parts += [Section(part, heading, tuple(said), ""), *figures_of(report, part)]
    return Report(
        title_of(report),
        _("Annual report"),
        _("What the partnership promised every child, what it did and what it did not do, as counts that give nobody away. No child is ranked. "
          "Each figure says what it counts, and of how many it is not known.") + " " + counted_on(report),
        year.first,
        year.last,
        report.policy,
        [replace(section, id=section.id.replace("_", "-")) for section in parts],
        localdate(report.drafted_at),
    )  # fmt: skip


def chapters_of(report: AnnualReport) -> list[tuple[str, str, list[str]]]:
    """Each chapter: its name, its heading, and what people wrote in it."""
    texts = texts_of(report)
    return [(part, str(heading), _said(texts.get(part))) for part, heading in PARTS]


def figures_of(report: AnnualReport, chapter: str) -> list[Section]:
    """What was counted for a chapter."""
    return [section for section in sections_of(report.sections) if section.id.startswith(f"{chapter}-")]


def _said(text: AnnualText | None) -> list[str]:
    if text is None:
        return []
    told = {"who": text.written_by, "day": day(text.written_at)}
    lines = [line.strip() for line in text.text.splitlines() if line.strip()]
    return [*lines, _("Written by %(who)s, %(day)s.") % told]
