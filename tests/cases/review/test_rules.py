"""The review's rules as truth tables, with the sentence that the user reads."""

from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from heard.cases.review import rules
from heard.cases.review.rules import Held, Looked, Missing, Standing

TODAY = date(2026, 3, 10)
BETTER = Looked("better", "She walks home with Tess.", "Tess Archer, teacher", date(2026, 3, 5))
NOT_KNOWN = Looked("not_known")
HELD = {
    "plan_state": "agreed",
    "may_review": True,
    "has_draft": False,
    "held_on": TODAY,
    "agreed_on": date(2026, 1, 5),
    "today": TODAY,
    "what_changed": "She is back at school.",
    "took_part": "Sol Wright, social worker; Mina",
    "looked": [BETTER],
    "has_words": True,
    "why_no_words": "",
    "decision": "continue",
    "reason": "It helps.",
    "next_review_on": date(2026, 6, 10),
    "latest_by": None,
    "actions_open": 0,
    "is_missing": False,
    "evidence_days": 28,
}
TOO_LATE = (
    "The next review is later than its deadline allows. Choose the day that stands beside it, or one before."
)
EACH = "Say of each outcome whether it is better, the same, worse or not known."
EVIDENCE = "Say of each outcome what was seen, by whom and when; or mark it as not known."
FUTURE = "A day on which something was seen is in the future. Check the date."
STILL_TO_DO = "The plan has actions that are still to do. Say how each went, then end the plan."
UNKNOWN = "It is not known how every outcome stands. Find out first: help does not end on what is not known."
LONG_AGO = "The last review is too long ago to end help on it. Hold a review now."
TOO_OLD = "What was seen is too old to end help on it. See the child, then write down what you saw."
AWAY = "The child is missing now. Help does not end while nobody knows where the child is."
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
            "A changed plan is being written. Agree or discard that one first, then review it.",
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
        ({"latest_by": date(2026, 6, 10)}, None),
        ({"latest_by": date(2026, 6, 9)}, TOO_LATE),
        ({"decision": "change_plan", "latest_by": date(2026, 6, 9)}, TOO_LATE),
        ({"took_part": " "}, "Say who took part in the review."),
        ({"looked": [BETTER, Looked("")]}, EACH),
        ({"looked": [Looked("cured", "a", "b", TODAY)]}, EACH),
        ({"looked": [Looked("same", " ", "Tess", TODAY)]}, EVIDENCE),
        ({"looked": [Looked("worse", "She is afraid", "", TODAY)]}, EVIDENCE),
        ({"looked": [Looked("better", "She is calm", "Tess", None)]}, EVIDENCE),
        ({"looked": [Looked("better", "a", "b", date(2026, 3, 11))]}, FUTURE),
        ({"looked": [NOT_KNOWN]}, None),
        ({"decision": "step_down", "next_review_on": None}, None),
        ({"decision": "step_down", "latest_by": date(2026, 3, 11)}, None),
        ({"decision": "step_down", "actions_open": 1}, STILL_TO_DO),
        ({"decision": "step_down", "is_missing": True}, AWAY),
        ({"is_missing": True}, None),
        ({"decision": "step_down", "looked": [BETTER, NOT_KNOWN]}, UNKNOWN),
        ({"decision": "step_down", "held_on": date(2026, 2, 9)}, LONG_AGO),
        ({"decision": "step_down", "held_on": date(2026, 2, 10)}, None),
        ({"decision": "step_down", "evidence_days": 4}, TOO_OLD),
        ({"decision": "step_down", "evidence_days": 5}, None),
    ],
)
def test_what_a_review_needs(given: dict[str, object], why: str | None) -> None:
    said: dict[str, Any] = HELD | given
    standing, held = (
        {field.name: said.pop(field.name) for field in fields(kind)} for kind in (Standing, Held)
    )
    assert rules.why_not_hold(Standing(**standing), Held(**held), **said) == why


READY = {
    "is_open": True,
    "may_close": True,
    "is_missing": False,
    "worries_waiting": False,
    "unsigned": False,
    "has_draft": False,
    "actions_open": False,
    "had_plan": True,
    "looked": [BETTER],
    "held_on": TODAY,
    "signed_on": None,
    "worry_since": False,
}
UNPLANNED = {"had_plan": False, "looked": [], "held_on": None, "signed_on": TODAY}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, []),
        ({"may_close": False, "is_open": False}, [Missing.MAY]),
        ({"is_open": False, "worries_waiting": True}, [Missing.OPEN]),
        ({"worries_waiting": True}, [Missing.WORRY]),
        ({"is_missing": True}, [Missing.CHILD]),
        ({"is_missing": True, "worries_waiting": True}, [Missing.CHILD, Missing.WORRY]),
        ({"unsigned": True, "actions_open": True}, [Missing.ASSESSMENT, Missing.ACTION]),
        ({"has_draft": True, "unsigned": True}, [Missing.ASSESSMENT, Missing.DRAFT]),
        ({"held_on": None, "looked": []}, [Missing.REVIEW]),
        ({"held_on": date(2026, 2, 9)}, [Missing.REVIEW]),
        ({"looked": []}, [Missing.REVIEW]),
        ({"looked": [BETTER, NOT_KNOWN]}, [Missing.REVIEW]),
        ({"looked": [Looked("better", "a", "b", date(2026, 2, 9))]}, [Missing.REVIEW]),
        ({"worry_since": True}, [Missing.REVIEW]),
        (UNPLANNED, []),
        (UNPLANNED | {"signed_on": None}, [Missing.SIGNED]),
        (UNPLANNED | {"signed_on": date(2026, 2, 9)}, [Missing.SIGNED]),
        (UNPLANNED | {"worry_since": True}, [Missing.SIGNED]),
    ],
)
def test_what_has_to_be_done_before_a_case_is_closed(given, missing) -> None:
    found = rules.missing_before_closing(rules.Before(**(READY | given)), today=TODAY, evidence_days=28)
    assert [what for what, _text in found] == missing
    assert all(text.endswith(".") for _what, text in found)


SAID = {
    "missing": None,
    "has_words": True,
    "why_no_words": "",
    "reason": "She is safe.",
    "contact_afterwards": "Tess Archer",
    "told_child": "That she can ring.",
    "open_again_if": "She is away again.",
}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"missing": "A review first."}, "A review first."),
        ({"has_words": False}, "Add what the child says about closing, or say why their view is not there."),
        ({"has_words": False, "why_no_words": "Moved away"}, None),
        ({"reason": " "}, "Say why the case can be closed."),
        ({"contact_afterwards": ""}, "Say whom the child can turn to from now on."),
        ({"told_child": ""}, "Say what the child was told, by whom and when."),
        ({"open_again_if": ""}, "Say what would make you open the case again."),
    ],
)
def test_what_closing_needs(given, why) -> None:
    assert rules.why_not_close(**(SAID | given)) == why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_close": False}, "Only a co-ordinator or supervisor of the agency that led the case opens it again."),
        ({"is_closed": False}, "This case is open already."),
        ({"reason": ""}, "Say why the case opens again, so that its story can be followed."),
    ],
)  # fmt: skip
def test_what_opening_again_needs(given, why) -> None:
    assert rules.why_not_reopen(**({"is_closed": True, "may_close": True, "reason": "Away"} | given)) == why


def test_who_has_held_no_review_reads_that_and_not_that_it_is_too_long_ago() -> None:
    why = rules.why_not_current([], None, today=TODAY, evidence_days=28)
    assert why == "No review has been held yet, and help ends on one. Hold a review now."
