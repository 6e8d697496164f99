"""Looks for what is unusual in the reading of each whole hour. A worker does it; no user asks, and no page waits for it.

It knows family names, times and counts. It knows nobody's address and nobody's family, and says nothing that it does not know.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from heard.agencies import watching
from heard.agencies.actions import record_audit
from heard.agencies.watching import Look, Reader
from heard.cases.case.notices.addressees import on_duty
from heard.cases.case.rules import is_working_day
from heard.cases.watch import rules
from heard.cases.watch.models import ReadingAlert, Watched
from heard.cases.watch.rules import AlertKind
from heard.network.rules import normal
from heard.network.watching import bearers, family_names


@dataclass(frozen=True)
class _Unusual:
    kind: AlertKind
    reader: Reader
    at: list[datetime]
    number: int
    about: dict[str, Any] = field(default_factory=dict)


def watch() -> int:
    """For a worker, every few seconds: does nothing until an hour is over that nobody has looked at."""
    return watch_until(timezone.now())


@transaction.atomic
def watch_until(now: datetime) -> int:
    """Looks at the whole hours before `now` that nobody has looked at. How many things stood out."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    if Watched.objects.filter(until__gte=hour).exists():
        return 0
    Watched.objects.get_or_create(
        pk=1, defaults={"last_row": watching.begin_at(hour), "until": hour - timedelta(days=1)}
    )
    watched = Watched.objects.select_for_update().get(pk=1)
    if watched.until >= hour:
        return 0  # another worker was quicker
    last = max(watching.last_row(hour), watched.last_row)
    rows = watched.last_row, last
    found = [
        *_of_looks(watching.looks_between(*rows)),
        *_each(AlertKind.PROBING, watching.went_too_far(watched.until, hour, taking_out=False)),
        *_each(AlertKind.TAKEN_OUT, watching.went_too_far(watched.until, hour, taking_out=True)),
        *_each(AlertKind.NOTHING, watching.searched_for_nothing(*rows, most=rules.MOST_FOR_NOTHING)),
    ]
    watched.last_row, watched.until = last, hour
    watched.save()
    return sum(_raise(one) for one in found)


def _of_looks(looks: Iterable[Look]) -> Iterator[_Unusual]:
    by_reader: dict[int, list[Look]] = defaultdict(list)
    for look in looks:
        by_reader[look.user_id].append(look)
    known = watching.readers(by_reader)
    names = family_names(look.person_id for looks in by_reader.values() for look in looks)
    for user_id, theirs in by_reader.items():
        if user_id in known:
            yield from _names(known[user_id], theirs, names)
            yield from _many(known[user_id], theirs)
            yield from _after_hours(known[user_id], theirs)


def _names(reader: Reader, looks: list[Look], names: dict[uuid.UUID, str]) -> Iterator[_Unusual]:
    colleagues = {key: normal(name) for key, name in reader.colleagues.items()}
    own = normal(reader.family_name)
    by_child: dict[uuid.UUID, list[datetime]] = defaultdict(list)
    for look in looks:
        by_child[look.person_id].append(look.at)
    for person_id, at in by_child.items():
        name = names.get(person_id, "")
        if not name or bearers(name) > settings.READING_COMMON:
            continue
        about: dict[str, Any] = {"person_id": person_id}
        if name == own:
            yield _Unusual(AlertKind.OWN_NAME, reader, at, len(at), about)
        for key in rules.named_alike(name, colleagues):
            yield _Unusual(AlertKind.COLLEAGUE, reader, at, len(at), about | {"colleague_id": key})


def _many(reader: Reader, looks: list[Look]) -> Iterator[_Unusual]:
    by_hour: dict[datetime, list[Look]] = defaultdict(list)
    for look in looks:
        by_hour[watching.begins(look.at)].append(look)
    for within in by_hour.values():
        children = {look.person_id for look in within}
        if len(children) > settings.READING_MANY:
            yield _Unusual(AlertKind.MANY, reader, [look.at for look in within], len(children))


def _after_hours(reader: Reader, looks: list[Look]) -> Iterator[_Unusual]:
    """Not of whoever is there at night: duty workers, and who is on the rota."""
    late = [look for look in looks if _is_late(look.at)]
    late = [look for look in late if reader.user_id not in {row.user_id for row in on_duty(look.at)}]
    if late and not reader.is_duty_worker:
        children = {look.person_id for look in late}
        yield _Unusual(AlertKind.AFTER_HOURS, reader, [look.at for look in late], len(children))


def _is_late(at: datetime) -> bool:
    local = timezone.localtime(at)
    hours = {"first": settings.READING_FROM, "last": settings.READING_UNTIL}
    return rules.is_after_hours(local, **hours, working_day=is_working_day(local.date()))


def _each(kind: AlertKind, rows: list[tuple[int, datetime, int]]) -> Iterator[_Unusual]:
    known = watching.readers(user_id for user_id, _hour, _number in rows)
    for user_id, hour, number in rows:
        if user_id in known:
            yield _Unusual(kind, known[user_id], [hour], number)


def _raise(one: _Unusual) -> bool:
    """Puts it before somebody. What waits already, or was explained of this reader and child, is not put before them again;
    of what is about no child, one a day."""
    same = ReadingAlert.objects.filter(kind=one.kind.value, reader=one.reader.user_id, **one.about)
    day = timezone.localdate(min(one.at))
    if one.about:
        again = same.exclude(outcome=rules.Outcome.LOOK_INTO.value).exists()
    else:
        again = any(timezone.localdate(row.first_at) == day for row in same)
    if again:
        return False
    alert = ReadingAlert.objects.create(
        kind=one.kind.value,
        reader_id=one.reader.user_id,
        agency_id=one.reader.agency_id,
        first_at=min(one.at),
        last_at=max(one.at),
        number=one.number,
        **one.about,
    )
    record_audit(by=None, verb="raise", subject="alert", subject_id=alert.pk, detail={"kind": alert.kind})
    return True
