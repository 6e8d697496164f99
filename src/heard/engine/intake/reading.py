"""Runs intake over paths: finds the sources, has each read by its format, and sums up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from heard.engine.intake import councils, delimited, formats, mapped
from heard.engine.intake.finding import (
    NO_MAPPING,
    Found,
    brought,
    distinct_names,
    file_name,
    find,
    shown,
)
from heard.engine.intake.formats import Format, Job, Mine, Why
from heard.engine.intake.ledger import FileCount, Ledger, Source
from heard.engine.intake.mapping import MappedSource, Mapping, load, nearest
from heard.engine.tables import NotDone, Progress

NOT_READ = "not_read"
"""Kind of a source of which nothing could be used: its file is in a form that Heard does not read, or no mapping names it."""

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
    """What was read in all.

    `notes`: choices that were made, in plain sentences. `mapping`: the one that was used, named or brought by the input.
    `files`: every extract, also those that could not be used. `renamed`: as the mapping says it.
    `untold`: by name, returns of several that do not say of which council they are.
    """

    sources: tuple[SourceSummary, ...]
    notes: tuple[str, ...] = ()
    mapping: Path | None = None
    files: tuple[Path, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)
    untold: tuple[str, ...] = ()

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
    """Reads files and folders into the tables that `heard.engine.tables` says intake writes, in `out`.

    Without `mapping`, one that lies in a folder among the paths is used. `today` is the day after which a date counts as
    future; by default the computer's. Raises NotDone, with a plain sentence, where a path is not there, the mapping
    cannot be used or there are two to choose from, nothing in any path can be read, or `out` cannot be written.
    """
    used = mapping or brought(paths)
    told = load(used) if used else Mapping()
    maps = told.sources
    _refuse_labels(told)
    found = find(paths, maps, leaving=used)
    if not found.anything:
        raise NotDone(" ".join((_nothing(found), *(() if used else _no_mappings(found)))))
    today = today or datetime.now().astimezone().date()
    with _ledger(out, today) as ledger:
        notes, untold = _read_all(found, told, ledger, today, progress or (lambda doing, done: None))
    if used and not mapping:
        notes.insert(0, f"No mapping was named: {file_name(used)}, which came with the extracts, was used.")
    sources = tuple(map(_summary, ledger.sources))
    notes += [*_asides(found, maps), *(() if used else _no_mappings(found))]
    return IntakeSummary(sources, tuple(notes), used, tuple(found.files), told.renamed, tuple(untold))


def _ledger(out: Path, today: date) -> Ledger:
    try:
        return Ledger(out, today)
    except OSError as error:
        raise NotDone(f"The folder {out.name} cannot be written. Choose another for the output.") from error


def _refuse_labels(told: Mapping) -> None:
    names = [form.name for form in formats.known()]
    if unknown := [name for name in told.labels if name not in names]:
        raise NotDone(
            f"The mapping has labels of {unknown[0]}, which is no format. {nearest(unknown[0], names)}"
        )


def _nothing(found: Found) -> str:
    reasons = "; ".join(f"{file_name(path)}: {why.what}" for path, why in found.unread[:3])
    return f"There is nothing that can be read here ({reasons or 'no extracts'}). Name a CIN census file, " \
        "an SSDA903 return, an Annex A workbook, or CSV, Excel or Parquet together with a mapping."  # fmt: skip


def _asides(found: Found, maps: Sequence[MappedSource]) -> Iterator[str]:
    """What the summary has to say of sources without files, and of files that are in no source or could not be used."""
    if missing := [source.name for source in maps if source.name not in found.mapped]:
        yield f"No file is there for these sources of the mapping: {', '.join(missing)}."
    if unmapped := [path for path, why in found.unread if why is NO_MAPPING]:
        yield f"Set aside whole, as no mapping names them: {_names(unmapped)}. Name a mapping that does, or add to it."
    if other := [path for path, why in found.unread if why is not NO_MAPPING]:
        yield f"Could not be used, the issue list says why: {_names(other)}."
    if found.beside:
        yield f"Left out, as they are no extracts: {_names(found.beside)}."


def _no_mappings(found: Found) -> Iterator[str]:
    """That a file beside the extracts was meant as a mapping perhaps, and is none."""
    if meant := [path for path in found.beside if path.suffix.lower() in (".yaml", ".yml")]:
        yield (
            f"No mapping was used: {_names(meant)} is not one as it stands. A mapping begins a line with 'sources:'. "
            "Name it with --mapping FILE to be told what is wrong in it."
        )


def _names(paths: list[Path]) -> str:
    more = len(paths) - _NAMED
    return ", ".join(map(file_name, paths[:_NAMED])) + (f" and {more:,} more" if more > 0 else "")


_NAMED = 8


def _read_all(
    found: Found, told: Mapping, ledger: Ledger, today: date, progress: Progress
) -> tuple[list[str], list[str]]:
    """Reads every source; returns notes on how, and the names of returns that do not say whose they are."""
    agencies, untold = councils.agencies(found, told.councils)
    far = _Far(progress, found)
    for (form, whose), mine in sorted(found.returns.items(), key=lambda item: (item[0][0].name, item[0][1])):
        name = whose.stem if mine[0].path == whose else whose.name
        source = _open(ledger, name or form.name, agencies[whose], form.name)
        _guarded(
            source,
            whose,
            partial(
                _read_return, form, mine, _job(form, told, source, today, far.of(*(one.path for one in mine)))
            ),
        )
    for one in told.sources:
        if one.name in found.mapped:
            source = _open(ledger, one.name, one.agency, mapped.KIND)
            reader = mapped.MappedFiles(one, source, today, several=len(found.mapped[one.name]) > 1)
            for path, name in distinct_names(found.mapped[one.name]).items():
                _guarded(source, path, partial(reader.read, path, name, far.of(path)))
            reader.cover()
    for path, why in found.unread:
        source = _open(ledger, path.stem, "not known", NOT_READ)
        _guarded(source, path, partial(_set_aside, path, why, source))
    notes = [f"{source.name}: {note}" for source in ledger.sources for note in source.notes]
    return [*councils.said_of(untold), *notes], untold


class _Far:
    """How far intake is, by the bytes of files."""

    def __init__(self, progress: Progress, found: Found) -> None:
        self._progress = progress
        self._done, self._all = 0, max(_bytes(found.files), 1)

    def of(self, *paths: Path) -> Progress:
        """For files that are read next, and tell how far they are of themselves."""
        before, mine = self._done, _bytes(paths)
        self._done += mine
        return lambda doing, done: self._progress(
            doing, min(1.0, (before + mine * (done or 0.0)) / self._all)
        )


def _bytes(paths: Iterable[Path]) -> int:
    """A file that is gone meanwhile has none."""
    return sum(path.stat().st_size for path in paths if path.is_file())


def _job(form: Format, told: Mapping, source: Source, today: date, progress: Progress) -> Job:
    return Job(source, today, progress, source.ledger.out, told.labels.get(form.name, {}))


def _read_return(form: Format, mine: list[Mine], job: Job) -> None:
    """With a folder for what does not fit into memory: beside the result, as it holds personal data, and soon gone."""
    with TemporaryDirectory(prefix=".scratch.", dir=job.scratch) as scratch:
        form.read(mine, replace(job, scratch=Path(scratch)))


def _set_aside(path: Path, why: Why, source: Source) -> None:
    """Counts the rows of a file of which nothing can be used, so that they are set aside and not lost."""
    sheet = delimited.open_sheet(path) if why.rows else None
    rows = sum(1 for _ in sheet.rows()) if sheet else 0
    count = f"{rows:,}" if why.rows else "not known"
    source.set_aside_file(
        file_name(path), "left_out", rows=rows, count=count, why=why.what, remedy=why.remedy
    )


def _open(ledger: Ledger, name: str, agency: str, kind: str) -> Source:
    return ledger.open_source(shown(name), agency=agency, kind=kind)


def _guarded(source: Source, path: Path, reading: Callable[[], None]) -> None:
    """A file that can no longer be opened is an issue, not a failure of the run."""
    try:
        reading()
    except OSError:
        source.set_aside_file(file_name(path), "file_unreadable")


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
