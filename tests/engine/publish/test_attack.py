"""What an outsider can work out, against working it out by hand and by trying every table there could be."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.engine.publish.made import printed, table

from heard.engine.publish import Layout, Policy, check, policy_of
from heard.engine.publish.attack import attack, too_tight
from heard.engine.publish.cells import Published, Table

POLICY = Policy()


def shown(true: Table, hidden: set[tuple[str, ...]]) -> Table:
    """The table with a symbol for the cells that stand at these places, the total as an empty word."""
    names = list(true.layout.dimensions)
    texts = [
        {"count": "c"} if tuple("".join(row.places[n][-1:]) for n in names) in hidden else row.texts
        for row in true.rows
    ]
    return printed(true, texts)


def limits(*tables: Table, policy: Policy = POLICY) -> dict[tuple[str, ...], tuple[int, int | None]]:
    """Of each hidden cell, named by its places in the order of their dimensions' names."""
    found = Published()
    for one in tables:
        found.add(one, policy)
    return {
        tuple(where[-1] for _, where in sorted(key[1])): limit for key, limit in attack(found).limits.items()
    }


def test_a_cell_that_is_hidden_alone_in_its_row_is_found_by_subtraction() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("c",): 9})
    assert limits(shown(true, {("a",)})) == {("a",): (3, 3)}
    found = check([shown(true, {("a",)})], POLICY)
    assert [(row["cell"], row["low"], row["high"]) for row in found.derived] == [("count, area a", 3, 3)]


def test_two_that_are_hidden_together_share_what_is_left() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("c",): 9})
    assert limits(shown(true, {("a",), ("b",)})) == {("a",): (1, 14), ("b",): (1, 14)}
    assert not check([shown(true, {("a",), ("b",)})], POLICY).derived


def test_two_small_ones_that_add_up_to_little_are_too_tight() -> None:
    true = table("t", ("area",), {("a",): 1, ("b",): 2, ("c",): 9})
    found = check([shown(true, {("a",), ("b",)})], POLICY)
    assert [(row["low"], row["high"]) for row in found.derived] == [(1, 2), (1, 2)]


def test_a_margin_in_one_table_tells_of_a_cell_in_another() -> None:
    by_sex = table("by-sex", ("area", "sex"), {("a", "f"): 4, ("a", "m"): 8, ("b", "f"): 7, ("b", "m"): 9})
    hidden = shown(by_sex, {("a", "f"), ("b", "f"), ("a", "m"), ("b", "m"), ("", "f"), ("", "m")})
    assert not check([hidden], POLICY).derived
    sexes = table("sexes", ("sex",), {("f",): 11, ("m",): 17})
    assert limits(hidden, sexes)[("a", "f")] == (1, 10)
    with_one = table("girls", ("area", "sex"), {("b", "f"): 7})
    assert {row["cell"] for row in check([hidden, sexes, with_one], POLICY).derived} == {
        "count, area a, sex f"
    }


def test_what_was_shown_before_is_known_though_it_is_hidden_now() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("c",): 9})
    now = shown(true, {("a",), ("b",)})
    earlier = Table("earlier", true.layout, tuple(row for row in true.rows if row.places["area"] == ("b",)))
    assert not check([now], POLICY).derived
    assert [row["cell"] for row in check([earlier, now], POLICY).derived] == ["count, area a"]


def test_rounded_totals_leave_as_much_open_as_they_were_rounded() -> None:
    policy = policy_of({"rounding": [{"to": 10, "dimension": "area", "level": 0}]}, "here")
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("c",): 9})
    rounded = printed(
        true, [{"count": "20" if not row.places["area"] else row.texts["count"]} for row in true.rows]
    )
    assert limits(shown(rounded, {("a",)}), policy=policy) == {
        ("a",): (1, 3)
    }  # the rest, 21, is nearly all of 15 to 24


def test_each_table_is_read_by_the_policy_by_which_it_was_published() -> None:
    """Rounded tables beside exact ones: read by one policy for all, one of the two would be misread."""
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("c",): 9})
    rounds = policy_of({"rounding": [{"to": 5}], "threshold": 10}, "here")
    texts = [{"": "25", "a": "c", "b": "10", "c": "c"}["".join(row.places["area"])] for row in true.rows]
    rounded = printed(true, [{"count": text} for text in texts])
    said = Table("rounded", replace(true.layout, policy=rounds), rounded.rows)
    total = Table("exact", true.layout, tuple(row for row in true.rows if not row.places["area"]))
    # 24 in all, 8 to 12 in b: so 12 to 16 in the other two, and one of them at least.
    assert limits(said, total) == {("a",): (1, 15), ("c",): (1, 15)}
    c = Table("c", alone(true), tuple(row for row in true.rows if row.places["area"] == ("c",)))
    assert [(row["cell"], row["low"], row["high"]) for row in check([said, c], POLICY).derived] == [
        ("count, area a", 2, 10),  # nine values, and its policy asks for ten
        ("count, area c", 9, 9),  # not small by the policy of the check, and by its own it is
    ]


def test_what_one_table_hides_and_another_shows_is_given_away() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("c",): 9})
    earlier = Table("earlier", alone(true), tuple(row for row in true.rows if row.places["area"] == ("a",)))
    found = check([earlier, shown(true, {("a",), ("b",)})], POLICY)
    assert [(row["cell"], row["low"], row["high"]) for row in found.derived] == [("count, area a", 3, 3)]


def alone(true: Table) -> Layout:
    """Of a table that shows some parts only, so that they make up no total."""
    return replace(true.layout, exhaustive=frozenset())


def test_dimensions_that_do_not_add_up_tell_nothing_of_one_another() -> None:
    true = table("t", ("sign",), {("a",): 3, ("b",): 12})
    loose = Table("t", type(true.layout)(true.layout.dimensions, exhaustive=frozenset()), true.rows)
    assert limits(shown(loose, {("a",)})) == {("a",): (1, None)}


def test_what_does_not_add_up_is_said_and_left_out() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12})
    wrong = printed(true, [{"count": "99"} if not row.places["area"] else row.texts for row in true.rows])
    assert check([wrong], POLICY).conflicts == ["count, total is not what its parts add up to"]
    # 12 and a hidden one cannot make 9: nothing is derived from it
    less = printed(true, [{"count": "9"} if not row.places["area"] else row.texts for row in true.rows])
    found = check([shown(less, {("a",)})], POLICY)
    assert found.conflicts == ["count, total is not what its parts add up to"]
    assert not found.derived


def test_london_is_the_sum_of_its_two_halves() -> None:
    within = {"camden": "inner", "barnet": "outer", "brent": "outer"}
    true = table("t", ("area",), {("camden",): 3, ("barnet",): 12, ("brent",): 9}, within)
    hidden = shown(true, {("camden",), ("inner",)})
    assert {row["cell"] for row in check([hidden], POLICY).derived} == {
        "count, area inner",
        "count, area inner / camden",
    }


@pytest.mark.parametrize(
    ("low", "high", "tight"),
    [(3, 3, True), (1, 4, True), (1, 5, False), (4, 8, False), (4, 7, True), (1, None, False), (6, 6, False)],
)
def test_too_tight_is_fewer_values_than_the_policy_leaves_open_for_what_may_be_small(
    low: int, high: int | None, tight: bool
) -> None:
    assert too_tight(low, high, POLICY) is tight


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_the_limits_are_those_of_all_tables_there_could_be(data: st.DataObject) -> None:
    """Two by three with its margins shown: every table of whole counts that agrees with what is shown is tried."""
    places = list(product("ab", "xyz"))
    counts = {place: data.draw(st.integers(0, 6)) for place in places}
    true = table("t", ("one", "two"), counts)
    hidden = {place for place in places if counts[place] and data.draw(st.booleans())}
    assume(hidden)
    assert limits(shown(true, hidden)) == _tried(counts, hidden)


def _tried(
    counts: dict[tuple[str, ...], int], hidden: set[tuple[str, ...]]
) -> dict[tuple[str, ...], tuple[int, int]]:
    order = sorted(hidden)
    rows = {text: sum(counts[p] for p in counts if p[0] == text) for text in "ab"}
    columns = {two: sum(counts[p] for p in counts if p[1] == two) for two in "xyz"}
    possible = []
    for values in product(*(range(1, min(rows[a], columns[b]) + 1) for a, b in order)):
        tried = counts | dict(zip(order, values, strict=True))
        agrees = all(sum(tried[p] for p in tried if p[0] == text) == rows[text] for text in "ab")
        if agrees and all(sum(tried[p] for p in tried if p[1] == two) == columns[two] for two in "xyz"):
            possible.append(values)
    return {
        place: (min(v[n] for v in possible), max(v[n] for v in possible)) for n, place in enumerate(order)
    }
