"""When a child is handed over to another council, and what a plan for after 18 says. Pure: no Django, no clock."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

HAND_OVER_ASKS: Final = Asks(
    ask_again_on="Choose the day on which you ask whether they accept: today or a day to come",
    sent_on="Say on which day it was sent: today or before",
    to_council="Say to which council the child moves",
    to_whom="Say who there takes over: name and how to reach them",
    what_sent="Say what was sent",
)
DATES_ASKS: Final = Asks(
    sent_on="That is before the case was opened, or before the child was born. Check the day on which it was sent, and its year.",
    moves_on="That is before the child was born. Check the day on which the child moves, and its year.",
)
NEWS_ASKS: Final = Asks(
    what_they_said="Write what they said, or that you did not reach them",
    ask_again_on="Choose a day to come on which you ask again",
)
ACCEPTED_ASKS: Final = Asks(
    accepted_on="Say on which day they accepted: today or before",
    accepted_by="Say who accepted: name and role",
)
TAKE_BACK_ASKS: Final = Asks(why="Say why the child is not handed over, or why they refused")
AFTER_PLAN_ASKS: Final = Asks(
    who_is_there="Say who is there for the young person afterwards",
    services="Say which services go on or take over, and who asked them",
    who_to_call="Say who can be called afterwards",
)

ADULT_AT: Final = 18


class HandoverState(StrEnum):
    """Of a handover. Until it is accepted the child stays with whoever handed over."""

    SENT = "sent"
    ACCEPTED = "accepted"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class Handed:
    """What a handover says: to which council and whom there, what was sent and when, and when it is asked after."""

    to_council: str
    to_whom: str
    what_sent: str
    sent_on: date | None
    ask_again_on: date | None


@dataclass(frozen=True)
class Afterwards:
    """What a plan for after 18 says. `has_words`: what the young person says to it stands in it; without, why they were not heard."""

    who_is_there: str
    services: str
    where_to_live: str
    who_to_call: str
    has_words: bool
    why_not_with_child: str


def eighteen_on(birth_date: date) -> date:
    """The eighteenth birthday; of somebody born on 29 February, 1 March where that year has no 29 February."""
    year = birth_date.year + ADULT_AT
    if (birth_date.month, birth_date.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 3, 1)
    return birth_date.replace(year=year)


def due_before_eighteen(birth_date: date, months: int) -> date:
    """So many months before the eighteenth birthday, on the same day or the last of a shorter month."""
    birthday = eighteen_on(birth_date)
    year, month = divmod(birthday.year * 12 + birthday.month - 1 - months, 12)
    return date(year, month + 1, min(birthday.day, monthrange(year, month + 1)[1]))


def born_by(day: date, months: int) -> date:
    """Whoever was born by this day has a plan for after 18 due by `day`, give or take the length of a month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    year -= ADULT_AT
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def why_not_begin(*, may_plan: bool, case_is_open: bool, going_on: bool) -> str | None:
    """`going_on`: a handover of this child is sent, and nobody has accepted yet."""
    if not may_plan:
        return "Your role does not hand a child over."
    if not case_is_open:
        return "This case is closed. A child is handed over from an open case."
    if going_on:
        return "The child is being handed over already. Follow that handover."
    return None


def why_not_hand_over(
    handed: Handed, *, moves_on: date | None, born_on: date | None, opened_on: date, today: date
) -> str | None:
    """`opened_on`: when the work that is under way began."""
    if why_not := HAND_OVER_ASKS.missing(
        to_council=handed.to_council, to_whom=handed.to_whom, what_sent=handed.what_sent
    ):
        return why_not
    if handed.sent_on is None or handed.sent_on > today:
        return HAND_OVER_ASKS["sent_on"]
    if handed.sent_on < max(opened_on, born_on or opened_on):
        return DATES_ASKS["sent_on"]
    if moves_on and moves_on < (born_on or opened_on):
        return DATES_ASKS["moves_on"]
    if handed.ask_again_on is None or handed.ask_again_on < today:
        return HAND_OVER_ASKS["ask_again_on"]
    return None


def why_not_follow(*, state: str, may_plan: bool) -> str | None:
    if not may_plan:
        return "Your role does not hand a child over."
    if state == HandoverState.ACCEPTED:
        return "This handover was accepted."
    if state == HandoverState.TAKEN_BACK:
        return "This handover was taken back."
    return None


def why_not_ask_again(*, what_they_said: str, ask_again_on: date | None, today: date) -> str | None:
    if not what_they_said.strip():
        return NEWS_ASKS["what_they_said"]
    if ask_again_on is None or ask_again_on <= today:
        return NEWS_ASKS["ask_again_on"]
    return None


def why_not_accept(*, accepted_by: str, accepted_on: date | None, sent_on: date, today: date) -> str | None:
    if not accepted_by.strip():
        return ACCEPTED_ASKS["accepted_by"]
    if accepted_on is None or accepted_on > today:
        return ACCEPTED_ASKS["accepted_on"]
    if accepted_on < sent_on:
        return "That is before it was sent. Check the date."
    return None


def why_not_take_back(*, why: str) -> str | None:
    return TAKE_BACK_ASKS.missing(why=why)


def why_not_plan_afterwards(plan: Afterwards, *, may_plan: bool, case_is_open: bool) -> str | None:
    if not may_plan:
        return "Your role does not write this plan."
    if not case_is_open:
        return "This case is closed. The plan for what comes after is written in an open case."
    if why_not := AFTER_PLAN_ASKS.missing(
        who_is_there=plan.who_is_there, services=plan.services, who_to_call=plan.who_to_call
    ):
        return why_not
    if not plan.has_words and not plan.why_not_with_child.strip():
        return "Say what the young person says to it, or why it was made without them"
    return None
