"""Every write about the goals of a context and who watches over it: rule, row and audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.context import queries, rules
from heard.cases.context.actions._shared import _at_work, _audit, _keep_earlier
from heard.cases.context.models import Context, ContextGoal, ContextGuardian

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def set_goal(
    *, by: User, context_id: uuid.UUID, text: str, measure: str, review_on: date | None = None
) -> ContextGoal:
    """Who holds the context learns of it. `review_on`: where the context has no day for its review yet."""
    context = queries.locked_context(by, context_id)
    needs_review = context.review_on is None
    refuse(
        queries.why_not_begin_goal(by, context)
        or rules.why_not_set_goal(
            text=text,
            measure=measure,
            needs_review=needs_review,
            review_on=review_on,
            today=timezone.localdate(),
            names=queries.names_there(by, context.node_id),
        )
    )
    goal = ContextGoal.objects.create(
        context=context, text=text.strip(), measure=measure.strip(), added_by=by, added_at=timezone.now()
    )
    if needs_review:
        context.review_on = review_on
        context.save(update_fields=["review_on"])
    _audit(by, "set goal", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
    return goal


@transaction.atomic
def end_goal(*, by: User, goal_id: uuid.UUID, state: str, why: str) -> ContextGoal:
    """Reached or given up (`state`), with how that is known or why."""
    context = queries.locked_context(by, queries.goal_visible_to(by, goal_id).context_id)
    goal = queries.goal_visible_to(by, goal_id)
    refuse(
        queries.why_not_begin_ending(by, goal)
        or rules.why_not_end_goal(
            state=goal.state, becomes=state, why=why, open_steps=goal.steps.filter(state="open").count()
        )
        or queries.why_not_name_a_child(by, context, why)
    )
    goal.state, goal.why_ended, goal.ended_at = ContextGoal.State(state), why.strip(), timezone.now()
    goal.save(update_fields=["state", "why_ended", "ended_at"])
    _audit(by, "end goal", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
    return goal


@transaction.atomic
def ask_guardian(*, by: User, context_id: uuid.UUID, **said: Any) -> ContextGuardian:
    """Somebody was asked to watch over it, by whoever writes it down. `said`: what `rules.why_not_keep_guardian` asks for."""
    context = queries.locked_context(by, context_id)
    return _keep(by, context, ContextGuardian(context=context, asked_by=by), said)


@transaction.atomic
def change_guardian(*, by: User, guardian_id: uuid.UUID, **said: Any) -> ContextGuardian:
    """What they answered, that it is still so, or that they do it no longer."""
    context = queries.locked_context(by, queries.guardian_visible_to(by, guardian_id).context_id)
    guardian = queries.guardian_visible_to(by, guardian_id)
    refuse(queries.why_not_change_guardian(by, guardian))
    _keep_earlier(by, context, "guardian", guardian, queries.SAID_OF_GUARDIANS)
    return _keep(by, context, guardian, {"said_on": guardian.said_on} | said)


def _keep(by: User, context: Context, guardian: ContextGuardian, said: dict[str, Any]) -> ContextGuardian:
    answers = {"said_on": None, "look_again_on": None, "why_ended": ""} | said
    refuse(
        queries.why_not_ask(by, context)
        or rules.why_not_keep_guardian(
            **answers, today=timezone.localdate(), names=queries.names_there(by, context.node_id)
        )
    )
    for name, value in answers.items():
        setattr(guardian, name, value.strip() if isinstance(value, str) else value)
    guardian.full_clean()
    guardian.save()
    _audit(by, "keep guardian", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
    return guardian
