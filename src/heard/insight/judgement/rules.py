"""What people may say of two records, and when it may be taken back. Pure functions."""

from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple

from heard.agencies.rules import Asks

JUDGE_ASKS: Final = Asks(
    word="Say what you think of these two records.",
    why="Say why you think so. It is kept with your judgement.",
)
TAKE_BACK_ASKS: Final = Asks(why="Say why you take it back. It is kept beside the judgement.")


class Word(StrEnum):
    """The four words of judgement. The first two bind the next run; the other two leave the pair for a person."""

    SAME = "same"
    NOT_SAME = "not_same"
    CANNOT_TELL = "cannot_tell"
    ASK_OTHERS = "ask_others"


class Pair(NamedTuple):
    """Two records by their source and the key that the source gives: so they are the same pair in every run."""

    left_source: str
    left_id: str
    right_source: str
    right_id: str

    @classmethod
    def of(cls, left: tuple[str, str], right: tuple[str, str]) -> "Pair":
        """In one order, whichever of the two came first."""
        first, second = sorted((left, right))
        return cls(*first, *second)

    @property
    def left(self) -> tuple[str, str]:
        return self.left_source, self.left_id

    @property
    def right(self) -> tuple[str, str]:
        return self.right_source, self.right_id

    @property
    def key(self) -> str:
        """For lists and addresses: it says nothing about who the two are."""
        return sha256("\n".join(self).encode()).hexdigest()[:32]


def why_not_judge(*, may_judge: bool, word: str, why: str) -> str | None:
    if not may_judge:
        return "Your role does not judge whether two records are one child."
    if word not in set(Word):
        return JUDGE_ASKS["word"]
    return JUDGE_ASKS.missing(why=why)


def why_not_take_back(*, may_judge: bool, taken_back: bool, stands: bool, why: str) -> str | None:
    """Only what stands is taken back: then what was said before it stands again, as if it had never been said."""
    if not may_judge:
        return "Your role does not judge whether two records are one child."
    if taken_back:
        return "This judgement was taken back already."
    if not stands:
        return "Somebody has judged these two records since. Take the latest judgement back first."
    return TAKE_BACK_ASKS.missing(why=why)
