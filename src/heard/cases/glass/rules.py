"""Opening a record in an emergency (breaking the glass), and the review of it. Pure: no Django, no clock, no database.

On duty is whoever has the role of duty worker, and those who decide: they are on the rota.
"""

from dataclasses import dataclass
from typing import Final

from heard.agencies.rules import Asks

BREAK_GLASS_ASKS: Final = Asks(reason="Say why you must see the record now. Somebody else reads it.")
REVIEW_ASKS: Final = Asks(right="Say whether it was right to open the record.")

WORKING_DAYS: Final = 2  # in which somebody else reviews an opening
LEAST_REASON: Final = 10  # letters: "emergency" alone says nothing
NOT_THERE: Final = (
    "There is no record with this name and date of birth that you can open. Check how they are written. If you know who works "
    "with the child, ring them. If a child is in danger now, ring 999."
)


@dataclass(frozen=True)
class Counted:
    """Openings since a day: `due` are those reviewed or whose days are over, `in_time` those of them reviewed within two working
    days, `not_right` those of which the reviewer said so."""

    opened: int
    due: int
    in_time: int
    not_right: int


def why_not_break(*, may_break: bool, has_team: bool, reason: str) -> str | None:
    if not may_break or not has_team:
        return "Only somebody on duty opens a record in an emergency. Ring who is on duty."
    if len(reason.strip()) < LEAST_REASON:
        return BREAK_GLASS_ASKS["reason"]
    return None


def why_not_review(
    *, is_opener: bool, may_review: bool, reviewed: bool, right: bool | None, reason: str
) -> str | None:
    """Somebody else says whether it was right: never whoever opened it."""
    if is_opener:
        return "You opened this record yourself. Somebody else reviews it."
    if not may_review:
        return "A co-ordinator, or a supervisor of the agency that leads, reviews this."
    if reviewed:
        return "This was reviewed already. Look at the page again."
    if right is None:
        return REVIEW_ASKS["right"]
    if not reason.strip():
        return "Say why. Whoever opened it and the board’s figures rest on it."
    return None
