"""Who may see a record, how far, and who decides about that. Each `why_not_…` returns the sentence that the user reads."""

from datetime import datetime
from enum import IntEnum
from typing import Final

from heard.agencies.rules import Asks

NARROW_ASKS: Final = Asks(teams="Choose the teams that work with the child.")
DENY_ASKS: Final = Asks(why="Say why they may not see this record.")

MOST_WHY: Final = 200  # letters of a reason

_TOO_FEW: Final = "Then too few who decide could open the record: one, or two where it is restricted. Let somebody else in first."


class Level(IntEnum):
    """How far somebody sees a record; each holds what those before it hold. docs/guide/who-may-see.md says what each opens."""

    KNOWS = 1
    SUMMARY = 2
    RECORD = 3
    EVERYTHING = 4


RESTRICTED = (
    "This record is restricted. A co-ordinator or supervisor who is on the list decides who else may see it."
)


NOBODY_THERE = (
    "Of this agency only those on the list see this record, and none of them works there any longer: nobody there would learn of it. "
    "Let in by name, with the reason, whoever will do it. Then go on."
)


ONLY_LOOKS = (
    "You see this record for a while: in an emergency, on duty or for an audit. Whoever works with the child lets others in, or a "
    "co-ordinator. Ask them."
)


def why_not_involve(
    *, restricted: bool, involved: bool, may_decide: bool, only_looks: bool = False
) -> str | None:
    """Whether somebody else may be let into a record now. Whoever may see an open record may; into a restricted one it takes
    the right that restricting takes. `only_looks`: they see it only since they opened it in an emergency, for a case
    audit, or on duty."""
    if only_looks:
        return ONLY_LOOKS
    return RESTRICTED if restricted and not (involved and may_decide) else None


def why_not_give_access(
    *,
    restricted: bool,
    involved: bool,
    may_decide: bool,
    own_level: bool,
    works_with_children: bool,
    why: str,
    until: datetime | None,
    now: datetime,
    only_looks: bool = False,
) -> str | None:
    """`own_level`: whether whoever gives it sees as far themselves."""
    why_not = why_not_involve(
        restricted=restricted, involved=involved, may_decide=may_decide, only_looks=only_looks
    )
    if why_not:
        return why_not
    if not works_with_children:
        return "They do not work with children in Heard. Choose somebody who does."
    if not own_level:
        return "You cannot let others see more than you see yourself."
    if not why.strip():
        return "Say why they need to see this record."
    if until is not None and until <= now:
        return "Choose a day to come, or leave it empty."
    return None


def why_not_end_access(
    *, ended: bool, involved: bool, may_decide: bool, enough_left: bool, why: str
) -> str | None:
    """`enough_left`: whether so many who decide as `least_who_decide` asks for could still open the record afterwards."""
    if ended:
        return "This has ended already."
    if not (involved and may_decide):
        return "A co-ordinator or supervisor who is on the list ends this."
    if not why.strip():
        return "Say why it ends."
    if not enough_left:
        return _TOO_FEW
    return None


def why_not_narrow(*, is_whole: bool, is_kept: bool, names_a_team: bool) -> str | None:
    """Whether the line of an agency as a whole can be exchanged for lines of teams of it; beside `why_not_end_access`. `is_kept`: whether
    each team of it that works with the child is among them."""
    if not is_whole:
        return "This lets in a team or a person already."
    if not is_kept:
        return "Choose each team that works with the child too: the one that leads, and those of the child’s workers."
    return NARROW_ASKS.missing(teams=names_a_team)


def why_not_deny(
    *, involved: bool, may_decide: bool, denied: bool, enough_left: bool, why: str
) -> str | None:
    """Whether a person or team may be kept out of a record, above every other rule."""
    if not (involved and may_decide):
        return "A co-ordinator or supervisor who is on the list decides who may not see this record."
    if denied:
        return "They may not see this record already."
    if not why.strip():
        return DENY_ASKS["why"]
    if not enough_left:
        return _TOO_FEW
    return None


def why_not_lift_denial(*, ended: bool, involved: bool, may_decide: bool, why: str) -> str | None:
    if ended:
        return "This was lifted already."
    if not (involved and may_decide):
        return "A co-ordinator or supervisor who is on the list lifts this."
    if not why.strip():
        return "Say why they may see this record again."
    return None
