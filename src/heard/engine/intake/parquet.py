"""Reads a Parquet file as a table of text, batch by batch. Hides Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from heard.engine.intake.sheets import Row, Said, fitted
from heard.engine.intake.workbook import NotReadable, text_of

BEGINS = b"PAR1"
_BATCH = 5_000


@dataclass
class ParquetSheet:
    """A Parquet file; row 1 is the first."""

    path: Path
    header: tuple[str, ...]
    broken: bool = False

    def rows(self) -> Iterator[Row]:
        self.broken = False
        number = 0
        try:
            with pq.ParquetFile(self.path, memory_map=False) as file:
                for batch in file.iter_batches(batch_size=_BATCH):
                    for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        number += 1
                        yield _row(number, cells)
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


def _row(number: int, cells: tuple[Any, ...]) -> Row:
    texts = [None if isinstance(cell, (bytes, list, dict)) else text_of(cell) for cell in cells]
    faults = ("cells_wrong",) if None in texts else ()
    return fitted(number, [text or "" for text in texts], len(texts), faults)
