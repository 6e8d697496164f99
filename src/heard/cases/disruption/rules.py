"""Steps against people and places that harm, and when they may be written and finished. Pure."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

STEP_ASKS: Final = Asks(
    what="Say what will be done.",
    due_on="Give the day by which it will be done.",
)
CONTEXT_STEP_ASKS: Final = Asks(
    goal="Choose the goal that it is a step towards",
    owner="Choose who does it",
)
FINISH_ASKS: Final = Asks(outcome="Choose whether it was done.")


class Kind(StrEnum):
    CONTACT = "contact"
    PLACE = "place"
    BUSINESS = "business"
    TRAVEL = "travel"
    ONLINE = "online"
    EVIDENCE = "evidence"
    OTHER = "other"


class Progress(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


FINISHED: Final = "This step is finished already."
IS_A_CHILD: Final = (
    "This person is a child too, and needs protection whatever they did. Tell a worry about them instead."
)


def why_not_begin_step(*, may_plan: bool, case_is_open: bool) -> str | None:
    if not may_plan:
        return "Your role does not write plans."
    if not case_is_open:
        return "This case is closed. A step needs an open case."
    return None


def why_not_plan_step(*, what: str, against: str, is_a_child: bool, due_on: date | None) -> str | None:
    """`against`: who or where the harm comes from. Never a child: not this one, and no other."""
    if not what.strip():
        return STEP_ASKS["what"]
    if not against.strip():
        return "Say against whom or what: the person, place or group that the harm comes from."
    if is_a_child:
        return IS_A_CHILD
    return STEP_ASKS.missing(due_on=due_on)


MOST_AHEAD: Final = timedelta(days=731)  # of the day of a step: beyond it lies a slip of the year
GOALS_FIRST: Final = "Set a goal first: what will be so. Then add what is done towards it."


def why_not_begin_context_step(
    *, may_plan: bool, is_open: bool, not_theirs: str | None, has_goals: bool
) -> str | None:
    """Of a step about a place or group itself. `not_theirs`: why the work is not theirs to steer. `has_goals`: the context has a goal
    that is not ended."""
    if not may_plan:
        return "Your role does not write plans."
    if not is_open:
        return "This context is closed. A step needs an open one."
    if not_theirs:
        return not_theirs
    return None if has_goals else GOALS_FIRST


def why_not_plan_context_step(
    *,
    what: str,
    has_goal: bool,
    owner_is_there: bool,
    owner_is_active: bool,
    owner_may_plan: bool,
    owner_sees_it: bool,
    due_on: date | None,
    today: date,
    was_due_on: date | None = None,
) -> str | None:
    """Each step has a goal, somebody who does it and who may read the context, and a day to come. `was_due_on`: its day before, which
    stays as it is though it is over."""
    if not has_goal:
        return CONTEXT_STEP_ASKS["goal"]
    if not what.strip():
        return STEP_ASKS["what"]
    if not owner_is_there:
        return CONTEXT_STEP_ASKS["owner"]
    if not owner_is_active or not owner_may_plan:
        return "That person does not work with children’s records here. Choose somebody else."
    if not owner_sees_it:
        return "That person may not see this place or group. Choose somebody who may."
    if due_on and due_on != was_due_on and not today <= due_on <= today + MOST_AHEAD:
        return "Give a day from today on, within two years."
    return STEP_ASKS.missing(due_on=due_on)


def why_not_finish_step(
    *, may_plan: bool, progress: str, outcome: str, note: str, done_on: date | None, today: date
) -> str | None:
    """`outcome`: done or not_done."""
    if not may_plan:
        return "Your role does not change plans."
    if progress != Progress.OPEN:
        return FINISHED
    if outcome not in (Progress.DONE, Progress.NOT_DONE):
        return FINISH_ASKS["outcome"]
    if done_on is None or done_on > today:
        return "Give the day on which it was finished, today or before."
    if outcome == Progress.NOT_DONE and not note.strip():
        return "Say why it could not be done, so that another way can be found."
    return None
