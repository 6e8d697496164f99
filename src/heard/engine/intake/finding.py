"""Finds out, by content, what each path is: which files belong to which source, and which are left out and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from heard.engine.intake import delimited, formats, heads, mapping, parquet, workbook
from heard.engine.intake.formats import Format, Mine, Why
from heard.engine.intake.mapping import MappedSource
from heard.engine.intake.sheets import Sheet, plain
from heard.engine.intake.xml_children import root_of
from heard.engine.tables import NotDone

NO_MAPPING = Why(
    "no mapping names it, and it is no file of a return",
    "Name it under 'files' of a source in the mapping, or take it out of the folder.",
    rows=True,
)
_CLOSED = Why("it cannot be opened", "Check that you may read it, and that it is complete.")
_NO_FILE = Why("it is neither a file nor a folder", "Name the file itself, or take it out of the folder.")
_EMPTY = Why("it is empty", "Export it again.")
NO_MAPPING_OF_BOOK = Why(
    "it is a workbook that no mapping names, and no return",
    "Name it under 'files' of a source in the mapping, as .xlsx without a password.",
)
_TWICE = Why(
    "its folder holds a table of the return twice, and the names of the files do not say which belong together",
    "Put each return into a folder of its own, or give the names of its files a word of its own, such as 2024.",
    rows=True,
)
_WORD = re.compile(r"[a-z]+|[0-9]+")
_PACKED = Why("it is packed", "Unpack it.")
_XML_REMEDY = "Send {forms}; anything else as CSV, Excel or Parquet with a mapping."

_TABLES, _WORKBOOKS, _PACKS = (
    (".csv", ".tsv"),
    (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"),
    (".zip", ".gz", ".7z"),
)
WORKBOOK_BEGINS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


type Belonging = tuple[Format, Path]
"""A format, and the file or folder whose files are one source of it."""


@dataclass
class Found:
    """What there is to read. All files that one mapped source takes are one source too.

    `unread`: extracts, by their look, of which nothing can be used. `beside`: what is no extract, such as a README.
    """

    returns: dict[Belonging, list[Mine]] = field(default_factory=dict)
    mapped: dict[str, list[Path]] = field(default_factory=dict)
    unread: list[tuple[Path, Why]] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.returns or self.mapped)

    @property
    def files(self) -> list[Path]:
        """Every file that is an extract, in order of path."""
        returned = (one.path for mine in self.returns.values() for one in mine)
        mapped = (path for files in self.mapped.values() for path in files)
        return sorted((*returned, *mapped, *(path for path, _ in self.unread)))


def brought(paths: Sequence[Path]) -> Path | None:
    """The mapping that the input brings: the one in a folder that was named, or named itself. Raises NotDone where there
    are several."""
    found: dict[Path, Path] = {}
    for given in paths:
        _must_be_there(given)
        try:
            for path in sorted(given.iterdir()) if given.is_dir() else [given]:
                if path.is_file() and mapping.is_mapping(path):
                    found.setdefault(path.resolve(), path)
        except OSError:
            continue  # `find` says so
    if len(found) > 1:
        names = ", ".join(str(path) for path in found.values())
        raise NotDone(f"There are several mappings: {names}. Choose one with --mapping FILE.")
    return next(iter(found.values()), None)


def find(paths: Sequence[Path], mapped: Sequence[MappedSource], *, leaving: Path | None = None) -> Found:
    """Sorts every file of these paths, each once, `leaving` one (the mapping). Raises NotDone where a path is not there."""
    found = Found()
    met = {leaving.resolve()} if leaving else set()
    for given in paths:
        _must_be_there(given)
        for path in _files(given.absolute(), met, found):
            _sort(path, mapped, found)
    _part_returns(found)
    return found


def _part_returns(found: Found) -> None:
    """A folder that holds a table of a return twice holds several returns: told apart by a word of their own in the names
    of their files, such as a year. Where names do not tell, nothing of them can be used: whose rows are whose is not known."""
    for (form, whose), mine in list(found.returns.items()):
        often = Counter(_table(one) for one in mine)
        twice = next((name for name, times in often.items() if times > 1), None)
        if twice is None or form.together == "file":
            continue
        del found.returns[form, whose]
        for mark, files in (parted := _parted(mine, twice)).items():
            found.returns[form, whose.with_name(f"{whose.name} {mark}")] = files
        if not parted:
            found.unread += [(one.path, _TWICE) for one in mine]


def _parted(mine: list[Mine], twice: str) -> dict[str, list[Mine]]:
    """The files of each return by the words that only its names have, or nothing where some file may be of two."""
    words = {one.path: frozenset(_WORD.findall(one.path.stem.lower())) for one in mine}
    copies = [words[one.path] for one in mine if _table(one) == twice]
    own = [copy - frozenset().union(*(copies[:n] + copies[n + 1 :])) for n, copy in enumerate(copies)]
    parted: dict[str, list[Mine]] = {" ".join(sorted(marks)): [] for marks in own}
    for one in mine:
        whose = [marks for marks in own if marks & words[one.path]]
        if len(whose) != 1:
            return {}
        parted[" ".join(sorted(whose[0]))].append(one)
    once = all(len({_table(one) for one in files}) == len(files) for files in parted.values())
    return parted if once else {}


def _table(one: Mine) -> str:
    return str(getattr(one.part, "name", one.part))


def file_name(path: Path) -> str:
    """The name as text that can be stored and shown, whatever bytes it is made of."""
    return shown(path.name)


def distinct_names(paths: Sequence[Path]) -> dict[Path, str]:
    """The name of each file, with as many of its folders as it takes to tell the files apart."""
    depth = dict.fromkeys(paths, 1)
    while True:
        names = {path: shown("/".join(path.parts[-n:])) for path, n in depth.items()}
        often = Counter(names.values())
        deeper = [path for path in paths if often[names[path]] > 1 and depth[path] < len(path.parts)]
        if not deeper:
            return names
        for path in deeper:
            depth[path] += 1


def shown(name: str) -> str:
    """A name as text that can be stored and shown."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)


def _must_be_there(path: Path) -> None:
    if (
        path == Path()
    ):  # also what an empty word becomes: a slip in a script must not read wherever it happens to run
        raise NotDone("The path is empty, or the folder in which you are. Name the file or folder to read.")
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise NotDone(f"{file_name(path)} is not there. Check the path, and that you may read it.")


def _files(path: Path, met: set[Path], found: Found) -> Iterator[Path]:
    """A file itself; of a folder all files below it, in order of name, links last: a file is known by its own name.

    Hidden ones are passed over, and what cannot be opened is left out with its reason.
    """
    try:
        if (real := path.resolve()) in met:
            return
        met.add(real)
        if path.is_file():
            yield path
        elif path.is_dir():
            for inner in sorted(path.iterdir(), key=lambda p: (p.is_symlink(), p)):
                if not inner.name.startswith("."):
                    yield from _files(inner, met, found)
        elif path.suffix.lower() in (*_TABLES, ".xml"):
            found.unread.append((path, _NO_FILE))
        else:
            found.beside.append(path)
    except OSError:
        found.unread.append((path, _CLOSED))


def _sort(path: Path, mapped: Sequence[MappedSource], found: Found) -> None:
    try:
        with path.open("rb") as stream:
            start = stream.read(200)
        named = [source for source in mapped if source.takes(path.name)]
        if takes := next((source for source in named if not source.strict), None):
            found.mapped.setdefault(takes.name, []).append(path)
        elif _recognised(path, start, found):
            return
        elif takes := next((source for source in named if _has_columns(path, start, source)), None):
            found.mapped.setdefault(takes.name, []).append(path)
        elif why := _why_unread(path, start):
            found.unread.append((path, why))
        else:
            found.beside.append(path)
    except OSError:
        found.unread.append((path, _CLOSED))


def _has_columns(path: Path, start: bytes, source: MappedSource) -> bool:
    """Whether a table has every column that a mapping names."""
    try:
        if start.startswith(parquet.BEGINS):
            sheets: Sequence[Sheet] = [parquet.sheet(path)]
        elif workbook.is_workbook(start[:4]):
            wanted = (source.sheet or "").strip().casefold()
            sheets = [
                sheet
                for sheet in workbook.sheets(path)
                if not wanted or sheet.title.strip().casefold() == wanted
            ]
        else:
            sheets = [one for one in [delimited.open_sheet(path)] if one]
    except workbook.NotReadable:
        return False
    if not sheets:
        return False
    there = {plain(name) for name in heads.by_names(sheets[0], source.columns).header}
    return all(plain(name) in there for name in source.columns)


def _recognised(path: Path, start: bytes, found: Found) -> bool:
    """Whether a format takes the file, or says why it nearly does."""
    nearly: Why | None = None
    for form in formats.known():
        mine = form.recognises(path, start)
        if isinstance(mine, Mine):
            whose = path if form.together == "file" or mine.alone else path.parent
            found.returns.setdefault((form, whose), []).append(replace(mine, file=file_name(path)))
            return True
        nearly = nearly or mine
    if nearly:
        found.unread.append((path, nearly))
    return nearly is not None


def _why_unread(path: Path, start: bytes) -> Why | None:
    """Why nothing of a file that looks like an extract can be used; null where it does not look like one."""
    kind = path.suffix.lower()
    if kind in _WORKBOOKS or (kind in _TABLES and start.startswith(WORKBOOK_BEGINS)):
        return NO_MAPPING_OF_BOOK
    if kind in _PACKS:
        return _PACKED
    if kind == ".xml":
        return Why(_xml_reason(path), _XML_REMEDY.format(forms=_forms())) if start else _EMPTY
    if kind in _TABLES and not start:
        return _EMPTY
    if kind in _TABLES or (kind == ".txt" and start and delimited.is_table(path)):
        return NO_MAPPING
    return None


def _xml_reason(path: Path) -> str:
    return "it is XML of another kind" if root_of(path) else "it is not XML that can be read"


def _forms() -> str:
    return "; ".join(form.send for form in formats.known())
