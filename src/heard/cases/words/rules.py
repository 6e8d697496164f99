"""What a child says beside a decision; what was done about the child's words, and whether the child has been told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from heard.agencies.rules import Asks
from heard.cases.case.rules import WhyUnheard

ANSWER_ASKS: Final = Asks(
    what_changed="Say what changed because of it. If nothing could change, say so, and why."
)


@dataclass(frozen=True)
class ChildsView:
    """What the child says beside a decision, or why they are not heard: one of four.

    `words_id`: words that are recorded already. `new`: text, heard_by, heard_on, how and what_changed of words to
    record now. `unheard`: the child was asked, or somebody tried to reach them. `why_no_words`: another reason.
    """

    words_id: UUID | None = None
    new: Mapping[str, Any] | None = None
    why_no_words: str = ""
    unheard: WhyUnheard | None = None


def why_not_answer(
    *, is_corrected: bool, what_changed: str, told_on: date | None, told_by: str, heard_on: date, today: date
) -> str | None:
    """Whether it may be written down what changed because of words, and when the child was told of it.

    `told_on` and `told_by` are both there, or neither: what changed may be known before the child can be told.
    """
    if is_corrected:
        return "These words have been corrected. Write down what changed beside the newer ones."
    if not what_changed.strip():
        return ANSWER_ASKS["what_changed"]
    if told_on is None:
        return "Say on which day the child was told." if told_by.strip() else None
    if not told_by.strip():
        return "Say who told the child."
    if told_on < heard_on:
        return "The child was told before they were heard. Check both dates."
    if told_on > today:
        return "The day is in the future. Write it down once the child has been told."
    return None
