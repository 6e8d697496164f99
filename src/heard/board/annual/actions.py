"""Every write about annual reports: drafting one, writing in it, putting it up for release. Each asks the rule and leaves its audit row in one
transaction."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.board.annual import counting, queries, rules
from heard.board.models import AnnualReport, AnnualText
from heard.insight.release.actions import put_up
from heard.insight.release.queries import policies
from heard.insight.release.report import as_told, hide_small, sections_of

if TYPE_CHECKING:
    from heard.agencies.models import User


def draft_report(*, by: User, first: date, policy: str, at: datetime | None = None) -> AnnualReport:
    """Counts the year that begins on `first` once, and hides what is small beside everything that was ever released: these are the figures of the report. What was
    written in a report of the same year that was sent back or withdrawn stands in it again. Raises `Hidden`, `Refused`."""
    now = at or timezone.now()
    if not by.may(May.HOLD_FIGURES):
        raise Hidden
    known = policies(by)
    refuse(
        rules.why_not_draft(
            may_hold=True,
            first=first,
            today=timezone.localdate(now),
            month=queries.month_of(by),
            is_under_way=queries.is_under_way(by, first),
            policy=policy,
            policies=known.keys(),
        )
    )
    of = rules.Year(first)
    counted = counting.sections(by, of, today=timezone.localdate(now), small=known[policy].threshold)
    chosen, told = hide_small(by, counted, policy)
    covered = as_told(counting.with_coverage(sections_of(told), of, chosen["hidden"]))
    with transaction.atomic():
        return _drafted(by, now, begins=first, policy=chosen, sections=covered)


def _drafted(by: User, now: datetime, **figures: Any) -> AnnualReport:
    before = queries.last_of(by, figures["begins"])
    try:
        with transaction.atomic():
            report = AnnualReport.objects.create(drafted_by=by, drafted_at=now, **figures)
    except IntegrityError as error:  # another drafted it meanwhile
        raise Refused("Somebody else drafted a report of this year at this moment. Open that one.") from error
    for one in queries.texts_of(before).values() if before else ():
        said = {"part": one.part, "text": one.text, "written_by": one.written_by}
        AnnualText.objects.create(report=report, written_at=one.written_at, **said)
    _audit(by, "draft", report, {"year": rules.Year(report.begins).name})
    return report


@transaction.atomic
def write_text(
    *, by: User, annual_report_id: uuid.UUID, part: str, text: str, at: datetime | None = None
) -> AnnualText:
    """What the partnership says in one part, with who wrote it. The text before stays. Nothing in it is about a child."""
    report = _held(by, annual_report_id)
    is_put_up = report.put_up_as_id is not None
    refuse(rules.why_not_write(may_hold=by.may(May.HOLD_FIGURES), is_put_up=is_put_up, part=part, text=text))
    now = at or timezone.now()
    row = AnnualText.objects.create(
        report=report, part=part, text=text.strip(), written_by=by, written_at=now
    )
    _audit(by, "write", report, {"part": part})
    return row


@transaction.atomic
def put_up_report(*, by: User, annual_report_id: uuid.UUID) -> AnnualReport:
    """Its figures and texts stay as they are from now on, and two people who did not draft it find it on My work."""
    report = _held(by, annual_report_id)
    is_put_up = report.put_up_as_id is not None
    refuse(rules.why_not_put_up(is_drafter=report.drafted_by_id == by.pk, is_put_up=is_put_up))
    report.put_up_as = put_up(by=by, report=queries.whole(report))
    report.save(update_fields=["put_up_as"])
    _audit(by, "put up", report, {"profile": str(report.put_up_as_id)})
    return report


def _held(by: User, annual_report_id: uuid.UUID) -> AnnualReport:
    """The report, locked, or `Hidden`."""
    found = queries.report_of(by, annual_report_id)
    AnnualReport.objects.select_for_update().get(pk=found.pk)
    return queries.report_of(by, annual_report_id)


def _audit(by: User, verb: str, report: AnnualReport, detail: dict[str, str]) -> None:
    record_audit(by=by, verb=verb, subject="annual report", subject_id=report.pk, detail=detail)
