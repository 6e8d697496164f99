"""Every write about annual reports: drafting one, writing in it, putting it up for release. Each asks the rule and leaves its audit row in one
transaction."""

from __future__ import annotations

import re
import shutil
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.board.annual import counting, queries, rules
from heard.board.annual.public import public
from heard.board.models import AnnualReport, AnnualText
from heard.insight.release.actions import put_up
from heard.insight.release.report import as_told, hide_small, is_same_policy, policies, sections_of

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.insight.models import Profile

_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f]"
)  # such as the line break that Word leaves in what is pasted


def draft_report(*, by: User, first: date, policy: str, at: datetime | None = None) -> AnnualReport:
    """Counts the year that begins on `first` once, and hides what is small beside everything that was ever released: these are the figures of the report. What
    a report made public before is not counted again: it stands as it stood. What was written in a report of the same year that was sent back
    stands in it again. Raises `Hidden`, `Refused`."""
    now = at or timezone.now()
    if not by.may(May.HOLD_FIGURES):
        raise Hidden
    known = policies(by)
    asked: dict[str, Any] = {
        "first": first,
        "policy": policy,
        "today": timezone.localdate(now),
        "policies": known.keys(),
    }
    _refuse_to_draft(by, **asked, is_other_policy=False)
    chosen, of, released = known[policy].as_told(), rules.Year(first), queries.ever_public(by)
    same = {report.pk for report in released if is_same_policy(report.policy, chosen)}
    other = any(report.begins == first and report.pk not in same for report in released)
    _refuse_to_draft(by, **asked, is_other_policy=other)
    stood = public(
        (section, report.pk in same) for report in released for section in sections_of(report.sections)
    )
    counted = counting.sections(by, of, today=asked["today"], small=known[policy].threshold)
    _chosen, told = hide_small(by, [stood.without(section) for section in counted], policy)
    sections = [stood.beside(*both) for both in zip(sections_of(told), counted, strict=True)]
    covered = as_told(counting.with_coverage(sections, of, chosen))
    with transaction.atomic():
        _held_all()
        _refuse_to_draft(by, **asked, is_other_policy=other)  # others may have drafted while this was counted
        return _drafted(by, now, begins=first, policy=chosen, sections=covered)


def _refuse_to_draft(by: User, *, first: date, **asked: Any) -> None:
    month, is_under_way = queries.month_of(by), queries.is_under_way(by, first)
    refuse(rules.why_not_draft(may_hold=True, first=first, month=month, is_under_way=is_under_way, **asked))


def _drafted(by: User, now: datetime, **figures: Any) -> AnnualReport:
    before = queries.sent_back_last(by, figures["begins"])
    try:
        with transaction.atomic():
            report = AnnualReport.objects.create(drafted_by=by, drafted_at=now, **figures)
    except IntegrityError as error:  # another drafted it meanwhile
        raise Refused("Somebody else drafted a report of this year at this moment. Open that one.") from error
    for text in queries.texts_of(before).values() if before else ():
        said = {"part": text.part, "text": text.text, "written_by": text.written_by}
        AnnualText.objects.create(report=report, written_at=text.written_at, **said)
    _audit(by, "draft", report, {"year": rules.Year(report.begins).name})
    return report


@transaction.atomic
def write_text(
    *, by: User, annual_report_id: uuid.UUID, part: str, text: str, at: datetime | None = None
) -> AnnualText:
    """What the partnership says in one part, with who wrote it. The text before stays. Nothing in it is about a child."""
    report = _held(by, annual_report_id)
    is_put_up, text = report.put_up_as_id is not None, _CONTROL.sub(" ", text.replace("\r\n", "\n"))
    refuse(rules.why_not_write(may_hold=by.may(May.HOLD_FIGURES), is_put_up=is_put_up, part=part, text=text))
    now = at or timezone.now()
    row = AnnualText.objects.create(
        report=report, part=part, text=text.strip(), written_by=by, written_at=now
    )
    _audit(by, "write", report, {"part": part})
    return row


@transaction.atomic
def take_out_text(*, by: User, annual_report_id: uuid.UUID, part: str) -> None:
    """Erases the words of every text of a part, as of one that tells of a child after all: who wrote and when stays."""
    report = _held(by, annual_report_id)
    is_put_up = report.put_up_as_id is not None
    refuse(rules.why_not_write(may_hold=True, is_put_up=is_put_up, part=part, text="no longer there"))
    report.texts.filter(part=part).update(text="")
    _audit(by, "take out", report, {"part": part})


@transaction.atomic
def discard_report(*, by: User, annual_report_id: uuid.UUID, reason: str) -> None:
    """Deletes what was never put up, with its texts. That it was there, whose it was and why it is gone stays in the log."""
    report = _held(by, annual_report_id)
    refuse(rules.why_not_discard(is_put_up=report.put_up_as_id is not None, reason=reason))
    detail = {"year": rules.Year(report.begins).name, "drafted_by": report.drafted_by.username}
    _audit(by, "discard", report, detail, reason.strip())
    report.texts.all().delete()
    report.delete()


def put_up_report(*, by: User, annual_report_id: uuid.UUID) -> AnnualReport:
    """Its figures and texts stay as they are from now on, and two people who neither drafted it nor wrote in it find it on My work."""
    profile: Profile | None = None
    try:
        with transaction.atomic():
            report = _held(by, annual_report_id)
            is_put_up, other = report.put_up_as_id is not None, queries.is_in_the_way(by, report)
            refuse(rules.why_not_put_up(is_put_up=is_put_up, is_in_the_way=other))
            writers = {text.written_by for text in queries.texts_of(report).values()}
            profile = put_up(by=by, author=report.drafted_by, writers=writers, report=queries.whole(report))
            report.put_up_as = profile
            report.save(update_fields=["put_up_as"])
            _audit(by, "put up", report, {"profile": str(profile.pk)})
    except BaseException:
        if profile:  # its row is not there any more
            shutil.rmtree(profile.folder, ignore_errors=True)
        raise
    return report


def _held(by: User, annual_report_id: uuid.UUID) -> AnnualReport:
    """The report, or `Hidden`. All are locked, so that of two that are put up at once the second knows the first."""
    queries.report_of(by, annual_report_id)
    _held_all()
    return queries.report_of(by, annual_report_id)


def _held_all() -> None:
    list(AnnualReport.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def _audit(by: User, verb: str, report: AnnualReport, detail: dict[str, str], reason: str = "") -> None:
    record_audit(
        by=by, verb=verb, subject="annual report", subject_id=report.pk, detail=detail, reason=reason
    )
