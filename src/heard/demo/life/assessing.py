"""What is known and judged of a child: a first assessment with its questions, and a second one beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.assessment import actions as assessing
from heard.cases.assessment.queries import own_questions_of
from heard.cases.case.rules import Observed

if TYPE_CHECKING:
    from heard.cases.models import Assessment
    from heard.demo.life.child import Child

_SENT_BACK = "Say what the child wants, in their words where they gave them, before what adults think. Then it is ready."


def start(child: Child) -> None:
    child.assessment = assessing.start_assessment(by=child.worker, case_id=child.case.pk)
    assessing.save_judgement(text=child.say(child.story["judgement"]), **_write(child))


def write(child: Child) -> None:
    """Everything that a supervisor reads."""
    story, write = child.story, _write(child)
    assessing.save_what_is_not_known(text=child.say(story["not_known"]), **write)
    assessing.save_childs_view(view=child.view(), **write)
    for pattern, why in story["patterns"].items():
        part = story.get("part", {}).get(pattern, "harmed")
        setting = "school" if pattern == "G7" else ""
        choice = assessing.Choice(pattern, child.say(why), setting, child.told_on, childs_part=part)
        assessing.keep_pattern(choice=choice, **write)
    _keep_needs(child, story.get("needs"))
    _keep_good(child, child.part("good"))
    _ask(child)


def submit(child: Child) -> None:
    assessing.submit(by=child.worker, assessment_id=child.assessment.pk)


def send_back(child: Child) -> None:
    by = child.world.supervisor
    assessing.send_back(by=by, assessment_id=child.assessment.pk, reason=_SENT_BACK, parts=["not-known"])


def sign(child: Child) -> None:
    by = child.world.supervisor
    assessing.sign_off(by=by, assessment_id=child.assessment.pk)


def assess_again(child: Child) -> None:
    """A second assessment, in which each sign of the first was looked at again; signed unless the case has just opened
    again."""
    more = child.part("second")
    day = more["day"]
    with child.on(day):
        _write_second(child, more)
    if child.stage == "reassessed":
        with child.on(day + 6):
            submit(child)
        with child.on(day + 8):
            sign(child)


def _write_second(child: Child, more: dict[str, Any]) -> None:
    child.assessment = assessing.start_assessment(by=child.worker, case_id=child.case.pk)
    write = _write(child)
    assessing.save_judgement(text=child.say(more["judgement"]), **write)
    assessing.save_what_is_not_known(text=child.say(more["not_known"]), **write)
    assessing.save_childs_view(view=child.view(child.day(more["day"])), **write)
    _look_again(child, more)
    _keep_needs(child, more.get("needs"))
    _keep_good(child, more)
    _answer_own(child, child.assessment, more["own"])


def _write(child: Child) -> dict[str, Any]:
    return {"by": child.worker, "assessment_id": child.assessment.pk}


def _keep_needs(child: Child, needs: list[str] | None) -> None:
    if needs:
        harmed, made_to_harm = needs
        assessing.save_needs(harmed=child.say(harmed), made_to_harm=child.say(made_to_harm), **_write(child))


def _keep_good(child: Child, good: dict[str, Any] | None) -> None:
    """Strengths, and the people who protect the child."""
    for text, source in (good or {}).get("strengths", ()):
        assessing.keep_strength(text=child.say(text), source=child.say(source), **_write(child))
    for name, who, what, knows in (good or {}).get("people", ()):
        assessing.keep_protective_person(
            name=child.say(name),
            who=child.say(who),
            what_they_do=child.say(what),
            knows=knows,
            **_write(child),
        )


def _ask(child: Child) -> None:
    for text, owner, days, item, *_found in child.part("questions") or ():
        assessing.keep_question(
            text=child.say(text),
            owner=child.user(owner),
            by_on=child.world.today + timedelta(days=days),
            item=item,
            **_write(child),
        )


def find_out(child: Child) -> None:
    """What was found out later stands beside the signed assessment."""
    asked = {question.text: question for question in child.assessment.questions.all()}
    for text, owner, _days, _item, *found in child.part("questions") or ():
        if found:
            question = asked[child.say(text)]
            assessing.find_out(
                by=child.user(owner),
                question_id=question.pk,
                text=found[0],
                source=found[1],
                found_on=child.day(29),
            )


def _look_again(child: Child, more: dict[str, Any]) -> None:
    """Of each sign: seen again, no longer seen, or as the first assessment said."""
    seen_on = child.day(more["day"])
    source, write = child.world.name_and_job(child.worker.username), _write(child)
    _mark_as_before(child, more)
    for change, key in (("seen", "again"), ("no_longer", "no_longer")):
        for item, text in more[key].items():
            assessing.add_evidence(
                item=item, change=change, happened_on=seen_on, source=source, words=child.say(text), **write
            )


def _mark_as_before(child: Child, more: dict[str, Any]) -> None:
    """Vulnerabilities are as they were, and nobody has spoken of the signs that were not looked at again."""
    story, day = child.story, child.day(more["day"])
    source = child.world.name_and_job(child.worker.username)
    looked = more["again"].keys() | more["no_longer"].keys()
    marks = [
        Observed(item, "seen", day, source, child.say(text))
        for item, text in story["vulnerabilities"].items()
    ]
    marks += [
        Observed(item, "not_known", words="Not spoken of this time.")
        for item in story["signs"]
        if item not in looked
    ]
    assessing.note_observations(marks=marks, **_write(child))


def _answer_own(child: Child, assessment: Assessment, answers: dict[str, str]) -> None:
    """The partnership's own questions, where its file was there when the assessment began."""
    asked = {question.id for question in own_questions_of(assessment)}
    said = {name: child.say(text) for name, text in answers.items() if name in asked}
    assessing.save_own_answers(answers=said, **_write(child))
