"""The profile as a workbook (.xlsx): data quality first, then a sheet for each table. Nothing in it is ever run."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from io import BytesIO
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from heard.engine.profile.shape import Profile, Section

_HEAD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_PAPER = PatternFill("solid", fgColor="FFE8EFEE")
_WIDEST, _LINE = 60, 120  # letters
_ZIP_BEGINS = (1980, 1, 1, 0, 0, 0)


def workbook(profile: Profile) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    _quality(book.create_sheet("Data quality"), profile)
    for section in profile.sections:
        if section.table is not None:
            _section(book.create_sheet(_sheet_name(section.heading, book.sheetnames)), section, profile)
    made = datetime.combine(profile.as_of, time())
    book.properties.creator, book.properties.title = "Heard", profile.title
    book.properties.created = made
    raw = BytesIO()
    book.save(raw)
    return _always_the_same(raw.getvalue(), made)


def _quality(sheet: Any, profile: Profile) -> None:
    quality = profile.quality
    _put(sheet, [profile.title], _TITLE)
    for sentence in (_of(profile), *profile.findings, profile.hiding.words, *quality.notes):
        _say(sheet, sentence)
    _put(sheet, [])
    _put(sheet, [quality.sources.heading], _HEAD)
    _grid(sheet, quality.sources)
    _put(sheet, [])
    _put(sheet, ["How many records lack each field"], _HEAD)
    _table(sheet, quality.head, quality.fields)
    _put(sheet, [])
    if quality.linking:
        _table(sheet, quality.LINKING, quality.linking)
    else:
        _put(sheet, ["Expected error of the links between records: not measured."])
    _wide(sheet)


def _section(sheet: Any, section: Section, profile: Profile) -> None:
    _put(sheet, [section.heading], _TITLE)
    for sentence in (_of(profile), *section.words, section.coverage):
        _say(sheet, sentence)
    _grid(sheet, section)
    _wide(sheet)


def _grid(sheet: Any, section: Section) -> None:
    grid = section.grid
    rows = ((f"{'    ' * row.depth}{row.label}", *row.texts, *row.beside) for row in grid.rows)
    _table(sheet, (grid.rows_are, *grid.heads, *grid.beside), rows)


def _of(profile: Profile) -> str:
    return f"From {profile.first.isoformat()} to {profile.as_of.isoformat()}, release {profile.release}."


def _say(sheet: Any, sentence: str) -> None:
    """In lines that a screen shows whole."""
    for line in wrap(sentence, _LINE):
        _put(sheet, [line])


def _table(sheet: Any, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    _put(sheet, head, _HEAD, _PAPER)
    for row in rows:
        _put(sheet, row)


def _put(sheet: Any, texts: Sequence[str], font: Font | None = None, fill: PatternFill | None = None) -> None:
    """One row. Counts are numbers; all else is text, also where it looks like a formula."""
    number = sheet._current_row + 1
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(number, column)
        if text.isascii() and text.isdigit():
            cell.value = int(text)
        elif text:
            cell.value, cell.data_type, cell.quotePrefix = text, "s", True
        if font:
            cell.font = font
        if fill:
            cell.fill = fill
        cell.alignment = Alignment(vertical="top")
    sheet._current_row = number


def _wide(sheet: Any) -> None:
    """Columns as wide as their cells; the sentences above a table run over its columns."""
    for column in sheet.iter_cols():
        longest = max((len(str(cell.value or "")) for cell in column[1:] if _beside(sheet, cell)), default=8)
        sheet.column_dimensions[get_column_letter(column[0].column)].width = min(_WIDEST, longest + 2)


def _beside(sheet: Any, cell: Any) -> bool:
    return sheet.cell(cell.row, 2).value is not None


def _sheet_name(heading: str, taken: Sequence[str]) -> str:
    plain = re.sub(r"[\[\]:*?/\\']", " ", heading)[:31].strip()
    return plain if plain not in taken else f"{plain[:28]} {len(taken)}"


def _always_the_same(raw: bytes, made: datetime) -> bytes:
    """Without the time of the clock: openpyxl writes it into the archive and its properties."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as found, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for one in found.infolist():
            content = found.read(one)
            if one.filename == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + f"{made.isoformat()}Z".encode(), content
                )
            info = zipfile.ZipInfo(one.filename, _ZIP_BEGINS)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            kept.writestr(info, content)
    return out.getvalue()
