"""One table with columns that have names: what its header lacks, how its dates are written, its rows by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from heard.engine.intake import delimited
from heard.engine.intake.delimited import LONGEST_LINE
from heard.engine.intake.ledger import Place, Source
from heard.engine.intake.mapping import Told, nearest_name
from heard.engine.intake.sheets import Sheet, places_of, plain
from heard.engine.intake.values import order_seen_in


@dataclass
class Columns:
    """A file's columns. `day_first` holds, of each date column, how 03/04/2024 is to be read; `rows` is 0 until counted."""

    sheet: Sheet
    file: str
    places: dict[str, int]
    day_first: dict[str, bool] = field(default_factory=dict)
    rows: int = 0

    def has(self, name: str) -> bool:
        return plain(name) in self.places

    def cell(self, cells: list[str], name: str | None) -> str:
        """What the row has in that column; empty where the file lacks the column."""
        place = self.places.get(plain(name)) if name else None
        return cells[place] if place is not None else ""

    def first_filled(self, cells: list[str], told: Told | None) -> tuple[str, str]:
        """What the first filled of these columns says, and which it is; the first of them where none is filled."""
        if told is None:
            return "", ""
        if len(told.columns) == 1:
            return self.cell(cells, told.columns[0]), told.columns[0]
        for name in told.columns:
            if (text := self.cell(cells, name)).strip():
                return text, name
        return "", told.columns[0]

    def joined(self, cells: list[str], told: Told | None) -> str:
        """What the filled ones of these columns say, with blanks between."""
        texts = (self.cell(cells, name).strip() for name in (told.columns if told else ()))
        return " ".join(filter(None, texts))


def open_columns(path: Path, file: str, source: Source) -> Columns | None:
    """The columns of a CSV file, with what is odd about the file as issues; null where it holds nothing."""
    sheet = delimited.open_sheet(path)
    if sheet is None:
        source.set_aside_file(file, "header_endless" if path.stat().st_size > LONGEST_LINE else "file_empty")
        return None
    return columns_of(sheet, file, source)


def columns_of(sheet: Sheet, file: str, source: Source) -> Columns:
    """The columns of a table; names that are there twice are issues."""
    names = [plain(name) for name in sheet.header]
    for place, name in enumerate(names):
        if name and name in names[:place]:
            source.note(file, "header_repeated", f"column {place + 1}")
    return Columns(sheet, file, places_of(sheet.header))


def note_missing(columns: Columns, source: Source, wanted: Iterable[str]) -> None:
    """One issue for each column that the format wants and the file lacks, with the nearest name that it has.

    Other names of the file are not repeated: where the header is missing, they are a child's row.
    """
    wanted = list(wanted)
    headed = any(columns.has(name) for name in wanted)
    spare = [name for name in columns.sheet.header if plain(name) not in {plain(w) for w in wanted}]
    for name in wanted:
        if not columns.has(name):
            source.note(
                columns.file, "column_missing", name, column=name, near=_near(name, spare if headed else [])
            )


def _near(name: str, spare: list[str]) -> str:
    close = nearest_name(name, spare)
    return (
        f"Did you mean {close}?"
        if close
        else "Check the first line of the file: it must hold the names of the columns."
    )


def learn_dates(columns: Columns, source: Source, names: Iterable[str], said: bool | None = None) -> None:
    """Reads the whole file once to learn whether day or month comes first in each date column. `said` settles it."""
    mine = [name for name in names if columns.has(name)]
    if said is not None:
        columns.day_first.update(dict.fromkeys(mine, said))
        return
    seen = {name: {"day": 0, "month": 0, "either": 0} for name in mine}
    for row in columns.sheet.rows():
        columns.rows = row.number
        for name in mine if row.cells else ():
            if (order := order_seen_in(columns.cell(row.cells or [], name))) is not None:
                seen[name][order] += 1
    for name, counts in seen.items():
        columns.day_first[name] = counts["month"] <= counts["day"]
        _note_order(columns, source, name, counts)


def _note_order(columns: Columns, source: Source, name: str, counts: dict[str, int]) -> None:
    if counts["day"] and counts["month"]:
        order = "day" if columns.day_first[name] else "month"
        source.note(columns.file, "dates_mixed", name, order=order)
    elif counts["month"]:
        source.note(columns.file, "dates_month_first", name)
    elif counts["either"] and not counts["day"]:
        source.note(columns.file, "dates_either_way", name)


def read_rows(columns: Columns, source: Source) -> Iterator[tuple[Place, list[str]]]:
    """Rows that can be read, each begun in the count; those that cannot are set aside here."""
    count = source.begin_file(columns.file)
    for row in columns.sheet.rows():
        at = Place(columns.file, row.number)
        source.begin(at)
        *flags, last = ("", *row.faults)
        if row.cells is None:
            source.set_aside(at, last)
        elif last:
            flags.append(last)
        for fault in filter(None, flags):
            source.flag(at, fault)
        if row.cells is not None:
            yield at, row.cells
    for said in columns.sheet.said():
        if said.code.endswith("_broken"):
            source.set_aside_file(columns.file, said.code, sheet=said.filling.get("sheet"))
        else:
            source.note(columns.file, said.code, said.column, **said.filling)
    if not count.read:
        source.note(columns.file, "no_rows")
