"""What is on a map, as this user may see it. It is filtered first, and whatever is counted or placed is worked out from what is left.
`user` is always the first argument."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.cases.missing.queries import episodes_of
from heard.graph.map import rules, store
from heard.graph.map.rules import Month, Spot
from heard.graph.queries import counted, named_in_records
from heard.network.queries import addresses_of, people_visible_to, person_visible_to, web
from heard.network.rules import is_home, postcodes_in

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.missing.models import Episode
    from heard.graph.queries import Counted
    from heard.network.models import Address
    from heard.network.queries import Web

KINDS: Final = ("worry", "episode")
_EVER = timedelta(days=36500)  # of how many children a place is, is asked of all that is known
_FOUND: Final = "found_at"  # a tie of the vocabulary
_LIVES_IN: Final = (
    "home",
    "foster",
    "residential",
    "supported",
)  # from where somebody is missing who lives there
_EPISODES: Final = 50  # of a child, the latest


@dataclass(frozen=True)
class Where:
    """A place: whether somebody lives there, where it is as far as a map may say it, and of which children it is. `spot`: None for a home,
    and where nobody knows."""

    place: Any
    is_home: bool
    spot: Spot | None
    children: frozenset[uuid.UUID]


def where_places_are(user: User, door: Web, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, Where]:
    """Of places that came through the door. A fixed number of queries."""
    named = door.called(*keys) if keys else {}
    around = door.known_around(set(named), since=timezone.localdate() - _EVER) if named else []
    homes = door.homes(named.values())
    people: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for piece in around:
        if piece.other and piece.node_kind == "person":
            people[piece.other].add(piece.node)
    tied = {key for some in people.values() for key in some}
    rows = people_visible_to(user).filter(pk__in=tied, kind="child").order_by()
    children = set(rows.values_list("pk", flat=True))
    posts = store.where([one.postcode for one in named.values()])
    found = {}
    for key, place in named.items():
        home = key in homes
        of = frozenset(people[key] & children)
        at = (place.lat, place.lon) if place.lat is not None else posts.get(place.postcode)
        spot = rules.spot(*at, exact=rules.is_exact(len(of))) if at and not home else None
        found[key] = Where(place, home, spot, of)
    return found


# ---- places by month


@dataclass(frozen=True)
class Named:
    """A place, and in which months worries and missing episodes name it. `few`: both are fewer than six; a number would tell by the
    months that are chosen of how few records it is made up."""

    where: Where
    months: dict[str, list[tuple[Month, Month]]]
    few: bool


@dataclass(frozen=True)
class Places:
    """`rows`: A to Z, without homes; `people`: whose episodes or ties are behind them; `cut`: more records were there than are read."""

    rows: list[Named]
    people: frozenset[uuid.UUID]
    limits: list[str]


def places_named(
    user: User, since: Month, until: Month, *, part: str = "", kinds: Collection[str] = KINDS
) -> Places:
    """Places that worries and missing episodes name in these months. `part`: of the day in which somebody went missing, and then episodes
    alone: a worry says no hour. A fixed number of queries."""
    door = web(user)
    found = named_in_records(user, door, since.first, until.last)
    by_place: dict[uuid.UUID, dict[str, list[Month]]] = {}
    missing: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for key, records in found.records.items():
        months: dict[str, list[Month]] = defaultdict(list)
        for record, ground in records.items():
            kind = "episode" if record in found.missing else "worry"
            in_part = not part or (kind == "episode" and rules.part_of_day(found.began[record]) == part)
            if ground.on and kind in kinds and in_part:
                months[kind].append(Month.of(ground.on))
                missing[key] |= {found.missing[record]} if kind == "episode" else set()
        if months:
            by_place[key] = months
    every = where_places_are(user, door, set(by_place))
    rows, people = [], set[uuid.UUID]()
    for key, where in every.items():
        if where.is_home:
            continue
        months_of = {kind: rules.runs(some) for kind, some in by_place[key].items()}
        rows.append(Named(where, months_of, rules.is_few(sum(map(len, by_place[key].values())))))
        people |= missing[key] | where.children
    rows.sort(key=lambda row: (row.where.place.name.casefold(), str(row.where.place.pk)))
    return Places(rows, frozenset(people), found.limits)


# ---- one place


@dataclass(frozen=True)
class OnePlace:
    """`said`: somebody said where it is, and it is not only its postcode that says it."""

    where: Where

    @property
    def people(self) -> frozenset[uuid.UUID]:
        return self.where.children

    @property
    def said(self) -> bool:
        return self.where.place.lat is not None


def one_place(user: User, place_id: uuid.UUID) -> OnePlace:
    """`Hidden` unless the user may see it. A fixed number of queries."""
    door = web(user)
    door.node("place", place_id)
    return OnePlace(where_places_are(user, door, {place_id})[place_id])


# ---- before and after


@dataclass(frozen=True)
class Beside:
    """A place near the one that is asked about, or that one (`here`), and whether it is named more, less or as often since. `before`,
    `after`: in how many records; both None where either is below six, which the other would tell."""

    where: Where
    here: bool
    course: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Around:
    counted: Counted
    rows: list[Beside]
    people: frozenset[uuid.UUID]
    limits: list[str] = field(default_factory=list)


def before_and_after(user: User, place_id: uuid.UUID) -> Around:
    """The place and those near it, before and after the latest day on which something was done about it, as the question “Did harm move?”
    counts it. `Hidden` unless the user may see the place. A fixed number of queries."""
    door = web(user)
    this = counted(user, door, place_id)
    every = where_places_are(user, door, this.near)
    rows = [_beside(this, key, one) for key, one in every.items() if not one.is_home and this.on]
    rows.sort(key=lambda row: (not row.here, row.where.place.name.casefold(), str(row.where.place.pk)))
    shown = {row.where.place.pk for row in rows}
    people = {child for row in rows for child in row.where.children}
    people |= this.found.people(record for key in shown for record in this.found.records[key])
    return Around(this, rows, frozenset(people), this.found.limits)


def _beside(this: Counted, key: uuid.UUID, where: Where) -> Beside:
    named = this.named(key)
    numbers = (len(named.before), len(named.after))
    before, after = (None, None) if any(map(rules.is_few, numbers)) else numbers
    course = "cut" if this.found.cut else named.course.value if named.course else "same"
    return Beside(where, key == this.place.pk, course, before, after)


# ---- from where a child was missing to where they were found


@dataclass(frozen=True)
class End:
    """Where an episode began or ended, and how that is known. `place`: where it is one that is written down."""

    says: str
    spot: Spot
    is_home: bool
    place: Any = None

    @property
    def on_paper(self) -> bool:
        """A place that is written down and no home. Of what stands in words alone nobody knows whether somebody lives there."""
        return self.place is not None and not self.is_home


@dataclass(frozen=True)
class Route:
    episode: Episode
    start: End | None
    finish: End | None


@dataclass(frozen=True)
class Routes:
    """`episodes`: the child's, the latest first, each with whether it is chosen."""

    person: Any
    episodes: list[tuple[Episode, bool]]
    routes: list[Route]
    cut: bool = False


def routes(user: User, person_id: uuid.UUID, chosen: Collection[uuid.UUID] = ()) -> Routes:
    """Of a child's episodes, all of them where none is `chosen`. `Hidden` unless the user may see the child. A fixed number of queries."""
    person = person_visible_to(user, person_id)
    rows = list(episodes_of(user, person_id)[: _EPISODES + 1])
    offered = rows[:_EPISODES]
    known = {episode.pk for episode in offered} & set(chosen)
    these = [episode for episode in offered if not known or episode.pk in known]
    finding = _Finding(user, person_id, offered)
    found = [Route(episode, finding.start(episode), finding.finish(episode)) for episode in these]
    return Routes(person, [(episode, episode in these) for episode in offered], found, len(rows) > _EPISODES)


class _Finding:
    """Where episodes began and ended: by a postcode that stands in them, by the name of one place that is written as it is there, by what
    the child said in the interview, or by the child's address on that day. Nothing is guessed."""

    def __init__(self, user: User, person_id: uuid.UUID, episodes: list[Episode]) -> None:
        self._addresses = addresses_of(user, person_id)
        door = web(user)
        said: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
        for piece in door.known_from("interview", {episode.pk for episode in episodes}):
            if (
                piece.kind_id == _FOUND
                and piece.node_kind == "place"
                and piece.other == person_id
                and piece.about_id
            ):
                said[piece.about_id].add(piece.node)
        self._said = _the_one(said)
        written = {text.strip() for episode in episodes for text in _words(episode)} - {""}
        posts = {post for text in written for post in postcodes_in(text)}
        called: dict[str, set[uuid.UUID]] = defaultdict(set)
        there = door.nodes("place").filter(Q(name__in=written) | Q(postcode__in=posts))
        for key, name in there.values_list("pk", "name"):
            called[name].add(key)
        self._called = _the_one(called)
        keys = {key for some in called.values() for key in some}
        self._where = where_places_are(user, door, {*self._said.values(), *keys})
        lived = {
            post for episode in episodes if _lives(episode) for post in postcodes_in(episode.from_detail)
        }
        lived |= {address.postcode for address in self._addresses}
        lived |= {one.place.postcode for one in self._where.values() if one.is_home}
        self._homes = lived - {""}
        self._posts = store.where(self._homes | posts)

    def start(self, episode: Episode) -> End | None:
        lives = _lives(episode)
        return (
            self._by_postcode(episode.from_detail, lives)
            or self._by_name(episode.from_detail, lives)
            or (
                self._at_address(timezone.localdate(episode.missing_from))
                if episode.from_where == "home"
                else None
            )
            or self._by_postcode(episode.last_seen_where)
            or self._by_name(episode.last_seen_where)
        )

    def finish(self, episode: Episode) -> End | None:
        said = self._said.get(episode.pk)
        return (
            self._by_postcode(episode.found_where)
            or (self._of_place(said, _("what the child said in the interview")) if said else None)
            or self._by_name(episode.found_where)
        )

    def _by_postcode(self, text: str, lives: bool = False) -> End | None:
        for post in postcodes_in(text):
            if post in self._posts:
                home = lives or post in self._homes or is_home(said=False, kind="", name=text)
                return End(_("the postcode that was written down"), self._square(post), home)
        return None

    def _at_address(self, on: date) -> End | None:
        """Of several that may be meant, none."""
        these = list(_on(self._addresses, on))
        dated = [address for address in these if address.since]
        posts = {address.postcode for address in dated or these}
        if len(posts) != 1 or not posts <= self._posts.keys():
            return None
        says = _("the child’s address on that day") if dated else _("the child’s address, without a day")
        return End(says, self._square(*posts), True)

    def _by_name(self, text: str, lives: bool = False) -> End | None:
        known = self._called.get(text.strip())
        says = _("the name of a place, as it is written down")
        return self._of_place(known, says, lives) if known else None

    def _of_place(self, key: uuid.UUID, says: str, lives: bool = False) -> End | None:
        """A home too: the page is the child’s own."""
        where = self._where.get(key)
        if where is None:
            return None
        home = lives or where.is_home or where.place.postcode in self._homes
        spot = where.spot
        if where.is_home and where.place.postcode in self._posts:
            spot = self._square(where.place.postcode)
        return End(says, spot, home, where.place) if spot else None

    def _square(self, postcode: str) -> Spot:
        return rules.spot(*self._posts[postcode], exact=False)


def _words(episode: Episode) -> tuple[str, str, str]:
    return episode.from_detail, episode.last_seen_where, episode.found_where


def _lives(episode: Episode) -> bool:
    return episode.from_where in _LIVES_IN


def _the_one[Key](found: dict[Key, set[uuid.UUID]]) -> dict[Key, uuid.UUID]:
    """Where there is one and no other."""
    return {key: next(iter(some)) for key, some in found.items() if len(some) == 1}


def _on(addresses: Iterable[Address], on: date) -> Iterator[Address]:
    for address in addresses:
        if (
            address.postcode
            and (address.since is None or address.since <= on)
            and (address.until is None or address.until >= on)
        ):
            yield address
