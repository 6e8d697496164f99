"""Format: SSDA903, the Department's return on looked-after children: a folder of CSV files, or one XML file.

One row is one row of a table of the return. XML is laid out into the same tables first (`xml.py`), so both are read alike: many rows
at once, in columns (`telling.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from heard.engine.intake import carriers, delimited
from heard.engine.intake.checks import Checks
from heard.engine.intake.columns import Columns, learn_dates, note_missing, open_columns, read_batches
from heard.engine.intake.formats import Job, Mine, Why
from heard.engine.intake.formats.ssda903.returned import Part, Return, settle_end, survey
from heard.engine.intake.formats.ssda903.tables import FORMAT, Table, spec
from heard.engine.intake.formats.ssda903.telling import Telling
from heard.engine.intake.formats.ssda903.xml import laid_out
from heard.engine.intake.ledger import Source
from heard.engine.intake.sheets import places_of, plain
from heard.engine.intake.values import births
from heard.engine.intake.xml_children import looks_like_xml, root_of, texts


def recognises(path: Path, start: bytes) -> Mine | Why | None:
    """The XML return; or a file of the CSV return, by its columns: the needed ones, and half of the others.

    A file that has half of all columns, CHILD among them, and lacks a needed one is nearly one: three columns at the least,
    as fewer say nothing.
    """
    if looks_like_xml(start):
        return Mine(path, path.name, "xml", alone=True) if root_of(path) == "EXPSSDA903" else None
    if path.suffix.lower() not in (".csv", ".tsv", ".txt") or (sheet := delimited.open_sheet(path)) is None:
        return None
    found = places_of(sheet.header)
    nearly: Why | None = None
    for table in spec().tables:
        here = [name for name in table.columns if plain(name) in found]
        if 2 * len(here) <= len(table.columns):
            continue
        if set(table.needed) <= set(here):
            return Mine(path, path.name, table)
        if "CHILD" in here and len(here) > 2 and not nearly:
            nearly = _nearly(table, here)
    return nearly


def children(files: list[Mine]) -> dict[str, date]:
    return births(pair for one in files for pair in _numbers(one))


def _numbers(one: Mine) -> Iterator[tuple[str, ...]]:
    if one.part == "xml":
        yield from texts(one.path, "CHILD", "CHILDID", "DOB")
    elif (sheet := delimited.open_sheet(one.path)) is not None:
        columns = Columns(sheet, one.file, places_of(sheet.header))
        for batch in columns.batches(("CHILD", "DOB")):
            told = (columns.column(batch, name).to_pylist() for name in ("CHILD", "DOB"))
            yield from zip(*told, strict=True)


def _nearly(table: Table, here: list[str]) -> Why:
    missing = ", ".join(name for name in table.needed if name not in here)
    return Why(
        f"it looks like the file {table.name} of an SSDA903 return, without the column {missing}",
        "Give the column its name of the return's guide, or name the file in a mapping.",
        rows=True,
    )


def read(files: list[Mine], job: Job) -> None:
    """Reads one return. Raises OSError where a file cannot be opened."""
    source = job.source
    whole = Return(source, Checks(source, job.today))
    parts = list(_parts(files, job))
    survey(parts, whole)
    settle_end(parts, whole)
    for part in parts:  # where a table holds events, a child without a row had none
        whole.of_all |= part.items if part.table.events else 0
    for place, part in enumerate(parts):
        job.progress(source.name, place / len(parts))
        for batch in read_batches(part.columns, source, part.table.columns):
            Telling(part, whole, batch).take()
    _cover(source, parts, whole)


def _parts(files: list[Mine], job: Job) -> Iterator[Part]:
    """The tables of the return, the header's first: it knows each child best."""
    order = [table.name for table in spec().tables]
    for one in sorted(files, key=lambda f: (f.part == "xml" or order.index(f.part.name), f.path)):
        job.source.begin_file(one.file)
        if one.part == "xml":
            yield from _xml_parts(one, job)
        elif (columns := open_columns(one.path, one.file, job.source)) is not None:
            note_missing(columns, job.source, one.part.columns)
            learn_dates(columns, job.source, one.part.all_dates)
            yield Part(one.part, columns)


def _xml_parts(one: Mine, job: Job) -> Iterator[Part]:
    for table, sheet in laid_out(one, job):
        columns = Columns(sheet, one.file, places_of(sheet.header))
        learn_dates(columns, job.source, table.all_dates)
        yield Part(table, columns)


def _cover(source: Source, parts: list[Part], whole: Return) -> None:
    year = whole.end.year if whole.end else None
    able = (
        carrier
        for of_field in carriers.by_field(FORMAT).values()
        for carrier in of_field
        if year is None or carriers.in_year(carrier, year)
    )
    source.cover(carriers.can_carry(able, {name for part in parts for name in part.names}))
