"""Phones, cars and accounts in the notes of a panel: offered, kept when ticked, and seen by those who see the item alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cases.panel.conftest import about, make_panel
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.panel import actions, queries
from heard.cases.panel.models import Panel, PanelItem
from heard.network.actions import add_group, add_place
from heard.network.models import Handle, Mention
from heard.network.queries import named_in

CAR = "The silver car AB12 CDE waits there."
TICK = "vehicle::AB12CDE"


def address(name: str, item: PanelItem) -> str:
    return reverse(name, kwargs={"item_id": item.pk})


def test_what_notes_name_is_offered_and_kept_when_ticked(
    client: Client, world: World, item: PanelItem
) -> None:
    client.force_login(world.coordinator)
    answer = client.post(address("panel_item", item), {"notes": CAR}, follow=True)
    assert answer.redirect_chain[-1][0] == address("panel_item_named", item)
    assert "number plate AB12 CDE" in answer.text
    shown = client.post(address("panel_item_named", item), {"keep": [TICK]}, follow=True).text
    assert "Phones, cars and accounts that it names" in shown
    assert AuditRow.objects.get(verb="name", subject="panel item").person_id == item.person_id
    mention = Mention.objects.get()
    assert (mention.about, mention.about_id) == ("panel item", item.pk)
    handle = Handle.objects.get()
    assert address("panel_item", item) in client.get(reverse("web", kwargs={"node_id": handle.pk})).text
    assert named_in(world.officer, "panel item", item.pk) == [], (
        "who sits at the panel and may not see the child"
    )
    client.force_login(world.officer)
    assert client.get(reverse("web", kwargs={"node_id": handle.pk})).status_code == 404
    assert client.get(address("panel_item_named", item)).status_code == 404
    with pytest.raises(Hidden):
        actions.keep_named(by=world.officer, item_id=item.pk, ticks=[TICK])


def test_of_a_place_on_an_agenda_all_at_the_panel_see_it(world: World, prepared: Panel) -> None:
    place = add_place(by=world.teacher, name="Arcade", kind="shop")
    actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="place", end_id=place.pk)
    item = about(prepared, place=place)
    actions.write_notes(by=world.officer, item_id=item.pk, notes=CAR)
    actions.keep_named(by=world.officer, item_id=item.pk, ticks=[TICK])
    assert [str(one.handle) for one in named_in(world.social_worker, "panel item", item.pk)] == ["AB12 CDE"]
    actions.keep_named(by=world.officer, item_id=item.pk, ticks=[TICK])
    assert Mention.objects.count() == 1


def test_at_a_mapping_meeting_nothing_is_kept_of_a_group_that_not_all_see(world: World, case: Any) -> None:
    meeting = actions.plan_panel(
        by=world.coordinator, starts_at=make_panel(world).starts_at, place="Town hall", chair=world.coordinator,
        agencies=[world.care.pk, world.police.pk], kind="mapping", purpose="Who is around the arcade", used_by="The panel",
    )  # fmt: skip
    group = add_group(by=world.coordinator, name="The Harbour boys", kind="gang")
    actions.add_item(by=world.coordinator, panel_id=meeting.pk, end="group", end_id=group.pk)
    item = about(meeting, group=group)
    actions.write_notes(by=world.coordinator, item_id=item.pk, notes=CAR)
    assert not queries.items_that_name(world.coordinator).filter(pk=item.pk).exists()
    with pytest.raises(Hidden):
        actions.keep_named(by=world.coordinator, item_id=item.pk, ticks=[TICK])
    client = Client()
    client.force_login(world.coordinator)
    assert "Keep numbers, plates" not in client.get(address("panel_item", item)).text
    assert client.get(address("panel_item_named", item)).status_code == 404


def test_agreed_minutes_name_no_more(world: World, item: PanelItem) -> None:
    actions.write_notes(by=world.coordinator, item_id=item.pk, notes=CAR)
    Panel.objects.filter(pk=item.panel_id).update(
        state="held",
        held_at=item.added_at,
        agreed_at=item.added_at,
        agreed_in=make_panel(world),
        agreed_by=world.coordinator,
    )
    with pytest.raises(Refused):
        actions.keep_named(by=world.coordinator, item_id=item.pk, ticks=[TICK])
