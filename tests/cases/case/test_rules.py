"""What stands in the way of each thing that is done to a case, and the language that does not blame."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.case import rules
from heard.cases.case.rules import Observed

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("She is streetwise.", ["streetwise"]),
        ("He is street-wise and promiscuous", ["street-wise", "promiscuous"]),
        ("This is a lifestyle choice", ["lifestyle choice"]),
        ("They are placing themselves at risk", ["placing themselves at risk"]),
        ("putting herself at significant risk", ["putting herself at significant risk"]),
        ("Known for RISKY BEHAVIOUR", ["RISKY BEHAVIOUR"]),
        ("has been called a prostitute", ["prostitute"]),
        ("an older boyfriend waits outside", ["older boyfriend"]),
        ("does not engage with us", ["does not engage"]),
        ("She absconded twice", ["absconded"]),
        ("She came to school in tears and said that she was afraid to go home.", []),
        ("A man waits outside school in a car.", []),
        ("This could lead on to more. He led the group.", []),
        ("", []),
    ],
)
def test_blaming_words_get_a_hint_and_plain_ones_do_not(text: str, found: list[str]) -> None:
    assert [hint.found for hint in rules.language_hints(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The man is manipulative.", []),
        ("The man drives her home. He is manipulative.", []),
        ("The man who drives her home is manipulative.", []),
        ("The suspect claims he was at work.", []),
        ("Her uncle absconded before the trial.", []),
        ("She is manipulative.", ["manipulative"]),
        ("Mina is manipulative.", ["manipulative"]),
        ("A man waits outside. She is manipulative.", ["manipulative"]),
        ("A man waits outside. Mina is manipulative.", ["manipulative"]),
        ("The man says she is manipulative.", ["manipulative"]),
        ("The man talked to the girl. She claims she was afraid.", ["claims she was"]),
        ("The man is manipulative. She is manipulative too.", ["manipulative"]),
        ("The man says the girl is a prostitute.", ["prostitute"]),
    ],
)
def test_what_is_said_of_an_adult_or_a_suspect_gets_no_hint(text: str, found: list[str]) -> None:
    assert [hint.found for hint in rules.language_hints(text)] == found


def test_each_hint_has_a_better_way_and_a_reason() -> None:
    text = "promiscuous streetwise lifestyle choice risky behaviour prostitute manipulative out of control"
    hints = rules.language_hints(text)
    assert len(hints) == 7
    assert all(len(hint.better) > 10 and len(hint.why) > 10 for hint in hints)


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert all(hint.found in text for hint in rules.language_hints(text))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"may_decide": False}, "A co-ordinator or supervisor opens a case."),
        ({"has_open_case": True}, "This child has an open case already. Add to that one."),
        ({"has_lead_team": False}, "No team takes worries yet. Ask your administrator to name one."),
    ],
)
def test_when_a_case_can_be_opened(change: dict[str, bool], why: str | None) -> None:
    usual = {"may_decide": True, "has_open_case": False, "has_lead_team": True}
    assert rules.why_not_open_case(**usual | change) == why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"is_open": False}, "This case is closed. A trusted worker belongs to an open case."),
        ({"may_assign": False}, "A co-ordinator or supervisor names the trusted worker."),
        (
            {"worker_sees_child": False},
            "This worker does not see the child’s record. Let their team in first.",
        ),
    ],
)
def test_when_a_trusted_worker_can_be_named(change: dict[str, bool], why: str | None) -> None:
    usual = {"is_open": True, "may_assign": True, "worker_sees_child": True}
    assert rules.why_not_assign(**usual | change) == why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"text": " "}, "Write the child’s words as they were said."),
        ({"heard_by": ""}, "Say who heard the child."),
        ({"heard_on": None}, "Say on which day the child was heard."),
        (
            {"heard_on": date(2026, 3, 11)},
            "The child cannot have been heard on a day to come. Check the date.",
        ),
    ],
)
def test_when_words_can_be_kept(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {"text": "I want it to stop", "heard_by": "Tess", "heard_on": TODAY}
    assert rules.why_not_record_words(**usual | change, today=TODAY) == why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"text": ""}, "Write what to be careful about"),
        ({"why": ""}, "Say why the warning is there"),
        (
            {"review_on": TODAY},
            "Choose a day to come on which the warning is looked at again. Warnings end.",
        ),
    ],
)
def test_when_a_warning_can_be_noted(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {
        "text": "Call before visiting",
        "why": "Dog",
        "review_on": date(2026, 6, 1),
        "person_told": True,
        "why_not_told": "",
    }
    assert rules.why_not_warn(**usual | change, today=TODAY) == why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("observed", "lacks"),
    [
        (Observed("S01", "seen", TODAY, "School", "Away on Monday"), False),
        (Observed("S01", "seen", None, "School", "Away on Monday"), True),
        (Observed("S01", "seen", TODAY, " ", "Away on Monday"), True),
        (Observed("S01", "seen", TODAY, "School", ""), True),
        (Observed("S01", "not_seen"), False),
        (Observed("S01", "not_known"), False),
    ],
)
def test_only_a_sign_that_was_seen_needs_evidence(observed: Observed, lacks: bool) -> None:
    assert observed.lacks_evidence is lacks


def test_a_reference_is_short_random_and_never_taken_twice() -> None:
    taken: set[str] = set()
    for _ in range(50):
        reference = rules.new_reference("W", taken.__contains__)
        assert len(reference) == 9
        assert set(reference[2:]) <= set(rules.REFERENCE_LETTERS) | {"-"}
        taken.add(reference)
    assert len(taken) == 50
    assert not set(rules.REFERENCE_LETTERS) & set("AEIOU0125SZL")
