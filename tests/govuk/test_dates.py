"""A date typed in three boxes: forgiving in spelling, exact about what is wrong, and never a traceback."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.govuk.dates import Problem, read_date


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
