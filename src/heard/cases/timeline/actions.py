"""Opening a child's record. Looking at it is itself written down, in the same transaction as what is read."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.core.paginator import Page
from django.db import transaction

from heard.agencies.actions import record_audit
from heard.cases.panel.actions import open_panel
from heard.cases.panel.queries import panel_with_agenda
from heard.cases.timeline import queries
from heard.network.actions import open_record, open_records
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow, User
    from heard.agencies.queries import Colleague
    from heard.cases.panel.models import Panel, PanelItem
    from heard.cases.panel.queries import AgendaLine
    from heard.cases.record.models import ChronologyEntry
    from heard.network.models import Person

MOST_LEAVES: Final = 60  # children in one pack: a panel of a day speaks of forty


@dataclass(frozen=True)
class Leaf:
    """A child in the pack of somebody who prepares for a panel: the line of the agenda, and what the child's page says first."""

    line: AgendaLine
    item: PanelItem
    head: queries.Head
    page: queries.Brief


@dataclass(frozen=True)
class OnPaper:
    """What goes on paper: the first `queries.ON_PAPER` of what was asked for, and how many there are."""

    person: Person
    entries: list[ChronologyEntry]
    count: int
    choices: queries.Choices


@transaction.atomic
def open_tab[T](
    *,
    by: User,
    person_id: uuid.UUID,
    today: date,
    read: Callable[[queries.Head], T],
    level: Level = Level.RECORD,
) -> tuple[queries.Head, T]:
    """What stands above every tab and what `read` finds for this one, with the 'view' audit row; or `Hidden`. `level`: how far
    somebody has to see the record for this tab."""
    head = queries.head_of(by, open_record(by=by, person_id=person_id, level=level), today=today)
    return head, read(head)


@transaction.atomic
def open_pack(*, by: User, panel_id: uuid.UUID, today: date) -> tuple[Panel, list[AgendaLine], list[Leaf]]:
    """A panel that is drawn from the record, its agenda, and each child on it whose record `by` may see, in its order: at most
    `MOST_LEAVES`. With the audit row of the panel, and of each child those of reading the agenda and of opening
    the record; or `Hidden`. A fixed number of queries, however many children there are."""
    panel_with_agenda(by, panel_id)
    panel, lines = open_panel(by=by, panel_id=panel_id)
    about = [(line, line.item) for line in lines if line.item and line.item.is_about_child][:MOST_LEAVES]
    people = open_records(by=by, person_ids=[item.person_id for _line, item in about if item.person_id])
    heads = queries.heads_of(by, list(people.values()), today=today)
    briefs = queries.briefs_of(by, heads, today=today)
    read = {head.person.pk: (head, brief) for head, brief in zip(heads, briefs, strict=True)}
    return panel, lines, [Leaf(line, item, *read[item.person_id]) for line, item in about if item.person_id]


@transaction.atomic
def print_chronology(*, by: User, person_id: uuid.UUID, asked: queries.ChronologyFilter) -> OnPaper:
    """The same for paper. The row that says so holds the filters, but for words and names."""
    person = open_record(by=by, person_id=person_id)
    choices = queries.choices_of(by, person.pk)
    rows = queries.chosen(by, asked, choices)
    entries, count = list(rows[: queries.ON_PAPER]), rows.count()
    chosen = {"kinds": list(asked.kinds), "since": _iso(asked.since), "until": _iso(asked.until)}
    record_audit(
        by=by,
        verb="print",
        subject="chronology",
        subject_id=person.pk,
        person_id=person.pk,
        detail=chosen | {"entries": len(entries), "filtered": asked.is_filtered},
    )
    return OnPaper(person, entries, count, choices)


@transaction.atomic
def open_looks(
    *, by: User, person_id: uuid.UUID, page: int
) -> tuple[Person, Page[AuditRow], dict[int, Colleague]]:
    """The child and who looked at the record, this look included; or `Hidden`."""
    person = open_record(by=by, person_id=person_id)
    looks, people = queries.who_looked(by, person, page=page)
    return person, looks, people


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
