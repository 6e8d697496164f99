"""Reads a mapping: a dozen lines of YAML that say what the columns of an agency's table mean.

Every error names the line and what to do. All words are taken as written: `no` is the word no, not a truth value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from heard.engine.intake.carriers import all_items
from heard.engine.intake.values import FORMATS, read_date, read_number
from heard.engine.tables import NotDone

RECORD_FIELDS = (
    "record_id", "local_id", "given_name", "family_name", "birth_date", "sex", "postcode", "address", "nhs_number", "upn",
    "ethnicity", "died_on", "worker",
)  # fmt: skip
_SOURCE_KEYS = (
    "agency", "authority", "files", "sheet", "record", "dated_by", "until", "dates", "keyed_by_child", "covers", "born", "items", "expect", "strict",
)  # fmt: skip
_JOINED = ("given_name", "family_name", "address", "worker")
_PARTS = ("year", "month", "day")
_JUDGEMENTS = ("unique", "between", "at_least", "at_most", "filled")
_RULE_KEYS = ("every_row", "column", "in", "at_least", "blank", "strength", "counts")


@dataclass(frozen=True)
class ItemRule:
    """When a row carries an item: always (`column` is null), when the cell is one of `values`, or `at_least` a number.

    `blank_is_no`: an empty cell means no; otherwise it means that nobody knows.
    """

    item: str
    column: str | None = None
    values: tuple[str, ...] = ()
    at_least: float | None = None
    blank_is_no: bool = False
    strength: str = "direct"
    counts: bool = True


@dataclass(frozen=True)
class Told:
    """Which columns tell one thing. Of several, the filled ones `joined` by blanks, or the first that is filled; as `parts`,
    they are a day's year, month and day."""

    columns: tuple[str, ...]
    joined: bool = False
    parts: bool = False

    @property
    def shown(self) -> str:
        return ", ".join(self.columns)


@dataclass(frozen=True)
class Expectation:
    """What the agency's rows are expected to be. `judges`: one of unique, between, at_least, at_most, filled (`low` in a
    hundred rows at least), or rows (so many at least). `low` and `high` are numbers, or days as yyyy-mm-dd."""

    judges: str
    column: str = ""
    low: float | date | None = None
    high: float | date | None = None


@dataclass(frozen=True)
class MappedSource:
    """One source of a mapping. `record` says which columns tell each of `RECORD_FIELDS` that the file has. `sheet`: of a
    workbook, the first where null. `authority`: the code of the authority that the file speaks for. `covers`: the first and last day of which the files
    speak, where their own dates do not say. `born`: the first and last year in which its people were born. `strict`: it takes only files that have every
    column that it names, and none that is a file of a return."""

    name: str
    agency: str
    files: str
    record: dict[str, Told]
    dated_by: Told | None = None
    items: tuple[ItemRule, ...] = ()
    until: Told | None = None
    dates: tuple[str, ...] = ()
    keyed_by_child: bool = True
    sheet: str | None = None
    authority: str | None = None
    expect: tuple[Expectation, ...] = ()
    covers: tuple[date, date] | None = None
    born: tuple[int, int] | None = None
    strict: bool = False

    def takes(self, file: str) -> bool:
        return fnmatchcase(file.lower(), self.files.lower())

    @property
    def columns(self) -> list[str]:
        """Every column that the mapping names, once."""
        told = (one for one in (*self.record.values(), self.dated_by, self.until) if one)
        named = [column for one in told for column in one.columns]
        rules = [rule.column for rule in self.items] + [expectation.column for expectation in self.expect]
        return list(dict.fromkeys([*named, *(column for column in rules if column)]))


@dataclass(frozen=True)
class Mapping:
    """A mapping file. `labels`: of each format, of each of its fields, each spelling and what it means. `councils`: of returns
    that do not say whose they are, the pattern of a file's or folder's name, and the council's number. `renamed`: of sources that had another name in earlier runs, that name and the one of now: what
    people judged then holds now."""

    sources: tuple[MappedSource, ...] = ()
    councils: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)


def load(path: Path) -> Mapping:
    """What a mapping file says. Raises NotDone, which names the file, the line and the remedy."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise NotDone(f"The mapping {path.name} cannot be opened. Check its path.") from error
    except UnicodeDecodeError as error:
        raise NotDone(f"The mapping {path.name} is not UTF-8 text. Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise NotDone(
            f"The mapping {path.name}{line} is not YAML. Check indents, colons and quotes."
        ) from error
    except RecursionError as error:
        raise NotDone(
            f"The mapping {path.name} is nested too deeply. See the examples in the mappings folder."
        ) from error
    return _Reader(path.name).mapping(root)


def is_mapping(path: Path) -> bool:
    """Whether a file is meant as a mapping: YAML that begins a line with 'sources:', 'labels:', 'councils:' or 'renamed:'. Mistakes in it are for `load`."""
    if path.suffix.lower() not in (".yaml", ".yml"):
        return False
    try:
        return bool(_SOURCES.search(path.read_bytes()))
    except OSError:
        return False


_SOURCES = re.compile(rb"^(\xef\xbb\xbf)?(sources|labels|councils|renamed)\s*:", re.MULTILINE)


class _Reader:
    """Walks the YAML nodes, which know their lines."""

    def __init__(self, file: str) -> None:
        self._file = file

    def mapping(self, root: yaml.Node | None) -> Mapping:
        top = self._mapping(root, "the mapping", ("sources", "labels", "councils", "renamed"))
        sources = self._pairs(top["sources"], "'sources'") if "sources" in top else []
        labels = self._pairs(top["labels"], "'labels'") if "labels" in top else []
        councils = self._pairs(top["councils"], "'councils'") if "councils" in top else []
        renamed = self._pairs(top["renamed"], "'renamed'") if "renamed" in top else []
        return Mapping(
            tuple(self._source(name, node) for name, node in sources),
            {pattern: self._text(node) for pattern, node in councils},
            {before: self._text(node) for before, node in renamed},
            {name: self._labels(node) for name, node in labels},
        )

    def _labels(self, node: yaml.Node) -> dict[str, dict[str, str]]:
        fields = self._pairs(node, "the labels of a format")
        return {
            name: {said: self._text(means) for said, means in self._pairs(one, name)} for name, one in fields
        }

    def _source(self, name: str, node: yaml.Node) -> MappedSource:
        keys = self._mapping(node, f"source {name}", _SOURCE_KEYS)
        for needed in ("agency", "files", "record", *(("dated_by",) if "items" in keys else ())):
            if needed not in keys:
                raise self._error(node, f"Source {name} has no '{needed}'. Add it.")
        items = self._pairs(keys["items"], "'items'") if "items" in keys else []
        return MappedSource(
            name=name,
            agency=self._text(keys["agency"]),
            files=self._text(keys["files"]),
            sheet=self._text(keys["sheet"]) if "sheet" in keys else None,
            authority=self._text(keys["authority"]) if "authority" in keys else None,
            dated_by=self._told(keys["dated_by"], day=True) if "dated_by" in keys else None,
            until=self._told(keys["until"], day=True) if "until" in keys else None,
            record=self._record(name, keys["record"]),
            dates=self._dates(keys["dates"]) if "dates" in keys else (),
            strict="strict" in keys and self._one_of(keys["strict"], ("yes", "no")) == "yes",
            keyed_by_child="keyed_by_child" not in keys
            or self._one_of(keys["keyed_by_child"], ("yes", "no")) == "yes",
            items=tuple(rule for item, one in items for rule in self._rules(item, one)),
            covers=self._span(keys["covers"]) if "covers" in keys else None,
            born=self._years(keys["born"]) if "born" in keys else None,
            expect=tuple(map(self._expectation, self._items(keys["expect"]))) if "expect" in keys else (),
        )

    def _record(self, source: str, node: yaml.Node) -> dict[str, Told]:
        pairs = self._mapping(node, "'record'", RECORD_FIELDS).items()
        record = {k: self._told(v, day=k in ("birth_date", "died_on"), joined=k in _JOINED) for k, v in pairs}
        if "record_id" in record or {"nhs_number", "upn", "family_name", "birth_date"} & record.keys():
            return record
        raise self._error(
            node, f"'record' of {source} does not say which column tells the child. Add record_id."
        )

    def _told(self, node: yaml.Node, *, day: bool = False, joined: bool = False) -> Told:
        if isinstance(node, yaml.SequenceNode):
            return Told(tuple(map(self._text, self._items(node))), joined=joined)
        if day and isinstance(node, yaml.MappingNode):
            parts = self._mapping(node, "a day", _PARTS)
            if missing := [part for part in _PARTS if part not in parts]:
                raise self._error(
                    node, f"A day needs year, month and day: {', '.join(missing)} is not there."
                )
            return Told(tuple(self._text(parts[part]) for part in _PARTS), parts=True)
        return Told((self._text(node),))

    def _expectation(self, node: yaml.Node) -> Expectation:
        keys = self._mapping(node, "'expect'", ("column", "rows_at_least", *_JUDGEMENTS))
        if "rows_at_least" in keys and len(keys) == 1:
            return Expectation("rows", low=self._number(keys["rows_at_least"]))
        judges = [name for name in _JUDGEMENTS if name in keys]
        if "column" not in keys or len(keys) != 2:
            raise self._error(node, f"An expectation needs 'column' and one of {', '.join(_JUDGEMENTS)}.")
        low, high = self._bounds(judges[0], keys[judges[0]])
        return Expectation(judges[0], self._text(keys["column"]), low, high)

    def _bounds(self, judges: str, node: yaml.Node) -> tuple[float | date | None, float | date | None]:
        if judges == "unique":
            self._one_of(node, ("yes", "true"))
            return None, None
        if judges == "filled":
            return self._share(node), None
        if judges != "between":
            bound = self._bound(node)
            return (None, bound) if judges == "at_most" else (bound, None)
        bounds = [self._bound(item) for item in self._items(node)]
        if len(bounds) != 2 or type(bounds[0]) is not type(bounds[1]):
            raise self._error(node, "Two numbers or two days are needed here, such as [0, 18].")
        return bounds[0], bounds[1]

    def _bound(self, node: yaml.Node) -> float | date:
        text = self._text(node)
        if (day := read_date(text)).format == "yyyy-mm-dd" and "-" in text and day.value:
            return day.value
        return self._number(node)

    def _share(self, node: yaml.Node) -> float:
        share = read_number(self._text(node).removesuffix("%"))
        if share is None or not 0 <= share <= 100:
            raise self._error(node, "A share is needed here, such as 90%.")
        return share

    def _span(self, node: yaml.Node) -> tuple[date, date]:
        days = [self._bound(item) for item in self._items(node)]
        if len(days) == 2 and isinstance(days[0], date) and isinstance(days[1], date) and days[0] <= days[1]:
            return days[0], days[1]
        raise self._error(
            node, "The first and the last day are needed here, such as [2025-04-01, 2026-03-31]."
        )

    def _years(self, node: yaml.Node) -> tuple[int, int]:
        years = [self._number(item) for item in self._items(node)]
        if (
            len(years) == 2
            and 1000 <= years[0] <= years[1] < 2100
            and all(year.is_integer() for year in years)
        ):
            return int(years[0]), int(years[1])
        raise self._error(node, "The first and the last year are needed here, such as [2005, 2026].")

    def _dates(self, node: yaml.Node) -> tuple[str, ...]:
        return tuple(self._one_of(item, FORMATS) for item in self._items(node))

    def _rules(self, item: str, node: yaml.Node) -> Iterable[ItemRule]:
        if item not in all_items():
            raise self._error(
                node,
                f"{item} is no sign or vulnerability. `heard knowledge show` lists them, such as S01 or V15.",
            )
        return [
            self._rule(item, one)
            for one in (self._items(node) if isinstance(node, yaml.SequenceNode) else [node])
        ]

    def _rule(self, item: str, node: yaml.Node) -> ItemRule:
        keys = self._mapping(node, item, _RULE_KEYS)
        counts = self._one_of(keys["counts"], ("true", "false")) == "true" if "counts" in keys else True
        strength = (
            self._one_of(keys["strength"], ("direct", "proxy", "weak")) if "strength" in keys else "direct"
        )
        if "every_row" in keys:
            self._one_of(keys["every_row"], ("true",))
            return ItemRule(item, strength=strength, counts=counts)
        if "column" not in keys or ("in" in keys) == ("at_least" in keys):
            raise self._error(
                node, f"{item} needs 'every_row: true', or 'column' with either 'in' or 'at_least'."
            )
        return ItemRule(
            item,
            column=self._text(keys["column"]),
            values=tuple(self._text(v) for v in self._items(keys["in"])) if "in" in keys else (),
            at_least=self._number(keys["at_least"]) if "at_least" in keys else None,
            blank_is_no="blank" in keys and self._one_of(keys["blank"], ("no", "not known")) == "no",
            strength=strength,
            counts=counts,
        )

    # ---- shapes of YAML

    def _pairs(self, node: yaml.Node | None, what: str) -> list[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode) or not node.value:
            raise self._error(node, f"{what} must hold lines of the form 'name: …'.")
        pairs = [(self._text(key), value) for key, value in node.value]
        known: set[str] = set()
        for name, value in pairs:
            if name in known:
                raise self._error(value, f"{name} is there twice. Keep one.")
            known.add(name)
        return pairs

    def _mapping(self, node: yaml.Node | None, what: str, allowed: tuple[str, ...]) -> dict[str, yaml.Node]:
        pairs = self._pairs(node, what)
        for name, value in pairs:
            if name not in allowed:
                raise self._error(value, f"'{name}' means nothing in {what}. {nearest(name, allowed)}")
        return dict(pairs)

    def _items(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode) and node.value:
            return list(node.value)
        raise self._error(node, "A list is needed here, such as [a, b].")

    def _text(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode) and node.value.strip():
            return str(node.value).strip()
        raise self._error(node, "A word is needed here.")

    def _one_of(self, node: yaml.Node, allowed: tuple[str, ...]) -> str:
        if (word := self._text(node)) in allowed:
            return word
        raise self._error(node, f"'{word}' cannot stand here. {nearest(word, allowed)}")

    def _number(self, node: yaml.Node) -> float:
        if (number := read_number(self._text(node))) is None:
            raise self._error(node, "A number is needed here.")
        return number

    def _error(self, node: yaml.Node | None, sentence: str) -> NotDone:
        line = f", line {node.start_mark.line + 1}" if node is not None else ""
        return NotDone(f"The mapping {self._file}{line}: {sentence}")


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy: the known name that looks most like this one, or all of them."""
    known = list(known)
    close = nearest_name(name, known)
    return f"Did you mean {close}?" if close else f"Known here: {', '.join(known)}."


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, if any looks like it at all."""
    by_plain = {k.lower(): k for k in known}
    close = get_close_matches(name.lower(), by_plain, n=1, cutoff=0.6)
    return by_plain[close[0]] if close else None
