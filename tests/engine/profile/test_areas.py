"""The map of a profile: areas of which somebody gave the boundaries, shaded by what is printed of them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.profile.made import LICENCE, NAMES, feature, run_of, written

from heard.cli import main
from heard.engine import publish
from heard.engine.profile import mapped, read_areas
from heard.engine.tables import NotDone

pytestmark = pytest.mark.xdist_group("profile")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("areas")
    run_of(folder / "run", every=3)
    boundaries, postcodes = written(folder)
    words = ["--boundaries", str(boundaries), "--postcodes", str(postcodes), "--out", str(folder / "profile")]
    done = CliRunner().invoke(main, ["profile", str(folder / "run"), *words])
    assert done.exit_code == 0, done.output
    return folder / "profile"


def printed(place: Path) -> dict[tuple[str, str], str]:
    with (place / "tables" / "areas.csv").open(encoding="utf-8", newline="") as file:
        return {(row["area"], row["list"]): row["count"] for row in csv.DictReader(file)}


def test_every_area_is_counted_small_numbers_are_hidden_and_an_outsider_works_none_out(place: Path) -> None:
    found = printed(place)
    assert {area for area, _ in found} == {"Total", *NAMES.values(), "Elsewhere"}
    assert (found["Total", "Total"], found["Meadow", "Total"], found["Meadow", "Listed"]) == ("80", "0", "0")
    assert not [text for text in found.values() if text.isdigit() and 1 <= int(text) <= 5]
    assert "c" in found.values()
    attacked = publish.check_files(sorted((place / "tables").glob("*.csv")), publish.Policy())
    assert (attacked.derived, attacked.conflicts) == ([], [])


def test_the_map_is_shaded_by_what_is_printed_and_draws_what_is_hidden_as_hidden(place: Path) -> None:
    found, svg = printed(place), (place / "pictures" / "areas.svg").read_text(encoding="utf-8")
    drawn = dict(re.findall(r"<title>([^:<]+): ([^<]+)</title>", svg))
    fills = {name: fill for fill, name in re.findall(r'fill="([^"]+)" fill-rule[^>]*><title>([^:<]+):', svg)}
    assert drawn == {name.replace("&", "&amp;"): found[name, "Listed"] for name in NAMES.values()}
    for name, text in drawn.items():
        assert (fills[name] == "url(#hidden)") == (text == "c")
        assert (fills[name] == "#ffffff") == (text == "0")
    assert "Hidden (c): it would give somebody away" in svg
    assert 'width="340"' in svg, "it is drawn for a narrow page"


def test_the_page_says_the_finding_the_coverage_and_the_licence_beside_the_map(place: Path) -> None:
    page = (place / "profile.html").read_text(encoding="utf-8")
    said = json.loads((place / "profile.json").read_text(encoding="utf-8"))
    section = next(one for one in said["sections"] if one["id"] == "areas")
    title = (
        "Listed children live in at least 1 of 4 areas; in 1 the number is hidden, and in 2 there are none."
    )
    assert f"<title>{title}</title>" in (place / "pictures" / "areas.svg").read_text("utf-8")
    assert section["coverage"].startswith("Of all 80 children known.")
    assert f"Boundaries: {LICENCE}" in page
    assert 'href="#areas">Map by area' in page
    assert f'alt="{title}' in page
    assert section["grid"]["head"] == ["Area", "Known", "Listed"]
    assert "In none of these areas" in page


@given(st.lists(st.integers(0, 500), max_size=12))
def test_every_number_above_nought_has_one_shade(numbers: list[int]) -> None:
    classes = mapped.steps(numbers)
    assert len(classes) <= 3
    for number in {n for n in numbers if n}:
        assert sum(least <= number <= most for least, most in classes) == 1
    assert classes == sorted(classes)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"licence": ""}, "under which licence"),
        ({"features": []}, "holds no boundaries"),
        ({"features": [feature(0, "E1", "A"), feature(1, "E1", "B")]}, "tells its areas apart"),
        ({"features": [feature(0, "X9", "A")]}, "of one geography"),
        ({"features": [feature(0, "E1", "A") | {"geometry": {"type": "Polygon", "coordinates": [[[458000, 304000]]]}}]}, "degrees"),
        ({"features": [feature(0, "E1", "A") | {"geometry": {"type": "Polygon", "coordinates": 7}}]}, "cannot be read"),
        ({"features": [feature(0, "E1", "A") | {"geometry": None}]}, "holds no boundaries"),
    ],
)  # fmt: skip
def test_boundaries_of_which_no_map_can_be_drawn_are_refused_with_a_sentence(
    more: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(NotDone, match=sentence):
        read_areas(*written(tmp_path, **more))


def test_files_that_are_none_are_refused_with_a_sentence(tmp_path: Path) -> None:
    boundaries, postcodes = written(tmp_path)
    for text in ("", "a,b\n1,2\n", "pcds\nWX1 1AA\n"):
        postcodes.write_text(text)
        with pytest.raises(NotDone):
            read_areas(boundaries, postcodes)
    with pytest.raises(NotDone, match="cannot be opened"):
        read_areas(boundaries, tmp_path / "none.csv")
    with pytest.raises(NotDone, match="cannot be opened"):
        read_areas(tmp_path / "none", postcodes)
    done = CliRunner().invoke(
        main, ["profile", str(tmp_path), "--out", str(tmp_path / "p"), "--boundaries", str(boundaries)]
    )
    assert (done.exit_code, "A map needs both" in done.output + (done.stderr or "")) == (2, True)


def test_areas_of_one_name_are_told_apart_by_their_codes(tmp_path: Path) -> None:
    twice = {"features": [feature(0, "E1", "Park"), feature(1, "E2", "Park"), feature(2, "E3", "Elm")]}
    found = read_areas(*written(tmp_path, **twice))
    assert list(found.outlines) == ["Park (E1)", "Park (E2)", "Elm"]
    assert found.postcodes.to_pylist()[0] == {"postcode": "WX11AA", "area": "Park (E1)"}
    assert read_areas(*written(tmp_path, licence=""), "Ours").licence == "Ours"
