"""The audit trail as the database has it, and as an export has it: the same for whoever verifies it."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from django.db import connection, transaction

from heard.agencies.seal import heads
from heard.agencies.seal.heads import Head
from heard.agencies.seal.leaves import HashedRow
from heard.agencies.trail.verifying import Sealed, Trail

_MANY: Final = 5_000  # rows fetched at once
_HEX: Final = "replace(r.person_id::text, '-', '')"
_UTC: Final = "to_char({}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
_FORM: Final = "heard audit export 1"


class NoExport(Exception):
    """The file is no export of an audit trail, or is cut."""


@contextmanager
def as_it_is() -> Iterator[Trail]:
    """The trail in the database, all of it as at one moment, while people go on working."""
    with _one_moment():
        yield Trail(
            sealed=_sealed(),
            heads=_heads(),
            waiting=_waiting(),
            now=datetime.now(UTC),
            gapless=connection.vendor == "sqlite",
        )


@contextmanager
def _one_moment() -> Iterator[None]:
    """On SQLite without the writer's lock, so that nobody waits."""
    outermost, mode = not connection.in_atomic_block, getattr(connection, "transaction_mode", None)
    connection.transaction_mode = None  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            if outermost and connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    finally:
        connection.transaction_mode = mode  # type: ignore[attr-defined]


def _columns() -> str:
    pg = connection.vendor == "postgresql"
    at = _UTC.format("r") if pg else "r.at || ''"
    person = _HEX if pg else "r.person_id"
    detail = "r.detail::text" if pg else "r.detail"
    return (
        f"r.id, r.version, r.key_id, {at}, r.actor_id, r.agency, r.verb, r.subject, r.subject_id, "
        f"coalesce({person}, ''), r.actor, r.reason, {detail}, r.salt, r.leaf, r.commitment"
    )


def _rows(sql: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while found := cursor.fetchmany(_MANY):
            yield from found


def _sealed() -> Iterator[Sealed]:
    sql = f"""SELECT s.seq, s.row_id, s.leaf, {_columns()} FROM agencies_auditseal s
        LEFT JOIN agencies_auditrow r ON r.id = s.row_id ORDER BY s.seq"""  # noqa: S608
    for row in _rows(sql):
        yield Sealed(row[0], row[1], row[2], _row(row[3:]) if row[3] is not None else None)


def _waiting() -> Iterator[HashedRow]:
    sql = f"""SELECT {_columns()} FROM agencies_auditrow r
        WHERE NOT EXISTS (SELECT 1 FROM agencies_auditseal s WHERE s.row_id = r.id) ORDER BY r.id"""  # noqa: S608
    return map(_row, _rows(sql))


def _heads() -> Iterator[Head]:
    at = _UTC.format("h") if connection.vendor == "postgresql" else "h.at || ''"
    sql = f"SELECT site, size, root, {at}, key_id, signature FROM agencies_audithead h ORDER BY size"  # noqa: S608
    for site, size, root, when, key_id, signature in _rows(sql):
        yield Head(site, size, root, _whole(when), key_id, signature)


def _row(said: tuple[Any, ...]) -> HashedRow:
    row = HashedRow._make(said)
    return row if len(row.at) == 26 else row._replace(at=_whole(row.at))


def _whole(at: Any) -> str:
    """SQLite leaves fractions of a second out where there are none."""
    return f"{at}.000000" if len(str(at)) == 19 else str(at)


# ---- as a file


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[IO[str]]:
    if "w" in mode:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds names and reasons
        raw: Any = os.fdopen(handle, "wb")
    else:
        raw = path.open("rb")
    with raw:
        if path.suffix == ".gz":
            with gzip.open(raw, f"{mode}t", encoding="utf-8") as packed:
                yield packed  # type: ignore[misc]
        else:
            with io.TextIOWrapper(raw, encoding="utf-8") as plain:
                yield plain


def export(trail: Trail, path: Path) -> int:
    """Writes the whole trail, one line of JSON each. How many rows. Raises `FileExistsError`."""
    rows = 0
    with _opened(path, "w") as file:
        file.write(json.dumps([_FORM, trail.now.isoformat(), trail.gapless]) + "\n")
        for place in trail.sealed:
            file.write(json.dumps(["s", *place[:3], place.row]) + "\n")
            rows += 1
        for row in trail.waiting:
            file.write(json.dumps(["w", row]) + "\n")
            rows += 1
        for head in trail.heads:
            file.write(f'["h", {head.line()}]\n')
        file.write('["end"]\n')
    return rows


def exported(path: Path) -> Trail:
    """An export as it can be verified: heads and rows that wait first, and then row by row. Raises `NoExport`."""
    try:
        with _opened(path, "r") as file:
            form, now, gapless = json.loads(file.readline())
            if form != _FORM:
                raise NoExport(f"{path} is no export of an audit trail.")
            waiting, found, ended = [], [], False
            for line in file:
                if line.startswith('["w"'):
                    waiting.append(HashedRow(*json.loads(line)[1]))
                elif line.startswith('["h"'):
                    found.append(heads.from_line(json.dumps(json.loads(line)[1])))
                ended = line.startswith('["end"]')
    except (ValueError, TypeError, EOFError, OSError) as error:
        raise NoExport(f"{path} is no export of an audit trail, or is cut.") from error
    if not ended:
        raise NoExport(f"{path} is cut: its end is missing.")
    found.sort(key=lambda head: head.size)
    return Trail(_places(path), found, waiting, datetime.fromisoformat(now), gapless=bool(gapless))


def _places(path: Path) -> Iterator[Sealed]:
    with _opened(path, "r") as file:
        for line in file:
            if line.startswith('["s"'):
                _s, seq, row_id, leaf, row = json.loads(line)
                yield Sealed(seq, row_id, leaf, HashedRow(*row) if row else None)
