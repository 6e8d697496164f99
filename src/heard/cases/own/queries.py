"""What the child's own pages show. `user` is always the first argument."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Max, OuterRef, QuerySet, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.queries import looks_at, roles_of
from heard.agencies.rules import May
from heard.cases.case.queries import words_of
from heard.cases.own import rules
from heard.cases.own.models import ChildsPlan, GivenPlan
from heard.cases.own.rules import Look, Lookers
from heard.cases.plan.models import ActionDelay, Plan
from heard.cases.safety.queries import in_force
from heard.govuk.environment import day
from heard.network.queries import involvements_of, keys_of, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User

PROSE = ("reach", "what_changed", "if_unsafe", "who_knows", "next_steps")


@dataclass(frozen=True)
class OwnPlan:
    """A plan as the child reads it. `lines`: what will be different, each with what we do, when, and whether it is done.

    `missing`: how many outcomes and actions have no plain words yet; they are left out of `lines`.
    """

    plan: Plan
    childs: ChildsPlan | None
    lines: list[tuple[str, list[Any]]]
    missing: int
    today: date = field(default_factory=timezone.localdate)

    @property
    def is_written(self) -> bool:
        return self.childs is not None and bool(self.lines)

    @property
    def texts(self) -> str:
        """Everything that was written for the child; not what the child said."""
        prose = [getattr(self.childs, name) for name in PROSE] if self.childs else []
        lines = [
            text
            for outcome, actions in self.lines
            for text in (outcome, *(action.plain for action in actions))
        ]
        return "\n".join([*lines, *prose])


def own_plan(user: User, plan: Plan) -> OwnPlan:
    """For a plan that came from `plan_visible_to`. One query more."""
    rows = ChildsPlan.objects.filter(visible_through(user, "plan__case__person"), plan=plan)
    childs = rows.select_related("words").first()
    lines = [
        (outcome.plain, [action for action in outcome.actions.all() if action.plain])
        for outcome in plan.outcomes.all()
        if outcome.plain
    ]
    every: list[Any] = [one for outcome in plan.outcomes.all() for one in (outcome, *outcome.actions.all())]
    return OwnPlan(plan, childs, lines, sum(not one.plain for one in every))


def given_visible_to(user: User) -> QuerySet[GivenPlan]:
    """When children were given their plans, or why not, the latest first."""
    rows = GivenPlan.objects.filter(visible_through(user, "plan__case__person"))
    return rows.select_related("written_by")


def given_of(user: User, plan_id: uuid.UUID) -> QuerySet[GivenPlan]:
    return given_visible_to(user).filter(plan_id=plan_id)


@dataclass(frozen=True)
class HeldCopy:
    """What the child was given last, and the last day on which the plan changed since: None where they have it as it is."""

    given_on: date
    changed_on: date | None


def held_copy(user: User, case_id: uuid.UUID) -> HeldCopy | None:
    """Of the plan of this case that is in force; None where there is none, or the child was never given any. One query."""
    in_force = Plan.objects.filter(case=OuterRef("plan__case"), state="agreed")
    put_off = ActionDelay.objects.filter(action__outcome__plan__case=OuterRef("plan__case"))
    put_off = put_off.exclude(action__plain="").order_by("-put_off_at")
    rows = given_visible_to(user).filter(plan__case=case_id, given_on__isnull=False)
    rows = rows.annotate(
        agreed_at=Subquery(in_force.values("agreed_at")[:1]),
        words_at=Subquery(in_force.values("childs__written_at")[:1]),
        put_off_at=Subquery(put_off.values("put_off_at")[:1]),
    )
    one = rows.filter(agreed_at__isnull=False).order_by("-given_on", "-written_at", "-pk").first()
    if one is None or one.given_on is None:
        return None
    changes = [at for at in (one.agreed_at, one.words_at, one.put_off_at) if at]
    days = [timezone.localdate(at) for at in changes if at > one.written_at]
    days += [day for day in map(timezone.localdate, changes) if day > one.given_on]
    return HeldCopy(one.given_on, max(days, default=None))


def suggested_for(user: User, plan: Plan) -> dict[str, Any]:
    """What the child's plan may begin with, from the record: the worker changes it into the child's words."""
    person_id = plan.case.person_id
    team = plan.case.trusted_worker.team if plan.case.trusted_worker else None
    words = words_of(user, person_id).first()
    agencies = [row.agency.name for row in involvements_of(user, person_id)]
    safety = in_force(user, plan.case_id)
    return {
        "reach": _("Ring %(phone)s.") % {"phone": team.duty_phone} if team and team.duty_phone else "",
        "words": str(words.pk) if words else "",
        "what_changed": words.what_changed if words else "",
        "if_unsafe": "\n".join(filter(None, [safety.who_to_call, safety.safe_places])) if safety else "",
        "who_knows": _("People at %(agencies)s know about this plan.") % {"agencies": ", ".join(agencies)},
        "next_steps": _("On %(date)s we look at this plan together again.") % {"date": day(plan.review_on)}
        if plan.review_on
        else "",
    }


def why_not_write(user: User, plan: Plan) -> str | None:
    return rules.why_not_write(
        plan_state=plan.state, case_is_open=plan.case.state == "open", may_plan=user.may(May.PLAN)
    )


def looks_for_child(user: User, person_id: uuid.UUID) -> list[Lookers]:
    """Who looked at or changed a child's record, by agency and role. Four queries, however many looks there are.

    The caller has shown, by `open_record`, that the user may see the child.
    """
    rows = looks_at(user, person_ids=keys_of(user, person_id)).order_by()
    rows = rows.exclude(verb="try to open")  # by somebody who is kept out, and so saw nothing
    rows = rows.annotate(reads=Case(When(verb__in=rules.READS, then=True), default=False))
    counted = list(rows.values("actor_id", "agency", "reads").annotate(times=Count("pk"), last=Max("at")))
    roles = roles_of(user, {row["actor_id"] for row in counted})
    return rules.who_looked(
        Look(
            row["actor_id"],
            row["agency"],
            rules.first_role(roles.get(row["actor_id"], ())),
            row["reads"],
            row["times"],
            row["last"],
        )
        for row in counted
    )
