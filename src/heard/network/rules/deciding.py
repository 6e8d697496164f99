"""Who may write what about people and what is around them. Each returns the sentence that the user reads, or None."""

from collections.abc import Sequence
from typing import Final

from heard.agencies.rules import Asks

THE_LIFT_ASKS: Final = Asks(reason="Say why the record need not be restricted any longer.")
THE_RESTRICT_ASKS: Final = Asks(reason="Say why the record is restricted.")
PROPOSE_ASKS: Final = Asks(why="Say how you know that it is so.")
TOO_FEW: Final = (
    "Once it is restricted only one person who decides could open this record, and danger would wait for them. Let in another "
    "co-ordinator or supervisor first."
)
DECIDE_PROPOSAL_ASKS: Final = Asks(accepts="Say whether you change it")


def least_who_decide(*, restricted: bool) -> int:
    """How many who decide have to be on the list of a record: two where nobody else can open it, so that one who is away leaves no
    danger lying."""
    return 2 if restricted else 1


def why_not_restrict(*, involved: bool, may_decide: bool, enough_decide: bool, reason: str) -> str | None:
    """`enough_decide`: whether two who decide stay on the list."""
    if not involved:
        return "Only who is on the list of this record can restrict it."
    if not may_decide:
        return "Ask a co-ordinator or supervisor to restrict the record."
    if not enough_decide:
        return TOO_FEW
    return THE_RESTRICT_ASKS.missing(reason=reason)


def why_not_add(*, may_tell: bool, has_team: bool, given_name: str, family_name: str) -> str | None:
    if not may_tell:
        return "Your role does not let you add a child."
    if not has_team:
        return "You have no team yet. Ask your administrator to add you to one."
    if not (given_name.strip() or family_name.strip()):
        return "Give a name. One name is enough, or what the child is called."
    return None


def why_not_lift(*, restricted: bool, involved: bool, may_decide: bool, reason: str) -> str | None:
    """Whether the record may be seen again as any other."""
    if not restricted:
        return "This record is not restricted."
    if not involved or not may_decide:
        return "A co-ordinator or supervisor who is on the list can lift this."
    return THE_LIFT_ASKS.missing(reason=reason)


# What says who somebody is. Whoever changes it changes whom everybody else finds.
CORE: Final = ("given_name", "family_name", "known_as", "birth_date", "nhs_number", "upn")


def why_not_change_core(*, leads: bool) -> str | None:
    """`leads`: whether the user is of the agency that leads the work with this person."""
    if not leads:
        return (
            "Names, date of birth and numbers are changed by the agency that leads the work with this child. Propose the "
            "change to them."
        )
    return None


def why_not_propose(*, leads: bool, changes: bool, why: str) -> str | None:
    if leads:
        return "Your agency leads the work with this child. Change it yourself."
    if not changes:
        return "Change what is wrong first. Nothing is different yet."
    return PROPOSE_ASKS.missing(why=why)


def why_not_decide_proposal(*, leads: bool, decided: bool, accepts: bool | None, answer: str) -> str | None:
    if not leads:
        return "The agency that leads the work with this child decides on this."
    if decided:
        return "This was decided already."
    if accepts is None:
        return DECIDE_PROPOSAL_ASKS["accepts"]
    if not accepts and not answer.strip():
        return "Say why it stays as it is. Whoever proposed it reads your sentence."
    return None


def why_not_read_answer(*, proposed: bool, decided: bool) -> str | None:
    if not proposed:
        return "Whoever proposed this says that they have read the answer."
    if not decided:
        return "Nobody has decided on this yet."
    return None


def why_not_rename(*, given_name: str, family_name: str) -> str | None:
    if not (given_name.strip() or family_name.strip()):
        return "Give a name. One name is enough, or what the child is called."
    return None


def why_not_call(*, known_as: str, changes: bool, said_by: str) -> str | None:
    """Whether somebody can be called so from now on. `said_by`: who says that they like to be."""
    if known_as.strip() and changes and not said_by.strip():
        return "Say who says that this is what they like to be called."
    return None


def why_not_write_place(*, may_see_child: bool, name: str, kind: str) -> str | None:
    """For a place or a group."""
    if not may_see_child:
        return "Your role does not write about children and who is around them."
    if not name.strip() or not kind.strip():
        return "Give a name, and say what kind it is."
    return None


def why_not_merge(
    *,
    may_merge: bool,
    same: bool,
    kinds_differ: bool,
    clashes: Sequence[str],
    apart: str | None = None,
    reason: str,
) -> str | None:
    """`clashes`: things of which both have one where only one at a time is allowed, such as an open case. `apart`: what a
    table's own rule says against it."""
    if not may_merge:
        return "A co-ordinator says whether two records are of one person."
    if same:
        return "This is one record already."
    if kinds_differ:
        return "One of these is the record of a child and the other of an adult. Look at both again."
    if apart:
        return apart
    if clashes:
        return "Both records have one of a kind that a person has only once at a time. Close or end one of the two first."
    if not reason.strip():
        return "Say why you are sure that these are one person."
    return None


def why_not_unmerge(*, may_merge: bool, undone: bool, merged_again: bool, reason: str) -> str | None:
    """`merged_again`: one of the two was merged with somebody after this, and that is not undone."""
    if not may_merge:
        return "A co-ordinator says whether two records are of one person."
    if why_not := _why_not_undo(undone, merged_again):
        return why_not
    return None if reason.strip() else "Say why these are two people after all."


def _why_not_undo(undone: bool, merged_again: bool) -> str | None:
    if undone:
        return "This was undone already."
    if merged_again:
        return "One of these two was merged again later. Undo the later one first, so that this can be undone exactly."
    return None


def why_not_join(
    *,
    may_merge: bool,
    same: bool,
    kinds_differ: bool,
    half_seen: bool,
    reason: str,
) -> str | None:
    """Of two places, groups, or phones, cars or accounts. `half_seen`: one of two plates was seen in part, and only ever may be the other:
    as one, whoever writes the part would read the rest. Work that is open on both goes on, each by itself: that there is some is not theirs to
    know who may not read it."""
    if not may_merge:
        return "A co-ordinator says whether two of these are one."
    if same:
        return "This is one already."
    if kinds_differ:
        return "These two are of different kinds. Look at both again."
    if half_seen:
        return "A plate that was half seen stays as it was written: it only ever may be the other. Who reads a record reads which plates it fits."
    if not reason.strip():
        return "Say why you are sure that these are one."
    return None


def why_not_part(*, may_merge: bool, undone: bool, merged_again: bool, reason: str) -> str | None:
    """As `why_not_unmerge`, of two places, groups, or phones, cars or accounts."""
    if not may_merge:
        return "A co-ordinator says whether two of these are one."
    if why_not := _why_not_undo(undone, merged_again):
        return why_not
    return None if reason.strip() else "Say why these are two after all."


def why_not_say_not_same(*, may_merge: bool, same: bool, why: str) -> str | None:
    if not may_merge:
        return "A co-ordinator says whether two of these are one."
    if same:
        return "This is one already."
    if not why.strip():
        return "Say how you know that these are two."
    return None
