"""One table with columns that have names: what its header lacks, how its dates are written, its rows by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from heard.engine.intake import delimited
from heard.engine.intake.delimited import LONGEST_LINE
from heard.engine.intake.distinct import Distinct
from heard.engine.intake.ledger import Place, Source
from heard.engine.intake.mapping import nearest_name
from heard.engine.intake.sheets import Batch, Sheet, SheetRow, places_of, plain
from heard.engine.intake.values import order_seen_in


@dataclass
class Columns:
    """A file's columns. `day_first` holds, of each date column, how 03/04/2024 is to be read."""

    sheet: Sheet
    file: str
    places: dict[str, int]
    day_first: dict[str, bool] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return plain(name) in self.places

    def cell(self, cells: list[str], name: str | None) -> str:
        """What the row has in that column; empty where the file lacks the column."""
        place = self.places.get(plain(name)) if name else None
        return cells[place] if place is not None else ""

    def batches(self, names: Iterable[str]) -> Iterator[Batch]:
        """The file's rows in columns, those of these names."""
        return self.sheet.batches({self.places[plain(name)] for name in names if self.has(name)})

    def column(self, batch: Batch, name: str) -> pa.StringArray:
        """What the rows of a batch have in that column; empty where the file lacks the column."""
        if self.has(name):
            return batch.cells[self.places[plain(name)]]
        return pa.repeat(pa.scalar("", pa.string()), len(batch.numbers))


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
    for batch in columns.batches(mine):
        for name in mine:
            told = Distinct.of(columns.column(batch, name))
            for text, count in told.counted():
                if (order := order_seen_in(text)) is not None:
                    seen[name][order] += count
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
    source.begin_file(columns.file)
    for row in columns.sheet.rows():
        at = Place(columns.file, row.number)
        source.begin(at)
        _say_faults(at, row, source)
        if row.cells is not None:
            yield at, row.cells
    _say_of_file(columns, source)


def read_batches(columns: Columns, source: Source, names: Iterable[str]) -> Iterator[Batch]:
    """`read_rows` in columns, those of these names. What is found in a batch is written row by row."""
    count = source.begin_file(columns.file)
    for batch in columns.batches(names):
        count.read += batch.read
        with source.row_by_row():
            for row in batch.faulty:
                _say_faults(Place(columns.file, row.number), row, source)
            if len(batch.numbers):
                yield batch
    _say_of_file(columns, source)


def _say_faults(at: Place, row: SheetRow, source: Source) -> None:
    *flags, last = ("", *row.faults)
    if row.cells is None:
        source.set_aside(at, last)
    elif last:
        flags.append(last)
    for fault in filter(None, flags):
        source.flag(at, fault)


def _say_of_file(columns: Columns, source: Source) -> None:
    for said in columns.sheet.said():
        if said.code.endswith("_broken"):
            source.set_aside_file(columns.file, said.code, sheet=said.filling.get("sheet"))
        else:
            source.note(columns.file, said.code, said.column, **said.filling)
    if not source.files[columns.file].read:
        source.note(columns.file, "no_rows")
