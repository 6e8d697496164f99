"""Nobody is given away by what is printed, and no more is hidden than it takes."""

from dataclasses import replace
from itertools import chain, combinations, product
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.publish.made import printed, table

from heard.engine.publish import Policy, Table, check, check_files, hide, hide_files, policy_of
from heard.engine.publish.attack import attack
from heard.engine.publish.cells import Published
from heard.engine.tables import NotDone

POLICY = Policy()
COUNTS = st.one_of(st.just(0), st.integers(1, 5), st.integers(6, 40))


@st.composite
def tables(draw: st.DrawFn) -> list[Table]:
    """One to three tables of the same children: over all that is told of them, and over parts of it."""
    most = draw(st.sampled_from([(4,), (4, 4), (3, 3, 2)]))
    sizes = [draw(st.integers(2, size)) for size in most]
    names = ("area", "sex", "age")[: len(sizes)]
    places = [[f"{name}{n}" for n in range(size)] for name, size in zip(names, sizes, strict=True)]
    counts = {place: draw(COUNTS) for place in product(*places)}
    within = {place: f"region{n % 2}" for n, place in enumerate(places[0])} if draw(st.booleans()) else None
    made = [table("all", names, counts, within)]
    if len(names) > 1 and draw(st.booleans()):
        kept = draw(st.sampled_from(range(1, len(names))))
        some: dict[tuple[str, ...], int] = {}
        for place, count in counts.items():
            some[place[:kept]] = some.get(place[:kept], 0) + count
        made.append(table("some", names[:kept], some, within))
    return made


@settings(max_examples=30, deadline=None)
@given(tables())
def test_no_attack_succeeds_on_what_is_printed(true: list[Table]) -> None:
    texts = hide(true, POLICY).texts
    now = [printed(one, texts[one.name]) for one in true]
    assert not check(now, POLICY).derived
    for before, after in zip(true, now, strict=True):
        for row, text in zip(before.rows, (r.texts["count"] for r in after.rows), strict=True):
            count = int(row.texts["count"])
            assert text == "c" if POLICY.is_small(count) else text in ("c", str(count))
            assert count or text == "0"


@settings(max_examples=30, deadline=None)
@given(tables(), st.integers(0, 10**6))
def test_no_attack_succeeds_on_two_releases(true: list[Table], seed: int) -> None:
    """The first release tells of some areas only; the second of all."""
    few = Table(
        "before", true[0].layout, tuple(row for n, row in enumerate(true[0].rows) if (seed >> (n % 20)) % 2)
    )
    if not few.rows:
        return
    try:
        before = printed(few, hide([few], POLICY).texts["before"])
        texts = hide(true, POLICY, [before]).texts
    except NotDone:
        return
    assert not check([before, *(printed(one, texts[one.name]) for one in true)], POLICY).derived


@pytest.mark.parametrize("seed", range(4, 9))
def test_no_less_would_do(seed: int) -> None:
    """Against every choice of cells there is, in tables small enough to try all."""
    counts = {place: (seed * 7 + 5 * n * n) % 13 for n, place in enumerate(product("ab", "xyz"))}
    true = table("t", ("one", "two"), counts)
    numbers = [int(row.texts["count"]) for row in true.rows]
    small = {n for n, count in enumerate(numbers) if POLICY.is_small(count)}
    free = [n for n, count in enumerate(numbers) if count > POLICY.threshold]
    protecting = [more for more in _choices(free) if _protects(true, small | set(more))]
    if not protecting:
        with pytest.raises(NotDone):
            hide([true], POLICY)
        return
    texts = hide([true], POLICY).texts["t"]
    hidden = {n for n, text in enumerate(texts) if text["count"] == "c"}
    costs = [_cost(true, n) for n in range(len(numbers))]
    least = min(sum(costs[n] for n in more) for more in protecting)
    assert sum(costs[n] for n in hidden - small) == pytest.approx(least)


def _choices(free: list[int]) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(free, size) for size in range(len(free) + 1)))


def _protects(true: Table, hidden: set[int]) -> bool:
    found = Published()
    texts = [{"count": "c"} if n in hidden else row.texts for n, row in enumerate(true.rows)]
    found.add(printed(true, texts), POLICY)
    return not attack(found).derived


def _cost(true: Table, number: int) -> float:
    from heard.engine.publish.suppress import _cost as cost

    row = true.rows[number]
    return cost(true.key(row, "count"), int(row.texts["count"]))


def test_totals_are_rounded_and_the_rest_is_not() -> None:
    policy = policy_of({"rounding": [{"to": 10, "dimension": "area", "level": 0}]}, "here")
    true = table("t", ("area",), {("a",): 31, ("b",): 14})
    assert [text["count"] for text in hide([true], policy).texts["t"]] == ["50", "31", "14"]
    few = table("t", ("area",), {("a",): 2, ("b",): 0})
    assert hide([few], policy_of({"rounding": [{"to": 10}], "threshold": 1}, "here")).texts["t"][0] == {
        "count": "k"
    }


def test_rounding_protects_where_it_leaves_enough_open() -> None:
    policy = policy_of({"rounding": [{"to": 20, "dimension": "area", "level": 0}]}, "here")
    true = table("t", ("area",), {("a",): 3, ("b",): 48, ("d",): 49})
    assert hide([true], policy).hidden == 1


def test_what_is_rounded_everywhere_is_hidden_too_and_found_soon() -> None:
    """A count that rounds to none, small ones among rounded ones, and a true zero: none of them may look further off shown
    than hidden, or the search finds no end."""
    counts = {
        place: n for place, n in zip(product("abc", "xyz"), (1, 2, 0, 8, 13, 1, 40, 3, 22), strict=True)
    }
    for rules in ({"rounding": [{"to": 5}], "threshold": 7}, {"rounding": [{"to": 20}], "threshold": 2}):
        policy = policy_of(rules, "here")
        true = table("t", ("one", "two"), counts)
        texts = hide([true], policy).texts["t"]
        assert not check([printed(true, texts)], policy).derived
        shown = {text["count"] for text in texts}
        assert all(text in "ck" or int(text) % 5 == 0 for text in shown)
        assert {"c", "0"} < shown


def test_what_was_hidden_before_stays_as_open_as_it_was() -> None:
    """Released with 1 to 10 hidden, then drawn up again with 1 to 5 hidden."""
    strict = policy_of({"threshold": 10}, "here")
    true = table("t", ("area",), {("a",): 7, ("b",): 12, ("d",): 40, ("e",): 12})
    earlier = printed(true, hide([true], strict).texts["t"])
    earlier = Table("earlier", replace(true.layout, policy=strict), earlier.rows)
    texts = [text["count"] for text in hide([true], POLICY, [earlier]).texts["t"]]
    assert texts == [row.texts["count"] for row in earlier.rows]
    assert texts.count("c") == 2


def test_a_small_count_that_was_shown_before_is_refused_by_its_name() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("d",): 9})
    with pytest.raises(NotDone, match="area a is small, and was shown in an earlier release"):
        hide([true], POLICY, [true])


def test_what_was_hidden_before_stays_hidden() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("d",): 9})
    first = hide([true], POLICY).texts["t"]
    again = hide([true], POLICY, [printed(true, first)]).texts["t"]
    assert first == again
    assert [row["count"] for row in first].count("c") == 2


def test_a_whole_that_is_small_is_hidden_too_and_a_true_zero_shown() -> None:
    texts = hide([table("t", ("area",), {("a",): 2, ("b",): 0})], POLICY).texts["t"]
    assert [text["count"] for text in texts] == ["c", "c", "0"]


def test_what_earlier_releases_leave_no_way_to_hide_is_refused() -> None:
    true = table("t", ("area",), {("a",): 3, ("b",): 12, ("d",): 9})
    earlier = Table("earlier", true.layout, tuple(row for row in true.rows if row.places["area"] != ("a",)))
    with pytest.raises(NotDone, match="Publish fewer parts"):
        hide([true], POLICY, [earlier])


def test_tables_that_contradict_one_another_are_refused() -> None:
    one, other = table("one", ("area",), {("a",): 30}), table("other", ("area",), {("a",): 31})
    with pytest.raises(NotDone, match="not the same in other as elsewhere"):
        hide([one, other], POLICY)


def test_the_same_tables_are_hidden_the_same_way() -> None:
    counts = {place: (5 * n * n) % 17 for n, place in enumerate(product("abcdef", "xyz"))}
    true = table("t", ("one", "two"), counts)
    assert hide([true], POLICY) == hide([true], POLICY)


def without(true: Table, *dimensions: str) -> Table:
    """The table without the rows that are totals of these dimensions."""
    rows = (row for row in true.rows if all(row.places[name] for name in dimensions))
    return replace(true, rows=tuple(rows))


def test_totals_that_nobody_publishes_need_no_partner() -> None:
    counts = {
        place: n for place, n in zip(product("abcd", "fm"), (3, 20, 30, 41, 12, 4, 17, 25), strict=True)
    }
    plain = without(table("t", ("area", "sex"), counts), "area", "sex")
    assert hide([plain], POLICY).hidden == 2
    by_year = {("a", "2023"): 3, ("b", "2023"): 30, ("d", "2023"): 41}
    one_year = without(table("t", ("area", "year"), by_year), "year")
    found = hide([one_year], POLICY)
    assert (found.hidden, found.excess) == (2, 0.0)


def test_a_count_that_was_rounded_before_can_be_hidden_now() -> None:
    rounding = policy_of({"rounding": [{"to": 10}], "threshold": 5}, "here")
    true = table("t", ("area",), {("a",): 3, ("b",): 17, ("d",): 24, ("e",): 33})
    earlier = printed(true, hide([true], rounding).texts["t"])
    earlier = Table("earlier", replace(true.layout, policy=rounding), earlier.rows)
    assert hide([true], POLICY, [earlier]).hidden <= 4


@st.composite
def some_margins(draw: st.DrawFn) -> Table:
    sizes = draw(st.sampled_from([(2, 2), (3, 2), (4,), (5,)]))
    names = ("one", "two")[: len(sizes)]
    places = list(product(*("vwxyz"[:size] for size in sizes)))
    counts = {place: draw(st.one_of(st.integers(0, 5), st.integers(6, 30))) for place in places}
    kept = draw(st.sets(st.sampled_from(names)))
    return without(table("t", names, counts), *(name for name in names if name not in kept))


@settings(max_examples=25, deadline=None)
@given(some_margins())
def test_what_is_hidden_costs_no_more_than_an_exact_search_finds(true: Table) -> None:
    numbers = [int(row.texts["count"]) for row in true.rows]
    small = {n for n, count in enumerate(numbers) if POLICY.is_small(count)}
    free = [n for n, count in enumerate(numbers) if count > POLICY.threshold]
    costs = [_cost(true, n) for n in range(len(numbers))]
    by_cost = sorted(_choices(free), key=lambda more: sum(costs[n] for n in more))
    best = next((more for more in by_cost if _protects(true, small | set(more))), None)
    if best is None:
        with pytest.raises(NotDone):
            hide([true], POLICY)
        return
    found = hide([true], POLICY)
    hidden = {n for n, text in enumerate(found.texts["t"]) if text["count"] == "c"}
    least, spent = sum(costs[n] for n in small | set(best)), sum(costs[n] for n in hidden)
    assert spent <= least * 1.0001
    assert spent * (1 - found.excess) <= least * 1.0001


def test_of_the_guides_own_layout_two_small_counts_need_two_more(tmp_path: Path) -> None:
    """No row tells of all years, and nothing stands for what nobody prints: of 52 counts four are hidden, where 22 were."""
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "publish.md").read_text("utf-8")
    told = yaml.safe_load(guide[guide.index("dimensions:") :].partition("```")[0])
    layout = {
        name: told[name] for name in ("dimensions", "measures", "below", "exhaustive", "totals", "about")
    }
    authorities = {
        "London": ("Barnet", "Brent"),
        "East Midlands": ("Leicester", "Derby", "Rutland"),
        "North East": ("Durham", "Gateshead"),
    }
    own = {
        (year, region, name): [20 + 7 * n + 3 * len(name), 60 - 4 * n + len(name)]
        for year in ("2022", "2023")
        for n, (region, name) in enumerate(
            (region, name) for region, names in authorities.items() for name in names
        )
    }
    own["2022", "East Midlands", "Leicester"][1], own["2022", "North East", "Durham"][0] = 3, 4
    places = [
        ("England", ""),
        *((region, "") for region in authorities),
        *((r, name) for r, names in authorities.items() for name in names),
    ]
    lines = ["time_period,region_code,authority_code,Going_missing,Gangs"]
    for year, (region, name) in product(("2022", "2023"), places):
        mine = [counts for (when, where, who), counts in own.items()
                if when == year and region in ("England", where) and name in ("", who)]  # fmt: skip
        lines.append(",".join([year, region, name, *(str(sum(of)) for of in zip(*mine, strict=True))]))
    (path := tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    path.with_suffix(".yaml").write_text(yaml.safe_dump(layout | {"sums": {}}))
    done = hide_files([path], tmp_path / "out", Policy())
    assert (done.small, done.hidden) == (2, 4)
    assert check_files([tmp_path / "out" / "t.csv"], Policy()).derived == []
