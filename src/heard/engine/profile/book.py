"""The profile as a workbook (.xlsx): data quality first, then a sheet for each table. A report without sources begins with what it is,
and each of its parts has a sheet. Nothing in it is ever run."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from io import BytesIO
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from heard.engine.tables import spelt

if TYPE_CHECKING:
    from heard.engine.profile.shape import Profile, Quality, Section

_HEAD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_PAPER = PatternFill("solid", fgColor="FFE8EFEE")
_WIDEST, _LINE = 60, 100  # letters
_EMPTY = 13.0  # how wide a column is of which nothing is said
_LETTER = 1.05  # how wide a letter of prose is at most, on average, as columns are measured
_HIGH = 15.0  # points; a line
_ZIP_BEGINS = (1980, 1, 1, 0, 0, 0)


def workbook(profile: Profile) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    if profile.quality:
        _quality(book.create_sheet("Data quality"), profile, profile.quality)
    else:
        _about(book.create_sheet(_sheet_name(profile.kind, ())), profile)
    for section in profile.sections:
        if section.has_grid or not profile.quality:
            _section(book.create_sheet(_sheet_name(section.heading, book.sheetnames)), section, profile)
    made = datetime.combine(profile.made_on or profile.as_of, time())
    book.properties.creator, book.properties.title = "Heard", profile.title
    book.properties.created = made
    raw = BytesIO()
    book.save(raw)
    return _always_the_same(raw.getvalue(), made)


def _about(sheet: Any, profile: Profile) -> None:
    _put(sheet, [profile.title], _TITLE)
    _say(sheet, _of(profile), profile.opening, *profile.findings, profile.hiding.words)
    _lay_out(sheet)


def _quality(sheet: Any, profile: Profile, quality: Quality) -> None:
    _put(sheet, [profile.title], _TITLE)
    _say(sheet, _of(profile), *profile.findings, profile.hiding.words, *quality.notes)
    _put(sheet, [])
    _put(sheet, [quality.sources.heading], _HEAD)
    _grid(sheet, quality.sources)
    _put(sheet, [])
    if quality.reach:
        _put(sheet, ["What each source could see, and when"], _HEAD)
        _table(sheet, quality.reach_head, quality.reach)
        _put(sheet, [])
    _put(sheet, ["How many records lack each field"], _HEAD)
    _table(sheet, quality.head, quality.fields)
    _put(sheet, [])
    _put(sheet, ["Expected error of the links between records"], _HEAD)
    if quality.linking:
        _table(sheet, quality.LINKING, quality.linking)
    else:
        _say(sheet, "Not measured.")
    _lay_out(sheet)


def _section(sheet: Any, section: Section, profile: Profile) -> None:
    _put(sheet, [section.heading], _TITLE)
    _say(sheet, _of(profile), *section.words, section.coverage)
    if section.has_grid:
        _put(sheet, [])
        sheet.print_title_rows = f"{sheet._current_row + 1}:{sheet._current_row + 1}"
        _grid(sheet, section)
    _lay_out(sheet)


def _grid(sheet: Any, section: Section) -> None:
    grid = section.grid
    rows = ((f"{'    ' * row.depth}{row.label}", *row.texts, *row.beside) for row in grid.rows)
    _table(sheet, (grid.rows_are, *grid.heads, *grid.beside), rows, range(1, 1 + len(grid.heads)))


def _of(profile: Profile) -> str:
    release = f", release {profile.release}" if profile.release else ""
    return f"From {spelt(profile.first)} to {spelt(profile.as_of)}{release}."


def _say(sheet: Any, *sentences: str) -> None:
    """Each over all columns of the table below, in as many lines as it takes (`_lay_out`)."""
    for sentence in filter(None, sentences):
        _put(sheet, [sentence])


def _table(
    sheet: Any, head: Sequence[str], rows: Iterable[Sequence[str]], counts: Sequence[int] = ()
) -> None:
    """`counts`: columns of counts, from 0: a symbol stands there as far right as a number."""
    _put(sheet, head, _HEAD, _PAPER, counts=counts)
    for row in rows:
        _put(sheet, row, counts=counts)


def _put(
    sheet: Any,
    texts: Sequence[str],
    font: Font | None = None,
    fill: PatternFill | None = None,
    counts: Sequence[int] = (),
) -> None:
    """One row. Counts are numbers; all else is text, also where it looks like a formula."""
    number = sheet._current_row + 1
    for column, text in enumerate(texts):
        cell = sheet.cell(number, column + 1)
        if text.isascii() and text.isdigit():
            cell.value, cell.number_format = int(text), "#,##0"
        elif text:
            cell.value, cell.data_type, cell.quotePrefix = ILLEGAL_CHARACTERS_RE.sub(" ", text), "s", True
        if font:
            cell.font = font
        if fill:
            cell.fill = fill
        after_count = column - 1 in counts and column not in counts
        cell.alignment = Alignment(
            vertical="top", horizontal="right" if column in counts else None, indent=int(after_count)
        )
    sheet._current_row = number


def _lay_out(sheet: Any) -> None:
    """Columns as wide as their cells, sentences over all of them, and as wide as a sheet of A4 on its side."""
    for column in sheet.iter_cols():
        longest = max((len(str(cell.value or "")) for cell in column if _in_table(sheet, cell)), default=0)
        sheet.column_dimensions[get_column_letter(column[0].column)].width = min(_WIDEST, longest + 3)
    columns, width = _over(sheet)
    for (cell,) in sheet.iter_rows(min_row=2, max_col=1):
        if cell.value and not _in_table(sheet, cell) and not cell.font.bold:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            sheet.merge_cells(start_row=cell.row, end_row=cell.row, start_column=1, end_column=columns)
            sheet.row_dimensions[cell.row].height = _HIGH * len(wrap(cell.value, int(width / _LETTER)))
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.oddFooter.center.text = "&A, page &P of &N"


def _over(sheet: Any) -> tuple[int, float]:
    """Over how many columns a sentence goes, those of the table and as many more as it takes to be read well; how wide."""
    columns, width = 0, 0.0
    while columns < sheet.max_column or width < _LINE:
        columns += 1
        letter = get_column_letter(columns)
        width += sheet.column_dimensions[letter].width if columns <= sheet.max_column else _EMPTY
    return columns, width


def _in_table(sheet: Any, cell: Any) -> bool:
    return any(sheet.cell(cell.row, column).value is not None for column in range(2, sheet.max_column + 1))


def _sheet_name(heading: str, taken: Sequence[str]) -> str:
    plain = shorten(re.sub(r"[\[\]:*?/\\']", " ", heading), 31, placeholder=" …")
    return plain if plain not in taken else f"{plain[:28]} {len(taken)}"


def _always_the_same(raw: bytes, made: datetime) -> bytes:
    """Without the time of the clock: openpyxl writes it into the archive and its properties."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as found, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for entry in found.infolist():
            content = found.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + f"{made.isoformat()}Z".encode(), content
                )
            info = zipfile.ZipInfo(entry.filename, _ZIP_BEGINS)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            kept.writestr(info, content)
    return out.getvalue()
