"""Reviews, how help ends, and how a case opens again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.cases.concern import actions as telling
from heard.cases.review import actions as reviewing
from heard.cases.review.rules import Looked
from heard.cases.words.actions import answer_words
from heard.cases.words.rules import ChildsView
from heard.demo.life import planning

if TYPE_CHECKING:
    from heard.demo.life.child import Child

_AS_WISHED = "Help ended in the way that the child wanted, and we agreed on what would begin it again."
_LAST_LOOK = 6  # days between the last review and closing


def review(child: Child) -> None:
    """Each review; the next is due when the one after it was held, or around today."""
    held = child.part("reviews")
    for number, one in enumerate(held):
        if "all_done" in one:
            planning.finish(child, len(child.actions), child.day(one["day"] - _LAST_LOOK))
        following = held[number + 1]["day"] if number + 1 < len(held) else None
        _hold(child, one, child.day(one["day"]), next_on=_next(child, one, following))


def close(child: Child) -> None:
    """A last look at each outcome, then the end of help, with what stays for the child."""
    more = child.part("closed")
    closed_on = _closed_on(child)
    held_on = closed_on - timedelta(days=_LAST_LOOK)
    planning.finish(child, len(child.actions), held_on - timedelta(days=_LAST_LOOK))
    _hold(child, _last_look(child, more), held_on, next_on=closed_on + timedelta(days=42))
    with child.world.on(closed_on):
        reviewing.close_case(
            by=child.world.supervisor,
            case_id=child.case.pk,
            view=_view(child, more["words"], closed_on),
            reason=child.say(more["why"]),
            contact_afterwards=child.say(more["contact"]),
            told_child=child.say(more["told"]),
            open_again_if=child.say(more["again"]),
        )
        _tell_back(child)


def open_again(child: Child) -> None:
    """A new worry opens the same case again: one child, one story."""
    more = child.part("closed")
    text, day = child.say(more["why_again"]), more["opens"]
    heard_by = child.world.name_and_job(child.worker.username)
    words = {"text": more["words_again"], "how": "said", "heard_on": child.day(day), "heard_by": heard_by}
    with child.on(day):
        told = telling.tell(
            by=child.worker, person_id=child.person_id, seen_and_heard=text, words=words, danger_now="no"
        )
    with child.on(day + 1):
        telling.decide(
            by=child.world.coordinator,
            concern=told,
            decision="open_case",
            reason=text,
            feedback=more["feedback_again"],
        )
    child.case.refresh_from_db()


def _closed_on(child: Child) -> date:
    more = child.part("closed")
    return child.world.ago(more["ago"]) if "ago" in more else child.day(more["after"])


def _tell_back(child: Child) -> None:
    words = child.words()
    assert words is not None  # a case is closed with the child's view
    answer_words(
        by=child.worker,
        words_id=words.pk,
        what_changed=_AS_WISHED,
        told_on=timezone.localdate(),
        told_by=child.world.name_and_job(child.worker.username),
    )


def _last_look(child: Child, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "changed": more["changed"],
        "looked": more["before"],
        "took": f"{child.worker}, <name>, a parent",
        "why": "A last look before help ends.",
    }


def _hold(child: Child, one: dict[str, Any], held_on: date, *, next_on: date) -> None:
    rows = zip(child.plan.outcomes.all(), one["looked"], strict=True)
    looked = {
        row.pk: Looked(course, child.say(what), str(child.worker), held_on) for row, (course, what) in rows
    }
    with child.world.on(held_on):
        reviewing.hold_review(
            by=child.worker,
            plan_id=child.plan.pk,
            held_on=held_on,
            what_changed=child.say(one["changed"]),
            took_part=child.say(one["took"]),
            looked=looked,
            view=child.view(held_on),
            decision="continue",
            reason=child.say(one["why"]),
            next_review_on=next_on,
        )


def _next(child: Child, row: dict[str, Any], following: int | None) -> date:
    if following is not None:
        return child.day(following)
    if "next" in row:
        return child.world.today + timedelta(days=row["next"])
    return _closed_on(child) - timedelta(days=_LAST_LOOK)


def _view(child: Child, text: str, heard_on: date) -> ChildsView:
    heard_by = child.world.name_and_job(child.worker.username)
    return ChildsView(new={"text": text, "how": "said", "heard_on": heard_on, "heard_by": heard_by})
