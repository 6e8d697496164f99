"""From a guess to a mapping: what a person says a table tells, the YAML of it that `mapping.load` reads, and the first rows as they
would be read by it."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from glob import escape
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow.parquet as pq
import yaml

from heard.engine import tables
from heard.engine.intake.carriers import all_items
from heard.engine.intake.column_names import EVENT, IN_WORDS
from heard.engine.intake.finding import NO_MAPPING, NO_MAPPING_OF_BOOK, find, shown
from heard.engine.intake.guess import FIELDS, Guess, opened
from heard.engine.intake.mapping import RECORD_FIELDS, ItemRule, load
from heard.engine.intake.reading import read

SHOWN: Final = 10  # rows
SHOWN_OF: Final = (
    "record_id", "given_name", "family_name", "birth_date", "birth_parts", "sex", "postcode", "address", "nhs_number", "upn", "ethnicity", "died_on",
    "worker", "dated_by", "until",
)  # fmt: skip
"""What rows are shown by."""


@dataclass(frozen=True)
class Choice:
    """What a person says a table tells. `tells`: of each column one of `FIELDS`. `rules`: what shows a sign. `every_row`: signs
    that each row shows."""

    name: str
    agency: str
    files: str
    tells: Mapping[str, str]
    rules: tuple[ItemRule, ...] = ()
    every_row: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    keyed_by_child: bool = True
    sheet: str | None = None


@dataclass(frozen=True)
class ReadRow:
    """One row as it is read. `told`: what it says, by the names of `FIELDS`. `seen`: (item, day) of what it shows.
    `said`: what is wrong with it."""

    number: int
    kept: bool
    told: dict[str, str]
    seen: tuple[tuple[str, str], ...]
    said: tuple[str, ...]


def suggested(found: Guess, *, agency: str, name: str = "", files: str = "") -> Choice:
    """The choice that the guess makes."""
    stem = stem_of(found.file)
    return Choice(
        name=name or stem,
        agency=agency,
        files=files or pattern_of(found.file),
        tells={
            column.column: column.tells
            for column in found.columns
            if column.tells and column.tells != "items"
        },
        rules=tuple(rule for column in found.columns for rule in column.rules),
        dates=found.dates,
        keyed_by_child=found.keyed_by_child,
        sheet=found.sheet,
    )


def stem_of(file: str) -> str:
    """A name for the source: that of the file without its ending, days and numbers."""
    stem = Path(file).stem.casefold()
    words = [word for word in re.findall(r"[a-z]+", stem) if word not in _MONTHS]
    return "_".join(words)[:60] or "table"


_OF_ANYTHING: Final = frozenset(
    ("export", "exports", "exported", "data", "dataset", "report", "reports", "extract", "extracts", "table", "list", "sheet", "file", "files",
     "output", "result", "results", "copy", "new", "download", "book", "workbook", "monthly", "final", "csv", "xlsx", "of", "the")
)  # fmt: skip


def tells_files(stem: str) -> bool:
    """Whether words in a pattern tell files of one agency's table from any others: `missing` does, `export` does not."""
    fixed = re.sub(r"\[[^\]]*\]", "", stem).casefold()
    return len("".join(word for word in re.findall(r"[^\W\d_]+", fixed) if word not in _OF_ANYTHING)) > 1


def pattern_of(file: str) -> str:
    """Which later files are meant: those whose names differ in what comes after the first number alone."""
    path = Path(file)
    begins = re.match(r"[^0-9*?\[\]]*", path.stem)
    stem = begins[0].rstrip(" _-.(") if begins else ""
    stem = stem if tells_files(stem) else ""
    return f"{stem}*{path.suffix.lower()}" if stem else re.sub(r"[*?\[\]]", "?", path.name)


_MONTHS: Final = frozenset(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "january", "february", "march", "april",
     "june", "july", "august", "september", "october", "november", "december")
)  # fmt: skip


def as_mapping(choice: Choice, reasons: Iterable[str] = ()) -> str:
    """The YAML of a mapping. Without an agency its place is empty, and nothing reads it until somebody fills it in."""
    body: dict[str, Any] = {"agency": choice.agency.strip(), "files": choice.files}
    if choice.sheet:
        body["sheet"] = choice.sheet
    body["strict"] = "yes"  # whoever looked at one file has not looked at others of such a name
    body["record"] = _record(choice)
    body |= {tells: column for column, tells in choice.tells.items() if tells in EVENT}
    if choice.dates:
        body["dates"] = list(choice.dates)
    if not choice.keyed_by_child:
        body["keyed_by_child"] = "no"
    if "dated_by" in body and (items := _items(choice)):
        body["items"] = items
    body |= {"until": body.pop("until")} if "until" in body and "dated_by" in body else {}
    text = yaml.safe_dump(
        {"sources": {choice.name: body}},
        sort_keys=False,
        allow_unicode=True,
        width=120,
        default_flow_style=None,
    )
    if not choice.agency.strip():
        text = re.sub(r"agency: ''", "agency:    # whose file is it? Fill it in", text, count=1)
    return "".join(f"# {shown(line)}\n" for line in reasons) + text


def _record(choice: Choice) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for field in RECORD_FIELDS:
        mine = [column for column, tells in choice.tells.items() if tells == field]
        if mine:
            record[field] = mine[0] if len(mine) == 1 else mine
    for number in ("local_id", "upn", "nhs_number"):
        if "record_id" not in record and number == "local_id" and number in record:
            record = {"record_id": record[number], **record}
    return record


def _items(choice: Choice) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in choice.every_row:
        found[item].append({"every_row": True})
    for rule in choice.rules:
        told: dict[str, Any] = {"column": rule.column}
        told |= (
            {"at_least": _plain(rule.at_least)} if rule.at_least is not None else {"in": list(rule.values)}
        )
        told |= {"blank": "no"} if rule.blank_is_no else {}
        told |= {"strength": rule.strength} if rule.strength != "direct" else {}
        told |= {} if rule.counts else {"counts": False}
        found[rule.item].append(told)
    return {item: rules[0] if len(rules) == 1 else rules for item, rules in sorted(found.items())}


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def reasons(found: Guess) -> list[str]:
    """One line for each column, with what it tells and why."""
    looked = f"Guessed from {found.file}, {found.rows:,} rows. Look at each line before you use it."
    return [
        looked,
        *(f"{column.column}: {column.tells or 'not read'}; {column.why}" for column in found.columns),
    ]


# ---- the first rows as they would be read


def as_read(path: Path, choice: Choice) -> list[ReadRow]:
    """The first rows of a file, each by itself, through intake. Raises NotDone where the choice is no mapping or the file cannot be read."""
    found, _, _ = opened(path, choice.sheet)
    rows = list(islice(found.rows(), SHOWN))
    shown = {*choice.every_row, *(rule.item for rule in choice.rules)}
    probe = next(
        item for item in all_items() if item not in shown
    )  # by which a row says its day, whatever it shows
    asked = replace(
        choice, agency=choice.agency or "not said", sheet=None, every_row=(*choice.every_row, probe)
    )
    with TemporaryDirectory(prefix="heard-rows-") as name:
        folder, whole = Path(name), [row for row in rows if row.cells is not None]
        (folder / "in").mkdir(mode=0o700)
        sources = {}
        for row in whole:
            with (folder / "in" / f"{row.number}.csv").open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerows([found.header, row.cells or []])
            sources[str(row.number)] = next(iter(yaml.safe_load(as_mapping(asked))["sources"].values())) | {
                "files": f"{row.number}.csv"
            }
        if not whole:
            return [ReadRow(row.number, False, {}, (), ("The row cannot be read.",)) for row in rows]
        mapping = folder / "mapping.yaml"
        mapping.write_text(yaml.safe_dump({"sources": sources}, allow_unicode=True), encoding="utf-8")
        read([folder / "in"], out=folder / "out", mapping=mapping)
        return _rows(rows, folder / "out", probe)


def shaped(row: ReadRow) -> ReadRow:
    """The row without a value of it: of a day, a number or a code how it is written, of words only that they are there."""
    told = {field: _shape(value) for field, value in row.told.items()}
    return replace(row, told=told, seen=tuple((item, "") for item, _ in row.seen))


def _shape(value: str) -> str:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return "2024-12-31"
    return re.sub(r"[0-9]", "9", re.sub(r"[^\W\d_]", "A", value)) if any(map(str.isdigit, value)) else "words"


def _rows(rows: Sequence[Any], out: Path, probe: str) -> list[ReadRow]:
    def by_source(table: tables.Table) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in pq.read_table(out / f"{table.name}.parquet").to_pylist():
            found[one["source"]].append(one)
        return found

    records, seen, issues = map(by_source, (tables.RECORDS, tables.OBSERVATIONS, tables.ISSUES))
    return [_read_row(row, records, seen, issues, probe) for row in rows]


def _read_row(
    row: Any, records: Mapping[str, Any], seen: Mapping[str, Any], issues: Mapping[str, Any], probe: str
) -> ReadRow:
    source = str(row.number)
    mine: dict[str, Any] = next(iter(records.get(source, ())), {})
    told = {
        name: str(value)
        for name, value in mine.items()
        if value not in (None, "")
        and name in SHOWN_OF
        and not (name == "record_id" and value.startswith(tables.ROW_KEY))
    }
    found = [one for one in seen.get(source, ()) if one["state"] == "seen"]
    for one in found:
        days = {"dated_by": one["seen_on"], "until": one["until"]} if one["item"] == probe else {}
        told |= {name: str(day) for name, day in days.items() if day}
    shows = tuple((one["item"], str(one["seen_on"] or "")) for one in found if one["item"] != probe)
    said = [f"{one['field'] or 'The row'}: {one['what']}" for one in issues.get(source, ()) if one["row"]]
    if row.cells is None:
        said = ["The row cannot be read."]
    return ReadRow(row.number, bool(mine), told, shows, tuple(dict.fromkeys(said)))


# ---- for whoever decides on a page, column by column


ITEMS, YES = "items", "yes:"
"""Of a column, beside `FIELDS`: its values show what was guessed of them; its yes shows the sign whose name follows."""

DAY_FIRST: Final = ("dd/mm/yyyy", "yyyy-mm-dd", "dd-mon-yyyy")
MONTH_FIRST: Final = ("mm/dd/yyyy", "yyyy-mm-dd", "dd-mon-yyyy")


def chosen(found: Guess, roles: Sequence[str], **more: Any) -> Choice:
    """The choice that was made of each column, in the order of the guess: one of `FIELDS`, `ITEMS`, `YES` with a sign, or ''."""
    pairs = list(zip(found.columns, roles, strict=False))
    rules = [rule for column, role in pairs if role == ITEMS for rule in column.rules]
    rules += [
        ItemRule(role.removeprefix(YES), column=column.column, values=column.yes)
        for column, role in pairs
        if role.startswith(YES) and column.yes
    ]
    tells = {column.column: role for column, role in pairs if role in FIELDS}
    keyed = found.keyed_by_child or found.column("record_id") != _number_of(tells)
    return Choice(tells=tells, rules=tuple(rules), keyed_by_child=keyed, sheet=found.sheet, **more)


def _number_of(tells: Mapping[str, str]) -> str | None:
    return next((column for column, told in tells.items() if told == "record_id"), None)


def why_not_mapped(choice: Choice) -> str | None:
    """Why no mapping comes of a choice."""
    told = set(choice.tells.values())
    if not told & {"record_id", "local_id", "nhs_number", "upn", "family_name", "birth_date"}:
        return "No column tells which child a row is about. Choose a number, a family name or a birth date."
    twice = [
        value for value in (*EVENT, "record_id", "birth_date") if list(choice.tells.values()).count(value) > 1
    ]
    if twice:
        return f"Two columns cannot both tell {IN_WORDS[twice[0]]}. Choose one of them."
    if (choice.rules or choice.every_row) and "dated_by" not in told:
        return "Signs need a day: choose the column that tells on which day it happened."
    return None


def undescribed(paths: Sequence[Path], mapping: Path) -> list[Path]:
    """Tables among these files and folders that are of no return, and that the mapping does not explain. Raises NotDone."""
    found = find(paths, load(mapping).sources, leaving=mapping)
    tables_ = [path for path, why in found.unread if why in (NO_MAPPING, NO_MAPPING_OF_BOOK)]
    return tables_ + [path for path in found.beside if path.suffix.lower() == ".parquet"]


def joined(base: str, more: Sequence[str]) -> str:
    """A mapping with the sources of others behind its own; a name that it has already counts once. A base that is no YAML stays as it
    is, for `mapping.load` to say why."""
    try:
        root = yaml.compose(base, Loader=yaml.SafeLoader)
        others = [yaml.compose(text, Loader=yaml.SafeLoader) for text in more]
    except (yaml.YAMLError, RecursionError):
        return base
    pairs = _part(root, "sources")
    if root is None or pairs is None:
        return base
    names = {key.value for key, _ in pairs}
    for other in others:
        for key, value in _part(other, "sources") or ():
            if key.value not in names:
                names.add(key.value)
                pairs.append((key, value))
    return str(yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True))


def with_councils(base: str, told: Mapping[str, str]) -> str:
    """A mapping that says first whose these returns are, by the names of their files or folders. A base that is no mapping stays as it is."""
    try:
        root = yaml.compose(base, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return base
    pairs = _part(root, "councils") if told else None
    if root is None or pairs is None:
        return base
    mine = {escape(name): council for name, council in told.items()}
    others = [(key, value) for key, value in pairs if key.value not in mine]
    pairs[:] = [*((_text(name), _text(council)) for name, council in mine.items()), *others]
    return str(yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True))


def _text(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text)


def _part(root: yaml.Node | None, name: str) -> list[tuple[Any, Any]] | None:
    """A part of a mapping, such as its sources, as YAML nodes, to be added to; null where it is no mapping. One without it gets a place for it."""
    if not isinstance(root, yaml.MappingNode):
        return None
    for key, value in root.value:
        if key.value == name:
            return value.value if isinstance(value, yaml.MappingNode) else None
    place = yaml.MappingNode("tag:yaml.org,2002:map", [])
    root.value.append((_text(name), place))
    return place.value
