"""Questions about places: named often while nobody watches, and who was there on one day."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from heard.cases.context.queries import watched_places
from heard.cases.disruption.queries import steps_visible_to
from heard.cases.panel.queries import how_actions_stand
from heard.govuk.environment import day
from heard.graph.queries import named_in_records
from heard.graph.question.queries.asking import Answer, AnswerLine, Asking
from heard.graph.question.rules import line_of
from heard.network.queries import people_visible_to, web
from heard.network.rules import PROTECTS

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.rules import Piece

UNWATCHED, THERE = "unwatched", "there"


def unwatched(user: User) -> Answer:
    """Places of which two worries or episodes or more speak, while nobody is noted who protects there, and no step, action of
    a panel or context is open. A fixed number of queries."""
    return _unwatched(user)


def _unwatched(user: User, *, for_all: bool = False) -> Answer:
    asking = Asking(user, UNWATCHED)
    named_in = named_in_records(user, asking.door, asking.since)
    if for_all:
        restricted = people_visible_to(user).filter(pk__in=set(named_in.missing.values()), restricted=True)
        named_in.leave_out(set(restricted.values_list("pk", flat=True)))
    several = {place for place, some in named_in.records.items() if len(some) > 1}
    around = asking.door.known_around(several, since=asking.since)
    watched = {piece.other for piece in around if piece.kind_id == PROTECTS}
    watched |= _worked_on(user, several) | set(watched_places(user))
    named = asking.call(*several)
    lines = []
    for place in several - watched:
        some = sorted(named_in.records[place].values(), key=lambda ground: (ground.text, str(ground.key)))
        says = _(
            "%(name)s: %(what)s. Nobody is noted who watches over it, and no step, panel action or context is open."
        ) % {
            "name": _told_apart(named[place]),
            "what": "; ".join(ground.text for ground in some),
        }
        known = line_of(UNWATCHED, place, (ground.key for ground in some))
        lines.append(
            AnswerLine(
                "place", named[place], says, tuple(some), named_in.people(named_in.records[place]), known
            )
        )
    limits = [
        _(
            "Asked of worries about a place, and of places that a child spoke of in an interview, of the last 12 months. Words "
            "are not compared. Steps and actions in records that you may not see are not known here."
        )
    ]
    return asking.answer(lines, [*limits, *named_in.limits])


def _told_apart(place: Any) -> str:
    """With its postcode: two places may have one name."""
    return f"{place} ({place.postcode})" if place.postcode else str(place)


def _worked_on(user: User, places: set[uuid.UUID]) -> set[uuid.UUID]:
    steps = steps_visible_to(user).filter(place__in=places, state="open")
    actions = how_actions_stand(user).filter(item__place__in=places, now="open")
    found = set(steps.order_by().values_list("place_id", flat=True))
    return found | set(actions.order_by().values_list("item__place_id", flat=True))


def for_a_panel(user: User) -> list[tuple[str, uuid.UUID, str]]:
    """Those places, for the agenda of a panel (`PANEL_SUGGESTS`), which all who come to it read: without homes, and as if no record that is
    restricted had been read."""
    places = [line.this for line in _unwatched(user, for_all=True).lines]
    homes = web(user).homes(places)
    return [("place", place.pk, UNWATCHED) for place in places if place.pk not in homes]


def there(user: User, place_id: uuid.UUID, on: date | None = None) -> Answer:
    """Who and what was at a place on one day, as sources give that day: what two of them or more say of it. A fixed number of
    queries."""
    asking = Asking(user, THERE)
    asking.door.node("place", place_id)
    rows = asking.door.known_around({place_id}, since=on or asking.since)
    by_day: dict[date, list[Piece]] = defaultdict(list)
    for piece in rows:
        if piece.since and (on is None or piece.since == on):
            by_day[piece.since].append(piece)
    several = {when: some for when, some in by_day.items() if len({piece.node for piece in some}) > 1}
    named = asking.call(place_id, *(piece.node for some in several.values() for piece in some))
    lines = []
    for when, some in several.items():
        kinds: dict[str, set[str]] = defaultdict(set)
        for piece in some:
            kinds[asking.part_of(named[piece.node])].add(str(named[piece.node]))
        who = "; ".join(", ".join(sorted(kinds[kind], key=str.casefold)) for kind in _ORDER if kind in kinds)
        says = _("%(date)s: %(who)s.") % {"date": day(when), "who": who}
        lines.append(asking.line(named[place_id], says, some, part="place"))
    limits = [
        _(
            "Sources give a day and no hour: these were there on one day, which says nothing of whether they met. Sources without "
            "a day, and ties that only began or ended around then, are not asked."
        )
    ]
    return asking.answer(lines, limits, headings={"place": _("On one day")}, subject=named[place_id])


_ORDER = ("child", "adult", "group", "handle")
