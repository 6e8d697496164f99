"""Who may see something, written once and put into each question as it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Expression, F, Lookup, Q, UUIDField

if TYPE_CHECKING:
    from django.db.models import QuerySet

_COLUMN: Final = re.compile(r"\(column (\d) of the row\)")
_TABLE: Final = "~"  # before the names of the subquery's own tables, until it is known how deep it stands
# The quotes before these, and before what Django calls the tables of subqueries within it.
_OWN: Final = re.compile(rf'"(?:{_TABLE}|(?=[A-Z]+\d+"))')
_NESTED: Final = re.compile(r'"in(\d+)_')


class Asked(StrEnum):
    """What is asked of the rows. `ONE` and `NONE` are for conditions that others are joined to: of an EXISTS that an "or" joins, PostgreSQL
    lists all that there are first, though the page needs twenty rows. It plans it twice, too, and one in that four times. Of a bare IS NULL, it takes one row in 200 to fit, and begins with
    every case to find those few; of a CASE, it takes every second."""

    ANY = "EXISTS ({})"
    ONE = "({}) IS NOT NULL"
    NONE = "CASE WHEN ({}) IS NULL THEN TRUE ELSE FALSE END"


class OfRow(Expression):
    """In the rows given to `Written.of`: a column of the row that is asked about, as `OuterRef` in those of an `Exists`, and in subqueries of
    theirs. `number`: which of the two paths leads to it."""

    output_field = UUIDField()

    def __init__(self, number: int = 0) -> None:
        super().__init__()
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return f"(column {self.number} of the row)", ()


@dataclass(frozen=True)
class Written:
    """Rows as SQL, with their parameters: what stands before, between and after columns of the row that is asked about, and which columns
    these are. `sql` is None where there can be no row."""

    sql: tuple[str, ...] | None
    columns: tuple[int, ...] = ()
    params: tuple[tuple[Any, ...], ...] = ()

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> Self:
        query = rows.order_by().values("pk")[:1].query
        query.change_aliases({alias: f"{_TABLE}{alias}" for alias in query.alias_map})
        try:
            sql, params = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        except EmptyResultSet:
            return cls(None)
        deep = 1 + max(map(int, _NESTED.findall(sql)), default=0)
        texts = _COLUMN.split(_OWN.sub(f'"in{deep}_', sql))
        left = iter(params)
        each = tuple(tuple(next(left) for _ in range(text.count("%s"))) for text in texts[::2])
        return cls(tuple(texts[::2]), tuple(map(int, texts[1::2])), each)

    def exists(self, *paths: str, asked: Asked = Asked.ANY) -> Q:
        """Whether there is one, or none, where these paths, one or two, lead from a row to what stands for `OfRow` in them."""
        if self.sql is None:
            return Q() if asked is Asked.NONE else Q(pk__in=[])
        return Q(_Compiled(paths, self, asked))


class _Compiled(Lookup[Any]):
    """What was written, around columns of the row."""

    prepare_rhs = False

    def __init__(self, paths: tuple[str, ...], written: Written, asked: Asked) -> None:
        super().__init__(F(paths[0]), F(paths[1]) if paths[1:] else None)
        self.written, self.asked = written, asked

    @property
    def identity(self) -> tuple[Any, ...]:
        return *super().identity, self.written, self.asked

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        columns = [compiler.compile(expression) for expression in self.get_source_expressions()]
        [first, *texts], [its, *params] = self.written.sql or (), self.written.params
        sql, values = [first], [*its]
        for number, text, its in zip(self.written.columns, texts, params, strict=True):
            column, of_column = columns[number]
            sql += (column, text)
            values += (*of_column, *its)
        return self.asked.format("".join(sql)), tuple(values)


def compiled_exists(path: str, rows: QuerySet[Any], asked: Asked = Asked.ANY) -> Q:
    """Whether `rows` hold one, or none, where `path` leads to what stands for `OfRow()` in them: an `Exists` that is compiled here and now.

    Django resolves and compiles an `Exists` anew in each question that it is part of, and again for each level at which that one is
    nested. Who may see a child is part of every question, thirty times a page. This one is compiled once, and only the column of the row is
    put in. It is made for one user in one request, and kept no longer; one in which no user stands may be kept, as it says the same for all.
    """
    return Written.of(rows).exists(path, asked=asked)
