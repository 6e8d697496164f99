"""Steps against people and places that harm, and when they may be written and finished. Pure."""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.network.rules import under_18_since

STEP_ASKS: Final = Asks(
    what="Say what will be done.",
    due_on="Give the day by which it will be done.",
)
CONTEXT_STEP_ASKS: Final = Asks(
    goal="Choose the goal that it is a step towards",
    owner="Choose who does it",
)
POWER_ASKS: Final = Asks(
    grounds="Say what it rests on: what is known, from whom and since when.",
    childs_view="Say what they think of it, or why nobody was asked.",
    safety="Say what it means for safety, and what is done about that.",
)
BREACH_ASKS: Final = Asks(
    broken_on="Give the day on which it was breached: today or before.",
    what_was_done="Say how it was breached, and what was done.",
)
TAKE_BACK_ASKS: Final = Asks(why="Say why it was noted wrongly. It stays to be read, and counts no longer.")
FINISH_ASKS: Final = Asks(outcome="Choose whether it was done.")


class StepKind(StrEnum):
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


NO_PLANS: Final = "Your role does not write plans."
FINISHED: Final = "This step is finished already."
IS_A_CHILD: Final = (
    "This person is a child too, and needs protection whatever they did. Tell a worry about them instead."
)


NAMES_A_CHILD: Final = "These words name a child. No power is used against a child: say who or where the harm comes from, without the name of a child."
ONLY_CHILDREN: Final = "All of this group who are known here are children, and no power is used against a child. Tell a worry about them instead, or note first which adult is part of it."


def is_a_child(kind: str, birth_date: date | None, today: date) -> bool:
    """`kind`: of a record, 'child' or 'adult'. Somebody under 18 is a child whichever it is."""
    return kind == "child" or (birth_date is not None and birth_date > under_18_since(today))


def why_not_begin_step(*, may_plan: bool, case_is_open: bool) -> str | None:
    if not may_plan:
        return NO_PLANS
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
        return NO_PLANS
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


def why_not_take_back_done(
    *, progress: str, is_over: bool, is_owner: bool, is_today: bool, has_note: bool, is_read: bool
) -> str | None:
    """Whether it was said today by one press that a step is done, and nobody has gone by it yet. `is_over`: its case or context is closed.
    `is_read`: somebody has read that it is done."""
    if not is_owner:
        return "Whoever does it says that it is not done after all."
    if is_over or progress != Progress.DONE:
        return "This step is not among those that are done in open work."
    if has_note or not is_today:
        return "This can be taken back on the same day, where nothing was written of how it went. Plan the step anew."
    return "Somebody has gone by it already. Tell them, and plan the step anew." if is_read else None


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


# ---- powers. What they may be used against is in the knowledge: person, place, business, vehicle, online.

# By whom or what a step is against: a vehicle or account stands with whoever has it, a business is kept as a place or group.
_FITS: Final = {
    "person": frozenset({"person", "vehicle", "online"}),
    "place": frozenset({"place", "business", "vehicle", "online"}),
    "group": frozenset({"person", "business", "vehicle", "online"}),
}
AGAIN_WITHIN: Final = timedelta(days=28)  # before its day, a power stands in the work of whoever has the step
NEEDS_OWNER: Final = "Say who does the step: the days of its power stand in their work."
NOT_THIS_ONE: Final = "This power was asked for or served already, or has a day. It stays with whom or what it is against: say that it ended, and plan another step."


def fits(end: str, against: Collection[str]) -> bool:
    """`end`: person, place or group; '' for what is described in words, which any may fit. `against`: of the power."""
    return not end or not _FITS[end].isdisjoint(against)


def why_not_choose_power(
    *,
    end: str,
    against: Collection[str] | None,
    is_begun: bool,
    changes: bool,
    not_against: str | None,
) -> str | None:
    """`against`: of the power; None where none is chosen. `is_begun`: the one before was asked for, has days or was broken; `changes`: this is
    another, or is against somebody or something else. `not_against`: why no power is."""
    if is_begun and changes:
        return NOT_THIS_ONE
    if against is None:
        return None
    if changes and not fits(end, against):
        return "This power is not used against that. Choose another, or none."
    return not_against


def why_not_use_power(*, not_theirs: str | None, has_power: bool, not_against: str | None) -> str | None:
    """Of whatever is written about the power of a step. `not_against`: why none is used against whom or what the step is."""
    if not_theirs:
        return not_theirs
    if not has_power:
        return "Choose first which power it is: change the step."
    return not_against


def why_not_keep_power(
    *,
    grounds: str,
    childs_view: str,
    safety: str,
    asked_by: str,
    asked_on: date | None,
    served_on: date | None,
    ends_on: date | None,
    look_again_on: date | None,
    ended_on: date | None,
    has_owner: bool,
    broken: Collection[date],
    since: date,
    today: date,
) -> str | None:
    """What is said of a power in use, as a whole. A served one has a day on which it ends or is looked at again. `broken`: the days on which
    it was; `since`: when the step was planned."""
    if why_not := POWER_ASKS.missing(grounds=grounds, childs_view=childs_view, safety=safety):
        return why_not
    if bool(asked_by.strip()) != bool(asked_on):
        return "Say both who asked for it and on which day, or neither."
    if any(day and day > today for day in (asked_on, served_on, ended_on)):
        return "It was asked for, served or ended today or before. Check the dates."
    first = served_on or asked_on or since
    if asked_on and served_on and served_on < asked_on:
        return "It cannot be served before it was asked for. Check the dates."
    if broken and (served_on is None or served_on > min(broken) or (ended_on and ended_on < max(broken))):
        return "It was breached while it held: it was served before that, and ended after. Check the dates, or take back what was noted wrongly."
    if any(day and day < first for day in (ends_on, look_again_on, ended_on)):
        return "It cannot end, or be looked at again, before it begins. Check the dates."
    if served_on and not (ends_on or look_again_on or ended_on):
        return "Give the day on which it ends, or on which it is looked at again."
    if look_again_on and look_again_on > today + MOST_AHEAD:
        return "Give a day within two years on which it is looked at again."
    if (ends_on or look_again_on) and not has_owner:
        return NEEDS_OWNER
    return None


def why_not_note_breach(
    *,
    served_on: date | None,
    ended_on: date | None,
    broken_on: date | None,
    what_was_done: str,
    is_noted: bool,
    today: date,
) -> str | None:
    """`is_noted`: the same was noted of this day already."""
    if served_on is None:
        return "It was not served yet. Say first on which day it was."
    if broken_on is None or broken_on > today:
        return BREACH_ASKS["broken_on"]
    if broken_on < served_on:
        return "It cannot be breached before it was served. Check the date."
    if ended_on and broken_on > ended_on:
        return "It had ended by then. Check the date, or plan another step."
    if is_noted:
        return "This is noted already."
    return BREACH_ASKS.missing(what_was_done=what_was_done)


def why_not_take_back_breach(*, not_theirs: str | None, is_taken_back: bool, why: str) -> str | None:
    """`not_theirs`: why the power is not theirs to write of."""
    if not_theirs:
        return not_theirs
    return "This is taken back already." if is_taken_back else TAKE_BACK_ASKS.missing(why=why)
