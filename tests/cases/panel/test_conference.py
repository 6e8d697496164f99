"""A conference about a place: young people's words first, no person, steps towards goals, and what is learnt for children's plans."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader
from tests.cases.panel.conftest import hold, in_days, make_panel, now_plus, tell
from tests.conftest import World

from heard.agencies.rules import Hidden, Refused
from heard.cases.context import actions as contexts
from heard.cases.context.models import Context, ContextGoal
from heard.cases.disruption.models import DisruptionStep
from heard.cases.note.models import ContactNote
from heard.cases.panel import actions, queries
from heard.cases.panel.models import Panel, PanelItem
from heard.home.queries import my_work
from heard.network import actions as network

WHY = {"purpose": "The hour after the last bus is without an adult", "used_by": "The station, for its rota"}
SAID = "We wait where the light works."


@pytest.fixture
def arcade(world: World) -> Any:
    return network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")


@pytest.fixture
def work(world: World, arcade: Any) -> Context:
    made = contexts.open_context(
        by=world.coordinator, end="place", node_id=arcade.pk, setting="neighbourhood",
        why="Three worries tell of the same evenings", holder=world.social_worker,
    )  # fmt: skip
    contexts.hear_young_people(
        by=world.social_worker,
        context_id=made.pk,
        words=SAID,
        how="talk",
        age_band="several",
        heard_on=in_days(-1),
        what_changed="Nothing yet: the station is asked",
    )
    return made


def confer(world: World, work: Context, **more: Any) -> Panel:
    given = {"starts_at": now_plus(-0.01), "place": "Staff room", "chair": world.coordinator} | WHY | more
    agencies = [world.care.pk, world.school.pk, world.police.pk]
    return actions.plan_panel(
        by=world.coordinator, kind="conference", context_id=work.pk, agencies=agencies, **given
    )


@pytest.fixture
def conference(world: World, work: Context) -> Panel:
    return confer(world, work)


def seen_there(world: World, name: str, arcade: Any, *, case: Any = None) -> Any:
    person = case.person if case else tell(world, name).person
    network.note_tie(
        by=world.social_worker,
        one_id=person.pk,
        other_id=arcade.pk,
        in_words="goes to",
        knows=network.Knows("Said"),
    )
    return person


def test_it_is_about_the_place_and_never_about_people(world, conference, case):
    item = PanelItem.objects.get(panel=conference)
    assert (item.about, item.section) == ("Harbour Street arcade", "places")
    with pytest.raises(Refused, match="never about people"):
        actions.add_item(by=world.coordinator, panel_id=conference.pk, end="person", end_id=case.person_id)
    with pytest.raises(Refused, match="about this place or group"):
        actions.arrange_agenda(
            by=world.coordinator, panel_id=conference.pk, order={}, off=[item.pk], why_off="Not now"
        )
    actions.add_item(by=world.coordinator, panel_id=conference.pk, title="Light")


def test_it_needs_an_open_context_that_the_caller_may_read_and_why(world, work, arcade, case):
    with pytest.raises(Refused, match="Say why"):
        confer(world, work, purpose="")
    with pytest.raises(Hidden):
        actions.plan_panel(
            by=world.coordinator, kind="conference", starts_at=now_plus(1), place="Room",
            chair=world.coordinator, **WHY,
        )  # fmt: skip
    seen_there(world, "", arcade, case=case)
    with pytest.raises(Refused, match="name"):  # all who are invited read it
        confer(world, work, purpose="Mina Okoro waits there")
    Context.objects.filter(pk=work.pk).update(
        state="closed", closed_at=now_plus(0), closed_by=1, why_closed="Over"
    )
    with pytest.raises(Refused, match="has ended"):
        confer(world, work)


def test_nothing_that_is_written_at_it_names_a_child_who_is_tied_there(world, conference, arcade, case):
    seen_there(world, "", arcade, case=case)
    item, by = PanelItem.objects.get(panel=conference), world.coordinator
    act = {"owner": by, "due_on": in_days(3)}
    for write in (
        lambda name: actions.add_item(by=by, panel_id=conference.pk, title=f"{name} and lifts"),
        lambda name: actions.write_notes(by=world.teacher, item_id=item.pk, notes=f"{name} waits there"),
        lambda name: actions.decide_item(by=by, item_id=item.pk, decision=f"{name} is met", reason="Dark"),
        lambda name: actions.decide_item(by=by, item_id=item.pk, decision="Light", reason=f"{name} waits"),
        lambda name: actions.add_panel_action(by=by, item_id=item.pk, what=f"Meet {name}", **act),
    ):
        with pytest.raises(Refused, match="names a child"):
            write("Mina Okoro")
        write("Everybody")


def test_its_day_is_changed_though_somebody_whom_its_purpose_names_is_tied_there_since(world, work, arcade):
    meeting = confer(world, work, purpose="Light, says Ana Lowe", starts_at=now_plus(2))
    seen_there(world, "Ana", arcade)
    given = {"by": world.coordinator, "panel_id": meeting.pk, "place": "Room", "chair": world.coordinator}
    same = {"purpose": meeting.purpose, "used_by": meeting.used_by}
    moved = actions.change_panel(starts_at=now_plus(3), **given, **same)
    assert moved.starts_at > meeting.starts_at
    with pytest.raises(Refused, match="names a child"):
        actions.change_panel(starts_at=moved.starts_at, **given, **(same | {"used_by": "The station"}))


def test_young_people_stand_first_and_the_context_shows_its_conferences(client, world, work, conference):
    client.force_login(world.teacher)
    page = client.get(reverse("panel", kwargs={"panel_id": conference.pk})).content.decode()
    assert page.index(SAID) < page.index("What weighs most") < page.index("Agenda")
    coming = confer(world, work, starts_at=now_plus(20))
    client.force_login(world.coordinator)
    page = client.get(reverse("context", kwargs={"context_id": work.pk})).content.decode()
    for one in (conference, coming):
        assert reverse("panel", kwargs={"panel_id": one.pk}) in page


def test_what_is_decided_becomes_a_step_towards_a_goal(world, work, conference):
    goal = ContextGoal.objects.create(
        context=work, text="An adult is there until the last bus", measure="We count",
        added_by=world.social_worker, added_at=now_plus(0),
    )  # fmt: skip
    item = PanelItem.objects.get(panel=conference)
    given: dict[str, Any] = {"what": "Agree on a rota", "owner": world.social_worker, "due_on": in_days(9)}
    action = actions.add_panel_action(
        by=world.coordinator, item_id=item.pk, goal_id=goal.pk, kind="place", **given
    )
    step = DisruptionStep.objects.get(panel_action=action)
    assert (step.context_id, step.goal_id, step.owner) == (work.pk, goal.pk, world.social_worker)
    assert "Agree on a rota" in str(my_work(world.social_worker))
    assert queries.stands(
        queries.panel_action_visible_to(world.coordinator, action.pk), in_days(0)
    ).context_id
    other = PanelItem.objects.create(
        panel=make_panel(world), section="places", place_id=work.place_id, added_by=world.coordinator
    )
    with pytest.raises(Hidden):  # a panel is about no context
        actions.add_panel_action(by=world.coordinator, item_id=other.pk, goal_id=goal.pk, **given)


def test_what_was_learnt_goes_to_children_whom_the_writer_sees_and_chooses(
    world, work, conference, arcade, case
):
    mina = seen_there(world, "", arcade, case=case)
    seen_there(world, "Ana", arcade)
    said = {"panel_id": conference.pk, "text": "Somebody is there until six."}
    with pytest.raises(Refused, match="not been held"):
        actions.write_learnt(by=world.coordinator, children=[mina.pk], **said)
    hold(world, conference)
    with pytest.raises(Refused, match="Choose the child"):
        actions.write_learnt(by=world.coordinator, children=[], **said)
    with pytest.raises(Refused, match="names another child"):
        actions.write_learnt(
            by=world.coordinator, children=[mina.pk], panel_id=conference.pk, text="Ana Lowe is there too."
        )
    with pytest.raises(Refused, match="names another child"):
        actions.write_learnt(
            by=world.coordinator, children=[mina.pk], panel_id=conference.pk, text="So is Ana."
        )
    # the police see the conference, and no child: no name, and no way in
    assert list(queries.children_who_learn(world.officer, conference)) == []
    with pytest.raises(Hidden):
        actions.write_learnt(by=world.officer, children=[mina.pk], **said)
    assert actions.write_learnt(by=world.coordinator, children=[mina.pk], **said) == 1
    note = ContactNote.objects.get(text__contains="until six")
    assert note.person == mina
    assert "about Harbour Street arcade" in note.text
    assert note.at - conference.starts_at == timedelta(0)


def test_the_record_of_a_child_does_not_say_of_which_group_it_was_learnt(world, case):
    """All who may read the child would read it, and its name can be another child's."""
    group = network.add_group(by=world.social_worker, name="Friends of Ana Lowe", kind="friends")
    mina = seen_there(world, "", group, case=case)
    work = contexts.open_context(
        by=world.coordinator,
        end="group",
        node_id=group.pk,
        setting="peer_group",
        why="Three",
        holder=world.social_worker,
    )
    meeting = hold(world, confer(world, work))
    actions.write_learnt(
        by=world.coordinator, panel_id=meeting.pk, children=[mina.pk], text="Mina stays until six"
    )
    text = ContactNote.objects.get(text__contains="until six").text
    assert "about a group." in text
    assert "Ana" not in text


@pytest.mark.parametrize("setting", ["peer_group", "home"])
def test_who_may_not_see_the_group_or_the_work_on_a_home_does_not_read_which_it_is(client, world, setting):
    """They are invited, and read when and why: not its name, on no page, by no item and by no action."""
    name = "Friends of Mina Okoro"
    if setting == "home":
        end, about = "place", network.add_place(by=world.social_worker, name=name, kind="home")
    else:
        end, about = "group", network.add_group(by=world.social_worker, name=name, kind="friends")
    made = contexts.open_context(
        by=world.coordinator,
        end=end,
        node_id=about.pk,
        setting=setting,
        why="Three",
        holder=world.social_worker,
    )
    meeting = confer(world, made, starts_at=now_plus(-0.01))
    item = PanelItem.objects.get(panel=meeting)
    actions.add_item(by=world.coordinator, panel_id=meeting.pk, title="Light")
    with pytest.raises(Refused, match="may not see what this is about"):
        actions.add_panel_action(
            by=world.coordinator, item_id=item.pk, what="Ask", owner=world.officer, due_on=in_days(3)
        )
    for who, knows in ((world.officer, False), (world.coordinator, True)):
        client.force_login(who)
        for address in (
            reverse("panels"),
            *(reverse(page, kwargs={"panel_id": meeting.pk}) for page in ("panel", "panel_minutes")),
        ):
            text = client.get(address).content.decode()
            assert (name in text) == knows, address
            assert "Light" in text or address == reverse("panels")
        paper = client.get(reverse("panel_minutes_paper", kwargs={"panel_id": meeting.pk}))
        text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages)
        assert (name in text) == knows
        assert queries.items_visible_to(who).filter(pk=item.pk).exists() == knows
    page = client.get(reverse("context_conference", kwargs={"context_id": made.pk})).content.decode()
    assert page.count('name="agencies"') > 1
    assert not re.search(r'name="agencies"[^>]*checked', page)


def test_whoever_takes_part_and_works_with_a_child_there_writes_it_and_once(
    client, world, work, conference, arcade, case
):
    mina = seen_there(world, "", arcade, case=case)
    hold(world, conference)
    page = reverse("panel_learnt", kwargs={"conference_id": conference.pk})
    client.force_login(world.social_worker)
    assert page in client.get(reverse("panel_minutes", kwargs={"panel_id": conference.pk})).content.decode()
    text = client.get(page).content.decode()
    assert "Mina Okoro" in text
    assert "Written already" not in text
    sent = {"children": [str(mina.pk)], "text": "Somebody is there until six."}
    assert client.post(page, sent).status_code == 302
    text = client.post(page, sent).content.decode()
    assert "stands in the record of one of these children already" in text
    assert text.index("Written already") < text.index("until six")
    assert ContactNote.objects.filter(text__contains="until six").count() == 1
    conference.seats.filter(agency=world.care).delete()
    assert client.get(page).status_code == 404


def test_nobody_else_reaches_the_page_of_what_was_learnt(client, world, conference, work):
    conference.seats.filter(agency=world.school).delete()
    for who, code in ((world.coordinator, 200), (world.teacher, 404), (world.analyst, 404)):
        client.force_login(who)
        assert (
            client.get(reverse("panel_learnt", kwargs={"conference_id": conference.pk})).status_code == code
        )
    client.force_login(world.coordinator)
    assert (
        client.get(reverse("panel_learnt", kwargs={"conference_id": make_panel(world).pk})).status_code == 404
    )
    page = reverse("context_conference", kwargs={"context_id": work.pk})
    assert client.get(page).status_code == 200
    on = in_days(3)
    sent = {
        **WHY,
        "on-day": on.day,
        "on-month": on.month,
        "on-year": on.year,
        "at": "10:00",
        "place": "Room 2",
    }
    called = client.post(page, sent | {"chair": world.coordinator.pk}, follow=True).content.decode()
    assert "Saved: the conference." in called
    assert "whom and what it is about" not in called
