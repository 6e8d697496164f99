"""What another app needs for a report that is released as a profile is: the shapes of its parts, hiding what is small in them beside
everything that was ever released, and reading what was kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heard.agencies.rules import Refused
from heard.engine.profile.people import groups
from heard.engine.profile.writing import section_as_json
from heard.engine.publish import policy_of
from heard.engine.run import report
from heard.engine.run.report import Across, Cell, Section, Tidy, as_told, sections_of
from heard.engine.tables import NotDone
from heard.insight.release import queries

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from heard.agencies.models import User
    from heard.engine.publish import Policy

__all__ = [
    "Across",
    "Cell",
    "Report",
    "Section",
    "Tidy",
    "as_told",
    "groups",
    "hide_small",
    "is_same_policy",
    "policies",
    "policy_words",
    "sections_of",
    "shown",
]


@dataclass(frozen=True)
class Report:
    """`first` and `as_of`: the days of its period, both in it. `opening`: what is said before anything else. `policy`: as `hide_small` gave
    it; `sections`: with what is printed of each count; `counted_on`: the day on which they were counted."""

    title: str
    kind: str
    opening: str
    first: date
    as_of: date
    policy: dict[str, Any]
    sections: list[Section]
    counted_on: date

    def write(self, out: Path) -> None:
        """Raises `Refused`."""
        policy = policy_of(self.policy, f"The policy of {self.title}")
        said: dict[str, Any] = {"title": self.title, "kind": self.kind, "opening": self.opening}
        days: dict[str, Any] = {"first": self.first, "as_of": self.as_of, "made_on": self.counted_on}
        try:
            report.write(self.sections, out=out, policy=policy, **days, **said)
        except NotDone as problem:
            raise Refused(str(problem)) from problem


def hide_small(
    user: User, sections: Iterable[Section], policy: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The policy of this name and the sections, both as plain values to keep: true counts are in neither. Raises `Refused` where an
    outsider could work out small counts, with all that was ever released."""
    try:
        chosen = policies(user)[policy]
        before = [profile.folder for profile in queries.ever_released(user)]
        hidden = report.hide_small(sections, policy=chosen, before=before)
    except NotDone as problem:
        raise Refused(str(problem)) from problem
    return chosen.as_told(), as_told(hidden)


def policies(user: User) -> dict[str, Policy]:
    """As `queries.policies`. Raises `Refused` where one of them is none."""
    try:
        return queries.policies(user)
    except NotDone as problem:
        raise Refused(str(problem)) from problem


def is_same_policy(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether both hide and round alike, however they were kept."""
    return policy_of(one, "One policy") == policy_of(other, "The other")


def policy_words(policy: dict[str, Any]) -> str:
    """What is hidden and rounded, in sentences."""
    return policy_of(policy, "The policy of the report").words


def shown(user: User, sections: Iterable[Section], policy: dict[str, Any]) -> list[queries.ReleaseSection]:
    """As a page shows them."""
    return queries.sections_as_read(user, map(section_as_json, sections), policy["hidden"])
