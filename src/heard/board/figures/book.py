"""The figures as a workbook (.xlsx): what they are and do not say first, then every figure, then the notes. Nothing in it is ever run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from heard.board.figures import words

if TYPE_CHECKING:
    from heard.board.figures.queries import Figure

_HEAD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_PAPER = PatternFill("solid", fgColor="FFE8EFEE")
_WIDEST: Final = 60  # letters
_DAY: Final = len("30 September 2026")

type Cell = str | int | date | None


def workbook(figures: Sequence[Figure], *, today: date) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    about = [
        [_("Promises kept, up to %(day)s") % {"day": date_format(today, "j F Y")}],
        [words.hidden()],
        *([line] for line in words.not_said()),
    ]
    _sheet(
        book,
        _("Promises"),
        about,
        [_("Promise"), _("Finding"), _("What is counted"), _("What it does not say"), _("Source")],
        _promises(figures),
    )
    head = [_("Promise"), _("From"), _("To"), _("Kept"), _("Of"), _("In a hundred"), _("What is shown")]
    _sheet(book, _("By quarter"), [], head, _by_quarter(figures))
    if any(figure.by_agency for figure in figures):
        head = [_("Promise"), _("From"), _("To"), _("Agency"), _("Kept"), _("Of")]
        _sheet(book, _("By agency"), [], head, _by_agency(figures))
    head = [
        _("Promise"),
        _("Quarter"),
        _("Note"),
        _("Who"),
        _("When"),
        _("What it said before, and why it was corrected"),
    ]
    _sheet(book, _("Notes"), [], head, _notes(figures))
    book.properties.creator, book.properties.title = "Heard", _("Promises kept")
    raw = BytesIO()
    book.save(raw)
    return raw.getvalue()


def _promises(figures: Iterable[Figure]) -> Iterable[list[Cell]]:
    for figure in figures:
        promise = figure.promise
        said = " ".join(filter(None, (words.finding(figure), words.in_parts(figure), words.together(figure))))
        yield [promise.text, said, promise.counts, promise.not_said, promise.source]


def _by_quarter(figures: Iterable[Figure]) -> Iterable[list[Cell]]:
    for figure in figures:
        for one in figure.periods:
            text = words.called(one)
            if one.is_shown:
                numbers: list[Cell] = [one.kept.kept, one.kept.of, one.share]
            else:
                numbers, text = [None, None, None], f"{text}: {words.in_table(one)}"
            yield [figure.promise.text, one.first, one.last, *numbers, text]


def _by_agency(figures: Iterable[Figure]) -> Iterable[list[Cell]]:
    for figure in figures:
        if found := figure.by_agency:
            others = [(_("Other agencies together"), found.others)] if found.others else []
            for name, kept in [*found.agencies, *others]:
                yield [figure.promise.text, found.since, found.until, name, kept.kept, kept.of]


def _notes(figures: Iterable[Figure]) -> Iterable[list[Cell]]:
    for figure in figures:
        for note in figure.notes:
            versions = [note.now, *note.before]
            before = [
                f"{old.text} ({new.why_corrected})" for new, old in zip(versions, note.before, strict=False)
            ]
            now = note.now
            yield [figure.promise.text, words.quarter(now.quarter), now.text, str(now.written_by),
                   date_format(now.written_at, "j F Y"), "; ".join(before)]  # fmt: skip


def _sheet(
    book: Any, name: str, above: Iterable[list[str]], head: Sequence[str], rows: Iterable[list[Cell]]
) -> None:
    sheet = book.create_sheet(name)
    for number, row in enumerate(above):
        _put(sheet, row, font=None if number else _TITLE)
    if sheet.max_row > 1:
        _put(sheet, [""])
    _put(sheet, head, _HEAD, _PAPER)
    begin = sheet._current_row
    sheet.print_title_rows = f"{begin}:{begin}"
    for cells in rows:
        _put(sheet, cells, wrap=True)
    for column in range(1, len(head) + 1):
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
    """One row. Numbers and days are such; all else is text, also where it looks like a formula."""
    number = sheet._current_row + 1
    for column, value in enumerate(cells, 1):
        cell = sheet.cell(number, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type, cell.quotePrefix = "s", True
        elif isinstance(value, date):
            cell.number_format = "d mmmm yyyy"
        if font:
            cell.font = font
        if fill:
            cell.fill = fill
        cell.alignment = Alignment(vertical="top", wrap_text=wrap and isinstance(value, str))
    sheet._current_row = number
