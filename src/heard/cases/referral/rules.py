"""When a referral may be written, reviewed, exported and followed up. Pure.

A referral is prepared here and submitted by a person elsewhere. Whoever wrote in it does not review it; what is reviewed
never changes.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

SUBMITTED_ASKS: Final = Asks(on="Give the day on which it was submitted.")
DECISION_ASKS: Final = Asks(on="Give the day of the decision.")
REVIEW_ASKS: Final = Asks(reason="Say what has to be looked at again, so that the writer can go on.")


class ReferralState(StrEnum):
    DRAFT = "draft"
    WITH_REVIEWER = "with_reviewer"
    RETURNED = "returned"
    REVIEWED = "reviewed"


class Move(StrEnum):
    SEND = "send"
    RETURN = "return"
    AGREE = "agree"


class Stage(StrEnum):
    """The two decisions of the National Referral Mechanism. Source: first responder toolkit, April 2026, section 1."""

    REASONABLE = "reasonable"
    CONCLUSIVE = "conclusive"


TRANSITIONS: Final[dict[tuple[ReferralState, Move], ReferralState]] = {
    (ReferralState.DRAFT, Move.SEND): ReferralState.WITH_REVIEWER,
    (ReferralState.RETURNED, Move.SEND): ReferralState.WITH_REVIEWER,
    (ReferralState.WITH_REVIEWER, Move.RETURN): ReferralState.RETURNED,
    (ReferralState.WITH_REVIEWER, Move.AGREE): ReferralState.REVIEWED,
}

CHANGEABLE: Final = frozenset({ReferralState.DRAFT, ReferralState.RETURNED})

REVIEWED_IS_FINAL: Final = "A reviewed referral never changes. Begin a new version: this one stays beside it."
WITH_THE_REVIEWER: Final = "This referral is with its reviewer. It can be changed if it is returned."
FIRST_SUBMITTED: Final = "First note when it was submitted."
NOT_YOURS: Final = "Your role does not prepare referrals."


def after(state: str, move: Move) -> ReferralState | None:
    """The state that a move leads to, or None where the move is not possible from here."""
    return TRANSITIONS.get((ReferralState(state), move))


def why_not_start(
    *, may_refer: bool, case_is_open: bool, has_unreviewed: bool, has_reviewed: bool
) -> str | None:
    if not may_refer:
        return NOT_YOURS
    if has_unreviewed:
        return "A referral of this child has been started. Go on with that one."
    if has_reviewed:
        return "This child has a reviewed referral. Begin a new version of it if something has changed."
    return None if case_is_open else "This case is closed. A referral is prepared in an open case."


def why_not_copy(*, may_refer: bool, state: str, has_unreviewed: bool, replaced: bool = False) -> str | None:
    """Whether a new version can be begun from this one."""
    if not may_refer:
        return NOT_YOURS
    if state != ReferralState.REVIEWED:
        return "Only a reviewed referral has a new version. Change this one."
    if has_unreviewed:
        return "A new version has been started already. Go on with that one."
    return "There is a newer version of this referral. Begin from that one." if replaced else None


def why_not_change(*, may_refer: bool, state: str) -> str | None:
    if not may_refer:
        return NOT_YOURS
    if state in CHANGEABLE:
        return None
    return REVIEWED_IS_FINAL if state == ReferralState.REVIEWED else WITH_THE_REVIEWER


def why_not_send(
    *, may_refer: bool, state: str, unanswered: int, has_words: bool, why_no_words: str
) -> str | None:
    """`unanswered`: how many answers that the form requires are not there. Nothing else stands in the way of a review."""
    why_not = why_not_change(may_refer=may_refer, state=state)
    if why_not:
        return why_not
    if unanswered:
        return "Some answers that the form requires are still empty. The check lists them."
    if not has_words and not why_no_words.strip():
        return "Add what the child says about being referred, or say why their view is not there."
    return None


def why_not_review(*, may_refer: bool, state: str, wrote_in_it: bool) -> str | None:
    """Four eyes: whoever wrote any part of a referral leaves its review to somebody else."""
    if not may_refer:
        return "Your role does not review referrals."
    if state != ReferralState.WITH_REVIEWER:
        return "This referral does not wait for a review."
    if wrote_in_it:
        return "You wrote in this referral, so somebody else has to read it."
    return None


def why_not_return(*, may_refer: bool, state: str, wrote_in_it: bool, reason: str) -> str | None:
    why_not = why_not_review(may_refer=may_refer, state=state, wrote_in_it=wrote_in_it)
    if why_not:
        return why_not
    return REVIEW_ASKS.missing(reason=reason)


def why_not_export(*, may_refer: bool, state: str) -> str | None:
    if not may_refer:
        return NOT_YOURS
    return (
        None if state == ReferralState.REVIEWED else "It can be taken out once somebody else has reviewed it."
    )


def why_not_submitted(
    *, may_refer: bool, state: str, was: date | None, on: date | None, reviewed_on: date | None, today: date
) -> str | None:
    """Whether it can be noted that somebody submitted it. `was`: the day that is noted already."""
    if not may_refer:
        return NOT_YOURS
    if state != ReferralState.REVIEWED or reviewed_on is None:
        return "A referral is submitted once somebody else has reviewed it."
    if was is not None:
        return "It is noted already that this referral was submitted."
    if on is None:
        return SUBMITTED_ASKS["on"]
    if on > today:
        return "It cannot have been submitted on a day to come. Check the date."
    return None if on >= reviewed_on else "It was reviewed after that day. Check the date."


def why_not_reference(*, may_refer: bool, submitted_on: date | None) -> str | None:
    if not may_refer:
        return NOT_YOURS
    return FIRST_SUBMITTED if submitted_on is None else None


def why_not_decided(
    *,
    may_refer: bool,
    submitted_on: date | None,
    reasonable_on: date | None,
    stage: str,
    on: date | None,
    today: date,
    to_notify: bool,
) -> str | None:
    """Whether a decision of the Home Office can be noted. `reasonable_on`: the day of the reasonable grounds decision."""
    if not may_refer:
        return NOT_YOURS
    if submitted_on is None:
        return FIRST_SUBMITTED
    if to_notify:
        return "A duty to notify has no decision: the adult was not referred."
    if on is None:
        return DECISION_ASKS["on"]
    if on > today:
        return "The decision cannot be of a day to come. Check the date."
    if on < submitted_on:
        return "The decision cannot be older than the referral. Check the date."
    if stage == Stage.CONCLUSIVE and reasonable_on is None:
        return "Note the reasonable grounds decision first: it comes before the conclusive one."
    if stage == Stage.CONCLUSIVE and reasonable_on and on < reasonable_on:
        return "The conclusive decision cannot be older than the one on reasonable grounds. Check the date."
    return None


def length(text: str) -> int:
    """Characters as a browser's box counts them: some letters and most emoji are two."""
    return len(text.replace("\r\n", "\n").encode("utf-16-le")) // 2


def why_too_long(text: str, limit: int) -> tuple[str, int] | None:
    """The sentence and the number of characters that are too many, or None."""
    over = length(text) - limit
    return ("This is %(over)s characters too long: the form takes %(limit)s.", over) if over > 0 else None
