"""Who may do what, as one table. Pure: no Django, no clock, no database."""

from enum import StrEnum
from typing import Final


class May(StrEnum):
    """Every permission in Heard. A page, query, export or file that names none of these is refused."""

    SIGNED_IN = "use Heard"
    TELL = "tell a worry"
    SEE_CHILD = "see the records of children whom their agency is involved with"
    SEE_PARTNERSHIP = "see every child's record in the partnership that is not restricted"
    DECIDE = "decide on a worry"
    ASSESS = "write an assessment"
    SIGN_OFF = "sign off an assessment or send it back"
    PLAN = "agree and change a plan"
    REVIEW = "hold a review"
    RUN_ENGINE = "bring in extracts and run the engine"
    SEE_LIST = "see the list of children with scattered signs"
    OPEN_FROM_LIST = "open a concern from the list, and see who the child is"
    SEE_FIGURES = "see the partnership's figures"
    MANAGE = "add people and teams"


class Role(StrEnum):
    PRACTITIONER = "practitioner"
    COORDINATOR = "co-ordinator"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    BOARD = "board"
    ADMINISTRATOR = "administrator"


_CASEWORK = {May.SIGNED_IN, May.TELL, May.SEE_CHILD, May.ASSESS, May.PLAN, May.REVIEW}

MAY: Final[dict[Role, frozenset[May]]] = {
    Role.PRACTITIONER: frozenset(_CASEWORK),
    Role.COORDINATOR: frozenset(
        _CASEWORK | {May.SEE_PARTNERSHIP, May.DECIDE, May.SEE_LIST, May.OPEN_FROM_LIST, May.SEE_FIGURES}
    ),
    Role.SUPERVISOR: frozenset(_CASEWORK | {May.DECIDE, May.SIGN_OFF, May.SEE_FIGURES}),
    Role.ANALYST: frozenset({May.SIGNED_IN, May.RUN_ENGINE, May.SEE_LIST, May.SEE_FIGURES}),
    Role.BOARD: frozenset({May.SIGNED_IN, May.SEE_FIGURES}),
    Role.ADMINISTRATOR: frozenset({May.SIGNED_IN, May.MANAGE}),
}


def permissions_of(roles: set[str]) -> frozenset[May]:
    """The union of what these roles may do. An unknown role may do nothing."""
    known = [MAY[Role(role)] for role in roles if role in set(Role)]
    return frozenset().union(*known)


class Hidden(Exception):
    """The record is not there, or not for this user. From outside the two look the same: a 404."""


class Refused(Exception):
    """An action that the rules do not allow now. Its text is the sentence that the user reads."""
