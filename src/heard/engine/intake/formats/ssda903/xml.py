"""The XML return as the tables of the CSV return, laid out on disk in one pass, so that memory stays flat.

Children are taken many at once, in columns (`xml_columns`). A row's number is that of its child, 1 for the first; so one child's rows
share it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from heard.engine.intake import xml_columns
from heard.engine.intake.distinct import Flags
from heard.engine.intake.formats import Job, Mine
from heard.engine.intake.formats.ssda903.tables import Table, spec
from heard.engine.intake.ledger import Place
from heard.engine.intake.sheets import Batch, Said, SheetRow
from heard.engine.intake.xml_children import Shape, children, without_namespace
from heard.engine.intake.xml_columns import Codes, Columns

if TYPE_CHECKING:
    from lxml import etree

_HEADER, _CHILD = "HEADER", "CHILD"
_AT_ONCE = 10_000  # children, and rows of a table
LONGEST = 10_000  # letters: no column of the return has so many


@dataclass(frozen=True)
class LaidOut:
    """A table of the XML, on disk. `header`: the table's columns; one that no child has is named by nothing."""

    path: Path
    header: tuple[str, ...]

    def rows(self) -> Iterator[SheetRow]:
        for batch in self.batches(range(len(self.header))):
            cells = zip(*(batch.cells[place].to_pylist() for place in range(len(self.header))), strict=True)
            told = (
                SheetRow(number, list(row)) for number, row in zip(batch.numbers.tolist(), cells, strict=True)
            )
            yield from sorted((*told, *batch.faulty), key=lambda row: row.number)

    def batches(self, places: Collection[int]) -> Iterator[Batch]:
        with pa.memory_map(str(self.path)) as held, pa.ipc.open_file(held) as read:
            for number in range(read.num_record_batches):
                numbers, blank, *columns = read.get_batch(number).columns
                rows, none = np.asarray(numbers), np.asarray(blank)
                faulty = tuple(SheetRow(row, None, ("row_blank",)) for row in rows[none].tolist())
                some = pa.array(~none)
                yield Batch(rows[~none], {place: columns[place].filter(some) for place in places}, faulty)

    def said(self) -> Iterator[Said]:
        yield from ()


class _Children(xml_columns.Children):
    """Children of one return as they are read, one by one. `names`: of each element its name, by its place in `known`; `counts`: how
    many stand directly in it."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, int] = {}
        self.names: list[int] = []
        self.counts: list[int] = []
        self._places: dict[object, int] = {}

    def add(self, row: int, element: etree._Element) -> None:
        """Takes all that a child's element holds; it may be freed afterwards."""
        tags, counts = self.take(row, element)
        try:
            self.names += [self._places[tag] for tag in tags]
        except KeyError:
            self.names += map(self._place, tags)
        self.counts += counts

    def _place(self, tag: object) -> int:
        """Of a tag, with or without its namespace; what is no element has no name."""
        if tag not in self._places:
            self._places[tag] = self.known.setdefault(without_namespace(tag), len(self.known))
        return self._places[tag]

    def which(self, rule: Callable[[str], int]) -> Codes:
        """What a rule makes of each name."""
        return np.array(list(map(rule, self.known)), np.int64)


class _Standing:
    """How the elements of many children stand in each other, as far as the return goes. `child`: whose each is; `around`: the element in
    which it stands directly, of those that hold columns (the child itself, its first header, what makes a row of a table), else -1;
    `headers`: of each child its header, -1 where it has none; `rows`: the elements that make a row of a table, a child's own before those
    of its header."""

    def __init__(self, children: _Children, starts: Codes) -> None:
        self.names, counts = np.array(children.names), np.array(children.counts)
        self.known = children.known
        self.child = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(counts)))
        above = _levels(counts, starts)
        depth = [above[level] == np.arange(len(counts)) for level in range(4)]
        kind = children.which(lambda name: _kinds().get(name, 0))[self.names]
        heads = np.flatnonzero(depth[1] & (kind == _HEAD))[::-1]
        self.headers = np.full(len(starts), -1)
        self.headers[self.child[heads]] = heads
        in_header = depth[2] & (above[1] == self.headers[self.child])
        rows = np.flatnonzero((kind == _ROW) & (depth[1] | in_header))
        self.rows = rows[np.lexsort((rows, in_header[rows], self.child[rows]))]
        parent = np.full(len(counts), -1)
        for level in (1, 2, 3):
            parent[depth[level]] = above[level - 1][depth[level]]
        self.holders = np.concatenate((starts, self.headers[self.headers >= 0], self.rows))
        holds = np.zeros(len(counts) + 1, bool)
        holds[self.holders] = True
        self.around = np.where(holds[parent], parent, -1)
        column = children.which(lambda name: _columns().get(_csv_names().get(name, name), -1))[self.names]
        self._told = np.flatnonzero((column >= 0) & (counts == 0) & (self.around >= 0))[::-1]
        self._in, self._column = self.around[self._told], column[self._told]
        self._own = self._first_of(self.headers, list(_columns()))

    def _first_of(self, holders: Codes, columns: Sequence[str]) -> Codes:
        """Of each holder and column, where the first element of that column stands; -1 where none does."""
        found = np.full((len(holders), len(columns)), -1)
        place_of = np.full(len(self.names) + 1, -1)
        place_of[holders] = np.arange(len(holders))
        place_of[-1] = -1
        of_column = np.full(len(_columns()), -1)
        of_column[[_columns()[name] for name in columns]] = np.arange(len(columns))
        row, column = place_of[self._in], of_column[self._column]
        some = (row >= 0) & (column >= 0)
        found[row[some], column[some]] = self._told[some]  # the first of all comes last
        return found

    def of(self, table: Table) -> tuple[Codes, Codes]:
        """The rows of a table: whose child's each is, and where each of its columns stands, -1 where nowhere."""
        columns = [_columns()[name] for name in table.columns]
        if table.element == _HEADER:
            child = np.flatnonzero(self.headers >= 0)
            return child, self._own[np.ix_(child, columns)]
        place = self.known.get(table.element or "", -1)
        mine = self.rows[self.names[self.rows] == place]
        found = self._first_of(mine, table.columns)
        return self.child[mine], np.where(found >= 0, found, self._own[np.ix_(self.child[mine], columns)])


def _levels(counts: Codes, starts: Codes) -> list[Codes]:
    """Of each element that in which it stands, or it itself, of the children, of what stands directly in them, and so on to the fourth
    level; -1 or one of another's where it does not stand so deep. `counts`: how many stand directly in each."""
    places = np.arange(len(counts))
    before = np.cumsum(counts - 1) - (counts - 1)  # how many more are to come, of those that were begun
    apart = 2 * len(counts) + 1
    begins = np.zeros(len(counts), bool)
    begins[starts] = True
    levels, rest = [], places
    for _ in range(4):
        within = np.cumsum(begins)
        levels.append(np.maximum.accumulate(np.where(begins, places, -1)))
        rest = rest[~begins[rest]]
        values = (
            before[rest] - apart * within[rest]
        )  # what follows directly in the same goes lower than all before
        begins = np.zeros(len(counts), bool)
        begins[rest[np.append(True, values[1:] < np.minimum.accumulate(values)[:-1])[: len(rest)]]] = True
    return levels


_HEAD, _ROW = 1, 2


@cache
def _kinds() -> dict[str, int]:
    return {table.element: _HEAD if table.element == _HEADER else _ROW for table in in_xml() if table.element}


@cache
def _columns() -> dict[str, int]:
    """Every column of the tables, each with a place."""
    names = dict.fromkeys(name for table in in_xml() for name in table.columns)
    return {name: place for place, name in enumerate(names)}


@cache
def in_xml() -> tuple[Table, ...]:
    """The tables that the XML has."""
    return tuple(table for table in spec().tables if table.element)


@cache
def _csv_names() -> dict[str, str]:
    return {xml: name for name, xml in spec().xml_names.items()}


@cache
def _known_names() -> frozenset[str]:
    rules = spec()
    columns = {rules.xml_names.get(name, name) for table in rules.tables for name in table.columns}
    return frozenset(columns | {table.element for table in rules.tables if table.element} | rules.xml_only)


@dataclass
class _Laying:
    """What is known while the file is laid out. `seen`: of each table, which of its columns some row has."""

    file: str
    job: Job
    writers: dict[str, pa.RecordBatchFileWriter]
    seen: dict[str, Flags] = field(default_factory=dict)
    children: _Children = field(default_factory=_Children)

    def child(self, at: Place, child: etree._Element) -> None:
        self.children.add(at.row, child)
        if len(self.children) >= _AT_ONCE:
            self.lay_out()

    def lay_out(self) -> None:
        """Writes what the children tell that were read since."""
        if not len(self.children):
            return
        children, self.children = self.children, _Children()
        columns = Columns(children)
        standing = _Standing(children, columns.starts)
        with self.job.source.row_by_row():
            self._depart(columns, standing)
        texts = pa.array([text[:LONGEST] for text in columns.texts], pa.string())
        for table in in_xml():
            self._table(table, columns, standing, texts)

    def _depart(self, columns: Columns, standing: _Standing) -> None:
        """Says of children without a header, of elements that no table has a place for, and of text where none belongs."""
        source = self.job.source
        rows = columns.rows[standing.headers < 0]
        source.files[self.file].read += len(rows)
        source.set_aside_rows(self.file, rows, "id_missing", "CHILDID")
        strange = np.array([name not in _known_names() for name in standing.known])[standing.names]
        rows = columns.rows[standing.child[strange & (standing.around >= 0)]]
        source.flag_rows(self.file, rows, "element_unknown", "CHILD", element="of another kind")
        behind = [columns.starts[child] + n for child, tails in columns.tails.items() for n, tail in enumerate(tails) if tail]  # fmt: skip
        names = list(standing.known)
        holders = set(standing.around[np.array(behind, np.int64)].tolist()) - {-1}
        holders.update(standing.holders[columns.codes[standing.holders] > 0].tolist())
        for place in sorted(holders):
            at = Place(self.file, int(columns.rows[standing.child[place]]))
            source.flag(at, "stray_text", names[standing.names[place]])

    def _table(self, table: Table, columns: Columns, standing: _Standing, texts: pa.StringArray) -> None:
        child, places = standing.of(table)
        if table.told:
            told = columns.codes[places[:, [table.columns.index(name) for name in table.told]]].any(axis=1)
            child, places = child[told], places[told]
        if not len(child):
            return
        here = (places >= 0).any(axis=0)
        self.seen[table.name] = here | self.seen.get(table.name, here)
        codes = columns.codes[places]
        for start in range(0, len(child), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            cells = (texts.take(pa.array(one)) for one in codes[some].T)
            row = [pa.array(columns.rows[child[some]]), pa.array(~codes[some].any(axis=1)), *cells]
            self.writers[table.name].write_batch(pa.RecordBatch.from_arrays(row, schema=_schema(table)))


def _schema(table: Table) -> pa.Schema:
    """The number of the row, whether nothing stands in it, and what stands in each column."""
    columns = [(name, pa.string()) for name in table.columns]
    return pa.schema([("row", pa.int64()), ("blank", pa.bool_()), *columns])


def laid_out(one: Mine, job: Job) -> Iterator[tuple[Table, LaidOut]]:
    """The tables of one XML file that hold a row. Raises OSError where the file cannot be opened."""
    paths = {table.name: job.scratch / f"{table.name}.arrow" for table in in_xml()}
    with ExitStack() as stack:
        writers = {
            table.name: stack.enter_context(pa.ipc.new_file(str(paths[table.name]), _schema(table)))
            for table in in_xml()
        }
        laying = _Laying(one.file, job, writers)
        shape = Shape(_CHILD, _known_names())
        for at, element in children(one.path, one.file, job.source, shape, job.progress):
            laying.child(at, element)
        laying.lay_out()
    for table in in_xml():
        if (seen := laying.seen.get(table.name)) is not None:
            header = tuple(name if met else "" for name, met in zip(table.columns, seen, strict=True))
            yield table, LaidOut(paths[table.name], header)
