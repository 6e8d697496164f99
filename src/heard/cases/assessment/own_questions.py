"""A partnership's own questions, from its YAML files. Pure: no Django, no database.

The text is theirs. Heard asks it, keeps it with each assessment, and never adds anything up.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from heard.cases.case.rules import language_hints
from heard.knowledge.reading import Fault, Raw, read_yaml

KINDS: Final = ("text", "choice", "date")
# Where a question can stand: the parts of an assessment, by the name in their address.
PLACES: Final = ("judgement", "child", "signs", "vulnerabilities", "patterns", "strengths", "not-known")
MAX_TEXT: Final = 500  # characters of one question or hint
MAX_QUESTIONS: Final = 60

WHY_NO_NUMBERS: Final = (
    "Heard has no numbers, points, scores or totals about a child: they hide what was seen, and invite ranking one "
    "child before another."
)

_FILE: Final = ("title", "questions")
_QUESTION: Final = ("id", "part", "text", "hint", "kind", "choices")
_COUNTING: Final = (
    "score",
    "scores",
    "points",
    "weight",
    "total",
    "sum",
    "maximum",
    "threshold",
    "value",
    "values",
)
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMBERED: Final = re.compile(r"\s*[-+]?\d+(?:[.,]\d+)?\s*(?:$|[-–:=.)]\s*(?!\d))")
_ADDS_UP: Final = re.compile(
    r"\bscor(?:e[sd]?|ing)\b|\b(?:sub-?)?totals?\b|\badd (?:these|them|it|all)? ?up\b", re.IGNORECASE
)


@dataclass(frozen=True)
class OwnQuestion:
    """`part` is where it stands, `choices` are the words to choose from, empty unless `kind` is choice."""

    id: str
    part: str
    text: str
    kind: str
    hint: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnQuestions:
    """Every question of a partnership, in the order of its files. `digest` names exactly this wording."""

    title: str
    questions: tuple[OwnQuestion, ...]

    @property
    def digest(self) -> str:
        return hashlib.sha256(
            json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()
        ).hexdigest()

    @property
    def content(self) -> list[dict[str, Any]]:
        """As it is kept in the database; `kept_questions` reads it back."""
        return [asdict(question) for question in self.questions]


def kept_questions(content: list[Mapping[str, Any]]) -> tuple[OwnQuestion, ...]:
    return tuple(OwnQuestion(**{**row, "choices": tuple(row["choices"])}) for row in content)


@dataclass(frozen=True)
class Checked:
    """What files hold. Without `faults` it can be used; `thoughts` are gentle and stop nothing."""

    found: OwnQuestions | None
    faults: tuple[Fault, ...]
    thoughts: tuple[str, ...] = ()


def read_own_questions(place: Path) -> Checked:
    """The questions in a file, or in the .yaml files of a folder by name. None, without a fault, where there is nothing."""
    files = sorted([*place.glob("*.yaml"), *place.glob("*.yml")]) if place.is_dir() else [place]
    if not place.exists() or not files:
        return Checked(None, ())
    faults: list[Fault] = []
    titles: list[str] = []
    questions: dict[str, OwnQuestion] = {}
    for file in files:
        _read_file(file, titles, questions, faults)
    if not faults and len(questions) > MAX_QUESTIONS:
        what = f"There are more than {MAX_QUESTIONS} questions."
        faults.append(
            Fault(files[-1].name, 0, "", what, "Ask only what helps a child, and leave the rest out.")
        )
    if faults:
        return Checked(None, tuple(faults))
    found = OwnQuestions("; ".join(titles), tuple(questions.values()))
    return Checked(found, (), tuple(_thoughts(found)))


def _read_file(file: Path, titles: list[str], questions: dict[str, OwnQuestion], faults: list[Fault]) -> None:
    raw = read_yaml(file, faults)
    if raw is None:
        return
    if not isinstance(raw.value, dict):
        faults.append(raw.fault("", "The file is not a mapping.", "Begin it with `title:` and `questions:`."))
        return
    _refuse_strangers(raw, "", _FILE, faults)
    titles.append(_text(raw, "title", "", faults))
    listed = raw.value.get("questions")
    if listed is None or not isinstance(listed.value, list) or not listed.value:
        faults.append(
            (listed or raw).fault(
                "", "There are no questions.", "List them below `questions:`, each with a dash."
            )
        )
        return
    for entry in listed.value:
        question = _question(entry, faults)
        if question is None:
            continue
        if question.id in questions:
            faults.append(
                entry.fault(
                    question.id, "Another question has this id.", "Give each question an id of its own."
                )
            )
        questions.setdefault(question.id, question)


def _question(raw: Raw, faults: list[Fault]) -> OwnQuestion | None:
    if not isinstance(raw.value, dict):
        faults.append(
            raw.fault("", "A question is not a mapping.", "Give it `id`, `part`, `text` and `kind`.")
        )
        return None
    before = len(faults)
    key = _text(raw, "id", "", faults)
    if key and not _ID.fullmatch(key):
        what = "The id is not lower-case letters, digits and underscores, at most 40."
        faults.append(raw.value["id"].fault(key, what, "Write it like `way_home`."))
    _refuse_strangers(raw, key, _QUESTION, faults)
    part = _one_of(raw, "part", key, PLACES, faults)
    kind = _kind(raw, key, faults)
    text = _words(raw, "text", key, faults)
    hint = _words(raw, "hint", key, faults) if raw.value.get("hint") else ""
    choices = _choices(raw, key, kind, faults)
    return OwnQuestion(key, part, text, kind, hint, choices) if len(faults) == before else None


def _refuse_strangers(raw: Raw, entry: str, known: tuple[str, ...], faults: list[Fault]) -> None:
    assert isinstance(raw.value, dict)
    for name, value in raw.value.items():
        if name in _COUNTING:
            faults.append(value.fault(entry, f"There is a field “{name}”. {WHY_NO_NUMBERS}", "Take it out."))
        elif name not in known:
            faults.append(
                value.fault(entry, f"The field “{name}” is not known.", f"Use: {', '.join(known)}.")
            )


def _kind(raw: Raw, entry: str, faults: list[Fault]) -> str:
    assert isinstance(raw.value, dict)
    given = raw.value.get("kind")
    if given is not None and given.value in ("number", "integer", "scale", "score", "total", "sum", "rating"):
        what = f"The kind “{given.value}” does not exist. {WHY_NO_NUMBERS}"
        faults.append(given.fault(entry, what, "Ask for words instead: use text, choice or date."))
        return ""
    return _one_of(raw, "kind", entry, KINDS, faults)


def _one_of(raw: Raw, name: str, entry: str, allowed: tuple[str, ...], faults: list[Fault]) -> str:
    found = _text(raw, name, entry, faults)
    if found and found not in allowed:
        assert isinstance(raw.value, dict)
        what = f"“{name}” is “{found}”."
        faults.append(raw.value[name].fault(entry, what, f"Use one of: {', '.join(allowed)}."))
    return found


def _words(raw: Raw, name: str, entry: str, faults: list[Fault]) -> str:
    """Text that people read: it neither scores nor adds up."""
    found = _text(raw, name, entry, faults)
    assert isinstance(raw.value, dict)
    if _ADDS_UP.search(found):
        what = f"“{name}” speaks of a score or a total. {WHY_NO_NUMBERS}"
        faults.append(raw.value[name].fault(entry, what, "Ask what was seen, heard or agreed, in words."))
    return found


def _text(raw: Raw, name: str, entry: str, faults: list[Fault]) -> str:
    assert isinstance(raw.value, dict)
    given = raw.value.get(name)
    if given is None or not isinstance(given.value, str) or not given.value.strip():
        faults.append(
            (given or raw).fault(entry, f"“{name}” is not there or not text.", f"Write `{name}: …`.")
        )
        return ""
    if len(given.value) > MAX_TEXT:
        faults.append(
            given.fault(entry, f"“{name}” is longer than {MAX_TEXT} characters.", "Make it shorter.")
        )
    return " ".join(given.value.split())


def _choices(raw: Raw, entry: str, kind: str, faults: list[Fault]) -> tuple[str, ...]:
    assert isinstance(raw.value, dict)
    given = raw.value.get("choices")
    if kind != "choice":
        if given is not None:
            faults.append(
                given.fault(entry, "Only a choice has choices.", "Take them out, or write `kind: choice`.")
            )
        return ()
    listed = given.value if given is not None and isinstance(given.value, list) else []
    words = [one.value for one in listed]
    texts = [" ".join(word.split()) for word in words if isinstance(word, str) and word.strip()]
    if len(texts) != len(words) or not 2 <= len(texts) <= 20 or len(set(texts)) != len(texts):
        what = "The choices are not two to twenty different texts."
        faults.append((given or raw).fault(entry, what, "List them below `choices:`, each with a dash."))
    for one, text in zip(listed, texts, strict=False):
        if _NUMBERED.match(text) or len(text) > MAX_TEXT:
            what = (
                f"The choice “{text[:40]}” is a number or begins with one, or is too long. {WHY_NO_NUMBERS}"
            )
            faults.append(one.fault(entry, what, "Say in words what each choice means."))
    return tuple(texts)


def _thoughts(found: OwnQuestions) -> list[str]:
    return [
        f"{question.id}: “{hint.found}”. Better: {hint.better} {hint.why}"
        for question in found.questions
        for hint in language_hints(" ".join((question.text, question.hint, *question.choices)))
    ]
