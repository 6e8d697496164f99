"""Who may do what with a referral, and when: the whole table."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.referral import rules
from heard.cases.referral.questions import asked, drawn_in, form_version, is_duty_to_notify, walk
from heard.cases.referral.rules import Move, ReferralState

TODAY = date(2026, 5, 1)
FORM = form_version()


def test_only_these_moves_are_possible():
    possible = {(state, move) for state, move in product(ReferralState, Move) if rules.after(state, move)}
    assert possible == {
        (ReferralState.DRAFT, Move.SEND),
        (ReferralState.RETURNED, Move.SEND),
        (ReferralState.WITH_REVIEWER, Move.RETURN),
        (ReferralState.WITH_REVIEWER, Move.AGREE),
    }


@pytest.mark.parametrize("state", ReferralState)
def test_what_can_be_changed_cannot_be_taken_out_and_the_other_way_round(state):
    change = rules.why_not_change(may_refer=True, state=state)
    take_out = rules.why_not_export(may_refer=True, state=state)
    assert change or take_out
    assert (change is None) == (state in rules.CHANGEABLE)
    assert (take_out is None) == (state == ReferralState.REVIEWED)


def test_without_the_permission_nothing_is_possible():
    no = {"may_refer": False}
    assert rules.why_not_start(**no, case_is_open=True, has_unreviewed=False, has_reviewed=False)
    assert rules.why_not_change(**no, state="draft")
    assert rules.why_not_copy(**no, state="reviewed", has_unreviewed=False)
    assert rules.why_not_send(**no, state="draft", unanswered=0, has_words=True, why_no_words="")
    assert rules.why_not_review(**no, state="with_reviewer", wrote_in_it=False)
    assert rules.why_not_export(**no, state="reviewed")
    assert rules.why_not_reference(**no, submitted_on=TODAY)
    assert rules.why_not_submitted(**no, state="reviewed", was=None, on=TODAY, reviewed_on=TODAY, today=TODAY)
    assert rules.why_not_decided(
        **no,
        submitted_on=TODAY,
        reasonable_on=None,
        stage="reasonable",
        on=TODAY,
        today=TODAY,
        to_notify=False,
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"state": "with_reviewer"}, "once somebody else has reviewed"),
        ({"was": TODAY}, "noted already"),
        ({"on": None}, "Give the day"),
        ({"on": TODAY + timedelta(days=1)}, "a day to come"),
        ({"on": TODAY - timedelta(days=1)}, "reviewed after that day"),
    ],
)
def test_when_a_submission_is_not_noted(given, words):
    usual = {
        "may_refer": True,
        "state": "reviewed",
        "was": None,
        "on": TODAY,
        "reviewed_on": TODAY,
        "today": TODAY,
    }
    assert rules.why_not_submitted(**usual) is None
    assert words in rules.why_not_submitted(**usual | given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"submitted_on": None}, "First note when"),
        ({"to_notify": True}, "has no decision"),
        ({"on": None}, "Give the day"),
        ({"on": TODAY + timedelta(days=1)}, "a day to come"),
        ({"on": TODAY - timedelta(days=9)}, "older than the referral"),
        ({"stage": "conclusive"}, "reasonable grounds decision first"),
        (
            {"stage": "conclusive", "reasonable_on": TODAY, "on": TODAY - timedelta(days=1)},
            "older than the one on",
        ),
    ],
)
def test_when_a_decision_is_not_noted(given, words):
    usual = {
        "may_refer": True,
        "submitted_on": TODAY - timedelta(days=5),
        "reasonable_on": None,
        "stage": "reasonable",
        "on": TODAY,
        "today": TODAY,
        "to_notify": False,
    }
    assert rules.why_not_decided(**usual) is None
    assert words in rules.why_not_decided(**usual | given)


@given(st.text(max_size=200), st.integers(0, 200))
def test_a_text_is_too_long_by_what_is_beyond_the_limit(text, limit):
    over = rules.length(text) - limit
    assert (
        rules.why_too_long(text, limit) == ((rules.why_too_long(text, limit) or ("", 0))[0], over)
        if over > 0
        else True
    )
    assert rules.length(text + "🙂") == rules.length(text) + 2


@pytest.mark.parametrize("age", ["yes", "not-sure"])
def test_nobody_under_18_and_nobody_who_may_be_is_asked_for_consent(age):
    for consent in ("yes", "no", ""):
        answers = {"pv-under-age": age, "pv-want-to-submit-nrm": consent}
        ids = {question.id for question in asked(FORM, answers)}
        assert not ids & {"pv-want-to-submit-nrm", "refuse-nrm", "does-pv-need-support", "who-contact"}
        assert "pv-name-first-name" in ids
        assert not is_duty_to_notify(FORM, answers)


def test_an_adult_who_refuses_is_a_duty_to_notify_and_nameless_unless_they_work_with_the_authorities():
    answers = {"pv-under-age": "no", "pv-want-to-submit-nrm": "no", "authorities-cooperation": "no"}
    assert is_duty_to_notify(FORM, answers)
    ids = {question.id for question in asked(FORM, answers)}
    assert "refuse-nrm" in ids
    assert not {name for name in ids if name.startswith(("pv-name", "pv-contact"))}
    named = {question.id for question in asked(FORM, answers | {"authorities-cooperation": "yes"})}
    assert {"pv-name-first-name", "pv-contact-details"} <= named


def test_age_at_the_time_is_asked_of_adults():
    name = "pv-under-age-at-time-of-exploitation"
    for age, wanted in (("no", True), ("yes", False), ("not-sure", False), ("", False)):
        assert (name in {question.id for question in asked(FORM, {"pv-under-age": age})}) == wanted


@given(st.data())
def test_a_page_draws_whatever_its_section_asks(data):
    answers = {
        name: data.draw(st.sampled_from([*question.choices, ""]))
        for name, question in FORM.questions.items()
        if question.kind == "one"
    }
    ids = {question.id for question in asked(FORM, answers)}
    drawn = {question.id for part in FORM.sections for question in drawn_in(FORM, part.id, answers)}
    assert ids <= drawn
    assert walk(FORM, answers)[-1].id == "/confirm"


def test_every_part_of_the_form_is_a_section_and_every_section_is_used():
    assert {step.section for step in FORM.steps.values()} == {part.id for part in FORM.sections}
