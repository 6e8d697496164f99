"""One run, whole or step by step: intake, link, screen, in a folder that is swapped in whole.

Whatever goes wrong is raised as `NotDone`, with one sentence for the user; nobody above needs to know the engine.
"""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from heard.engine import backend, intake, tables
from heard.engine.link import SEED, Before, Compared, kept_in, link, why_not_kept
from heard.engine.link import compared as compared_in
from heard.engine.run import folder as folders
from heard.engine.run.changes import Changes, compare
from heard.engine.run.coverage import Sight, sights
from heard.engine.run.coverage import coverage as sights_of
from heard.engine.run.joining import Together
from heard.engine.run.joining import joined as joined_in
from heard.engine.run.judgements import from_file
from heard.engine.run.progress import INTAKE, LINK, SCREEN, part
from heard.engine.run.reports import write_reports
from heard.engine.run.result import RunSummary, summary, write_issue_list
from heard.engine.screen import RULE, day_of, ends_apart, screen, why_not_compare, window_start
from heard.engine.tables import NotDone
from heard.knowledge import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from heard.engine.link import LinkSummary
    from heard.engine.screen import ScreenSummary
    from heard.engine.tables import Progress

__all__ = [
    "Asks",
    "Changes",
    "Compared",
    "NotDone",
    "RunSummary",
    "Sight",
    "Together",
    "changes",
    "compared",
    "coverage",
    "joined",
    "link_again",
    "linked",
    "on",
    "run",
    "screen_again",
    "sights",
    "summary",
    "take_in",
    "why_not_keep_model",
    "window",
]

_PARTS = ("heard", "splink", "duckdb", "ibis-framework", "pyarrow")


class Asks(Exception):
    """What only a person can say, before records are linked. `day`: up to which would be counted, and `ends`, the last day of each source (None: not
    known), where they end at different times; else no day and no ends. `councils`: by name, returns that do not say whose they are and have no
    child of another."""

    def __init__(self, day: date | None, ends: dict[str, date | None], councils: list[str]) -> None:
        super().__init__()
        self.day, self.ends, self.councils = day, ends, councils

    def as_json(self) -> dict[str, Any]:
        """Plain values; days as YYYY-MM-DD."""
        ends = {source: last and last.isoformat() for source, last in sorted(self.ends.items())}
        return {"day": self.day and self.day.isoformat(), "ends": ends, "councils": self.councils}


def run(
    paths: Sequence[Path],
    *,
    out: Path,
    mapping: Path | None = None,
    as_of: date | None = None,
    any_window: bool = False,
    judgements: pa.Table | None = None,
    after: Path | None = None,
    keep_model: bool = False,
    replace: bool = False,
    ask: bool = False,
    progress: Progress | None = None,
) -> RunSummary:
    """Reads files and folders, links, screens. Raises `NotDone`, also where an earlier run is at `out` and not to be replaced.

    `ask`: somebody is there to be asked, so that `Asks` is raised once all is read, where there is what to ask; nothing is kept then. `judgements`: rows of `tables.JUDGEMENTS`, which link finds in the folder. `after`: the folder of an earlier run that this
    one stands on: children keep the keys that they had in it, and `tables.MOVED` says what became of each record.
    """
    with plainly(), _allowed(paths, out), folders.fresh(out, replace=replace) as folder:
        before = _before(after, keep_model)
        _take_in(paths, folder, mapping, part(progress, INTAKE))
        if ask:
            _ask(folder, as_of)
        if judgements is not None:
            _keep(folder, judgements)
        _link(folder, part(progress, LINK), before=before)
        _screen(folder, as_of, any_window, part(progress, SCREEN))
    return summary(out)


@contextmanager
def on(engine: str) -> Iterator[None]:
    """What is begun inside is linked and screened on this engine, one of `backend.ENGINES`. Raises `NotDone`."""
    with plainly(), backend.using(engine):
        yield


def take_in(
    paths: Sequence[Path],
    *,
    out: Path,
    mapping: Path | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> RunSummary:
    """The first step alone, into a new run's folder. Raises `NotDone`."""
    with plainly(), _allowed(paths, out), folders.fresh(out, replace=replace) as folder:
        _take_in(paths, folder, mapping, progress)
    return summary(out)


def linked(
    paths: Sequence[Path],
    *,
    out: Path,
    mapping: Path | None = None,
    judgements: Path | None = None,
    households: bool = True,
    after: Path | None = None,
    keep_model: bool = False,
    replace: bool = False,
    progress: Progress | None = None,
) -> RunSummary:
    """The first two steps, into a new run's folder: for whoever only wants to know which records are one. `judgements`: a
    file as `judgements.from_file` reads it; `households`: see `engine.link`; `after`, `keep_model`: as in `run`. Raises `NotDone`."""
    with plainly(), _allowed(paths, out), folders.fresh(out, replace=replace) as folder:
        before = _before(after, keep_model, households=households)
        said = from_file(judgements) if judgements else None
        _take_in(paths, folder, mapping, progress)
        if said is not None:
            _keep(folder, said)
        _link(folder, progress, households=households, before=before)
    return summary(out)


def link_again(
    folder: Path,
    *,
    judgements: Path | None = None,
    households: bool = True,
    after: Path | None = None,
    keep_model: bool = False,
    progress: Progress | None = None,
) -> RunSummary:
    """The second step alone, in a run's folder; what was screened before no longer holds. `judgements`: a file that
    takes the place of what people said before; `after`, `keep_model`: as in `run`, also the same folder. Raises `NotDone`."""
    with plainly():
        folders.opened(folder)
        before = _before(after, keep_model, households=households)
        if judgements:
            _keep(folder, from_file(judgements))
        _link(folder, progress, households=households, before=before)
        return summary(folder)


def screen_again(
    folder: Path,
    *,
    as_of: date | None = None,
    any_window: bool = False,
    compared_with: date | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """The third step alone, in a run's folder. `compared_with`: another as-of date, to say who is new on the list since
    then and who left it. Raises `NotDone`."""
    with plainly():
        folders.opened(folder)
        if compared_with and (refusal := why_not_compare(compared_with, as_of or day_of(folder))):
            raise NotDone(refusal)  # while the list that is there still stands
        _screen(folder, as_of, any_window, progress, compared_with)
        return summary(folder)


def window(folder: Path) -> tuple[date, date] | None:
    """The first and last day of the window that a run was screened with, or None where it is not screened."""
    told = folders.manifest(folder)
    found = told["steps"].get("screen") if told else None
    if not found:
        return None
    as_of, rule = date.fromisoformat(found["as_of"]), load.release(found["release"]).rule(RULE)
    return window_start(as_of, rule.window_months) + timedelta(days=1), as_of


def coverage(folder: Path) -> list[Sight]:
    """What each source of a screened run could see, and when. Raises `NotDone`."""
    with plainly():
        return sights_of(folder)


def joined(folder: Path, person: str) -> Together:
    """Which records of a run are one child's, `person` by key, and what joined them, surest first. Raises `NotDone`."""
    with plainly():
        return joined_in(folder, person)


def compared(folder: Path, one: tuple[str, str], other: tuple[str, str]) -> Compared:
    """What speaks for one child and what for two of any two records of a run, each as (source, record_id). Raises `NotDone`."""
    with plainly():
        if "link" not in folders.opened(folder)["steps"]:
            raise NotDone(f"{folder} says of no record yet whose it is. Link it first: heard link {folder}")
        return compared_in(folder, one, other)


def changes(earlier: Path, later: Path) -> Changes:
    """Who is new on the list of the later run, who left since the earlier one, and why. Raises `NotDone`."""
    with plainly():
        return compare(earlier, later)


def _take_in(paths: Sequence[Path], folder: Path, mapping: Path | None, progress: Progress | None) -> None:
    found = intake.read(paths, out=folder, mapping=mapping, progress=progress)
    write_issue_list(folder)
    write_reports(folder, found.sources)
    inputs = [_input(file) for file in found.files]
    told: dict[str, Any] = {
        "release": load.current().id,
        "versions": _versions(),
        "inputs": inputs,
        "mapping": _input(found.mapping) if found.mapping else None,
        "as_of": None,
        "seed": SEED,
        "steps": {
            "intake": {
                "notes": [*found.notes, *_twins(inputs)],
                "renamed": found.renamed,
                "untold": list(found.untold),
                "files": {source.source: [asdict(file) for file in source.files] for source in found.sources},
            }
        },
    }
    folders.tell(folder, told)


def _ask(folder: Path, as_of: date | None) -> None:
    """Raises `Asks` where there is what to ask."""
    councils = folders.opened(folder)["steps"]["intake"]["untold"]
    found = ends_apart(folder) if as_of is None else None
    if found or councils:
        day, ends = found or (None, {})
        raise Asks(day, ends, councils)


def _versions() -> dict[str, str]:
    return {part: version(part) for part in _PARTS}


def _keep(folder: Path, judgements: pa.Table) -> None:
    """What people said, for link to find."""
    sides = "left_source", "right_source"
    backend.write(folder, tables.JUDGEMENTS, _under_todays_names(folder, judgements, *sides))


def _under_todays_names(folder: Path, rows: pa.Table, *columns: str) -> pa.Table:
    """Rows of an earlier run, with the names that their sources have in this one."""
    renamed = folders.opened(folder)["steps"]["intake"].get("renamed") or {}
    for column in columns if renamed else ():
        names = [renamed.get(name, name) for name in rows[column].to_pylist()]
        rows = rows.set_column(rows.column_names.index(column), column, pa.array(names, pa.string()))
    return rows


def why_not_keep_model(folder: Path, *, households: bool = True) -> str | None:
    """Why a new run cannot keep the weights of the run in `folder`, and compare only what is new; null where it can. `households`: as the
    new run is to be linked."""
    if backend.name() != backend.DUCKDB:
        return "On Spark all pairs are compared: what a run kept is read by DuckDB alone."
    told = folders.manifest(folder)
    if not told or "link" not in told["steps"]:
        return "It says of no record yet whose it is."
    if told["versions"] != _versions():
        return "It was made by another version of Heard, which compares otherwise."
    return why_not_kept(folder, households=households)


def _before(after: Path | None, keep_model: bool, *, households: bool = True) -> Before | None:
    """Whose each record was in an earlier run, and what that kept. Raises `NotDone`."""
    if after is None:
        if keep_model:
            raise NotDone("Name the run whose weights are to be kept: --after DIR.")
        return None
    told = folders.opened(after)
    if "link" not in told["steps"]:
        raise NotDone(f"{after} says of no record yet whose it is. Link it first: heard link {after}")
    if keep_model and (refusal := why_not_keep_model(after, households=households)):
        raise NotDone(f"The weights of {after} cannot be kept. {refusal} Leave out --keep-model.")
    return Before(backend.read(after, tables.IDENTITIES), kept_in(after) if keep_model else None)


def _link(
    folder: Path, progress: Progress | None, *, households: bool = True, before: Before | None = None
) -> None:
    told = _without(folder, "link", "screen")
    if before is not None:
        before = before.renamed(lambda rows: _under_todays_names(folder, rows, "source"))
    told["steps"]["link"] = _told(link(folder, households=households, before=before, progress=progress))
    folders.tell(folder, told)


def _screen(
    folder: Path,
    as_of: date | None,
    any_window: bool,
    progress: Progress | None,
    compared_with: date | None = None,
) -> None:
    told = _without(folder, "screen")
    found = screen(folder, as_of=as_of, any_window=any_window, compared_with=compared_with, progress=progress)
    told["steps"]["screen"] = _told(found)
    told |= {"as_of": found.as_of, "release": found.release}
    folders.tell(folder, told)


def _told(found: LinkSummary | ScreenSummary) -> dict[str, Any]:
    """What a step found, on which engine underneath, and among its notes what this one did in another way than DuckDB."""
    return {**asdict(found), "backend": backend.name(), "notes": [*found.notes, *backend.met()]}


def _without(folder: Path, *steps: str) -> dict[str, Any]:
    """The manifest without these steps, on disk too: if the step fails, nobody takes old tables for new ones."""
    told = folders.opened(folder)
    told["steps"] = {name: found for name, found in told["steps"].items() if name not in steps}
    told["as_of"] = None
    folders.tell(folder, told)
    for table in tables.ALL:
        if table.written_by in steps:
            (folder / f"{table.name}.parquet").unlink(missing_ok=True)
    return told


def _input(path: Path) -> dict[str, Any]:
    """What one file was; size and hash are null where it cannot be opened, as the issue list says."""
    told: dict[str, Any] = {"file": path.name, "bytes": None, "sha256": None}
    try:
        if not path.is_file():
            return told
        with path.open("rb") as file:
            told["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
            told["bytes"] = file.tell()
    except OSError:
        pass
    return told


def _twins(inputs: list[dict[str, Any]]) -> Iterator[str]:
    """Files that hold the same, to the byte: nothing is wrong with that, but their rows were read once for each."""
    alike: dict[str, list[str]] = {}
    for row in inputs:
        if row["bytes"]:
            alike.setdefault(row["sha256"], []).append(row["file"])
    for names in alike.values():
        if len(names) > 1:
            yield f"These files hold the same, so each row was read {len(names)} times: {', '.join(names)}."


@contextmanager
def _allowed(paths: Sequence[Path], out: Path) -> Iterator[None]:
    if refusal := folders.why_not_write(out, paths):
        raise NotDone(refusal)
    yield


@contextmanager
def plainly() -> Iterator[None]:
    """Turns what the machine or a table refuses into one sentence. Values never go into it: they may be personal."""
    try:
        yield
    except (backend.WrongTable, backend.Unavailable) as problem:
        raise NotDone(str(problem)) from problem
    except backend.FAILURES as problem:
        raise NotDone(_sentence(problem)) from problem


# How DuckDB says it: of what it may put on disk, and of a disk that others filled.
_FULL: Final = ("max_temp_directory_size", os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))


def _sentence(problem: Exception) -> str:
    number = getattr(problem, "errno", None)
    full = any(words in str(problem) for words in _FULL)
    if number in (errno.ENOSPC, errno.EDQUOT) or full:
        return (
            "The disk is full. Make room, or name a folder on another disk for the output, and start again."
        )
    if isinstance(problem, MemoryError) or "OutOfMemory" in type(problem).__name__:
        return "The machine has too little memory for this. Close other programs or use a larger machine."
    if isinstance(problem, PermissionError):
        return f"No permission for {problem.filename}. Ask whoever looks after this machine, or name another folder."
    if isinstance(problem, OSError):
        where = f" ({problem.filename})" if problem.filename else ""
        return f"The machine could not read or write{where}: {problem.strerror or type(problem).__name__}."
    kind = str(problem) if isinstance(problem, backend.EngineStopped) else type(problem).__name__
    return f"The engine stopped ({kind}). Run it again; if it stays so, report it with this name."
