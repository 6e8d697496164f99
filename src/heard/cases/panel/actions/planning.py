"""Planning a panel, inviting to it, and its agenda."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.actions import record_looks
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May, refuse
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.context.queries import context_visible_to, names_of
from heard.cases.context.rules import names_somebody
from heard.cases.panel import queries, rules
from heard.cases.panel.actions._shared import _audit, _audit_item, _locked, _why_not_name
from heard.cases.panel.models import Panel, PanelAction, PanelItem, PanelReason, PanelSeat
from heard.cases.panel.rules import AgendaSection, MeetingKind, Why
from heard.cases.stage.grounds import people_in
from heard.network.queries import group_visible_to, person_visible_to, place_visible_to, web

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.concern.models import Concern
    from heard.cases.context.models import Context
    from heard.network.queries import SourceRead


@transaction.atomic
def plan_panel(
    *,
    by: User,
    starts_at: datetime | None,
    place: str,
    chair: User,
    agencies: Collection[uuid.UUID] = (),
    kind: str = MeetingKind.PANEL,
    purpose: str = "",
    used_by: str = "",
    context_id: uuid.UUID | None = None,
) -> Panel:
    """A panel with the agencies that are invited. `starts_at` may lie in the past: it is then written down afterwards, which it says. `purpose`,
    `used_by`: of a meeting of another kind, which is not called without. `context_id`: of a conference, which is about its place or
    group; `Hidden` where `by` may not read it."""
    panel = Panel(planned_by=by, kind=MeetingKind(kind))
    if kind == MeetingKind.CONFERENCE:
        if context_id is None:
            raise Hidden
        panel.context = context_visible_to(by, context_id)
        refuse(rules.why_not_confer(is_open=panel.context.is_open))
    refuse(_why_not_name(by, panel, purpose, used_by))
    _say_when(by, panel, starts_at, place, chair, agencies, purpose, used_by)
    if panel.context:
        _take_up(by, panel, panel.context)
    for agency in agencies_visible_to(by).filter(pk__in=list(agencies)):
        PanelSeat.objects.create(panel=panel, agency=agency)
    _audit(by, "plan", panel)
    return panel


@transaction.atomic
def change_panel(
    *,
    by: User,
    panel_id: uuid.UUID,
    starts_at: datetime | None,
    place: str,
    chair: User,
    purpose: str = "",
    used_by: str = "",
) -> Panel:
    """Why a meeting of another kind is held, who will use it and when it began stay once it has begun."""
    panel = _locked(by, panel_id)
    refuse(rules.why_not_change(may_hold=by.may(May.HOLD_PANEL), state=panel.state))
    changes = (purpose.strip(), used_by.strip()) != (panel.purpose, panel.used_by)
    refuse(
        rules.why_not_say_why_anew(
            kind=panel.kind,
            has_begun=panel.has_begun,
            changes=changes,
            moves=starts_at is not None and _to_the_minute(starts_at) != _to_the_minute(panel.starts_at),
            would_have_begun=starts_at is not None and starts_at <= timezone.now(),
        )
    )
    if changes:  # a text that names nobody may name somebody who is tied to the place since
        people = [item.person_id for item in queries.chosen(by, panel)] if panel.is_mapping else []
        refuse(_why_not_name(by, panel, purpose, used_by) or _why_names(by, people, purpose, used_by))
    invited = {seat.agency_id for seat in panel.seats.all()}
    _say_when(by, panel, starts_at, place, chair, invited, purpose, used_by)
    _audit(by, "change", panel)
    return panel


@transaction.atomic
def invite(
    *, by: User, panel_id: uuid.UUID, agency_id: uuid.UUID | None = None, user: User | None = None
) -> PanelSeat:
    """An agency, or (`user`) one person, who comes for the agency of their team."""
    panel = _locked(by, panel_id)
    refuse(rules.why_not_change(may_hold=by.may(May.HOLD_PANEL), state=panel.state))
    if user is not None:
        agency_id = user.team.agency_id if user.team else None
    agency = agencies_visible_to(by).filter(pk=agency_id).first() if agency_id else None
    is_there = any(
        seat.agency_id == agency_id and seat.user_id == (user and user.pk) for seat in panel.seats.all()
    )
    refuse(
        rules.why_not_invite(
            has_agency=agency is not None,
            is_there=is_there,
            may_see=user is None or (user.is_active and user.may(May.SEE_PANEL)),
        )
    )
    if agency is None:
        raise Hidden
    seat = PanelSeat.objects.create(panel=panel, agency=agency, user=user)
    _audit(by, "invite", panel, agency=agency_id)
    return seat


@transaction.atomic
def uninvite(*, by: User, panel_id: uuid.UUID, seats: Collection[int]) -> Panel:
    """Takes back invitations to a panel that is to come."""
    panel = _locked(by, panel_id)
    refuse(rules.why_not_change(may_hold=by.may(May.HOLD_PANEL), state=panel.state))
    PanelSeat.objects.filter(panel=panel, pk__in=list(seats)).delete()
    _audit(by, "uninvite", panel)
    return panel


@transaction.atomic
def prepare_panel(*, by: User, panel_id: uuid.UUID, at: datetime | None = None) -> Panel:
    """Draws the agenda from the record, as far as `by` may see it. Again and again: what is there stays as people wrote
    and ordered it, what was taken off stays off, and why each item is there is written anew. What is new goes to the end, but before all else
    where somebody was in danger when it was told."""
    panel = _locked(by, panel_id)
    refuse(
        rules.why_not_change(may_hold=by.may(May.HOLD_PANEL), state=panel.state)
        or rules.why_not_prepare(kind=panel.kind)
    )
    since = queries.since_of(by, panel)
    found = queries.suggestions(by, panel, since)
    there = {_key(item): item for item in PanelItem.objects.filter(panel=panel)}
    new = {(one.end, one.key): one for one in found if (one.end, one.key) not in there}
    ahead, last = sum(one.in_danger for one in new.values()), _next_position(there.values()) - 1
    PanelItem.objects.filter(panel=panel).update(position=F("position") + ahead)
    items = [
        _item(by, panel, one, place if one.in_danger else last + place)
        for place, one in enumerate(new.values(), 1)
    ]
    PanelItem.objects.bulk_create(items)
    there |= dict(zip(new, items, strict=True))
    mine = queries.items_visible_to(by).filter(panel=panel).order_by().values_list("pk", flat=True)
    drawn = PanelReason.objects.filter(item__in=list(mine)).exclude(kind=Why.BY_HAND)
    drawn.delete()
    PanelReason.objects.bulk_create(
        PanelReason(
            item=there[one.end, one.key], kind=why.kind, on=why.on, about=why.about, number=why.number
        )
        for one in found
        for why in one.reasons
    )
    panel.since, panel.prepared_at = since, at or timezone.now()
    panel.save(update_fields=["since", "prepared_at"])
    _audit(by, "prepare", panel, new=len(items))
    children = [one.key for one in found if one.end == "person"]
    record_looks(by=by, subject="panel", subject_id=panel.pk, person_ids=children)
    return panel


@transaction.atomic
def put_to_the_next_panel(*, by: User, concern: Concern) -> None:
    """Whoever decides that the panel discusses a worry need not see the panel: it stands on the agenda of the next one, where that is drawn
    already. One that is drawn later takes it from the record."""
    next_one = Panel.objects.filter(
        kind=rules.MeetingKind.PANEL,
        state=rules.PanelState.PLANNED,
        starts_at__date__gte=timezone.localdate(),
    ).order_by("starts_at", "pk")
    panel = next_one.select_for_update().first()
    end = "place" if concern.place_id else "group"
    key = concern.place_id or concern.group_id
    if panel is None or panel.prepared_at is None or key is None or concern.decided_at is None:
        return
    there = {_key(item): item for item in PanelItem.objects.filter(panel=panel).order_by("-nth")}
    section = rules.AgendaSection.PLACES if concern.place_id else rules.AgendaSection.HARM
    suggested = queries.Suggested(section, end, key)
    item = there.get((end, key)) or _item(by, panel, suggested, _next_position(there.values()))
    item.taken_off_at, item.why_off = None, ""  # somebody took it off before this was decided
    item.save()
    PanelReason.objects.get_or_create(
        item=item,
        kind=Why.FOR_THE_PANEL,
        about=concern.pk,
        defaults={"on": timezone.localdate(concern.decided_at)},
    )
    _audit(by, "add item", panel, item, item=item.pk)


@transaction.atomic
def add_item(
    *, by: User, panel_id: uuid.UUID, end: str = "", end_id: uuid.UUID | None = None, title: str = ""
) -> PanelItem:
    """A person, place or group (`end`, `end_id`), or a theme (`title`); in a mapping meeting a phone, car or account too. One that was
    taken off comes back. The worker of a child who is chosen for a mapping meeting learns of it."""
    panel = _locked(by, panel_id)
    refuse(
        rules.why_not_change(may_hold=by.may(May.HOLD_PANEL), state=panel.state)
        or _why_not_name(by, panel, title)
        or _why_names(by, [end_id], panel.purpose, panel.used_by)
    )
    return _add(by, panel, end, end_id, title)


def _why_names(by: User, people: Iterable[uuid.UUID | None], *texts: str) -> str | None:
    """Whether why a mapping meeting is held names one of those whom it is about."""
    keys = [key for key in people if key]
    named = bool(keys) and names_somebody(" ".join(texts), names_of(by, keys))
    return rules.WHY_NAMES_THEM if named else None


def _add(
    by: User, panel: Panel, end: str = "", end_id: uuid.UUID | None = None, title: str = ""
) -> PanelItem:
    section, fields = _about(by, end, end_id)
    there = sorted(PanelItem.objects.filter(panel=panel), key=lambda item: item.taken_off_at is not None)
    alike = [item for item in there if end_id and _key(item) == (end, end_id)]
    mine = set(queries.items_visible_to(by).filter(panel=panel).values_list("pk", flat=True))
    same = next((item for item in alike if item.pk in mine), None)
    is_there = same is not None and same.taken_off_at is None
    children = (
        sum(panel_item.is_about_child for panel_item in queries.chosen(by, panel)) if panel.is_mapping else 0
    )
    refuse(
        rules.why_not_add(
            is_there=is_there,
            has_end=bool(end_id),
            title=title,
            kind=panel.kind,
            end=end if end_id else "",
            is_child=section == AgendaSection.CHILDREN,
            children=children,
        )
    )
    called = _("A phone, car or account") if end == "handle" else ""
    item = same or PanelItem(
        panel=panel,
        added_by=by,
        section=section,
        title=called if end_id else title.strip(),
        nth=max((panel_item.nth for panel_item in alike), default=-1) + 1,
        **fields,
    )
    item.position, item.taken_off_at, item.why_off = _next_position(there), None, ""
    item.save()
    PanelReason.objects.get_or_create(item=item, kind=Why.BY_HAND, defaults={"on": timezone.localdate()})
    _audit(by, "add item", panel, item, item=item.pk)
    if panel.is_mapping and item.is_about_child:
        announce(
            by=by,
            kind=Notified.TO_BE_MAPPED,
            subject="panel item",
            subject_id=item.pk,
            person_id=item.person_id,
        )
    return item


@transaction.atomic
def arrange_agenda(
    *,
    by: User,
    panel_id: uuid.UUID,
    order: Mapping[uuid.UUID, tuple[int | None, int | None]],
    off: Collection[uuid.UUID] = (),
    why_off: str = "",
    back: Collection[uuid.UUID] = (),
) -> Panel:
    """`order`: of each item its place and its minutes, None where none are given. `off`: what is taken off, with
    `why_off`; `back`: what comes back onto the agenda. Items that `by` may not see stay as they are."""
    panel = _locked(by, panel_id)
    refuse(
        rules.why_not_change(may_hold=by.may(May.HOLD_PANEL), state=panel.state)
        or rules.why_not_arrange(
            orders=[place for place, _minutes in order.values()],
            minutes=[minutes for _place, minutes in order.values()],
        )
        or rules.why_not_take_off(chosen=len(off), why=why_off, kind=panel.kind, has_begun=panel.has_begun)
    )
    now = timezone.now()
    items = list(queries.items_visible_to(by).filter(panel=panel))
    for item in items:
        place, minutes = order.get(item.pk, (item.position, item.minutes))
        item.position, item.minutes = place or 0, minutes
        if item.pk in off and item.taken_off_at is None:
            item.taken_off_at, item.why_off = now, why_off.strip()
            settle(kind=Notified.TO_BE_MAPPED, subject="panel item", subject_id=item.pk, at=now)
        elif item.pk in back and not panel.is_mapping:
            item.taken_off_at, item.why_off = None, ""
    PanelItem.objects.bulk_update(items, ["position", "minutes", "taken_off_at", "why_off"])
    if panel.is_mapping:  # as if chosen anew: no more than twelve, and their workers learn of it
        for item in items:
            if item.pk in back and item.taken_off_at:
                refuse(_why_names(by, [item.person_id], panel.purpose, panel.used_by))
                _add(by, panel, item.end, item.node_id)
    _audit(by, "arrange", panel, off=len(off))
    return panel


@transaction.atomic
def open_panel(
    *, by: User, panel_id: uuid.UUID, verb: str = "view"
) -> tuple[Panel, list[queries.AgendaLine]]:
    """The panel with its agenda, for showing or (`verb="print"`) printing it: with its audit row, and a 'view' row of each
    child who is named on it. Or `Hidden`."""
    panel = queries.panel_visible_to(by, panel_id)
    lines = queries.agenda_of(by, panel)
    _audit(by, verb, panel)
    items = queries.with_grounds(by, [line.item for line in lines if line.item])
    people = {item.person_id for item in items if item.person_id}
    people |= {key for item in items for key in item.rests.people}
    record_looks(by=by, subject="panel", subject_id=panel.pk, person_ids=people)
    return panel, lines


@transaction.atomic
def open_item(*, by: User, item_id: uuid.UUID) -> PanelItem:
    """One item, for showing it, with the 'view' audit row; or `Hidden`."""
    [item] = queries.with_grounds(by, [queries.item_visible_to(by, item_id)])
    _audit_item(by, "view", item)
    _look_at(by, item, item.rests.people)
    return item


@transaction.atomic
def open_sources(*, by: User, item: PanelItem) -> tuple[dict[uuid.UUID, SourceRead], set[uuid.UUID]]:
    """On what a decision may rest (`queries.to_rest_on`), for the form that asks; with a 'view' row for each person named."""
    offered, chosen = queries.to_rest_on(by, item)
    _look_at(by, item, people_in(offered.values()))
    return offered, chosen


def _look_at(by: User, item: PanelItem, people: set[uuid.UUID]) -> None:
    record_looks(by=by, subject="panel item", subject_id=item.pk, person_ids=people - {item.person_id})


@transaction.atomic
def open_action(*, by: User, panel_action_id: uuid.UUID) -> PanelAction:
    """What somebody does because of a panel, for showing it, with the 'view' audit row; or `Hidden`."""
    action = queries.panel_action_visible_to(by, panel_action_id)
    _audit_item(by, "view", action.item)
    return action


def _say_when(
    by: User,
    panel: Panel,
    starts_at: datetime | None,
    place: str,
    chair: User,
    invited: Collection[uuid.UUID],
    purpose: str,
    used_by: str,
) -> None:
    refuse(
        rules.why_not_plan(
            may_hold=by.may(May.HOLD_PANEL),
            starts_at=starts_at,
            place=place,
            chair_may=queries.may_chair(by, chair, invited),
            kind=panel.kind,
            purpose=purpose,
            used_by=used_by,
        )
    )
    if panel.chair_id != chair.pk:  # whoever is named now chairs, also where another had taken the chair
        panel.chaired_by = None
    panel.starts_at, panel.place, panel.chair = starts_at, place.strip(), chair  # type: ignore[assignment]
    panel.purpose, panel.used_by = purpose.strip(), used_by.strip()
    panel.save()


def _to_the_minute(moment: datetime) -> datetime:
    """As forms give it."""
    return moment.replace(second=0, microsecond=0)


def _take_up(by: User, panel: Panel, context: Context) -> None:
    """A conference has one item from the beginning: the place or group that it is about."""
    section, fields = _about(by, context.end, context.node_id)
    item = PanelItem.objects.create(panel=panel, section=section, position=1, added_by=by, **fields)
    PanelReason.objects.create(item=item, kind=Why.BY_HAND, on=timezone.localdate())


def _about(by: User, end: str, end_id: uuid.UUID | None) -> tuple[AgendaSection, dict[str, Any]]:
    """The section of an item, and its column; `Hidden` for somebody whom `by` may not see."""
    if not end_id:
        return AgendaSection.THEMES, {}
    if end == "place":
        return AgendaSection.PLACES, {"place": place_visible_to(by, end_id)}
    if end == "group":
        return AgendaSection.HARM, {"group": group_visible_to(by, end_id)}
    if end == "handle":
        return AgendaSection.HANDLES, {"handle": web(by).node("handle", end_id)}
    if end != "person":
        raise Hidden
    person = person_visible_to(by, end_id)
    return AgendaSection.CHILDREN if person.kind == "child" else AgendaSection.HARM, {"person": person}


def _item(by: User, panel: Panel, one: queries.Suggested, position: int) -> PanelItem:
    about = {"theme": one.key, "title": one.title} if one.end == "theme" else {f"{one.end}_id": one.key}
    return PanelItem(panel=panel, section=one.section, position=position, added_by=by, **about)


def _key(item: PanelItem) -> tuple[str, Any]:
    return (item.end, item.node_id) if item.node_id else ("theme", item.theme or item.pk)


def _next_position(items: Iterable[PanelItem]) -> int:
    return max((item.position for item in items), default=0) + 1
