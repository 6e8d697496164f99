"""Files of a caseload, read in a process of its own: no keys, no network, limits of memory and time, and no file but these.

The programme imports what opens the files once it has given all that up.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from heard.agencies import sandbox

if TYPE_CHECKING:
    from heard.insight.bringing.reading import BroughtRow, File, Files
    from heard.insight.bringing.rules import Table

MEMORY: Final = 2_000_000_000  # bytes; libraries alone take a third of it before they read anything
PATIENCE: Final = 30.0  # seconds, of files that are read for a page
ON_SERVER: Final = 900.0  # seconds, of those that a command reads
TOO_MUCH: Final = "Reading these files takes more time or memory than they may. Check that each is a table of text, or bring in a part of it."


def read_apart(
    paths: Mapping[Table, Path], mapping: Path | None = None, *, patience: float | None = None
) -> Files:
    """As `reading.read_files`, with the headings of `mapping`. `patience`: seconds. Raises `NotDone`."""
    from heard.engine.tables import NotDone

    patience = patience or PATIENCE
    job = {
        "paths": {table.value: str(path.absolute()) for table, path in paths.items()},
        "mapping": str(mapping.absolute()) if mapping else None,
        "memory": MEMORY,
        "seconds": int(patience),
    }
    try:
        said = sandbox.answer(__name__, job, patience=patience)
        if "problem" not in said:
            return _files_of(said)
        problem = str(said["problem"])
    except (sandbox.Stopped, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotDone(TOO_MUCH) from error
    raise NotDone(problem)


def _files_of(said: dict[str, Any]) -> Files:
    """What the programme says, as far as it has the shape of files that were read."""
    from heard.insight.bringing.reading import Files
    from heard.insight.bringing.rules import Table

    return Files({Table(name): _file_of(Table(name), one) for name, one in said.items()})


def _file_of(table: Table, said: dict[str, Any]) -> File:
    from heard.insight.bringing.reading import File
    from heard.insight.bringing.rules import COLUMNS, Shape

    days = [column.field for column in COLUMNS[table] if column.shape is Shape.DAY]
    return File(**said | {"table": table, "rows": [_row_of(table, one, days) for one in said["rows"]]})


def _row_of(table: Table, said: dict[str, Any], days: list[str]) -> BroughtRow:
    from heard.insight.bringing.reading import BroughtRow
    from heard.insight.bringing.rules import FAULTS, Issue

    values = said["values"]
    for name in days:
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    issues = [Issue(**one) for one in said["issues"]]
    if any(issue.code not in FAULTS for issue in issues):
        raise ValueError
    return BroughtRow(table, int(said["number"]), values, issues)


# ---- the programme


def main() -> None:
    job = json.load(sys.stdin)  # ours
    mapping = Path(job["mapping"]) if job["mapping"] else None
    sandbox.enter(
        memory=job["memory"],
        seconds=job["seconds"],
        largest=0,
        hides_files=True,
        reads=[*job["paths"].values(), *filter(None, [job["mapping"]]), *sandbox.OF_MACHINE],
    )
    from heard.engine.tables import NotDone
    from heard.insight.bringing.reading import load_headings, read_files
    from heard.insight.bringing.rules import Table

    out, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints is no answer
    try:
        paths = {Table(name): Path(path) for name, path in job["paths"].items()}
        found = read_files(paths, load_headings(mapping) if mapping else None)
        said: dict[str, Any] = {table.value: asdict(one) for table, one in found.files.items()}
    except NotDone as problem:
        said = {"problem": str(problem)}
    json.dump(said, out, default=str)  # days as ISO 8601


if __name__ == "__main__":
    main()
