"""Gives an audit row its leaf before it is written. It reads no other row and waits for nobody."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from heard.agencies.seal import keys, leaves
from heard.agencies.seal.keys import Ring
from heard.agencies.seal.leaves import HashedRow


@lru_cache(maxsize=4)
def ring_in(path: Path) -> Ring:
    """The keys of the file, read once. Raises `KeyMissing`."""
    return keys.read(path)


def sealed[Written](row: Written, path: Path) -> Written:
    """The row, with its leaf under the newest key of the file."""
    key, written = ring_in(path).newest, cast("Any", row)
    written.version, written.key_id, written.salt = leaves.WRITTEN, key.id, leaves.new_salt()
    written.leaf = leaves.leaf_of(as_row(row), key)
    return row


def as_row(row: Any) -> HashedRow:
    """Of a row of the table, which stands above this."""
    return HashedRow(
        id=row.pk or 0,
        version=row.version,
        key_id=row.key_id,
        at=said(row.at),
        actor_id=row.actor_id,
        agency=row.agency,
        verb=row.verb,
        subject=row.subject,
        subject_id=str(row.subject_id),
        person_id=uuid.UUID(str(row.person_id)).hex if row.person_id else "",
        actor=row.actor,
        reason=row.reason,
        detail=_text(row.detail),
        salt=row.salt,
        leaf=row.leaf,
        commitment=row.commitment,
    )


def _text(detail: Any) -> str:
    return json.dumps(detail) if detail else "{}"


def said(at: datetime) -> str:
    """A time as rows and heads say it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
