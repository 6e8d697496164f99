"""What a referral asks, and the way that its answers take through the form. Pure.

A version of the form is one file in `nrm/`. It never changes once a referral was prepared with it; a new form is a new
file. Answers are by field id: text, the key of a choice, a list of keys, "yes" for a tick, or an ISO date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

type Answers = Mapping[str, Any]
type Where = Mapping[str, tuple[str, ...]]

CURRENT: Final = "2026-04"


@dataclass(frozen=True)
class Question:
    """One field. `under`: the answer of another field under which it is asked, or None. See the head of the file."""

    id: str
    label: str
    kind: str
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    must: bool = False  # a tick that has to be ticked
    under: tuple[str, str] | None = None
    limit: int = 0
    list: str = ""
    format: str = ""
    group: str = ""
    story: bool = False
    dated: bool = False
    no_address: bool = False
    recorded: str = ""

    @property
    def needs_answer(self) -> bool:
        return self.must or not (self.optional or self.kind == "tick")


@dataclass(frozen=True)
class Fork:
    """Leads `to` a step where every field of `where` has one of these answers, or where `any_of` has any answer."""

    to: str
    where: Where = field(default_factory=dict)
    any_of: str = ""


@dataclass(frozen=True)
class Step:
    """One page of the form. `settled`: the form answers it by itself where the first holds, with the second."""

    id: str
    section: str
    fields: tuple[str, ...]
    forks: tuple[Fork, ...] = ()
    next: str = ""
    settled: tuple[Where, Answers] | None = None


@dataclass(frozen=True)
class FormPart:
    """A section of the form: one page of ours."""

    id: str
    label: str
    about: str


@dataclass(frozen=True)
class FormVersion:
    version: str
    title: str
    dated: str
    source: str
    address: str
    contact: str
    first: str
    sections: tuple[FormPart, ...]
    steps: Mapping[str, Step]
    questions: Mapping[str, Question]
    not_asked: Mapping[str, str]
    groups: Mapping[str, Mapping[str, str]]

    def section(self, section_id: str) -> FormPart | None:
        return next((part for part in self.sections if part.id == section_id), None)


@cache
def form_version(version: str = CURRENT) -> FormVersion:
    """Raises `FileNotFoundError` for a version that there is no file of."""
    path = files("heard.cases.referral").joinpath("nrm", f"{version}.yaml")
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return FormVersion(
        **{
            name: str(read[name])
            for name in ("version", "title", "dated", "source", "address", "contact", "first")
        },
        sections=tuple(FormPart(**part) for part in read["sections"]),
        steps={key: _step(key, raw) for key, raw in read["steps"].items()},
        questions={key: _question(key, raw, read["limit"]) for key, raw in read["fields"].items()},
        not_asked=read["not_asked"],
        groups=read["groups"],
    )


def walk(form: FormVersion, answers: Answers) -> list[Step]:
    """The steps that the form visits with these answers, in order. What is not answered leads on as in the form."""
    said, here, way = settled(form, answers), form.first, []
    while here:
        step = form.steps[here]
        way.append(step)
        here = next((fork.to for fork in step.forks if _leads(fork, said)), step.next)
    return way


def settled(form: FormVersion, answers: Answers) -> dict[str, Any]:
    """The answers, with those that the form gives by itself: nobody under 18 is asked for consent."""
    said = dict(answers)
    for step in form.steps.values():
        if step.settled and _holds(step.settled[0], answers):
            said |= step.settled[1]
    return said


def asked(form: FormVersion, answers: Answers) -> list[Question]:
    """The fields that the form asks with these answers, in its order."""
    return [question for step in walk(form, answers) for question in _of(form, step, answers)]


def asked_in(form: FormVersion, section: str, answers: Answers) -> list[Question]:
    steps = (step for step in walk(form, answers) if step.section == section)
    return [question for step in steps for question in _of(form, step, answers)]


def drawn_in(form: FormVersion, section: str, answers: Answers) -> list[Question]:
    """What the page of a section draws: all that is asked, and what another answer on the same page would ask."""
    now = {question.id for question in asked_in(form, section, answers)}
    ids = dict.fromkeys(
        name for step in form.steps.values() if step.section == section for name in step.fields
    )
    drawn: list[Question] = []
    for question in (form.questions[name] for name in ids):
        beneath = question.under and any(one.id == question.under[0] for one in drawn)
        if question.id in now or beneath:
            drawn.append(question)
    return drawn


def is_answered(question: Question, answers: Answers) -> bool:
    value = answers.get(question.id)
    return bool(value.strip() if isinstance(value, str) else value)


def holds_under(question: Question, answers: Answers) -> bool:
    """Whether the answer above this field asks for it."""
    if question.under is None:
        return True
    name, wanted = question.under
    given = answers.get(name)
    return wanted in given if isinstance(given, list) else given == wanted


def is_duty_to_notify(form: FormVersion, answers: Answers) -> bool:
    """Whether these answers end as a duty to notify: an adult who does not consent."""
    return any(step.section == "duty-to-notify" for step in walk(form, answers))


def shown(question: Question, value: Any) -> str:
    """The answer as somebody reads it: the words of a choice rather than its key."""
    if isinstance(value, list):
        return "\n".join(question.choices.get(str(one), str(one)) for one in value)
    return question.choices.get(str(value), str(value)) if value is not None else ""


def _of(form: FormVersion, step: Step, answers: Answers) -> list[Question]:
    if step.settled and _holds(step.settled[0], answers):
        return []
    return [form.questions[name] for name in step.fields if holds_under(form.questions[name], answers)]


def _leads(fork: Fork, said: Answers) -> bool:
    return bool(said.get(fork.any_of)) if fork.any_of else _holds(fork.where, said)


def _holds(where: Where, said: Answers) -> bool:
    return all(said.get(name) in wanted for name, wanted in where.items())


def _where(raw: Mapping[str, list[str]]) -> Where:
    return {name: tuple(wanted) for name, wanted in raw.items()}


def _step(key: str, raw: dict[str, Any]) -> Step:
    forks = tuple(
        Fork(to=one["to"], where=_where(one.get("where", {})), any_of=one.get("any", ""))
        for one in raw.get("forks", [])
    )
    rule = raw.get("settled")
    by_itself = (_where(rule["where"]), rule["answers"]) if rule else None
    return Step(key, raw["section"], tuple(raw["fields"]), forks, raw.get("next", ""), by_itself)


def _question(key: str, raw: dict[str, Any], limit: int) -> Question:
    under = next(iter(raw.pop("under", {}).items()), None)
    return Question(id=key, under=under, **{"limit": limit} | raw)
