"""Reads a mapping: a dozen lines of YAML that say what the columns of an agency's CSV mean.

Every error names the line and what to do. All words are taken as written: `no` is the word no, not a truth value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from heard.engine.intake.values import FORMATS, read_number
from heard.engine.tables import NotDone

RECORD_FIELDS = (
    "record_id", "local_id", "given_name", "family_name", "birth_date", "sex", "postcode", "address", "nhs_number", "upn",
)  # fmt: skip
_SOURCE_KEYS = ("agency", "files", "record", "dated_by", "until", "dates", "keyed_by_child", "items")
_RULE_KEYS = ("every_row", "column", "in", "at_least", "blank", "strength", "counts")
_ITEM = re.compile(r"S(0[1-9]|1[0-4])|V(0[1-9]|1[0-5])")


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
class MappedSource:
    """One source of a mapping. `record` gives the column of each of `RECORD_FIELDS` that the file has."""

    name: str
    agency: str
    files: str
    record: dict[str, str]
    dated_by: str
    items: tuple[ItemRule, ...]
    until: str | None = None
    dates: tuple[str, ...] = ()
    keyed_by_child: bool = True

    def takes(self, file: str) -> bool:
        return fnmatchcase(file.lower(), self.files.lower())

    @property
    def columns(self) -> list[str]:
        """Every column that the mapping names, once."""
        named = (*self.record.values(), self.dated_by, self.until, *(rule.column for rule in self.items))
        return list(dict.fromkeys(column for column in named if column))


def load(path: Path) -> tuple[MappedSource, ...]:
    """The sources of a mapping file. Raises NotDone, which names the file, the line and the remedy."""
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
    return _Reader(path.name).sources(root)


def is_mapping(path: Path) -> bool:
    """Whether a file is meant as a mapping: YAML that begins a line with 'sources:'. Mistakes in it are for `load`."""
    if path.suffix.lower() not in (".yaml", ".yml"):
        return False
    try:
        return bool(_SOURCES.search(path.read_bytes()))
    except OSError:
        return False


_SOURCES = re.compile(rb"^(\xef\xbb\xbf)?sources\s*:", re.MULTILINE)


class _Reader:
    """Walks the YAML nodes, which know their lines."""

    def __init__(self, file: str) -> None:
        self._file = file

    def sources(self, root: yaml.Node | None) -> tuple[MappedSource, ...]:
        top = self._mapping(root, "the mapping", ("sources",))
        if "sources" not in top:
            raise self._error(
                root, "There is no 'sources'. Begin with 'sources:', see the examples in the mappings folder."
            )
        return tuple(self._source(name, node) for name, node in self._pairs(top["sources"], "'sources'"))

    def _source(self, name: str, node: yaml.Node) -> MappedSource:
        keys = self._mapping(node, f"source {name}", _SOURCE_KEYS)
        for needed in ("agency", "files", "record", "dated_by", "items"):
            if needed not in keys:
                raise self._error(node, f"Source {name} has no '{needed}'. Add it.")
        return MappedSource(
            name=name,
            agency=self._text(keys["agency"]),
            files=self._text(keys["files"]),
            record=self._record(name, keys["record"]),
            dated_by=self._text(keys["dated_by"]),
            until=self._text(keys["until"]) if "until" in keys else None,
            dates=self._dates(keys["dates"]) if "dates" in keys else (),
            keyed_by_child="keyed_by_child" not in keys
            or self._one_of(keys["keyed_by_child"], ("yes", "no")) == "yes",
            items=tuple(
                rule for item, n in self._pairs(keys["items"], "'items'") for rule in self._rules(item, n)
            ),
        )

    def _record(self, source: str, node: yaml.Node) -> dict[str, str]:
        record = {k: self._text(v) for k, v in self._mapping(node, "'record'", RECORD_FIELDS).items()}
        if "record_id" in record or {"nhs_number", "upn", "family_name", "birth_date"} & record.keys():
            return record
        raise self._error(
            node, f"'record' of {source} does not say which column tells the child. Add record_id."
        )

    def _dates(self, node: yaml.Node) -> tuple[str, ...]:
        return tuple(self._one_of(item, FORMATS) for item in self._items(node))

    def _rules(self, item: str, node: yaml.Node) -> Iterable[ItemRule]:
        if not _ITEM.fullmatch(item):
            raise self._error(node, f"{item} is no sign or vulnerability. Use S01 to S14 or V01 to V15.")
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
        for place, (name, value) in enumerate(pairs):
            if name in (earlier for earlier, _ in pairs[:place]):
                raise self._error(value, f"{name} is there twice. Keep one.")
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
