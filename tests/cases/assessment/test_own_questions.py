"""A partnership's own questions: what their file may hold, what is refused and why, and what never changes."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment import actions, queries
from heard.cases.assessment.cli import questions as command
from heard.cases.assessment.models import QuestionSet
from heard.cases.assessment.own_questions import PLACES, WHY_NO_NUMBERS, kept_questions, read_own_questions

GOOD = """\
title: What Wexmoor asks
questions:
  - id: way_home
    part: child
    text: How would you like to get home?
    hint: Ask the child, not about the child.
    kind: text
  - id: who_asked
    part: signs
    text: Who asked the child?
    kind: choice
    choices: [Somebody the child chose, Somebody the child knows, Somebody new to the child]
  - id: told_on
    part: not-known
    text: When will the child hear back from us?
    kind: date
"""


def file(folder: Path, text: str, name: str = "ours.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> str:
    checked = read_own_questions(file(folder, text))
    assert checked.found is None
    return "\n".join(map(str, checked.faults))


def one(**changed: str) -> str:
    """A file with one question, some of whose fields are different."""
    fields = {"id": "way_home", "part": "child", "text": "How do you get home?", "kind": "text"} | changed
    lines = "\n".join(f"    {name}: {value}" for name, value in fields.items() if value)
    return f"title: Ours\nquestions:\n  -\n{lines}\n"


def test_a_good_file_is_read_as_it_stands(tmp_path):
    found = read_own_questions(file(tmp_path, GOOD)).found
    assert [(q.id, q.part, q.kind) for q in found.questions] == [
        ("way_home", "child", "text"), ("who_asked", "signs", "choice"), ("told_on", "not-known", "date"),
    ]  # fmt: skip
    assert found.questions[1].choices[0] == "Somebody the child chose"


def test_where_there_is_no_file_there_are_no_questions_and_no_fault(tmp_path):
    for place in (tmp_path, tmp_path / "absent.yaml"):
        checked = read_own_questions(place)
        assert (checked.found, checked.faults) == (None, ())


def test_the_files_of_a_folder_are_read_by_name_and_share_no_id(tmp_path):
    file(tmp_path, GOOD.replace("way_home", "first").split("  - id: who_asked")[0], "a.yaml")
    file(tmp_path, GOOD, "b.yaml")
    assert [q.id for q in read_own_questions(tmp_path).found.questions][:2] == ["first", "way_home"]
    file(tmp_path, GOOD, "c.yaml")
    assert "c.yaml, line 3, way_home: Another question has this id." in str(
        read_own_questions(tmp_path).faults[0]
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The file is empty."),
        ("- one\n", "Begin it with `title:` and `questions:`."),
        ("title: Ours\n", "There are no questions."),
        ("title: Ours\nquestions: []\n", "line 2: There are no questions."),
        ("title: [\n", "This is not YAML"),
        (one(id="Way Home"), "line 4, Way Home: The id is not lower-case"),
        (one(part="sums"), "“part” is “sums”. Use one of: judgement, child,"),
        (one(text=""), "“text” is not there or not text."),
        (one(colour="red"), "The field “colour” is not known."),
        (one(choices="[a, b]"), "Only a choice has choices."),
        (one(kind="choice"), "two to twenty different texts"),
        (one(kind="choice", choices="[Same, Same]"), "two to twenty different texts"),
        (one(kind="essay"), "“kind” is “essay”. Use one of: text, choice, date."),
        (one(hint="x" * 501), "longer than 500 characters"),
    ],
)
def test_a_fault_says_file_line_what_and_remedy(tmp_path, text, says):
    said = faults(tmp_path, text)
    assert says in said
    assert said.startswith("ours.yaml")


@pytest.mark.parametrize(
    "text",
    [
        *(one(kind=kind) for kind in ("number", "scale", "score", "total")),
        *(one(**{field: "3"}) for field in ("score", "points", "weight", "total", "threshold")),
        one(text="What is the total score?"),
        one(hint="Add them up at the end"),
        one(kind="choice", choices="[0, 1, 2]"),
        one(kind="choice", choices="['1 - low', '2 - high']"),
        one(kind="choice", choices="['3 = often', Never]"),
    ],
)
def test_numbers_and_totals_are_refused_with_the_reason(tmp_path, text):
    assert WHY_NO_NUMBERS in faults(tmp_path, text)


def test_a_choice_may_speak_of_days_and_times(tmp_path):
    text = one(kind="choice", choices="['2-3 times a week', '10 minutes away', Never]")
    assert read_own_questions(file(tmp_path, text)).found


@given(text=st.text(max_size=300))
def test_no_file_makes_it_crash(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("q") / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    checked = read_own_questions(path)
    assert (checked.found is None) == bool(checked.faults)


def test_what_is_kept_is_read_back_as_it_was(tmp_path):
    found = read_own_questions(file(tmp_path, GOOD)).found
    assert kept_questions(found.content) == found.questions


def test_the_version_changes_with_every_letter_and_with_nothing_else(tmp_path):
    digest = read_own_questions(file(tmp_path, GOOD)).found.digest
    assert read_own_questions(file(tmp_path, "# a comment\n" + GOOD)).found.digest == digest
    assert read_own_questions(file(tmp_path, GOOD.replace("home?", "Home?"))).found.digest != digest


def test_the_command_says_fit_or_every_fault(tmp_path):
    good = CliRunner().invoke(command, ["check", str(file(tmp_path, GOOD))])
    assert (good.exit_code, "fit to use. What Wexmoor asks: 3 questions" in good.output) == (0, True)
    bad = CliRunner().invoke(command, ["check", str(file(tmp_path, one(kind="number")))])
    assert (bad.exit_code, "not fit to use. Faults: 1." in bad.output) == (2, True)
    assert WHY_NO_NUMBERS in bad.stderr
    absent = CliRunner().invoke(command, ["check", str(tmp_path / "absent.yaml")])
    assert (absent.exit_code, "there are no questions" in absent.output) == (2, True)


def test_the_command_has_a_thought_about_blaming_words(tmp_path):
    said = CliRunner().invoke(command, ["check", str(file(tmp_path, one(text="Is the child streetwise?")))])
    assert said.exit_code == 0
    assert "A thought about words. way_home: “streetwise”" in said.output


def test_the_guide_holds_an_example_that_is_fit_to_use(tmp_path):
    guide = (Path(__file__).parents[3] / "docs/guide/questions.md").read_text(encoding="utf-8")
    example = guide.split("```yaml\n")[1].split("```")[0]
    found = read_own_questions(file(tmp_path, example)).found
    assert {question.kind for question in found.questions} == {"text", "choice", "date"}


# ---- in an assessment


@pytest.fixture
def asked(settings, tmp_path, world, case):
    """An assessment that was begun with the questions of GOOD."""
    settings.QUESTIONS = file(tmp_path, GOOD)
    return actions.start_assessment(by=world.social_worker, case_id=case.pk)


def answers(user, assessment) -> dict[str, str]:
    shown = queries.picture(queries.assessment_visible_to(user, assessment.pk)).own
    return {one.question.id: one.answer for one in shown}


def test_an_assessment_asks_what_the_file_asked_when_it_was_begun(asked, world, settings):
    settings.QUESTIONS.write_text(GOOD.replace("How would you like to get home?", "Changed?"))
    shown = queries.picture(queries.assessment_visible_to(world.social_worker, asked.pk)).own
    assert shown[0].question.text == "How would you like to get home?"


def test_the_same_wording_is_kept_once_and_a_changed_one_beside_it(asked, world, settings):
    actions.save_judgement(by=world.social_worker, assessment_id=asked.pk, text="x")
    kept = QuestionSet.objects.get()
    with pytest.raises(Refused):
        kept.save()
    found = read_own_questions(settings.QUESTIONS).found
    assert kept.digest == found.digest


def test_answers_are_kept_changed_and_taken_out(asked, world):
    this = {"by": world.social_worker, "assessment_id": asked.pk}
    actions.save_own_answers(**this, answers={"way_home": "With my sister", "told_on": "2026-04-01"})
    actions.save_own_answers(**this, answers={"way_home": "By bus", "told_on": " "})
    assert answers(world.teacher, asked) == {"way_home": "By bus", "who_asked": "", "told_on": ""}


def test_an_answer_to_a_question_that_is_not_asked_is_hidden(asked, world):
    with pytest.raises(Hidden):
        actions.save_own_answers(by=world.social_worker, assessment_id=asked.pk, answers={"other": "x"})


def test_a_file_with_a_fault_stops_nobody_from_starting(world, case, settings, tmp_path, client):
    settings.QUESTIONS = file(tmp_path, one(kind="number"))
    client.force_login(world.social_worker)
    page = client.get(f"/cases/{case.pk}/assessment/").text
    assert "cannot be used now" in page
    assert "ours.yaml, line 7, way_home" in page
    assert actions.start_assessment(by=world.social_worker, case_id=case.pk).own_questions is None


@pytest.mark.on_day(date(2026, 11, 27))
def test_they_are_asked_where_they_stand_and_shown_with_their_answers(asked, world, client):
    client.force_login(world.social_worker)
    page = f"/assessments/{asked.pk}/parts/not-known/"
    assert "When will the child hear back from us?" in client.get(page).text
    assert "How would you like to get home?" not in client.get(page).text
    date = {"own_told_on-day": "1", "own_told_on-month": "4", "own_told_on-year": "2026"}
    assert client.post(page, {"text": ""} | date).status_code == 302
    whole = client.get(f"/assessments/{asked.pk}/check/").text
    assert "1 April 2026" in whole
    assert "What Wexmoor asks" in whole


def test_every_place_is_a_part_of_an_assessment():
    from heard.cases.assessment.views import PARTS

    assert set(PLACES) == set(PARTS)
