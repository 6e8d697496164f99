"""The order in which a person sees what waits: danger first, then what is overdue, whatever it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from heard.agencies.waiting import Waiting, WorkList

if TYPE_CHECKING:
    from heard.agencies.models import User

AT_MOST: Final = 20  # what one section shows; its page has all of them
SOON: Final = 7  # days to come that a person has to have in view
_PER_PAGE = 50
# Here somebody else cannot go on before this user has: it is not put among what may wait, however far its day is.
_HOLDS_UP: Final = ("sign-offs", "records-to-check", "requests")


@dataclass(frozen=True)
class Section:
    """What waits of one kind: the first of it, those due first. `key` names its page, which has all of them."""

    heading: str
    waiting: list[Waiting] = field(default_factory=list)
    has_more: bool = False
    key: str = ""

    @property
    def rules(self) -> list[str]:
        """The rules of what is in it, each once: where there is one alone, it is said once."""
        return list(dict.fromkeys(thing.rule for thing in self.waiting))


@dataclass(frozen=True)
class Group:
    """Sections of what is as urgent: what is overdue, due today, and so on."""

    key: str
    heading: str
    sections: list[Section]

    @property
    def may_wait(self) -> bool:
        """Whether it is folded, so that what is urgent fits on a phone."""
        return self.key in ("later", "children")

    @property
    def number(self) -> int:
        return sum(len(section.waiting) for section in self.sections)

    @property
    def has_more(self) -> bool:
        return any(section.has_more for section in self.sections)


def groups_of(sections: Iterable[Section]) -> list[Group]:
    """What has a day goes by how near it is, the rest by what it is. Groups that are empty are left out."""
    headings = {
        "danger": _("In danger when told"),
        "missing": _("Children who are missing now"),
        "back": _("Sent back to you"),
        "overdue": _("Overdue"),
        "today": _("Due today"),
        "soon": _("Due in the next seven days"),
        "waiting": _("Waiting for you"),
        "later": _("Due later"),
        "drafts": _("What you began and have not sent"),
        "children": _("Your caseload"),
    }
    found: dict[str, list[Section]] = {key: [] for key in headings}
    for section in sections:
        for key, waiting in _parted(section).items():
            last = waiting[-1] is section.waiting[-1]
            found[key].append(replace(section, waiting=waiting, has_more=section.has_more and last))
    return [Group(key, headings[key], rows) for key, rows in found.items() if rows]


def _parted(section: Section) -> dict[str, list[Waiting]]:
    parts: dict[str, list[Waiting]] = {}
    for thing in section.waiting:
        parts.setdefault(_group_of(section.key, thing), []).append(thing)
    return parts


def _group_of(key: str, thing: Waiting) -> str:
    if thing.ahead:
        return thing.ahead
    days_left = thing.days_left
    if key in ("missing", "drafts", "children"):
        return key
    if days_left is None:
        return "waiting"
    if days_left < 0:
        return "overdue"
    if days_left == 0:
        return "today"
    if days_left <= SOON:
        return "soon"
    return "waiting" if key in _HOLDS_UP else "later"


def section_of(user: User, kind: WorkList, *, at_most: int = AT_MOST) -> Section:
    """One query: one row more than is shown says whether there are more."""
    found = list(kind.lines(user)[: at_most + 1])
    waiting = [kind.line(row) for row in found[:at_most]]
    return Section(str(kind.heading), waiting, len(found) > at_most, kind.key)


def page_of(user: User, kind: WorkList, number: str | None) -> tuple[Page[Any], Section]:
    """A page of everything of one kind. Two queries."""
    page = Paginator(kind.lines(user), _PER_PAGE).get_page(number)
    return page, Section(str(kind.heading), [kind.line(row) for row in page], key=kind.key)
