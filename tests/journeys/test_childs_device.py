"""A child’s phone: read aloud by a voice that is on it and by no other, in large letters, and within five minutes on a slow line."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.conftest import World
from tests.journeys.begun import opened
from tests.journeys.conftest import Story

from heard.cases.case.models import Case
from heard.cases.voice import actions
from heard.cases.voice.models import ChildMessage

pytestmark = pytest.mark.journey
WORD = "marmalade"
# A line of the third generation at its worst: as the browser’s own list of slow lines has it.
SLOW_LINE = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FIVE_MINUTES = 300  # seconds
MOST_BYTES = 260_000  # of the first page with its files, before they are packed
MOST_A_PAGE = 25_000  # of each page after it, which brings no files
# Voices of a device as the browser lists them; what was said, and by which.
VOICES = """
  const voices = %s;
  window.said = [];
  window.SpeechSynthesisUtterance = class extends EventTarget {
    constructor(text) { super(); this.text = text; this.voice = null; }
  };
  const speech = new EventTarget();
  Object.assign(speech, {
    speaking: false,
    getVoices: () => voices,
    speak(one) { speech.now = one; speech.speaking = true; window.said.push({ text: one.text, voice: one.voice?.name ?? null }); },
    cancel() { speech.speaking = false; speech.now?.dispatchEvent(new Event("end")); },
  });
  Object.defineProperty(window, "speechSynthesis", { value: speech });
"""
REMOTE = '{ name: "Elsewhere", lang: "en-GB", localService: false }'
HERE = '{ name: "Here", lang: "en-GB", localService: true }'
WELSH = '{ name: "Yma", lang: "cy", localService: true }'


def code_of(world: World, case: Case) -> str:
    return actions.make_link(by=world.social_worker, person_id=case.person_id, word=WORD, weeks=1)[1]


def test_it_is_read_aloud_by_a_voice_on_the_device_and_in_large_letters(
    world: World, page: Page, live_server: Any
) -> None:
    story, case = Story(page, live_server.url, "read-aloud", widths=(360, 1280)), opened(world)
    page.add_init_script(VOICES % f"[{REMOTE}, {WELSH}, {HERE}]")
    page.goto(f"{live_server.url}/n/#{code_of(world, case)}")
    page.get_by_label("The word that you were told").fill(WORD)
    story.press("Go on").press("I do not feel safe")
    aloud = page.get_by_role("button", name="Read aloud")
    aloud.click()
    [said] = page.evaluate("window.said")
    assert said["voice"] == "Here"
    for text in ("In danger: ring 999.", "Who reads this?", "they may have to tell other people"):
        assert text in said["text"], text
    page.get_by_role("button", name="Stop").click()
    assert page.evaluate("speechSynthesis.speaking") is False
    aloud.click()
    page.get_by_role("button", name="Blank").click()
    assert page.evaluate("speechSynthesis.speaking") is False, "What is covered is not read out"
    page.get_by_role("button", name="Press to go on").click()

    sizes = {"small": size(page)}
    page.goto(f"{live_server.url}/robots.txt")
    page.goto(f"{live_server.url}/n/#{code_of(world, case)}")
    page.get_by_label("The word that you were told").fill(WORD)
    page.get_by_label("Large letters").check()
    story.press("Go on").press("I do not feel safe")
    sizes["large"] = size(page)
    assert sizes["large"] >= 1.2 * sizes["small"], sizes
    page.get_by_label("I do not feel safe").fill("He is outside.")
    story.press("Send").sees("Sent. Thank you for telling.")
    assert size(page) == sizes["large"], "On every page"


def size(page: Page) -> float:
    """Of the letters of a paragraph, in pixels."""
    letters = "parseFloat(getComputedStyle(document.querySelector('main .govuk-body')).fontSize)"
    return float(page.evaluate(letters))


@pytest.mark.parametrize("voices", [REMOTE, WELSH, ""], ids=["elsewhere", "of another language", "none"])
def test_a_voice_that_is_not_on_the_device_or_of_another_language_is_not_used(
    world: World, page: Page, live_server: Any, voices: str
) -> None:
    page.add_init_script(VOICES % f"[{voices}]")
    page.goto(f"{live_server.url}/n/")
    expect(page.get_by_role("button", name="Blank")).to_be_visible()  # the script has begun
    expect(page.get_by_role("button", name="Read aloud")).to_be_hidden()


def test_from_the_code_to_sent_in_far_less_than_five_minutes_on_a_slow_phone(
    world: World, page: Page, live_server: Any
) -> None:
    code, came = code_of(world, opened(world)), list[tuple[str, int]]()
    page.set_viewport_size({"width": 360, "height": 640})
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    page.on("response", lambda answer: came.append((answer.url, len(answer.body()))))
    begun = time.monotonic()
    page.goto(f"{live_server.url}/n/")
    page.get_by_label("The code on your card").type(code, delay=150)  # as a thumb does
    page.get_by_label("The word that you were told").type(WORD, delay=150)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="I do not feel safe").click()
    page.get_by_label("I do not feel safe").type("He is outside again. I am at my nan’s.", delay=150)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Sent. Thank you for telling.")).to_be_visible()
    took = time.monotonic() - begun
    page.wait_for_load_state("networkidle")  # of the last page too it is known by then how large it was
    assert ChildMessage.objects.get().text.startswith("He is outside again.")
    assert took < FIVE_MINUTES / 3, f"{took:.0f} seconds"
    pages = [size for url, size in came if url.endswith("/n/")]
    assert len(pages) == 4
    files = sum(size for _url, size in came) - sum(pages[1:])
    assert files < MOST_BYTES, came
    assert max(pages) < MOST_A_PAGE, came
