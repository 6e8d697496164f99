"""What may happen to a worry, and when. Pure: no Django, no clock, no database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks, Filled
from heard.network.rules import normal

SEEN_ASKS: Final = Asks(seen_and_heard="Write what was seen and heard")
STAFF_ASKS: Final = Asks(who="Say who it is, and what they do")
DANGER_ASKS: Final = Asks(
    danger_done="Somebody is in danger now: say what has been done about it",
    danger_now="Say whether somebody is in danger now. “Not known” is an answer.",
)
LIKELY_ASKS: Final = Asks(when="Say when it was seen. The closest day will do.")
DECIDE_ASKS: Final = Asks(
    step_due_on="Choose by when it will be done: today or a day to come",
    strategy_on="Choose by when the strategy discussion is held: today or a day to come",
    decision="Choose what happens next",
    help_with="Say which help or service it is",
    other_agency="Choose the agency that takes this on",
    step_what="Say what will be done",
    step_owner="Choose who will do it",
    context_setting="Choose what kind of setting it is",
    context_holder="Choose who holds the context",
    context_why="Say why the context is opened: what is known to happen there",
    reason="Give the reason for the decision",
    feedback="Write what the person who told this will read",
)
CORRECT_ASKS: Final = Asks(why="Say why the decision is put right")
ASK_ASKS: Final = Asks(text="Write what you would like to know")
ANSWER_ASKS: Final = Asks(text="Write your answer. “I do not know” is an answer.")
FINISH_STEP_ASKS: Final = Asks(
    outcome="Say whether it was done",
    note="Write what changed, or why it could not be done",
)
CONCERNED_CHILD_ASKS: Final = Asks(kind="Say what ties the child to it", how_known="Say how it is known")
STAFF_DECIDE_ASKS: Final = Asks(
    decision="Choose what happens next",
    reason="Give the reason for the decision",
    feedback="Write what the person who told this will read",
)


class About(StrEnum):
    """What a worry is about. A place or a group has no signs and no words of its own."""

    CHILD = "child"
    PLACE = "place"
    GROUP = "group"


class ConcernState(StrEnum):
    TOLD = "told"
    DECIDED = "decided"


class Decision(StrEnum):
    OPEN_CASE = "open_case"
    ADD_TO_CASE = "add_to_case"
    STRATEGY = "strategy"
    HELP = "help"
    PANEL = "panel"
    STEP = "step"
    OPEN_CONTEXT = "open_context"
    ADD_TO_CONTEXT = "add_to_context"
    OTHER_AGENCY = "other_agency"
    NO_FURTHER_ACTION = "no_further_action"
    OFFICER = "officer"


class Danger(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class StepState(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"


# Told once, decided once. A new worry about the same child is a new concern. A decision that is put right keeps the earlier
# one beside it.
MOVES: Final[dict[ConcernState, frozenset[ConcernState]]] = {
    ConcernState.TOLD: frozenset({ConcernState.DECIDED}),
    ConcernState.DECIDED: frozenset(),
}

CLOCK: Final = "concern_decision"
WITHOUT_WORDS: Final = "Hear the child, or say why it is decided without the child’s own words."
OLDEST: Final = 25  # years: until then a care leaver, or whoever has an education, health and care plan, is helped as a young person
CORRECTED_WITHIN: Final = 1  # working days after the decision
_OF_A_CHILD: Final = frozenset({Decision.OPEN_CASE, Decision.ADD_TO_CASE, Decision.STRATEGY, Decision.HELP})
# Several worries about one event are decided on at once, but for what belongs to one of them alone.
ONE_BY_ONE: Final = frozenset({Decision.STEP, Decision.OPEN_CONTEXT})
_OF_A_PLACE: Final = frozenset(
    {Decision.PANEL, Decision.STEP, Decision.OPEN_CONTEXT, Decision.ADD_TO_CONTEXT}
)


@dataclass(frozen=True)
class Standing:
    """How a worry stands before somebody decides on it. `has_words`: what the child said stands beside the decision.
    `in_danger`: somebody was when it was told, and nothing holds the answer up. `told_it`: they told it too, so they need no
    feedback, and a reason why nobody else decides."""

    state: str
    may_decide: bool
    has_open_case: bool
    has_words: bool
    about: str = About.CHILD
    told_it: bool = False
    in_danger: bool = False
    has_open_context: bool = False


@dataclass(frozen=True)
class Chosen:
    """What somebody decides. `step_in_time`: the agreed step has a day that is not over; `strategy_in_time`: so has the
    strategy discussion. `help_with`: which help or service, without a case."""

    decision: str
    reason: str
    feedback: str = ""
    has_other_agency: bool = False
    help_with: str = ""
    why_without_words: str = ""
    why_alone: str = ""
    step: str = ""
    has_step_owner: bool = False
    step_in_time: bool = False
    strategy_in_time: bool = False
    has_context_setting: bool = False
    has_context_holder: bool = False
    has_context_why: bool = False


def decisions_open_to(
    *, about: str = About.CHILD, has_open_case: bool = False, has_open_context: bool = False
) -> tuple[Decision, ...]:
    """A child has one open case at a time, and a place or group one open context: with one, add to it; without, open one."""
    rest = (Decision.OTHER_AGENCY, Decision.NO_FURTHER_ACTION)
    if about != About.CHILD:
        context = Decision.ADD_TO_CONTEXT if has_open_context else Decision.OPEN_CONTEXT
        return (context, Decision.PANEL, Decision.STEP, *rest)
    case = Decision.ADD_TO_CASE if has_open_case else Decision.OPEN_CASE
    return (case, Decision.STRATEGY, Decision.HELP, *rest)


def for_each(decision: str, *, has_open_case: bool) -> str:
    """What a decision on several worries is for one of them: each child has their own case, or none yet."""
    if decision in (Decision.OPEN_CASE, Decision.ADD_TO_CASE):
        return Decision.ADD_TO_CASE if has_open_case else Decision.OPEN_CASE
    return decision


def compared(*texts: str) -> str:
    """Texts as they are searched: their words without capitals and accents, each between two spaces."""
    return f" {normal(' '.join(texts))} "


_WEEK: Final = "week-"


def in_week_to(day: date) -> str:
    """How “in the seven days up to this one, which day is not known” is kept."""
    return f"{_WEEK}{day.isoformat()}"


def span_of(when: str) -> tuple[date, date] | None:
    """The first and last day of what was said: one day (2026-11-27), or one of the seven up to a day (`in_week_to`); None
    where it says neither."""
    text = when.removeprefix(_WEEK)
    try:
        last = date.fromisoformat(text) if len(text) == len("2026-11-27") else None
    except ValueError:
        return None
    if last is None:
        return None
    return (last - timedelta(days=6) if when.startswith(_WEEK) else last), last


def why_not_seen(*, ticked: Collection[str], dated: Collection[str], has_day: bool) -> str | None:
    """`dated`: signs that have a day of their own already."""
    return None if has_day or set(ticked) <= set(dated) else LIKELY_ASKS["when"]


def why_not_tell(
    *,
    may_tell: bool,
    has_team: bool,
    seen_and_heard: str,
    danger_now: str,
    danger_done: str,
    words: str,
    why_no_words: str,
    about: str = About.CHILD,
    seen_without_evidence: Collection[str] = (),
    unknown_items: Collection[str] = (),
) -> str | None:
    """`seen_without_evidence` and `unknown_items` hold ids such as S01."""
    if not may_tell:
        return "Your role does not let you tell a worry here. Call the duty team."
    if not has_team:
        return "You have no team yet. Ask your administrator to add you to one."
    if not seen_and_heard.strip():
        return SEEN_ASKS["seen_and_heard"]
    if about == About.CHILD and not words.strip() and not why_no_words.strip():
        return "Write the child’s own words, or say why there are none"
    if danger_now not in set(Danger):
        return DANGER_ASKS["danger_now"]
    if danger_now == Danger.YES and not danger_done.strip():
        return DANGER_ASKS["danger_done"]
    if unknown_items:
        return Filled(
            "These signs are not in this release: %(items)s", items=", ".join(sorted(unknown_items))
        )
    if seen_without_evidence:
        return "Say when each sign was seen, who says so and in which words"
    return None


def why_not_decide(standing: Standing, chosen: Chosen) -> str | None:
    """Whether this decision can be taken now. The first thing that stands in its way, in words, or None."""
    if not standing.may_decide:
        return "A co-ordinator decides on a worry, or a supervisor of the agency that worries come to"
    if ConcernState.DECIDED not in MOVES[ConcernState(standing.state)]:
        return "This worry has been decided already. A new worry about the same child, place or group can be told."
    return _why_not_choose(standing, chosen)


def why_not_correct(
    standing: Standing, chosen: Chosen, *, decided_on: date | None, until: date | None, today: date, why: str
) -> str | None:
    """Whether a decision can be put right. `until`: the last day on which it can, a working day after it was taken."""
    if not standing.may_decide:
        return "A co-ordinator decides on a worry, or a supervisor of the agency that worries come to"
    if standing.state != ConcernState.DECIDED or decided_on is None or until is None:
        return "This worry waits for a decision. Decide on it first."
    if today > until:
        return "A decision is put right within a working day. What has changed since belongs in the case, or in a new worry."
    if not why.strip():
        return CORRECT_ASKS["why"]
    return _why_not_choose(standing, chosen)


def why_not_take_back_case(*, has_work: bool) -> str | None:
    """Whether a case that a decision opened is closed again because that decision was wrong."""
    if has_work:
        return "Work has begun in the case that this decision opened. Close the case instead, with what was done."
    return None


def why_not_decide_together(decision: str) -> str | None:
    if decision == Decision.OPEN_CONTEXT:
        return "A context is opened from one worry. Decide on that one first, then add the others to it."
    if decision in ONE_BY_ONE:
        return "A step belongs to one worry. Decide on the others one by one."
    return None


def _why_not_choose(standing: Standing, chosen: Chosen) -> str | None:
    if chosen.decision not in set(Decision):
        return DECIDE_ASKS["decision"]
    lacks_words = standing.about == About.CHILD and not standing.has_words and not standing.in_danger
    return (
        _why_not_this(standing, chosen)
        or (_why_not_step(chosen) if chosen.decision == Decision.STEP else None)
        or _what_is_missing(chosen.reason, lacks_words, chosen.why_without_words)
        or _who_hears(standing.told_it, chosen.feedback, chosen.why_alone)
    )


def _why_not_this(standing: Standing, chosen: Chosen) -> str | None:
    decision = chosen.decision
    if decision == Decision.OFFICER or decision in (
        _OF_A_PLACE if standing.about == About.CHILD else _OF_A_CHILD
    ):
        return DECIDE_ASKS["decision"]
    if decision == Decision.OPEN_CASE and standing.has_open_case:
        return "This child has an open case already. Add to that one."
    if decision == Decision.ADD_TO_CASE and not standing.has_open_case:
        return "This child has no open case. Open one."
    if decision in (Decision.OPEN_CONTEXT, Decision.ADD_TO_CONTEXT):
        return _why_not_context(standing, chosen)
    if decision == Decision.OTHER_AGENCY and not chosen.has_other_agency:
        return DECIDE_ASKS["other_agency"]
    if decision == Decision.HELP and not chosen.help_with.strip():
        return DECIDE_ASKS["help_with"]
    if decision == Decision.STRATEGY and not chosen.strategy_in_time:
        return DECIDE_ASKS["strategy_on"]
    return None


def _why_not_context(standing: Standing, chosen: Chosen) -> str | None:
    if chosen.decision == Decision.ADD_TO_CONTEXT:
        return None if standing.has_open_context else "There is no open context about this. Open one."
    if standing.has_open_context:
        return "There is an open context about this already. Add to that one."
    return DECIDE_ASKS.missing(
        context_setting=chosen.has_context_setting,
        context_why=chosen.has_context_why,
        context_holder=chosen.has_context_holder,
    )


def _why_not_step(chosen: Chosen) -> str | None:
    if why_not := DECIDE_ASKS.missing(step_what=chosen.step, step_owner=chosen.has_step_owner):
        return why_not
    return DECIDE_ASKS.missing(step_due_on=chosen.step_in_time)


def _what_is_missing(reason: str, lacks_words: bool, why_without_words: str) -> str | None:
    if not reason.strip():
        return DECIDE_ASKS["reason"]
    if lacks_words and not why_without_words.strip():
        return WITHOUT_WORDS
    return None


def _who_hears(told_it: bool, feedback: str, why_alone: str) -> str | None:
    if told_it and not why_alone.strip():
        return "You told this worry yourself. Ask somebody else to decide, or say why nobody else can."
    if not told_it and not feedback.strip():
        return DECIDE_ASKS["feedback"]
    return None


NOBODY_HEARS: Final = (
    "Nobody here can take a worry about this person. Ring the designated officer (LADO) of your local authority yourself. "
    "What you wrote stays in your drafts."
)
KEPT_APART: Final = "What the child said is kept with the worry, for those alone who read it."


def why_not_tell_of_staff(*, who: str, is_self: bool) -> str | None:
    if not who.strip():
        return STAFF_ASKS["who"]
    return (
        "You cannot tell a worry about yourself. Talk to the designated officer (LADO)." if is_self else None
    )


def why_not_pass_to_officer(*, state: str, may_decide: bool) -> str | None:
    """Of a worry that was told as an ordinary one."""
    if not may_decide:
        return "Whoever decides on a worry passes it to the designated officer"
    if state != ConcernState.TOLD:
        return "This worry has been decided already. Tell another one about that person, and say there that they work with children."
    return None


def why_not_decide_on_staff(
    *, state: str, decision: str, reason: str, feedback: str, told_it: bool
) -> str | None:
    """Of a worry about somebody who works with children, by whoever hears of it."""
    if ConcernState.DECIDED not in MOVES[ConcernState(state)]:
        return "This worry has been decided already. A new worry about the same person can be told."
    if decision not in (Decision.OFFICER, Decision.NO_FURTHER_ACTION):
        return DECIDE_ASKS["decision"]
    if not reason.strip():
        return DECIDE_ASKS["reason"]
    if not told_it and not feedback.strip():
        return DECIDE_ASKS["feedback"]
    return None


STEP_FINISHED: Final = "This step is finished already"


def why_not_finish_step(
    *, state: str, is_owner: bool, may_decide: bool, outcome: str, note: str
) -> str | None:
    if state != StepState.OPEN:
        return STEP_FINISHED
    if not is_owner and not may_decide:
        return "Whoever said they would do it says what became of it, or somebody who decides on worries"
    if outcome not in (StepState.DONE, StepState.NOT_DONE):
        return FINISH_STEP_ASKS["outcome"]
    return FINISH_STEP_ASKS.missing(note=note)


def why_not_add_child(*, about: str, may_see_child: bool, kind: str, how_known: str) -> str | None:
    """A tie between a child and the place or group that a worry is about."""
    if about == About.CHILD:
        return "This worry is about a child already. Tell another worry about the other child."
    if not may_see_child:
        return "You do not see this child’s record. Tell a worry about the child."
    return CONCERNED_CHILD_ASKS.missing(kind=kind, how_known=how_known)


def why_not_ask(
    *, state: str, may_decide: bool, told_it: bool, teller_is_here: bool, text: str
) -> str | None:
    """A question to whoever told a worry. `told_it`: whoever asks told it themselves."""
    if not may_decide:
        return "Whoever decides on a worry asks the person who told it"
    if state != ConcernState.TOLD:
        return "This worry has been decided. Ask for information in the child’s record instead."
    if told_it:
        return "You told this worry yourself"
    if not teller_is_here:
        return "The person who told this cannot sign in any longer. Ask their agency."
    return ASK_ASKS.missing(text=text)


def why_not_answer(*, is_teller: bool, is_answered: bool, is_ended: bool, text: str) -> str | None:
    if not is_teller:
        return "Whoever told the worry answers"
    if is_answered:
        return "You have answered this already. If you know more, tell another worry."
    if is_ended:
        return "The worry was decided meanwhile, so nobody waits for this answer. If you know more, tell another worry."
    return ANSWER_ASKS.missing(text=text)
