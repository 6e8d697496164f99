"""The assessment's rules as truth tables, with the sentence that the user reads."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.assessment import rules
from heard.cases.assessment.rules import Move, SigningState

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("state", "move", "then"),
    [
        ("draft", Move.SUBMIT, SigningState.SUBMITTED),
        ("draft", Move.SIGN_OFF, None),
        ("draft", Move.SEND_BACK, None),
        ("submitted", Move.SUBMIT, None),
        ("submitted", Move.SIGN_OFF, SigningState.SIGNED),
        ("submitted", Move.SEND_BACK, SigningState.RETURNED),
        ("returned", Move.SUBMIT, SigningState.SUBMITTED),
        ("returned", Move.SIGN_OFF, None),
        ("returned", Move.SEND_BACK, None),
        ("signed", Move.SUBMIT, None),
        ("signed", Move.SIGN_OFF, None),
        ("signed", Move.SEND_BACK, None),
    ],
)
def test_each_move_leads_where_the_table_says(state: str, move: Move, then: SigningState | None) -> None:
    assert rules.after(state, move) == then


@given(st.lists(st.sampled_from(list(Move))))
def test_no_moves_lead_out_of_signed(moves: list[Move]) -> None:
    state: SigningState = SigningState.DRAFT
    signed = False
    for move in moves:
        state = rules.after(state, move) or state
        signed = signed or state is SigningState.SIGNED
        assert not signed or state is SigningState.SIGNED


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
SET_ASIDE = "A worry or a note says that this was seen. Say in words why you mark it differently."


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


PATTERN = {
    "reason": "He met them in the park",
    "setting": "",
    "settings": (),
    "childs_part": "harmed",
    "from_on": None,
    "to_on": None,
    "is_there_already": False,
}
SCHOOL = {"settings": ("school",)}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"reason": " "}, "Say what makes you think that this pattern fits."),
        (SCHOOL, "Choose the setting in which this is happening."),
        (SCHOOL | {"setting": "moon"}, "Choose the setting in which this is happening."),
        (SCHOOL | {"setting": "school"}, None),
        ({"childs_part": ""}, "Say in which way the child appears in it, or that it is not known yet."),
        ({"from_on": TODAY, "to_on": date(2026, 1, 1)}, "The end is before the beginning. Check both dates."),
        ({"from_on": TODAY, "to_on": TODAY}, None),
        ({"is_there_already": True}, rules.PATTERN_THERE_ALREADY),
    ],
)
def test_what_a_pattern_needs(given: dict[str, object], why: str | None) -> None:
    assert rules.why_not_choose_pattern(**(PATTERN | given)) == why


@pytest.mark.parametrize("part", rules.AssessmentPart)
def test_every_way_in_which_a_child_appears_is_as_good_as_any_other(part: rules.AssessmentPart) -> None:
    assert rules.why_not_choose_pattern(**(PATTERN | {"childs_part": part.value})) is None


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
    asked = {"state": state, "wrote_in_it": wrote, "may_sign_off": may, "reason": reason}
    assert rules.why_not_return(**asked, parts=["judgement"]) == why  # type: ignore[arg-type]


@pytest.mark.parametrize("parts", [[], ["the whole"], ["judgement", "the whole"]])
def test_sending_back_names_the_parts(parts: list[str]) -> None:
    asked = {"state": "submitted", "wrote_in_it": False, "may_sign_off": True, "reason": "What did she say?"}
    why = rules.why_not_return(**asked, parts=parts)  # type: ignore[arg-type]
    assert why == "Choose the parts that have to be looked at again"


def test_questions_need_somebody_and_a_day_before_it_is_sent() -> None:
    for questions in ([(False, True)], [(True, False)], [(True, True), (False, False)]):
        assert "nobody or no day" in str(rules.why_not_submit(**(WHOLE | {"questions": questions})))
    assert rules.why_not_submit(**(WHOLE | {"questions": [(True, True)]})) is None


def test_a_question_is_an_answer_to_what_is_marked_as_not_known() -> None:
    gap = WHOLE | {"not_known": 1, "what_is_not_known": ""}
    assert "who will find out" in str(rules.why_not_submit(**gap))
    assert rules.why_not_submit(**(gap | {"questions": [(True, True)]})) is None


def test_what_was_seen_before_is_spoken_of_again() -> None:
    assert "still seen" in str(rules.why_not_submit(**(WHOLE | {"seen_before_unmarked": True})))


@given(st.text(), st.text())
def test_neither_need_comes_before_the_other(one: str, other: str) -> None:
    """Swapping the two needs changes nothing: either both are there, or the same sentence asks for both."""
    asked = WHOLE | {"made_to_harm": True}
    straight = rules.why_not_submit(**(asked | {"needs": (one, other)}))
    turned = rules.why_not_submit(**(asked | {"needs": (other, one)}))
    assert straight == turned
    assert (straight is None) == bool(one.strip() and other.strip())


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"happened_on": None}, "Say on which day"),
        ({"source": " "}, "Say on which day"),
        ({"words": ""}, "Say on which day"),
        ({"happened_on": date(2027, 1, 1)}, "in the future"),
        ({"change": "no_longer"}, None),
        ({"change": "no_longer", "last_seen_on": None}, "Nobody has written down that it was seen"),
        ({"change": "no_longer", "happened_on": date(2026, 1, 31)}, "It was seen after that day"),
        ({"change": "not_seen", "last_seen_on": None}, None),
    ],
)
def test_what_an_entry_in_a_history_needs(given: dict[str, object], why: str | None) -> None:
    entry = {
        "change": "seen", "happened_on": TODAY, "source": "School", "words": "Away again",
        "last_seen_on": date(2026, 2, 1), "today": TODAY,
    }  # fmt: skip
    refusal = rules.why_not_add_evidence(**(entry | given))
    assert (refusal is None) if why is None else (why in str(refusal))


STATES = [None, "seen", "not_seen", "not_known"]


@pytest.mark.parametrize(
    ("before", "now", "since"),
    [
        (None, "seen", "new"),
        ("not_seen", "seen", "new"),
        ("not_known", "seen", "new"),
        ("seen", "seen", "still_seen"),
        ("seen", "not_seen", "no_longer"),
        ("seen", "not_known", "not_known_any_more"),
        ("not_seen", "not_known", "not_known_any_more"),
        ("not_known", "not_seen", "now_known"),
        (None, "not_seen", "now_known"),
        ("not_seen", "not_seen", "as_before"),
        ("not_known", "not_known", "as_before"),
        (None, "not_known", "as_before"),
        ("seen", None, "not_marked"),
        ("not_seen", None, "not_marked"),
        ("not_known", None, "not_marked"),
        (None, None, "as_before"),
    ],
)
def test_what_became_of_a_sign_between_two_assessments(
    before: str | None, now: str | None, since: str
) -> None:
    assert rules.since(before, now) == since


def test_every_pair_of_states_is_told() -> None:
    assert all(rules.since(before, now) in rules.Since for before in STATES for now in STATES)


def entry(change: str, on: date | None, noted: int, words: str = "x") -> rules.Entry:
    at = datetime(2026, 3, noted, tzinfo=UTC)
    return rules.Entry("S01", rules.Change(change), on, "School", words, None, at)


def test_a_sign_that_is_seen_on_a_later_day_is_seen_again() -> None:
    told = [entry("seen", date(2026, 2, 9), 5, "later"), entry("seen", date(2026, 2, 1), 2)]
    assert [one.change for one in rules.as_history(told)] == ["seen", "seen_again"]


def test_what_is_said_twice_is_one_entry_the_one_written_first() -> None:
    twice = [entry("seen", date(2026, 2, 1), 7), entry("seen", date(2026, 2, 1), 2)]
    [one] = rules.as_history(twice)
    assert one.noted_at.day == 2


def test_no_longer_seen_does_not_undo_that_it_was_seen() -> None:
    told = [entry("seen", date(2026, 2, 1), 2), entry("no_longer", date(2026, 2, 20), 3)]
    assert [one.change for one in rules.as_history(told)] == ["seen", "no_longer"]
    assert rules.last_seen_on(rules.as_history(told)) == date(2026, 2, 1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["seen", "no_longer", "not_seen", "not_known"]),
            st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2026, 3, 1))),
            st.integers(1, 28),
            st.sampled_from(["a", "b"]),
        )
    )
)
def test_a_history_is_by_day_says_each_thing_once_and_loses_nothing(told: list[tuple]) -> None:  # type: ignore[type-arg]
    entries = [entry(*one) for one in told]
    shown = rules.as_history(entries)
    days = [one.on or one.noted_at.date() for one in shown]
    assert days == sorted(days)
    plain = {rules.Change.SEEN_AGAIN: rules.Change.SEEN}
    said = [(plain.get(one.change, one.change), one.on, one.words) for one in shown]
    assert len(said) == len(set(said))
    assert set(said) == {(one.change, one.on, one.words) for one in entries}


def test_each_state_after_an_entry_is_one_of_the_three() -> None:
    assert set(rules.STATE_AFTER.values()) == {"seen", "not_seen", "not_known"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"has_person": True}, "Choose one of the people"),
        ({"name": " "}, "Choose one of the people"),
        ({"who": ""}, "who this is to the child"),
        ({"what_they_do": ""}, "what this person does"),
        ({"knows": ""}, "whether they know"),
    ],
)
def test_what_a_protective_person_needs(given: dict[str, object], why: str | None) -> None:
    person = {"has_person": False, "name": "Rosa", "who": "Aunt", "what_they_do": "Meets her", "knows": "yes"}
    refusal = rules.why_not_keep_protective_person(**(person | given))
    assert (refusal is None) if why is None else (why in str(refusal))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_assess": False}, "Your role"),
        ({"text": " "}, "what was found out"),
        ({"source": ""}, "who says so"),
        ({"found_on": None}, "the day"),
        ({"found_on": date(2027, 1, 1)}, "in the future"),
    ],
)
def test_what_a_finding_needs(given: dict[str, object], why: str | None) -> None:
    found = {
        "may_assess": True,
        "text": "Her aunt",
        "source": "She said so",
        "found_on": TODAY,
        "today": TODAY,
    }
    refusal = rules.why_not_find_out(**(found | given))
    assert (refusal is None) if why is None else (why in str(refusal))


def test_the_lists_wait_for_a_judgement_and_say_why() -> None:
    assert "do not stand in for it" in str(rules.why_not_open_lists(judgement=" \n"))
    assert rules.why_not_open_lists(judgement="She is groomed.") is None
