"""What may be read about places, groups, and phones, cars and accounts that are one. `user` is always the first argument.

Nothing is counted here but what the user may see: that others hold more of one of the two is not told by a number.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.network import merging
from heard.network.models import Merge, NodeMerge, NotSame
from heard.network.queries.merging import Detail, was_merged_again
from heard.network.queries.search import find_groups, find_handles_in, find_places
from heard.network.queries.web import web
from heard.network.rules import (
    HandleType,
    Likeness,
    NodeKind,
    house_number,
    normal,
    plates_fit,
    postcodes_in,
    why_not_join,
    why_not_part,
)
from heard.network.strands import BEHIND, Strand, behind

if TYPE_CHECKING:
    from datetime import datetime

    from heard.agencies.models import User

_SHOWN: Final = 25  # ties of each of two that are compared
_WORDS: Final = 5  # that two are not the same
_DIGITS: Final = 9  # of a phone number, as they stand after the code of a country or the 0 before them
MERGEABLE: Final = (NodeKind.PLACE, NodeKind.GROUP, NodeKind.HANDLE)


@dataclass(frozen=True)
class NodesCompared:
    """Two side by side, with what of each is tied to it that the user may see: some, and how many more."""

    kind: str
    kept: Any
    merged: Any
    details: list[Detail]
    ties: tuple[list[Strand], list[Strand]]
    more: tuple[int, int]
    tied: list[str]
    not_same: list[NotSame]
    why_not: str | None

    @property
    def people(self) -> set[uuid.UUID]:
        return {strand.end_id for some in self.ties for strand in some if strand.end == NodeKind.PERSON}


@dataclass(frozen=True)
class MaySame:
    """Two that may be one, of one kind, and why it looks so."""

    kind: str
    one: Any
    other: Any
    why: str


@dataclass(frozen=True)
class Merged:
    """A merge with what both are called."""

    row: NodeMerge
    kept: Any
    merged: Any


def mergeable(user: User, node_id: uuid.UUID) -> tuple[str, Any]:
    """The kind of a place, group or handle that the user may see, and what it is; or `Hidden`, also for a person."""
    kind, this = web(user).end(node_id)
    if kind not in MERGEABLE:
        raise Hidden
    return kind, this


def nodes_like(user: User, node_id: uuid.UUID) -> list[Likeness]:
    """Others of its kind that may be the same, of those that the user may see, the likest first. A fixed number of queries."""
    kind, this = mergeable(user, node_id)
    return [
        likeness
        for likeness in _find(user, kind, this.name, getattr(this, "postcode", ""))
        if likeness.id != node_id
    ]


def find_alike(user: User, node_id: uuid.UUID, text: str) -> list[Likeness]:
    """The same by what somebody typed."""
    kind, _this = mergeable(user, node_id)
    found = _find(user, kind, text, next(iter(postcodes_in(text)), ""))
    return [likeness for likeness in found if likeness.id != node_id]


def _find(user: User, kind: str, name: str, postcode: str) -> list[Likeness]:
    if kind == NodeKind.PLACE:
        return find_places(user, name=name, postcode=postcode)
    return find_groups(user, name=name) if kind == NodeKind.GROUP else find_handles_in(user, name)


def compare_nodes(user: User, kept_id: uuid.UUID, merged_id: uuid.UUID) -> NodesCompared:
    """`Hidden` unless the user may see both. A fixed number of queries."""
    (kind, kept), (other_kind, merged) = mergeable(user, kept_id), mergeable(user, merged_id)
    alike = kind == other_kind
    ties, more = zip(*(_tied(user, key) for key in (kept_id, merged_id)), strict=True)
    between = web(user).ties_of(kept_id).filter(Q(first=merged_id) | Q(second=merged_id))
    labels = {"name": _("Name"), "kind": _("Kind"), "postcode": _("Postcode")}
    names = merging.DETAILS_OF[type(kept)] if alike else ()
    return NodesCompared(
        kind=kind,
        kept=kept,
        merged=merged,
        details=[Detail(name, labels[name], getattr(kept, name), getattr(merged, name)) for name in names],
        ties=ties,
        more=more,
        tied=sorted({tie.said() for tie in between}),
        not_same=said_not_same(user, kept_id, merged_id),
        why_not=why_not_join(**asked_of(user, kept, merged), reason="given later"),
    )


def asked_of(user: User, kept: Any, merged: Any) -> dict[str, bool]:
    """What `why_not_join` asks, without the reason."""
    alike = type(kept) is type(merged) and getattr(kept, "type", "") == getattr(merged, "type", "")
    return {
        "may_merge": user.may(May.MERGE),
        "same": kept == merged,
        "kinds_differ": not alike,
        "half_seen": alike and (_is_half(kept) or _is_half(merged)),
    }


def _is_half(this: Any) -> bool:
    return getattr(this, "type", "") == HandleType.VEHICLE and "?" in this.key


def _tied(user: User, key: uuid.UUID) -> tuple[list[Strand], int]:
    door = web(user)
    ties = door.ties_of(key)
    shown = list(ties[:_SHOWN])
    return door.read_from(key, shown), ties.count() - len(shown)


def said_not_same(user: User, one: uuid.UUID, other: uuid.UUID) -> list[NotSame]:
    """What was said of these two, whom the caller has shown that the user may see: the latest words, the last one first."""
    rows = NotSame.objects.filter(Q(one=one, other=other) | Q(one=other, other=one))
    latest = rows.select_related("said_by").order_by("-said_at", "pk")[:_WORDS]
    return list(latest) if user.may(May.MERGE) else []


def also_called(user: User, kind: str, node_id: uuid.UUID) -> list[str]:
    """What was merged into a place, group or handle that the caller has shown that the user may see: it is known by these names too. One
    query."""
    rows: Any = BEHIND[kind]._default_manager.filter(merged_into=node_id)
    return sorted({str(row) for row in rows}, key=str.casefold)


# ---- what was merged


def node_merges_visible_to(user: User) -> QuerySet[NodeMerge]:
    """What was merged, the latest first, of which the user may see the one that goes on; of what was undone, both."""
    if not user.may(May.MERGE):
        return NodeMerge.objects.none()
    now, both = (reduce(or_, some) for some in zip(*(_seen(user, kind) for kind in MERGEABLE), strict=True))
    rows = NodeMerge.objects.filter(Q(undone_at=None) & now | both)
    return rows.select_related("kept", "merged", "merged_by", "undone_by").order_by("-merged_at", "pk")


def _seen(user: User, kind: str) -> tuple[Q, Q]:
    """Of merges of one kind: whether the user sees what goes on, which may have been merged on itself; and whether they see both."""
    door = web(user)
    seen = door.nodes(kind).order_by().values("pk")
    on: Any = BEHIND[kind]._default_manager.filter(merged_into__in=seen).values("pk")
    this = Q(kept__kind=kind)
    return this & (Q(kept__in=seen) | Q(kept__in=on)), this & Q(kept__in=seen) & Q(merged__in=seen)


def put_together_since(user: User, keys: Collection[uuid.UUID], moment: datetime) -> set[uuid.UUID]:
    """Of people, places, groups and handles, of whom the caller has shown that the user may see them: into which another was merged after a
    moment, for who may read of merges. Two queries."""
    where = {"kept__in": keys, "merged_at__gt": moment, "undone_at": None}
    rows = [of.objects.filter(**where).values_list("kept", flat=True) for of in (Merge, NodeMerge)]
    return {key for some in rows for key in some} if user.may(May.MERGE) else set()


def node_merge_visible_to(user: User, merge_id: uuid.UUID) -> NodeMerge:
    merge = node_merges_visible_to(user).filter(pk=merge_id).first()
    if merge is None:
        raise Hidden
    return merge


def named(user: User, merges: Iterable[NodeMerge]) -> list[Merged]:
    """Merges, which `node_merges_visible_to` gave, with what both are called. A query for each kind that there is."""
    rows = list(merges)
    called = behind({node.pk: node for row in rows for node in (row.kept, row.merged)}.values())
    return [Merged(row, called[row.kept_id], called[row.merged_id]) for row in rows]


def why_not_part_nodes(user: User, merge: NodeMerge) -> str | None:
    """Before a reason is given."""
    return why_not_part(
        may_merge=user.may(May.MERGE),
        undone=merge.undone_at is not None,
        merged_again=was_merged_again(user, merge),
        reason="given later",
    )


def tied_since(user: User, merge: NodeMerge) -> list[Strand]:
    """Ties that came to the one that goes on after a merge, of those that the user may see: they stay there when it is undone."""
    known = {
        key
        for name in ("network.Tie.first", "network.Tie.second")
        for part in ("own", "moved")
        for key in merge.before[part].get(name, [])
    }
    door = web(user)
    ties = [tie for tie in door.ties_of(merge.kept_id) if str(tie.pk) not in known]
    return door.read_from(merge.kept_id, ties[:_SHOWN])


# ---- what may be the same


def may_be_same(user: User) -> list[MaySame]:
    """Pairs that look the same, of those that the user may see, without those of which somebody said that they are not. A fixed number of
    queries."""
    if not user.may(May.MERGE):
        return []
    pairs = [*_places_alike(user), *_groups_alike(user), *_handles_alike(user)]
    keys = {one.pk for pair in pairs for one in (pair.one, pair.other)}
    said = NotSame.objects.filter(one__in=keys, other__in=keys).order_by().values_list("one", "other")
    apart = {frozenset(two) for two in said}
    return [pair for pair in pairs if frozenset((pair.one.pk, pair.other.pk)) not in apart]


def _places_alike(user: User) -> Iterator[MaySame]:
    """One address twice: the same postcode, and the same number of a house or the same name."""
    by_postcode = defaultdict(list)
    for place in web(user).nodes(NodeKind.PLACE).exclude(postcode="").order_by("name", "pk"):
        by_postcode[place.postcode].append(place)
    for places in by_postcode.values():
        for one, other in combinations(places, 2):
            if _key(one.name) == _key(other.name):
                yield MaySame(NodeKind.PLACE, one, other, _("The same name in the same postcode"))
            elif (number := house_number(one.name)) and number == house_number(other.name):
                yield MaySame(NodeKind.PLACE, one, other, _("The same house number in the same postcode"))


def _groups_alike(user: User) -> Iterator[MaySame]:
    yield from _same(
        NodeKind.GROUP, web(user).nodes(NodeKind.GROUP), lambda one: _key(one.name), _("The same name")
    )


def _handles_alike(user: User) -> Iterator[MaySame]:
    """A half-seen plate that a full one fits, and one number written two ways."""
    kinds: dict[str, list[Any]] = {HandleType.VEHICLE.value: [], HandleType.PHONE.value: []}
    for handle in web(user).nodes(NodeKind.HANDLE).filter(type__in=kinds).order_by("key", "service", "pk"):
        kinds[handle.type].append(handle)
    half, full = (
        [kind for kind in kinds[HandleType.VEHICLE] if _is_half(kind) == wanted] for wanted in (True, False)
    )
    beginning = defaultdict(list)
    for one in full:
        beginning[_begins(one)].append(one)
    for other in half:
        for one in full if "?" in _begins(other) else beginning[_begins(other)]:
            if plates_fit(other.key, one.key):
                yield MaySame(NodeKind.HANDLE, one, other, _("What was seen of one plate fits the other"))
    yield from _same(
        NodeKind.HANDLE, kinds[HandleType.PHONE], _number, _("The same number, written two ways")
    )


def _begins(car: Any) -> str:
    """How a plate begins, by which those are put together that may fit: O may be 0 and I may be 1."""
    return str(car.key[:2].translate(str.maketrans("OI", "01")))


def _number(one: Any) -> str:
    digits = re.sub(r"\D", "", one.key)
    return digits[-_DIGITS:] if len(digits) > _DIGITS else ""


def _same(kind: str, rows: Iterable[Any], key: Any, why: str) -> Iterator[MaySame]:
    alike = defaultdict(list)
    for row in sorted(rows, key=lambda one: (str(one).casefold(), str(one.pk))):
        alike[key(row)].append(row)
    for same, some in alike.items():
        if same:
            yield from (MaySame(kind, one, other, why) for one, other in combinations(some, 2))


def _key(name: str) -> str:
    return normal(name).replace(" ", "")
