"""What an administrator may do now: each rule as a table of its facts and the sentence that the user reads."""

import itertools

import pytest

from heard.agencies import rules

LAST = "Somebody has to be an administrator. Make somebody else one first."


def test_a_partnership_begins_only_where_nobody_is() -> None:
    assert rules.why_not_begin(people=0) is None
    assert "Sign in as an administrator" in str(rules.why_not_begin(people=1))


def test_only_who_manages_may_manage() -> None:
    assert rules.why_not_manage(may_manage=True) is None
    assert "administrator" in str(rules.why_not_manage(may_manage=False))


@pytest.mark.parametrize(
    ("name", "taken", "sentence"),
    [
        ("Clinic", False, None),
        ("Clinic", True, "already"),
        ("", False, "Enter"),
        (" \t", False, "Enter"),
        ("", True, "Enter"),
    ],
)
def test_a_name_is_there_and_free(name: str, taken: bool, sentence: str | None) -> None:
    for why_not in (
        rules.why_not_add_agency(name=name, taken=taken),
        rules.why_not_add_team(name=name, taken=taken),
        rules.why_not_add_user(username=name, taken=taken),
    ):
        assert why_not is None if sentence is None else sentence in str(why_not)


@pytest.mark.parametrize(
    ("takes", "takes_now", "allowed"),
    [(True, True, True), (True, False, True), (False, False, True), (False, True, False)],
)
def test_worries_are_never_left_with_nobody(takes: bool, takes_now: bool, allowed: bool) -> None:
    why_not = rules.why_not_change_team(takes_worries=takes, takes_them_now=takes_now)
    assert (why_not is None) is allowed


def test_a_role_is_given_once() -> None:
    assert rules.why_not_give_role(has_it=False) is None
    assert "already" in str(rules.why_not_give_role(has_it=True))


@pytest.mark.parametrize(
    ("has_it", "only", "last", "sentence"),
    [
        (True, False, False, None),
        (True, True, False, "This is their only role."),
        (True, False, True, LAST),
        (True, True, True, LAST),
        (False, False, False, "not have this role"),
        (False, True, True, "not have this role"),
    ],
)
def test_a_role_is_taken_where_another_stays(
    has_it: bool, only: bool, last: bool, sentence: str | None
) -> None:
    why_not = rules.why_not_take_role(has_it=has_it, is_only_role=only, is_last_administrator=last)
    assert why_not is None if sentence is None else sentence in str(why_not)


def expected_of_switch_off(active: bool, self_: bool, last: bool, reason: str) -> str | None:
    if not active:
        return "already"
    if self_:
        return "yourself"
    if last:
        return LAST
    return None if reason.strip() else "Say why"


@pytest.mark.parametrize(
    ("active", "self_", "last", "reason"),
    list(itertools.product((True, False), (True, False), (True, False), ("left", "", "  "))),
)
def test_who_may_be_switched_off(active: bool, self_: bool, last: bool, reason: str) -> None:
    why_not = rules.why_not_switch_off(
        is_active=active, is_self=self_, is_last_administrator=last, reason=reason
    )
    sentence = expected_of_switch_off(active, self_, last, reason)
    assert why_not is None if sentence is None else sentence in str(why_not)


@pytest.mark.parametrize(
    ("active", "reason", "sentence"),
    [(False, "back", None), (False, " ", "Say why"), (True, "back", "already"), (True, "", "already")],
)
def test_who_may_be_switched_on(active: bool, reason: str, sentence: str | None) -> None:
    why_not = rules.why_not_switch_on(is_active=active, reason=reason)
    assert why_not is None if sentence is None else sentence in str(why_not)
