"""The rules of supervision as truth tables, with the sentence that the user reads."""

from datetime import date

import pytest

from heard.cases.supervision import rules
from heard.cases.supervision.models import Supervision
from heard.cases.supervision.rules import SupervisionState

TODAY = date(2026, 3, 10)
ASK = "asked"


def test_rules_and_table_speak_of_the_same_states() -> None:
    assert {state.value for state in SupervisionState} == set(Supervision.State.values)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"planned_on": TODAY}, None),
        ({"is_one_of_them": False}, "Supervision is begun by one of the two whom it is for."),
        ({"is_same": True}, "Choose somebody else: nobody supervises themselves."),
        ({"supervises": False}, "A supervisor holds supervision with the people of their own team. Choose one of the same team."),
        ({"under_way": True}, "The next supervision of you two is planned already. Go on with that one."),
        ({"planned_on": None}, "Choose the day of the supervision."),
        ({"planned_on": date(2026, 3, 9)}, "Choose today or a day to come."),
    ],
)  # fmt: skip
def test_who_begins_supervision_with_whom(given, why) -> None:
    usual = {"is_one_of_them": True, "is_same": False, "supervises": True, "under_way": False}
    assert rules.why_not_begin(**(usual | {"planned_on": date(2026, 3, 12), "today": TODAY} | given)) == why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"state": "held"}, None),
        ({"is_supervisor": False}, "The supervisor writes, with the worker beside them."),
        ({"state": "confirmed"}, rules.CONFIRMED_IS_FINAL),
        ({"state": "called_off"}, rules.CALLED_OFF),
        ({"held_on": None}, "Give the day on which you met."),
        ({"held_on": date(2026, 3, 11)}, "The day on which you met is in the future. Write the record once you have met."),
        ({"talked": " "}, "Write what you talked about."),
        ({"next_on": None}, "Agree the day of the next supervision."),
        ({"next_on": TODAY}, "The next supervision has to be after this one."),
    ],
)  # fmt: skip
def test_what_the_record_needs(given, why) -> None:
    usual = {"state": "planned", "is_supervisor": True, "held_on": TODAY, "talked": "Much"}
    assert rules.why_not_hold(**(usual | {"next_on": date(2026, 4, 7), "today": TODAY} | given)) == why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"is_one_of_them": False}, "Only the two whom this record belongs to say that they have read it."),
        ({"state": "planned"}, "Nothing has been written yet that could be read."),
        ({"state": "confirmed"}, rules.CONFIRMED_IS_FINAL),
        ({"has_confirmed": True}, "You have said already that you have read it."),
    ],
)
def test_who_says_that_it_was_read(given, why) -> None:
    usual = {"state": "held", "is_one_of_them": True, "has_confirmed": False}
    assert rules.why_not_confirm(**(usual | given)) == why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"is_written": False}, "Write the record of this supervision first."),
        ({"on_record": True}, "This decision is in the child’s record already."),
        ({"text": " "}, "Write the decision as it will stand in the child’s record."),
        ({"reason": " "}, "Give the reason for this decision."),
        ({"has_words": False}, "Add what the child says, or say why their view is not there."),
        ({"has_words": False, "why_no_words": "Not met yet"}, None),
    ],
)
def test_what_reaches_a_childs_record(given, why) -> None:
    usual = {"is_written": True, "on_record": False, "text": "a", "reason": "b", "has_words": True}
    assert rules.why_not_record(**(usual | {"why_no_words": ""} | given)) == why


@pytest.mark.parametrize("state", SupervisionState)
def test_what_each_state_allows(state) -> None:
    planned, confirmed = state == SupervisionState.PLANNED, state == SupervisionState.CONFIRMED
    assert (rules.why_not_prepare(state=state, is_worker=True) is None) == planned
    assert rules.why_not_prepare(state=state, is_worker=False) is not None
    assert (rules.why_not_move(state=state, planned_on=TODAY, today=TODAY) is None) == planned
    assert (rules.why_not_call_off(state=state, why=ASK) is None) == planned
    assert rules.why_not_call_off(state=state, why=" ") is not None
    assert (rules.why_not_correct(state=state, text=ASK) is None) == confirmed
    assert rules.why_not_correct(state=state, text=" ") is not None
    assert (rules.why_not_write(state=state, is_supervisor=True) is None) == (state in ("planned", "held"))
