"""Reviews of a context, its end, and looking again after it: rule, row and audit row in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import Hidden, refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.context import queries, rules
from heard.cases.context.actions._shared import _at_work, _audit, _to_decide
from heard.cases.context.models import Context, ContextEnd, ContextReview, ContextTry, ReviewedGoal
from heard.cases.stage.rules import Looked

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def hold_review(
    *,
    by: User,
    context_id: uuid.UUID,
    held_on: date | None,
    took_part: str,
    what_changed: str,
    looked: Mapping[uuid.UUID, Looked],
    decision: str,
    reason: str,
    next_review_on: date | None = None,
) -> ContextReview:
    """Goal by goal (`looked`: each that is open, by its key), then how it goes on. Where it can close, whoever closes it learns of it.
    One that was held before another, and written down after it, moves no day."""
    context = queries.locked_context(by, context_id)
    goals = list(queries.open_goals(by, context_id))
    if set(looked) != {goal.pk for goal in goals}:
        raise Hidden
    refuse(
        queries.why_not_begin_review(by, context)
        or rules.why_not_review(
            held_on=held_on,
            opened_on=timezone.localdate(context.opened_at),
            took_part=took_part,
            what_changed=what_changed,
            looked=list(looked.values()),
            decision=decision,
            reason=reason,
            next_review_on=next_review_on,
            today=timezone.localdate(),
            names=queries.names_there(by, context.node_id),
        )
    )
    assert held_on is not None
    goes_on = decision != rules.Decision.CLOSE
    review = ContextReview(
        context=context,
        due_on=context.review_on,
        held_on=held_on,
        held_by=by,
        took_part=took_part.strip(),
        what_changed=what_changed.strip(),
        decision=decision,
        reason=reason.strip(),
        next_review_on=next_review_on if goes_on else None,
    )
    review.full_clean()
    review.save()
    for key, one in looked.items():
        row = ReviewedGoal(
            review=review,
            goal_id=key,
            course=one.course,
            what=one.what,
            seen_by=one.seen_by,
            seen_on=one.seen_on,
        )
        row.full_clean()
        row.save()
    if not context.reviews.filter(held_on__gt=held_on).exists():
        context.review_on = review.next_review_on
        context.save(update_fields=["review_on"])
    _audit(by, "review", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
    if not goes_on:
        announce(by=by, kind=Notified.CONTEXT_TO_DECIDE, **_to_decide(by, context))
    return review


@transaction.atomic
def close_context(
    *,
    by: User,
    context_id: uuid.UUID,
    why: str,
    young_people: str,
    who_watches: str,
    opens_again_if: str,
) -> Context:
    """Ends the work, on a review that decided so; ninety days later somebody looks whether harm moved. Who holds it learns of it, and whoever
    did a step of it."""
    context = queries.locked_context(by, context_id)
    refuse(
        queries.why_not_begin_closing(by, context)
        or rules.why_not_close(
            why=why,
            young_people=young_people,
            who_watches=who_watches,
            opens_again_if=opens_again_if,
            names=queries.names_there(by, context.node_id),
        )
    )
    now = timezone.now()
    context.state, context.closed_at, context.closed_by = Context.State.CLOSED, now, by
    context.why_closed, context.review_on = why.strip(), None
    context.full_clean()
    context.save()
    ContextEnd.objects.create(
        context=context,
        young_people=young_people.strip(),
        who_watches=who_watches.strip(),
        opens_again_if=opens_again_if.strip(),
        look_again_on=timezone.localdate(now) + timedelta(days=rules.LOOK_AGAIN_AFTER),
    )
    _audit(by, "close", context)
    did = [step.owner for step in context.steps.select_related("owner")]
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context, *did))
    return context


@transaction.atomic
def look_again(
    *, by: User, context_id: uuid.UUID, found: str, what: str, again_on: date | None = None
) -> ContextEnd:
    """Whether harm moved, or safety spread, since the work ended, by somebody who says how that is known. Where it is not known,
    somebody looks once more (`again_on`). Where harm moved, whoever decides learns of it."""
    context = queries.locked_context(by, context_id)
    end = queries.end_of(by, context_id)
    refuse(
        queries.why_not_begin_looking(by, context)
        or rules.why_not_look_again(
            found=found,
            what=what,
            again_on=again_on,
            today=timezone.localdate(),
            names=queries.names_there(by, context.node_id),
        )
    )
    assert end is not None
    if found == rules.Found.NOT_KNOWN:
        assert again_on is not None
        ContextTry.objects.create(end=end, what=what.strip(), tried_at=timezone.now(), tried_by=by)
        end.look_again_on = again_on
    else:
        end.found, end.what, end.looked_at, end.looked_by = found, what.strip(), timezone.now(), by
    end.full_clean()
    end.save()
    _audit(by, "look again", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
    if found in rules.HARM_MOVED:
        announce(by=by, kind=Notified.CONTEXT_TO_DECIDE, **_to_decide(by, context))
    return end
