"""The picture of the whole, as this user may see it now. `user` is always the first argument.

It was laid out of what everybody sees who sees the partnership, as it was at night. Whoever is restricted since, whose record is gone or is kept from
this user is left out here again, before anything is counted, named or drawn.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.graph.drawing import rules as drawing
from heard.graph.drawing.queries import among
from heard.graph.drawing.rules import Thing
from heard.graph.question.rules import asked_since
from heard.graph.whole import rules
from heard.graph.whole.models import Placed, Whole
from heard.graph.whole.rules import Seat
from heard.network.queries import web
from heard.network.rules import Bond

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.drawing.queries import Picture
    from heard.graph.drawing.rules import Drawing
    from heard.network.queries import Web

_NOBODY: Final = uuid.UUID(int=0)


@dataclass(frozen=True)
class Cluster:
    """A group. `name`: by places; `bands`: of each part how many there are, as `rules.band` says it; `at`: the middle of its upper edge; `beside`: groups to
    which somebody or something in it is tied, by their names, A to Z."""

    key: uuid.UUID
    name: str
    bands: dict[str, str]
    at: tuple[int, int]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Overview:
    """`made_at`: None where it never was laid out. `clusters`: A to Z. `drawn`: None where there is none. `many`: names of what joins too many to be
    drawn, A to Z. `least`: groups of fewer are none of their own; `lines`: whether lines between groups are drawn."""

    made_at: datetime | None
    clusters: tuple[Cluster, ...] = ()
    drawn: Drawing | None = None
    many: tuple[str, ...] = ()
    least: int = rules.LEAST
    lines: bool = True


@dataclass(frozen=True)
class Opened:
    """One group: `picture` where there are few enough to be drawn."""

    made_at: datetime
    cluster: Cluster
    picture: Picture | None


@dataclass(frozen=True)
class Counts:
    """For who sees figures: by kind of place, around how many groups there is one; nothing below six."""

    made_at: datetime | None
    kinds: dict[str, int]


def overview(user: User) -> Overview:
    """`Hidden` unless the user sees the partnership. A fixed number of queries."""
    door, made = web(user), _made(user)
    if made is None:
        return Overview(None)
    seats = _seats(door)
    names = door.called(*(seat.key for seat in seats if seat.gives_name or seat.at is None), _NOBODY)
    of = {seat.key: seat.cluster for seat in seats if seat.cluster}
    ties = _ties(door, made, of.keys())
    between = {(of[one], of[other]) for one, other in ties if of[one] != of[other]}
    clusters = _clusters(seats, names, between)
    things = [Thing(cluster.key, "group", cluster.name) for cluster in clusters]
    pairs = {(min(pair), max(pair)) for pair in between}
    lines = len(pairs) <= drawing.MOST_TIES
    drawn = (
        drawing.draw(things, [_line(*pair) for pair in sorted(pairs)] if lines else ()) if things else None
    )
    many = sorted(
        (str(names[seat.key]) for seat in seats if seat.at is None and seat.key in names), key=str.casefold
    )
    return Overview(made.made_at, tuple(clusters), drawn, tuple(many), made.least, lines)


def opened(user: User, cluster: uuid.UUID) -> Opened:
    """`Hidden` for what is no group of the latest night, or of which the user may see nothing."""
    door, made = web(user), _made(user)
    seats = _seats(door, cluster) if made else []
    if made is None or not seats:
        raise Hidden
    names = door.called(*(seat.key for seat in seats if seat.gives_name), _NOBODY)
    found = _clusters(seats, names, ())[0]
    picture = among(user, found.name, {seat.key for seat in seats}) if len(seats) <= drawing.MOST else None
    return Opened(made.made_at, found, picture if picture and picture.drawing else None)


def positions(user: User, cluster: uuid.UUID | None = None) -> bytes:
    """As `rules.as_bytes`. `Hidden` unless the user sees the partnership, and for a group of which they see nothing. A fixed number of queries."""
    door, made = web(user), _made(user)
    seats = _seats(door, cluster) if made else []
    if made is None or (cluster and not seats):
        raise Hidden
    return rules.as_bytes(seats, _ties(door, made, {seat.key for seat in seats if seat.at}))


def labels(user: User) -> tuple[datetime | None, list[Cluster]]:
    """When it was laid out, and its groups, A to Z. A fixed number of queries."""
    door, made = web(user), _made(user)
    if made is None:
        return None, []
    seats = _seats(door)
    names = door.called(*(seat.key for seat in seats if seat.gives_name), _NOBODY)
    return made.made_at, _clusters(seats, names, ())


def one(user: User, key: uuid.UUID) -> Any:
    """Who or what stands there, or `Hidden`."""
    _made(user)
    found = web(user).called(key) if Placed.objects.filter(pk=key).exists() else {}
    if not found:
        raise Hidden
    return found[key]


def counts(user: User) -> Counts:
    """`Hidden` unless the user sees figures. They are kept as counts: nobody is left out here by what this user may see."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    made = Whole.objects.first()
    return Counts(made.made_at, dict(made.kinds)) if made else Counts(None, {})


def is_due(user: None) -> bool:
    """Whether it has not been laid out since the latest night. For a worker, who is nobody: it shows nothing."""
    return not Whole.objects.filter(made_at__gte=rules.due(timezone.localtime())).exists()


# ---- inside


def _made(user: User) -> Whole | None:
    if not user.may(May.SEE_PARTNERSHIP):
        raise Hidden
    return Whole.objects.first()


def _seats(door: Web, cluster: uuid.UUID | None = None) -> list[Seat]:
    """Who and what stands in it that this user may see now. One query."""
    parts = {"person": ("child", "adult")} | {kind: (kind,) for kind in ("group", "handle", "place")}
    seen = reduce(or_, (Q(part__in=some) & door.through(kind, "key") for kind, some in parts.items()))
    rows = Placed.objects.filter(seen, **({"cluster": cluster} if cluster else {})).order_by()
    return [
        Seat(key, part, group, None if x is None or y is None else (x, y), gives_name)
        for key, part, group, x, y, gives_name in rows.values_list(
            "key", "part", "cluster", "x", "y", "gives_name"
        )
    ]


def _ties(door: Web, made: Whole, keys: Collection[uuid.UUID]) -> set[rules.Pair]:
    since = asked_since(timezone.localdate(made.made_at))
    return door.tied_for_all(keys, since=since, noted_before=made.made_at)


def _clusters(
    seats: Iterable[Seat], names: dict[uuid.UUID, Any], between: Iterable[tuple[uuid.UUID, uuid.UUID]]
) -> list[Cluster]:
    """A to Z. Those around no place that is known are numbered."""
    groups: dict[uuid.UUID, list[Seat]] = defaultdict(list)
    for seat in seats:
        if seat.cluster and seat.at:
            groups[seat.cluster].append(seat)
    called, nameless = {}, 0
    for key in sorted(groups):
        places = sorted(
            (str(names[group.key]) for group in groups[key] if group.gives_name and group.key in names),
            key=str.casefold,
        )
        nameless += not places
        called[key] = (
            _around(places)
            if places
            else _("Around no place that is known (%(number)s)") % {"number": nameless}
        )
    beside: dict[uuid.UUID, set[str]] = defaultdict(set)
    for first, second in between:
        beside[first].add(called[second])
        beside[second].add(called[first])
    found = [_cluster(key, called[key], some, beside[key]) for key, some in groups.items()]
    return sorted(found, key=lambda cluster: (cluster.name.casefold(), cluster.key))


def _around(places: list[str]) -> str:
    if len(places) == 1:
        return _("Around %(place)s") % {"place": places[0]}
    return _("Around %(place)s and %(other)s") % {"place": places[0], "other": places[1]}


def _cluster(key: uuid.UUID, name: str, seats: list[Seat], beside: Iterable[str]) -> Cluster:
    number = Counter(seat.part for seat in seats)
    at = [seat.at for seat in seats if seat.at]
    above = sum(x for x, _y in at) // len(at), min(y for _x, y in at)
    bands = {part: rules.band(number[part]) for part in rules.PARTS}
    return Cluster(key, name, bands, above, tuple(sorted(beside, key=str.casefold)))


def _line(one: uuid.UUID, other: uuid.UUID) -> Bond:
    """Between two groups, as it is drawn: that there is a tie, and not which or how many."""
    return Bond(_NOBODY, one, other, "", 1, True, None, None)
