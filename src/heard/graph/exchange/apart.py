"""A chart that somebody sent, read in a process of its own: no keys, no network, limits of memory and time, and no file but the chart.

The programme imports what opens the file once it has given all that up.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from heard.agencies import sandbox

if TYPE_CHECKING:
    from heard.graph.exchange.rules import Read

MEMORY: Final = 2_000_000_000  # bytes; libraries alone take a third of it before they read anything
PATIENCE: Final = 30.0  # seconds; 5,000 ties take two
_LARGEST: Final = 60_000_000  # bytes of a table that is unpacked
TOO_MUCH: Final = "Reading this file takes more time or memory than one chart may. Export it again as CSV, or bring in a part of it."


def read_apart(path: Path) -> Read:
    """As `reading.read`. `path`: in a folder that holds nothing else, and goes afterwards."""
    from heard.engine.tables import NotDone

    try:
        said = sandbox.answer(__name__, {"path": str(path), "memory": MEMORY, "seconds": int(PATIENCE)}, patience=PATIENCE)  # fmt: skip
        if "problem" not in said:
            return _read_of(said)
        problem = str(said["problem"])
    except (sandbox.Stopped, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotDone(TOO_MUCH) from error
    raise NotDone(problem)


def _read_of(said: dict[str, Any]) -> Read:
    """What the programme says, as far as it has the shape of a chart that was read."""
    from heard.graph.exchange.rules import Aside, Format, Named, Read, Told

    named = {str(key): Named(**one) for key, one in said["named"].items()}
    told = [
        Told(**one | {name: _day(one[name]) for name in ("valid_from", "valid_to")}) for one in said["told"]
    ]
    return Read(Format(said["format"]), named, told, [Aside(**one) for one in said["aside"]], said["said"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# ---- the programme


def main() -> None:
    job = json.load(sys.stdin)  # ours
    path = Path(job["path"])
    sandbox.enter(
        memory=job["memory"],
        seconds=job["seconds"],
        largest=_LARGEST,
        hides_files=True,
        reads=sandbox.OF_MACHINE,
        writes=[str(path.parent)],
    )
    from heard.engine.tables import NotDone
    from heard.graph.exchange.reading import read

    out, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints is no answer
    try:
        said: dict[str, Any] = asdict(read(path))
    except NotDone as problem:
        said = {"problem": str(problem)}
    json.dump(said, out, default=str)  # days as ISO 8601


if __name__ == "__main__":
    main()
