"""Periods of figures: nothing twice, nothing lost, and nobody given away by taking one figure from another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heard.board.figures.rules import (
    added,
    first_of,
    gathered,
    latest_block,
    latest_year,
    next_of,
    periods,
    quarters_to_note,
    why_not_correct,
    why_not_note,
    window,
)
from heard.cases.case.rules import TOO_FEW, Kept

TODAY = date(2026, 11, 27)
QUARTERS = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)]


def counted(numbers: Iterable[int], kept: Callable[[int], int] = lambda of: of) -> dict[date, Kept]:
    return {day: Kept(kept(of), of) for day, of in zip(QUARTERS, numbers, strict=False)}


days = st.dates(date(2022, 1, 1), TODAY - timedelta(days=1))


@given(st.lists(st.tuples(days, st.booleans()), max_size=60))
def test_every_thing_is_in_one_period_and_periods_leave_no_day_out(
    things: list[tuple[date, bool]],
) -> None:
    by: dict[date, Kept] = {}
    for day, kept in things:
        by[first_of(day)] = by.get(first_of(day), Kept(0, 0)) + Kept(kept, 1)
    found = periods(by, today=TODAY)
    for period in found:
        inside = [kept for day, kept in things if period.first <= day <= period.last]
        assert period.kept == Kept(sum(inside), len(inside))
    assert sum(period.kept.of for period in found) == len(things)
    for before, after in pairwise(found):
        assert after.first == before.last + timedelta(days=1)
        assert not before.is_hidden, "only the last may be too few"
    assert not found or found[-1].last == TODAY - timedelta(days=1)


@given(st.lists(days, max_size=60), st.integers(0, 6))
def test_a_period_that_ended_stays_as_it_is(things: list[date], quarters: int) -> None:
    """Whoever keeps the page of an earlier quarter can take nothing from that of a later one."""
    by: dict[date, Kept] = defaultdict(lambda: Kept(0, 0))
    for day in things:
        by[first_of(day)] += Kept(1, 1)
    then = first_of(TODAY)
    for _number in range(quarters):
        then = first_of(then - timedelta(days=1))
    earlier, later = periods(by, today=then), periods(by, today=TODAY)
    ended = [period for period in earlier if not period.runs]
    assert ended == later[: len(ended)]
    if block := latest_block(earlier):
        assert [period for period in later if block[0].first <= period.first <= block[-1].last] == block


def test_few_are_counted_with_the_quarters_after_them() -> None:
    found = periods(counted([4, 0, 9, 3]), today=TODAY)
    assert [(p.first, p.last, p.kept.of, p.runs) for p in found] == [
        (QUARTERS[0], date(2026, 9, 30), 13, False),
        (QUARTERS[3], date(2026, 11, 26), 3, True),
    ]
    assert found[-1].is_hidden
    assert [p.is_shown for p in periods(counted([6, 0, 0, 7]), today=TODAY)] == [True, False, False, True]
    assert periods({}, today=TODAY) == []
    assert periods(counted([0, 0, 0, 8]), today=date(2026, 10, 1)) == [], "the day itself is not over"


# ---- the attack: somebody who knows how it is done thinks of every history that would show the same


def _attack(
    histories: Iterable[tuple[int, ...]], shown: Callable[[tuple[int, ...]], Hashable], most: int
) -> list[Any]:
    """Small numbers of which fewer values are left open than are small. `most`: up to which a history is asked about."""
    possible: dict[Hashable, list[set[int]]] = {}
    asked = []
    for history in histories:
        sets = possible.setdefault(shown(history), [set() for _ in history])
        for values, number in zip(sets, history, strict=True):
            values.add(number)
        if max(history) <= most:
            asked.append(history)
    return [
        (history, values)
        for history in asked
        for number, values in zip(history, possible[shown(history)], strict=True)
        if 1 <= number <= TOO_FEW and len(values & set(range(2 * TOO_FEW))) < TOO_FEW
    ]


def _page(history: tuple[int, ...]) -> Hashable:
    """All that is shown of a history at the end of it, and a quarter earlier; with the years' sums."""
    pages = []
    for today in (QUARTERS[-1], TODAY):
        found = periods(counted(history), today=today)
        whole, before = latest_year(found)
        shown = [(p.first, p.kept.of if not p.is_hidden else "too few") for p in found]
        pages.append((tuple(shown), whole and whole.kept.of, before and before.kept.of))
    return tuple(pages)


def test_no_small_quarter_is_what_remains_of_a_year() -> None:
    """All histories of four quarters with up to thirteen in each."""
    assert _attack(product(range(14), repeat=4), _page, 8) == []


def test_the_attack_finds_a_hidden_quarter_beside_a_shown_year() -> None:
    def naive(history: tuple[int, ...]) -> Hashable:
        return (tuple("c" if 0 < of <= TOO_FEW else of for of in history), sum(history))

    assert ((9, 9, 3, 9), {3}) in [(h, v) for h, v in _attack([(9, 9, 3, 9), (9, 9, 9, 9)], naive, 9)]


def _by_agency(history: tuple[int, ...]) -> Hashable:
    alone, others = gathered({f"agency {n}": Kept(0, of) for n, of in enumerate(history)})
    whole = Kept(0, sum(history))
    if whole.too_few:
        return "too few"  # then nothing of it is shown by agency
    return (whole.of, tuple((name, kept.of) for name, kept in alone.items()), others and others.of)


def test_no_small_agency_is_what_remains_of_the_partnership() -> None:
    assert _attack(product(range(17), repeat=3), _by_agency, 8) == []


def test_an_agency_of_few_people_is_never_alone() -> None:
    parts = {"a": Kept(8, 9), "b": Kept(6, 12), "c": Kept(20, 30)}
    assert gathered(parts) == (parts, None)
    assert gathered(parts, {"b", "c"}) == ({"c": Kept(20, 30)}, Kept(14, 21)), (
        "not b by itself beside the sum"
    )
    assert gathered(parts, {"a"}) == ({"a": Kept(8, 9)}, Kept(26, 42))
    assert gathered({"a": Kept(3, 4), "b": Kept(5, 9)}) == ({}, None)


def test_years_are_whole_periods() -> None:
    numbers = {date(2024, 1, 1): Kept(8, 10), date(2025, 10, 1): Kept(1, 2)} | counted([6, 7, 8, 2])
    found = periods(numbers, today=TODAY)
    latest, before = latest_year(found)
    assert latest is not None
    assert (latest.first, latest.last, latest.kept.of) == (date(2025, 10, 1), date(2026, 9, 30), 23)
    assert before is None, "in the year before nothing is counted"
    block = added(latest_block(found))
    assert block is not None
    assert (block.first, block.last) == (date(2025, 10, 1), date(2026, 3, 31))
    assert window(found, today=TODAY)[0].first == date(2024, 1, 1)
    assert next_of(date(2026, 10, 1)) == date(2027, 1, 1)
    assert [quarters_to_note(today=TODAY)[n] for n in (0, -1)] == [date(2026, 10, 1), date(2023, 10, 1)]


def test_a_note_needs_a_promise_a_quarter_that_has_begun_and_words() -> None:
    told: dict[str, Any] = {
        "may_note": True,
        "promise": "worries",
        "known": {"worries"},
        "quarter": QUARTERS[0],
        "today": TODAY,
        "text": "New team in May",
    }
    assert why_not_note(**told) is None
    for wrong in (
        {"may_note": False},
        {"promise": "other"},
        {"quarter": None},
        {"quarter": date(2026, 2, 1)},
        {"quarter": date(2027, 1, 1)},
        {"text": " "},
    ):
        assert why_not_note(**told | wrong), wrong
    assert why_not_correct(may_note=True, is_corrected=False, text="June", why="It was June") is None
    assert why_not_correct(may_note=True, is_corrected=False, text="June", why="")
    assert why_not_correct(may_note=True, is_corrected=True, text="June", why="It was June")
    assert why_not_correct(may_note=False, is_corrected=False, text="June", why="It was June")
