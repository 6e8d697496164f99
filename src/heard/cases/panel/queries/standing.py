"""How far what panels decided is, wherever it lives, said by the database: for a question that asks about many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Value, When

from heard.cases.disruption.models import DisruptionStep
from heard.cases.panel.queries.reading import panel_actions_visible_to
from heard.cases.plan.models import Action

if TYPE_CHECKING:
    from heard.agencies.models import User


def how_actions_stand(user: User) -> QuerySet[Any]:
    """Actions that the user may see, with `now` and `now_done_on`: how far each is and when it was done, as `stands` says of one."""
    nearest = Action.objects.filter(panel_action=OuterRef("pk")).order_by(
        Case(
            When(outcome__plan__state="agreed", then=Value(0)),
            When(outcome__plan__state="draft", then=Value(2)),
            default=Value(1),
        ),
        "-added_at",
    )
    steps = DisruptionStep.objects.filter(panel_action=OuterRef("pk")).order_by("pk")
    rows = panel_actions_visible_to(user).prefetch_related(None)
    return rows.annotate(
        now=_wherever(nearest, steps, "state"), now_done_on=_wherever(nearest, steps, "done_on")
    )


def _wherever(plans: QuerySet[Action], steps: QuerySet[DisruptionStep], field: str) -> Case:
    """A column of the copy in a plan, else of the step, else of the action itself."""
    return Case(
        When(Exists(plans), then=Subquery(plans.values(field)[:1])),
        When(Exists(steps), then=Subquery(steps.values(field)[:1])),
        default=F(field),
    )
