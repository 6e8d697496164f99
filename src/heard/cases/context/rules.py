"""What is worked on about a place or a group, and when it may be opened, given and taken back. Pure: no Django, no clock, no
database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.cases.stage import rules as signing
from heard.network.rules import normal

OPEN_ASKS: Final = Asks(
    setting="Choose what kind of setting it is",
    why="Say why the context is opened: what is known to happen there",
    holder="Choose who holds it",
)
GIVE_ASKS: Final = Asks(holder="Choose who holds it", why="Say why somebody else holds it from now on")
VOICE_ASKS: Final = Asks(
    asked="Say whether young people were asked",
    words="Write what they said, in their own words",
    how="Choose how they were heard",
    age_band="Choose how old they are",
    heard_on="Give the day on which they were heard",
    what_changed="Say what changed because of it. That nothing changed yet, and why, is an answer too.",
    why_nobody="Say why nobody was asked",
)


class Setting(StrEnum):
    """What kind of context it is. Each has an assessment of its own, as far as that was published."""

    NEIGHBOURHOOD = "neighbourhood"
    SCHOOL = "school"
    TRANSPORT = "transport"
    HOME = "home"
    ONLINE = "online"
    PEER_GROUP = "peer_group"
    OTHER_GROUP = "other_group"


OF_A_PLACE: Final = (
    Setting.NEIGHBOURHOOD, Setting.SCHOOL, Setting.TRANSPORT, Setting.HOME, Setting.ONLINE,
)  # fmt: skip
OF_A_GROUP: Final = (Setting.PEER_GROUP, Setting.ONLINE, Setting.OTHER_GROUP)
# Of places that whoever sees children knows, these say something of who lives or meets there: they are known as groups are.
NEED_TO_KNOW: Final = frozenset({Setting.HOME, Setting.ONLINE})


class State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class How(StrEnum):
    """How young people were heard."""

    TALK = "talk"
    GROUP = "group"
    THERE = "there"
    SURVEY = "survey"
    WROTE = "wrote"


class Ages(StrEnum):
    """How old they are, in bands so wide that they name nobody."""

    TO_10 = "to_10"
    FROM_11 = "11_13"
    FROM_14 = "14_15"
    FROM_16 = "16_17"
    FROM_18 = "18_25"
    SEVERAL = "several"


CLOSED: Final = "This context is closed. Open one again where something has happened since."
NAMES_A_CHILD: Final = (
    "This names a child. A context is about the place or the group: write it so that nobody is named. What is about one child "
    "belongs in the child’s own record."
)
OPEN_ALREADY: Final = "There is an open context about this already. Add to that one."
# Said alike to whoever may not see the one that is open, so that it says no more of it than that others know.
ASK_THE_TEAM: Final = "You cannot open a context here. Ask the co-ordinator of the team that worries come to."
CANNOT_SEE: Final = "That person may not see this place or group. Choose somebody who may."


def settings_of(end: str) -> tuple[Setting, ...]:
    """`end`: place or group."""
    return OF_A_PLACE if end == "place" else OF_A_GROUP


def names_somebody(text: str, names: Iterable[tuple[str, str]]) -> bool:
    """Whether a text holds one of these names in full, the given name before the family name; capitals and accents make no
    difference."""
    words = f" {normal(text)} "
    return any(f" {normal(f'{given} {family}')} " in words for given, family in names if given and family)


def why_not_open(
    *,
    may_decide: bool,
    end: str,
    setting: str,
    why: str,
    knows_it: bool,
    has_open_one: bool,
    sees_open_one: bool,
    names: Iterable[tuple[str, str]] = (),
) -> str | None:
    """`end`: place or group. `knows_it`: whoever opens it may read a context of this setting there."""
    if not may_decide:
        return "A context is opened by somebody who decides on worries."
    if has_open_one:
        return OPEN_ALREADY if sees_open_one else ASK_THE_TEAM
    if setting not in settings_of(end):
        return OPEN_ASKS["setting"]
    if not knows_it:
        return ASK_THE_TEAM
    if not why.strip():
        return OPEN_ASKS["why"]
    return NAMES_A_CHILD if names_somebody(why, names) else None


def why_not_hold(
    *, is_there: bool, is_active: bool, may_plan: bool, has_team: bool, sees_it: bool
) -> str | None:
    """Whether somebody can hold a context: they have to find it in their work and to act on it."""
    if not is_there:
        return OPEN_ASKS["holder"]
    if not is_active:
        return "That person cannot sign in any longer. Choose somebody else."
    if not may_plan or not has_team:
        return "Their role does not work with children’s records. Choose somebody else."
    return None if sees_it else CANNOT_SEE


def why_not_give(*, state: str, may_give: bool, is_same: bool, why: str) -> str | None:
    """`may_give`: it is theirs, or they decide."""
    if not may_give:
        return "Whoever holds the context, or decides on worries, gives it to somebody else."
    if state != State.OPEN:
        return CLOSED
    if is_same:
        return "They hold it already. Choose somebody else."
    return GIVE_ASKS.missing(why=why)


def why_not_take_back(*, has_work: bool) -> str | None:
    if has_work:
        return "Work has begun in the context that this decision opened. Close the context instead, with what was done."
    return None


def why_not_write(*, state: str, may: bool) -> str | None:
    """Whether anything may be written in it."""
    if not may:
        return "Your role does not write in contexts."
    return None if state == State.OPEN else CLOSED


def why_not_hear(
    *,
    words: str,
    how: str,
    age_band: str,
    heard_on: date | None,
    what_changed: str,
    why_nobody: str,
    today: date,
    names: Iterable[tuple[str, str]] = (),
) -> str | None:
    """Either what young people said, with how and when they were heard, or why nobody was asked."""
    names = list(names)
    if why_nobody.strip() and not words.strip():
        return NAMES_A_CHILD if names_somebody(why_nobody, names) else None
    why_not = VOICE_ASKS.missing(words=words)
    if why_not or how not in set(How):
        return why_not or VOICE_ASKS["how"]
    if age_band not in set(Ages):
        return VOICE_ASKS["age_band"]
    if heard_on is None:
        return VOICE_ASKS["heard_on"]
    if heard_on > today:
        return "The day is in the future. Give the day on which they were heard."
    if not what_changed.strip():
        return VOICE_ASKS["what_changed"]
    return NAMES_A_CHILD if names_somebody(f"{words} {what_changed}", names) else None


# ---- the assessment

FINDING_ASKS: Final = Asks(
    side="Choose the side that it belongs to",
    what="Write what is known",
    source="Say who says so",
    seen_on="Give the day on which it was seen",
)
CONCLUDE_ASKS: Final = Asks(
    weighing="Say what drives the harm most here, and why you think so",
    what_is_not_known="Say what is not known. That nothing is missing is an answer too.",
)
SIGN_ASKS: Final = Asks(outcome="Choose whether you sign it off", words="Say what has to be looked at again")
SAY_WHOM: Final = (
    "This names a child. Tick below whom it names, so that only those who may see the child read it; or write it so that nobody "
    "is named."
)
# Of fewer children than this a number could tell who they are.
SHOWN_FROM: Final = 6


def shown_number(number: int) -> int | None:
    """A number of children as pages show it; None for a few of them, of whom no number is said. 0 is no child."""
    return number if number == 0 or number >= SHOWN_FROM else None


def why_not_start(*, state: str, may_assess: bool, unsigned: bool) -> str | None:
    if why_not := why_not_write(state=state, may=may_assess):
        return why_not
    if unsigned:
        return "An assessment has been started and is not signed off yet. Go on with that one."
    return None


def why_not_find(
    *,
    side: str,
    sides: Collection[str],
    what: str,
    source: str,
    seen_on: date | None,
    today: date,
    others: Iterable[tuple[str, str]] = (),
) -> str | None:
    """`sides`: those of the release for this setting; empty where it knows none. `others`: names of children there of whom it is
    not said that it names them."""
    if sides and side not in sides:
        return FINDING_ASKS["side"]
    if why_not := FINDING_ASKS.missing(what=what, source=source):
        return why_not
    if seen_on is None:
        return FINDING_ASKS["seen_on"]
    if seen_on > today:
        return "The day is in the future. Give the day on which it was seen."
    return SAY_WHOM if names_somebody(f"{what} {source}", others) else None


def why_not_conclude(
    *, weighing: str, what_is_not_known: str, names: Iterable[tuple[str, str]] = ()
) -> str | None:
    if why_not := CONCLUDE_ASKS.missing(weighing=weighing, what_is_not_known=what_is_not_known):
        return why_not
    return NAMES_A_CHILD if names_somebody(f"{weighing} {what_is_not_known}", names) else None


def why_not_submit(
    *, state: str, is_heard: bool, sides: Collection[str], found: Collection[str], weighing: str
) -> str | None:
    """`is_heard`: the context says what young people said, or why nobody was asked. `found`: the side of each finding."""
    if signing.after(state, signing.Move.SUBMIT) is None:
        return signing.SIGNED_IS_FINAL if state == signing.State.SIGNED else signing.WITH_THE_SUPERVISOR
    if not is_heard:
        return "Add what young people say about it first, or say why nobody was asked."
    if not found:
        return "Nothing is written down yet. Add what is known, with who says so."
    if set(sides) - set(found):
        return "A side says nothing yet. Add what is known of it, or that nothing could be found out, with who looked."
    if not weighing.strip():
        return "Say first what drives the harm most here, and what is not known."
    return None


def why_not_sign(*, state: str, may_sign: bool, wrote_in_it: bool, sees_all: bool) -> str | None:
    """Four eyes, which have read all of it. `may_sign`: they supervise in the agency that leads."""
    if not may_sign:
        return (
            "A supervisor of the agency that leads the context decides on its assessment; where that has none, one of the agency that "
            "worries come to."
        )
    if signing.after(state, signing.Move.SIGN_OFF) is None:
        return signing.not_submitted(state)
    if wrote_in_it:
        return signing.WROTE_IN_IT
    if not sees_all:
        return "You may not read all of this assessment. Another supervisor, who may, has to decide."
    return None


def why_not_decide_on(*, signs: bool, words: str) -> str | None:
    return None if signs or words.strip() else SIGN_ASKS["words"]


# ---- goals, and who watches over it

GOAL_ASKS: Final = Asks(
    text="Write what will be so",
    measure="Say how it will be seen whether it is so",
    review_on="Give the day on which the goals are first reviewed",
)
END_GOAL_ASKS: Final = Asks(
    state="Say whether it is reached", why="Say how it is known, or why it is given up"
)
GUARDIAN_ASKS: Final = Asks(
    who="Say who it is, and in which role",
    what_they_do="Say what they do",
    whom_they_call="Say whom they call when something worries them",
    asked_on="Give the day on which they were asked",
    answer="Say what they answered",
    said_on="Give the day on which they said yes",
    look_again_on="Give the day on which somebody looks again whether it is still so",
    why_ended="Say why they do it no longer, or said no",
)
MOST_GOALS: Final = 5
NOT_POSITIVE: Final = "Say what will be so, not what will stop: for example “After school an adult who cares is at the far stands.”"
# First words of a sentence that says what will stop, and words that say so anywhere.
_STOPS: Final = frozenset(
    {
        "no",
        "not",
        "never",
        "stop",
        "stops",
        "stopping",
        "avoid",
        "avoiding",
        "prevent",
        "preventing",
        "reduce",
        "reducing",
        "less",
        "fewer",
    }
)
_NOT: Final = frozenset({"not", "never", "longer", "dont", "doesnt", "wont"})
ASSESS_FIRST: Final = "A supervisor has not signed off an assessment yet. Goals are set on a signed one."


class GoalState(StrEnum):
    OPEN = "open"
    REACHED = "reached"
    GIVEN_UP = "given_up"


class Answer(StrEnum):
    """What somebody said who was asked to watch over a place or group."""

    WAITING = "waiting"
    YES = "yes"
    ENDED = "ended"


def says_what_will_be(text: str) -> bool:
    """Whether a goal reads as something that will be so."""
    words = normal(text).split()
    return bool(words) and words[0] not in _STOPS and not _NOT & set(words)


def why_not_begin_goal(*, state: str, may_plan: bool, has_signed: bool, open_goals: int) -> str | None:
    """`has_signed`: an assessment of the context is signed off. Goals come before responses, and are few."""
    if why_not := why_not_write(state=state, may=may_plan):
        return why_not
    if not has_signed:
        return ASSESS_FIRST
    if open_goals >= MOST_GOALS:
        return "Five goals are open. Reach one or give one up before another is set."
    return None


def why_not_set_goal(
    *,
    text: str,
    measure: str,
    needs_review: bool,
    review_on: date | None,
    today: date,
    names: Iterable[tuple[str, str]] = (),
) -> str | None:
    """`needs_review`: the context has no day yet on which its goals are looked at."""
    if why_not := GOAL_ASKS.missing(text=text):
        return why_not
    if not says_what_will_be(text):
        return NOT_POSITIVE
    if why_not := GOAL_ASKS.missing(measure=measure):
        return why_not
    if needs_review and (review_on is None or review_on <= today):
        return GOAL_ASKS["review_on"] if review_on is None else "Choose a day to come for the review."
    return NAMES_A_CHILD if names_somebody(f"{text} {measure}", names) else None


def why_not_end_goal(*, state: str, becomes: str, why: str, open_steps: int) -> str | None:
    """`open_steps`: towards this goal, still to do."""
    if state != GoalState.OPEN:
        return "This goal is ended already."
    if becomes not in (GoalState.REACHED, GoalState.GIVEN_UP):
        return END_GOAL_ASKS["state"]
    if open_steps:
        return "A step towards this goal is still to do. Say first how it went."
    return END_GOAL_ASKS.missing(why=why)


def why_not_keep_guardian(
    *,
    who: str,
    what_they_do: str,
    whom_they_call: str,
    asked_on: date | None,
    answer: str,
    said_on: date | None,
    look_again_on: date | None,
    why_ended: str,
    today: date,
    names: Iterable[tuple[str, str]] = (),
) -> str | None:
    """Who watches over it was asked by somebody on a day. Who said yes has the day of that, and one on which somebody looks again."""
    if why_not := GUARDIAN_ASKS.missing(who=who, what_they_do=what_they_do, whom_they_call=whom_they_call):
        return why_not
    if asked_on is None or asked_on > today:
        return GUARDIAN_ASKS["asked_on"]
    if answer not in set(Answer):
        return GUARDIAN_ASKS["answer"]
    if answer == Answer.YES and (said_on is None or said_on > today or said_on < asked_on):
        return GUARDIAN_ASKS["said_on"]
    if answer == Answer.YES and (look_again_on is None or look_again_on <= today):
        return GUARDIAN_ASKS["look_again_on"]
    if answer == Answer.ENDED and not why_ended.strip():
        return GUARDIAN_ASKS["why_ended"]
    return (
        NAMES_A_CHILD if names_somebody(f"{who} {what_they_do} {whom_they_call} {why_ended}", names) else None
    )


# ---- reviews, the end, and looking again

REVIEW_ASKS: Final = Asks(
    held_on="Give the day on which the review was held",
    took_part="Say who took part",
    what_changed="Say what changed at the place or in the group",
    decision="Choose how it goes on",
    reason="Give the reason for this decision",
    next_review_on="Give the day of the next review, which is to come",
)
CLOSE_ASKS: Final = Asks(
    why="Say why the work ends",
    young_people="Write what young people say now, or why nobody was asked",
    who_watches="Say who goes on watching over it",
    opens_again_if="Say what would make you open it again",
)
LOOK_ASKS: Final = Asks(found="Say what became of it since", what="Say how that is known")
# Days after which somebody looks whether harm moved. No source gives them: as long as question 10 looks ahead.
LOOK_AGAIN_AFTER: Final = 90


class Decision(StrEnum):
    """How a context goes on after a review."""

    GO_ON = "go_on"
    CHANGE = "change"
    CLOSE = "close"


class Found(StrEnum):
    """What became of a place or group after the work on it ended. Harm moves, and safety spreads."""

    MOVED = "moved"
    SPREAD = "spread"
    BOTH = "both"
    NEITHER = "neither"
    NOT_KNOWN = "not_known"


def why_not_begin_review(*, state: str, may_review: bool, has_goals: bool) -> str | None:
    if not may_review:
        return "Your role does not hold reviews."
    if state != State.OPEN:
        return CLOSED
    return None if has_goals else "There is no open goal to look at. Set one first."


def why_not_review(
    *,
    held_on: date | None,
    opened_on: date,
    took_part: str,
    what_changed: str,
    looked: Collection[signing.Looked],
    decision: str,
    reason: str,
    next_review_on: date | None,
    today: date,
    names: Iterable[tuple[str, str]] = (),
) -> str | None:
    """`looked`: one for each open goal. It does not close on what nobody knows."""
    if held_on is None or held_on > today or held_on < opened_on:
        return REVIEW_ASKS["held_on"]
    if why_not := REVIEW_ASKS.missing(took_part=took_part, what_changed=what_changed):
        return why_not
    if wrong := _why_not_looked(looked, today):
        return wrong
    if decision not in set(Decision):
        return REVIEW_ASKS["decision"]
    if not reason.strip():
        return REVIEW_ASKS["reason"]
    if decision == Decision.CLOSE:
        if any(one.course == signing.Course.NOT_KNOWN for one in looked):
            return "It is not known how every goal stands. Find out first: work does not end on what is not known."
    elif next_review_on is None or next_review_on <= today:
        return REVIEW_ASKS["next_review_on"]
    said = " ".join([what_changed, reason, took_part, *(f"{one.what} {one.seen_by}" for one in looked)])
    return NAMES_A_CHILD if names_somebody(said, names) else None


def _why_not_looked(looked: Collection[signing.Looked], today: date) -> str | None:
    for one in looked:
        if one.course not in set(signing.Course):
            return "Say of each goal whether it is better, the same, worse or not known."
        if one.course != signing.Course.NOT_KNOWN and one.lacks_evidence:
            return "Say of each goal what was seen, by whom and when; or mark it as not known."
        if one.seen_on and one.seen_on > today:
            return "A day on which something was seen is in the future. Check the date."
    return None


def why_not_begin_closing(
    *, state: str, may_close: bool, last_decision: str, open_steps: bool, unsigned: bool, is_heard: bool
) -> str | None:
    """`last_decision`: of the last review, or ''. `unsigned`: an assessment is not signed off yet."""
    if not may_close:
        return "A context is closed by somebody who decides on worries."
    if state != State.OPEN:
        return CLOSED
    if not is_heard:
        return "Add what young people say about it first, or say why nobody was asked."
    if last_decision != Decision.CLOSE:
        return "It closes on a review that decided so. Hold a review first."
    if open_steps:
        return "A step is still to do. Say first how it went."
    return "An assessment is not signed off yet. Finish it first." if unsigned else None


def why_not_close(
    *,
    why: str,
    young_people: str,
    who_watches: str,
    opens_again_if: str,
    names: Iterable[tuple[str, str]] = (),
) -> str | None:
    said = {
        "why": why,
        "young_people": young_people,
        "who_watches": who_watches,
        "opens_again_if": opens_again_if,
    }
    if why_not := CLOSE_ASKS.missing(**said):
        return why_not
    return NAMES_A_CHILD if names_somebody(" ".join(said.values()), names) else None


def why_not_begin_looking(*, may_review: bool, is_closed: bool, is_done: bool) -> str | None:
    if not may_review:
        return "Your role does not hold reviews."
    if not is_closed:
        return "The work on this has not ended by a closing. Hold a review instead."
    return (
        "Somebody has looked again already. If something has happened since, tell a worry."
        if is_done
        else None
    )


def why_not_look_again(
    *,
    may_review: bool,
    is_closed: bool,
    is_done: bool,
    found: str,
    what: str,
    names: Iterable[tuple[str, str]] = (),
) -> str | None:
    if why_not := why_not_begin_looking(may_review=may_review, is_closed=is_closed, is_done=is_done):
        return why_not
    if found not in set(Found):
        return LOOK_ASKS["found"]
    return LOOK_ASKS.missing(what=what) or (NAMES_A_CHILD if names_somebody(what, names) else None)
