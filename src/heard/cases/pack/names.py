"""Whose names may stand in a record beside the child's: from the ties around the child, those who work with them, and the
agencies."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from heard.agencies.queries import agencies_visible_to, colleagues_visible_to
from heard.cases.assessment.queries import assessments_visible_to
from heard.cases.pack.redacting import Finder, Known
from heard.cases.pack.rules import Found
from heard.cases.record.queries import entries_of
from heard.network.queries import (
    addresses_of,
    facts_visible_to,
    important_people_visible_to,
    people_visible_to,
    web,
)

if TYPE_CHECKING:
    from heard.agencies.models import User


# Of what was said about a child, whose name stands beside it.
_SAY = {"family": Found.PERSON, "worker": Found.STAFF}


def finder_for(user: User, person_id: uuid.UUID) -> Finder:
    """Finds everybody who may stand in this child's record but the child. A fixed number of queries."""
    child = people_visible_to(user).prefetch_related("other_names").get(pk=person_id)
    own = [str(child), child.known_as, *(str(name) for name in child.other_names.all())]
    own.append(f"{child.known_as} {child.family_name}" if child.known_as else "")
    known = [*_around(user, person_id), *_important(user, person_id), *_protecting(user, person_id)]
    known += _staff(user, person_id)
    known += [Known(Found.AGENCY, agency.name) for agency in agencies_visible_to(user)]
    known += [Known(Found.ADDRESS, one.line) for one in addresses_of(user, person_id) if one.line]
    return Finder(known, [name for name in own if name])


def _around(user: User, person_id: uuid.UUID) -> Iterator[Known]:
    ends = [tie.end_id for tie in web(user).around(person_id) if tie.end == "person"]
    rows = people_visible_to(user).filter(pk__in=ends).prefetch_related("other_names", "addresses")
    for row in rows:
        names = [str(name) for name in row.other_names.all()]
        if row.known_as:
            names.append(f"{row.known_as} {row.family_name}".strip())
        yield Known(Found.PERSON, str(row), tuple(names), by_parts=True)
        yield from (Known(Found.ADDRESS, one.line) for one in row.addresses.all() if one.line)


def _important(user: User, person_id: uuid.UUID) -> Iterator[Known]:
    """Carers and important people, and whoever said something about the child."""
    rows = important_people_visible_to(user).filter(person_id=person_id)
    for row in rows:
        yield Known(Found.PERSON, row.name, by_parts=True)
    facts = facts_visible_to(user).filter(person_id=person_id)
    said = [(one.said_as, one.said_by) for one in (*rows, *facts)]
    for said_as, said_by in sorted(set(said)):
        if said_by and said_as in _SAY:
            yield Known(_SAY[said_as], said_by.partition(",")[0].strip(), by_parts=True)


def _protecting(user: User, person_id: uuid.UUID) -> Iterator[Known]:
    """People whom an assessment names and who have no record of their own."""
    rows = assessments_visible_to(user).filter(case__person_id=person_id).order_by()
    for name in set(rows.values_list("protective_people__name", flat=True)):
        if name:
            yield Known(Found.PERSON, name, by_parts=True)


def _staff(user: User, person_id: uuid.UUID) -> Iterator[Known]:
    """Colleagues of every agency, and whoever wrote in the record and has left since."""
    names = {str(colleague) for colleague in colleagues_visible_to(user)}
    names |= set(entries_of(user, person_id).exclude(who="").order_by().values_list("who", flat=True))
    return (Known(Found.STAFF, name, by_parts=True) for name in sorted(names))
