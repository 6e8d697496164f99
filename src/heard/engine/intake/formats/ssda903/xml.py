"""The XML return as the tables of the CSV return, laid out on disk in one pass, so that memory stays flat.

A row's number is that of its child, 1 for the first; so one child's rows share it.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heard.engine.intake.delimited import LONGEST_LINE
from heard.engine.intake.formats import Job, Mine
from heard.engine.intake.formats.ssda903.tables import Table, spec
from heard.engine.intake.ledger import Place
from heard.engine.intake.sheets import Batch, Said, SheetRow, fitted, in_batches
from heard.engine.intake.xml_children import Shape, children, name_of, text_of

if TYPE_CHECKING:
    from lxml import etree

_HEADER, _CHILD = "HEADER", "CHILD"


@dataclass(frozen=True)
class LaidOut:
    """A table of the XML, on disk. `header`: the table's columns; one that no child has is named by nothing."""

    path: Path
    header: tuple[str, ...]

    def rows(self) -> Iterator[SheetRow]:
        with self.path.open(encoding="utf-8", newline="", errors="surrogatepass") as stream:
            for number, *cells in csv.reader(stream):
                yield fitted(int(number), cells, len(self.header))

    def batches(self, places: Collection[int]) -> Iterator[Batch]:
        return in_batches(self.rows(), places)

    def said(self) -> Iterator[Said]:
        yield from ()


@dataclass
class _Laying:
    """What is known while the file is laid out."""

    job: Job
    writers: dict[str, Any]
    seen: dict[str, set[str]] = field(default_factory=dict)

    def child(self, at: Place, child: etree._Element) -> None:
        header = next((one for one in child if name_of(one) == _HEADER), None)
        own = self._texts(header) if header is not None else {}
        for one in (child, header):
            self._unknown(at, one)
        if header is None:
            self.job.source.begin(at)
            self.job.source.set_aside(at, "id_missing", "CHILDID")
        for table in spec().tables:
            for place in _places(table, child, header):
                told = own if place is header else {**own, **self._texts(place)}
                if place is not header:
                    self._unknown(at, place)
                if not table.told or any(told.get(name) for name in table.told):
                    self._row(table, at, told)

    def _row(self, table: Table, at: Place, told: dict[str, str]) -> None:
        self.seen.setdefault(table.name, set()).update(told)
        self.writers[table.name].writerow([at.row, *(told.get(name, "") for name in table.columns)])

    def _texts(self, element: etree._Element) -> dict[str, str]:
        """What stands in an element, by the names that the CSV return has for it; the first of two alike."""
        names = {xml: name for name, xml in spec().xml_names.items()}
        told: dict[str, str] = {}
        for one in element:
            if not len(one):
                told.setdefault(names.get(name_of(one), name_of(one)), text_of(one)[:LONGEST_LINE])
        return told

    def _unknown(self, at: Place, element: etree._Element | None) -> None:
        """Says of elements that no table has a place for."""
        for one in element if element is not None else ():
            if name_of(one) not in _known_names():
                self.job.source.flag(at, "element_unknown", "CHILD", element="of another kind")
        if element is not None and (text_of(element) or any((one.tail or "").strip() for one in element)):
            self.job.source.flag(at, "stray_text", name_of(element))


def _places(table: Table, child: etree._Element, header: etree._Element | None) -> Iterator[etree._Element]:
    """Where a child's rows of a table stand."""
    if table.element == _HEADER:
        if header is not None:
            yield header
        return
    for around in (child, header):
        yield from (one for one in (around if around is not None else ()) if name_of(one) == table.element)


def _known_names() -> frozenset[str]:
    rules = spec()
    columns = {rules.xml_names.get(name, name) for table in rules.tables for name in table.columns}
    return frozenset(columns | {table.element for table in rules.tables if table.element} | rules.xml_only)


def laid_out(one: Mine, job: Job) -> Iterator[tuple[Table, LaidOut]]:
    """The tables of one XML file that hold a row. Raises OSError where the file cannot be opened."""
    tables = [table for table in spec().tables if table.element]
    paths = {table.name: job.scratch / f"{table.name}.csv" for table in tables}
    with ExitStack() as stack:
        writers = {
            name: csv.writer(
                stack.enter_context(path.open("w", encoding="utf-8", newline="", errors="surrogatepass"))
            )
            for name, path in paths.items()
        }
        laying = _Laying(job, writers)
        shape = Shape(_CHILD, _known_names())
        for at, element in children(one.path, one.file, job.source, shape, job.progress):
            laying.child(at, element)
    for table in tables:
        if seen := laying.seen.get(table.name):
            header = tuple(name if name in seen else "" for name in table.columns)
            yield table, LaidOut(paths[table.name], header)
