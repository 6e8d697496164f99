"""What a second pair of eyes would say about the answers: what, why, and who says so. Pure.

Only an answer that the form requires and that is empty stands in the way. All else is a thought: a person decides.
Source of most: “Referral quality”, section 3 of the Home Office's first responder toolkit, April 2026.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from heard.cases.case.rules import language_hints
from heard.cases.referral.days import Named, days_in, says_when
from heard.cases.referral.questions import Answers, FormVersion, Question, asked, is_answered

TOOLKIT: Final = "Home Office first responder toolkit, April 2026, section 3"
TOOLKIT_FORM: Final = "Home Office first responder toolkit, April 2026, section 2"
SHEET: Final = "Home Office prompt sheet, 27 April 2026"

FEW_WORDS: Final = 25  # a sentence or two: what we call brief. The toolkit gives no number
SAME_LETTERS: Final = 80  # a sentence that stands in two boxes word for word was hardly written twice

_GAP: Final = re.compile(
    r"(?:it is |still )?(?:not known|unknown|not sure|don['’]?t know|n ?/ ?a|not applicable|none|nil|nothing|no|tbc|to follow|[-–.?]+)"
    r"\W*",
    re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(
    r"\b(?:see|as) (?:above|below|attached|previous)\b|\bas previously\b|\bsee (?:case )?notes?\b",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_QUOTED: Final = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)")
FORMATS: Final = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "phone": re.compile(r"\+?[\d\s()-]{10,25}(?:\s*(?:x|ext\.?)\s*\d+)?", re.IGNORECASE),
    "number": re.compile(r"\d+"),
}
_UNREADABLE: Final = {
    "email": "The form will not take this e-mail address.",
    "phone": "This does not look like a phone number.",
    "number": "The form takes figures only here.",
}


@dataclass(frozen=True)
class Check:
    """One thing to look at. `what` and `why` are sentences; `params` fill `what`. Only one that `blocks` is in the way."""

    field: str
    what: str
    why: str
    source: str
    blocks: bool = False
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """The answers to check. `own_email` is the writer's; `today` the day of the check; `questions` what the form asks."""

    form: FormVersion
    answers: Answers
    today: date
    own_email: str
    questions: list[Question]

    def text(self, name: str) -> str:
        value = self.answers.get(name)
        return value.strip() if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            return None

    @property
    def prose(self) -> list[tuple[Question, str]]:
        """Boxes that are asked and hold something."""
        texts = ((question, self.text(question.id)) for question in self.questions if question.kind == "text")
        return [(question, text) for question, text in texts if text]


def check(
    form: FormVersion, answers: Answers, *, today: date, own_email: str = "", along: Answers | None = None
) -> list[Check]:
    """Everything to look at, in the order of the form; what is in the way first. `along` as for `unanswered`."""
    questions = asked(form, answers if along is None else along)
    given = Given(form, answers, today, own_email, questions)
    found = [one for look in _LOOKS for one in look(given)]
    order = {question.id: place for place, question in enumerate(given.questions)}
    return sorted(found, key=lambda one: (not one.blocks, order.get(one.field, len(order))))


def unanswered(form: FormVersion, answers: Answers, along: Answers | None = None) -> list[Question]:
    """Fields that the form asks and requires, and that are empty.

    `along`: the answers that decide what is asked, where they are more than those that count: what the record says of
    a child's age decides that consent is not asked, and is still to be read by somebody.
    """
    questions = asked(form, answers if along is None else along)
    return [
        question for question in questions if question.needs_answer and not is_answered(question, answers)
    ]


def _empty(given: Given) -> Iterator[Check]:
    empty = (
        question
        for question in given.questions
        if question.needs_answer and not is_answered(question, given.answers)
    )
    for question in empty:
        yield Check(
            question.id,
            "There is no answer yet.",
            "The form does not go on without it. Where it is not known, say so and say why.",
            SHEET,
            blocks=True,
        )


def _formats(given: Given) -> Iterator[Check]:
    for question in given.questions:
        text = given.text(question.id)
        if text and question.format and not FORMATS[question.format].fullmatch(text):
            yield Check(
                question.id, _UNREADABLE[question.format], "The form refuses it when it is submitted.", SHEET
            )
        if question.no_address and _ADDRESS.search(text):
            yield Check(
                question.id,
                "There is a web address in it.",
                "The form does not take web addresses here.",
                SHEET,
            )


def _gaps(given: Given) -> Iterator[Check]:
    for question, text in given.prose:
        if question.needs_answer and _GAP.fullmatch(text):
            yield Check(
                question.id,
                "“%(text)s” does not say why.",
                "A gap with its reason tells the reader something: who was asked, when, and what stood in the way.",
                TOOLKIT,
                params={"text": text},
            )


def _brief(given: Given) -> Iterator[Check]:
    for question, text in given.prose:
        words = len(text.split())
        if question.story and words < FEW_WORDS and not _GAP.fullmatch(text):
            yield Check(
                question.id,
                "This is brief: %(words)s words.",
                "A vague or very short account is hard to decide on. Say what happened, when, where and with whom.",
                TOOLKIT,
                params={"words": words},
            )


def _pasted(given: Given) -> Iterator[Check]:
    seen: dict[str, Question] = {}
    for question, text in given.prose:
        if _ELSEWHERE.search(text):
            yield Check(
                question.id,
                "It sends the reader somewhere else.",
                "Each box is read by itself. Write here what belongs here.",
                TOOLKIT,
            )
        for line in {" ".join(line.split()).casefold() for line in text.splitlines()}:
            if len(line) >= SAME_LETTERS and line in seen:
                yield Check(
                    question.id,
                    "The same words stand under “%(label)s”.",
                    "Text that is pasted from one box or one referral to another is a mark of a poor referral.",
                    TOOLKIT,
                    params={"label": seen[line].label},
                )
            seen.setdefault(line, question)


def _words(given: Given) -> Iterator[Check]:
    for question, text in given.prose:
        for hint in language_hints(_QUOTED.sub(" ", text)):
            yield Check(
                question.id,
                "“%(found)s” can sound as if it blamed the person who was harmed. Where it is about them, change it. Better: %(better)s",
                "Whoever decides has never met this person and reads only these words. " + hint.why,
                TOOLKIT + "; " + "language guide of The Children’s Society, to which it points",
                params={"found": hint.found, "better": hint.better},
            )


def _days(given: Given) -> Iterator[Check]:
    born = given.day("pv-dob")
    for question in given.questions:
        if not question.dated:
            continue
        named = days_in(given.text(question.id))
        yield from _order(question, named)
        for day in named:
            if born and day.last < born:
                yield _odd_day(question, "%(day)s is before the person was born.", day)
            if day.first > given.today:
                yield _odd_day(question, "%(day)s is still to come.", day)


def _order(question: Question, named: list[Named]) -> Iterator[Check]:
    for before, then in pairwise(named):
        if then.last < before.first:
            yield Check(
                question.id,
                "%(then)s is earlier than %(before)s, which stands before it.",
                "Events in the order in which they happened can be followed. Change the order, or check the dates.",
                TOOLKIT,
                params={"then": then.text, "before": before.text},
            )
            return  # one is enough to look at the whole


def _odd_day(question: Question, what: str, day: Named) -> Check:
    why = "A wrong date makes the whole account doubtful. Check it."
    return Check(question.id, what, why, TOOLKIT_FORM, params={"day": day.text})


def _when(given: Given) -> Iterator[Check]:
    for name in ("when-did-the-exploitation-take-place", "when-did-the-exploitation-take-place-multiple"):
        text = given.text(name)
        if text and any(question.id == name for question in given.questions) and not says_when(text):
            yield Check(
                name,
                "There is no time in it.",
                "Where nobody knows the day, give a month, a year, a season, or how old the person was.",
                SHEET,
            )


def _age(given: Given) -> Iterator[Check]:
    born, said = given.day("pv-dob"), given.text("pv-under-age")
    if not born or born > given.today:
        if born:
            yield Check("pv-dob", "The date of birth is still to come.", "The form refuses it.", SHEET)
        return
    age = given.today.year - born.year - ((given.today.month, given.today.day) < (born.month, born.day))
    if said and (said == "yes") != (age < 18) and said != "not-sure":
        yield Check(
            "pv-under-age",
            "By the date of birth the person is %(age)s.",
            "Age decides whether consent is asked, who decides, and which support there is.",
            TOOLKIT_FORM,
            params={"age": age},
        )
    yield from _age_then(given, born)


def _age_then(given: Given, born: date) -> Iterator[Check]:
    """An adult who was exploited as a child is told apart: what is dated before their 18th birthday says so."""
    if given.text("pv-under-age") != "no" or given.text("pv-under-age-at-time-of-exploitation") != "no":
        return
    for question in given.questions:
        for day in days_in(given.text(question.id)) if question.dated else ():
            if born <= day.last and (day.last.year - born.year, day.last.month, day.last.day) < (
                18,
                born.month,
                born.day,
            ):
                yield Check(
                    "pv-under-age-at-time-of-exploitation",
                    "%(day)s is before the 18th birthday.",
                    "Somebody who was exploited as a child is referred as such, also when they are an adult now.",
                    TOOLKIT_FORM,
                    params={"day": day.text},
                )
                return


def _indicators(given: Given) -> Iterator[Check]:
    if given.text("modern-slavery-indicators") == "no":
        yield Check(
            "modern-slavery-indicators",
            "No indicator is named.",
            "Without indicators there is little to decide on. Say in your professional judgement why you refer all the same.",
            TOOLKIT,
        )


def _kinds(given: Given) -> Iterator[Check]:
    ticks = [question for question in given.questions if question.group]
    if ticks and not any(is_answered(tick, given.answers) for tick in ticks):
        yield Check(
            ticks[0].id, "No kind of exploitation is chosen.", "It decides who reads the referral.", SHEET
        )


def _contacts(given: Given) -> Iterator[Check]:
    other = given.text("fr-alternative-contact")
    if other and given.own_email and other.casefold() == given.own_email.casefold():
        yield Check(
            "fr-alternative-contact",
            "This is your own address.",
            "Two contacts are needed: you, and somebody who answers when you are away.",
            TOOLKIT,
        )


def _evidence(given: Given) -> Iterator[Check]:
    if any(question.id == "upload-file" for question in given.questions) and not given.answers.get(
        "upload-file"
    ):
        yield Check(
            "upload-file",
            "No document goes with it.",
            "Reports, records and statements weigh more than an account alone. Without any, it can be submitted all the same.",
            TOOLKIT,
        )


def _nameless(given: Given) -> Iterator[Check]:
    asked_now = {question.id for question in given.questions}
    if "refuse-nrm" in asked_now and "pv-name-first-name" not in asked_now:
        yield Check(
            "refuse-nrm",
            "This adult stays anonymous: the Home Office is told without their name and contact details.",
            "They have not agreed. Look through every answer, and leave out names, addresses and whatever else shows who it is.",
            SHEET,
        )


_LOOKS: Final[tuple[Callable[[Given], Iterator[Check]], ...]] = (
    _empty, _formats, _gaps, _brief, _pasted, _words, _days, _when, _age, _indicators, _kinds, _contacts, _evidence,
    _nameless,
)  # fmt: skip
