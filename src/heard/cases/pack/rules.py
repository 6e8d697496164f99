"""When a pack may be made, fetched and removed, and when what goes to the person it is about may be decided, checked and
given. Pure."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks, Filled

PARTS_ASKS: Final = Asks(parts="Choose at least one part of the record.")
START_ASKS: Final = Asks(
    asked_on="Give the day on which they asked: today or before.",
    requester_name="Write down the name of the person who asks, and how you know that it is them.",
    requester="Say who asks for the record.",
)
REASON_ASKS: Final = Asks(reason="Choose the reason. Nothing is withheld without one.")
FILE_ASKS: Final = Asks(give="Choose what becomes of this file.")
CHECK_ASKS: Final = Asks(note="Say what has to be looked at again.")
GIVEN_ASKS: Final = Asks(
    how="Say how it was given.",
    to_whom="Say to whom it was given.",
)
PACK_ASKS: Final = Asks(keep_until="Give the day until which the file is kept: today or later.")
TREAT_ASKS: Final = Asks(instead="Write the words that stand in its place, such as “a relative”.")


class PackPart(StrEnum):
    """What of a record can be chosen, in the order of the paper. Supervision is no part of a child's record."""

    IDENTITY = "identity"
    WORDS = "words"
    WORRIES = "worries"
    NOTES = "notes"
    ASSESSMENTS = "assessments"
    PLANS = "plans"
    SAFETY = "safety"
    REVIEWS = "reviews"
    MISSING = "missing"
    SHARING = "sharing"
    REFERRAL = "referral"
    PANEL = "panel"
    CHRONOLOGY = "chronology"
    FILES = "files"


class PackState(StrEnum):
    """Of a pack."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REMOVED = "removed"


class Stage(StrEnum):
    """How far the answer to somebody who asked for the record is."""

    DECIDING = "deciding"
    CHECKING = "checking"
    FINAL = "final"
    GIVEN = "given"
    STOPPED = "stopped"


class Requester(StrEnum):
    CHILD = "child"
    PARENT = "parent"
    FOR_CHILD = "for_child"


class Treatment(StrEnum):
    """What becomes of a stretch of text. Until somebody has decided it has none."""

    SHOW = "show"
    WITHHOLD = "withhold"
    PSEUDONYM = "pseudonym"


class Give(StrEnum):
    """What becomes of a file as a whole: its pages, the text in it with what is withheld left out, or nothing."""

    WHOLE = "whole"
    TEXT = "text"
    WITHHOLD = "withhold"


class Found(StrEnum):
    """What kind of name or number was found in a text."""

    PERSON = "person"
    STAFF = "staff"
    AGENCY = "agency"
    ADDRESS = "address"
    NUMBER = "number"
    HAND = "hand"


KEEP_DAYS: Final = 14  # suggested; the partnership's own policy says how long
MOST_KEEP_DAYS: Final = 90
SILENT: Final = timedelta(minutes=2)  # a pack of which nothing was heard for so long has lost its worker
MOST_ATTEMPTS: Final = 3
WORTH_A_SECOND_LOOK: Final = 3  # letters of a part of a name that is looked for by itself

OF_ANOTHER_DAY: Final = "This pack has been removed. Make a new one: it will hold the record as it is now."
NOT_WHOLE: Final = "This pack is not any more what was made, so it is not given out. Remove it and make a new one, and tell the person who looks after Heard."
WITHOUT_KEY: Final = (
    "This pack cannot be opened: it is encrypted, and its key is not where Heard looks for it. Nothing is lost by that alone. Tell the "
    "person who looks after Heard."
)
DECIDED: Final = "This has been checked and is final: it stays as it is."
WITH_CHECKER: Final = "This is with the person who checks it. Wait for them, or ask them to return it."


def why_not_ask(
    *,
    may_see: bool,
    purpose: str,
    for_whom: str,
    parts: Collection[str],
    since: date | None,
    until: date | None,
    keep_until: date | None,
    today: date,
) -> str | None:
    if not may_see:
        return "Your role does not make packs."
    if not purpose.strip():
        return "Say what the pack is for. It stands on its first page."
    if not for_whom.strip():
        return "Say whom the pack is for. It stands on its first page."
    return _why_not_parts(parts, since, until) or _why_not_keep(keep_until, today)


def _why_not_parts(parts: Collection[str], since: date | None, until: date | None) -> str | None:
    if not parts or not set(parts) <= set(PackPart):
        return PARTS_ASKS["parts"]
    if since and until and since > until:
        return "The chronology ends before it begins. Check both days."
    return None


def _why_not_keep(keep_until: date | None, today: date) -> str | None:
    if keep_until is None or keep_until < today:
        return PACK_ASKS["keep_until"]
    if keep_until > today + timedelta(days=MOST_KEEP_DAYS):
        return Filled(
            "A pack is kept for %(most)s days at most. The record stays: a new pack is quickly made.",
            most=MOST_KEEP_DAYS,
        )
    return None


def is_silent(state: str, beat_at: datetime | None, now: datetime) -> bool:
    """Whether it is being made and nothing was heard of it for too long: the worker was killed."""
    return state == PackState.RUNNING and (beat_at is None or now - beat_at > SILENT)


def why_not_again(*, state: str, silent: bool) -> str | None:
    if state == PackState.RUNNING and not silent:
        return "This pack is being made. Wait for it."
    if state in {PackState.WAITING, PackState.DONE}:
        return "This pack is made already, or waits in the queue."
    return OF_ANOTHER_DAY if state == PackState.REMOVED else None


def why_not_fetch(*, state: str, keep_until: date, today: date, stage: str = "") -> str | None:
    """`stage`: of the request that it answers, '' for a pack of one's own."""
    if stage == Stage.STOPPED:
        return "This request was ended without the record being given. Its PDF is given to nobody."
    if state == PackState.REMOVED or keep_until < today:
        return OF_ANOTHER_DAY
    return None if state == PackState.DONE else "This pack is not ready yet."


def why_not_remove(*, state: str, is_own: bool, held: bool) -> str | None:
    """`held`: a hold keeps the record of which it was made."""
    if not is_own:
        return "Whoever asked for a pack removes it."
    if held:
        return "A hold keeps this record and what was made of it: nothing may be destroyed until two people lift it."
    if state == PackState.RUNNING:
        return "This pack is being made. Wait for it, then remove it."
    return "This pack has been removed already." if state == PackState.REMOVED else None


# ---- what goes to the person whom the record is about


def why_not_start(
    *,
    may_disclose: bool,
    requester: str,
    requester_name: str,
    what_asked: str,
    asked_on: date | None,
    due_on: date | None,
    parts: Collection[str],
    since: date | None,
    until: date | None,
    today: date,
) -> str | None:
    """`due_on` is set by people: how long the law allows is in no source that we have read."""
    if not may_disclose:
        return "A co-ordinator or supervisor prepares the record for the person it is about."
    if requester not in set(Requester):
        return START_ASKS["requester"]
    if not requester_name.strip():
        return START_ASKS["requester_name"]
    if not what_asked.strip():
        return "Write down what they ask for, in their own words where you can."
    if asked_on is None or asked_on > today:
        return START_ASKS["asked_on"]
    if due_on is None or due_on < asked_on:
        return (
            "Give the day by which they get an answer. Your data protection officer knows how long you have."
        )
    return _why_not_parts(parts, since, until)


def why_not_change(*, may_disclose: bool, stage: str) -> str | None:
    if not may_disclose:
        return "A co-ordinator or supervisor prepares the record for the person it is about."
    if stage == Stage.CHECKING:
        return WITH_CHECKER
    if stage == Stage.STOPPED:
        return "This request was ended. Begin anew if they ask again."
    return None if stage == Stage.DECIDING else DECIDED


def why_not_treat(
    *,
    treatment: str,
    reason: str,
    known_reasons: Collection[str],
    own_words_for: Collection[str],
    parents_only: Collection[str],
    requester: str,
    note: str,
    instead: str = "",
    names: Collection[str] = (),
) -> str | None:
    """Nothing is withheld without a reason. `own_words_for`: reasons that need them; `parents_only`: those that hold only
    where a person with parental responsibility asks. `names`: what must not stand in `instead`."""
    if treatment not in set(Treatment):
        return "Choose whether it is shown, withheld, or other words stand in its place."
    if treatment == Treatment.SHOW:
        return None
    if treatment == Treatment.PSEUDONYM:
        if not instead.strip():
            return TREAT_ASKS["instead"]
        if any(name.casefold() in instead.casefold() for name in names):
            return "The words that stand in its place hold the name itself. Choose others."
    return why_not_reason(
        reason=reason,
        known_reasons=known_reasons,
        own_words_for=own_words_for,
        parents_only=parents_only,
        requester=requester,
        note=note,
    )


def why_not_reason(
    *,
    reason: str,
    known_reasons: Collection[str],
    own_words_for: Collection[str],
    parents_only: Collection[str],
    requester: str,
    note: str,
) -> str | None:
    if reason not in known_reasons:
        return REASON_ASKS["reason"]
    if reason in own_words_for and not note.strip():
        return "Say in your own words what the reason is."
    if reason in parents_only and requester != Requester.PARENT:
        return (
            "This reason is for a request by a person with parental responsibility, and this is none. "
            "Choose another reason, or show it."
        )
    return None


def why_not_give_file(*, give: str, can_be_bound: bool, has_text: bool, withholds: bool) -> str | None:
    """`withholds`: something in the text of the file is not shown, or nobody has decided on it yet."""
    if give not in set(Give):
        return FILE_ASKS["give"]
    if give == Give.WHOLE and not can_be_bound:
        return "The pages of this kind of file cannot be put into a PDF. Give its text, or withhold it."
    if give == Give.WHOLE and withholds:
        return (
            "Names or passages in this file are withheld, or not decided. Its pages would show them: "
            "give its text instead, or withhold it."
        )
    if give == Give.TEXT and not has_text:
        return "No text could be read in this file. Give its pages, or withhold it."
    return None


def why_not_send(*, may_disclose: bool, stage: str, undecided: int, files: int, unread: int) -> str | None:
    """`undecided` places in texts, `files` nobody has decided on, and `unread` passages."""
    refusal = why_not_change(may_disclose=may_disclose, stage=stage)
    if refusal:
        return refusal
    if undecided:
        return Filled(
            "Names or numbers that nobody has decided on yet: %(number)s. Decide on each.", number=undecided
        )
    if files:
        return Filled("Files that nobody has decided on yet: %(number)s. Decide on each.", number=files)
    if unread:
        return Filled(
            "Passages that nobody has read yet: %(number)s. Machines miss things: read each.", number=unread
        )
    return None


def why_not_check(
    *, may_disclose: bool, stage: str, worked_on_it: bool, agrees: bool, note: str
) -> str | None:
    if not may_disclose:
        return "A co-ordinator or supervisor checks this."
    if stage != Stage.CHECKING:
        return "This does not wait to be checked. Look at the page again."
    if worked_on_it:
        return "You decided in it yourself. A second person checks it."
    if not agrees and not note.strip():
        return CHECK_ASKS["note"]
    return None


def why_not_given(
    *,
    may_disclose: bool,
    stage: str,
    on: date | None,
    how: str,
    to_whom: str,
    checked_on: date | None,
    today: date,
) -> str | None:
    if not may_disclose:
        return "A co-ordinator or supervisor gives this."
    if stage == Stage.GIVEN:
        return "It is written down already when this was given."
    if stage != Stage.FINAL or checked_on is None:
        return "A second person has to check this before it is given."
    if on is None or on > today or on < checked_on:
        return "Give the day on which it was given: not before it was checked, and not to come."
    if not how.strip():
        return GIVEN_ASKS["how"]
    return GIVEN_ASKS.missing(to_whom=to_whom)


def why_not_stop(*, may_disclose: bool, stage: str, why: str) -> str | None:
    if not may_disclose:
        return "A co-ordinator or supervisor ends a request."
    if stage == Stage.GIVEN:
        return "This has been given. It cannot be taken back."
    if stage == Stage.STOPPED:
        return "This request was ended already."
    return None if why.strip() else "Say why this request ends without the record being given."
