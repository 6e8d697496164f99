"""What is typed is there again: after a killed browser, a killed server and an ended session, and where two write at once."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Error, Page, Playwright, expect
from tests.conftest import PASSWORD, World
from tests.journeys.conftest import Story, chromium

from heard.agencies.models import Draft
from heard.cases.case.actions import record_words
from heard.network.actions import add_person
from heard.network.models import Person

pytestmark = pytest.mark.journey

SAYS = "They wait for me at the gate after school and I do not dare to go home the other way any more."
BOX = "The child’s own words"
TOLD = "You typed this on"


@pytest.fixture
def amira(world: World) -> Person:
    return add_person(
        by=world.social_worker, given_name="Amira", family_name="Khan", birth_date=date(2010, 3, 2)
    )


@pytest.fixture
def form(amira: Person) -> str:
    return reverse("words_add", kwargs={"person_id": amira.pk})


def until(it_is_so: Callable[[], bool]) -> None:
    """What the browser sends once a page is gone arrives when it arrives."""
    last = time.monotonic() + 20
    while not it_is_so():
        assert time.monotonic() < last, "It did not arrive in twenty seconds."
        time.sleep(0.05)


def kept_is(story: Story) -> None:
    expect(story.page.locator("[data-heard-saved]")).to_contain_text("Saved")


# ---- a form that is left


def test_a_form_that_is_left_waits_on_my_work_on_any_device(
    world: World, story: Story, browser: Browser, form: str
) -> None:
    story.sign_in(world.social_worker).open(form).fill(BOX, SAYS)
    kept_is(story)
    context = browser.new_context()
    phone = Story(context.new_page(), story.address, f"{story.name}-phone")
    phone.sign_in(world.social_worker).open("/").sees("What you began and have not sent", "Amira Khan")
    phone.follow("Add what the child says").sees(TOLD)
    assert phone.page.get_by_label(BOX, exact=True).input_value() == SAYS
    phone.fill("Who heard the child?", "Sol Wright, social worker").press("Save").sees(SAYS)
    phone.open("/").sees_not("Amira Khan")
    context.close()


def test_a_page_that_is_closed_at_once_keeps_its_last_words(world: World, story: Story, form: str) -> None:
    story.sign_in(world.social_worker).open(form).fill(BOX, SAYS)
    story.page.goto(story.address + "/knowledge/")  # no pause in which it could have been kept
    until(Draft.objects.exists)
    story.open(form).sees(TOLD)
    assert story.page.get_by_label(BOX, exact=True).input_value() == SAYS


def test_what_is_not_wanted_is_thrown_away(world: World, story: Story, form: str) -> None:
    story.sign_in(world.social_worker).open(form).fill(BOX, SAYS)
    kept_is(story)
    story.open(form).press("Throw away what I typed").sees("Thrown away").sees_not(TOLD)
    assert story.page.get_by_label(BOX, exact=True).input_value() == ""


def test_a_form_is_kept_without_scripts(world: World, story_without_scripts: Story, form: str) -> None:
    story = story_without_scripts
    story.sign_in(world.social_worker).open(form).fill(BOX, SAYS).press("Save and come back later")
    story.sees("What you began and have not sent").follow(BOX).sees(TOLD)
    assert story.page.get_by_label(BOX, exact=True).input_value() == SAYS


# ---- a connection that is gone

SEEN = "What was seen and heard?"
STORED = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
    'caches' in window ? (await caches.keys()).length : 0]"""


def says(story: Story, text: str) -> None:
    expect(story.page.locator("[data-heard-saved]")).to_contain_text(text, timeout=60_000)


def typed_without_a_connection(story: Story) -> None:
    story.open(reverse("worry_start")).choose("No").fill(SEEN, SAYS[:30])
    kept_is(story)
    story.page.context.set_offline(True)
    story.fill(SEEN, SAYS)
    says(story, "Not saved yet: the connection is gone")


def test_without_a_connection_the_words_stay_in_the_page_and_are_kept_when_it_is_back(
    world: World, story: Story
) -> None:
    story.sign_in(world.teacher)
    typed_without_a_connection(story)
    assert story.page.get_by_label(SEEN).input_value() == SAYS
    assert [draft.answers["typed"]["seen_and_heard"] for draft in Draft.objects.all()] == [[SAYS[:30]]]
    assert story.page.evaluate(STORED) == [0, 0, 0, 0]  # nothing is left on a device that others use
    story.page.context.set_offline(False)
    says(story, "Saved: the connection is back.")
    story.forgive_no_connection().look()
    assert [draft.answers["typed"]["seen_and_heard"] for draft in Draft.objects.all()] == [[SAYS]]


def pressed_without_a_connection(story: Story) -> None:
    story.page.get_by_role("button", name="Continue", exact=True).click()
    says(story, "Not sent yet: the connection is gone. It is sent by itself when the connection is back")
    assert story.path == reverse("worry_start")
    assert story.page.get_by_label(SEEN).input_value() == SAYS


def test_what_is_sent_without_a_connection_stays_in_the_page_and_is_sent_once_when_it_is_back(
    world: World, story: Story
) -> None:
    sent: list[str] = []
    story.page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    story.sign_in(world.teacher)
    typed_without_a_connection(story)
    pressed_without_a_connection(story)
    assert story.page.evaluate(STORED) == [0, 0, 0, 0]
    said: list[str] = []
    story.page.expose_function("said", lambda text: said.append(text))
    story.page.evaluate(
        """() => { const sign = document.querySelector("[data-heard-saved]");
        new MutationObserver(() => said(sign.textContent)).observe(sign, { childList: true }) }"""
    )
    story.page.context.set_offline(False)
    expect(story.page.locator("body")).to_contain_text("Which child are you worried about?", timeout=60_000)
    story.forgive_no_connection().look()
    assert [url.endswith(reverse("worry_start")) for url in sent].count(True) == 1
    assert "The connection is back. Sending …" in said
    [draft] = Draft.objects.all()
    assert draft.answers["seen"]["seen_and_heard"] == SAYS


def test_whoever_types_on_without_a_connection_presses_again_themselves(world: World, story: Story) -> None:
    story.sign_in(world.teacher)
    typed_without_a_connection(story)
    pressed_without_a_connection(story)
    story.fill(SEEN, SAYS + " Today too.")
    says(story, "Not saved yet: the connection is gone")
    story.page.context.set_offline(False)
    says(story, "Saved: the connection is back.")
    assert story.path == reverse("worry_start")
    story.forgive_no_connection()


def test_what_is_sent_when_nothing_was_typed_since_the_connection_went_stays_too(
    world: World, story: Story
) -> None:
    story.sign_in(world.teacher).open(reverse("worry_start")).choose("No").fill(SEEN, SAYS)
    kept_is(story)
    story.page.context.set_offline(True)
    story.page.get_by_role("button", name="Continue", exact=True).click()
    says(story, "Not sent yet: the connection is gone")
    assert story.page.get_by_label(SEEN).input_value() == SAYS


def leaves(story: Story, *, how: str) -> bool:
    """Whether the browser asks before it leaves the page."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    story.page.on("dialog", answer)
    with suppress(Error):  # without a connection there is nowhere to go
        story.page.evaluate(how)
    story.page.wait_for_timeout(500)
    story.page.remove_listener("dialog", answer)
    return asked == ["beforeunload"]


GOES_AWAY = "location.href = '/knowledge/'"


def test_where_the_browser_wrongly_believes_that_it_has_no_connection_a_form_is_sent_once(
    world: World, story: Story
) -> None:
    story.page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    sent: list[str] = []
    story.page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    story.sign_in(world.teacher).open(reverse("worry_start")).choose("No").fill(SEEN, SAYS)
    kept_is(story)
    sent.clear()
    story.page.get_by_role("button", name="Continue").click()
    expect(story.page.locator("body")).to_contain_text("Which child are you worried about?")
    story.look()
    assert [url.endswith(reverse("worry_start")) for url in sent].count(True) == 1
    assert len(sent) <= 3  # what was typed, kept once more, and the form


def test_whoever_would_leave_what_is_not_kept_is_warned(world: World, story: Story) -> None:
    story.sign_in(world.teacher)
    typed_without_a_connection(story)
    assert leaves(story, how=GOES_AWAY)
    assert story.page.get_by_label(SEEN).input_value() == SAYS
    story.page.context.set_offline(False)
    says(story, "Saved: the connection is back")
    assert not leaves(story, how=GOES_AWAY)
    story.page.wait_for_url("**/knowledge/")


def test_nobody_who_has_to_get_away_is_held_up(world: World, story: Story) -> None:
    """Exit this page asks nothing, whatever is not kept."""
    story.sign_in(world.teacher)
    typed_without_a_connection(story)
    assert not leaves(story, how="document.querySelector('.govuk-js-exit-this-page-button').click()")


def test_after_signing_out_the_device_holds_nothing_of_what_was_typed(world: World, story: Story) -> None:
    story.sign_in(world.teacher).open(reverse("worry_start")).choose("No").fill(SEEN, SAYS)
    kept_is(story)
    story.sign_out()
    assert story.page.evaluate(STORED) == [0, 0, 0, 0]
    story.page.go_back()
    story.page.wait_for_load_state("load")
    story.sees_not(SAYS)
    boxes = story.page.locator("textarea").all()
    assert [box for box in boxes if SAYS in box.input_value()] == []
    assert story.page.evaluate(STORED) == [0, 0, 0, 0]


# ---- a killed browser


@pytest.fixture
def doomed(playwright: Playwright, tmp_path: Path) -> Iterator[tuple[Page, Callable[[], None]]]:
    """A browser of its own, and what kills it as a power cut does."""
    profile = tmp_path / "profile"
    switches = ("no-sandbox", "disable-gpu", "no-first-run", "remote-debugging-port=0")
    words = [chromium(), f"--user-data-dir={profile}", *(f"--{switch}" for switch in switches), "about:blank"]
    running = subprocess.Popen(
        words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    port = profile / "DevToolsActivePort"
    wait_for(lambda: port.exists() and port.read_text().count("\n") > 0)
    browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port.read_text().split()[0]}")

    def kill() -> None:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()

    yield browser.contexts[0].new_page(), kill
    kill()


def test_a_browser_that_is_killed_while_somebody_types(
    world: World, story: Story, form: str, doomed: tuple[Page, Callable[[], None]]
) -> None:
    page, kill = doomed
    there = Story(page, story.address, f"{story.name}-killed")
    there.sign_in(world.social_worker)
    page.goto(story.address + form)
    # Eleven seconds without a pause: it does not wait for one, and keeps at least what stood there five seconds ago.
    page.get_by_label(BOX, exact=True).press_sequentially(SAYS, delay=120)
    kill()
    story.sign_in(world.social_worker).open(form).sees(TOLD)
    kept = story.page.get_by_label(BOX, exact=True).input_value()
    assert SAYS.startswith(kept)
    assert len(kept) > len(SAYS) // 2


# ---- a killed server

SEED = """
import django, sys
django.setup()
from datetime import date
from heard.agencies import actions
from heard.agencies.models import Agency
from heard.agencies.rules import Role
from heard.network.actions import add_person
ade = actions.begin_partnership(
    username="ade.minton", first_name="Ade", last_name="Minton", password=sys.argv[1],
    agency="Wexmoor Children’s Services", kind="social_care", team="Exploitation team",
)
sol = actions.add_user(
    by=ade, username="sol.wright", first_name="Sol", last_name="Wright", password=sys.argv[1],
    team=ade.team, role=Role.PRACTITIONER,
)
child = add_person(by=sol, given_name="Amira", family_name="Khan", birth_date=date(2010, 3, 2))
print(child.pk)
"""


class Server:
    """`heard serve` as an administrator starts it, with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        dropped = {"PYTEST_VERSION", "DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}
        kept = {key: value for key, value in os.environ.items() if key not in dropped}
        own = {
            "HEARD_DATA": str(folder),
            "HEARD_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "heard.config.settings",
        }
        self.environment = kept | own
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.running: subprocess.Popen[bytes] | None = None

    def seed(self) -> str:
        words = [sys.executable, "-c", SEED, PASSWORD]
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]

    def start(self) -> None:
        words = [
            sys.executable,
            "-c",
            "from heard.cli import main; main()",
            "serve",
            "--port",
            str(self.port),
        ]
        self.running = subprocess.Popen(
            words,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._answers, seconds=60)

    def kill(self) -> None:
        """At once and unasked: what it started goes with it, each of them a group of its own."""
        if self.running is None:
            return
        pid = self.running.pid
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for group in (pid, *map(int, started)):
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self.running.wait()
        self.running = None
        wait_for(lambda: not self._answers())

    def kept(self) -> str:
        """What was typed, as it stands on the disk."""
        with closing(sqlite3.connect(Path(self.environment["HEARD_DATA"]) / "heard.sqlite3")) as database:
            return " ".join(answers for (answers,) in database.execute("SELECT answers FROM cases_draft"))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health/live", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture
def server(migrated: Path, tmp_path: Path) -> Iterator[Server]:
    own = Server(Path(shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)))
    yield own
    own.kill()


def wait_for(true: Callable[[], object], *, seconds: float = 30) -> None:
    last = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last, "It took too long"
        time.sleep(0.1)


def test_a_server_that_is_killed_while_somebody_types_has_kept_what_was_said_to_be_kept(
    server: Server, page: Page
) -> None:
    form = f"/children/{server.seed()}/words/add/"
    server.start()
    page.goto(f"{server.address}/account/sign-in/?next={form}")
    page.get_by_label("Username", exact=True).fill("sol.wright")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    first, second = SAYS[:40], SAYS[40:]
    page.get_by_label(BOX, exact=True).press_sequentially(first)
    expect(page.locator("[data-heard-saved]")).to_contain_text("Saved")
    server.kill()
    assert first in server.kept()
    # They type on, and the page says that it is not kept and is to stay open.
    page.get_by_label(BOX, exact=True).press_sequentially(second)
    expect(page.locator("[data-heard-saved]")).to_contain_text("Keep this page open")
    server.start()
    # A moment after the server is there again the page has kept all by itself.
    expect(page.locator("[data-heard-saved]")).to_contain_text("Saved", timeout=60_000)
    page.goto(server.address + form)
    expect(page.locator("body")).to_contain_text(TOLD)
    assert page.get_by_label(BOX, exact=True).input_value() == SAYS


# ---- a session that ends


def test_the_page_says_in_time_that_the_session_ends_and_stays_at_a_press(
    world: World, story: Story, form: str, settings: Any
) -> None:
    settings.SESSION_IDLE, settings.SESSION_WARNING = 66, 60
    story.sign_in(world.social_worker).open(form).fill(BOX, SAYS)
    dialog = story.page.get_by_role("dialog", name="Are you still there?")
    expect(dialog).to_be_visible(timeout=60_000)
    expect(dialog).to_contain_text("You will be signed out in one minute.")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    kept_is(story)  # before it was said
    story.look()
    settings.SESSION_IDLE = 600
    story.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert story.page.evaluate("fetch('/signed-in/').then((a) => a.json()).then((a) => a.seconds)") > 500


def test_what_was_typed_comes_back_after_signing_in_again(
    world: World, story: Story, form: str, settings: Any
) -> None:
    settings.SESSION_COOKIE_AGE, settings.SESSION_WARNING = 8, 3
    story.sign_in(world.social_worker).open(form).fill(BOX, SAYS)
    story.page.get_by_text("You have been signed out").wait_for(timeout=60_000)
    left = story.page.content() + story.page.title()
    for gone in (TOLD, SAYS, "Amira"):
        assert gone not in left, "nothing of the page is left beneath"
    story.look().follow("Sign in again and go on")
    settings.SESSION_COOKIE_AGE = 600
    story.fill("Username", "sol.wright").fill("Password", PASSWORD).press("Sign in").sees(TOLD)
    assert story.page.get_by_label(BOX, exact=True).input_value() == SAYS


def test_a_form_that_is_sent_after_the_session_ended(world: World, story: Story, form: str) -> None:
    story.sign_in(world.social_worker).open(form).fill(BOX, SAYS)
    story.page.context.clear_cookies(name="sessionid")
    story.page.get_by_role("button", name="Save", exact=True).click()
    story.sees("You have been signed out", "sign in again and you find it in the form")
    story.page.get_by_role("link", name="Sign in and go back to the page").click()
    story.fill("Username", "sol.wright").fill("Password", PASSWORD)
    story.page.get_by_role("button", name="Sign in", exact=True).click()
    story.sees(TOLD)
    assert story.page.get_by_label(BOX, exact=True).input_value() == SAYS


def test_who_signs_in_again_in_another_tab_types_on_and_sends(world: World, story: Story, form: str) -> None:
    story.sign_in(world.social_worker).open(form).fill(BOX, "They wait")
    story.page.context.clear_cookies(name="sessionid")
    other = story.page.context.new_page()
    other.goto(story.address + "/account/sign-in/")
    other.get_by_label("Username", exact=True).fill("sol.wright")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url(story.address + "/")
    other.close()
    story.fill(BOX, SAYS).fill("Who heard the child?", "Sol Wright").press("Save").sees(SAYS)
    assert not Draft.objects.exists()


# ---- two people, one record


def test_two_people_change_the_same_thing_and_see_both(
    world: World, story: Story, browser: Browser, amira: Person
) -> None:
    words = record_words(
        by=world.social_worker,
        person_id=amira.pk,
        text=SAYS,
        heard_by="Sol Wright",
        heard_on=timezone.localdate(),
        what_changed="Nothing yet.",
    )
    form = reverse("words_answer", kwargs={"words_id": words.pk})
    story.sign_in(world.social_worker).open(form)
    context = browser.new_context()
    other = Story(context.new_page(), story.address, f"{story.name}-other")
    other.sign_in(world.supervisor).open(form)
    label = story.page.locator("textarea").first
    label.fill("A teacher meets her at the gate.")
    other.page.locator("textarea").first.fill("Her brother walks home with her.")
    other.press("Save")
    story.press("Save").sees("The record says now:", "Her brother walks home with her.")
    assert label.input_value() == "A teacher meets her at the gate."
    label.fill("A teacher meets her at the gate, and her brother walks home with her.")
    story.press("Save")
    words.refresh_from_db()
    assert words.what_changed == "A teacher meets her at the gate, and her brother walks home with her."
    assert not Draft.objects.exists()
    context.close()
