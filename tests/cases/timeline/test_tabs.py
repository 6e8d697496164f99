"""The tabs of a child's page: each for those who see so far, with one menu; and old links lead on."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.cases.later import later
from tests.conftest import World, let_know
from tests.walls.record import Record

from heard.cases.case.notices.actions import mark_seen
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern import actions as telling
from heard.cases.plan.models import Outcome
from heard.cases.timeline.index import catch_up
from heard.cases.timeline.tabs import TABS
from heard.network import actions as network
from heard.network.models import Person
from heard.network.queries import Whom
from heard.network.rules import Level

NAMES = [tab.name for tab in TABS]


def at(record: Record, name: str = "child") -> str:
    return reverse(name, kwargs={"person_id": record["person_id"]})


def offered(html: str) -> list[str]:
    """Addresses of the tabs on a page."""
    nav = html[html.index('class="heard-tabs__list"') :]
    return re.findall(r'href="([^"?]+)', nav[: nav.index("</nav>")])


@pytest.fixture
def officer(world: World, record: Record) -> Whom:
    catch_up()
    return Whom("", world.police)


@pytest.mark.parametrize(
    ("level", "opens"),
    [
        (Level.KNOWS, []),
        (Level.SUMMARY, []),
        (Level.RECORD, [name for name in NAMES if name != "attachments"]),
        (Level.EVERYTHING, NAMES),
    ],
)
def test_a_level_opens_the_tabs_that_it_is_offered_and_no_others(
    client: Client, world: World, record: Record, officer: Whom, level: Level, opens: list[str]
) -> None:
    network.give_access(
        by=world.coordinator, person_id=record["person_id"], whom=officer, level=level, why="Works with her"
    )
    client.force_login(world.officer)
    assert [name for name in NAMES if client.get(at(record, name)).status_code == 200] == opens
    for name in opens:
        assert offered(client.get(at(record, name)).text) == [at(record, text) for text in opens]


def test_on_no_tab_is_anything_red_but_what_is_urgent(
    client: Client, world: World, record: Record, officer: Whom
) -> None:
    client.force_login(world.social_worker)
    for reader in unread_of(world.social_worker):
        mark_seen(by=world.social_worker, reader_id=reader.pk)
    with later(400):
        client.force_login(world.social_worker)
        pages = {tab.name: client.get(at(record, tab.name)).text for tab in TABS}
    assert "Overdue" in pages["child_plan"]
    urgent = re.compile(r'<div class="heard-danger".*?</form>.*?</div>', re.DOTALL)
    for name, page in pages.items():
        assert "govuk-tag--red" not in urgent.sub("", page), name


@pytest.mark.parametrize("name", NAMES)
def test_each_tab_says_which_it_is_and_who_it_is_about(
    client: Client, world: World, record: Record, name: str
) -> None:
    client.force_login(world.social_worker)
    html = client.get(at(record, name)).text
    nav = html[html.index('class="heard-tabs__list"') :]
    assert nav[: nav.index("</nav>")].count('aria-current="page"') == 1
    assert re.search(rf'href="{at(record, name)}(\?order=newest)?" aria-current="page"', html)
    assert html.count("<h1") == 1


@pytest.mark.parametrize("name", NAMES)
def test_one_menu_offers_eight_things_at_most_and_telling_a_worry(
    client: Client, world: World, record: Record, name: str
) -> None:
    client.force_login(world.social_worker)
    html = client.get(at(record, name)).text
    menu = html[html.index("heard-add") :]
    items = re.findall(r"<li>", menu[: menu.index("</ul>")])
    assert 5 <= len(items) <= 8
    assert "Tell a worry about this child" in menu
    assert "Write a note" in menu


@pytest.mark.parametrize("old", ["signs", "plan", "around", "chronology", "shared", "looked"])
def test_an_old_anchor_stands_by_the_tab_that_it_leads_to(
    client: Client, world: World, record: Record, old: str
) -> None:
    client.force_login(world.social_worker)
    html = client.get(at(record)).text
    assert len(re.findall(rf'data-heard-old="[^"]*\b{old}\b', html)) == 1
    assert html.count(f'id="{old}"') == 1


def test_what_takes_everything_is_not_offered_to_those_who_see_the_record(
    client: Client, world: World, record: Record, officer: Whom
) -> None:
    network.give_access(
        by=world.coordinator,
        person_id=record["person_id"],
        whom=officer,
        level=Level.RECORD,
        why="Works with her",
    )
    client.force_login(world.officer)
    for name in ("child_plan", "child_shared"):
        html = client.get(at(record, name)).text
        assert "National Referral Mechanism" not in html
        assert "Packs and requests" not in html
    client.force_login(world.social_worker)
    assert "National Referral Mechanism" in client.get(at(record, "child_plan")).text
    assert "Packs and requests" in client.get(at(record, "child_shared")).text


def test_danger_is_red_on_every_tab_until_the_reader_says_there_that_they_have_seen_it(
    client: Client, world: World, record: Record
) -> None:
    person = record["person_id"]
    let_know(world.coordinator, person, world.school)
    telling.tell(
        by=world.teacher,
        person_id=person,
        seen_and_heard="Put into a car.",
        why_no_words="Not met",
        danger_now="yes",
        danger_done="Rang 999",
    )
    client.force_login(world.coordinator)
    for name in NAMES:
        assert "Nobody has said yet that they have seen it." in client.get(at(record, name)).text
    html = client.get(at(record)).text
    assert "New for you" not in html or "Somebody is in danger" not in html[html.index("New for you") :]
    (seen,) = re.findall(r'action="(/[^"]+)" method="post" class="heard-danger__seen', html)
    assert client.post(seen, {"back": "child"})["Location"] == at(record)
    html = client.get(at(record)).text
    assert "Nobody has said yet that they have seen it." not in html
    assert "has not said yet that they have seen it" in html  # the child's worker
    assert "heard-danger__seen" not in html
    for reader in unread_of(world.social_worker, person):
        mark_seen(by=world.social_worker, reader_id=reader.pk)
    assert "has not said yet" not in client.get(at(record)).text


def test_numbers_of_a_child_stand_in_full_where_somebody_opens_them_and_nowhere_else(
    client: Client, world: World, record: Record
) -> None:
    nhs, upn = "9434765919", "A123456789012"
    Person.objects.filter(pk=record["person_id"]).update(nhs_number=nhs, upn=upn)
    client.force_login(world.social_worker)
    for name in NAMES:
        html = client.get(at(record, name)).text
        assert "ends in 5919" in html, name
        assert nhs not in html, name
        assert upn not in html, name
    for html in [client.get(reverse(name)).text for name in ("home", "caseload")]:
        assert nhs not in html
        assert upn not in html
    for name in ("person_details", "person_about"):
        html = client.get(at(record, name)).text
        assert nhs in html, name
        assert upn in html, name


def test_what_the_plan_says_of_now_stands_apart_from_what_it_is_for(
    client: Client, world: World, record: Record
) -> None:
    client.force_login(world.social_worker)
    Outcome.objects.update(text="She says so", where_we_are="None since the lock")
    text = " ".join(re.sub(r"<[^>]+>", " ", client.get(at(record)).text).split())
    assert "She says so Now: None since the lock" in text
