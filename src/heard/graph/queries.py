"""What worries and missing episodes name of places, as this user may see it, and how often before and after something was done.
Questions and maps count by it alike. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from heard.cases.concern import queries as worries
from heard.cases.concern.queries import concerns_open_to
from heard.cases.context.queries import began_to_watch
from heard.cases.disruption import queries as disruption
from heard.cases.missing.queries import episodes_visible_to
from heard.cases.panel.queries import how_actions_stand
from heard.govuk.environment import day
from heard.graph import rules
from heard.network.rules import PROTECTS, outward

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import User
    from heard.network.queries import Web
    from heard.network.rules import Piece

_LOOKED = 2000  # records, the latest
_EVER = 36500  # days back: whether somebody was there before is asked of all that is known


@dataclass(frozen=True)
class Ground:
    """One source or record that a line rests on, the page on which it is read, and its day where a question asks for that.
    `withdrawn`: it counts no longer, and the line says so."""

    key: uuid.UUID
    text: str
    page: tuple[str, dict[str, Any]]
    on: date | None = None
    withdrawn: bool = False


@dataclass
class InRecords:
    """Of each place, the records that name it, by their keys; and of each episode, who was missing, and when it `began`. `cut`: there were more than are
    read, and the latest were."""

    records: dict[uuid.UUID, dict[uuid.UUID, Ground]] = field(default_factory=lambda: defaultdict(dict))
    missing: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    began: dict[uuid.UUID, datetime] = field(default_factory=dict)
    cut: bool = False

    @property
    def limits(self) -> list[str]:
        """What to say where more was there than is read."""
        says = _(
            "More than %(number)s worries or episodes name places in this time: only the latest were read."
        )
        return [says % {"number": _LOOKED}] if self.cut else []

    def leave_out(self, people: Collection[uuid.UUID]) -> None:
        """As if no episode of these people had been read."""
        gone = {key for key, who in self.missing.items() if who in people}
        for some in self.records.values():
            for key in gone & some.keys():
                del some[key]

    def people(self, records: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
        return frozenset(self.missing[key] for key in records if key in self.missing)


def named_in_records(
    user: User,
    door: Web,
    since: date,
    until: date | None = None,
    *,
    near: Collection[uuid.UUID] | None = None,
) -> InRecords:
    """Worries about places, and episodes in which a child spoke of one, from one day to another; `near`: of these places alone. A fixed
    number of queries."""
    found = InRecords()
    until = until or timezone.localdate()
    worries = concerns_open_to(user).filter(place__isnull=False, told_at__date__range=(since, until))
    episodes = episodes_visible_to(user).filter(taken_back_at=None, missing_from__date__range=(since, until))
    if near is not None:
        worries = worries.filter(place__in=near)
        episodes = episodes.filter(door.says_of(near, "interview"))
    told = list(worries.order_by("-told_at", "pk").values_list("place_id", "pk", "told_at")[: _LOOKED + 1])
    for place, key, at in told[:_LOOKED]:
        text = _("A worry, %(date)s") % {"date": day(at)}
        found.records[place][key] = Ground(
            key, text, ("concern", {"concern_id": key}), timezone.localdate(at)
        )
    gone = list(
        episodes.order_by("-missing_from", "pk").values_list(
            "pk", "person_id", "person__given_name", "person__family_name", "missing_from"
        )[: _LOOKED + 1]
    )
    whose = {key: (who, f"{given} {family}".strip(), at) for key, who, given, family, at in gone[:_LOOKED]}
    found.cut = max(len(told), len(gone)) > _LOOKED
    for piece in door.known_from("interview", set(whose)):
        if piece.node_kind == "place" and piece.about_id and (near is None or piece.node in near):
            who, name, at = whose[piece.about_id]
            text = _("%(name)s, missing %(date)s") % {"name": name, "date": day(at)}
            page = ("episode", {"episode_id": piece.about_id})
            found.records[piece.node][piece.about_id] = Ground(
                piece.about_id, text, page, timezone.localdate(at)
            )
            found.missing[piece.about_id] = who
            found.began[piece.about_id] = timezone.localtime(at)
    return found


@dataclass(frozen=True)
class Counted:
    """What records say of a place and of those near it around the latest day `on` which something was done about it; None where nothing was.

    `done`: steps that were finished, by their days; `guards`: who is noted to protect there; `here`: all that is known around the place;
    `near`: the place and those near it, by their keys; `long`: how long before and after that day is compared."""

    place: Any
    on: date | None
    done: list[tuple[date, Ground]]
    guards: list[Piece]
    here: list[Piece]
    near: list[uuid.UUID]
    long: timedelta
    found: InRecords

    def named(self, place_id: uuid.UUID) -> rules.Named:
        """Which records name one of the places before and after. Only where something was done."""
        assert self.on
        days = {key: ground.on for key, ground in self.found.records[place_id].items() if ground.on}
        return rules.named(days, self.on, self.long)


def counted(user: User, door: Web, place_id: uuid.UUID) -> Counted:
    """`Hidden` unless the user may see the place. A fixed number of queries."""
    place = door.node("place", place_id)
    here = door.known_around({place_id}, since=timezone.localdate() - timedelta(days=_EVER))
    done = done_at(user, {place_id}).get(place_id, [])
    guards = [piece for piece in here if piece.kind_id == PROTECTS and piece.since]
    on = max(
        [day_of for day_of, _ground in done] + [guard.since for guard in guards if guard.since], default=None
    )
    long = rules.window(on, timezone.localdate()) if on else timedelta()
    around = on or timezone.localdate()
    near = _near(door, place)
    found = named_in_records(user, door, around - long, around + long, near=near)
    return Counted(place, on, done, guards, here, near, long, found)


def done_at(
    user: User, places: Collection[uuid.UUID] | None = None, *, since: date = date.min, for_all: bool = False
) -> dict[uuid.UUID, list[tuple[date, Ground]]]:
    """Of places, steps about them that were finished, of a child's case, of a worry, of a panel and of a context, and when somebody in a
    context said yes to watching over them. What a panel decided and became a step that the user may see is that step. `places`: of these
    alone; `since`: on that day or later; `for_all`: as if no record that is restricted had been read. A fixed number of queries."""

    def asked(rows: QuerySet[Any], place: str, **more: Any) -> QuerySet[Any]:
        rows = rows.order_by() if places is None else rows.order_by().filter(**{f"{place}__in": places})
        return rows.filter(**{f"{place}__isnull": False}, **more)

    found: dict[uuid.UUID, list[tuple[date, Ground]]] = defaultdict(list)
    steps = asked(disruption.steps_visible_to(user), "place", state="done", done_on__gte=since)
    steps = steps.filter(case__person__restricted=False) if for_all else steps
    shown = set()
    for at, key, case, on, decided in steps.values_list(
        "place_id", "pk", "case_id", "done_on", "panel_action_id"
    ):
        found[at].append(_step(key, on, ("disruption", {"case_id": case})))
        shown.add(decided)
    told = asked(worries.steps_visible_to(user), "concern__place", state="done")
    for at, worry, when in told.values_list("concern__place_id", "concern_id", "finished_at"):
        if timezone.localdate(when) >= since:
            found[at].append(_step(worry, timezone.localdate(when), ("concern", {"concern_id": worry})))
    actions = asked(
        how_actions_stand(user), "item__place", item__taken_off_at=None, now="done", now_done_on__gte=since
    )
    for at, key, item, on in actions.values_list("item__place_id", "pk", "item_id", "now_done_on"):
        if key not in shown:
            found[at].append(_step(key, on, ("panel_item", {"item_id": item})))
    own = asked(disruption.context_steps_visible_to(user), "place", state="done", done_on__gte=since)
    for at, key, context, on in own.values_list("place_id", "pk", "context_id", "done_on"):
        found[at].append(_step(key, on, ("context", {"context_id": context})))
    for at, context, on in began_to_watch(user, places):
        if on >= since:
            text = _("Somebody said yes to watching over this place, %(date)s") % {"date": day(on)}
            found[at].append((on, Ground(context, text, ("context", {"context_id": context}), on)))
    return {at: sorted(some, key=lambda pair: (pair[0], str(pair[1].key))) for at, some in found.items()}


def _step(key: uuid.UUID, on: date, page: tuple[str, dict[str, Any]]) -> tuple[date, Ground]:
    return on, Ground(key, _("A step about this place was finished, %(date)s") % {"date": day(on)}, page, on)


def _near(door: Web, place: Any) -> list[uuid.UUID]:
    """A place, and others in the same postcode district as far as their postcodes are known. One query."""
    district = outward(place.postcode)
    rows = door.nodes("place").filter(postcode__startswith=district or place.postcode).exclude(postcode="")
    others = rows.values_list("pk", "postcode")
    return [
        place.pk,
        *(key for key, one in others if key != place.pk and district and outward(one) == district),
    ]
