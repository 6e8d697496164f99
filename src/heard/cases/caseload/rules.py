"""How a caseload is sorted and chosen from. Pure: no Django, no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks, Filled

HAND_OVER_ASKS: Final = Asks(what="Choose what is handed over.")
VIEW_ASKS: Final = Asks(name="Give this view a name.")


class Stage(StrEnum):
    """How far the work with a child is."""

    TO_ASSESS = "to_assess"
    ASSESSING = "assessing"
    TO_SIGN_OFF = "to_sign_off"
    TO_PLAN = "to_plan"
    PLANNING = "planning"
    PLAN = "plan"
    REVIEW_OVERDUE = "review_overdue"


class Order(StrEnum):
    NAME = "name"
    STAGE = "stage"
    ALLOCATED = "allocated"
    WORKER = "worker"
    SEEN = "seen"
    ALONE = "alone"
    WORDS = "words"
    DUE = "due"


class Nobody(StrEnum):
    """In place of a worker: children who lack one."""

    ALLOCATED = "not-allocated"
    TRUSTED = "nobody"


class Given(StrEnum):
    """What is handed over."""

    ALLOCATED = "allocated"
    TRUSTED = "trusted"


MOST_VIEWS: Final = 12  # of one page: more are no help in finding one
AT_ONCE: Final = 15  # children, at most, are handed over in one go


@dataclass(frozen=True)
class CaseloadFilter:
    """Which children, in which order. `not_seen_for`: days, 0 where it does not matter. Without a day stands first where the
    order is by when something happened last: nobody has written that down."""

    order: Order = Order.DUE
    backwards: bool = False
    stage: str = ""
    worker: str = ""
    not_seen_for: int = 0
    unread: bool = False


def why_not_save_view(*, name: str, others: int) -> str | None:
    """`others`: views of this page that have another name."""
    if others >= MOST_VIEWS:
        return Filled(
            "You have %(most)s views here already. Remove one that you do not need.", most=MOST_VIEWS
        )
    return VIEW_ASKS.missing(name=name)


def why_not_hand_over(*, may: bool, what: Sequence[str], chosen: Sequence[object], found: int) -> str | None:
    """Several children to one worker."""
    if not may:
        return "A co-ordinator or supervisor hands children over."
    if not set(what) & set(Given):
        return HAND_OVER_ASKS["what"]
    if not chosen:
        return "Choose at least one child to hand over."
    if len(chosen) > AT_ONCE:
        return Filled("Hand over at most %(most)s children at once.", most=AT_ONCE)
    if found != len(chosen):
        return "One of these children is not in your agency’s caseload any more. Choose again."
    return None
