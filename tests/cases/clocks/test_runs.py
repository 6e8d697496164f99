"""Clocks from moments, with every expected day worked by hand against the calendar of England and Wales."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.case.rules import due_on, is_working_day
from heard.cases.clocks import rules
from heard.cases.clocks.rules import Run
from heard.knowledge import load

RELEASE = load.current()
_next = count()


@dataclass(frozen=True)
class Moment:
    kind: str
    on: date
    release: str = RELEASE.id
    pk: int = field(default_factory=lambda: next(_next))


def runs(*moments: Moment) -> list[Run]:
    return rules.runs_of(moments, {RELEASE.id: RELEASE})


def told(*moments: Moment) -> list[tuple[str, date, date | None, date | None]]:
    return [(run.clock, run.due_on, run.met_on, run.ended_on) for run in runs(*moments)]


# ---- the calendar, by hand. The comment counts the working days.


WORKED = [
    # Christmas 2020: Friday 25; Boxing Day a Saturday, so Monday 28 is off; Friday 1 January 2021.
    # 21 22 23 24 | 29 30 31 | 4 5 6 7 8 | 11 12 13
    ("conference", date(2020, 12, 18), date(2021, 1, 13)),
    # Christmas 2021: Saturday and Sunday, so Monday 27 and Tuesday 28; New Year a Saturday, so Monday 3 January.
    # 21 22 23 24 | 29 30 31 | 4 5 6 7 | 10 11 12 13
    ("conference", date(2021, 12, 20), date(2022, 1, 13)),
    # Christmas 2022: a Sunday, so Tuesday 27, and Monday 26; New Year a Sunday, so Monday 2 January 2023.
    # 22 23 | 28 29 30 | 3 4 5 6 | 9
    ("core_group", date(2022, 12, 21), date(2023, 1, 9)),
    # Christmas 2026: Friday 25, Monday 28 for Boxing Day, Friday 1 January 2027.
    # 24 | 29 30 31 | 4 5 6 7 8 | 11 12 13 14 15 | 18 19 20 21 22 | 25
    ("looked_after_review_first", date(2026, 12, 23), date(2027, 1, 25)),
    # Easter 2024: Friday 29 March and Monday 1 April. 28 | 2 3 4 5 | 8 9 10 11 12
    ("core_group", date(2024, 3, 27), date(2024, 4, 12)),
    # Easter 2026: Friday 3 and Monday 6 April. 2 | 7 8 9 10 | 13 14 15 16 17 | 20 21 22 23 24
    ("conference", date(2026, 4, 1), date(2026, 4, 24)),
    # May 2020: the early holiday moved from Monday 4 to Friday 8 for VE Day; Monday 25.
    # 4 5 6 7 | 11 12 13 14 15 | 18 19 20 21 22 | 26
    ("conference", date(2020, 5, 1), date(2020, 5, 26)),
    # 2022: Monday 2 May; the spring holiday moved to Thursday 2 June, with Friday 3 June for the Jubilee.
    # 26 27 | 30 31 1 | 6 7 8 9 10
    ("core_group", date(2022, 5, 25), date(2022, 6, 10)),
    # 2022: Monday 19 September, the late Queen’s funeral. 16 | 20 21 22 23 | 26 27 28 29 30
    ("core_group", date(2022, 9, 15), date(2022, 9, 30)),
    # 2023: Monday 1 May, Monday 8 May for the Coronation, Monday 29 May.
    # 28 | 2 3 4 5 | 9 10 11 12 | 15 16 17 18 19 | 22
    ("conference", date(2023, 4, 27), date(2023, 5, 22)),
    # August 2025: Monday 25. 22 | 26 27 28 29 | 1 2 3 4 5
    ("core_group", date(2025, 8, 21), date(2025, 9, 5)),
    # 45 days from Monday 2 December 2024: December 3-6, 9-13, 16-20, 23, 24, 27, 30, 31 are 19; January 2, 3, 6-10,
    # 13-17, 20-24, 27-31 are 22, which makes 41; February 3, 4, 5, 6.
    ("assessment", date(2024, 12, 2), date(2025, 2, 6)),
    # The leap day is a Thursday. 28 29 1 | 4 5 6 7 8 | 11 12
    ("core_group", date(2024, 2, 27), date(2024, 3, 12)),
    # Day 0 on a Saturday, on a Sunday and on Good Friday is day 0 all the same. Monday is the first.
    ("concern_decision", date(2026, 3, 14), date(2026, 3, 16)),
    ("concern_decision", date(2026, 3, 15), date(2026, 3, 16)),
    ("concern_decision", date(2026, 4, 3), date(2026, 4, 7)),
    ("concern_decision", date(2027, 12, 24), date(2027, 12, 29)),
    # Months: to the same day, or the last of a shorter month; over the year’s end; from and to leap days.
    ("review_conference_first", date(2025, 11, 30), date(2026, 2, 28)),
    ("review_conference_first", date(2023, 11, 30), date(2024, 2, 29)),
    ("review_conference_first", date(2024, 2, 29), date(2024, 5, 29)),
    ("review_conference_next", date(2024, 8, 31), date(2025, 2, 28)),
    ("review_conference_next", date(2023, 8, 31), date(2024, 2, 29)),
    ("looked_after_review_next", date(2026, 7, 15), date(2027, 1, 15)),
    # Hours and days run over every holiday.
    ("return_interview", date(2025, 12, 24), date(2025, 12, 27)),
    ("duty_to_report_delay", date(2026, 12, 28), date(2027, 1, 4)),  # 3 of December, 4 of January
    ("school_file", date(2026, 12, 31), date(2027, 1, 5)),
    # The other clocks. 17 | 22 23 24 25 28 29 30 1 2 | 6 7 8 9 12: Easter 18 and 21 April 2025, and 5 May.
    ("conference_transfer_in", date(2025, 4, 16), date(2025, 5, 12)),
    ("looked_after_review_second", date(2026, 11, 30), date(2027, 2, 28)),
    # 24 | 27 30 31 | 2 3 | 6 7 8 9 10 | 13 14 15 16
    ("rapid_review", date(2024, 12, 23), date(2025, 1, 16)),
    ("local_practice_review", date(2027, 8, 31), date(2028, 2, 29)),
    ("nrm_reasonable_grounds", date(2026, 8, 26), date(2026, 9, 3)),  # 27 28 | 1 2 3: Monday 31 August is off
    ("nrm_recovery", date(2026, 2, 1), date(2026, 3, 3)),  # 27 of February, 3 of March
    ("nrm_recovery_to_2022", date(2022, 12, 12), date(2023, 1, 26)),  # 19 of December, 26 of January
]


@pytest.mark.parametrize(("clock", "start", "due"), WORKED)
def test_the_clocks_of_the_release_end_on_the_day_that_was_worked_by_hand(
    clock: str, start: date, due: date
) -> None:
    assert due_on(RELEASE.clock(clock), start) == due


def test_every_clock_was_worked_by_hand_and_has_a_source() -> None:
    assert {clock for clock, _start, _due in WORKED} == {clock.id for clock in RELEASE.clocks}
    assert all(clock.source and clock.confidence in ("A", "B") for clock in RELEASE.clocks)


@pytest.mark.parametrize(
    "holiday",
    [
        date(2020, 5, 8), date(2020, 12, 28), date(2021, 12, 27), date(2021, 12, 28), date(2022, 1, 3), date(2022, 6, 2),
        date(2022, 6, 3), date(2022, 9, 19), date(2022, 12, 27), date(2023, 1, 2), date(2023, 5, 1), date(2023, 5, 8),
        date(2023, 5, 29), date(2024, 3, 29), date(2024, 4, 1), date(2025, 4, 18), date(2025, 4, 21), date(2026, 4, 3),
        date(2026, 12, 28), date(2027, 12, 27), date(2027, 12, 28), date(2028, 1, 3),
    ],
)  # fmt: skip
def test_bank_holidays_of_england_are_no_working_days(holiday: date) -> None:
    assert not is_working_day(holiday)


@pytest.mark.parametrize(
    "ordinary",
    [
        date(2020, 5, 4),  # the early May holiday had moved away
        date(2022, 5, 30),  # and so had the spring one
        date(2026, 1, 2),  # off in Scotland alone
        date(2026, 3, 17),  # off in Northern Ireland alone
        date(2026, 8, 3),  # off in Scotland alone
        date(2026, 11, 30),  # off in Scotland alone
    ],
)
def test_days_off_elsewhere_are_working_days_in_england(ordinary: date) -> None:
    assert is_working_day(ordinary)


# ---- what starts, meets and ends a clock


def test_a_conference_meets_the_clock_of_the_enquiry_and_starts_the_next_two() -> None:
    found = told(
        Moment("strategy_discussion", date(2026, 3, 2)), Moment("conference_first", date(2026, 3, 20))
    )
    assert found == [
        ("conference", date(2026, 3, 23), date(2026, 3, 20), None),
        ("core_group", date(2026, 4, 7), None, None),  # 23-27, 30, 31, 1, 2 April, and over Easter the 7th
        ("review_conference_first", date(2026, 6, 20), None, None),
    ]


def test_a_conference_without_a_plan_starts_nothing() -> None:
    found = told(
        Moment("strategy_discussion", date(2026, 3, 2)), Moment("conference_no_plan", date(2026, 3, 25))
    )
    assert found == [("conference", date(2026, 3, 23), date(2026, 3, 25), None)]
    assert runs(
        Moment("strategy_discussion", date(2026, 3, 2)), Moment("conference_no_plan", date(2026, 3, 25))
    )[0].late_by(date(2026, 9, 1)) == 2  # fmt: skip


def test_an_enquiry_that_ended_leaves_nothing_due() -> None:
    (run,) = runs(Moment("strategy_discussion", date(2026, 3, 2)), Moment("enquiry_ended", date(2026, 4, 30)))
    assert (run.ended_on, run.is_running, run.late_by(date(2026, 9, 1))) == (date(2026, 4, 30), False, 0)


def test_a_conference_for_a_child_who_moved_in_has_its_own_clock() -> None:
    found = told(
        Moment("transfer_in_notice", date(2026, 3, 2)), Moment("conference_first", date(2026, 3, 23))
    )
    assert found[0] == ("conference_transfer_in", date(2026, 3, 23), date(2026, 3, 23), None)


def test_each_review_conference_meets_the_one_before_and_starts_the_next() -> None:
    found = told(
        Moment("conference_first", date(2026, 3, 20)),
        Moment("core_group", date(2026, 4, 8)),
        Moment("review_conference", date(2026, 6, 19)),
        Moment("review_conference", date(2026, 12, 21)),
        Moment("review_conference_last", date(2027, 6, 1)),
    )
    assert found == [
        ("core_group", date(2026, 4, 7), date(2026, 4, 8), None),
        ("review_conference_first", date(2026, 6, 20), date(2026, 6, 19), None),
        ("review_conference_next", date(2026, 12, 19), date(2026, 12, 21), None),
        ("review_conference_next", date(2027, 6, 21), date(2027, 6, 1), None),
    ]


def test_a_plan_that_ended_without_a_conference_ends_what_was_due_for_it() -> None:
    found = runs(
        Moment("conference_first", date(2026, 3, 20)), Moment("protection_plan_ended", date(2026, 3, 27))
    )
    assert all(run.ended_on == date(2026, 3, 27) for run in found)
    assert len(found) == 2


def test_looked_after_reviews_are_counted_from_when_the_child_became_looked_after() -> None:
    found = told(
        Moment("looked_after", date(2026, 1, 5)),
        Moment("looked_after_review", date(2026, 2, 2)),
        Moment("looked_after_review", date(2026, 4, 30)),
        Moment("looked_after_review", date(2026, 11, 2)),
        Moment("looked_after_ended", date(2026, 12, 1)),
    )
    assert found == [
        ("looked_after_review_first", date(2026, 2, 2), date(2026, 2, 2), None),
        ("looked_after_review_second", date(2026, 5, 2), date(2026, 4, 30), None),
        ("looked_after_review_next", date(2026, 10, 30), date(2026, 11, 2), None),
        ("looked_after_review_next", date(2027, 5, 2), None, date(2026, 12, 1)),
    ]


def test_a_child_who_becomes_looked_after_again_has_a_first_review_again() -> None:
    found = told(
        Moment("looked_after", date(2025, 1, 6)),
        Moment("looked_after_review", date(2025, 1, 20)),
        Moment("looked_after_ended", date(2025, 3, 3)),
        Moment("looked_after", date(2026, 1, 5)),
        Moment("looked_after_review", date(2026, 1, 19)),
    )
    assert [clock for clock, *_rest in found] == [
        "looked_after_review_first",
        "looked_after_review_second",
    ] * 2


def test_a_review_of_which_nobody_noted_the_beginning_starts_the_next_one() -> None:
    """The child was looked after long before this was noted here: at most six months apart is the rule that holds."""
    assert told(Moment("looked_after_review", date(2026, 2, 2))) == [
        ("looked_after_review_next", date(2026, 8, 2), None, None)
    ]


def test_two_moments_of_one_day_are_read_in_the_order_of_the_table() -> None:
    day = date(2026, 3, 2)
    found = told(Moment("conference_first", day), Moment("strategy_discussion", day))
    assert found[0] == ("conference", date(2026, 3, 23), day, None)


def test_what_was_before_a_clock_began_does_not_meet_it() -> None:
    found = told(Moment("core_group", date(2026, 3, 2)), Moment("conference_first", date(2026, 3, 20)))
    assert found[0] == ("core_group", date(2026, 4, 7), None, None)


# ---- effective dates


@pytest.mark.parametrize(
    ("on", "clock", "due"),
    [
        (
            date(2022, 12, 12),
            "nrm_recovery_to_2022",
            date(2023, 1, 26),
        ),  # 45 days: 19 of December, 26 of January
        (date(2022, 12, 13), "nrm_recovery", date(2023, 1, 12)),  # 30 days: 18 of December, 12 of January
        (date(2026, 2, 1), "nrm_recovery", date(2026, 3, 3)),  # 27 of February, 3 of March
    ],
)
def test_the_clock_in_force_on_the_day_it_starts_is_the_one_that_runs(
    on: date, clock: str, due: date
) -> None:
    run = rules.begin(RELEASE, ("nrm_recovery", "nrm_recovery_to_2022"), on)
    assert run is not None
    assert (run.clock, run.due_on, run.given, run.late_by(date(2030, 1, 1))) == (clock, due, True, 0)


def test_a_moment_before_its_clock_was_in_force_starts_nothing_and_one_within_keeps_it() -> None:
    """Also where the clock has ended since: what began under a rule ends under it."""
    conference = replace(
        RELEASE.clock("conference"), effective_from=date(2026, 3, 2), effective_to=date(2026, 3, 3)
    )
    others = tuple(clock for clock in RELEASE.clocks if clock.id != "conference")
    changed = replace(RELEASE, clocks=(conference, *others))
    for day, begins in ((1, 0), (2, 1), (3, 1), (4, 0)):
        moment = Moment("strategy_discussion", date(2026, 3, day))
        assert len(rules.runs_of([moment], {RELEASE.id: changed})) == begins


def test_every_clock_of_the_release_is_started_by_a_moment_or_drawn_from_the_record() -> None:
    started = {clock for rule in rules.rules() for clock in rule.clocks}
    assert started | rules.drawn() == {clock.id for clock in RELEASE.clocks}
    assert not started & rules.drawn()


def test_the_table_names_no_moment_that_it_does_not_have() -> None:
    named = {
        kind
        for rule in rules.rules()
        for kind in (rule.starts, *rule.met_by, *rule.ends_with, *filter(None, [rule.since]))
    }
    assert named == set(rules.kinds())


# ---- whatever the moments


DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
MOMENTS = st.lists(st.builds(Moment, st.sampled_from(sorted(rules.kinds())), DAYS), max_size=12)


@given(MOMENTS, st.randoms())
def test_the_order_in_which_moments_are_noted_does_not_matter(moments: list[Moment], random: object) -> None:
    shuffled = list(moments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert runs(*moments) == runs(*shuffled)


@given(MOMENTS)
def test_a_clock_is_due_after_it_began_and_over_after_it_began(moments: list[Moment]) -> None:
    for run in runs(*moments):
        assert run.started_on is not None
        assert run.due_on > run.started_on
        assert run.due_on == due_on(RELEASE.clock(run.clock), run.started_on)
        assert run.met_on is None or run.ended_on is None
        for over in filter(None, (run.met_on, run.ended_on)):
            assert over >= run.started_on
        assert (run.stopped_by is None) == run.is_running
        assert run.stopped_by != run.started_by


@given(MOMENTS)
def test_a_working_day_clock_never_ends_on_a_day_off(moments: list[Moment]) -> None:
    for run in runs(*moments):
        if RELEASE.clock(run.clock).unit == "working_days":
            assert is_working_day(run.due_on)


@given(MOMENTS, DAYS)
def test_lateness_is_never_below_none_and_only_grows_while_it_runs(
    moments: list[Moment], today: date
) -> None:
    for run in runs(*moments):
        assert 0 <= run.late_by(today) <= run.late_by(today + timedelta(days=1))
