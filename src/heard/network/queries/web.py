"""The web of ties as one reader may see it: the only way to ties, their sources, groups and handles.

It is filtered first, and whatever is counted, ordered or drawn is worked out from what is left. So nothing that a reader may
not see changes anything that they get.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.module_loading import import_string

from heard.agencies.rules import Hidden, May
from heard.network.models import Group, Handle, Mention, Node, Person, Place, Tie, TieSource
from heard.network.queries.people import findable_through, visible_through
from heard.network.rules import KnownGrade, Piece, Reach, Step, passes
from heard.network.strands import BEHIND, Strand, strands

if TYPE_CHECKING:
    from heard.agencies.models import User

_NAMING = 50  # records on the page of what they name
_PERSON, _GROUP, _HANDLE, _PLACE = Node.Kind.PERSON, Node.Kind.GROUP, Node.Kind.HANDLE, Node.Kind.PLACE


@dataclass(frozen=True)
class Withdrawn:
    """What was known and counts no longer, with why and when that was said."""

    piece: Piece
    why: str
    at: datetime | None


@dataclass(frozen=True)
class Web:
    """What this user may see of it, now or as it was known at the end of a day (`on`)."""

    user: User
    on: date | None = None

    # ---- what there is

    def ties(self) -> QuerySet[Tie]:
        """Between two whom the user may see, each with one source at least that they may read."""
        return self._ties.all()

    @cached_property
    def _ties(self) -> QuerySet[Tie]:
        """Written once for a door: what a question asks of it differs in few words, and the rest takes longer to write than to ask."""
        if not self.user.may(May.SEE_CHILD):
            return Tie.objects.none()
        held = Exists(self.sources().filter(tie=OuterRef("pk")))
        return Tie.objects.filter(self._sees("first"), self._sees("second"), held).order_by()

    def sources(self) -> QuerySet[TieSource]:
        """Those that the user may read once they see both ends, which is for the caller to ask; not those that were withdrawn."""
        return TieSource.objects.filter(self._then(), self._reaches()).order_by()

    def nodes(self, kind: str) -> QuerySet[Any]:
        """People, places, groups or handles that the user may see."""
        rows: QuerySet[Any] = BEHIND[kind]._default_manager.all()
        return rows.filter(self._node(kind)) if self.user.may(May.SEE_CHILD) else rows.none()

    def node(self, kind: str, key: uuid.UUID) -> Any:
        """One of them, or `Hidden`."""
        found = self.nodes(kind).filter(pk=key).first() if kind in BEHIND else None
        if found is None:
            raise Hidden
        return found

    def end(self, key: uuid.UUID) -> tuple[str, Any]:
        """The kind of a node by its key, and what it is; or `Hidden`."""
        kind = Node.objects.filter(pk=key).values_list("kind", flat=True).first()
        if kind is None:
            raise Hidden
        return kind, self.node(kind, key)

    def ties_at(self, key: uuid.UUID) -> QuerySet[Tie]:
        """Of one node, by the kinds of both ends and the name of a person who stands first: for paging."""
        rows = self.ties().filter(Q(first=key) | Q(second=key)).select_related("first", "second")
        name = Person.objects.filter(pk=OuterRef("first_id")).order_by().values("family_name")[:1]
        return rows.order_by("first__kind", "second__kind", Subquery(name), "pk")

    def around(self, key: uuid.UUID) -> list[Strand]:
        """What is tied to a node, by what the tie says and then by name. A fixed number of queries."""
        return self.read_from(key, list(self.ties_at(key)))

    def read_from(self, key: uuid.UUID, ties: Sequence[Tie]) -> list[Strand]:
        """Some of the ties of a node, which this door gave."""
        return strands(key, ties, self._known(ties))

    def steps(self, keys: Collection[uuid.UUID], *, since: date, both_ways: bool = False) -> list[Step]:
        """Ties of these nodes that lasted until a day at least, each as a step from one of them, and with `both_ways` also as one to it;
        without what is thought to be untrue. One query."""
        said = self.sources().exclude(known_grade=KnownGrade.THOUGHT_UNTRUE)
        lasts = said.filter(Q(valid_to=None) | Q(valid_to__gte=since), tie=OuterRef("pk"))
        rows = self.ties().filter(Exists(lasts)).filter(Q(first__in=keys) | Q(second__in=keys))
        found = []
        for tie in rows.select_related("first", "second").order_by("pk"):
            ends = ((tie.first, tie.second, False), (tie.second, tie.first, True))
            found += [
                Step(
                    tie.key,
                    start.pk,
                    end.pk,
                    end.kind,
                    tie.kind,
                    tie.said(back=back),
                    passes(tie.kind, tie.release),
                )
                for start, end, back in ends
                if both_ways or start.pk in keys
            ]
        return found

    def people_tied(self, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
        """How many different people whom the user may see are tied to each of these. One query."""
        found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
        for first, kind, second, second_kind in self._ends_at(keys):
            if first in keys and second_kind == _PERSON:
                found[first].add(second)
            if second in keys and kind == _PERSON:
                found[second].add(first)
        return {key: len(people) for key, people in found.items()}

    def _ends_at(self, keys: Collection[uuid.UUID]) -> QuerySet[Tie, Any]:
        rows = self.ties().filter(Q(first__in=keys) | Q(second__in=keys))
        return rows.values_list("first", "first__kind", "second", "second__kind")

    def degrees(self, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
        """To how many different others each of these is tied, of those that the user may see. One query."""
        found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
        for first, _kind, second, _second_kind in self._ends_at(keys):
            for key, other in ((first, second), (second, first)):
                if key in keys:
                    found[key].add(other)
        return {key: len(others) for key, others in found.items()}

    # ---- what is known, source by source

    def sources_seen(self) -> QuerySet[TieSource]:
        """Sources that the user may read, of ties of which they see both ends."""
        return self._sources_seen.all()

    @cached_property
    def _sources_seen(self) -> QuerySet[TieSource]:
        rows = self.sources() if self.user.may(May.SEE_CHILD) else TieSource.objects.none()
        return rows.filter(self._sees("tie__first"), self._sees("tie__second"))

    def withdrawn_seen(self) -> QuerySet[TieSource]:
        """As `sources_seen`, of what was withdrawn."""
        rows = TieSource.objects.filter(self._reaches(), withdrawn_at__isnull=False).order_by()
        seen = rows.filter(self._sees("tie__first"), self._sees("tie__second"))
        return seen if self.user.may(May.SEE_CHILD) else rows.none()

    def known_of(self, keys: Collection[uuid.UUID], *, since: date) -> list[Piece]:
        """What is known of these nodes that lasted until a day at least, each piece as read from one of them: sources of their
        ties, without what is thought to be untrue, and records that name them. Two queries."""
        named = self._named.filter(node__in=keys, confirmed_at__date__gte=since)
        return [one for one in self._said_of(keys, since) if one.node in keys] + self._namings(named)

    def known_around(self, keys: Collection[uuid.UUID], *, since: date) -> list[Piece]:
        """Sources of ties of these nodes, as `known_of`, each as read from the other end: one of these as `other`. One query."""
        return [one for one in self._said_of(keys, since) if one.other in keys]

    def news_of(self, keys: Collection[uuid.UUID], *, after: datetime) -> tuple[list[Piece], list[Withdrawn]]:
        """What was noted of these nodes after a moment and still stands, and what was withdrawn after it, each as read from one of
        them. Three queries."""
        at = Q(tie__first__in=keys) | Q(tie__second__in=keys)
        new = self._pieces(self.sources_seen().filter(at, recorded_at__gt=after))
        rows = self.withdrawn_seen().filter(at, withdrawn_at__gt=after)
        gone = {row.pk: row for row in rows}
        read = self._pieces(self.withdrawn_seen().filter(at, withdrawn_at__gt=after))
        return [one for one in new if one.node in keys], [
            Withdrawn(one, gone[one.key].why_withdrawn, gone[one.key].withdrawn_at)
            for one in read
            if one.node in keys
        ]

    def _said_of(self, keys: Collection[uuid.UUID], since: date) -> list[Piece]:
        rows = self.sources_seen().filter(Q(tie__first__in=keys) | Q(tie__second__in=keys))
        return self._pieces(rows.filter(Q(valid_to=None) | Q(valid_to__gte=since)))

    def known_from(self, about: str, ids: Collection[uuid.UUID]) -> list[Piece]:
        """What these records say: ties of which they are a source, each as read from both ends, and what they name. Two queries."""
        rows = self.sources_seen().filter(about=about, about_id__in=ids)
        return self._pieces(rows) + self._namings(self._named.filter(about=about, about_id__in=ids))

    @cached_property
    def _named(self) -> QuerySet[Mention]:
        return self.mentions().filter(self._sees("node")).order_by()

    def _pieces(self, rows: QuerySet[TieSource]) -> list[Piece]:
        found = []
        rows = rows.exclude(known_grade=KnownGrade.THOUGHT_UNTRUE).order_by("recorded_at", "pk")
        for row in rows.select_related("tie__first", "tie__second"):
            tie = row.tie
            for node, other, back in ((tie.first, tie.second, True), (tie.second, tie.first, False)):
                found.append(
                    Piece(
                        key=row.pk,
                        node=node.pk,
                        node_kind=node.kind,
                        on=row.valid_from or timezone.localdate(row.recorded_at),
                        other=other.pk,
                        other_kind=other.kind,
                        tie_key=tie.key,
                        kind_id=tie.kind,
                        said=tie.said(back=back),
                        passes=passes(tie.kind, tie.release),
                        about=row.about,
                        about_id=row.about_id,
                        holder=row.holder_id,
                        since=row.valid_from,
                        until=row.valid_to,
                        how=row.how,
                        known_grade=row.known_grade,
                        source_grade=row.source_grade,
                    )
                )
        return found

    def _namings(self, rows: QuerySet[Mention]) -> list[Piece]:
        return [
            Piece(
                key=row.about_id,
                node=row.node_id,
                node_kind=row.node.kind,
                on=row.occurred_on or timezone.localdate(row.confirmed_at),
                about=row.about,
                about_id=row.about_id,
            )
            for row in rows.select_related("node").order_by("confirmed_at", "pk")
        ]

    def tie(self, tie_key: uuid.UUID) -> Tie:
        found = self.ties().filter(key=tie_key).select_related("first", "second").first()
        if found is None:
            raise Hidden
        return found

    def mentions(self) -> QuerySet[Mention]:
        """Of records that the user may read."""
        rows = Mention.objects.filter(self._recorded("confirmed_at"))
        return rows.filter(self._in_a_record()) if self.user.may(May.SEE_CHILD) else rows.none()

    # ---- who may see it

    def _sees(self, end: str) -> Q:
        """Of rows that lead to a node by `end`."""
        whole: Any = Q(**{f"{end}__kind": _PLACE})
        for kind in (_PERSON, _GROUP, _HANDLE):
            rows: Any = BEHIND[kind]._default_manager
            seen = Exists(rows.filter(self._node(kind), pk=OuterRef(f"{end}_id")))
            whole |= Q(**{f"{end}__kind": kind}) & seen
        return whole

    def _node(self, kind: str) -> Q:
        """Written once for a door, as `visible_through` is for a user."""
        if kind not in self._rules:
            self._rules[kind] = self._rule(kind)
        return self._rules[kind]

    @cached_property
    def _rules(self) -> dict[str, Q]:
        return {}

    def _rule(self, kind: str) -> Q:
        if kind == _PERSON:
            return visible_through(self.user)
        if kind == _PLACE:
            return Q()
        return self._group() if kind == _GROUP else self._handle()

    def _group(self) -> Q:
        """A group is known to its members' workers, the agency that wrote it down, who may read a worry about it, and who sees
        the partnership."""
        if self.user.may(May.SEE_PARTNERSHIP):
            return Q()
        named = [
            Exists(import_string(name)(self.user).order_by().filter(group=OuterRef("pk")))
            for name in settings.GROUPS_NAMED_IN
        ]
        mine = Q(agency_id__in=self.user.agencies_where(May.SEE_CHILD))
        members = self.sources().filter(self._first_is(_PERSON), tie__second=OuterRef("pk"))
        return reduce(or_, map(Q, named), mine | Q(Exists(members)))

    def _handle(self) -> Q:
        """There is no list of handles. One is seen through a person or group who uses it or a record that names it; where it was
        only seen at a place, or with another handle, through the agency that says so. One question of its sources: each that is
        asked apart asks again who may read every kind of record."""
        mine = Q(holder_id__in=self.user.agencies_where(May.SEE_CHILD))
        second, first = Q(tie__second=OuterRef("pk")), Q(tie__first=OuterRef("pk"))
        beside = Q() if self.user.may(May.SEE_PARTNERSHIP) else mine
        through = second & (
            self._first_is(_PERSON) | self._first_is(_GROUP) | Q(tie__first__kind=_HANDLE) & mine
        )
        through |= first & (Q(tie__second__kind=_PLACE) & beside | Q(tie__second__kind=_HANDLE) & mine)
        named = self.mentions().filter(node=OuterRef("pk"))
        return Q(Exists(self.sources().filter(through))) | Q(Exists(named.order_by()))

    def _first_is(self, kind: str) -> Q:
        """Of sources: whether a person or group whom the user may see stands first in the tie, as they do (`rules.in_order`)."""
        rows: Any = BEHIND[kind]._default_manager
        seen = Exists(rows.filter(self._node(kind), pk=OuterRef("tie__first_id")))
        return Q(tie__first__kind=kind) & Q(seen)

    def _reaches(self) -> Q:
        return self._reach

    @cached_property
    def _reach(self) -> Q:
        mine = Q(reach=Reach.HOLDER, holder_id__in=self.user.agencies_where(May.SEE_CHILD))
        return Q(reach=Reach.ENDS) | mine | (Q(reach=Reach.RECORD) & self._in_a_record())

    def _in_a_record(self) -> Q:
        """Of rows that name a record by `about` and `about_id`: who may read that one."""
        return self._record

    @cached_property
    def _record(self) -> Q:
        read = [
            Q(about=about)
            & Q(Exists(import_string(name)(self.user).order_by().filter(pk=OuterRef("about_id"))))
            for about, name in settings.RECORDS_THAT_NAME.items()
        ]
        return reduce(or_, read)

    def _then(self) -> Q:
        if self.on is None:
            return Q(withdrawn_at=None)
        return self._recorded("recorded_at") & (Q(withdrawn_at=None) | Q(withdrawn_at__gte=self._end_of_day))

    def _recorded(self, field: str) -> Q:
        return Q() if self.on is None else Q(**{f"{field}__lt": self._end_of_day})

    @property
    def _end_of_day(self) -> datetime:
        assert self.on is not None
        return timezone.make_aware(datetime.combine(self.on + timedelta(days=1), time.min))

    # ---- reading them

    def _known(self, ties: Iterable[Tie]) -> dict[int, list[TieSource]]:
        found: dict[int, list[TieSource]] = defaultdict(list)
        rows = self.sources().filter(tie__in=[tie.pk for tie in ties]).select_related("holder", "noted_by")
        for row in rows.order_by("recorded_at", "pk"):
            found[row.tie_id].append(row)
        return found

    def known(self, tie: Tie) -> list[TieSource]:
        """How a tie that the user sees is known, the first that was noted first."""
        return self._known([tie])[tie.pk]

    def called(self, *keys: uuid.UUID) -> dict[uuid.UUID, Any]:
        """What is behind these keys, of those that the user may see. A query for each kind that is asked for."""
        kinds = Node.objects.filter(pk__in=keys)
        by_kind: dict[str, list[uuid.UUID]] = defaultdict(list)
        for key, kind in kinds.values_list("pk", "kind"):
            by_kind[kind].append(key)
        return {row.pk: row for kind, some in by_kind.items() for row in self.nodes(kind).filter(pk__in=some)}


def web(user: User, on: date | None = None) -> Web:
    """The web as this user may see it; `on`: as it was known at the end of that day."""
    return Web(user, on)


# ---- places and groups, as lists


def places_visible_to(user: User) -> QuerySet[Place]:
    """Every place by name, each with `people`: how many whom this user may see are tied to it now or were once.

    A place is no child's record, so whoever sees children sees all places; who is tied to one is another question.
    """
    return _with_people(user, web(user).nodes(_PLACE)).order_by("name", "pk")


def place_visible_to(user: User, place_id: uuid.UUID) -> Place:
    """The place, or `Hidden`."""
    return web(user).node(_PLACE, place_id)


def groups_visible_to(user: User) -> QuerySet[Group]:
    """Groups that the user may see by name, each with `people` as for places."""
    return _with_people(user, web(user).nodes(_GROUP)).order_by("name", "pk")


def group_visible_to(user: User, group_id: uuid.UUID) -> Group:
    """The group, or `Hidden`."""
    return web(user).node(_GROUP, group_id)


def _with_people(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    tied = web(user).ties().filter(second=OuterRef("pk"), first__kind=_PERSON)
    counted = tied.values("second").annotate(people=Count("first", distinct=True)).values("people")
    return rows.annotate(people=Coalesce(Subquery(counted), 0))


def ties_without_kind(user: User) -> QuerySet[Tie]:
    """Ties that say what they say in words alone, of those that the user may see: for a person to give them a kind."""
    return web(user).ties().filter(kind="other").select_related("first", "second").order_by("in_words", "pk")


# ---- children tied to one place or group


@dataclass(frozen=True)
class Tied:
    """How many different children whom the reader may see are tied to a place or group, now or once, and whether others
    are. Restricted children of other agencies are not among these others either: for the reader they are not there."""

    seen: int
    others: bool


def children_tied(user: User, ends: Iterable[uuid.UUID]) -> dict[uuid.UUID, Tied]:
    """Of these places and groups, by key; one that no child is tied to is left out. One query, however many there are."""
    rows = _tied_children(user).filter(second__in=list(ends))
    found = rows.values_list("second", "seen", "known")
    return {key: Tied(seen, known > seen) for key, seen, known in found}


def newly_shared(user: User, since: datetime, *, by: int) -> list[tuple[str, uuid.UUID]]:
    """Places and groups, as ('place', key), to which at least `by` different children whom the user may see are tied, one of
    the ties noted after a moment. Restricted children are not among them: others read why, and for them they are not there."""
    openable = Exists(Person.objects.filter(pk=OuterRef("first_id"), restricted=False))
    rows = _tied_children(user).filter(openable, latest__gt=since, seen__gte=by)
    return sorted(rows.values_list("second__kind", "second"), key=lambda row: (row[0] != _PLACE, str(row[1])))


def _tied_children(user: User) -> QuerySet[Any, Any]:
    """Of each place or group to which a child is tied: `seen` and `known` different children, and the `latest` source."""
    door = web(user)
    child = Person.objects.filter(pk=OuterRef("first_id"), kind=Person.Kind.CHILD)
    ties: QuerySet[Any, Any] = Tie.objects.filter(
        Exists(child.filter(findable_through(user))),
        Exists(door.sources().filter(tie=OuterRef("pk"), reach=Reach.ENDS)),
        door._sees("second"),
        first__kind=_PERSON,
        second__kind__in=(_PLACE, _GROUP),
    ).order_by()
    openable = Case(When(Exists(child.filter(visible_through(user))), then=F("first")))
    counted = {"seen": Count(openable, distinct=True), "known": Count("first", distinct=True)}
    if not user.may(May.SEE_CHILD):
        ties = ties.none()
    said = Q(sources__reach=Reach.ENDS, sources__withdrawn_at=None)
    return ties.values("second").annotate(**counted, latest=Max("sources__recorded_at", filter=said))


def source_visible_to(user: User, source_id: uuid.UUID) -> TieSource:
    """How a tie that the user sees is known, also where it was withdrawn; or `Hidden`."""
    door = web(user)
    source = TieSource.objects.filter(door._reaches(), pk=source_id).select_related("tie").first()
    if source is None or not _sees_ends(door, source.tie_id):
        raise Hidden
    return source


def withdrawn_of(user: User, tie: Tie) -> list[TieSource]:
    """What was withdrawn of a tie that the user sees, with who did and why; the latest first."""
    rows = TieSource.objects.filter(web(user)._reaches(), tie=tie, withdrawn_at__isnull=False)
    return list(rows.select_related("holder", "noted_by", "withdrawn_by").order_by("-withdrawn_at", "pk"))


def tie_with_ends(user: User, tie_key: uuid.UUID) -> Tie:
    """A tie between two whom the user may see, also where all its sources were withdrawn; or `Hidden`."""
    door = web(user)
    ever = TieSource.objects.filter(door._reaches(), tie=OuterRef("pk"))
    rows = Tie.objects.filter(door._sees("first"), door._sees("second"), Exists(ever), key=tie_key)
    found = rows.select_related("first", "second").first() if user.may(May.SEE_CHILD) else None
    if found is None:
        raise Hidden
    return found


def _sees_ends(door: Web, tie_id: int) -> bool:
    rows = Tie.objects.filter(door._sees("first"), door._sees("second"), pk=tie_id)
    return door.user.may(May.SEE_CHILD) and rows.exists()


# ---- what records name


@dataclass(frozen=True)
class Naming:
    """A handle that a record names, and whether another record or tie that the reader may see has it too."""

    handle: Handle
    elsewhere: bool


def named_in(user: User, about: str, about_id: uuid.UUID) -> list[Naming]:
    """What one record names, for who may read that record. Three queries."""
    mentions = web(user).mentions().filter(about=about, about_id=about_id)
    rows = mentions.annotate(elsewhere=Case(When(_elsewhere(user), then=True), default=False))
    said = dict(rows.values_list("node", "elsewhere"))
    handles = web(user).nodes(_HANDLE).filter(pk__in=said)
    return sorted(
        (Naming(one, said[one.pk]) for one in handles), key=lambda one: (one.handle.type, str(one.handle))
    )


def names_what_others_name(user: User, about: str) -> QuerySet[Mention]:
    """Mentions in records of this kind, of what another record or a tie that the user may see has too."""
    return web(user).mentions().filter(_elsewhere(user), about=about)


def naming(user: User, node_id: uuid.UUID) -> list[Mention]:
    """Records that the user may read and that name a node, the latest first."""
    return list(web(user).mentions().filter(node=node_id).order_by("-confirmed_at", "pk")[:_NAMING])


def named_something(user: User, about: str, about_id: uuid.UUID) -> bool:
    """Whether this user let something that they named be kept with a record of theirs. It says nothing of anybody else."""
    return Mention.objects.filter(about=about, about_id=about_id, confirmed_by=user).exists()


def _elsewhere(user: User) -> Q:
    door = web(user)
    others = door.mentions().filter(node=OuterRef("node")).exclude(about_id=OuterRef("about_id"))
    ties = door.ties().filter(Q(first=OuterRef("node")) | Q(second=OuterRef("node")))
    return Q(Exists(others.order_by())) | Q(Exists(ties))
