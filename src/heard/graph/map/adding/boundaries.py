"""Boundaries of areas as GeoJSON, such as LSOAs: polygons in degrees (WGS 84)."""

from __future__ import annotations

import json
from typing import Any, Final

from heard.graph.map.adding import CannotAdd, Given, Report, Why, keep_about, writing
from heard.graph.map.store import BOUNDARIES

_LARGEST: Final = 400_000_000  # bytes
_DIGITS: Final = 5  # of a degree: about a metre
_NO_AREA = Why("it is no polygon", "Heard draws areas alone: export polygons.")
_METRES = Why(
    "its coordinates are no degrees of the United Kingdom, and may be eastings and northings",
    "Export the file in WGS 84 (EPSG:4326), longitude first, and add it again.",
)
_BROKEN = Why("its polygon cannot be read", "Export the file anew, and add it again.")

type Ring = list[list[float]]


class _Refused(Exception):
    def __init__(self, why: Why) -> None:
        self.why = why


def add(given: Given, report: Report) -> None:
    whole = _load(given)
    name = (given.name or given.path.stem)[:80]
    with writing(given.folder / BOUNDARIES) as database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS area (id INTEGER PRIMARY KEY, layer TEXT, name TEXT, code TEXT, west REAL, south REAL, east REAL, "
            "north REAL, geometry TEXT)"
        )
        database.execute("CREATE INDEX IF NOT EXISTS area_box ON area (east, west)")
        database.execute("DELETE FROM area WHERE layer = ?", (name,))
        for number, one in enumerate(whole["features"], start=1):
            report.read += 1
            try:
                polygons = _polygons(one)
            except _Refused as refused:
                report.set_aside(number, str(_called(one)[0]), refused.why)
                continue
            called, code = _called(one)
            xs, ys = zip(*(point for rings in polygons for point in rings[0]), strict=True)
            geometry = json.dumps({"type": "MultiPolygon", "coordinates": polygons}, separators=(",", ":"))
            row = (name, called, code, min(xs), min(ys), max(xs), max(ys), geometry)
            database.execute(
                "INSERT INTO area (layer, name, code, west, south, east, north, geometry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            report.kept += 1
        if not report.kept:
            told = " ".join(
                f"{count:,} times: {why.what}. {why.remedy}" for why, count in report.aside.items()
            )
            raise CannotAdd(f"{given.path.name} has no area that can be drawn. {told}")
        licence = given.licence or next(
            (
                whole[key]
                for key in ("attribution", "licence", "license", "copyright")
                if isinstance(whole.get(key), str)
            ),
            "",
        )
        keep_about(database, name, given, licence[:500], report.kept)


def _load(given: Given) -> dict[str, Any]:
    path = given.path
    if path.stat().st_size > _LARGEST:
        raise CannotAdd(
            f"{path.name} is larger than {_LARGEST // 1_000_000} MB. Export the areas of your partnership alone."
        )
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CannotAdd(f"{path.name} is not written in UTF-8, as GeoJSON has to be.") from error
    except RecursionError as error:
        raise CannotAdd(f"{path.name} is nested too deeply to be GeoJSON.") from error
    except ValueError as error:
        raise CannotAdd(f"{path.name} is no GeoJSON: {str(error)[:120]}.") from error
    if isinstance(whole, dict) and whole.get("type") == "Topology":
        raise CannotAdd(f"{path.name} is TopoJSON. Export it as GeoJSON, and add that.")
    if not isinstance(whole, dict) or not isinstance(whole.get("features"), list):
        raise CannotAdd(f"{path.name} is no GeoJSON FeatureCollection: it has no list of features.")
    return whole


def _called(one: Any) -> tuple[str, str]:
    """Name and code of an area, as files of the ONS have them: LSOA21NM, LSOA21CD; or name and code."""
    properties = one.get("properties") if isinstance(one, dict) else None
    if not isinstance(properties, dict):
        return "", ""
    found = {"name": "", "code": ""}
    for key, value in properties.items():
        plain = str(key).casefold()
        what = "name" if plain.endswith(("nm", "name")) else "code" if plain.endswith(("cd", "code")) else ""
        if what and not found[what] and isinstance(value, (str, int)):
            found[what] = str(value)[:120].encode(errors="replace").decode()  # half a letter is none
    return found["name"], found["code"]


def _polygons(one: Any) -> list[list[Ring]]:
    geometry = one.get("geometry") if isinstance(one, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Refused(_NO_AREA)
    parts = geometry.get("coordinates")  # type: ignore[union-attr]
    parts = [parts] if kind == "Polygon" else parts
    if not isinstance(parts, list) or not parts:
        raise _Refused(_BROKEN)
    return [_rings(rings) for rings in parts]


def _rings(rings: Any) -> list[Ring]:
    if not isinstance(rings, list) or not rings:
        raise _Refused(_BROKEN)
    return [_ring(ring) for ring in rings]


def _ring(ring: Any) -> Ring:
    if not isinstance(ring, list) or len(ring) < 4:
        raise _Refused(_BROKEN)
    return [_point(point) for point in ring]


def _point(point: Any) -> list[float]:
    if (
        not isinstance(point, list)
        or len(point) < 2
        or not all(type(one) in (int, float) for one in point[:2])
    ):
        raise _Refused(_BROKEN)
    lon, lat = point[:2]
    if not (-9 <= lon <= 2.5 and 49 <= lat <= 61.5):  # also what is no number
        raise _Refused(_METRES)
    return [round(lon, _DIGITS), round(lat, _DIGITS)]
