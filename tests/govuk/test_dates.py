"""A date typed in three boxes, and a time of day: forgiving in spelling, exact about what is wrong, and never a traceback."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.govuk.dates import Problem, moment_of, read_date, read_time

LONDON = ZoneInfo("Europe/London")


def read(day: str, month: str, year: str) -> date | Problem | None:
    return read_date(day, month, year, called="The date")


@pytest.mark.parametrize("month", ["7", "07", "July", "july", "Jul", "jul.", " JULY "])
def test_a_month_is_read_as_number_or_name(month: str) -> None:
    assert read("15", month, "2014") == date(2014, 7, 15)


def test_three_empty_boxes_are_no_date() -> None:
    assert read("", " ", "") is None


@pytest.mark.parametrize(
    ("typed", "sentence", "parts"),
    [
        (("15", "7", ""), "The date must include a year", ("year",)),
        (("", "7", "2014"), "The date must include a day", ("day",)),
        (("15", "", ""), "The date must include a month and a year", ("month", "year")),
        (("31", "2", "2014"), "31 February is not a date", ("day", "month")),
        (("29", "2", "2014"), "29 February 2014 is not a date", ("day", "year")),
        (("0", "2", "2014"), "The date must have a day from 1 to 31", ("day",)),
        (("15", "13", "2014"), "The date must have a month from 1 to 12, or its name", ("month",)),
        (("15", "Ju", "2014"), "The date must have a month from 1 to 12, or its name", ("month",)),
        (("15", "7", "14"), "The date must have a year of four digits, such as 2012", ("year",)),
        (("15", "7", "2199"), "The date must have a year from 1900 to 2100", ("year",)),
        (("15", "7", "٢٠١٤"), "The date must have a year of four digits, such as 2012", ("year",)),
    ],
)
def test_an_error_says_which_part_is_wrong(
    typed: tuple[str, str, str], sentence: str, parts: tuple[str, ...]
) -> None:
    assert read(*typed) == Problem(sentence, parts)


@given(st.text(), st.text(), st.text())
def test_no_typing_gives_a_traceback(day: str, month: str, year: str) -> None:
    assert isinstance(read(day, month, year), date | Problem | None)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_date_is_read_back(day: date) -> None:
    assert read(str(day.day), str(day.month), str(day.year)) == day


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("14:30", time(14, 30)),
        ("2.30pm", time(14, 30)),
        (" 2:30 PM ", time(14, 30)),
        ("1430", time(14, 30)),
        ("9 p.m.", time(21)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("noon", time(12)),
        ("midnight", time(0)),
        ("00:05", time(0, 5)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, read: time) -> None:
    assert read_time(text) == read


@pytest.mark.parametrize(
    "text", ["", "9", "25:00", "13pm", "0am", "12:60", "later", "1:2", "١٤:٣٠", "half past nine"]
)
def test_what_is_no_time_or_could_be_two_is_not_guessed(text: str) -> None:
    assert read_time(text) is None


@given(st.text(max_size=30))
def test_no_text_makes_the_reader_of_times_fail(text: str) -> None:
    read = read_time(text)
    assert read is None or isinstance(read, time)


@given(st.times().map(lambda one: one.replace(second=0, microsecond=0)))
def test_each_time_is_read_back_as_it_is_shown(one: time) -> None:
    assert read_time(f"{one:%H:%M}") == one


def test_an_hour_that_a_spring_night_skips_is_no_time() -> None:
    assert moment_of(date(2026, 3, 29), time(1, 30), LONDON) is None
    assert moment_of(date(2026, 3, 29), time(2, 0), LONDON) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_an_hour_that_an_autumn_night_has_twice_is_its_first() -> None:
    assert moment_of(date(2026, 10, 25), time(1, 30), LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
