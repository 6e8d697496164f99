"""The page that a new worker learns from says all of the release, with its sources."""

import pytest
from django.test import Client
from django.urls import reverse
from markupsafe import escape
from tests.conftest import World

from heard.home.learn import allowed
from heard.knowledge import load
from heard.knowledge.model import Clock


@pytest.fixture
def page(world: World, client: Client) -> str:
    client.force_login(world.teacher)
    return client.get(reverse("knowledge")).content.decode()


def test_everyone_who_signs_in_may_read_it(world: World, client: Client) -> None:
    for user in (world.teacher, world.analyst, world.board_member, world.administrator):
        client.force_login(user)
        assert client.get(reverse("knowledge")).status_code == 200


def test_nobody_reads_it_without_signing_in(db: None, client: Client) -> None:
    answer = client.get(reverse("knowledge"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_every_entry_is_on_the_page_with_its_source(page: str) -> None:
    release = load.current()
    said = [e.label for e in release.entries.values()] + [gap.help for gap in release.not_enumerated]
    said += [e.source for e in (*release.figures, *release.clocks, *release.rules)]
    assert [text for text in said if str(escape(text)) not in page] == []


def test_official_wording_is_there_and_folded_away(page: str) -> None:
    release = load.current()
    for entry in (*release.definitions, *release.patterns, *release.signs, *release.vulnerabilities):
        wording = str(escape(entry.official))
        assert wording in page
        before = page[: page.rindex(wording)]
        assert before.count("<details") > before.count("</details")


def test_each_part_named_in_the_navigation_is_there(page: str) -> None:
    for part in (
        "start",
        "words",
        "lists",
        "patterns",
        "rule",
        "figures",
        "principles",
        "clocks",
        "gaps",
        "release",
    ):
        assert f'href="#{part}"' in page
        assert f'id="{part}"' in page


def test_what_no_return_carries_is_said_to_be_seen_by_people_only(page: str) -> None:
    assert page.count("Only people see this") == len(load.current().no_carrier)


def test_a_clock_is_said_in_words() -> None:
    clocks: dict[str, Clock] = {clock.id: clock for clock in load.current().clocks}
    assert allowed(clocks["concern_decision"]) == "1 working day"
    assert allowed(clocks["assessment"]) == "45 working days"
    assert allowed(clocks["return_interview"]) == "72 hours"
    assert allowed(clocks["review_conference_first"]) == "3 months"
