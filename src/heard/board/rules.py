"""A partnership checks itself: what may be said of a requirement, by whom, and when it is met in full. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from heard.agencies.rules import Asks
from heard.cases.case.rules import TOO_FEW, Kept
from heard.knowledge.model import Requirement

OPEN_AUDIT_ASKS: Final = Asks(
    title="Give the audit a name.",
    agencies="Choose the agencies that take part.",
)
ANSWER_ASKS: Final = Asks(
    answer="Say whether it is met.",
    why="Say what makes you say so.",
)
TYPED_ASKS: Final = Asks(
    evidence="Say what shows it: a document, records or a number, and of which day.",
    evidence_on="Give the day of which that is: without it nobody knows how old it is.",
)
TYPED_WITHOUT_ASKS: Final = Asks(evidence="Say what is of that day, or leave the day empty.")
TYPED_FUTURE_ASKS: Final = Asks(evidence_on="Give the day of which that is. This one has not come yet.")
TYPED_EARLY_ASKS: Final = Asks(evidence_on="Give the day of which that is. This one is before 2000.")
ADD_EVIDENCE_ASKS: Final = Asks(
    kind="Say whether it is a document, a number or a set of records.",
    what="Say what the document is, what the number counts, or which records they are.",
    number="Give the number.",
    of_day="Give the day that it is of.",
    upload="Choose the file of the document.",
)
WITHDRAW_EVIDENCE_ASKS: Final = Asks(why="Say why it is withdrawn.")
SECOND_READING_ASKS: Final = Asks(agrees="Say whether you agree.")
PLAN_ACTION_ASKS: Final = Asks(
    what="Say what is to be done.",
    shows="Say what would show that it is done.",
    due_on="Give the day by which it is done.",
)
FINISH_ACTION_ASKS: Final = Asks(
    state="Say whether it is done.",
    what_came="Say what shows it, or why it could not be done.",
)

_EARLIEST: Final = date(2000, 1, 1)  # of which anything here may speak: before it lies a slip of the year


class AuditState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Answer(StrEnum):
    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"


class Shows(StrEnum):
    """What shows that something is met."""

    DOCUMENT = "document"
    NUMBER = "number"
    RECORDS = "records"
    FINDING = "finding"  # of a case audit; nobody adds it by hand


class Done(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


class AuditPart(StrEnum):
    """What an annual report is made of, in its order."""

    PROMISED = "promised"
    HAPPENED = "happened"
    HEARD = "heard"
    REACHED = "reached"
    NOT_DONE = "not_done"


@dataclass(frozen=True)
class Taking:
    """An agency that takes part in an audit. `leads`: it answers for the partnership as one."""

    id: object
    kind: str
    leads: bool = False


@dataclass(frozen=True)
class Said:
    """What an agency says of a requirement, and whether somebody of another agency disputes it."""

    answer: str
    disputed: bool = False


def must(requirement: Requirement, agencies: Iterable[Taking]) -> list[Taking]:
    """Which of the agencies that take part have to meet it. What the partnership does as one is answered by who leads."""
    if "partnership" in requirement.who:
        return [agency for agency in agencies if agency.leads]
    return [agency for agency in agencies if "all" in requirement.who or agency.kind in requirement.who]


def is_met(having_to: Collection[Taking], said: Mapping[Any, Said]) -> bool:
    """Met in full, by every agency that must; what is disputed is not. What no agency that takes part must meet is not met."""
    return bool(having_to) and all(
        one.id in said and said[one.id].answer == Answer.MET and not said[one.id].disputed
        for one in having_to
    )


def tells_of_few(kept: Kept) -> bool:
    """Whether a share could point at one child: few are counted, or few of them are so, or few are not."""
    return kept.too_few or has_few(kept.kept, kept.of - kept.kept)


def has_few(*parts: int) -> bool:
    """Whether one of these is so small that it could point at one child; nobody is in what is none."""
    return any(0 < part <= TOO_FEW for part in parts)


def apart[K](parts: Mapping[K, Kept], may_stand: Collection[K]) -> tuple[dict[K, Kept], Kept | None]:
    """Of parts that make up a whole that is shown: those that may be shown alone, and the others together, None where there are none. No part
    of few is shown, and none is left where what is shown is taken from the whole, nor for who knows one of the others as an agency knows its
    own. Nothing where only the others would be left."""
    counted = {part: one for part, one in parts.items() if one.of}
    alone = [part for part, one in counted.items() if part in may_stand and not tells_of_few(one)]
    others = [part for part in counted if part not in alone]
    while others and alone and not _hide_each_other(counted, others):
        others.append(alone.pop(0))
    if not alone:
        return {}, None
    return {part: counted[part] for part in alone}, _sum(counted, others) if others else None


def _hide_each_other[K](counted: Mapping[K, Kept], others: Collection[K]) -> bool:
    left = [_sum(counted, [two for two in others if two != one]) for one in others]
    return not any(tells_of_few(one) for one in (_sum(counted, others), *left))


def _sum[K](counted: Mapping[K, Kept], parts: Iterable[K]) -> Kept:
    return sum((counted[part] for part in parts), Kept(0, 0))


def why_not_open(
    *,
    may_hold: bool,
    title: str,
    since: date | None,
    until: date | None,
    packs: Collection[str],
    agencies: int,
) -> str | None:
    if not may_hold:
        return "Only the board and co-ordinators open an audit."
    if not title.strip():
        return OPEN_AUDIT_ASKS["title"]
    if since is None or until is None or until < since:
        return "Give the first and the last day that the audit looks at, the first one first."
    if not packs:
        return "Choose what the partnership checks itself against."
    return OPEN_AUDIT_ASKS.missing(agencies=agencies)


def why_not_ask_ours(*, asked: bool, found: int) -> str | None:
    """Of the partnership’s own requirements; `found`: how many of them hold on the last day that the audit looks at."""
    if asked and not found:
        return "None of your own requirements holds on the last day that the audit looks at. Leave them out, or choose a later day."
    return None


def why_not_answer(
    *,
    is_open: bool,
    has_to: bool,
    answer: str,
    why: str,
    evidence: str,
    evidence_on: date | None,
    today: date,
    attached: bool = False,
) -> str | None:
    """`attached`: whether evidence of this agency is attached to the requirement, and not withdrawn."""
    if not is_open:
        return "This audit is closed. Its answers stay as they are."
    if not has_to:
        return "This requirement is not one that your agency answers."
    if answer not in set(Answer):
        return ANSWER_ASKS["answer"]
    if not why.strip():
        return ANSWER_ASKS["why"]
    if answer == Answer.MET and not evidence.strip() and not attached:
        return TYPED_ASKS["evidence"]
    return _why_not_typed(evidence, evidence_on, today)


def _why_not_typed(evidence: str, evidence_on: date | None, today: date) -> str | None:
    """Of what is typed under an answer and shows it: of which day it is."""
    if not evidence.strip():
        return TYPED_WITHOUT_ASKS["evidence"] if evidence_on else None
    if evidence_on is None:
        return TYPED_ASKS["evidence_on"]
    if evidence_on > today:
        return TYPED_FUTURE_ASKS["evidence_on"]
    return TYPED_EARLY_ASKS["evidence_on"] if evidence_on < _EARLIEST else None


def why_not_add_evidence(
    *,
    is_open: bool,
    has_to: bool,
    kind: str,
    what: str,
    number: object,
    of_day: date | None,
    has_file: bool,
    today: date,
) -> str | None:
    if not is_open:
        return "This audit is closed. Its answers stay as they are."
    if not has_to:
        return "This requirement is not one that your agency answers."
    if kind not in (Shows.DOCUMENT, Shows.NUMBER, Shows.RECORDS):
        return ADD_EVIDENCE_ASKS["kind"]
    if why_not := ADD_EVIDENCE_ASKS.missing(what=what, of_day=of_day):
        return why_not
    if of_day and of_day > today:
        return "Give the day that it is of. It has not come yet."
    if kind == Shows.NUMBER and number is None:
        return ADD_EVIDENCE_ASKS["number"]
    if kind == Shows.DOCUMENT and not has_file:
        return ADD_EVIDENCE_ASKS["upload"]
    if kind != Shows.NUMBER and number is not None:
        return "Only a number has a number. Leave it empty, or say that it is a number."
    if kind != Shows.DOCUMENT and has_file:
        return "Only a document has a file. Take the file out, or say that it is a document."
    return None


def why_not_withdraw_evidence(
    *, is_own: bool, may_hold: bool, is_open: bool, is_withdrawn: bool, rests_on_it: bool, why: str
) -> str | None:
    """`is_own`: added by them, or by somebody of an agency for which they answer. Once the audit is closed only who holds audits
    withdraws, such as a document that names a child. `rests_on_it`: nothing else shows an answer "met" that stands."""
    if not may_hold and not (is_own and is_open):
        return "Whoever answers for the agency withdraws it while the audit is open; afterwards the board or a co-ordinator."
    if is_withdrawn:
        return "This is withdrawn already."
    if rests_on_it and is_open:
        return "The answer “met” rests on this alone. Answer anew first, or attach what else shows it."
    return WITHDRAW_EVIDENCE_ASKS.missing(why=why)


def why_not_second(
    *, is_open: bool, is_own: bool, may_read: bool, agrees: bool | None, why: str, again: bool
) -> str | None:
    """Of a second reading, by somebody of another agency."""
    if not is_open:
        return "This audit is closed. Its answers stay as they are."
    if is_own or not may_read:
        return "An answer is read by somebody of another agency that takes part."
    if again:
        return "Your agency has read this answer already."
    if agrees is None:
        return SECOND_READING_ASKS["agrees"]
    return None if agrees or why.strip() else "Say what you dispute, and why."


def why_not_plan(*, takes_part: bool, what: str, shows: str, due_on: date | None, today: date) -> str | None:
    """Of an action on what is not met."""
    if not takes_part:
        return "Only agencies that take part plan actions."
    if why_not := PLAN_ACTION_ASKS.missing(what=what, shows=shows, due_on=due_on):
        return why_not
    return None if due_on and due_on >= today else "Give a day that has not passed."


def why_not_finish(*, is_open: bool, state: str, what_came: str) -> str | None:
    if not is_open:
        return "This action is finished already."
    if state not in (Done.DONE, Done.NOT_DONE):
        return FINISH_ACTION_ASKS["state"]
    return FINISH_ACTION_ASKS.missing(what_came=what_came)


def why_not_close(*, may_hold: bool, is_open: bool, found: str) -> str | None:
    if not may_hold:
        return "Only the board and co-ordinators close an audit."
    if not is_open:
        return "This audit is closed already."
    return None if found.strip() else "Say what the audit found, what is better and what is worse."
