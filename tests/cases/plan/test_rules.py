"""The plan's rules as truth tables, with the sentence that the user reads."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.plan import rules
from heard.cases.plan.rules import Step

TODAY = date(2026, 3, 10)
DO = Step(has_owner=True, due_on=TODAY)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_plan": False}, "Your role does not write plans."),
        ({"case_is_open": False}, "This case is closed. A plan needs an open case."),
        ({"has_draft": True}, "A plan for this child has been started. Go on with that one."),
        (
            {"has_agreed": True},
            "This child has an agreed plan. Hold a review and decide there to change it.",
        ),
    ],
)
def test_who_may_start(given: dict[str, bool], why: str | None) -> None:
    usual = {"case_is_open": True, "may_plan": True, "has_draft": False, "has_agreed": False}
    assert rules.why_not_start(**(usual | given)) == why


@pytest.mark.parametrize(
    ("state", "may_plan", "why"),
    [
        ("draft", True, None),
        ("draft", False, "Your role does not write plans."),
        ("agreed", True, rules.NOT_CHANGEABLE),
        ("replaced", True, rules.NOT_CHANGEABLE),
        ("ended", True, rules.NOT_CHANGEABLE),
    ],
)
def test_who_may_change(state: str, may_plan: bool, why: str | None) -> None:
    assert rules.why_not_change(state=state, may_plan=may_plan) == why


READY = {
    "state": "draft",
    "case_is_open": True,
    "may_plan": True,
    "has_signed_assessment": True,
    "outcomes": [[DO]],
    "has_words": True,
    "why_no_words": "",
    "review_on": date(2026, 6, 10),
    "today": TODAY,
}
UNHEARD = "Add what the child says about this plan, or say why their view is not there."
NEEDS_BOTH = "Each action needs a person who will do it and a date."


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_plan": False}, "Your role does not agree plans."),
        ({"case_is_open": False}, "This case is closed. Open it again before a plan is agreed."),
        ({"state": "agreed"}, "This plan has been agreed already."),
        (
            {"has_signed_assessment": False},
            "A supervisor has not signed off an assessment yet. A plan is agreed on a signed one.",
        ),
        ({"outcomes": []}, "Add at least one outcome: what will be different for the child."),
        (
            {"outcomes": [[DO], []]},
            "Each outcome needs at least one action. Add one, or take the outcome out.",
        ),
        ({"outcomes": [[DO, Step(has_owner=False, due_on=TODAY)]]}, NEEDS_BOTH),
        ({"outcomes": [[DO, Step(has_owner=True, due_on=None)]]}, NEEDS_BOTH),
        ({"has_words": False}, UNHEARD),
        ({"has_words": False, "why_no_words": " "}, UNHEARD),
        ({"has_words": False, "why_no_words": "Wants to talk on Friday"}, None),
        ({"review_on": None}, "Give the date on which this plan will be reviewed."),
        ({"review_on": TODAY}, "The review date has to be after today."),
    ],
)
def test_what_a_plan_needs_to_be_agreed(given: dict[str, object], why: str | None) -> None:
    assert rules.why_not_agree(**(READY | given)) == why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"outcome": "not_done", "note": "The place is full"}, None),
        (
            {"outcome": "not_done"},
            "Say why it could not be done, so that the review can look for another way.",
        ),
        ({"progress": "done"}, "This action is finished already."),
        ({"progress": "not_done"}, "This action is finished already."),
        ({"plan_state": "draft"}, "Actions can be finished in an agreed plan only."),
        ({"plan_state": "replaced"}, "Actions can be finished in an agreed plan only."),
        ({"may_plan": False}, "Your role does not change plans."),
    ],
)
def test_which_actions_can_be_finished(given: dict[str, object], why: str | None) -> None:
    usual = {"plan_state": "agreed", "progress": "open", "outcome": "done", "note": "", "may_plan": True}
    assert rules.why_not_finish_action(**(usual | given)) == why  # type: ignore[arg-type]


@given(st.integers(min_value=-400, max_value=400))
def test_days_overdue_are_whole_days_after_the_due_date_and_never_below_nought(days: int) -> None:
    assert rules.days_overdue(TODAY - timedelta(days=days), TODAY) == max(days, 0)
