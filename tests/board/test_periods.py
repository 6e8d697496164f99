"""Periods of figures: nothing twice, nothing lost, and nobody given away by taking one figure from another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, timedelta
from itertools import count, pairwise, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heard.board.figures.rules import (
    added,
    between,
    first_of,
    gathered,
    latest_block,
    latest_year,
    next_of,
    periods,
    quarters_to_note,
    waiting,
    why_not_correct,
    why_not_note,
    window,
)
from heard.cases.case.rules import TOO_FEW, Counted, Kept

TODAY = date(2027, 1, 27)
QUARTERS = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)]


_keys = count()


def many(of: int, kept: int | None = None) -> Counted:
    """So many things, each of a child of its own."""
    return Counted(Kept(of if kept is None else kept, of), frozenset(next(_keys) for _ in range(of)))


def counted(numbers: Iterable[int]) -> dict[date, Counted]:
    return {day: many(of) for day, of in zip(QUARTERS, numbers, strict=False)}


days = st.dates(date(2022, 1, 1), TODAY - timedelta(days=1))


def by_quarter(things: Iterable[tuple[date, int, bool]]) -> dict[date, Counted]:
    by: dict[date, Counted] = defaultdict(Counted)
    for day, child, kept in things:
        by[first_of(day)] += Counted(Kept(int(kept), 1), frozenset({child}))
    return by


things_of = st.lists(st.tuples(days, st.integers(0, 20), st.booleans()), max_size=60)


@given(things_of)
def test_every_thing_is_in_one_period_and_periods_leave_no_day_out(
    things: list[tuple[date, int, bool]],
) -> None:
    found = periods(by_quarter(things), today=TODAY)
    ended = [thing for thing in things if thing[0] < first_of(TODAY)]
    for period in found:
        inside = [thing for thing in ended if period.first <= thing[0] <= period.last]
        assert period.kept == Kept(sum(kept for _day, _child, kept in inside), len(inside))
        assert period.is_shown == (
            len(inside) > TOO_FEW and len({child for _day, child, _kept in inside}) > TOO_FEW
        )
    assert sum(period.kept.of for period in found) == len(ended)
    for before, after in pairwise(found):
        assert after.first == before.last + timedelta(days=1)
        assert not before.is_hidden, "only the last may be too few"
    assert not found or found[-1].last == first_of(TODAY) - timedelta(days=1)


@given(things_of, st.integers(0, 6))
def test_a_period_that_is_shown_stays_as_it_is(things: list[tuple[date, int, bool]], quarters: int) -> None:
    """Whoever keeps the page of an earlier quarter can take nothing from that of a later one."""
    by, then = by_quarter(things), first_of(TODAY)
    for _number in range(quarters):
        then = first_of(then - timedelta(days=1))
    earlier, later = periods(by, today=then), periods(by, today=TODAY)
    ended = [period for period in earlier if not period.is_hidden]
    assert ended == later[: len(ended)]
    if block := latest_block(earlier):
        assert [period for period in later if block[0].first <= period.first <= block[-1].last] == block


@given(
    things_of, st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.tuples(st.integers(0, 20), st.booleans())
)
def test_from_one_day_to_the_next_in_a_quarter_nothing_changes(
    things: list[tuple[date, int, bool]], day: date, pair: tuple[int, bool]
) -> None:
    """Else the one more of today would say whether it was kept."""
    begin = first_of(day)
    before, after = by_quarter(things), by_quarter([*things, (day, *pair)])
    assert periods(before, today=begin) == periods(after, today=next_of(begin) - timedelta(days=1))


def test_few_are_counted_with_the_quarters_after_them() -> None:
    found = periods(counted([4, 0, 9, 3]), today=TODAY)
    assert [(p.first, p.last, p.kept.of) for p in found] == [
        (QUARTERS[0], date(2026, 9, 30), 13),
        (QUARTERS[3], date(2026, 12, 31), 3),
    ]
    assert found[-1].is_hidden
    assert waiting(found) == found[-1]
    assert waiting(found[:1]) is waiting([]) is None
    assert [p.is_shown for p in periods(counted([6, 0, 0, 7]), today=TODAY)] == [True, False, False, True]
    assert periods({}, today=TODAY) == []
    assert periods(counted([0, 0, 0, 8]), today=date(2026, 12, 31)) == [], "the quarter is not over"


def test_many_things_of_few_children_are_few() -> None:
    a_plan = Counted(Kept(9, 12), frozenset({1}))
    four = [Counted(Kept(4, 4), frozenset(children)) for children in ({1, 2, 3, 4}, {3, 4, 5, 6})]
    assert periods({QUARTERS[0]: a_plan}, today=TODAY)[0].is_hidden
    assert periods(dict(zip(QUARTERS, [four[0]] * 4, strict=True)), today=TODAY)[0].is_hidden, (
        "always the same four"
    )
    assert periods(dict(zip(QUARTERS, four, strict=False)), today=TODAY)[0].last == date(2026, 6, 30)
    others = {"a": many(9), "b": many(20), "c": many(30), "plan": a_plan}
    assert "plan" not in gathered(others)[0]


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
    for today in (QUARTERS[-1], date(2026, 11, 27), TODAY):
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
    alone, others = gathered({f"agency {n}": many(of) for n, of in enumerate(history)})
    whole = sum(history)
    if whole <= TOO_FEW:
        return "too few"  # then nothing of it is shown by agency
    return (whole, tuple((name, one.of) for name, one in alone.items()), others and others.of)


def test_no_small_agency_is_what_remains_of_the_partnership() -> None:
    assert _attack(product(range(16), repeat=4), _by_agency, 8) == []


def test_who_knows_their_own_number_is_left_with_many() -> None:
    """An agency among the others takes its own from what they have together."""
    for history in product((0, 1, 3, 5, 6, 9, 20), repeat=5):
        parts = {n: many(of) for n, of in enumerate(history)}
        alone, others = gathered(parts)
        inside = [part.of for n, part in parts.items() if n not in alone and part.of]
        if others is not None:
            assert all(others.of - own > TOO_FEW for own in inside), (history, inside)


def test_an_agency_of_few_people_is_never_alone() -> None:
    parts = {"a": many(9), "b": many(12), "c": many(30), "d": many(40)}
    assert gathered(parts) == (parts, None)
    alone, others = gathered(parts, {"b", "c", "d"})
    assert (alone.keys(), others and others.of) == ({"c", "d"}, 21), "not a by itself beside the sum"
    assert gathered(parts, set()) == ({}, None)
    assert gathered({"a": many(4), "b": many(9)}) == ({}, None)


def test_years_are_whole_periods() -> None:
    numbers = {date(2024, 1, 1): many(10), date(2025, 10, 1): many(2)} | counted([6, 7, 8, 2])
    found = periods(numbers, today=TODAY)
    latest, before = latest_year(found)
    assert latest is not None
    assert (latest.first, latest.last, latest.kept.of) == (date(2025, 10, 1), date(2026, 9, 30), 23)
    assert before is None, "in the year before nothing is counted"
    block = added(latest_block(found))
    assert block is not None
    assert (block.first, block.last) == (date(2025, 10, 1), date(2026, 3, 31))
    assert window(found, today=TODAY)[0].first == date(2024, 1, 1)
    within = between(found, date(2025, 9, 1), date(2026, 8, 31))
    assert within is not None
    assert (within.first, within.last) == (date(2025, 10, 1), date(2026, 6, 30)), "whole periods alone"
    assert between(found, date(2026, 10, 1), date(2026, 12, 31)) is None
    long_ago = periods({date(2024, 1, 1): many(9), date(2025, 7, 1): many(3)}, today=TODAY)
    assert latest_year(long_ago) == (None, None), "what waits is longer than a year"
    assert next_of(date(2026, 10, 1)) == date(2027, 1, 1)
    assert [quarters_to_note(today=TODAY)[n] for n in (0, -1)] == [date(2027, 1, 1), date(2024, 1, 1)]


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
        {"quarter": date(2027, 4, 1)},
        {"text": " "},
    ):
        assert why_not_note(**told | wrong), wrong
    assert why_not_correct(may_note=True, is_corrected=False, text="June", why="It was June") is None
    assert why_not_correct(may_note=True, is_corrected=False, text="June", why="")
    assert why_not_correct(may_note=True, is_corrected=True, text="June", why="It was June")
    assert why_not_correct(may_note=False, is_corrected=False, text="June", why="It was June")
