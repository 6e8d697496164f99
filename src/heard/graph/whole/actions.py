"""Laying the whole out, which a worker does at night; and showing it, which is looking at those whom a page names."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.jobs.working import ENGINE
from heard.graph.question.rules import asked_since
from heard.graph.whole import queries, rules
from heard.graph.whole.models import Placed, Whole
from heard.network.for_all import people_for_all, web_for_all

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.whole.queries import Opened, Overview

_AT_ONCE = 2000  # rows in one statement


@task(queue_name=ENGINE)
def make_whole() -> None:
    """Unless another worker was quicker."""
    if queries.is_due(None):
        lay_out(by=None)


def lay_out(*, by: User | None) -> Whole:
    """Lays out what everybody sees who sees the partnership, in place of what was there. What takes long is done before anything is held."""
    began = timezone.now()
    found = web_for_all(asked_since(timezone.localdate(began)), began)
    laid = rules.lay_out(found.parts, found.ties, found.common, found.public)
    with transaction.atomic():
        people = people_for_all()  # somebody may be restricted, or their record destroyed, since
        rows = [
            Placed(
                key=seat.key, part=seat.part, cluster=seat.cluster, gives_name=seat.gives_name, x=seat.at and seat.at[0], y=seat.at and seat.at[1]
            )
            for seat in laid.seats
            if seat.part not in ("child", "adult") or seat.key in people
        ]  # fmt: skip
        Placed.objects.all().delete()
        Placed.objects.bulk_create(rows, batch_size=_AT_ONCE)
        values = {"made_at": began, "least": laid.least, "kinds": laid.kinds}
        whole, _new = Whole.objects.update_or_create(pk=1, defaults=values)
        record_audit(by=by, verb="lay out", subject="whole", subject_id=whole.pk)
    return whole


@transaction.atomic
def open_whole(*, by: User) -> Overview:
    """For showing. It names nobody, so its row is about nobody. `Hidden` for who does not see the partnership."""
    found = queries.overview(by)
    record_audit(by=by, verb="view", subject="whole", subject_id="groups")
    return found


@transaction.atomic
def open_group(*, by: User, cluster: uuid.UUID) -> Opened:
    """One group, for showing, with a 'view' row for each person whom the drawing names; or `Hidden`."""
    found = queries.opened(by, cluster)
    record_audit(by=by, verb="view", subject="whole", subject_id=cluster)
    if found.picture:
        record_looks(by=by, subject="whole", subject_id=cluster, person_ids=found.picture.people)
    return found


@transaction.atomic
def give_positions(*, by: User, cluster: uuid.UUID | None = None) -> bytes:
    """As `rules.as_bytes`, of all or of one group; or `Hidden`. It names nobody."""
    found = queries.positions(by, cluster)
    record_audit(by=by, verb="view", subject="whole", subject_id=cluster or "all")
    return found


@transaction.atomic
def name_one(*, by: User, key: uuid.UUID) -> Any:
    """Who or what stands in one place of the picture, with a 'view' row where it is a person; or `Hidden`."""
    this = queries.one(by, key)
    people = {key} if type(this).__name__ == "Person" else set()
    record_looks(by=by, subject="whole", subject_id=key, person_ids=people)
    return this
