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

if TYPE_CHECKING:
    from heard.agencies.models import User

PARTS: Final = AnnualText.Part.choices
_OVER: Final = ("sent_back", "withdrawn")  # of what was put up: another may be drafted


def reports_visible_to(user: User) -> QuerySet[AnnualReport]:
    """The latest year first. For the board and co-ordinators, who write them; what is released is read as a released report."""
    texts = Prefetch("texts", AnnualText.objects.select_related("written_by"))
    rows = AnnualReport.objects.select_related("drafted_by", "put_up_as").prefetch_related(texts)
    return rows if user.may(May.HOLD_FIGURES) else rows.none()


def report_of(user: User, annual_report_id: uuid.UUID) -> AnnualReport:
    """One of them, or `Hidden`."""
    found = reports_visible_to(user).filter(pk=annual_report_id).first()
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


def last_of(user: User, first: date) -> AnnualReport | None:
    """The report of this year that was drafted last."""
    return reports_visible_to(user).filter(begins=first).order_by("-drafted_at").first()


def years_to_draft(user: User) -> list[rules.Year]:
    over = reports_visible_to(user).exclude(put_up_as__state__in=_OVER).values_list("begins", flat=True)
    taken = set(over)
    return [one for one in rules.years(today=localdate(), month=month_of(user)) if one.first not in taken]


def texts_of(report: AnnualReport) -> dict[str, AnnualText]:
    """By part, what stands there: the text that was written last. Asks the database nothing where they were fetched with it."""
    return {one.part: one for one in report.texts.all()}


def title_of(report: AnnualReport) -> str:
    return _("Annual report, %(when)s") % {"when": when_of(rules.Year(report.begins))}


def whole(report: AnnualReport) -> Report:
    """The report as it is put up: each part with what people wrote, and under it the figures."""
    year = rules.Year(report.begins)
    told, texts = sections_of(report.sections), texts_of(report)
    parts: list[Section] = []
    for part, heading in PARTS:
        parts.append(Section(part, str(heading), tuple(_said(texts.get(part))), ""))
        parts += [one for one in told if one.id.startswith(f"{part}-")]
    return Report(
        title_of(report),
        _("Annual report"),
        _("What the partnership promised every child, what it did and what it did not do, as counts that give nobody away. No child is ranked. "
          "Each figure says what it counts, and of how many it is not known."),
        year.first,
        year.last,
        report.policy,
        [replace(one, id=one.id.replace("_", "-")) for one in parts],
    )  # fmt: skip


def _said(text: AnnualText | None) -> list[str]:
    if text is None:
        return []
    told = {"who": text.written_by, "day": day(text.written_at)}
    lines = [line.strip() for line in text.text.splitlines() if line.strip()]
    return [*lines, _("Written by %(who)s, %(day)s.") % told]
