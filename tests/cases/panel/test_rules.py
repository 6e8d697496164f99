"""What stands in the way, what a theme is, and the file of an escalation."""

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.case.rules import TOO_FEW, due_on
from heard.cases.panel import rules
from heard.cases.panel.escalation import Policy, policy, read_policy

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 10)


def why_not_decide(**changed):
    usual = {
        "may_hold": True, "is_agreed": False, "day": DAY, "today": DAY, "decision": "Meet her", "reason": "She asked",
        "about_child": True, "has_words": True, "why_no_words": "",
    }  # fmt: skip
    return rules.why_not_decide(**usual | changed)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"may_hold": False}, "Whoever holds the panel"),
        ({"is_agreed": True}, "agreed"),
        ({"day": date(2026, 3, 3)}, "has not come"),
        ({"decision": " "}, "what was decided"),
        ({"reason": ""}, "reason"),
        ({"has_words": False}, "child’s own words"),
    ],
)
def test_a_decision_needs_what_it_says(changed, says):
    assert says in why_not_decide(**changed)


def test_a_decision_without_words_goes_with_a_reason_and_a_place_has_none():
    assert why_not_decide() is None
    assert why_not_decide(has_words=False, why_no_words="She wants to wait.") is None
    assert why_not_decide(about_child=False, has_words=False) is None


def why_not_hold(**changed):
    usual = {"may_hold": True, "state": "planned", "day": DAY, "today": DAY, "came": ["came"], "instead": []}
    return rules.why_not_hold(**usual | changed)


def test_who_is_missing_never_stands_in_the_way():
    assert why_not_hold(came=["absent", "apologies", "absent"]) is None
    assert why_not_hold(came=[]) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"may_hold": False},
        {"state": "held"},
        {"day": date(2026, 3, 3)},
        {"came": ["came", ""]},
        {"instead": [" "]},
    ],
)
def test_a_panel_is_not_held_twice_nor_before_its_day_nor_without_who_came(changed):
    assert why_not_hold(**changed)


def test_after_the_panel_only_those_who_hold_it_write_and_after_agreeing_nobody():
    def write(**changed):
        return rules.why_not_write(
            **{"takes_part": True, "may_hold": False, "state": "planned", "is_agreed": False} | changed
        )

    assert write() is None
    assert write(takes_part=False)
    assert write(state="held")
    assert write(state="held", may_hold=True) is None
    assert write(state="held", may_hold=True, is_agreed=True) == rules.AGREED_IS_FINAL


def test_minutes_are_agreed_once_at_a_later_panel():
    def agree(**changed):
        usual = {
            "may_hold": True,
            "state": "held",
            "is_agreed": False,
            "at_a_later_panel": True,
            "has_begun": True,
        }
        return rules.why_not_agree_minutes(**usual | changed)

    assert agree() is None
    for changed in (
        {"may_hold": False},
        {"state": "planned"},
        {"is_agreed": True},
        {"at_a_later_panel": False},
        {"has_begun": False},
    ):
        assert agree(**changed)


@given(st.dictionaries(st.text(max_size=3), st.lists(st.integers(0, 9))))
def test_a_theme_is_shared_by_enough_different_children(children):
    found = rules.themes(children)
    assert set(found) == {item for item, who in children.items() if len(set(who)) >= rules.SHARED_BY}
    assert rules.SHARED_BY > 2


@given(st.integers(0, 1000))
def test_a_small_number_of_children_is_never_said(number):
    assert rules.may_count(number) == (number > TOO_FEW)


@pytest.mark.parametrize(("orders", "minutes"), [([None], [1]), ([1], [0]), ([1], [rules.MOST_MINUTES + 1])])
def test_an_order_and_minutes_that_make_no_sense_are_refused(orders, minutes):
    assert rules.why_not_arrange(orders=orders, minutes=minutes)
    assert rules.why_not_arrange(orders=[1, 1], minutes=[None, 10]) is None


def test_a_panel_is_planned_with_a_time_a_place_and_a_chair_who_may():
    usual = {"may_hold": True, "starts_at": AT, "place": "Room 2", "chair_may": True}
    assert rules.why_not_plan(**usual) is None
    for name, wrong in (("may_hold", False), ("starts_at", None), ("place", " "), ("chair_may", False)):
        assert rules.why_not_plan(**usual | {name: wrong})


def test_the_last_step_of_a_disagreement_settles_it():
    usual = {
        "may_disagree": True, "is_open": True, "is_last": False, "outcome": "not_agreed", "who": "Sol and Tess",
        "reason": "Each sees it otherwise", "has_next_owner": True,
    }  # fmt: skip
    assert rules.why_not_take_step(**usual) is None
    assert "last step" in rules.why_not_take_step(**usual | {"is_last": True})
    assert (
        rules.why_not_take_step(**usual | {"is_last": True, "outcome": "agreed", "has_next_owner": False})
        is None
    )
    for name in ("who", "reason", "outcome"):
        assert rules.why_not_take_step(**usual | {name: ""})
    assert rules.why_not_take_step(**usual | {"has_next_owner": False})
    assert rules.why_not_take_step(**usual | {"is_open": False})


# ---- the steps as data


def test_our_steps_say_that_they_are_to_be_changed_and_name_no_law():
    ours = policy()
    assert ours.source == "local policy, change it"
    assert ours.after("managers").id == "leads"
    assert ours.after(ours.steps[-1].id) is None


def test_a_step_is_a_clock_of_working_days():
    step = read_policy("source: ours\nsteps: [{id: a, label: Talk, who: Both, days: 2}]").steps[0]
    assert due_on(step, date(2026, 4, 2)) == date(2026, 4, 8)  # Good Friday and Easter Monday lie between


def test_a_step_that_the_policy_has_no_more_is_followed_by_the_first():
    assert policy().after("was here once").id == policy().steps[0].id


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source: x", "`source`"),
        ("source: x\nsteps: []", "at least one step"),
        ("source: x\nsteps: [{id: a}]", "Step 1"),
        ("source: x\nsteps: [{id: a, label: b, who: c, days: soon}]", "`days`"),
        ("source: x\nsteps: [{id: a, label: b, who: c, days: true}]", "`days`"),
        ("source: x\nsteps: [{id: a, label: b, who: c, days: -1}]", "1 or more"),
        (
            "source: x\nsteps: [{id: a, label: b, who: c, days: 1}, {id: a, label: b, who: c, days: 1}]",
            "of its own",
        ),
        ("{", "no YAML"),
    ],
)
def test_a_file_that_is_wrong_says_what_is_wrong(text, says):
    with pytest.raises(ValueError, match=says):
        read_policy(text)


@given(st.text(max_size=80))
def test_any_text_is_a_policy_or_says_why_not(text):
    with suppress(ValueError):
        assert isinstance(read_policy(text), Policy)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="/nowhere"):
        policy("/nowhere")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, None),
        ({"lives_elsewhere": True}, "Finish it there"),
        ({"is_owner": False}, "Whoever said they would do it"),
        ({"is_owner": False, "may_hold": True}, None),
        ({"state": "done"}, "finished already"),
        ({"outcome": "open"}, "Choose whether it was done"),
        ({"note": " "}, None),
        ({"note": " ", "outcome": "not_done"}, "Write why it could not be done"),
    ],
)
def test_an_action_of_a_panel_is_finished_where_it_lives_by_whoever_does_it(changed, says):
    usual = {"is_owner": True, "may_hold": False, "state": "open", "outcome": "done", "note": "She is glad"}
    why_not = rules.why_not_finish_action(**{"lives_elsewhere": False} | usual | changed)
    assert (why_not is None) if says is None else says in why_not


def test_an_agency_is_involved_by_whoever_holds_the_panel_and_with_a_reason():
    assert rules.why_not_involve(may_hold=True, why="They know her aunt") is None
    assert "Whoever holds the panel" in rules.why_not_involve(may_hold=False, why="They know her aunt")
    assert "Say why the child needs" in rules.why_not_involve(may_hold=True, why=" ")
