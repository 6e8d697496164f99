"""Whether harm moved after something was done about a place."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from heard.govuk.environment import day
from heard.graph.queries import Ground, counted, done_at
from heard.graph.question.queries.asking import Answer, AnswerLine, Asking
from heard.graph.question.rules import HUB, last_said
from heard.graph.question.rules import moved as rules
from heard.graph.rules import AFTER
from heard.network.queries import people_visible_to, web

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.queries import Counted
    from heard.graph.question.rules.moved import Seen
    from heard.network.rules import Piece

ID = "moved"
_EVER = 36500  # days back: whether somebody was there before is asked of all that is known


def moved(user: User, place_id: uuid.UUID) -> Answer:
    """Where those went who were seen at a place before the latest step about it was finished or somebody began to protect there, and
    which places near it are named more or less since. A fixed number of queries."""
    asking = Asking(user, ID)
    this = counted(user, asking.door, place_id)
    seen, on = _seen(this.here), this.on
    people = rules.there_before(seen, place_id, on) if on else frozenset()
    elsewhere = asking.door.known_around(people, since=asking.before(_EVER))
    gone = rules.gone_on_to(_seen(elsewhere), people, place_id, on) if on else {}
    many = asking.find_hubs(gone)
    named = asking.call(
        *this.near,
        *gone,
        *people,
        *(key for piece in (*this.here, *elsewhere) for key in (piece.node, piece.other)),
    )
    asking.hubs = [named[key] for key in many]
    if on is None:
        nothing = _(
            "No step about this place that you may see is finished, and nobody is noted who began to protect there."
        )
        return asking.answer([], [nothing, *_limits()], subject=this.place)
    since = tuple(ground for day_of, ground in this.done if day_of == on)
    since += tuple(asking.ground(guard) for guard in this.guards if guard.since == on)
    lines = [
        _went(asking, this.place, named[other], on, len(people), who, [*this.here, *elsewhere], since)
        for other, who in gone.items()
        if other not in many
    ]
    if not this.found.cut:
        lines += [line for key in this.near if (line := _named(asking, named[key], this))]
    return asking.answer(
        lines,
        [*_limits(), *this.found.limits],
        headings=_headings(),
        summary=_summary(this, on, len(people)),
        subject=this.place,
    )


def for_a_panel(user: User) -> list[tuple[str, uuid.UUID, str]]:
    """Places about which something was done in the last 90 days, and from where several people went on to one other place, for the agenda of a panel
    (`PANEL_SUGGESTS`), which all who come to it read: without homes, as if no record that is restricted had been read, and of sources alone that
    may leave. A fixed number of queries."""
    door, today = web(user, leaving=True), timezone.localdate()
    done = done_at(user, since=today - AFTER, for_all=True)
    ever = today - timedelta(days=_EVER)
    here = door.known_around(done.keys(), since=ever)
    open_to_all = _unrestricted(user, here)
    on_of = {key: max(on for on, _ground in some) for key, some in done.items()}
    seen = [one for one in _seen(here) if one.who in open_to_all]
    there = {key: rules.there_before(seen, key, on) for key, on in on_of.items()}
    elsewhere = _seen(door.known_around(frozenset().union(*there.values()), since=ever))
    gone = {key: set(rules.gone_on_to(elsewhere, who, key, on_of[key])) for key, who in there.items()}
    others = frozenset[uuid.UUID]().union(*gone.values())
    named = door.called(*gone, *others)
    left_out = door.join_nobody(others, more_than=HUB) | door.homes(list(named.values()))
    return [
        ("place", key, ID) for key, some in gone.items() if key in named.keys() - left_out and some - left_out
    ]


def _unrestricted(user: User, pieces: Iterable[Piece]) -> set[uuid.UUID]:
    keys = {piece.node for piece in pieces if piece.node_kind == "person"}
    rows = people_visible_to(user).filter(pk__in=keys, restricted=False)
    return set(rows.order_by().values_list("pk", flat=True))


def _headings() -> dict[str, Any]:
    return {
        "seen": _("Where people who were seen there have been seen since"),
        "more": _("Named more since"),
        "less": _("Named less since"),
    }


def _limits() -> list[str]:
    return [
        _(
            "Near is what has the same first half of a postcode; how far two places are apart is not known here. Only the latest day is "
            "asked about on which a step was finished or somebody began to protect, as far as you may see. Whether the step did "
            "anything, nobody may have written down."
        ),
        _(
            "Somebody counts as seen at a place where a source says that they go, were taken, were seen or were found there. "
            "Who goes there, with no end known, counts until the day on which somebody noted it. A source without a day makes nobody seen "
            "somewhere for the first time. Fewer records may mean that fewer people look. Harm moves, and safety spreads: ask about both."
        ),
    ]


def _summary(this: Counted, on: date, people: int) -> str:
    says = _(
        "The latest day on which something was done about it: %(day)s. People seen there in the 180 days before: %(people)s."
    ) % {"day": day(on), "people": people}
    if this.found.cut:
        return says
    these = this.named(this.place.pk)
    return f"{says} " + _(
        "Worries and episodes that name it: %(before)s in the %(days)s days before, %(after)s in as many after."
    ) % {"before": len(these.before), "after": len(these.after), "days": this.long.days}


def _seen(pieces: Iterable[Piece]) -> list[Seen]:
    """A piece as read from either end: the person and the place."""
    found = []
    for piece in pieces:
        ends = {piece.node_kind: piece.node, piece.other_kind: piece.other}
        who, where = ends.get("person"), ends.get("place")
        if piece.kind_id in rules.SEEN and who and where:
            found.append(rules.Seen(who, where, piece.since, last_said(piece)))
    return found


def _went(
    asking: Asking,
    place: Any,
    other: Any,
    on: date,
    people: int,
    who: frozenset[uuid.UUID],
    known: list[Piece],
    since: tuple[Ground, ...],
) -> AnswerLine:
    says = _(
        "Of %(number)s people seen at %(place)s in the 180 days before %(day)s, some were seen at %(other)s for the first time in the 90 "
        "days after: %(who)s."
    ) % {"number": people, "place": place, "day": day(on), "other": other, "who": asking.people(who)}
    some = []
    for piece in known:
        [*seen] = _seen([piece])
        if seen and seen[0].who in who:
            before = seen[0].where == place.pk and rules.there_before(seen, place.pk, on)
            after = seen[0].where == other.pk and rules.began_after(seen[0], on)
            some += [piece] if before or after else []
    return asking.line(other, says, some, part="seen", people=who, also=since)


def _named(asking: Asking, place: Any, this: Counted) -> AnswerLine | None:
    """Whether a place is named more or less; the line rests on what it counts."""
    these = this.named(place.pk)
    if these.course is None:
        return None
    says = _("%(name)s is named in %(after)s worries and episodes of the %(days)s days after, and in %(before)s of as many before.") % {
        "name": place, "after": len(these.after), "before": len(these.before), "days": this.long.days,
    }  # fmt: skip
    which = these.before | these.after
    also = _in_order(this.found.records[place.pk][key] for key in which)
    return asking.line(place, says, (), part=these.course.value, people=this.found.people(which), also=also)


def _in_order(grounds: Iterable[Ground]) -> list[Ground]:
    return sorted(grounds, key=lambda ground: (ground.on or date.min, str(ground.key)))
