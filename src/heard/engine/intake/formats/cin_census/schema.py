"""What a CIN census may hold, by year, and what one child holds and how it departs. The rules themselves are `schema.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from heard.engine.intake import carriers
from heard.engine.intake.values import code_of, read_number
from heard.engine.intake.xml_children import without_namespace
from heard.knowledge.model import Carrier

FORMAT = "cin_census"
FACTORS = "AssessmentFactors"
TOLD = ("LAchildID", "UPN", "Sex", "PersonBirthDate", "Ethnicity", "PersonDeathDate")
"""What a record is made of; for Sex stands GenderCurrent where there is no Sex."""

# Where the field that dates an item is empty, the next best day that the same part of the record gives.
_DATED_ELSE = {
    "AssessmentAuthorisationDate": ("AssessmentActualStartDate", "CINreferralDate"),
    "CPPstartDate": ("CINreferralDate",),
}

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

    @cached_property
    def all_judged(self) -> frozenset[str]:
        """Elements whose values are looked at."""
        return self.yes_no | self.numbers | self.codes.keys()


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


@cache
def all_names() -> tuple[str, ...]:
    """Every element of the schema; a layout tells of each by its place here."""
    return tuple(sorted(schema().all_elements | schema().elements.keys() | carriers.by_field(FORMAT).keys()))


@cache
def carriers_here() -> tuple[Carrier, ...]:
    """Every carrier of the format."""
    return tuple(carrier for mine in carriers.by_field(FORMAT).values() for carrier in mine)


@cache
def dated_names() -> tuple[str, ...]:
    """The dates by which carriers are dated, but for the end of the return."""
    return tuple(sorted({carrier.dated_by for carrier in carriers_here()} - {"return_end"}))


class ElementShape(NamedTuple):
    """What a name means in a year. `holds`: the elements that may stand in it, null where it holds a value; `event`: whether it
    is the day of something that happened; `carries`: whether it can carry an item."""

    name: str
    holds: frozenset[str] | None
    needs: tuple[str, ...]
    allowed: bool
    repeats: bool
    event: bool
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
    the same elements. `first`: the place of the first element of each name. `departs`: how all of these children depart from the
    year's schema; `behind`: behind which places no text belongs, with what is around them.

    The rest are tables of places, with -1 for an element that is not there, and of names as `all_names` has them: `told` (a row: `TOLD`),
    `blank`, `values`, `events` and `carrying` (place, name), `dating` (which of `carrying`, which of `dated_names`, place of a date that
    may be meant, the nearest first), `episodes` (place of the referral's day), `ended` (place of an assessment's end, which of `episodes`),
    `factors` (which of `ended`, place), `plans` (of each kind that a child has several of: first and last day)."""

    def __init__(self, tags: tuple[object, ...], counts: tuple[int, ...], year: int) -> None:
        self._year, self._counts = year, counts
        self.kinds = [kind_of(tag, year) for tag in tags]
        parts = [place for place, tag in enumerate(tags) if isinstance(tag, str)]
        self.first = {self.kinds[place].name: place for place in reversed(parts)}
        self.around: list[Holder | None] = [None] * len(tags)
        self._holders: list[Holder] = []
        self.departs: list[Departure] = []
        self.behind: list[tuple[int, str]] = []
        self._blank: list[int] = []
        self._values: list[int] = []
        self._held(0, None)
        sex = "Sex" if "Sex" in self.first else "GenderCurrent"
        self.told = _table([[self.first.get(sex if name == "Sex" else name, -1) for name in TOLD]], len(TOLD))
        self.blank, self.values = self._with_names(self._blank), self._with_names(self._values)
        self.events = self._with_names([place for place in parts if self.kinds[place].event])
        self.carrying = self._with_names([place for place in parts if self.kinds[place].carries])
        self.dating = _table(list(self._dating()), 3)
        self._assess()
        self.plans = list(self._several_plans())

    def _with_names(self, places: list[int]) -> npt.NDArray[np.int64]:
        return _table([[place, _place_of()[self.kinds[place].name]] for place in places], 2)

    def _dating(self) -> Iterator[list[int]]:
        for number, place in enumerate(self.carrying[:, 0].tolist()):
            wanted = {carrier.dated_by for carrier in carriers.by_field(FORMAT)[self.kinds[place].name]}
            for by, dated in enumerate(dated_names()):
                if dated in wanted:
                    yield from (
                        [number, by, near] for near in self._near(place, (dated, *_DATED_ELSE.get(dated, ())))
                    )

    def _near(self, place: int, dated: tuple[str, ...]) -> Iterator[int]:
        """The dates of these names around an element, the nearest first; then those of the next name."""
        for name in dated:
            holder = self.around[place]
            while holder is not None:
                if (found := holder.own.get(name)) is not None:
                    yield found
                holder = holder.around

    def _assess(self) -> None:
        """The episodes of need, and the assessments in them."""
        episodes: dict[Holder, int] = {}
        referrals: list[list[int]] = []
        ended: list[list[int]] = []
        factors: list[list[int]] = []
        whole, *holders = self._holders
        for held in holders:
            if held.kind.name == "CINdetails" and held.around is whole:
                episodes[held] = len(referrals)
                referrals.append([held.own.get("CINreferralDate", -1)])
            elif held.kind.name == "Assessments" and held.around in episodes:
                end, inside = held.own.get("AssessmentAuthorisationDate", -1), range(held.place, held.end)
                factors += [[len(ended), place] for place in inside if self.kinds[place].name == FACTORS]
                ended.append([end, episodes[held.around]])
        self.episodes, self.ended, self.factors = _table(referrals, 1), _table(ended, 2), _table(factors, 2)

    def _several_plans(self) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
        for name, dates in schema().plans.items():
            mine = [
                [holder.own.get(date, -1) for date in dates]
                for holder in self._holders
                if holder.kind.name == name
            ]
            if len(mine) > 1:
                yield dates[0], _table(mine, 2)

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
        self._holders.append(Holder(self.kinds[place], place, around, self._behind(place)))
        return self._holders[-1]

    def _held(self, place: int, around: Holder | None) -> None:
        """All that stands in an element that holds others."""
        holder, kind = self._holder(place, around), self.kinds[place]
        self._blank.append(place)
        for inner in self._inside(place):
            self.behind.append((inner, kind.name))
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
        self._values.append(place)

    def _beyond(self, place: int, around: Holder | None) -> None:
        """What stands in an element that the schema does not have, or not here: read, and not judged."""
        holder = self._holder(place, around) if self.kinds[place].holds is not None else None
        for inner in self._inside(place):
            self.around[inner] = holder
            self._beyond(inner, holder)
            if holder:
                holder.own.setdefault(self.kinds[inner].name, inner)

    def _departs(self, code: str, element: str, /, **filling: object) -> None:
        self.departs.append(Departure(code, element, filling))


@cache
def _place_of() -> dict[str, int]:
    return {name: place for place, name in enumerate(all_names())}


def _table(rows: list[list[int]], width: int) -> npt.NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(-1, width)


@lru_cache(maxsize=4_096)
def laid_out(tags: tuple[object, ...], counts: tuple[int, ...], year: int) -> Layout:
    return Layout(tags, counts, year)


@lru_cache(maxsize=65_536)
def value_departures(name: str, text: str, year: int) -> tuple[Departure, ...]:
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
