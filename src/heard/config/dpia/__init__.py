"""The data-protection impact assessment that a partnership completes: what Heard keeps of whom, why, for how long, who sees it, and who
could do harm, as `data_protection.yaml`, the table of roles and docs/threat-model.md say it. What none of these says is left open, and
marked. The order is that of the template of the Information Commissioner's Office for a DPIA (steps 1 to 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from heard.agencies.rules import MAY

OPEN: Final = "**To be completed by the partnership:**"
_HERE: Final = Path(__file__).resolve().parent
_HOLDS: Final = {
    "none": "nothing about a person",
    "staff": "about somebody who works in the partnership",
    "child": "about a child, or somebody around a child",
    "child_special": "special category or criminal-offence data about them, or free text that may hold some",
}


@dataclass(frozen=True)
class Field:
    """A column of a table: what it holds (one of `none`, `staff`, `child`, `child_special`), and why it is needed."""

    name: str
    holds: str
    why: str


@dataclass(frozen=True)
class Declared:
    """`kept`, `seen`: sentences by their key. `tables`: of each table the key of how long it is kept, and its fields."""

    kept: dict[str, str]
    seen: dict[str, str]
    tables: dict[str, tuple[str, tuple[Field, ...]]]


@dataclass(frozen=True)
class Risk:
    """`where`: the flow, or who means harm. `what`: the threat, '' where `met` says both. `open`: something of it is not met."""

    where: str
    what: str
    met: str

    @property
    def open(self) -> bool:
        return "not met" in self.met.casefold() or "not noticed" in self.met.casefold()


def declared() -> Declared:
    """What `data_protection.yaml` says."""
    said: dict[str, Any] = yaml.safe_load((_HERE / "data_protection.yaml").read_text(encoding="utf-8"))
    return Declared(
        {key: _line(text) for key, text in said["kept"].items()},
        {key: _line(text) for key, text in said["seen"].items()},
        {
            table: (
                fields["kept"],
                tuple(Field(name, *about) for name, about in fields.items() if name != "kept"),
            )
            for table, fields in said["tables"].items()
        },
    )


def threat_model() -> str:
    """The text of docs/threat-model.md, to which a link beside this module leads; a built package has the file itself."""
    return (_HERE / "threat-model.md").read_text(encoding="utf-8")


def risks(text: str) -> list[Risk]:
    """Every row of the table of flows, and every paragraph of people who mean harm, in the order of the page."""
    found = []
    for row in re.findall(r"^\|(.+)\|$", _part(text, "Flow by flow"), re.MULTILINE):
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) == 3 and cells[0] != "Flow" and set(cells[0]) - {"-"}:
            found.append(Risk(cells[0], cells[1], cells[2]))
    for paragraph in re.split(r"\n\s*\n", _part(text, "People who mean harm")):
        if paragraph.strip().startswith("**"):
            who, _stop, met = _line(paragraph.replace("**", "")).partition(". ")
            found.append(Risk(who, "", met))
    return found


def _part(text: str, heading: str) -> str:
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def document(*, version: str, on: str) -> str:
    """The assessment as Markdown. `version`: which Heard it is about; `on`: the day on which it was made."""
    said, found = declared(), risks(threat_model())
    lines = [
        *_beginning(version, on),
        *_kinds(said),
        *_between(said),
        *_risks(found),
        *_end(),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _asks(*questions: str) -> Iterator[str]:
    for question in questions:
        yield f"> {OPEN} {question}"
        yield ">"
        yield "> …"
        yield ""


def _beginning(version: str, on: str) -> Iterator[str]:
    yield "# Data-protection impact assessment: Heard"
    yield ""
    yield (
        f"Made by `heard dpia` of {version} on {on}. What follows about Heard is what its own files say: which data it keeps, why, how "
        "long, who sees it, and who could do harm. It decides nothing. What only the partnership knows is marked, and has to be "
        "written before anybody uses Heard for a real child."
    )
    yield ""
    yield "## 1. The need for it"
    yield ""
    yield from _asks(
        "who the controllers are, whether jointly, and under which agreement; who is the processor, if anybody hosts it for you.",
        "the data-protection officer of each controller, and the day on which they were asked.",
        "why you use Heard, and what it takes the place of.",
        "where it runs, who looks after the server, and where its backups are.",
    )


def _kinds(said: Declared) -> Iterator[str]:
    yield "## 2. What is processed"
    yield ""
    yield "### Who sees it"
    yield ""
    rows = [(_HOLDS[key], said.seen[key]) for key in said.seen]
    yield from _table(("Data", "Seen by"), rows)
    yield "### Who may do what"
    yield ""
    yield "By role, in the agency in which somebody has it. A role opens no record by itself: the list of who may see it does."
    yield ""
    yield from _table(("Role", "May"), [(role.value, "; ".join(sorted(one.value for one in may))) for role, may in MAY.items()])  # fmt: skip
    yield "### How long it is kept"
    yield ""
    yield from _table(("Kept", "Until"), list(said.kept.items()))
    yield from _asks(
        "your retention schedule: the period for a child’s record and for supervision, with their source (Heard sets none).",
        "how many children and colleagues it is about, from where the data comes, and with whom outside you share it.",
    )
    yield "### Each table, field by field"
    yield ""
    for table, (kept, fields) in said.tables.items():
        yield f"#### {table}"
        yield ""
        yield f"Kept: {said.kept[kept]} (*{kept}*)."
        yield ""
        yield from _table(("Field", "Holds", "Why it is needed"), [(f"`{field.name}`", _HOLDS[field.holds], field.why) for field in fields])  # fmt: skip


def _between(said: Declared) -> Iterator[str]:
    special = [table for table, (_kept, fields) in said.tables.items() if any(field.holds == "child_special" for field in fields)]  # fmt: skip
    yield "## 3. Consultation"
    yield ""
    yield from _asks(
        "whom you asked, and what they said: young people and families, the people who work with it, the data-protection "
        "officers, your safeguarding partners. Where you asked nobody of these, why not."
    )
    yield "## 4. Necessity and proportionality"
    yield ""
    yield (
        "Why each field is needed stands beside it in part 2, and where that names a duty, it says so. Heard’s files say no lawful "
        "basis for the whole: that is for each controller."
    )
    yield ""
    yield from _asks(
        "the lawful basis of each controller for personal data (UK GDPR, article 6).",
        f"the condition for special category and criminal-offence data (articles 9 and 10; Data Protection Act 2018, schedule 1), "
        f"and the appropriate policy document where it needs one. Such data may be in: {', '.join(special)}.",
        "of each engine run the basis is asked when it is started: who checks what is written there.",
        "how children and families are told, how their rights are met, and when you do not tell them and why.",
        "how you see to it that what is brought in or written is right, and that the least that does is kept.",
        "who else processes it, and whether anything leaves the United Kingdom.",
    )


def _risks(found: list[Risk]) -> Iterator[str]:
    yield "## 5. Risks"
    yield ""
    yield (
        "As docs/threat-model.md has them, with what guards each; a test that is named can be run. Where something is not met, the "
        "partnership has to. S is somebody who pretends to be somebody else, T something that is changed, R something that is denied, I "
        "somebody who learns what is not theirs, D a service that stops, E somebody who gets more rights. Likelihood and severity depend on where and how you use it, and are yours to judge."
    )
    yield ""
    rows = [
        (f"R{number}", risk.where, risk.what, risk.met, "yes" if risk.open else "", "…", "…")
        for number, risk in enumerate(found, 1)
    ]
    head = ("No.", "Where, or who", "Threat", "What guards against it", "Something is not met", "Likelihood", "Severity")  # fmt: skip
    yield from _table(head, rows)
    yield from _asks("likelihood and severity of each, and risks of your own that are not here.")


def _end() -> Iterator[str]:
    yield "## 6. What you do about them"
    yield ""
    yield from _asks(
        "for each risk of which something is not met, and each that you judge medium or high: what you do, what is left, and who "
        "approved it."
    )
    yield "## 7. Sign-off"
    yield ""
    yield from _asks(
        "who approved the measures and what is left of the risk, in which office, on which day. Where a high risk is left, the day "
        "on which the Information Commissioner was asked (article 36).",
        "the advice of the data-protection officer, whether it was taken, and why not where it was not.",
        "who looks at this again, and when: at least with each change that `heard dpia` makes of it.",
    )
