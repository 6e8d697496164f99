"""How work that waits is drawn: each thing with its kind, its day and its rule; and the order in which a person sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db.models import QuerySet

AT_MOST: Final = 20  # what one section shows; its page has all of them
SOON: Final = 7  # days to come that a person has to have in view
_PER_PAGE = 50
# Here somebody else cannot go on before this user has: it is not put among what may wait, however far its day is.
_HOLDS_UP: Final = ("sign-offs", "records-to-check", "requests")


@dataclass(frozen=True)
class Waiting:
    """One thing that waits. With a due date it is drawn as a clock, with its rule and the rule's source."""

    text: str
    href: str
    note: str = ""
    due_on: date | None = None
    days_left: int | None = None
    rule: str = ""
    source: str = ""


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
class Kind:
    """One kind of work: all that waits of it for this user, not asked for yet. `due` says which of the rows are due by a
    day; None where they have none. `shows`: the records beside a row that its line names; no others are fetched, since a
    database takes longer to plan a question about ten tables than to answer it."""

    key: str
    heading: str
    rows: QuerySet[Any]
    draw: Callable[[Any], Waiting]
    due: Callable[[date], Q] | None = None
    shows: tuple[str, ...] = ()

    @property
    def lines(self) -> QuerySet[Any]:
        """The rows, each with what its line names."""
        return self.rows.select_related(None).select_related(*self.shows) if self.shows else self.rows


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
        "missing": _("Children who are missing now"),
        "overdue": _("Overdue"),
        "today": _("Due today"),
        "soon": _("Due in the next seven days"),
        "waiting": _("Waiting for you"),
        "later": _("Due later"),
        "drafts": _("What you began and have not sent"),
        "children": _("Children who count on you"),
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
        parts.setdefault(_group_of(section.key, thing.days_left), []).append(thing)
    return parts


def _group_of(key: str, days_left: int | None) -> str:
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


def section_of(kind: Kind, *, at_most: int = AT_MOST) -> Section:
    """One query: one row more than is shown says whether there are more."""
    found = list(kind.lines[: at_most + 1])
    return Section(kind.heading, [kind.draw(row) for row in found[:at_most]], len(found) > at_most, kind.key)


def page_of(kind: Kind, number: str | None) -> tuple[Page[Any], Section]:
    """A page of everything of one kind. Two queries."""
    page = Paginator(kind.lines, _PER_PAGE).get_page(number)
    return page, Section(kind.heading, [kind.draw(row) for row in page], key=kind.key)


def due_by_field(name: str) -> Callable[[date], Q]:
    """Due by a day, by this field. A field of moments is named with `__date`."""
    return lambda day: Q(**{f"{name}__lte": day})


def due(due_on: date | None, text: str, href: str, note: str, clock: Any) -> Waiting:
    left = (due_on - timezone.localdate()).days if due_on else None
    rule, source = (clock.label, clock.source) if clock else ("", "")
    return Waiting(text, href, note, due_on, left, rule, source)


def at(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs=kwargs)
