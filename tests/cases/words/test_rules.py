"""What may be written down about the child's words, as truth tables with the sentence that the user reads."""

from datetime import date

import pytest

from heard.cases.words import rules

TODAY = date(2026, 3, 10)
USUAL = {
    "is_corrected": False,
    "what_changed": "She sits with her friends now.",
    "told_on": date(2026, 3, 9),
    "told_by": "Sol Wright",
    "heard_on": date(2026, 3, 2),
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"told_on": None, "told_by": ""}, None),
        (
            {"is_corrected": True},
            "These words have been corrected. Write down what changed beside the newer ones.",
        ),
        (
            {"what_changed": " "},
            "Say what changed because of it. If nothing could change, say so, and why.",
        ),
        ({"told_on": None}, "Say on which day the child was told."),
        ({"told_by": " "}, "Say who told the child."),
        ({"told_on": date(2026, 3, 1)}, "The child was told before they were heard. Check both dates."),
        (
            {"told_on": date(2026, 3, 11)},
            "The day is in the future. Write it down once the child has been told.",
        ),
    ],
)
def test_what_an_answer_needs(given: dict, why: str | None) -> None:
    assert rules.why_not_answer(**(USUAL | given)) == why
