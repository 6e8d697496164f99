"""Factors identified at the end of assessment, in the columns of the Department's own table, from the assessments of a run.

A year is April to March, named by its end. A factor counts once in an episode of need, however many assessments of the
episode that ended in the year name it; so does the column of episodes with any factor ("no factor", 21, is none). Two
censuses that tell of one episode, by the child's number and the day of referral, tell of it once. These are true counts:
`heard publish hide` makes of them what may be published. A code that a year did not have yet has 0 there, where the Department
prints that it is not available. Source: the Department's methodology for statistics on children in need.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import yaml

from heard.engine import backend, tables
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

ANY = "Episodes_with_assessment_factor"
_PLACE = ("region_code", "region_name", "old_la_code", "new_la_code", "la_name")
_FIRST = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    *_PLACE,
    "category",
)
_FIXED = {
    "time_identifier": "Reporting year",
    "geographic_level": "Local authority",
    "country_code": "E92000001",
    "country_name": "England",
    "category": "Factors identified at the end of assessment",
}
_NOT_KNOWN = "not known"


def header() -> list[str]:
    """The columns of the Department's table, in its order."""
    return [*_FIRST, ANY, *_columns()]


def layout_of(header: Sequence[str]) -> dict[str, Any] | None:
    """The layout of a table as the Department publishes it, by its first columns; None of any other. Its counts of regions
    and of England are rounded to the nearest 10, and parts make up their totals."""
    if tuple(header[: len(_FIRST)]) != _FIRST:
        return None
    rounding = {"to": 10, "dimension": "area", "level": 1}
    measures = list(header[len(_FIRST) :])
    return _layout() | {
        "measures": measures,
        "exhaustive": ["year", "area"],
        "whose": "others",
        "policy": {"rounding": [rounding]},
    }


def write_factors(folder: Path, out: Path) -> Path:
    """Writes `factors.csv`, with its layout beside it, into the folder `out`: a row for each authority and year.

    `folder` is that of a run. Raises `NotDone` where it holds no assessment with a factor, `backend.WrongTable`.
    """
    counted = _counted(folder)
    if not counted:
        raise NotDone(
            f"No assessment in {folder} names a factor. Read a Children in Need census that has them."
        )
    out.mkdir(parents=True, exist_ok=True)
    path = out / "factors.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header())
        writer.writeheader()
        for (year, authority), counts in sorted(counted.items(), key=lambda item: (-item[0][0], item[0][1])):
            numbers = {name: counts[name] for name in (ANY, *_columns())}
            writer.writerow({"time_period": year, **_FIXED, **_place(authority), **numbers})
    path.with_suffix(".yaml").write_text(yaml.safe_dump(_layout(), sort_keys=False), encoding="utf-8")
    return path


def _layout() -> dict[str, Any]:
    """Nothing adds up: an episode may have several factors, and a run need not hold every authority of a region."""
    return {
        "dimensions": {"year": "time_period", "area": ["region_name", "la_name"]},
        "measures": [ANY, *_columns()],
        "below": parts_of_london(),
        "exhaustive": [],
    }


def parts_of_london() -> dict[str, str]:
    """Its two halves, which tables name beside regions."""
    regions, london = _places()["regions"], _places()["london"]
    return {regions[part]: london["name"] for part in london["parts"]}


def _counted(folder: Path) -> dict[tuple[int, str], Counter[str]]:
    """Of each year and authority, how many episodes each column counts."""
    counted: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for (year, authority, _, _), codes in _episodes(folder).items():
        if columns := {column for code in codes for column in _of_code().get(code, ())}:
            counted[year, authority].update([ANY, *columns])
    return counted


def _episodes(folder: Path) -> dict[tuple[int, str, str, str], set[str]]:
    """The factors of each episode in each year; an episode is that of one child of one authority."""
    found: dict[tuple[int, str, str, str], set[str]] = defaultdict(set)
    wanted = ["record_id", "authority", "episode", "ended_on", "factors"]
    with pq.ParquetFile(backend.checked_path(folder, tables.ASSESSMENTS)) as assessments:
        for batch in assessments.iter_batches(batch_size=20_000, columns=wanted):
            for one in batch.to_pylist():
                authority = one["authority"] or _NOT_KNOWN
                found[_year(one["ended_on"]), authority, one["record_id"], one["episode"]].update(
                    one["factors"]
                )
    return found


def _year(day: date) -> int:
    return day.year + (day.month > 3)


def _columns() -> Iterable[str]:
    return _told()["columns"]


@cache
def _told() -> dict[str, dict[str, list[str]]]:
    told: dict[str, dict[str, list[str]]] = _read("factors.yaml")
    return told


@cache
def _of_code() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for column, codes in _told()["columns"].items():
        for code in codes:
            found[str(code)].append(column)
    return found


@cache
def _places() -> dict[str, Any]:
    return _read("authorities.yaml")


def _read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return told


def _place(number: str) -> dict[str, str]:
    """Where an authority is; one that the list does not know stands under its number."""
    told = _places()["authorities"].get(number)
    code, region, name = told or (number, _NOT_KNOWN, f"Authority {number}")
    return dict(
        zip(_PLACE, (region, _places()["regions"].get(region, _NOT_KNOWN), number, code, name), strict=True)
    )
