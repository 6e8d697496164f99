"""What of reading is unusual, and what somebody says of it. Pure: no Django, no clock, no database.

Nothing here says that anybody did wrong: it puts what stands out before somebody who asks.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

# Searches in an hour that showed nothing: of 30 at once, wherever the hour turns, half are more. No source gives a number.
MOST_FOR_NOTHING: Final = 14
ANSWER_ASKS: Final = Asks(outcome="Say whether it is explained or has to be looked into.")


class AlertKind(StrEnum):
    """What stood out. The value is stored."""

    OWN_NAME = "own_name"
    COLLEAGUE = "colleague"
    MANY = "many"
    AFTER_HOURS = "after_hours"
    PROBING = "probing"
    NOTHING = "nothing"
    TAKEN_OUT = "taken_out"


class Outcome(StrEnum):
    EXPLAINED = "explained"
    LOOK_INTO = "look_into"


def is_after_hours(at: datetime, *, first: int, last: int, working_day: bool) -> bool:
    """`at`: local time. `first` and `last`: the hours of the day between which people work."""
    return not working_day or not first <= at.hour < last


def named_alike(child: str, names: Mapping[int, str]) -> list[int]:
    """Who of these people has the child's family name. All names are made comparable."""
    return [key for key, name in names.items() if name and name == child]


def why_not_answer(
    *, is_reader: bool, may_review: bool, answered: bool, outcome: str, reason: str
) -> str | None:
    if is_reader:
        return "This is about your own reading. Somebody else looks at it."
    if not may_review:
        return "A supervisor of the agency or a co-ordinator looks at this."
    if answered:
        return "Somebody has looked at this already. Look at the page again."
    if outcome not in set(Outcome):
        return ANSWER_ASKS["outcome"]
    if not reason.strip():
        return "Say why."
    return None
