"""Work that waits for somebody: the lists that each stage declares in its `work.py`, and one line of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from heard.agencies.subqueries import Asked, OfRow, compiled_exists
from heard.knowledge import load

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from heard.agencies.models import User
    from heard.agencies.rules import May

# Words for all, an attribute of the row, or what is made of it.
type Said = Promise | str | Callable[[Any], object]


class First(StrEnum):
    """Why something stands before all others."""

    DANGER = "danger"  # somebody was in danger when it was told
    MISSING = "missing"  # a child is missing now
    URGENT = "urgent"  # it cannot wait, and does not say that somebody is in danger
    REPORT = "report"  # a suspected offence is still to be reported
    NEW = "new"  # the reader has not said that they have seen it
    BACK = "back"  # it was sent back to the reader


@dataclass(frozen=True)
class Waiting:
    """One thing that waits, in one line: about whom, what, what else is to know, from whom (`by`), for whom, and by which day.

    `whose`: '' where it waits for the reader by name; else whom it waits for: a colleague (`is_colleagues`), or many. `rule` and `source` are what gives the day.
    `reader_id`: of the notice that tells the reader of it, where they have not said that they have seen it; `person_id`: of the child whom that notice is about. `later`: where it is put off to
    a later day, with a reason. `done`: where one press says that it is done.
    """

    about: str
    what: str
    href: str
    note: str = ""
    by: str = ""
    whose: str = ""
    due_on: date | None = None
    days_left: int | None = None
    rule: str = ""
    source: str = ""
    ahead: First | None = None
    kind: str = ""
    is_colleagues: bool = False
    reader_id: int | None = None
    person_id: UUID | None = None
    later: str = ""
    done: str = ""

    @property
    def is_overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0


@dataclass(frozen=True)
class WorkList:
    """One kind of work, for those with this permission: what waits of it for a user, and how a line of it is drawn.

    `page`: the address of a row, by its key in `of`. `about`, `what`, `note` and `by`, who sent it or asks for it, are what stands there: words, an
    attribute of the row, or made of it. `whose`: whom a row waits for, where that may be somebody else than the reader: a person, or words
    for many. `own`: which rows are the reader's by name, where others stand among them; these come first. `due`: the field of its day, `on` its day where it is worked out; `clock`: the rule that gives it. `ahead`: why
    a line stands before all others. `shows`: the records beside a row that its line names; no others are fetched.
    `only_if`: rows without which there is nothing in this list. Most people's lists are mostly empty, and this is found in a hundredth of
    the time, since it leaves out all that decides what the user may see. Nothing of it is shown. It is compiled once a day for all
    with the same roles, with `any_user` in place of the user: it asks the database nothing, and no moment but today may stand in it.
    `later`: the address where a row is put off to a later day, "" where it is not. `done`: the address to which one press says that it is done,
    "" where that asks for more; only whoever it waits for by name is offered it.
    `child`: the way from a row to the child, of work with the child: it leaves the list once it is recorded that the child has died.
    """

    key: str
    heading: StrOrPromise
    may: May
    rows: Callable[[User], QuerySet[Any]]
    page: str | Callable[[Any], str]
    about: Said
    what: Said
    note: Said = ""
    by: Said = ""
    whose: Said = ""
    own: Callable[[User], Q] | None = None
    of: str = "pk"
    due: str | Callable[[date], Q] = ""
    on: Callable[[Any], date | None] | None = None
    clock: str | Callable[[Any], Any] = ""
    ahead: Callable[[Any], First | None] = lambda row: None
    shows: tuple[str, ...] = ()
    only_if: Callable[[User], QuerySet[Any]] | None = None
    child: str = ""
    later: Callable[[Any], str] = lambda row: ""
    done: Callable[[Any], str] = lambda row: ""

    def __post_init__(self) -> None:
        """Nobody is reminded of what was to be done with a child who has died."""
        if self.child:
            rows, child = self.rows, self.child
            object.__setattr__(self, "rows", lambda user: _living(rows(user), child))

    def lines(self, user: User) -> QuerySet[Any]:
        """The rows, each with what its line names."""
        rows = self.rows(user)
        if self.own:
            others_last = Case(When(self.own(user), then=0), default=1)
            rows = rows.order_by(others_last, *(rows.query.order_by or rows.model._meta.ordering))
        return rows.select_related(None).select_related(*self.shows) if self.shows else rows

    def due_by(self, day: date) -> Q | None:
        """Which of the rows are due by a day; None where they have none."""
        if callable(self.due):
            return self.due(day)
        return Q(**{f"{self.due}__lte": day}) if self.due else None

    def line(self, row: Any, reader: User) -> Waiting:
        on, clock, whose = self._day(row), self._clock(row), _of(self.whose, row)
        return Waiting(
            about=_said(self.about, row),
            what=_said(self.what, row),
            href=self.page(row) if callable(self.page) else reverse(self.page, args=[getattr(row, self.of)]),
            note=_said(self.note, row),
            by=_said(self.by, row),
            whose="" if whose == reader else str(whose),
            is_colleagues=hasattr(whose, "pk") and whose != reader,
            due_on=on,
            days_left=(on - timezone.localdate()).days if on else None,
            rule=clock.label if clock else "",
            source=clock.source if clock else "",
            ahead=self.ahead(row),
            kind=self.key,
            later=self.later(row),
            done=self.done(row) if whose in ("", reader) else "",
        )

    def _day(self, row: Any) -> date | None:
        if self.on or not isinstance(self.due, str) or not self.due:
            return self.on(row) if self.on else None
        day = getattr(row, self.due.removesuffix("__date"))
        return timezone.localdate(day) if isinstance(day, datetime) else day

    def _clock(self, row: Any) -> Any:
        if callable(self.clock):
            return self.clock(row)
        return load.current().clock(self.clock) if self.clock else None


def _living(rows: QuerySet[Any], child: str) -> QuerySet[Any]:
    model: Any = rows.model
    return rows.filter(_lives(model, child))


@cache
def _lives(model: Any, child: str) -> Q:
    """Of rows that lead to a child: it is not recorded that the child has died."""
    for name in (*child.split("__"), "deaths"):
        model = model._meta.get_field(name).related_model
    return compiled_exists(child, model.objects.filter(stands=True, person=OfRow()), Asked.NONE)


def _said(how: Said, row: Any) -> str:
    return str(_of(how, row))


def _of(how: Said, row: Any) -> Any:
    if isinstance(how, Promise):
        return how
    return (how(row) if callable(how) else attrgetter(how)(row) if how else "") or ""
