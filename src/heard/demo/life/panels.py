"""Panels that were held, with minutes, and the one to come; and what professionals do not agree on."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.cases.panel import actions as meeting
from heard.cases.panel.queries import to_rest_on
from heard.demo.life.world import known_by_now
from heard.network.queries import Whom

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heard.cases.models import Panel, PanelItem
    from heard.demo.life.child import Child
    from heard.demo.life.world import World

type Children = Mapping[str, Child]

_WHERE = "Town hall, room 4, and by video"
_INVITED = ("maya.lindqvist", "tom.hartley", "priya.nair", "grace.adeyemi", "leon.brandt", "sky.marlowe")
_INSTEAD = "Meera Shah, school nurse"
_PLANNED, _WITHIN = (
    timedelta(days=14),
    timedelta(days=14),
)  # before a panel; in which what is finished was done


def hold_panels(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    before: Panel | None = None
    for row in told:
        starts_at = starts(world, row)
        with world.on(starts_at - _PLANNED):
            panel = _plan(world, starts_at)
        if "ago" not in row:
            _prepare(world, children, panel, row)
            continue
        with world.on(starts_at):
            _hold(world, children, panel, row)
            if before is not None:
                meeting.agree_minutes(by=world.coordinator, panel_id=before.pk, in_panel_id=panel.pk)
        before = panel


def disagree(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for one in told:
        child, by = children[one["child"]], world.users[one["by"]]
        with world.on(world.ago(one["ago"])):
            row = meeting.begin_disagreement(
                by=by,
                person_id=child.person_id,
                what=child.say(one["what"]),
                interest=child.say(one["interest"]),
                with_agency_id=world.agency_of[one["with"]].pk,
            )
        for number, (outcome, who, reason, owner) in enumerate(one["steps"], start=1):
            with world.on(world.ago(one["ago"] - number)):
                meeting.take_step(
                    by=by,
                    disagreement_id=row.pk,
                    outcome=outcome,
                    who=who,
                    reason=child.say(reason),
                    next_owner=world.users[owner] if owner else None,
                )


def starts(world: World, row: dict[str, Any]) -> datetime:
    """Ten o'clock on that day, or on the Friday before it."""
    day = world.ago(row["ago"]) if "ago" in row else world.today + timedelta(days=row["in"])
    day -= timedelta(days=max(day.weekday() - 4, 0))
    return timezone.make_aware(datetime.combine(day, time(10)))


def _plan(world: World, starts_at: datetime) -> Panel:
    agencies = {world.agency_of[username].pk for username in _INVITED}
    return meeting.plan_panel(
        by=world.coordinator, starts_at=starts_at, place=_WHERE, chair=world.coordinator, agencies=agencies
    )


def _hold(world: World, children: Children, panel: Panel, row: dict[str, Any]) -> None:
    by = world.coordinator
    items = [(_item(world, children, panel, about), about) for about in row["items"]]
    for item, about in items:
        child = children.get(about.get("child", ""))
        meeting.write_notes(by=by, item_id=item.pk, notes=_say(child, about["notes"]))
        meeting.decide_item(
            by=by,
            item_id=item.pk,
            decision=_say(child, about["decision"]),
            reason=_say(child, about["reason"]),
            view=child.view() if child else None,
            rests_on=known_by_now(to_rest_on(by, item)[0])[:1],
        )
    meeting.hold_panel(by=by, panel_id=panel.pk, came=_came(world, panel, row["came"]))
    for item, about in items:
        _act(world, children, item, about)
    for text in row.get("corrections", ()):
        meeting.correct_minutes(by=by, panel_id=panel.pk, text=text)


def _prepare(world: World, children: Children, panel: Panel, row: dict[str, Any]) -> None:
    """The agenda of the panel to come: some by hand, the rest drawn from the record."""
    by = world.coordinator
    for child in row["by_hand"]:
        meeting.add_item(by=by, panel_id=panel.pk, end="person", end_id=children[child].person_id)
    meeting.add_item(by=by, panel_id=panel.pk, title=row["theme"])
    meeting.prepare_panel(by=by, panel_id=panel.pk)


def _item(world: World, children: Children, panel: Panel, about: dict[str, Any]) -> PanelItem:
    given: dict[str, Any] = {"title": about.get("theme", "")}
    if "child" in about:
        given = {"end": "person", "end_id": children[about["child"]].person_id}
    for end, known in (("place", world.places), ("group", world.groups)):
        if end in about:
            given = {"end": end, "end_id": known[about[end]].pk}
    return meeting.add_item(by=world.coordinator, panel_id=panel.pk, **given)


def _came(world: World, panel: Panel, missing: dict[str, str]) -> dict[int, tuple[str, str]]:
    away = {world.agency_of[username].pk: came for username, came in missing.items()}
    came = {seat.pk: away.get(seat.agency_id, "came") for seat in panel.seats.all()}
    return {key: (text, _INSTEAD if text == "else" else "") for key, text in came.items()}


def _act(world: World, children: Children, item: PanelItem, about: dict[str, Any]) -> None:
    """Who does what because of it, and who does not agree."""
    child = children.get(about.get("child", ""))
    for what, owner, *when in about["actions"]:
        done = isinstance(when[0], str)
        due_on = timezone.localdate() + _WITHIN if done else world.today + timedelta(days=when[0])
        action = meeting.add_panel_action(
            by=world.coordinator,
            item_id=item.pk,
            what=_say(child, what),
            owner=world.users[owner],
            due_on=due_on,
            outcome_id=child.plan.outcomes.all()[0].pk if child and "plan" in when else None,
            why_involve="Asked by the panel to help" if child else "",
        )
        if done:
            with world.on(due_on):
                meeting.finish_panel_action(
                    by=world.users[owner], panel_action_id=action.pk, outcome=when[0], note=when[1]
                )
    if "dissent" in about:
        _dissent(world, item, *about["dissent"], child=child)


def _dissent(world: World, item: PanelItem, username: str, why: str, *, child: Child | None) -> None:
    if child:
        meeting.involve_agency(
            by=world.coordinator,
            item_id=item.pk,
            whom=Whom("", world.agency_of[username]),
            why="Takes part in the panel on this child",
        )
    meeting.dissent(by=world.users[username], item_id=item.pk, why=_say(child, why))


def _say(child: Child | None, text: str) -> str:
    return child.say(text) if child else text
