"""Reads rows of text out of any CSV-like file without ever failing on one: encodings, separators, quotes, ragged rows.

Hides how bytes become rows. Memory stays flat: one row at a time, and no row longer than `LONGEST_LINE`.
"""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

LONGEST_LINE = 1_000_000
_MOST_LINES_IN_A_ROW = 60
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}

csv.field_size_limit(3 * LONGEST_LINE)


class Row(NamedTuple):
    """One row below the header. `cells` is null where it cannot be read; `faults` are codes of `faults.FAULTS`."""

    number: int
    cells: list[str] | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A file that has a header: how to read it."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    @property
    def delimiter_in_words(self) -> str:
        return _DELIMITERS[self.delimiter]

    @property
    def plain(self) -> dict[str, int]:
        """Plain column name to its place; the first of two alike."""
        places: dict[str, int] = {}
        for place, name in enumerate(self.header):
            places.setdefault(plain(name), place)
        return places


def plain(name: str) -> str:
    """A column's name as compared: case, blanks, hyphens and underscores make no difference."""
    return "".join(c for c in name.casefold() if c not in " _-\t\n")


def encoding_of(path: Path) -> str:
    """utf-8-sig, utf-16 by its mark, cp1252 or latin-1: the first that the whole file can be read as."""
    with path.open("rb") as stream:
        start = stream.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        stream.seek(0)
        trial = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "cp1252")}
        while trial and (block := stream.read(1 << 20)):
            trial = {name: decoder for name, decoder in trial.items() if _takes(decoder, block)}
    for name, decoder in trial.items():
        if _takes(decoder, b"", final=True):
            return name
    return "latin-1"


def _takes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def open_sheet(path: Path) -> Sheet | None:
    """The file's shape, or null where it holds no line at all. Raises OSError where it cannot be opened."""
    encoding = encoding_of(path)
    first = next(_lines(path, encoding), None)
    if first is None or len(first) >= LONGEST_LINE:
        return None
    delimiter = max(_DELIMITERS, key=lambda mark: len(_split(first, mark)))
    return Sheet(
        path, encoding, delimiter, tuple(cell.replace("\0", "").strip() for cell in _split(first, delimiter))
    )


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Lines that hold something. One that is too long comes cut at `LONGEST_LINE`, its rest is passed over."""
    with open(path, encoding=encoding, errors="replace", newline=None) as stream:
        while line := stream.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                    pass
            if line.strip("\r\n\x1a"):
                yield line


def rows(sheet: Sheet) -> Iterator[Row]:
    """Every row below the header, as many cells as the header has, or null with the reason among the faults."""
    ahead = _Ahead(_lines(sheet.path, sheet.encoding))
    ahead.take()
    width, number = len(sheet.header), 0
    while (line := ahead.take()) is not None:
        number += 1
        if len(line) >= LONGEST_LINE:
            yield Row(number, None, ("row_endless",))
            continue
        faults: tuple[str, ...] = ()
        if "\0" in line:
            line, faults = line.replace("\0", ""), ("nul_bytes",)
        if '"' in line:
            cells, closed = _quoted(line, ahead, sheet.delimiter)
            faults = faults if closed else (*faults, "quote_open")
        else:
            cells = line.rstrip("\r\n").split(sheet.delimiter)
        yield _fitted(number, cells, width, faults)


class _Ahead:
    """Lines that can be handed back when a quotation mark turns out never to close."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()

    def take(self) -> str | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))


def _quoted(line: str, ahead: _Ahead, delimiter: str) -> tuple[list[str], bool]:
    """Cells of a row with quotation marks, which may run over lines; and whether each mark was closed."""
    more: list[str] = []
    ran_out = False

    def feed() -> Iterator[str]:
        nonlocal ran_out
        yield line
        while room() and (following := ahead.take()) is not None:
            more.append(following)
            yield following.replace("\0", "")
        ran_out = True

    def room() -> bool:
        return len(more) < _MOST_LINES_IN_A_ROW and sum(map(len, more)) < LONGEST_LINE

    cells = next(csv.reader(feed(), delimiter=delimiter), [])
    if not ran_out and (not more or _well_quoted([line, *more], delimiter)):
        return cells, True
    ahead.give_back(more)
    return [cell.strip('"') for cell in line.rstrip("\r\n").split(delimiter)], False


def _well_quoted(lines: list[str], delimiter: str) -> bool:
    """A row over several lines must be beyond doubt, or a stray mark would swallow other children's rows."""
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return False
    return True


def _fitted(number: int, cells: list[str], width: int, faults: tuple[str, ...]) -> Row:
    if not any(cell.strip() for cell in cells):
        return Row(number, None, (*faults, "row_blank"))
    if len(cells) < width:
        return Row(number, cells + [""] * (width - len(cells)), (*faults, "row_short"))
    if any(cell.strip() for cell in cells[width:]):
        return Row(number, None, (*faults, "row_long"))
    return Row(number, cells[:width], faults)
