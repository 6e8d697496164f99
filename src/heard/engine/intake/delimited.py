"""Reads rows of text out of any CSV-like file without ever failing on one: encodings, separators, quotes, ragged rows.

Hides how bytes become rows. Memory stays flat: some megabytes at a time, and no row longer than `LONGEST_LINE`.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from io import TextIOWrapper
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from heard.engine.intake.sheets import Batch, Said, SheetRow, Whole, as_batch, fitted

LONGEST_LINE = 1_000_000
_MOST_LINES_IN_A_ROW = 60
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}

_SEPARATOR = re.compile(r'"?sep=.?"?,*', re.IGNORECASE)

csv.field_size_limit(3 * LONGEST_LINE)


_ENCODINGS = {"cp1252": "Windows-1252", "latin-1": "Latin-1", "utf-16": "UTF-16"}


@dataclass(frozen=True)
class TextSheet:
    """A text and its header: its first row, or the one with so many rows `above` it."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    above: int = 0

    def said(self) -> Iterator[Said]:
        if self.encoding != "utf-8-sig":
            written = _ENCODINGS[self.encoding.removesuffix("-le").removesuffix("-be")]
            yield Said("encoding", filling={"encoding": written})
        if self.delimiter != ",":
            yield Said("delimiter", filling={"delimiter": DELIMITERS[self.delimiter]})

    def rows(self) -> Iterator[SheetRow]:
        return rows(self)

    def batches(self, places: Collection[int]) -> Iterator[Batch]:
        return batches(self, places)


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
    return next((name for name in ("utf-8-sig", "cp1252") if is_written_in(path, name)), "latin-1")


def is_written_in(path: Path, encoding: str) -> bool:
    """Whether the whole file can be read in an encoding; not, where there is none of that name."""
    try:
        with path.open(encoding=encoding) as stream:
            while stream.read(1 << 20):
                pass
    except (LookupError, ValueError):
        return False
    return True


def open_sheet(path: Path) -> TextSheet | None:
    """The file's shape, or null where it holds no line at all. Raises OSError where it cannot be opened."""
    encoding = encoding_of(path)
    first = next(_lines(path, encoding), None)
    if first is None or len(first) >= LONGEST_LINE:
        return None
    headers = {mark: _header(_Ahead(_lines(path, encoding)), mark) for mark in DELIMITERS}
    delimiter = max(headers, key=lambda mark: len(headers[mark]))
    names = (" ".join(cell.replace("\0", "").split()) for cell in headers[delimiter])
    return TextSheet(path, encoding, delimiter, tuple(names))


def is_table(path: Path) -> bool:
    """Whether a text is a table rather than prose: two or more columns, and a first row of just as many."""
    sheet = open_sheet(path)
    first = next(rows(sheet), None) if sheet and len(sheet.header) > 1 else None
    return first is not None and first.cells is not None and "row_short" not in first.faults


def top(path: Path, encoding: str, delimiter: str, most: int) -> list[list[str]]:
    """The first rows of a text, so many at most and from its first line on, with one mark between cells."""
    ahead = _Ahead(_lines(path, encoding))
    return [cells for _ in range(most) if (cells := _header(ahead, delimiter))]


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


def rows(sheet: TextSheet) -> Iterator[SheetRow]:
    """Every row below the header, as many cells as the header has, or null with the reason among the faults."""
    ahead = _Ahead(_lines(sheet.path, sheet.encoding))
    _take_header(ahead, sheet)
    number = 0
    while (line := ahead.take()) is not None:
        number += 1
        yield _row(number, line, ahead, sheet)


def _row(number: int, line: str, ahead: _Ahead, sheet: TextSheet) -> SheetRow:
    """The row that begins with this line."""
    if len(line) >= LONGEST_LINE:
        return SheetRow(number, None, ("row_endless",))
    faults: tuple[str, ...] = ()
    if "\0" in line:
        line, faults = line.replace("\0", ""), ("nul_bytes",)
    cells, closed = _cells(line, ahead, sheet.delimiter)
    return fitted(number, cells, len(sheet.header), faults if closed else (*faults, "quote_open"))


class _Ahead:
    """Lines that can be handed back when a quotation mark turns out never to close. `taken`: how many are; `dry`: whether more
    were asked for than there are."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()
        self.taken, self.dry = 0, False

    def take(self) -> str | None:
        line = self._back.popleft() if self._back else next(self._lines, None)
        if line is None:
            self.dry = True
        else:
            self.taken += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.taken -= len(lines)


def _take_header(ahead: _Ahead, sheet: TextSheet) -> None:
    """Takes the header, and the rows above it."""
    for _ in range(sheet.above + 1):
        _header(ahead, sheet.delimiter)


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


# ---- many rows at once

_BLOCK = 8_000_000  # letters
_NUL, _NEWLINE, _QUOTE = b'\0\n"'


@cache  # not while this is loaded: an array of Python's own makes Arrow load pandas, which no page and few commands need
def _printed() -> pa.StringArray:
    return pa.array([chr(code) for code in range(0x21, 0x7F)])


def batches(sheet: TextSheet, places: Collection[int]) -> Iterator[Batch]:
    """The rows of `rows`, many at once: lines that are beyond doubt as Arrow reads them, the others as `rows` does."""
    number, left, begun, last = 0, "", False, False
    size = sheet.path.stat().st_size or 1
    with sheet.path.open("rb") as raw, TextIOWrapper(raw, sheet.encoding, "replace") as stream:
        while not last:
            text = _whole_lines(stream)
            last = not text
            block = _Block(sheet, left + text, first=not begun, last=last)
            batch = block.batch(number, places or (0,), min(1.0, raw.tell() / size))
            begun, left = block.begun, block.left
            if batch:
                number += batch.read
                yield batch


def _whole_lines(stream: TextIOWrapper) -> str:
    """Some text that ends where a line does. Of a line that is too long at its end, the rest is passed over."""
    text = stream.read(_BLOCK)
    if text and not text.endswith("\n"):
        rest = stream.readline(LONGEST_LINE)
        text += rest if rest.endswith("\n") else f"{rest}\n"
        while rest and not rest.endswith("\n"):
            rest = stream.readline(LONGEST_LINE)
    return text


class _Block:
    """Whole lines of a file. `begun`: whether its header is behind; `left`: lines that cannot be told without those to come."""

    def __init__(self, sheet: TextSheet, text: str, *, first: bool, last: bool) -> None:
        self._sheet, self._last = sheet, last
        self.left, self.begun = "", True
        self._lines = _filled(text.encode(), first)
        if first:
            ahead = self._ahead(0)
            _take_header(ahead, sheet)
            if ahead.dry and not last:
                self.left, self.begun = text, False
            self._lines = self._lines[ahead.taken if self.begun else len(self._lines) :]

    def _ahead(self, start: int) -> _Ahead:
        return _Ahead(self._line(place) for place in range(start, len(self._lines)))

    def _line(self, place: int) -> str:
        line: str = self._lines[place].as_py()
        return line[:LONGEST_LINE]

    def batch(self, number: int, places: Collection[int], done: float) -> Batch | None:
        """The block's rows, of which the first has the number after this one; null where it has none."""
        doubted, plain = self._doubted()
        if not len(self._lines):
            return None
        begins = plain.copy()
        begins[list(doubted)] = True
        numbers = np.cumsum(begins) + number
        rows = [row._replace(number=int(numbers[place])) for place, row in doubted.items()]
        at = np.flatnonzero(plain)
        table, ragged = _parsed(
            self._lines if plain.all() else self._lines.take(pa.array(at)), self._sheet, places
        )
        fits = np.ones(len(at), bool)
        fits[ragged] = False
        rows += (self._alone(numbers, place) for place in at[ragged])
        at = at[fits]
        fits = np.ones(len(at), bool)
        for some in _blank(table):
            row = self._alone(numbers, at[some])
            if row.cells is None:
                fits[some] = False
                rows.append(row)
        if not fits.all():
            table = {place: column.filter(pa.array(fits)) for place, column in table.items()}
        return _merged(Batch(numbers[at[fits]], table, (), done), sorted(rows))

    def _alone(self, numbers: Whole, place: int) -> SheetRow:
        return _row(int(numbers[place]), self._line(place), _Ahead(iter(())), self._sheet)

    def _doubted(self) -> tuple[dict[int, SheetRow], npt.NDArray[np.bool_]]:
        """Rows that begin with a line that is not beyond doubt, by its place; and which lines are in none of these rows. Where
        such a row may go on behind the block, the block ends before it."""
        doubted: dict[int, SheetRow] = {}
        plain = np.ones(len(self._lines), bool)
        free = 0
        for place in _in_doubt(self._lines, self._sheet.delimiter).tolist():
            if place < free:
                continue
            ahead = self._ahead(place + 1)
            row = _row(0, self._line(place), ahead, self._sheet)
            if ahead.dry and not self._last:
                self.left = _bytes_of(self._lines[place:]).to_pybytes().decode()
                self._lines = self._lines[:place]
                return doubted, plain[:place]
            doubted[place] = row
            free = place + 1 + ahead.taken
            plain[place:free] = False
        return doubted, plain


def _filled(data: bytes, first: bool) -> pa.StringArray:
    """The lines that hold something, each with its end: what `_lines` yields."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE) + 1
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    lines = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data))
    filled = np.diff(offsets) > 1
    if b"\x1a" in data:
        filled &= ~_bools(pc.match_substring_regex(lines, r"\A\x1a*\n\z"))
    if first and len(lines) and _SEPARATOR.fullmatch(lines[0].as_py().strip()):
        filled[0] = False
    return lines if filled.all() else lines.filter(pa.array(filled))


def _bytes_of(lines: pa.StringArray) -> pa.Buffer:
    """The text of lines that stand one after another."""
    offsets = _offsets(lines)
    return lines.buffers()[2].slice(int(offsets[0]), int(offsets[-1] - offsets[0]))


def _offsets(lines: pa.StringArray) -> npt.NDArray[np.int32]:
    held = np.frombuffer(lines.buffers()[1], np.int32)
    return held[lines.offset : lines.offset + len(lines) + 1]


def _in_doubt(lines: pa.StringArray, delimiter: str) -> npt.NDArray[np.intp]:
    """Places of the lines that are too long, hold a NUL, or a quotation mark that neither opens nor closes a cell."""
    if not len(lines):
        return np.empty(0, np.intp)
    offsets = _offsets(lines) - _offsets(lines)[0]
    text = np.frombuffer(_bytes_of(lines), np.uint8)
    found = [np.flatnonzero(np.diff(offsets) >= LONGEST_LINE)]
    found.append(np.searchsorted(offsets, np.flatnonzero(text == _NUL), "right") - 1)
    quotes = np.flatnonzero(text == _QUOTE)
    if len(quotes):
        found.append(_badly_quoted(text, quotes, offsets, ord(delimiter)))
    return np.unique(np.concatenate(found))


def _badly_quoted(
    text: npt.NDArray[np.uint8], quotes: npt.NDArray[np.intp], offsets: npt.NDArray[np.int32], delimiter: int
) -> npt.NDArray[np.intp]:
    """Lines with an odd number of marks, or with one that opens behind a letter or closes before one."""
    line = np.searchsorted(offsets, quotes, "right") - 1
    count = np.bincount(line, minlength=len(offsets) - 1)
    opens = (np.arange(len(quotes)) - (np.cumsum(count) - count)[line]) % 2 == 0
    beside = np.where(opens, text[quotes - 1], text[np.minimum(quotes + 1, len(text) - 1)])
    beside[(quotes == 0) & opens] = _NEWLINE
    bad = ~np.isin(beside, np.array([delimiter, _NEWLINE, _QUOTE], np.uint8))
    return np.concatenate((line[bad], np.flatnonzero(count % 2)))


def _parsed(
    lines: pa.StringArray, sheet: TextSheet, places: Collection[int]
) -> tuple[dict[int, pa.StringArray], list[int]]:
    """The cells of lines that are beyond doubt, and the places of those with more or fewer cells than the header."""
    if not len(lines):
        return {place: pa.array([], pa.string()) for place in places}, []
    ragged: list[int] = []

    def passed_over(row: pv.InvalidRow) -> str:
        ragged.append(row.number - 1)
        return "skip"

    data = _bytes_of(lines)
    names = [str(place) for place in range(len(sheet.header))]
    table = pv.read_csv(
        pa.BufferReader(data),
        pv.ReadOptions(use_threads=False, block_size=data.size + 1, column_names=names),
        pv.ParseOptions(
            delimiter=sheet.delimiter,
            quote_char='"' if pc.any(pc.match_substring(lines, '"')).as_py() else False,
            ignore_empty_lines=False,
            invalid_row_handler=passed_over,
        ),
        pv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=[str(place) for place in places],
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    return {place: table[str(place)].combine_chunks().cast(pa.string()) for place in places}, ragged


def _blank(cells: dict[int, pa.StringArray]) -> list[int]:
    """Rows that may hold nothing at all."""
    left: npt.NDArray[np.intp] | None = None
    for column in cells.values():
        some = column if left is None else column.take(pa.array(left))
        begins = pc.utf8_slice_codeunits(some, 0, 1)
        none = np.flatnonzero(~_bools(pc.is_in(begins, value_set=_printed())))
        left = none if left is None else left[none]
        if not len(left):
            break
    return [] if left is None else left.tolist()


def _merged(batch: Batch, rows: list[SheetRow]) -> Batch:
    """The batch with rows that were read one by one, where each belongs."""
    faulty = tuple(row for row in rows if row.faults)
    more = as_batch([row for row in rows if row.cells is not None], batch.cells)
    if not len(more.numbers):
        return replace(batch, faulty=faulty)
    numbers = np.concatenate((batch.numbers, more.numbers))
    order = np.argsort(numbers)
    cells = {
        place: pa.concat_arrays([column, more.cells[place]]).take(pa.array(order))
        for place, column in batch.cells.items()
    }
    return Batch(numbers[order], cells, faulty, batch.done)


def _bools(flags: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    return flags.to_numpy(zero_copy_only=False)
