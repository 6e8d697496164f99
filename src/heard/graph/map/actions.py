"""Showing a map is looking at those who are behind it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction

from heard.agencies.actions import record_looks
from heard.graph.map import queries
from heard.graph.map.rules import Month

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.map.queries import Around, OnePlace, Places, Routes


@transaction.atomic
def map_places(*, by: User, since: Month, until: Month, **how: Any) -> Places:
    """For showing, with a 'view' row for each child behind a place. `how`: as `queries.places_named` takes it."""
    found = queries.places_named(by, since, until, **how)
    record_looks(by=by, subject="map", subject_id=f"{since} {until}", person_ids=found.people)
    return found


@transaction.atomic
def map_place(*, by: User, place_id: uuid.UUID) -> OnePlace:
    """One place, for showing, with a 'view' row for each child who is tied to it; or `Hidden`."""
    found = queries.one_place(by, place_id)
    record_looks(by=by, subject="map", subject_id=place_id, person_ids=found.people)
    return found


@transaction.atomic
def map_before_and_after(*, by: User, place_id: uuid.UUID) -> Around:
    """A place and those near it, for showing, with a 'view' row for each child behind them; or `Hidden`."""
    found = queries.before_and_after(by, place_id)
    record_looks(by=by, subject="map", subject_id=place_id, person_ids=found.people)
    return found


@transaction.atomic
def map_routes(*, by: User, person_id: uuid.UUID, chosen: Collection[uuid.UUID] = ()) -> Routes:
    """Of one child's episodes, for showing, with a 'view' row; or `Hidden`."""
    found = queries.routes(by, person_id, chosen)
    record_looks(by=by, subject="map", subject_id=person_id, person_ids={person_id})
    return found
