"""One report for each file that was read, to give to the agency that sent it: what is wrong, in which rows, what to do.

CSV that a spreadsheet opens without running anything in it. Alike issues are one line, so that a fault of a whole column is
read at a glance. What a child is called is never in it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.parquet as pq

from heard.engine import tables
from heard.engine.tables import safe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from heard.engine.intake import SourceSummary

FOLDER = "reports"
HEADER = (
    "What became of it",
    "Field",
    "What is wrong",
    "What to do",
    "How many rows",
    "Which rows (1 is the first below the header)",
)
_BECAME = {"set_aside": "Not used", "flag": "Used all the same", "file": "The file as a whole"}
_MOST_RANGES, _LONGEST_CELL = 2_000, 30_000


class _Line(NamedTuple):
    severity: str
    field: str
    what: str
    remedy: str


@dataclass
class _Rows:
    """Which rows, as ranges; after `_MOST_RANGES` of them only how many."""

    count: int = 0
    ranges: list[list[int]] = field(default_factory=list)

    def add(self, row: int) -> None:
        if not row:
            return
        self.count += 1
        if self.ranges and row in (self.ranges[-1][1], self.ranges[-1][1] + 1):
            self.ranges[-1][1] = row
        elif len(self.ranges) < _MOST_RANGES:
            self.ranges.append([row, row])

    def in_words(self) -> str:
        said = ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in self.ranges)
        told = sum(b - a + 1 for a, b in self.ranges)
        if len(said) > _LONGEST_CELL or told < self.count:
            return (
                said[:_LONGEST_CELL].rpartition(",")[0]
                + f" and more: {self.count:,} in all, see the issue list"
            )
        return said


def write_reports(folder: Path, sources: Iterable[SourceSummary]) -> None:
    """Writes `reports/<source>.<file>.csv` for each file of each source into a run's folder."""
    found = _grouped(folder)
    out = folder / FOLDER
    out.mkdir()
    taken: set[str] = set()
    for source in sources:
        for count in source.files:
            name = _name(f"{source.source}.{count.file}", taken)
            with (out / name).open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(HEADER)
                read = f"{count.read:,} rows read: {count.kept:,} used, {count.set_aside:,} not used."
                writer.writerow(["The file as a whole", "", read, "", count.read, ""])
                lines = found.get((source.source, count.file), {})
                writer.writerows(map(safe, line) for line in _lines(lines))


def _grouped(folder: Path) -> dict[tuple[str, str], dict[_Line, _Rows]]:
    found: dict[tuple[str, str], dict[_Line, _Rows]] = {}
    with pq.ParquetFile(folder / f"{tables.ISSUES.name}.parquet") as issues:
        for batch in issues.iter_batches(batch_size=20_000):
            for row in batch.to_pylist():
                line = _Line(row["severity"], row["field"] or "", row["what"], row["remedy"])
                of_file = found.setdefault((row["source"], row["file"]), {})
                of_file.setdefault(line, _Rows()).add(row["row"])
    return found


def _lines(found: dict[_Line, _Rows]) -> Iterator[tuple[Any, ...]]:
    """What was not used first, then what concerns most rows."""
    order = list(_BECAME)
    for line, rows in sorted(
        found.items(), key=lambda one: (order.index(one[0].severity), -one[1].count, one[0])
    ):
        yield _BECAME[line.severity], line.field, line.what, line.remedy, rows.count or "", rows.in_words()


def _name(told: str, taken: set[str]) -> str:
    """A file name that any system takes, told apart from those before."""
    plain = re.sub(r"[^\w.-]+", "_", told).strip("._")[:120] or "file"
    name = next(
        n
        for i in range(1, len(taken) + 2)
        if (n := plain if i == 1 else f"{plain}-{i}").casefold() not in taken
    )
    taken.add(name.casefold())
    return f"{name}.csv"
