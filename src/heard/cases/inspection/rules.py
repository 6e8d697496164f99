"""Lists for those who inspect: two people let them out. Pure.

A joint inspection asks for lists of children and files within some ten working days (briefing of a safeguarding partnership on what it
was asked for; docs/guide/check-yourselves.md).
"""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.sharing.bases import CONSENT, DUTY, bases

AGREED_WITHIN: Final = timedelta(
    days=1
)  # by when a second person decides, so that it can be handed over soon
DAYS: Final = 28  # for which it can be taken out, once it is agreed
MOST_FILES: Final = 30  # cases of which the files are listed
MOST_YEARS: Final = 6
ASK_ASKS: Final = Asks(
    for_whom="Say who inspects.",
    why="Say why they ask for it.",
    basis="Choose the lawful basis on which they are given it.",
)
# Those who inspect ask nobody for consent, and the duty to share is between agencies that work with a child.
BASES: Final = {key: basis for key, basis in bases().items() if key not in (CONSENT, DUTY)}
REFUSE_ASKS: Final = Asks(why="Say why you do not agree.")


class InspectionState(StrEnum):
    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def why_not_ask(
    *, may: bool, for_whom: str, why: str, basis: str, since: date | None, until: date | None, today: date
) -> str | None:
    if not may:
        return "Only those who prepare records for others prepare lists for an inspection."
    if why_not := ASK_ASKS.missing(for_whom=for_whom, why=why, basis=basis):
        return why_not
    if basis not in BASES:
        return ASK_ASKS["basis"]
    if since is None or until is None or until < since:
        return "Give the first and the last day on which the cases were open, the first one first."
    if until > today or since < today - timedelta(days=366 * MOST_YEARS):
        return "Choose days that have come, of the last six years."
    return None


def why_not_list_files(asked: Collection[str], found: Collection[str]) -> str | None:
    """`found`: the references among those asked for whose record the user may open and whose case was open on those days."""
    if len(asked) > MOST_FILES:
        return "Name at most 30 cases whose files are listed. Ask again for more."
    if set(asked) - set(found):
        return (
            "Some of these references are of no case that was open on those days and whose record you may open, other than in an emergency or "
            "for a case audit. Look at them again, one in a line."
        )
    return None


def why_not_decide(*, may: bool, is_own: bool, state: str) -> str | None:
    if not may or is_own:
        return "Somebody else than who asked for it decides, of those who prepare records for others."
    if state == InspectionState.WITHDRAWN:
        return "Whoever asked for it has withdrawn it."
    return None if state == InspectionState.WAITING else "This was decided already."


def why_not_withdraw(*, is_own: bool, state: str) -> str | None:
    if not is_own:
        return "Whoever asked for it withdraws it."
    if state == InspectionState.WITHDRAWN:
        return "You have withdrawn it already."
    if state == InspectionState.REFUSED:
        return "A second person did not agree, so nothing goes out. Ask again for what is right."
    return None


def why_not_read(*, is_own: bool, state: str) -> str | None:
    return (
        None
        if is_own and state == InspectionState.REFUSED
        else "Whoever asked reads why a second person did not agree."
    )


def why_not_take(*, state: str, until_when: date | None, today: date) -> str | None:
    if state == InspectionState.WITHDRAWN:
        return "Whoever asked for it has withdrawn it."
    if state != InspectionState.AGREED or until_when is None:
        return "A second person has to agree first."
    return (
        None if today <= until_when else "The days in which it could be taken out are over. Ask for it again."
    )
