from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.insight.run.rules import kept_until, safe_name, why_not_open, why_not_reveal, why_not_start

TODAY = date(2026, 3, 1)
RIGHT = {
    "purpose": "Quarterly look",
    "basis": "public_task",
    "basis_words": "Children Act 2004, section 11",
    "keep_until": date(2026, 5, 30),
    "extracts": 1,
}


@pytest.mark.parametrize(
    ("answer", "value", "says"),
    [
        ("purpose", "  ", "Say what this run is for"),
        ("basis", "", "Choose the lawful basis"),
        ("basis", "consent", "Choose the lawful basis"),
        ("basis_words", " ", "Say which law"),
        ("keep_until", None, "Enter the last day"),
        ("keep_until", date(2026, 2, 28), "today or later"),
        ("keep_until", date(2027, 3, 3), "a year at most"),
        ("extracts", 0, "at least one extract"),
    ],
)
def test_a_run_says_why_on_what_basis_and_for_how_long_and_reads_something(
    answer: str, value: Any, says: str
) -> None:
    refusal = why_not_start(**RIGHT | {answer: value}, today=TODAY)
    assert refusal is not None
    assert refusal[0] == answer
    assert says in refusal[1]


@pytest.mark.parametrize("last", [TODAY, date(2027, 3, 2)])
def test_a_list_may_be_kept_from_today_to_a_year(last: date) -> None:
    assert why_not_start(**RIGHT | {"keep_until": last}, today=TODAY) is None


def test_a_run_of_the_first_release_is_kept_as_long_as_any() -> None:
    assert kept_until(None, date(2026, 3, 1)) == date(2027, 3, 2)
    assert kept_until(date(2026, 4, 1), date(2026, 3, 1)) == date(2026, 4, 1)


def test_nobody_is_named_without_a_reason() -> None:
    assert (
        why_not_reveal(reason=" ") == "Say why you need to know who this child is. It is kept in the record."
    )
    assert why_not_reveal(reason="Three agencies, none of which knows") is None


@pytest.mark.parametrize(
    ("state", "revealed", "already_open", "reason", "refusal"),
    [
        ("done", True, False, "Scattered signs", None),
        ("running", True, False, "Scattered signs", "This run has not finished. Wait for its list."),
        ("done", False, False, "Scattered signs", "Say first why you need to know who this child is."),
        (
            "done",
            True,
            True,
            "Scattered signs",
            "A worry was opened for this child from this list already.",
        ),
        ("done", True, False, "  ", "Give your reason for opening a worry."),
    ],
)
def test_a_concern_is_opened_once_by_a_person_with_a_reason(
    state: str, revealed: bool, already_open: bool, reason: str, refusal: str | None
) -> None:
    found = why_not_open(state=state, revealed=revealed, already_open=already_open, reason=reason)
    assert found == refusal


@given(st.text(), st.sets(st.text(max_size=5), max_size=5))
def test_an_uploaded_name_stays_in_its_folder_and_is_new(name: str, taken: set[str]) -> None:
    safe = safe_name(name, taken)
    assert safe
    assert safe not in taken
    assert not set(safe) & set("/\\\0")
    assert not safe.startswith(".")


def test_two_uploads_of_one_name_are_both_kept() -> None:
    assert safe_name("a b.csv", set()) == "a_b.csv"
    assert safe_name("C:\\x\\a b.csv", {"a_b.csv"}) == "a_b_2.csv"
