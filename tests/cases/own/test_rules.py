"""The child's own plan as truth tables; what a child may find hard to read; and who looked, by agency and role."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.agencies.rules import Role
from heard.cases.own import rules
from heard.cases.own.rules import Look

TODAY = date(2026, 3, 10)
GIVEN = {
    "plan_state": "agreed",
    "may_plan": True,
    "is_written": True,
    "given_on": TODAY,
    "given_by": "Sol Wright",
    "why_not": "",
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"may_plan": False}, "Your role does not write plans."),
        ({"plan_state": "draft"}, "A plan is given to the child once it is agreed."),
        (
            {"is_written": False},
            "Write the plan in plain words first, or say why the child is not given one.",
        ),
        ({"is_written": False, "given_on": None, "given_by": "", "why_not": "She is away"}, None),
        (
            {"given_on": None},
            "Say on which day the child was given the plan and by whom, or why not.",
        ),
        ({"given_by": " "}, "Say on which day the child was given the plan and by whom, or why not."),
        ({"given_on": date(2026, 3, 11)}, "The day is in the future. Write it down once it is given."),
    ],
)
def test_when_a_plan_is_given(given: dict, why: str | None) -> None:
    assert rules.why_not_give(**(GIVEN | given)) == why


@pytest.mark.parametrize(
    "text", ["We walk home with you.", "On Monday we talk.", "You can ring Sol at 5 pm."]
)
def test_plain_words_get_no_hint(text: str) -> None:
    assert rules.plain_hints(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A multi-agency assessment.", ["multi-agency", "assessment"]),
        ("The LAC team decides.", ["LAC"]),
        ("Assessment first: an assessment.", ["Assessment"]),
        ("The LAC team and the EHCP team ask the LAC team.", ["LAC", "EHCP"]),
        ("We " + "really " * 20 + "care.", ["We really really really really …"]),
    ],
)
def test_words_of_the_trade_and_long_sentences_get_a_hint(text: str, found: list[str]) -> None:
    assert [hint.found for hint in rules.plain_hints(text)] == found


@given(st.text(), st.sampled_from(["LAC", "multi-agency"]), st.text())
def test_a_word_of_the_trade_gets_its_hint_in_whatever_stands_around_it(
    before: str, word: str, after: str
) -> None:
    found = [hint.found for hint in rules.plain_hints(f"{before} {word} {after}")]
    assert word in found


def at(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def test_who_looked_is_told_by_agency_and_role_with_how_often_and_when_last() -> None:
    looks = [
        Look(1, "School", "practitioner", True, 3, at(1)),
        Look(1, "School", "practitioner", False, 1, at(4)),
        Look(2, "School", "practitioner", True, 2, at(2)),
        Look(3, "Police", "supervisor", True, 1, at(3)),
    ]
    lines = [
        (one.agency, one.role, one.people, one.read, one.wrote, one.last.day)
        for one in rules.who_looked(looks)
    ]
    assert lines == [("Police", "supervisor", 1, 1, 0, 3), ("School", "practitioner", 2, 5, 1, 4)]


@given(st.lists(st.builds(Look, st.integers(1, 4), st.sampled_from("AB"), st.sampled_from(["", "x"]), st.booleans(), st.integers(1, 9), st.just(at(1)))))  # fmt: skip
def test_no_look_is_lost(looks: list[Look]) -> None:
    lines = rules.who_looked(looks)
    assert sum(line.read + line.wrote for line in lines) == sum(look.times for look in looks)


def test_every_role_has_its_place() -> None:
    assert [rules.first_role({role.value}) for role in Role] == [role.value for role in Role]
    assert rules.first_role({"supervisor", "practitioner"}) == "practitioner"
    assert rules.first_role({"co-ordinator", "supervisor"}) == "supervisor"
    assert rules.first_role(set()) == ""
