"""Two assessments of one child beside each other: what is new, no longer seen, not known any more, and now known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heard.cases.assessment import rules
from heard.cases.assessment.models import Assessment, AssessmentObservation, AssessmentPattern
from heard.cases.assessment.queries.picture import Marked, OwnQuestionAsked, Picture, picture
from heard.cases.assessment.rules import Since

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heard.knowledge.model import Pattern, Sign, Vulnerability


@dataclass(frozen=True)
class Compared:
    """One sign or vulnerability in both: what each says about it, and what became of it."""

    entry: Sign | Vulnerability
    before: AssessmentObservation | None
    now: AssessmentObservation | None
    since: Since


@dataclass(frozen=True)
class PatternCompared:
    entry: Pattern
    before: list[AssessmentPattern]
    now: list[AssessmentPattern]


@dataclass(frozen=True)
class AskedTwice:
    """One of the partnership's own questions: None where that assessment did not ask it. Each keeps its own wording."""

    before: OwnQuestionAsked | None
    now: OwnQuestionAsked | None


@dataclass(frozen=True)
class Comparison:
    """Two lists that are never added together, and everything else side by side."""

    before: Picture
    now: Picture
    signs: dict[Since, list[Compared]]
    vulnerabilities: dict[Since, list[Compared]]
    patterns: list[PatternCompared]
    own: list[AskedTwice]


def compare(before: Assessment, now: Assessment) -> Comparison:
    """For two that came from `assessment_visible_to` and `before`; asks the database nothing further.

    Each item in the wording of the later one's release; an item that only the earlier release has, in its own.
    """
    then, today = picture(before), picture(now)
    return Comparison(
        before=then,
        now=today,
        signs=_compared(then.signs, today.signs),
        vulnerabilities=_compared(then.vulnerabilities, today.vulnerabilities),
        patterns=_patterns(then, today),
        own=_own(then.own, today.own),
    )


def _compared(before: Iterable[Marked], now: Iterable[Marked]) -> dict[Since, list[Compared]]:
    """By what became of it, in the order of `Since`; each list in the order of the release."""
    then, today = ({one.entry.id: one for one in listed} for listed in (before, now))
    found: dict[Since, list[Compared]] = {since: [] for since in Since}
    for item in [*today, *(item for item in then if item not in today)]:
        old = then[item].seen if item in then else None
        new = today[item].seen if item in today else None
        since = rules.since(old.state if old else None, new.state if new else None)
        entry = (today.get(item) or then[item]).entry
        found[since].append(Compared(entry, old, new, since))
    return found


def _patterns(before: Picture, now: Picture) -> list[PatternCompared]:
    then, today = ({pattern.entry.id: pattern for pattern in shown.patterns} for shown in (before, now))
    order = [*today, *(pattern for pattern in then if pattern not in today)]
    both = [
        PatternCompared(
            (today.get(pattern) or then[pattern]).entry,
            then[pattern].chosen if pattern in then else [],
            today[pattern].chosen if pattern in today else [],
        )
        for pattern in order
    ]
    return [one for one in both if one.before or one.now]


def _own(before: list[OwnQuestionAsked], now: list[OwnQuestionAsked]) -> list[AskedTwice]:
    then, today = ({one.question.id: one for one in listed} for listed in (before, now))
    order = [*today, *(key for key in then if key not in today)]
    return [AskedTwice(then.get(key), today.get(key)) for key in order]
