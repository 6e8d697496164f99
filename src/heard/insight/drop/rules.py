"""Which files of a drop folder are taken, and when a run is made of them. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Protocol

from heard.agencies.rules import Asks
from heard.insight.run.rules import safe_name

LARGEST: Final = 2_000_000_000  # bytes, as of uploads (`heard.home.uploads`)
MOST_WAIT: Final = 20  # days
LAST_DAY: Final = 28  # of a month, which each month has
_ARRIVING: Final = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".swp")
CHECKSUM: Final = ".sha256"

STANDING_ASKS: Final = Asks(
    purpose="Say what these runs are for. It is kept with each.",
    basis="Choose the lawful basis on which these records are brought together.",
    basis_words="Say which law, task or agreement it is.",
    agencies="Choose the agencies that send files.",
    day="Enter a day of the month from 1 to 28.",
    wait="Enter for how many days to wait, from 0 to 20.",
    days_kept="Enter for how many days each list is kept, from 1 to 366.",
)


class DropState(StrEnum):
    """What became of a file. The value is stored."""

    TAKING = "taking"  # it is about to be moved; nobody sees it
    TAKEN = "taken"
    REFUSED = "refused"


class Named(Protocol):
    @property
    def name(self) -> str: ...


class Refusal(StrEnum):
    """Why a file is refused: a plain sentence that says what to do."""

    UNKNOWN = "This folder is of no agency that Heard knows. Ask your administrator for the name of yours."
    LINK = "This is a link to somewhere else. Put the file itself here."
    NO_FILE = "This is no file. Put files themselves here, and no folders."
    EMPTY = "This file is empty. Export it again."
    LARGE = "This file is larger than 2 GB. Send it in parts."
    CHECKSUM = "This file is not the one of which the checksum is, so it may not be whole. Send both again."
    CHANGED = "This file was changed after it was taken. Send it again."
    GONE = "This file was taken away again before a run was made of it. Send it again."
    ALONE = "There is no file that this checksum is of. Send both again, the file first."
    CLOSED = "This cannot be opened or moved here. Ask your administrator to look at who may read and write in this folder."


class Problem(StrEnum):
    """Why no run is made of what came, though one is due. The name is stored."""

    NOBODY = "Whoever said what these runs are for may not run the engine any more, so none is made. Say it again, in your name."
    NOTHING = "The last day is over and nobody has sent anything, so no run was made. Ask the agencies."
    NO_ROOM = "The files could not be copied for a run: the disk of Heard may be full. They wait, and it is tried again each hour."


ALONE_AFTER: Final = 3_600  # seconds for which a checksum waits for its file
STALE: Final = 86_400  # seconds after which what did not arrive is waited for no longer
AGAIN_AFTER: Final = timedelta(hours=1)  # after no run could be made
_LONGEST: Final = 150  # letters of a name, so that an ending fits behind it


def kept_as(name: str, taken: Collection[str]) -> str:
    """Under which name a file is moved: plain letters, short, and such that neither it nor the sentence beside it is there already."""
    plain = safe_name(name, set())
    short = plain if len(plain) <= _LONGEST else plain[:100] + plain[-50:]
    stem, dot, ending = short.rpartition(".")
    free, number = short, 2
    while free in taken or f"{free}.txt" in taken:
        free = f"{stem or ending}_{number}{dot}{ending if stem else ''}"
        number += 1
    return free


def files_of[E: Named](entries: Collection[E]) -> list[E]:
    """Of what lies in `taken` or `refused`, the files themselves: no sentence and no checksum."""
    names = {entry.name for entry in entries}
    ends = (".txt", CHECKSUM)
    return [
        entry
        for entry in entries
        if not any(
            entry.name.endswith(end) and (end == CHECKSUM or entry.name.removesuffix(end) in names)
            for end in ends
        )
        and not (entry.name.endswith(".txt") and entry.name.count(".") > 1)
    ]


def is_arriving(name: str) -> bool:
    """A hidden file, or one that a program has not finished writing, by its name."""
    return name.startswith(".") or name.lower().endswith(_ARRIVING)


def is_stable(*, quiet_seconds: float, wanted_minutes: int) -> bool:
    return quiet_seconds >= wanted_minutes * 60


def agrees(checksum: str, sha256: str) -> bool:
    """Whether the text of a checksum file, as `sha256sum` writes it, begins with this hash."""
    words = checksum.split()
    return bool(words) and words[0].lower() == sha256


def why_not_take(*, is_link: bool, is_file: bool, size: int) -> Refusal | None:
    """Before anything is read of it."""
    if is_link:
        return Refusal.LINK
    if not is_file:
        return Refusal.NO_FILE
    if size == 0:
        return Refusal.EMPTY
    return Refusal.LARGE if size > LARGEST else None


def due_on(day: int, today: date) -> date:
    """The last day up to today on which files were due."""
    this = today.replace(day=day)
    if this <= today:
        return this
    return (today.replace(day=1) - timedelta(days=1)).replace(day=day)


def next_due(day: int, today: date) -> date:
    this = today.replace(day=day)
    if this >= today:
        return this
    return (today.replace(day=LAST_DAY) + timedelta(days=7)).replace(day=day)


def is_due(
    *,
    expected: Collection[str],
    delivered: Collection[str],
    day: int,
    wait: int,
    said_on: date,
    covered: date | None,
    today: date,
    arriving: bool = False,
) -> bool:
    """Whether a run is made now: everybody has delivered, or the waiting time of a month is over, something is there, and no run was
    made for that month yet. `said_on`: what was over before then is not waited for. `covered`: for which due day the last run was.
    `arriving`: somebody who is expected sends just now, or has just sent."""
    if not delivered or arriving:
        return False
    return set(expected) <= set(delivered) or is_over(
        day=day, wait=wait, said_on=said_on, covered=covered, today=today
    )


def is_over(*, day: int, wait: int, said_on: date, covered: date | None, today: date) -> bool:
    """Whether the waiting time of a month is over for which no run was made."""
    due = due_on(day, today)
    over = due + timedelta(days=wait)
    return said_on <= over < today and (covered is None or covered < due)


def is_told_again(*, told: date | None, same: bool, day: int, today: date) -> bool:
    """Whether people are told that no run could be made: once for each due day and reason."""
    return told is None or not same or told < due_on(day, today)


def covers(day: int, today: date, covered: date | None, *, waited: bool) -> date:
    """For which due day a run is that is made today. `waited`: since the waiting time was over, so for the day that was waited for. Else
    everybody has sent: for the nearer of the last day, where none was made for it, and the next."""
    due, following = due_on(day, today), next_due(day, today + timedelta(days=1))
    if waited:
        return due
    is_late = today - due <= following - today
    return due if is_late and (covered is None or covered < due) else following


def missing(expected: Collection[str], delivered: Collection[str]) -> list[str]:
    return sorted(set(expected) - set(delivered))


def why_not_stand(
    *, day: int | None, wait: int | None, days_kept: int | None, agencies: int
) -> tuple[str, str] | None:
    """The answer that is not right, by its name, with the sentence for it. The rest is as of every run."""
    if not agencies:
        return "agencies", STANDING_ASKS["agencies"]
    for name, value, low, high in (
        ("day", day, 1, LAST_DAY),
        ("wait", wait, 0, MOST_WAIT),
        ("days_kept", days_kept, 1, 366),
    ):
        if value is None or not low <= value <= high:
            return name, STANDING_ASKS[name]
    return None
