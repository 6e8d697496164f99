"""What became of worries is joined until it may be shown: nothing is lost or small, and nothing that was shown is shown otherwise later."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count, pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heard.board.figures.rules import Period, by_month, first_of, periods
from heard.board.outcomes.rules import (
    COLUMNS,
    TREE,
    WAITS,
    Cells,
    crossed,
    may_stand,
    parted,
    spans,
    total,
)
from heard.cases.case.rules import TOO_FEW, Counted, Kept
from heard.cases.concern.rules import Decision

AGENCIES = ("care", "police", "school", "health")
KINDS = (*Decision, WAITS)
_keys = count()

# Of some kinds and agencies how many; small numbers often.
cells_of = st.dictionaries(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(AGENCIES)),
    st.one_of(st.integers(1, 7), st.integers(6, 40)),
    max_size=14,
)


def counted(numbers: dict[tuple[str, str], int]) -> dict[tuple[str, Any], Counted]:
    return {
        key: Counted(Kept(0, of), frozenset(next(_keys) for _ in range(of))) for key, of in numbers.items()
    }


@given(cells_of)
def test_each_kind_is_in_one_part_and_no_part_is_small_whoever_takes_away_their_own(
    numbers: dict[tuple[str, str], int],
) -> None:
    cells = counted(numbers)
    parts = parted(cells)
    if not parts:
        return
    kinds = [kind for part in parts for kind in part.kinds]
    assert sorted(kinds) == sorted({kind for kind, _agency in numbers})
    assert all(may_stand(part.kinds, cells) for part in parts)
    for part in parts:
        assert total(cells, part.kinds).of > TOO_FEW
        for agency in AGENCIES:
            assert not 0 < total(cells, part.kinds, set(AGENCIES) - {agency}).of <= TOO_FEW
    assert [part.name for part in parts if part.kinds == set(kinds)] != [TREE.name]


@given(cells_of, st.sets(st.sampled_from(AGENCIES)))
def test_each_number_of_a_table_is_of_many_and_together_they_are_all(
    numbers: dict[tuple[str, str], int], alone: set[str]
) -> None:
    cells: Cells = counted(numbers)
    parts = parted(cells)
    found = crossed(cells, sorted(alone), parts, known_to_others=(Decision.OTHER_AGENCY,))
    if found is None:
        return
    shown = [total(cells, kinds, row).of for row in found.rows for kinds in found.columns.values()]
    assert min(shown) > TOO_FEW
    assert sum(shown) == sum(numbers.values())
    for part in parts:
        assert any(part.kinds <= set(kinds) for kinds in found.columns.values())


def test_columns_of_a_table_are_all_that_can_become_of_a_worry() -> None:
    assert sorted(TREE.kinds) == sorted(KINDS)
    for columns in COLUMNS:
        assert sorted(kind for kinds in columns.values() for kind in kinds) == sorted(KINDS)


@given(st.lists(cells_of, min_size=1, max_size=5))
def test_years_that_were_shown_are_shown_so_ever_after(numbers: list[dict[tuple[str, str], int]]) -> None:
    """Whatever comes after them: so two pages of different years have no year in common but what both show alike."""
    years = [counted(number) for number in numbers]
    found = [
        Period(date(2020 + at, 4, 1), date(2021 + at, 3, 31), sum(year.values(), Counted()))
        for at, year in enumerate(years)
    ]

    def may_show(period: Period) -> bool:
        within = [
            row for row, year in zip(years, found, strict=True) if period.first <= year.first <= period.last
        ]
        together: dict[tuple[str, Any], Counted] = {}
        for row in within:
            for key, some in row.items():
                together[key] = together.get(key, Counted()) + some
        return bool(parted(together))

    earlier, _held_back = spans(found[:-1], may_show)
    later, _held_back = spans(found, may_show)
    assert later[: len(earlier)] == earlier


days = st.dates(date(2024, 1, 1), date(2026, 9, 30))


@given(st.lists(days, max_size=120))
def test_months_are_their_periods_and_each_is_of_many(told: list[date]) -> None:
    def by(first: Any) -> dict[date, Counted]:
        found: dict[date, Counted] = {}
        for child, day in enumerate(told):
            found[first(day)] = found.get(first(day), Counted()) + Counted(Kept(0, 1), frozenset({child}))
        return found

    shown = periods(by(first_of), today=date(2026, 10, 1))
    months = by_month(shown, by(lambda day: day.replace(day=1)))
    assert all(not month.counted.too_few for month in months)
    for period in shown:
        within = [month for month in months if period.first <= month.first and month.last <= period.last]
        if period.is_shown:
            assert sum(period.counted.of for period in within) == period.counted.of
            assert (within[0].first, within[-1].last) == (period.first, period.last)
            assert all(period.last + timedelta(days=1) == two.first for period, two in pairwise(within))
        else:
            assert within == []
