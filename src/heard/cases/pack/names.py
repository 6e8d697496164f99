"""Whose names may stand in a record beside the child's: from the ties around the child, those who work with them, and the
agencies."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from heard.agencies.queries import agencies_visible_to, colleagues_visible_to
from heard.cases.assessment.queries import named_without_record
from heard.cases.pack.redacting import Finder, Known
from heard.cases.pack.rules import Found
from heard.cases.record.queries import entries_of
from heard.network.queries import (
    addresses_of,
    people_visible_to,
    web,
)

if TYPE_CHECKING:
    from heard.agencies.models import User


# Of those who have no record of their own, or said something about a child: whose names stand in the record.
_NAMED = {"person": Found.PERSON, "family": Found.PERSON, "worker": Found.STAFF}


def finder_for(user: User, person_id: uuid.UUID) -> Finder:
    """Finds everybody who may stand in this child's record but the child. A fixed number of queries."""
    child = people_visible_to(user).prefetch_related("other_names").get(pk=person_id)
    own = [str(child), child.known_as, *(str(name) for name in child.other_names.all())]
    own.append(f"{child.known_as} {child.family_name}" if child.known_as else "")
    known = [*_around(user, person_id), *_staff(user, person_id)]
    known += [
        Known(_NAMED[who], name, by_parts=True)
        for who, name in sorted(named_without_record(user, person_id))
        if who in _NAMED
    ]
    known += [Known(Found.AGENCY, agency.name) for agency in agencies_visible_to(user)]
    known += [Known(Found.ADDRESS, address.line) for address in addresses_of(user, person_id) if address.line]
    return Finder(known, [name for name in own if name])


def _around(user: User, person_id: uuid.UUID) -> Iterator[Known]:
    ends = [tie.end_id for tie in web(user).around(person_id) if tie.end == "person"]
    rows = people_visible_to(user).filter(pk__in=ends).prefetch_related("other_names", "addresses")
    for row in rows:
        names = [str(name) for name in row.other_names.all()]
        if row.known_as:
            names.append(f"{row.known_as} {row.family_name}".strip())
        yield Known(Found.PERSON, str(row), tuple(names), by_parts=True)
        yield from (Known(Found.ADDRESS, address.line) for address in row.addresses.all() if address.line)


def _staff(user: User, person_id: uuid.UUID) -> Iterator[Known]:
    """Colleagues of every agency, and whoever wrote in the record and has left since."""
    names = {str(colleague) for colleague in colleagues_visible_to(user)}
    names |= set(entries_of(user, person_id).exclude(who="").order_by().values_list("who", flat=True))
    return (Known(Found.STAFF, name, by_parts=True) for name in sorted(names))
