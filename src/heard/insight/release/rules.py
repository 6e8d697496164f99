"""When a profile may be drawn up; when it, or another report, is released by two people, sent back and withdrawn. Pure functions."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any, Final

from heard.agencies.rules import Asks, Filled
from heard.cases.context.rules import Found
from heard.cases.disruption.rules import Progress, StepKind
from heard.network.rules import Basis, HandleType

DRAW_ASKS: Final = Asks(
    policy="Say which counts are hidden and rounded: choose one of the policies.",
    title="Give the profile a title, such as the area and the time that it speaks of.",
)
WITHDRAW_ASKS: Final = Asks(reason="Say why it is withdrawn. Whoever looks for it reads your words.")

NAMED: Final = 5  # cells in a sentence; whoever reads it needs to know where to look, not all of them


class ReleaseState(StrEnum):
    """A profile is drawn up by an analyst, then released by two others, one after the other."""

    WAITING = "waiting"
    DRAWING = "drawing"
    NOT_DONE = "not_done"
    DRAWN = "drawn"
    SECOND = "second"
    RELEASED = "released"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"


UNDER_WAY: Final = (ReleaseState.WAITING, ReleaseState.DRAWING)
STATES: Final = tuple(Progress)  # of a step
HARM: Final[
    dict[str, tuple[str, ...]]
] = {  # of each part of `harm_recorded` what may stand in it; none: whatever is there
    "who": (*Basis, "frightens"),
    "with": tuple(HandleType),
    "where": (),
    "came": tuple(Found),
    "done": tuple(StepKind),
}
QUALITY: Final = "quality"  # the part of a profile that is read before any figure
PARTS: Final[
    dict[str, tuple[str, ...]]
] = {  # of a profile, each a page; a section that stands in none is one itself
    "children": ("children", "overlap"),
    "patterns": ("patterns", "patterns-around"),
    "harm": ("who-harms", "with-what", "places-of-harm", "steps", "came-of-it"),
    "homes": ("places", "areas"),
    "who": ("sex", "ethnicity"),
    "definitions": ("promised-definitions",),  # this and the next: of an annual report
    "decisions": ("heard-decisions", "heard-unheard"),
}
_PART_OF: Final = {section: part for part, sections in PARTS.items() for section in sections}
TO_DECIDE: Final = (ReleaseState.DRAWN, ReleaseState.SECOND)
EVER_RELEASED: Final = (ReleaseState.RELEASED, ReleaseState.WITHDRAWN)  # what was once public stays known
READABLE: Final = (*TO_DECIDE, ReleaseState.RELEASED, ReleaseState.SENT_BACK)

NO_RESULT: Final = "This run has no result to draw a profile of: it is not done, or its last day is over."
WITHDRAWN: Final = "This was withdrawn, and its files are not given out any more."


class DocumentKind(StrEnum):
    """What is released: a profile of a run, or an annual report, of which people count and write each part."""

    PROFILE = "profile"
    ANNUAL = "annual"


class Episodes(StrEnum):
    """Which episodes of children missing a profile counts. Never both: nobody knows which of them are the same."""

    OF_RUN = "run"
    OF_HEARD = "heard"


class Form(StrEnum):
    """In which form somebody takes a profile away."""

    PDF = "pdf"
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"


def why_not_draw_up(*, has_result: bool, title: str, policy: str, policies: Collection[str]) -> str | None:
    """A profile is drawn up of a run that is done and not yet destroyed, by a policy that the partnership allows."""
    if not has_result:
        return NO_RESULT
    if not title.strip():
        return DRAW_ASKS["title"]
    if policy not in policies:
        return DRAW_ASKS["policy"]
    return None


def why_not_again(*, state: str, silent: bool, has_result: bool) -> str | None:
    """What could not be drawn up, or whose worker was killed, is drawn up again as it was asked for."""
    if state in UNDER_WAY and not silent:
        return "This profile is being drawn up. Wait for it."
    if state != ReleaseState.NOT_DONE and not silent:
        return "This profile is drawn up. Draw up another from its run."
    return None if has_result else NO_RESULT


def why_not_decide(
    *, state: str, is_author: bool, has_decided: bool, has_written: bool = False
) -> str | None:
    """Two people who are not the author, and of whom no text stands in it, release it, and neither of them twice."""
    if state in UNDER_WAY:
        return "This is still being drawn up."
    if state not in TO_DECIDE:
        return "This is not waiting for anybody’s decision."
    if is_author:
        return "You drew this up. Two other people read it and release it."
    if has_written:
        return "A text of yours stands in this. Two people who wrote nothing in it read it and release it."
    if has_decided:
        return "You released this already. Somebody else has to be the second."
    return None


def why_not_release(*, reason: str, **stands: Any) -> str | None:
    """`stands`: as `why_not_decide` takes it."""
    if refusal := why_not_decide(**stands):
        return refusal
    if not reason.strip():
        return "Say why this can be released. It is kept beside it."
    return None


def why_not_send_back(*, reason: str, **stands: Any) -> str | None:
    """`stands`: as `why_not_decide` takes it."""
    if refusal := why_not_decide(**stands):
        return refusal
    if not reason.strip():
        return "Say what has to be different before this can be released."
    return None


def why_not_withdraw(*, state: str, reason: str) -> str | None:
    if state == ReleaseState.WITHDRAWN:
        return "This was withdrawn already."
    if state != ReleaseState.RELEASED:
        return "Only what was released can be withdrawn."
    return WITHDRAW_ASKS.missing(reason=reason)


def why_not_fetch(*, state: str) -> str | None:
    if state == ReleaseState.WITHDRAWN:
        return WITHDRAWN
    if state not in READABLE:
        return "This is not drawn up."
    return None


def given_away(derived: Iterable[dict[str, Any]]) -> str | None:
    """The refusal where an outsider could work out small counts of everything ever released with this profile. Each of
    `derived` has the cell in words, and the limits that are left of it."""
    found = list(derived)
    if not found:
        return None
    cells = "; ".join(_cell(row) for row in found[:NAMED])
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return Filled(
        "With everything that was ever released, an outsider could work out small counts of this: %(cells)s. "
        "Send it back, so that it is drawn up again beside what was released since.",
        cells=cells + more,
    )


def differs(conflicts: Collection[str]) -> str | None:
    """The refusal of a report of which figures are not those that were public. `conflicts`: what does not add up, which may tell of one child and so is
    not said."""
    if not conflicts:
        return None
    return (
        "Figures of this report are not those that were released since it was drafted: by the difference a child could be told. Send it back, so "
        "that it is drafted anew beside what was released."
    )


def in_parts(sections: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Which sections, each by its name and the level of its heading, stand on which page: by the name of the part, their places from 0. What is below a
    section stands with it."""
    found: dict[str, list[int]] = {}
    part = ""
    for place, (section, level) in enumerate(sections):
        part = _PART_OF.get(section) or (part if level > 2 and part else section)
        found.setdefault(part, []).append(place)
    return found


def _cell(row: dict[str, Any]) -> str:
    low, high = row["low"], row["high"]
    return f"{row['cell']}: {low}" if low == high else f"{row['cell']}: {low} to {high}"
