"""What a partnership's own requirement needs before it can be asked, and when it is asked. Pure."""

from collections.abc import Collection
from datetime import date
from typing import Final

from heard.agencies.rules import Asks

PACK: Final = "ours"  # beside the ids of the packs of the knowledge
ALL: Final = "all"
TOGETHER: Final = "partnership"
KINDS: Final = ("social_care", "police", "health", "education", "youth_justice", "voluntary")
WRITE_ASKS: Final = Asks(
    sentence="Write the requirement as one sentence that can be checked.",
    document="Say which document it comes from.",
    page="Give the page or section of the document.",
    document_on="Give the day of the document.",
    who="Choose who has to meet it.",
    applies_from="Give the day from which it holds.",
)
REPLACE_ASKS: Final = Asks(why="Say why there is another edition.")
WITHDRAW_ASKS: Final = Asks(why="Say why it is withdrawn.")


def called(number: int, edition: int) -> str:
    """Its id in audits, of ten characters at most: 'OU4', and 'OU4-2' for the second edition, which is another requirement."""
    return f"OU{number}" if edition == 1 else f"OU{number}-{edition}"


def is_asked(*, applies_from: date, until: date) -> bool:
    """Whether an audit that looks at the days up to `until` asks it: it holds on the last of them at the latest."""
    return applies_from <= until


def why_not_write(
    *,
    may_hold: bool,
    sentence: str,
    document: str,
    page: str,
    document_on: date | None,
    who: Collection[str],
    applies_from: date | None,
    today: date,
) -> str | None:
    """`who`: kinds of agency; or all of them, or the partnership as one, and then nothing else."""
    if not may_hold:
        return "Only the board and co-ordinators write requirements."
    if why_not := WRITE_ASKS.missing(
        sentence=sentence,
        document=document,
        page=page,
        document_on=document_on,
        who=who,
        applies_from=applies_from,
    ):
        return why_not
    if document_on and document_on > today:
        return "Give the day of the document. It has not come yet."
    if not set(who) <= {ALL, TOGETHER, *KINDS}:
        return WRITE_ASKS["who"]
    if len(who) > 1 and set(who) & {ALL, TOGETHER}:
        return "Choose every agency, the partnership as one, or kinds of agency: one of these three."
    return None


def why_not_replace(*, is_replaced: bool, is_withdrawn: bool, why: str) -> str | None:
    if is_replaced:
        return "There is another edition already. Open that one."
    if is_withdrawn:
        return "This requirement is withdrawn. Write a new one."
    return REPLACE_ASKS.missing(why=why)


def why_not_withdraw(*, may_hold: bool, is_replaced: bool, is_withdrawn: bool, why: str) -> str | None:
    if not may_hold:
        return "Only the board and co-ordinators withdraw requirements."
    if is_replaced:
        return "There is another edition already. Open that one."
    if is_withdrawn:
        return "This requirement is withdrawn already."
    return WITHDRAW_ASKS.missing(why=why)
