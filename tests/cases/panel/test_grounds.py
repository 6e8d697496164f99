"""What a panel decided rests on sources of ties; who decided it, chairs the panel or does something because of it learns of it once one is
withdrawn, also after the minutes are agreed. Who may not see the source learns that something was withdrawn, and no more."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases.panel.conftest import NO_WORDS, hold
from tests.network.test_web import signed_in
from tests.network.test_web_in_any_world import _TOKENS

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.queries import unread_of
from heard.cases.panel import actions, queries, record
from heard.cases.panel.models import Panel, PanelGround, PanelItem
from heard.cases.panel.work import GROUNDS
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.models import TieSource

WHY = "It was another arcade with the same name"
ANSWER: dict[str, Any] = {
    "what_now": "changed",
    "why_now": "The school saw it too. It goes back to the next panel",
}
BARE = "One of its grounds was withdrawn."


def noted(world: Any, item: PanelItem, place: Any, **knows: Any) -> TieSource:
    said = network.Knows(**{"words": "Seen there at five", "how": "seen"} | knows)
    tie = network.note_tie(
        by=world.social_worker, one_id=item.person_id, in_words="goes to", other_id=place.pk, knows=said
    )
    return tie.sources.latest("recorded_at")


@pytest.fixture
def arcade(world: Any) -> Any:
    return network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")


@pytest.fixture
def source(world: Any, item: PanelItem, arcade: Any) -> TieSource:
    return noted(world, item, arcade)


def decide(world: Any, item: PanelItem, *rests_on: TieSource) -> PanelItem:
    return actions.decide_item(
        by=world.coordinator, item_id=item.pk, decision="Speak to the arcade", reason="She is seen there",
        view=NO_WORDS, rests_on=[tie_source.pk for tie_source in rests_on],
    )  # fmt: skip


def page_of(user: Any, item: PanelItem) -> str:
    return str(signed_in(user).get(reverse("panel_item", args=[item.pk])).text)


def told(user: Any) -> list[str]:
    return [row.notice.kind for row in unread_of(user)]


def test_it_is_chosen_where_the_decision_is_written(
    client: Client, world: Any, item: PanelItem, source: TieSource
) -> None:
    client.force_login(world.coordinator)
    address = reverse("panel_decide", args=[item.pk])
    assert "Seen there at five" in client.get(address).text
    sent = {"decision": "Speak to the arcade", "reason": "She is seen there", "which": "none", "why_no_words": "She waits"}  # fmt: skip
    assert client.post(address, sent | {"rests_on": [str(source.pk)]}).status_code == 302
    assert PanelGround.objects.get().source == source
    assert "Known:" in page_of(world.coordinator, item)
    minutes = client.get(reverse("panel_minutes", args=[item.panel_id])).text
    assert reverse("tie", kwargs={"tie_key": source.tie.key}) in minutes
    assert client.post(address, sent).status_code == 302
    assert PanelGround.objects.get().taken_off_at is not None


def test_nothing_else_may_be_chosen(world: Any, item: PanelItem, arcade: Any, source: TieSource) -> None:
    child = network.add_person(by=world.social_worker, given_name="Ben", family_name="Holt")
    tie = network.note_tie(
        by=world.social_worker, one_id=child.pk, in_words="goes to", other_id=arcade.pk, knows=network.Knows("Seen")
    )  # fmt: skip
    theirs = noted(world, item, arcade, words="Only ours", reach="holder", how="said", who="Her aunt")
    decide(world, item, source)
    with pytest.raises(Hidden):
        decide(world, item, tie.sources.get())
    assert [ground.source for ground in PanelGround.objects.all()] == [source]
    assert theirs.pk in queries.to_rest_on(world.coordinator, item)[0]  # of one agency
    assert queries.to_rest_on(world.officer, item)[0] == {}


def test_once_it_is_withdrawn_the_item_says_so_and_who_answers_for_it_has_it_in_their_work(
    world: Any, item: PanelItem, source: TieSource
) -> None:
    decide(world, item, source)
    actions.add_panel_action(
        by=world.coordinator, item_id=item.pk, what="Ring the manager", owner=world.social_worker,
        due_on=item.panel.starts_at.date().replace(year=2030),
    )  # fmt: skip
    hold(world, Panel.objects.get(pk=item.panel_id))
    network.withdraw_source(by=world.social_worker, source_id=source.pk, why=WHY)
    assert "ground_withdrawn" in told(world.coordinator)
    assert [panel_item.pk for panel_item in queries.items_gone(world.coordinator)] == [item.pk]
    assert not queries.items_gone(world.social_worker).exists()
    assert GROUNDS.heading in [section.heading for section in my_work(world.coordinator)]
    client = signed_in(world.coordinator)
    for page in ("panel", "panel_minutes"):
        assert "withdrawn" in client.get(reverse(page, args=[item.panel_id])).text
    assert f"because: {WHY}" in page_of(world.coordinator, item)
    address = reverse("panel_item_grounds", args=[item.pk])
    assert address in page_of(world.coordinator, item)
    assert address not in page_of(world.social_worker, item)
    assert "Say whether it stands" in client.post(address, {"why_now": "Asked"}).text
    assert client.post(address, ANSWER).status_code == 302
    assert not queries.items_gone(world.coordinator).exists()
    assert ANSWER["why_now"] in page_of(world.social_worker, item)
    assert AuditRow.objects.filter(verb="look again", subject="panel item").count() == 1
    with pytest.raises(Refused, match="Nothing that it rests on"):
        actions.look_at_item(by=world.coordinator, item_id=item.pk, **ANSWER)


def test_whoever_does_something_because_of_it_learns_of_it(
    world: Any, item: PanelItem, source: TieSource
) -> None:
    decide(world, item, source)
    actions.add_panel_action(
        by=world.coordinator, item_id=item.pk, what="Ring the manager", owner=world.teacher,
        due_on=item.panel.starts_at.date().replace(year=2030),
    )  # fmt: skip
    network.withdraw_source(by=world.coordinator, source_id=source.pk, why=WHY)
    assert "ground_withdrawn" in told(world.teacher)


def test_who_may_not_see_the_source_learns_that_something_was_withdrawn_and_no_more(
    world: Any, item: PanelItem, arcade: Any, source: TieSource
) -> None:
    ours = [noted(world, item, arcade, words=f"Ring of keys {n}", reach="holder") for n in range(2)]
    decide(world, item, *ours)

    def got() -> tuple[str, list[str]]:
        return _TOKENS.sub("", page_of(world.teacher, item)), told(world.teacher)

    assert BARE not in got()[0]
    network.withdraw_source(by=world.social_worker, source_id=ours[0].pk, why=WHY)
    first = got()
    assert BARE in first[0]
    for said in ("Ring of keys", WHY):
        assert said not in first[0]
    network.withdraw_source(by=world.social_worker, source_id=ours[1].pk, why="Something else")
    assert got() == first


@pytest.mark.parametrize("who", ["social_worker", "officer", "analyst", "board_member"])
def test_who_does_not_hold_panels_says_nothing_to_it(
    world: Any, item: PanelItem, source: TieSource, who: str
) -> None:
    decide(world, item, source)
    network.withdraw_source(by=world.coordinator, source_id=source.pk, why=WHY)
    with pytest.raises((Hidden, Refused)):
        actions.look_at_item(by=getattr(world, who), item_id=item.pk, **ANSWER)
    address = reverse("panel_item_grounds", args=[item.pk])
    assert signed_in(getattr(world, who)).post(address, ANSWER).status_code in (403, 404)
    assert PanelGround.objects.get().looked_at is None


def test_paper_and_pack_say_it_without_a_word_of_the_source(
    world: Any, item: PanelItem, source: TieSource
) -> None:
    decide(world, item, source)
    assert BARE not in str([passage.text for passage in record._item_on_paper(item)])
    network.withdraw_source(by=world.coordinator, source_id=source.pk, why=WHY)
    said = str([passage.text for passage in record._item_on_paper(PanelItem.objects.get(pk=item.pk))])
    assert BARE in said
    assert WHY not in said


def test_looking_at_it_is_a_look_at_whom_the_source_names_too(
    world: Any, item: PanelItem, source: TieSource
) -> None:
    adult = network.add_person(by=world.coordinator, given_name="Dan", family_name="Cole", kind="adult")
    tie = network.note_tie(
        by=world.coordinator, one_id=adult.pk, in_words="drives", other_id=item.person_id, knows=network.Knows("Seen")
    )  # fmt: skip
    decide(world, item, tie.sources.get())
    page_of(world.coordinator, item)
    looks = AuditRow.objects.filter(verb="view", subject="panel item", person_id=adult.pk)
    assert looks.filter(actor=world.coordinator.username).exists()


def test_a_page_asks_as_often_however_much_it_rests_on(
    world: Any, item: PanelItem, arcade: Any, source: TieSource
) -> None:
    def asked() -> list[int]:
        found = []
        for address in (
            reverse("panel_item", args=[item.pk]),
            reverse("panel_minutes", args=[item.panel_id]),
        ):
            with CaptureQueriesContext(connection) as queries_:
                signed_in(world.coordinator).get(address)
            found.append(len(queries_))
        return found

    decide(world, item, source)
    asked()
    before = asked()
    more = [noted(world, item, arcade, words=f"Seen {n}") for n in range(4)]
    decide(world, item, source, *more)
    network.withdraw_source(by=world.social_worker, source_id=more[0].pk, why=WHY)
    assert asked() == before
