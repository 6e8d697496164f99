"""Finds out, by content, what each path is: which files belong to which source, and which are left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from heard.engine.intake import cin_census, ssda903
from heard.engine.intake.mapping import MappedSource
from heard.engine.tables import NotDone


@dataclass
class Found:
    """What there is to read. A folder of SSDA903 files is one source; so are all files that one mapped source takes."""

    census: list[Path] = field(default_factory=list)
    returns: dict[Path, list[tuple[Path, str, ssda903.Table]]] = field(default_factory=dict)
    mapped: dict[str, list[Path]] = field(default_factory=dict)
    left_out: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.census or self.returns or self.mapped)


def find(paths: Sequence[Path], mapped: Sequence[MappedSource], *, leaving: Path | None = None) -> Found:
    """Sorts every file of these paths, each once, `leaving` one (the mapping). Raises NotDone where a path is not there."""
    found = Found()
    met = {leaving.resolve()} if leaving else set()
    for given in paths:
        _must_be_there(given)
        for path in _files(given.absolute(), met, found):
            _sort(path, mapped, found)
    return found


def file_name(path: Path) -> str:
    """The name as text that can be stored, whatever bytes it is made of."""
    return path.name.encode("utf-8", "replace").decode()


def _must_be_there(path: Path) -> None:
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise NotDone(f"{file_name(path)} is not there. Check the path, and that you may read it.")


def _files(path: Path, met: set[Path], found: Found) -> Iterator[Path]:
    """A file itself; of a folder all files below it, in order of name. Hidden ones are passed over, links that lead
    back are followed once, and what cannot be opened is left out with its reason."""
    try:
        if (real := path.resolve()) in met:
            return
        met.add(real)
        if path.is_file():
            yield path
        elif path.is_dir():
            for inner in sorted(path.iterdir()):
                if not inner.name.startswith("."):
                    yield from _files(inner, met, found)
        else:
            found.left_out.append((path, "it is neither a file nor a folder"))
    except OSError:
        found.left_out.append((path, "it cannot be opened"))


def _sort(path: Path, mapped: Iterable[MappedSource], found: Found) -> None:
    try:
        with path.open("rb") as stream:
            start = stream.read(200)
        takes = next((source for source in mapped if source.takes(path.name)), None)
        if takes:
            found.mapped.setdefault(takes.name, []).append(path)
        elif not start:
            found.left_out.append((path, "it is empty"))
        elif _looks_like_xml(start):
            why = cin_census.recognises(path)
            found.census.append(path) if why is None else found.left_out.append((path, why))
        elif path.suffix.lower() not in (".csv", ".txt", ".tsv"):
            found.left_out.append((path, "it is of a kind that Heard does not read"))
        elif table := ssda903.recognises(path):
            found.returns.setdefault(path.parent, []).append((path, file_name(path), table))
        else:
            found.left_out.append((path, "no mapping names it, and it is no file of a return"))
    except OSError:
        found.left_out.append((path, "it cannot be opened"))


def _looks_like_xml(start: bytes) -> bool:
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
