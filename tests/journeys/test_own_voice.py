"""A child writes themselves at night, on a phone that others use too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from tests.conftest import World
from tests.journeys.begun import opened
from tests.journeys.conftest import Story

from heard.cases.case.notices.actions import put_on_duty
from heard.cases.case.notices.models import Reader
from heard.cases.voice import actions
from heard.cases.voice.models import ChildLink, ChildMessage

pytestmark = pytest.mark.journey
WIDTH = 360


def kept(page: Page) -> dict[str, object]:
    """What the browser keeps of the page that is open."""
    return {
        "local": page.evaluate("localStorage.length"),
        "session": page.evaluate("sessionStorage.length"),
        "databases": page.evaluate("indexedDB.databases().then((found) => found.length)"),
        "caches": page.evaluate("caches.keys().then((found) => found.length)"),
        "cookies": page.context.cookies(),
        "history": page.evaluate("history.length"),
        "title": page.title(),
    }


def test_a_child_writes_at_night_and_leaves_nothing_on_the_device(
    world: World, page: Page, live_server: object, settings: Any
) -> None:
    settings.ADDRESS = "https://heard.example.org"  # so that mail can go
    case, now = opened(world), timezone.now()
    put_on_duty(
        by=world.administrator,
        user=world.supervisor,
        begins=now - timedelta(hours=1),
        ends=now + timedelta(hours=9),
        phone="01632 960 077",
    )
    link, code = actions.make_link(
        by=world.social_worker, person_id=case.person_id, word="marmalade", weeks=1
    )
    address: str = live_server.url  # type: ignore[attr-defined]
    page.set_viewport_size({"width": WIDTH, "height": 640})
    story, asked = Story(page, address, "own-voice", widths=(WIDTH,)), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.route("https://www.bbc.co.uk/**", lambda route: weather(route))

    page.goto(f"{address}/robots.txt")
    begun = page.evaluate("history.length")
    page.goto(f"{address}/n/#{code}")
    assert page.url == f"{address}/n/"
    expect(page.get_by_label("The code on your card")).to_be_hidden()
    story.look()
    page.get_by_label("The word that you were told").fill("wrong")
    page.get_by_role("button", name="Go on").click()
    story.sees("That is not the word").look()
    page.get_by_label("The code on your card").fill(code.lower())
    page.get_by_label("The word that you were told").fill("Marmalade")
    page.get_by_role("button", name="Go on").click()
    story.sees("What do you want to say?").look()

    page.get_by_role("button", name="I do not feel safe").click()
    story.sees("In danger: ring 999.", "told at once, day or night", "Who reads this?").look()
    page.get_by_label("I do not feel safe").fill("He is outside.")
    page.get_by_role("button", name="Blank").click()
    expect(page.get_by_text("Who reads this?")).to_be_hidden()
    page.get_by_role("button", name="Press to go on").click()
    page.get_by_role("button", name="Send", exact=True).click()
    story.sees("Sent. Thank you for telling.").look()
    sent = ChildMessage.objects.get()
    assert sent.text == "He is outside."
    assert Reader.objects.filter(notice=sent.notice_id, user=world.supervisor, role="on duty").exists()
    actions.note_read(by=world.supervisor, child_message_id=sent.pk)
    page.get_by_role("button", name="Choose a secret word").click()
    story.sees("It is only yours").look()
    page.get_by_label("Your secret word").fill("tangerine")
    page.get_by_role("button", name="Go on").click()
    story.sees("He is outside.", "Read by Sufi, here for emergencies").look()

    before = kept(page)
    assert before == {
        "local": 0,
        "session": 0,
        "databases": 0,
        "caches": 0,
        "cookies": [],
        "history": begun + 1,
        "title": "Notes",
    }
    page.get_by_role("button", name="Leave").click()
    expect(page).to_have_title("Weather")
    assert page.evaluate("history.length") == begun + 1
    assert page.context.cookies() == []
    for _moment in range(100):  # what the page sends while it goes is answered to nobody
        if ChildLink.objects.get(pk=link.pk).left_at:
            break
        page.wait_for_timeout(100)
    assert ChildLink.objects.get(pk=link.pk).left_at
    assert not [url for url in asked if code in url or code.lower() in url]
    page.go_back()  # what was there before, and not what was left
    assert page.url == f"{address}/robots.txt"


def weather(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<title>Weather</title><h1>Weather</h1>")
