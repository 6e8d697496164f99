"""What is worked on about a place or a group, and when it may be opened, given and taken back. Pure: no Django, no clock, no
database."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, timedelta
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
CORRECT_ASKS: Final = Asks(why="Say why it is put right")
TAKE_BACK_ASKS: Final = Asks(why="Say why it was opened by mistake")
GIVE_ASKS: Final = Asks(holder="Choose who holds it", why="Say why somebody else holds it from now on")
VOICE_ASKS: Final = Asks(
    asked="Say whether young people were asked",
    words="Write what they said, in their own words",
    how="Choose how they were heard",
    age_band="Choose how old they are",
    heard_on="Give the day on which they were heard, today or before",
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
# Of places that whoever sees children knows, these say something of who lives or meets there: they are read by those alone who work
# on them. That somebody told of the place, or noted a tie to it, lets nobody in.
NEED_TO_KNOW: Final = frozenset({Setting.HOME, Setting.ONLINE})


class ContextState(StrEnum):
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
WORK_HAS_BEGUN: Final = "Work has begun in this context. Close it instead, with what was done."
NOT_YOURS: Final = (
    "The agency that leads this context does that, or the co-ordinator. Tell whoever holds it what you know."
)
OPEN_ALREADY: Final = "There is an open context about this already. Add to that one."
# Said alike to whoever may not see the one that is open, so that it says no more of it than that others know.
ASK_THE_TEAM: Final = "You cannot open a context here. Ask the co-ordinator of the team that worries come to."
CANNOT_SEE: Final = "That person may not see this place or group. Choose somebody who may."


def settings_of(end: str) -> tuple[Setting, ...]:
    """`end`: place or group."""
    return OF_A_PLACE if end == "place" else OF_A_GROUP


_POSSESSIVE: Final = re.compile(r"[’']s?\b")
# Neither lies a slip of the year: the first day of which anything here may speak, and how far ahead somebody looks again.
_EARLIEST: Final = date(2000, 1, 1)
_MOST_AHEAD: Final = timedelta(days=366)


def names_somebody(text: str, names: Iterable[tuple[str, str]]) -> bool:
    """Whether a text holds one of these names in full, in either order, with or without further given names; capitals, accents and
    a possessive make no difference."""
    words = f" {normal(_POSSESSIVE.sub('', text))} "
    return any(f" {text} " in words for given, family in names for text in _written(given, family))


def _written(given: str, family: str) -> set[str]:
    """How somebody's full name may stand in a sentence."""
    if not normal(given) or not normal(family):
        return set()
    given, family = normal(_POSSESSIVE.sub("", given)), normal(_POSSESSIVE.sub("", family))
    return {f"{text} {family}" for text in (given, given.split()[0])} | {
        f"{family} {text}" for text in (given, given.split()[0])
    }


def was_on(day: date | None, today: date) -> bool:
    """Whether something can have been so on this day."""
    return day is not None and _EARLIEST <= day <= today


def is_ahead(day: date | None, today: date) -> bool:
    """Whether it is a day to come, within a year."""
    return day is not None and today < day <= today + _MOST_AHEAD


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


def why_not_correct(*, may_decide: bool, end: str, setting: str, why_opened: str, why: str) -> str | None:
    """What kind of setting it is, and why it was opened, are put right by who decides, with why (`why`)."""
    if not may_decide:
        return "What a context is about is put right by somebody who decides on worries."
    if setting not in settings_of(end):
        return OPEN_ASKS["setting"]
    return OPEN_ASKS.missing(why=why_opened) or CORRECT_ASKS.missing(why=why)


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


def why_not_begin_giving(*, state: str, may_give: bool, is_awaited: bool) -> str | None:
    """`may_give`: it is theirs, or they decide. `is_awaited`: it is closed, and somebody still has to look again."""
    if not may_give:
        return "Whoever holds the context, or decides on worries, gives it to somebody else."
    return None if state == ContextState.OPEN or is_awaited else CLOSED


def why_not_give(*, state: str, may_give: bool, is_awaited: bool, is_same: bool, why: str) -> str | None:
    if why_not := why_not_begin_giving(state=state, may_give=may_give, is_awaited=is_awaited):
        return why_not
    if is_same:
        return "They hold it already. Choose somebody else."
    return GIVE_ASKS.missing(why=why)


def why_not_take_back(*, state: str, may_decide: bool, has_work: bool) -> str | None:
    """`has_work`: something hangs on it but who holds it and the worries that it came from."""
    if not may_decide:
        return "A context is taken back by somebody who decides on worries."
    if state != ContextState.OPEN:
        return CLOSED
    return WORK_HAS_BEGUN if has_work else None


def why_not_write(*, state: str, may: bool, leads: bool = True) -> str | None:
    """Whether this may be written in it. Whoever reads it adds what they know; the rest is for those who lead the work (`leads`)."""
    if not may:
        return "Your role does not write in contexts."
    if state != ContextState.OPEN:
        return CLOSED
    return None if leads else NOT_YOURS


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
    if not was_on(heard_on, today):
        return VOICE_ASKS["heard_on"]
    if not what_changed.strip():
        return VOICE_ASKS["what_changed"]
    return NAMES_A_CHILD if names_somebody(f"{words} {what_changed}", names) else None


# ---- the assessment

FINDING_ASKS: Final = Asks(
    side="Choose the side that it belongs to",
    what="Write what is known",
    source="Say who says so",
    seen_on="Give the day on which it was seen, today or before",
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


def why_not_start(*, state: str, may_assess: bool, leads: bool, unsigned: bool) -> str | None:
    if why_not := why_not_write(state=state, may=may_assess, leads=leads):
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
    if not was_on(seen_on, today):
        return FINDING_ASKS["seen_on"]
    return SAY_WHOM if names_somebody(f"{what} {source}", others) else None


def why_not_conclude(
    *, weighing: str, what_is_not_known: str, names: Iterable[tuple[str, str]] = ()
) -> str | None:
    if why_not := CONCLUDE_ASKS.missing(weighing=weighing, what_is_not_known=what_is_not_known):
        return why_not
    return NAMES_A_CHILD if names_somebody(f"{weighing} {what_is_not_known}", names) else None


def why_not_withdraw(*, state: str, wrote_in_it: bool) -> str | None:
    """Whoever wrote in what was sent goes on with it, as long as nobody has decided on it."""
    if not wrote_in_it:
        return "Whoever wrote this assessment takes it back."
    return None if state == signing.SigningState.SUBMITTED else signing.not_submitted(state)


NOBODY_SIGNS: Final = (
    "Nobody who could sign this off may read all of it and has not written in it. Ask the co-ordinator: another supervisor has to be let "
    "in, or another agency has to lead."
)


def why_not_submit(
    *, state: str, is_heard: bool, sides: Collection[str], found: Collection[str], weighing: str
) -> str | None:
    """`is_heard`: the context says what young people said, or why nobody was asked. `found`: the side of each finding."""
    if signing.after(state, signing.Move.SUBMIT) is None:
        return (
            signing.SIGNED_IS_FINAL if state == signing.SigningState.SIGNED else signing.WITH_THE_SUPERVISOR
        )
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


# ---- patterns of exploitation

WITHDRAW_PATTERN_ASKS: Final = Asks(why="Say why the pattern is withdrawn")
PATTERN_NOTED_ALREADY: Final = "This pattern is noted already for this setting and this time. Withdraw that one first, or give another date."
SOMEBODY_LIVES_THERE: Final = "Somebody lives at this place. Note the pattern in a context about it, which only those who work on it read."


def why_not_begin_noting(
    *, may_assess: bool, state: str = ContextState.OPEN, lives_there: bool = False
) -> str | None:
    """`state`: of the context that it is noted in. `lives_there`: it would be noted of a place that is a home."""
    if not may_assess:
        return "Your role does not note patterns of exploitation."
    if state != ContextState.OPEN:
        return CLOSED
    return SOMEBODY_LIVES_THERE if lives_there else None


def why_not_note_pattern(
    *, is_there_already: bool, reason: str, names: Iterable[tuple[str, str]]
) -> str | None:
    """Beside what is asked of any pattern."""
    if is_there_already:
        return PATTERN_NOTED_ALREADY
    return NAMES_A_CHILD if names_somebody(reason, names) else None


def why_not_begin_withdrawing(*, is_withdrawn: bool, is_theirs: bool) -> str | None:
    """`is_theirs`: they noted it, lead the context, or decide on worries. Also once a context is closed."""
    if is_withdrawn:
        return "This pattern is withdrawn already."
    return (
        None if is_theirs else "Whoever noted this pattern withdraws it, or somebody who decides on worries."
    )


# ---- goals, and who watches over it

GOAL_ASKS: Final = Asks(
    text="Write what will be so",
    measure="Say how it will be seen whether it is so",
    review_on="Give the day on which the goals are first reviewed, within a year",
)
END_GOAL_ASKS: Final = Asks(
    state="Say whether it is reached", why="Say how it is known, or why it is given up"
)
GUARDIAN_ASKS: Final = Asks(
    who="Say who it is, and in which role",
    what_they_do="Say what they do",
    whom_they_call="Say whom they call when something worries them",
    asked_on="Give the day on which they were asked, today or before",
    answer="Say what they answered",
    said_on="Give the day on which they said yes",
    look_again_on="Give the day on which somebody asks again, within a year",
    why_ended="Say why they do it no longer, or said no",
)
MOST_GOALS: Final = 5
# First words of a sentence that says what will stop, and words that say so anywhere.
_STOPS: Final = frozenset(
    {
        "no",
        "not",
        "never",
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
_NOT: Final = frozenset({"stop", "stops", "stopping", "never", "dont", "doesnt", "wont", "cant", "cannot"})
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
    """Whether a goal reads as something that will be so: a hint for whoever writes it, no reason to refuse it."""
    words = normal(text).split()
    return bool(words) and words[0] not in _STOPS and not _NOT & set(words)


def why_not_begin_goal(
    *, state: str, may_plan: bool, leads: bool, has_signed: bool, open_goals: int
) -> str | None:
    """`has_signed`: an assessment of the context is signed off. Goals come before responses, and are few."""
    if why_not := why_not_write(state=state, may=may_plan, leads=leads):
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
    if why_not := GOAL_ASKS.missing(measure=measure):
        return why_not
    if needs_review and not is_ahead(review_on, today):
        return GOAL_ASKS["review_on"]
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
    """Who watches over it was asked by somebody on a day. Who said yes has the day of that; who did not say no, one on which somebody
    asks again."""
    if why_not := GUARDIAN_ASKS.missing(who=who, what_they_do=what_they_do, whom_they_call=whom_they_call):
        return why_not
    if asked_on is None or not was_on(asked_on, today):
        return GUARDIAN_ASKS["asked_on"]
    if answer not in set(Answer):
        return GUARDIAN_ASKS["answer"]
    if answer == Answer.YES and (said_on is None or said_on > today or said_on < asked_on):
        return GUARDIAN_ASKS["said_on"]
    if answer != Answer.ENDED and not is_ahead(look_again_on, today):
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
    next_review_on="Give the day of the next review, which is to come, within a year",
)
CLOSE_ASKS: Final = Asks(
    why="Say why the work ends",
    young_people="Write what young people say now, or why nobody was asked",
    who_watches="Say who goes on watching over it",
    opens_again_if="Say what would make you open it again",
)
LOOK_ASKS: Final = Asks(
    found="Say what became of it since",
    what="Say how that is known",
    again_on="Give the day on which somebody looks once more, within a year",
)
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


HARM_MOVED: Final = frozenset({Found.MOVED, Found.BOTH})


END_WHAT_IS_OPEN: Final = (
    "Before it closes, say how each step went, whether each goal was reached, and finish each assessment"
)
MAY_CLOSE: Final = "It can close. Whoever decides on worries closes it"


def what_is_next(
    *,
    is_twice: bool,
    is_heard: bool,
    is_sent: bool,
    is_assessed: bool,
    has_goals: bool,
    has_review: bool,
    is_left_open: bool,
) -> str:
    """What the work on an open context waits for. `is_twice`: there is other open work on it, since two were merged. `is_sent`: an assessment
    is with the supervisor. `has_review`: its goals are looked at on a day. `is_left_open`: a goal, a step or an assessment has not ended."""
    if is_twice:
        return "Other work is open on this too, since two were merged: agree which of the two goes on, and close the other"
    if not is_heard:
        return "Hear young people about it first"
    if not is_assessed:
        return "The supervisor decides on the assessment" if is_sent else "Assess this place or group"
    if not has_goals:
        return "Set goals for this place or group"
    if has_review:
        return "Review of the work on this place or group"
    return END_WHAT_IS_OPEN if is_left_open else MAY_CLOSE


def why_not_begin_review(*, state: str, may_review: bool, leads: bool, has_goals: bool) -> str | None:
    """`has_goals`: a goal was set at all. Where all are reached, a review looks at what changed, and ends the work."""
    if not may_review:
        return "Your role does not hold reviews."
    if why_not := why_not_write(state=state, may=True, leads=leads):
        return why_not
    return None if has_goals else "There is no goal to look at. Set one first."


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
    elif not is_ahead(next_review_on, today):
        return REVIEW_ASKS["next_review_on"]
    said = " ".join([what_changed, reason, took_part, *(f"{one.what} {one.seen_by}" for one in looked)])
    return NAMES_A_CHILD if names_somebody(said, names) else None


def _why_not_looked(looked: Collection[signing.Looked], today: date) -> str | None:
    for one in looked:
        if one.course not in set(signing.Course):
            return "Say of each goal whether it is better, the same, worse or not known."
        if one.course != signing.Course.NOT_KNOWN and one.lacks_evidence:
            return "Say of each goal what was seen, by whom and when; or mark it as not known."
        if one.seen_on and not was_on(one.seen_on, today):
            return "A day on which something was seen cannot be right. Check the date."
    return None


def why_not_begin_closing(
    *,
    state: str,
    may_close: bool,
    last_decision: str,
    open_goals: bool,
    open_steps: bool,
    unsigned: bool,
    is_heard: bool,
) -> str | None:
    """`last_decision`: of the last review, or '' where there is none, or where something was added to the work after it. `unsigned`: an assessment is not signed off yet."""
    if not may_close:
        return "A context is closed by somebody who decides on worries."
    if state != ContextState.OPEN:
        return CLOSED
    if not is_heard:
        return "Add what young people say about it first, or say why nobody was asked."
    if last_decision != Decision.CLOSE:
        return "It closes on a review that decided so, with nothing added since. Hold a review first."
    if open_steps:
        return "A step is still to do. Say first how it went."
    if open_goals:
        return "Of a goal nobody has said yet whether it was reached or given up. Whoever leads the work says it first."
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


def why_not_begin_looking(
    *, may_review: bool, leads: bool, is_closed: bool, is_done: bool, is_due: bool
) -> str | None:
    """`is_due`: its day has come. What happens before is told as a worry."""
    if not may_review:
        return "Your role does not hold reviews."
    if not is_closed:
        return "The work on this has not ended by a closing. Hold a review instead."
    if not leads:
        return NOT_YOURS
    if is_done:
        return "Somebody has looked again already. If something has happened since, tell a worry."
    return None if is_due else "Its day has not come yet. If something happens before, tell a worry."


def why_not_look_again(
    *, found: str, what: str, again_on: date | None, today: date, names: Iterable[tuple[str, str]] = ()
) -> str | None:
    """What is not known is no answer: then somebody looks once more (`again_on`)."""
    if found not in set(Found):
        return LOOK_ASKS["found"]
    if found == Found.NOT_KNOWN and not is_ahead(again_on, today):
        return LOOK_ASKS["again_on"]
    return LOOK_ASKS.missing(what=what) or (NAMES_A_CHILD if names_somebody(what, names) else None)


# ---- what was written is put right


def why_not_correct_voice(
    *, was_heard: bool, words: str, what_changed: str, why_nobody: str, why: str
) -> str | None:
    """`was_heard`: it says what young people said; else why nobody was asked."""
    asked = {"words": words, "what_changed": what_changed} if was_heard else {"why_nobody": why_nobody}
    return VOICE_ASKS.missing(**asked) or CORRECT_ASKS.missing(why=why)


def why_not_correct_goal(*, state: str, text: str, measure: str, why: str) -> str | None:
    if state != GoalState.OPEN:
        return "This goal is ended already."
    return GOAL_ASKS.missing(text=text, measure=measure) or CORRECT_ASKS.missing(why=why)
