"""What ties two of a person, place, group or handle, how that is known, and who may say so. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks, Filled
from heard.knowledge import load
from heard.knowledge.model import TieKind

MARK_ASKS: Final = Asks(
    text="Write the number, plate, name or address in full, as its kind asks.",
    why="Say whose it is, and why it joins nobody.",
)
TAKE_BACK_ASKS: Final = Asks(why="Say why it is no organisation’s, or joins people after all.")

OTHER: Final = "other"  # a tie that no kind of the vocabulary says: it has words
BACK: Final = "back:"  # before a kind that is read from the second to the first
SAID_TO_HARM: Final = "said_to_harm"
AT_A_MEETING: Final = "panel"  # what a source is about: said at a meeting, written down by whoever holds it
PROTECTS: Final = "protects"
UNDONE: Final = "Undone on the same day by whoever noted it."  # why a source was withdrawn
LIVED_AT: Final = "lived_at"
FOUND_AT: Final = "found_at"
SEEN_AT: Final = "seen_at"
SEEN_WITH: Final = "seen_with"
MADE_TO_HARM: Final = ("makes_harm", "made_to_harm_for")  # it stands after what is done to them
# What is said of a child's part in harm, or in words alone: looked at again each year. No source gives the time.
LOOKED_AT_AGAIN: Final = (*MADE_TO_HARM, OTHER)


class NodeKind(StrEnum):
    """In the order in which two of different kinds are kept, the first first."""

    PERSON = "person"
    GROUP = "group"
    HANDLE = "handle"
    PLACE = "place"


class HandleType(StrEnum):
    PHONE = "phone"
    VEHICLE = "vehicle"
    ACCOUNT = "account"
    EMAIL = "email"
    DEVICE = "device"
    WEB = "web"


class How(StrEnum):
    SAID_BY_CHILD = "said_by_child"
    SAID = "said"
    SEEN = "seen"
    RECORD = "record"
    WORK = "work"


class Basis(StrEnum):
    """On what it rests that somebody is said to harm."""

    TOLD = "told"
    ARRESTED = "arrested"
    CHARGED = "charged"
    CONVICTED = "convicted"
    ENDED = "ended"


class Reach(StrEnum):
    """Who may read a source, of those who see both ends."""

    ENDS = "ends"
    HOLDER = "holder"
    RECORD = "record"


class SourceGrade(StrEnum):
    """3x5x2, the first part. The value is its code."""

    RELIABLE = "1"
    UNTESTED = "2"
    DOUBTED = "3"


class KnownGrade(StrEnum):
    """3x5x2, the second part."""

    DIRECT = "A"
    BORNE_OUT = "B"
    INDIRECT = "C"
    NOT_KNOWN = "D"
    THOUGHT_UNTRUE = "E"


class Handling(StrEnum):
    """3x5x2, the third part."""

    LAWFUL = "P"
    CONDITIONS = "C"


@dataclass(frozen=True)
class Step:
    """One tie as a step from a node to another, without who or what is at its ends. `said` is read from `start`."""

    tie_key: uuid.UUID
    start: uuid.UUID
    end: uuid.UUID
    end_kind: str
    kind_id: str
    said: str
    passes: bool

    @property
    def protects(self) -> bool:
        return self.kind_id == PROTECTS

    @property
    def made_to_harm(self) -> bool:
        return self.kind_id in MADE_TO_HARM


def vocabulary() -> tuple[str, dict[str, TieKind]]:
    """The release that new ties are noted with, and its kinds by id."""
    release = load.current()
    return release.id, {kind.id: kind for kind in release.ties}


def kinds_between(one: str, other: str) -> list[tuple[str, str, str]]:
    """How the one may be tied to the other: (value, what it says, help). One that is read back begins with `BACK`."""
    found = []
    for kind in vocabulary()[1].values():
        if f"{one} {other}" in kind.between:
            found.append((kind.id, kind.label, kind.help))
        if kind.directed and f"{other} {one}" in kind.between:
            found.append((BACK + kind.id, kind.back, kind.help))
    return sorted(found, key=lambda row: row[1])


def said(kind: str, in_words: str, release: str, *, back: bool = False) -> str:
    """What a tie says, from the first to the second or back: of the vocabulary, with its own words beside it. Words alone are said of the
    first, and turn round with nothing: read back, they say so."""
    known = next((tie for tie in load.release(release).ties if tie.id == kind), None)
    if known is None:
        return Filled("is tied by “%(words)s”, said of", words=in_words) if back else in_words
    text = known.back if back else known.label
    return f"{text} ({in_words})" if in_words else text


def passes(kind: str, release: str) -> bool:
    """Whether a way from one to another may lead through a tie of this kind."""
    known = next((tie for tie in load.release(release).ties if tie.id == kind), None)
    return known is None or known.passes


def in_order(kind: str, one: str, other: str) -> bool:
    """Whether the one is the first of a tie of this kind to the other: as the vocabulary has it, else as `NodeKind` has."""
    known = vocabulary()[1].get(kind)
    if known is not None and known.directed:
        return f"{one} {other}" in known.between
    order = list(NodeKind)
    return order.index(NodeKind(one)) <= order.index(NodeKind(other))


def is_directed(kind: str) -> bool:
    """Words alone are: nobody can tell whether they are so the other way round."""
    known = vocabulary()[1].get(kind)
    return known is None or known.directed


def keeps_who(who_reach: str, is_theirs: bool) -> bool:
    """Whether a reader does not read who says so. `is_theirs`: they work in the agency that noted it."""
    return who_reach == Reach.HOLDER and not is_theirs


def how_told(how: str) -> str:
    """How something is known, said to who may not read who says so."""
    return How.SAID if how == How.SAID_BY_CHILD else how


def shown_handle(type_: str, service: str, key: str) -> str:
    """A handle as it is shown, made from its key."""
    if type_ == HandleType.VEHICLE and len(key) == 7 and key[2:4].isdigit():
        return f"{key[:4]} {key[4:]}"
    if type_ == HandleType.PHONE and key.startswith("+44") and len(key) == 13:
        return f"0{key[3:7]} {key[7:]}"
    return f"@{key} ({service})" if type_ == HandleType.ACCOUNT and service else key


def why_not_note_tie(
    *, kind: str, in_words: str, one: str, other: str, same: bool, first_is_child: bool, back: bool = False
) -> str | None:
    """`one`, `other`: the kinds of the two ends, in the order in which the tie is read."""
    if same:
        return "Choose two that are not the same."
    if kind == OTHER or not kind:
        return None if in_words.strip() else "Say what ties them, such as sister, or is seen at."
    if (BACK if back else "") + kind not in {value for value, _label, _help in kinds_between(one, other)}:
        return "Choose what ties them from the list, or say it in your own words."
    if kind == SAID_TO_HARM and first_is_child:
        return "A child who harms is being harmed too. Choose “is made to harm others by”, or say it in your own words."
    return None


def why_not_note_source(
    *,
    words: str,
    how: str,
    who: str = "",
    kind: str = OTHER,
    basis: str = "",
    reach: str = Reach.ENDS,
    who_reach: str = Reach.ENDS,
    has_agency: bool = True,
    of_a_record: bool = False,
    source_grade: str = "",
    known_grade: str = "",
    handling: str = "",
    conditions: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    today: date | None = None,
) -> str | None:
    """`who_reach`: who may read who says so. `has_agency`: there is one that could keep that to itself."""
    if not words.strip():
        return "Say how this is known. A tie without a source is a rumour."
    if how not in set(How):
        return "Say how this is known: said, seen, in a record, or from your work."
    if how == How.SAID and not who.strip():
        return "Say who says so. Their name is not passed on outside."
    if how == How.SAID_BY_CHILD and (source_grade or known_grade):
        return "What a child said is never graded. Leave both questions about how sure it is."
    if kind == SAID_TO_HARM and basis not in set(Basis):
        return "Say on what it rests that they are said to harm."
    if kind != SAID_TO_HARM and basis:
        return "Only where somebody is said to harm does it rest on an arrest or the like."
    if handling == Handling.CONDITIONS and not conditions.strip():
        return "Say on which conditions this may go on."
    if reach == Reach.RECORD and not of_a_record:
        return "There is no record that says who may read this."
    if why_not := _why_not_keep_who(who_reach, how, has_agency):
        return why_not
    return _why_not_then(valid_from, valid_to, today)


def _why_not_keep_who(who_reach: str, how: str, has_agency: bool) -> str | None:
    if who_reach not in (Reach.ENDS, Reach.HOLDER):
        return "Say who may read who says so."
    if who_reach == Reach.HOLDER and how not in (How.SAID, How.SAID_BY_CHILD):
        return "Only where somebody said so is there a name to keep. Let others read how this is known, or keep all of it."
    if who_reach == Reach.HOLDER and not has_agency:
        return "You are in no agency that could keep who says so to itself. Ask whoever manages people to put you in a team."
    return None


def _why_not_then(valid_from: date | None, valid_to: date | None, today: date | None) -> str | None:
    if valid_from and valid_to and valid_to < valid_from:
        return "A tie cannot end before it began. Look at both dates."
    if today and any(day and day > today for day in (valid_from, valid_to)):
        return "A tie is noted once it is so. Give a day that is not in the future."
    return None


def why_not_know_handle(*, key: str | None) -> str | None:
    if key is None:
        return "This does not look like one. Choose what it is, and enter it as it was written."
    return None


def why_not_mark_common(*, may_mark: bool, key: str | None, is_common: bool, why: str) -> str | None:
    """Whether a number, plate or account can be marked as an organisation’s. `key`: its normal form, None for what is none."""
    if not may_mark:
        return "A co-ordinator or an administrator marks what is an organisation’s."
    if not key or "?" in key:  # a part of a plate is many cars
        return MARK_ASKS["text"]
    if is_common:
        return "It is marked already. Take that back first if it is to say something else."
    return MARK_ASKS.missing(why=why)


def why_not_take_back_common(*, may_mark: bool, is_common: bool, why: str) -> str | None:
    if not may_mark:
        return "A co-ordinator or an administrator takes this back."
    if not is_common:
        return "It is marked no longer. Look at the list again."
    return TAKE_BACK_ASKS.missing(why=why)


def why_not_withdraw(*, is_theirs: bool, withdrawn: bool, why: str) -> str | None:
    """`is_theirs`: their agency said so, or they answer for the whole partnership."""
    if not is_theirs:
        return "The agency that noted this withdraws it. Note what you know as a source of your own."
    if withdrawn:
        return "This was withdrawn already."
    if not why.strip():
        return "Say why this is withdrawn, so that whoever relied on it can read it."
    return None


def why_not_undo_source(*, is_own: bool, is_of_today: bool, withdrawn: bool) -> str | None:
    """What somebody noted themselves they take back in one step, on the day itself. Later it is withdrawn with a reason."""
    if not is_own:
        return "Somebody else noted this. Withdraw it, with your reason, if your agency noted it."
    if withdrawn:
        return "This was withdrawn already."
    return None if is_of_today else "This was noted on another day. Withdraw it, with your reason."


def why_not_withdraw_mention(*, is_theirs: bool, why: str) -> str | None:
    """`is_theirs`: they or their agency kept it, or they answer for the whole partnership."""
    if not is_theirs:
        return "The agency that kept this withdraws it. Ask them to."
    if not why.strip():
        return "Say why this is withdrawn, so that whoever relied on it can read it."
    return None


def a_year_before(day: date) -> date:
    """The same day of the year before; of 29 February the day before it."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def under_18_since(today: date) -> date:
    """Whoever was born after this day is under 18."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year - 18, day=28 if is_leap_day else today.day)


def why_not_begin_again(*, waits: bool) -> str | None:
    """`waits`: the source is old, rests on little, and is this user's to look at."""
    return (
        None
        if waits
        else "This does not wait to be looked at again. Say what you know as a further source, or withdraw it."
    )


def why_not_look_again(*, why: str) -> str | None:
    """Whether a source that is old may stay as it is for 12 months more."""
    return None if why.strip() else "Say why it stays as it is, and what you looked at."


def why_not_give_kind(*, kind: str, has_one: bool) -> str | None:
    if has_one:
        return "This tie has a kind. If it is wrong, withdraw its sources and note the right tie."
    if kind == OTHER:
        return "Choose a kind from the list. Until one fits, leave the tie as it is."
    return None
