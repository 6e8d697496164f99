"""Asking the database of many things at once, where most of them hold nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

if TYPE_CHECKING:
    from django.db.models import QuerySet


def which_hold(rows: Mapping[str, QuerySet[Any]]) -> set[str]:
    """The names of those that hold any row. One query, however many they are: to fetch the rows of each takes longer, also
    where there are none."""
    asked = [(name, *exists) for name, each in rows.items() if (exists := _exists(each))]
    if not asked:
        return set()
    each = ", ".join(f"EXISTS({sql})" for _name, sql, _params in asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {each}", [one for _name, _sql, params in asked for one in params])
        found = cursor.fetchone() or ()
    return {name for (name, *_sql), holds in zip(asked, found, strict=True) if holds}


def lists_of(rows: Mapping[str, QuerySet[Any]]) -> dict[str, list[Any]]:
    """The rows of each, by its name. One query, and one for each that holds any."""
    holding = which_hold(rows)
    return {name: list(each) if name in holding else [] for name, each in rows.items()}


def _exists(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]] | None:
    """What `rows.exists()` asks, and its parameters; None where nothing has to be asked to know that there are none."""
    try:
        return rows.query.exists().get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return None
