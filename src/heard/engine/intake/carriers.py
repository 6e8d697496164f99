"""Which field of a format carries which item, by the knowledge release or the format's own folder; and what a source can carry at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import cast

import yaml

from heard.engine.intake.values import code_of, read_number
from heard.knowledge import load
from heard.knowledge.model import Carrier, Format


@cache
def by_field(format_name: str) -> dict[str, tuple[Carrier, ...]]:
    """The carriers of one format, by field."""
    found: dict[str, tuple[Carrier, ...]] = {}
    for carrier in (*load.current().carriers, *_of_its_own(format_name)):
        if carrier.format == format_name:
            found[carrier.field] = (*found.get(carrier.field, ()), carrier)
    return found


def _of_its_own(format_name: str) -> Iterator[Carrier]:
    """Carriers that a format's folder brings, where the release does not speak of the format."""
    path = files(f"{__package__}.formats").joinpath(format_name, "carriers.yaml")
    if path.is_file():
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        for one in told["carriers"]:
            codes = tuple(map(str, one.pop("codes", ())))
            yield Carrier(
                **one, codes=codes, format=cast("Format", format_name), source=told["source"], confidence="A"
            )


@cache
def all_items() -> tuple[str, ...]:
    """Every sign, then every vulnerability of the release."""
    release = load.current()
    return tuple(item.id for item in (*release.signs, *release.vulnerabilities))


def matches(carrier: Carrier, text: str) -> bool:
    """Whether a cell that is filled in carries the carrier's item."""
    if carrier.at_least is not None:
        number = read_number(text)
        return number is not None and number >= carrier.at_least
    return not carrier.codes or code_of(text) in carrier.codes


# A carrier dated so says that something was so by then, not when it was.
_NOT_ITS_DAY = ("AssessmentAuthorisationDate", "return_end")


def own_day(carrier: Carrier) -> bool:
    """Whether the carrier's date is that on which it happened."""
    return carrier.dated_by not in _NOT_ITS_DAY


def in_year(carrier: Carrier, year: int) -> bool:
    after_start = carrier.year_from is None or carrier.year_from <= year
    return after_start and (carrier.year_to is None or year <= carrier.year_to)


def shown(carrier: Carrier, text: str) -> str:
    """How the evidence names its field: with the code, or with the bound that the number reached."""
    if carrier.at_least is not None:
        return f"{carrier.field}>={carrier.at_least}"
    return f"{carrier.field}={code_of(text)}" if carrier.codes else carrier.field


def silent(fields: Iterable[str], format_name: str, *, known: Collection[str]) -> Iterator[Carrier]:
    """For fields that are there and empty: of each item that is not known otherwise, the carrier that counts most."""
    best: dict[str, Carrier] = {}
    for field in fields:
        for carrier in by_field(format_name).get(field, ()):
            if carrier.item not in known and (
                carrier.item not in best or carrier.counts > best[carrier.item].counts
            ):
                best[carrier.item] = carrier
    yield from best.values()


def coverage(
    able: Iterable[tuple[str, str]],
    present: Collection[str],
    beside: Iterable[tuple[str, str]] = (),
) -> Iterator[tuple[str, str, str]]:
    """Item, state and fields for each item of the release.

    `able` pairs items with the fields that the format has for them and the rule counts, `beside` with those that it does
    not count; `present` are the fields that these files have.
    """
    fields, weak = _by_item(able), _by_item(beside)
    for item in all_items():
        mine, others = fields.get(item, []), weak.get(item, [])
        here = [field for field in mine if field in present]
        shown = [field for field in others if field in present]
        state = "collected" if here else "beside" if shown else "absent" if mine else "not_collectable"
        yield item, state, ",".join(here or shown or mine)


def _by_item(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for item, field in pairs:
        if field not in fields.setdefault(item, []):
            fields[item].append(field)
    return fields


def can_carry(found: Iterable[Carrier], present: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """The coverage of a format by its carriers."""
    found = list(found)
    able = ((carrier.item, carrier.field) for carrier in found if carrier.counts)
    return coverage(able, present, ((carrier.item, carrier.field) for carrier in found if not carrier.counts))


def as_bits(items: Iterable[str]) -> int:
    """A set of items by their places in the release."""
    return sum(1 << all_items().index(item) for item in set(items))
