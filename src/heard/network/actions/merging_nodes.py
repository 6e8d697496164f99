"""Saying that two places, two groups, or two phones, cars or accounts are one, and taking that back, as for people. Each leaves its audit
rows in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import May, refuse
from heard.network import merging
from heard.network.models import Group, Handle, NodeKey, NodeMerge, NotSame, Place
from heard.network.queries import (
    NodesCompared,
    asked_of,
    compare_nodes,
    kept_instead_of,
    mergeable,
    node_merge_visible_to,
    tied_since,
    was_merged_again,
    web,
)
from heard.network.rules import NodeKind, why_not_join, why_not_part, why_not_say_not_same
from heard.network.search_index import renew_keys_of
from heard.network.strands import BEHIND, Strand

if TYPE_CHECKING:
    from heard.agencies.models import User

type Thing = Place | Group | Handle

# Who said so, when and why go together, on the way there and back.
_WHERE: Final = ("lat", "lon", "located_how", "located_by_id", "located_at")
_MARK: Final = ("common", "why_common", "common_by_id", "common_at")


@transaction.atomic
def open_both_nodes(*, by: User, node_id: uuid.UUID, other_id: uuid.UUID) -> NodesCompared:
    """Two side by side, with a 'view' row for each person who is shown as tied to one; or `Hidden`."""
    both = compare_nodes(by, node_id, other_id)
    record_looks(by=by, subject=both.kind, subject_id=node_id, person_ids=both.people)
    return both


@transaction.atomic
def open_since(*, by: User, merge_id: uuid.UUID) -> list[Strand]:
    """Ties that came since a merge, for showing, with a 'view' row for each person among them; or `Hidden`."""
    merge = node_merge_visible_to(by, merge_id)
    later = tied_since(by, merge)
    people = {strand.end_id for strand in later if strand.end == NodeKind.PERSON}
    record_looks(by=by, subject=merge.kept.kind, subject_id=merge.kept_id, person_ids=people)
    return later


@transaction.atomic
def merge_nodes(
    *, by: User, kept_id: uuid.UUID, merged_id: uuid.UUID, take: Collection[str] = (), reason: str
) -> NodeMerge:
    """The merged one goes on in the kept one, with all that leads to it. `Hidden` unless the user may see both.

    `take`: the details in which the merged one is right (`merging.DETAILS_OF`). What it was called stays: by that, too, the one is found. A
    home is a home, and what is an organisation’s is one, if either was.
    """
    kept, merged = _both(by, kept_id, merged_id)
    refuse(why_not_join(**asked_of(by, kept, merged), reason=reason))
    keys = {str(row.pk): row.key for row in NodeKey.objects.filter(node=kept_id)}
    before = merging.union(kept, merged)
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    values = _take(by, kept, merged, take)
    _renew(kept)
    merge = NodeMerge.objects.create(
        kept_id=kept_id,
        merged_id=merged_id,
        reason=reason,
        merged_by=by,
        before=before | {"values": values, "keys": keys},
    )
    _audit(by, "merge", merge, kept, reason)
    return merge


@transaction.atomic
def unmerge_nodes(*, by: User, merge_id: uuid.UUID, reason: str) -> NodeMerge:
    """Two again, each with what it had. What was added since stays with the kept one, and so does a detail that somebody changed since."""
    merge = node_merge_visible_to(by, merge_id)
    held = _held(merge.kept.kind, merge.kept_id, merge.merged_id)
    merge = NodeMerge.objects.select_for_update().get(pk=merge.pk)
    refuse(
        why_not_part(
            may_merge=by.may(May.MERGE),
            undone=merge.undone_at is not None,
            merged_again=was_merged_again(by, merge),
            reason=reason,
        )
    )
    kept = held[merge.kept_id]
    _give_back(merge, kept, held[merge.merged_id])
    merge.undone_by, merge.undone_at, merge.undone_why = by, timezone.now(), reason
    merge.save()
    _audit(by, "unmerge", merge, kept, reason)
    return merge


@transaction.atomic
def say_not_same(*, by: User, one_id: uuid.UUID, other_id: uuid.UUID, why: str) -> NotSame:
    """Two that look the same are not. It outlives: nobody is asked about them again. `Hidden` unless the user may see both."""
    (kind, one), (other_kind, other) = mergeable(by, one_id), mergeable(by, other_id)
    refuse(why_not_say_not_same(may_merge=by.may(May.MERGE), same=one == other, why=why))
    said = NotSame.objects.create(one_id=one.pk, other_id=other.pk, why=why.strip(), said_by=by)
    for of, this in ((kind, one), (other_kind, other)):
        record_audit(by=by, verb="not same", subject=of, subject_id=this.pk, reason=why.strip())
    return said


@transaction.atomic
def hold_node(*, by: User, node_id: uuid.UUID) -> uuid.UUID:
    """Until the transaction ends, whoever merges this place, group or handle waits. Its key; of one that somebody merged meanwhile, that of
    the one that goes on. For whoever writes about what they may see; or `Hidden`."""
    merging.hold(node_id)
    return web(by).end(kept_instead_of(by, node_id) or node_id)[1].pk


def _both(by: User, kept_id: uuid.UUID, merged_id: uuid.UUID) -> tuple[Thing, Thing]:
    """Until the transaction ends, others who write about either wait. Asked who may see them once nobody else can write: of two who merge
    these the other way round, the second finds one of them gone."""
    merging.hold(kept_id, merged_id)
    for kind in {mergeable(by, key)[0] for key in (kept_id, merged_id)}:
        _held(kind, kept_id, merged_id)
    return mergeable(by, kept_id)[1], mergeable(by, merged_id)[1]


def _held(kind: str, *keys: uuid.UUID) -> dict[uuid.UUID, Any]:
    rows: Any = BEHIND[kind]._default_manager
    return {row.pk: row for row in rows.select_for_update().filter(pk__in=keys).order_by("pk")}


def _take(by: User, kept: Any, merged: Any, take: Collection[str]) -> dict[str, list[Any]]:
    """Sets the kept one's details. Before and after of each that this changes, fit for JSON."""
    wanted = {name: getattr(merged, name) for name in merging.DETAILS_OF[type(kept)] if name in take}
    if isinstance(kept, Place):
        wanted |= _where(by, kept, merged)
    elif isinstance(kept, Handle) and merged.common and not kept.common:
        wanted |= {name: getattr(merged, name) for name in _MARK}
    changed = {}
    for name, value in wanted.items():
        before = getattr(kept, name)
        if before != value:
            changed[name] = [merging.plain(before), merging.plain(value)]
            setattr(kept, name, value)
    kept.save()
    return changed


def _where(by: User, kept: Place, merged: Place) -> dict[str, Any]:
    """Of a home nobody keeps where somebody said that it is."""
    found: dict[str, Any] = {"is_home": kept.is_home or merged.is_home}
    if found["is_home"] or web(by).homes([kept, merged]):
        return found | dict.fromkeys(_WHERE) | {"located_how": ""}
    if kept.lat is None:
        found |= {name: getattr(merged, name) for name in _WHERE}
    return found


def _give_back(merge: NodeMerge, kept: Any, merged: Any) -> None:
    merging.part(merge, kept, merged)
    values = merge.before["values"]
    as_left = {
        name for name, (_before, after) in values.items() if merging.plain(getattr(kept, name)) == after
    }
    for together in (_WHERE, _MARK):
        if not as_left >= values.keys() & set(together):
            as_left -= set(together)
    for name in as_left:
        setattr(kept, name, kept._meta.get_field(name).to_python(values[name][0]))
    if isinstance(kept, Place) and kept.is_home:
        kept.put_nowhere()
    kept.save()
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    NodeKey.objects.filter(node=kept.pk).delete()
    NodeKey.objects.bulk_create(
        NodeKey(pk=int(key), node_id=kept.pk, key=text) for key, text in merge.before["keys"].items()
    )
    for one in (kept, merged):
        _renew(one)


def _renew(this: Thing) -> None:
    if not isinstance(this, Handle):
        renew_keys_of(this)


def _audit(by: User, verb: str, merge: NodeMerge, kept: Thing, reason: str) -> None:
    kind = next(name for name, model in BEHIND.items() if isinstance(kept, model))
    for key in (merge.kept_id, merge.merged_id):
        record_audit(by=by, verb=verb, subject=kind, subject_id=key, reason=reason)
