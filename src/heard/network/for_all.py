"""What everybody who sees the partnership sees of the web, for a task that lays it out at night. It shows nothing to anybody.

Left out before anything is computed: who is restricted, from whose record somebody is kept out, what was merged into another record, and
sources that one agency keeps to itself, that only the readers of a record may read, or that are thought to be untrue.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from heard.network.models import Denial, Group, Handle, Person, Place, Tie, TieSource
from heard.network.rules import LIVED_AT, KnownGrade, Reach, is_home, passes

_passes = lru_cache(maxsize=1024)(passes)


@dataclass(frozen=True)
class ForAll:
    """`parts`: each node that is tied, by its key: child, adult, group, handle or place. `ties`: ends of ties, each two once. `common`: handles that
    are marked as an organisation’s. `public`: of places where nobody is known to live, what kind they are."""

    parts: dict[uuid.UUID, str]
    ties: set[tuple[uuid.UUID, uuid.UUID]]
    common: set[uuid.UUID]
    public: dict[uuid.UUID, str]


class _Row(NamedTuple):
    first: uuid.UUID
    first_kind: str
    second: uuid.UUID
    second_kind: str
    kind: str
    release: str


_ROW = ("first_id", "first__kind", "second_id", "second__kind", "kind", "release")


def ties_for_all(since: date, noted_before: datetime) -> QuerySet[Tie]:
    """Ties that lasted until a day at least, as the latest of the sources says that reach whoever sees both ends and were noted before a
    moment. Who may see the ends is for the caller to ask."""
    said = _said(recorded_at__lt=noted_before).exclude(known_grade=KnownGrade.THOUGHT_UNTRUE)
    latest = said.order_by("-recorded_at", "-pk").values(lasted=Coalesce("valid_to", Value(date.max)))[:1]
    return Tie.objects.alias(lasted=Subquery(latest)).filter(lasted__gte=since).order_by()


def ends_that_pass(rows: QuerySet[Tie]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Of these ties, those through which a way may lead: their ends, each two once."""
    told = rows.values_list("first_id", "second_id", "kind", "release")
    return {_pair(first, second) for first, second, kind, release in told if _passes(kind, release)}


def web_for_all(since: date, noted_before: datetime) -> ForAll:
    """A fixed number of queries."""
    told = [_Row(*row) for row in ties_for_all(since, noted_before).values_list(*_ROW)]
    people = dict(_people().values_list("pk", "kind"))
    groups = set(Group.objects.filter(merged_into=None).order_by().values_list("pk", flat=True))
    places = {
        key: (said, kind, name)
        for key, said, kind, name in Place.objects.filter(merged_into=None)
        .order_by()
        .values_list("pk", "is_home", "kind", "name")
    }
    handles = dict(Handle.objects.filter(merged_into=None).order_by().values_list("pk", "common"))
    knows = people.keys() | groups
    seen = knows | places.keys()
    seen |= {one.second for one in told if one.second in handles and one.first in knows}
    seen |= {one.first for one in told if one.first in handles and one.second in places}
    shown = [one for one in told if one.first in seen and one.second in seen]
    shown = [one for one in shown if _passes(one.kind, one.release)]
    kinds = {one.first: one.first_kind for one in shown} | {one.second: one.second_kind for one in shown}
    lived = _lived_at(people.keys())
    return ForAll(
        parts={key: people.get(key, kind) for key, kind in kinds.items()},
        ties={_pair(one.first, one.second) for one in shown},
        common={key for key in kinds if handles.get(key)},
        public={
            key: kind
            for key, (said, kind, name) in places.items()
            if key in kinds and key not in lived and not is_home(said=said, kind=kind, name=name)
        },
    )


def people_for_all() -> set[uuid.UUID]:
    """Those of them who are people, by their keys."""
    return set(_people().values_list("pk", flat=True))


def _people() -> QuerySet[Person]:
    """Of those who are tied to anything."""
    tied = Q(Exists(Tie.objects.filter(first=OuterRef("pk")))) | Q(
        Exists(Tie.objects.filter(second=OuterRef("pk")))
    )
    kept_out = Denial.objects.filter(person=OuterRef("pk"), lifted_at=None)
    return Person.objects.filter(tied, ~Exists(kept_out), restricted=False, merged_into=None).order_by()


def _lived_at(people: Any) -> set[uuid.UUID]:
    """Places where one of these people is said to live or to have lived, also where that is thought to be untrue."""
    rows = Tie.objects.filter(Exists(_said()), kind=LIVED_AT).order_by().values_list("first_id", "second_id")
    return {second for first, second in rows if first in people}


def _said(**where: Any) -> QuerySet[TieSource]:
    return TieSource.objects.filter(
        tie=OuterRef("pk"), reach=Reach.ENDS, withdrawn_at=None, **where
    ).order_by()


def _pair(one: uuid.UUID, other: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    return (one, other) if one.int < other.int else (other, one)
