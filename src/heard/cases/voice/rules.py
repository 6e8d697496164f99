"""Links with which a child writes themselves: how they are made, when they end, and what may be done with what came. Pure."""

import re
import secrets
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import log2
from typing import Final

from heard.agencies.devices import browser_of, system_of
from heard.agencies.rules import Asks
from heard.network.rules import parts

# A code is read from a card and typed on a phone: no letter that looks like a figure or another letter.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS: Final = 28
LEAST_BITS: Final = 128
BITS: Final = LETTERS * log2(len(ALPHABET))
_GROUP: Final = 4

MOST_WRONG: Final = 5  # words in all, from whatever address, and then the link has ended; secrets, and then nothing is read back
MOST_A_DAY: Final = 50  # messages through one link
MOST_SPOKEN_A_DAY: Final = 20  # of these with a recording
LONGER_BY: Final = 5  # seconds: what is spoken when a page’s clock stops it is not refused
LONGEST: Final = 4000  # letters of a message
SITTING: Final = timedelta(minutes=20)  # without doing anything, and the child gives the word again
SITTING_AT_MOST: Final = timedelta(hours=2)
CHECKED_WITHIN: Final = timedelta(days=1)
TOLD_WITHIN: Final = timedelta(
    days=7
)  # after a meeting it is written for the child what was decided; no source gives these days
TWICE: Final = timedelta(minutes=1)  # in which the same words of the same person are one form sent twice
LISTENING: Final = timedelta(minutes=10)  # in which whatever parts a player asks for are one listening
ASKED_WITHIN: Final = timedelta(days=7)  # after a link was made, whether or not anything came through it
WEEKS: Final = (1, 4, 8, 13)  # for which a link may be good

LINK_ASKS: Final = Asks(
    word="Give a word of at least four letters, which you say to the child and write nowhere.",
    weeks="Choose for how long the link is good.",
)
WRITE_ASKS: Final = Asks(
    text="Write something first, say it, draw it or point at a picture; or press “Leave”."
)
ANSWER_ASKS: Final = Asks(
    text="Write the answer, as you would say it to the child.",
    how_safe="Say how you know whether it is safe to read there.",
)
ASKED_ASKS: Final = Asks(
    who_writes="Choose who writes with the link, as the child told you.",
    asked="Say what the child told you, in their words.",
)
DECISION_ASKS: Final = Asks(
    text="Write what was decided, as you would say it to the child.",
    how="Say how you know that it is safe to read there; or how the child learns of it otherwise.",
)
DESCRIBE_ASKS: Final = Asks(text="Say what you see in the drawing, for somebody who does not see it.")
WRITE_DOWN_ASKS: Final = Asks(
    text="Write down what the child says in the recording, word for word as you hear it.",
    why="Say what was written down wrongly before.",
)
CHECK_ASKS: Final = Asks(found="Say what you did and what you found.")


UNHEARD: Final = (
    "Listen to it first: nobody has written down yet what the child says. Then say that you have read it."
)
UNHEARD_BY_YOU: Final = "Listen to it first: what you write down is what you hear yourself."
TOO_LONG: Final = (
    "This recording is too long to send. Say it in two parts: the first part now, then the rest."
)
NOT_READ_HERE: Final = "Nothing can be read here any longer. Ask the person who gave you the card for a new one. You can still write."
NOT_YOURS: Final = "That is not your secret word. You can still write without it."
NOT_TAKEN_BACK: Final = "That cannot be taken back here. Give your secret word first."
NOBODY_LEFT: Final = (
    "It is not sent: nobody here who does not work with them could read it. Please ring Childline on 0800 1111. "
    "If you are in danger, ring 999."
)
# By how many tries are left, the last first: a sentence each, so that it can be translated.
NOT_THE_WORD: Final = (
    "That is not the word. You can try once more, and then the card does not open any longer. Ask somebody you trust.",
    "That is not the word. You can try 2 more times.",
    "That is not the word. You can try 3 more times.",
    "That is not the word. You can try 4 more times.",
)


class About(StrEnum):
    """What a child may choose to write. The value is stored."""

    FEEL = "feel"
    MEETING = "meeting"
    CHANGE = "change"
    GOOD = "good"
    UNSAFE = "unsafe"


class Feeling(StrEnum):
    """What a child may point at. The value is stored."""

    HAPPY = "happy"
    CALM = "calm"
    SAD = "sad"
    WORRIED = "worried"
    SCARED = "scared"
    ANGRY = "angry"
    TIRED = "tired"
    UNSURE = "unsure"


class Meeting(StrEnum):
    """Which meeting they write before or after."""

    REVIEW = "review"
    PANEL = "panel"
    OTHER = "other"


class WhoWrites(StrEnum):
    """Who writes with a link, as the child said when they were asked. The value is stored."""

    CHILD = "child"
    OTHER = "other"
    UNSURE = "unsure"


@dataclass(frozen=True)
class LinkState:
    """What decides whether a link is good. `wrong`: wrong words so far."""

    expires_at: datetime
    ended_at: datetime | None
    wrong: int


def new_code() -> str:
    """A code of `BITS` random bits, in letters that are read from a card."""
    return "".join(secrets.choice(ALPHABET) for _letter in range(LETTERS))


def in_groups(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def as_code(typed: str) -> str:
    """What somebody typed, as the code that it is: small letters, blanks and dashes are the same."""
    return re.sub(r"[^0-9A-Z]", "", typed[:200].upper())


def as_word(typed: str) -> str:
    """A word as it is compared: small letters, without blanks at its ends, and however its accents were typed."""
    return " ".join(unicodedata.normalize("NFKC", typed[:200]).casefold().split())


def is_good(link: LinkState, now: datetime) -> bool:
    return link.ended_at is None and link.wrong < MOST_WRONG and now < link.expires_at


def why_not_make(
    *, word: str, weeks: int, may_write: bool, has_died: bool, is_made: bool = False
) -> str | None:
    """`is_made`: by this same form, which was sent twice or loaded again."""
    if not may_write:
        return "Your role does not write in the record."
    if has_died:
        return "It is recorded that the child has died."
    if is_made:
        return "This link is made, and its code was shown once. If nobody wrote it down, end the link and make another."
    if len(as_word(word)) < 4:
        return LINK_ASKS["word"]
    return None if weeks in WEEKS else LINK_ASKS["weeks"]


def why_not_send(
    *,
    about: str,
    text: str,
    today: int,
    is_drawing: bool = True,
    has_drawing: bool = False,
    pointed: Collection[str] = (),
    is_spoken: bool = False,
) -> str | None:
    """`today`: how many came through this link in the last 24 hours. `is_drawing`: what was sent as one can be kept. `is_spoken`: a recording came with it."""
    if about not in set(About):
        return "Choose what you want to write."
    if not is_drawing:
        return "The drawing cannot be sent: it may be very long. Undo some of it, or start it again."
    wrong = not set(pointed) <= set(Feeling) or len(pointed) > len(Feeling)
    if wrong or (pointed and about != About.FEEL):
        return "Choose again how you feel."
    if not text.strip() and not has_drawing and not pointed and not is_spoken:
        return WRITE_ASKS["text"]
    if len(text) > LONGEST:
        return "That is very long. Send the first part, then write the rest."
    if today >= MOST_A_DAY:
        return "You have sent very many today. You can write again tomorrow. If you need somebody now, ring a number above."
    return None


def why_not_take_sound(*, size: int, most_bytes: int, today: int) -> str | None:
    """Before a recording is opened. `size` in bytes; `today`: how many came through this link in the last 24 hours."""
    if size == 0:
        return "Nothing was recorded. Say it again, or write it."
    if size > most_bytes:
        return TOO_LONG
    if today >= MOST_SPOKEN_A_DAY:
        return "You have sent very many recordings today. You can still write. If you need somebody now, ring a number above."
    return None


def why_not_keep_sound(*, seconds: int, most_seconds: int) -> str | None:
    """`seconds`: as counted from what was recorded."""
    return TOO_LONG if seconds > most_seconds + LONGER_BY else None


def why_not_set_secret(*, secret: str, word: str, is_set: bool) -> str | None:
    """A secret is set once: whoever could change it could read what was written before."""
    if is_set:
        return "There is a secret word already. If you did not set it, somebody else has: tell somebody you trust, or ring Childline."
    if len(as_word(secret)) < 6:
        return "Use at least six letters, so that nobody guesses it."
    if as_word(secret) == as_word(word):
        return "Use another word than the one that you were told: whoever told you knows that one."
    return None


def why_not_ask(*, is_maker: bool, who_writes: str, asked: str) -> str | None:
    if is_maker:
        return "Somebody else than who made the link asks the child."
    if who_writes not in set(WhoWrites):
        return ASKED_ASKS["who_writes"]
    return ASKED_ASKS.missing(asked=asked)


def shows_decisions(*, who_writes: str, asked_at: datetime | None, secret_at: datetime | None) -> bool:
    """Whether a link shows what meetings decided to whoever gives its secret: the child said that it is they who write, to somebody else than who made
    the link, and after the secret was set. Whoever sets one afterwards reads nothing of it."""
    if who_writes != WhoWrites.CHILD or asked_at is None or secret_at is None:
        return False
    return secret_at <= asked_at


def names_in(typed: str, names: Iterable[tuple[str, ...]]) -> list[int]:
    """Which of these names (each in its parts) stand in what was typed: any part of three letters or more, however it is written."""
    words = {form for word in parts(typed) for form in (word, word.removesuffix("s"))}  # also as “Sol’s”
    return [
        place
        for place, name in enumerate(names)
        if any(part in words for whole in name for part in parts(whole) if len(part) > 2)
    ]


def why_not_say_read(*, is_known: bool) -> str | None:
    """`is_known`: what the child sent stands there to be read, or this user has listened to it."""
    return None if is_known else UNHEARD


def why_not_answer(*, text: str, how_safe: str, taken_back: bool, is_known: bool = True) -> str | None:
    """`is_known`: as above. Whoever answers has read it."""
    if taken_back:
        return "The child took this back. Speak to the child instead."
    if not is_known:
        return UNHEARD
    return ANSWER_ASKS.missing(text=text, how_safe=how_safe)


def why_not_tell_decision(
    *, may_tell: bool, is_decided: bool, has_died: bool, links: int, text: str, is_safe: bool, how: str
) -> str | None:
    """Whether it may be written for the child what a meeting decided. `may_tell`: in the name of that meeting. `links`: how many are good now, whether or not the child uses them."""
    if not may_tell:
        return "Whoever wrote the decision down says it to the child, or whoever holds the panel. Ask them."
    if has_died:
        return "It is recorded that the child has died."
    if not is_decided:
        return "Nothing has been decided yet."
    if is_safe and not links:
        return "The child has no link that is good now. Say how they learn of it otherwise."
    if is_safe and links > 1:
        return "The child has more than one link that is good. End the old one first: it would be shown there too."
    return DECISION_ASKS.missing(text=text, how=how)


def is_same_again(before: datetime, decided: datetime | None, now: datetime) -> bool:
    """Whether what is written now, and was written `before` in the same words, is one form that was sent twice."""
    return now - before < TWICE and (decided is None or before >= decided)


def why_not_describe(*, has_drawing: bool, taken_back: bool, is_anothers: bool, text: str) -> str | None:
    """`is_anothers`: somebody else has described it."""
    if taken_back:
        return "The child took this back. Speak to the child instead."
    if not has_drawing:
        return "There is no drawing here."
    if is_anothers:
        return "Somebody else has described it. What they wrote stays."
    return DESCRIBE_ASKS.missing(text=text)


def why_not_write_down(
    *, is_spoken: bool, taken_back: bool, is_first: bool, has_listened: bool, text: str, why: str
) -> str | None:
    """`is_first`: nobody has written down yet what the child said. What was written down before stays, with why it was wrong. `has_listened`: this user
    themselves."""
    if taken_back:
        return "The child took this back. Speak to the child instead."
    if not is_spoken:
        return "There is no recording here."
    if not has_listened:
        return UNHEARD_BY_YOU
    return WRITE_DOWN_ASKS.missing(text=text, why="-" if is_first else why)


def why_not_check(*, is_outside: bool, checked: bool, found: str, is_known: bool = True) -> str | None:
    """`is_known`: as in `why_not_say_read`."""
    if not is_outside:
        return "Somebody outside their line checks this."
    if checked:
        return "This was checked already."
    if not is_known:
        return UNHEARD
    return CHECK_ASKS.missing(found=found)


def device_of(agent: str) -> str:
    """What kind of device it was, so that a colleague’s own machine is noticed."""
    return ", ".join(filter(None, (system_of(agent), browser_of(agent)))) or "unknown device"
