"""When a worry can be told and decided on, as truth tables with the sentence that the user reads."""

import re
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from heard.cases.concern import rules
from heard.cases.concern.rules import ConcernState, Decision


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"words": "", "why_no_words": "Not in school today"}, None),
        ({"danger_now": "yes", "danger_done": "Called 999"}, None),
        ({"danger_now": "not_known"}, None),
        ({"may_tell": False}, "Your role does not let you tell a worry here. Call the duty team."),
        ({"has_team": False}, "You have no team yet. Ask your administrator to add you to one."),
        ({"seen_and_heard": "  "}, "Write what was seen and heard"),
        (
            {"words": " ", "why_no_words": " "},
            "Write the child’s own words, or say why there are none",
        ),
        ({"danger_now": ""}, "Say whether somebody is in danger now. “Not known” is an answer."),
        (
            {"danger_now": "yes", "danger_done": " "},
            "Somebody is in danger now: say what has been done about it",
        ),
        ({"about": "place", "words": "", "why_no_words": ""}, None),
        ({"unknown_items": {"S99"}}, "These signs are not in this release: S99"),
        (
            {"seen_without_evidence": ["S01"]},
            "Say when each sign was seen, who says so and in which words",
        ),
    ],
)
def test_when_a_worry_can_be_told(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {
        "may_tell": True,
        "has_team": True,
        "seen_and_heard": "Came to school upset",
        "danger_now": "no",
        "danger_done": "",
        "words": "I do not want to go home",
        "why_no_words": "",
    }
    assert rules.why_not_tell(**usual | change) == why  # type: ignore[arg-type]


def of(said: dict[str, object]) -> tuple[rules.Standing, rules.Chosen]:
    """Each fact where it belongs: how the worry stands, and what is chosen."""
    names = {field.name for field in fields(rules.Standing)}
    standing = {name: value for name, value in said.items() if name in names}
    chosen = {name: value for name, value in said.items() if name not in names}
    return rules.Standing(**standing), rules.Chosen(**chosen)  # type: ignore[arg-type]


STEP: dict[str, object] = {"step": "Visit the owner", "has_step_owner": True, "step_in_time": True}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"decision": "no_further_action"}, None),
        ({"decision": "other_agency", "has_other_agency": True}, None),
        ({"decision": "add_to_case", "has_open_case": True}, None),
        ({"has_words": False, "why_without_words": "Not safe to ask yet"}, None),
        ({"about": "group", "decision": "panel", "has_words": False}, None),
        ({"about": "place", "decision": "panel"}, None),
        ({"decision": "panel"}, "Choose what happens next"),
        ({"about": "place", "decision": "open_case"}, "Choose what happens next"),
        ({"about": "place", "decision": "step"} | STEP, None),
        ({"about": "place", "decision": "step"} | STEP | {"step": " "}, "Say what will be done"),
        ({"about": "place", "decision": "step"} | STEP | {"has_step_owner": False}, "Choose who will do it"),
        (
            {"about": "place", "decision": "step"} | STEP | {"step_in_time": False},
            "Choose by when it will be done: today or a day to come",
        ),
        ({"feedback": " "}, "Write what the person who told this will read"),
        ({"told_it": True, "feedback": "", "why_alone": "Nobody else is here until Monday"}, None),
        (
            {"told_it": True},
            "You told this worry yourself. Ask somebody else to decide, or say why nobody else can.",
        ),
        (
            {"may_decide": False},
            "A co-ordinator decides on a worry, or a supervisor of the agency that worries come to",
        ),
        (
            {"state": "decided"},
            "This worry has been decided already. A new worry about the same child, place or group can be told.",
        ),
        ({"decision": ""}, "Choose what happens next"),
        ({"decision": "shrug"}, "Choose what happens next"),
        ({"has_open_case": True}, "This child has an open case already. Add to that one."),
        ({"decision": "add_to_case"}, "This child has no open case. Open one."),
        ({"decision": "other_agency"}, "Choose the agency that takes this on"),
        ({"decision": "help", "help_with": "The school’s counsellor"}, None),
        ({"decision": "help", "help_with": "A youth group", "has_open_case": True}, None),
        ({"decision": "help", "help_with": " "}, "Say which help or service it is"),
        ({"decision": "help", "help_with": "Advice", "about": "place"}, "Choose what happens next"),
        ({"decision": "strategy", "strategy_in_time": True}, None),
        (
            {"decision": "strategy"},
            "Choose by when the strategy discussion is held: today or a day to come",
        ),
        ({"decision": "strategy", "strategy_in_time": True, "about": "group"}, "Choose what happens next"),
        ({"reason": " "}, "Give the reason for the decision"),
        (
            {"has_words": False},
            "Hear the child, or say why it is decided without the child’s own words.",
        ),
    ],
)
def test_when_a_worry_can_be_decided(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {
        "state": "told",
        "may_decide": True,
        "decision": "open_case",
        "reason": "Three signs in two weeks",
        "has_open_case": False,
        "has_other_agency": False,
        "has_words": True,
        "why_without_words": "",
        "feedback": "Thank you for telling",
    }
    assert rules.why_not_decide(*of(usual | change)) == why


def test_every_state_has_its_moves_and_a_decision_is_final() -> None:
    assert set(rules.MOVES) == set(ConcernState)
    assert rules.MOVES[ConcernState.DECIDED] == frozenset()


def test_a_child_with_a_case_gets_no_second_one() -> None:
    assert rules.decisions_open_to(has_open_case=True)[0] == Decision.ADD_TO_CASE
    assert Decision.OPEN_CASE not in rules.decisions_open_to(has_open_case=True)
    assert Decision.ADD_TO_CASE not in rules.decisions_open_to(has_open_case=False)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"is_owner": False, "may_decide": True}, None),
        ({"is_owner": False}, "Whoever said they would do it"),
        ({"state": "done"}, "finished already"),
        ({"outcome": "open"}, "whether it was done"),
        ({"note": " "}, "what changed"),
    ],
)
def test_when_a_step_can_be_finished(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {
        "state": "open",
        "is_owner": True,
        "may_decide": False,
        "outcome": "done",
        "note": "x",
    }
    answer = rules.why_not_finish_step(**usual | change)  # type: ignore[arg-type]
    assert answer is None if why is None else why in (answer or "")


def test_a_single_sentence_that_refuses_has_no_full_stop() -> None:
    """As on GOV.UK; where more than one sentence stands there, each has its stop."""
    source = Path(rules.__file__).read_text()
    said = re.findall(r'return f?"([^"]{12,})"', source)
    assert said
    for text in said:
        sentences = re.split(r"(?<=[.?!]) (?=[A-Z“])", text)
        assert text.endswith(".") == (len(sentences) > 1), text


NO_DECIDER = "A co-ordinator decides on a worry, or a supervisor of the agency that worries come to"
TOO_LATE = "A decision is put right within a working day. What has changed since belongs in the case, or in a new worry."


@pytest.mark.parametrize(
    ("change", "today", "why_corrected", "why"),
    [
        ({}, 5, "I read it wrongly", None),
        ({}, 6, "I read it wrongly", None),
        ({}, 7, "I read it wrongly", TOO_LATE),
        ({}, 5, " ", "Say why the decision is put right"),
        ({"state": "told"}, 5, "x", "This worry waits for a decision. Decide on it first."),
        ({"may_decide": False}, 5, "x", NO_DECIDER),
        ({"reason": " "}, 5, "x", "Give the reason for the decision"),
        ({"decision": "add_to_case"}, 5, "x", "This child has no open case. Open one."),
    ],
)
def test_when_a_decision_is_put_right(
    change: dict[str, object], today: int, why_corrected: str, why: str | None
) -> None:
    """Decided on Tuesday 5 May 2026: until the end of Wednesday."""
    usual: dict[str, object] = {
        "state": "decided",
        "may_decide": True,
        "decision": "open_case",
        "reason": "Three signs in two weeks",
        "has_open_case": False,
        "has_words": True,
        "feedback": "Thank you for telling",
    }
    when = {"decided_on": date(2026, 5, 5), "until": date(2026, 5, 6), "today": date(2026, 5, today)}
    found = rules.why_not_correct(*of(usual | change), **when, why=why_corrected)
    assert found == why


def test_each_of_several_children_has_a_case_of_their_own() -> None:
    for chosen in (Decision.OPEN_CASE, Decision.ADD_TO_CASE):
        assert rules.for_each(chosen, has_open_case=True) == Decision.ADD_TO_CASE
        assert rules.for_each(chosen, has_open_case=False) == Decision.OPEN_CASE
    assert rules.for_each(Decision.HELP, has_open_case=True) == Decision.HELP
    assert rules.why_not_decide_together(Decision.STEP)
    assert rules.why_not_decide_together(Decision.OPEN_CASE) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"may_decide": False}, "Whoever decides on a worry asks the person who told it"),
        (
            {"state": "decided"},
            "This worry has been decided. Ask for information in the child’s record instead.",
        ),
        ({"told_it": True}, "You told this worry yourself"),
        (
            {"teller_is_here": False},
            "The person who told this cannot sign in any longer. Ask their agency.",
        ),
        ({"text": " "}, "Write what you would like to know"),
    ],
)
def test_when_whoever_told_a_worry_is_asked(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {
        "state": "told",
        "may_decide": True,
        "told_it": False,
        "teller_is_here": True,
        "text": "Which car was it?",
    }
    assert rules.why_not_ask(**usual | change) == why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"is_teller": False}, "Whoever told the worry answers"),
        (
            {"is_answered": True},
            "You have answered this already. If you know more, tell another worry.",
        ),
        (
            {"is_ended": True},
            "The worry was decided meanwhile, so nobody waits for this answer. If you know more, tell another worry.",
        ),
        ({"text": " "}, "Write your answer. “I do not know” is an answer."),
    ],
)
def test_when_a_question_is_answered(change: dict[str, object], why: str | None) -> None:
    usual: dict[str, object] = {"is_teller": True, "is_answered": False, "is_ended": False, "text": "Grey"}
    assert rules.why_not_answer(**usual | change) == why  # type: ignore[arg-type]
