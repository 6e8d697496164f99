"""What a panel should look at, drawn from the record since the last one, each with why. A fixed number of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from heard.cases.assessment.models import AssessmentObservation, AssessmentPattern
from heard.cases.assessment.queries import assessments_visible_to
from heard.cases.concern.models import ConcernObservation
from heard.cases.concern.queries import concerns_open_to, concerns_since, for_the_panel, going_on_since
from heard.cases.missing.queries import episodes_visible_to, missing_since, not_heard_yet
from heard.cases.panel.queries.reading import items_visible_to, since_of
from heard.cases.panel.rules import LEFT_OVER_FOR, AgendaSection, MeetingKind, Why, themes
from heard.cases.plan.queries import plans_visible_to
from heard.knowledge import load
from heard.network.queries import newly_shared

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import User
    from heard.cases.panel.models import Panel, PanelItem, PanelReason

TIED_BY = 2  # children at least, before a place or group is on the agenda because of them


@dataclass(frozen=True)
class Reason:
    """Why something is on the agenda: since which day, the key of what it is about, how many children share a theme. `in_danger`: of a worry,
    whether somebody was when it was told, as the record says it."""

    kind: Why
    on: date | None = None
    about: uuid.UUID | None = None
    number: int | None = None
    in_danger: bool = field(default=False, compare=False)


@dataclass
class Suggested:
    """`end`: person, place, group or theme; `key` its key, of a theme the id of the sign or pattern."""

    section: AgendaSection
    end: str
    key: Any
    title: str = ""
    reasons: list[Reason] = field(default_factory=list)

    @property
    def in_danger(self) -> bool:
        return any(reason.in_danger for reason in self.reasons)


@dataclass(frozen=True)
class Standing:
    """A reason as the record stands now."""

    reason: Reason
    has_ended: bool = False
    in_danger: bool = False
    back_on: date | None = None  # of a child who was missing


type Found = Iterator[tuple[str, Any, Reason]]
type Only = dict[str, set[uuid.UUID]]

_SECTIONS = {
    "person": AgendaSection.CHILDREN,
    "place": AgendaSection.PLACES,
    "group": AgendaSection.HARM,
    "theme": AgendaSection.THEMES,
}


def suggestions(user: User, panel: Panel, since: datetime) -> list[Suggested]:
    """As far as this user may see the record: danger first, then what waits longest, and no child by any number."""
    gathered: dict[tuple[str, Any], Suggested] = {}
    for end, key, reason in _all(user, panel, since):
        one = gathered.setdefault((end, key), Suggested(_SECTIONS[end], end, key))
        one.reasons.append(reason)
    release = load.current()
    for one in gathered.values():
        one.title = release.entries[one.key].label if one.end == "theme" else ""
        one.reasons.sort(key=lambda reason: reason.on or date.max)
    waits = lambda one: (not one.in_danger, one.reasons[0].on or date.max, str(one.key))
    return sorted(gathered.values(), key=waits)


def reasons_of(user: User, panel: Panel, items: Iterable[PanelItem]) -> dict[uuid.UUID, list[Standing]]:
    """Why each of these is on the agenda of a panel, by its key. Of one that is to come, as the record says it now, as far as this user may
    see it: what was drawn, with whether it has ended since, and what came since; what goes on first. One that was held, or a meeting of
    another kind, keeps its agenda as it was. A fixed number of queries."""
    items = list(items)
    drawn = {item.pk: [_drawn(reason) for reason in item.reasons.all()] for item in items}
    if not items or panel.state == panel.State.HELD or panel.kind != MeetingKind.PANEL:
        return {key: [Standing(reason) for reason in some] for key, some in drawn.items()}
    since = panel.since or since_of(user, panel)
    ended = _ended(user, since, [reason for some in drawn.values() for reason in some])
    now = _now(user, panel, since, items)
    back = _back(user, [reason for some in (*drawn.values(), *now.values()) for reason in some])
    found = {}
    for key, some in drawn.items():
        came = [reason for reason in now[key] if reason not in some]
        standing = [
            Standing(reason, has_ended=(reason.kind, reason.about) in ended and reason not in now[key])
            for reason in some
        ]
        standing += [Standing(reason) for reason in came]
        danger = {reason.about for reason in now[key] if reason.in_danger}
        standing = [
            replace(one, back_on=back.get(one.reason.about), in_danger=one.reason.about in danger)
            for one in standing
        ]
        found[key] = sorted(standing, key=lambda one: (one.has_ended, one.reason.on or date.max))
    return found


def _drawn(reason: PanelReason) -> Reason:
    return Reason(Why(reason.kind), reason.on, reason.about, reason.number)


def _now(user: User, panel: Panel, since: datetime, items: list[PanelItem]) -> dict[uuid.UUID, list[Reason]]:
    """What drawing the agenda would say now of each. How many children share a theme was counted when it was drawn."""
    by_end = {(item.end, item.node_id): item.pk for item in items if item.node_id}
    only: Only = {end: {key for text, key in by_end if text == end} for end in ("person", "place", "group")}
    found: dict[uuid.UUID, list[Reason]] = {item.pk: [] for item in items}
    for end, key, reason in _about_some(user, panel, since, only):
        if (end, key) in by_end:
            found[by_end[end, key]].append(reason)
    return found


def _back(user: User, reasons: list[Reason]) -> dict[uuid.UUID | None, date]:
    """By episode, of those that are over, on which day the child was back. One query."""
    keys = {reason.about for reason in reasons if reason.kind == Why.MISSING and reason.about}
    rows = episodes_visible_to(user).order_by().filter(pk__in=keys, found_at__isnull=False)
    return {key: _day(at) for key, at in rows.values_list("pk", "found_at")}


def _ended(user: User, since: datetime, reasons: list[Reason]) -> set[tuple[Why, uuid.UUID | None]]:
    """Of these, what waits no longer: the worry was decided on or is at an end, the assessment signed, the child heard, the plan reviewed,
    the worry put to the panel no longer. Six queries."""
    keys = {kind: {reason.about for reason in reasons if reason.kind == kind} for kind in _WAITING}
    episodes = episodes_visible_to(user)
    ended = {
        Why.REVIEW_DUE: plans_visible_to(user).exclude(state="agreed", review_on__in=_days(reasons)),
        Why.ASSESSMENT_OVERDUE: assessments_visible_to(user).filter(state="signed"),
        Why.DECISION_OVERDUE: concerns_open_to(user).exclude(state="told"),
        Why.INTERVIEW_OVERDUE: episodes.exclude(pk__in=_keys(not_heard_yet(user))),
        Why.NEW_WORRY: concerns_open_to(user).exclude(pk__in=_keys(going_on_since(user, since))),
        Why.FOR_THE_PANEL: concerns_open_to(user).exclude(pk__in=_keys(for_the_panel(user))),
    }
    return {(kind, key) for kind, rows in ended.items() for key in _of(rows, keys[kind])}


_WAITING: Final = (
    Why.REVIEW_DUE,
    Why.ASSESSMENT_OVERDUE,
    Why.DECISION_OVERDUE,
    Why.INTERVIEW_OVERDUE,
    Why.NEW_WORRY,
    Why.FOR_THE_PANEL,
)


def _days(reasons: Iterable[Reason]) -> set[date | None]:
    return {reason.on for reason in reasons if reason.kind == Why.REVIEW_DUE}


def _of(rows: QuerySet[Any], keys: set[Any]) -> list[Any]:
    return list(rows.order_by().filter(pk__in=keys).values_list("pk", flat=True))


def _all(user: User, panel: Panel, since: datetime) -> Found:
    yield from _about_some(user, panel, since)
    for suggest in settings.PANEL_SUGGESTS:
        for end, key, kind in import_string(suggest)(user):
            yield end, key, Reason(Why(kind))
    for item, number in themes(_by_theme(user, since)).items():
        yield "theme", item, Reason(Why.THEME, number=number)


def _about_some(user: User, panel: Panel, since: datetime, only: Only | None = None) -> Found:
    """`only`: of these people, places and groups."""
    yield from _due(user, panel, only)
    yield from _worries(user, panel, since, only)
    yield from _left_over(user, panel, only)
    yield from _missing(user, panel, since, only)
    yield from _signed(user, since, only)
    if only is None or only["place"] or only["group"]:
        for end, key in newly_shared(user, since, by=TIED_BY):
            yield end, key, Reason(Why.SHARED)


def _of_some(rows: QuerySet[Any], only: Only | None, **at: str) -> QuerySet[Any]:
    """`at`: of each end where rows lead to it."""
    if only is None:
        return rows
    return rows.filter(reduce(or_, (Q(**{f"{path}__in": only[end]}) for end, path in at.items())))


def _due(user: User, panel: Panel, only: Only | None) -> Found:
    day = timezone.localdate(panel.starts_at)
    plans = plans_visible_to(user).filter(state="agreed", review_on__lte=day)
    plans = _of_some(plans, only, person="case__person")
    for child, on, key in plans.values_list("case__person_id", "review_on", "pk"):
        yield "person", child, Reason(Why.REVIEW_DUE, on, key)
    late = _plain(assessments_visible_to(user)).exclude(state="signed")
    late = _of_some(late.filter(due_on__lt=day, case__state="open"), only, person="case__person")
    for child, on, key in late.values_list("case__person_id", "due_on", "pk"):
        yield "person", child, Reason(Why.ASSESSMENT_OVERDUE, on, key)


def _worries(user: User, panel: Panel, since: datetime, only: Only | None) -> Found:
    day = timezone.localdate(panel.starts_at)
    late = concerns_open_to(user).filter(state="told", due_on__lt=day)
    for kind, rows, when in (
        (Why.DECISION_OVERDUE, late, "due_on"),
        (Why.FOR_THE_PANEL, _not_decided(user), "decided_at"),
        (Why.NEW_WORRY, going_on_since(user, since), "told_at"),
    ):
        some = _of_some(rows, only, person="person", place="place", group="group")
        wanted = ("pk", when, "in_danger", "person_id", "place_id", "group_id")
        for key, on, in_danger, *ends in some.values_list(*wanted):
            end, about = next(
                (end, about) for end, about in zip(("person", "place", "group"), ends, strict=True) if about
            )
            yield end, about, Reason(kind, _day(on), key, in_danger=in_danger)


def _not_decided(user: User) -> QuerySet[Any]:
    """Worries that were put to the panel, until an item about the place or group was decided on, or taken off, after that."""
    done = items_visible_to(user).filter(
        Q(decided_at__gt=OuterRef("decided_at")) | Q(taken_off_at__gt=OuterRef("decided_at"))
    )
    ends = ("place", "group")
    of_one = (Exists(done.order_by().filter(**{end: OuterRef(f"{end}_id")})) for end in ends)
    return for_the_panel(user).exclude(reduce(or_, of_one))


def _left_over(user: User, panel: Panel, only: Only | None) -> Found:
    """What a panel that was held had on its agenda, and neither it nor one since has decided on or taken off."""
    rows = items_visible_to(user).filter(
        panel__kind=MeetingKind.PANEL,
        panel__state="held",
        panel__starts_at__lt=panel.starts_at,
        panel__starts_at__gte=panel.starts_at - LEFT_OVER_FOR,
    )
    rows = _of_some(rows, only, person="person", place="place", group="group").order_by("panel__starts_at")
    latest: dict[tuple[str, Any], Any] = {}
    ends = ("person", "place", "group", "theme")
    for *keys, at, decided, off in rows.values_list(
        "person_id", "place_id", "group_id", "theme", "panel__starts_at", "decided_at", "taken_off_at"
    ):
        about = next(((end, key) for end, key in zip(ends, keys, strict=True) if key), None)
        if about:
            latest[about] = None if decided or off else at
    for (end, key), at in latest.items():
        if at:
            yield end, key, Reason(Why.NOT_REACHED, _day(at))


def _missing(user: User, panel: Panel, since: datetime, only: Only | None) -> Found:
    gone = _of_some(missing_since(user, since), only, person="person")
    for child, at, key in gone.values_list("person_id", "missing_from", "pk"):
        yield "person", child, Reason(Why.MISSING, _day(at), key)
    waiting = not_heard_yet(user).filter(interview_due_at__lt=panel.starts_at)
    waiting = _of_some(waiting, only, person="person")
    for child, due, key in waiting.values_list("person_id", "interview_due_at", "pk"):
        yield "person", child, Reason(Why.INTERVIEW_OVERDUE, _day(due), key)


def _signed(user: User, since: datetime, only: Only | None) -> Found:
    rows = _plain(assessments_visible_to(user)).filter(state="signed", signed_at__gt=since)
    rows = _of_some(rows, only, person="case__person")
    for child, at, key in rows.values_list("case__person_id", "signed_at", "pk"):
        yield "person", child, Reason(Why.SIGNED, _day(at), key)


def _by_theme(user: User, since: datetime) -> dict[str, set[uuid.UUID]]:
    """The children of each sign and pattern that was seen since. Restricted children are no part of any theme: for most of
    a panel they are not there."""
    worries = concerns_since(user, since, about="child").filter(person__restricted=False)
    signed = _plain(assessments_visible_to(user)).filter(
        state="signed", signed_at__gt=since, case__person__restricted=False
    )
    told = ConcernObservation.objects.filter(concern__in=_keys(worries), state="seen")
    assessed = AssessmentObservation.objects.filter(assessment__in=_keys(signed), state="seen")
    chosen = AssessmentPattern.objects.filter(assessment__in=_keys(signed))
    current, found = load.current(), defaultdict(set)
    signs = {entry.id for entry in current.signs}
    patterns = {entry.id for entry in current.patterns}
    for wanted, rows in (
        (signs, told.values_list("item", "concern__person_id")),
        (signs, assessed.values_list("item", "assessment__case__person_id")),
        (patterns, chosen.values_list("pattern", "assessment__case__person_id")),
    ):
        for item, child in rows:
            if item in wanted:
                found[item].add(child)
    return found


def _keys(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values("pk")


def _plain(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Without what would be fetched beside each: only keys and days are read."""
    return rows.prefetch_related(None)


def _day(at: Any) -> date:
    return timezone.localdate(at) if isinstance(at, datetime) else at
