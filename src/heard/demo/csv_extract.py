"""One CSV file that is written row by row."""

import csv
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self


class CsvFile(AbstractContextManager["CsvFile"]):
    """Opens at once, writes the header, closes with the block. Characters beyond `encoding` are an error."""

    def __init__(self, path: Path, columns: str, encoding: str = "utf-8") -> None:
        self._file = path.open("w", encoding=encoding, newline="")
        self._rows = csv.writer(self._file)
        self.written = 0
        self._rows.writerow(columns.split())

    def write(self, *row: object) -> None:
        self._rows.writerow(row)
        self.written += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
