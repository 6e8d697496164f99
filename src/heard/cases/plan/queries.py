"""What others may read about plans and their actions. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Prefetch, Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.cases.assessment.queries import latest_signed
from heard.cases.case.queries import worked_in
from heard.cases.case.rules import Kept
from heard.cases.plan import rules
from heard.cases.plan.models import Action, Outcome, Plan, WhereWeAre
from heard.network.queries import sees, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User


def plans_visible_to(user: User) -> QuerySet[Plan]:
    """Plans of children whose record the user may open, newest first."""
    return Plan.objects.filter(visible_through(user, "case__person")).select_related(
        "case__person", "case__lead_team", "case__trusted_worker", "assessment", "agreed_by", "words"
    )


def plan_visible_to(user: User, plan_id: uuid.UUID) -> Plan:
    """With its outcomes and their actions, or `Hidden`."""
    actions = Action.objects.select_related("owner", "agency", "panel_action__item__panel")
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
    return plans_of(user, case_id).filter(state=rules.State.AGREED).first()


def draft_plan(user: User, case_id: uuid.UUID) -> Plan | None:
    return plans_of(user, case_id).filter(state=rules.State.DRAFT).first()


def actions_visible_to(user: User) -> QuerySet[Action]:
    """Actions of the plans that the user may see. Each knows its outcome, plan, case and child."""
    return Action.objects.filter(visible_through(user, "outcome__plan__case__person")).select_related(
        "owner", "agency", "panel_action", "outcome__plan__case__person"
    )


def action_visible_to(user: User, action_id: uuid.UUID) -> Action:
    action = actions_visible_to(user).filter(pk=action_id).first()
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
    changed = rows.filter(plan__replaces_id=outcome.plan_id, plan__state=rules.State.DRAFT)
    return changed.filter(first_id=outcome.line_id).select_related("plan__case__person").first()


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
    return rows.filter(outcome__plan__state=rules.State.AGREED).order_by("due_on", "added_at")


def actions_due(user: User) -> QuerySet[Action]:
    """What this user has to do in plans that are in force: longest overdue first, then what comes next. What somebody has to
    do who cannot see the child any more is with those who work the case."""
    opened = (
        Action.objects.order_by()
        .filter(state=rules.Progress.OPEN, outcome__plan__state=rules.State.AGREED)
        .values("pk")
    )
    near = opened.filter(outcome__plan__case__in=worked_in(user))
    left = near.exclude(sees(user, "owner", "outcome__plan__case__person"))
    mine = opened.filter(owner=user).union(left)
    return actions_visible_to(user).filter(pk__in=mine).order_by("due_on", "added_at")


def steps(plan: Plan) -> list[list[rules.Step]]:
    """The plan's actions, by outcome, as the rule on agreeing reads them."""
    return [
        [rules.Step(action.owner_id is not None, action.due_on) for action in outcome.actions.all()]
        for outcome in plan.outcomes.all()
    ]


def why_not_start(user: User, case_id: uuid.UUID, *, case_is_open: bool) -> str | None:
    return rules.why_not_start(
        case_is_open=case_is_open,
        may_plan=user.may(May.PLAN),
        has_draft=draft_plan(user, case_id) is not None,
        has_agreed=agreed_plan(user, case_id) is not None,
    )


def why_not_change(user: User, plan: Plan) -> str | None:
    return rules.why_not_change(state=plan.state, may_plan=user.may(May.PLAN))


def why_not_agree(
    user: User, plan: Plan, *, has_words: bool, why_no_words: str, review_on: date | None, today: date
) -> str | None:
    return rules.why_not_agree(
        state=plan.state,
        case_is_open=plan.case.state == "open",
        may_plan=user.may(May.PLAN),
        has_signed_assessment=latest_signed(user, plan.case_id) is not None,
        outcomes=steps(plan),
        has_words=has_words,
        why_no_words=why_no_words,
        review_on=review_on,
        today=today,
    )


def why_not_agree_yet(user: User, plan: Plan, today: date) -> str | None:
    """What stands in the way of agreeing, apart from what the page for agreeing itself asks for."""
    tomorrow = today + timedelta(days=1)
    return why_not_agree(user, plan, has_words=True, why_no_words="", review_on=tomorrow, today=today)


def why_not_finish(user: User, action: Action, *, outcome: str, note: str) -> str | None:
    return rules.why_not_finish_action(
        plan_state=action.outcome.plan.state,
        progress=action.state,
        outcome=outcome,
        note=note,
        may_plan=user.may(May.PLAN),
    )


def done_in_time(user: User, *, since: date, today: date) -> Kept:
    """Actions of agreed plans that were due since a day and were done by then. Over the whole partnership, for those
    who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    due = Action.objects.filter(due_on__gte=since, due_on__lt=today).order_by()
    agreed = due.exclude(outcome__plan__state=rules.State.DRAFT)
    in_time = Q(state=rules.Progress.DONE, done_on__lte=F("due_on"))
    return Kept(**agreed.aggregate(kept=Count("pk", in_time), of=Count("pk")))


def agreed_with_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Kept:
    """Plans agreed since a day beside the child's own words. Over the whole partnership, for those who see
    figures; `by`: those agreed by these people, of the children whom the user may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = Plan.objects.all() if by is None else plans_visible_to(user).filter(agreed_by__in=by)
    agreed = rows.filter(agreed_at__date__gte=since).order_by()
    return Kept(**agreed.aggregate(kept=Count("pk", Q(words__isnull=False)), of=Count("pk")))


def overdue_count(user: User, *, since: date, today: date) -> int:
    """Plans in force whose review was due since a day and has not been held."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Plan.objects.filter(state=rules.State.AGREED, review_on__gte=since, review_on__lt=today).count()
