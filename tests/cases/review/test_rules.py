"""The review's rules as truth tables, with the sentence that the user reads."""

from datetime import date

import pytest

from heard.cases.review import rules

TODAY = date(2026, 3, 10)
HELD = {
    "plan_state": "agreed",
    "may_review": True,
    "has_draft": False,
    "held_on": TODAY,
    "agreed_on": date(2026, 1, 5),
    "today": TODAY,
    "what_changed": "She is back at school.",
    "has_words": True,
    "why_no_words": "",
    "decision": "continue",
    "reason": "It helps.",
    "next_review_on": date(2026, 6, 10),
}
UNHEARD = "Add what the child says now, or say why their view is not there."


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_review": False}, "Your role does not hold reviews."),
        ({"plan_state": "draft"}, "Only an agreed plan is reviewed."),
        ({"plan_state": "replaced"}, "Only an agreed plan is reviewed."),
        (
            {"has_draft": True},
            "A changed plan is being written. Agree that one first, then review it.",
        ),
        ({"held_on": None}, "Give the day on which the review was held."),
        (
            {"held_on": date(2026, 3, 11)},
            "The day of the review is in the future. Record it once it has been held.",
        ),
        ({"held_on": date(2026, 1, 4)}, "The day of the review is before the plan was agreed."),
        ({"what_changed": " "}, "Say what has changed for the child since the plan was agreed."),
        ({"has_words": False}, UNHEARD),
        ({"has_words": False, "why_no_words": "Away with family this week"}, None),
        ({"decision": ""}, "Choose how it goes on."),
        ({"decision": "close"}, "Choose how it goes on."),
        ({"reason": " "}, "Give the reason for this decision."),
        ({"next_review_on": None}, "Give the date of the next review."),
        ({"next_review_on": TODAY}, "The next review has to be after today."),
        ({"decision": "change_plan", "next_review_on": None}, "Give the date of the next review."),
        ({"decision": "change_plan"}, None),
        ({"decision": "step_down", "next_review_on": None}, None),
    ],
)
def test_what_a_review_needs(given: dict[str, object], why: str | None) -> None:
    assert rules.why_not_hold(**(HELD | given)) == why  # type: ignore[arg-type]
