"""What a note of contact needs. Pure: no Django, no clock, no database."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

NOTE_ASKS: Final = Asks(
    source="Say from which record this is taken.",
    when="Say when it was.",
    text="Write what happened.",
)
CORRECT_NOTE_ASKS: Final = Asks(why_corrected="Say why it is corrected.")
DIRECTION_ASKS: Final = Asks(text="Write what you decide, and why.")


class ContactKind(StrEnum):
    VISIT = "visit"
    CALL = "call"
    MESSAGE = "message"
    MEETING = "meeting"
    ATTEMPT = "attempt"
    EARLIER = "earlier"


class Seen(StrEnum):
    """Whether the child was seen; seen alone is without those who look after them."""

    ALONE = "alone"
    WITH_OTHERS = "with_others"
    NO = "no"


# What is more than an attempt, and not taken from older papers.
CONTACT: Final = frozenset({ContactKind.VISIT, ContactKind.CALL, ContactKind.MESSAGE, ContactKind.MEETING})
# In these the child can have been seen.
FACE_TO_FACE: Final = frozenset({ContactKind.VISIT, ContactKind.MEETING})


@dataclass(frozen=True)
class Contact:
    """When a child was last seen, and last seen alone: None where no note says so."""

    seen_on: date | None = None
    alone_on: date | None = None


def why_not_write(
    *, may_write: bool, kind: str, at: datetime | None, now: datetime, text: str, seen: str, source: str
) -> tuple[str, str] | None:
    """The field and the sentence of the first thing that stands in the way, or None. `source`: of an earlier event."""
    if not may_write:
        return "", "Your role does not write notes in a child’s record."
    if kind not in set(ContactKind):
        return "kind", "Say what it was: a visit, a call, a message, a meeting or an attempt."
    if at is None:
        return "when", NOTE_ASKS["when"]
    if at > now + timedelta(minutes=5):  # clocks differ a little
        return "when", "That time has not come yet. Check the day and the time."
    if kind in FACE_TO_FACE and seen not in set(Seen):
        return "seen", "Say whether the child was seen, and whether alone."
    if not text.strip():
        return "text", NOTE_ASKS["text"]
    if kind == ContactKind.EARLIER and not source.strip():
        return "source", NOTE_ASKS["source"]
    return None


MOST_CHILDREN: Final = 12  # in one note


def why_not_write_together(
    *, names: Iterable[Iterable[str]], common: Mapping[str, str], parts: Iterable[Mapping[str, str]]
) -> tuple[str, str] | None:
    """Of one contact with several children. `names`: by which each of them is called; `common`: by field, what stands in each record;
    `parts`: what the writer says in the record of one of them alone, in the order of `names`. What a child said is theirs, and names whom they named."""
    called, own = [_words_of(name) for name in names], list(parts)
    if len(called) < 2:
        return "", "Choose at least two children. A note about one child is written on that child’s page."
    everybody = set().union(*called)
    for field, text in common.items():
        if _names(text, everybody):
            return (
                field,
                "This stands in the record of each child. Leave the children’s names out, and write each part below.",
            )
    for place, part in enumerate(own):
        others = everybody - called[place]  # brothers and sisters may share a name
        if any(_names(text, others) for text in part.values()):
            return (
                "",
                "A child’s part stands in that child’s record. Leave the names of the other children out of each part.",
            )
    if not common["text"].strip() and not all(part["text"].strip() for part in own):
        return "text", "Write what was common to all, or a part for each child."
    return None


def why_not_name_others(
    *, own: Iterable[str], others: Iterable[Iterable[str]], said: Mapping[str, str]
) -> tuple[str, str] | None:
    """Of the note about one child of a contact with several, when it is corrected or added to. `own`, `others`: by which this child and
    each of the others is called; `said`: by field, what stands in the record of this one."""
    theirs = set().union(*map(_words_of, others)) - _words_of(own)
    for field, text in said.items():
        if _names(text, theirs):
            return (
                field,
                "This stands in the record of one child. Leave the names of the other children of this contact out.",
            )
    return None


def _words_of(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in name.split()}


def _names(text: str, words: Iterable[str]) -> bool:
    return any(says_a_word_of(text, word) for word in words)


def says_a_word_of(text: str, name: str) -> bool:
    """Whether a text says one of the words of a name, written as a name: “Will” is one, and “will” is none."""
    return any(re.search(rf"\b{re.escape(word)}\b", text) for word in name.split())


def why_not_correct(
    *, is_writer: bool, is_latest: bool, reason: str, drops_words: bool = False
) -> tuple[str, str] | None:
    """A note is corrected by its writer, by a new version beside the old. `drops_words`: it would say no longer what the child
    said, which is corrected like all words and never taken out."""
    if not is_writer:
        return "", "Whoever wrote a note corrects it. Write a note of your own."
    if not is_latest:
        return "", "This note has been corrected already. Correct the newer version."
    if not reason.strip():
        return "why_corrected", CORRECT_NOTE_ASKS["why_corrected"]
    if drops_words:
        return "words", "What the child said stays. Write it as it was said: what stood here stays beside it."
    return None


def why_not_mark(*, is_writer: bool, is_latest: bool, said: Iterable[str]) -> str | None:
    """Signs that the writer of a note noticed. `said`: in which words, of each."""
    if not is_writer:
        return "Whoever wrote the note marks what they noticed. Write a note of your own."
    if not is_latest:
        return "This note has been corrected. Mark what you noticed in the newer version."
    if not all(words.strip() for words in said):
        return "Say of each sign what you noticed, in a few words."
    return None


def why_not_direct(*, may_direct: bool, text: str) -> tuple[str, str] | None:
    """A supervisor's decision beside a note."""
    if not may_direct:
        return "", "A supervisor or co-ordinator writes case direction."
    if not text.strip():
        return "text", DIRECTION_ASKS["text"]
    return None


def see_by(last: date, days: int) -> date:
    """By which day a child is to be seen, or there is to be contact, where the last time, or the opening of the case, was on
    this day."""
    return last + timedelta(days=days)


def seen_before(due: date, days: int) -> date:
    """Where the last time was before this day, the next is due by `due`."""
    return due - timedelta(days=days - 1)
