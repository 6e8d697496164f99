"""Our questions beside the Home Office's own form, where a copy of its steps and fields is at hand.

The walker here reads the form's own file and its own conditions, which are JavaScript; ours reads our file. They share
nothing but the names of steps and fields, and must take the same way with any answers.
"""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.cases.referral.questions import asked, form_version, walk

FORM = Path(__file__).parents[4] / "shared" / "data" / "nrm" / "nrm_form_fields_2026-04.json"
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not FORM.is_file(), reason="the samples in ../shared/data are not on this machine"),
]
# Pages that ask nothing: the start, the list of drafts, and the thanks at the end.
BEFORE, AFTER = {"/start", "/reports"}, {"/confirmation"}


@cache
def official():
    return json.loads(FORM.read_text())


def holds(condition, session):
    """A condition of the form: a field with its value, or the JavaScript of a function of the session, read as Python."""
    if isinstance(condition, dict):
        return session.get(condition["field"]) == condition["value"]
    body = re.sub(r"^req => \{?\s*(?:return)?", "", condition).rstrip("} \n;")
    body = re.sub(r"req\.sessionModel\.get\(('[\w-]+')\)\.length", r"len(session.get(\1))", body)
    body = re.sub(r"req\.sessionModel\.get\(('[\w-]+')\)", r"session.get(\1)", body)
    body = " ".join(body.replace("===", "==").replace("!==", "!=").replace("&&", "and").split())
    assert re.fullmatch(r"[\w\s.'()=!><-]+", body), f"a condition that this walker cannot read: {condition}"
    return eval(body, {"session": session, "len": len, "__builtins__": {}})


def session_of(answers):
    """What the form keeps: for somebody who is under 18, or may be, it answers the question on consent by itself
    (`apps/nrm/util/update-auto-referral.js` of the same source)."""
    session = {name: value for name, value in answers.items() if value}
    if session.get("pv-under-age") in ("yes", "not-sure"):
        session |= {"automatic-referral": True, "pv-want-to-submit-nrm": "yes"}
    session["files"] = session.get("upload-file", [])
    return session


def official_way(answers):
    session, steps = session_of(answers), official()["steps"]
    here, way = "/start", []
    while here:
        way.append(here)
        step = steps[here]
        # As the form's framework does it: of several forks that hold, the last one wins.
        leads = [fork["target"] for fork in step["forks"] if holds(fork["condition"], session)]
        here = leads[-1] if leads else step.get("next")
    return [step for step in way if step not in BEFORE | AFTER]


def our_way(answers):
    return [step.id for step in walk(form_version(), answers)]


def forking_fields():
    """Every field that a condition of the form names, with every answer that it has, and none."""
    named = set()
    for step in official()["steps"].values():
        for fork in step["forks"]:
            condition = fork["condition"]
            named |= (
                {condition["field"]}
                if isinstance(condition, dict)
                else set(re.findall(r"get\('([\w-]+)'\)", condition))
            )
    fields = official()["fields"]
    return {name: fields[name]["options"] for name in sorted(named & set(fields))}


def test_every_field_of_the_form_is_asked_or_said_to_be_unreachable():
    form = form_version()
    ours = {name for step in form.steps.values() for name in step.fields}
    assert ours == set(form.questions)
    assert ours | set(form.not_asked) == set(official()["fields"])
    assert not ours & set(form.not_asked)


def test_what_we_say_is_never_asked_is_on_no_way_through_the_form():
    steps, seen, todo = official()["steps"], set(), ["/start"]
    while todo:
        here = todo.pop()
        if here and here not in seen:
            seen.add(here)
            todo += [steps[here].get("next"), *(fork["target"] for fork in steps[here]["forks"])]
    reached = {name for step in seen for name in steps[step]["fields"]}
    assert not reached & set(form_version().not_asked)
    assert seen - BEFORE - AFTER == set(form_version().steps)


def test_every_step_asks_the_same_fields_in_the_same_order():
    for name, step in form_version().steps.items():
        assert list(step.fields) == official()["steps"][name]["fields"], name


def test_every_choice_every_dependent_field_and_every_length_is_the_forms():
    for name, question in form_version().questions.items():
        field = official()["fields"][name]
        if question.choices:
            assert list(question.choices) == field["options"], name
        if "dependent" in field:
            assert question.under == (field["dependent"]["field"], field["dependent"]["value"]), name
        rules = field.get("validate", [])
        rules = [rules] if isinstance(rules, str) else rules
        lengths = [
            rule["arguments"] for rule in rules if isinstance(rule, dict) and rule["type"] == "maxlength"
        ]
        for limit in lengths:
            assert question.limit == (limit[0] if isinstance(limit, list) else limit), name
        if question.kind not in ("tick", "files"):
            assert question.optional == ("required" not in rules), name


def test_both_ways_are_the_same_for_every_answer_to_every_condition():
    """Each fork both ways, with everything else unanswered and with the answers that lead furthest."""
    furthest = {"pv-under-age": "no", "pv-want-to-submit-nrm": "no", "authorities-cooperation": "yes"}
    for name, options in forking_fields().items():
        for value in [*options, None]:
            for rest in ({}, furthest, furthest | {"pv-want-to-submit-nrm": "yes"}):
                answers = rest | {name: value}
                assert our_way(answers) == official_way(answers), answers
    for files in ([], ["one"]):
        assert our_way({"upload-file": files}) == official_way({"upload-file": files})


@settings(max_examples=2_000, deadline=None)
@given(st.data())
def test_both_ways_are_the_same_for_any_answers(data):
    answers = {
        name: data.draw(st.sampled_from([*options, None]), label=name)
        for name, options in forking_fields().items()
    }
    answers["upload-file"] = data.draw(st.sampled_from([[], ["one"], ["one", "two"]]))
    assert our_way(answers) == official_way(answers)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_any_answers_ask_what_the_steps_on_the_way_hold(data):
    fields = official()["fields"]
    answers = {}
    for name, question in form_version().questions.items():
        if question.choices:
            answers[name] = data.draw(st.sampled_from([*question.choices, ""]), label=name)
    now = {question.id for question in asked(form_version(), answers)}
    held = {name for step in official_way(answers) for name in official()["steps"][step]["fields"]}
    assert now <= held
    for name in held - now:  # left out: under another answer, or answered by the form
        under = form_version().questions[name].under
        assert under or name == "pv-want-to-submit-nrm", (name, fields[name])
