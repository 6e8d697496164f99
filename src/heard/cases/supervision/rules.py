"""When supervision is prepared, held, read and closed. Pure.

A record of supervision belongs to two people and to nobody else. What is decided in it about a child gets into the
child's record only by a step of its own.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

HOLD_ASKS: Final = Asks(
    held_on="Give the day on which you met.",
    talked="Write what you talked about.",
    next_on="Agree the day of the next supervision.",
)
CALL_OFF_ASKS: Final = Asks(why="Say why it is called off.")
CORRECTION_ASKS: Final = Asks(text="Write the correction.")
RECORD_ASKS: Final = Asks(
    text="Write the decision as it will stand in the child’s record.",
    reason="Give the reason for this decision.",
)


class SupervisionState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CONFIRMED = "confirmed"
    CALLED_OFF = "called_off"


CONFIRMED_IS_FINAL: Final = "You have both read this record, so it never changes. Add a correction instead."
CALLED_OFF: Final = "This supervision was called off."


def why_not_begin(
    *,
    is_one_of_them: bool,
    is_same: bool,
    supervises: bool,
    under_way: bool,
    planned_on: date | None,
    today: date,
) -> str | None:
    """`supervises`: the one has the role to hold supervision in a team in which the other works."""
    if not is_one_of_them:
        return "Supervision is begun by one of the two whom it is for."
    if is_same:
        return "Choose somebody else: nobody supervises themselves."
    if not supervises:
        return (
            "A supervisor holds supervision with the people of their own team. Choose one of the same team."
        )
    if under_way:
        return "The next supervision of you two is planned already. Go on with that one."
    return _why_not_day(planned_on, today)


def why_not_move(*, state: str, planned_on: date | None, today: date) -> str | None:
    if state != SupervisionState.PLANNED:
        return "Only supervision that is still to come can be moved."
    return _why_not_day(planned_on, today)


def why_not_call_off(*, state: str, why: str) -> str | None:
    if state != SupervisionState.PLANNED:
        return "Only supervision that is still to come can be called off."
    return CALL_OFF_ASKS.missing(why=why)


def why_not_prepare(*, state: str, is_worker: bool) -> str | None:
    if not is_worker:
        return "The worker prepares: these are their own thoughts."
    return None if state == SupervisionState.PLANNED else "This supervision has been held already."


def why_not_write(*, state: str, is_supervisor: bool) -> str | None:
    """Whether the record may be written, with its decisions and actions."""
    if not is_supervisor:
        return "The supervisor writes, with the worker beside them."
    if state == SupervisionState.CONFIRMED:
        return CONFIRMED_IS_FINAL
    return CALLED_OFF if state == SupervisionState.CALLED_OFF else None


def why_not_hold(
    *,
    state: str,
    is_supervisor: bool,
    held_on: date | None,
    talked: str,
    next_on: date | None,
    today: date,
) -> str | None:
    why_not = why_not_write(state=state, is_supervisor=is_supervisor)
    if why_not:
        return why_not
    if held_on is None:
        return HOLD_ASKS["held_on"]
    if held_on > today:
        return "The day on which you met is in the future. Write the record once you have met."
    if why_not := HOLD_ASKS.missing(talked=talked, next_on=next_on):
        return why_not
    return None if next_on and next_on > held_on else "The next supervision has to be after this one."


def why_not_confirm(*, state: str, is_one_of_them: bool, has_confirmed: bool) -> str | None:
    if not is_one_of_them:
        return "Only the two whom this record belongs to say that they have read it."
    if state != SupervisionState.HELD:
        return (
            CONFIRMED_IS_FINAL
            if state == SupervisionState.CONFIRMED
            else "Nothing has been written yet that could be read."
        )
    return "You have said already that you have read it." if has_confirmed else None


def why_not_correct(*, state: str, text: str) -> str | None:
    if state != SupervisionState.CONFIRMED:
        return "You have not both read this record yet, so it can still be changed itself."
    return CORRECTION_ASKS.missing(text=text)


def why_not_record(
    *, is_written: bool, on_record: bool, text: str, reason: str, has_words: bool, why_no_words: str
) -> str | None:
    """Whether a decision may be copied into the child's record. `is_written`: supervision has been held."""
    if not is_written:
        return "Write the record of this supervision first."
    if on_record:
        return "This decision is in the child’s record already."
    return _what_is_missing(text, reason, has_words, why_no_words)


def why_not_write_decision(
    *, may_sign_off: bool, case_is_open: bool, text: str, reason: str, has_words: bool, why_no_words: str
) -> str | None:
    """Whether a supervisor may write a decision into the record of a case at once."""
    if not may_sign_off:
        return "A supervisor writes a decision into the record. Write a note of contact."
    if not case_is_open:
        return "This case is closed. A decision belongs to an open case."
    return _what_is_missing(text, reason, has_words, why_no_words)


def _what_is_missing(text: str, reason: str, has_words: bool, why_no_words: str) -> str | None:
    if why_not := RECORD_ASKS.missing(text=text, reason=reason):
        return why_not
    if not has_words and not why_no_words.strip():
        return "Add what the child says, or say why their view is not there."
    return None


def _why_not_day(planned_on: date | None, today: date) -> str | None:
    if planned_on is None:
        return "Choose the day of the supervision."
    return None if planned_on >= today else "Choose today or a day to come."
