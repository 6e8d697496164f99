"""What may happen to a worry, and when. Pure: no Django, no clock, no database."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final


class State(StrEnum):
    TOLD = "told"
    DECIDED = "decided"


class Decision(StrEnum):
    OPEN_CASE = "open_case"
    ADD_TO_CASE = "add_to_case"
    OTHER_AGENCY = "other_agency"
    NO_FURTHER_ACTION = "no_further_action"


class Danger(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


# Told once, decided once. A new worry about the same child is a new concern; a decision is never rewritten.
MOVES: Final[dict[State, frozenset[State]]] = {
    State.TOLD: frozenset({State.DECIDED}),
    State.DECIDED: frozenset(),
}

CLOCK: Final = "concern_decision"


def decisions_open_to(*, has_open_case: bool) -> tuple[Decision, ...]:
    """A child has one open case at a time: with one, add to it; without, open one."""
    first = Decision.ADD_TO_CASE if has_open_case else Decision.OPEN_CASE
    return first, Decision.OTHER_AGENCY, Decision.NO_FURTHER_ACTION


def why_not_tell(
    *,
    may_tell: bool,
    has_team: bool,
    seen_and_heard: str,
    danger_now: str,
    danger_done: str,
    words: str,
    why_no_words: str,
    seen_without_evidence: Collection[str] = (),
    unknown_items: Collection[str] = (),
) -> str | None:
    """`seen_without_evidence` and `unknown_items` hold ids such as S01."""
    if not may_tell:
        return "Your role does not let you tell a worry here. Call the duty team."
    if not has_team:
        return "You have no team yet. Ask your administrator to add you to one."
    if not seen_and_heard.strip():
        return "Write what was seen and heard."
    if not words.strip() and not why_no_words.strip():
        return "Write the child’s own words, or say why there are none."
    if danger_now not in set(Danger):
        return "Say whether the child is in danger now. “Not known” is an answer."
    if danger_now == Danger.YES and not danger_done.strip():
        return "The child is in danger now: say what has been done about it."
    if unknown_items:
        return f"These signs are not in this release: {', '.join(sorted(unknown_items))}."
    if seen_without_evidence:
        return "Say when each sign was seen, who says so and in which words."
    return None


def why_not_decide(
    *,
    state: str,
    may_decide: bool,
    decision: str,
    reason: str,
    has_open_case: bool,
    has_other_agency: bool,
    has_words: bool,
    why_without_words: str,
) -> str | None:
    """Whether this decision can be taken now. The first thing that stands in its way, in words, or None."""
    if not may_decide:
        return "A co-ordinator decides on a worry, or a supervisor of the agency that worries come to."
    if State.DECIDED not in MOVES[State(state)]:
        return "This worry has been decided already. A new worry about the child can be told."
    if decision not in set(Decision):
        return "Choose what happens next."
    if decision == Decision.OPEN_CASE and has_open_case:
        return "This child has an open case already. Add to that one."
    if decision == Decision.ADD_TO_CASE and not has_open_case:
        return "This child has no open case. Open one."
    if decision == Decision.OTHER_AGENCY and not has_other_agency:
        return "Choose the agency that takes this on."
    if not reason.strip():
        return "Give the reason for the decision."
    if not has_words and not why_without_words.strip():
        return "We do not have the child’s own words. Say why the decision is made without them."
    return None
