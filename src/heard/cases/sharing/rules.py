"""What a share, a refusal and a request must say, and whose names stand in a text. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.sharing.bases import CONSENT, DUTY

DECIDE_ASKS: Final = Asks(
    told="Say whether the child has been told.",
    told_why="Say why the child has not been told.",
    decision="Choose whether to share this or not.",
    basis="Choose the lawful basis on which you share.",
    review_on="Give the day on which this decision is looked at again.",
)
DUTY_ASKS: Final = Asks(
    is_relevant="Say whether it is relevant to the child’s safety or welfare.",
    harms_more="Say whether telling it would harm the child more.",
)
WITHDRAW_ASKS: Final = Asks(why="Say why it is withdrawn.")
REQUEST_ASKS: Final = Asks(
    due_on="Give the day on which the answer is due back, as it was agreed.",
    direction="Say who asks whom.",
    who="Name the person there.",
    what="Say what is asked for.",
    why="Say what it is needed for.",
    asked_on="Give the day on which it was asked for.",
)
CHASE_ASKS: Final = Asks(note="Say whom you reminded, and what they said.")


class SharingState(StrEnum):
    PREPARED = "prepared"
    SHARED = "shared"
    REFUSED = "refused"


class Told(StrEnum):
    TOLD = "told"
    NOT_TOLD = "not_told"


class Direction(StrEnum):
    WE_ASK = "we_ask"
    THEY_ASK = "they_ask"


class Answer(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    PARTLY = "partly"
    REFUSED = "refused"


DECIDED: Final = "This has been decided. What was shared stays as it was; prepare a new share to add to it."
CHANGED: Final = (
    "The record has changed since you read this. Read again what the other side will see, then decide."
)
HEARD: Final = "heard"  # how it gets there: it is delivered on the site
UNOPENED: Final = timedelta(
    days=2
)  # after which the sender is told so, and the other agency's leads have it too
_LEFT_OUT: Final = "[name left out]"


@dataclass(frozen=True)
class ShareSection:
    """One piece of the record as the other side will see it."""

    heading: str
    text: str


@dataclass(frozen=True)
class SharePart:
    """A stretch of a text: somebody else's name, or what stands between two."""

    text: str
    is_name: bool


def names_in_use(people: Iterable[str], own: Iterable[str]) -> tuple[str, ...]:
    """What other people are called in a text: their whole names, then each part of three letters or more. `own`: the
    child's names, which are never marked. The longest first, so that a whole name is found before its parts."""
    mine = {part.casefold() for name in own for part in name.split()}
    whole = {name.strip() for name in people if name.strip()}
    single = {part for name in whole for part in name.split() if len(part) > 2}
    wanted = {name for name in whole | single if name.casefold() not in mine}
    return tuple(sorted(wanted, key=lambda name: (-len(name), name)))


def marked(text: str, names: Sequence[str]) -> list[SharePart]:
    """The text in stretches, which put together are the text again. Names are found as whole words, in any case."""
    if not names:
        return [SharePart(text, False)] if text else []
    found = re.compile(rf"(?<!\w)({'|'.join(re.escape(name) for name in names)})(?!\w)", re.IGNORECASE)
    pieces = found.split(text)
    return [SharePart(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def without_names(text: str, names: Sequence[str]) -> str:
    """The text with every name left out, and visibly so."""
    return "".join(_LEFT_OUT if part.is_name else part.text for part in marked(text, names))


def named(sections: Iterable[ShareSection], names: Sequence[str]) -> list[str]:
    """Which of these names stand in the sections, each once, as they are written there."""
    texts = [text for section in sections for text in (section.heading, section.text)]
    found = {part.text for text in texts for part in marked(text, names) if part.is_name}
    return sorted(found, key=str.casefold)


def fingerprint(sections: Iterable[ShareSection]) -> str:
    """The same for the same sections, and for no others: so nothing is shared that was not read."""
    text = json.dumps([[section.heading, section.text] for section in sections], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def as_text(head: str, sections: Iterable[ShareSection]) -> str:
    """What is shared as plain text, each piece beneath its heading."""
    parts = [head, *("\n".join(filter(None, (section.heading, section.text))) for section in sections)]
    return "\n\n".join(parts) + "\n"


def why_not_prepare(
    *,
    may_share: bool,
    state: str,
    purpose: str,
    has_agency: bool,
    outside: str,
    to_person: str,
    has_pieces: bool,
    how: str = "",
    uses_heard: bool = False,
    user_works_there: bool = True,
) -> str | None:
    """`has_pieces`: something of the record was chosen, or something was written. `uses_heard`: somebody at that agency
    works with children here. `user_works_there`: whoever of them was named, if anybody."""
    if not may_share:
        return "Your role does not share records."
    if state != SharingState.PREPARED:
        return DECIDED
    if not purpose.strip():
        return "Say what sharing this is for: what it does for the child."
    if not has_agency and not outside.strip():
        return "Say which agency or organisation it is for."
    if not to_person.strip():
        return "Name the person it goes to. A share to nobody in particular reaches nobody."
    if how == HEARD and not uses_heard:
        return "Nobody there uses Heard. Choose another way for it to get there."
    if not user_works_there:
        return "This person does not work with children at that agency. Choose somebody there, or leave it empty."
    return None if has_pieces else "Choose what to share: only what is necessary."


@dataclass(frozen=True)
class Ready:
    """How a share stands when it is decided. `read_as_it_is`: whoever decides read what is there now. `has_words`: what the child
    says about it is with it. `why_not_let_in`: why whoever decides cannot let those into the record to whom it goes. `asks_duty`: the duty to
    share holds here, and its two questions are answered."""

    may_share: bool
    state: str
    read_as_it_is: bool
    has_content: bool
    basis_known: bool
    has_words: bool
    why_not_let_in: str | None = None
    asks_duty: bool = False


@dataclass(frozen=True)
class Decided:
    """What was decided of a share. `readable_until`: the last day on which the other side reads what is delivered to it here. `is_relevant`,
    `harms_more`: what the duty to share asks (Children’s Wellbeing and Schools Act 2026, section 4); None where nobody was asked."""

    decision: str
    why: str
    told: str
    told_note: str
    why_no_words: str
    review_on: date | None
    basis: str = ""
    basis_note: str = ""
    readable_until: date | None = None
    is_relevant: bool | None = None
    harms_more: bool | None = None


def why_not_decide(ready: Ready, decided: Decided, *, today: date) -> str | None:
    """A refusal asks for the same as a share, but for the lawful basis."""
    if not ready.may_share:
        return "Your role does not decide on sharing."
    if ready.state != SharingState.PREPARED:
        return DECIDED
    if decided.decision not in {SharingState.SHARED, SharingState.REFUSED}:
        return DECIDE_ASKS["decision"]
    if not ready.read_as_it_is:
        return CHANGED
    if ready.asks_duty and (why_not := _why_not_by_duty(decided)):
        return why_not
    if decided.decision == SharingState.SHARED and (why_not := _why_not_share(ready, decided, today)):
        return why_not
    if not decided.why.strip():
        return "Give the reason. A refusal needs one as much as a share."
    return _why_child_left_out(ready, decided) or _why_no_review(decided.review_on, today)


def _why_not_by_duty(decided: Decided) -> str | None:
    """Each answer is asked for. What they mean for the duty stands in the way of no other basis, such as a court’s order: that needs its
    reason, as each decision does."""
    for name, answer in (("is_relevant", decided.is_relevant), ("harms_more", decided.harms_more)):
        if answer is None:
            return DUTY_ASKS[name]
    if decided.decision != SharingState.SHARED or decided.basis != DUTY:
        return None
    if decided.harms_more:
        return "There is no duty to share what would harm the child more. Share less of it, do not share it, or choose another basis."
    if not decided.is_relevant:
        return "The duty to share is only about what is relevant to the child’s safety or welfare. Choose another basis, or do not share it."
    return None


def _why_not_share(ready: Ready, decided: Decided, today: date) -> str | None:
    if ready.why_not_let_in:
        return ready.why_not_let_in
    if not ready.has_content:
        return "Nothing of what was chosen is there any longer. Choose what to share."
    if why_not := _why_no_basis(known=ready.basis_known, basis=decided.basis, note=decided.basis_note):
        return why_not
    if decided.readable_until is not None and decided.readable_until < today:
        return "The last day on which they can read it lies in the past. Choose today or a day to come."
    return None


def _why_no_basis(*, known: bool, basis: str, note: str) -> str | None:
    if not known:
        return DECIDE_ASKS["basis"]
    if basis == CONSENT and not note.strip():
        return "Consent is usually the wrong basis. Say why it is right here, or choose another."
    return None


def _why_child_left_out(ready: Ready, decided: Decided) -> str | None:
    if not ready.has_words and not decided.why_no_words.strip():
        return "Add what the child says about sharing this, or say why their view is not there."
    if decided.told not in set(Told):
        return DECIDE_ASKS["told"]
    if decided.told == Told.NOT_TOLD and not decided.told_note.strip():
        return DECIDE_ASKS["told_why"]
    return None


def _why_no_review(review_on: date | None, today: date) -> str | None:
    if review_on is None:
        return DECIDE_ASKS["review_on"]
    return None if review_on > today else "The day on which it is looked at again has to be after today."


def why_not_open(*, withdrawn: bool, over: bool) -> str | None:
    """Whether what was delivered can be read there now."""
    if withdrawn:
        return "This was withdrawn. Ask whoever shared it."
    if over:
        return "This was shared until a day that is over. Ask whoever shared it, if you still need it."
    return None


def why_not_withdraw(*, may_share: bool, delivered: bool, withdrawn: bool, why: str) -> str | None:
    if not may_share:
        return "Your role does not decide on sharing."
    if not delivered:
        return "This was not delivered in Heard. Ask the other side to destroy it, and note that they did."
    if withdrawn:
        return "This was withdrawn already."
    return WITHDRAW_ASKS.missing(why=why)


def why_not_review(
    *, may_share: bool, state: str, note: str, next_review_on: date | None, today: date
) -> str | None:
    if not may_share:
        return "Your role does not decide on sharing."
    if state == SharingState.PREPARED:
        return "This has not been decided yet."
    if not note.strip():
        return "Say what you found: is it still right, and is what was shared still needed?"
    if next_review_on is not None and next_review_on <= today:
        return "The next day has to be after today. Leave it empty if it need not be looked at again."
    return None


def why_not_ask(
    *,
    may_share: bool,
    direction: str,
    has_agency: bool,
    outside: str,
    who: str,
    what: str,
    why: str,
    asked_on: date | None,
    due_on: date | None,
    today: date,
) -> str | None:
    if not may_share:
        return "Your role does not ask other agencies for records."
    if direction not in set(Direction):
        return REQUEST_ASKS["direction"]
    if not has_agency and not outside.strip():
        return "Say which agency or organisation it is."
    if why_not := REQUEST_ASKS.missing(who=who, what=what, why=why):
        return why_not
    if asked_on is None or asked_on > today:
        return REQUEST_ASKS["asked_on"]
    if due_on is None:
        return REQUEST_ASKS["due_on"]
    return None if due_on >= asked_on else "The answer is due back before it was asked for. Check both days."


def why_not_answer(
    *,
    may_share: bool,
    asks_it: bool,
    state: str,
    answer: str,
    note: str,
    on: date | None,
    asked_on: date,
    today: date,
) -> str | None:
    """`asks_it`: it is the agency of this user that asks. `note`: what the answer says; or why it is partly, or not, answered."""
    if not may_share:
        return "Your role does not write about requests."
    if asks_it:
        return "Your agency asks this. Whoever is asked answers it: ring them, or note a reminder."
    if state != Answer.OPEN:
        return "This request has been answered already."
    if answer not in set(Answer) - {Answer.OPEN}:
        return "Choose whether it was answered, partly answered or refused."
    if not note.strip():
        return (
            "Write down the answer."
            if answer == Answer.ANSWERED
            else "Give the reason for what is not answered."
        )
    if on is None or on > today or on < asked_on:
        return "Give the day of the answer: not before it was asked for, and not to come."
    return None


def why_not_attach_answer(*, may_share: bool, state: str, has_file: bool) -> str | None:
    if not may_share:
        return "Your role does not write about requests."
    if state == Answer.OPEN:
        return "Write down the answer first."
    if has_file:
        return "This answer has its file already."
    return None


def why_not_chase(
    *, may_share: bool, state: str, note: str, on: date | None, asked_on: date, today: date
) -> str | None:
    if not may_share:
        return "Your role does not write about requests."
    if state != Answer.OPEN:
        return "This request has been answered already."
    if not note.strip():
        return CHASE_ASKS["note"]
    if on is None or on > today or on < asked_on:
        return "Give the day of the reminder: not before it was asked for, and not to come."
    return None


def days_late(due_on: date, answered_on: date | None, today: date) -> int:
    """Whole days after the agreed day, up to the answer or to today; nought where it is or was in time."""
    return max(((answered_on or today) - due_on).days, 0)
