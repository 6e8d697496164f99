"""What a user may see of rows that were read by their keys.

`Web` says who may see a tie in one statement, which a list needs to be paged by the database. A question knows whom it is about. It
reads what stands at those keys and asks then, once for each kind of record, which of what it found this user may see: a fraction of
the work. What they may not see is thrown away here, before anything is counted, ordered, followed or said. How often the database
is asked does not depend on it either: each kind is asked for, whether there is any or not.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, tzinfo
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from heard.agencies.rules import May
from heard.network.models import Group, Handle, Mention, Node, Place, Tie, TieSource
from heard.network.queries.people import people_visible_to
from heard.network.rules import Piece, Reach, how_told, keeps_who, passes, said
from heard.network.strands import BEHIND

if TYPE_CHECKING:
    from heard.agencies.models import User

_PERSON, _GROUP, _HANDLE, _PLACE = Node.Kind.PERSON, Node.Kind.GROUP, Node.Kind.HANDLE, Node.Kind.PLACE
_NOBODY = uuid.UUID(int=0)  # asked for where there is none, so that the database is asked as often
_said, _passes = lru_cache(maxsize=1024)(said), lru_cache(maxsize=1024)(passes)


class Said(NamedTuple):
    """A source with its tie, as it was read."""

    key: uuid.UUID
    tie: int
    tie_key: uuid.UUID
    tie_kind: str
    in_words: str
    release: str
    first: uuid.UUID
    first_kind: str
    second: uuid.UUID
    second_kind: str
    said_of_second: bool
    reach: str
    holder: uuid.UUID | None
    about: str
    about_id: uuid.UUID | None
    known_grade: str
    source_grade: str
    how: str
    who_reach: str
    since: date | None
    until: date | None
    recorded_at: datetime
    withdrawn_at: datetime | None
    why_withdrawn: str

    def lasts(self, since: date) -> bool:
        return self.until is None or self.until >= since

    @property
    def way(self) -> tuple[tuple[uuid.UUID, str], tuple[uuid.UUID, str]]:
        """Whom or what the tie is said of, and the other: each its key and kind."""
        first, second = (self.first, self.first_kind), (self.second, self.second_kind)
        return (second, first) if self.said_of_second else (first, second)

    def reads(self, *, back: bool) -> str:
        """What the tie says along its `way`, or back."""
        return _said(self.tie_kind, self.in_words, self.release, back=back)

    @property
    def passes(self) -> bool:
        return _passes(self.tie_kind, self.release)

    def pieces(self, zone: tzinfo, keys: Collection[uuid.UUID] | None = None) -> list[Piece]:
        """As read from each end; or from those of them that are among `keys`. `zone`: of the days."""
        begin, end = self.way
        noted = self.recorded_at.astimezone(zone).date()
        ways = ((begin, end, True), (end, begin, False))
        return [
            self._piece(one, other, noted, back=back)
            for one, other, back in ways
            if keys is None or one[0] in keys
        ]

    def _piece(
        self, node: tuple[uuid.UUID, str], other: tuple[uuid.UUID, str], noted: date, *, back: bool
    ) -> Piece:
        return Piece(
            key=self.key,
            node=node[0],
            node_kind=node[1],
            on=self.since or noted,
            noted=noted,
            other=other[0],
            other_kind=other[1],
            tie_key=self.tie_key,
            kind_id=self.tie_kind,
            said=self.reads(back=back),
            passes=self.passes,
            about=self.about,
            about_id=self.about_id,
            holder=self.holder,
            since=self.since,
            until=self.until,
            how=self.how,
            known_grade=self.known_grade,
            source_grade=self.source_grade,
        )


_SAID = (
    "pk", "tie_id", "tie__key", "tie__kind", "tie__in_words", "tie__release", "tie__first_id", "tie__first__kind",
    "tie__second_id", "tie__second__kind", "tie__said_of_second", "reach", "holder_id", "about", "about_id", "known_grade", "source_grade", "how", "who_reach",
    "valid_from", "valid_to", "recorded_at", "withdrawn_at", "why_withdrawn",
)  # fmt: skip


class Named(NamedTuple):
    """A record that names a node, as it was read."""

    node: uuid.UUID
    node_kind: str
    about: str
    about_id: uuid.UUID
    occurred_on: date | None
    confirmed_at: datetime
    holder: uuid.UUID | None

    def piece(self) -> Piece:
        return Piece(
            key=self.about_id,
            node=self.node,
            node_kind=self.node_kind,
            on=self.occurred_on or timezone.localdate(self.confirmed_at),
            noted=timezone.localdate(self.confirmed_at),
            about=self.about,
            about_id=self.about_id,
            holder=self.holder,
        )


_NAMED = ("node_id", "node__kind", "about", "about_id", "occurred_on", "confirmed_at", "holder_id")


class _End(NamedTuple):
    """A source of a tie at a phone, car or group, as far as it says who may see that one."""

    first: uuid.UUID
    first_kind: str
    second: uuid.UUID
    second_kind: str
    reach: str
    holder: uuid.UUID | None
    about: str
    about_id: uuid.UUID | None


class _Naming(NamedTuple):
    node: uuid.UUID
    about: str
    about_id: uuid.UUID


_END = (
    "tie__first_id", "tie__first__kind", "tie__second_id", "tie__second__kind", "reach", "holder_id", "about", "about_id",
)  # fmt: skip


class Sight:
    """Of one user, who may see children. `sources` and `mentions`: those that count, as it is or was known."""

    def __init__(self, user: User, sources: QuerySet[TieSource], mentions: QuerySet[Mention]) -> None:
        self.user, self._sources, self._mentions = user, sources, mentions
        self._seen: dict[str, dict[uuid.UUID, bool]] = {kind: {} for kind in BEHIND}
        self._open: dict[str, dict[uuid.UUID, bool]] = {about: {} for about in settings.RECORDS_THAT_NAME}
        self._gone: set[uuid.UUID] = set()
        self.shown: dict[uuid.UUID, str] = {}  # kinds of what came out

    def read(
        self, sources: QuerySet[TieSource] | None = None, mentions: QuerySet[Mention] | None = None
    ) -> tuple[list[Said], list[Named]]:
        """Of these sources, those that the user may read, of ties of which they see both ends; of these mentions, those in records
        that they may read, of what they see. The first that was noted first."""
        told = [] if sources is None else _in_order(sources)
        named = [] if mentions is None else [Named(*row) for row in mentions.values_list(*_NAMED)]
        ties = {one.tie: one for one in told}.values()  # many sources tell of one tie
        ends = [(tie.first_kind, tie.first) for tie in ties] + [(tie.second_kind, tie.second) for tie in ties]
        self._look([*ends, *((one.node_kind, one.node) for one in named)], told, named)
        seen = {
            tie.tie
            for tie in ties
            if self._sees(tie.first_kind, tie.first) and self._sees(tie.second_kind, tie.second)
        }
        told = [
            one._replace(how=how_told(one.how)) if keeps_who(one.who_reach, one.holder in self._mine) else one
            for one in told
            if one.tie in seen and self._reads(one)
        ]
        named = [one for one in named if self._sees(one.node_kind, one.node) and self._in_open_record(one)]
        for one in {one.tie: one for one in told}.values():
            self.shown[one.first], self.shown[one.second] = one.first_kind, one.second_kind
        self.shown |= {one.node: one.node_kind for one in named}
        return told, named

    def called(self, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, Any]:
        """What is behind these keys, of those that the user may see: only what did not come out before is asked about."""
        new = set(keys) - self.shown.keys()
        if new:
            kinds = dict(Node.objects.filter(pk__in=new).values_list("pk", "kind"))
            self._look([(kind, key) for key, kind in kinds.items()], [], [])
            self.shown |= {key: kind for key, kind in kinds.items() if self._sees(kind, key)}
        by_kind: dict[str, list[uuid.UUID]] = defaultdict(list)
        for key in keys:
            if key in self.shown:
                by_kind[self.shown[key]].append(key)
        found: dict[uuid.UUID, Any] = {}
        for kind, some in sorted(by_kind.items()):
            rows: Any = BEHIND[kind]._default_manager
            found |= {row.pk: row for row in rows.filter(pk__in=some)}
        return found

    @staticmethod
    def ends_in(keys: Collection[uuid.UUID]) -> Q:
        """Of sources: of ties at these nodes. The ties are found first, by their indexes: joined to them, SQLite walks through
        every source there is."""
        return _of_ties(Tie.objects.filter(Q(first__in=keys) | Q(second__in=keys)))

    # ---- who may see it: as `Web` says it to the database (`tests/graph/test_sight.py` holds that they say the same)

    def _sees(self, kind: str, key: uuid.UUID) -> bool:
        return self._seen[kind].get(key, False)

    def _reads(self, one: Said | _End) -> bool:
        if one.reach == Reach.ENDS:
            return True
        if one.reach == Reach.HOLDER:
            return one.holder in self._mine
        return self._in_open_record(one)

    def _in_open_record(self, one: Said | _End | Named | _Naming) -> bool:
        return one.about_id is not None and self._open.get(one.about, {}).get(one.about_id, False)

    @cached_property
    def _mine(self) -> frozenset[Any]:
        return frozenset(self.user.agencies_where(May.SEE_CHILD))

    @cached_property
    def _everywhere(self) -> bool:
        return self.user.may(May.SEE_PARTNERSHIP)

    def _look(
        self, ends: Iterable[tuple[str, uuid.UUID]], told: Iterable[Said], named: Iterable[Named]
    ) -> None:
        """Finds out about what is new among these: a fixed number of statements, however much there is, one of them for each kind of
        record; two fewer for somebody who sees the partnership, and so every group."""
        new: dict[str, set[uuid.UUID]] = defaultdict(set)
        for kind, key in ends:
            new[kind].add(key)
        handles = new[_HANDLE] - self._seen[_HANDLE].keys()
        at_handles = self._at(self.ends_in(_some(handles)))
        naming = self._mentions.filter(node__in=_some(handles)).values_list("node_id", "about", "about_id")
        names_handle = [_Naming(*row) for row in naming.distinct().order_by()]
        groups = new[_GROUP].union(handle.first for handle in at_handles if handle.first_kind == _GROUP)
        groups -= self._seen[_GROUP].keys()
        at_groups: list[_End] = []
        if not self._everywhere:
            at_groups = self._at(_of_ties(Tie.objects.filter(second__in=_some(groups), first__kind=_PERSON)))
        self._look_at_places(new[_PLACE] - self._seen[_PLACE].keys(), also=groups | handles)
        through = [*at_handles, *at_groups]
        people = new[_PERSON].union(one.first for one in through if one.first_kind == _PERSON)
        self._look_at_people(people - self._seen[_PERSON].keys())
        sources: list[Said | _End] = [*told, *through]
        records = {(source.about, source.about_id) for source in sources if source.reach == Reach.RECORD}
        namings: list[Named | _Naming] = [*named, *names_handle]
        records |= {(one.about, one.about_id) for one in namings}
        self._look_at_records(records)
        self._look_at_groups(groups, at_groups)
        seen = {handle.second for handle in at_handles if self._shows_second(handle)}
        seen |= {handle.first for handle in at_handles if self._shows_first(handle)}
        seen |= {one.node for one in names_handle if self._in_open_record(one)}
        self._seen[_HANDLE] |= {key: key in seen - self._gone for key in handles}

    def _at(self, where: Q) -> list[_End]:
        rows = self._sources.filter(where).values_list(*_END).distinct().order_by()
        return [_End(*row) for row in rows]

    def _look_at_people(self, keys: set[uuid.UUID]) -> None:
        rows = people_visible_to(self.user).filter(pk__in=_some(keys)).order_by()
        seen = set(rows.values_list("pk", flat=True))
        self._seen[_PERSON] |= {key: key in seen for key in keys}

    def _look_at_places(self, keys: set[uuid.UUID], *, also: set[uuid.UUID]) -> None:
        """Everybody sees each place. What was merged into another one, a group or handle (`also`) too, nobody sees."""
        gone = [
            model._default_manager.filter(pk__in=_some(keys | also), merged_into__isnull=False).values("pk")
            for model in (Place, Group, Handle)
        ]
        rows = gone[0].order_by().union(*gone[1:]).values_list("pk", flat=True)
        self._gone |= set(rows)
        self._seen[_PLACE] |= {key: key not in self._gone for key in keys}

    def _look_at_records(self, records: Iterable[tuple[str, uuid.UUID | None]]) -> None:
        new: dict[str, set[uuid.UUID]] = defaultdict(set)
        for about, key in records:
            if key is not None:
                new[about].add(key)
        for about, name in settings.RECORDS_THAT_NAME.items():
            keys = new[about] - self._open[about].keys()
            rows = import_string(name)(self.user).order_by().filter(pk__in=_some(keys))
            seen = set(rows.values_list("pk", flat=True))
            self._open[about] |= {key: key in seen for key in keys}

    def _look_at_groups(self, keys: set[uuid.UUID], around: Iterable[_End]) -> None:
        if self._everywhere:
            self._seen[_GROUP] |= {key: key not in self._gone for key in keys}
            return
        known = Q(agency_id__in=self._mine) | Q(Exists(wrote_down(self.user, OuterRef("pk"))))
        for name in settings.GROUPS_NAMED_IN:
            known |= Q(Exists(import_string(name)(self.user).order_by().filter(group=OuterRef("pk"))))
        rows = Group.objects.filter(known, pk__in=_some(keys)).order_by()
        seen = set(rows.values_list("pk", flat=True))
        seen |= {one.second for one in around if self._sees(_PERSON, one.first) and self._reads(one)}
        self._seen[_GROUP] |= {key: key in seen - self._gone for key in keys}

    def _shows_second(self, one: _End) -> bool:
        """Whether a source shows the phone or car that stands second: to who sees the person or group that stands first."""
        if one.second_kind != _HANDLE or not self._reads(one):
            return False
        if one.first_kind in (_PERSON, _GROUP):
            return self._sees(one.first_kind, one.first)
        return one.first_kind == _HANDLE and one.holder in self._mine

    def _shows_first(self, one: _End) -> bool:
        if one.first_kind != _HANDLE or not self._reads(one):
            return False
        if one.second_kind == _PLACE:
            return self._everywhere or one.holder in self._mine
        return one.second_kind == _HANDLE and one.holder in self._mine


def wrote_down(user: User, group: Any) -> QuerySet[Group]:
    """Groups that agencies of this user wrote down and that were merged into a `group`: what they knew they know as that one."""
    mine = user.agencies_where(May.SEE_CHILD)
    return Group.objects.filter(merged_into=group, agency_id__in=mine).order_by()


def _in_order(sources: QuerySet[TieSource]) -> list[Said]:
    """Put in order here: told to, SQLite walks through all that was ever noted in that order instead."""
    rows = [Said(*row) for row in sources.order_by().values_list(*_SAID)]
    return sorted(rows, key=lambda row: (row.recorded_at, row.key))


def _of_ties(ties: QuerySet[Tie]) -> Q:
    return Q(tie__in=ties.order_by().values("pk"))


def _some(keys: Collection[uuid.UUID]) -> list[uuid.UUID]:
    return [*keys, _NOBODY]
