"""When a child is missing and when back, until when the interview is due, and what each of them must say. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.case.rules import Clock, due_on

OFFER_ASKS: Final = Asks(
    not_offered_why="Say why the interview was not offered. It is offered each time.",
    declined_why="Say what the child said about why not, or that no reason was given, and what was offered instead.",
    outcome="Say what the child answered, or that the interview was not offered.",
    accepted_by="Say who offered the interview.",
    declined_by="Say who offered the interview.",
)
ANSWER_ASKS: Final = Asks(
    kind="Say what the child has to do with it.",
    choice="Choose one of those on record, or say that it is somebody or somewhere new.",
)
FOUND_ASKS: Final = Asks(
    condition="Say how the child is, in plain words.",
    check_note="Say why the police have not seen the child since the return.",
    check_by_police="Say whether the police have seen the child since, or that it is not known.",
)
EPISODE_ASKS: Final = Asks(danger="Say whether the child is in danger, or that it is not known.")

# What an episode says of the time before the return and of the return, by the fields of its model: in words that whoever writes chooses, and all.
MISSING_WORDS: Final = (
    "from_detail", "last_seen_where", "last_seen_by", "what_is_known", "danger_why", "why_not_reported", "clothing", "mood",
    "money", "phone_state",
)  # fmt: skip
MISSING: Final = (
    "missing_from", "from_where", "danger", "reported_at", "police_reference", *MISSING_WORDS,
)  # fmt: skip
FOUND_WORDS: Final = ("found_where", "found_by", "condition", "check_note")
FOUND: Final = ("found_at", "check_by_police", *FOUND_WORDS)

_LETTERS: Final = 4  # of a name that is looked for in another


class Danger(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class Check(StrEnum):
    """The talk that the police have with a child who is back: is the child well, and what will prevent it?"""

    DONE = "done"
    NOT_DONE = "not_done"
    NOT_KNOWN = "not_known"


class Offered(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_OFFERED = "not_offered"


class InterviewPart(StrEnum):
    """What of an episode is written anew, and kept as it was."""

    RETURN = "return"
    INTERVIEW = "interview"


class Passed(StrEnum):
    """Whether what the child said was passed on to somebody. NOBODY: the child has no such person."""

    YES = "yes"
    NO = "no"
    NOBODY = "nobody"


OVERLAPS: Final = "This child is noted as missing at that time already, and one episode cannot lie in another. Check the dates."
HAS_OPEN: Final = "This child is noted as missing now. Go on with that episode."
NOT_REACHED: Final = "Nobody spoke with the child, so no interview was held and it stays due. Go back to the episode, choose “Note an offer”, say that it was not offered, and why: when and how somebody tried."
TAKEN_BACK: Final = "This episode was noted by mistake and has been taken back."

TOGETHER: Final = (
    "Both records say that the child was missing at the same time. Take one of the two episodes back, or put its times right, "
    "first."
)

type Noted = tuple[
    datetime, datetime | None, object
]  # from, until, and the interview; None where there is none
type Period = tuple[datetime, datetime | None]  # from, and until; None where it is not over


@dataclass(frozen=True)
class Span:
    """A length of time in one unit that people say: minutes up to an hour, hours up to three days, then days."""

    amount: int
    unit: str  # "minutes", "hours" or "days"


def interview_due(clock: Clock, returned_at: datetime, zone: tzinfo) -> datetime:
    """The last moment in time. Hours are real hours, also over a night in which the clocks change; a clock that counts
    days ends with its last day."""
    if clock.unit == "hours":
        return returned_at.astimezone(UTC) + timedelta(hours=clock.amount)
    last = due_on(clock, returned_at.astimezone(zone).date())
    return datetime.combine(last + timedelta(days=1), time(0), zone).astimezone(UTC)


def how_long(since: datetime, until: datetime) -> Span:
    """Rounded down, and never below nought. Real time, whatever the clocks on the wall did meanwhile."""
    seconds = max((until.astimezone(UTC) - since.astimezone(UTC)).total_seconds(), 0)
    hours = int(seconds // 3600)
    if hours < 1:
        return Span(int(seconds // 60), "minutes")
    return Span(hours, "hours") if hours < 72 else Span(hours // 24, "days")


def overlap(one: Period, others: Iterable[Period]) -> bool:
    """Whether any of them shares time with this one. To come back and go missing in the same minute is no overlap."""
    start, end = one
    return any(
        (end is None or other_start < end) and (other_end is None or start < other_end)
        for other_start, other_end in others
    )


def why_not_note(
    *,
    may_note: bool,
    missing_from: datetime | None,
    last_seen_where: str,
    last_seen_by: str,
    reported_at: datetime | None,
    why_not_reported: str,
    danger: str,
    danger_why: str,
    now: datetime,
) -> str | None:
    """Whether an episode may be noted or changed like this."""
    if not may_note:
        return "Your role does not note that a child is missing. Ring the police and the duty team."
    if missing_from is None:
        return "Say from when the child has been missing."
    if missing_from > now:
        return "The time from which the child is missing has not come yet. Check the day and the time."
    if not last_seen_where.strip() or not last_seen_by.strip():
        return "Say where the child was seen last, and by whom."
    return _why_not_reported(missing_from, reported_at, why_not_reported, now) or _why_no_danger(
        danger, danger_why
    )


def _why_not_reported(
    missing_from: datetime, reported_at: datetime | None, why_not: str, now: datetime
) -> str | None:
    if reported_at is None:
        return None if why_not.strip() else "Say when the police were told, or why they have not been told."
    if reported_at > now:
        return "The time at which the police were told has not come yet. Check the day and the time."
    if reported_at < missing_from:
        return "The police were told before the child was missing. Check both times."
    return None


def _why_no_danger(danger: str, why: str) -> str | None:
    if danger not in set(Danger):
        return EPISODE_ASKS["danger"]
    if danger == Danger.YES and not why.strip():
        return "Say what the danger is, so that whoever looks for the child knows it."
    return None


def why_not_period(*, period: Period, others: Iterable[Period], before: Period | None = None) -> str | None:
    """`others`: the child's other episodes, without those that were taken back. `before`: what the record says until now.
    What overlaps already, since two records were merged, is no reason: the child can still be noted as back."""
    others = [other for other in others if before is None or not overlap(before, [other])]
    if period[1] is None and any(end is None for _start, end in others):
        return HAS_OPEN
    return OVERLAPS if overlap(period, others) else None


def why_not_join(kept: Sequence[Noted], merged: Sequence[Noted]) -> str | None:
    """Whether the episodes of two records can be those of one child. Where two overlap, one of them is taken back first; not
    where the child has spoken about each: what the child said stays."""
    for start, end, interview in kept:
        for other_start, other_end, other_interview in merged:
            spoken = interview is not None and other_interview is not None
            if not spoken and overlap((start, end), [(other_start, other_end)]):
                return TOGETHER
    return None


def why_not_find(
    *,
    may_note: bool,
    missing_from: datetime,
    found_at: datetime | None,
    found_where: str,
    found_by: str,
    condition: str,
    check: str,
    check_note: str,
    now: datetime,
) -> str | None:
    """Whether a return may be noted or put right like this."""
    if not may_note:
        return "Your role does not note that a child is back. Ring the duty team."
    if found_at is None:
        return "Say when the child was found or came back."
    if found_at > now:
        return "The time of the return has not come yet. Check the day and the time."
    if found_at <= missing_from:
        return "The child was back before being missing. Check both times."
    if not found_where.strip() or not found_by.strip():
        return "Say where the child was found, and by whom, or that the child came back alone."
    if not condition.strip():
        return FOUND_ASKS["condition"]
    if check not in set(Check):
        return FOUND_ASKS["check_by_police"]
    if check == Check.NOT_DONE and not check_note.strip():
        return FOUND_ASKS["check_note"]
    return None


def why_not_move_return(*, found_at: datetime, spoken: Iterable[datetime]) -> str | None:
    """`spoken`: when the interview was offered and held. The child cannot have come back after that."""
    if any(at < found_at for at in spoken):
        return "The interview was offered or held before that time, so the child was back by then. Check the day and the time."
    return None


def why_not_take_back(*, may_note: bool, taken_back: bool, has_interview: bool, reason: str) -> str | None:
    if not may_note:
        return "Your role does not take an episode back."
    if taken_back:
        return TAKEN_BACK
    if has_interview:
        return "The child has spoken about this. An episode with an interview is not taken back."
    if not reason.strip():
        return "Say why this was no episode, such as that it was noted on the wrong child."
    return None


def why_not_offer_yet(*, may_note: bool, is_back: bool, taken_back: bool) -> str | None:
    """Whether the interview can be offered, and held, at all."""
    if not may_note:
        return "Your role does not write about interviews."
    if taken_back:
        return TAKEN_BACK
    return None if is_back else "The child is not back yet. The interview is offered when the child is back."


def why_not_offer(
    *, offered_at: datetime | None, found_at: datetime, outcome: str, by_whom: str, why: str, now: datetime
) -> str | None:
    """`why`: why the child said no, or why nobody asked."""
    if outcome not in set(Offered):
        return OFFER_ASKS["outcome"]
    if outcome == Offered.NOT_OFFERED:
        return OFFER_ASKS.missing(not_offered_why=why)
    if not by_whom.strip():
        return OFFER_ASKS["accepted_by"]
    if offered_at is None or offered_at > now or offered_at < found_at:
        return "The interview is offered after the child is back. Check the day and the time of the offer."
    if outcome == Offered.DECLINED and not why.strip():
        return OFFER_ASKS["declined_why"]
    return None


def is_since_return(*, heard_on: date, written_at: datetime, found_at: datetime, zone: tzinfo) -> bool:
    """Whether the child said it after coming back, as far as the day on which they were heard and the moment at which it was written down tell."""
    return heard_on >= found_at.astimezone(zone).date() and written_at >= found_at


def why_not_hold(
    *,
    held_at: datetime | None,
    found_at: datetime,
    where: str,
    with_whom: str,
    independent: str,
    has_words: bool,
    since_return: bool,
    why_no_words: str,
    was_reached: bool,
    now: datetime,
) -> str | None:
    """`since_return`: whether the words were said after it. Only what makes it an interview is asked for. Of all other questions each may stay without an answer."""
    if not was_reached:
        return NOT_REACHED
    if held_at is None or held_at > now:
        return "Give the day and the time of the interview. Record it once it has been held."
    if held_at < found_at:
        return "The interview was before the child was back. Check the day and the time."
    if not where.strip() or not with_whom.strip():
        return "Say where the child was spoken with, and by whom."
    if not independent.strip():
        return "Say how that person is independent of those who look after the child."
    if not has_words and not why_no_words.strip():
        return "Add the child’s own words, or say why they are not there."
    if has_words and not since_return:
        return "The child said this before coming back. Choose what they said since, or say why there are no words."
    return None


def is_where_found(name: str, found_where: str) -> bool:
    """Whether a place is called as the one where the child was found: one of the two stands in the other, four letters at least."""
    one, other = (" ".join(text.casefold().split()) for text in (name, found_where))
    return min(len(one), len(other)) >= _LETTERS and (one in other or other in one)


def why_not_keep(*, may_note: bool) -> str | None:
    """That an episode, an interview or a form names a phone, car or account."""
    return None if may_note else "Your role does not write about missing children."


def why_not_answer(*, may_note: bool, has_interview: bool, name: str, kind: str, chosen: bool) -> str | None:
    """Who or what the child spoke of. `chosen`: somebody looked at who is on record, and chose; a number is not looked for."""
    if not may_note:
        return "Your role does not write about interviews."
    if not has_interview:
        return "Write down the interview first."
    if not chosen:
        return ANSWER_ASKS["choice"]
    if not name.strip():
        return "Give a name, or what the child called it."
    return ANSWER_ASKS.missing(kind=kind)


def why_not_write_form(*, may_note: bool, texts: Iterable[str]) -> str | None:
    """The Philomena form: any part may be empty, but not all of them."""
    if not may_note:
        return "Your role does not write this form."
    if not any(text.strip() for text in texts):
        return "Write at least one part of the form."
    return None
