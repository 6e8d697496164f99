"""When a strategy discussion is planned, held and put right. Pure: no Django, no clock, no database."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

OUTCOME_ASKS: Final = Asks(
    held_on="Say on which day it was held: today or before",
    decision="Write what was decided",
    enquiries="Say whether section 47 enquiries follow",
    enquiries_by="Say by whom the section 47 enquiries are made",
    reason="Give the reason for the decision",
    why="Say why it is corrected",
)
CALL_OFF_ASKS: Final = Asks(why="Say why it is not held")
PLAN_ASKS: Final = Asks(planned_on="Choose by when the strategy discussion is held: today or a day to come")
ASK_AGENCY_ASKS: Final = Asks(
    asked_on="Say on which day they were asked: today or before", who="Say who was asked: name and role"
)


class DiscussionState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CALLED_OFF = "called_off"


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Outcome:
    """What a strategy discussion decided. `enquiries`: whether enquiries under section 47 of the Children Act 1989 follow, and
    `enquiries_by` whom. `opens_case`: a case is opened with it; `has_case`: there is one. `lacks_words`: nothing that the
    child said stands beside the decision. `in_danger`: somebody was when the worry was told, and nothing holds the answer up."""

    held_on: date | None
    decision: str
    reason: str
    enquiries: str
    enquiries_by: str
    why_without_words: str
    lacks_words: bool
    has_case: bool
    opens_case: bool = False
    in_danger: bool = False


def why_not_plan(
    *,
    about_child: bool,
    is_decided: bool,
    may_decide: bool,
    going_on: bool,
    planned_on: date | None,
    today: date,
) -> str | None:
    """`going_on`: one about this child is planned and not held yet."""
    if not about_child:
        return "A strategy discussion is about a child"
    if not may_decide:
        return "A co-ordinator decides on a worry, or a supervisor of the agency that worries come to"
    if not is_decided:
        return "Decide on the worry first. A strategy discussion is one of the decisions."
    if going_on:
        return "A strategy discussion about this child is planned already. Go on with that one."
    if planned_on is None or planned_on < today:
        return PLAN_ASKS["planned_on"]
    return None


def why_not_write(*, state: str, may_write: bool) -> str | None:
    """Whether anything is written in it now. `may_write`: they decide on worries, or lead it."""
    if state == DiscussionState.CALLED_OFF:
        return "This strategy discussion was called off."
    if state == DiscussionState.HELD:
        return (
            "This strategy discussion is finished. Correct it: what it says now stays beside the correction."
        )
    if not may_write:
        return "Whoever leads the strategy discussion writes in it, or somebody who decides on worries."
    return None


def why_not_ask_agency(
    *, has_whom: bool, who: str, asked_on: date | None, asked_already: bool, today: date
) -> str | None:
    if not has_whom:
        return "Choose the agency, or write which one it is"
    if asked_already:
        return "This agency has been asked already. Write what it knows there."
    if not who.strip():
        return ASK_AGENCY_ASKS["who"]
    if asked_on is None or asked_on > today:
        return ASK_AGENCY_ASKS["asked_on"]
    return None


def why_not_tell(
    *, state: str, may_write: bool, is_of_agency: bool, information: str, attended: str
) -> str | None:
    """What one agency knows. Somebody of that agency who may see the record writes it too."""
    if state == DiscussionState.CALLED_OFF:
        return "This strategy discussion was called off."
    if state == DiscussionState.HELD:
        return (
            "This strategy discussion is finished. Correct it: what it says now stays beside the correction."
        )
    if not may_write and not is_of_agency:
        return "Somebody of that agency writes what it knows, or whoever leads the strategy discussion."
    if not information.strip() and not attended:
        return "Write what this agency knows, or say whether it was there"
    return None


def why_not_finish(outcome: Outcome, *, anybody_asked: bool, today: date) -> str | None:
    if not anybody_asked:
        return "Write down first which agencies were asked"
    return _what_is_missing(outcome, today)


def why_not_correct(
    outcome: Outcome, *, state: str, is_corrected: bool, may_write: bool, why: str, today: date
) -> str | None:
    """A discussion that was held is put right by a new version beside the old."""
    if not may_write:
        return "Whoever leads the strategy discussion corrects it, or somebody who decides on worries."
    if state != DiscussionState.HELD:
        return "Only a strategy discussion that was held is corrected. Go on with this one."
    if is_corrected:
        return "This has been corrected already. Correct the newer version."
    if not why.strip():
        return OUTCOME_ASKS["why"]
    return _what_is_missing(outcome, today)


def why_not_call_off(*, state: str, may_write: bool, why: str) -> str | None:
    if state == DiscussionState.HELD:
        return "The strategy discussion was held, and its decision stands. Correct it there."
    if state == DiscussionState.CALLED_OFF:
        return "This strategy discussion was called off already."
    if not may_write:
        return "Whoever leads the strategy discussion calls it off, or somebody who decides on worries."
    return CALL_OFF_ASKS.missing(why=why)


def _what_is_missing(outcome: Outcome, today: date) -> str | None:
    if outcome.held_on is None or outcome.held_on > today:
        return OUTCOME_ASKS["held_on"]
    if outcome.enquiries not in set(YesNo):
        return OUTCOME_ASKS["enquiries"]
    if outcome.enquiries == YesNo.YES and not outcome.enquiries_by.strip():
        return OUTCOME_ASKS["enquiries_by"]
    if outcome.enquiries == YesNo.YES and not (outcome.has_case or outcome.opens_case):
        return "Section 47 enquiries need an open case. Choose to open one."
    if why_not := OUTCOME_ASKS.missing(decision=outcome.decision, reason=outcome.reason):
        return why_not
    if outcome.lacks_words and not outcome.in_danger and not outcome.why_without_words.strip():
        return "Hear the child, or say why it is decided without the child’s own words."
    return None
