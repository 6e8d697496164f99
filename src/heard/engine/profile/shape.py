"""What a profile or another report is made of: tidy tables of counts, and the sections that show them.

A table is counted first, with true counts; what to print of each cell is decided over all tables together and put in
afterwards (`printed`). Every format is drawn from the same tables with the same texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar

TOTAL = "Total"
LISTED, NOT_LISTED = "Listed", "Not listed"
SCATTERED, HELD_BY_ONE = "Scattered", "One agency holds enough"
OTHERS = "Other combinations"
SEEN, NOT_SEEN, NOT_KNOWN = "seen", "not seen", "not known"
ELSEWHERE = "Elsewhere"
NOT_GIVEN, NOT_COLLECTED, SEVERAL = "Not given", "Not collected", "Recorded in more than one way"

type Where = tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One count. `places`: where it stands in each dimension, () for its total. `text`: what is printed of it. `known`:
    everybody knows it, so hiding it would hide nothing. `wanted`: rather more of the others is hidden than it, what is wanted first being 1, then 2; 0
    where it is like any other. `few`: it tells of few children, whatever its own number. `between`: where a symbol stands for it, the least and most
    (None: no limit) that all that is published leaves possible. `beside`: what further columns say of it."""

    places: Mapping[str, Where]
    count: int
    text: str = ""
    known: bool = False
    wanted: int = 0
    few: bool = False
    between: tuple[int, int | None] | None = None
    beside: Mapping[str, str] = field(default_factory=dict)

    def at(self, dimension: str) -> Where:
        return self.places.get(dimension, ())


@dataclass(frozen=True)
class Tidy:
    """A table of counts of `about`. `dimensions`: of each its columns, the whole first. `adds_up`: dimensions whose parts
    make up their total."""

    name: str
    about: str
    dimensions: Mapping[str, tuple[str, ...]]
    adds_up: frozenset[str]
    cells: tuple[Cell, ...]

    def printed(
        self, texts: Iterable[str], between: Iterable[tuple[int, int | None] | None] | None = None
    ) -> Tidy:
        """With what is to be printed of each cell, in their order, and how close an outsider comes to it."""
        cells = (
            replace(cell, text=text, between=limits)
            for cell, text, limits in zip(self.cells, texts, between or [None] * len(self.cells), strict=True)
        )
        return replace(self, cells=tuple(cells))

    def cell(self, **places: Where) -> Cell | None:
        """The cell at these places, and the total of all other dimensions."""
        return next((cell for cell in self.cells if all(cell.at(n) == where for n, where in places.items())
                     and all(not cell.at(n) for n in self.dimensions if n not in (*places, "as_of"))), None)  # fmt: skip

    def text(self, **places: Where) -> str:
        """What is printed of the cell at these places; empty where there is no such cell."""
        return found.text if (found := self.cell(**places)) else ""

    @property
    def header(self) -> list[str]:
        columns = [column for several in self.dimensions.values() for column in several]
        beside = dict.fromkeys(name for cell in self.cells for name in cell.beside)
        return [*columns, *beside, "count"]

    def lines(self) -> Iterable[list[str]]:
        """The rows below the header, as they are printed."""
        beside = self.header[sum(map(len, self.dimensions.values())) : -1]
        for cell in self.cells:
            filled = [
                name
                for dimension, columns in self.dimensions.items()
                for name in (*cell.at(dimension), *[TOTAL] * len(columns))[: len(columns)]
            ]
            yield [*filled, *(cell.beside.get(name, "") for name in beside), cell.text]


@dataclass(frozen=True)
class Across:
    """What stands in the columns of counts: a place of one dimension under each heading. Without `dimension`: one column."""

    dimension: str = ""
    heads: Mapping[str, Where] = field(default_factory=dict)


@dataclass(frozen=True)
class GridRow:
    label: str
    depth: int
    texts: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table as a person reads it: what the rows are, the headings of counts, those of words, and the rows."""

    rows_are: str
    heads: tuple[str, ...]
    beside: tuple[str, ...]
    rows: tuple[GridRow, ...]


@dataclass(frozen=True)
class Section:
    """One part of a profile: words, and under its coverage one table with a picture of it. `down`: the dimension of the
    rows, called `rows`; `beside`: headings of further columns, each with its name in the table; `labels`: how a person reads
    a place; `drawn`: which headings of counts the picture shows, none: no picture. `lines`: in place of a table of counts one
    of words, its head first. `level`: of its heading, 3 for what is a part of the section before. `outlines`: of a map, as `areas.Areas`; `title`, `hidden`:
    what stands above it, and the symbol of what is hidden."""

    id: str
    heading: str
    words: tuple[str, ...]
    coverage: str
    table: Tidy | None = None
    down: str = ""
    rows: str = ""
    across: Across = field(default_factory=Across)
    labels: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    drawn: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    level: int = 2
    outlines: Mapping[str, Sequence[tuple[tuple[float, float], ...]]] = field(default_factory=dict)
    title: str = ""
    hidden: str = ""

    @property
    def has_grid(self) -> bool:
        return bool(self.lines) or self.table is not None

    @property
    def grid(self) -> Grid:
        """The printed texts, row by row, and what stands beside them."""
        if self.lines:
            (first, *heads_of_words), *said = self.lines
            of_words = tuple(GridRow(label, 0, (), tuple(texts)) for label, *texts in said)
            return Grid(first, (), tuple(heads_of_words), of_words)
        assert self.table is not None
        heads = self.across.heads or {"Number": ()}
        rows: dict[Where, dict[Where, str]] = {}
        beside: dict[Where, Mapping[str, str]] = {}
        for cell in self.table.cells:
            row = rows.setdefault(cell.at(self.down), {})
            row[cell.at(self.across.dimension) if self.across.dimension else ()] = cell.text
            beside[cell.at(self.down)] = cell.beside
        top = min(map(len, rows))
        return Grid(
            self.rows,
            tuple(heads),
            tuple(self.beside),
            tuple(
                GridRow(
                    self._label(where),
                    len(where) - top,
                    tuple(texts.get(one, "") for one in heads.values()),
                    tuple(beside[where].get(name, "") for name in self.beside.values()),
                )
                for where, texts in rows.items()
            ),
        )

    def _label(self, where: Where) -> str:
        last = where[-1] if where else TOTAL
        return self.labels.get(last, last)


@dataclass(frozen=True)
class Quality:
    """How good the data are. `sources`: who supplied what; `fields`: of each source, how many of its records lack each field, in words; `linking`:
    expected linkage error by group, in words, empty where it was not measured; `notes`: what else has to be known; `reach`: of each source,
    signs, and for each month of the profile how much of it the source covers ('all', 'part' or 'none'). `head`, `LINKING`, `reach_head`: the
    headings of the three."""

    LINKING: ClassVar[tuple[str, ...]] = ("Group", "Value", "Links that are right", "Links that are found")

    sources: Section
    head: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]
    linking: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    reach_head: tuple[str, ...] = ()
    reach: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Hiding:
    """How small counts were hidden: in `words`, up to which number they are `small`, the symbol that stands for them, to
    which number others were rounded (1: not at all), and all of the policy in plain values."""

    words: str
    small: int
    hidden: str
    rounded_to: int = 1
    policy: Mapping[str, Any] = field(default_factory=dict)

    def printed(self, count: int) -> str:
        """A count that stands in no table, as one of a table would be printed: rounded half up."""
        to = self.rounded_to
        return thousands(str((count + to // 2) // to * to))

    def said(self, cell: Cell | None) -> str:
        """A printed count in the middle of a sentence: where it is hidden, the range that the tables leave to anybody."""
        text = cell.text if cell else ""
        if text != self.hidden or not cell:
            return thousands(text)
        low, high = cell.between or (0, None)
        if high is None:
            return f"{low:,} or more ({text})"
        return f"{low:,} to {high:,} ({text})" if low < high else f"{low:,}"


def thousands(text: str) -> str:
    """A printed count with its thousands apart; a symbol as it is."""
    return f"{int(text):,}" if text.isascii() and text.isdigit() else text


@dataclass(frozen=True)
class Profile:
    """A profile as it may be shown, or another report. `first` and `as_of`: the days of its period, both in it. `release` and
    `rule`: empty where it goes by none. `quality`: None where no source was linked. `kind` and `opening`: what it is, and what
    is said before anything else."""

    title: str
    first: date
    as_of: date
    release: str
    rule: str
    quality: Quality | None
    findings: tuple[str, ...]
    sections: tuple[Section, ...]
    hiding: Hiding
    kind: str = "Problem profile"
    opening: str = (
        "It says what agencies know together of children who may be sexually exploited: not how many there are. No child is "
        "ranked, and no place is to blame."
    )
    made_on: date | None = None  # where that is another day than `as_of`

    @property
    def tables(self) -> Sequence[Tidy]:
        """Each once, however many sections show it."""
        shown = (self.quality.sources, *self.sections) if self.quality else self.sections
        return list({section.table.name: section.table for section in shown if section.table}.values())
