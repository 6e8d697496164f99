"""Tables of counts for tests: every cell and every total, from counts of the smallest parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import product

from heard.engine.publish import CountsRow, Layout, Table


def table(
    name: str,
    dimensions: tuple[str, ...],
    counts: Mapping[tuple[str, ...], int],
    within: Mapping[str, str] | None = None,
) -> Table:
    """`counts`: of each place in every dimension. `within`: of places of the first dimension, what they are a part of;
    that dimension then has two columns."""
    within = within or {}
    whole: Counter[tuple[tuple[str, ...], ...]] = Counter()
    for places, count in counts.items():
        paths = [(within[place], place) if place in within else (place,) for place in places]
        for cut in product(*(range(len(path) + 1) for path in paths)):
            whole[tuple(path[:n] for path, n in zip(paths, cut, strict=True))] += count
    columns = {
        name: (name, f"{name}_2") if within and n == 0 else (name,) for n, name in enumerate(dimensions)
    }
    rows = (
        CountsRow(
            number,
            dict(zip(dimensions, paths, strict=True)),
            {name: len(path) for name, path in zip(dimensions, paths, strict=True)},
            {"count": str(count)},
        )
        for number, (paths, count) in enumerate(sorted(whole.items()), start=1)
    )
    return Table(name, Layout(columns), tuple(rows))


def printed(true: Table, texts: list[dict[str, str]]) -> Table:
    rows = (
        CountsRow(row.number, row.places, row.depths, text)
        for row, text in zip(true.rows, texts, strict=True)
    )
    return Table(true.name, true.layout, tuple(rows))


def to_csv(true: Table) -> str:
    """Of a table whose dimensions have one column each."""
    names = list(true.layout.dimensions)
    lines = [",".join([*names, "count"])]
    for row in true.rows:
        places = ["".join(row.places[name]) or "Total" for name in names]
        lines.append(",".join([*places, row.texts["count"]]))
    return "\n".join(lines) + "\n"
