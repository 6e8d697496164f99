"""What comes next, how old somebody is, and which state of a sign is the latest."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.case.rules import age_on
from heard.cases.timeline.rules import NEEDS, Standing, Step, last_seen, latest, next_steps

NOTHING = Standing(
    worries_waiting=0,
    has_open_case=False,
    was_closed=False,
    assessment=None,
    has_signed=False,
    has_plan_draft=False,
    has_agreed_plan=False,
    plan_ended=False,
)


def standing(**what: object) -> Standing:
    return Standing(**{**NOTHING.__dict__, **what})


@pytest.mark.parametrize(
    ("now", "steps"),
    [
        (standing(), [Step.TELL]),
        (standing(worries_waiting=2), [Step.DECIDE]),
        (standing(has_open_case=True), [Step.ASSESS]),
        (standing(has_open_case=True, assessment="draft"), [Step.GO_ON_ASSESSING]),
        (standing(has_open_case=True, assessment="returned"), [Step.GO_ON_ASSESSING]),
        (standing(has_open_case=True, assessment="submitted"), [Step.SIGN_OFF]),
        (standing(has_open_case=True, has_signed=True), [Step.PLAN]),
        (standing(has_open_case=True, has_signed=True, has_plan_draft=True), [Step.GO_ON_PLANNING]),
        (standing(has_open_case=True, has_signed=True, has_agreed_plan=True), [Step.REVIEW]),
        (standing(has_open_case=True, worries_waiting=1), [Step.DECIDE, Step.ASSESS]),
        (
            standing(has_open_case=True, has_signed=True, has_agreed_plan=True, assessment="draft"),
            [Step.GO_ON_ASSESSING, Step.REVIEW],
        ),
        (standing(has_open_case=True, has_signed=True, plan_ended=True), [Step.CLOSE]),
        (
            standing(has_open_case=True, has_signed=True, plan_ended=True, has_plan_draft=True),
            [Step.GO_ON_PLANNING],
        ),
        (standing(was_closed=True), [Step.TELL, Step.OPEN_AGAIN]),
        (standing(was_closed=True, worries_waiting=1), [Step.DECIDE]),
    ],
)
def test_the_next_step_follows_from_where_the_work_stands(now: Standing, steps: list[Step]) -> None:
    assert list(next_steps(now)) == steps


def test_a_worry_that_waits_comes_before_all_else() -> None:
    assert next_steps(standing(has_open_case=True, has_agreed_plan=True, worries_waiting=1))[0] == Step.DECIDE


def test_a_case_that_was_opened_again_is_assessed_anew() -> None:
    """What was signed before it was closed is no part of where the work stands."""
    assert next_steps(standing(has_open_case=True, has_signed=False)) == (Step.ASSESS,)


def test_every_step_needs_a_permission() -> None:
    assert set(NEEDS) == set(Step)


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(2011, 5, 4), date(2026, 5, 3), 14),
        (date(2011, 5, 4), date(2026, 5, 4), 15),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (None, date(2026, 3, 1), None),
    ],
)
def test_age_is_in_whole_years(born: date | None, today: date, age: int | None) -> None:
    assert age_on(born, today) == age


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 9000))
def test_nobody_grows_younger(born: date, days: int) -> None:
    today = born + timedelta(days=days)
    younger, older = age_on(born, today), age_on(born, today + timedelta(days=1))
    assert younger is not None
    assert older in (younger, younger + 1)


@dataclass(frozen=True)
class Said:
    item: str
    state: str
    seen_on: date | None
    noted_at: datetime


def said(state: str, day: int, seen: int | None = None) -> Said:
    return Said("S01", state, date(2026, 3, seen) if seen else None, datetime(2026, 3, day, tzinfo=UTC))


def test_the_latest_note_says_how_it_stands() -> None:
    notes = [said("seen", 5, 2), said("not_known", 9), said("not_seen", 7)]
    assert latest(notes)["S01"].state == "not_known"


def test_what_was_seen_once_is_not_undone_by_not_seen_later() -> None:
    notes = [said("seen", 5, 2), said("not_seen", 9)]
    assert last_seen(notes)["S01"].seen_on == date(2026, 3, 2)


def test_of_two_times_seen_the_later_day_is_shown() -> None:
    notes = [said("seen", 5, 4), said("seen", 9, 2)]
    assert last_seen(notes)["S01"].seen_on == date(2026, 3, 4)


def test_what_nobody_saw_is_not_among_what_was_seen() -> None:
    assert last_seen([said("not_seen", 5), said("not_known", 6)]) == {}
