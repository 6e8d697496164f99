"""Reads a Parquet file as a table of text, batch by batch. Hides Arrow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from heard.engine.intake.sheets import Batch, Said, SheetRow, fitted
from heard.engine.intake.workbook import ERRORS, NotReadable, text_of

BEGINS = b"PAR1"
_BATCH = 20_000


@dataclass
class ParquetSheet:
    """A Parquet file; row 1 is the first."""

    path: Path
    header: tuple[str, ...]
    broken: bool = False

    def rows(self) -> Iterator[SheetRow]:
        for batch in self.batches(range(len(self.header))):
            faulty = {row.number: row for row in batch.faulty}
            told = zip(*(column.to_pylist() for column in batch.cells.values()), strict=True)
            good = (
                SheetRow(int(number), list(cells)) for number, cells in zip(batch.numbers, told, strict=True)
            )
            yield from sorted([*(row for row in good if row.number not in faulty), *faulty.values()])

    def batches(self, places: Collection[int]) -> Iterator[Batch]:
        self.broken = False
        number = 0
        try:
            with pq.ParquetFile(self.path, memory_map=False) as file:
                rows = file.metadata.num_rows or 1
                for read in file.iter_batches(batch_size=_BATCH):
                    batch = _batch(read, number, places)
                    number += read.num_rows
                    yield replace(batch, done=min(1.0, number / rows))
        except (pa.ArrowException, OSError, ValueError, OverflowError):
            self.broken = True

    def said(self) -> Iterator[Said]:
        if self.broken:
            yield Said("parquet_broken")


def sheet(path: Path) -> ParquetSheet:
    """Raises `NotReadable`, and OSError where the file cannot be opened."""
    with path.open("rb"):
        pass
    try:
        with pq.ParquetFile(path) as file:
            return ParquetSheet(path, tuple(name.strip() for name in file.schema_arrow.names))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise NotReadable("it is no Parquet that can be read") from error


def _batch(read: pa.RecordBatch, number: int, places: Collection[int]) -> Batch:
    """Rows behind a number; cells that hold an error or no value are a fault of their row."""
    columns = [_texts(column) for column in read.columns]
    wrong = np.zeros(read.num_rows, bool)
    blank = np.ones(read.num_rows, bool)
    for column in columns:
        wrong |= np.asarray(column.is_null())
        blank &= np.asarray(pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), ""))
    numbers = np.arange(number + 1, number + 1 + read.num_rows)
    filled = [pc.fill_null(column, "") for column in columns]
    faulty = [
        fitted(
            int(numbers[place]),
            [column[place].as_py() for column in filled],
            len(columns),
            ("cells_wrong",) if wrong[place] else (),
        )
        for place in np.flatnonzero(wrong | blank).tolist()
    ]
    kept = pa.array(~blank)
    cells = {place: filled[place].filter(kept) for place in places}
    return Batch(numbers[~blank], cells, tuple(faulty))


def _texts(column: pa.Array) -> pa.StringArray:
    """A column as `text_of` writes each of its cells; null where it holds an error or no value."""
    if pa.types.is_string(column.type) and not pc.any(_is_odd(column)).as_py():
        return pc.fill_null(column, "")
    try:
        coded = column.dictionary_encode()
    except pa.ArrowNotImplementedError:
        return pa.array([_text(cell) for cell in column], pa.string())
    told = pa.array([_text(cell) for cell in coded.dictionary], pa.string())
    return pc.if_else(column.is_null(), "", told.take(coded.indices))


def _text(scalar: pa.Scalar) -> str | None:
    try:
        cell: Any = scalar.as_py()
    except (pa.ArrowException, ValueError, OverflowError):
        return None  # a day that no calendar has
    return None if isinstance(cell, (bytes, list, dict)) else text_of(cell)


def _is_odd(texts: pa.StringArray) -> pa.BooleanArray:
    """Where `text_of` does not leave a text as it is."""
    odd = pc.or_(pc.match_substring(texts, "\0"), pc.match_substring(texts, "\xa0"))
    return pc.or_(odd, pc.is_in(texts, value_set=pa.array(sorted(ERRORS))))
