"""The web of ties as one reader may see it: the only way to ties, their sources, groups and handles.

It is filtered first, and whatever is counted, ordered or drawn is worked out from what is left. So nothing that a reader may
not see changes anything that they get.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
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
from django.utils.translation import gettext as _

from heard.agencies.queries import last_looked
from heard.agencies.rules import Hidden, May
from heard.agencies.subqueries import Asked, OfRow, compiled_exists
from heard.network.for_all import ends_that_pass, ties_for_all
from heard.network.handles import may_be
from heard.network.models import (
    MAY_LEAVE,
    Address,
    Group,
    Handle,
    Mention,
    Node,
    Person,
    Place,
    Tie,
    TieSource,
)
from heard.network.queries.numbers import found_in
from heard.network.queries.people import findable_through, visible_through
from heard.network.queries.sight import Said, Sight, wrote_down
from heard.network.rules import (
    LIVED_AT,
    Bond,
    Found,
    HandleType,
    Handling,
    How,
    KnownGrade,
    Piece,
    Reach,
    Step,
    how_told,
    is_home,
    keeps_who,
    marked,
    plates_fit,
    postcodes_in,
    sentence_at,
    why_not_undo_source,
)
from heard.network.strands import BEHIND, Strand, strands

if TYPE_CHECKING:
    from heard.agencies.models import User

_FIT = 20  # plates that may be the same as one that a record names
_NAMING = 50  # records on the page of what they name
_WORDS = 300  # letters of how a tie is known
_DIGITS = 18  # of the key of a mention
_BY_KEY = 2000  # nodes by whose keys ties are looked for; of more, every tie is read
_PERSON, _GROUP, _HANDLE, _PLACE = Node.Kind.PERSON, Node.Kind.GROUP, Node.Kind.HANDLE, Node.Kind.PLACE


@dataclass(frozen=True)
class Withdrawn:
    """What was known and counts no longer, with why and when that was said."""

    piece: Piece
    why: str
    at: datetime | None


@dataclass(frozen=True)
class Web:
    """What this user may see of it, now or as it was known at the end of a day (`on`). `leaving`: of that, what may stand in a text that
    others read; whatever is asked of such a door, it knows of no other source."""

    user: User
    on: date | None = None
    leaving: bool = False

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
        return Tie.objects.filter(self._sees_both(), held).order_by()

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

    def handles_known(self, by: str) -> QuerySet[Any]:
        """Handles that the user may see through what was noted no later than `by`, a field of the rows that ask for them in a subquery:
        noting a number anew opens nothing that was said of it before."""
        rows: QuerySet[Any] = BEHIND[_HANDLE]._default_manager.all()
        return (
            rows.filter(self._handle(by), merged_into=None) if self.user.may(May.SEE_CHILD) else rows.none()
        )

    def stands(self, handle: str, by: str) -> Q:
        """Of rows that lead to a handle by the field `handle`: whether anything that was noted of it no later than their field `by` still
        stands. Asked of all that was noted, whoever may read it: a handle of which nothing stands is seen by nobody."""
        ends = Q(tie__first=OuterRef(handle)) | Q(tie__second=OuterRef(handle))
        said = TieSource.objects.filter(ends, self._then(), recorded_at__lte=OuterRef(by)).order_by()
        named = self._naming(node=OuterRef(handle), confirmed_at__lte=OuterRef(by)).order_by()
        return Q(Exists(said)) | Q(Exists(named))

    def end(self, key: uuid.UUID) -> tuple[str, Any]:
        """The kind of a node by its key, and what it is; or `Hidden`."""
        kind = Node.objects.filter(pk=key).values_list("kind", flat=True).first()
        if kind is None:
            raise Hidden
        return kind, self.node(kind, key)

    def ties_of(self, key: uuid.UUID) -> QuerySet[Tie]:
        """Of `ties`, those of one node, by the kinds of both ends and the name of a person who stands first."""
        return _in_order(self.ties().filter(Q(first=key) | Q(second=key)))

    def ties_at(self, key: uuid.UUID) -> QuerySet[Tie]:
        """The same for a page, which counts them, turns them and asks more of this door: which they are is asked here and now, by key, and
        not again each time. Queries as for `steps`."""
        return _in_order(Tie.objects.filter(pk__in={one.tie for one in self._said_at({key})}))

    def around(self, key: uuid.UUID) -> list[Strand]:
        """What is tied to a node, by what the tie says and then by name. A fixed number of queries."""
        return self.read_from(key, list(self.ties_of(key)))

    def facts_around(self, key: uuid.UUID) -> list[Strand]:
        """As `around`, for a text that others read as facts: without people who are restricted, of whom they may not know, and without
        what is thought to be untrue."""
        return [strand for strand in self.around(key) if not strand.restricted and not strand.thought_untrue]

    def read_from(self, key: uuid.UUID, ties: Sequence[Tie]) -> list[Strand]:
        """Some of the ties of a node, which this door gave."""
        return strands(key, ties, self._known(ties))

    def steps(self, keys: Collection[uuid.UUID], *, since: date, both_ways: bool = False) -> list[Step]:
        """Ties of these nodes that lasted until a day at least, as their latest source says, each as a step from one of them, and with
        `both_ways` also as one to it; without what is thought to be untrue. A fixed number of queries; none where these nodes were
        asked about before."""
        lasting = {one.tie: one for one in _lasting(self._said_at(keys), since)}
        found = []
        for _pk, one in sorted(lasting.items()):
            begin, finish = one.way
            found += [
                Step(one.tie_key, start, end, kind, one.tie_kind, one.reads(back=back), one.passes)
                for (start, _kind), (end, kind), back in ((begin, finish, False), (finish, begin, True))
                if both_ways or start in keys
            ]
        return found

    def join_nobody(self, keys: Collection[uuid.UUID], *, more_than: int) -> set[uuid.UUID]:
        """Of these nodes, which this door gave, those to which more than so many people whom the user may see are tied, and those that
        are marked as an organisation’s number. Queries as for `steps`, and one a door, however often it is asked: few are marked."""
        return {key for key, number in self._people_tied(keys).items() if number > more_than} | (
            self._common & set(keys)
        )

    def _people_tied(self, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
        found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
        for one in self._said_at(keys):
            if one.first in keys and one.second_kind == _PERSON:
                found[one.first].add(one.second)
            if one.second in keys and one.first_kind == _PERSON:
                found[one.second].add(one.first)
        return {key: len(people) for key, people in found.items()}

    @cached_property
    def _common(self) -> set[uuid.UUID]:
        return set(_common().values_list("pk", flat=True))

    def homes(self, places: Collection[Place]) -> set[uuid.UUID]:
        """Those of these places where somebody lives, by their keys: by a tick, by what they are called, or by a tie, also one that is
        thought to be untrue or over. Queries as for `steps`."""
        said = self._said_at({place.pk for place in places})
        lived = {key for one in said if one.tie_kind == LIVED_AT for key in (one.first, one.second)}
        return {
            place.pk
            for place in places
            if place.pk in lived or is_home(said=place.is_home, kind=place.kind, name=place.name)
        }

    def degrees(self, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
        """To how many different others each of these is tied, of those that the user may see. Queries as for `steps`."""
        found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
        for one in self._said_at(keys):
            for key, other in ((one.first, one.second), (one.second, one.first)):
                if key in keys:
                    found[key].add(other)
        return {key: len(others) for key, others in found.items()}

    def bonds(self, keys: Collection[uuid.UUID], *, since: date) -> list[Bond]:
        """Ties among these nodes, as for `steps`, with all their sources."""
        told = [one for one in self._said_at(keys) if one.first in keys and one.second in keys]
        return _bonds(_lasting(told, since))

    def bonds_of(self, ties: Collection[uuid.UUID]) -> list[Bond]:
        """Some ties, by their keys, of those that the user may see. A fixed number of queries."""
        rows = TieSource.objects.filter(
            self._then(), tie__in=Tie.objects.filter(key__in=ties).order_by().values("pk")
        )
        return _bonds(self._read(rows))

    def tied_for_all(
        self, keys: Collection[uuid.UUID], *, since: date, noted_before: datetime
    ) -> set[tuple[uuid.UUID, uuid.UUID]]:
        """Of these nodes, which this door gave, those two that are tied, as everybody knows it who sees the partnership, and as it was noted
        before a moment: each two once. One query."""
        rows = ties_for_all(since, noted_before)
        if not self.user.may(May.SEE_PARTNERSHIP):
            rows = rows.none()
        elif len(keys) <= _BY_KEY:
            rows = rows.filter(first__in=keys, second__in=keys)
        return {(one, other) for one, other in ends_that_pass(rows) if one in keys and other in keys}

    # ---- read by key, and then asked who may see it

    @cached_property
    def _sight(self) -> Sight:
        return Sight(self.user, TieSource.objects.filter(self._then()), self._naming())

    @cached_property
    def _at(self) -> dict[uuid.UUID, list[Said]]:
        return {}

    def _said_at(self, keys: Collection[uuid.UUID]) -> list[Said]:
        """Sources of ties of these nodes that the user may read, of which they see both ends; the first that was noted first."""
        new = set(keys) - self._at.keys()
        if new:
            self._keep(new, self._read(TieSource.objects.filter(self._then(), Sight.ends_in(new))))
        found = {one.key: one for key in keys for one in self._at[key]}
        return sorted(found.values(), key=lambda one: (one.recorded_at, one.key))

    def _keep(self, keys: Collection[uuid.UUID], told: Iterable[Said]) -> None:
        self._at.update({key: [] for key in keys})
        for one in told:
            for key in (one.first, one.second):
                if key in keys:
                    self._at[key].append(one)

    # ---- what is known, source by source

    def known_of(self, keys: Collection[uuid.UUID], *, since: date) -> list[Piece]:
        """What is known of these nodes that lasted until a day at least, each piece as read from one of them: sources that say so of
        ties that did as for `steps`, and records that name them. A fixed number of queries."""
        said = self.said_of(keys, since=since)
        return said + self._namings(node__in=keys, confirmed_at__date__gte=since)

    def said_of(self, keys: Collection[uuid.UUID], *, since: date) -> list[Piece]:
        """As `known_of`, of ties alone. Queries as for `steps`."""
        return [piece for piece in self._said_of(keys, since) if piece.node in keys]

    def known_around(self, keys: Collection[uuid.UUID], *, since: date) -> list[Piece]:
        """Sources of ties of these nodes, as `said_of`, each as read from the other end: one of these as `other`. Queries as for
        `steps`."""
        return [piece for piece in self._said_of(keys, since) if piece.other in keys]

    def news_of(self, keys: Collection[uuid.UUID], *, after: datetime) -> tuple[list[Piece], list[Withdrawn]]:
        """What was noted of these nodes after a moment and stands today, and what was withdrawn after it, each as read from one of
        them. A fixed number of queries."""
        told = self._read_at(keys, Q(withdrawn_at=None, recorded_at__gt=after) | Q(withdrawn_at__gt=after))
        return _pieces((one for one in told if one.withdrawn_at is None), keys), _withdrawn(told, keys)

    def withdrawn_at(self, keys: Collection[uuid.UUID], *, after: datetime) -> list[Withdrawn]:
        """What was noted of these nodes and withdrawn after a moment, each as read from one of them. A fixed number of queries."""
        return _withdrawn(self._read_at(keys, Q(withdrawn_at__gt=after)), keys)

    def _read_at(self, keys: Collection[uuid.UUID], which: Q) -> list[Said]:
        return self._read(TieSource.objects.filter(which, self._leaves(), Sight.ends_in(keys)))

    def _said_of(self, keys: Collection[uuid.UUID], since: date) -> list[Piece]:
        return _pieces(one for one in _lasting(self._said_at(keys), since) if one.lasts(since))

    def known_from(self, about: str, ids: Collection[uuid.UUID]) -> list[Piece]:
        """What these records say: ties of which they are a source, each as read from both ends, and what they name. A fixed number
        of queries."""
        if not self.user.may(May.SEE_CHILD):
            return []
        rows = TieSource.objects.filter(self._then(), about=about, about_id__in=ids)
        told, named = self._sight.read(rows, self._naming(about=about, about_id__in=ids))
        return _pieces(told) + [one.piece() for one in named]

    def says_of(self, keys: Collection[uuid.UUID], about: str) -> Q:
        """Of records of one kind, by their key: those that say or name one of these nodes, by what the user may see. For narrowing what
        is then read with `known_from`."""
        if not self.user.may(May.SEE_CHILD):
            return Q(pk__in=[])
        ends = Q(tie__first__in=keys) | Q(tie__second__in=keys)
        said = self.sources().filter(ends, self._sees_both("tie__"), about=about)
        named = self.mentions().filter(about=about, node__in=keys)
        return Q(pk__in=said.values("about_id")) | Q(pk__in=named.order_by().values("about_id"))

    def named_by(self, ids: Collection[uuid.UUID]) -> list[Piece]:
        """What these records name, of whichever kind they are. A fixed number of queries."""
        return self._namings(about_id__in=ids)

    def _namings(self, **where: Any) -> list[Piece]:
        if not self.user.may(May.SEE_CHILD):
            return []
        return [one.piece() for one in self._sight.read(mentions=self._naming(**where))[1]]

    def _naming(self, **where: Any) -> QuerySet[Mention]:
        """Those that count, now or then."""
        stands = Q(withdrawn_at=None)
        if self.on is not None:
            stands |= Q(withdrawn_at__gte=self._end_of_day)
        return Mention.objects.filter(stands, self._recorded("confirmed_at"), **where)

    def _read(self, rows: QuerySet[TieSource]) -> list[Said]:
        return self._sight.read(rows)[0] if self.user.may(May.SEE_CHILD) else []

    def tie(self, tie_key: uuid.UUID) -> Tie:
        found = self.ties().filter(key=tie_key).select_related("first", "second").first()
        if found is None:
            raise Hidden
        return found

    def mentions(self) -> QuerySet[Mention]:
        """Of records that the user may read."""
        rows = self._naming()
        return rows.filter(self._in_a_record()) if self.user.may(May.SEE_CHILD) else rows.none()

    # ---- who may see it

    def _sees_both(self, tie: str = "") -> Q:
        """Of ties, or of rows that lead to one by `tie`: neither end is one that the user may not see. Asked once for both, since who
        may see a node is a long query."""
        ends: Any = [OuterRef(f"{tie}{end}_id") for end in ("first", "second")]
        return ~Q(Exists(Node.objects.filter(pk__in=ends).exclude(self._sees())))

    def _sees(self, end: str = "") -> Q:
        """Of nodes, or of rows that lead to one by `end`."""
        name, key = (f"{end}__kind", f"{end}_id") if end else ("kind", "pk")
        return reduce(or_, (Q(**{name: kind}) & self.through(kind, key) for kind in BEHIND))

    def through(self, kind: str, path: str) -> Q:
        """Of rows that lead to a person, place, group or handle by the key at `path` ("group_id"), those whose node this user may see."""
        return self._once(
            (kind, path), lambda: compiled_exists(path, self.nodes(kind).filter(pk=OfRow()), Asked.ONE)
        )

    def _node(self, kind: str) -> Q:
        return self._once(kind, lambda: self._rule(kind))

    def _once(self, name: Hashable, rule: Callable[[], Q]) -> Q:
        """Written once for a user, as `visible_through` is; as it was known on a day, or as it leaves, once for a door."""
        if name not in self._rules:
            self._rules[name] = rule()
        return self._rules[name]

    @cached_property
    def _rules(self) -> dict[Hashable, Q]:
        return self.user.sees_through if self.on is None and not self.leaving else {}

    def _rule(self, kind: str) -> Q:
        """What was merged is behind the one that goes on, and nowhere else."""
        if kind == _PERSON:
            return visible_through(self.user)
        if kind == _PLACE:
            return Q(merged_into=None)
        return Q(merged_into=None) & (self._group() if kind == _GROUP else self._handle())

    def _group(self) -> Q:
        """A group is known to its members' workers, the agency that wrote it down or one that was merged into it, who may read a worry
        about it, and who sees the partnership."""
        if self.user.may(May.SEE_PARTNERSHIP):
            return Q()
        named = [
            compiled_exists("pk", import_string(name)(self.user).filter(group=OfRow()), Asked.ONE)
            for name in settings.GROUPS_NAMED_IN
        ]
        mine = Q(agency_id__in=self.user.agencies_where(May.SEE_CHILD))
        mine |= Q(Exists(wrote_down(self.user, OuterRef("pk"))))
        members = self.sources().filter(self._first_is(_PERSON), tie__second=OfRow())
        return reduce(or_, map(Q, named), mine | compiled_exists("pk", members, Asked.ONE))

    def _handle(self, by: str = "") -> Q:
        """There is no list of handles. One is seen through a person or group who uses it or a record that names it; where it was
        only seen at a place, or with another handle, through the agency that says so. One question of its sources: each that is
        asked apart asks again who may read every kind of record."""
        mine = Q(holder_id__in=self.user.agencies_where(May.SEE_CHILD))
        key: Any = OuterRef("pk") if by else OfRow()
        second, first = Q(tie__second=key), Q(tie__first=key)
        beside = Q() if self.user.may(May.SEE_PARTNERSHIP) else mine
        through = second & (
            self._first_is(_PERSON) | self._first_is(_GROUP) | Q(tie__first__kind=_HANDLE) & mine
        )
        through |= first & (Q(tie__second__kind=_PLACE) & beside | Q(tie__second__kind=_HANDLE) & mine)
        sources, named = self.sources().filter(through), self.mentions().filter(node=key)
        if by:
            sources, named = sources.filter(**_noted(by)), named.filter(**_noted(by, "confirmed_at"))
            return Q(Exists(sources)) | Q(Exists(named.order_by()))
        return compiled_exists("pk", sources, Asked.ONE) | compiled_exists("pk", named, Asked.ONE)

    def _first_is(self, kind: str) -> Q:
        """Of sources: whether a person or group whom the user may see stands first in the tie, as they do (`rules.in_order`)."""
        return Q(tie__first__kind=kind) & self.through(kind, "tie__first_id")

    def _reaches(self) -> Q:
        """Of sources: whether they reach this user, apart from the ends of the tie."""
        mine = Q(reach=Reach.HOLDER, holder_id__in=self.user.agencies_where(May.SEE_CHILD))
        return Q(reach=Reach.ENDS) | mine | (Q(reach=Reach.RECORD) & self._in_a_record())

    def _in_a_record(self) -> Q:
        """Of rows that name a record by `about` and `about_id`: who may read that one."""
        return self._once("record", self._record)

    def _record(self) -> Q:
        read = [
            Q(about=about)
            & compiled_exists("about_id", import_string(name)(self.user).filter(pk=OfRow()), Asked.ONE)
            for about, name in settings.RECORDS_THAT_NAME.items()
        ]
        return reduce(or_, read)

    def _leaves(self) -> Q:
        return MAY_LEAVE if self.leaving else Q()

    def _then(self) -> Q:
        if self.on is None:
            return Q(withdrawn_at=None) & self._leaves()
        return (
            self._leaves()
            & self._recorded("recorded_at")
            & (Q(withdrawn_at=None) | Q(withdrawn_at__gte=self._end_of_day))
        )

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
        for row in self.told(rows.order_by("recorded_at", "pk")):
            found[row.tie_id].append(row)
        return found

    def told(self, sources: Iterable[TieSource]) -> list[TieSource]:
        """Sources that the user may read, as they read them: where the agency that noted one keeps who says so to itself, others read no more
        than that it knows who. Nobody does in a text for others."""
        mine = set() if self.leaving else set(self.user.agencies_where(May.SEE_CHILD))
        return [
            _without_who(source) if keeps_who(source.who_reach, source.holder_id in mine) else source
            for source in sources
        ]

    def known(self, tie: Tie) -> list[TieSource]:
        """How a tie that the user sees is known, the first that was noted first."""
        return self._known([tie])[tie.pk]

    def called(self, *keys: uuid.UUID) -> dict[uuid.UUID, Any]:
        """What is behind these keys, of those that the user may see. A query for each kind that is asked for, and more for what this
        door did not show before."""
        return self._sight.called(set(keys)) if self.user.may(May.SEE_CHILD) else {}


def web(user: User, on: date | None = None, *, leaving: bool = False) -> Web:
    """The web as this user may see it; `on`: as it was known at the end of that day. `leaving`: for a text that others read."""
    return Web(user, on, leaving)


def _in_order(ties: QuerySet[Tie]) -> QuerySet[Tie]:
    name = Person.objects.filter(pk=OuterRef("first_id")).order_by().values("family_name")[:1]
    rows = ties.select_related("first", "second")
    return rows.order_by("first__kind", "second__kind", Subquery(name), "pk")


def _without_who(source: TieSource) -> TieSource:
    """That a child said so may say who did, so it is not told either."""
    source.who = _("%(agency)s knows who") % {"agency": source.holder}
    source.how = how_told(source.how)
    return source


def _noted(by: str, field: str = "recorded_at") -> dict[str, Any]:
    """No later than a field of the rows that ask for the handle."""
    return {f"{field}__lte": OuterRef(OuterRef(by))}


def _pieces(told: Iterable[Said], keys: Collection[uuid.UUID] | None = None) -> list[Piece]:
    """`keys`: as read from these alone."""
    counts = (one for one in told if one.known_grade != KnownGrade.THOUGHT_UNTRUE)
    zone = timezone.get_current_timezone()
    return [piece for count in counts for piece in count.pieces(zone, keys)]


def _withdrawn(told: Iterable[Said], keys: Collection[uuid.UUID]) -> list[Withdrawn]:
    gone = {one.key: one for one in told if one.withdrawn_at}
    return [
        Withdrawn(piece, gone[piece.key].why_withdrawn, gone[piece.key].withdrawn_at)
        for piece in _pieces(gone.values(), keys)
    ]


def _alike(told: Iterable[Said]) -> dict[tuple[uuid.UUID, uuid.UUID, str], list[Said]]:
    """Sources by the ends of their ties and what these say of the one to the other, without what is thought to be untrue. Ties that say the same of the same two
    are one."""
    found: dict[tuple[uuid.UUID, uuid.UUID, str], list[Said]] = defaultdict(list)
    for one in told:
        if one.known_grade != KnownGrade.THOUGHT_UNTRUE:
            (begin, _kind), (end, _end_kind) = one.way
            found[begin, end, one.reads(back=False)].append(one)
    return found


def _lasting(told: Iterable[Said], since: date) -> list[Said]:
    """All sources of ties of which the latest says that they lasted until a day at least, the first that was noted first. `told`: in
    that order."""
    found = [one for some in _alike(told).values() if some[-1].lasts(since) for one in some]
    return sorted(found, key=lambda one: (one.recorded_at, one.key))


def _bonds(told: Iterable[Said]) -> list[Bond]:
    """By their ends and what they say; each source that counts once."""
    return [
        Bond(
            tie_key=min(some, key=lambda one: one.tie).tie_key,
            start=start,
            end=end,
            said=said,
            sources=len(some),
            seen=any(one.how == How.SEEN for one in some),
            since=min((one.since for one in some if one.since), default=None),
            until=some[-1].until,
        )
        for (start, end, said), some in _alike(told).items()
    ]


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


def children_at(user: User, node_id: uuid.UUID) -> QuerySet[Person]:
    """Children tied to a place or group, now or once, whom the user may see, by name."""
    tied = web(user).ties().filter(second=node_id, first__kind=_PERSON).values("first")
    rows = Person.objects.filter(visible_through(user), kind=Person.Kind.CHILD, pk__in=tied)
    return rows.order_by("family_name", "given_name", "pk") if user.may(May.SEE_CHILD) else rows.none()


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
    source = TieSource.objects.filter(door._reaches(), pk=source_id).select_related("tie", "holder").first()
    if source is None or not _sees_ends(door, source.tie_id):
        raise Hidden
    return door.told([source])[0]


def why_not_undo_noting(user: User, source: TieSource) -> str | None:
    """Why they cannot take this source back in one step, or None."""
    return why_not_undo_source(
        is_own=source.noted_by_id == user.pk,
        is_of_today=timezone.localdate(source.recorded_at) == timezone.localdate(),
        withdrawn=source.withdrawn_at is not None,
    )


@dataclass(frozen=True)
class SourceRead:
    """A source as somebody reads it, with what its tie says between whom. `people`: those at its ends; `kinds`: whether these are a child,
    an adult, or both."""

    said: str
    source: TieSource
    people: frozenset[uuid.UUID]
    kinds: frozenset[str] = frozenset()


def sources_read(user: User, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, SourceRead]:
    """Of these sources, by key, those that the user may read, of ties of which they see both ends; also what was withdrawn. A fixed number of
    queries."""
    door = web(user)
    rows = TieSource.objects.filter(door._reaches(), door._sees_both("tie__"), pk__in=keys).order_by()
    return {one.source.pk: one for one in _as_read(door, rows)}


def withdrawn_after(
    user: User, tie_keys: Collection[uuid.UUID], moment: datetime
) -> dict[uuid.UUID, uuid.UUID]:
    """Of ties that this user took out at a moment, by their keys: the sources that stood in their file and were withdrawn since, each with the key
    of its tie. It shows nothing of them."""
    gone = TieSource.objects.filter(tie__key__in=tie_keys, reach=Reach.ENDS, recorded_at__lte=moment)
    gone = gone.filter(withdrawn_at__gt=moment).exclude(known_grade=KnownGrade.THOUGHT_UNTRUE)
    mine = user.agencies_where(May.SEE_CHILD)
    let_go = ~Q(handling=Handling.CONDITIONS) | Q(holder_id__in=mine)
    return dict(gone.filter(let_go).order_by().values_list("pk", "tie__key"))


def sources_at(user: User, key: uuid.UUID, most: int) -> list[SourceRead]:
    """The latest sources of ties of a node that the user may read and that stand, without what is thought to be untrue: no more than `most`. A
    fixed number of queries."""
    door = web(user)
    ends = Q(tie__first=key) | Q(tie__second=key)
    rows = (
        door.sources().filter(ends, door._sees_both("tie__")).exclude(known_grade=KnownGrade.THOUGHT_UNTRUE)
    )
    return _as_read(door, rows.order_by("-recorded_at", "pk")[:most])


def _as_read(door: Web, rows: QuerySet[TieSource]) -> list[SourceRead]:
    if not door.user.may(May.SEE_CHILD):
        return []
    sources = door.told(rows.select_related("tie", "holder", "noted_by", "withdrawn_by"))
    named = door.called(*{key for source in sources for key in (source.tie.first_id, source.tie.second_id)})
    found = []
    for source in sources:
        if source.tie.first_id in named and source.tie.second_id in named:
            first, second = named[source.tie.first_id], named[source.tie.second_id]
            people = [end for end in (first, second) if isinstance(end, Person)]
            found.append(
                SourceRead(
                    source.tie.sentence(first, second),
                    source,
                    frozenset(end.pk for end in people),
                    frozenset(str(end.kind) for end in people),
                )
            )
    return found


def sentence(user: User, tie: Tie) -> str:
    """A tie that the user sees, from the one that it is said of to the other."""
    named = web(user).called(tie.first_id, tie.second_id)
    return tie.sentence(named[tie.first_id], named[tie.second_id])


def said_in(
    user: User,
    about: str,
    about_id: uuid.UUID,
    *,
    agreed_at: datetime | None = None,
    leaving: bool = False,
) -> list[TieSource]:
    """What a record of this kind is the source of, each with its tie, of which the user may see both ends: the first that was noted
    first. With what was withdrawn after `agreed_at`, when the record was agreed to say so. `leaving`: as for `web`."""
    if not user.may(May.SEE_CHILD):
        return []
    door = web(user, leaving=leaving)
    stands = Q(withdrawn_at=None) | Q(withdrawn_at__gt=agreed_at) if agreed_at else Q(withdrawn_at=None)
    rows = TieSource.objects.filter(stands, door._leaves(), door._reaches(), door._sees_both("tie__"))
    rows = rows.filter(about=about, about_id=about_id)
    return door.told(rows.select_related("tie", "holder", "noted_by").order_by("recorded_at", "pk"))


def records_behind(user: User, sources: Iterable[TieSource | Mention]) -> dict[uuid.UUID, Any]:
    """The records that these sources come from, or that name something, by their keys, of those that the user may read. A query for each kind of record."""
    keys: dict[str, set[uuid.UUID]] = defaultdict(set)
    for source in sources:
        if source.about_id:
            keys[source.about].add(source.about_id)
    found: dict[uuid.UUID, Any] = {}
    for about, name in settings.RECORDS_THAT_NAME.items():
        if keys[about]:
            found |= {row.pk: row for row in import_string(name)(user).filter(pk__in=keys[about])}
    return found


def withdrawn_of(user: User, tie: Tie) -> list[TieSource]:
    """What was withdrawn of a tie that the user sees, with who did and why; the latest first."""
    door = web(user)
    rows = TieSource.objects.filter(door._reaches(), tie=tie, withdrawn_at__isnull=False)
    return door.told(
        rows.select_related("holder", "noted_by", "withdrawn_by").order_by("-withdrawn_at", "pk")
    )


@dataclass(frozen=True)
class LookedLast:
    """When somebody last read the ties of a node, on a day before today, and what was withdrawn of them since, each with what the other end
    is (of a person child or adult), and its name."""

    at: datetime
    gone: tuple[tuple[str, str, Withdrawn], ...]


def looked_last(user: User, kind: str, node_id: uuid.UUID) -> LookedLast | None:
    """None where they never did. A fixed number of queries."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    at = last_looked(user, subject=kind, subject_id=node_id, what="ties", before=today)
    if at is None:
        return None
    door = web(user)
    gone = [one for one in door.withdrawn_at({node_id}, after=at) if one.piece.other]
    named = door.called(*(one.piece.other for one in gone if one.piece.other))
    ends = [(named[one.piece.other], one) for one in gone if one.piece.other in named]
    return LookedLast(
        at,
        tuple(
            (this.kind if isinstance(this, Person) else one.piece.other_kind, str(this), one)
            for this, one in ends
        ),
    )


def tie_with_ends(user: User, tie_key: uuid.UUID) -> Tie:
    """A tie between two whom the user may see, also where all its sources were withdrawn; or `Hidden`."""
    door = web(user)
    ever = TieSource.objects.filter(door._reaches(), tie=OuterRef("pk"))
    rows = Tie.objects.filter(door._sees_both(), Exists(ever), key=tie_key)
    found = rows.select_related("first", "second").first() if user.may(May.SEE_CHILD) else None
    if found is None:
        raise Hidden
    return found


def _sees_ends(door: Web, tie_id: int) -> bool:
    rows = Tie.objects.filter(door._sees_both(), pk=tie_id)
    return door.user.may(May.SEE_CHILD) and rows.exists()


# ---- what records name


@dataclass(frozen=True)
class Naming:
    """A handle that a record names, at which words, and whether another record or tie that the reader may see has it too. `may_withdraw`: it
    is theirs to say that the record does not name it. `may_be`: of a plate, others that it fits, as far as the reader may see."""

    handle: Handle
    elsewhere: bool
    mention_id: int
    place: tuple[int, int]
    may_withdraw: bool
    may_be: tuple[Handle, ...] = ()


@dataclass(frozen=True)
class Unnamed:
    """A handle of which somebody said that the record does not name it after all."""

    handle: Handle
    mention: Mention


def named_in(user: User, about: str, *ids: uuid.UUID) -> list[Naming]:
    """What these records of one kind name, for who may read them. Three queries, and one more where they name a plate."""
    mentions = web(user).mentions().filter(about=about, about_id__in=ids)
    rows = mentions.annotate(elsewhere=Case(When(_elsewhere(user), then=True), default=False))
    said = {row.node_id: row for row in rows}
    handles = list(web(user).nodes(_HANDLE).filter(pk__in=said))
    plates = _plates_that_fit(user, handles)
    found = [
        Naming(
            handle,
            said[handle.pk].elsewhere,
            said[handle.pk].pk,
            (said[handle.pk].start, said[handle.pk].length),
            is_theirs(user, said[handle.pk]),
            plates.get(handle.pk, ()),
        )
        for handle in handles
    ]
    return sorted(found, key=lambda one: (one.handle.type, str(one.handle)))


def _plates_that_fit(user: User, handles: Iterable[Handle]) -> dict[uuid.UUID, tuple[Handle, ...]]:
    """Of each plate among these, others that may be the same, as far as the user may see."""
    plates = [handle for handle in handles if handle.type == HandleType.VEHICLE]
    if not plates:
        return {}
    alike = reduce(or_, (may_be(plate.type, plate.key) for plate in plates))
    others = web(user).nodes(_HANDLE).filter(alike).order_by("key")[:_FIT]
    return {
        plate.pk: tuple(other for other in others if other != plate and plates_fit(plate.key, other.key))
        for plate in plates
    }


def unnamed_in(user: User, about: str, *ids: uuid.UUID) -> list[Unnamed]:
    """What was kept as named in these records and is withdrawn, for who may read them: the latest first. Two queries."""
    if not user.may(May.SEE_CHILD):
        return []
    rows = Mention.objects.filter(
        web(user)._in_a_record(), about=about, about_id__in=ids, withdrawn_at__isnull=False
    )
    gone = list(rows.select_related("withdrawn_by").order_by("-withdrawn_at", "pk"))
    handles = Handle.objects.in_bulk({mention.node_id for mention in gone})
    return [Unnamed(handles[mention.node_id], mention) for mention in gone if mention.node_id in handles]


def to_keep(user: User, about: str, ids: Collection[uuid.UUID], texts: Iterable[str]) -> tuple[Found, ...]:
    """Phones, cars and accounts in the texts of records of one kind that are not kept with one of them, for who may read them. What
    others name changes nothing. One query where there are any."""
    found = found_in(user, texts)
    if not found:
        return ()
    named = web(user).mentions().filter(about=about, about_id__in=ids).order_by().values("node")
    rows = Handle.objects.filter(Q(pk__in=named) | Q(merged_into__in=named))
    kept = {(str(handle.type), handle.service, handle.key) for handle in rows}
    return tuple(one for one in found if (str(one.type), one.service, one.key) not in kept)


def postcodes_to_place(user: User, node_id: uuid.UUID, texts: Iterable[str]) -> list[str]:
    """Postcodes in the texts of a record about a person, group or handle at which there may be a place: but for those where this person
    lives or has lived, and of places that are tied to it, as far as the user may see. At most two queries."""
    found = [post for text in texts for post in postcodes_in(text)]
    if not found or not user.may(May.SEE_CHILD):
        return []
    lived = Address.objects.filter(person=node_id, postcode__in=found).values_list("postcode", flat=True)
    tied = web(user).ties().filter(first=node_id).values("second")
    places = Place.objects.filter(pk__in=tied, postcode__in=found).values_list("postcode", flat=True)
    known = {*lived, *places}
    return [post for post in dict.fromkeys(found) if post not in known]


def mention_visible_to(user: User, mention_id: int) -> Mention:
    """That a record which the user may read names something, where it still counts; or `Hidden`."""
    found = web(user).mentions().filter(pk=mention_id).first()
    if found is None:
        raise Hidden
    return found


@dataclass(frozen=True)
class InAText:
    """A handle that a record with one text names (`names_in`), and the sentence in which it stands."""

    mention: Mention
    handle: Handle
    sentence: str


def in_a_text(user: User, node_id: uuid.UUID, mention_id: str) -> InAText:
    """Where a record about this node names a handle; `Hidden` unless the user may read it, and for one with several texts."""
    if not mention_id.isascii() or not mention_id.isdigit() or len(mention_id) > _DIGITS:
        raise Hidden
    mention = mention_visible_to(user, int(mention_id))
    record: Any = records_behind(user, [mention]).get(mention.about_id)
    handle = Handle.objects.filter(pk=mention.node_id).first()
    about = {getattr(record, f"{end}_id", None) for end in (_PERSON, _PLACE, _GROUP)}
    if handle is None or node_id not in about or not hasattr(record, "names_in"):
        raise Hidden
    text = record.names_in
    stands = any(hit for _piece, hit in marked(text, {(mention.start, mention.length)}))
    return InAText(mention, handle, sentence_at(text, mention.start, most=_WORDS) if stands else "")


def is_theirs(user: User, mention: Mention) -> bool:
    """Whether it is for this user to withdraw it: they or their agency kept it, or they answer for the whole partnership."""
    mine = mention.holder_id in user.agencies_where(May.SEE_CHILD) if mention.holder_id else False
    return mine or mention.confirmed_by_id == user.pk or user.may(May.SEE_PARTNERSHIP)


def names_what_others_name(user: User, about: str) -> QuerySet[Mention]:
    """Mentions in records of this kind, of what another record or a tie that the user may see has too."""
    return web(user).mentions().filter(_elsewhere(user), about=about)


def naming_something(user: User, about: str) -> QuerySet[Mention, Any]:
    """Keys of the records of this kind with which a phone, car or account was kept. It does not ask whether the user may read a record."""
    rows = Mention.objects.order_by().filter(about=about, withdrawn_at=None)
    return (rows if user.may(May.SEE_CHILD) else rows.none()).values("about_id")


def naming(user: User, node_id: uuid.UUID, on: date | None = None) -> list[Mention]:
    """Records that the user may read and that name a node, the latest first. `on`: that named it at the end of that day."""
    return list(web(user, on).mentions().filter(node=node_id).order_by("-confirmed_at", "pk")[:_NAMING])


def named_something(user: User, about: str, about_id: uuid.UUID) -> bool:
    """Whether this user let something that they named be kept with a record of theirs. It says nothing of anybody else."""
    rows = Mention.objects.filter(about=about, about_id=about_id, confirmed_by=user, withdrawn_at=None)
    return rows.exists()


def _elsewhere(user: User) -> Q:
    """Of mentions: whether another record or a tie that the user may see has the same. What is marked as an organisation’s joins nothing."""
    door = web(user)
    others = door.mentions().filter(node=OuterRef("node")).exclude(about_id=OuterRef("about_id"))
    ties = door.ties().filter(Q(first=OuterRef("node")) | Q(second=OuterRef("node")))
    return (Q(Exists(others.order_by())) | Q(Exists(ties))) & ~Q(
        Exists(_common().filter(pk=OuterRef("node")))
    )


def _common() -> QuerySet[Handle]:
    return Handle.objects.filter(common=True).order_by()
