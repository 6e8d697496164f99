"""Every write of a plan. Each takes the rows anew, locked and only if `by` may see them, asks the rule, writes, and
leaves its audit row in the same transaction."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.assessment.queries import signed_since_opened
from heard.cases.case.actions import allow_to_do
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to, why_not_after_death
from heard.cases.plan import queries, rules
from heard.cases.plan.models import Action, ActionDelay, Outcome, Plan, WhereWeAre
from heard.cases.plan.rules import Move, PlanState, Progress
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.network.actions import hold_person

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def start_plan(*, by: User, case_id: uuid.UUID, at: datetime | None = None) -> Plan:
    """An empty plan. It may be written while the assessment waits for its signature, but not agreed."""
    case = case_visible_to(by, case_id)
    hold_person(by=by, person_id=case.person_id)
    refuse(why_not_after_death(by, case.person_id))
    refuse(queries.why_not_start(by, case.pk, case_is_open=case.state == "open"))
    plan = Plan.objects.create(case=case, started_at=at or timezone.now(), started_by=by)
    _audit(by, "start", plan)
    return plan


@transaction.atomic
def open_plan(*, by: User, plan_id: uuid.UUID, verb: str = "view") -> Plan:
    """The plan, for showing or (`verb="print"`) printing it, with its audit row; or `Hidden`."""
    plan = queries.plan_visible_to(by, plan_id)
    _audit(by, verb, plan)
    return plan


@transaction.atomic
def add_outcome(*, by: User, plan_id: uuid.UUID, text: str, where_we_are: str = "") -> Outcome:
    plan = _to_change(by, plan_id)
    outcome = Outcome.objects.create(plan=plan, text=text)
    _note(by, outcome, where_we_are)
    _audit(by, "add outcome", plan, outcome=outcome.pk)
    return outcome


@transaction.atomic
def change_outcome(*, by: User, outcome_id: uuid.UUID, text: str, where_we_are: str) -> Outcome:
    outcome = queries.outcome_visible_to(by, outcome_id)
    plan = _to_change(by, outcome.plan_id)
    outcome.text = text
    outcome.save()
    _note(by, outcome, where_we_are)
    _audit(by, "change outcome", plan, outcome=outcome.pk)
    return outcome


@transaction.atomic
def say_where_we_are(*, by: User, outcome_id: uuid.UUID, text: str, on: date | None = None) -> Outcome:
    """How far an outcome is, today or on a day before. Allowed while the plan is written and while it is in force: what
    was said before stays, with its date."""
    outcome = queries.outcome_visible_to(by, outcome_id)
    plan = _locked(by, outcome.plan_id)
    today = timezone.localdate()
    refuse(
        rules.why_not_say_where_we_are(
            state=plan.state,
            case_is_open=plan.case.state == "open",
            may_plan=by.may(May.PLAN),
            text=text,
            on=on or today,
            today=today,
        )
    )
    _note(by, outcome, text, on)
    _audit(by, "say where we are", plan, outcome=outcome.pk)
    return outcome


@transaction.atomic
def take_out_outcome(*, by: User, outcome_id: uuid.UUID) -> Plan:
    """Takes an outcome and its actions out of a plan that is still being written."""
    outcome = queries.outcome_visible_to(by, outcome_id)
    plan = _to_change(by, outcome.plan_id)
    _drop(outcome)
    _audit(by, "take out outcome", plan, outcome=outcome_id)
    return plan


@transaction.atomic
def add_action(
    *,
    by: User,
    outcome_id: uuid.UUID,
    what: str,
    owner: User | None = None,
    due_on: date | None = None,
    why_involve: str = "",
) -> Action:
    """`why_involve`: the reason for letting in the owner's team, where they do not see the child yet."""
    outcome = queries.outcome_visible_to(by, outcome_id)
    plan = _to_change(by, outcome.plan_id)
    action = Action(outcome=outcome, what=what, due_on=due_on)
    _give(by, plan, action, owner, why_involve)
    _audit(by, "add action", plan, action=action.pk)
    return action


@transaction.atomic
def add_decided_action(
    *,
    by: User,
    outcome_id: uuid.UUID,
    what: str,
    owner: User | None,
    due_on: date | None,
    panel_action_id: uuid.UUID | None = None,
    contact_note_id: uuid.UUID | None = None,
    why_involve: str = "",
) -> Action:
    """An action that a panel decided, or that follows from a contact, also in a plan that is in force. Where a changed plan is being written from that one,
    it stands there too, so that it is not lost when the changed one is agreed."""
    outcome = queries.outcome_visible_to(by, outcome_id)
    plan = _locked(by, outcome.plan_id)
    refuse(why_not_after_death(by, plan.case.person_id))
    refuse(
        rules.why_not_add_decided(
            state=plan.state,
            case_is_open=plan.case.state == "open",
            may_plan=by.may(May.PLAN),
            has_owner=owner is not None,
            has_day=due_on is not None,
        )
    )
    comes_from = {"panel_action_id": panel_action_id, "contact_note_id": contact_note_id}
    action = Action(outcome=outcome, what=what, due_on=due_on, **comes_from)
    _give(by, plan, action, owner, why_involve)
    _audit(by, "add action", plan, action=action.pk, panel_action=panel_action_id, note=contact_note_id)
    _announce_action(by, action, Notified.ACTION)
    changed = queries.outcome_in_changed_plan(by, outcome)
    if changed is not None:
        _copy_action(action, changed)
    return action


@transaction.atomic
def change_action(
    *,
    by: User,
    action_id: uuid.UUID,
    what: str,
    owner: User | None,
    due_on: date | None,
    why_involve: str = "",
) -> Action:
    """`why_involve`: as for a new action."""
    action = queries.action_visible_to(by, action_id)
    plan = _to_change(by, action.outcome.plan_id)
    action.what, action.due_on = what, due_on
    _give(by, plan, action, owner, why_involve)
    _audit(by, "change action", plan, action=action.pk)
    return action


@transaction.atomic
def take_out_action(*, by: User, action_id: uuid.UUID) -> Plan:
    """Takes an action out of a plan that is still being written."""
    action = queries.action_visible_to(by, action_id)
    plan = _to_change(by, action.outcome.plan_id)
    action.delete()
    _audit(by, "take out action", plan, action=action_id)
    return plan


@transaction.atomic
def discard_plan(*, by: User, plan_id: uuid.UUID, reason: str) -> None:
    """Gives up a plan that is being written. The one in force, if there is one, goes on; what was said of an outcome stays
    with it."""
    plan = _locked(by, plan_id)
    refuse(rules.why_not_discard(state=plan.state, may_plan=by.may(May.PLAN), reason=reason))
    for outcome in plan.outcomes.all():
        _drop(outcome)
    _audit(by, "discard", plan, reason=reason.strip())
    plan.delete()


@transaction.atomic
def agree_plan(
    *, by: User, plan_id: uuid.UUID, review_on: date | None, view: ChildsView, at: datetime | None = None
) -> Plan:
    """Agrees a plan on the latest assessment signed since the case was opened, with the child's view and the date of its
    next review.

    The plan that it replaces, if there is one, is in force until this moment. What was still to do there stands in this
    one, or was left out: either way it is not to do twice.
    """
    plan, now = _locked(by, plan_id), at or timezone.now()
    whom = plan.case.person_id
    words, why_no_words = hear(by=by, person_id=whom, view=view, on=Words.Occasion.PLAN, on_id=plan.pk)
    refuse(why_not_after_death(by, whom))
    refuse(
        queries.why_not_agree(
            by,
            plan,
            has_words=words is not None,
            why_no_words=why_no_words,
            review_on=review_on,
            today=timezone.localdate(now),
        )
    )
    old = queries.agreed_plan(by, plan.case_id)  # one of an earlier period has ended
    if old is not None:
        Action.objects.filter(outcome__plan=old, state=Progress.OPEN).update(state=Progress.REPLACED)
        _finish(by, old, Move.REPLACE, timezone.localdate(now))
    agreed = {"agreed_at": now, "agreed_by": by, "review_on": review_on}
    heard = {"words": words, "why_no_words": why_no_words}
    plan = _move(by, plan, Move.AGREE, assessment=signed_since_opened(by, plan.case), **agreed, **heard)
    owners = [action.owner for outcome in plan.outcomes.all() for action in outcome.actions.all()]
    announce(
        by=by,
        kind=Notified.PLAN_AGREED,
        subject="plan",
        subject_id=plan.pk,
        person_id=plan.case.person_id,
        named=owners,
        at=now,
    )
    return plan


@transaction.atomic
def finish_action(
    *,
    by: User,
    action_id: uuid.UUID,
    outcome: str = Progress.DONE.value,
    done_on: date | None = None,
    note: str = "",
) -> Action:
    """Marks an action as done, or as one that could not be done (`outcome="not_done"`, with a note that says why). Where a
    changed plan is being written, it is not to do there either."""
    action = queries.action_visible_to(by, action_id)
    plan = _locked(by, action.outcome.plan_id)
    action = queries.action_visible_to(by, action_id)
    done_on = done_on or timezone.localdate()
    refuse(queries.why_not_finish(by, action, outcome=outcome, note=note, done_on=done_on))
    action.state, action.done_on, action.note = Progress(outcome), done_on, note
    action.finished_at = timezone.now()
    action.save()
    Action.objects.filter(first=action.line_id, outcome__plan__state=PlanState.DRAFT).delete()
    _audit(by, "finish action", plan, action=action.pk, state=outcome)
    _announce_action(by, action, Notified.ACTION_FINISHED)
    return action


@transaction.atomic
def take_back_done(*, by: User, action_id: uuid.UUID) -> Action:
    """An action that was marked as done by mistake is to do again, and who was told of it and has not read it yet is told no longer."""
    action = queries.action_visible_to(by, action_id)
    plan = _locked(by, action.outcome.plan_id)
    action = queries.action_visible_to(by, action_id)
    refuse(queries.why_not_take_back_done(by, action))
    action.state, action.done_on, action.finished_at = Progress.OPEN, None, None
    action.save()
    _audit(by, "take back action", plan, action=action.pk)
    settle(kind=Notified.ACTION_FINISHED, subject="action", subject_id=action.pk, at=None)
    return action


@transaction.atomic
def put_off_action(*, by: User, action_id: uuid.UUID, due_on: date, reason: str) -> Action:
    """Gives an action of a plan in force a later day, with the reason. Where a changed plan is being written that has the day of before,
    it is put off there too."""
    action = queries.action_visible_to(by, action_id)
    plan = _locked(by, action.outcome.plan_id)
    action, reason = queries.action_visible_to(by, action_id), reason.strip()
    if any(
        (delay.due_on, delay.reason, delay.put_off_by_id) == (due_on, reason, by.pk)
        for delay in action.put_off[-1:]
    ):
        return action  # the same form once more
    refuse(queries.why_not_put_off(by, action, due_on=due_on, reason=reason))
    was = action.due_on
    assert was is not None
    ActionDelay.objects.create(
        action_id=action.line_id, was_due_on=was, due_on=due_on, reason=reason, put_off_by=by
    )
    line = Q(pk=action.pk) | Q(first=action.line_id, outcome__plan__state=PlanState.DRAFT, due_on=was)
    Action.objects.filter(line).update(due_on=due_on)
    _audit(by, "put off action", plan, reason=reason, action=action.pk, due_on=due_on, was=was)
    _announce_action(by, action, Notified.ACTION_PUT_OFF)
    return queries.action_visible_to(by, action_id)


@transaction.atomic
def take_back_delay(*, by: User, action_id: uuid.UUID) -> Action:
    """An action that was put off by mistake is due as it was before, in a changed plan that is being written too. Who was told of it and has not
    read it yet is told no longer."""
    action = queries.action_visible_to(by, action_id)
    plan = _locked(by, action.outcome.plan_id)
    action = queries.action_visible_to(by, action_id)
    refuse(queries.why_not_take_back_delay(by, action))
    *earlier, delay = action.put_off
    draft = Q(first=action.line_id, outcome__plan__state=PlanState.DRAFT, due_on=delay.due_on)
    Action.objects.filter(Q(pk=action.pk) | draft).update(due_on=delay.was_due_on)
    delay.delete()
    _audit(by, "take back delay", plan, action=action.pk, due_on=delay.was_due_on, was=delay.due_on)
    if not earlier:
        settle(kind=Notified.ACTION_PUT_OFF, subject="action", subject_id=action.pk, at=None)
    return queries.action_visible_to(by, action_id)


@transaction.atomic
def copy_to_change(*, by: User, plan_id: uuid.UUID) -> Plan:
    """A new plan that will replace this one: its outcomes, and those actions that are still to do.

    The agreed plan stays in force until the new one is agreed.
    """
    old = _locked(by, plan_id)
    refuse(why_not_after_death(by, old.case.person_id))
    refuse(rules.why_not_copy(state=old.state, has_draft=queries.draft_plan(by, old.case_id) is not None))
    new = Plan.objects.create(case=old.case, replaces=old, started_at=timezone.now(), started_by=by)
    for outcome in old.outcomes.all():
        _copy(outcome, new)
    _audit(by, "start", new, replaces=old.pk)
    return new


@transaction.atomic
def set_next_review(*, by: User, plan_id: uuid.UUID, review_on: date) -> Plan:
    """The next date after a review has been held; of a plan that is being written, the one that is suggested when it is agreed."""
    plan = _locked(by, plan_id)
    plan.review_on = review_on
    plan.save(update_fields=["review_on"])
    _audit(by, "set review", plan, review_on=review_on)
    return plan


@transaction.atomic
def end_plan(*, by: User, plan_id: uuid.UUID) -> Plan:
    """A review has decided that the plan is not needed any longer."""
    return _finish(by, _locked(by, plan_id), Move.END, timezone.localdate())


def _locked(by: User, plan_id: uuid.UUID) -> Plan:
    """The plan as it stands now. Until the transaction ends, other writers of this child's plans wait, and so does closing
    the case: what is done to one plan may change the one that replaces it."""
    child = queries.plans_visible_to(by).filter(pk=plan_id).values_list("case__person", flat=True).first()
    if child is None:
        raise Hidden
    hold_person(by=by, person_id=child)
    Plan.objects.select_for_update().filter(
        pk=plan_id
    ).first()  # the child's own plan is written with this one held
    return queries.plan_visible_to(by, plan_id)


def _to_change(by: User, plan_id: uuid.UUID) -> Plan:
    plan = _locked(by, plan_id)
    refuse(why_not_after_death(by, plan.case.person_id))
    refuse(queries.why_not_change(by, plan))
    return plan


def _announce_action(by: User, action: Action, kind: Notified) -> None:
    announce(
        by=by,
        kind=kind,
        subject="action",
        subject_id=action.pk,
        person_id=action.outcome.plan.case.person_id,
        named=[action.owner],
    )


def _note(by: User, outcome: Outcome, text: str, on: date | None = None) -> None:
    """Adds what is said of an outcome, unless it is what was said last. A note of an earlier day stays behind later ones.
    How far it is, is one thing: the plan in force and one that is being written say the same."""
    text = text.strip()
    last = queries.last_note(by, outcome)
    if text == (last.text if last else outcome.where_we_are):
        return
    note = WhereWeAre(outcome=outcome, on=on or timezone.localdate(), text=text, written_by=by)
    if text:
        note.save()
    if not last or note.on >= last.on:
        outcome.where_we_are = text
        line = Outcome.objects.filter(Q(pk=outcome.line_id) | Q(first=outcome.line_id))
        line.filter(plan__state__in=[PlanState.DRAFT, PlanState.AGREED]).update(where_we_are=text)


def _drop(outcome: Outcome) -> None:
    """Takes an outcome out of a draft. What was said of one that stands in plans before is kept there."""
    if outcome.first_id:
        outcome.notes.update(outcome=outcome.first_id)
    outcome.delete()


def _give(by: User, plan: Plan, action: Action, owner: User | None, why_involve: str) -> None:
    """Saves an action with its owner, who is somebody that may see the child: if need be from now on, with a reason."""
    allow_to_do(by=by, owner=owner, person_id=plan.case.person_id, why_involve=why_involve)
    action.owner, action.agency = owner, owner.team.agency if owner and owner.team else None
    action.save()


def _copy(outcome: Outcome, new: Plan) -> None:
    """The outcome goes on in the new plan with the actions that are still to do; its notes stay with the first of its
    line."""
    copy = Outcome.objects.create(
        plan=new,
        text=outcome.text,
        plain=outcome.plain,
        where_we_are=outcome.where_we_are,
        first_id=outcome.line_id,
    )
    for action in outcome.actions.all():
        if action.state == Progress.OPEN:
            _copy_action(action, copy)


def _copy_action(action: Action, outcome: Outcome) -> None:
    Action.objects.create(
        outcome=outcome,
        what=action.what,
        plain=action.plain,
        owner=action.owner,
        agency=action.agency,
        due_on=action.due_on,
        panel_action_id=action.panel_action_id,
        contact_note_id=action.contact_note_id,
        first_id=action.line_id,
    )


def _finish(by: User, plan: Plan, move: Move, today: date) -> Plan:
    """The plan is in force no longer. A review that was missed keeps its day, so that it still counts."""
    return _move(by, plan, move, review_on=queries.missed_review(by, plan, today))


def _move(by: User, plan: Plan, move: Move, **values: Any) -> Plan:
    then = rules.TRANSITIONS.get((PlanState(plan.state), move))
    if then is None:
        raise Refused(rules.NOT_CHANGEABLE)
    values["state"] = then
    for name, value in values.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(values))
    _audit(by, move.value, plan)
    return plan


def _audit(by: User, verb: str, plan: Plan, *, reason: str = "", **detail: object) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="plan",
        subject_id=plan.pk,
        person_id=plan.case.person_id,
        reason=reason,
        detail={name: str(value) for name, value in detail.items()},
    )
