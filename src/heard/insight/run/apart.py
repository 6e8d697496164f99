"""The engine in a process of its own: it opens what agencies sent, so it has no keys, no network, and limits; where the kernel has
Landlock, it opens no file but what this run is of.

The site writes a job to standard input and reads lines: how far it is, and at the end what came of it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

from heard.agencies import sandbox

_log = logging.getLogger(__name__)
_SECONDS: Final = 12 * 60 * 60  # of work, on all cores together
_PATIENCE: Final = 24 * 60 * 60.0  # seconds by the clock: what waits for nothing uses no time of a processor
_READ: Final = ("mapping", "judgements", "after")  # paths of a job, beside those of its files
_RESERVED: Final = 2**30  # bytes that its threads may write to and do not use, however much is read


ASKS: Final = "asks"
"""Under which name a run says what only a person can say, in place of what came of it."""


class Stopped(Exception):
    """It failed as nobody foresaw, or ended without a word: killed, or out of memory or time."""


def run(
    job: dict[str, Any],
    progress: Callable[[str, float | None], None] = lambda _step, _share: None,
    *,
    patience: float = _PATIENCE,
) -> dict[str, Any]:
    """What came of it, as plain values. Raises `NotDone` with the engine's sentence, and whatever `progress` raises.

    `job`: what to `do` (a run, unless it says "find" or "look"), with its files; the folder of its `out` is made. `patience`: in seconds.
    """
    from heard.engine.tables import (
        NotDone,  # with libraries that start threads: the programme has none yet when it gives up its files
    )

    Path(job["out"]).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with sandbox.started("heard.insight.run.apart", job, patience=patience) as lines:
        for line in lines:
            said: dict[str, Any] = json.loads(line)
            if "step" in said:
                progress(said["step"], said["share"])
            elif "problem" in said:
                raise NotDone(said["problem"])
            elif "failed" in said:
                _log.error("The engine failed.\n%s", said["failed"])
                raise Stopped
            else:
                found: dict[str, Any] = said["done"]
                return found
    raise Stopped


# ---- the programme


def main() -> None:
    job = json.load(sys.stdin)  # ours
    folder = str(Path(job["out"]).parent)  # of this run: what comes of it, and what does not fit into memory
    os.environ["TMPDIR"] = folder
    sandbox.enter(
        memory=_of_machine() * 3 // 4 + _RESERVED,
        reserves=True,
        seconds=_SECONDS,
        largest=_room(Path(job["out"])) // 2,
        hides_files=True,
        reads=[*job["paths"], *(job[name] for name in _READ if job.get(name)), *sandbox.OF_MACHINE],
        writes=[folder],
    )
    from heard.engine.tables import NotDone

    out, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints is no line of ours

    def say(line: dict[str, Any]) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    try:
        _join(job)
        say(
            {
                "done": _DOES[job.get("do", "run")](
                    job, lambda step, share: say({"step": step, "share": share})
                )
            }
        )
    except NotDone as problem:
        say({"problem": str(problem)})
    except Exception as error:  # noqa: BLE001 - where it happened, and never the values that it happened with
        where = "".join(traceback.format_tb(error.__traceback__))
        say({"failed": f"{where}{type(error).__module__}.{type(error).__qualname__}"})


def _room(path: Path) -> int:
    """Bytes that are free where it is to be written."""
    return shutil.disk_usage(next(parent for parent in path.parents if parent.is_dir())).free


def _of_machine() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _run(job: dict[str, Any], progress: Callable[[str, float | None], None]) -> dict[str, Any]:
    import pyarrow.parquet as pq

    from heard.engine import run as runs
    from heard.engine.run.progress import with_time_left

    try:
        with with_time_left(progress) as tell:
            return runs.run(
                [Path(path) for path in job["paths"]],
                out=Path(job["out"]),
                mapping=Path(job["mapping"]),
                as_of=date.fromisoformat(job["as_of"]) if job["as_of"] else None,
                any_window=job["any_window"],
                judgements=pq.read_table(job["judgements"]),
                after=Path(job["after"]) if job.get("after") else None,
                keep_model=job.get("keep_model", False),
                replace=True,  # of a run whose worker was killed: its folder is its own
                ask=job.get("ask", False),
                progress=tell,
            ).as_json()
    except runs.Asks as asks:
        return {ASKS: asks.as_json()}


def _join(job: dict[str, Any]) -> None:
    """The mapping with those that people kept on the site behind it, and whose returns are as somebody said of this run, in the folder of the
    run."""
    from heard.engine.intake import drafting

    base = Path(job["mapping"])
    also, councils = job.get("also") or (), job.get("councils") or {}
    if also or councils:
        try:
            text = base.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return  # whoever reads it says so
        joined = Path(job["out"]).with_name("mapping-in-force.yaml")
        joined.write_text(drafting.with_councils(drafting.joined(text, also), councils), encoding="utf-8")
        job["mapping"] = str(joined)


def _find(job: dict[str, Any], _progress: Callable[[str, float | None], None]) -> dict[str, Any]:
    """Which files no mapping explains."""
    from heard.engine.intake import drafting

    found = drafting.undescribed([Path(path) for path in job["paths"]], Path(job["mapping"]))
    return {"undescribed": [str(path) for path in found]}


def _look(job: dict[str, Any], _progress: Callable[[str, float | None], None]) -> dict[str, Any]:
    """What the columns of one file seem to tell; with `said`, what comes of the choice that somebody made of them."""
    from heard.engine.intake import drafting, guess, mapping

    path, said = Path(job["paths"][0]), job["said"]
    found = guess.guess(path)
    told: dict[str, Any] = {
        "columns": [asdict(column) for column in found.columns],
        "rows": found.rows,
        "dates": found.dates,
        "doubts": found.said,
        "shown": [],
        "yaml": "",
        "name": drafting.stem_of(found.file),
        "files": drafting.pattern_of(found.file),
        "agencies": sorted({source.agency for source in mapping.load(Path(job["mapping"])).sources}),
        "names": [source.name for source in mapping.load(Path(job["mapping"])).sources],
    }
    if said is None:
        choice = drafting.suggested(found, agency="")
    else:
        orders = {"day": drafting.DAY_FIRST, "month": drafting.MONTH_FIRST}
        choice = drafting.chosen(
            found,
            said["roles"],
            name=said["name"],
            agency=said["agency"],
            files=said["files"],
            every_row=tuple(said["every_row"]),
            dates=orders.get(said["dates"], found.dates),
        )
    told["why_not"] = drafting.why_not_mapped(choice)
    if told["why_not"] is None:
        rows = drafting.as_read(path, choice)
        told["shown"] = [asdict(row if job["values"] else drafting.shaped(row)) for row in rows]
        told["yaml"] = drafting.as_mapping(choice)
    return told


_DOES: Final = {"run": _run, "find": _find, "look": _look}

if __name__ == "__main__":
    main()
