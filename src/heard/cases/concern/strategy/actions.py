"""Planning, writing and finishing a strategy discussion, and putting it right. Rule, rows, audit row and those who have to
know, in one transaction."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Refused, refuse
from heard.cases.case.actions import name_worker, open_case
from heard.cases.case.models import Words
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import open_case_of
from heard.cases.clocks.actions import correct_moment, note_moment
from heard.cases.concern.queries import concern_open_to, decides
from heard.cases.concern.strategy import queries, rules
from heard.cases.concern.strategy.models import AskedAgency, StrategyDiscussion
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.cases.case.models import Case

MOMENT = "strategy_discussion"  # what starts the clock of the conference
_OUTCOME = ("held_on", "decision", "reason", "enquiries", "enquiries_by")


@transaction.atomic
def plan_discussion(
    *, by: User, concern_id: uuid.UUID, planned_on: date | None, at: datetime | None = None
) -> StrategyDiscussion:
    """Plans a strategy discussion that comes from a worry about a child. Whoever plans it leads it."""
    concern, now = concern_open_to(by, concern_id), at or timezone.now()
    why_not = rules.why_not_plan(
        about_child=concern.person_id is not None,
        is_decided=concern.state == "decided",
        may_decide=decides(by),
        going_on=queries.going_on(by, concern.person_id),
        planned_on=planned_on,
        today=timezone.localdate(now),
    )
    if why_not or planned_on is None or concern.person_id is None:
        raise Refused(why_not)
    discussion = StrategyDiscussion.objects.create(
        person_id=concern.person_id, concern=concern, planned_on=planned_on, lead=by, begun_at=now
    )
    _audit(by, "plan", discussion)
    announce(by=by, kind=Notified.STRATEGY_ASKED, **_about(discussion), at=now)
    return discussion


@transaction.atomic
def ask_agency(
    *,
    by: User,
    discussion_id: uuid.UUID,
    who: str,
    asked_on: date | None,
    agency: Agency | None = None,
    outside: str = "",
) -> AskedAgency:
    """Writes down that an agency was asked. People of one in the partnership who may open the record learn of it."""
    discussion = _to_write(by, discussion_id)
    same = AskedAgency.objects.filter(discussion=discussion, agency=agency)
    if agency is None:
        same = same.filter(outside__iexact=outside.strip())
    why_not = rules.why_not_ask_agency(
        has_whom=agency is not None or bool(outside.strip()),
        who=who,
        asked_on=asked_on,
        asked_already=same.exists(),
        today=timezone.localdate(),
    )
    if why_not or asked_on is None:
        raise Refused(why_not)
    row = AskedAgency(
        discussion=discussion,
        agency=agency,
        outside="" if agency else outside.strip(),
        who=who.strip(),
        asked_on=asked_on,
    )
    row.full_clean()
    row.save(force_insert=True)
    _audit(by, "ask agency", discussion)
    if agency:
        announce(by=by, kind=Notified.STRATEGY_ASKED, agencies=[agency.pk], **_about(discussion))
    return row


@transaction.atomic
def tell_what_is_known(
    *, by: User, asked_id: int, information: str, attended: str = "", who_attended: str = ""
) -> AskedAgency:
    """What an agency knows, and whether it was there. Until the discussion is finished it can be written anew."""
    discussion = _locked(by, queries.asked_visible_to(by, asked_id).discussion_id)
    row = queries.asked_visible_to(by, asked_id)
    refuse(
        rules.why_not_tell(
            state=discussion.state,
            may_write=queries.may_write(by, discussion),
            is_of_agency=queries.is_of_agency(by, row),
            information=information,
            attended=attended,
        )
    )
    row.information, row.attended = information.strip(), attended
    row.who_attended = who_attended.strip() if attended == rules.YesNo.YES else ""
    row.told_by, row.told_at = by, timezone.now()
    row.full_clean()
    row.save()
    mark_subject_seen(by=by, subject="strategy", subject_id=discussion.pk)
    _audit(by, "tell what is known", discussion)
    return row


@transaction.atomic
def finish_discussion(
    *,
    by: User,
    discussion_id: uuid.UUID,
    opens_case: bool = False,
    worker: User | None = None,
    view: ChildsView | None = None,
    at: datetime | None = None,
    **said: Any,
) -> StrategyDiscussion:
    """Writes down what was decided; after that it changes no more. `said`: held_on, decision, reason, enquiries and
    enquiries_by. `view`: what the child says beside it. Where section 47 enquiries follow, the day of the discussion starts the clock of the conference; they
    need a case, which `opens_case` opens."""
    discussion, now = _to_write(by, discussion_id), at or timezone.now()
    words, why_not = _hear(by, discussion, discussion.pk, view)
    heard = {"lacks_words": words is None, "why_without_words": why_not}
    outcome = queries.outcome_of(by, discussion, opens_case=opens_case, **heard, **said)
    anybody = AskedAgency.objects.filter(discussion=discussion).exists()
    refuse(rules.why_not_finish(outcome, anybody_asked=anybody, today=timezone.localdate(now)))
    case = open_case_of(by, discussion.person_id) or _opened(by, discussion, outcome, worker, now)
    _set(discussion, outcome, words)
    discussion.state, discussion.finished_by, discussion.finished_at = StrategyDiscussion.State.HELD, by, now
    _start_clock(by, discussion, case)
    discussion.full_clean()
    discussion.save()
    _audit(by, "finish", discussion, reason=discussion.reason)
    mark_subject_seen(by=by, subject="strategy", subject_id=discussion.pk, at=now)
    _announce_held(by, discussion, now)
    return discussion


@transaction.atomic
def correct_discussion(
    *,
    by: User,
    discussion_id: uuid.UUID,
    why: str,
    opens_case: bool = False,
    view: ChildsView | None = None,
    at: datetime | None = None,
    **said: Any,
) -> StrategyDiscussion:
    """A new version beside the old, which stays. `said`: as `finish_discussion` takes it. The day that started a clock is put
    right with it."""
    old, now = _locked(by, discussion_id), at or timezone.now()
    new_id = uuid.uuid4()
    words, why_not = _hear(by, old, new_id, view) if view else (old.words, old.why_without_words)
    heard = {"lacks_words": words is None, "why_without_words": why_not}
    outcome = queries.outcome_of(by, old, opens_case=opens_case, **heard, **said)
    refuse(
        rules.why_not_correct(
            outcome,
            state=old.state,
            is_corrected=hasattr(old, "corrected_by"),
            may_write=queries.may_write(by, old),
            why=why,
            today=timezone.localdate(now),
        )
    )
    new = StrategyDiscussion(
        pk=new_id,
        person_id=old.person_id,
        concern_id=old.concern_id,
        planned_on=old.planned_on,
        lead=old.lead,
        begun_at=old.begun_at,
        state=StrategyDiscussion.State.HELD,
        finished_by=by,
        finished_at=now,
        moment=old.moment,
        corrects=old,
        why_corrected=why.strip(),
    )
    _set(new, outcome, words)
    case = open_case_of(by, old.person_id) or _opened(by, new, outcome, None, now)
    _correct_clock(by, new, case, was=old)
    new.full_clean()
    new.save(force_insert=True)
    for row in AskedAgency.objects.filter(discussion=old):
        row.pk, row.discussion = None, new
        row.save(force_insert=True)
    _audit(by, "correct", new, reason=new.why_corrected)
    _announce_held(by, new, now)
    return new


@transaction.atomic
def call_off(*, by: User, discussion_id: uuid.UUID, why: str) -> StrategyDiscussion:
    """It is not held, with the reason. What was written in it stays."""
    discussion = _locked(by, discussion_id)
    may_write = queries.may_write(by, discussion)
    refuse(rules.why_not_call_off(state=discussion.state, may_write=may_write, why=why))
    discussion.state, discussion.why_called_off = StrategyDiscussion.State.CALLED_OFF, why.strip()
    discussion.save(update_fields=["state", "why_called_off"])
    _audit(by, "call off", discussion, reason=why)
    announce(
        by=by,
        kind=Notified.STRATEGY,
        agencies=_agencies(discussion),
        **_about(discussion),
    )
    return discussion


@transaction.atomic
def call_off_with(*, by: User, concern_id: uuid.UUID, why: str) -> None:
    """The decision that began it is put right: what came of it by then is called off, or goes on for another worry about this
    child that was decided for it too. One that was held is `Refused`."""
    concern = concern_open_to(by, concern_id)
    rows = StrategyDiscussion.objects.filter(concern=concern, corrected_by=None)
    for discussion in rows.exclude(state=StrategyDiscussion.State.CALLED_OFF):
        other = queries.also_decided_for(by, discussion) if discussion.state == "planned" else None
        if other is None:
            call_off(by=by, discussion_id=discussion.pk, why=why)
            continue
        discussion.concern = other
        discussion.save(update_fields=["concern"])
        _audit(by, "keep", discussion, reason=why)


@transaction.atomic
def put_right_with(*, by: User, person_id: uuid.UUID | None, planned_on: date | None) -> None:
    """The decision is put right, and says another day: what is planned about this child moves to it. Who was asked learns of it."""
    if person_id is None or planned_on is None:
        return
    planned = queries.discussions_of(by, person_id).filter(state=StrategyDiscussion.State.PLANNED)
    for found in planned.exclude(planned_on=planned_on):
        discussion = _locked(by, found.pk)
        discussion.planned_on = planned_on
        discussion.save(update_fields=["planned_on"])
        _audit(by, "move", discussion)
        announce(by=by, kind=Notified.STRATEGY_ASKED, agencies=_agencies(discussion), **_about(discussion))


@transaction.atomic
def open_discussion(*, by: User, discussion_id: uuid.UUID) -> StrategyDiscussion:
    """The discussion, for showing it, with the 'view' audit row; or `Hidden`."""
    discussion = queries.discussion_visible_to(by, discussion_id)
    _audit(by, "view", discussion)
    return discussion


def _locked(by: User, discussion_id: uuid.UUID) -> StrategyDiscussion:
    """The row as it stands now, kept from other writers until the transaction ends."""
    StrategyDiscussion.objects.select_for_update().filter(pk=discussion_id).first()
    return queries.discussion_visible_to(by, discussion_id)


def _to_write(by: User, discussion_id: uuid.UUID) -> StrategyDiscussion:
    discussion = _locked(by, discussion_id)
    may_write = queries.may_write(by, discussion)
    refuse(rules.why_not_write(state=discussion.state, may_write=may_write))
    return discussion


def _hear(
    by: User, discussion: StrategyDiscussion, key: uuid.UUID, view: ChildsView | None
) -> tuple[Words | None, str]:
    """What the child says beside the decision, of which `key` is the version that says it."""
    whom, occasion = discussion.person_id, Words.Occasion.STRATEGY
    return hear(by=by, person_id=whom, view=view or ChildsView(), on=occasion, on_id=key)


def _set(discussion: StrategyDiscussion, outcome: rules.Outcome, words: Words | None) -> None:
    for name in _OUTCOME:
        value = getattr(outcome, name)
        setattr(discussion, name, value.strip() if isinstance(value, str) else value)
    discussion.words, discussion.why_without_words = words, outcome.why_without_words.strip()
    if outcome.enquiries != rules.YesNo.YES:
        discussion.enquiries_by = ""


def _opened(
    by: User, discussion: StrategyDiscussion, outcome: rules.Outcome, worker: User | None, now: datetime
) -> Case | None:
    """The case that is opened with the decision, with its worker; None where none is."""
    if not outcome.opens_case:
        return None
    case = open_case(by=by, person_id=discussion.person_id, why=outcome.reason.strip(), at=now)
    if worker:
        name_worker(by=by, case_id=case.pk, worker=worker)
    return case


def _start_clock(by: User, discussion: StrategyDiscussion, case: Case | None) -> None:
    """Section 47 enquiries start on the day of the strategy discussion. (Children in need census guide, 4.12)"""
    if discussion.enquiries == rules.YesNo.YES and case is not None:
        note = discussion.enquiries_by
        noted = note_moment(by=by, case_id=case.pk, kind=MOMENT, on=discussion.held_on, note=note)
        discussion.moment = noted


def _correct_clock(
    by: User, discussion: StrategyDiscussion, case: Case | None, *, was: StrategyDiscussion
) -> None:
    """The clock that the version before started is put right with it, or started now."""
    follows = discussion.enquiries == rules.YesNo.YES
    if was.moment is None or case is None:
        if case is not None:
            _start_clock(by, discussion, case)
        return
    if follows and was.held_on == discussion.held_on:
        return
    corrected = correct_moment(
        by=by,
        moment_id=was.moment.pk,
        happened=follows,
        why=discussion.why_corrected,
        kind=MOMENT,
        on=discussion.held_on,
        note=discussion.enquiries_by,
    )
    discussion.moment = corrected if follows else None


def _about(discussion: StrategyDiscussion) -> dict[str, Any]:
    return {"subject": "strategy", "subject_id": discussion.pk, "person_id": discussion.person_id}


def _agencies(discussion: StrategyDiscussion) -> list[uuid.UUID]:
    rows = AskedAgency.objects.filter(discussion=discussion, agency__isnull=False)
    return [key for key in rows.values_list("agency", flat=True) if key]


def _announce_held(by: User, discussion: StrategyDiscussion, now: datetime) -> None:
    announce(
        by=by,
        kind=Notified.STRATEGY,
        agencies=_agencies(discussion),
        at=now,
        **_about(discussion),
    )


def _audit(by: User, verb: str, discussion: StrategyDiscussion, *, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="strategy discussion",
        subject_id=discussion.pk,
        person_id=discussion.person_id,
        reason=reason,
    )
