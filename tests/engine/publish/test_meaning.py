"""What a symbol stands for, by what its publisher says, and what that gives away."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.publish.made import printed, table

from heard.cli import main
from heard.engine.publish import Policy, Table, check, hide, policy_of
from heard.engine.publish.attack import attack
from heard.engine.publish.cells import Published
from heard.engine.tables import NotDone

NORTH = "area,count\nTotal,60\nNorth,c\nEast,c\nWest,51\n"  # c and c make 9


def call(*words: object) -> Result:
    return CliRunner().invoke(main, ["publish", *map(str, words)])


def checked(folder: Path, text: str, means: str) -> list[tuple[int, int]]:
    path = folder / "t.csv"
    path.write_text(text)
    path.with_suffix(".yaml").write_text(f"dimensions: {{area: area}}\npolicy: {{{means}}}\n")
    told = json.loads(call("check", path, "--json").stdout)
    assert not told["conflicts"]
    return [(one["low"], one["high"]) for one in told["derived"]]


@pytest.mark.parametrize(
    ("means", "derived"),
    [
        ("threshold: 5", []),  # 1 to 8 each
        ("means: {c: [1]}", []),
        ("means: {c: [1, 5]}", [(4, 5), (4, 5)]),
        ("threshold: 7, means: {c: [1, 7]}", [(2, 7), (2, 7)]),
        ("threshold: 8, means: {c: [0, 9]}", []),
    ],
)
def test_what_c_means_is_what_the_layout_says(
    tmp_path: Path, means: str, derived: list[tuple[int, int]]
) -> None:
    assert checked(tmp_path, NORTH, means) == derived


def test_a_symbol_that_says_few_values_gives_nothing_away_by_itself(tmp_path: Path) -> None:
    alone = "area,count\nTotal,:\nNorth,c\nEast,50\n"
    assert checked(tmp_path, alone, "means: {c: [1, 4]}") == []


def test_a_meaning_that_the_table_contradicts_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("area,count\nTotal,60\nNorth,c\nEast,20\nWest,c\n")
    path.with_suffix(".yaml").write_text("dimensions: {area: area}\npolicy: {means: {c: [1, 5]}}\n")
    assert json.loads(call("check", path, "--json").stdout)["conflicts"] == [
        "count, total is not what its parts add up to"
    ]


@pytest.mark.parametrize(
    "means", ["{c: 5}", "{c: [5, 1]}", "{c: [1, 2, 3]}", "{c: [-1, 2]}", "{c: [a]}", "[c]"]
)
def test_a_meaning_that_is_none_is_refused(means: str) -> None:
    import yaml

    with pytest.raises(NotDone):
        policy_of({"means": yaml.safe_load(means)}, "here")


def test_a_policy_keeps_what_its_symbols_mean() -> None:
    policy = policy_of({"means": {"c": [1, 4], "s": [0]}}, "here")
    assert policy_of(policy.as_told(), "there") == policy
    assert (policy.meaning("c"), policy.meaning("s"), policy.meaning("*")) == ((1, 4), (0, None), (1, None))


def test_nothing_is_hidden_by_a_symbol_that_is_said_to_mean_small_counts() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("d",): 9})
    with pytest.raises(NotDone, match="it will stand for large counts too"):
        hide([true], policy_of({"means": {"c": [1, 5]}}, "here"))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=6), st.integers(0, 63))
def test_what_an_earlier_table_says_by_its_symbols_is_reckoned_with(counts: list[int], some: int) -> None:
    """Others published a part of it, and said that their s means 1 to 5."""
    true = table("t", ("area",), {(f"a{n}",): count for n, count in enumerate(counts)})
    theirs = policy_of({"means": {"s": [1, 5]}}, "theirs")
    rows = [row for n, row in enumerate(true.rows) if row.places["area"] and some >> n & 1]
    before = Table("before", _with(true, theirs), tuple(_said(row) for row in rows))
    try:
        texts = hide([true], Policy(), [before]).texts["t"]
    except NotDone:
        return
    found = Published()
    for one in (before, printed(true, texts)):
        found.add(one, Policy())
    assert not attack(found).derived
    assert not check([before, printed(true, texts)], Policy()).derived


def _said(row):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    count = int(row.texts["count"])
    return replace(row, texts={"count": "s" if 1 <= count <= 5 else str(count)})


def _with(true: Table, policy: Policy):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(true.layout, policy=policy)
