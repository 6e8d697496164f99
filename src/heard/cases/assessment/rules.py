"""Who may move an assessment, and when. Pure: each `why_not_…` gives None or the sentence that the user reads."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from heard.agencies.rules import Asks
from heard.cases.stage.rules import (
    CHANGEABLE,
    SIGNED_IS_FINAL,
    TRANSITIONS,
    WITH_THE_SUPERVISOR,
    WROTE_IN_IT,
    Move,
    SigningState,
    after,
    not_submitted,
    why_not_change,
    why_not_recognise,
)

__all__ = ["CHANGEABLE", "TRANSITIONS", "why_not_change"]  # as they are for whatever is signed

DECIDE_ASKS: Final = Asks(parts="Choose the parts that have to be looked at again")
EVIDENCE_ASKS: Final = Asks(source="Say who says so.")
STRENGTH_ASKS: Final = Asks(
    text="Say in words what is good in the child’s life, or what the child does well.",
    source="Say who says so.",
)
PROTECTIVE_PERSON_ASKS: Final = Asks(
    what_they_do="Say what this person does for the child.",
    who="Say who this is to the child.",
    knows="Say whether they know about the worry.",
)
FINDING_ASKS: Final = Asks(source="Say who says so.")
QUESTION_ASKS: Final = Asks(text="Write down what is not known, as a question.")


# The parts of an assessment, in the order in which they are best thought about: judgement, and what the child says, before
# any list.
PARTS: Final = ("judgement", "child", "signs", "vulnerabilities", "patterns", "strengths", "not-known")


class Change(StrEnum):
    """What one entry in the history of a sign or vulnerability says. “Seen again” is a “seen” after another."""

    SEEN = "seen"
    SEEN_AGAIN = "seen_again"
    NO_LONGER = "no_longer"
    NOT_SEEN = "not_seen"
    NOT_KNOWN = "not_known"


# The three states stay three: what is no longer seen is not seen now, and its history says that it once was.
STATE_AFTER: Final[dict[Change, str]] = {
    Change.SEEN: "seen",
    Change.NO_LONGER: "not_seen",
    Change.NOT_SEEN: "not_seen",
    Change.NOT_KNOWN: "not_known",
}


class AssessmentPart(StrEnum):
    """In which way the child appears in a pattern. Nothing may sort, count or set a deadline by it."""

    HARMED = "harmed"
    MADE_TO_HARM = "made_to_harm"
    BOTH = "both"
    NOT_KNOWN = "not_known"


class Since(StrEnum):
    """What became of one sign or vulnerability between two assessments."""

    NEW = "new"
    NO_LONGER = "no_longer"
    NOT_KNOWN_ANY_MORE = "not_known_any_more"
    NOW_KNOWN = "now_known"
    STILL_SEEN = "still_seen"
    AS_BEFORE = "as_before"
    NOT_MARKED = "not_marked"


PATTERN_THERE_ALREADY: Final = (
    "This pattern is there already for this setting and this time. Change that entry, or give another date."
)
FINDINGS_ARE_KEPT: Final = (
    "What was found out is kept as it was written. Write down what is known now as another."
)
QUESTIONS_ARE_KEPT: Final = "Questions that were asked keep their wording. A changed file becomes a new set."
IN_THE_FUTURE: Final = "The date is in the future. Give the day on which it was seen."
SEEN_NEEDS_EVIDENCE: Final = "Say when it was seen, who says so and in which words."


def why_not_start(*, case_is_open: bool, unsigned: bool, may_assess: bool) -> str | None:
    if not may_assess:
        return "Your role does not write assessments."
    if not case_is_open:
        return "This case is closed. An assessment needs an open case."
    if unsigned:
        return "An assessment of this child has been started and is not signed off yet. Go on with that one."
    return None


def why_not_note(
    *, state: str, seen_on: date | None, source: str, words: str, told_as_seen: bool, today: date
) -> str | None:
    """Whether one sign or vulnerability may be marked like this.

    `told_as_seen`: a worry or a note of contact of this child says that it was seen. That is set aside only with a reason in words.
    """
    if state == "seen":
        if not (seen_on and source.strip() and words.strip()):
            return SEEN_NEEDS_EVIDENCE
        if seen_on > today:
            return IN_THE_FUTURE
    elif told_as_seen and not words.strip():
        return "A worry or a note says that this was seen. Say in words why you mark it differently."
    return None


def why_not_add_evidence(
    *, change: str, happened_on: date | None, source: str, words: str, last_seen_on: date | None, today: date
) -> str | None:
    """`last_seen_on`: the latest day on which anybody saw it, as far as is written down; None where nobody did."""
    if not (happened_on and source.strip() and words.strip()):
        return "Say on which day, who says so and in which words."
    if happened_on > today:
        return "The date is in the future. Give the day on which somebody saw it, looked or asked."
    if change == Change.NO_LONGER and last_seen_on is None:
        return "Nobody has written down that it was seen. Mark it as looked for and not seen."
    if change == Change.NO_LONGER and last_seen_on and happened_on < last_seen_on:
        return "It was seen after that day. Give the day since which it is no longer seen."
    return None


def why_not_choose_pattern(
    *,
    reason: str,
    setting: str,
    settings: Collection[str],
    childs_part: str,
    from_on: date | None,
    to_on: date | None,
    is_there_already: bool,
) -> str | None:
    """`settings`: those that the release gives for this pattern; empty where the pattern has none."""
    if why_not := why_not_recognise(
        reason=reason, setting=setting, settings=settings, from_on=from_on, to_on=to_on
    ):
        return why_not
    if childs_part not in set(AssessmentPart):
        return "Say in which way the child appears in it, or that it is not known yet."
    if is_there_already:
        return PATTERN_THERE_ALREADY
    return None


def why_not_open_lists(*, judgement: str) -> str | None:
    """Judgement comes before any list, so that no list stands in for it."""
    if not judgement.strip():
        return (
            "Write down first what you think is happening to this child. A few sentences are enough to begin with: "
            "then the lists support your judgement and do not stand in for it."
        )
    return None


def why_not_keep_strength(*, text: str, source: str) -> str | None:
    if not text.strip():
        return STRENGTH_ASKS["text"]
    return EVIDENCE_ASKS.missing(source=source)


def why_not_keep_protective_person(
    *, has_person: bool, name: str, who: str, what_they_do: str, knows: str
) -> str | None:
    if has_person == bool(name.strip()):
        return "Choose one of the people around the child, or give a name."
    if why_not := PROTECTIVE_PERSON_ASKS.missing(who=who, what_they_do=what_they_do):
        return why_not
    return PROTECTIVE_PERSON_ASKS.missing(knows=knows)


def why_not_ask(*, text: str) -> str | None:
    return QUESTION_ASKS.missing(text=text)


def why_not_give_question(*, can_sign_in: bool, may_assess: bool, sees_child: bool) -> str | None:
    """Whether this colleague can find something out: they have to be able to read the question and to answer it."""
    if not can_sign_in:
        return "This colleague cannot sign in any more. Choose somebody else."
    if not may_assess:
        return "This colleague’s role does not work with children. Choose somebody else."
    if not sees_child:
        return "This colleague does not see the child’s record. Let their team in first, or choose another."
    return None


def why_not_take_out_question(*, has_findings: bool) -> str | None:
    if has_findings:
        return "Somebody has found something out about this already, so it stays."
    return None


def why_not_find_out(
    *, may_assess: bool, text: str, source: str, found_on: date | None, today: date
) -> str | None:
    if not may_assess:
        return "Your role does not write assessments."
    if not text.strip():
        return "Write down what was found out. That it cannot be found out is an answer too: say why."
    if not source.strip():
        return "Say who says so, or where you looked."
    if found_on is None:
        return "Give the day on which it was found out."
    if found_on > today:
        return "The date is in the future. Give the day on which it was found out."
    return None


def why_not_submit(
    *,
    state: str,
    judgement: str,
    has_words: bool,
    why_no_words: str,
    marked: int,
    not_known: int,
    what_is_not_known: str,
    questions: Collection[tuple[bool, bool]] = (),
    seen_before_unmarked: bool = False,
    made_to_harm: bool = False,
    needs: tuple[str, str] = ("", ""),
) -> str | None:
    """`marked` and `not_known`: how many entries are marked at all, and as not known. They are compared with nought
    only, and never with one another or with a threshold.

    `questions`: of each whether somebody has it, and whether it has a day. `seen_before_unmarked`: something that the
    assessment before saw is not marked in this one. `made_to_harm`: in some pattern the child is made to harm others.
    `needs`: what the child needs on either side.
    """
    if after(state, Move.SUBMIT) is None:
        return SIGNED_IS_FINAL if state == SigningState.SIGNED else WITH_THE_SUPERVISOR
    if not judgement.strip():
        return "Write your judgement first: what is happening to this child, and why you think so."
    if not has_words and not why_no_words.strip():
        return "Add the child’s own words, or say why they are not there."
    if not marked:
        return "No sign and no vulnerability is marked yet. Mark what is seen, not seen and not known."
    if seen_before_unmarked:
        return "Something that was seen before is not marked yet. Say of each whether it is still seen."
    if not_known and not what_is_not_known.strip() and not questions:
        return "Something is marked as not known. Say what is not known and who will find out."
    if not all(somebody and day for somebody, day in questions):
        return "A question has nobody or no day yet. Say who finds out, and by when."
    if made_to_harm and not all(need.strip() for need in needs):
        return (
            "The child is harmed and is made to harm others. Say what the child needs so that nobody harms them, and "
            "what they need so that nobody makes them harm others. Neither waits for the other."
        )
    return None


def why_not_sign_off(*, state: str, wrote_in_it: bool, may_sign_off: bool) -> str | None:
    """Four eyes: whoever wrote any part of an assessment leaves its sign-off to somebody else."""
    if not may_sign_off:
        return "Only a supervisor of the agency that leads the case can sign off an assessment."
    if after(state, Move.SIGN_OFF) is None:
        return not_submitted(state)
    if wrote_in_it:
        return WROTE_IN_IT
    return None


def why_not_return(
    *, state: str, wrote_in_it: bool, may_sign_off: bool, reason: str, parts: Collection[str]
) -> str | None:
    """`parts`: which of them have to be looked at again."""
    if not may_sign_off:
        return "Only a supervisor of the agency that leads the case can send an assessment back."
    if after(state, Move.SEND_BACK) is None:
        return not_submitted(state)
    if wrote_in_it:
        return WROTE_IN_IT
    if not reason.strip():
        return "Say what has to be looked at again, so that the author can go on."
    if not parts or not set(parts) <= set(PARTS):
        return DECIDE_ASKS["parts"]
    return None


@dataclass(frozen=True)
class Entry:
    """One line in the history of a sign or vulnerability, with where it stands written.

    `who` is whoever wrote it down; `reference` is that of the worry, `contact_note_id` that of the note of contact, `assessment_id` that of the assessment;
    `evidence_id` where the entry can be taken out of the assessment in hand.
    """

    item: str
    change: Change
    on: date | None
    source: str
    words: str
    who: Any
    noted_at: datetime
    reference: str = ""
    concern_id: UUID | None = None
    contact_note_id: UUID | None = None
    assessment_id: UUID | None = None
    evidence_id: UUID | None = None


def as_history(entries: Iterable[Entry]) -> list[Entry]:
    """The entries of one item by day, each said once; what was seen before and is seen on a later day is “seen again”.

    The same thing told in a worry and taken over by an assessment is one entry: the one written first.
    """
    first: dict[tuple[object, ...], Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.noted_at):
        first.setdefault((entry.change, entry.on, entry.source, entry.words), entry)
    in_order = sorted(first.values(), key=_when)
    seen_on: date | None = None
    shown = []
    for entry in in_order:
        if entry.change is Change.SEEN:
            entry = replace(entry, change=Change.SEEN_AGAIN) if seen_on and entry.on != seen_on else entry
            seen_on = entry.on or seen_on
        shown.append(entry)
    return shown


def last_seen_on(history: Sequence[Entry]) -> date | None:
    seen = [entry.on for entry in history if entry.change in (Change.SEEN, Change.SEEN_AGAIN) and entry.on]
    return max(seen, default=None)


def since(before: str | None, now: str | None) -> Since:
    """What became of an item. Each is seen, not_seen, not_known, or None where that assessment does not mark it."""
    if now is None:
        return Since.NOT_MARKED if before else Since.AS_BEFORE
    if now == "seen":
        return Since.STILL_SEEN if before == "seen" else Since.NEW
    if before == "seen" and now == "not_seen":
        return Since.NO_LONGER
    if now == "not_known":
        return Since.NOT_KNOWN_ANY_MORE if before in ("seen", "not_seen") else Since.AS_BEFORE
    return Since.NOW_KNOWN if before in (None, "not_known") else Since.AS_BEFORE


def _when(entry: Entry) -> tuple[date, datetime]:
    return entry.on or entry.noted_at.date(), entry.noted_at
