"""Areas of which somebody gave the boundaries, and in which of them each postcode lies."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from pathlib import Path

type Ring = tuple[tuple[float, float], ...]
"""A line that closes, as longitude and latitude in degrees."""

_POSTCODES: Final = ("pcds", "pcd", "pcd7", "pcd8", "pcd2", "postcode")
_LICENCE: Final = ("licence", "license", "attribution")
_MOST: Final = 2_000  # areas: of more nobody could read a map, or a table


@dataclass(frozen=True)
class Areas:
    """Areas by name, each with the rings of its polygons; `postcodes`: columns postcode (no blank in it) and area (a name); `licence`: what
    has to stand beside the boundaries."""

    outlines: Mapping[str, Sequence[Ring]]
    postcodes: pa.Table
    licence: str


def read_areas(boundaries: Path, postcodes: Path, licence: str = "") -> Areas:
    """Areas from GeoJSON (longitude and latitude; a code and a name of each) and a CSV in which a postcode stands beside its code, such as
    the ONS Postcode Directory. `licence`: without it the file's own `licence` or `attribution`. Raises `NotDone`."""
    told = _geojson(boundaries)
    features = told["features"]
    licence = licence or next((str(told[name]) for name in _LICENCE if told.get(name)), "")
    if not licence:
        raise NotDone(
            f"{boundaries.name} does not say under which licence it is. Say what has to stand beside it: "
            '--licence "Source: Office for National Statistics licensed under the Open Government Licence v3.0. Contains OS data '
            '© Crown copyright and database right 2024"'
        )
    code, name = _properties(features, boundaries)
    names = [str(feature["properties"].get(name) or feature["properties"][code]) for feature in features]
    often = Counter(names)
    by_code = {
        str(feature["properties"][code]): shown
        if often[shown] == 1
        else f"{shown} ({feature['properties'][code]})"
        for feature, shown in zip(features, names, strict=True)
    }
    rings = {by_code[str(feature["properties"][code])]: _rings(feature, boundaries) for feature in features}
    return Areas(rings, _looked_up(postcodes, by_code), licence)


def _geojson(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
        features = told["features"] if told.get("type") == "FeatureCollection" else []
        whole = all(feature["geometry"]["type"] in ("Polygon", "MultiPolygon") for feature in features)
        whole = whole and all(isinstance(feature["properties"], dict) for feature in features)
    except OSError as problem:
        raise NotDone(f"{path.name} cannot be opened. Check the path, and that you may read it.") from problem
    except (ValueError, KeyError, TypeError, AttributeError):
        features, whole = [], False
    if not features or not whole:
        raise NotDone(
            f"{path.name} holds no boundaries. Name a GeoJSON file: a FeatureCollection of polygons."
        )
    if len(features) > _MOST:
        raise NotDone(
            f"{path.name} has {len(features):,} areas. A map shows {_MOST:,} at most: name larger ones."
        )
    found: dict[str, Any] = told
    return found


def _properties(features: Sequence[Mapping[str, Any]], path: Path) -> tuple[str, str]:
    """Which property is the code, and which the name: `code` and `name`, or as the ONS ends them (LSOA21CD, LSOA21NM)."""
    keys = list(features[0]["properties"])
    alone = [
        key for key in keys
        if len({feature["properties"].get(key) for feature in features} - {None}) == len(features)
    ]  # fmt: skip
    code = _named(alone, "code", "cd")
    if code is None:
        raise NotDone(
            f"No property of {path.name} tells its areas apart. Give each a code of its own, called code."
        )
    return code, _named([key for key in keys if key != code], "name", "nm") or code


def _named(keys: Sequence[str], whole: str, end: str) -> str | None:
    ordered = sorted(keys, key=lambda key: (key.lower() != whole, not key.lower().endswith((whole, end))))
    best = next(iter(ordered), None)
    return best if best and best.lower().endswith((whole, end)) else None


def _rings(feature: Mapping[str, Any], path: Path) -> list[Ring]:
    drawn = feature["geometry"]
    try:
        polygons = [drawn["coordinates"]] if drawn["type"] == "Polygon" else drawn["coordinates"]
        rings = [
            tuple((float(at[0]), float(at[1])) for at in ring) for polygon in polygons for ring in polygon
        ]
    except (TypeError, ValueError, IndexError, KeyError):
        raise NotDone(f"{path.name} has a polygon that cannot be read.") from None
    if not all(abs(x) <= 180 and abs(y) < 90 for ring in rings for x, y in ring):
        raise NotDone(f"{path.name} is not in degrees. Save it with longitude and latitude (EPSG 4326).")
    return rings


def _looked_up(path: Path, names: Mapping[str, str]) -> pa.Table:
    """Each postcode in one of the areas, with its name."""
    codes = pa.array(list(names))
    try:
        with pv.open_csv(path) as file:
            columns = file.schema.names
        postcode = next(
            column for wanted in _POSTCODES for column in columns if column.strip().lower() == wanted
        )
        column = _column_of(path, [column for column in columns if column != postcode], codes)
        told = [_some(batch, postcode, column, codes) for batch in _batches(path, [postcode, column])]
    except OSError as problem:
        raise NotDone(f"{path.name} cannot be opened. Check the path, and that you may read it.") from problem
    except (pa.ArrowException, ValueError, StopIteration) as problem:
        raise NotDone(
            f"{path.name} cannot be read. Name a CSV with a column pcds, pcd or postcode, and one with the codes of the areas."
        ) from problem
    found = pa.concat_tables(told)
    named = [names[code] for code in found["code"].to_pylist()]
    return pa.table({"postcode": found["postcode"], "area": pa.array(named, pa.string())})


def _batches(path: Path, columns: list[str]) -> Any:
    as_text = pv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), include_columns=columns)
    with pv.open_csv(path, convert_options=as_text) as file:
        yield from file


def _column_of(path: Path, columns: list[str], codes: pa.Array) -> str:
    """The column in which codes of the areas stand."""
    for batch in _batches(path, columns):
        met = {
            name: pc.sum(pc.is_in(batch[name], value_set=codes)).as_py() or 0 for name in columns
        }  # fmt: skip
        if any(met.values()):
            return max(met, key=lambda name: met[name])
    raise NotDone(
        f"No column of {path.name} holds a code of the areas. Both have to be of one geography, and of one year."
    )


def _some(batch: pa.RecordBatch, postcode: str, column: str, codes: pa.Array) -> pa.Table:
    here = batch.filter(pc.is_in(batch[column], value_set=codes))
    plain = pc.utf8_upper(pc.replace_substring(here[postcode], " ", ""))
    return pa.table({"postcode": plain, "code": here[column]})
