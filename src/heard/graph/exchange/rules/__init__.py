"""What a chart from elsewhere may say, what is set aside of it and why, and who may bring one in. Pure."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks, Filled
from heard.network.rules import (
    BACK,
    OTHER,
    HandleType,
    Handling,
    NodeKind,
    Reach,
    find,
    kinds_between,
    normal_handle,
    vocabulary,
)

MOST_LINES: Final = 50_000  # of all tables of one file together
MOST_ROWS: Final = 5000  # of one file: what people can still look at, each
KEPT: Final = timedelta(days=90)  # what the file says, from when it was brought in
LONGEST_NAME: Final = 80
LONGEST_WORDS: Final = 200
LONGEST_TIE: Final = 60
LONGEST_KEY: Final = 100
CONDITIONS: Final = "Conditions: "  # where a format has no place for them, before what they are

BRING_ASKS: Final = Asks(
    file="Choose the file.",
    from_whom="Say who made it.",
    why="Say why it is brought in.",
)


class Format(StrEnum):
    CSV = "csv"
    ZIP = "zip"
    GRAPHML = "graphml"
    FTM = "ftm"


@dataclass(frozen=True)
class Fault:
    """Why a row was set aside, and what to do about it."""

    what: str
    to_do: str


_CORRECT: Final = "Correct it where it came from, and bring the file in again."
FAULTS: Final[dict[str, Fault]] = {
    "blank": Fault("Nothing stands in it.", "Nothing is to be done."),
    "unreadable": Fault("It cannot be read as a row.", "Look for a stray quotation mark or a missing cell. " + _CORRECT),
    "no_end": Fault("It names only one end of a tie, or none.", "Add the other end, and bring the file in again."),
    "to_itself": Fault("Both ends are the same.", "Check which other one was meant. " + _CORRECT),
    "again": Fault("The same tie stood in the file before.", "Nothing is to be done: the first one counts."),
    "unknown_end": Fault("It names an end that the file does not have.", "Add what is missing, and bring the file in again."),
    "no_tie": Fault("Nothing in the file is tied to it, so there is nothing to propose.", "Nothing is to be done."),
    "no_such_tie": Fault("It says more of a tie that the file does not have.", "Add the tie, and bring the file in again."),
    "not_read": Fault("It is of a kind that Heard does not read as a tie.", "Note it by hand where it matters."),
    "too_long": Fault("A name or what is said is longer than Heard keeps.", "Shorten it, and bring the file in again."),
    "bad_weight": Fault("Its weight is not a number of nought or more.", _CORRECT),
    "key_again": Fault("Another one has the same key.", "Give each its own key, and bring the file in again."),
    "known": Fault("It came out of this Heard, and stands there already.", "Nothing is to be done."),
}  # fmt: skip


@dataclass(frozen=True)
class Named:
    """Who or what a file names. `key`: by which its ties mean it. `kind`: of `NodeKind`; `told`: the file says so, it is no guess.
    `type`, `service`: of a handle; `word`: what kind of person, place or group it is called."""

    key: str
    kind: str
    text: str
    told: bool = False
    type: str = ""
    service: str = ""
    word: str = ""

    @property
    def is_child(self) -> bool:
        return self.kind == NodeKind.PERSON and compared(self.word) in _CHILDREN


@dataclass(frozen=True)
class Told:
    """One tie of a file. `number`: of its row, as its format counts them (`Read.counts`). `key`: that the file gives it, where it does."""

    number: int
    first: str
    second: str
    tie: str = ""
    words: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    key: str = ""
    handling: str = ""
    conditions: str = ""


@dataclass(frozen=True)
class Aside:
    number: int
    code: str
    about: str = ""

    @property
    def fault(self) -> Fault:
        return FAULTS[self.code]


@dataclass
class Read:
    """What a file says. Rows read are those that are `told` or set `aside`, and no others. `said`: what is odd about the whole file."""

    format: Format
    named: dict[str, Named] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.told) + len(self.aside)


def compared(text: str) -> str:
    """A name or a heading as it is compared: case, blanks and strokes make no difference."""
    return "".join(one for one in text.casefold() if one.isalnum())


def meant(kind: str, type_: str, text: str) -> str:
    """Under which people's judgements of a name are found again, also in another file. It holds the name of nobody."""
    plain = " ".join(text.casefold().split())
    return hashlib.sha256(f"{kind}\0{type_}\0{plain}".encode()).hexdigest()


_CHILDREN: Final = (
    "child", "children", "boy", "girl", "baby", "infant", "minor", "juvenile", "teenager", "youngperson", "pupil",
)  # fmt: skip
_KINDS: Final = {
    NodeKind.PERSON: ("person", "people", "adult", "man", "woman", "subject", "nominal", "individual", *_CHILDREN),
    NodeKind.PLACE: ("place", "location", "address", "venue", "school", "building"),
    NodeKind.GROUP: ("group", "organisation", "organization", "company", "legalentity", "gang", "business", "publicbody"),
    NodeKind.HANDLE: ("handle", "identifier", "object"),
}  # fmt: skip
_TYPES: Final = {
    HandleType.PHONE: ("phone", "telephone", "mobile", "phonenumber", "msisdn"),
    HandleType.VEHICLE: ("vehicle", "car", "van", "plate", "vrm", "registration"),
    HandleType.ACCOUNT: ("account", "useraccount", "username", "socialmedia", "profile"),
    HandleType.EMAIL: ("email", "emailaddress"),
    HandleType.DEVICE: ("device", "imei", "handset"),
    HandleType.WEB: ("web", "website", "url", "webaddress"),
}  # fmt: skip


def kind_of(word: str, text: str) -> tuple[str, str, bool]:
    """(kind, type of handle, whether it was told) of what a file calls by a word, or of what its name looks like."""
    plain = compared(word)
    for type_, words in _TYPES.items():
        if plain in words:
            return NodeKind.HANDLE, type_, True
    for kind, words in _KINDS.items():
        if plain in words and kind != NodeKind.HANDLE:
            return kind, "", True
    looks = _looks_like(text)
    return (NodeKind.HANDLE, looks, False) if looks else (NodeKind.PERSON, "", False)


def _looks_like(text: str) -> str:
    """Which type of handle the whole of a text is, or none."""
    found = [one for one in find(text) if one.length >= len(text.strip()) - 1]
    return str(found[0].type) if len(found) == 1 else ""


def tie_kind(said: str, one: str, other: str) -> tuple[str, bool, str]:
    """(kind of the vocabulary, whether it is read back, words) of what a file says ties the one to the other: its id or its words, with
    more words in brackets behind. What is none of these keeps its own words."""
    said = " ".join(said.split())
    head, _bracket, more = said.partition(" (") if said.endswith(")") else (said, "", "")
    kinds = vocabulary()[1]
    for value, label, _help in kinds_between(one, other):
        back = value.startswith(BACK)
        kind = value.removeprefix(BACK)
        mine = {compared(label)} if back else {compared(label), compared(kind)}
        if compared(head) in mine and kind in kinds:
            return kind, back, more.removesuffix(")")
    return OTHER, False, said or "is linked to"


def why_too_long(named: list[Named], words: str, tie: str, conditions: str = "") -> bool:
    names = any(len(one.text) > LONGEST_NAME or len(one.key) > LONGEST_KEY for one in named)
    return names or len(words) > LONGEST_WORDS or len(tie) > LONGEST_TIE or len(conditions) > LONGEST_WORDS


def stricter(*said: tuple[str, str]) -> tuple[str, str]:
    """(handling, conditions) of what several places say, each as (handling, conditions): conditions hold wherever they are said. Empty where
    nobody says so."""
    conditions = "; ".join(dict.fromkeys(filter(None, (text.strip() for _handling, text in said))))
    if conditions or any(handling == Handling.CONDITIONS for handling, _text in said):
        return Handling.CONDITIONS, conditions or "Ask whoever made the chart before it goes on"
    return "", ""


def why_never_new(*, kind: str, type_: str, text: str, is_child: bool) -> str | None:
    """A child begins with a worry, whatever else the name was said to be since. Of a phone, car or account something new can be made only
    where it can be read as one."""
    if is_child:
        return "A child begins with a worry: tell one first. Then say here that it is they."
    if kind == NodeKind.HANDLE and not (type_ and normal_handle(type_, text)):
        return (
            "It cannot be read as one, so it stays as it is written in the row. Say what it is, or leave it."
        )
    return None


def why_not_be_new(*, kind: str, type_: str, text: str, is_child: bool, what: str) -> str | None:
    if why_not := why_never_new(kind=kind, type_=type_, text=text, is_child=is_child):
        return why_not
    if kind in (NodeKind.PLACE, NodeKind.GROUP) and not what.strip():
        return "Say what kind it is, such as shop, park or friends."
    return None


def as_source(words: str, *, day: str, number: int) -> Filled:
    """How a tie is known that was accepted from a row: its words, and where they stand. Not the name of the file, in which anything may
    stand, and which whoever sees both ends would read."""
    where = {"on": day, "number": number}
    if not words:
        return Filled("No more is said of it [chart brought in on %(on)s, row %(number)s]", **where)
    return Filled("%(words)s [chart brought in on %(on)s, row %(number)s]", words=words, **where)


def sealed_row(salt: str, says: str) -> str:
    """What a row of a file says, so that it can be compared and not read."""
    return hmac.new(salt.encode(), says.encode(), hashlib.sha256).hexdigest()


def row_print(told: Told, named: dict[str, Named]) -> str:
    """Everything that a row says, but its number and its keys: two rows say the same where it is equal."""
    ends = [
        (one.kind, one.text, one.type, one.service, one.word)
        for one in (named[told.first], named[told.second])
    ]
    days = [one.isoformat() if one else "" for one in (told.valid_from, told.valid_to)]
    return repr((ends, told.tie, told.words, days, told.handling, told.conditions))


class ProposalState(StrEnum):
    """What became of a row that was proposed."""

    LEFT = "left"
    ACCEPTED = "accepted"


class Out(StrEnum):
    """How far a drawing is on its way out."""

    READY = "ready"
    ASKED = "asked"
    REFUSED = "refused"
    TAKEN = "taken"


def why_not_bring(
    *,
    may_see: bool,
    has_team: bool,
    from_whom: str,
    why: str,
    reach: str,
    conditions_lack: bool,
    again: str = "",
) -> str | None:
    if not may_see or not has_team:
        return "Whoever brings in a chart works with children in a team."
    if why_not := BRING_ASKS.missing(from_whom=from_whom, why=why):
        return why_not
    if reach not in (Reach.ENDS, Reach.HOLDER):
        return "Say who may read this: whoever may see both, or your agency only."
    if conditions_lack:
        return "Say on which conditions this may go on."
    if again:
        return Filled(
            "The same file was brought in before, on %(day)s. What became of its rows stands there.",
            day=again,
        )
    return None


def why_not_read(*, rows: int, told: int) -> str | None:
    if rows > MOST_ROWS:
        return Filled(
            "The file has more than %(most)s rows. Bring in a part of it: what people can look at, row by row.",
            most=f"{MOST_ROWS:,}",
        )
    return None if rows else "The file has no row that can be read."


def why_not_judge(*, cleared: bool, accepted: bool = False) -> str | None:
    if cleared:
        return "What this file said is gone: its 90 days are over. Bring it in again if it is still needed."
    if accepted:
        return "A row with this name was accepted, so it stays. Where that was wrong, withdraw it at the tie, and bring the file in again."
    return None


def why_not_accept(
    *, state: str, both_known: bool, cleared: bool, one_here: bool = True, harms: int = 0
) -> str | None:
    """`one_here`: one of both ends is in Heard already. `harms`: of the rows that are accepted at once, how many say that somebody harms,
    where this one says so."""
    if cleared:
        return why_not_judge(cleared=True)
    if state == ProposalState.ACCEPTED:
        return "This row was accepted before."
    if not both_known:
        return "Say first who or what is at both ends."
    if not one_here:
        return "Neither end is in Heard yet. Say first who or what one of them is, or note it by hand where it belongs."
    if harms > 1:
        return "Somebody is said to harm. Accept each such row by itself: each rests on something of its own."
    return None


def goes_on(brought_at: datetime) -> datetime:
    """When what the file says is destroyed."""
    return brought_at + KEPT


# ---- taking a drawing out

TWO_ABOVE: Final = 50  # people in files of one user, together: for more, a second person releases the next
TOGETHER: Final = timedelta(days=30)  # files of which people are counted together, whomever they are for
LASTS: Final = timedelta(days=7)  # in which what was asked for is released, and what was released is taken

TAKE_ASKS: Final = Asks(
    format="Choose in which form it is taken out.",
    recipient="Say for whom it is: name, role and organisation.",
    purpose="Say what it is for: what it does for the children.",
    basis="Choose the lawful basis on which it is taken out.",
)
RELEASE_ASKS: Final = Asks(
    agrees="Say whether it may be taken out.",
    why="Give the reason. A refusal needs one as much as a release.",
)
CHANGED: Final = "The drawing has changed since it was asked for. Look at it again, and ask anew."


@dataclass(frozen=True)
class Taking:
    """What is said of a drawing before it is taken out. `basis_known`: the basis is one of those that sharing knows."""

    format: str
    recipient: str
    purpose: str
    basis: str
    basis_note: str = ""


def why_not_take(
    *, may_share: bool, taking: Taking, basis_known: bool, is_consent: bool, ties: int
) -> str | None:
    if not may_share:
        return "Your role does not share records."
    said = {name: getattr(taking, name) for name in ("format", "recipient", "purpose", "basis")}
    if why_not := TAKE_ASKS.missing(**said):
        return why_not
    if not basis_known:
        return TAKE_ASKS["basis"]
    if is_consent and not taking.basis_note.strip():
        return "Consent is usually the wrong basis. Say why it is right here, or choose another."
    return None if ties else "There is no tie here that may be taken out."


def is_past(since: datetime, now: datetime) -> bool:
    """Of what was asked for or released: its days are over."""
    return now >= since + LASTS


def why_not_fetch(*, state: str, is_theirs: bool, changed: bool, past: bool, alone: int) -> str | None:
    """`past`: its days are over since it was asked for or released. `alone`: how many people it names together with all that nobody else
    released: more than one may take, where two files were asked for at once."""
    if not is_theirs:
        return "Whoever asked for it takes it out."
    if state == Out.TAKEN:
        return (
            "It was taken out. A file is taken once: ask anew, where it is needed again or in another form."
        )
    if state == Out.REFUSED:
        return "It was not released. Ask anew, where it is needed all the same."
    if past:
        return Filled("Its %(days)s days are over. Look at the drawing again, and ask anew.", days=LASTS.days)
    if state == Out.ASKED:
        return Filled(
            "Files that you asked for in %(days)s days name more than %(most)s people. A second person releases this one first.",
            days=TOGETHER.days,
            most=TWO_ABOVE,
        )
    if alone > TWO_ABOVE:
        return Filled(
            "Files that you asked for in %(days)s days name more than %(most)s people. Ask for this one anew: a second person releases it first.",
            days=TOGETHER.days,
            most=TWO_ABOVE,
        )
    return CHANGED if changed else None


def why_not_release(
    *, may_share: bool, state: str, asked_it: bool, why: str, changed: bool, past: bool
) -> str | None:
    if not may_share:
        return "Your role does not decide on sharing."
    if state != Out.ASKED:
        return "This has been decided."
    if asked_it:
        return "You asked for this yourself. Somebody else decides on it."
    if past:
        return Filled(
            "It was asked for more than %(days)s days ago. Whoever needs it asks anew.", days=LASTS.days
        )
    return RELEASE_ASKS.missing(why=why) or (CHANGED if changed else None)


def head(*, recipient: str, purpose: str, basis: str, on: date) -> tuple[tuple[str, str], ...]:
    """What stands in the file about itself."""
    return (
        ("For", recipient),
        ("Purpose", purpose),
        ("Lawful basis", basis),
        ("Taken out on", on.isoformat()),
        ("Note", "A tie says what somebody knows, and proves nothing. Keys are of this file alone."),
    )
