"""Reads the sheets of an Excel workbook (.xlsx, .xlsm) as tables of text, row by row. Hides openpyxl.

What could hurt is refused before anything is read: a workbook that is locked with a password, packs far more than it is
itself (a zip bomb), or declares entities of its own. Macros and formulas are never run: the value that was stored counts.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from openpyxl import load_workbook

from heard.engine.intake.sheets import Batch, Said, SheetRow, fitted, in_batches

BEGINS = b"PK\x03\x04"
LOCKED_BEGINS = b"\xd0\xcf\x11\xe0"
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # Excel's own limits
_MOST_BYTES, _MOST_IN_MEMORY, _MOST_TIMES = 8 << 30, 256 << 20, 200
_MOST_MEMBERS = 10_000  # a workbook of a thousand sheets has some thousands
_SMALL = 50 << 20
ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"))
_HEADER_WITHIN = 20


class NotReadable(Exception):
    """Nothing of the workbook can be read. The text says why: it completes "Nothing could be used: …"."""


def is_workbook(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a workbook, or of another packed file."""
    return start.startswith((BEGINS, LOCKED_BEGINS))


@dataclass
class WorkbookSheet:
    """One sheet. Its header is the first row that holds anything; row 1 is the one below it."""

    path: Path
    title: str
    header: tuple[str, ...]
    above: int
    broken: bool = False

    def rows(self) -> Iterator[SheetRow]:
        self.broken = False
        with _opened(self.path) as book:
            rows = book[self.title].iter_rows(max_row=_MOST_ROWS + 1, values_only=True)
            number = -self.above
            while (cells := self._next(rows)) is not None:
                number += 1
                if number + self.above > _MOST_ROWS:
                    self.broken = True
                    return
                if number > 0 and any(cell is not None for cell in cells):
                    yield _row(number, cells, len(self.header))

    def batches(self, places: Collection[int]) -> Iterator[Batch]:
        return in_batches(self.rows(), places)

    def _next(self, rows: Iterator[tuple[Any, ...]]) -> tuple[Any, ...] | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return next(rows, None)
        except Exception:  # noqa: BLE001  openpyxl raises whatever it stumbles over; what was read stays
            self.broken = True
            return None

    def said(self) -> Iterator[Said]:
        if self.broken:
            yield Said("workbook_broken", filling={"sheet": shown(self.title)})


def shown(title: str) -> str:
    """A sheet's name as text that can be stored and shown."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in title)


def sheets(path: Path) -> list[WorkbookSheet]:
    """The sheets that hold anything, in order. Raises `NotReadable`, and OSError where the file cannot be opened."""
    _refuse(path)
    try:
        with _opened(path) as book:
            titles = [sheet.title for sheet in book.worksheets]
            found = [_headed(path, title, book[title]) for title in titles]
    except OSError:
        raise
    except Exception as error:  # as above
        raise NotReadable("it is no workbook that can be read") from error
    return [sheet for sheet in found if sheet]


def _headed(path: Path, title: str, sheet: Any) -> WorkbookSheet | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = sheet.iter_rows(max_row=_HEADER_WITHIN, values_only=True)
        for above, cells in enumerate(first, start=1):
            texts = [text_of(cell) or "" for cell in cells[:_MOST_COLUMNS]]
            while texts and not texts[-1].strip():
                texts.pop()
            if len([text for text in texts if text.strip()]) > 1 or (texts and above == _HEADER_WITHIN):
                return WorkbookSheet(path, title, tuple(text.strip() for text in texts), above)
    return None


def _row(number: int, cells: tuple[Any, ...], width: int) -> SheetRow:
    texts = [text_of(cell) for cell in cells]
    while len(texts) > width and not texts[-1]:
        texts.pop()
    faults = ("cells_wrong",) if None in texts[:width] else ()
    told = [text or "" for text in texts]
    return fitted(number, told + [""] * (width - len(told)), width, faults)


def text_of(cell: Any) -> str | None:
    """A cell as it would stand in a CSV file: days as yyyy-mm-dd, 1.0 as 1; null where it holds an error or is no value."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return (
            cell.isoformat(" ", "seconds") if cell.time() != datetime.min.time() else cell.date().isoformat()
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = cell if isinstance(cell, str) else str(cell)
    return None if text in ERRORS else text.replace("\0", "").replace("\xa0", " ")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size may be wrong
        yield book
    finally:
        book.close()


def _refuse(path: Path) -> None:
    with path.open("rb") as stream:
        if stream.read(4) == LOCKED_BEGINS:
            raise NotReadable("it is locked with a password, or a workbook of before 2007")
    try:
        with zipfile.ZipFile(path) as pack:
            if not any(name.endswith("workbook.xml") for name in pack.namelist()):
                raise NotReadable("it is packed, and no workbook")
            _refuse_bomb(pack.infolist())
            for name in pack.namelist():
                if name.endswith((".xml", ".rels")):
                    _refuse_entities(pack, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise NotReadable("it is no workbook that can be read") from error


def _refuse_bomb(members: list[zipfile.ZipInfo]) -> None:
    """Sheets are read in a stream, whatever else is in the pack is held in memory."""
    if len(members) > _MOST_MEMBERS:
        raise NotReadable(f"it holds more than {_MOST_MEMBERS} parts")
    large = [member for member in members if member.file_size > _SMALL]
    if (
        sum(member.file_size for member in members) > _MOST_BYTES
        or any(entry.file_size > _MOST_TIMES * (entry.compress_size or 1) for entry in large)
        or any(entry.file_size > _MOST_IN_MEMORY for entry in large if "worksheets/" not in entry.filename)
    ):
        raise NotReadable("unpacked it would be far larger than a workbook is")


def _refuse_entities(pack: zipfile.ZipFile, name: str) -> None:
    """A document type can stand before the first element only, so the file is looked at up to there."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _declares
    parser.StartElementHandler = _begins
    try:
        with pack.open(name) as stream:
            while block := stream.read(1 << 14):
                parser.Parse(block)
            parser.Parse(b"", True)  # expat may have put off a long comment
    except _Begun:
        pass
    except (expat.ExpatError, zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise NotReadable("it is no workbook that can be read") from error
    except Exception as error:
        if isinstance(error, NotReadable):
            raise
        raise NotReadable("it is no workbook that can be read") from error


class _Begun(Exception):
    """The first element was met."""


def _declares(*_: object) -> None:
    raise NotReadable("it declares entities of its own, as no workbook does")


def _begins(*_: object) -> None:
    raise _Begun
