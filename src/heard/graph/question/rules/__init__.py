"""What a question about the network answers, and how far it goes. Pure: no Django, no clock, no database.

Answers are ordered by name, never by a count or strength, and children and adults never stand in one list.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from heapq import heappop, heappush
from math import log2
from typing import Any, Final

from heard.agencies.rules import Asks
from heard.network.rules import AT_A_MEETING, How, KnownGrade, Piece, SourceGrade, Step

HUB: Final = 30  # people: what more than so many are tied to is named, and not passed through
MONTHS: Final = 12  # back: what ended before is not asked about
MOST: Final = 200  # in one answer
LAST: Final = (  # kinds of ties that hold until somebody says otherwise; the others tell of what happened
    "family_of", "lives_with", "friend_of", "goes_about_with", "partner_of", "works_for", "protects", "goes_to", "works_at", "runs",
    "part_of", "uses", "keeper_of", "in_contact", "same_device", "meets_at", "claims", "works_with", "inside",
)  # fmt: skip


def asked_since(today: date) -> date:
    """What ended before this day is not asked about."""
    return today - timedelta(days=MONTHS * 365 // 12)


def last_said(piece: Piece) -> date:
    """The last day on which a source says that it was so: its end; else the day on which it was noted, of what lasts; else the day
    on which it happened."""
    return piece.until or (piece.noted if piece.kind_id in LAST else piece.on)


@dataclass(frozen=True)
class Way:
    """How one reaches a node: all ties to it, or a tie to what lies between and one from there. Each with the key of its page."""

    end: uuid.UUID
    end_kind: str
    ties: tuple[tuple[uuid.UUID, str], ...]
    through: uuid.UUID | None = None
    protects: bool = False


@dataclass(frozen=True)
class Near:
    """`hubs`: what is tied to more than `HUB` people, or is an organisation’s number, and so was not passed through. `shut`: to what a tie leads that no way leads
    on from."""

    ways: tuple[Way, ...]
    hubs: tuple[uuid.UUID, ...]
    shut: tuple[uuid.UUID, ...]


def onward(steps: Iterable[Step], many: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """From what a second step may begin: not from a hub, nor over a tie that no way leads through."""
    return {step.end for step in steps if step.passes and step.end not in many}


def near(
    start: uuid.UUID, first: Iterable[Step], second: Iterable[Step], many: Collection[uuid.UUID]
) -> Near:
    """The nearest way to each node within two steps. Of several as near, one that says that somebody protects comes first, and one that
    says that somebody is made to harm last; then by what the tie says."""
    first = list(first)
    direct: dict[uuid.UUID, list[Step]] = defaultdict(list)
    for step in _in_order(first):
        if step.said not in {one.said for one in direct[step.end]}:
            direct[step.end].append(step)
    found = {
        end: Way(
            end, some[0].end_kind, tuple((step.tie_key, step.said) for step in some), None, some[0].protects
        )
        for end, some in direct.items()
    }
    for step in _in_order(second):
        before = direct.get(step.start)
        if before is not None and step.end != start and step.end not in found:
            leads = next((step for step in before if step.passes), before[0])
            ties = ((leads.tie_key, leads.said), (step.tie_key, step.said))
            found[step.end] = Way(step.end, step.end_kind, ties, step.start, step.protects)
    on = onward(first, many)
    shut = {step.end for step in first if step.end not in on and step.end not in many}
    return Near(
        tuple(found.values()), tuple(sorted(set(many) & direct.keys(), key=str)), tuple(sorted(shut, key=str))
    )


def _in_order(steps: Iterable[Step]) -> list[Step]:
    return sorted(
        steps,
        key=lambda step: (not step.protects, step.made_to_harm, step.said, str(step.end), str(step.tie_key)),
    )


def people_among(things: Iterable[Any]) -> set[uuid.UUID]:
    """Keys of the children and adults among what is named."""
    return {thing.pk for thing in things if type(thing).__name__ == "Person"}


# ---- what is known, and what people judged of it


JUDGE_ASKS: Final = Asks(
    verdict="Say whether it is the same matter.", why="Say why, so that whoever asks next can read it."
)


class Verdict(StrEnum):
    NOT_SAME = "not_same"
    AGAIN = "again"


def line_of(question: str, this: object, grounds: Iterable[uuid.UUID]) -> str:
    """By which a line is known again: another one as soon as what it rests on is more or less."""
    said = [question, str(this), *sorted(str(key) for key in set(grounds))]
    return sha256("\n".join(said).encode()).hexdigest()


def why_not_judge(*, why: str, verdict: str, silenced: bool) -> str | None:
    """`silenced`: somebody said of it that it is not the same matter."""
    if verdict not in set(Verdict):
        return JUDGE_ASKS["verdict"]
    if verdict == Verdict.AGAIN and not silenced:
        return "This line is shown already."
    if verdict == Verdict.NOT_SAME and silenced:
        return "Somebody said so already. Read why below the answer."
    if not why.strip():
        return JUDGE_ASKS["why"]
    return None


def named_in_several(
    pieces: Iterable[Piece], but: Mapping[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, list[Piece]]:
    """What two records or more speak of. `but`: of each record, whom it is about, who is not found by it."""
    found: dict[uuid.UUID, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.about_id and piece.about_id in but and piece.node != but[piece.about_id]:
            found[piece.node].append(piece)
    return {node: some for node, some in found.items() if len({piece.about_id for piece in some}) > 1}


CLOSE: Final = 120  # minutes
_A_DAY: Final = 24 * 60


def hours_shared(began: Mapping[uuid.UUID, datetime]) -> tuple[uuid.UUID, ...]:
    """The most episodes that began within two hours of day of one another, where these are three at least and more than half of
    all: of many, some always fall together. In the order in which they began. `began`: in local time."""
    of_day = {key: at.hour * 60 + at.minute for key, at in began.items()}
    best: list[uuid.UUID] = []
    tried: set[int] = set()
    for first in sorted(of_day, key=lambda key: (began[key], str(key))):
        if of_day[first] not in tried:
            tried.add(of_day[first])
            since = [key for key, at in of_day.items() if (at - of_day[first]) % _A_DAY <= CLOSE]
            best = since if len(since) > len(best) else best
    if len(best) < 3 or 2 * len(best) <= len(began):
        return ()
    return tuple(sorted(best, key=lambda key: (began[key], str(key))))


def nobody_works_with_both(
    child: uuid.UUID,
    pieces: Iterable[Piece],
    children: Collection[uuid.UUID],
    together: Collection[uuid.UUID],
) -> dict[uuid.UUID, list[Piece]]:
    """What this child and others have in common, of those who are not seen `together`. `pieces`: of what this child has, with the
    other end or the child whom a record is about as `other`."""
    found: dict[uuid.UUID, list[Piece]] = defaultdict(list)
    for piece in pieces:
        known = piece.other == child or (piece.other in children and piece.other not in together)
        if known and piece.node != child and piece.node not in together:
            found[piece.node].append(piece)
    return {
        node: some
        for node, some in found.items()
        if child in {piece.other for piece in some} and len({piece.other for piece in some}) > 1
    }


class Held(StrEnum):
    SHARED = "shared"
    PASSED_ON = "passed on"
    CONTRADICTING = "contradicting"
    NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Use:
    """From when until when somebody used something, as far as it is known; whether they are said to be its keeper."""

    who: uuid.UUID
    since: date | None
    until: date | None
    keeper: bool


def uses_of(pieces: Iterable[Piece], kinds: Collection[str]) -> list[Use]:
    """Who used it: from the first day that a source gives to the last, which the latest source says."""
    by_person: dict[uuid.UUID, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.other is not None and piece.other_kind == "person" and piece.kind_id in kinds:
            by_person[piece.other].append(piece)
    return [
        Use(
            who,
            min((piece.since for piece in some if piece.since), default=None),
            some[-1].until,
            any(piece.kind_id == "keeper_of" for piece in some),
        )
        for who, some in by_person.items()
    ]


def how_held(one: Use, other: Use) -> tuple[Held, Use, Use]:
    """How two used one thing, and the two with the earlier first."""
    first, second = sorted((one, other), key=lambda use: (use.since or date.min, str(use.who)))
    if first.until and second.since and first.until <= second.since:
        return Held.PASSED_ON, first, second
    if not (first.since and second.since):
        return Held.NOT_KNOWN, first, second
    return (Held.CONTRADICTING if first.keeper and second.keeper else Held.SHARED), first, second


@dataclass(frozen=True)
class Rests:
    """On what a number of ties rests: how many there are, which of them somebody saw, which one person alone told, which several
    agencies know, and which one untested source carries."""

    ties: int
    seen: int
    told_by_one: int
    several_agencies: int
    graded: int
    carried_by_one: tuple[uuid.UUID, ...]


def rests_on(pieces: Iterable[Piece]) -> Rests:
    """Of ties, by their keys, with all their sources."""
    by_tie: dict[uuid.UUID, dict[uuid.UUID, Piece]] = defaultdict(dict)
    for piece in pieces:
        if piece.tie_key:
            by_tie[piece.tie_key][piece.key] = piece
    alone = {key: next(iter(some.values())) for key, some in by_tie.items() if len(some) == 1}
    return Rests(
        ties=len(by_tie),
        seen=sum(any(piece.how == How.SEEN for piece in some.values()) for some in by_tie.values()),
        told_by_one=sum(piece.how in (How.SAID, How.SAID_BY_CHILD) for piece in alone.values()),
        several_agencies=sum(
            len({piece.holder for piece in some.values() if piece.holder and piece.about != AT_A_MEETING}) > 1
            for some in by_tie.values()
        ),
        graded=sum(
            any(piece.known_grade or piece.source_grade for piece in some.values())
            for some in by_tie.values()
        ),
        carried_by_one=tuple(key for key, piece in alone.items() if _untested(piece)),
    )


def _untested(piece: Piece) -> bool:
    """Nobody saw it, it is in no record, and nobody says that who told it has been right before. What a child said is not graded,
    and is not called untested."""
    told = piece.how in (How.SAID, "")
    return told and piece.source_grade != SourceGrade.RELIABLE and piece.known_grade not in _BORNE_OUT


_BORNE_OUT: Final = (KnownGrade.DIRECT, KnownGrade.BORNE_OUT)


def in_pieces(pieces: Iterable[Piece], agency_of: Mapping[uuid.UUID, uuid.UUID]) -> list[Piece]:
    """What several agencies know, none of them more than one piece: else nothing. `agency_of`: of records that name it. What was said at
    a meeting all heard there."""
    by_agency: dict[uuid.UUID, dict[uuid.UUID, Piece]] = defaultdict(dict)
    for piece in pieces:
        if piece.about == AT_A_MEETING:
            continue
        agency = piece.holder or agency_of.get(piece.key)
        if agency is not None:
            by_agency[agency][piece.about_id or piece.key] = piece
    if len(by_agency) < 2 or any(len(some) > 1 for some in by_agency.values()):
        return []
    return [piece for some in by_agency.values() for piece in some.values()]


# ---- how two connect

FURTHEST: Final = 4  # ties in one way
SEARCHED: Final = 5000  # people and things
WAYS: Final = 3


@dataclass(frozen=True)
class Path:
    steps: tuple[Step, ...]
    cost: float

    @property
    def inner(self) -> tuple[uuid.UUID, ...]:
        return tuple(step.end for step in self.steps[:-1])


def on_a_way(start: uuid.UUID, end: uuid.UUID, steps: Iterable[Step]) -> set[uuid.UUID]:
    """The two and what lies between them on any way of at most four ties. `steps`: each tie from both of its ends."""
    beside: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for step in steps:
        beside[step.start].add(step.end)
    one, other = _how_far(start, beside), _how_far(end, beside)
    return {start, end} | {key for key in one.keys() & other.keys() if one[key] + other[key] <= FURTHEST}


def _how_far(start: uuid.UUID, beside: Mapping[uuid.UUID, Collection[uuid.UUID]]) -> dict[uuid.UUID, int]:
    found, edge = {start: 0}, {start}
    for ties in range(1, FURTHEST):
        edge = {other for key in edge for other in beside.get(key, ()) if other not in found}
        found |= dict.fromkeys(edge, ties)
    return found


def ways(
    start: uuid.UUID,
    end: uuid.UUID,
    steps: Iterable[Step],
    degree: Mapping[uuid.UUID, int],
    shut: Collection[uuid.UUID],
) -> list[Path]:
    """Up to three ways of at most four ties, the plainest first: each thing on the way costs 1, and more where much is tied to it.
    `shut`: what no way leads through; nor does one lead over a tie that does not pass, unless it is all there is of it. Two ways
    differ in what lies between."""
    steps = list(steps)
    found: dict[tuple[uuid.UUID, ...], Path] = {}
    out = _out(steps)
    heap: list[tuple[float, int, int, tuple[Step, ...]]] = [(0.0, 0, 0, ())]
    count = 0
    while heap and len(found) < WAYS:
        cost, _length, _nth, so_far = heappop(heap)
        here = so_far[-1].end if so_far else start
        if here == end:
            found.setdefault(tuple(step.end for step in so_far), Path(so_far, cost))
            continue
        if len(so_far) == FURTHEST or (so_far and here in shut):
            continue
        been = {start, *(step.end for step in so_far)}
        for step in out.get(here, ()):
            if step.end in been or not (step.passes or (not so_far and step.end == end)):
                continue
            more = 0.0 if step.end == end else 1 + log2(max(1, degree.get(step.end, 1) / 4))
            count += 1
            if count > _TRIED:
                return list(found.values())
            heappush(heap, (cost + more, len(so_far) + 1, count, (*so_far, step)))
    return list(found.values())


_TRIED: Final = 200_000


def needed(
    path: Path, start: uuid.UUID, end: uuid.UUID, steps: Iterable[Step], shut: Collection[uuid.UUID]
) -> tuple[int, ...]:
    """Which steps of a way, counted from 1, have to be right for there to be any."""
    steps = list(steps)
    found = []
    for number, step in enumerate(path.steps, 1):
        rest = [one for one in steps if one.tie_key != step.tie_key]
        if not ways(start, end, rest, {}, shut):
            found.append(number)
    return tuple(found)


def _out(steps: Iterable[Step]) -> dict[uuid.UUID, list[Step]]:
    """From each node one step to each other, by what it says; in one order whatever order they came in."""
    found: dict[uuid.UUID, dict[uuid.UUID, Step]] = defaultdict(dict)
    for step in _in_order(steps):
        found[step.start].setdefault(step.end, step)
    return {start: list(ends.values()) for start, ends in found.items()}
