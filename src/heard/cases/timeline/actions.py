"""Opening a child's record. Looking at it is itself written down, in the same transaction as what is read."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.core.paginator import Page
from django.db import transaction

from heard.cases.timeline import queries
from heard.network.actions import open_record

if TYPE_CHECKING:
    from heard.agencies.models import AuditRow, User
    from heard.agencies.queries import Colleague
    from heard.cases.timeline.facts import Fact
    from heard.network.models import Person


@transaction.atomic
def open_childs_page(
    *, by: User, person_id: uuid.UUID, asked: queries.Asked, today: date
) -> queries.ChildsPage:
    """The page of a child, with the 'view' audit row; or `Hidden`."""
    person = open_record(by=by, person_id=person_id)
    return queries.childs_page(by, person, asked=asked, today=today)


@transaction.atomic
def open_chronology(
    *, by: User, person_id: uuid.UUID, asked: queries.Asked
) -> tuple[Person, list[Fact], list[str]]:
    """The child, the chronology that was asked for, and the agencies that a reader may choose from; or `Hidden`."""
    person = open_record(by=by, person_id=person_id)
    facts, agencies = queries.chronology_of(by, person, asked=asked)
    return person, facts, agencies


@transaction.atomic
def open_looks(
    *, by: User, person_id: uuid.UUID, page: int
) -> tuple[Person, Page[AuditRow], dict[int, Colleague]]:
    """The child and who looked at the record, this look included; or `Hidden`."""
    person = open_record(by=by, person_id=person_id)
    looks, people = queries.who_looked(by, person, page=page)
    return person, looks, people
