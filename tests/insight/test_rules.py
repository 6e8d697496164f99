import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.insight.run.rules import safe_name, why_not_open, why_not_reveal, why_not_start


@pytest.mark.parametrize(
    ("purpose", "extracts", "refusal"),
    [
        ("Quarterly look", 1, None),
        ("  ", 1, "Say what this run is for. It is kept with the result."),
        ("Quarterly look", 0, "Choose at least one extract from the folder, or upload one."),
    ],
)
def test_a_run_says_what_it_is_for_and_reads_something(
    purpose: str, extracts: int, refusal: str | None
) -> None:
    assert why_not_start(purpose=purpose, extracts=extracts) == refusal


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
