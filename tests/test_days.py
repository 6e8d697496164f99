"""Tests run on the day they say, and none that expects a year runs on today's."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from tests import days

WITH_A_YEAR = """
SAID: Final = "1 March 2026"

def test_text(db):
    assert "Due 1 March 2026" in page

def test_day(db):
    assert kept.day == date(2026, 3, 1)

def test_named(db):
    assert SAID in page

def test_in_a_browser(live_server):
    expect(page.get_by_text("31 October 2027")).to_be_visible()

def test_given_alone(db):
    tell(on=date(2026, 3, 1))
    assert told

def test_no_year(db):
    assert "cora.ordway2026" in page and "0.2026" in page and 2026.5 < size and today == timezone.localdate()
"""


def test_each_moment_comes_up_in_twelve_days() -> None:
    first = date(2026, 12, 6)
    assert {days.of_date(first + timedelta(n)) for n in range(12)} == set(days.MOMENTS)
    assert days.of_date(first) == days.of_date(first + timedelta(12))


def test_moments_are_where_something_begins_or_ends_in_london() -> None:
    local = {f"{moment.astimezone(ZoneInfo('Europe/London')):%-d %b %H:%M %Z}" for moment in days.MOMENTS}
    assert {
        "1 Jan 00:10 GMT",
        "31 Dec 23:50 GMT",
        "28 Mar 02:10 BST",
        "31 Oct 01:30 GMT",
        "29 Feb 12:00 GMT",
    } < local
    assert {f"{day} 12:00 BST" for day in ("31 Mar", "1 Apr", "1 Sep", "30 Sep", "1 Oct")} < local


def test_a_fixed_year_is_found_in_what_is_expected_alone() -> None:
    assert {name: found for name, found in days.years_expected(WITH_A_YEAR).items() if found} == {
        "test_text": {"2026"},
        "test_day": {"2026"},
        "test_named": {"2026"},
        "test_in_a_browser": {"2027"},
    }


@pytest.mark.parametrize(
    ("fixtures", "mark", "refused"),
    [
        (["db"], None, True),
        (["transactional_db"], None, True),
        ([], None, False),
        (["db"], SimpleNamespace(args=[date(2026, 11, 27)]), False),
    ],
)
def test_a_test_of_the_site_that_expects_a_year_needs_a_day(
    tmp_path: Any, fixtures: list[str], mark: Any, refused: bool
) -> None:
    file = tmp_path / "test_sample.py"
    file.write_text(WITH_A_YEAR)
    item: Any = SimpleNamespace(
        nodeid="test_sample.py::test_text[one]",
        name="test_text[one]",
        originalname="test_text",
        path=file,
        fixturenames=fixtures,
        get_closest_marker=lambda _name: mark,
    )
    if refused:
        with pytest.raises(pytest.UsageError, match=r"test_text expects"):
            days.refuse_fixed_years([item])
    else:
        days.refuse_fixed_years([item])


@pytest.fixture
def day_in_a_fixture() -> date:
    return timezone.localdate()


@pytest.mark.on_day(date(2028, 2, 29))
def test_a_test_and_its_fixtures_run_on_the_day_it_says(day_in_a_fixture: date, tmp_path: Any) -> None:
    assert (timezone.localdate(), timezone.localtime().hour) == (date(2028, 2, 29), 12)
    assert day_in_a_fixture == date(2028, 2, 29)
    (tmp_path / "file").touch()
    written = (tmp_path / "file").stat().st_mtime
    assert abs(written - days.behind() - timezone.now().timestamp()) < 60
