"""The plan's rules as truth tables, with the sentence that the user reads."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.plan import rules
from heard.cases.plan.rules import Step
from heard.knowledge import load

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
    ("given", "why"),
    [
        ({}, None),
        ({"may_plan": False}, "Your role does not write plans."),
        ({"state": "agreed"}, rules.NOT_CHANGEABLE),
        ({"state": "replaced"}, rules.NOT_CHANGEABLE),
        ({"state": "ended"}, rules.NOT_CHANGEABLE),
        ({"case_is_open": False}, "This case is closed. Open it again before the plan is changed."),
    ],
)
def test_who_may_change(given: dict[str, Any], why: str | None) -> None:
    usual = {"state": "draft", "case_is_open": True, "may_plan": True}
    assert rules.why_not_change(**(usual | given)) == why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_plan": False}, "Your role does not write plans."),
        ({"state": "agreed"}, rules.NOT_CHANGEABLE),
        ({"reason": " "}, "Say why the draft is discarded."),
    ],
)
def test_what_is_discarded(given: dict[str, Any], why: str | None) -> None:
    assert (
        rules.why_not_discard(**({"state": "draft", "may_plan": True, "reason": "Not needed"} | given)) == why
    )


READY = {
    "state": "draft",
    "case_is_open": True,
    "may_plan": True,
    "has_signed_assessment": True,
    "outcomes": [[DO]],
    "has_words": True,
    "why_no_words": "",
    "review_on": date(2026, 6, 10),
    "latest_by": None,
    "today": TODAY,
}
UNHEARD = "Add what the child says about this plan, or say why their view is not there."
BEFORE = TODAY - timedelta(days=1)
OVER = "An action is to be done by a day before today. Give it a day that can be kept."
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
            rules.UNSIGNED,
        ),
        ({"outcomes": []}, "Add at least one outcome: what will be different for the child."),
        (
            {"outcomes": [[DO], []]},
            "Each outcome needs at least one action. Add one, or take the outcome out.",
        ),
        ({"outcomes": [[DO, Step(has_owner=False, due_on=TODAY)]]}, NEEDS_BOTH),
        ({"outcomes": [[DO, Step(has_owner=True, due_on=None)]]}, NEEDS_BOTH),
        ({"outcomes": [[DO, Step(has_owner=True, due_on=BEFORE)]]}, OVER),
        ({"outcomes": [[Step(has_owner=True, due_on=BEFORE, was_due_on=TODAY)]]}, OVER),
        ({"outcomes": [[Step(has_owner=True, due_on=BEFORE, was_due_on=BEFORE)]]}, None),
        ({"has_words": False}, UNHEARD),
        ({"has_words": False, "why_no_words": " "}, UNHEARD),
        ({"has_words": False, "why_no_words": "Wants to talk on Friday"}, None),
        ({"review_on": None}, "Give the date on which this plan will be reviewed."),
        ({"review_on": TODAY}, "The review date has to be after today."),
        ({"latest_by": date(2026, 6, 10)}, None),
        (
            {"latest_by": date(2026, 6, 9)},
            "The review is later than its deadline allows. Choose the day that stands beside it, or one before.",
        ),
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
        ({"progress": "replaced"}, "This action is finished already."),
        ({"done_on": TODAY + timedelta(days=1)}, "The day is in the future. Write it down when it is done."),
        ({"done_on": BEFORE}, "The day is before the action was written down. Check the date."),
        ({"done_on": BEFORE, "added_on": BEFORE}, None),
    ],
)
def test_which_actions_can_be_finished(given: dict[str, object], why: str | None) -> None:
    usual = {"plan_state": "agreed", "progress": "open", "outcome": "done", "note": "", "may_plan": True}
    usual |= {"added_on": TODAY, "done_on": TODAY, "today": TODAY}
    assert rules.why_not_finish_action(**(usual | given)) == why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "held", "clock"),
    [
        ("", 0, None),
        ("in_need", 3, None),
        ("care_leaver", 1, None),
        ("protection_plan", 0, "review_conference_first"),
        ("protection_plan", 1, "review_conference_next"),
        ("looked_after", 0, "looked_after_review_second"),
        ("looked_after", 1, "looked_after_review_second"),
        ("looked_after", 2, "looked_after_review_next"),
    ],
)
def test_which_clock_binds_the_next_review(status: str, held: int, clock: str | None) -> None:
    assert rules.clock_of_next(status, held=held) == clock
    assert clock is None or load.current().clock(clock)


@given(st.integers(min_value=-400, max_value=400))
def test_days_overdue_are_whole_days_after_the_due_date_and_never_below_nought(days: int) -> None:
    assert rules.days_overdue(TODAY - timedelta(days=days), TODAY) == max(days, 0)
