"""What a profile counts, before anything of it is hidden. Every child is made up."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.profile.made import AS_OF, run_of
from tests.engine.spec.tables import put, record

from heard.engine import backend, profile, tables
from heard.engine.profile.counting import put_together
from heard.engine.profile.people import People
from heard.engine.profile.quality import linking, reach, share
from heard.engine.profile.sections import findings
from heard.engine.profile.shape import Hiding
from heard.knowledge import load

RELEASE = load.current()
ASKED = profile.PeriodToCount(date(2025, 4, 1), AS_OF, RELEASE, RELEASE.rule("three_signs"), 5)


def counted(
    folder: Path,
    *,
    missing: pa.Table | None = None,
    patterns: pa.Table | None = None,
    around: pa.Table | None = None,
) -> dict[str, dict[tuple[str, ...], int]]:
    """Of each table, the count at each place; totals are left out, as is the as-of date."""
    found = profile.count(
        folder, ASKED, missing=missing, patterns=patterns, around=around, progress=lambda text, part: None
    )
    return {
        one.name: {
            tuple(name for dimension in list(one.dimensions)[1:] for name in cell.at(dimension)): cell.count
            for cell in one.cells
        }
        for one in found
    }


def test_children_are_counted_once_by_whether_they_are_listed_and_who_holds_their_signs(
    tmp_path: Path,
) -> None:
    found = counted(run_of(tmp_path / "run"))
    assert found["children"] == {
        (): 80, ("Listed",): 20, ("Listed", "Scattered"): 10, ("Listed", "One agency holds enough"): 10, ("Not listed",): 60,
    }  # fmt: skip
    assert found["overlap"] == {
        ("Listed", "Scattered"): 10, ("Listed", "Scattered", "=police + school"): 10,
        ("Listed", "One agency holds enough"): 10, ("Listed", "One agency holds enough", "=police"): 10,
    }  # fmt: skip
    assert found["sources"] == {
        (): 120,
        ("=police",): 40,
        ("=police", "=police"): 40,
        ("school",): 80,
        ("school", "school"): 80,
    }


def test_a_sign_is_counted_with_how_much_is_known_of_it_and_one_that_nobody_collects_has_no_row(
    tmp_path: Path,
) -> None:
    found = counted(run_of(tmp_path / "run"))
    assert [found["signs"]["S06", state] for state in ("seen", "not seen", "not known")] == [10, 70, 0]
    assert [found["signs"]["S01", state] for state in ("seen", "not seen", "not known")] == [20, 20, 40]
    assert {sign for sign, *_ in found["signs"]} == {"S01", "S03", "S04", "S06"}
    assert {item for item, *_ in found["vulnerabilities"]} == {"V15"}
    assert found["months"]["2025-04",] == 0
    assert sum(found["months"].values()) == 20
    assert found["missing-episodes"][()] == 20


def test_whatever_is_said_of_children_adds_up_to_all_of_them_known_and_listed(tmp_path: Path) -> None:
    found = counted(run_of(tmp_path / "run"))
    for name in ("ages", "sex", "ethnicity", "places"):
        parts = {
            where: n
            for where, n in found[name].items()
            if len(where) == 2 and where[1] in ("Listed", "Not listed") and where[0] != "WX"
        }
        areas = {
            where: n
            for where, n in found[name].items()
            if len(where) == 2 and where[0] == "WX" and where[1].endswith("isted")
        }
        assert sum(parts.values()) + sum(areas.values()) == 80, name
    assert found["ethnicity"]["In other words of a source",] == 16
    assert found["ethnicity"]["White",] == 32
    assert found["ethnicity"]["Not given",] == 16
    assert found["sex"]["Not given",] == 5
    assert found["places"]["Elsewhere",] == 12
    assert found["places"]["WX", "WX1"] + found["places"]["WX", "WX2"] == 68


def test_ethnicity_that_no_source_asks_for_is_not_collected(tmp_path: Path) -> None:
    found = counted(run_of(tmp_path / "run", asks=False))
    assert {
        where[0] for where in found["ethnicity"] if where and where[0] not in ("Listed", "Not listed")
    } == {"Not collected"}


def test_records_of_one_child_that_disagree_are_said_to_and_ages_are_whole_years(tmp_path: Path) -> None:
    born = {"a": "2013-03-31", "b": "2013-04-01", "c": "2026-12-01", "d": ""}
    said = [
        ("a", "F", "BAFR"),
        ("a", "M", "BCRB"),
        ("b", "F", "REFU"),
        ("c", None, None),
        ("d", None, "NOBT"),
    ]
    records = [
        record(f"s{n}", who, "", born[who], sex=sex, ethnicity=code)
        for n, (who, sex, code) in enumerate(said)
    ]
    put(tmp_path, tables.RECORDS, *records)
    put(
        tmp_path,
        tables.IDENTITIES,
        *(
            {"source": row["source"], "record_id": row["record_id"], "person": row["record_id"]}
            for row in records
        ),
    )
    put(tmp_path, tables.CHILDREN)
    with backend.engine(tmp_path) as engine:
        people = People(engine)
        ages = {band: n["Not listed"] for band, n in people.by_age(AS_OF).items()}
        sexes = {value: n["Not listed"] for value, n in people.by_sex().items()}
        groups = {value: n["Not listed"] for value, n in people.by_ethnicity().items()}
    assert ages == {"13 to 15": 1, "10 to 12": 1, "Not collected": 2}  # one is not born yet: a slip, no age
    assert sexes == {"Recorded in more than one way": 1, "Girls": 1, "Not collected": 2}
    assert groups == {"Black or Black British": 1, "Chose not to say": 1, "Not collected": 1, "Not given": 1}


def test_what_cases_tell_takes_the_place_of_the_runs_own_and_a_month_of_few_children_is_marked(
    tmp_path: Path,
) -> None:
    missing = pa.Table.from_pylist(
        [{"month": "2026-01", "count": 40, "children": 2}, {"month": "2026-02", "count": 9, "children": 8}, {"month": "2019-01", "count": 3, "children": 3}],
        schema=tables.MISSING_EPISODES.schema,
    )  # fmt: skip
    patterns = pa.Table.from_pylist(
        [{"pattern": "G1", "count": 12}, {"pattern": "none", "count": 9}],
        schema=tables.PATTERNS_RECORDED.schema,
    )
    around = pa.Table.from_pylist(
        [{"pattern": "G2", "about": "place", "count": 7}, {"pattern": "G2", "about": "context", "count": 2}, {"pattern": "none", "about": "group", "count": 9}],
        schema=tables.PATTERNS_AROUND.schema,
    )  # fmt: skip
    run = run_of(tmp_path / "run")
    found = profile.count(
        run, ASKED, missing=missing, patterns=patterns, around=around, progress=lambda text, part: None
    )
    by_name = {one.name: one for one in found}
    episodes = {
        cell.at("month"): (cell.count, cell.few) for cell in by_name["missing-episodes"].cells if cell.count
    }
    assert episodes == {(): (49, False), ("2026-01",): (40, True), ("2026-02",): (9, False)}
    assert [(cell.at("pattern"), cell.count) for cell in by_name["patterns"].cells] == [(("G1",), 12)]
    assert [
        (cell.at("pattern"), cell.at("about"), cell.count) for cell in by_name["patterns-around"].cells
    ] == [
        (("G2",), ("place",), 7),
        (("G2",), ("context",), 2),
    ]
    assert by_name["patterns-around"].about == "groups, places or contexts with the pattern"


@given(st.lists(st.integers(1, 7), max_size=6))
def test_parts_are_put_together_only_where_their_sum_leaves_each_of_them_open(counts: list[int]) -> None:
    few = put_together({str(n): count for n, count in enumerate(counts)}, 5, 5)
    small = [count for count in counts if count <= 5]
    if not few:
        return
    assert sorted(counts[int(name)] for name in few) == sorted(small)
    # whatever the others are, from 1 to 5 each, one of them can be anything from 1 to 5
    others, whole = len(small) - 1, sum(small)
    assert all(others <= whole - value <= 5 * others for value in range(1, 6))


def test_the_expected_error_of_linking_is_told_where_the_run_measured_it(tmp_path: Path) -> None:
    assert not list(linking(tmp_path, 5))
    measured = {"precision": 0.999, "precision_low": 0.99, "precision_high": 1.0}
    rows = [
        ("all", "all", 1200, measured),
        ("sex", "F", 600, {}),
        ("ethnicity", "WROM", 30, measured),
        ("ethnicity", "WBRI", 31, measured),
    ]
    put(
        tmp_path,
        tables.QUALITY,
        *({"group": group, "value": value, "pairs": pairs, **more} for group, value, pairs, more in rows),
    )
    assert list(linking(tmp_path, 5)) == [
        ("all", "all", "99.9 in 100 (99.0 to 100.0)", "not measured"),
        ("sex", "Girls", "not measured", "not measured"),
        ("ethnicity", "White British", "99.9 in 100 (99.0 to 100.0)", "not measured"),
    ]


def test_how_much_of_each_month_a_source_covers_is_told_and_counts_nobody(tmp_path: Path) -> None:
    assert reach(tmp_path, ASKED) == ((), [])
    first = ASKED.first.replace(day=1)
    second = (first + timedelta(days=32)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    told = [
        ("police", "S01", {before: "all", first: "all", second: "part"}),
        ("police", "S04", {before: "none", first: "all", second: "part"}),
        ("school", "S06", {before: "all", first: "none", second: "none"}),
    ]
    put(
        tmp_path,
        tables.MONTHS,
        *(
            {"source": source, "agency": source, "item": item, "month": month, "covered": covered, "seen": 3}
            for source, item, months in told
            for month, covered in months.items()
        ),
    )
    labels = {sign.id: sign.label for sign in ASKED.release.signs}
    head, lines = reach(tmp_path, ASKED)
    assert head == ("Source", "Signs", f"{first:%b %y}", f"{second:%b %y}")
    assert lines == [
        ("police", f"{labels['S01']}; {labels['S04']}", "all", "part"),
        ("school", labels["S06"], "none", "none"),
    ]


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 340, "none"),
        (340, 340, "all"),
        (3, 340, "fewer than 2 in 100"),
        (1, 100, "fewer than 6 in 100"),
        (336, 340, "more than 98 in 100"),
        (34, 340, "10 in 100"),
        (2, 3, "fewer than 99 in 100"),
        (0, 0, "none"),
    ],
)
def test_a_share_says_of_no_small_number_what_it_is(part: int, whole: int, words: str) -> None:
    assert share(part, whole, 5) == words


def test_an_episode_without_a_day_of_its_own_is_counted_in_no_month(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run")
    rows = backend.read(run, tables.OBSERVATIONS).to_pylist()
    for row in rows:
        if row["item"] == "S01":
            row |= {"field": "missing_episodes>=1", "own_day": False}
    put(run, tables.OBSERVATIONS, *rows)
    assert "missing-episodes" not in counted(run)


def test_the_agency_of_a_file_that_could_not_be_read_did_not_take_part(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run")
    sources = backend.read(run, tables.SOURCES).to_pylist()
    unread = sources[0] | {"source": "a.zip", "agency": "not known", "kind": "not_read"}
    put(run, tables.SOURCES, *sources, unread)
    found = profile.count(
        run, ASKED, missing=None, patterns=None, around=None, progress=lambda text, part: None
    )
    by_name = {one.name: one for one in found}
    printed = {name: one.printed(str(cell.count) for cell in one.cells) for name, one in by_name.items()}
    said = findings(printed, printed["sources"], ASKED, Hiding("", 5, "c", 1, {}))
    assert "known to 2 agencies that took part" in said[0]


def test_what_a_reader_looks_for_first_is_hidden_last(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run")
    found = profile.count(
        run, ASKED, missing=None, patterns=None, around=None, progress=lambda text, part: None
    )
    children = next(one for one in found if one.name == "children")
    wanted = {cell.at("list"): cell.wanted for cell in children.cells}
    assert wanted == {
        (): 0, ("Listed",): 1, ("Not listed",): 1, ("Listed", "Scattered"): 2, ("Listed", "One agency holds enough"): 2,
    }  # fmt: skip
