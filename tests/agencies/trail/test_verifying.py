"""What somebody can do to a trail, tried in memory: whatever it is, verifying finds it."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.agencies.seal import leaves
from heard.agencies.seal.heads import Head
from heard.agencies.seal.keys import Key, Ring
from heard.agencies.seal.leaves import HashedRow
from heard.agencies.seal.tree import Tree, leaf_hash, node_hash
from heard.agencies.trail.verifying import Outcome, Sealed, Trail, Verdict, ranges_of, verify

KEY, OTHER = Key(b"a" * 32), Key(b"b" * 32)
RING = Ring("site", (KEY,))
NOW = datetime(2026, 11, 27, 7, tzinfo=UTC)
START = NOW - timedelta(hours=3)
TRIES = 10_000  # of each way in which somebody might alter a trail
LONG = 12  # rows of the trail that they alter


def at(seconds: float) -> str:
    return (
        (START + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    )


def row_of(number: int, key: Key = KEY, **values: object) -> HashedRow:
    row = HashedRow(
        id=number, version=1, key_id=key.id, at=at(number), actor_id=number % 7, agency="Wexmoor Police",
        verb=("view", "decide", "share")[number % 3], subject="person", subject_id=str(number % 11), person_id=f"{number % 5:032x}",
        actor="ofa.leroy", reason="A worry" * (number % 2), detail='{"state": "open"}' if number % 4 == 0 else "{}",
        salt=sha256(str(number).encode()).hexdigest()[:32], leaf="", commitment="",
    )._replace(**values)  # fmt: skip
    return row._replace(leaf=leaves.leaf_of(row, key))


class Kept:
    """A trail as it was written, sealed every few rows."""

    def __init__(self, rows: list[HashedRow], key: Key = KEY, every: int = 6) -> None:
        self.key, self.every = key, every
        self.sealed = [Sealed(seq, row.id, row.leaf, row) for seq, row in enumerate(rows, 1)]
        self.heads = self.heads_of(self.sealed)
        self.witnessed = [self.heads[-1]]
        self.waiting: list[HashedRow] = []

    def heads_of(self, sealed: list[Sealed]) -> list[Head]:
        tree, found = Tree(), []
        for place in sealed:
            tree.append(leaf_hash(leaves.in_tree(place.row_id, place.leaf)))
            if tree.size % self.every == 0 or place is sealed[-1]:
                when = at(place.row_id + 5)
                found.append(Head("site", tree.size, tree.root().hex(), when, self.key.id).signed(self.key))
        return found

    def verdict(self, ring: Ring | None = RING, **values: object) -> Verdict:
        trail = Trail(iter(self.sealed), iter(self.heads), iter(self.waiting), NOW, list(self.witnessed))
        return verify(dataclasses.replace(trail, **values), ring)  # type: ignore[arg-type]


ROWS = [row_of(number) for number in range(1, LONG + 1)]


def kept() -> Kept:
    return Kept(ROWS)


def test_a_trail_as_it_was_written_is_sound() -> None:
    verdict = kept().verdict(gapless=True)
    assert (verdict.outcome, verdict.faults, verdict.unknown) == (Outcome.SOUND, [], [])
    assert (verdict.size, verdict.heads, verdict.witnessed) == (LONG, 2, 1)


# ---- ways to alter one, by somebody who has the whole database and no key


def edit(trail: Kept, draw: random.Random) -> int:
    number = draw.randrange(LONG)
    place = trail.sealed[number]
    assert place.row is not None
    name = draw.choice(["at", "actor_id", "agency", "verb", "subject", "subject_id", "person_id", "actor", "reason", "detail", "version"])  # fmt: skip
    changed = {"at": at(-draw.random() * 9_999), "actor_id": place.row.actor_id + draw.randrange(1, 999),
               "detail": f'{{"state":{draw.random()}}}', "person_id": f"{draw.getrandbits(127) + 9:032x}",
               "version": draw.choice([0, 2])}  # fmt: skip
    row = place.row._replace(**{name: changed.get(name, f"other {draw.random()}")})
    if draw.random() < 0.5:  # a leaf that is made up, in the row and in its place
        row = row._replace(leaf=f"{draw.getrandbits(256):064x}")
        trail.sealed[number] = place._replace(row=row, leaf=draw.choice([row.leaf, place.leaf]))
    else:
        trail.sealed[number] = place._replace(row=row)
    return row.id


def delete_row(trail: Kept, draw: random.Random) -> int:
    number = draw.randrange(LONG)
    trail.sealed[number] = trail.sealed[number]._replace(row=None)
    return number + 1


def delete_with_place(trail: Kept, draw: random.Random) -> None:
    """And what comes after moves up, as if it had never been."""
    del trail.sealed[draw.randrange(LONG)]
    if draw.random() < 0.8:
        trail.sealed = [place._replace(seq=seq) for seq, place in enumerate(trail.sealed, 1)]
    if draw.random() < 0.5:
        trail.heads = [head for head in trail.heads if head.size <= len(trail.sealed)]


def insert(trail: Kept, draw: random.Random) -> None:
    """One that a real row was copied from, or one with a leaf that is made up."""
    like = draw.choice(ROWS)
    row = like._replace(id=draw.choice([LONG + 1, 900, -4]), reason="never said", leaf=draw.choice([like.leaf, f"{draw.getrandbits(256):064x}"]))  # fmt: skip
    trail.sealed.insert(draw.randrange(LONG + 1), Sealed(0, row.id, row.leaf, row))
    trail.sealed = [place._replace(seq=seq) for seq, place in enumerate(trail.sealed, 1)]


def insert_waiting(trail: Kept, draw: random.Random) -> int:
    like = draw.choice(ROWS)
    leaf = draw.choice(["", like.leaf, f"{draw.getrandbits(256):064x}"])
    trail.waiting.append(like._replace(id=LONG + 1, reason="never said", leaf=leaf, at=at(10_700)))
    return LONG + 1


def swap(trail: Kept, draw: random.Random) -> None:
    """What two rows say, two places of the tree, or both."""
    one, two = draw.sample(range(LONG), 2)
    a, b = trail.sealed[one], trail.sealed[two]
    assert a.row is not None
    assert b.row is not None
    how = draw.randrange(3)
    if how == 0:  # their keys
        trail.sealed[one] = a._replace(row=b.row._replace(id=a.row.id))
        trail.sealed[two] = b._replace(row=a.row._replace(id=b.row.id))
    elif how == 1:  # their places
        trail.sealed[one], trail.sealed[two] = b._replace(seq=a.seq), a._replace(seq=b.seq)
    else:  # their keys and leaves, so that only the tree knows
        trail.sealed[one] = Sealed(a.seq, a.row_id, b.leaf, b.row._replace(id=a.row_id))
        trail.sealed[two] = Sealed(b.seq, b.row_id, a.leaf, a.row._replace(id=b.row_id))


def truncate(trail: Kept, draw: random.Random) -> None:
    """Rows, places and heads of the end, as if it had been so."""
    size = draw.randrange(LONG)
    trail.sealed = trail.sealed[:size]
    trail.heads = [head for head in trail.heads if head.size <= size]


def put_older_back(trail: Kept, draw: random.Random) -> None:
    """All as it once was, and other rows after that, with the key: as when a copy is restored and people go on."""
    size = draw.randrange(LONG - 1)
    until = draw.randrange(size + 1, 2 * LONG)
    more = [row_of(number, reason="after the restore") for number in range(size + 1, until + 1)]
    restored = Kept(ROWS[:size] + more)
    trail.sealed, trail.heads = restored.sealed, restored.heads


def forge_head(trail: Kept, draw: random.Random) -> None:
    number = draw.randrange(2)
    head = trail.heads[number]
    how = draw.randrange(4)
    if how == 0:
        head = dataclasses.replace(head, root=f"{draw.getrandbits(256):064x}")
    elif how == 1:
        head = dataclasses.replace(head, at=at(draw.random() * 9_999))
    elif how == 2:
        head = dataclasses.replace(head, signature=f"{draw.getrandbits(512):0128x}")
    else:  # by a key of their own, under the name of ours
        head = dataclasses.replace(head.signed(OTHER), key_id=KEY.id)
    if draw.random() < 0.5:
        trail.heads[number] = head
    else:
        trail.witnessed.append(head)


def erase_unseen(trail: Kept, draw: random.Random) -> int:
    """As erasing does it, but without the row that says so."""
    place = trail.sealed[draw.randrange(LONG)]
    assert place.row is not None
    trail.sealed[place.seq - 1] = place._replace(row=erased(place.row))
    return place.row.id


def turn_clock_back(trail: Kept, draw: random.Random) -> None:
    """The machine's, by an hour or more, while people work: everything is written by Heard itself."""
    number = draw.randrange(3, LONG)
    back = 3_600 + draw.random() * 9_999
    rows = [row if row.id <= number else row_of(row.id, at=at(row.id - back)) for row in ROWS]
    trail.sealed = Kept(rows).sealed
    trail.heads = trail.heads_of(trail.sealed)
    for place, head in enumerate(trail.heads):
        if head.size > number:
            when = at(head.size + 5 - back)
            trail.heads[place] = dataclasses.replace(head, at=when).signed(KEY)
    trail.witnessed = trail.heads[-1:]


WAYS: list[Callable[[Kept, random.Random], int | None]] = [
    edit, delete_row, delete_with_place, insert, insert_waiting, swap, truncate, put_older_back, forge_head, erase_unseen,
    turn_clock_back,
]  # fmt: skip


def erased(row: HashedRow) -> HashedRow:
    said = leaves.commitment_of(row)
    return row._replace(person_id="", actor="", reason="", detail="{}", salt="", commitment=said)


@pytest.mark.parametrize("alter", WAYS, ids=lambda way: way.__name__)
def test_however_it_is_altered_it_is_found(alter: Callable[[Kept, random.Random], int | None]) -> None:
    draw = random.Random(alter.__name__)
    whole = kept()
    for turn in range(TRIES):
        trail = kept_again(whole)
        row_id = alter(trail, draw)
        verdict = trail.verdict()
        assert verdict.outcome is Outcome.TAMPERED, f"try {turn}: {trail.sealed}"
        if row_id is not None:
            assert row_id in {fault.row_id for fault in verdict.faults}, (
                f"try {turn}: it names no row {row_id}"
            )


def kept_again(whole: Kept) -> Kept:
    trail = object.__new__(Kept)
    trail.__dict__ = whole.__dict__ | {
        "sealed": list(whole.sealed), "heads": list(whole.heads), "witnessed": list(whole.witnessed), "waiting": [],
    }  # fmt: skip
    return trail


@pytest.mark.parametrize(
    "alter",
    [delete_row, delete_with_place, swap, truncate, put_older_back, forge_head],
    ids=lambda way: way.__name__,
)
def test_without_the_key_of_the_leaves_the_public_one_finds_what_is_gone_or_elsewhere(alter) -> None:
    draw = random.Random(alter.__name__)
    whole = kept()
    for _turn in range(500):
        trail = kept_again(whole)
        alter(trail, draw)
        there = Trail(iter(trail.sealed), iter(trail.heads), iter(()), NOW, list(trail.witnessed))
        assert verify(there, None, [KEY.public]).outcome is Outcome.TAMPERED


def test_a_key_of_somebody_else_is_told_from_ours() -> None:
    theirs = Kept([row_of(number, OTHER) for number in range(1, 13)], OTHER)
    assert theirs.verdict().outcome is Outcome.CANNOT_TELL
    pinned = Trail(theirs.sealed, theirs.heads, (), NOW)
    assert verify(pinned, Ring("site", (OTHER,)), [KEY.public]).outcome is Outcome.TAMPERED


def test_after_a_new_key_the_one_before_still_verifies() -> None:
    rows = [row_of(number, KEY if number <= 6 else OTHER) for number in range(1, 13)]
    trail = Kept(rows)
    trail.heads[1:] = [head.signed(OTHER) for head in trail.heads[1:]]
    trail.witnessed = trail.heads[-1:]
    assert trail.verdict(Ring("site", (OTHER, KEY))).outcome is Outcome.SOUND
    assert trail.verdict(Ring("site", (OTHER,))).outcome is Outcome.CANNOT_TELL


def test_what_a_row_says_was_erased_is_no_fault_and_what_is_open_in_it_still_holds() -> None:
    rows = [*ROWS, row_of(13, verb="erase", subject="audit", detail='{"rows":[[3,5],[9,9]]}')]
    trail = Kept(rows)
    for number in (3, 4, 5, 9):
        place = trail.sealed[number - 1]
        assert place.row
        trail.sealed[number - 1] = place._replace(row=erased(place.row))
    verdict = trail.verdict()
    assert (verdict.outcome, verdict.erased) == (Outcome.SOUND, 4)
    place = trail.sealed[3]
    assert place.row
    trail.sealed[3] = place._replace(row=place.row._replace(verb="edited"))
    assert [fault.row_id for fault in trail.verdict().faults] == [4]


def test_rows_of_before_are_sealed_as_they_were_found_and_only_at_the_beginning() -> None:
    rows = [row_of(number, version=0 if number <= 5 else 1) for number in range(1, 13)]
    assert Kept(rows).verdict().as_found == 5
    late = [row_of(number, version=0 if number in (1, 2, 9) else 1) for number in range(1, 13)]
    assert [fault.row_id for fault in Kept(late).verdict().faults] == [9]


def test_a_row_deleted_before_it_was_sealed_shows_where_no_key_is_left_out() -> None:
    rows = [row for row in ROWS if row.id not in (3, 7, 8)]
    assert Kept(rows).verdict(gapless=False).outcome is Outcome.SOUND
    said = [str(fault) for fault in Kept(rows).verdict(gapless=True).faults]
    assert said == ["Row 3 was deleted before it was sealed.", "Row 7 to 8 was deleted before it was sealed."]


def test_the_last_seconds_are_said_and_an_hour_is_a_fault() -> None:
    trail = kept()
    trail.waiting = [row_of(13, at=at(10_750))]
    assert (trail.verdict().outcome, trail.verdict().waiting) == (Outcome.SOUND, 1)
    trail.waiting = [row_of(13, at=at(7_000))]
    assert trail.verdict().outcome is Outcome.TAMPERED


def test_nothing_at_all_cannot_be_told() -> None:
    assert verify(Trail((), (), (), NOW), RING).outcome is Outcome.CANNOT_TELL


def naive_root(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not hashes:
        return sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(naive_root(hashes[:half]), naive_root(hashes[half:]))


@given(st.lists(st.binary(max_size=8), max_size=70), st.integers(0, 70))
def test_the_tree_is_that_of_the_standard_also_gone_on_from_its_edge(data: list[bytes], cut: int) -> None:
    hashes = [leaf_hash(one) for one in data]
    tree = Tree()
    for one in hashes[:cut]:
        tree.append(one)
    tree = Tree(tree.size, tree.edge)
    for one in hashes[cut:]:
        tree.append(one)
    assert tree.root() == naive_root(hashes)


@given(st.sets(st.integers(1, 200)))
def test_ranges_name_exactly_those_rows(numbers: set[int]) -> None:
    named = {one for first, last in ranges_of(numbers) for one in range(first, last + 1)}
    assert named == numbers


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@given(JSON)
def test_the_same_detail_has_the_same_text(detail: object) -> None:
    text = leaves.canonical(json.dumps(detail))
    assert leaves.canonical(text) == text
