"""What may be read about disruption steps. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case as Choose
from django.db.models import Count, DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.cases.case.counting import Counting
from heard.cases.case.notices.queries import has_been_read
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import case_visible_to, worked_in
from heard.cases.context.queries import contexts_visible_to, leads, names_of, open_goals
from heard.cases.context.rules import NOT_YOURS, names_somebody
from heard.cases.disruption import rules
from heard.cases.disruption.models import DisruptionStep, StepBreach, StepGround
from heard.cases.stage import grounds
from heard.cases.stage.rules import why_not_look_at_grounds as why_not_look_at
from heard.knowledge import load
from heard.network.queries import (
    SourceRead,
    children_tied,
    group_visible_to,
    people_visible_to,
    place_visible_to,
    sees,
    visible_through,
    web,
)
from heard.network.rules import under_18_since

if TYPE_CHECKING:
    from datetime import date

    from heard.agencies.models import User
    from heard.cases.case.models import Case
    from heard.cases.context.models import Context
    from heard.knowledge.model import Power


@dataclass(frozen=True)
class Against:
    """Whom or what a step is against: one key of the network, or `text`. `is_a_child`: then there is no such step. `no_power`: why no power is
    used against it."""

    end: str = ""  # 'person', 'place', 'group', or '' for `text`
    end_id: uuid.UUID | None = None
    text: str = ""
    is_a_child: bool = False
    no_power: str | None = None

    @property
    def said(self) -> str:
        return self.end or self.text


def steps_visible_to(user: User) -> QuerySet[DisruptionStep]:
    """Steps in cases of children whom the user may see. One against a person whom the user may not see is left out."""
    return DisruptionStep.objects.filter(_of_cases(user)).select_related(
        "case__person", "person", "place", "group", "agency", "owner", "panel_action"
    )


def steps_by_kind(user: User, *, since: date, until: date) -> dict[tuple[str, str], int]:
    """Steps that were planned from one day to another, by kind and state, whatever they are about, but for those that a child is at the end of.

    Over the whole partnership, for those who see figures. True counts: they are shown to nobody before the small ones are hidden.
    """
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    rows: Any = DisruptionStep.objects.order_by().filter(added_at__date__range=(since, until))
    young = Q(person__kind="child") | Q(person__birth_date__gt=under_18_since(since))
    counted = rows.exclude(young).values("kind", "state").annotate(n=Count("pk"))
    return {(row["kind"], row["state"]): row["n"] for row in counted}


def _of_cases(user: User, *, among_others: bool = False) -> Q:
    child = visible_through(user, "case__person", among_others=among_others)
    seen = Q(person__isnull=True) | visible_through(user, "person", among_others=among_others)
    return Q(case__isnull=False) & child & seen


def _of_contexts(user: User) -> Q:
    return Q(context__in=contexts_visible_to(user).order_by().select_related(None).values("pk"))


def context_steps_visible_to(user: User) -> QuerySet[DisruptionStep]:
    """Steps of work on places and groups that the user may read."""
    return DisruptionStep.objects.filter(_of_contexts(user)).select_related(
        "context__place",
        "context__group",
        "context__held_by",
        "context__lead_team",
        "goal",
        "agency",
        "owner",
        "place",
        "group",
        "person",
    )


def context_step_visible_to(user: User, step_id: uuid.UUID) -> DisruptionStep:
    """The step, or `Hidden`."""
    step = context_steps_visible_to(user).filter(pk=step_id).first()
    if step is None:
        raise Hidden
    return step


def context_steps_of(user: User, context_id: uuid.UUID) -> QuerySet[DisruptionStep]:
    """Those of one context, each with what was broken: what is to do first, by day."""
    rows = context_steps_visible_to(user).filter(context=context_id)
    return rows.prefetch_related("breaches").order_by("done_on", "due_on", "added_at")


def context_steps_due(user: User) -> QuerySet[DisruptionStep]:
    """What this user has to do about places and groups, and what is left to those who lead the work, longest overdue first."""
    rows = context_steps_visible_to(user).filter(_own_or_left(user), state=rules.Progress.OPEN)
    return rows.order_by("due_on", "added_at")


def all_steps_visible_to(user: User) -> QuerySet[DisruptionStep]:
    """Steps of contexts, and of cases of children, that the user may see."""
    rows = DisruptionStep.objects.filter(_of_contexts(user) | _of_cases(user, among_others=True))
    rows = rows.select_related(
        "case__person", "context__place", "context__group", "context__held_by", "context__lead_team", "goal", "agency", "owner", "place", "group", "person"
    )  # fmt: skip
    return rows.prefetch_related("breaches")


def any_step_visible_to(user: User, step_id: uuid.UUID) -> DisruptionStep:
    """One of them, or `Hidden`."""
    step = all_steps_visible_to(user).filter(pk=step_id).first()
    if step is None:
        raise Hidden
    return step


def breach_visible_to(user: User, step_id: uuid.UUID, breach_id: uuid.UUID) -> StepBreach:
    """What was noted to be broken of a step that the user may see, or `Hidden`."""
    found = any_step_visible_to(user, step_id).breaches.filter(pk=breach_id).first()
    if found is None:
        raise Hidden
    return found


def all_steps_about(user: User, **node: uuid.UUID) -> list[DisruptionStep]:
    """Every step about a place (`place`), group (`group`) or adult (`person`), of contexts and of cases of children whom the user may
    see: what is to do first, by day. One query, and one for what was broken."""
    found = all_steps_visible_to(user).filter(**node)
    return sorted(found, key=lambda step: (step.state != rules.Progress.OPEN, step.due_on, step.added_at))


def powers_due(user: User) -> QuerySet[DisruptionStep]:
    """Powers of steps of this user, or left to them, that end soon or are looked at again soon, and are not said to have ended; with
    `next_on`: today where it is against somebody of whom it is known since that they are a child. Not those that were never served, of a
    step that could not be done."""
    rows = all_steps_visible_to(user).filter(_own_or_left(user), ended_on=None).exclude(legal_power="")
    rows = rows.exclude(state=rules.Progress.NOT_DONE, served_on=None)
    both = (Coalesce("ends_on", "look_again_on"), Coalesce("look_again_on", "ends_on"))
    today = timezone.localdate()
    young = Q(person__kind="child") | Q(person__birth_date__gt=under_18_since(today))
    begun = ~Q(asked_on=None, served_on=None, ends_on=None, look_again_on=None)
    next_on = Choose(When(young & begun, then=Value(today)), default=Least(*both), output_field=DateField())
    soon = today + rules.AGAIN_WITHIN
    return rows.annotate(next_on=next_on).filter(next_on__lte=soon).order_by("next_on", "added_at")


def with_grounds(user: User, steps: Iterable[DisruptionStep]) -> list[DisruptionStep]:
    """These steps, which the user sees, each with what it `rests` on. A fixed number of queries."""
    return grounds.with_grounds(user, StepGround, steps)


def to_rest_on(user: User, step: DisruptionStep) -> tuple[dict[uuid.UUID, SourceRead], set[uuid.UUID]]:
    """Sources that the power of a step may rest on, by their keys: of ties of whom or what it is against, or of the child where that is only
    described; those that the user may see, the latest, and those that it rests on. And the keys of these."""
    chosen = grounds.standing(StepGround, step=step)
    offered = grounds.to_rest_on(user, rests_at(step), chosen)
    return offered, chosen & offered.keys()


def rests_at(step: DisruptionStep) -> uuid.UUID | None:
    """The node of whose ties a source may be a ground of it."""
    return step.end_id or (step.case.person_id if step.case else None)


def grounds_gone(user: User) -> QuerySet[DisruptionStep]:
    """Steps of this user, or left to them, of which a ground was withdrawn and nobody has said what that means; with `gone_at`, when it was."""
    lost = _lost(user).filter(step=OuterRef("pk"))
    rows = all_steps_visible_to(user).filter(_own_or_left(user), Exists(lost))
    first = lost.order_by("source__withdrawn_at").values("source__withdrawn_at")[:1]
    return rows.annotate(gone_at=Subquery(first)).order_by("gone_at", "pk")


def _lost(user: User) -> QuerySet[StepGround]:
    return grounds.lost(StepGround) if user.may(May.PLAN) else StepGround.objects.none()


def why_not_look_at_grounds(user: User, step: DisruptionStep, what_now: str, why_now: str) -> str | None:
    """Why this user may not say now what it means for a step that something it rests on was withdrawn."""
    waits = _lost(user).filter(step=step).exists()
    return why_not_look_at(
        not_theirs=_not_theirs(user, step), waits=waits, what_now=what_now, why_now=why_now
    )


def powers_against(user: User, end: str = "") -> list[Power]:
    """Powers of the newest release that fit whom or what a step is against, '' for any, and of which it is not known that they are in force no
    more. None for those who plan nothing."""
    today = timezone.localdate()
    held = [
        power for power in load.current().powers if power.in_force_to is None or power.in_force_to >= today
    ]
    return [power for power in held if user.may(May.PLAN) and rules.fits(end, power.against)]


def why_not_use_power(user: User, step: DisruptionStep, *, ends: bool = False) -> str | None:
    """Why this user may say nothing of the power of this step now. `ends`: they say only that it ended, which may be said whoever it is
    against."""
    return rules.why_not_use_power(
        not_theirs=_not_theirs(user, step),
        has_power=bool(step.legal_power),
        not_against=None if ends else _no_power_against(user, step),
    )


def may_write_of_power(user: User, step: DisruptionStep) -> bool:
    """Whether the power of a step that the user sees is theirs to write of. It asks nothing of the database for each step."""
    return not _not_theirs(user, step)


def has_children(user: User, step: DisruptionStep) -> bool:
    """Of one against a group: whether children are tied to it."""
    return bool(step.group_id and children_tied(user, [step.group_id]))


def _not_theirs(user: User, step: DisruptionStep) -> str | None:
    if not user.may(May.PLAN):
        return rules.NO_PLANS
    if step.context is None:
        return None
    theirs = step.owner_id == user.pk or step.agency_id in user.agencies_where(May.PLAN)
    return None if theirs or leads(user, step.context) else NOT_YOURS


def _no_power_against(user: User, step: DisruptionStep) -> str | None:
    if step.is_against_a_child:
        return rules.IS_A_CHILD
    if step.group_id:
        return _only_children_of(user, step.group_id)
    child = step.case.person_id if step.case else None
    return _names_a_child(user, child, step.who_or_where)


def _only_children_of(user: User, group_id: uuid.UUID) -> str | None:
    """Of a group: whether everybody tied to it whom the user may see is a child."""
    tied = set(web(user).ties().filter(second=group_id, first__kind="person").values_list("first", flat=True))
    return rules.ONLY_CHILDREN if tied and tied == _children(user, tied) else None


def _names_a_child(user: User, child_id: uuid.UUID | None, text: str) -> str | None:
    """Whether words name the child of the case, or one around them whom the user may see."""
    if not text or child_id is None:
        return None
    around = {tie.end_id for tie in web(user).around(child_id) if tie.end == "person"} | {child_id}
    named = names_of(user, _children(user, around))
    return rules.NAMES_A_CHILD if names_somebody(text, named) else None


def _children(user: User, people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these people whom the user may see and who are children, whatever their record calls them. One query."""
    rows = people_visible_to(user).filter(pk__in=people).values_list("pk", "kind", "birth_date")
    today = timezone.localdate()
    return {pk for pk, kind, born in rows if rules.is_a_child(kind, born, today)}


def why_not_begin_in_context(user: User, context: Context) -> str | None:
    return rules.why_not_begin_context_step(
        may_plan=user.may(May.PLAN),
        is_open=context.is_open,
        not_theirs=None if leads(user, context) else NOT_YOURS,
        has_goals=open_goals(user, context.pk).exists(),
    )


def why_not_change_in_context(user: User, step: DisruptionStep) -> str | None:
    assert step.context
    if step.state != rules.Progress.OPEN:
        return rules.FINISHED
    return why_not_begin_in_context(user, step.context)


def why_not_finish_in_context(user: User, step: DisruptionStep) -> str | None:
    """Whoever does it says how it went, a colleague of theirs, or who leads the work."""
    assert step.context
    if step.state != rules.Progress.OPEN:
        return rules.FINISHED
    theirs = step.owner_id == user.pk or step.agency_id in user.agencies_where(May.PLAN)
    return None if theirs or leads(user, step.context) else NOT_YOURS


def where_done(step: DisruptionStep) -> str:
    """Where one press says that a step of somebody's list is done."""
    return reverse("step_done", args=[step.pk])


def where_put_off(step: DisruptionStep) -> str:
    """The page on which a step of somebody's list is put off."""
    return reverse("step_put_off", args=[step.pk])


def why_not_put_off(user: User, step: DisruptionStep) -> str | None:
    """Whether a step may be given a later day at all: by whoever may say how it went."""
    return _not_theirs(user, step) or (rules.FINISHED if step.state != rules.Progress.OPEN else None)


def why_not_take_back_done(user: User, step: DisruptionStep) -> str | None:
    return rules.why_not_take_back_done(
        progress=step.state,
        is_over=(step.case or step.context).state != "open",  # type: ignore[union-attr]
        is_owner=user.may(May.PLAN) and step.owner_id == user.pk,
        is_today=step.done_on == timezone.localdate(),
        has_note=bool(step.note),
        is_read=has_been_read(user, Notified.ACTION_FINISHED, subject="disruption step", subject_id=step.pk),
    )


def step_visible_to(user: User, disruption_id: uuid.UUID) -> DisruptionStep:
    """The step, or `Hidden`."""
    step = steps_visible_to(user).filter(pk=disruption_id).first()
    if step is None:
        raise Hidden
    return step


def steps_of(user: User, case_id: uuid.UUID) -> QuerySet[DisruptionStep]:
    """Those of one case, each with what was broken: what is to do first, by day. `Hidden` unless the user may see the case."""
    rows = steps_visible_to(user).filter(case=case_visible_to(user, case_id))
    return rows.prefetch_related("breaches").order_by("done_on", "due_on", "added_at")


def steps_due(user: User) -> QuerySet[DisruptionStep]:
    """What this user has to do, and what is left to those who work the case, longest overdue first."""
    rows = steps_visible_to(user).filter(_own_or_left(user), state=rules.Progress.OPEN)
    return rows.order_by("due_on", "added_at")


def _own_or_left(user: User) -> Q:
    """Of steps: those of this user, and those that nobody can do: in cases that they work in those of whoever cannot see the child or the adult
    any longer, or of nobody; in contexts that a team of theirs leads those of whoever went."""
    own, left, of_contexts = _own_and_left(user, DisruptionStep.objects.all())
    return Q(pk__in=own.union(left, of_contexts))


def _own_and_left(user: User, rows: QuerySet[DisruptionStep]) -> tuple[QuerySet[DisruptionStep, Any], ...]:
    """Keys of those of these."""
    rows = rows.order_by()
    keys = rows.values("pk")
    seen = sees(user, "owner", "case__person") & (Q(person=None) | sees(user, "owner", "person"))
    left = keys.filter(case__in=worked_in(user)).exclude(seen)
    of_contexts = keys.filter(context__lead_team__in=user.team_ids, owner__is_active=False)
    return keys.filter(owner=user), left, of_contexts


def steps_near(user: User) -> QuerySet[DisruptionStep, Any]:
    """Keys of steps without which there is none in `steps_due`. Whether the user may see one is asked beside."""
    rows = DisruptionStep.objects.filter(state=rules.Progress.OPEN, case__isnull=False)
    own, left, _of_contexts = _own_and_left(user, rows)
    return own.union(left, all=True)


def context_steps_near(user: User) -> QuerySet[DisruptionStep, Any]:
    """The same of `context_steps_due`."""
    rows = DisruptionStep.objects.filter(state=rules.Progress.OPEN, context__isnull=False)
    own, _left, of_contexts = _own_and_left(user, rows)
    return own.union(of_contexts, all=True)


def grounds_near(user: User) -> QuerySet[DisruptionStep, Any]:
    """The same of `grounds_gone`."""
    rows = DisruptionStep.objects.filter(pk__in=grounds.lost(StepGround).values("step"))
    own, left, of_contexts = _own_and_left(user, rows)
    return own.union(left, of_contexts, all=True)


def powers_near(user: User) -> QuerySet[DisruptionStep, Any]:
    """The same of `powers_due`."""
    today = timezone.localdate()
    soon = today + rules.AGAIN_WITHIN
    young = Q(person__kind="child") | Q(person__birth_date__gt=under_18_since(today))
    again = Q(ends_on__lte=soon) | Q(look_again_on__lte=soon) | young
    rows = DisruptionStep.objects.filter(again, ended_on=None).exclude(legal_power="")
    own, left, of_contexts = _own_and_left(user, rows)
    return own.union(left, of_contexts, all=True)


def ends_around(user: User, person_id: uuid.UUID) -> list[tuple[str, str]]:
    """People, places and groups around a child, as choices: 'place:…' and what it is called. Children are not among them."""
    ties = web(user).around(person_id)
    children = _children(user, [tie.end_id for tie in ties if tie.end == "person"])
    tied = children_tied(user, [tie.end_id for tie in ties if tie.end == "group"])
    found = {
        f"{tie.end}:{tie.end_id}": (f"{tie.name} ({tie.what})" if tie.what else f"{tie.kind} {tie.name}")
        + (_(": children are tied to it. Not against any of them") if tie.end_id in tied else "")
        for tie in ties
        if tie.end_id not in children
    }
    return list(found.items())


def read_against(user: User, child_id: uuid.UUID, end: str, end_id: uuid.UUID | None, text: str) -> Against:
    """What was chosen in the case of a child, or `Hidden` for a person, place or group that the user may not see."""
    if end == "place" and end_id:
        place_visible_to(user, end_id)
    elif end == "group" and end_id:
        group_visible_to(user, end_id)
        return Against(end, end_id, no_power=_only_children_of(user, end_id))
    elif end == "person" and end_id:
        person: Any = people_visible_to(user).filter(pk=end_id).first()
        if person is None:
            raise Hidden
        is_a_child = rules.is_a_child(person.kind, person.birth_date, timezone.localdate())
        return Against(end, end_id, is_a_child=is_a_child)
    else:
        return Against(text=text.strip(), no_power=_names_a_child(user, child_id, text))
    return Against(end, end_id)


def against_of(user: User, context: Context) -> Against:
    """The place or group that a context, which the user may see, is about."""
    key = context.node_id
    return Against(
        context.end, key, no_power=_only_children_of(user, key) if context.end == "group" else None
    )


def why_not_begin(user: User, case: Case) -> str | None:
    """What stands in the way of writing a step in this case at all."""
    return rules.why_not_begin_step(may_plan=user.may(May.PLAN), case_is_open=case.state == "open")


def to_finish(user: User) -> Counting:
    """Every step against what harms, of cases and of work on places and groups, on the day by which it was due; kept where it was done or could
    not be done, and what came of it is written down. Over the whole partnership, for those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    about = Coalesce("case__person", "context")
    steps = DisruptionStep.objects.order_by().annotate(about=about)
    return Counting(steps, "due_on", ~Q(state=rules.Progress.OPEN) & ~Q(note=""), "about")


def steps_with_an_owner(user: User, case: str) -> Exists:
    """A condition on rows that lead to a case by the field `case`: that a step in it has an owner and a day. Nothing of the
    step is shown, and it holds of none for those who do not see figures."""
    rows = DisruptionStep.objects.all() if user.may(May.SEE_FIGURES) else DisruptionStep.objects.none()
    owned = rows.filter(case=OuterRef(case), owner__isnull=False, due_on__isnull=False)
    return Exists(owned)
