"""What others may read about plans and their actions. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case as Either
from django.db.models import DateField, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.assessment.queries import signed_since_opened
from heard.cases.case.counting import LED_BY, Counting, days_between
from heard.cases.case.notices.queries import has_been_read
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import (
    beside_words,
    followed_until,
    led_by_own_agencies,
    why_not_after_death,
    worked_in,
)
from heard.cases.case.rules import Kept, due_on
from heard.cases.case.sight import in_sight
from heard.cases.clocks.queries import STANDING, moments_of
from heard.cases.concern.queries import first_told
from heard.cases.disruption.queries import steps_with_an_owner
from heard.cases.missing.queries import days_missing
from heard.cases.plan import rules
from heard.cases.plan.models import Action, ActionDelay, Outcome, Plan, WhereWeAre
from heard.knowledge import load
from heard.network.queries import sees, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case
    from heard.knowledge.model import Clock


_PUT_OFF: Final = ("delays", "first__delays")


@dataclass(frozen=True)
class Next:
    """What binds the day of the next review: a clock and the last day that it allows, or nothing."""

    clock: Clock | None
    latest_by: date | None


def plans_visible_to(user: User) -> QuerySet[Plan]:
    """Plans of children whose record the user may open, newest first."""
    return _plans(visible_through(user, "case__person"))


def plans_with_keys(user: User, keys: QuerySet[Any, Any]) -> QuerySet[Plan]:
    """Those with these keys: each is looked at by itself."""
    return _plans(visible_through(user, "case__person", among_others=True)).filter(pk__in=keys)


def _plans(which: Q) -> QuerySet[Plan]:
    beside = ("case__person", "case__lead_team", "case__trusted_worker", "assessment", "agreed_by", "words")
    return Plan.objects.filter(which).select_related(*beside)


def plan_visible_to(user: User, plan_id: uuid.UUID) -> Plan:
    """With its outcomes and their actions, or `Hidden`."""
    actions = Action.objects.select_related("owner", "agency", "panel_action__item__panel")
    actions = actions.prefetch_related(*_PUT_OFF)
    outcomes = Outcome.objects.prefetch_related(Prefetch("actions", actions))
    plan = plans_visible_to(user).prefetch_related(Prefetch("outcomes", outcomes)).filter(pk=plan_id).first()
    if plan is None:
        raise Hidden
    return plan


def plans_of(user: User, case_id: uuid.UUID) -> QuerySet[Plan]:
    """Every plan of a case, newest first: the agreed one, one being written, and those before."""
    return plans_visible_to(user).filter(case_id=case_id)


def agreed_plan(user: User, case_id: uuid.UUID) -> Plan | None:
    """The plan that is in force, if there is one."""
    return plans_of(user, case_id).filter(state=rules.PlanState.AGREED).first()


def plan_in_force(user: User, person_id: uuid.UUID) -> Plan | None:
    """The agreed plan of this child's open case."""
    rows = plans_visible_to(user).filter(case__person=person_id, case__state="open")
    return rows.filter(state=rules.PlanState.AGREED).first()


def draft_plan(user: User, case_id: uuid.UUID) -> Plan | None:
    return plans_of(user, case_id).filter(state=rules.PlanState.DRAFT).first()


def actions_visible_to(user: User) -> QuerySet[Action]:
    """Actions of the plans that the user may see. Each knows its outcome, plan, case and child."""
    return _with_all(visible_through(user, "outcome__plan__case__person"))


def _with_all(which: Q) -> QuerySet[Action]:
    beside = ("owner", "agency", "panel_action", "outcome__plan__case__person")
    return Action.objects.filter(which).select_related(*beside)


def action_visible_to(user: User, action_id: uuid.UUID) -> Action:
    """With each time that it was put off, or `Hidden`."""
    action = actions_visible_to(user).prefetch_related(*_PUT_OFF).filter(pk=action_id).first()
    if action is None:
        raise Hidden
    return action


def outcome_visible_to(user: User, outcome_id: uuid.UUID) -> Outcome:
    rows = Outcome.objects.filter(visible_through(user, "plan__case__person"))
    outcome = rows.select_related("plan__case__person").filter(pk=outcome_id).first()
    if outcome is None:
        raise Hidden
    return outcome


def outcome_in_changed_plan(user: User, outcome: Outcome) -> Outcome | None:
    """The same outcome in the plan that is being written to replace this one's, if there is one."""
    rows = Outcome.objects.filter(visible_through(user, "plan__case__person"))
    changed = rows.filter(plan__replaces_id=outcome.plan_id, plan__state=rules.PlanState.DRAFT)
    return changed.filter(first_id=outcome.line_id).select_related("plan__case__person").first()


def missed_review(user: User, plan: Plan, today: date) -> date | None:
    """The day of the review that was due and that nobody held, if there is one. For a plan that the user may see."""
    if plan.review_on is None or plan.review_on >= today:
        return None
    held = plans_visible_to(user).filter(pk=plan.pk, reviews__due_on=plan.review_on)
    return None if held.exists() else plan.review_on


def notes_visible_to(user: User) -> QuerySet[WhereWeAre]:
    """How far outcomes were, in the plans that this user may see, the latest first."""
    rows = WhereWeAre.objects.filter(visible_through(user, "outcome__plan__case__person"))
    return rows.select_related("outcome", "written_by")


def notes_of(user: User, plan: Plan) -> dict[uuid.UUID, list[WhereWeAre]]:
    """Of each outcome of a plan, by its `line_id`, how far it was, the latest first: also in the plans before."""
    lines = [outcome.line_id for outcome in plan.outcomes.all()]
    rows = notes_visible_to(user).filter(Q(outcome__in=lines) | Q(outcome__first__in=lines))
    found: dict[uuid.UUID, list[WhereWeAre]] = {}
    for note in rows:
        found.setdefault(note.outcome.line_id, []).append(note)
    return found


def last_note(user: User, outcome: Outcome) -> WhereWeAre | None:
    """The latest that was said of an outcome, in whichever plan."""
    line = outcome.line_id
    return notes_visible_to(user).filter(Q(outcome=line) | Q(outcome__first=line)).first()


def actions_of(user: User, case_id: uuid.UUID) -> QuerySet[Action]:
    """Actions of the case's plan that is in force, first due first."""
    rows = actions_visible_to(user).filter(outcome__plan__case_id=case_id)
    return rows.filter(outcome__plan__state=rules.PlanState.AGREED).order_by("due_on", "added_at")


def actions_due(user: User) -> QuerySet[Action]:
    """What this user has to do in plans that are in force: longest overdue first, then what comes next. What somebody has to
    do who cannot see the child any more is with those who work the case."""
    own, left = _own_and_left(user)
    rows = _with_all(visible_through(user, "outcome__plan__case__person", among_others=True))
    return rows.filter(pk__in=own.union(left)).order_by("due_on", "added_at")


def actions_near(user: User) -> QuerySet[Action, Any]:
    """Keys of actions without which there is none of them. Whether the user may see one is asked beside."""
    own, left = _own_and_left(user)
    return own.union(left, all=True)


def _own_and_left(user: User) -> tuple[QuerySet[Action, Any], QuerySet[Action, Any]]:
    """Keys of what this user has to do, and of what nobody else can do in cases in which they work."""
    opened = (
        Action.objects.order_by()
        .filter(state=rules.Progress.OPEN, outcome__plan__state=rules.PlanState.AGREED)
        .values("pk")
    )
    case = "outcome__plan__case"
    its_workers = Q(owner=F(f"{case}__allocated_worker")) | Q(owner=F(f"{case}__trusted_worker"))
    near = opened.filter(outcome__plan__case__in=worked_in(user)).exclude(its_workers & in_sight(case))
    return opened.filter(owner=user), near.exclude(sees(user, "owner", f"{case}__person"))


def overdue_in_team(user: User) -> QuerySet[Action]:
    """What is overdue in the plans in force of the user's team, the longest first."""
    led = led_by_own_agencies(user).order_by().values("pk")
    rows = actions_visible_to(user).filter(
        outcome__plan__case__in=led, outcome__plan__state=rules.PlanState.AGREED
    )
    rows = rows.filter(state=rules.Progress.OPEN, due_on__lt=timezone.localdate())
    return rows.order_by("due_on", "pk")


def steps(user: User, plan: Plan) -> list[list[rules.Step]]:
    """The plan's actions, by outcome, as the rule on agreeing reads them. One query more where it replaces a plan."""
    before = actions_visible_to(user).filter(outcome__plan=plan.replaces_id) if plan.replaces_id else ()
    days = {action.line_id: action.due_on for action in before}
    return [
        [
            rules.Step(action.owner_id is not None, action.due_on, days.get(action.line_id))
            for action in outcome.actions.all()
        ]
        for outcome in plan.outcomes.all()
    ]


def added_on(user: User, action: Action) -> date:
    """The day on which an action was first written down, in whichever plan."""
    first = actions_visible_to(user).filter(pk=action.line_id).values_list("added_at", flat=True).first()
    return timezone.localdate(first or action.added_at)


def next_after(user: User, case: Case, held_on: date) -> Next:
    """What binds the day of the next review after one that is held on a day."""
    held = [day for day in _reviewed_on(user, case, held_on) if day < held_on]
    return _bound(case, len(held) + 1, held_on)


def first_or_next(user: User, case: Case, today: date) -> Next:
    """What binds the day of the next review of a plan that is agreed today: counted from the last review, or from today
    where none was held. Where that day has passed, the review was missed, and the clock starts anew."""
    held = _reviewed_on(user, case, today)
    bound = _bound(case, len(held), max(held, default=today))
    return bound if bound.latest_by is None or bound.latest_by > today else _bound(case, len(held), today)


def _reviewed_on(user: User, case: Case, until: date) -> list[date]:
    """The days of the reviews held under the child's legal status of now, of plans agreed since the case was opened. None
    where that status has no clock."""
    kind = rules.BEGINS_WITH.get(case.person.legal_status)
    if kind is None:
        return []
    began = moments_of(user, case.pk).filter(STANDING, kind=kind, on__lte=until).order_by("-on").first()
    rows = plans_of(user, case.pk).filter(agreed_at__gte=case.opened_at)
    held = rows.order_by().filter(reviews__held_on__lte=until).values_list("reviews__held_on", flat=True)
    return [day for day in held if began is None or day >= began.on]


def _bound(case: Case, held: int, start: date) -> Next:
    name = rules.clock_of_next(case.person.legal_status, held=held)
    clock = load.current().clock(name) if name else None
    return Next(clock, due_on(clock, start) if clock else None)


def why_not_start(user: User, case_id: uuid.UUID, *, case_is_open: bool) -> str | None:
    return rules.why_not_start(
        case_is_open=case_is_open,
        may_plan=user.may(May.PLAN),
        has_draft=draft_plan(user, case_id) is not None,
        has_agreed=agreed_plan(user, case_id) is not None,
    )


def why_not_change(user: User, plan: Plan) -> str | None:
    return rules.why_not_change(
        state=plan.state, case_is_open=plan.case.state == "open", may_plan=user.may(May.PLAN)
    )


def why_not_begin_discarding(user: User, plan: Plan) -> str | None:
    return rules.why_not_begin_discarding(state=plan.state, may_plan=user.may(May.PLAN))


def why_not_agree(
    user: User, plan: Plan, *, has_words: bool, why_no_words: str, review_on: date | None, today: date
) -> str | None:
    return rules.why_not_agree(
        state=plan.state,
        case_is_open=plan.case.state == "open",
        may_plan=user.may(May.PLAN),
        has_signed_assessment=signed_since_opened(user, plan.case) is not None,
        outcomes=steps(user, plan),
        has_words=has_words,
        why_no_words=why_no_words,
        review_on=review_on,
        latest_by=first_or_next(user, plan.case, today).latest_by,
        today=today,
    )


def why_not_agree_yet(user: User, plan: Plan, today: date) -> str | None:
    """What stands in the way of agreeing, apart from what the page for agreeing itself asks for."""
    tomorrow = today + timedelta(days=1)
    return why_not_agree(user, plan, has_words=True, why_no_words="", review_on=tomorrow, today=today)


def why_not_begin_finishing(user: User, action: Action) -> str | None:
    return rules.why_not_begin_finishing(
        plan_state=action.outcome.plan.state, progress=action.state, may_plan=user.may(May.PLAN)
    )


def why_not_finish(user: User, action: Action, *, outcome: str, note: str, done_on: date) -> str | None:
    return rules.why_not_finish_action(
        plan_state=action.outcome.plan.state,
        progress=action.state,
        outcome=outcome,
        note=note,
        may_plan=user.may(May.PLAN),
        added_on=added_on(user, action),
        done_on=done_on,
        today=timezone.localdate(),
    )


def why_not_put_off(user: User, action: Action, *, due_on: date | None, reason: str) -> str | None:
    return why_not_begin_putting_off(user, action) or rules.why_not_put_off(
        was_due_on=action.due_on,
        review_on=action.outcome.plan.review_on,
        due_on=due_on,
        reason=reason,
        today=timezone.localdate(),
    )


def why_not_begin_putting_off(user: User, action: Action) -> str | None:
    """Whether it can be put off at all."""
    plan = action.outcome.plan
    return why_not_after_death(user, plan.case.person_id) or rules.why_not_begin_putting_off(
        plan_state=plan.state,
        progress=action.state,
        may_plan=user.may(May.PLAN),
        was_due_on=action.due_on,
        review_on=plan.review_on,
        today=timezone.localdate(),
    )


def where_put_off(action: Action) -> str:
    """The page on which an action of somebody's list is put off; "" where its review comes first."""
    plan = action.outcome.plan
    is_too_late = rules.is_for_the_review(action.due_on, plan.review_on, timezone.localdate())
    return "" if is_too_late else reverse("action_put_off", args=[action.pk])


def where_done(action: Action) -> str:
    """Where one press says that an action of somebody's list is done."""
    return reverse("action_done", args=[action.pk])


def why_not_take_back_done(user: User, action: Action) -> str | None:
    plan, finished = action.outcome.plan, action.finished_at
    return why_not_after_death(user, plan.case.person_id) or rules.why_not_take_back_done(
        plan_state=plan.state,
        progress=action.state,
        is_owner=user.may(May.PLAN) and action.owner_id == user.pk,
        is_today=finished is not None and timezone.localdate(finished) == timezone.localdate(),
        has_note=bool(action.note),
        has_draft=draft_plan(user, plan.case_id) is not None,
        is_read=has_been_read(user, Notified.ACTION_FINISHED, subject="action", subject_id=action.pk),
    )


def why_not_take_back_delay(user: User, action: Action) -> str | None:
    plan, delay = action.outcome.plan, next(iter(action.put_off[-1:]), None)
    return why_not_after_death(user, plan.case.person_id) or rules.why_not_take_back_delay(
        plan_state=plan.state,
        progress=action.state,
        is_own=user.may(May.PLAN) and delay is not None and delay.put_off_by_id == user.pk,
        is_today=delay is not None and timezone.localdate(delay.put_off_at) == timezone.localdate(),
        stands=delay is not None and delay.due_on == action.due_on,
        is_read=has_been_read(user, Notified.ACTION_PUT_OFF, subject="action", subject_id=action.pk),
    )


def delays_visible_to(user: User) -> QuerySet[ActionDelay]:
    """Each time that an action was put off, in the plans that this user may see."""
    return ActionDelay.objects.filter(visible_through(user, "action__outcome__plan__case__person"))


def to_do(user: User) -> Counting:
    """Every action of an agreed plan with a day, once, on the first day by which it was due and that stayed or passed; kept
    where it was done by then. Of what was put off, the day that was agreed: where a changed plan took it over, that which the plan
    before had until then. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    agreed = Action.objects.exclude(outcome__plan__state=rules.PlanState.DRAFT).order_by()
    replaced = Q(state=rules.Progress.REPLACED)
    line = Coalesce("first_id", "pk")
    changed_at = "outcome__plan__replaced_by__agreed_at"
    delays = (
        ActionDelay.objects.filter(action=OuterRef("line")).order_by("put_off_at", "pk").values("was_due_on")
    )
    before_change = delays.filter(put_off_at__lt=OuterRef(changed_at))
    first_delay = Either(When(replaced, then=Subquery(before_change[:1])), default=Subquery(delays[:1]))
    promised = Coalesce(first_delay, "due_on", output_field=DateField())
    missed = replaced & Q(promised__lt=TruncDate(changed_at))
    lines = agreed.annotate(line=line).annotate(promised=promised)
    due = lines.filter(~replaced | missed, due_on__isnull=False)
    # By its own columns and not by `line`, which no index knows.
    same = due.filter(Q(first_id=OuterRef("line")) | Q(first_id=None, pk=OuterRef("line")))
    before = same.filter(
        Q(promised__lt=OuterRef("promised")) | Q(promised=OuterRef("promised"), pk__lt=OuterRef("pk"))
    )
    in_time = Q(state=rules.Progress.DONE, done_on__lte=F("promised"))
    in_time &= ~Q(line__in=lines.filter(missed).values("line"))
    case = "outcome__plan__case"
    return Counting(
        due.filter(~Exists(before)), "promised", in_time, f"{case}__person", agency=f"{case}__{LED_BY}"
    )


def agreed_beside_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Counting:
    """Plans agreed since a day beside the child's own words. Over the whole partnership, for those who see
    figures; `by`: those agreed by these people, of the children whom the user may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = Plan.objects.all() if by is None else plans_visible_to(user).filter(agreed_by__in=by)
    agreed = rows.filter(agreed_at__date__gte=since).order_by()
    return beside_words(user, agreed, at="agreed_at", around="case")


def missing_around_first_plan(
    user: User, *, since: date, until: date, days: int
) -> dict[uuid.UUID, tuple[int, int] | None]:
    """Of each child, by key, for whom so many `days` since their first agreed plan ended between these two: how many missing episodes began
    in that many days before the plan, and from its day on. None where the child died, or work with the child ended, within the days after it. Over
    the whole partnership, for those who see figures; true counts, shown to nobody."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    span = timedelta(days=days)
    agreed = Plan.objects.filter(agreed_at__isnull=False).order_by().values_list("case__person")
    first = {child: timezone.localdate(at) for child, at in agreed.annotate(at=Min("agreed_at"))}
    planned = {child: day for child, day in first.items() if since <= day + span - timedelta(1) <= until}
    began = days_missing(user, planned, since=since - 2 * span, until=until)
    ended = followed_until(user, planned)
    return {
        child: None
        if any(one == date.min or day <= one < day + span for one in ended.get(child, ()))
        else (
            sum(day - span <= one < day for one in began[child]),
            sum(day <= one < day + span for one in began[child]),
        )
        for child, day in planned.items()
    }


def not_reviewed(user: User) -> Counting:
    """Plans with a day for a review that has not been held: those in force, and those that kept the day because
    it was missed before they were replaced or ended. None is kept. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    # One that was brought in has a day, and nobody has agreed to it.
    waiting = Plan.objects.exclude(state=rules.PlanState.DRAFT).filter(review_on__isnull=False).order_by()
    return Counting(waiting, "review_on", None, "case__person", agency=f"case__{LED_BY}")


def with_a_disruption_step(user: User) -> Kept:
    """Plans in force in open cases beside which a disruption step has an owner and a day. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    plans = Plan.objects.filter(state=rules.PlanState.AGREED, case__state="open").order_by()
    owned = steps_with_an_owner(user, "case")
    return Kept(plans.filter(owned).count(), plans.count())


def first_plans(user: User) -> Counting:
    """The first plan of each child, by the day on which it was agreed. Over the whole partnership, for those who see figures."""
    return Counting(_first_plans(user), "agreed_at", None, "case__person")


def _first_plans(user: User) -> QuerySet[Plan]:
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    earlier = Plan.objects.order_by().filter(
        case__person=OuterRef("case__person"), agreed_at__lt=OuterRef("agreed_at")
    )
    return Plan.objects.order_by().filter(~Exists(earlier), agreed_at__isnull=False)


def days_to_first_plan(user: User, *, since: date, until: date) -> tuple[int, int, float | None]:
    """How many children's first plan was agreed on one of these days, of how many of them a worry was told before, and the median of the days from the first
    one to the plan. Over the whole partnership, for those who see figures; true counts, shown to nobody where they are few."""
    first = _first_plans(user).filter(agreed_at__date__range=(since, until))
    told = first.annotate(told=first_told(user, "case__person")).filter(
        told__date__lte=TruncDate("agreed_at")
    )
    return first.count(), *days_between(told, TruncDate("told"), TruncDate("agreed_at"))
