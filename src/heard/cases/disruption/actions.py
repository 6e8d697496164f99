"""Every write of disruption steps: rule, row and audit row in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.actions import allow_to_do
from heard.cases.case.models import Case
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to
from heard.cases.context.queries import locked_context, may_know, open_goals, why_not_name_a_child
from heard.cases.disruption import queries, rules
from heard.cases.disruption.models import DisruptionStep, StepBreach, StepGround
from heard.cases.disruption.rules import Progress
from heard.cases.stage import grounds as resting
from heard.cases.stage import rules as signing
from heard.govuk.environment import day
from heard.knowledge import load

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.models import TieSource


@transaction.atomic
def plan_step(
    *,
    by: User,
    case_id: uuid.UUID,
    kind: str,
    what: str,
    agency_id: uuid.UUID,
    due_on: date | None,
    end: str = "",
    end_id: uuid.UUID | None = None,
    who_or_where: str = "",
    power: str = "",
    legal_power: str = "",
    owner: User | None = None,
    panel_action_id: uuid.UUID | None = None,
) -> DisruptionStep:
    """A step against a person, place or group of the network (`end`, `end_id`) or one that is described. `Hidden` for
    one that `by` may not see. `panel_action_id`: what a panel decided, where it comes from there."""
    case = case_visible_to(by, case_id)
    against = queries.read_against(by, case.person_id, end, end_id, who_or_where)
    step = DisruptionStep(case=case, added_by=by, panel_action_id=panel_action_id)
    _write(
        by, step, against, kind=kind, what=what, agency_id=agency_id, due_on=due_on, power=power,
        legal_power=legal_power, owner=owner,
    )  # fmt: skip
    _audit(by, "add", case, step)
    _announce(by, step, Notified.ACTION)
    return step


@transaction.atomic
def change_step(
    *,
    by: User,
    disruption_id: uuid.UUID,
    kind: str,
    what: str,
    agency_id: uuid.UUID,
    due_on: date | None,
    end: str = "",
    end_id: uuid.UUID | None = None,
    who_or_where: str = "",
    power: str = "",
    legal_power: str = "",
    owner: User | None = None,
) -> DisruptionStep:
    """Changes a step that is still to do. Who is given it learns of it."""
    step = _locked(by, disruption_id)
    if step.state != Progress.OPEN:
        raise Refused(rules.FINISHED)
    before = step.owner_id
    against = queries.read_against(by, step.child_case.person_id, end, end_id, who_or_where)
    _write(
        by, step, against, kind=kind, what=what, agency_id=agency_id, due_on=due_on, power=power,
        legal_power=legal_power, owner=owner,
    )  # fmt: skip
    _audit(by, "change", step.child_case, step)
    if step.owner_id != before:
        settle(kind=Notified.ACTION, subject="disruption step", subject_id=step.pk, at=None)
        _announce(by, step, Notified.ACTION)
    return step


@transaction.atomic
def finish_step(
    *, by: User, disruption_id: uuid.UUID, outcome: str, done_on: date | None, note: str = ""
) -> DisruptionStep:
    """Done, or could not be done, with a note that says why."""
    step = _locked(by, disruption_id)
    refuse(
        rules.why_not_finish_step(
            may_plan=by.may(May.PLAN),
            progress=step.state,
            outcome=outcome,
            note=note,
            done_on=done_on,
            today=timezone.localdate(),
        )
    )
    step.state, step.done_on, step.note = Progress(outcome), done_on, note.strip()
    step.save(update_fields=["state", "done_on", "note"])
    _audit(by, "finish", step.child_case, step)
    _announce(by, step, Notified.ACTION_FINISHED)
    return step


@transaction.atomic
def finish_today(*, by: User, step_id: uuid.UUID) -> DisruptionStep:
    """A step of a case or of a context is done today, and nothing is added."""
    given: Any = {"by": by, "outcome": Progress.DONE, "done_on": timezone.localdate()}
    if queries.any_step_visible_to(by, step_id).context_id:
        return finish_context_step(**given, step_id=step_id)
    return finish_step(**given, disruption_id=step_id)


@transaction.atomic
def take_back_done(*, by: User, step_id: uuid.UUID) -> DisruptionStep:
    """A step that was marked as done by mistake is to do again, and who was told of it and has not read it yet is told no longer; who holds
    the context learns of that too."""
    step = _locked_any(by, step_id)
    refuse(queries.why_not_take_back_done(by, step))
    step.state, step.done_on = Progress.OPEN, None
    step.save(update_fields=["state", "done_on"])
    _audit_any(by, "take back", step)
    if step.context:
        _tell_holder(by, step)
    settle(kind=Notified.ACTION_FINISHED, subject="disruption step", subject_id=step.pk, at=None)
    return step


@transaction.atomic
def put_off_step(*, by: User, step_id: uuid.UUID, due_on: date | None, reason: str) -> DisruptionStep:
    """Gives a step that is still to do a later day. The reason is in the audit trail."""
    step = _locked_any(by, step_id)
    was = step.due_on
    refuse(
        queries.why_not_put_off(by, step)
        or signing.why_not_put_off(was_due_on=was, due_on=due_on, reason=reason, today=timezone.localdate())
        or _names_a_child(by, step, reason)
    )
    assert due_on
    step.due_on = due_on
    step.save(update_fields=["due_on"])
    _audit_any(by, "put off", step, reason=reason.strip(), was=str(was), due_on=str(due_on))
    if step.context:
        _tell_holder(by, step)
    else:
        _announce(by, step, Notified.ACTION_PUT_OFF)
    return step


@transaction.atomic
def plan_context_step(
    *,
    by: User,
    context_id: uuid.UUID,
    goal_id: uuid.UUID | None,
    kind: str,
    what: str,
    agency_id: uuid.UUID,
    due_on: date | None,
    owner: User | None,
    power: str = "",
    legal_power: str = "",
    panel_action_id: uuid.UUID | None = None,
) -> DisruptionStep:
    """A step about the place or group of a context, towards a goal of it. Who is given it learns of it. `panel_action_id`: what a
    conference decided, where it comes from there."""
    context = locked_context(by, context_id)
    step = DisruptionStep(
        context=context,
        added_by=by,
        place_id=context.place_id,
        group_id=context.group_id,
        panel_action_id=panel_action_id,
    )
    given = {
        "kind": kind,
        "what": what,
        "agency_id": agency_id,
        "due_on": due_on,
        "owner": owner,
        "power": power,
        "legal_power": legal_power,
    }
    return _write_in_context(by, step, goal_id, given)


@transaction.atomic
def change_context_step(
    *,
    by: User,
    step_id: uuid.UUID,
    goal_id: uuid.UUID | None,
    kind: str,
    what: str,
    agency_id: uuid.UUID,
    due_on: date | None,
    owner: User | None,
    power: str = "",
    legal_power: str = "",
) -> DisruptionStep:
    """Changes a step that is still to do. Who is given it learns of it."""
    step = _locked_in_context(by, step_id)
    if step.state != Progress.OPEN:
        raise Refused(rules.FINISHED)
    given = {
        "kind": kind,
        "what": what,
        "agency_id": agency_id,
        "due_on": due_on,
        "owner": owner,
        "power": power,
        "legal_power": legal_power,
    }
    return _write_in_context(by, step, goal_id, given)


@transaction.atomic
def finish_context_step(
    *, by: User, step_id: uuid.UUID, outcome: str, done_on: date | None, note: str = ""
) -> DisruptionStep:
    """Done, or could not be done, with a note that says why. Who holds the context learns of it, and whose step it was."""
    step = _locked_in_context(by, step_id)
    assert step.context
    refuse(
        queries.why_not_finish_in_context(by, step)
        or rules.why_not_finish_step(
            may_plan=by.may(May.PLAN),
            progress=step.state,
            outcome=outcome,
            note=note,
            done_on=done_on,
            today=timezone.localdate(),
        )
        or why_not_name_a_child(by, step.context, note)
    )
    step.state, step.done_on, step.note = Progress(outcome), done_on, note.strip()
    step.save(update_fields=["state", "done_on", "note"])
    _audit_in_context(by, "finish", step)
    _tell_holder(by, step)
    return step


@transaction.atomic
def open_context_step(*, by: User, step_id: uuid.UUID) -> DisruptionStep:
    """The step, for showing it, with the 'view' audit row; or `Hidden`."""
    step = queries.context_step_visible_to(by, step_id)
    _audit_in_context(by, "view", step)
    return step


@transaction.atomic
def open_steps_about(*, by: User, **node: uuid.UUID) -> list[DisruptionStep]:
    """Every step about a place or group that `by` may see, for showing it, with a 'view' row for each child of whose case one is."""
    steps = queries.all_steps_about(by, **node)
    children = {step.child_case.person_id for step in steps if step.case_id}
    record_looks(by=by, subject="disruption step", subject_id=next(iter(node.values())), person_ids=children)
    return queries.with_grounds(by, steps)


def _write_in_context(
    by: User, step: DisruptionStep, goal_id: uuid.UUID | None, given: dict[str, Any]
) -> DisruptionStep:
    assert step.context
    owner, before = given["owner"], step.owner
    goal = open_goals(by, step.context.pk).filter(pk=goal_id).first() if goal_id else None
    refuse(
        queries.why_not_begin_in_context(by, step.context)
        or rules.why_not_plan_context_step(
            what=given["what"],
            has_goal=goal is not None,
            owner_is_there=owner is not None,
            owner_is_active=owner is not None and owner.is_active,
            owner_may_plan=owner is not None and owner.may(May.PLAN),
            owner_sees_it=owner is not None
            and may_know(owner, step.context.end, step.context.node_id, step.context.setting, leads=True),
            due_on=given["due_on"],
            today=timezone.localdate(),
            was_due_on=step.due_on,
        )
    )
    refuse(why_not_name_a_child(by, step.context, given["what"], given["power"]))
    if not agencies_visible_to(by).filter(pk=given["agency_id"]).exists():
        raise Hidden
    against = queries.against_of(by, step.context)
    refuse(_choose_power(by, step, against, given["legal_power"]))
    for name, value in given.items():
        setattr(step, name, value.strip() if isinstance(value, str) else value)
    step.goal = goal
    step.full_clean()
    step.save()
    _audit_in_context(by, "change" if before else "add", step)
    if owner != before:  # who had it before has it no longer
        settle(kind=Notified.ACTION, subject="context step", subject_id=step.pk, at=None)
        _announce_in_context(by, step, Notified.ACTION, [owner])
    return step


def _locked_in_context(by: User, step_id: uuid.UUID) -> DisruptionStep:
    """The step as it stands now, with its context, both kept from other writers."""
    context_id = queries.context_step_visible_to(by, step_id).context_id
    assert context_id
    locked_context(by, context_id)
    return queries.context_step_visible_to(by, step_id)


def _tell_holder(by: User, step: DisruptionStep) -> None:
    """Whoever holds the context of a step, and whose it is."""
    assert step.context
    named = [step.context.held_by, step.owner]
    announce(by=by, kind=Notified.CONTEXT_NEWS, subject="context", subject_id=step.context.pk, named=named)


def _announce_in_context(by: User, step: DisruptionStep, kind: Notified, whom: Iterable[User]) -> None:
    announce(by=by, kind=kind, subject="context step", subject_id=step.pk, named=whom)


def _audit_in_context(by: User, verb: str, step: DisruptionStep, reason: str = "", **more: Any) -> None:
    detail = {"state": step.state, **more}
    record_audit(by=by, verb=verb, subject="context step", subject_id=step.pk, reason=reason, detail=detail)


@transaction.atomic
def open_step(*, by: User, disruption_id: uuid.UUID) -> DisruptionStep:
    """The step, for showing it, with the 'view' audit row; or `Hidden`."""
    step = queries.step_visible_to(by, disruption_id)
    _audit(by, "view", step.child_case, step)
    return step


def _announce(by: User, step: DisruptionStep, kind: Notified) -> None:
    announce(
        by=by,
        kind=kind,
        subject="disruption step",
        subject_id=step.pk,
        person_id=step.child_case.person_id,
        named=[step.owner],
        beside=step.person_id,
    )


def _write(by: User, step: DisruptionStep, against: queries.Against, **given: Any) -> None:
    case = step.child_case
    why_not = queries.why_not_begin(by, case) or rules.why_not_plan_step(
        what=given["what"],
        against=against.said,
        is_a_child=against.is_a_child or against.end_id == case.person_id,
        due_on=given["due_on"],
    )
    refuse(why_not)
    allow_to_do(by=by, owner=given["owner"], person_id=case.person_id)
    refuse(_choose_power(by, step, against, given["legal_power"]))
    if (step.ends_on or step.look_again_on) and given["owner"] is None:
        raise Refused(rules.NEEDS_OWNER)
    if not agencies_visible_to(by).filter(pk=given["agency_id"]).exists():
        raise Hidden
    ends = {
        f"{end}_id": against.end_id if end == against.end else None for end in ("person", "place", "group")
    }
    for name, value in {**given, **ends, "who_or_where": against.text}.items():
        setattr(step, name, value)
    step.full_clean()
    step.save()


def _choose_power(by: User, step: DisruptionStep, against: queries.Against, legal_power: str) -> str | None:
    """Why this power may not be the step's; else its release is kept with it. One that stays keeps the release it was chosen from, and what
    was written of the one before goes."""
    is_other = legal_power != step.legal_power
    moves = (against.end_id or against.text) != (step.end_id or step.who_or_where)
    chosen = next((one for one in queries.powers_against(by) if one.id == legal_power), None)
    if legal_power and chosen is None and is_other:
        raise Hidden
    if legal_power and chosen is None:
        chosen = load.release(step.release).power(legal_power)
    why_not = rules.why_not_choose_power(
        end=against.end,
        against=chosen.against if chosen else None,
        is_begun=step.is_begun,
        changes=is_other or moves,
        not_against=against.no_power,
    )
    if is_other and not why_not:
        _keep_before(step, dict.fromkeys(_SAID_OF_A_POWER, ""))
        step.release = load.current().id if legal_power else ""
    return why_not


@transaction.atomic
def open_any_step(*, by: User, step_id: uuid.UUID) -> DisruptionStep:
    """A step of a case or of a context, for showing it, with the 'view' audit row; or `Hidden`."""
    step = queries.any_step_visible_to(by, step_id)
    _audit_any(by, "view", step)
    return step


@transaction.atomic
def keep_power(
    *,
    by: User,
    step_id: uuid.UUID,
    grounds: str,
    childs_view: str,
    safety: str,
    asked_by: str = "",
    asked_on: date | None = None,
    served_on: date | None = None,
    conditions: str = "",
    ends_on: date | None = None,
    look_again_on: date | None = None,
    ended_on: date | None = None,
    rests_on: Collection[uuid.UUID] | None = None,
) -> DisruptionStep:
    """What is known of the power that a step uses: what it rests on, who asked for it, when it was served and until when it holds. Also once
    the step is done, for its days go on. `rests_on`: sources of ties, of those that the user may choose from (`queries.to_rest_on`); None
    leaves them as they are."""
    step = _locked_any(by, step_id)
    said = {"grounds": grounds, "childs_view": childs_view, "safety": safety, "asked_by": asked_by, "conditions": conditions}  # fmt: skip
    days: dict[str, Any] = {"asked_on": asked_on, "served_on": served_on, "ends_on": ends_on, "look_again_on": look_again_on, "ended_on": ended_on}  # fmt: skip
    said = {name: "\n".join(text.strip().splitlines()) for name, text in said.items()}
    now = {name: getattr(step, name) for name in {**said, **days}}
    refuse(
        queries.why_not_use_power(by, step, ends=bool(ended_on) and {**said, **days} == now | {"ended_on": ended_on})
        or rules.why_not_keep_power(
            grounds=grounds, childs_view=childs_view, safety=safety, asked_by=asked_by, **days,
            has_owner=step.owner_id is not None, broken=[one.broken_on for one in step.broken],
            since=timezone.localdate(step.added_at), today=timezone.localdate(),
        )
        or _names_a_child(by, step, *said.values())
    )  # fmt: skip
    _keep_before(step, said)
    for name, value in days.items():
        setattr(step, name, value)
    step.full_clean()
    step.save()
    if rests_on is not None:
        resting.rest_on(by=by, row=step, node_id=queries.rests_at(step), keys=rests_on)
    was = {name: str(now[name]) for name in days if now[name] and now[name] != days[name]}
    _audit_any(by, "change", step, **({"was": was} if was else {}))
    return step


@transaction.atomic
def tell_of_withdrawn(*, by: User, source: TieSource) -> None:
    """A source of a tie was withdrawn: whoever does a step that rests on it learns of it, and who works with the child or holds the context. It
    says nothing of the source: who is told may not see it."""
    rows = StepGround.objects.filter(source=source.pk, taken_off_at=None)
    for row in rows.select_related("step__case", "step__owner", "step__context__held_by"):
        step = row.step
        record_audit(by=by, verb="withdraw", subject="ground", subject_id=row.pk)
        announce(
            by=by,
            kind=Notified.GROUND_WITHDRAWN,
            subject="step grounds",
            subject_id=step.pk,
            person_id=step.case.person_id if step.case else None,
            named=[step.owner, step.context.held_by if step.context else None],
            beside=step.person_id,
        )


@transaction.atomic
def look_at_grounds(*, by: User, step_id: uuid.UUID, what_now: str, why_now: str) -> DisruptionStep:
    """Somebody looked whether a step still stands of which something it rests on was withdrawn, and says what is done."""
    step = _locked_any(by, step_id)
    refuse(queries.why_not_look_at_grounds(by, step, what_now, why_now) or _names_a_child(by, step, why_now))
    resting.look_at_grounds(by=by, row=step, what_now=what_now, why_now=why_now)
    _audit_any(by, "look again", step)
    return step


@transaction.atomic
def note_breach(*, by: User, step_id: uuid.UUID, broken_on: date | None, what_was_done: str) -> StepBreach:
    """The legal power of a step was breached. Who does the step learns of it, and who works with the child or holds the context."""
    step = _locked_any(by, step_id)
    refuse(
        queries.why_not_use_power(by, step)
        or rules.why_not_note_breach(
            served_on=step.served_on, ended_on=step.ended_on, broken_on=broken_on, what_was_done=what_was_done,
            is_noted=any((one.broken_on, one.what_was_done) == (broken_on, what_was_done.strip()) for one in step.broken),
            today=timezone.localdate(),
        )
        or _names_a_child(by, step, what_was_done)
    )  # fmt: skip
    said: dict[str, Any] = {"broken_on": broken_on, "what_was_done": what_was_done.strip()}
    breach = StepBreach.objects.create(step=step, noted_by=by, **said)
    child = step.case.person_id if step.case else None
    record_audit(by=by, verb="add", subject="breach", subject_id=breach.pk, person_id=child)
    announce(
        by=by,
        kind=Notified.POWER_BROKEN,
        subject="step power",
        subject_id=step.pk,
        person_id=child,
        named=[step.owner, step.context.held_by if step.context else None],
        beside=step.person_id,
    )
    return breach


@transaction.atomic
def take_back_breach(*, by: User, step_id: uuid.UUID, breach_id: uuid.UUID, why: str) -> StepBreach:
    """What was noted wrongly counts no longer. It stays, with who took it back and why; nobody is told of it any longer."""
    step = _locked_any(by, step_id)
    breach = queries.breach_visible_to(by, step_id, breach_id)
    refuse(
        rules.why_not_take_back_breach(
            not_theirs=queries.why_not_use_power(by, step, ends=True),
            is_taken_back=breach.taken_back_at is not None,
            why=why,
        )
        or _names_a_child(by, step, why)
    )
    breach.taken_back_at, breach.taken_back_by, breach.why_taken_back = timezone.now(), by, why.strip()
    breach.save(update_fields=["taken_back_at", "taken_back_by", "why_taken_back"])
    child = step.case.person_id if step.case else None
    record_audit(by=by, verb="take back", subject="breach", subject_id=breach.pk, person_id=child)
    if not queries.any_step_visible_to(by, step_id).broken:
        settle(kind=Notified.POWER_BROKEN, subject="step power", subject_id=step_id, at=None)
    return breach


# What is written of a power, and how each is called in what stood there before.
_SAID_OF_A_POWER: Final = {
    "grounds": _("It rested on"),
    "childs_view": _("What they thought of it"),
    "safety": _("What it meant for safety"),
    "conditions": _("Conditions"),
    "asked_by": _("Asked for by"),
}


def _keep_before(step: DisruptionStep, said: dict[str, str]) -> None:
    """Sets what is written of the power, and keeps each text that changes, with the power and the day until which it stood."""
    for name, text in said.items():
        was = getattr(step, name)
        if was and was != text:
            until = day(timezone.localdate())
            kept = f"{step.power_label}, {until}. {_SAID_OF_A_POWER[name]}: {was}"
            step.said_before = "\n".join(filter(None, (step.said_before, kept)))
        setattr(step, name, text)


def _names_a_child(by: User, step: DisruptionStep, *texts: str) -> str | None:
    """Work on a place or group names no child."""
    return why_not_name_a_child(by, step.context, *texts) if step.context else None


def _locked_any(by: User, step_id: uuid.UUID) -> DisruptionStep:
    DisruptionStep.objects.select_for_update().filter(pk=step_id).first()
    return queries.any_step_visible_to(by, step_id)


def _audit_any(by: User, verb: str, step: DisruptionStep, **more: Any) -> None:
    if step.case:
        _audit(by, verb, step.case, step, **more)
    else:
        _audit_in_context(by, verb, step, **more)


def _locked(by: User, disruption_id: uuid.UUID) -> DisruptionStep:
    DisruptionStep.objects.select_for_update().filter(pk=disruption_id).first()
    return queries.step_visible_to(by, disruption_id)


def _audit(by: User, verb: str, case: Case, step: DisruptionStep, reason: str = "", **more: Any) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="disruption step",
        subject_id=step.pk,
        person_id=case.person_id,
        reason=reason,
        detail={"state": step.state, **more},
    )
