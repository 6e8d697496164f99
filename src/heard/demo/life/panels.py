"""Panels that were held, with minutes, and the one to come; and what professionals do not agree on."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.cases.panel import actions as panels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heard.cases.models import Panel, PanelItem
    from heard.demo.life.child import Child
    from heard.demo.life.world import World

type Children = Mapping[str, Child]

_WHERE = "Town hall, room 4, and by video"
_INVITED = ("maya.lindqvist", "tom.hartley", "priya.nair", "grace.adeyemi", "leon.brandt", "sky.marlowe")
_INSTEAD = "Meera Shah, school nurse"
_WITHIN = 14  # days in which what is finished was done


def hold_panels(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    before: Panel | None = None
    for one in told:
        panel = _plan(world, one)
        if "ago" in one:
            _hold(world, children, panel, one)
        else:
            _prepare(world, children, panel, one)
            continue
        if before is not None:
            panels.agree_minutes(
                by=world.coordinator, panel_id=before.pk, in_panel_id=panel.pk, at=panel.starts_at
            )
        before = panel


def disagree(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for one in told:
        child, by = children[one["child"]], world.users[one["by"]]
        row = panels.begin_disagreement(
            by=by,
            person_id=child.person_id,
            what=child.say(one["what"]),
            interest=child.say(one["interest"]),
            with_agency_id=world.agency_of[one["with"]].pk,
            at=world.at(world.ago(one["ago"])),
        )
        for number, (outcome, who, reason, owner) in enumerate(one["steps"], start=1):
            panels.take_step(
                by=by,
                disagreement_id=row.pk,
                outcome=outcome,
                who=who,
                reason=child.say(reason),
                next_owner=world.users[owner] if owner else None,
                at=world.at(world.ago(one["ago"] - number)),
            )


def _plan(world: World, one: dict[str, Any]) -> Panel:
    day = world.ago(one["ago"]) if "ago" in one else world.today + timedelta(days=one["in"])
    day -= timedelta(days=max(day.weekday() - 4, 0))
    agencies = {world.agency_of[username].pk for username in _INVITED}
    return panels.plan_panel(
        by=world.coordinator,
        starts_at=timezone.make_aware(datetime.combine(day, time(10))),
        place=_WHERE,
        chair=world.coordinator,
        agencies=agencies,
    )


def _hold(world: World, children: Children, panel: Panel, one: dict[str, Any]) -> None:
    by, at = world.coordinator, panel.starts_at
    items = [(_item(world, children, panel, about), about) for about in one["items"]]
    for item, about in items:
        child = children.get(about.get("child", ""))
        panels.write_notes(by=by, item_id=item.pk, notes=_say(child, about["notes"]))
        panels.decide_item(
            by=by,
            item_id=item.pk,
            decision=_say(child, about["decision"]),
            reason=_say(child, about["reason"]),
            view=child.view(timezone.localdate(at)) if child else None,
            at=at,
        )
    panels.hold_panel(by=by, panel_id=panel.pk, came=_came(world, panel, one["came"]), at=at)
    for item, about in items:
        _act(world, children, item, about)
    for text in one.get("corrections", ()):
        panels.correct_minutes(by=by, panel_id=panel.pk, text=text, at=at + timedelta(days=3))


def _prepare(world: World, children: Children, panel: Panel, one: dict[str, Any]) -> None:
    """The agenda of the panel to come: some by hand, the rest drawn from the record."""
    by = world.coordinator
    for child in one["by_hand"]:
        panels.add_item(by=by, panel_id=panel.pk, end="person", end_id=children[child].person_id)
    panels.add_item(by=by, panel_id=panel.pk, title=one["theme"])
    panels.prepare_panel(by=by, panel_id=panel.pk)


def _item(world: World, children: Children, panel: Panel, about: dict[str, Any]) -> PanelItem:
    given: dict[str, Any] = {"title": about.get("theme", "")}
    if "child" in about:
        given = {"end": "person", "end_id": children[about["child"]].person_id}
    for end, known in (("place", world.places), ("group", world.groups)):
        if end in about:
            given = {"end": end, "end_id": known[about[end]].pk}
    return panels.add_item(by=world.coordinator, panel_id=panel.pk, **given)


def _came(world: World, panel: Panel, missing: dict[str, str]) -> dict[int, tuple[str, str]]:
    away = {world.agency_of[username].pk: came for username, came in missing.items()}
    came = {seat.pk: away.get(seat.agency_id, "came") for seat in panel.seats.all()}
    return {key: (one, _INSTEAD if one == "else" else "") for key, one in came.items()}


def _act(world: World, children: Children, item: PanelItem, about: dict[str, Any]) -> None:
    """Who does what because of it, and who does not agree."""
    child = children.get(about.get("child", ""))
    for what, owner, *when in about["actions"]:
        done = isinstance(when[0], str)
        action = panels.add_panel_action(
            by=world.coordinator,
            item_id=item.pk,
            what=_say(child, what),
            owner=world.users[owner],
            due_on=timezone.localdate() + timedelta(days=0 if done else when[0]),
            why_involve="Asked by the panel to help" if child else "",
        )
        if done:
            done_on = timezone.localdate(item.panel.starts_at) + timedelta(days=_WITHIN)
            panels.finish_panel_action(
                by=world.users[owner],
                panel_action_id=action.pk,
                outcome=when[0],
                note=when[1],
                done_on=done_on,
            )
    if "dissent" in about:
        username, why = about["dissent"]
        agency_id = world.agency_of[username].pk
        panels.involve_agency(
            by=world.coordinator,
            item_id=item.pk,
            agency_id=agency_id,
            why="Takes part in the panel on this child",
        )
        panels.dissent(
            by=world.users[username], item_id=item.pk, why=_say(child, why), at=item.panel.starts_at
        )


def _say(child: Child | None, text: str) -> str:
    return child.say(text) if child else text
