"""When a panel may be prepared, held and written down, when people may disagree, and what a theme is. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import Final

from heard.agencies.rules import Asks, Filled
from heard.cases.case.rules import TOO_FEW
from heard.network.rules import BACK, OTHER, in_order, is_directed, kinds_between

FINISH_ASKS: Final = Asks(
    outcome="Choose whether it was done.",
    note="Write why it could not be done.",
)
DECISION_ASKS: Final = Asks(
    decision="Write what was decided. That nothing changes is a decision too.",
    reason="Give the reason for the decision.",
)
NO_PANELS: Final = "Your role does not hold panels."
WHO_CAME: Final = "Give the name of whoever came instead."
INVOLVE_ASKS: Final = Asks(why="Say why the child needs this agency to be involved.")
DISSENT_ASKS: Final = Asks(why="Say why you do not agree.")
CORRECTION_ASKS: Final = Asks(text="Write what is corrected.")
DISAGREE_ASKS: Final = Asks(
    what="Say what you disagree with, and why.",
    owner="Choose who takes the first step.",
)
TAKE_STEP_ASKS: Final = Asks(
    who="Say who talked to whom.",
    outcome="Say whether it is settled.",
    next_owner="Choose who takes the next step.",
    reason="Say what was agreed and why, or why it goes on.",
)
PANEL_ASKS: Final = Asks(
    place="Say where it meets, or how to join it.",
    purpose="Say why it is held. Names on a list with no reason are not gathered.",
    used_by="Say who will use what comes out of it, and for what.",
)
NOTHING_ASKS: Final = Asks(reason="Say why nothing is done about this name.")
SAID_ASKS: Final = Asks(who="Say who said it at the meeting: the agency, or their role.")
LEARNT_ASKS: Final = Asks(
    text="Write what was learnt, and what it means for this child.",
    children="Choose the child for whose plan it was learnt.",
)
ACTION_ASKS: Final = Asks(
    due_on="Give the day by which it will be done, today or later.", what="Say what will be done, by us."
)
THEME_ASKS: Final = Asks(title="Say in a few words what the theme is. Name no child in it.")

FIRST_LOOKS_BACK: Final = timedelta(
    days=28
)  # of the first panel: there is none before it. A month, as most meet.
LEFT_OVER_FOR: Final = timedelta(days=366)  # what a panel did not come to waits for the next ones so long
MOST_MINUTES: Final = 240  # for one item
LASTS_AT_MOST: Final = timedelta(hours=12)  # then nobody sits there any more
MOST_CHILDREN: Final = 12  # at one mapping meeting: each is spoken about, and has an answer at the end
SHARED_BY: Final = (
    3  # children at least, before what they have in common is a theme: two could be known by it
)

SAID_ALREADY: Final = "This is noted already, with the same words and from the same. Add what else was said, or who else says so."
LEARNT_ALREADY: Final = "This stands in the record of one of these children already."
NAMES_ANOTHER: Final = (
    "This names another child, and stands in the record of the one whom you chose. Leave the name out."
)
MOVED_BACK: Final = (
    "It has not begun yet, so it is moved to a day and time that are still to come. If it was held earlier, call another: it says "
    "that it was written down afterwards."
)
WHY_NAMES_THEM: Final = (
    "Why the meeting is held, or who will use it, names them, and everybody who is invited reads that. Write it without a name; once "
    "the meeting has begun, call another."
)
AGREED_IS_FINAL: Final = (
    "The minutes have been agreed, so they do not change any more. Take it up at the next panel."
)


class PanelState(StrEnum):
    PLANNED = "planned"
    HELD = "held"


class MeetingKind(StrEnum):
    """What sort of meeting it is. MAPPING: of chosen people, places, groups, phones and cars, and how they are tied. CONFERENCE: about one
    place or group, and no person."""

    PANEL = "panel"
    MAPPING = "mapping"
    CONFERENCE = "conference"


# Of each kind, what its agenda may hold.
TAKES: Final[dict[MeetingKind, frozenset[str]]] = {
    MeetingKind.PANEL: frozenset({"person", "place", "group", ""}),
    MeetingKind.MAPPING: frozenset({"person", "place", "group", "handle"}),
    MeetingKind.CONFERENCE: frozenset({""}),
}
# What was said, by the kind of meeting, where its agenda does not hold something.
_TAKES_NOT: Final[dict[MeetingKind, str]] = {
    MeetingKind.PANEL: "A phone, a car or an account is looked at in a mapping meeting.",
    MeetingKind.MAPPING: "A mapping meeting is about people, places, groups, phones and cars. A theme belongs on a panel.",
    MeetingKind.CONFERENCE: "A conference is about one place or group, and never about people. Choose a theme, in a few words.",
}


class AgendaSection(StrEnum):
    """Victims, offenders, locations, themes, in words that we would use before a child. Source: London protocol, VOLT."""

    CHILDREN = "children"
    HARM = "harm"
    PLACES = "places"
    HANDLES = "handles"
    THEMES = "themes"


class Came(StrEnum):
    """What became of an invitation. UNKNOWN: nobody has said yet."""

    UNKNOWN = ""
    CAME = "came"
    APOLOGIES = "apologies"
    SOMEBODY_ELSE = "else"
    ABSENT = "absent"


class Why(StrEnum):
    """Why an item is on the agenda. Each is drawn from the record, but for BY_HAND."""

    REVIEW_DUE = "review_due"
    DECISION_OVERDUE = "decision_overdue"
    ASSESSMENT_OVERDUE = "assessment_overdue"
    INTERVIEW_OVERDUE = "interview_overdue"
    FOR_THE_PANEL = "for_the_panel"
    NOT_REACHED = "not_reached"
    NEW_WORRY = "new_worry"
    MISSING = "missing"
    SIGNED = "signed"
    SHARED = "shared"
    UNWATCHED = "unwatched"
    MOVED = "moved"
    THEME = "theme"
    BY_HAND = "by_hand"


class About(StrEnum):
    """Which decision somebody disagrees with."""

    WORRY = "worry"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    REVIEW = "review"
    PANEL = "panel"
    OTHER = "other"


class Outcome(StrEnum):
    AGREED = "agreed"
    NOT_AGREED = "not_agreed"


class Progress(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


# ---- a panel


def why_not_plan(
    *,
    may_hold: bool,
    starts_at: datetime | None,
    place: str,
    chair_may: bool,
    kind: str = MeetingKind.PANEL,
    purpose: str = "",
    used_by: str = "",
) -> str | None:
    """`purpose`, `used_by`: why a meeting of another kind is held, and who will use what comes out of it. None begins without."""
    if not may_hold:
        return "Your role does not prepare panels."
    if starts_at is None:
        return "Say on which day and at what time it meets."
    if not place.strip():
        return PANEL_ASKS["place"]
    if not chair_may:
        return (
            "Choose as chair somebody whose role holds panels, or a supervisor of an agency that is invited."
        )
    if kind != MeetingKind.PANEL:
        return PANEL_ASKS.missing(purpose=purpose, used_by=used_by)
    return None


def why_not_say_why_anew(
    *, kind: str, has_begun: bool, changes: bool, moves: bool, would_have_begun: bool
) -> str | None:
    """Of a meeting of another kind. `changes`: why it is held or who will use it; `moves`: when it begins; `would_have_begun`: by the new day.
    Neither way can something be written afterwards as if it had been there before."""
    if kind == MeetingKind.PANEL:
        return None
    if has_begun and (changes or moves):
        return "It has begun. When it did, why it is held, and who will use it, stay as they were written before."
    return MOVED_BACK if moves and would_have_begun else None


def why_not_prepare(*, kind: str) -> str | None:
    """Whether an agenda is drawn from the record: others are chosen by people, each for a reason."""
    if kind == MeetingKind.PANEL:
        return None
    return "What this meeting is about is chosen by people. It is not drawn from the record."


def why_not_confer(*, is_open: bool) -> str | None:
    return None if is_open else "The work on this place or group has ended. Open it again first."


def why_not_change(*, may_hold: bool, state: str) -> str | None:
    """Whether day, place, chair and invitations may be changed."""
    if not may_hold:
        return "Your role does not prepare panels."
    return "It has been held." if state == PanelState.HELD else None


def why_not_take_chair(
    *, may_chair: bool, is_invited: bool, is_chair: bool, state: str, day: date, today: date
) -> str | None:
    """`may_chair`: in one of the agencies that are invited, where `is_invited`. Whoever was to chair it may take the chair back."""
    if not may_chair:
        return "Your role does not chair panels."
    if not is_invited:
        return "Your agency is not invited to it. Somebody of an agency that is takes the chair."
    if is_chair:
        return "You chair it already."
    return _why_not_yet(state, day, today)


def why_not_note_here(*, may_hold: bool, state: str, day: date, today: date) -> str | None:
    """Who is here, while it meets. What became of each invitation is said when it is written down as held."""
    if not may_hold:
        return "Whoever holds the panel says who is here."
    return _why_not_yet(state, day, today)


def meets(*, state: str, day: date, today: date) -> bool:
    """From its day until it is written down as held."""
    return _why_not_yet(state, day, today) is None


def _why_not_yet(state: str, day: date, today: date) -> str | None:
    if state == PanelState.HELD:
        return "It has been written down as held already."
    return "Its day has not come yet." if day > today else None


def why_not_invite(*, has_agency: bool, is_there: bool, may_see: bool) -> str | None:
    """`may_see`: a named person whose role sees panels; True where only an agency is invited."""
    if not has_agency:
        return "Choose the agency that is invited."
    if not may_see:
        return (
            "That person’s role does not take part in panels. Invite their agency, or choose somebody else."
        )
    return "They are invited already." if is_there else None


def why_not_arrange(*, orders: Collection[int | None], minutes: Collection[int | None]) -> str | None:
    if any(order is None for order in orders):
        return "Give each item a place in the order, such as 1, 2, 3."
    if any(given is not None and not 1 <= given <= MOST_MINUTES for given in minutes):
        return Filled("An item takes from 1 to %(most)s minutes.", most=MOST_MINUTES)
    return None


def why_not_share(*, minutes: Collection[int | None], lasts: int) -> str | None:
    """Whether `lasts`, the minutes of all, is enough for the items that have some and one for each other."""
    if lasts < sum(1 if given is None else given for given in minutes):
        return "Give more minutes for the whole meeting: each item takes one at least."
    return None


def share(minutes: Collection[int | None], lasts: int) -> list[int]:
    """The minutes of each item, where those that have none share evenly what the others leave of the whole."""
    left, shared, found = lasts - sum(given or 0 for given in minutes), 0, []
    without = sum(given is None for given in minutes)
    for given in minutes:
        if given is None:
            found.append(left // without + (shared < left % without))
            shared += 1
        else:
            found.append(given)
    return found


def why_not_take_off(
    *, chosen: int, why: str, kind: str = MeetingKind.PANEL, has_begun: bool = False
) -> str | None:
    if chosen and kind == MeetingKind.CONFERENCE:
        return (
            "A conference is about this place or group. Call another where it should be about something else."
        )
    if chosen and kind == MeetingKind.MAPPING and has_begun:
        return "The meeting has begun, so no name is taken off. Say “nothing, because …” on its page."
    return "Say why these come off the agenda." if chosen and not why.strip() else None


def why_not_add(
    *,
    is_there: bool,
    has_end: bool,
    title: str,
    kind: str = MeetingKind.PANEL,
    end: str = "",
    is_child: bool = False,
    children: int = 0,
) -> str | None:
    """`has_end`: a child, adult, place or group; else it is a theme, which has a title. `end`: which of these it is. `children`: how many
    are on the agenda whom the user may see."""
    if end not in TAKES[MeetingKind(kind)]:
        return _TAKES_NOT[MeetingKind(kind)]
    if kind == MeetingKind.MAPPING and is_child and not is_there and children >= MOST_CHILDREN:
        return "Twelve children are chosen. Take one off, or call another meeting: nobody can be thought about among more."
    if is_there:
        return "This is on the agenda already."
    if not has_end and not title.strip():
        return THEME_ASKS["title"]
    return None


def why_not_hold(
    *, may_hold: bool, state: str, day: date, today: date, came: Iterable[str], instead: Iterable[str]
) -> str | None:
    """`came`: of each invitation. `instead`: who came for those who sent somebody else. Who is missing never stands in
    the way: what makes a quorum is local."""
    if not may_hold:
        return "Whoever chairs it writes down that it was held."
    if why_not := _why_not_yet(state, day, today):
        return why_not
    if any(one == Came.UNKNOWN for one in came):
        return "Say of each invitation what became of it. That nobody came is an answer too."
    if not all(name.strip() for name in instead):
        return WHO_CAME
    return None


def why_not_close(*, open_to_closer: int, others_open: bool) -> str | None:
    """Whether each name of a mapping meeting has an answer: an action, or why nothing is done. `open_to_closer`: how many have none of those
    whom the closer may see; `others_open`: whether one has none whom they may not see. Of these it says neither who nor how many."""
    if open_to_closer:
        return "A name has no answer yet. Add an action, or say “nothing, because …”."
    if others_open:
        return "Somebody else has to answer for what you may not see. The meeting can be closed after that."
    return None


def reads_back(kind: str, one: str, other: str) -> bool:
    """Whether a kind of tie can only be read from the other to the one: two of different kinds are tied one way round, but in words alone."""
    return (
        kind != OTHER and is_directed(kind) and not in_order(kind, one, other) and in_order(kind, other, one)
    )


def ties_there_can_be(ends: Collection[str]) -> list[tuple[str, str]]:
    """How two of these kinds of nodes may be tied to one another: each kind of tie once, read forward, A to Z."""
    found = {
        value: label
        for one, other in product(ends, repeat=2)
        for value, label, _help in kinds_between(one, other)
        if not value.startswith(BACK)
    }
    return sorted(found.items(), key=lambda row: row[1])


def why_not_note_yet(*, kind: str, may_write: str | None, day: date, today: date) -> str | None:
    """Whether ties are noted as said at a meeting. `may_write`: what stands in the way of writing at all."""
    if kind != MeetingKind.MAPPING:
        return "Ties are noted at mapping meetings. Note this one on the page of whom it is about."
    if may_write:
        return may_write
    if day > today:
        return "The day of this meeting has not come yet. What is known before stands on the pages of those it is about."
    return None


def why_not_note_said(*, both_chosen: bool, who: str) -> str | None:
    """Whether a tie is noted, once ties are."""
    return SAID_ASKS.missing(who=who) if both_chosen else "Choose two of those that the meeting is about."


def why_not_write_learnt(*, kind: str, state: str, children: int) -> str | None:
    """Whether what was learnt at a conference goes back to these children."""
    if kind != MeetingKind.CONFERENCE:
        return "What is learnt at a panel is decided there, on the page of each child."
    if state != PanelState.HELD:
        return "The conference has not been held yet."
    return LEARNT_ASKS.missing(children=children > 0)


def why_not_write(*, takes_part: bool, may_hold: bool, state: str, is_agreed: bool) -> str | None:
    """Notes on an item: while the panel meets by everybody who takes part, then by those who hold panels."""
    if is_agreed:
        return AGREED_IS_FINAL
    if state == PanelState.HELD and not may_hold:
        return "It is over. Ask whoever held it to put this right before the minutes are agreed."
    return None if may_hold or takes_part else "Only those who take part in it write here."


@dataclass(frozen=True)
class Pace:
    """When the minutes of all items are over, how many minutes are `left` until then (below 0: it is past), and how many the items take
    that are `to_come`."""

    ends_at: datetime
    left: int
    to_come: int


def pace(*, starts_at: datetime, minutes: int, to_come: int, is_held: bool, now: datetime) -> Pace | None:
    """How a panel that meets stands against the minutes of its items. None where no item has any, before it begins, and once it is held or
    half a day has gone by."""
    if is_held or not minutes or not starts_at <= now <= starts_at + LASTS_AT_MOST:
        return None
    ends_at = starts_at + timedelta(minutes=minutes)
    return Pace(ends_at, int((ends_at - now).total_seconds() // 60), to_come)


def why_not_decide(
    *,
    may_hold: bool,
    is_agreed: bool,
    day: date,
    today: date,
    decision: str,
    reason: str,
    about_child: bool,
    has_words: bool,
    why_no_words: str,
    nothing: bool = False,
    acted: bool = False,
) -> str | None:
    """`nothing`: at a mapping meeting, why nothing is done about a name. What is done is an action; `acted`: there is one."""
    if not may_hold:
        return "Whoever holds the panel writes down what was decided."
    if is_agreed:
        return AGREED_IS_FINAL
    if day > today:
        return "Its day has not come yet. A decision is written down when it has been made."
    if nothing and acted:
        return "Something is done about this name already: an action stands. How that went is said there."
    asks = (
        NOTHING_ASKS.missing(reason=reason)
        if nothing
        else DECISION_ASKS.missing(decision=decision, reason=reason)
    )
    if asks:
        return asks
    if about_child and not has_words and not why_no_words.strip():
        return "Add the child’s own words, or say why the decision is made without them."
    return None


def why_not_act(
    *,
    may_write: str | None,
    what: str,
    has_owner: bool,
    due_on: date | None,
    today: date,
    owner_sees: bool = True,
    about_person: bool = False,
) -> str | None:
    """`may_write`: what stands in the way of writing at all. `owner_sees`: whether they may see what it is about. `about_person`: it is a
    person, whose record is opened to more."""
    if may_write:
        return may_write
    if not what.strip():
        return ACTION_ASKS["what"]
    if not has_owner:
        return "Choose who does it. Without somebody’s name nobody does it."
    if not owner_sees and about_person:
        return "They may not see who this is about. Let them in under “Details” of the person’s page first, or choose somebody who may."
    if not owner_sees:
        return "They may not see what this is about. Choose somebody who may."
    if due_on is None or due_on < today:
        return ACTION_ASKS["due_on"]
    return None


def why_not_involve(*, may_hold: bool, why: str) -> str | None:
    if not may_hold:
        return "Whoever holds the panel involves an agency."
    return INVOLVE_ASKS.missing(why=why)


def why_not_finish_action(
    *, lives_elsewhere: bool, is_owner: bool, may_hold: bool, state: str, outcome: str, note: str
) -> str | None:
    """`lives_elsewhere`: in a plan, or among the disruption steps."""
    if lives_elsewhere:
        return "This action is in a child’s plan, or among the disruption steps. Finish it there."
    if not is_owner and not may_hold:
        return "Whoever said they would do it says how it went, or somebody who holds panels."
    if state != Progress.OPEN:
        return "This action is finished already."
    if outcome not in (Progress.DONE, Progress.NOT_DONE):
        return FINISH_ASKS["outcome"]
    return FINISH_ASKS.missing(note=note) if outcome == Progress.NOT_DONE else None


def why_not_take_back_done(
    *, state: str, is_owner: bool, is_today: bool, has_note: bool, is_read: bool
) -> str | None:
    """Whether it was said today by one press that an action is done, and nobody has gone by it yet. `is_read`: somebody has read that it is done."""
    if not is_owner:
        return "Whoever does it says that it is not done after all."
    if state != Progress.DONE or has_note or not is_today:
        return "This can be taken back on the same day, where nothing was written of how it went."
    return "Somebody has gone by it already. Tell them." if is_read else None


def why_not_dissent(
    *,
    takes_part: bool,
    is_decided: bool,
    is_agreed: bool,
    why: str,
    for_another: bool = False,
    may_hold: bool = False,
) -> str | None:
    """`for_another`: somebody at the table said it, and it is written down for them."""
    if for_another and not may_hold:
        return "Whoever holds the panel writes down what others do not agree with."
    if not takes_part:
        return (
            "Only those who take part in it write here. Anybody who sees the child can open a disagreement."
        )
    if not is_decided:
        return "Nothing has been decided on this yet. Say it in the discussion."
    if is_agreed:
        return "The minutes have been agreed. Open a disagreement: it has steps and a clock."
    return DISSENT_ASKS.missing(why=why)


def why_not_correct(*, may_hold: bool, state: str, is_agreed: bool, text: str) -> str | None:
    if not may_hold:
        return "Whoever holds panels writes down what is corrected in minutes."
    if state != PanelState.HELD:
        return "It has not been held yet, so there are no minutes to correct."
    if is_agreed:
        return AGREED_IS_FINAL
    return CORRECTION_ASKS.missing(text=text)


def why_not_agree_minutes(
    *, may_hold: bool, state: str, is_agreed: bool, at_a_later_panel: bool, has_begun: bool
) -> str | None:
    """`has_begun`: the later panel."""
    if not may_hold:
        return "Whoever holds panels writes down that minutes were agreed."
    if state != PanelState.HELD:
        return "It has not been held yet, so there are no minutes to agree."
    if is_agreed:
        return AGREED_IS_FINAL
    if not at_a_later_panel:
        return "Minutes are agreed at a panel that comes after. Plan the next one first."
    if not has_begun:
        return "That panel has not begun, so nothing has been agreed there yet."
    return None


# ---- themes


def themes(children: Mapping[str, Collection[object]]) -> dict[str, int]:
    """Of each sign or pattern, by its id, how many different children share it, where they are enough to be a theme and
    not a child. A theme is about what happens around children, and never in an order of numbers."""
    return {item: len(set(who)) for item, who in children.items() if len(set(who)) >= SHARED_BY}


def may_count(number: int) -> bool:
    """Whether a number of children may be said. Few ones are 'several': a small number can point at one child."""
    return number > TOO_FEW


# ---- disagreement and its steps


def why_not_open_disagreement(
    *, may_disagree: bool, what: str, interest: str, has_agency: bool, has_owner: bool
) -> str | None:
    """`interest`: what it means for the child, which is what the disagreement is about."""
    if not may_disagree:
        return "Your role does not open disagreements here. Speak with your supervisor."
    if not what.strip():
        return DISAGREE_ASKS["what"]
    if not interest.strip():
        return "Say what it means for the child: that is what has to be settled."
    if not has_agency:
        return "Choose the agency that you disagree with."
    return DISAGREE_ASKS.missing(owner=has_owner)


def why_not_take_step(
    *,
    may_disagree: bool,
    is_open: bool,
    is_last: bool,
    outcome: str,
    who: str,
    reason: str,
    has_next_owner: bool,
) -> str | None:
    """`who`: who talked to whom. `is_last`: no step follows, so that what is decided there settles it."""
    if not may_disagree:
        return "Your role does not write about disagreements here."
    if not is_open:
        return "This disagreement is settled already."
    if outcome not in set(Outcome):
        return TAKE_STEP_ASKS["outcome"]
    if why_not := TAKE_STEP_ASKS.missing(who=who, reason=reason):
        return why_not
    if outcome == Outcome.NOT_AGREED and is_last:
        return "This is the last step: write what was decided. A child cannot wait for more."
    if outcome == Outcome.NOT_AGREED and not has_next_owner:
        return TAKE_STEP_ASKS["next_owner"]
    return None
