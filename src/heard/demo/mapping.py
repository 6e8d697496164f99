"""Where the fictional town lies: on an island in the North Sea that is not there, so that nothing invented lies over a real town. Its
boundary and its postcodes are added as an installer adds those of a real partnership."""

from __future__ import annotations

import csv
import json
import tempfile
from math import cos, pi, radians, sin
from pathlib import Path
from typing import Final

import click

from heard.demo.identifiers import POSTCODES, postcode

_MIDDLE: Final = (54.70, 1.20)  # degrees
_METRES: Final = 111_320  # in one degree of latitude
# How far the shore is from the middle, metres, all the way round from the east against the clock.
_SHORE: Final = (
    7600,
    7900,
    7100,
    6900,
    7400,
    8100,
    8400,
    7800,
    7000,
    6800,
    7300,
    7900,
    8300,
    8000,
    7200,
    7000,
    7500,
    7700,
)
_LICENCE: Final = "Wexmoor is invented, and so is where it lies."


def add_town(folder: Path) -> None:
    """Boundary and postcodes, where they are not there."""
    from heard.graph.map import adding

    if folder.exists():
        return
    click.echo("Drawing the map of the fictional town …")
    with tempfile.TemporaryDirectory() as place:
        for name, write in (("wexmoor.geojson", _write_shore), ("wexmoor-postcodes.csv", _write_postcodes)):
            path = Path(place) / name
            write(path)
            report = adding.Report(adding.kind_of(path))
            adding.add(adding.Given(path, folder, "Wexmoor", _LICENCE), report)


def where(code: str) -> tuple[float, float]:
    """Latitude and longitude of a postcode of the town: districts lie in rings around its middle, sectors in parts of a ring, and its last two
    letters say where in that."""
    area, rest = code[:2], code[2:]
    district, inward = rest.split(" ")
    sector, unit = int(inward[0]), (ord(inward[1]) - 65) * 26 + ord(inward[2]) - 65
    turn = 2 * pi * (int(district) * 0.382 + sector / 10 + (0.05 if area == "YX" else 0)) + 0.5 * (
        unit * 0.618 % 1
    )
    return _at(250 + 190 * int(district) + 550 * (unit * 0.414 % 1), turn)


def _at(away: float, turn: float) -> tuple[float, float]:
    lat = _MIDDLE[0] + away * sin(turn) / _METRES
    return round(lat, 6), round(_MIDDLE[1] + away * cos(turn) / _METRES / cos(radians(_MIDDLE[0])), 6)


def shore() -> list[list[float]]:
    """A ring as GeoJSON has it."""
    ring = [_at(away, 2 * pi * number / len(_SHORE)) for number, away in enumerate(_SHORE)]
    return [[lon, lat] for lat, lon in (*ring, ring[0])]


def _write_shore(path: Path) -> None:
    town = {
        "type": "Feature",
        "properties": {"name": "Wexmoor", "code": "X99000997"},
        "geometry": {"type": "Polygon", "coordinates": [shore()]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [town]}), encoding="utf-8")


def _write_postcodes(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["pcds", "lat", "long"])
        rows.writerows([code, *where(code)] for code in map(postcode, range(POSTCODES)))
