"""Working-day clocks, worked by hand over Easter and Christmas."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.case import rules


@dataclass(frozen=True)
class Clock:
    amount: int
    unit: str = "working_days"


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        (date(2026, 3, 10), 1, date(2026, 3, 11)),  # Tuesday to Wednesday
        (date(2026, 3, 13), 1, date(2026, 3, 16)),  # Friday to Monday
        (date(2026, 3, 14), 1, date(2026, 3, 16)),  # told on a Saturday
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # over Good Friday 3 April and Easter Monday 6 April
        (date(2026, 4, 3), 1, date(2026, 4, 7)),  # told on Good Friday
        (date(2026, 4, 1), 10, date(2026, 4, 17)),  # 2, 7-10, 13-17 April
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Boxing Day is a Saturday, so Monday 28th is off too
        (date(2027, 12, 24), 1, date(2027, 12, 29)),  # both days at the weekend: Monday and Tuesday off
        (date(2025, 12, 23), 3, date(2025, 12, 30)),  # 24, 29, 30
        (date(2025, 12, 31), 1, date(2026, 1, 2)),  # over New Year, into the next year's holidays
        (date(2026, 5, 1), 1, date(2026, 5, 5)),  # early May bank holiday, 4 May
        # An assessment told on 2 March 2026: March has 21 more working days to the 31st (3-6, 9-13, 16-20, 23-27, 30,
        # 31), April 20 without 3 and 6, which makes 41; then 1, 5, 6, 7 May (4 May is a bank holiday).
        (date(2026, 3, 2), 45, date(2026, 5, 7)),
        (date(2026, 3, 10), 0, date(2026, 3, 10)),
    ],
)
def test_working_days_are_counted_as_by_hand(start: date, amount: int, due: date) -> None:
    assert rules.due_on(Clock(amount), start) == due


@pytest.mark.parametrize(
    ("start", "clock", "due"),
    [
        (date(2026, 4, 3), Clock(3, "days"), date(2026, 4, 6)),
        (date(2026, 4, 3), Clock(72, "hours"), date(2026, 4, 6)),
        (date(2026, 4, 3), Clock(25, "hours"), date(2026, 4, 5)),
        (date(2026, 11, 30), Clock(3, "months"), date(2027, 2, 28)),
        (date(2027, 11, 30), Clock(3, "months"), date(2028, 2, 29)),
        (date(2026, 12, 15), Clock(6, "months"), date(2027, 6, 15)),
    ],
)
def test_days_hours_and_months_run_over_holidays(start: date, clock: Clock, due: date) -> None:
    assert rules.due_on(clock, start) == due


@given(
    due=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    amount=st.integers(0, 60),
    unit=st.sampled_from(["working_days", "days", "hours", "months"]),
)
def test_what_starts_a_day_after_the_latest_start_is_due_later(due: date, amount: int, unit: str) -> None:
    clock = Clock(amount, unit)
    latest = rules.latest_start(clock, due)
    assert rules.due_on(clock, latest) <= due < rules.due_on(clock, latest + timedelta(days=1))


def test_an_unknown_unit_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(ValueError, match="not 'weeks'"):
        rules.due_on(Clock(1, "weeks"), date(2026, 1, 1))


DAYS = st.dates(date(2015, 1, 1), date(2035, 1, 1))


@given(DAYS, st.integers(1, 60))
def test_working_days_end_on_a_working_day_and_count_exactly(start: date, amount: int) -> None:
    due = rules.due_on(Clock(amount), start)
    between = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    assert rules.is_working_day(due)
    assert sum(rules.is_working_day(day) for day in between) == amount


@given(DAYS, st.integers(1, 40))
def test_starting_later_is_never_due_earlier(start: date, amount: int) -> None:
    assert rules.due_on(Clock(amount), start) <= rules.due_on(Clock(amount), start + timedelta(days=1))


def test_late_is_counted_in_days_and_never_below_none() -> None:
    assert rules.days_late(date(2026, 3, 10), date(2026, 3, 12)) == 2
    assert rules.days_late(date(2026, 3, 10), date(2026, 3, 9)) == 0
