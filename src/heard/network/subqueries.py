"""Who may see something, written once for a user and put into each question as it stands."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Expression, F, Lookup, Q, UUIDField

if TYPE_CHECKING:
    from django.db.models import QuerySet

_COLUMN: Final = "(a column of the row)"
_TABLE: Final = "~"  # before the names of the subquery's own tables, until it is known how deep it stands
_NESTED: Final = re.compile(r'"in(\d+)_')
# PostgreSQL plans each EXISTS twice, once to ask it of each row and once to list all that there are; of one that stands in another, four
# times, and of who may see a tie, six deep, hundreds of times: far longer than the answer takes. It plans one with OFFSET once.
_PLANNED_TWICE, _PLANNED_ONCE = " LIMIT 1)", " LIMIT 1 OFFSET 0)"


class Asked(StrEnum):
    """What is asked of the rows. `ONE` and `NONE` are for conditions that others are joined to: of an EXISTS that an "or" joins, PostgreSQL
    lists all that there are first, though the page needs twenty rows. Of a bare IS NULL, it takes one row in 200 to fit, and begins with
    every case to find those few; of a CASE, it takes every second."""

    ANY = "EXISTS ({})"
    ONE = "({}) IS NOT NULL"
    NONE = "CASE WHEN ({}) IS NULL THEN TRUE ELSE FALSE END"


class OfRow(Expression):
    """In the rows given to `compiled_exists`: the column of the row that is asked about, as `OuterRef` in those of an `Exists`. Once, and at the top."""

    output_field = UUIDField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return _COLUMN, ()


class _Compiled(Lookup[Any]):
    """What `compiled_exists` wrote, around one column of the row."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        before, after, params = self.rhs
        column, its = self.process_lhs(compiler, connection)
        first = before.count("%s")
        return f"{before}{column}{after}", (*params[:first], *its, *params[first:])


def compiled_exists(path: str, rows: QuerySet[Any], asked: Asked = Asked.ANY) -> Q:
    """Whether `rows` hold one, or none, where `path` leads to what stands for `OfRow()` in them: an `Exists` that is compiled here and now.

    Django resolves and compiles an `Exists` anew in each question that it is part of, and again for each level at which that one is
    nested. Who may see a child is part of every question, thirty times a page. This one is compiled once, and only the column of the row is
    put in. It is made for one user in one request, and kept no longer.
    """
    query = rows.order_by().values("pk")[:1].query
    query.change_aliases({alias: f"{_TABLE}{alias}" for alias in query.alias_map})
    try:
        sql, params = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    except EmptyResultSet:
        return Q() if asked is Asked.NONE else Q(pk__in=[])
    deep = 1 + max(map(int, _NESTED.findall(sql)), default=0)
    sql = sql.replace(f'"{_TABLE}', f'"in{deep}_').replace(_PLANNED_TWICE, _PLANNED_ONCE)
    before, after = asked.format(sql).split(_COLUMN)
    return Q(_Compiled(F(path), (before, after, tuple(params))))
