"""When the child's own plan may be written and given, how it can be read, and what a look at a record is. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

from heard.agencies.rules import MAY
from heard.cases.case.rules import Hint

IN_USE: Final = frozenset({"draft", "agreed"})  # states of a plan whose words for the child may change
READS: Final = frozenset(
    {"view", "print", "download", "listen", "take out"}
)  # everything else that is done with a record is a change
LONG: Final = 18  # words in a sentence; plain English guides ask for fifteen to twenty at most


def why_not_write(*, plan_state: str, case_is_open: bool, may_plan: bool) -> str | None:
    if not may_plan:
        return "Your role does not write plans."
    if not case_is_open:
        return "This case is closed. Open it again before the plan is changed."
    return (
        None if plan_state in IN_USE else "This plan is not in force any longer. Write for the one that is."
    )


def why_not_give(
    *,
    plan_state: str,
    may_plan: bool,
    is_written: bool,
    given_on: date | None,
    given_by: str,
    why_not: str,
    today: date,
) -> str | None:
    """Given on a day by somebody, or `why_not`: one of the two."""
    if not may_plan:
        return "Your role does not write plans."
    if plan_state != "agreed":
        return "A plan is given to the child once it is agreed."
    if why_not.strip():
        return None
    if not is_written:
        return "Write the plan in plain words first, or say why the child is not given one."
    if given_on is None or not given_by.strip():
        return "Say on which day the child was given the plan and by whom, or why not."
    return "The day is in the future. Write it down once it is given." if given_on > today else None


def plain_hints(text: str) -> tuple[Hint, ...]:
    """What a child may find hard to read: words of the trade, and long sentences. Offered, never forced. Each once, in the
    order of the text. Source of the words: `plain.yaml`."""
    found = [
        (match.start(), Hint(match[0], better, "A child may not know what it means."))
        for pattern, better in _trade()
        for match in _first_of_each(pattern, text)
    ]
    for match in re.finditer(r"[^.!?\n]+", text):
        words = match[0].split()
        if len(words) > LONG:
            begins = " ".join(words[:5]) + " …"
            found.append(
                (
                    match.start(),
                    Hint(begins, "make two sentences of it", "Short ones are read with less effort."),
                )
            )
    return tuple(hint for _start, hint in sorted(found, key=lambda pair: pair[0]))


def _first_of_each(pattern: re.Pattern[str], text: str) -> Iterable[re.Match[str]]:
    """The first place of each different word that fits, however it is written."""
    first: dict[str, re.Match[str]] = {}
    for match in pattern.finditer(text):
        first.setdefault(match[0].casefold(), match)
    return first.values()


@cache
def _trade() -> tuple[tuple[re.Pattern[str], str], ...]:
    entries = yaml.safe_load(files("heard.cases.own").joinpath("plain.yaml").read_text(encoding="utf-8"))
    return tuple(
        (_whole_words(entry["words"], entry.get("any_case", True)), entry["better"]) for entry in entries
    )


def _whole_words(words: list[str], any_case: bool) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE if any_case else 0)


@dataclass(frozen=True)
class Look:
    """What one user did with a record, counted: `reads` or a change, so many times, last at."""

    who_id: int
    agency: str
    role: str
    reads: bool
    times: int
    last: datetime


@dataclass(frozen=True)
class Lookers:
    """People of one agency with one role who looked at a record: how many they are, and what they did."""

    agency: str
    role: str
    people: int
    read: int
    wrote: int
    last: datetime


def first_role(roles: Iterable[str]) -> str:
    """Of several that a user holds, the one that the child reads: the first in the order of `MAY`. '' for somebody who has none any longer."""
    held = set(roles)
    return next((role.value for role in MAY if role.value in held), "")


def who_looked(looks: Iterable[Look]) -> list[Lookers]:
    """One line for each agency and role, by agency, those who read most first."""
    groups: dict[tuple[str, str], list[Look]] = {}
    for look in looks:
        groups.setdefault((look.agency, look.role), []).append(look)
    lines = [
        Lookers(
            agency,
            role,
            people=len({look.who_id for look in of}),
            read=sum(look.times for look in of if look.reads),
            wrote=sum(look.times for look in of if not look.reads),
            last=max(look.last for look in of),
        )
        for (agency, role), of in groups.items()
    ]
    return sorted(lines, key=lambda line: (line.agency, -line.read, line.role))
