"""What a CIN census may hold, by year, and how one child departs from it. The rules themselves are `schema.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import yaml
from lxml import etree

from heard.engine.intake.values import code_of, read_number
from heard.engine.intake.xml_children import name_of, text_of

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
        codes={name: frozenset(map(str, codes)) for name, codes in raw["codes"].items()},
        years={name: (first, last) for name, (first, last) in raw["years"].items()},
        **{name: frozenset(raw[name]) for name in sets},
    )


def departures(element: etree._Element, year: int) -> Iterator[Departure]:
    """How this element and all below it depart from the year's schema. Dates are for the reader, who knows the rest."""
    rules, name = schema(), name_of(element)
    if name not in rules.elements:
        yield from _value_departures(element, name, year)
        return
    seen: list[str] = []
    if text_of(element):
        yield Departure("stray_text", name, {})
    for child in element:
        child_name = name_of(child)
        if (child.tail or "").strip():
            yield Departure("stray_text", name, {})
        yield from _child_departures(child, child_name, name, seen, year)
        seen.append(child_name)
    for needed in rules.required.get(name, ()):
        if needed not in seen:
            yield Departure("element_missing", needed, {"element": needed})


def _child_departures(
    child: etree._Element, name: str, parent: str, seen: list[str], year: int
) -> Iterator[Departure]:
    rules = schema()
    if name not in rules.elements[parent]:
        shown = name if _SAFE.fullmatch(name) else "of another kind"
        yield Departure("element_unknown", shown, {"element": shown})
        return
    if not rules.allows(name, year):
        yield Departure("element_other_year", name, {"element": name, "year": year})
    if name in seen and name not in rules.may_repeat:
        yield Departure("element_repeated", name, {"element": name})
    yield from departures(child, year)


def _value_departures(element: etree._Element, name: str, year: int) -> Iterator[Departure]:
    rules, text = schema(), text_of(element)
    if len(element):
        yield Departure("element_unknown", name, {"element": f"inside {name}"})
    if not text:
        yield Departure("element_empty", name, {"element": name})
    elif name in rules.yes_no:
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
