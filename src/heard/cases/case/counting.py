"""What figures count, in one shape for every stage: each thing that was promised once, on one day, kept or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import TruncMonth, TruncQuarter
from django.db.models.functions.datetime import TruncBase

from heard.cases.case.rules import Counted, Kept

LED_BY: Final = "lead_team__agency"  # of a case


@dataclass(frozen=True)
class Quarter:
    """What was counted of `name` in the quarter that begins on `first`, of one agency. `agency`: its key, None where
    nothing of this kind is counted by agency."""

    name: str
    first: date
    agency: Any
    counted: Counted


def added_by(counted: Iterable[Quarter], key: Callable[[Quarter], Any]) -> dict[Any, Counted]:
    """What was counted, added up for each value of `key`; nothing for a value that none has."""
    found: dict[Any, Counted] = defaultdict(Counted)
    for quarter in counted:
        found[key(quarter)] += quarter.counted
    return found


@dataclass(frozen=True)
class Counting:
    """`rows`: one for each thing that was promised, of all agencies. `day`: the field, the path to it or the annotation, a date or a time, that decides to which
    quarter it belongs; `kept`: which of them were kept, None for none, and `reason`: those of them by a reason (`Kept`); `child`: the
    path to the key of the child whom it is about; `name`: the field that tells several promises apart, or the one name that all
    have; `agency`: the path to the agency whose work it is."""

    rows: QuerySet[Any]
    day: str
    kept: Q | None
    child: str
    reason: Q | None = None
    name: Any = field(default_factory=lambda: Value(""))
    agency: str = ""

    def whole(self) -> Kept:
        """All of them together. One question."""
        return _kept(self.rows.aggregate(**self._sums()))

    def between(self, since: date, before: date) -> Kept:
        """Those together whose day is `since` or later, and before `before`. One question."""
        days = {self._day("gte"): since, self._day("lt"): before}
        return _kept(self.rows.filter(**days).aggregate(**self._sums()))

    def by_quarter(self, before: date) -> Iterator[Quarter]:
        """By quarter, of all whose day is before `before`. One question, which gives a row for each child in each quarter."""
        return self._by(TruncQuarter, before)

    def by_month(self, before: date) -> Iterator[Quarter]:
        """The same by month: `first` of each is the first day of a month."""
        return self._by(TruncMonth, before)

    def _by(self, begins: type[TruncBase], before: date) -> Iterator[Quarter]:
        groups = {
            "counted_name": self.name,
            "counted_from": begins(self.day, output_field=DateField()),
            "counted_agency": F(self.agency) if self.agency else Value(""),
            "counted_child": F(self.child),
        }
        rows = self.rows.order_by().filter(**{self._day("lt"): before}).annotate(**groups)
        found: dict[tuple[str, date, Any], Counted] = defaultdict(Counted)
        for row in rows.values(*groups).annotate(**self._sums()):
            child = row["counted_child"]
            key = (row["counted_name"], row["counted_from"], row["counted_agency"] or None)
            kept, whom = _kept(row), frozenset[Any]() if child is None else frozenset({child})
            found[key] += Counted(
                kept, whom, whom if kept.kept else frozenset(), whom if kept.kept < kept.of else frozenset()
            )
        for key, counted in found.items():
            yield Quarter(*key, counted)

    def _day(self, compared: str) -> str:
        timed = isinstance(self._day_field(), DateTimeField)
        return f"{self.day}__date__{compared}" if timed else f"{self.day}__{compared}"

    def _day_field(self) -> Any:
        if annotation := self.rows.query.annotations.get(self.day):
            return annotation.output_field
        model, *path = self.rows.model, *self.day.split("__")
        for name in path[:-1]:
            model = model._meta.get_field(name).related_model
        return model._meta.get_field(path[-1])

    def _sums(self) -> dict[str, Count]:
        asked = {"kept": self.kept, "with_reason": self.reason}
        # A condition that holds for none would have Django leave out the whole question.
        sums = {name: Count("pk", filter=which) for name, which in asked.items() if which is not None}
        return sums | {"of": Count("pk")}


def _kept(row: Mapping[str, Any]) -> Kept:
    return Kept(row.get("kept", 0), row["of"], row.get("with_reason", 0))


def days_between(rows: QuerySet[Any], begins: Any, ends: Any) -> tuple[int, float | None]:
    """How many rows these are, and the median of the days from one day to the other, both expressions that are there in every row; None of no
    rows. Over true counts, shown to nobody where they are few. Two questions."""
    took = (
        rows.order_by()
        .annotate(took=ExpressionWrapper(ends - begins, DurationField()))
        .order_by("took", "pk")
    )
    of = rows.order_by().count()
    middle = (
        [one.days for one in took.values_list("took", flat=True)[(of - 1) // 2 : of // 2 + 1]] if of else []
    )
    return of, sum(middle) / len(middle) if middle else None
