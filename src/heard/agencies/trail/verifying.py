"""Whether the audit trail is as it was written: each leaf anew from its row, the tree anew from the leaves, and each head.

It reads row by row and keeps little in memory. It needs neither the site nor its database: an export will do.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final, NamedTuple

from heard.agencies.seal import leaves
from heard.agencies.seal.heads import Head
from heard.agencies.seal.keys import Ring, id_of
from heard.agencies.seal.leaves import AS_FOUND, HashedRow
from heard.agencies.seal.tree import Tree, leaf_hash

ERASES: Final = (
    "erase",
    "audit",
)  # verb and subject of the row that names rows whose personal part was erased
_BACK: Final = timedelta(minutes=1)  # clocks of two machines may differ by so much
_LATE: Final = timedelta(hours=1)
_MOST: Final = 1_000  # findings that are kept; the others are counted


class Outcome(IntEnum):
    SOUND = 0
    TAMPERED = 1
    CANNOT_TELL = 2


class Sealed(NamedTuple):
    """A place of the tree, and the row that stands there, if it still does."""

    seq: int
    row_id: int
    leaf: str
    row: HashedRow | None


@dataclass(frozen=True)
class Fault:
    row_id: int | None
    says: str

    def __str__(self) -> str:
        return f"Row {self.row_id}: {self.says}" if self.row_id is not None else self.says


@dataclass
class Trail:
    """What there is to verify. `sealed` in the order of the tree, `heads` by size, `waiting` rows that have no place.

    `witnessed` are heads that were kept elsewhere. `gapless`: whether the database leaves no key out (SQLite does not).
    """

    sealed: Iterable[Sealed]
    heads: Iterable[Head]
    waiting: Iterable[HashedRow]
    now: datetime
    witnessed: list[Head] = field(default_factory=list)
    gapless: bool = False


@dataclass
class Verdict:
    size: int = 0
    rows: int = 0
    waiting: int = 0
    heads: int = 0
    witnessed: int = 0
    as_found: int = 0
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)
    more: int = 0
    unknown: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        if self.faults:
            return Outcome.TAMPERED
        return Outcome.CANNOT_TELL if self.unknown else Outcome.SOUND

    def wrong(self, says: str, row_id: int | None = None) -> None:
        if len(self.faults) < _MOST:
            self.faults.append(Fault(row_id, says))
        else:
            self.more += 1

    def not_known(self, says: str) -> None:
        if says not in self.unknown:
            self.unknown.append(says)


def verify(trail: Trail, ring: Ring | None, publics: Iterable[bytes] = ()) -> Verdict:
    """`ring` has the keys of the leaves; without it leaves are taken as they stand (`--structure-only`). `publics`: who may
    have signed heads, where that is known from elsewhere, such as from paper; else those of the ring."""
    return _Verifying(trail, ring, list(publics)).run()


class _Verifying:
    def __init__(self, trail: Trail, ring: Ring | None, publics: list[bytes]) -> None:
        self.trail, self.ring, self.verdict = trail, ring, Verdict()
        self.pinned = bool(publics)
        known = publics or [key.public for key in (ring.keys if ring else ())]
        self.publics = {id_of(one): one for one in known}
        self.tree = Tree()
        self.heads = iter(trail.heads)
        self.head = next(self.heads, None)
        self.last_head: Head | None = None
        self.witnessed: dict[int, list[Head]] = {}
        self.torn: set[str] = set()  # whose roots no longer fit; from the first on none can
        self.right: set[Head] = set()  # heads that a witness kept and whose signature holds
        self.erased: list[int] = []
        self.named: list[tuple[int, int]] = []
        self.own_leaves = False
        self.last_id: int | None = None
        self.latest_at = ""  # of the rows since the last head
        self.too_early = ""  # a row dated before this is dated back

    def run(self) -> Verdict:
        for head in self.trail.witnessed:
            self._about_signature(head, "A head that a witness kept")
            self.witnessed.setdefault(head.size, []).append(head)
            self.verdict.witnessed += 1
        self._about_heads()
        for place in self.trail.sealed:
            self._place(place)
        self._about_the_end()
        self._about_waiting()
        self._about_erased()
        return self.verdict

    def _place(self, place: Sealed) -> None:
        if place.seq != self.tree.size + 1:
            self.verdict.wrong(f"place {self.tree.size + 1} of the tree is not there.", place.row_id)
        row = place.row
        if row is None:
            self.verdict.wrong("it was deleted.", place.row_id)
        else:
            self._row(row, place)
        try:
            self.tree.append(leaf_hash(leaves.in_tree(place.row_id, place.leaf)))
        except (ValueError, OverflowError):
            self.verdict.wrong("its place holds no leaf.", place.row_id)
            self.tree.append(leaf_hash(b""))
        self._about_gap(place.row_id)
        size = self.tree.size
        if (self.head is not None and self.head.size <= size) or size in self.witnessed:
            self._about_heads()

    def _row(self, row: HashedRow, place: Sealed) -> None:
        self.verdict.rows += 1
        if row.leaf != place.leaf:
            self.verdict.wrong("its leaf is not the one that was sealed.", row.id)
        elif not self._fits(row):
            self.verdict.wrong("it was changed.", row.id)
        self._about_version(row)
        self._about_time(row)
        if row.commitment:
            self.erased.append(row.id)
        elif (row.verb, row.subject) == ERASES:
            self.named += _ranges(row.detail)

    def _about_version(self, row: HashedRow) -> None:
        if row.version != AS_FOUND:
            self.own_leaves = True
            return
        self.verdict.as_found += 1
        if self.own_leaves:
            self.verdict.wrong(
                "it says that it is older than leaves, after rows that have their own.", row.id
            )

    def _about_time(self, row: HashedRow) -> None:
        if row.version == AS_FOUND:
            return
        if row.at < self.too_early:
            self.verdict.wrong(
                "it is dated back: rows before it were sealed long after the time that it says.", row.id
            )
        self.latest_at = max(self.latest_at, row.at)

    def _about_gap(self, row_id: int) -> None:
        """SQLite leaves no key out: one that is missing was a row that was deleted before it was sealed."""
        if self.trail.gapless and self.own_leaves and self.last_id is not None and row_id > self.last_id + 1:
            gone = f"{self.last_id + 1}"
            if row_id > self.last_id + 2:
                gone += f" to {row_id - 1}"
            self.verdict.wrong(f"Row {gone} was deleted before it was sealed.")
        self.last_id = row_id

    def _fits(self, row: HashedRow) -> bool:
        if self.ring is None:
            return True
        key = self.ring.by_id.get(row.key_id)
        if key is None:
            self.verdict.not_known(
                f"The key {row.key_id or '(none)'} of some rows is not in the file of keys."
            )
            return True
        try:
            return leaves.leaf_of(row, key) == row.leaf
        except ValueError:  # what was put there is not even in the right form
            return False

    def _about_heads(self) -> None:
        """Those of the size that the tree has just reached."""
        while self.head is not None and self.head.size <= self.tree.size:
            head = self.head
            if head.size == self.tree.size:
                self._about_root(head, "The head")
            self._about_signature(head, "The head")
            self._about_clock(head)
            self.last_head, self.head = head, next(self.heads, None)
            self.verdict.heads += 1
        for head in self.witnessed.pop(self.tree.size, ()):
            self._about_root(head, "A head that a witness kept")

    def _about_clock(self, head: Head) -> None:
        before = max(self.latest_at, self.last_head.at if self.last_head else "")
        at = time_of(head.at)
        if before and at < time_of(before) - _BACK:
            self.verdict.wrong(
                f"The clock went back: the head of {head.size} rows is of {head.at}, after {before}."
            )
        self.latest_at, self.too_early = "", str(at - _LATE)[:19]

    def _about_root(self, head: Head, which: str) -> None:
        if which in self.torn or head.root == self.tree.root().hex():
            return
        self.torn.add(which)
        since = (
            f" after its first {self.last_head.size}"
            if self.last_head and "The head" not in self.torn
            else ""
        )
        self.verdict.wrong(
            f"{which} of {head.at} does not fit the first {head.size} rows: something was changed{since}."
        )

    def _about_signature(self, head: Head, which: str) -> None:
        if self.ring is not None and head.site != self.ring.site:
            self.verdict.wrong(f"{which} of {head.at} is of another installation.")
            return
        public = self.publics.get(head.key_id)
        if public is None:
            says = f"{which} of {head.at} is signed with another key, {head.key_id}."
            if self.pinned:
                self.verdict.wrong(says)
            else:
                self.verdict.not_known(
                    f"The key {head.key_id} of some heads is not known. Give it with --public-key."
                )
        elif head not in self.right and not head.is_signed_by(public):
            self.verdict.wrong(
                f"{which} of {head.at}, {head.size} rows, is forged: its signature is not right."
            )
        elif head.size > self.tree.size:
            self.right.add(head)

    def _about_the_end(self) -> None:
        size = self.verdict.size = self.tree.size
        last = self.last_head
        held = last.size if last else 0
        if held < size:
            self.verdict.wrong(f"The last head says {held} rows, and {size} have a place.")
        if self.head is not None:
            self.verdict.wrong(
                f"A head says {self.head.size} rows, and only {size} have a place: the end is missing."
            )
        beyond = [head for heads in self.witnessed.values() for head in heads]
        for head in sorted(beyond, key=lambda one: one.size):
            self.verdict.wrong(
                f"A witness kept a head of {head.size} rows of {head.at}, and there are {size}: what came after was taken out, or an older copy was put back."
            )
        if not size and not beyond:
            self.verdict.not_known("Nothing has been sealed yet.")

    def _about_waiting(self) -> None:
        for row in self.trail.waiting:
            self.verdict.waiting += 1
            self._about_gap(row.id)
            if not row.leaf:
                if self.own_leaves:
                    self.verdict.wrong("Heard did not write it: it has no leaf.", row.id)
            elif not self._fits(row):
                self.verdict.wrong("Heard did not write it, or it was changed before it was sealed.", row.id)
            elif self.trail.now - time_of(row.at) > _LATE:
                self.verdict.wrong(
                    "it is older than an hour and has no place: the sealer stands still, or it was put in.",
                    row.id,
                )

    def _about_erased(self) -> None:
        self.verdict.erased = len(self.erased)
        named = _joined(self.named)
        for row_id in self.erased:
            at = bisect_right(named, (row_id, row_id)) - 1
            near = [named[number] for number in (at, at + 1) if 0 <= number < len(named)]
            if not any(first <= row_id <= last for first, last in near):
                self.verdict.wrong(
                    "what it said about people is gone, and no row says that it was erased.", row_id
                )


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _ranges(detail: str) -> list[tuple[int, int]]:
    try:
        return [(int(first), int(last)) for first, last in json.loads(detail).get("rows", [])]
    except (ValueError, TypeError, AttributeError):
        return []


def ranges_of(row_ids: Iterable[int]) -> list[list[int]]:
    """Keys as first and last of each run, as the row of an erasure names them."""
    found: list[list[int]] = []
    for row_id in sorted(row_ids):
        if found and row_id == found[-1][1] + 1:
            found[-1][1] = row_id
        else:
            found.append([row_id, row_id])
    return found


def time_of(at: str) -> datetime:
    """Of a row or head; for what is no time, one after all others."""
    try:
        return datetime.fromisoformat(at + "+00:00")
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
