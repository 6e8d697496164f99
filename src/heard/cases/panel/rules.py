"""When a panel may be prepared, held and written down, when people may disagree, and what a theme is. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.case.rules import TOO_FEW

FINISH_ASKS: Final = Asks(
    outcome="Choose whether it was done.",
    note="Write what changed, or why it could not be done.",
)
DECISION_ASKS: Final = Asks(
    decision="Write what was decided. That nothing changes is a decision too.",
    reason="Give the reason for the decision.",
)
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
PANEL_ASKS: Final = Asks(place="Say where the panel meets, or how to join it.")
ACTION_ASKS: Final = Asks(
    due_on="Give the day by which it will be done, today or later.", what="Say what will be done, by us."
)
THEME_ASKS: Final = Asks(title="Say in a few words what the theme is. Name no child in it.")

FIRST_LOOKS_BACK: Final = timedelta(
    days=28
)  # of the first panel: there is none before it. A month, as most meet.
MOST_MINUTES: Final = 240  # for one item
SHARED_BY: Final = (
    3  # children at least, before what they have in common is a theme: two could be known by it
)

AGREED_IS_FINAL: Final = "The minutes of this panel have been agreed, so they do not change any more. Take it up at the next panel."


class State(StrEnum):
    PLANNED = "planned"
    HELD = "held"


class Section(StrEnum):
    """Victims, offenders, locations, themes, in words that we would use before a child. Source: London protocol, VOLT."""

    CHILDREN = "children"
    HARM = "harm"
    PLACES = "places"
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
    NEW_WORRY = "new_worry"
    MISSING = "missing"
    SIGNED = "signed"
    SHARED = "shared"
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
    *, may_hold: bool, starts_at: datetime | None, place: str, chair_may_hold: bool
) -> str | None:
    if not may_hold:
        return "Your role does not prepare panels."
    if starts_at is None:
        return "Say on which day and at what time the panel meets."
    if not place.strip():
        return PANEL_ASKS["place"]
    if not chair_may_hold:
        return "Choose as chair somebody whose role holds panels."
    return None


def why_not_change(*, may_hold: bool, state: str) -> str | None:
    """Whether day, place, chair and invitations may be changed."""
    if not may_hold:
        return "Your role does not prepare panels."
    return "This panel has been held." if state == State.HELD else None


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
        return f"An item takes from 1 to {MOST_MINUTES} minutes."
    return None


def why_not_take_off(*, chosen: int, why: str) -> str | None:
    return "Say why these come off the agenda." if chosen and not why.strip() else None


def why_not_add(*, is_there: bool, has_end: bool, title: str) -> str | None:
    """`has_end`: a child, adult, place or group; else it is a theme, which has a title."""
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
        return "Your role does not hold panels."
    if state == State.HELD:
        return "This panel has been written down as held already."
    if day > today:
        return "The day of this panel has not come yet."
    if any(one == Came.UNKNOWN for one in came):
        return "Say of each invitation what became of it. That nobody came is an answer too."
    if not all(name.strip() for name in instead):
        return WHO_CAME
    return None


def why_not_write(*, takes_part: bool, may_hold: bool, state: str, is_agreed: bool) -> str | None:
    """Notes on an item: while the panel meets by everybody who takes part, then by those who hold panels."""
    if is_agreed:
        return AGREED_IS_FINAL
    if state == State.HELD and not may_hold:
        return "The panel is over. Ask whoever held it to put this right before the minutes are agreed."
    return None if may_hold or takes_part else "Only those who take part in this panel write here."


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
) -> str | None:
    if not may_hold:
        return "Whoever holds the panel writes down what was decided."
    if is_agreed:
        return AGREED_IS_FINAL
    if day > today:
        return "The day of this panel has not come yet. A decision is written down when it has been made."
    if why_not := DECISION_ASKS.missing(decision=decision, reason=reason):
        return why_not
    if about_child and not has_words and not why_no_words.strip():
        return "Add the child’s own words, or say why the decision is made without them."
    return None


def why_not_act(
    *, may_write: str | None, what: str, has_owner: bool, due_on: date | None, today: date
) -> str | None:
    """`may_write`: what stands in the way of writing at all."""
    if may_write:
        return may_write
    if not what.strip():
        return ACTION_ASKS["what"]
    if not has_owner:
        return "Choose who does it. Without somebody’s name nobody does it."
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
    return FINISH_ASKS.missing(note=note)


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
        return "Only those who take part in this panel write here. Anybody who sees the child can open a disagreement."
    if not is_decided:
        return "Nothing has been decided on this yet. Say it in the discussion."
    if is_agreed:
        return "The minutes have been agreed. Open a disagreement: it has steps and a clock."
    return DISSENT_ASKS.missing(why=why)


def why_not_correct(*, may_hold: bool, state: str, is_agreed: bool, text: str) -> str | None:
    if not may_hold:
        return "Whoever holds panels writes down what is corrected in minutes."
    if state != State.HELD:
        return "This panel has not been held yet, so there are no minutes to correct."
    if is_agreed:
        return AGREED_IS_FINAL
    return CORRECTION_ASKS.missing(text=text)


def why_not_agree_minutes(
    *, may_hold: bool, state: str, is_agreed: bool, at_a_later_panel: bool
) -> str | None:
    if not may_hold:
        return "Whoever holds panels writes down that minutes were agreed."
    if state != State.HELD:
        return "This panel has not been held yet, so there are no minutes to agree."
    if is_agreed:
        return AGREED_IS_FINAL
    if not at_a_later_panel:
        return "Minutes are agreed at a panel that comes after. Plan the next one first."
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
