"""A child writes themselves at night, on a phone that others use too."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from tests.conftest import World
from tests.journeys.begun import opened
from tests.journeys.conftest import Story

from heard.agencies.models import User
from heard.cases.case.notices.actions import put_on_duty
from heard.cases.case.notices.mail import notify_once
from heard.cases.case.notices.models import Reader
from heard.cases.panel.actions import add_item, decide_item, plan_panel
from heard.cases.voice import actions
from heard.cases.voice.models import ChildLink, ChildMessage
from heard.cases.words.rules import ChildsView

pytestmark = pytest.mark.journey
WIDTHS = pytest.mark.parametrize("width", [360, 1280])
SAYS_WHAT_IS_LEFT = (
    "These pages keep nothing on this device.",
    "The history of the browser may show one line, “Notes”; if you opened a link, it may show that you did.",
)


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


def nothing_stays(page: Page, begun: int) -> None:
    """On the device there is one neutral entry in the history, after those that there were, and nothing else."""
    empty = {"local": 0, "session": 0, "databases": 0, "caches": 0, "cookies": []}
    assert kept(page) == empty | {"history": begun + 1, "title": "Notes"}


@WIDTHS
def test_a_child_writes_at_night_and_leaves_nothing_on_the_device(
    world: World, page: Page, live_server: object, settings: Any, width: int
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
    page.set_viewport_size({"width": width, "height": 640})
    story, asked = Story(page, address, "own-voice", widths=(width,)), list[str]()
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
    story.sees("He is outside.", "Read by Sufi, here for emergencies", *SAYS_WHAT_IS_LEFT).look()

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


@WIDTHS
def test_a_child_draws_points_and_reads_what_was_decided_and_leaves_nothing(
    world: World, page: Page, live_server: object, width: int
) -> None:
    case = opened(world)
    link, code = actions.make_link(
        by=world.social_worker, person_id=case.person_id, word="marmalade", weeks=1
    )
    panel = plan_panel(
        by=world.coordinator, starts_at=timezone.now() - timedelta(minutes=1), place="Town hall", chair=world.coordinator, agencies=[world.care.pk]
    )  # fmt: skip
    item = add_item(by=world.coordinator, panel_id=panel.pk, end="person", end_id=case.person_id)
    said = {"decision": "She stays with her nan", "reason": "She asked for it"}
    decide_item(by=world.coordinator, item_id=item.pk, view=ChildsView(why_no_words="She was ill"), **said)
    told = {"text": "You stay with your nan.", "is_safe": True, "how": "Her own phone"}
    actions.tell_decision(by=world.coordinator, item_id=item.pk, **told)
    address: str = live_server.url  # type: ignore[attr-defined]
    page.set_viewport_size({"width": width, "height": 640})
    story = Story(page, address, "own-voice-drawn", widths=(width,))
    page.goto(f"{address}/robots.txt")
    begun = page.evaluate("history.length")
    page.goto(f"{address}/n/#{code}")
    page.get_by_label("The word that you were told").fill("marmalade")
    page.get_by_role("button", name="Go on").click()

    page.get_by_role("button", name="How I feel").click()
    page.get_by_label("Worried").check()
    page.get_by_label("Tired").check()
    page.get_by_role("button", name="Draw", exact=True).click()
    page.get_by_role("button", name="Blue").click()
    page.get_by_role("button", name="Thick").click()
    for there in ((40, 40, 200, 120), (60, 150, 180, 60)):
        stroke(page, *there)
    story.sees("Draw with a finger, a pen or a mouse").look()
    drawn = page.locator("[data-drawn]")
    assert len(json.loads(drawn.input_value())) == 2
    page.get_by_role("button", name="Undo").click()
    assert len(json.loads(drawn.input_value())) == 1
    page.get_by_role("button", name="Blank").click()
    expect(page.locator("canvas")).to_be_hidden()
    page.get_by_role("button", name="Press to go on").click()
    page.get_by_role("button", name="Send", exact=True).click()
    story.sees("Sent. Thank you for telling.")
    sent = ChildMessage.objects.get()
    assert (sent.text, sent.pointed, sent.drawing[0][:2]) == ("", "worried,tired", [2, 1])
    assert sent.words is not None
    assert sent.words.shown == "A drawing, which stands in Heard.\nPointed at: worried, tired."

    page.get_by_role("button", name="Choose a secret word").click()
    page.get_by_label("Your secret word").fill("tangerine")
    page.get_by_role("button", name="Go on").click()
    story.sees("Pointed at: Worried, Tired").sees_not("You stay with your nan.")
    actions.note_asked(by=world.coordinator, child_link_id=link.pk, who_writes="child", asked="It is me.")
    page.get_by_role("button", name="Write more").click()
    page.get_by_role("button", name="Read what came back, and what was decided").click()
    page.get_by_label("Your secret word").fill("tangerine")
    page.get_by_role("button", name="Go on").click()
    story.sees("You stay with your nan.", "Pointed at: Worried, Tired").look()
    expect(page.get_by_role("img", name="Your drawing")).to_be_visible()
    page.get_by_role("button", name="Say something to this").click()
    story.sees("You stay with your nan.")
    page.get_by_label("Before or after a meeting").fill("Thank you.")
    page.get_by_role("button", name="Send", exact=True).click()
    story.sees("Sent. Thank you for telling.")
    answer = ChildMessage.objects.get(text="Thank you.")
    assert answer.words is not None
    assert answer.words.said_on_id == item.pk
    nothing_stays(page, begun)


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """It is 02:11 here, and goes on from there."""
    now = timezone.now
    begun = timezone.localtime(now()).replace(hour=2, minute=11, second=0, microsecond=0)
    since = now() - begun
    monkeypatch.setattr(timezone, "now", lambda: now() - since)
    return begun


@WIDTHS
def test_at_night_it_reaches_who_is_on_duty_in_the_same_minute_is_read_answered_and_seen(
    world: World, page: Page, browser: Browser, live_server: Any, settings: Any, mailoutbox: Any, width: int, night: datetime
) -> None:  # fmt: skip
    settings.ADDRESS = "https://heard.example.org"
    case = opened(world)
    User.objects.filter(pk=world.supervisor.pk).update(email="sufi@example.org")
    put_on_duty(
        by=world.administrator,
        user=world.supervisor,
        begins=night - timedelta(hours=4),
        ends=night + timedelta(hours=6),
        phone="01632 960 077",
    )
    _link, code = actions.make_link(
        by=world.social_worker, person_id=case.person_id, word="marmalade", weeks=1
    )
    notify_once(night)  # what was told before
    mailoutbox.clear()
    desk = browser.new_context()
    child = Story(page, live_server.url, "night-child", widths=(width,))
    duty = Story(desk.new_page(), live_server.url, "night-duty", widths=(width,))
    duty.sign_in(world.supervisor).open("/").sees_not("do not feel safe")

    page.goto(f"{live_server.url}/n/#{code}")
    page.get_by_label("The word that you were told").fill("marmalade")
    child.press("Go on").press("I do not feel safe")
    child.sees("told at once, day or night", "they may have to tell other people who can help")
    page.get_by_label("I do not feel safe").fill("He is outside.")
    child.press("Send").sees("Somebody who is working now has been told: Sufi, here for emergencies.")
    sent = ChildMessage.objects.get()
    row = Reader.objects.get(notice=sent.notice_id, user=world.supervisor)
    assert timezone.localtime(sent.sent_at).strftime("%H:%M") in ("02:11", "02:12", "02:13")
    assert (row.role, row.added_at - sent.sent_at < timedelta(minutes=1)) == ("on duty", True)
    notify_once(sent.sent_at + timedelta(seconds=59))
    assert ["sufi@example.org"] in [one.to for one in mailoutbox]
    assert not [one for one in mailoutbox if "outside" in one.body or "Amira" in one.body]
    page.get_by_role("button", name="Choose a secret word").click()
    page.get_by_label("Your secret word").fill("tangerine")
    child.press("Go on").sees("Nobody has said yet that they read it.")

    duty.open("/").follow("The child writes that they do not feel safe")
    duty.sees("He is outside.", "If the child is in danger now, ring 999.")
    duty.press("I have read this").sees("Saved: you read it.").press("Answer")
    duty.fill("What do you tell the child?", "We rang your nan. You sleep there.")
    duty.choose("Yes. The child reads it at their link, with their secret word")
    duty.fill("How do you know?", "It is her own phone, and she says so.")
    duty.press("Save").sees("Saved: your answer.")
    desk.close()

    child.press("Write more").press("Read what came back, and what was decided")
    page.get_by_label("Your secret word").fill("tangerine")
    child.press("Go on").sees("Read by Sufi, here for emergencies", "We rang your nan. You sleep there.")
    nothing = {"local": 0, "session": 0, "databases": 0, "caches": 0, "cookies": []}
    assert {name: kept(page)[name] for name in nothing} == nothing


def stroke(page: Page, from_x: int, from_y: int, to_x: int, to_y: int) -> None:
    """One line of the mouse on what is drawn on, from its corner."""
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + from_x, box["y"] + from_y)
    page.mouse.down()
    page.mouse.move(box["x"] + to_x, box["y"] + to_y, steps=6)
    page.mouse.up()


def weather(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<title>Weather</title><h1>Weather</h1>")
