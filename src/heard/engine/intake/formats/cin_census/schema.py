"""What a CIN census may hold, by year, and what one child holds and how it departs. The rules themselves are `schema.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import repeat
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import yaml
from lxml import etree

from heard.engine.intake import carriers
from heard.engine.intake.values import code_of, read_number
from heard.engine.intake.xml_children import without_namespace

FORMAT = "cin_census"

# Names and codes of the census look like this. Anything else might be a child's name in the wrong place: never repeated.
_SAFE = re.compile(r"[A-Za-z0-9_]{1,40}")
_SAFE_CODE = re.compile(r"[A-Z0-9]{1,4}")


class Departure(NamedTuple):
    code: str
    element: str
    filling: dict[str, object]


@dataclass(frozen=True)
class Schema:
    first_year: int
    last_year: int
    elements: dict[str, frozenset[str]]
    may_repeat: frozenset[str]
    required: dict[str, tuple[str, ...]]
    yes_no: frozenset[str]
    numbers: frozenset[str]
    births: frozenset[str]
    may_be_later: frozenset[str]
    plans: dict[str, tuple[str, str]]
    codes: dict[str, frozenset[str]]
    years: dict[str, tuple[int | None, int | None]]

    def allows(self, name: str, year: int) -> bool:
        """Whether the year has this element, or this code written as element=code."""
        first, last = self.years.get(name, (None, None))
        return (first is None or first <= year) and (last is None or year <= last)

    def is_date(self, element: str) -> bool:
        written = element.endswith(("Date", "target")) or element == "DateOfInitialCPC"
        return written and element in self.all_elements

    @cached_property
    def all_elements(self) -> frozenset[str]:
        return frozenset().union(*self.elements.values())


@cache
def schema() -> Schema:
    raw = yaml.safe_load(Path(__file__).with_name("schema.yaml").read_text(encoding="utf-8"))
    sets = ("may_repeat", "yes_no", "numbers", "births", "may_be_later")
    return Schema(
        first_year=raw["first_year"],
        last_year=raw["last_year"],
        elements={name: frozenset(children) for name, children in raw["elements"].items()},
        required={name: tuple(children) for name, children in raw["required"].items()},
        plans={name: (began, ended) for name, (began, ended) in raw["plans"].items()},
        codes={name: frozenset(map(str, codes)) for name, codes in raw["codes"].items()},
        years={name: (first, last) for name, (first, last) in raw["years"].items()},
        **{name: frozenset(raw[name]) for name in sets},
    )


class ElementShape(NamedTuple):
    """What a name means in a year. `holds`: the elements that may stand in it, null where it holds a value; `event`: whether it
    is the day of something that happened; `judged`: whether its value is looked at; `carries`: whether it can carry an item."""

    name: str
    holds: frozenset[str] | None
    needs: tuple[str, ...]
    allowed: bool
    repeats: bool
    event: bool
    judged: bool
    carries: bool


@lru_cache(maxsize=4_096)
def kind_of(tag: object, year: int) -> ElementShape:
    """Of an element's tag, with or without its namespace; what is no element has no name."""
    rules, name = schema(), without_namespace(tag)
    return ElementShape(
        name=name,
        holds=rules.elements.get(name),
        needs=rules.required.get(name, ()),
        allowed=rules.allows(name, year),
        repeats=name in rules.may_repeat,
        event=rules.is_date(name) and name not in rules.births,
        judged=name in rules.yes_no or name in rules.numbers or name in rules.codes,
        carries=name in carriers.by_field(FORMAT),
    )


@dataclass(eq=False)
class Holder:
    """An element that holds others: those from `place` up to `end`. `own`: of each name directly in it, the place of the first;
    `around`: that which holds it, null where that is none of the schema."""

    kind: ElementShape
    place: int
    around: Holder | None
    end: int = 0
    own: dict[str, int] = field(default_factory=dict)


class Layout:
    """How a child's elements stand in each other, each at its place in the order of the file: the same for every child that has
    the same elements. `parts`: the places of elements; `around`: of each place what holds it; `holders`: all of them, in order; `plans`: of each kind of
    plan that a child has several of, those."""

    def __init__(self, tags: tuple[object, ...], counts: tuple[int, ...], year: int) -> None:
        self._year, self._counts = year, counts
        self.kinds = [kind_of(tag, year) for tag in tags]
        self.parts = [place for place, tag in enumerate(tags) if isinstance(tag, str)]
        self.first = {self.kinds[place].name: place for place in reversed(self.parts)}
        self.carrying = [place for place in self.parts if self.kinds[place].carries]
        self.events = [place for place in self.parts if self.kinds[place].event]
        self.around: list[Holder | None] = [None] * len(tags)
        self.holders: list[Holder] = []
        self._looks: list[Departure | _Look] = []
        self._held(0, None)
        plans = ([one for one in self.holders if one.kind.name == name] for name in schema().plans)
        self.plans = [several for several in plans if len(several) > 1]
        looks = [look for look in self._looks if isinstance(look, _Look)]
        self._odd = len(looks) < len(self._looks)
        self._blank = [look.place for look in looks if look.at == "text"]
        self._values = [look.place for look in looks if look.at == "value"]
        self._judged = [place for place in self._values if self.kinds[place].judged]
        self._names = [self.kinds[place].name for place in self._judged]

    def departures(self, texts: list[str], tails: list[str]) -> list[Departure]:
        """How a child with these texts in and behind its elements departs from the year's schema."""
        if (
            not self._odd
            and not any(tails)
            and not any(map(texts.__getitem__, self._blank))
            and all(map(texts.__getitem__, self._values))
            and not any(
                map(_value_departures, self._names, map(texts.__getitem__, self._judged), repeat(self._year))
            )
        ):
            return []
        found: list[Departure] = []
        for look in self._looks:
            if isinstance(look, Departure):
                found.append(look)
            elif look.at == "value":
                found += self._of_value(look.place, texts[look.place])
            elif texts[look.place] if look.at == "text" else tails[look.place]:
                found.append(Departure("stray_text", look.name, {}))
        return found

    def _of_value(self, place: int, text: str) -> tuple[Departure, ...]:
        name = self.kinds[place].name
        if not text:
            return (Departure("element_empty", name, {"element": name}),)
        return _value_departures(name, text, self._year)

    def _inside(self, place: int) -> Iterator[int]:
        """The places of what stands directly in an element."""
        inner = place + 1
        for _ in range(self._counts[place]):
            yield inner
            inner = self._behind(inner)

    def _behind(self, place: int) -> int:
        left, behind = 1, place
        while left:
            left += self._counts[behind] - 1
            behind += 1
        return behind

    def _holder(self, place: int, around: Holder | None) -> Holder:
        self.holders.append(Holder(self.kinds[place], place, around, self._behind(place)))
        return self.holders[-1]

    def _held(self, place: int, around: Holder | None) -> None:
        """All that stands in an element that holds others."""
        holder, kind = self._holder(place, around), self.kinds[place]
        self._looks.append(_Look("text", place, kind.name))
        for inner in self._inside(place):
            self._looks.append(_Look("tail", inner, kind.name))
            self.around[inner] = holder
            self._one(inner, holder)
            holder.own.setdefault(self.kinds[inner].name, inner)
        for needed in kind.needs:
            if needed not in holder.own:
                self._departs("element_missing", needed, element=needed)

    def _one(self, place: int, holder: Holder) -> None:
        kind = self.kinds[place]
        if kind.name not in (holder.kind.holds or ()):
            shown = kind.name if _SAFE.fullmatch(kind.name) else "of another kind"
            self._departs("element_unknown", shown, element=shown)
            self._beyond(place, holder)
            return
        if not kind.allowed:
            self._departs("element_other_year", kind.name, element=kind.name, year=self._year)
        if kind.name in holder.own and not kind.repeats:
            self._departs("element_repeated", kind.name, element=kind.name)
        if kind.holds is not None:
            self._held(place, holder)
            return
        if self._counts[place]:
            self._departs("element_unknown", kind.name, element=f"inside {kind.name}")
            self._beyond(place, holder)
        self._looks.append(_Look("value", place, kind.name))

    def _beyond(self, place: int, around: Holder | None) -> None:
        """What stands in an element that the schema does not have, or not here: read, and not judged."""
        holder = self._holder(place, around) if self.kinds[place].holds is not None else None
        for inner in self._inside(place):
            self.around[inner] = holder
            self._beyond(inner, holder)
            if holder:
                holder.own.setdefault(self.kinds[inner].name, inner)

    def _departs(self, code: str, element: str, /, **filling: object) -> None:
        self._looks.append(Departure(code, element, filling))


class _Look(NamedTuple):
    """Where a child's text decides: `at` 'text' or 'tail', where none belongs, or 'value', which must be there and hold."""

    at: str
    place: int
    name: str


class Child:
    """One child's elements: how they stand, and what each says."""

    def __init__(self, element: etree._Element, year: int) -> None:
        nodes = list(element.iter())
        self.layout = _laid_out(tuple(map(_TAG, nodes)), tuple(map(len, nodes)), year)
        self.texts = [text.strip() if text else "" for text in map(_TEXT, nodes)]
        tails = [tail.strip() if tail else "" for tail in map(_TAIL, nodes)]
        tails[0] = ""  # what is behind the child is not of the child
        self.departures = self.layout.departures(self.texts, tails)

    def own(self, holder: Holder, name: str) -> str:
        """What the first element of a name says that stands directly in another."""
        place = holder.own.get(name)
        return self.texts[place] if place is not None else ""


@lru_cache(maxsize=4_096)
def _laid_out(tags: tuple[object, ...], counts: tuple[int, ...], year: int) -> Layout:
    return Layout(tags, counts, year)


_TAG, _TEXT, _TAIL = (attrgetter(name) for name in ("tag", "text", "tail"))


@lru_cache(maxsize=65_536)
def _value_departures(name: str, text: str, year: int) -> tuple[Departure, ...]:
    return tuple(_of_value(name, text, year))


def _of_value(name: str, text: str, year: int) -> Iterator[Departure]:
    rules = schema()
    if name in rules.yes_no:
        if text.lower() in ("true", "false"):
            yield Departure("yes_no_spelling", name, {})
        elif text not in ("0", "1"):
            yield Departure("yes_no_unreadable", name, {})
    elif name in rules.numbers and read_number(text) is None:
        yield Departure("number_unreadable", name, {})
    elif name in rules.codes:
        yield from _code_departures(name, code_of(text), year)


def _code_departures(name: str, code: str, year: int) -> Iterator[Departure]:
    shown = code if _SAFE_CODE.fullmatch(code) else "This value"
    if code in schema().codes[name]:
        if not schema().allows(f"{name}={code}", year):
            yield Departure("code_other_year", name, {"code": shown, "year": year})
    elif name in ("Sex", "GenderCurrent") and code in schema().codes["Sex"] | schema().codes["GenderCurrent"]:
        yield Departure("code_other_year", name, {"code": shown, "year": year})
    else:
        yield Departure("code_unknown", name, {"code": shown})
