"""A child says it out loud on a phone that others use too, a worker hears it and writes it down, and the child reads that."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.conftest import World
from tests.journeys.begun import opened
from tests.journeys.conftest import Story
from tests.journeys.test_own_voice import kept, nothing_stays, weather

from heard.agencies.models import AuditRow
from heard.cases.attachment.models import Attachment
from heard.cases.case.models import Case
from heard.cases.voice import actions, rules
from heard.cases.voice.models import ChildMessage

pytestmark = pytest.mark.journey
WIDTH = 360
# Every microphone that the page asked for, so that it is seen whether it is off.
TRACKS = """
const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
globalThis.heard = [];
navigator.mediaDevices.getUserMedia = async (what) => { const found = await asked(what); heard.push(...found.getTracks()); return found; };
"""
ARE_OFF = "heard.length > 0 && heard.every((one) => one.readyState === 'ended')"


def linked(world: World) -> tuple[Case, str]:
    """A case whose child has a link to write with, and the code of it."""
    case = opened(world)
    given = {"person_id": case.person_id, "word": "marmalade", "weeks": 1}
    return case, actions.make_link(by=world.social_worker, **given)[1]


def enter(page: Page, address: str, code: str) -> None:
    page.goto(f"{address}/n/#{code}")
    page.get_by_label("The word that you were told").fill("marmalade")
    page.get_by_role("button", name="Go on").click()


def speak(page: Page, seconds: float = 2.2) -> None:
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("The microphone is on.")).to_be_visible()
    page.wait_for_timeout(seconds * 1000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Recorded, and not sent yet.")).to_be_visible()


@pytest.mark.parametrize("width", [WIDTH, 1280])
def test_a_child_speaks_is_heard_and_reads_what_was_written_down(
    world: World, page: Page, live_server: Any, width: int
) -> None:
    case, code = linked(world)
    address: str = live_server.url
    page.add_init_script(TRACKS)
    page.set_viewport_size({"width": width, "height": 740})
    story = Story(page, address, f"spoken-{width}", widths=(width,))
    page.goto(f"{address}/robots.txt")
    begun = page.evaluate("history.length")
    enter(page, address, code)
    page.get_by_role("button", name="I do not feel safe").click()
    page.get_by_role("button", name="Say it").click()
    story.sees("Somebody who hears you may know your voice again.", "0:00 of 3:00").look()
    page.get_by_role("button", name="Start", exact=True).click()
    story.sees("The microphone is on.").look()
    page.get_by_role(
        "button", name="Blank"
    ).click()  # somebody comes: it stops, and what was said is still there
    page.get_by_role("button", name="Press to go on").click()
    expect(page.get_by_text("Recorded, and not sent yet.")).to_be_visible()
    assert page.evaluate(ARE_OFF)
    page.get_by_role("button", name="Throw it away").click()
    story.sees("Thrown away. Nobody heard it.")
    speak(page)
    page.get_by_role("button", name="Do it again").click()
    expect(page.get_by_text("The microphone is on.")).to_be_visible()
    page.wait_for_timeout(2500)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Recorded, and not sent yet.")).to_be_visible()
    page.get_by_role("button", name="Listen", exact=True).click()
    expect(page.get_by_role("button", name="Listen", exact=True)).to_be_visible()  # it has played to its end
    story.look()
    assert page.evaluate(ARE_OFF)
    page.get_by_label("Somebody else: who?").fill("Nan")
    page.get_by_label("Somebody else: who?").fill("")
    page.get_by_label("Somebody else", exact=True).check()
    page.get_by_role("button", name="Send", exact=True).click()
    story.sees(
        "Say who must not read it.", "Recorded, and not sent yet."
    )  # what was said waits with what was typed
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Send", exact=True).click()
    story.sees("Sent. Thank you for telling.")
    sent = ChildMessage.objects.get()
    sound = Attachment.objects.get(message=sent)
    assert (sent.text, sent.about) == ("", "unsafe")
    assert 1 <= sent.seconds <= 6
    assert sound.kind == "webm"
    assert sound.size < 60_000  # on a slow phone
    page.get_by_role("button", name="Choose a secret word").click()
    page.get_by_label("Your secret word").fill("tangerine")
    page.get_by_role("button", name="Go on").click()
    story.sees("You said it out loud").look()
    page.get_by_role("button", name="Listen", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Listen", exact=True)).to_be_visible()
    nothing_stays(page, begun)

    story.sign_in(world.social_worker).open("/").sees("Listen, and write down what the child said")
    story.open(f"/child-messages/{sent.pk}/")
    player = page.locator("audio")
    player.evaluate("(one) => one.play()")
    for _moment in range(100):
        if player.evaluate("(one) => one.currentTime > 0.5"):
            break
        page.wait_for_timeout(100)
    assert player.evaluate("(one) => one.currentTime > 0.5 && one.error === null")
    assert AuditRow.objects.filter(
        verb="listen", subject="child message", actor_id=world.social_worker.pk
    ).exists()
    story.press("Write down what the child said")
    story.fill("What does the child say?", "He waits at the corner. I go the long way.").press("Save")
    story.sees(f"What the child says in the recording, as {world.social_worker} heard it:")
    story.open(f"/children/{case.person_id}/words/").sees(
        "“He waits at the corner. I go the long way.”", "written down as heard by"
    )
    story.open("/").sees_not("Listen, and write down what the child said")
    page.context.clear_cookies()
    enter(page, address, code)
    page.get_by_role("button", name="Read what came back, and what was decided").click()
    page.get_by_label("Your secret word").fill("tangerine")
    page.get_by_role("button", name="Go on").click()
    story.sees("Written down by", "He waits at the corner. I go the long way.", "Read by").look()


def test_who_sends_while_they_speak_sends_what_they_have_said(
    world: World, page: Page, live_server: Any
) -> None:
    _case, code = linked(world)
    page.add_init_script(TRACKS)
    enter(page, live_server.url, code)
    page.get_by_role("button", name="Good news").click()
    page.get_by_role("button", name="Say it").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("The microphone is on.")).to_be_visible()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Sent. Thank you for telling.")).to_be_visible()
    assert page.evaluate(ARE_OFF)
    sent = ChildMessage.objects.get()
    assert sent.seconds >= 1
    assert Attachment.objects.get().message_id == sent.pk


def wait(page: Page, until: str) -> None:
    """Until this is so on the page, whose policy lets nobody else look."""
    for _moment in range(50):
        if page.evaluate(until):
            return
        page.wait_for_timeout(100)
    raise AssertionError(until)


@pytest.fixture
def saying(world: World, page: Page, live_server: Any) -> Page:
    """The page of somebody who is not safe, with what it takes to speak open. What is set on `page` before holds there."""
    _case, code = linked(world)
    page.add_init_script(TRACKS)
    page.set_viewport_size({"width": WIDTH, "height": 740})
    enter(page, live_server.url, code)
    page.get_by_role("button", name="I do not feel safe").click()
    page.get_by_role("button", name="Say it").click()
    return page


def test_where_a_recording_is_refused_words_go_without_it(saying: Page, monkeypatch: Any) -> None:
    monkeypatch.setattr(rules, "MOST_SPOKEN_A_DAY", 0)
    speak(saying)
    saying.get_by_role("button", name="Send", exact=True).click()
    expect(saying.get_by_text("You can still write.")).to_be_visible()
    expect(saying.get_by_text("What you said out loud did not go, and is not kept here.")).to_be_visible()
    assert not ChildMessage.objects.exists()
    saying.locator("#text").fill("He is outside.")
    saying.get_by_role("button", name="Send", exact=True).click()
    expect(saying.get_by_text("Sent. Thank you for telling.")).to_be_visible()
    sent = ChildMessage.objects.get()
    assert (sent.text, sent.seconds) == ("He is outside.", 0)


def test_blank_keeps_the_microphone_off_that_the_browser_is_still_asking_about(saying: Page) -> None:
    saying.evaluate(
        """() => {
        const asked = navigator.mediaDevices.getUserMedia;
        navigator.mediaDevices.getUserMedia = async (what) => { await new Promise((done) => setTimeout(done, 1000)); return asked(what); };
        }"""
    )
    saying.get_by_role("button", name="Start", exact=True).click()
    saying.get_by_role("button", name="Blank").click()
    wait(saying, ARE_OFF)
    saying.get_by_role("button", name="Press to go on").click()
    speak(saying, 1.5)  # and it can be asked for again


def test_a_recorder_that_does_not_start_leaves_the_microphone_off_and_says_so(saying: Page) -> None:
    saying.evaluate(
        "() => { MediaRecorder.prototype.start = () => { throw new DOMException('no', 'NotSupportedError'); }; }"
    )
    for time in range(2):
        saying.get_by_role("button", name="Start", exact=True).click()
        wait(saying, f"heard.length === {time + 1} && {ARE_OFF}")
        expect(saying.get_by_text("This page cannot use the microphone here.")).to_be_visible()


def test_what_was_recorded_is_kept_until_it_is_recorded_anew(saying: Page) -> None:
    speak(saying)
    saying.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => { throw new Error('none'); }; }"
    )
    saying.get_by_role("button", name="Do it again").click()
    expect(saying.get_by_text("This page cannot use the microphone here.")).to_be_visible()
    saying.get_by_role("button", name="Send", exact=True).click()
    expect(saying.get_by_text("Sent. Thank you for telling.")).to_be_visible()
    assert ChildMessage.objects.get().seconds >= 1


def test_leaving_turns_the_microphone_off_and_nothing_is_left(
    world: World, page: Page, live_server: Any
) -> None:
    _case, code = linked(world)
    address: str = live_server.url
    page.add_init_script(TRACKS)
    page.set_viewport_size({"width": WIDTH, "height": 740})
    off: list[bool] = []
    page.route("https://www.bbc.co.uk/**", lambda route: weather(route))
    page.expose_function("noted", lambda said: off.append(said))
    page.goto(f"{address}/robots.txt")
    begun = page.evaluate("history.length")
    enter(page, address, code)
    page.get_by_role("button", name="Good news").click()
    page.get_by_role("button", name="Say it").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("The microphone is on.")).to_be_visible()
    page.wait_for_timeout(600)
    before = kept(page)
    assert (before["local"], before["session"], before["databases"], before["caches"]) == (0, 0, 0, 0)
    page.evaluate(
        f"document.addEventListener('click', () => noted({ARE_OFF}))"
    )  # after what the page itself does
    page.get_by_role("button", name="Leave").click()
    expect(page).to_have_title("Weather")
    assert page.evaluate("history.length") == begun + 1
    assert page.context.cookies() == []
    assert not ChildMessage.objects.exists()
    assert not Attachment.objects.exists()
    assert off == [True]


def test_without_a_microphone_or_without_scripts_nothing_is_offered_that_does_not_work(
    world: World, page: Page, live_server: Any, browser: Any
) -> None:
    _case, code = linked(world)
    address: str = live_server.url
    page.add_init_script("navigator.mediaDevices.getUserMedia = async () => { throw new Error('none'); };")
    enter(page, address, code)
    page.get_by_role("button", name="Good news").click()
    page.get_by_role("button", name="Say it").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("This page cannot use the microphone here.")).to_be_visible()
    old = browser.new_page()
    old.add_init_script("delete globalThis.MediaRecorder;")
    enter(old, address, code)
    old.get_by_role("button", name="Good news").click()
    expect(old.get_by_label("Good news")).to_be_visible()
    expect(old.get_by_role("button", name="Say it")).to_be_hidden()
    old.close()
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{address}/n/")
    plain.get_by_label("The code on your card").fill(code)
    plain.get_by_label("The word that you were told").fill("marmalade")
    plain.get_by_role("button", name="Go on").click()
    plain.get_by_role("button", name="Good news").click()
    expect(plain.get_by_label("Good news")).to_be_visible()
    expect(plain.get_by_role("button", name="Say it")).to_be_hidden()
    plain.context.close()
