"""Files that an installer adds to the map: every row is kept or set aside, and nothing that is in one breaks anything."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import hypot
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings as site
from hypothesis import given
from hypothesis import strategies as st

from heard.cli import main
from heard.graph.map import adding, store
from heard.graph.map.adding import tiles
from heard.graph.map.rules import grid

GEOGRAPHY = Path(__file__).parents[3] / "shared" / "data" / "geography"
SAMPLE = GEOGRAPHY / "postcodes_leicester_area_and_sample.csv"
LSOAS = GEOGRAPHY / "leicester_lsoa21.geojson"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MAP = tmp_path / "map"
    return tmp_path / "map"


def added(path: Path, **said: Any) -> adding.Report:
    report = adding.Report(adding.kind_of(path))
    adding.add(adding.Given(path, Path(site.MAP), **said), report)
    assert report.is_whole
    return report


def written(tmp_path: Path, text: str | bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# ---- the National Grid


def dms(degrees: int, minutes: int, seconds: float) -> float:
    return degrees + minutes / 60 + seconds / 3600


def test_eastings_and_northings_are_turned_into_degrees_as_ordnance_survey_works_them_out() -> None:
    # A guide to coordinate systems in Great Britain, annexe C: the worked example, on the Airy ellipsoid
    lat, lon = grid.airy_degrees(651409.903, 313177.270)
    assert (lat, lon) == pytest.approx((dms(52, 39, 27.2531), dms(1, 43, 4.5177)), abs=1e-8)
    # the same point in WGS 84 by the seven parameters of the guide
    assert grid.to_degrees(651409.903, 313177.270) == pytest.approx(
        (dms(52, 39, 28.723), dms(1, 42, 57.787)), abs=1e-7
    )


def test_the_formula_is_within_five_metres_of_the_exact_transformation() -> None:
    # TR 143 599 by OSTN02, which Ordnance Survey defines to be exact: 51.297880 N, 1.072628 E
    lat, lon = grid.to_degrees(614300, 159900)
    assert hypot((lat - 51.297880) * 111_320, (lon - 1.072628) * 111_320 * 0.625) < 5


@given(st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_what_is_on_the_grid_is_somewhere_near_britain(easting: float, northing: float) -> None:
    if grid.on_grid(easting, northing):
        lat, lon = grid.to_degrees(easting, northing)
        assert 49 < lat < 62
        assert -11 < lon < 4


# ---- postcodes


def test_postcodes_of_the_onspd_are_read_by_their_columns_and_those_of_code_point_open_without(
    tmp_path: Path,
) -> None:
    onspd = "pcd,pcds,oseast1m,osnrth1m,lsoa21cd,lat,long\nLE1 1AA,LE1 1AA,0,0,E01013600,52.634,-1.131\n"
    assert added(written(tmp_path, onspd)).kept == 1
    open_ = '"LE1 1AD",10,458700,304500,"E92000001"\n"LE1 1AE",90,0,0,""\n'
    report = added(written(tmp_path, open_, "le.csv"))
    assert (report.read, report.kept) == (2, 1)
    found = store.where(["LE1 1AA", "LE1 1AD", "LE1 1AE", "LE9 9ZZ"])
    assert found["LE1 1AA"] == (52_634_000, -1_131_000)
    assert found["LE1 1AD"] == pytest.approx((52_634_900, -1_134_000), abs=2_000)
    assert set(found) == {"LE1 1AA", "LE1 1AD"}  # what was there before stays


def test_each_row_that_is_set_aside_says_why_and_what_to_do(tmp_path: Path) -> None:
    rows = (
        "postcode,eastings,northings\n"
        "LE1 1AA,458700,304500\n"
        "le11aa,458700,304500\n"  # the same again
        "nowhere,458700,304500\n"
        "LE1 1AB,,\n"
        "LE1 1AC,nan,inf\n"
        "LE1 1AD,9e99,304500\n"
        "LE1 1AE\n"
        "BT1 1AA,333500,374500\n"
        "\n"
        '=cmd(),1,1\n'
    )  # fmt: skip
    issues = tmp_path / "issues.csv"
    with issues.open("w", newline="") as file:
        report = adding.Report("postcodes", issues=file)
        adding.add(adding.Given(written(tmp_path, rows), Path(site.MAP)), report)
    assert report.is_whole
    assert (report.read, report.kept) == (9, 1)
    with issues.open(newline="") as file:
        told = list(csv.reader(file))
    assert len(told) == 8
    assert all(len(one) == 4 and all(one) for one in told)
    assert told[-1][1] == "'=cmd()"  # no spreadsheet takes it for a formula


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"name,age\nAmira,3\n", "no column"),
        (b"pcds,laua\nLE1 1AA,E06\n", "not say where they are"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x00\x01\x02", "neither"),
        (b"PMTiles\x03", "PMTiles"),
        (b"{", "no GeoJSON"),
        (b'{"type":"Topology","objects":{}}', "TopoJSON"),
        (b'{"type":"FeatureCollection"}', "no list of features"),
        (b'{"features":[{"geometry":{"type":"Point","coordinates":[1,52]}}]}', "no polygon"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"\xff\xfe{", "no column"),
        (b"SQLite format 3\x00" + bytes(500), "MBTiles"),
        (b"pcds,lat,long\nLE1 1AA,99.999999,0\n", "no row that says where"),
    ],
)  # fmt: skip
def test_a_file_of_which_nothing_can_be_kept_is_refused_in_a_sentence(
    tmp_path: Path, folder: Path, content: bytes, says: str
) -> None:
    path = written(tmp_path, content)
    ran = CliRunner().invoke(main, ["map", "add", str(path)])
    assert ran.exit_code == 1
    assert says in ran.output
    assert "Traceback" not in ran.output
    assert not folder.exists() or list(folder.iterdir()) == []


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"{", b"pcds,lat,long\n", b"SQLite format 3\x00", b'{"features":[']),
)
def test_no_content_breaks_it(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, begins: bytes
) -> None:
    where = tmp_path_factory.mktemp("any")
    path = where / "file"
    path.write_bytes(begins + content)
    with suppress(adding.CannotAdd):
        report = adding.Report(adding.kind_of(path))
        adding.add(adding.Given(path, where / "map"), report)
        assert report.is_whole


def test_a_file_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    added(written(tmp_path, "pcds,lat,long\nLE1 1AA,52.634,-1.131\n"))
    with pytest.raises(adding.CannotAdd):
        added(written(tmp_path, "pcds,lat,long\nLE1 1AA,0,0\n"))
    assert store.where(["LE1 1AA"])
    assert [path.name for path in Path(site.MAP).iterdir()] == [store.POSTCODES]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the samples in ../shared/data are not on this machine")
def test_postcodes_of_a_real_area_lie_where_they_are() -> None:
    report = added(SAMPLE)
    assert report.kept > 5000
    assert report.kept + report.aside.total() == report.read == 5373
    lat, lon = store.where(["LE1 1AW"])["LE1 1AW"]
    assert (
        hypot((lat / 1e6 - 52.6316) * 111_320, (lon / 1e6 + 1.1250) * 67_600) < 300
    )  # the middle of Leicester


# ---- boundaries


def area(ring: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


RING = [[-1.1, 52.6], [-1.0, 52.6], [-1.0, 52.7], [-1.1, 52.6]]


def test_boundaries_are_read_by_name_and_given_for_a_box(tmp_path: Path) -> None:
    metres = [[458700, 304500], [458800, 304500], [458800, 304600], [458700, 304500]]
    features = [
        area(RING, LSOA21NM="Leicester 003A", LSOA21CD="E01013600"), area(metres), area(None), area([[0, 0]]), {}, None, "x",
        area([[-1.1, "52"], [1, 2], [1, 2], [1, 2]]),
    ]  # fmt: skip
    path = written(tmp_path, json.dumps({"features": features, "attribution": "ONS, OGL v3"}), "lsoa.geojson")
    report = added(path)
    assert (report.read, report.kept) == (8, 1)
    [found] = store.boundaries(-1.05, 52.5, 1, 60)
    assert found["properties"] == {"layer": "lsoa", "name": "Leicester 003A", "code": "E01013600"}
    assert found["geometry"]["coordinates"] == [[RING]]
    assert store.boundaries(0, 50, 1, 51) == []
    assert [(one.kind, one.name, one.licence) for one in store.added()] == [
        ("boundaries", "lsoa", "ONS, OGL v3")
    ]
    added(path)  # again: it takes the place of the first
    assert len(store.boundaries(-2, 50, 2, 60)) == 1


@pytest.mark.skipif(not LSOAS.exists(), reason="the samples in ../shared/data are not on this machine")
def test_lsoas_of_a_real_city_are_kept_whole() -> None:
    assert added(LSOAS).kept == 200


# ---- tiles


def mbtiles(path: Path, rows: list[tuple[Any, ...]], **about: str) -> Path:
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        made.executemany("INSERT INTO metadata VALUES (?, ?)", about.items())
        made.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        made.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    made.close()
    return path


def test_tiles_are_copied_and_counted_from_the_north(tmp_path: Path) -> None:
    rows = [
        (1, 0, 0, PNG),
        (1, 0, 0, PNG),
        (1, 9, 0, PNG),
        (1, 0, 1, b"<svg>"),
        ("x", 0, 0, PNG),
        (1, 1, 1, "text"),
        (99, 0, 0, PNG),
    ]
    report = added(
        mbtiles(
            tmp_path / "t.mbtiles", rows, format="png", attribution='<a href="https://x.example">Someone</a>'
        )
    )
    assert (report.read, report.kept) == (7, 1)
    assert store.tile(1, 0, 1) == ("png", PNG)
    assert store.tile(1, 0, 0) is None
    assert store.tiles() == store.Tiles("png", 1, 1)
    assert [one.licence for one in store.added()] == ["Someone"]


def test_tiles_without_end_and_what_is_too_long_are_given_up(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(2, 0, n, PNG) for n in range(4)]
    monkeypatch.setattr(tiles, "_MOST", 3)
    with pytest.raises(adding.CannotAdd, match="more than 3 tiles"):
        added(mbtiles(tmp_path / "a.mbtiles", rows, format="png"))
    monkeypatch.undo()
    monkeypatch.setattr(tiles, "_WHOLE", 30)
    with pytest.raises(adding.CannotAdd, match="more than"):
        added(mbtiles(tmp_path / "b.mbtiles", rows, format="png"))
    monkeypatch.undo()
    monkeypatch.setattr(tiles, "_LONGEST", 1_000)
    with pytest.raises(adding.CannotAdd, match="too big"):
        added(mbtiles(tmp_path / "c.mbtiles", [(0, 0, 0, PNG + bytes(2_000))], format="png"))
    assert list(folder.iterdir()) == []


def test_what_tiles_say_of_themselves_is_read_as_far_as_it_is_kept(tmp_path: Path) -> None:
    since = time.monotonic()
    added(mbtiles(tmp_path / "t.mbtiles", [(0, 0, 0, PNG)], format="png", attribution="<" * 200_000))
    assert time.monotonic() - since < 5  # two hundred thousand took a minute


@pytest.mark.parametrize(
    ("kind", "says"), [("pbf", "vector tiles"), ("svg", "Heard shows png"), ("", "of no format")]
)
def test_tiles_that_are_no_pictures_are_refused(tmp_path: Path, kind: str, says: str) -> None:
    with pytest.raises(adding.CannotAdd, match=says):
        added(mbtiles(tmp_path / "t.mbtiles", [(0, 0, 0, PNG)], format=kind))


def test_a_database_with_a_view_that_never_ends_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "_SILENT", 0.2)
    path = tmp_path / "t.mbtiles"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        made.execute("INSERT INTO metadata VALUES ('format', 'png')")
        made.execute(
            "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT 0 AS zoom_level, 0 AS tile_column, 0 AS tile_row, 'x' AS tile_data FROM n WHERE i < 0"
        )
    made.close()
    with pytest.raises(adding.CannotAdd, match="interrupted"):
        added(path)


# ---- the command


def test_the_command_lists_and_removes_what_is_there(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert "Nothing was added" in run(main, ["map"]).output
    path = written(tmp_path, "pcds,lat,long\nLE1 1AA,52.634,-1.131\nLE1,1,1\n", "mine.csv")
    told = run(main, ["map", "add", str(path), "--licence", "OGL v3"])
    assert "2 rows read: 1 kept, 1 set aside" in told.output
    listed = run(main, ["map"]).output
    assert "postcodes: postcodes" in listed
    assert "OGL v3" in listed
    assert "Nothing is called" in run(main, ["map", "remove", "yours"]).output
    assert "Removed" in run(main, ["map", "remove", "postcodes"]).output
    assert store.where(["LE1 1AA"]) == {}


def test_postcodes_of_many_files_are_one_thing_with_every_licence(tmp_path: Path) -> None:
    for name, postcode, licence in (
        ("ab", "AB1 1AA", "OGL v3"),
        ("le", "LE1 1AA", "OGL v3"),
        ("ly", "LY1 1AA", "Ours"),
    ):
        path = written(tmp_path, f"pcds,lat,long\n{postcode},52.6,-1.1\n", f"{name}.csv")
        added(path, licence=licence)
    assert [(one.name, one.kept, one.licence) for one in store.added()] == [("postcodes", 3, "OGL v3 Ours")]
    told = CliRunner().invoke(main, ["map", "remove", "ab"])
    assert "Nothing is called ab" in told.output
    assert len(store.where(["AB1 1AA", "LE1 1AA", "LY1 1AA"])) == 3


def test_where_two_are_called_the_same_the_command_asks_which(tmp_path: Path) -> None:
    added(written(tmp_path, json.dumps({"features": [area(RING)]}), "town.geojson"))
    added(mbtiles(tmp_path / "town.mbtiles", [(0, 0, 0, PNG)], format="png"))
    told = CliRunner().invoke(main, ["map", "remove", "town"])
    assert "--kind boundaries" in told.output
    assert len(store.added()) == 2
    assert (
        "Removed: tiles town" in CliRunner().invoke(main, ["map", "remove", "town", "--kind", "tiles"]).output
    )
    assert [one.kind for one in store.added()] == ["boundaries"]


def test_two_who_add_at_once_wait_for_one_another(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    paths = [
        written(tmp_path, "pcds,lat,long\n" + "".join(f"{area}{n} {m}AA,52.6,-1.1\n" for n in range(1, 60) for m in range(10)), f"{area}.csv")
        for area in ("AB", "LE", "LY", "NG")
    ]  # fmt: skip
    with ThreadPoolExecutor(4) as threads:
        kept = [report.kept for report in threads.map(added, paths)]
    assert [one.kept for one in store.added()] == [sum(kept)]


def test_a_stray_quotation_mark_takes_no_other_row_with_it(tmp_path: Path) -> None:
    rows = [f"LE1 {n}AA,52.6,-1.1" for n in range(10)]
    rows[3] = f'"{rows[3]}'
    report = added(written(tmp_path, "\n".join(["pcds,lat,long", *rows])))
    assert (report.read, report.kept) == (10, 9)


def test_half_a_letter_in_a_name_breaks_nothing(tmp_path: Path) -> None:
    text = json.dumps({"features": [area(RING, name="X")]}).replace('"X"', '"\\ud800"')
    assert added(written(tmp_path, text, "a.geojson")).kept == 1


def test_boundaries_that_are_too_large_for_one_answer_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(written(tmp_path, json.dumps({"features": [area(RING)] * 3}), "a.geojson"))
    assert len(store.boundaries(-2, 50, 2, 60)) == 3
    monkeypatch.setattr(store, "_LETTERS", 200)
    assert store.boundaries(-2, 50, 2, 60) == []
    monkeypatch.setattr(store, "_LETTERS", 1_000)
    monkeypatch.setattr(store, "_AREAS", 2)
    assert store.boundaries(-2, 50, 2, 60) == []


def test_a_file_that_was_spoiled_since_is_as_none(tmp_path: Path, folder: Path) -> None:
    added(written(tmp_path, "pcds,lat,long\nLE1 1AA,52.634,-1.131\n"))
    (folder / store.POSTCODES).write_bytes(random.Random(1).randbytes(4096))
    assert store.where(["LE1 1AA"]) == {}
    assert store.added() == []


@pytest.mark.parametrize("which", ["folder", "file"])
def test_what_the_site_has_no_right_to_read_is_as_none(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """Root reads everything, so that who runs the tests says nothing of it."""
    added(written(tmp_path, "pcds,lat,long\nLE1 1AA,52.634,-1.131\n"))

    def refused(*_args: Any, **_more: Any) -> Any:
        raise (PermissionError("denied") if which == "folder" else sqlite3.OperationalError("unable to open"))

    monkeypatch.setattr(*((Path, "is_file") if which == "folder" else (store.sqlite3, "connect")), refused)
    assert store.where(["LE1 1AA"]) == {}
    assert store.added() == []
    assert store.tiles() is None
