"""Reads rows of text out of any CSV-like file without ever failing on one: encodings, separators, quotes, ragged rows.

Hides how bytes become rows. Memory stays flat: one row at a time, and no row longer than `LONGEST_LINE`.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from heard.engine.intake.sheets import Row, Said, fitted

LONGEST_LINE = 1_000_000
_MOST_LINES_IN_A_ROW = 60
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}

_SEPARATOR = re.compile(r'"?sep=.?"?,*', re.IGNORECASE)

csv.field_size_limit(3 * LONGEST_LINE)


_ENCODINGS = {"cp1252": "Windows-1252", "latin-1": "Latin-1", "utf-16": "UTF-16"}


@dataclass(frozen=True)
class TextSheet:
    """A text whose first line is a header."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    def said(self) -> Iterator[Said]:
        if self.encoding != "utf-8-sig":
            written = _ENCODINGS[self.encoding.removesuffix("-le").removesuffix("-be")]
            yield Said("encoding", filling={"encoding": written})
        if self.delimiter != ",":
            yield Said("delimiter", filling={"delimiter": _DELIMITERS[self.delimiter]})

    def rows(self) -> Iterator[Row]:
        return rows(self)


# Two letters of UTF-16 without a mark: which of the first four bytes are noughts.
_UTF16: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}


def encoding_of(path: Path) -> str:
    """utf-16 by its mark, or utf-16-le and -be by its noughts; else the first of utf-8-sig, cp1252 and latin-1 that the
    whole file can be read as."""
    with path.open("rb") as stream:
        start = stream.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if len(start) == 4 and (half := _UTF16.get(tuple(byte == 0 for byte in start))):
            return half
        stream.seek(0)
        trial = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "cp1252")}
        while trial and (block := stream.read(1 << 20)):
            trial = {name: decoder for name, decoder in trial.items() if _takes(decoder, block)}
    for name, decoder in trial.items():
        if _takes(decoder, b"", final=True):
            return name
    return "latin-1"


def is_written_in(path: Path, encoding: str) -> bool:
    """Whether the whole file can be read in an encoding; not, where there is none of that name."""
    try:
        with path.open(encoding=encoding) as stream:
            while stream.read(1 << 20):
                pass
    except (LookupError, ValueError):
        return False
    return True


def _takes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def open_sheet(path: Path) -> TextSheet | None:
    """The file's shape, or null where it holds no line at all. Raises OSError where it cannot be opened."""
    encoding = encoding_of(path)
    first = next(_lines(path, encoding), None)
    if first is None or len(first) >= LONGEST_LINE:
        return None
    headers = {mark: _header(_Ahead(_lines(path, encoding)), mark) for mark in _DELIMITERS}
    delimiter = max(headers, key=lambda mark: len(headers[mark]))
    names = (" ".join(cell.replace("\0", "").split()) for cell in headers[delimiter])
    return TextSheet(path, encoding, delimiter, tuple(names))


def is_table(path: Path) -> bool:
    """Whether a text is a table rather than prose: two or more columns, and a first row of just as many."""
    sheet = open_sheet(path)
    first = next(rows(sheet), None) if sheet and len(sheet.header) > 1 else None
    return first is not None and first.cells is not None and "row_short" not in first.faults


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Lines that hold something. One that is too long comes cut at `LONGEST_LINE`, its rest is passed over. A first line such as
    "sep=;", by which a spreadsheet says what is between its cells, is no row."""
    first = True
    with open(path, encoding=encoding, errors="replace", newline=None) as stream:
        while line := stream.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                    pass
            if line.strip("\r\n\x1a") and not (first and _SEPARATOR.fullmatch(line.strip())):
                yield line
            first = False


def rows(sheet: TextSheet) -> Iterator[Row]:
    """Every row below the header, as many cells as the header has, or null with the reason among the faults."""
    ahead = _Ahead(_lines(sheet.path, sheet.encoding))
    _header(ahead, sheet.delimiter)
    width, number = len(sheet.header), 0
    while (line := ahead.take()) is not None:
        number += 1
        if len(line) >= LONGEST_LINE:
            yield Row(number, None, ("row_endless",))
            continue
        faults: tuple[str, ...] = ()
        if "\0" in line:
            line, faults = line.replace("\0", ""), ("nul_bytes",)
        cells, closed = _cells(line, ahead, sheet.delimiter)
        yield fitted(number, cells, width, faults if closed else (*faults, "quote_open"))


class _Ahead:
    """Lines that can be handed back when a quotation mark turns out never to close."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()

    def take(self) -> str | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))


def _header(ahead: _Ahead, delimiter: str) -> list[str]:
    """Takes the header, whose names may run over lines where they are quoted."""
    line = ahead.take()
    return _cells(line, ahead, delimiter)[0] if line is not None else []


def _cells(line: str, ahead: _Ahead, delimiter: str) -> tuple[list[str], bool]:
    """Cells of the row that begins with this line, and whether each quotation mark was closed."""
    if '"' in line:
        return _quoted(line, ahead, delimiter)
    return line.rstrip("\r\n").split(delimiter), True


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
