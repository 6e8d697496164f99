"""When a child is missing, and until when the interview is due: the rules, on any day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.missing import rules

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Clock:
    amount: int
    unit: str


HOURS = Clock(72, "hours")


def at(day: int, hour: int = 12, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_seventy_two_hours_are_real_hours_when_the_clocks_go_forward() -> None:
    """Back on Friday 27 March 2026 at 22:00; the clocks go forward on Sunday: due on Monday at 23:00 on the clock."""
    back = datetime(2026, 3, 27, 22, tzinfo=LONDON)
    due = rules.interview_due(HOURS, back, LONDON)
    assert due.astimezone(LONDON).replace(tzinfo=None) == datetime(2026, 3, 30, 23)
    assert due - back.astimezone(UTC) == timedelta(hours=72)


def test_seventy_two_hours_are_real_hours_when_the_clocks_go_back() -> None:
    """Back on Friday 23 October 2026 at 22:00; due on Monday at 21:00 on the clock."""
    due = rules.interview_due(HOURS, datetime(2026, 10, 23, 22, tzinfo=LONDON), LONDON)
    assert due.astimezone(LONDON).replace(tzinfo=None) == datetime(2026, 10, 26, 21)


def test_a_clock_that_counts_days_ends_with_its_last_day() -> None:
    due = rules.interview_due(Clock(3, "days"), datetime(2026, 1, 5, 9, tzinfo=LONDON), LONDON)
    assert due.astimezone(LONDON).replace(tzinfo=None) == datetime(2026, 1, 9)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.integers(1, 200))
def test_hours_are_hours_whatever_the_wall_clock_does(back: datetime, hours: int) -> None:
    due = rules.interview_due(Clock(hours, "hours"), back.astimezone(LONDON), LONDON)
    assert due - back == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("passed", "span"),
    [
        (timedelta(minutes=59), rules.Span(59, "minutes")),
        (timedelta(hours=1), rules.Span(1, "hours")),
        (timedelta(hours=71, minutes=59), rules.Span(71, "hours")),
        (timedelta(hours=72), rules.Span(3, "days")),
        (timedelta(hours=-3), rules.Span(0, "minutes")),
    ],
)
def test_a_length_of_time_is_said_in_one_unit(passed: timedelta, span: rules.Span) -> None:
    assert rules.how_long(at(2), at(2) + passed) == span


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ((at(5), at(6)), None),
        ((at(4), at(5)), rules.OVERLAPS),  # ends in the other
        ((at(3), at(12)), rules.OVERLAPS),  # around all
        ((at(10), at(11)), None),  # begins when the other ends
        ((at(1), at(2)), None),
        ((at(1), None), rules.OVERLAPS),  # not over, and there is a later one
        ((at(12), None), None),
    ],
)
def test_two_episodes_of_one_child_never_overlap(period: rules.Period, why: str | None) -> None:
    others = [(at(4, 18), at(5)), (at(8), at(10))]
    assert rules.why_not_period(period=period, others=others) == why


def test_a_child_is_missing_once_at_a_time() -> None:
    assert rules.why_not_period(period=(at(9), None), others=[(at(4), None)]) == rules.HAS_OPEN


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1), timezones=st.just(UTC))
periods = st.tuples(moments, moments).filter(lambda pair: pair[0] < pair[1])


@given(periods, periods)
def test_to_overlap_goes_both_ways(one: rules.Period, other: rules.Period) -> None:
    assert rules.overlap(one, [other]) == rules.overlap(other, [one])


NOTED = {
    "may_note": True,
    "missing_from": at(2),
    "last_seen_where": "The bus stop",
    "last_seen_by": "Her carer",
    "reported_at": at(2, 14),
    "why_not_reported": "",
    "danger": "not_known",
    "danger_why": "",
    "now": at(3),
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"may_note": False}, "role"),
        ({"missing_from": None}, "from when"),
        ({"missing_from": at(4)}, "not come yet"),
        ({"last_seen_where": " "}, "seen last"),
        ({"last_seen_by": ""}, "by whom"),
        ({"reported_at": None}, "why they have not been told"),
        ({"reported_at": None, "why_not_reported": "She rang and is on her way"}, None),
        ({"reported_at": at(1)}, "before the child was missing"),
        ({"reported_at": at(4)}, "not come yet"),
        ({"danger": ""}, "in danger"),
        ({"danger": "yes"}, "what the danger is"),
        ({"danger": "yes", "danger_why": "A man who hurt her before"}, None),
    ],
)
def test_an_episode_says_what_those_who_look_need(change: dict, says: str | None) -> None:
    why = rules.why_not_note(**NOTED | change)
    assert why is None if says is None else says in (why or "")


FOUND = {
    "may_note": True,
    "missing_from": at(2),
    "found_at": at(3),
    "found_where": "At her aunt’s",
    "found_by": "Came back alone",
    "condition": "Tired and hungry",
    "check": "done",
    "check_note": "",
    "now": at(4),
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"may_note": False}, "role"),
        ({"found_at": None}, "when the child"),
        ({"found_at": at(5)}, "not come yet"),
        ({"found_at": at(2)}, "before being missing"),
        ({"found_where": ""}, "where the child was found"),
        ({"found_by": " "}, "by whom"),
        ({"condition": ""}, "how the child is"),
        ({"check": ""}, "police"),
        ({"check": "not_done"}, "why the police"),
        ({"check": "not_done", "check_note": "No officer was free"}, None),
    ],
)
def test_a_return_says_when_where_and_how_the_child_is(change: dict, says: str | None) -> None:
    why = rules.why_not_find(**FOUND | change)
    assert why is None if says is None else says in (why or "")


OFFERED = {
    "offered_at": at(4),
    "found_at": at(3),
    "outcome": "accepted",
    "by_whom": "Noor, advocate",
    "why": "",
    "now": at(5),
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"outcome": ""}, "answered"),
        ({"by_whom": ""}, "who offered"),
        ({"offered_at": at(2)}, "after the child is back"),
        ({"offered_at": None}, "after the child is back"),
        ({"offered_at": at(6)}, "after the child is back"),
        ({"outcome": "declined"}, "why not"),
        ({"outcome": "declined", "why": "Not with a stranger"}, None),
        ({"outcome": "not_offered"}, "offered each time"),
        ({"outcome": "not_offered", "why": "She moved away", "by_whom": "", "offered_at": None}, None),
    ],
)
def test_an_offer_says_what_the_child_answered_or_why_nobody_asked(change: dict, says: str | None) -> None:
    why = rules.why_not_offer(**OFFERED | change)
    assert why is None if says is None else says in (why or "")


HELD = {
    "held_at": at(4),
    "found_at": at(3),
    "where": "The youth centre",
    "with_whom": "Noor, advocate",
    "independent": "Works for a charity",
    "has_words": True,
    "since_return": True,
    "why_no_words": "",
    "was_reached": True,
    "now": at(5),
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"was_reached": False, "has_words": False, "why_no_words": "Rang"}, "no interview was held"),
        ({"held_at": None}, "day and the time"),
        ({"held_at": at(6)}, "once it has been held"),
        ({"held_at": at(2)}, "before the child was back"),
        ({"where": ""}, "where"),
        ({"with_whom": ""}, "by whom"),
        ({"independent": ""}, "independent"),
        ({"has_words": False}, "own words"),
        ({"since_return": False}, "before coming back"),
        ({"has_words": False, "why_no_words": "She did not want anything written"}, None),
    ],
)
def test_an_interview_asks_for_little_but_for_the_childs_words(change: dict, says: str | None) -> None:
    why = rules.why_not_hold(**HELD | change)
    assert why is None if says is None else says in (why or "")
