"""Published tables as cells: what each says of a count, and which counts add up to which.

A cell is named by what it counts and by where it stands in each dimension. A dimension has one column, or several from the
whole to its parts (region, authority): where a cell stands is then a path, and the empty path is the total. So a margin
of one table and a cell of another that lacks the dimension are the same cell, and tables are linked without being told.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import rustworkx as rx
import yaml

from heard.engine.publish import columns, factors, guess
from heard.engine.publish.policy import Policy, policy_of
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from pathlib import Path

type Where = tuple[str, ...]
# What is counted, and of each dimension in which it is no total: its name and where.
type Key = tuple[str, frozenset[tuple[str, Where]]]

TOTALS = frozenset({"", "total", "all"})
OTHERS = "others"
_LAYOUT = (
    "measures",
    "dimensions",
    "totals",
    "no_totals",
    "exhaustive",
    "below",
    "sums",
    "about",
    "policy",
    "whose",
)
_NO_LAYOUT = "is no layout of a table. It names `dimensions`, each with its columns."


@dataclass(frozen=True)
class Layout:
    """How a table is written. `dimensions`: of each its columns, the whole first. `measures`: columns of counts; where
    there is one, it is named `count` unless `about` says what is counted. `exhaustive`: dimensions whose parts make up
    their total; others (one child may have several signs) do not add up, and nothing is worked out from them. `no_totals`:
    words that look as if they were for all, and are not. `below`: of a
    place that the columns name beside others, the one that it is a part of. `sums`: of a measure that is the sum of others,
    these; None where the layout does not say. `policy`: the one by which it was published, where the table itself says so.
    `of_others`: somebody else published it, so that what it gives away is counted and never named."""

    dimensions: dict[str, tuple[str, ...]]
    measures: tuple[str, ...] = ("count",)
    totals: frozenset[str] = TOTALS
    exhaustive: frozenset[str] | None = None
    below: dict[str, str] = field(default_factory=dict)
    about: str = ""
    policy: Policy | None = None
    sums: dict[str, tuple[str, ...]] | None = None
    of_others: bool = False
    no_totals: frozenset[str] = frozenset()

    def as_told(self) -> dict[str, Any]:
        """Plain values, from which the layout is read again."""
        told: dict[str, Any] = {
            "dimensions": {name: list(columns) for name, columns in self.dimensions.items()},
            "measures": list(self.measures),
            "totals": sorted(self.totals - TOTALS),
            "sums": {whole: list(parts) for whole, parts in (self.sums or {}).items()},
        }
        if self.exhaustive is not None:
            told["exhaustive"] = sorted(self.exhaustive)
        told |= {"no_totals": sorted(self.no_totals)} if self.no_totals else {}
        told |= {"below": dict(self.below)} if self.below else {}
        told |= {"about": self.about} if self.about else {}
        told |= {"whose": OTHERS} if self.of_others else {}
        return told | ({"policy": self.policy.as_told()} if self.policy else {})

    def adds_up(self, dimension: str) -> bool:
        return self.exhaustive is None or dimension in self.exhaustive

    def named(self, measure: str) -> str:
        """What a column of counts counts."""
        return self.about or measure if len(self.measures) == 1 else measure


@dataclass(frozen=True)
class CountsRow:
    """One row of a table. `places`: where it stands in each dimension; `depths`: how many columns of each dimension are
    filled; `texts`: what stands in each column of counts. `number`: 1 for the first below the header."""

    number: int
    places: dict[str, Where]
    depths: dict[str, int]
    texts: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table of counts or of what is printed in their stead. `name` is the file's, or what the table is called. `warnings`:
    what was guessed of its layout, in sentences. `maybe`: dimensions, and places in them that may be their total by a word that
    nobody knows."""

    name: str
    layout: Layout
    rows: tuple[CountsRow, ...]
    warnings: tuple[str, ...] = ()
    maybe: tuple[tuple[str, str], ...] = ()

    def as_total(self, dimension: str, place: str) -> Table:
        """The table with a place taken for the total of those beside it."""
        rows = (
            replace(
                row,
                places=row.places | {dimension: row.places[dimension][:-1]},
                depths=row.depths | {dimension: row.depths[dimension] - 1},
            )
            if row.places[dimension][-1:] == (place,)
            else row
            for row in self.rows
        )
        return replace(self, rows=tuple(rows), maybe=())

    def key(self, row: CountsRow, measure: str) -> Key:
        return key_of(self.layout.named(measure), row.places)

    @property
    def keys(self) -> Iterator[Key]:
        return (self.key(row, measure) for row in self.rows for measure in self.layout.measures)


@dataclass(frozen=True)
class Shown:
    """What one table says of one cell: at least `low`, at most `high` (None: no limit). `hidden`: a symbol stands for it
    that says it must not be known; `policy`: by which it was published."""

    key: Key
    low: int
    high: int | None
    hidden: bool
    table: str
    policy: Policy
    of_others: bool = False

    @property
    def values(self) -> int | None:
        """How many counts it may be by itself; None without a limit."""
        return None if self.high is None else self.high - self.low + 1


@dataclass(frozen=True)
class Relation:
    """The count of `total` is the sum of the counts of `parts`."""

    total: Key
    parts: tuple[Key, ...]


@dataclass
class Published:
    """All that some tables show, and how it adds up."""

    shown: list[Shown] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)

    def add(self, table: Table, policy: Policy) -> None:
        """`policy`: of a table that does not say by which it was published. Raises `NotDone` where a cell is neither a
        count nor a symbol of it."""
        policy = table.layout.policy or policy
        for row in table.rows:
            base = policy.rounded_to(row.depths)
            for measure, text in row.texts.items():
                if limits := _limits(table.name, row.number, text, base, policy):
                    key = table.key(row, measure)
                    self.shown.append(Shown(key, *limits, table.name, policy, table.layout.of_others))
        self.relations += relations(table)


def relations(table: Table) -> Iterator[Relation]:
    """Which cells add up to which, shown or not: along each dimension, from the parts to what they make, and of the columns
    of counts those that are the sum of others."""
    keys = list(dict.fromkeys(table.keys))
    for dimension in (name for name in table.layout.dimensions if table.layout.adds_up(name)):
        parts: dict[Key, list[Key]] = defaultdict(list)
        for measure, places in keys:
            where = next((place for name, place in places if name == dimension), ())
            if where:
                parts[_moved(measure, places, dimension, where[:-1])].append((measure, places))
        yield from (Relation(total, tuple(cells)) for total, cells in parts.items())
    for whole, of in (table.layout.sums or {}).items():
        for row in table.rows:
            yield Relation(table.key(row, whole), tuple(table.key(row, part) for part in of))


def connected(keys: Iterable[Key], relations: Iterable[Relation]) -> list[tuple[list[Key], list[Relation]]]:
    """Groups of `keys` that depend on one another, each with its relations: each is a programme of its own. A relation
    without any of the keys is in no group."""
    keys, graph = list(keys), rx.PyGraph(multigraph=False)
    number = dict(zip(keys, graph.add_nodes_from(keys), strict=True))
    held: list[tuple[int, Relation]] = []
    for relation in relations:
        nodes = [number[key] for key in (relation.total, *relation.parts) if key in number]
        if nodes:
            held.append((nodes[0], relation))
            graph.add_edges_from_no_data([(nodes[0], other) for other in nodes[1:]])
    groups: list[tuple[list[Key], list[Relation]]] = []
    group_of: dict[int, int] = {}
    for found in rx.connected_components(graph):
        group_of |= dict.fromkeys(found, len(groups))
        groups.append(([keys[node] for node in sorted(found)], []))
    for node, relation in held:
        groups[group_of[node]][1].append(relation)
    return groups


def _moved(measure: str, places: frozenset[tuple[str, Where]], dimension: str, to: Where) -> Key:
    rest = frozenset(place for place in places if place[0] != dimension)
    return measure, rest | {(dimension, to)} if to else rest


def key_of(measure: str, places: dict[str, Where]) -> Key:
    """The name of a cell; dimensions in which it is the total take no part in it."""
    return measure, frozenset((name, where) for name, where in places.items() if where)


def in_words(key: Key) -> str:
    """The cell as a person would name it: `Gangs, area North East / Wexmoor, year 2023`."""
    measure, places = key
    said = [f"{name.replace('_', ' ')} {' / '.join(where)}" for name, where in sorted(places)]
    return ", ".join([measure, *said]) if said else f"{measure}, total"


def read_table(path: Path) -> Table:
    """A table in CSV. Beside `name.csv` may lie `name.yaml` with its layout; else every column is a dimension but for one that is
    called `count`, or it is guessed which columns hold counts. Raises `NotDone` with what is wrong."""
    header, rows = _rows(path)
    layout, said = _layout(path, header, rows)
    layout, warnings = _guessed(path.name, layout, rows)
    table = _table(path.name, layout, rows, [*said, *warnings])
    _refuse_twice(table)
    maybe = [total for total in guess.possible_totals(table) if total[1].casefold() not in layout.no_totals]
    return replace(table, maybe=tuple(maybe))


def _table(name: str, layout: Layout, rows: Iterable[dict[str, str]], warnings: Iterable[str] = ()) -> Table:
    of = (_row(number, row, layout) for number, row in enumerate(rows, start=1))
    return Table(name, layout, tuple(of), tuple(warnings))


def _guessed(name: str, layout: Layout, rows: list[dict[str, str]]) -> tuple[Layout, list[str]]:
    """The layout with what it leaves unsaid."""
    warnings = []
    for dimension, place, said in guess.totals(_table(name, layout, rows)):
        if place.casefold() in layout.no_totals:
            continue
        if said:
            layout = replace(layout, totals=layout.totals | {place.casefold()})
            warnings.append(f"{name}: “{place}” was taken for the total of {dimension}. "
                            "Add the word to `totals` of the layout, or give the row another name.")  # fmt: skip
        else:
            warnings.append(f"{name}: “{place}” may be what the others of {dimension} add up to. Where it is their total, "
                            "add the word to `totals` of the layout: else it protects nobody. Where it is not, add it to "
                            "`no_totals`.")  # fmt: skip
    if layout.sums is None and (sums := guess.sums(_table(name, layout, rows))):
        layout = replace(layout, sums=sums)
        warnings += [
            f"{name}: the column {whole} was taken for the sum of {' and '.join(parts)}. Write it as `sums` of the layout, "
            "or `sums: {}` where that is chance."
            for whole, parts in sums.items()
        ]
    return layout, warnings


def write_table(source: Path, target: Path, texts: Iterable[dict[str, str]], layout: Layout) -> None:
    """The table at `source` with other words in its columns of counts, row by row, and `layout` beside it."""
    header, rows = _rows(source)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(
            {name: row.get(name, "") for name in header} | text for row, text in zip(rows, texts, strict=True)
        )
    told = yaml.safe_dump(layout.as_told(), sort_keys=False, allow_unicode=True)
    target.with_suffix(".yaml").write_text(told, encoding="utf-8")


def layout_of(path: Path) -> tuple[Layout, tuple[str, ...]]:
    """The layout by which a table in CSV is read, and what was guessed of it. Raises `NotDone`."""
    table = read_table(path)
    return table.layout, table.warnings


def _layout(path: Path, header: list[str], rows: list[dict[str, str]]) -> tuple[Layout, list[str]]:
    beside = path.with_suffix(".yaml")
    if beside.is_file():
        layout = _told(_read_layout(beside), str(beside))
        named = {column for dimension in layout.dimensions.values() for column in dimension} | set(
            layout.measures
        )
        if missing := sorted(named - set(header)):
            raise NotDone(f"{path} has no column {', '.join(missing)}, of which {beside.name} speaks.")
    if not rows:
        raise NotDone(f"{path} shows no count. A table needs rows below its header.")
    if beside.is_file():
        return layout, []
    if told := factors.layout_of(header):
        return _told(told, str(path)), []
    if "count" in header:
        return Layout({name: (name,) for name in header if name != "count"}), []
    told, said = columns.guessed(path.name, header, rows, Policy(), TOTALS, factors.parts_of_london())
    return _told(told, str(path)), said


def _read_layout(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise NotDone(f"{path} {_NO_LAYOUT}") from problem


def _told(told: Any, where: str) -> Layout:
    try:
        if unknown := sorted(set(told) - set(_LAYOUT)):
            raise NotDone(f"{where} says {', '.join(unknown)}. It may say: {', '.join(_LAYOUT)}.")
        dimensions = {
            str(name): (columns,) if isinstance(columns, str) else tuple(map(str, columns))
            for name, columns in told["dimensions"].items()
        }
        measures = tuple(_words(told.get("measures") or ["count"], "measures", where))
        exhaustive = None
        if "exhaustive" in told:
            exhaustive = frozenset(_words(told["exhaustive"], "exhaustive", where, among=dimensions))
        sums = None
        if told.get("sums") is not None:
            sums = {
                str(whole): tuple(_words(parts, "sums", where, among=measures))
                for whole, parts in told["sums"].items()
            }
            _words(list(sums), "sums", where, among=measures)
        if told.get("whose", OTHERS) != OTHERS:
            raise NotDone(
                f"{where}: `whose` is {OTHERS}, for a table that somebody else published, or left out."
            )
        return Layout(
            dimensions=dimensions,
            measures=measures,
            of_others="whose" in told,
            totals=frozenset(w.casefold() for w in _words(told.get("totals", []), "totals", where)) | TOTALS,
            exhaustive=exhaustive,
            no_totals=frozenset(w.casefold() for w in _words(told.get("no_totals", []), "no_totals", where)),
            sums=sums,
            below={str(part): str(whole) for part, whole in told.get("below", {}).items()},
            about=str(told.get("about", "")),
            policy=policy_of(told["policy"], where) if "policy" in told else None,
        )
    except (KeyError, TypeError, AttributeError) as problem:
        raise NotDone(f"{where} {_NO_LAYOUT}") from problem


def _words(told: Any, name: str, where: str, among: Iterable[str] | None = None) -> list[str]:
    """A list of words of a layout. A single word would be read letter by letter, and a name that the table does not have
    would protect nothing: both are refused."""
    if not isinstance(told, list | tuple) or any(isinstance(word, list | dict) for word in told):
        raise NotDone(f"{where}: `{name}` is a list, such as [{told if isinstance(told, str) else 'a, b'}].")
    words = [str(word) for word in told]
    if among is not None and (unknown := sorted(set(words) - set(among))):
        raise NotDone(f"{where}: `{name}` names {', '.join(unknown)}, which the layout does not have. "
                      f"It has: {', '.join(among)}.")  # fmt: skip
    return words


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [{k: (v or "").strip() for k, v in row.items() if k is not None} for row in reader]
            return list(reader.fieldnames or []), rows
    except FileNotFoundError as problem:
        raise NotDone(f"{path} is not there. Check the path.") from problem
    except OSError as problem:
        raise NotDone(
            f"{path} cannot be opened: {problem.strerror}. Check that you may read it."
        ) from problem
    except (UnicodeDecodeError, csv.Error) as problem:
        raise NotDone(f"{path} cannot be read as a table in CSV (UTF-8). Check the file.") from problem


def _row(number: int, row: dict[str, str], layout: Layout) -> CountsRow:
    filled = {name: _filled(row, columns, layout) for name, columns in layout.dimensions.items()}
    return CountsRow(
        number,
        {name: _path(where, layout) for name, where in filled.items()},
        {name: len(where) for name, where in filled.items()},
        {measure: row.get(measure, "") for measure in layout.measures},
    )


def _filled(row: dict[str, str], columns: tuple[str, ...], layout: Layout) -> Where:
    """Down to the first column that says that this is the total of all that is below."""
    path: list[str] = []
    for column in columns:
        if row[column].casefold() in layout.totals:
            break
        path.append(row[column])
    return tuple(path)


def _path(filled: Where, layout: Layout) -> Where:
    """With each place that the columns leave out: what a place is a part of stands before it."""
    path: list[str] = []
    for place in filled:
        above: list[str] = [place]
        while (whole := layout.below.get(above[0])) and whole not in above and whole not in path:
            above.insert(0, whole)
        path += above
    return tuple(path)


def _limits(
    table: str, row: int, text: str, base: int, policy: Policy
) -> tuple[int, int | None, bool] | None:
    """Between which counts a cell is, as it is written, and whether it is hidden; None where there is no such count."""
    if text in policy.not_applicable:
        return None
    if policy.hides(text):
        return *policy.meaning(text), True
    if text in policy.not_available or not text:
        return 0, None, False
    if text in policy.rounds_to_zero:
        return *rounded_limits(0, base), False
    if (count := whole(text)) is None:
        raise NotDone(
            f"{table}, row {row}: a cell is neither a count nor a symbol of the policy. Correct it."
        )
    return *(rounded_limits(count, base) if count else (0, 0)), False  # 0 is a true zero


def whole(text: str) -> int | None:
    """The count that a cell shows; None where it shows none."""
    plain = text.replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 16 else None


def rounded_limits(count: int, base: int) -> tuple[int, int]:
    """Which counts, but for a true zero, are rounded half up to `count`."""
    return max(1, count - base // 2), max(1, count + (base - 1) // 2)


def _refuse_twice(table: Table) -> None:
    seen: dict[Key, int] = {}
    for row in table.rows:
        key = key_of("", row.places)
        if key in seen:
            raise NotDone(
                f"{table.name}: rows {seen[key]} and {row.number} are the same cell. A table says each cell once."
            )
        seen[key] = row.number
