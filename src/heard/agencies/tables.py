"""Tables that are taken out: as CSV, or as the sheets of a workbook. Nothing in either is ever run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

from django.http import HttpResponse
from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

_HEAD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_PAPER = PatternFill("solid", fgColor="FFE8EFEE")
_WIDEST: Final = 60  # letters
_DAY: Final = len("30 September 2026")

type Cell = str | int | date | datetime | None


@dataclass(frozen=True)
class Sheet:
    """One of a workbook. `above`: lines over the table, the first of them large."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    above: Sequence[str] = ()


def as_csv(name: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A download. What is None stays empty; no text begins as a formula does."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    out = csv.writer(response)
    out.writerow(head)
    out.writerows([plain(cell) for cell in row] for row in rows)
    return response


def plain(cell: Any) -> str:
    """As it stands in a cell: nothing that a spreadsheet would take for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def as_workbook(name: str, title: str, sheets: Iterable[Sheet]) -> HttpResponse:
    """A download (.xlsx)."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(workbook(title, sheets), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def workbook(title: str, sheets: Iterable[Sheet]) -> bytes:
    """The file. Each sheet prints on A4 across, its head on every page."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for sheet in sheets:
        _add(book, sheet)
    book.properties.creator, book.properties.title = "Heard", title
    raw = BytesIO()
    book.save(raw)
    return raw.getvalue()


def _add(book: Any, said: Sheet) -> None:
    sheet = book.create_sheet(said.name)
    for number, line in enumerate(said.above):
        _put(sheet, [line], font=None if number else _TITLE)
    if said.above:
        _put(sheet, [""])
    _put(sheet, said.head, _HEAD, _PAPER)
    begin = sheet._current_row
    sheet.print_title_rows = f"{begin}:{begin}"
    for cells in said.rows:
        _put(sheet, cells, wrap=True)
    for column in range(1, len(said.head) + 1):
        values = (sheet.cell(row, column).value for row in range(begin, sheet._current_row + 1))
        longest = max(_DAY if isinstance(value, date) else len(str(value or "")) for value in values)
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDEST, longest + 3)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def _put(
    sheet: Any,
    cells: Sequence[Cell],
    font: Font | None = None,
    fill: PatternFill | None = None,
    *,
    wrap: bool = False,
) -> None:
    """One row. Numbers, days and times are such; all else is text, also where it looks like a formula."""
    number = sheet._current_row + 1
    for column, value in enumerate(cells, 1):
        cell = sheet.cell(number, column)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type, cell.quotePrefix = "s", True
        elif isinstance(value, datetime):
            cell.value = localtime(value).replace(tzinfo=None)
            cell.number_format = "d mmmm yyyy hh:mm"
        else:
            cell.value = value
        if isinstance(value, date) and not isinstance(value, datetime):
            cell.number_format = "d mmmm yyyy"
        if font:
            cell.font = font
        if fill:
            cell.fill = fill
        cell.alignment = Alignment(vertical="top", wrap_text=wrap and isinstance(value, str))
    sheet._current_row = number
