"""Where a table's names of columns stand: below lines with a title, or in two rows of which the upper is merged over several columns.

A row is the head by what is asked for (`by_names`: the names that a mapping wants) or by its look (`by_look`: words over cells
with days and numbers).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from heard.engine.intake import delimited
from heard.engine.intake.column_names import told_by
from heard.engine.intake.delimited import DELIMITERS, TextSheet
from heard.engine.intake.sheets import Sheet, plain
from heard.engine.intake.values import read_date, read_number, read_postcode
from heard.engine.intake.workbook import WorkbookSheet

_WITHIN = 20  # rows, as in workbooks
_MOST_COLUMNS = 1_000

type _Rows = Sequence[tuple[int, list[str]]]
"""Rows from the top on, each with how many rows there are down to it."""


class _Head(NamedTuple):
    names: tuple[str, ...]
    down_to: int
    delimiter: str = ""


def by_names(sheet: Sheet, wanted: Iterable[str]) -> Sheet:
    """The same table with the head that has more of these names than the one that it was opened with; else itself."""
    keys = {plain(name) for name in wanted}
    found = _known(sheet.header, keys)
    if found == len(keys):
        return sheet
    best: _Head | None = None
    for delimiter, rows in _tops(sheet):
        for head in _heads(rows):
            if (known := _known(head.names, keys)) > found:
                best, found = head._replace(delimiter=delimiter), known
    return _headed(sheet, best) if best else sheet


def by_look(sheet: Sheet) -> Sheet | None:
    """The same table with the head that looks like one; null where none does, so that the first row may be a child's."""
    if not isinstance(sheet, TextSheet | WorkbookSheet):
        return sheet  # a Parquet file says its names
    if isinstance(sheet, TextSheet):
        delimiter, rows = max(_tops(sheet), key=lambda pair: _evenness(pair[1]))
    else:
        delimiter, rows = next(iter(_tops(sheet)))
    width = max((len(cells) for _, cells in rows), default=0)
    for place, (down_to, cells) in enumerate(rows):
        below = [row for _, row in rows[place + 1 :]]
        merged = _is_merged(cells, below, width)
        names = _joined(cells, below[0]) if merged else tuple(_name(cell) for cell in cells)
        if 2 * _filled(names) < width or _filled(names) < min(2, width):
            if any(map(_is_datum, cells)) and _filled(cells) * 2 >= width:
                return None
            continue
        if any(map(_is_datum, names)) or _may_be_a_row(names, below):
            return None
        return _headed(sheet, _Head(names, rows[place + 1][0] if merged else down_to, delimiter))
    return None


def _may_be_a_row(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether words may be a child's and no names of columns: none is known as one, and a cell below says the same, or all below are words
    too."""
    if any(map(told_by, names)):
        return False
    again = any(
        _at(names, place) and _at(row, place) == names[place] for row in below for place in range(len(names))
    )
    return again or not any(_is_datum(cell) for row in below for cell in row)


def _tops(sheet: Sheet) -> Iterator[tuple[str, _Rows]]:
    """The first rows as they stand, of a text once for each mark that may be between its cells."""
    if isinstance(sheet, TextSheet):
        for mark in (
            sheet.delimiter,
            *(delimiter for delimiter in DELIMITERS if delimiter != sheet.delimiter),
        ):
            rows = delimited.top(sheet.path, sheet.encoding, mark, _WITHIN)
            yield mark, list(enumerate(rows, start=1))
    elif isinstance(sheet, WorkbookSheet):
        found: list[tuple[int, list[str]]] = []
        for row in replace(sheet, header=("",) * _MOST_COLUMNS, above=0).rows():
            cells = [cell.strip() for cell in row.cells or ()]
            while cells and not cells[-1]:
                cells.pop()
            if len(found) == _WITHIN:
                break
            if cells:
                found.append((row.number, cells))
        width = max((len(cells) for _, cells in found), default=0)
        yield "", [(number, cells + [""] * (width - len(cells))) for number, cells in found]


def _heads(rows: _Rows) -> Iterator[_Head]:
    """Every row as a head, and every two rows together."""
    for place, (down_to, cells) in enumerate(rows):
        yield _Head(tuple(map(_name, cells)), down_to)
        if place + 1 < len(rows):
            yield _Head(_joined(cells, rows[place + 1][1]), rows[place + 1][0])


def _headed(sheet: Sheet, head: _Head) -> Sheet:
    if isinstance(sheet, TextSheet):
        return replace(sheet, header=head.names, above=head.down_to - 1, delimiter=head.delimiter)
    assert isinstance(sheet, WorkbookSheet)
    return replace(sheet, header=head.names, above=head.down_to)


def _joined(upper: list[str], lower: list[str]) -> tuple[str, ...]:
    """Names over two rows: where the upper is merged, its word stands in the first of its cells alone."""
    names, over = [], ""
    for place in range(max(len(upper), len(lower))):
        above, below = (_name(row[place]) if place < len(row) else "" for row in (upper, lower))
        over = (above if below else "") if above else over
        names.append(f"{over} {below}".strip() if below else above)
    return tuple(names)


def _is_merged(upper: list[str], below: list[list[str]], width: int) -> bool:
    """Whether the next row goes on with the names: it has some where this one has none, and is all words, over cells that are not."""
    if len(below) < 2 or _filled(upper) < 2 or any(map(_is_datum, (*upper, *below[0]))):
        return False  # one cell alone is a title
    lower = below[0]
    first = next((place for place, cell in enumerate(upper) if cell.strip()), width)
    goes_on = any(not _at(upper, place) and _at(lower, place) for place in range(first + 1, width))
    groups = all(  # what stands over one column alone has no second name below it
        not _at(lower, place) or not _at(upper, place + 1) for place in range(len(upper)) if _at(upper, place)
    )
    told = all(_at(upper, place) or _at(lower, place) for place in range(width))
    data = any(_is_datum(cell) for row in below[1:] for cell in row)
    repeats = len(set(filter(None, lower))) == len([text for text in lower if text])
    return goes_on and groups and told and data and repeats


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _name(cell: str) -> str:
    return " ".join(cell.replace("\0", "").split())


def _filled(cells: Iterable[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _known(names: Iterable[str], keys: set[str]) -> int:
    return len(keys & {plain(name) for name in names})


def _evenness(rows: _Rows) -> tuple[int, int]:
    """How many rows have the same number of cells, and how many that are. One alone is no table."""
    often = Counter(len(cells) for _, cells in rows if len(cells) > 1)
    width, times = max(often.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return times, width


def _is_datum(cell: str) -> bool:
    """Whether a cell is rather a value than a name: a day, a number, a postcode, or mostly digits."""
    text = cell.strip()
    if not any(c.isdigit() for c in text):
        return False
    digits = sum(c.isdigit() for c in text)
    read = read_date(text).value or read_number(text) is not None or read_postcode(text)
    return bool(read) or 2 * digits >= len(text)
