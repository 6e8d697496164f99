"""Reading goes on where the database cannot be written: its disk is full, or it is open for reading only.

What somebody looked at is then kept in the file that HEARD_LOOKS names, best on another disk, and comes into the audit trail
once the database can be written again. Where that file cannot be written either, restricted records are not shown.
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from heard.agencies.models import AuditRow

_SQLITE: Final = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_HELD: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_AWAY: Final = (
    "08",
    "57P",
    "53300",
)  # connection exceptions, shutdown, crash and start, too_many_connections
_POSTGRESQL: Final = {"25006", "53100"}  # read_only_sql_transaction, disk_full
_FIELDS: Final = ("actor_id", "actor", "agency", "verb", "subject", "subject_id", "reason", "detail")

_LOOKED_AT: Final = "looked at"  # in the detail of a row
_only: ContextVar[bool] = ContextVar("reading only", default=False)
_saved: ContextVar[list[str] | None] = ContextVar("saved", default=None)
_restricted: list[Callable[[set[uuid.UUID]], bool]] = []
_log = logging.getLogger(__name__)


class NotKept(Exception):
    """Nobody could write down that a restricted record is looked at."""


def ask_about_restricted(ask: Callable[[set[uuid.UUID]], bool]) -> None:
    """The package that knows people says, when the site starts, how to ask whether one of these is restricted."""
    _restricted[:] = [ask]


def cannot_write(error: DatabaseError) -> bool:
    """Whether the database refuses to be written, whatever is written."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        code: int = getattr(cause, "sqlite_errorcode", 0)
        return code & 0xFF in _SQLITE
    return getattr(cause, "sqlstate", None) in _POSTGRESQL


def cannot_reach(error: BaseException | None) -> bool:
    """Whether the database does not answer at this moment: it is away, starts, takes no more connections, or another program holds it."""
    while error is not None:
        cause = error.__cause__
        if isinstance(error, OperationalError | InterfaceError) and isinstance(cause, sqlite3.Error):
            return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _HELD
        if isinstance(error, OperationalError | InterfaceError):
            state = getattr(cause, "sqlstate", None)  # none where there was no connection
            return state is None or state.startswith(_AWAY)
        error = cause or error.__context__
    return False


def is_reading_only() -> bool:
    return _only.get()


@contextmanager
def reading_only() -> Iterator[None]:
    """While this lasts, looks go to the file, and SQLite begins transactions without asking for the writer's lock."""
    token, mode = _only.set(True), getattr(connection, "transaction_mode", None)
    connection.transaction_mode = None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.transaction_mode = mode  # type: ignore[attr-defined]
        _only.reset(token)


@contextmanager
def noting_what_is_saved() -> Iterator[None]:
    """While this lasts, for one request, `is_something_saved` says whether anything that it did is in the database, whatever fails afterwards."""
    token = _saved.set([])
    try:
        yield
    finally:
        _saved.reset(token)


def note_saved(verb: str) -> None:
    """For `record_audit`: whatever is done leaves a row in its transaction. To look is nothing that was done."""
    saved = _saved.get()
    if saved is not None and verb != "view":
        transaction.on_commit(partial(saved.append, verb))


def is_something_saved() -> bool:
    return bool(_saved.get())


def keep_looks(rows: Iterable[AuditRow]) -> None:
    """For `record_audit` and `record_looks`. Raises `NotKept` where a restricted record would be read without a trace."""
    rows = list(rows)
    lines = "".join(_line(row) for row in rows)
    try:
        _append(lines)
    except OSError as error:
        _log.error("Looks cannot be kept in the file of HEARD_LOOKS.", exc_info=True)
        about = {row.person_id for row in rows if row.person_id}
        if about and not (_restricted and not _restricted[0](about)):
            raise NotKept from error


def _line(row: AuditRow) -> str:
    said = {name: getattr(row, name) for name in _FIELDS}
    said |= {"at": timezone.now().isoformat(), "person_id": row.person_id and str(row.person_id)}
    return json.dumps(said) + "\n"


def _append(lines: str) -> None:
    """All of them or none: half a line would spoil the next one."""
    content = lines.encode()
    handle = os.open(settings.LOOKS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        whole = os.fstat(handle).st_size
        try:
            if os.write(handle, content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, whole)
            raise
    finally:
        os.close(handle)


def bring_in_looks() -> int:
    """Puts what the file holds into the audit trail, with the time at which it was. How many looks they were. A line that nobody can
    read goes into a file beside it, with an error in the log, and stops none of the others."""
    if not settings.LOOKS.is_file() or not settings.LOOKS.stat().st_size:
        return 0
    with settings.LOOKS.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        rows, broken = [], []
        for line in file:
            try:
                rows.append(_row(line))
            except (ValueError, TypeError, KeyError, AttributeError):
                broken.append(line)
        _put_aside(broken)
        with transaction.atomic():
            AuditRow.objects.bulk_create(rows)
        file.truncate(0)
    return len(rows)


def looked_at(detail: dict[str, object]) -> datetime | None:
    """When somebody looked, where the row came into the audit trail later."""
    at = detail.get(_LOOKED_AT)
    return datetime.fromisoformat(str(at)) if at else None


def _row(line: str) -> AuditRow:
    said = json.loads(line)
    detail = {**(said.pop("detail") or {}), _LOOKED_AT: said.pop("at")}
    looked_at(detail)
    said["person_id"] = uuid.UUID(said["person_id"]) if said["person_id"] else None
    return AuditRow(**said, detail=detail)


def _put_aside(lines: list[str]) -> None:
    """Before the others are brought in, so that none is lost. What a full disk left of a line may be twice in it."""
    if lines:
        with open(settings.LOOKS.with_suffix(".broken"), "a", opener=partial(os.open, mode=0o600)) as file:
            file.writelines(line if line.endswith("\n") else line + "\n" for line in lines)
        _log.error(
            "Of the looks in the file of HEARD_LOOKS %s lines cannot be read. They are beside it.", len(lines)
        )
