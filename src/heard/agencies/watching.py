"""Who read which records, for a timer that looks for what is unusual. Nobody asks for it, and it shows nothing to anybody."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from heard.agencies.limiting import TAKES_OUT
from heard.agencies.models import AuditRow, Tally, User
from heard.agencies.reading import looked_at
from heard.agencies.rules import Role

_READS: Final = ("view", "print", "read", "download", "listen")
_AT_FIRST: Final = timedelta(days=1)  # how far back it looks where it never has


@dataclass(frozen=True)
class Look:
    user_id: int
    person_id: uuid.UUID
    at: datetime


@dataclass(frozen=True)
class Reader:
    """Somebody who read: `colleagues` are people of the same agency, by key, with their family names."""

    user_id: int
    family_name: str
    agency_id: uuid.UUID
    is_duty_worker: bool
    colleagues: dict[int, str]


def last_row(before: datetime) -> int:
    """The key of the last row of the audit trail before a moment: 0 where there is none."""
    rows = AuditRow.objects.filter(at__lt=before).order_by(
        "-pk"
    )  # from the end: it reads what is newer, and one more
    return rows.values_list("pk", flat=True).first() or 0


def begin_at(before: datetime) -> int:
    return last_row(before - _AT_FIRST)


def looks_between(first: int, last: int) -> Iterator[Look]:
    """Looks at people's records in rows of the audit trail after one key, up to another; each at the time at which it was, also where
    the row came later, since the database could not be written then."""
    rows = AuditRow.objects.filter(pk__gt=first, pk__lte=last, person_id__isnull=False, actor_id__gt=0)
    for user_id, person_id, at, detail in (
        rows.filter(verb__in=_READS).order_by("pk").values_list("actor_id", "person_id", "at", "detail")
    ):
        assert person_id is not None
        yield Look(user_id, person_id, looked_at(detail) or at)


def searched_for_nothing(first: int, last: int, *, most: int) -> list[tuple[int, datetime, int]]:
    """Who in an hour searched more often than `most` and was shown nothing, in such rows: user, hour, how often. Looking at the same
    list again is no search: no more are counted than were begun."""
    rows = AuditRow.objects.filter(pk__gt=first, pk__lte=last, verb="search", subject="everything", detail={})
    empty = Counter((user_id, begins(at)) for user_id, at in rows.values_list("actor_id", "at"))
    begun = Tally.objects.filter(what="search", user__in={user_id for user_id, _hour in empty})
    most_begun = {(row.user_id, row.hour): row.number for row in begun}
    found = {key: min(number, most_begun.get(key, 0)) for key, number in empty.items()}
    return [(user_id, hour, number) for (user_id, hour), number in sorted(found.items()) if number > most]


def begins(at: datetime) -> datetime:
    """The hour of a moment."""
    return at.replace(minute=0, second=0, microsecond=0)


def readers(ids: Iterable[int]) -> dict[int, Reader]:
    """Those of these people who have a team, by key."""
    found = {}
    for user in User.objects.filter(pk__in=set(ids)).order_by("pk"):
        if user.team:
            others = User.objects.filter(is_active=True, memberships__team__agency=user.team.agency_id)
            names = others.exclude(pk=user.pk).distinct().values_list("pk", "last_name")
            found[user.pk] = Reader(
                user.pk, user.last_name, user.team.agency_id, Role.DUTY in user.roles, dict(names)
            )
    return found


def went_too_far(since: datetime, before: datetime, *, taking_out: bool) -> list[tuple[int, datetime, int]]:
    """Who did in an hour more often than they may what is limited: user, hour, how often. `taking_out`: files with much in them;
    else searching and trying."""
    rows = Tally.objects.filter(hour__gte=since, hour__lt=before).order_by("hour", "pk")
    rows = rows.filter(what__in=TAKES_OUT) if taking_out else rows.exclude(what__in=TAKES_OUT)
    return [(row.user_id, row.hour, row.number) for row in rows if row.number > row.most > 0]
