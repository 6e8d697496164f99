"""What a password may not be: too short or endless, easily guessed from who they are, or known from a breach.

Nothing is asked of anybody elsewhere: `breached.bin` holds the first eight bytes of the SHA-256 of each word of twelve or
more characters among the million most frequent passwords of known breaches, sorted. `requirements/breached.py` makes it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from heard.agencies.models import Agency, Team

if TYPE_CHECKING:
    from heard.agencies.models import User

LONGEST: Final = 128  # characters
BREACHED: Final = Path(__file__).with_name("breached.bin")
DIGEST: Final = 8  # bytes
_OWN_WORD = 4  # letters; shorter parts of a name stand in many words
_LEFT = 8  # characters that have to be left without the words that others can guess
_DIFFERENT = 5  # characters, at least
_IN_ORDER = 2 / 3  # of the steps from one character to the next


class NotEndless:
    """A password may be a long sentence. What is longer still would only keep the server busy."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                _("This password is too long. It may have %(most)s characters.") % {"most": LONGEST}
            )

    def get_help_text(self) -> str:
        return _("Several words that do not belong together are easy to remember and hard to guess.")


class NotWhoYouAre:
    """Names of the person, of agencies (which have the town in them) and teams are what a stranger tries first."""

    def validate(self, password: str, user: User | None = None) -> None:
        left = password.casefold()
        words = {"heard", *_words(_names_of(user)), *_words(_names_of_all())}
        for word in sorted(words, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < _LEFT and left != password.casefold():
            raise ValidationError(
                _("This password is mostly a name of yours, your agency, team or town. Add other words.")
            )

    def get_help_text(self) -> str:
        return _("It may not be mostly your name, or that of an agency, team or town.")


class NotEasilyGuessed:
    """Repetitions, rows of the alphabet or of numbers, and what is known from breaches, also with a number behind it."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(set(password)) < _DIFFERENT or _repeats(password) or _is_in_order(password):
            raise ValidationError(
                _("This password repeats itself or is a row of characters. Choose another.")
            )
        if is_breached(password):
            raise ValidationError(
                _(
                    "This password is known from a breach elsewhere, so it is among the first that are tried. Choose another."
                )
            )

    def get_help_text(self) -> str:
        return _("It may not be a password that is known from a breach elsewhere.")


def is_breached(password: str) -> bool:
    """Capitals make no difference, nor numbers and exclamation marks at the end."""
    folded = password.casefold()
    stem = folded.rstrip("0123456789!")
    common: Any = CommonPasswordValidator()
    return _is_listed(folded) or _is_listed(stem) or stem in common.passwords or folded in common.passwords


def digest(word: str) -> bytes:
    return sha256(word.casefold().encode()).digest()[:DIGEST]


def _is_listed(word: str) -> bool:
    listed, wanted = BREACHED.read_bytes(), digest(word)
    place = bisect_left(range(len(listed) // DIGEST), wanted, key=lambda at: _at(listed, at))
    return _at(listed, place) == wanted


def _at(listed: bytes, place: int) -> bytes:
    return listed[place * DIGEST : (place + 1) * DIGEST]


def _names_of(user: User | None) -> Iterable[str]:
    return (user.username, user.first_name, user.last_name) if user else ()


def _names_of_all() -> Iterable[str]:
    """Of every agency and team: this asks for no user, since whoever sets a password does not see them."""
    return (*Agency.objects.values_list("name", flat=True), *Team.objects.values_list("name", flat=True))


def _words(names: Iterable[str]) -> Iterable[str]:
    parts = (part for name in names for part in re.split(r"[\W\d_]+", name.casefold()))
    return (part for part in parts if len(part) >= _OWN_WORD)


def _repeats(password: str) -> bool:
    """Whether it is one piece, twice or oftener."""
    return (password + password).find(password, 1) < len(password)


def _is_in_order(password: str) -> bool:
    steps = [abs(ord(after) - ord(before)) for before, after in pairwise(password)]
    return sum(step <= 1 for step in steps) >= _IN_ORDER * len(steps)
