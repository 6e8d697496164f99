"""What a fixture wrote is written once in each process and put back row by row for the tests after it.

A signed assessment is some three hundred questions to the database through everybody's actions. Tests of the actions
ask them; a test that only begins with a signed assessment needs its rows.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

Rows = dict[str, dict[Any, tuple[Any, ...]]]  # of each table, by primary key
_READS = ("SELECT", "SAVEPOINT", "RELEASE", "EXPLAIN", "PRAGMA")
_ALIKE = {"DATA", "PASSWORD_HASHERS"}  # settings whose value changes no row


@dataclass(frozen=True)
class _Kept:
    changed: Rows
    gone: dict[str, list[Any]]
    files: dict[str, bytes]
    value: bytes


_kept: dict[tuple[Any, ...], _Kept] = {}
_trail: tuple[str, ...] | None = (
    None  # what has been written in this test's transaction; None: something else too
)


def _listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    global _trail
    if not sql.lstrip("( ").startswith(_READS):
        _trail = None
    return execute(sql, params, many, context)


def written_once[**Given, Value](make: Callable[Given, Value]) -> Callable[Given, Value]:
    """For what writes rows, and files below `settings.DATA`, and does nothing else. The first of a test is `world`.

    Where a test wrote something of its own before, or where the site commits, it is made as if this were not here.
    """

    @wraps(make)
    def made_or_put_back(*args: Given.args, **kwargs: Given.kwargs) -> Value:
        global _trail
        if _listen not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, _listen)  # who came last is taken out when a test ends
        if make.__name__ == "world":
            _trail = ()
        if _trail is None or not connection.in_atomic_block:
            return make(*args, **kwargs)
        how = {name: value for name, value in kwargs.items() if isinstance(value, bool)}
        trail = (*_trail, f"{make.__module__}.{make.__name__}{how or ''}")
        key = (trail, timezone.localdate(), _other_settings())
        if key in _kept:
            value = _put_back(_kept[key])
        else:
            before, there = _rows(), _files().keys()
            value = make(*args, **kwargs)
            files = {name: content for name, content in _files().items() if name not in there}
            _kept[key] = _difference(before, _rows(), files, value)
        _trail = trail
        return value

    return made_or_put_back


def _set_by_the_test() -> dict[str, Any]:
    """What stands otherwise in the settings than the site has it."""
    found: dict[str, Any] = {}
    holder: Any = settings._wrapped
    while hasattr(holder, "default_settings"):
        found = {name: value for name, value in vars(holder).items() if name.isupper()} | found
        holder = holder.default_settings
    return found


def _other_settings() -> frozenset[tuple[str, str]]:
    """`DATA` counts only as one of the test's own or the site's: where it is says nothing of what is in it."""
    found = {name: "" if name in _ALIKE else repr(value) for name, value in _set_by_the_test().items()}
    return frozenset(found.items())


@cache
def _tables() -> dict[str, list[str]]:
    """The columns of each table, the primary key first."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        fields = [field for field in model._meta.local_concrete_fields if not field.generated]
        if model._meta.managed and not model._meta.proxy:
            fields.sort(key=lambda field: not field.primary_key)
            found[model._meta.db_table] = [field.column for field in fields]
    return found


def _quoted(names: list[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, names))


def _rows() -> Rows:
    found: Rows = {}
    with connection.cursor() as cursor:
        for table, columns in _tables().items():
            cursor.execute(f"SELECT {_quoted(columns)} FROM {_quoted([table])}")
            found[table] = {row[0]: row for row in cursor.fetchall()}
    return found


def _difference(before: Rows, after: Rows, files: dict[str, bytes], value: object) -> _Kept:
    changed: Rows = {}
    gone = {}
    for table, rows in after.items():
        was = before[table]
        if new := {key: row for key, row in rows.items() if was.get(key) != row}:
            changed[table] = new
        if lost := [key for key in was if key not in rows]:
            gone[table] = lost
    return _Kept(changed, gone, files, pickle.dumps(value))


def _files() -> dict[str, bytes]:
    """Those of this test; the site's own folder is nobody's to copy."""
    if "DATA" not in _set_by_the_test():
        return {}
    folder = Path(settings.DATA)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _put_back(kept: _Kept) -> Any:
    with connection.cursor() as cursor:
        for sql, rows in _statements(kept):
            cursor.executemany(sql, rows)
    for name, content in kept.files.items():
        path = Path(settings.DATA) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return pickle.loads(kept.value)


def _statements(kept: _Kept) -> Iterator[tuple[str, list[Any]]]:
    for table, lost in kept.gone.items():
        key = _quoted(_tables()[table][:1])
        yield f"DELETE FROM {_quoted([table])} WHERE {key} = %s", [(one,) for one in lost]
    for table, rows in kept.changed.items():
        key, *others = columns = _tables()[table]
        marks = ", ".join(["%s"] * len(columns))
        over = ", ".join(f"{_quoted([name])} = excluded.{_quoted([name])}" for name in others)
        into = f"INSERT INTO {_quoted([table])} ({_quoted(columns)}) VALUES ({marks})"
        yield f"{into} ON CONFLICT ({_quoted([key])}) DO UPDATE SET {over}", list(rows.values())
