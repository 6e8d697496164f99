"""From files to rows: which column tells what, and what is wrong with a cell. No database, and no row is lost: each row that is read
is in `Files`, with what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from heard.engine.intake import delimited
from heard.engine.intake.finding import WORKBOOK_BEGINS
from heard.engine.intake.mapping import nearest
from heard.engine.intake.sheets import places_of, plain
from heard.engine.intake.values import (
    no_name,
    no_number,
    order_seen_in,
    read_date,
    read_id,
    read_nhs_number,
    read_postcode,
    read_sex,
    read_upn,
)
from heard.engine.tables import NotDone
from heard.insight.bringing.rules import (
    COLUMNS,
    STAGES,
    STATUSES,
    Column,
    Issue,
    Outcome,
    Shape,
    Table,
    compared,
    guess,
)
from heard.network.rules import kept_number, kept_postcode

type Headings = dict[Table, dict[str, str]]

_NAMES = ("given_name", "family_name", "known_as")


@dataclass
class BroughtRow:
    """One row below the heading. `values`: what each field says, as text or day, without what is left out. `hits`: records that
    may be of the same child, as (key, why). `there`: the record that was there already."""

    table: Table
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    hits: tuple[tuple[UUID, tuple[str, ...]], ...] = ()
    there: UUID | None = None

    def say(self, code: str, about: str = "") -> None:
        self.issues.append(Issue(code, about))

    @property
    def outcome(self) -> Outcome:
        if any(issue.fault.aside for issue in self.issues):
            return Outcome.ASIDE
        return Outcome.THERE if self.there else Outcome.KEPT

    @property
    def is_kept(self) -> bool:
        return self.outcome is Outcome.KEPT

    def text(self, name: str) -> str:
        return self.values.get(name) or ""

    def day(self, name: str) -> date | None:
        return self.values.get(name)

    @property
    def person(self) -> str:
        return self.text("person_id")


@dataclass
class File:
    """`taken`: which heading tells which field. `unread`: headings that tell nothing. `lacks`: fields without which no row of it can
    be brought in."""

    table: Table
    name: str
    sha256: str
    taken: dict[str, str]
    unread: list[str]
    lacks: list[str]
    rows: list[BroughtRow]

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def otherwise(self) -> dict[str, str]:
        """Of what was taken, the headings that are not the field's own name."""
        return {name: heading for name, heading in self.taken.items() if compared(heading) != compared(name)}


@dataclass
class Files:
    files: dict[Table, File]

    def rows(self, table: Table) -> list[BroughtRow]:
        return self.files[table].rows if table in self.files else []

    @property
    def all_rows(self) -> list[BroughtRow]:
        return [row for one in self.files.values() for row in one.rows]

    def count(self, outcome: Outcome) -> int:
        return sum(one.count(outcome) for one in self.files.values())


_NEEDED = {
    Table.PEOPLE: ("person_id",),
    Table.CASES: ("person_id", "opened_on"),
    Table.PLANS: ("person_id", "outcome"),
}


def load_headings(path: Path) -> Headings:
    """A mapping: of each table, which heading tells which field. Raises NotDone, which names the file and the remedy."""
    try:
        told = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 - text alone, no objects
    except OSError as error:
        raise NotDone(f"The mapping {path.name} cannot be opened. Check its path.") from error
    except UnicodeDecodeError as error:
        raise NotDone(f"The mapping {path.name} is not UTF-8 text. Save it as UTF-8.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise NotDone(
            f"The mapping {path.name} is not YAML. Check indents, colons and quotation marks."
        ) from error
    if not isinstance(told, dict) or not told:
        raise NotDone(
            f"The mapping {path.name} holds no lines of the form 'people:'. The guide has an example."
        )
    return {_table(path, name): _fields(path, name, fields) for name, fields in told.items()}


def _table(path: Path, name: str) -> Table:
    if name not in set(Table):
        raise NotDone(f"The mapping {path.name}: {name} is no table. {nearest(str(name), [*Table])}")
    return Table(name)


def _fields(path: Path, name: str, told: object) -> dict[str, str]:
    known = [column.field for column in COLUMNS[Table(name)]]
    if not isinstance(told, dict):
        raise NotDone(f"The mapping {path.name}: under {name}, write lines of the form 'birth_date: DOB'.")
    for key, heading in told.items():
        if key not in known:
            raise NotDone(
                f"The mapping {path.name}: {key} means nothing under {name}. {nearest(str(key), known)}"
            )
        if not isinstance(heading, str) or not heading.strip():
            raise NotDone(f"The mapping {path.name}: say which heading tells {key} of {name}.")
    return dict(told)


def read_files(paths: Mapping[Table, Path], headings: Headings | None = None) -> Files:
    """Every row of every file. Raises NotDone where a file cannot be opened, or the mapping names a heading that it lacks."""
    told = headings or {}
    for table in told.keys() - paths.keys():
        raise NotDone(
            f"The mapping speaks of {table.value}, and no such file is given. Give it, or take it out."
        )
    return Files(
        {table: _read(table, paths[table], told.get(table, {})) for table in Table if table in paths}
    )


def _read(table: Table, path: Path, told: dict[str, str]) -> File:
    try:
        content = path.read_bytes()
        sheet = delimited.open_sheet(path)
    except OSError as error:
        raise NotDone(f"The file {path.name} cannot be opened. Check its path.") from error
    if content.startswith(WORKBOOK_BEGINS):
        raise NotDone(f"The file {path.name} is an Excel workbook. Save it as CSV.")
    digest = hashlib.sha256(content).hexdigest()
    header = sheet.header if sheet else ()
    places = places_of(header)
    for name, heading in told.items():
        if plain(heading) not in places:
            raise NotDone(
                f"The file {path.name} has no column {heading}, by which the mapping tells {name}. "
                f"{nearest(heading, [text for text in header if text])}"
            )
    spare = [text for text in header if plain(text) not in {plain(heading) for heading in told.values()}]
    guessed = {name: heading for name, heading in guess(table, spare).items() if name not in told}
    taken = told | guessed
    used = {plain(heading) for heading in taken.values()}
    unread = [text for text in header if text and plain(text) not in used]
    lacks = [name for name in _NEEDED[table] if name not in taken]
    if sheet is None:
        return File(table, path.name, digest, taken, unread, lacks, [])
    at = {name: places[plain(heading)] for name, heading in taken.items()}
    cells = [(row.number, row.cells, row.faults) for row in sheet.rows()]
    first = _day_first(table, at, [some for _number, some, _faults in cells if some])
    rows = [_row(table, number, some, faults, at, first) for number, some, faults in cells]
    return File(table, path.name, digest, taken, unread, lacks, rows)


def _day_first(table: Table, at: dict[str, int], cells: list[list[str]]) -> dict[str, bool]:
    """Of each column of days, whether the day comes first: unless the column itself shows that it is the month."""
    found = {}
    for column in COLUMNS[table]:
        if column.shape is Shape.DAY and column.field in at:
            seen = [order_seen_in(some[at[column.field]]) for some in cells]
            found[column.field] = seen.count("month") <= seen.count("day")
    return found


def _row(
    table: Table,
    number: int,
    cells: list[str] | None,
    faults: tuple[str, ...],
    at: dict[str, int],
    first: dict[str, bool],
) -> BroughtRow:
    row = BroughtRow(table, number)
    if cells is None:
        row.say("row_blank" if "row_blank" in faults else "row_unreadable")
        return row
    if "row_short" in faults:
        row.say("row_short")
    if "quote_open" in faults:  # where a cell ends nobody knows
        row.say("row_unreadable")
        return row
    for column in COLUMNS[table]:
        if column.field in at:
            _cell(row, column, " ".join(cells[at[column.field]].split()), first)
    _say_what_lacks(row)
    return row


def _say_what_lacks(row: BroughtRow) -> None:
    table = row.table
    if not row.person:
        row.say("no_id", "person_id")
    if table is Table.PEOPLE and not any(row.text(name) for name in _NAMES):
        row.say("no_name")
    if table is Table.CASES and row.day("opened_on") is None:
        row.say("day_needed", "opened_on")
    if table is Table.PLANS and not row.text("outcome"):
        row.say("no_outcome", "outcome")
    for name, (code, leaning) in _LEANS_ON.get(table, {}).items():
        if not row.text(name) and any(row.values.get(text) for text in leaning):
            row.say(code, name)
            row.values |= dict.fromkeys(leaning)


_LEANS_ON: Mapping[Table, dict[str, tuple[str, tuple[str, ...]]]] = {
    Table.CASES: {"allocated_worker": ("no_worker", ("allocated_on",))},
    Table.PLANS: {"action": ("no_action", ("owner", "due_on"))},
}
"""What stands for nothing where one cell is empty, and what is said then."""


def _cell(row: BroughtRow, column: Column, text: str, first: dict[str, bool]) -> None:
    name = column.field
    if column.shape is Shape.DAY:
        row.values[name] = _day(row, name, text, first.get(name, True))
    elif column.shape is Shape.WORD:
        row.values[name] = _word(row, name, text)
    elif column.shape is Shape.WORKER:
        row.values[name] = text.casefold()
    elif name == "person_id":
        row.values[name] = _fitting(row, column, read_id(text) or "")
    elif name in _NAMES:
        row.values[name] = "" if no_name(text) else _fitting(row, column, text)
    elif name in _NUMBERS:
        row.values[name] = _number(row, column, text)
    elif name == "postcode":
        row.values[name] = _postcode(row, column, text)
    else:
        row.values[name] = _fitting(row, column, text)


def _fitting(row: BroughtRow, column: Column, text: str) -> str:
    if len(text) <= column.most:
        return text
    left_out = column.field in ("address", "language", "school", "nhs_number", "upn", "postcode")
    row.say("left_out_long" if left_out else "too_long", column.field)
    return ""


def _day(row: BroughtRow, name: str, text: str, day_first: bool) -> date | None:
    read = read_date(text, day_first)
    if read.value is None:
        if text and name != "opened_on":  # whose lack sets the row aside
            row.say("day_unreadable", name)
        return None
    if read.fault in ("date_other_order", "date_short_year"):
        row.say(read.fault.replace("date_", "day_"), name)
    return read.value


def _word(row: BroughtRow, name: str, text: str) -> str:
    if name == "sex":
        sex, fault = read_sex(text)
        if fault:
            row.say("word_unknown", name)
        return sex or "U"
    known = STATUSES if name == "legal_status" else STAGES
    if compared(text) not in known:
        row.say("word_unknown", name)
    return known.get(compared(text), "")


_NUMBERS = {"nhs_number": (read_nhs_number, "nhs_doubtful"), "upn": (read_upn, "upn_doubtful")}


def _number(row: BroughtRow, column: Column, text: str) -> str:
    read, doubtful = _NUMBERS[column.field]
    number, holds = read(text)
    if number is None or no_number(text):
        return ""
    kept = _fitting(row, column, kept_number(number))
    if kept and not holds:
        row.say(doubtful, column.field)
    return kept


def _postcode(row: BroughtRow, column: Column, text: str) -> str:
    if read := read_postcode(text):
        return read
    if text:
        row.say("postcode_doubtful", "postcode")
    return kept_postcode(_fitting(row, column, text))
