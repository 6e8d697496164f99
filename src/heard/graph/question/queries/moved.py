"""Whether harm moved after something was done about a place."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from heard.cases.concern import queries as worries
from heard.cases.context.queries import began_to_watch
from heard.cases.disruption import queries as disruption
from heard.cases.panel.queries import how_actions_stand
from heard.govuk.environment import day
from heard.graph.question.queries.asking import Answer, Asking, Ground, Line
from heard.graph.question.queries.places import InRecords, named_in_records
from heard.graph.question.rules import last_said
from heard.graph.question.rules import moved as rules
from heard.network.rules import PROTECTS, outward

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.question.rules.moved import Seen
    from heard.network.rules import Piece

ID = "moved"
_EVER = 36500  # days back: whether somebody was there before is asked of all that is known


def moved(user: User, place_id: uuid.UUID) -> Answer:
    """Where those went who were seen at a place before the latest step about it was finished or somebody began to protect there, and
    which places near it are named more or less since. A fixed number of queries."""
    asking = Asking(user, ID)
    place = asking.door.node("place", place_id)
    here = asking.door.known_around({place_id}, since=asking.before(_EVER))
    done = _done(asking, place_id)
    guards = [one for one in here if one.kind_id == PROTECTS and one.since]
    days = [on for on, _ground in done] + [one.since for one in guards if one.since]
    on = max(days, default=None)
    seen = _seen(here)
    people = rules.there_before(seen, place_id, on) if on else frozenset()
    elsewhere = asking.door.known_around(people, since=asking.before(_EVER))
    gone = rules.gone_on_to(_seen(elsewhere), people, place_id, on) if on else {}
    many = asking.find_hubs(gone)
    long = rules.window(on, timezone.localdate()) if on else timedelta()
    around = on or timezone.localdate()
    near = _near(asking, place)
    found = named_in_records(user, asking.door, around - long, around + long, near=near)
    named = asking.call(
        *near,
        *gone,
        *people,
        *(key for one in (*here, *elsewhere) for key in (one.node, one.other)),
    )
    asking.hubs = [named[key] for key in many]
    if on is None:
        nothing = _(
            "No step about this place that you may see is finished, and nobody is noted who began to protect there."
        )
        return asking.answer([], [nothing, *_limits()], subject=place)
    since = tuple(ground for day_of, ground in done if day_of == on)
    since += tuple(asking.ground(one) for one in guards if one.since == on)
    lines = [
        _went(asking, place, named[other], on, len(people), who, [*here, *elsewhere], since)
        for other, who in gone.items()
        if other not in many
    ]
    if not found.cut:
        lines += [line for key in near if (line := _named(asking, named[key], found, on, long))]
    return asking.answer(
        lines,
        [*_limits(), *found.limits],
        headings=_headings(),
        summary=_summary(place, on, len(people), found, long),
        subject=place,
    )


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


def _summary(place: Any, on: date, people: int, found: InRecords, long: timedelta) -> str:
    says = _(
        "The latest day on which something was done about it: %(day)s. People seen there in the 180 days before: %(people)s."
    ) % {"day": day(on), "people": people}
    if found.cut:
        return says
    these = rules.named(_days(found, place), on, long)
    return f"{says} " + _(
        "Worries and episodes that name it: %(before)s in the %(days)s days before, %(after)s in as many after."
    ) % {"before": len(these.before), "after": len(these.after), "days": long.days}


def _done(asking: Asking, place_id: uuid.UUID) -> list[tuple[date, Ground]]:
    """Steps about a place that were finished, of a child's case, of a worry, of a panel and of a context, and when somebody in a
    context said yes to watching over it. What a panel decided and became a step that the user may see is that step."""
    found: list[tuple[date, Ground]] = []
    steps = disruption.steps_visible_to(asking.user).filter(place=place_id, state="done")
    shown = set()
    for key, case, on, decided in steps.order_by().values_list("pk", "case_id", "done_on", "panel_action_id"):
        assert on
        found.append(_step(key, on, ("disruption", {"case_id": case})))
        shown.add(decided)
    told = worries.steps_visible_to(asking.user).filter(concern__place=place_id, state="done")
    for worry, at in told.order_by().values_list("concern_id", "finished_at"):
        found.append(_step(worry, timezone.localdate(at), ("concern", {"concern_id": worry})))
    actions = how_actions_stand(asking.user).filter(
        item__place=place_id, item__taken_off_at=None, now="done", now_done_on__isnull=False
    )
    for key, item, on in actions.order_by().values_list("pk", "item_id", "now_done_on"):
        if key not in shown:
            found.append(_step(key, on, ("panel_item", {"item_id": item})))
    own = disruption.context_steps_visible_to(asking.user).filter(place=place_id, state="done")
    for key, context, on in own.order_by().values_list("pk", "context_id", "done_on"):
        assert on
        found.append(_step(key, on, ("context", {"context_id": context})))
    for context, on in began_to_watch(asking.user, place_id):
        text = _("Somebody said yes to watching over this place, %(date)s") % {"date": day(on)}
        found.append((on, Ground(context, text, ("context", {"context_id": context}), on)))
    return sorted(found, key=lambda one: (one[0], str(one[1].key)))


def _step(key: uuid.UUID, on: date, page: tuple[str, dict[str, Any]]) -> tuple[date, Ground]:
    return on, Ground(key, _("A step about this place was finished, %(date)s") % {"date": day(on)}, page, on)


def _seen(pieces: Iterable[Piece]) -> list[Seen]:
    """A piece as read from either end: the person and the place."""
    found = []
    for one in pieces:
        ends = {one.node_kind: one.node, one.other_kind: one.other}
        who, where = ends.get("person"), ends.get("place")
        if one.kind_id in rules.SEEN and who and where:
            found.append(rules.Seen(who, where, one.since, last_said(one)))
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
) -> Line:
    says = _(
        "Of %(number)s people seen at %(place)s in the 180 days before %(day)s, some were seen at %(other)s for the first time in the 90 "
        "days after: %(who)s."
    ) % {"number": people, "place": place, "day": day(on), "other": other, "who": asking.people(who)}
    some = []
    for one in known:
        [*seen] = _seen([one])
        if seen and seen[0].who in who:
            before = seen[0].where == place.pk and rules.there_before(seen, place.pk, on)
            after = seen[0].where == other.pk and rules.began_after(seen[0], on)
            some += [one] if before or after else []
    return asking.line(other, says, some, part="seen", people=who, also=since)


def _near(asking: Asking, place: Any) -> list[uuid.UUID]:
    """A place, and others in the same postcode district as far as their postcodes are known. One query."""
    district = outward(place.postcode)
    rows = (
        asking.door.nodes("place")
        .filter(postcode__startswith=district or place.postcode)
        .exclude(postcode="")
    )
    others = rows.values_list("pk", "postcode")
    return [
        place.pk,
        *(key for key, one in others if key != place.pk and district and outward(one) == district),
    ]


def _named(asking: Asking, this: Any, found: InRecords, on: date, long: timedelta) -> Line | None:
    """Whether a place is named more or less; the line rests on what it counts."""
    these = rules.named(_days(found, this), on, long)
    if these.course is None:
        return None
    says = _("%(name)s is named in %(after)s worries and episodes of the %(days)s days after, and in %(before)s of as many before.") % {
        "name": this, "after": len(these.after), "before": len(these.before), "days": long.days,
    }  # fmt: skip
    which = these.before | these.after
    also = _in_order(found.records[this.pk][key] for key in which)
    return asking.line(this, says, (), part=these.course.value, people=found.people(which), also=also)


def _days(found: InRecords, this: Any) -> dict[uuid.UUID, date]:
    """Of the records that name a place."""
    return {key: one.on for key, one in found.records[this.pk].items() if one.on}


def _in_order(grounds: Iterable[Ground]) -> list[Ground]:
    return sorted(grounds, key=lambda one: (one.on or date.min, str(one.key)))
