"""What a layout leaves unsaid, guessed so that it protects: rows that are totals by another word, and columns that are the
sums of others. A guess is said, and taken until the layout says otherwise. `table` is a `cells.Table`, which asks here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

_TOTAL = re.compile(
    r"(all|any|both|overall|altogether|sum|everyone|everybody|national|england|wales|scotland|united kingdom|uk)\b(?! other)"
    r"|.*\btotals?\b",
    re.IGNORECASE,
)
_MOST_MEASURES = 8  # of a table with more columns some add up to others by chance, but none to all of them
_ROUNDED_BY = 5  # at most, of each count in a sum
_SMALL = 5  # at most, what a symbol beside counts stands for, where whoever hid it says nothing else

type _Span = tuple[int, int | None]


def totals(table: Any) -> Iterator[tuple[str, str, bool]]:
    """Dimension, name and whether the name says so, of each place whose counts are what the others beside it add up to."""
    for dimension in (name for name in table.layout.dimensions if table.layout.adds_up(name)):
        groups = _siblings(table.rows, dimension)
        for name in sorted({place for group in groups for place in group}):
            said = _TOTAL.match(name) is not None
            having = [group for group in groups if name in group and len(group) > 2]
            if having and all(_is_sum(group, name, exactly=not said) for group in having):
                yield dimension, name, said


def possible_totals(table: Any) -> Iterator[tuple[str, str]]:
    """Dimension and name of each place that by its counts may be what the others beside it add up to, whatever is hidden. Where
    nothing is, counts are true ones, and add up to the number."""
    texts = (text for row in table.rows for text in row.texts.values())
    slack = 0 if all(_span(text)[1] is not None for text in texts) else _ROUNDED_BY
    for dimension in (name for name in table.layout.dimensions if table.layout.adds_up(name)):
        groups = _siblings(table.rows, dimension)
        above = {row.places[dimension][:-1][-1:] for row in table.rows}
        for name in sorted({place for group in groups for place in group}):
            having = [group for group in groups if name in group and len(group) > 1]
            shown = any(low and high is not None for group in having for low, high in group[name])
            if shown and (name,) not in above and all(_may_be_sum(group, name, slack) for group in having):
                yield dimension, name


def sums(table: Any) -> dict[str, tuple[str, ...]]:
    """Columns of counts that are in every row the sum of others: of all others, or where every count is shown of some."""
    measures = table.layout.measures
    found: dict[str, tuple[str, ...]] = {}
    if len(measures) < 3:
        return found
    for whole in measures:
        others = [name for name in measures if name != whole]
        least = 1 if len(measures) <= _MOST_MEASURES else len(others) - 1
        choices = (parts for size in range(len(others), least, -1) for parts in combinations(others, size))
        if parts := next((parts for parts in choices if _adds_up(table.rows, whole, parts, others)), None):
            found[whole] = parts
    return found


def _adds_up(rows: Iterable[Any], whole: str, parts: Sequence[str], others: Sequence[str]) -> bool:
    telling = False
    for row in rows:
        spans = [_span(row.texts[name]) for name in parts]
        total = _span(row.texts[whole])
        if not _may_be(total, spans, slack=0):
            return False
        shown = [low for low, high in spans if high is not None and low]
        exact = all(high is not None for _, high in (total, *spans))
        telling |= bool(total[0]) and (
            len(shown) > 1 if exact else len(shown) > 0 and len(parts) == len(others)
        )
    return telling


def _siblings(rows: Iterable[Any], dimension: str) -> list[dict[str, list[_Span]]]:
    """The places beside one another in a dimension, for each place in the others, with their counts."""
    groups: dict[object, dict[str, list[_Span]]] = defaultdict(dict)
    for row in rows:
        where = row.places[dimension]
        if where:
            rest = frozenset((name, place) for name, place in row.places.items() if name != dimension)
            groups[rest, where[:-1]][where[-1]] = [_span(text) for text in row.texts.values()]
    return list(groups.values())


def _is_sum(group: Mapping[str, list[_Span]], name: str, *, exactly: bool) -> bool:
    others = [spans for place, spans in group.items() if place != name]
    for column, total in enumerate(group[name]):
        parts = [spans[column] for spans in others]
        if exactly and (total[1] is None or not total[0] or sum(low > 0 for low, _ in parts) < 2):
            return False
        hidden = sum(high is None for _, high in parts)
        left = total[0] - sum(low for low, _ in parts)
        if exactly and hidden and not hidden <= left <= _SMALL * hidden:
            return False
        if not _may_be(total, parts, slack=0 if exactly else _ROUNDED_BY * (len(parts) + 1)):
            return False
    return True


def _may_be_sum(group: Mapping[str, list[_Span]], name: str, slack: int) -> bool:
    others = [spans for place, spans in group.items() if place != name]
    return all(
        _may_be(total, [spans[column] for spans in others], slack=slack * len(group))
        for column, total in enumerate(group[name])
    )


def _may_be(total: _Span, parts: Sequence[_Span], *, slack: int) -> bool:
    low = sum(number for number, _ in parts)
    highs = [high for _, high in parts if high is not None]
    high = sum(highs) if len(highs) == len(parts) else None
    return (total[1] is None or low <= total[1] + slack) and (high is None or high >= total[0] - slack)


def _span(text: str) -> _Span:
    """A count as it is written; anything else may be any count."""
    plain = text.replace(",", "")
    return (int(plain), int(plain)) if plain.isascii() and plain.isdigit() and len(plain) < 16 else (0, None)
