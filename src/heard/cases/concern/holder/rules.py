"""Whether those who answer for a restricted record tell that it holds what a worry names. Pure: no Django, no clock, no database."""

from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

DECIDE_ASKS: Final = Asks(
    outcome="Say whether you tell, and whom.",
    told="Choose which of those on duty you tell.",
    reason="Say why not yet. It is kept, and who decides after you reads it.",
    look_again_on="Give a day to come on which you look at this again.",
)


class Outcome(StrEnum):
    """`TELL`: everybody who decides on the worry; `ONE`: one person who is on duty now, and nobody else."""

    TELL = "tell"
    ONE = "one"
    NOT_YET = "not_yet"


TELLS: Final = frozenset({Outcome.TELL, Outcome.ONE})


def why_not_decide(
    *, outcome: str, has_whom: bool, reaches: bool, reason: str, look_again_on: date | None, today: date
) -> str | None:
    """`has_whom`: one person was chosen who is on duty and may read the worry. `reaches`: somebody who decides on the worry may be told: not
    whoever told it, and nobody who is kept out of the restricted record."""
    if outcome not in set(Outcome):
        return DECIDE_ASKS["outcome"]
    if outcome == Outcome.ONE:
        return DECIDE_ASKS.missing(told=has_whom)
    if outcome == Outcome.TELL:
        return (
            None
            if reaches
            else "Nobody who decides on that worry can be told now. Say “not yet”, and look at it again."
        )
    if not reason.strip():
        return DECIDE_ASKS["reason"]
    return None if look_again_on and look_again_on > today else DECIDE_ASKS["look_again_on"]
