"""What an installer added for maps: postcodes, boundaries and tiles, each in an SQLite file of its own below `settings.MAP`. Here it is
only read; `adding` writes it. A file that is not there or cannot be read is as none: a map works without it."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any, Final

from django.conf import settings

_log = logging.getLogger(__name__)

POSTCODES: Final = "postcodes.sqlite"
BOUNDARIES: Final = "boundaries.sqlite"
TILES: Final = "tiles.sqlite"
_AREAS: Final = (
    1500  # boundaries in one answer; where a map shows more, it shows none, and is looked at closer
)
_LETTERS: Final = 8_000_000  # of them, in one answer
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Added:
    """One thing that was added. `kind`: postcodes, boundaries or tiles; `licence`: as whoever added it gave it."""

    kind: str
    name: str
    file: str
    licence: str
    on: str
    kept: int


@dataclass(frozen=True)
class Tiles:
    """`format`: png, jpg or webp; zooms from `least` to `most`."""

    format: str
    least: int
    most: int


def added() -> list[Added]:
    """Everything that is there, by kind and name."""
    found = []
    for kind, file in (("boundaries", BOUNDARIES), ("postcodes", POSTCODES), ("tiles", TILES)):
        rows = _rows(file, "SELECT name, file, licence, added_on, kept FROM added ORDER BY name")
        found += [Added(kind, *row) for row in rows]
    return found


def where(postcodes: Collection[str]) -> dict[str, tuple[int, int]]:
    """Of these postcodes, as they should be written, where they are: latitude and longitude in millionths of a degree."""
    found = {}
    for some in batched(sorted(set(postcodes) - {""}), _AT_ONCE):
        marks = ",".join("?" * len(some))
        rows = _rows(POSTCODES, f"SELECT key, lat, lon FROM postcode WHERE key IN ({marks})", some)  # noqa: S608
        found.update({key: (lat, lon) for key, lat, lon in rows})
    return found


def boundaries(west: float, south: float, east: float, north: float) -> list[dict[str, Any]]:
    """GeoJSON features of boundaries that somebody added and that touch a box, in degrees; none where they are too many to be read."""
    there = "FROM area WHERE east >= ? AND west <= ? AND north >= ? AND south <= ?"
    box = (west, east, south, north)
    many = _rows(BOUNDARIES, f"SELECT count(*), coalesce(sum(length(geometry)), 0) {there}", box)
    if not many or many[0][0] > _AREAS or many[0][1] > _LETTERS:
        return []
    rows = _rows(BOUNDARIES, f"SELECT layer, name, code, geometry {there} ORDER BY id", box)
    return [
        {
            "type": "Feature",
            "properties": {"layer": layer, "name": name, "code": code},
            "geometry": json.loads(geometry),
        }
        for layer, name, code, geometry in rows
    ]


def tiles() -> Tiles | None:
    rows = _rows(TILES, "SELECT format, least, most FROM about")
    return Tiles(*rows[0]) if rows else None


def tile(z: int, x: int, y: int) -> tuple[str, bytes] | None:
    """The format and the picture of a tile, counted from the north as maps on the web are; None where there is none."""
    rows = _rows(
        TILES, "SELECT about.format, tile.data FROM tile, about WHERE z = ? AND x = ? AND y = ?", (z, x, y)
    )
    return rows[0] if rows else None


def path_of(file: str) -> Path:
    return Path(settings.MAP) / file


def _rows(file: str, sql: str, given: tuple[Any, ...] = ()) -> list[Any]:
    path = path_of(file)
    try:
        if not path.is_file():
            return []
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return database.execute(sql, given).fetchall()
    except (sqlite3.Error, OSError) as error:
        _log.warning(
            "%s cannot be read: %s. Give the site the right to read it, or add it again with `heard map add`.",
            path.name,
            error,
        )
        return []
