"""The page that a new worker learns from says all of the release, with its sources."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from markupsafe import escape
from tests.conftest import World

from heard.cases.clocks.words import allowed
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


def test_what_neither_return_carries_says_who_or_what_does(page: str) -> None:
    without = load.current().no_carrier
    assert page.count("Neither statutory return that Heard reads") == len(without)
    assert [entry.item for entry in without if str(escape(entry.note)) not in page] == []
    assert "no statutory return has a field" not in page


def test_findings_and_law_are_there_with_what_is_not_known(page: str) -> None:
    release = load.current()
    for part in ("conclusions", "laws"):
        assert f'href="#{part}"' in page
        assert f'id="{part}"' in page
    said = [conclusion.official for conclusion in release.conclusions] + [law.source for law in release.laws]
    said += [law.not_known for law in release.laws]
    assert [text for text in said if str(escape(text)) not in page] == []
    assert "whether it changed a deadline is not known to us" in page


def test_each_source_says_in_which_release_it_stands(page: str) -> None:
    sources = [
        line for line in page.splitlines() if "Source: " in line and "Independent Inquiry into" not in line
    ]
    assert len(sources) > 40
    assert [line for line in sources if f"elease {load.current().id}" not in line] == []


def test_each_kind_of_tie_is_there_and_says_whose_wording_it_is(page: str) -> None:
    ties = load.current().ties
    assert [tie.id for tie in ties if f'id="tie-{tie.id}"' not in page] == []
    assert page.count("Our wording.") == len([tie for tie in ties if tie.source is None])


def test_the_words_that_offer_a_sign_stand_there_each_with_its_reason(page: str) -> None:
    phrases = load.current().phrases
    assert [phrase.id for phrase in phrases if str(escape(phrase.why)) not in page] == []
    assert "bruis…" in page


@pytest.mark.on_day(date(2026, 11, 27))
def test_what_is_new_in_a_release_is_said(world: World, client: Client, page: str) -> None:
    assert "since release 2026.3" not in page  # its words have a part of their own
    client.force_login(world.teacher)
    before = client.get(reverse("knowledge_release", kwargs={"release": "2026.3"})).content.decode()
    assert (
        "Children take part in all decisions about them."
        in before[before.index("New since release 2026.2") :]
    )
    assert 'id="phrases"' not in before
    older = client.get(reverse("knowledge_release", kwargs={"release": "2026.2"})).content.decode()
    assert "made to harm" in older[older.index("New since release 2026.1") :]
    page = client.get(reverse("knowledge_release", kwargs={"release": "2026.1"})).content.decode()
    assert "Put right since release 2013.1" in page
    assert "New since release 2013.1" in page
    new = page[page.index("New since release 2013.1") : page.index("Put right since release 2013.1")]
    assert "Agencies began late, although there was guidance" in new
    assert "Whether Working Together 2026 changed a clock" not in new  # a gap is no news


def test_the_figures_say_which_release_their_sources_are_of(world: World, client: Client) -> None:
    client.force_login(world.board_member)
    assert f"those of release {load.current().id} of what" in client.get("/figures/").content.decode()


def test_an_older_release_is_read_as_it_was(world: World, client: Client) -> None:
    client.force_login(world.teacher)
    old = client.get(reverse("knowledge_release", kwargs={"release": "2013.1"})).content.decode()
    assert "This is what release 2013.1 says" in old
    assert "Children and young people with three or more signs" in old
    assert str(escape(load.release("2013.1").title)) in old
    assert "#conclusions" not in old
    newest = client.get(reverse("knowledge")).content.decode()
    assert "with three or more signs" not in newest
    assert reverse("knowledge_release", kwargs={"release": "2013.1"}) in newest


@pytest.mark.parametrize("name", ["1999.1", "newest", "2013"])
def test_a_release_that_is_not_there_is_not_found(world: World, client: Client, name: str) -> None:
    client.force_login(world.teacher)
    assert client.get(reverse("knowledge_release", kwargs={"release": name})).status_code == 404


def test_an_older_release_needs_signing_in(db: None, client: Client) -> None:
    assert client.get(reverse("knowledge_release", kwargs={"release": "2013.1"})).status_code == 302


def test_a_clock_is_said_in_words() -> None:
    clocks: dict[str, Clock] = {clock.id: clock for clock in load.current().clocks}
    assert allowed(clocks["concern_decision"]) == "1 working day"
    assert allowed(clocks["assessment"]) == "45 working days"
    assert allowed(clocks["return_interview"]) == "72 hours"
    assert allowed(clocks["review_conference_first"]) == "3 months"
