"""The sealer: gives each audit row its place in the tree, and signs how the tree stands. Of several at once one works.

A worker does it every few seconds, and after what matters most (`CRITICAL`) it is done as soon as that is committed.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from heard.agencies.models import AuditHead, AuditRow, AuditSeal
from heard.agencies.rules import Refused
from heard.agencies.seal import leaves
from heard.agencies.seal.heads import Head
from heard.agencies.seal.keys import KeyMissing, Ring
from heard.agencies.seal.leaves import AS_FOUND
from heard.agencies.seal.tree import Tree, leaf_hash
from heard.agencies.seal.writing import as_row, ring_in, said
from heard.agencies.trail import witnesses

CRITICAL: Final = frozenset(
    {
        "give role", "agree to", "set password", "remove factors", "recover", "switch off", "break glass", "restrict", "lift restriction",
        "export", "download", "take out", "place hold", "lift hold", "erase", "destroy", "restore", "do alone",
    }
)  # fmt: skip
LATE: Final = timedelta(
    hours=1
)  # no transaction lasts as long: a lower key that is not there by then never comes
_AT_ONCE: Final = 1_000  # rows under one head
_MOST: Final = 50  # heads in one go, so that a worker's sign of life is not held up by an old installation
_LOCK: Final = 0x4845415244  # of PostgreSQL's advisory locks, which are numbers
_log = logging.getLogger(__name__)


def seal_and_tell() -> None:
    """For a worker, every few seconds: seals what is new, and gives the head to the witnesses whose time it is."""
    seal()
    witnesses.tell(timezone.now())


def seal_soon(verb: str) -> None:
    """For what matters most: sealed as soon as its transaction has ended. Where that fails, a worker does it."""
    if verb in CRITICAL:
        transaction.on_commit(_try_to_seal, robust=True)


def _try_to_seal() -> None:
    try:
        seal()
    except (DatabaseError, KeyMissing):
        _log.warning("What was done is sealed by the worker, a few seconds later.", exc_info=True)


def seal() -> int:
    """Seals all rows that are committed and have no place yet. How many they were."""
    total = 0
    for _turn in range(_MOST):
        if not _unsealed(_last()).exists():
            break
        sealed = _seal_some()
        total += sealed
        if not sealed:
            break
    return total


@transaction.atomic
def _seal_some() -> int:
    """One head more. On SQLite the transaction holds the writer's lock from its beginning."""
    if connection.vendor == "postgresql" and not _got_the_lock():
        return 0
    last, ring = _last(), ring_in(settings.AUDIT_KEY)
    rows = _as_found(list(_unsealed(last)[:_AT_ONCE]), ring, last)
    rows = [row for row in rows if _is_ours(row, ring)]
    if not rows:
        return 0
    tree = _tree_of(last)
    seals = []
    for row in rows:
        tree.append(leaf_hash(leaves.in_tree(row.pk, row.leaf)))
        seals.append(AuditSeal(seq=tree.size, row_id=row.pk, leaf=row.leaf))
    AuditSeal.objects.bulk_create(seals)
    _sign(tree, ring, mark=_mark(last, timezone.now()))
    return len(rows)


def _got_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        got: bool = cursor.fetchone()[0]
    return got


def _last() -> AuditHead | None:
    return AuditHead.objects.order_by("-size").first()


def _tree_of(head: AuditHead | None) -> Tree:
    if head is None:
        return Tree()
    edge = [bytes.fromhex("".join(one)) for one in batched(head.edge, 64)]
    return Tree(head.size, edge)


def _unsealed(last: AuditHead | None) -> QuerySet[AuditRow]:
    """Rows without a place, in their order. Once rows have leaves, one without is none that Heard wrote, and gets no place."""
    placed = AuditSeal.objects.filter(row_id=OuterRef("pk"))
    rows = AuditRow.objects.filter(~Exists(placed), pk__gt=last.mark if last else 0).order_by("pk")
    return rows if _still_as_found(last) else rows.exclude(leaf="")


def _still_as_found(last: AuditHead | None) -> bool:
    """Whether nothing but rows of before has been sealed yet."""
    if last is None:
        return True
    row_id = AuditSeal.objects.values_list("row_id", flat=True).get(pk=last.size)
    return AuditRow.objects.filter(pk=row_id, version=AS_FOUND).exists()


def _as_found(rows: list[AuditRow], ring: Ring, last: AuditHead | None) -> list[AuditRow]:
    """Rows of before get a leaf, up to the first that has one of its own."""
    if not _still_as_found(last):
        return rows
    count = next((number for number, row in enumerate(rows) if row.leaf), len(rows))
    before, after = rows[:count], [row for row in rows[count:] if row.leaf]
    for row in before:
        row.version, row.key_id, row.salt = AS_FOUND, ring.newest.id, leaves.new_salt()
        row.leaf = leaves.leaf_of(as_row(row), ring.newest)
    _change("salt = %s, leaf = %s, key_id = %s", [(row.salt, row.leaf, row.key_id, row.pk) for row in before])
    return before + after


def _change(what: str, values: list[tuple[Any, ...]]) -> None:
    """The two changes that the database lets pass: see `guarding`."""
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE agencies_auditrow SET {what} WHERE id = %s", values)  # noqa: S608


def _is_ours(row: AuditRow, ring: Ring) -> bool:
    """What Heard did not write gets no place, and verifying says so."""
    key = ring.by_id.get(row.key_id)
    return key is None or leaves.leaf_of(as_row(row), key) == row.leaf


def _mark(last: AuditHead | None, now: datetime) -> int:
    """The highest key below which every row has its place, and none can come any more."""
    before = last.mark if last else 0
    waiting = _unsealed(last).values_list("pk", flat=True).first()
    rows = AuditRow.objects.filter(pk__gt=before, at__lt=now - LATE)
    if waiting is not None:
        rows = rows.filter(pk__lt=waiting)
    return rows.order_by("-pk").values_list("pk", flat=True).first() or before


def _sign(tree: Tree, ring: Ring, *, mark: int) -> None:
    now = timezone.now()
    head = Head(ring.site, tree.size, tree.root().hex(), said(now), ring.newest.id).signed(ring.newest)
    AuditHead.objects.create(
        size=head.size, site=head.site, root=head.root, at=now, key_id=head.key_id, signature=head.signature,
        edge="".join(one.hex() for one in tree.edge), mark=mark,
    )  # fmt: skip


def erase_personal(row_ids: list[int]) -> None:
    """Takes what is about people out of these rows, and keeps its salted hash, so that their leaves still hold. For the action
    that erases, which names them in the row that it leaves."""
    seal()
    for some in batched(sorted(row_ids), _AT_ONCE):
        if AuditRow.objects.filter(leaf="", pk__in=some).exists():
            raise Refused("The audit trail of before is being sealed. Try again in some minutes.")
        rows = AuditRow.objects.filter(pk__in=some, commitment="").exclude(leaf="")
        _change(
            "person_id = NULL, actor = '', reason = '', detail = '{}', salt = '', commitment = %s",
            [(leaves.commitment_of(as_row(row)), row.pk) for row in rows],
        )
