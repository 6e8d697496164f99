"""Charts that came in, as this user may see them, and what of the web may go out. `user` is always the first argument."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, Max, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.panel.queries import chosen, panel_visible_to
from heard.graph.drawing.queries import among, around
from heard.graph.exchange import rules
from heard.graph.exchange.models import (
    Incoming,
    IncomingAside,
    IncomingName,
    IncomingTie,
    Meant,
    Outgoing,
    OutgoingPerson,
    OutgoingTie,
)
from heard.graph.exchange.rules import Out
from heard.graph.exchange.writing.chart import PARTS, Chart, Dot, Link, Source
from heard.network.queries import (
    SourceRead,
    find_handles,
    people_visible_to,
    sources_read,
    web,
    who_or_what,
    withdrawn_after,
)
from heard.network.rules import Handling, How, NodeKind, Reach, is_directed

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.drawing.queries import Picture
    from heard.network.models import Tie, TieSource

_NO_ONE = uuid.UUID(int=0)


# ---- what came in


def charts_visible_to(user: User) -> QuerySet[Incoming]:
    """Charts that the user brought in, the latest first. Nobody else sees them: what was said of a name says who has a record, also to
    whoever is kept out of it."""
    rows = Incoming.objects.filter(brought_by=user) if user.may(May.SEE_CHILD) else Incoming.objects.none()
    return rows.select_related("brought_by", "holder")


def chart_visible_to(user: User, chart_id: uuid.UUID) -> Incoming:
    found = charts_visible_to(user).filter(pk=chart_id).first()
    if found is None:
        raise Hidden
    return found


def people_meant(user: User, chart: Incoming) -> set[uuid.UUID]:
    """Whom the names of a chart mean, of those whom the user may see. One query."""
    meant = chart.names.exclude(node=None).order_by().values("node")
    return set(people_visible_to(user).order_by().filter(pk__in=meant).values_list("pk", flat=True))


def same_file(user: User, digest: str) -> datetime | None:
    """When the same file was brought in before, of those that the user may see and of which something is left."""
    return (
        charts_visible_to(user)
        .filter(digest=digest, cleared_at=None)
        .values_list("brought_at", flat=True)
        .first()
    )


def came_from_here(user: User, rows: Mapping[str, str]) -> set[str]:
    """Of rows of a file by the keys of their ties, as `rules.row_print` says them, those that Heard itself wrote just so, of ties that stand
    and that the user may see. What was changed since is no such row."""
    there = OutgoingTie.objects.filter(key__in=rows.keys()).exclude(row="")
    there = there.filter(tie_key__in=web(user).ties().values("key"))
    found = there.values_list("key", "row", "outgoing__salt")
    return {key for key, row, salt in found if row == rules.sealed_row(salt, rows[key])}


def asides(user: User, chart: Incoming) -> QuerySet[IncomingAside]:
    return chart_visible_to(user, chart.pk).asides.all()


def names_in(user: User, chart: Incoming) -> QuerySet[IncomingName]:
    return chart_visible_to(user, chart.pk).names.all()


def names_to_say(user: User, chart: Incoming) -> QuerySet[IncomingName]:
    """Of whom nobody said yet who or what they are, in the order in which they are asked for."""
    return names_in(user, chart).filter(node=None, is_new=False).order_by("text", "pk")


def name_visible_to(user: User, name_id: uuid.UUID) -> IncomingName:
    rows = IncomingName.objects.filter(incoming__in=charts_visible_to(user).values("pk"))
    found = rows.select_related("incoming").filter(pk=name_id).first()
    if found is None:
        raise Hidden
    return found


@dataclass(frozen=True)
class MayBe:
    """Somebody or something that a name may mean: what is known, and why. `same`: the user said before that it is, or is not."""

    key: uuid.UUID
    called: str
    why: str
    same: bool | None = None


def may_be(user: User, name: IncomingName) -> list[MayBe]:
    """Whom or what a name may mean, of those that the user may see: those that they said before are meant first, those that they said are
    not last. What others said would tell that somebody else's chart names them."""
    if name.kind == NodeKind.HANDLE:
        found = find_handles(user, type_=name.type, text=name.text)
    else:
        found = who_or_what(user, name.kind, name.text, not_this=_NO_ONE)
    said = Meant.objects.filter(by=user, name=name.meant, node__in=[key for key, _called, _why in found])
    latest = said.order_by()
    last = latest.values("node").annotate(last=Max("pk")).values("last")
    judged = dict(Meant.objects.filter(pk__in=last).values_list("node", "same"))
    told = [MayBe(uuid.UUID(key), called, why, judged.get(uuid.UUID(key))) for key, called, why in found]
    return sorted(told, key=lambda one: {True: 0, None: 1, False: 2}[one.same])


@dataclass(frozen=True)
class ProposedTie:
    """A row that proposes a tie. `first`, `second`: who or what is at its ends, as this user sees them; None where nobody said, or the user
    does not see them. `noted`: the same is noted between them already."""

    this: IncomingTie
    first: Any
    second: Any
    kind: str
    back: bool
    in_words: str
    noted: bool

    @property
    def mark(self) -> str:
        """The row, and what stands at its ends: changed where that is."""
        ends = "/".join(str(name.node_id or name.is_new) for name in self.names)
        return f"{self.this.pk}.{hashlib.sha256(ends.encode()).hexdigest()[:12]}"

    @property
    def names(self) -> tuple[IncomingName, IncomingName]:
        return self.this.first, self.this.second

    @property
    def ends(self) -> tuple[Any, Any]:
        return self.first, self.second

    @property
    def is_ready(self) -> bool:
        return all(
            found is not None or name.is_new for name, found in zip(self.names, self.ends, strict=True)
        )

    @property
    def one_here(self) -> bool:
        """One of both ends is in Heard already."""
        return any(found is not None for found in self.ends)


def rows_of(user: User, chart: Incoming) -> QuerySet[IncomingTie]:
    """Rows that propose ties: first those that can be accepted, then others that nobody accepted yet."""
    rows = chart_visible_to(user, chart.pk).ties.select_related("first", "second")
    unsaid = [Q(**{f"{end}__node": None, f"{end}__is_new": False}) for end in ("first", "second")]
    waits = Case(When(unsaid[0] | unsaid[1], then=Value(1)), default=Value(0))
    return rows.order_by("-state", waits, "number", "pk")


def as_rows(user: User, ties: Sequence[IncomingTie]) -> list[ProposedTie]:
    """These rows, with who or what is at their ends. A fixed number of queries."""
    door = web(user)
    keys = {name.node_id for tie in ties for name in (tie.first, tie.second) if name.node_id}
    called: dict[Any, Any] = dict(door.called(*keys)) if keys else {}
    noted: set[tuple[Any, str, str]] = set()
    if keys:
        there = door.ties().filter(first__in=called.keys(), second__in=called.keys())
        noted = {_as_said(tie.kind, tie.way, tie.in_words) for tie in there}
    found = []
    for tie in ties:
        kind, back, in_words = rules.tie_kind(tie.said, tie.first.kind, tie.second.kind)
        ends = (tie.first.node_id, tie.second.node_id)
        asked = _as_said(kind, ends[::-1] if back else ends, in_words)
        found.append(
            ProposedTie(
                this=tie,
                first=called.get(tie.first.node_id),
                second=called.get(tie.second.node_id),
                kind=kind,
                back=back,
                in_words=in_words,
                noted=tie.state == rules.ProposalState.LEFT and asked in noted,
            )
        )
    return found


def _as_said(kind: str, way: tuple[Any, Any], words: str) -> tuple[Any, str, str]:
    """What two ties have alike that are one: their kind, their words, and of whom they are said where that matters."""
    return (way if is_directed(kind) else frozenset(way)), kind, words.casefold()


def charts_past_their_day(user: User | None, now: datetime) -> QuerySet[Incoming]:
    """Whose 90 days are over, and of which something is left. `user`: it makes no difference."""
    return Incoming.objects.filter(cleared_at=None, brought_at__lte=now - rules.KEPT)


def called(user: User, names: Sequence[IncomingName]) -> dict[Any, Any]:
    """Who or what these names are, as people said, of those that the user may see."""
    keys = {name.node_id for name in names if name.node_id}
    return web(user).called(*keys) if keys else {}


# ---- what goes out


def formats(user: User) -> list[tuple[str, Any]]:
    """In which forms a drawing is taken out. `user`: the same for all."""
    return list(Outgoing.Format.choices)


@dataclass(frozen=True)
class Taken:
    """What may be taken out of a drawing, and of whom: people by their keys, ties by the keys that they have in the file."""

    chart: Chart
    people: frozenset[uuid.UUID]
    children: frozenset[uuid.UUID]
    ties: dict[str, uuid.UUID]


def outgoing_visible_to(user: User, outgoing_id: uuid.UUID) -> Outgoing:
    """What the user asked for, or decided on, or may release."""
    theirs = Q(asked_by=user) | Q(decided_by=user) | Q(pk__in=to_release(user).order_by().values("pk"))
    found = Outgoing.objects.filter(theirs, pk=outgoing_id).select_related("asked_by", "decided_by").first()
    if found is None or not user.may(May.SHARE):
        raise Hidden
    return found


def outgoings_of(user: User, of: uuid.UUID) -> list[Outgoing]:
    """What the user took out, or asked to take out, of this drawing; the latest first."""
    return list(Outgoing.objects.filter(asked_by=user, of=of)[:10]) if user.may(May.SHARE) else []


def to_release(user: User) -> QuerySet[Outgoing]:
    """What others asked to take out, and waits for this user: whoever releases it may see everybody in it. Others do not learn of it."""
    rows = Outgoing.objects.filter(state=Out.ASKED, asked_at__gt=timezone.now() - rules.LASTS)
    if not (user.may(May.SHARE) and user.may(May.SEE_PARTNERSHIP)):
        return rows.none()
    unseen = OutgoingPerson.objects.filter(outgoing=OuterRef("pk")).exclude(
        node__in=people_visible_to(user).values("pk")
    )
    return rows.filter(~Exists(unseen)).exclude(asked_by=user).select_related("asked_by")


def decided_of_late(user: User) -> QuerySet[Outgoing]:
    """What the user asked to take out and a second person released or not, until it is taken or its days are over."""
    rows = Outgoing.objects.filter(asked_by=user, state__in=(Out.READY, Out.REFUSED))
    rows = rows.filter(decided_at__gt=timezone.now() - rules.LASTS).select_related("decided_by")
    return rows if user.may(May.SHARE) else rows.none()


def held_in(user: User, tie_source: TieSource) -> list[Outgoing]:
    """Drawings that were taken out and hold this source of a tie, by what stands in a file (`takes`), with who took each: for telling them that
    `user` withdrew it."""
    if not user.may(May.SEE_CHILD) or tie_source.reach != Reach.ENDS or tie_source.thought_untrue:
        return []
    rows = Outgoing.objects.filter(
        state=Out.TAKEN, taken_at__gte=tie_source.recorded_at, ties__tie_key=tie_source.tie.key
    )
    found = rows.select_related("asked_by", "decided_by").distinct().order_by("taken_at", "pk")
    free = tie_source.handling != Handling.CONDITIONS
    return [
        row for row in found if free or tie_source.holder_id in row.asked_by.agencies_where(May.SEE_CHILD)
    ]


def withdrawn_since(user: User, this: Outgoing) -> list[tuple[str, SourceRead | None]]:
    """Of a drawing that was taken out: what it holds and was withdrawn after that, each with the key of its tie in the file; None for what the
    user may see no longer. A fixed number of queries."""
    if this.state != Out.TAKEN or this.taken_at is None:
        return []
    keys = dict(this.ties.values_list("tie_key", "key"))
    gone = withdrawn_after(this.asked_by, keys, this.taken_at)
    read = sources_read(user, set(gone))
    return sorted(
        ((keys[tie], read.get(source)) for source, tie in gone.items()), key=lambda row: (row[0], str(row[1]))
    )


def refused_before(user: User, this: Outgoing) -> list[Outgoing]:
    """What whoever asked for this was refused before, the latest first, for whom this is shown to."""
    rows = Outgoing.objects.filter(asked_by_id=this.asked_by_id, state=Out.REFUSED).exclude(pk=this.pk)
    return list(rows[:5]) if user.may(May.SHARE) else []


def named_of_late(user: User, now: datetime, **where: Any) -> set[uuid.UUID]:
    """People in files that the user took out, or may take, of those that they asked for in the last 30 days, for whomever."""
    rows = OutgoingPerson.objects.filter(outgoing__in=_late(user, now).filter(**where).values("pk"))
    return set(rows.values_list("node", flat=True))


def alone(user: User, this: Outgoing, now: datetime) -> int:
    """How many people this file names together with all that no second person released; none where one released it."""
    return 0 if this.decided_by_id else len(named_of_late(user, now, decided_by=None))


def _late(user: User, now: datetime) -> QuerySet[Outgoing]:
    rows = Outgoing.objects.order_by().filter(asked_by=user, asked_at__gt=now - rules.TOGETHER)
    return rows.filter(state__in=(Out.READY, Out.TAKEN))


def taken_naming(user: User, person_id: uuid.UUID) -> QuerySet[Outgoing]:
    """Drawings naming this person that were taken out, the latest first; none unless the user may open the record."""
    named = OutgoingPerson.objects.filter(
        node=person_id, node__in=people_visible_to(user).filter(pk=person_id).values("pk")
    )
    rows = Outgoing.objects.filter(state=Out.TAKEN, pk__in=named.values("outgoing"))
    return rows.select_related("asked_by").order_by("-taken_at", "pk")


def to_read(user: User, this: Outgoing) -> tuple[Picture | None, Taken | None]:
    """What of a drawing that is on its way out the user may see, of what is in the file. None where they see nothing of it."""
    try:
        picture = drawn(user, this.about, this.of, this.how)
    except Hidden:
        return None, None
    theirs = takes(user, picture, this.salt)
    if user.pk == this.asked_by_id:
        return picture, theirs
    try:
        asked = takes(this.asked_by, drawn(this.asked_by, this.about, this.of, this.how), this.salt)
    except Hidden:
        return None, None
    links = tuple(link for link in theirs.chart.links if link.key in asked.ties)
    ends = {key for link in links for key in (link.first, link.second)}
    dots = tuple(dot for dot in theirs.chart.dots if dot.key in ends)
    ties = {key: tie for key, tie in theirs.ties.items() if key in asked.ties}
    people = theirs.people & asked.people
    return picture, Taken(Chart(dots, links), people, theirs.children & people, ties)


def drawn(user: User, about: str, of: uuid.UUID, how: dict[str, Any]) -> Picture:
    """What is drawn around a node, or at a mapping meeting; or `Hidden`."""
    if about == "meeting":
        meeting = panel_visible_to(user, of)
        if not meeting.is_mapping:
            raise Hidden
        return among(
            user, meeting, [key for panel_item in chosen(user, meeting) if (key := panel_item.node_id)]
        )
    since = date.fromisoformat(how["since"]) if how.get("since") else None
    return around(user, of, away=how.get("away", 2), kinds=how.get("kinds", ()), since=since)


def takes(user: User, picture: Picture, salt: str, head: tuple[tuple[str, str], ...] = ()) -> Taken:
    """Of a drawing what may go out: without people who are restricted, without what one agency keeps for itself, the user's too, and
    without what its holder lets go on under conditions alone, unless that is the user's agency. It does not say what is missing. A fixed number of queries."""
    door = web(user)
    spots = {spot.thing.key for spot in picture.drawing.spots} if picture.drawing else set()
    named = {key: picture.named[key] for key in spots if not getattr(picture.named[key], "restricted", False)}
    bonds = [bond for line in picture.drawing.lines for bond in line.bonds] if picture.drawing else []
    wanted = {(bond.start, bond.end, bond.said) for bond in bonds}
    rows = door.ties().filter(first__in=named, second__in=named).order_by("pk")
    ties = [tie for tie in rows if (*tie.way, tie.said()) in wanted]
    mine = user.agencies_where(May.SEE_CHILD)
    known: dict[int, list[TieSource]] = defaultdict(list)
    for source in (
        door.sources()
        .filter(tie__in=[tie.pk for tie in ties], reach=Reach.ENDS)
        .select_related("holder")
        .order_by("recorded_at", "pk")
    ):
        if source.handling != Handling.CONDITIONS or source.holder_id in mine:
            known[source.tie_id].append(source)
    ties = [tie for tie in ties if any(source.known_grade != "E" for source in known[tie.pk])]
    links = sorted((_link(tie, known[tie.pk], salt) for tie in ties), key=lambda link: link.key)
    shown = {key for tie in ties for key in (tie.first_id, tie.second_id)}
    dots = sorted(
        (_dot(key, named[key], salt) for key in shown), key=lambda dot: (PARTS.index(dot.kind), dot.key)
    )
    people = {key for key in shown if hasattr(named[key], "given_name")}
    return Taken(
        chart=Chart(tuple(dots), tuple(links), head),
        people=frozenset(people),
        children=frozenset(key for key in people if named[key].kind == "child"),
        ties={_new_key(salt, tie.key): tie.key for tie in ties},
    )


def _new_key(salt: str, key: uuid.UUID) -> str:
    """A key for this file alone: nobody without its salt can tell that two files mean the same by it."""
    return hmac.new(salt.encode(), key.bytes, hashlib.sha256).hexdigest()[:32]


def _dot(key: uuid.UUID, this: Any, salt: str) -> Dot:
    end = type(this).__name__.casefold()
    if end == NodeKind.PERSON:
        return Dot(_new_key(salt, key), str(this.kind), str(this))
    if end == NodeKind.HANDLE:
        shown = f"@{this.key}" if this.type == "account" else str(this)
        return Dot(_new_key(salt, key), end, shown, type=this.type, service=this.service)
    return Dot(_new_key(salt, key), end, str(this), what=this.kind)


def _link(tie: Tie, known: Sequence[TieSource], salt: str) -> Link:
    sources = tuple(_source(tie_source) for tie_source in known if tie_source.known_grade != "E")
    begin, end = tie.way
    return Link(
        key=_new_key(salt, tie.key),
        first=_new_key(salt, begin),
        second=_new_key(salt, end),
        kind=tie.kind,
        said=tie.said(),
        since=min((source.since for source in sources if source.since), default=None),
        until=sources[-1].until,
        sources=sources,
    )


def _source(tie_source: TieSource) -> Source:
    """Without who says so, which never goes out; that a child said it says who, so neither does how it is known."""
    graded = tie_source.how != How.SAID_BY_CHILD
    return Source(
        words=tie_source.words,
        source_grade=tie_source.source_grade if graded else "",
        known_grade=tie_source.known_grade if graded else "",
        handling=tie_source.handling,
        conditions=tie_source.conditions,
        holder=tie_source.holder.name if tie_source.holder else "",
        since=tie_source.valid_from,
        until=tie_source.valid_to,
    )
