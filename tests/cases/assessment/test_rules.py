"""The assessment's rules as truth tables, with the sentence that the user reads."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.assessment import rules
from heard.cases.assessment.rules import Move, State

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("state", "move", "then"),
    [
        ("draft", Move.SUBMIT, State.SUBMITTED),
        ("draft", Move.SIGN_OFF, None),
        ("draft", Move.SEND_BACK, None),
        ("submitted", Move.SUBMIT, None),
        ("submitted", Move.SIGN_OFF, State.SIGNED),
        ("submitted", Move.SEND_BACK, State.RETURNED),
        ("returned", Move.SUBMIT, State.SUBMITTED),
        ("returned", Move.SIGN_OFF, None),
        ("returned", Move.SEND_BACK, None),
        ("signed", Move.SUBMIT, None),
        ("signed", Move.SIGN_OFF, None),
        ("signed", Move.SEND_BACK, None),
    ],
)
def test_each_move_leads_where_the_table_says(state: str, move: Move, then: State | None) -> None:
    assert rules.after(state, move) == then


@given(st.lists(st.sampled_from(list(Move))))
def test_no_moves_lead_out_of_signed(moves: list[Move]) -> None:
    state: State = State.DRAFT
    signed = False
    for move in moves:
        state = rules.after(state, move) or state
        signed = signed or state is State.SIGNED
        assert not signed or state is State.SIGNED


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_assess": False}, "Your role does not write assessments."),
        ({"case_is_open": False}, "This case is closed. An assessment needs an open case."),
        (
            {"unsigned": True},
            "An assessment of this child has been started and is not signed off yet. Go on with that one.",
        ),
    ],
)
def test_who_may_start(given: dict[str, bool], why: str | None) -> None:
    assert (
        rules.why_not_start(**({"case_is_open": True, "unsigned": False, "may_assess": True} | given)) == why
    )


@pytest.mark.parametrize(
    ("state", "may_assess", "why"),
    [
        ("draft", True, None),
        ("returned", True, None),
        ("submitted", True, rules.WITH_THE_SUPERVISOR),
        ("signed", True, rules.SIGNED_IS_FINAL),
        ("draft", False, "Your role does not write assessments."),
    ],
)
def test_who_may_change(state: str, may_assess: bool, why: str | None) -> None:
    assert rules.why_not_change(state=state, may_assess=may_assess) == why


FUTURE = "The date is in the future. Give the day on which it was seen."
SET_ASIDE = "A worry says that this was seen. Say in words why you mark it differently."


@pytest.mark.parametrize(
    ("state", "seen_on", "source", "words", "told", "why"),
    [
        ("seen", TODAY, "School", "Away on Mondays", False, None),
        ("seen", None, "School", "Away on Mondays", False, rules.SEEN_NEEDS_EVIDENCE),
        ("seen", TODAY, " ", "Away on Mondays", False, rules.SEEN_NEEDS_EVIDENCE),
        ("seen", TODAY, "School", "", False, rules.SEEN_NEEDS_EVIDENCE),
        ("seen", date(2026, 3, 11), "School", "Away", False, FUTURE),
        ("not_seen", None, "", "", False, None),
        ("not_known", None, "", "", False, None),
        ("not_seen", None, "", "", True, SET_ASIDE),
        ("not_known", None, "", " ", True, SET_ASIDE),
        ("not_seen", None, "", "The register was wrong", True, None),
    ],
)
def test_what_a_mark_needs(
    state: str, seen_on: date | None, source: str, words: str, told: bool, why: str | None
) -> None:
    refusal = rules.why_not_note(
        state=state, seen_on=seen_on, source=source, words=words, told_as_seen=told, today=TODAY
    )
    assert refusal == why


@pytest.mark.parametrize(
    ("reason", "setting", "settings", "why"),
    [
        ("He met them in the park", "", (), None),
        (" ", "", (), "Say what makes you think that this pattern fits."),
        ("Two boys in her class", "", ("school",), "Choose the setting in which this is happening."),
        ("Two boys in her class", "moon", ("school",), "Choose the setting in which this is happening."),
        ("Two boys in her class", "school", ("school",), None),
    ],
)
def test_what_a_pattern_needs(reason: str, setting: str, settings: tuple[str, ...], why: str | None) -> None:
    assert rules.why_not_choose_pattern(reason=reason, setting=setting, settings=settings) == why


WHOLE = {
    "state": "draft",
    "judgement": "She is being groomed.",
    "has_words": True,
    "why_no_words": "",
    "marked": 3,
    "not_known": 0,
    "what_is_not_known": "",
}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"state": "returned"}, None),
        ({"state": "submitted"}, rules.WITH_THE_SUPERVISOR),
        ({"state": "signed"}, rules.SIGNED_IS_FINAL),
        (
            {"judgement": "  "},
            "Write your judgement first: what is happening to this child, and why you think so.",
        ),
        ({"has_words": False}, "Add the child’s own words, or say why they are not there."),
        (
            {"has_words": False, "why_no_words": " "},
            "Add the child’s own words, or say why they are not there.",
        ),
        ({"has_words": False, "why_no_words": "Not met yet"}, None),
        (
            {"marked": 0},
            "No sign and no vulnerability is marked yet. Mark what is seen, not seen and not known.",
        ),
        (
            {"not_known": 1},
            "Something is marked as not known. Say what is not known and who will find out.",
        ),
        ({"not_known": 1, "what_is_not_known": "Where he sleeps: the school nurse asks"}, None),
    ],
)
def test_what_has_to_be_there_before_it_is_submitted(given: dict[str, object], why: str | None) -> None:
    assert rules.why_not_submit(**(WHOLE | given)) == why  # type: ignore[arg-type]


OTHER_EYES = "You wrote in this assessment, so another supervisor has to read it and decide."
NOT_SENT = "This assessment has not been sent for sign-off yet."
ALREADY = "This assessment is signed off already."


@pytest.mark.parametrize(
    ("state", "wrote", "may", "why"),
    [
        ("submitted", False, True, None),
        ("submitted", True, True, OTHER_EYES),
        (
            "submitted",
            False,
            False,
            "Only a supervisor of the agency that leads the case can sign off an assessment.",
        ),
        ("draft", False, True, NOT_SENT),
        ("returned", False, True, NOT_SENT),
        ("signed", False, True, ALREADY),
    ],
)
def test_who_may_sign_off(state: str, wrote: bool, may: bool, why: str | None) -> None:
    assert rules.why_not_sign_off(state=state, wrote_in_it=wrote, may_sign_off=may) == why


@pytest.mark.parametrize(
    ("state", "wrote", "may", "reason", "why"),
    [
        ("submitted", False, True, "What did she say?", None),
        ("submitted", False, True, " ", "Say what has to be looked at again, so that the author can go on."),
        ("submitted", True, True, "What did she say?", OTHER_EYES),
        (
            "submitted",
            False,
            False,
            "What did she say?",
            "Only a supervisor of the agency that leads the case can send an assessment back.",
        ),
        ("draft", False, True, "What did she say?", NOT_SENT),
        ("signed", False, True, "What did she say?", ALREADY),
    ],
)
def test_who_may_send_back(state: str, wrote: bool, may: bool, reason: str, why: str | None) -> None:
    assert rules.why_not_return(state=state, wrote_in_it=wrote, may_sign_off=may, reason=reason) == why
