"""Work that waits for somebody: the lists that each stage declares in its `work.py`, and one line of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from heard.agencies.models import User
    from heard.agencies.rules import May


@dataclass(frozen=True)
class Waiting:
    """One thing that waits. With a due date it is drawn as a clock, with its rule and the rule's source.

    `in_danger`: somebody was, when this was told. `came_back`: somebody sent it back to the reader. Both stand first.
    """

    text: str
    href: str
    note: str = ""
    due_on: date | None = None
    days_left: int | None = None
    rule: str = ""
    source: str = ""
    in_danger: bool = False
    came_back: bool = False


@dataclass(frozen=True)
class WorkList:
    """One kind of work, for those with this permission: what waits of it for a user, and a line of it.

    `due`: which of the rows are due by a day; None where they have none. `shows`: the records beside a row that its line
    names; no others are fetched. `only_if`: rows of one table without which there is nothing in this list. Most people's
    lists are mostly empty, and this is found in a hundredth of the time, since it leaves out all that decides what the
    user may see. Nothing of these rows is ever shown.
    """

    key: str
    heading: StrOrPromise
    may: May
    rows: Callable[[User], QuerySet[Any]]
    line: Callable[[Any], Waiting]
    due: Callable[[date], Q] | None = None
    shows: tuple[str, ...] = ()
    only_if: Callable[[User], QuerySet[Any]] | None = None

    def lines(self, user: User) -> QuerySet[Any]:
        """The rows, each with what its line names."""
        rows = self.rows(user)
        return rows.select_related(None).select_related(*self.shows) if self.shows else rows


def due_by_field(name: str) -> Callable[[date], Q]:
    """Due by a day, by this field. A field of moments is named with `__date`."""
    return lambda day: Q(**{f"{name}__lte": day})


def due(
    due_on: date | None, text: str, href: str, note: str = "", clock: Any = None, **more: bool
) -> Waiting:
    left = (due_on - timezone.localdate()).days if due_on else None
    rule, source = (clock.label, clock.source) if clock else ("", "")
    return Waiting(text, href, note, due_on, left, rule, source, **more)


def at(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs=kwargs)
