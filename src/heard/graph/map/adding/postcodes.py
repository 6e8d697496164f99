"""Where postcodes are: the ONS Postcode Directory, OS Code-Point Open, or any CSV file with a postcode and where it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import BinaryIO, Final

from heard.graph.map.adding import CannotAdd, Given, Report, Why, keep_about, writing
from heard.graph.map.rules.grid import on_grid, to_degrees
from heard.graph.map.store import POSTCODES
from heard.network.rules import normal_postcode

_NAMES: Final = {
    "postcode": ("pcds", "postcode", "pcd", "pcd2", "pcd7", "pcd8"),
    "lat": ("lat", "latitude"),
    "lon": ("long", "longitude", "lon", "lng"),
    "east": ("oseast1m", "eastings", "easting", "east1m"),
    "north": ("osnrth1m", "northings", "northing", "north1m"),
}
_LONGEST: Final = 10_000  # letters of a row
_EVERY: Final = 100_000  # rows between two words of how far it is
_NO_POSTCODE = Why("it has no postcode", "Correct the postcode in the file, and add the file again.")
_NOWHERE = Why(
    "it does not say where the postcode is",
    "Nothing is to be done where its publisher does not know it either.",
)
_IRISH = Why(
    "a postcode of Northern Ireland has eastings and northings of another grid",
    "Add a file that has latitude and longitude too, such as the ONS Postcode Directory.",
)
_AGAIN = Why("the postcode stood in the file before", "Nothing is to be done: the first one counts.")
_UNREADABLE = Why(
    "the row cannot be read as CSV",
    "Look for a stray quotation mark in it, correct it, and add the file again.",
)


@dataclass(frozen=True)
class _Columns:
    postcode: int
    lat: int | None = None
    lon: int | None = None
    east: int | None = None
    north: int | None = None


def add(given: Given, report: Report) -> None:
    with given.path.open("rb") as file:
        size = max(given.path.stat().st_size, 1)
        lines = _lines(file)
        head = next(lines, None)
        if not head:
            raise CannotAdd(f"{given.path.name} has no row that can be read.")
        columns, is_heading = _guess(head, given.path)
        with writing(given.folder / POSTCODES) as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS postcode (key TEXT PRIMARY KEY, lat INTEGER, lon INTEGER, added INTEGER) WITHOUT ROWID"
            )
            [(turn,)] = database.execute("SELECT coalesce(max(added), 0) + 1 FROM postcode")
            rows = lines if is_heading else _with(head, lines)
            for number, row in enumerate(rows, start=2 if is_heading else 1):
                report.read += 1
                found = _read(row, columns)
                if isinstance(found, Why):
                    report.set_aside(
                        number, (row or [""])[min(columns.postcode, len(row or [""]) - 1)], found
                    )
                elif database.execute(_KEEP, (*found, turn)).rowcount:
                    report.kept += 1
                else:
                    report.set_aside(number, found[0], _AGAIN)
                if not report.read % _EVERY:
                    report.say(f"{report.read:,} rows read, {min(100 * file.tell() // size, 100)} %")
            if not report.kept:
                raise CannotAdd(
                    f"{given.path.name} has no row that says where a postcode is. {_told(report)}"
                )
            [(all_of_them,)] = database.execute("SELECT count(*) FROM postcode")
            # All postcodes are one thing, which is removed whole; of each file stays its licence.
            said = database.execute("SELECT licence FROM added").fetchone()
            licences = [*filter(None, said or ()), given.licence[:500]]
            licence = licences[0] if given.licence in licences[0] else " ".join(licences)
            keep_about(database, "postcodes", given, licence[:2000], all_of_them)
    report.say(f"{all_of_them:,} postcodes are known now.")


_KEEP: Final = (
    "INSERT INTO postcode VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET lat = excluded.lat, lon = excluded.lon, "
    "added = excluded.added WHERE postcode.added <> excluded.added"
)


def _told(report: Report) -> str:
    return " ".join(f"{count:,} rows: {why.what}. {why.remedy}" for why, count in report.aside.most_common(3))


def _lines(file: BinaryIO) -> Iterator[list[str] | None]:
    """Rows, None for one that cannot be read; without those that are blank."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    while line := text.readline(
        _LONGEST
    ):  # one by one: a stray quotation mark would take those after it for its own
        try:
            row = next(csv.reader([line], strict=True))
        except csv.Error:
            yield None
            continue
        if any(cell.strip() for cell in row):
            yield row
    text.detach()


def _with(first: list[str], rest: Iterator[list[str] | None]) -> Iterator[list[str] | None]:
    yield first
    yield from rest


def _guess(head: Sequence[str], path: Path) -> tuple[_Columns, bool]:
    """Which column says what, and whether the first row is a heading; Code-Point Open has none."""
    names = [cell.strip().casefold() for cell in head]
    found = {
        what: next((names.index(text) for text in some if text in names), None)
        for what, some in _NAMES.items()
    }
    postcode = found.pop("postcode")
    if postcode is not None:
        pairs = ((found["lat"], found["lon"]), (found["east"], found["north"]))
        if not any(None not in pair for pair in pairs):
            raise CannotAdd(
                f"{path.name} has postcodes and does not say where they are. It needs the columns lat and long, or oseast1m and osnrth1m, or "
                "eastings and northings."
            )
        return _Columns(postcode, **found), True
    if len(head) >= 4 and normal_postcode(head[0]) and all(_number(cell) is not None for cell in head[2:4]):
        return _Columns(0, east=2, north=3), False
    raise CannotAdd(
        f"{path.name} has no column that is called pcds, pcd or postcode, and is not as Code-Point Open is either. Its first row begins: "
        f"{', '.join(repr(cell[:30]) for cell in head[:5])}."
    )


def _read(row: list[str] | None, columns: _Columns) -> Why | tuple[str, int, int]:
    if row is None:
        return _UNREADABLE
    key = normal_postcode(_cell(row, columns.postcode))
    if not key:
        return _NO_POSTCODE
    lat, lon = _number(_cell(row, columns.lat)), _number(_cell(row, columns.lon))
    if lat is None or lon is None or not (49 <= lat <= 61 and -9 <= lon <= 2.5):
        east, north = _number(_cell(row, columns.east)), _number(_cell(row, columns.north))
        if east is None or north is None or not on_grid(east, north):
            return _NOWHERE
        if key.startswith("BT"):
            return _IRISH
        lat, lon = to_degrees(east, north)
    return key, round(lat * 1e6), round(lon * 1e6)


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
