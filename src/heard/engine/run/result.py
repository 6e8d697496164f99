"""What a run found, read back from its tables: for a person, for another program, for a spreadsheet."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from heard.engine import backend, tables
from heard.engine.run import folder as folders

if TYPE_CHECKING:
    from pathlib import Path

ISSUE_LIST = "issues.csv"


@dataclass(frozen=True)
class RunSummary:
    """What is known once the steps that ran have run; None for what a later step will say.

    `sources`: rows of `tables.SOURCES` with `collects` and `absent`, lists of items, and `files`, the counts of
    each file. `unread`: files of which nothing, or not everything, could be read. `listed`: rows of `tables.CHILDREN`
    in the order of their keys, which is no order of need. `quality`: rows of `tables.QUALITY`. `any_window`: any so many
    months up to the as-of date were looked at. `died`, `of_age`: whom the rule would list, set apart. `changes`: rows of `tables.CHANGES` against the list of `compared_with`.
    """

    release: str | None
    as_of: date | None
    sources: list[dict[str, Any]]
    unread: int = 0
    children: int | None = None
    linked: int | None = None
    for_a_person: int | None = None
    quality: list[dict[str, Any]] = field(default_factory=list)
    with_signs: int | None = None
    scattered: int | None = None
    any_window: bool | None = None
    compared_with: date | None = None
    new: int | None = None
    left: int | None = None
    died: int = 0
    of_age: int = 0
    not_collectable: list[str] = field(default_factory=list)
    listed: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def set_aside(self) -> int:
        return sum(source["set_aside"] for source in self.sources)

    @property
    def expected(self) -> int | None:
        """About how many of the pairs for a person are one child, by the model; None where nothing was linked."""
        whole = next((row for row in self.quality if row["group"] == "all"), None)
        if not self.for_a_person or not whole or not whole["recall"] or whole["precision"] is None:
            return None
        missed = whole["pairs"] * whole["precision"] * (1 / whole["recall"] - 1)
        return min(self.for_a_person, round(missed))

    def as_json(self) -> dict[str, Any]:
        """Plain values only; dates as YYYY-MM-DD."""
        plain: dict[str, Any] = _plain(asdict(self) | {"expected": self.expected})
        return plain


def summary(folder: Path) -> RunSummary:
    """What the run in `folder` has found so far. Raises `NotDone`, `backend.WrongTable`."""
    told = folders.opened(folder)
    steps = told["steps"]
    as_of = told.get("as_of")
    return RunSummary(
        release=told.get("release"),
        as_of=date.fromisoformat(as_of) if as_of else None,
        sources=_sources(folder, steps["intake"].get("files", {})),
        unread=_unread(folder),
        notes=[note for step in steps.values() for note in step.get("notes", [])],
        **{key: steps["link"][key] for key in ("children", "linked", "for_a_person") if "link" in steps},
        quality=backend.read(folder, tables.QUALITY).to_pylist() if "link" in steps else [],
        **(_screened(folder, steps["screen"]) if "screen" in steps else {}),
    )


def _screened(folder: Path, found: dict[str, Any]) -> dict[str, Any]:
    keys = ("with_signs", "scattered", "not_collectable", "any_window", "new", "left", "died", "of_age")
    day = found["compared_with"]
    return {
        **{key: found[key] for key in keys if key in found},
        "compared_with": date.fromisoformat(day) if day else None,
        "listed": backend.read(folder, tables.CHILDREN).sort_by("person").to_pylist(),
        "changes": backend.read(folder, tables.CHANGES).to_pylist() if day else [],
    }


def write_issue_list(folder: Path) -> None:
    """The issues as a CSV file that a spreadsheet opens without running anything that is in it."""
    with (folder / ISSUE_LIST).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in tables.ISSUES.columns])
        with pq.ParquetFile(backend.checked_path(folder, tables.ISSUES)) as issues:
            for batch in issues.iter_batches(batch_size=20_000):
                writer.writerows([tables.safe(value) for value in row.values()] for row in batch.to_pylist())


def _sources(folder: Path, files: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    rows = backend.read(folder, tables.SOURCES).sort_by("source").to_pylist()
    coverage = backend.read(folder, tables.COVERAGE).to_pylist()
    for row in rows:
        row["files"] = files.get(row["source"], [])
        for name, state in (("collects", "collected"), ("absent", "absent")):
            row[name] = sorted(
                {c["item"] for c in coverage if (c["source"], c["state"]) == (row["source"], state)}
            )
    return rows


def _unread(folder: Path) -> int:
    """Files that the issue list sets aside whole, or in a part whose rows nobody can count."""
    wanted = (pc.field("row") == 0) & (pc.field("severity") == "set_aside")
    path = backend.checked_path(folder, tables.ISSUES)
    whole = pq.read_table(
        path, columns=["source", "file"], filters=wanted
    )  # the table may hold millions of rows
    return len(whole.group_by(["source", "file"]).aggregate([]))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
