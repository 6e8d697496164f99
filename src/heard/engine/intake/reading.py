"""Runs intake over paths: finds the sources, has each read by its format, and sums up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from heard.engine.intake import cin_census, mapped, mapping, ssda903
from heard.engine.intake.finding import Found, file_name, find
from heard.engine.intake.ledger import FileCount, Ledger, Source
from heard.engine.tables import NotDone, Progress

EXAMPLES = Path(__file__).with_name("mappings")
"""Folder of the mappings that come with Heard; `partnership.yaml` holds five sources in one file."""


@dataclass(frozen=True)
class SourceSummary:
    """What was read of one source. `read` = `kept` + `set_aside`, in rows; `notes` are choices that were made."""

    source: str
    agency: str
    kind: str
    read: int
    kept: int
    set_aside: int
    issues: int
    files: tuple[FileCount, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class IntakeSummary:
    """What was read in all."""

    sources: tuple[SourceSummary, ...]

    @property
    def read(self) -> int:
        return sum(source.read for source in self.sources)

    @property
    def kept(self) -> int:
        return sum(source.kept for source in self.sources)

    @property
    def set_aside(self) -> int:
        return sum(source.set_aside for source in self.sources)

    @property
    def issues(self) -> int:
        return sum(source.issues for source in self.sources)


def read(
    paths: Sequence[Path],
    *,
    out: Path,
    mapping: Path | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> IntakeSummary:
    """Reads files and folders into the tables sources, records, observations, coverage and issues in `out`.

    `today` is the day after which a date counts as future; by default the computer's. Raises NotDone, with a plain
    sentence, where a path is not there, the mapping cannot be used, nothing in any path is of a kind that can be
    read, or `out` cannot be written.
    """
    maps = _maps(mapping)
    found = find(paths, maps, leaving=mapping)
    if not found.anything:
        raise NotDone(_nothing(found))
    today = today or datetime.now().astimezone().date()
    try:
        ledger = Ledger(out)
    except OSError as error:
        raise NotDone(f"The folder {out.name} cannot be written. Choose another for the output.") from error
    with ledger:
        _read_all(found, maps, ledger, today, progress or (lambda doing, done: None))
    return IntakeSummary(tuple(map(_summary, ledger.sources)))


def _maps(path: Path | None) -> tuple[mapping.MappedSource, ...]:
    return mapping.load(path) if path is not None else ()


def _nothing(found: Found) -> str:
    reasons = "; ".join(f"{file_name(path)}: {why}" for path, why in found.left_out[:3])
    return f"There is nothing that can be read here ({reasons or 'no files'}). Name a CIN census file, " \
        "a folder of SSDA903 files, or CSV files together with a mapping."  # fmt: skip


def _read_all(
    found: Found, maps: Sequence[mapping.MappedSource], ledger: Ledger, today: date, progress: Progress
) -> None:
    for path in found.census:
        source = _open(ledger, path.stem, cin_census.AGENCY, cin_census.FORMAT)
        _guarded(source, path, partial(cin_census.read, path, file_name(path), source, today, progress))
    for folder, files in found.returns.items():
        source = _open(ledger, folder.name or "ssda903", ssda903.AGENCY, ssda903.FORMAT)
        for path, why in _take_from(found, folder):
            source.note(file_name(path), "left_out", why=why)
        _guarded(source, folder, partial(ssda903.read, files, source, today, progress))
    for one in maps:
        if one.name in found.mapped:
            source = _open(ledger, one.name, one.agency, mapped.KIND)
            reader = mapped.MappedFiles(one, source, today)
            for path in found.mapped[one.name]:
                _guarded(source, path, partial(reader.read, path, file_name(path), progress))
            reader.cover()
    for path, why in found.left_out:
        source = _open(ledger, path.stem, "not known", "not_read")
        source.note(file_name(path), "left_out", why=why)


def _open(ledger: Ledger, name: str, agency: str, kind: str) -> Source:
    return ledger.open_source(name.encode("utf-8", "replace").decode(), agency=agency, kind=kind)


def _take_from(found: Found, folder: Path) -> Iterator[tuple[Path, str]]:
    """Files beside a return that are no part of it: noted with it, not as sources of their own."""
    for path, why in [item for item in found.left_out if item[0].parent == folder]:
        found.left_out.remove((path, why))
        yield path, why


def _guarded(source: Source, path: Path, reading: Callable[[], None]) -> None:
    """A file that can no longer be opened is an issue, not a failure of the run."""
    try:
        reading()
    except OSError:
        source.note(file_name(path), "file_unreadable")


def _summary(source: Source) -> SourceSummary:
    return SourceSummary(
        source=source.name,
        agency=source.agency,
        kind=source.kind,
        read=source.read,
        kept=source.kept,
        set_aside=source.set_aside_count,
        issues=source.issues,
        files=tuple(source.files.values()),
        notes=tuple(source.notes),
    )
