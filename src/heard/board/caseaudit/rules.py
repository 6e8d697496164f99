"""How a sample of cases is drawn so that nobody steers it, and what its readers may say when. Pure.

Each case has a tag, and the order in which cases are taken is that of the fingerprints of seed and tag. Whoever has the seed and the
tags of all cases from which it was drawn, in any order, draws the same sample again, with no more than SHA-256.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from heard.agencies.rules import Asks, Filled
from heard.network.rules import parts

DRAW_ASKS: Final = Asks(
    title="Give the case audit a name.",
    why="Say why these cases are read.",
    size="Say how many cases are drawn.",
    questions="Write what is asked of each case, one question in a line.",
    due_on="Give the day by which both have read.",
)
SET_ASIDE_ASKS: Final = Asks(why="Say why this draw is set aside. It stays listed.")
FINDING_ASKS: Final = Asks(
    requirement="Choose the requirement that it is about.",
    text="Write what was found.",
)
MOST_CASES: Final = 50
MOST_QUESTIONS: Final = 12
LEAST_DAYS: Final = 28  # from which cases are drawn: of a single day it would show whose case opened
MOST_YEARS: Final = 5
MOST_DAYS: Final = 42  # that two readers may see records for an audit
ONE: Final = "-"  # the stratum of all, where there are none


class By(StrEnum):
    """What cases are set apart by before they are drawn."""

    SEX = "sex"
    AGE = "age"
    AGENCY = "agency"


class Said(StrEnum):
    """An answer to a question about a record."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


DIFFERS: Final = "differs"  # what two readers settle where neither gives way


# ---- drawing


def tag_of(draw_id: str, case_id: str) -> str:
    """Stands for a case in one draw: who has the case finds it, and it says nothing about a case to who has not."""
    return hashlib.sha256(f"{draw_id} {case_id}".encode()).hexdigest()


def age_band(born: date | None, on: date) -> str:
    """'' where the day of birth is not recorded."""
    if born is None:
        return ""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((name for name, below in (("0-12", 13), ("13-15", 16), ("16-17", 18)) if age < below), "18+")


def shares(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each stratum are drawn: by its part of all, what remains to the largest remainders, and one of each where there are
    no more strata than cases to draw. Equal ones go by name, so that the same numbers always give the same shares."""
    whole = sum(sizes.values())
    size = min(size, whole)
    some = sorted((name for name, of in sizes.items() if of), key=lambda name: (-sizes[name], name))
    if not size:
        return dict.fromkeys(sizes, 0)
    taken = dict.fromkeys(sizes, 0) | {name: 1 for name in some[:size] if len(some) <= size}
    while sum(taken.values()) < size:
        short = {name: Fraction(size * sizes[name], whole) - taken[name] for name in some}
        open_to = [name for name in some if taken[name] < sizes[name]]
        taken[max(open_to, key=lambda name: (short[name], sizes[name], _backwards(name)))] += 1
    return taken


def _backwards(name: str) -> tuple[int, ...]:
    """So that of two equal names the first in the alphabet is the larger."""
    return (*(-ord(letter) for letter in name), 1)


def drawn(strata: Mapping[str, Collection[str]], seed: str, size: int) -> list[str]:
    """The tags that are drawn, in the order in which they were. `strata`: tags by stratum."""
    take = shares({name: len(tags) for name, tags in strata.items()}, size)
    chosen = [tag for name, tags in strata.items() for tag in ranked(tags, seed)[: take[name]]]
    return ranked(chosen, seed)


def ranked(tags: Iterable[str], seed: str) -> list[str]:
    return sorted(tags, key=lambda tag: hashlib.sha256(f"{seed} {tag}".encode()).hexdigest())


def fingerprint(strata: Mapping[str, Collection[str]]) -> str:
    """Of all that it was drawn from: one line for each tag with its stratum, sorted."""
    lines = sorted(f"{tag} {name}\n" for name, tags in strata.items() for tag in tags)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def why_not_draw(
    *,
    may_hold: bool,
    is_open: bool,
    title: str,
    why: str,
    since: date | None,
    until: date | None,
    size: int | None,
    questions: Sequence[str],
    reader_agencies: Sequence[object],
    due_on: date | None,
    today: date,
) -> str | None:
    """`reader_agencies`: the agency of each reader, which takes part in the audit."""
    if not may_hold:
        return "Only the board and co-ordinators draw cases."
    if not is_open:
        return "This audit is closed. No cases are drawn for it any more."
    if why_not := DRAW_ASKS.missing(title=title, why=why):
        return why_not
    if since is None or until is None or until < since:
        return "Give the first and the last day on which the cases were open, the first one first."
    if (
        until > today
        or until - since < timedelta(days=LEAST_DAYS - 1)
        or since.year < today.year - MOST_YEARS
    ):
        return Filled(
            "Choose days that have come, at least %(least)s together, of the last %(years)s years.",
            least=LEAST_DAYS,
            years=MOST_YEARS,
        )
    if size is None or not 1 <= size <= MOST_CASES:
        return Filled("Draw between 1 and %(most)s cases.", most=MOST_CASES)
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        return Filled("Ask between 1 and %(most)s questions, one in a line.", most=MOST_QUESTIONS)
    return _why_not_readers(reader_agencies, due_on, today)


def _why_not_readers(agencies: Sequence[object], due_on: date | None, today: date) -> str | None:
    if len(agencies) != 2 or len(set(agencies)) != 2:
        return "Choose two readers, of two agencies that take part in the audit."
    if due_on is None:
        return DRAW_ASKS["due_on"]
    if not today <= due_on <= today + timedelta(days=MOST_DAYS):
        return Filled(
            "Give a day within the next %(most)s days: the readers see the records until then.",
            most=MOST_DAYS,
        )
    return None


def why_not_draw_from(found: int) -> str | None:
    return None if found else "No case was open on those days. Choose others."


def why_not_let_readers_in(*, may_hold: bool, works_with_children: bool, is_over: bool) -> str | None:
    if not may_hold or not works_with_children:
        return "A co-ordinator gives the readers access: they give only what they see themselves."
    return "This draw is set aside, its day has passed, or the audit is closed." if is_over else None


def why_not_set_aside(*, may_hold: bool, is_set_aside: bool, why: str) -> str | None:
    if not may_hold:
        return "Only the board and co-ordinators set a draw aside."
    if is_set_aside:
        return "This draw is set aside already."
    return SET_ASIDE_ASKS.missing(why=why)


# ---- reading


def why_not_read(
    *, is_over: bool, again: bool, said: Mapping[str, tuple[str, str]], asked: int
) -> str | None:
    """`said`: by the number of the question, counted from 0, the answer and the reason."""
    if is_over:
        return "This draw is set aside, or its day has passed."
    if again:
        return (
            "You have read this case. What you said stays; where you differ, you agree with the other reader."
        )
    for number in range(asked):
        answer, why = said.get(str(number), ("", ""))
        if answer not in set(Said):
            return Filled("Answer question %(number)s.", number=number + 1)
        if not why.strip():
            return Filled(
                "Say what in the record makes you say so, of question %(number)s.", number=number + 1
            )
    return None


def differing(one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]) -> list[str]:
    """Numbers of the questions to which two readers gave different answers."""
    return [number for number in sorted(one, key=int) if one[number][0] != other[number][0]]


def why_not_propose(
    *, both_read: bool, is_settled: bool, said: Mapping[str, tuple[str, str]], differ: Collection[str]
) -> str | None:
    if not both_read:
        return "The other reader has not read this case yet."
    if is_settled:
        return "You have both agreed on this case. That stays."
    for number in differ:
        answer, why = said.get(number, ("", ""))
        if answer not in {*Said, DIFFERS}:
            return Filled(
                "Say what you agree on, of question %(number)s, or that you differ.", number=int(number) + 1
            )
        if not why.strip():
            return Filled("Say why, of question %(number)s.", number=int(number) + 1)
    return None if differ else "You gave the same answers. There is nothing to agree on."


def why_not_confirm(
    *, is_proposed: bool, is_own: bool, is_settled: bool, is_another: bool = False
) -> str | None:
    """`is_another`: something else was proposed since the page was opened."""
    if is_settled:
        return "You have both agreed on this case. That stays."
    if not is_proposed:
        return "Nobody has proposed what you agree on."
    if is_own:
        return "The other reader confirms what you propose."
    return "Something else was proposed meanwhile. Look at it, and confirm that." if is_another else None


def settled(
    one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]], agreed: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """What two readers say of a case in the end, by question: what both said, or what they agreed on."""
    return {
        number: one[number][0] if one[number][0] == other[number][0] else agreed[number][0] for number in one
    }


def why_not_find(
    *,
    is_open: bool,
    is_asked: bool,
    requirement: str,
    text: str,
    any_settled: bool,
    names: bool,
    another: bool,
) -> str | None:
    """`names`: a name of a child of the sample, or of their worker, stands in the text; `another`: the reader says that it means
    somebody or something else."""
    if not is_open:
        return "This audit is closed. Its answers stay as they are."
    if why_not := FINDING_ASKS.missing(requirement=requirement, text=text):
        return why_not
    if not is_asked:
        return FINDING_ASKS["requirement"]
    if not any_settled:
        return "A finding rests on cases that both of you have read and agreed on. There is none yet."
    if names and not another:
        return "A name of a child in the sample, or of their worker, stands in the text. Take it out, or say that the word means something else."
    return None


def named_in(text: str, names: Iterable[str]) -> bool:
    """Whether one of these names stands in the text as a word, in any capitals, with its accents or without, also as “Mina’s”. Names of
    one letter are left out."""
    words = {form for word in parts(text) for form in (word, word.removesuffix("s"))}
    return any(part in words for name in names for part in parts(name) if len(part) > 1)
