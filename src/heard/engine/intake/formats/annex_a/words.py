"""Recognises what a column is called and what stands in it, however a council writes it. Pure: no file, no clock.

A name fits a rule when it holds the rule's words. Where it fits several, it is not guessed: a person says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import yaml

_LETTER = re.compile(r"^\s*[a-z]{1,2}\)\s*(?=\S)", re.IGNORECASE)
_SMALL_WORDS = frozenset(["a", "an", "and", "any", "at", "be", "been", "by", "date", "did", "does", "for", "from", "has", "have", "if", "in", "is", "it", "la", "no", "not", "of", "on", "or", "other", "subject", "than", "that", "the", "this", "to", "was", "were", "what", "with", "within", "within", "yes"])  # fmt: skip


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """The words of a text, in order: no case, no signs, singular for plural."""
    plain = re.sub(r"['‘’`]", "", text.casefold())
    return tuple(_singular(word) for word in re.findall(r"[a-z0-9]+", plain))


def _singular(word: str) -> str:
    if word == "children" or word == "childrens":
        return "child"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class Rule(NamedTuple):
    """Words of which each group has one in the text, and words that are not in it."""

    wanted: tuple[frozenset[str], ...]
    barred: frozenset[str]

    def fits(self, held: frozenset[str]) -> bool:
        return not self.barred & held and all(group & held for group in self.wanted)


def rule(text: str) -> Rule:
    """`child id|identifier -age` as a rule."""
    groups = [part for part in text.split() if not part.startswith("-")]
    barred = [part[1:] for part in text.split() if part.startswith("-")]
    return Rule(
        tuple(frozenset(_singular(w) for w in group.split("|")) for group in groups),
        frozenset(_singular(w) for part in barred for w in part.split("|")),
    )


@dataclass(frozen=True)
class Label:
    """One thing that may stand in a column: its code, the codes by which it goes, and rules of words."""

    code: str
    codes: frozenset[str]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class List:
    """One of the eleven lists."""

    name: str
    number: int
    tells: tuple[str, ...]
    about_children: bool
    columns: Mapping[str, tuple[Rule, ...]]


class Spec(NamedTuple):
    lists: tuple[List, ...]
    dates: tuple[str, ...]
    later: frozenset[str]
    until: Mapping[str, str]
    numbers: frozenset[str]
    blank_is_no: frozenset[str]
    labels: Mapping[str, tuple[Label, ...]]
    ethnicities: frozenset[str]
    quiet: frozenset[str]


@cache
def spec() -> Spec:
    raw = yaml.safe_load(files(__package__).joinpath("lists.yaml").read_text(encoding="utf-8"))
    labels = {
        name: tuple(_label(code, told) for code, told in each.items()) for name, each in raw["labels"].items()
    }
    return Spec(
        lists=tuple(_list(name, told, raw["common"]) for name, told in raw["lists"].items()),
        dates=tuple(raw["dates"]),
        later=frozenset(raw["later"]),
        until=raw["until"],
        numbers=frozenset(raw["numbers"]),
        blank_is_no=frozenset(raw["blank_is_no"]),
        labels={**labels, **{name: labels[used] for name, used in raw["is"].items()}},
        ethnicities=frozenset(raw["ethnicities"]),
        quiet=frozenset(raw["quiet"]),
    )


def _list(name: str, told: dict[str, object], common: dict[str, list[str]]) -> List:
    about_children = bool(told.get("about_children", True))
    columns: dict[str, list[str]] = {**(common if about_children else {}), **told["columns"]}  # type: ignore[dict-item]
    rules = {column: tuple(map(rule, texts)) for column, texts in columns.items()}
    return List(name, int(str(told["number"])), tuple(told["tells"]), about_children, rules)  # type: ignore[arg-type]


def _label(code: str, told: dict[str, list[str]]) -> Label:
    codes = frozenset(str(text).casefold() for text in told["codes"])
    return Label(str(code), codes, tuple(map(rule, told["says"])))


# ---- names of columns


def column_of(name: str, among: List) -> tuple[str, ...]:
    """Which columns of the list a name may mean: none, one, or several."""
    held = frozenset(words(name))
    return tuple(column for column, rules in among.columns.items() if any(one.fits(held) for one in rules))


# ---- what stands in a column


@lru_cache(maxsize=65_536)
def meanings(field: str, text: str) -> tuple[str, ...]:
    """The codes that a cell may mean: one where it is clear, none where it is not recognised, several for a person.

    A code and words that mean different things are not clear either.
    """
    by_code = {label.code for label in spec().labels[field] if label.codes & _code_words(text)}
    held = frozenset(words(_LETTER.sub("", text)))
    by_words = {label.code for label in spec().labels[field] if any(one.fits(held) for one in label.rules)}
    return tuple(sorted(by_code | by_words))


def _code_words(text: str) -> frozenset[str]:
    """Words that may be a code: the whole text, what stands before the first words, and what stands in brackets."""
    bare = _LETTER.sub("", text).strip()
    starts = re.match(r"[(\[]?\s*([A-Za-z]{0,3}\d{0,2}[A-Za-z]?)\s*(?:$|[)\]:\-–.,= ])", bare)
    found = [starts[1]] if starts else []
    if starts and " " in bare and starts[1].isalpha() and len(starts[1]) > 1 and not starts[1].isupper():
        found = []  # a word
    found += re.findall(r"[(\[]\s*([A-Z]{1,3}\d{0,2})\s*[)\]]", bare)
    found += [one[:-1] for one in found if re.fullmatch(r"[A-Z]\d[a-z]", one)]  # N5a is a kind of N5
    return frozenset(one.casefold() for one in found if one)


def settled(told: Mapping[str, str], text: str) -> str | None:
    """What people have said that a spelling means."""
    return next((means for said, means in told.items() if words(said) == words(text)), None)


def ethnicity(text: str) -> str | None:
    """The Department's code where the cell has one; otherwise as written, without the letter of the list."""
    bare = _LETTER.sub("", text).strip()
    code = next((word for word in bare.upper().replace("-", " ").split() if word in spec().ethnicities), None)
    return code or bare[:60] or None


@cache
def _vocabulary() -> frozenset[str]:
    rules: Iterable[Rule] = (
        one for each in (*spec().labels.values(),) for label in each for one in label.rules
    )
    of_columns = (text for each in spec().lists for texts in each.columns.values() for text in texts)
    said = {word for one in (*rules, *of_columns) for group in (*one.wanted, one.barred) for word in group}
    codes = {code for each in spec().labels.values() for label in each for code in label.codes}
    return frozenset(said | codes | _SMALL_WORDS)


def shown(text: str) -> str:
    """A text of which only words are repeated that these lists use: any other might be a child's name."""
    kept = [word if word in _vocabulary() else "…" for word in words(text)[:16]]
    return re.sub(r"…( …)+", "…", " ".join(kept)) or "…"
