"""Tables that others published are read without a layout by hand: it is guessed, shown, and corrected by a person."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.publish.made import printed, table

from heard.cli import main
from heard.engine.publish import Policy, check, hide, layout_of, read_table
from heard.engine.tables import NotDone

WIDE = (
    "Year,Region,LA name,LA code,Boys,Girls,All children,Rate per 10000\n"
    '2023,,,E92000001,"1,200",933,"2,133",12.1\n'
    "2023,North East,,E12000001,41,31,72,11.0\n"
    '2023,North West,,E12000002,"1,159",902,"2,061",12.2\n'
    "2023,North East,Durham,E06000047,c,18,22,9.9\n"
    "2023,North East,Gateshead,E08000037,37,13,50,12.9\n"
)
SIGNS = "Ward,Sign,Children\nTotal,Total,40\nTotal,Missing,30\nTotal,Gifts,22\nNorth,Total,18\nNorth,Missing,12\nNorth,Gifts,s\nSouth,Total,22\nSouth,Missing,18\nSouth,Gifts,13\n"


def call(*words: object) -> Result:
    return CliRunner().invoke(main, ["publish", *map(str, words)])


def put(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_columns_are_told_by_their_names_and_values(tmp_path: Path) -> None:
    layout, said = layout_of(put(tmp_path, WIDE))
    assert layout.dimensions == {"year": ("Year",), "area": ("Region", "LA name")}
    assert layout.measures == ("Boys", "Girls", "All children")
    assert layout.sums == {"All children": ("Boys", "Girls")}
    assert layout.of_others
    assert "It was read so: year by Year; area by Region, LA name; counts in Boys, Girls" in said[0]
    assert "Rate per 10000 holds shares or rates and was not read" in said[1]


def test_a_table_without_a_layout_is_checked_and_which_count_it_gives_away_is_not_said(
    tmp_path: Path,
) -> None:
    path = put(tmp_path, WIDE)
    checked = call("check", path, "--json")
    told = json.loads(checked.stdout)
    assert checked.exit_code == 1
    assert (told["derived"], told["of_others"]) == ([], {"derived": 1, "exactly": 1})
    assert "Durham" not in call("check", path).stdout


def test_the_guess_is_written_beside_the_table_and_counts_once_it_is_corrected(tmp_path: Path) -> None:
    path = put(tmp_path, WIDE)
    assert call("layout", path, "--write").exit_code == 0
    beside = path.with_suffix(".yaml")
    told = yaml.safe_load(beside.read_text())
    assert told["whose"] == "others"
    beside.write_text(yaml.safe_dump({name: value for name, value in told.items() if name != "whose"}))
    named = json.loads(call("check", path, "--json").stdout)
    assert [(one["cell"], one["low"], one["high"]) for one in named["derived"]] == [
        ("Boys, area North East / Durham, year 2023", 4, 4)
    ]
    again = call("layout", path, "--write")
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)


def test_a_dimension_of_which_a_child_may_be_in_several_parts_adds_up_to_nothing(tmp_path: Path) -> None:
    layout, said = layout_of(put(tmp_path, SIGNS))
    assert layout.exhaustive == {"area"}
    assert any("the parts of Sign do not make up their total" in sentence for sentence in said)


@pytest.mark.parametrize(("to", "said"), [(5, "to the nearest 5"), (10, "to the nearest 10")])
def test_how_counts_are_rounded_is_seen(tmp_path: Path, to: int, said: str) -> None:
    rows = "".join(f"w{n},{n * to + to},{'s' if n == 3 else 2 * n * to + to}\n" for n in range(14))
    layout, told = layout_of(put(tmp_path, "Ward,Children,Episodes\n" + rows))
    assert layout.policy is not None
    assert layout.policy.rounded_to({"area": 1}) == to
    assert any(said in sentence for sentence in told)


def test_true_counts_have_no_policy_of_others_and_can_be_hidden(tmp_path: Path) -> None:
    path = put(tmp_path, WIDE.replace(",c,", ",4,"))
    assert not layout_of(path)[0].of_others
    assert call("hide", path, "--out", tmp_path / "out").exit_code == 0
    assert call("check", tmp_path / "out" / "t.csv").exit_code == 0


def test_the_halves_of_london_are_parts_of_it(tmp_path: Path) -> None:
    rows = "London,,90\nInner London,,40\nOuter London,,50\nInner London,Camden,c\nInner London,Islington,37\nOuter London,Brent,50\n"
    layout, _ = layout_of(put(tmp_path, "region_name,la_name,children\n" + rows))
    assert layout.below == {"Inner London": "London", "Outer London": "London"}


@pytest.mark.parametrize(
    "text", ["Ward,Name\nNorth,x\n", "Ward,Share\nNorth,1.2\n", "Year,Ward\n2023,North\n"]
)
def test_a_table_of_no_counts_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotDone, match="none that holds counts"):
        read_table(put(tmp_path, text))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 40), min_size=6, max_size=6), st.integers(1, 2**11))
def test_a_guess_lets_nothing_go_that_a_layout_by_hand_finds(
    tmp_path: Path, counts: list[int], some: int
) -> None:
    """Of a table under other names of columns, some of whose counts are hidden."""
    true = table(
        "t", ("one", "two"), dict(zip(product(("North", "South"), ("x", "y", "z")), counts, strict=True))
    )
    texts = [
        {"count": "c"} if some >> n & 1 and row.texts["count"] != "0" else row.texts
        for n, row in enumerate(true.rows)
    ]
    shown = printed(true, texts)
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Ward", "Kind of need", "Children"])
        for row in shown.rows:
            writer.writerow(
                ["".join(row.places[name]) or "Total" for name in ("one", "two")] + [row.texts["count"]]
            )
    by_hand = check([shown], Policy())
    if not any(text.isdigit() for text in (text["count"] for text in texts)):
        return  # then nothing tells that they are counts
    guessed = check([read_table(path)], Policy())
    assert guessed.given_away == by_hand.given_away


def test_what_others_published_is_reckoned_with_when_something_is_hidden(tmp_path: Path) -> None:
    """They print the total, which this table leaves out."""
    true = table("ours", ("area",), {("a",): 3, ("b",): 12, ("d",): 9})
    parts = replace(true, rows=tuple(row for row in true.rows if row.places["area"]))
    theirs = replace(true, name="theirs", rows=tuple(row for row in true.rows if not row.places["area"]))
    assert hide([parts], Policy()).hidden == 1
    assert hide([parts], Policy(), [theirs]).hidden == 2


def test_what_others_gave_away_already_is_no_reason_to_refuse(tmp_path: Path) -> None:
    other = table("theirs", ("kind",), {("x",): 3, ("y",): 12})
    theirs = printed(
        other, [{"count": "c" if row.places["kind"] == ("x",) else row.texts["count"]} for row in other.rows]
    )
    assert check([theirs], Policy()).derived
    ours = table("ours", ("area",), {("a",): 3, ("b",): 8, ("d",): 4})
    assert hide([ours], Policy(), [theirs]).hidden
