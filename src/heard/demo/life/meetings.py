"""A mapping meeting that is over, one to come, and a conference about a place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.context.queries import open_context_of, open_goals
from heard.cases.panel import actions as meeting
from heard.demo.life.panels import starts
from heard.network import actions as network
from heard.network.queries import web

if TYPE_CHECKING:
    from uuid import UUID

    from heard.cases.models import Panel, PanelItem
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World

_CALLED = timedelta(days=4)  # before it is held


def hold_meetings(world: World, children: Children, known: dict[str, UUID], told: dict[str, Any]) -> None:
    for one in told["mapping"]:
        _map(world, children, known, one)
    for one in told["conferences"]:
        _confer(world, children, one)


def _map(world: World, children: Children, known: dict[str, UUID], row: dict[str, Any]) -> None:
    at = starts(world, row)
    with world.on(min(at, world.now) - _CALLED):
        panel = _call(world, row, at, kind="mapping")
        items = {name: _choose(world, known, panel, end, name) for end, name in row["chosen"]}
    if "ago" not in row:
        return
    with world.on(at):
        for said in row["said"]:
            how: dict[str, Any] = {
                name: said[name] for name in ("who", "how", "words", "source_grade", "known_grade")
            }
            knows = network.Knows(**how, valid_from=world.ago(said["since"]))
            ends: dict[str, Any] = {"one_id": known[said["one"]], "other_id": known[said["other"]]}
            meeting.note_said(by=world.coordinator, panel_id=panel.pk, kind=said["kind"], knows=knows, **ends)
        for name, answer in row["answers"].items():
            _answer(world, children, items[name], name, answer)
        _held(world, panel)


def _choose(world: World, known: dict[str, UUID], panel: Panel, end: str, name: str) -> PanelItem:
    if end == "handle":  # the one that somebody chosen uses
        strand = next(
            strand for strand in web(world.coordinator).around(known[name]) if strand.end == "handle"
        )
        return meeting.add_item(by=world.coordinator, panel_id=panel.pk, end=end, end_id=strand.end_id)
    return meeting.add_item(by=world.coordinator, panel_id=panel.pk, end=end, end_id=known[name])


def _answer(world: World, children: Children, item: PanelItem, name: str, answer: Any) -> None:
    child = children.get(name)
    if isinstance(answer, str):
        view = child.view() if child else None
        meeting.decide_item(by=world.coordinator, item_id=item.pk, reason=answer, view=view)
        return
    what, owner, due = answer
    meeting.add_panel_action(
        by=world.coordinator,
        item_id=item.pk,
        what=child.say(what) if child else what,
        owner=world.users[owner],
        due_on=world.ago(due),
        why_involve="Asked by the mapping meeting to help" if child else "",
    )


def _confer(world: World, children: Children, row: dict[str, Any]) -> None:
    by, at = world.coordinator, starts(world, row)
    context = open_context_of(by, place_id=world.places[row["place"]].pk)
    assert context
    with world.on(min(at, world.now) - _CALLED):
        panel = _call(world, row, at, kind="conference", context_id=context.pk)
    if "ago" not in row:
        return
    with world.on(at):
        item = panel.items.get()
        meeting.decide_item(by=by, item_id=item.pk, decision=row["decision"], reason=row["reason"])
        what, owner, due, kind = row["act"]
        meeting.add_panel_action(
            by=by,
            item_id=item.pk,
            what=what,
            owner=world.users[owner],
            due_on=world.ago(due),
            goal_id=open_goals(by, context.pk)[0].pk,
            kind=kind,
        )
        _held(world, panel)
        keys = [children[name].person_id for name in row["learnt"]["children"]]
        meeting.write_learnt(by=by, panel_id=panel.pk, children=keys, text=row["learnt"]["text"])


def _call(world: World, row: dict[str, Any], at: Any, **kind: Any) -> Panel:
    agencies = {world.agency_of[username].pk for username in row["invited"]}
    return meeting.plan_panel(
        by=world.coordinator,
        starts_at=at,
        place=row["where"],
        chair=world.coordinator,
        agencies=agencies,
        purpose=row["purpose"],
        used_by=row["used_by"],
        **kind,
    )


def _held(world: World, panel: Panel) -> None:
    came = {seat.pk: ("came", "") for seat in panel.seats.all()}
    meeting.hold_panel(by=world.coordinator, panel_id=panel.pk, came=came)
