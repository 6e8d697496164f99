"""The analyst's whole way: extracts are uploaded, read together, a pair is judged, a profile is drawn up and, once two other
people have released it, taken away; a digest of it goes out, and the profile is withdrawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import expect
from tests.conftest import World
from tests.journeys.conftest import DESKTOP, PHONE, Story

from heard.agencies.actions import change_own_details
from heard.demo.extracts import write_extracts
from heard.insight.digest.letters import STOP, link
from heard.insight.models import Profile, Subscriber

pytestmark = pytest.mark.journey

TABLES = ("school_attendance.csv", "police_missing.csv", "accident_emergency.csv", "sexual_health.csv")
TITLE = "Wexmoor, the year to March 2026"


@pytest.fixture
def extracts(world: World, settings: Any, tmp_path: Path, live_server: Any) -> Path:
    settings.DATA, settings.EXTRACTS, settings.ADDRESS = tmp_path / "data", tmp_path / "none", live_server.url
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "engine"]}
    }
    write_extracts(tmp_path / "made", children=300, seed=1)
    return tmp_path / "made"


def _work_through_the_queue() -> None:
    call_command("db_worker", queue_name="*", batch=True, startup_delay=False, verbosity=0)


def _start(story: Story, extracts: Path, why: str, as_of: tuple[int, int, int] | None = None) -> str:
    """Fills in what is asked and waits for the run. Its address."""
    story.fill("What is this run for?", why).choose("A public task")
    story.fill("Which law, task or agreement is it?", "Children Act 2004, section 11")
    if as_of:
        story.unfold("Other than usual: the day").fill_date("As of which day?", *as_of)
    files = [extracts / name for name in ("cin_census_2026.xml", *TABLES)]
    story.page.get_by_label("Or upload extracts (optional)", exact=True).set_input_files(files)
    story.press("Start the run").sees("Waiting to start")
    _work_through_the_queue()
    if as_of is None:
        story.sees("The sources end at different times").look().press("Go on").sees("Waiting to start")
        _work_through_the_queue()
    return story.sees("What the records say together").look().path  # the page itself sees that it is done


def test_from_extracts_to_a_released_profile_and_its_digest(
    world: World, extracts: Path, story: Story
) -> None:
    change_own_details(by=world.coordinator, email="cora@wexmoor.example", reminders=False)

    # The analyst uploads what agencies have sent, and says what for: as of the year before, and then as of now.
    story.sign_in(world.analyst).open("/engine/").sees("No run yet.").press("Start a run")
    story.sees("The extracts folder is empty.")
    _start(story, extracts, "To see what comes.", as_of=(31, 3, 2025))
    story.widths = (DESKTOP,)  # these pages were looked at on a phone just now
    story.open("/engine/").press("Start a run")
    story.widths = (PHONE, DESKTOP)
    run = _start(story, extracts, "To publish what agencies know together.")
    story.page.locator("main a[href*='/since/']").click()
    story.look()
    story.sees("Who is new on the list, and who left", "with records up to 31 March 2025")
    story.sees("Children by key: the new first")

    # Nobody but a person can say whether some records are of one child. A co-ordinator looks at one pair.
    story.sign_in(world.coordinator).open(f"{run}pairs/")
    if story.page.locator("tbody th a").count():
        story.page.locator("tbody th a").first.click()
        story.look().choose("Cannot tell yet").fill("Why do you think so?", "The school has to say.")
        story.press("Save and go on to the next pair").sees("Your judgement is kept")

    # The analyst draws a profile up. Nothing of it is for others yet.
    story.sign_in(world.analyst).open(run).follow("Draw up a profile").press("Draw it up")
    story.sees("Say which episodes", "Say which counts are hidden and rounded")
    story.fill("What is the profile called?", TITLE).choose("Those in the agencies’ records of this run")
    story.choose("Counts of 1 to 7 are hidden, and others rounded to the nearest 5")
    story.press("Draw it up").sees("Waiting to be drawn up")
    _work_through_the_queue()
    story.sees("Key findings", "This is not released.")
    profile = story.look().path
    story.follow("How good the data are").sees("Who supplied what").open(profile)
    story.sign_in(world.teacher).open(profile, status=404)

    # Two people who did not draw it up read it and release it, each with a reason, and neither twice.
    story.widths = (DESKTOP,)  # it was looked at on a phone above
    story.sign_in(world.coordinator).open("/").sees(
        "annual reports that wait for you to release them"
    ).follow(TITLE)
    story.widths = (PHONE, DESKTOP)
    story.press("Release it, or send it back").sees("NHS Digital’s method for hospital statistics, 2018")
    story.press("Release it").sees("Say why. It is kept beside it")
    story.fill("Why?", "Small places are put together.").press("Release it")
    story.sees("A second person has to release it too.", "Waiting for a second person")
    story.sees("You released this already.")
    story.widths = (DESKTOP,)
    story.sign_in(world.board_member).open("/profiles/").sees("Waiting for your decision").follow(TITLE)
    story.press("Release it, or send it back").fill("Why?", "I read each table.")
    story.press("Release it").sees("Released. Everybody who sees profiles can read it now.")

    # Everybody who works in the partnership reads it, and takes it away.
    story.sign_in(world.teacher).open("/profiles/").follow(TITLE).sees("Small places are put together.")
    assert "Key findings" in story.take_paper("PDF, to print")
    assert story.take("Tables as CSV, in a ZIP file").startswith(b"PK")
    assert story.take("Spreadsheet").startswith(b"PK")

    # A digest of it goes to who asked for it, once somebody else has read it.
    story.sign_in(world.coordinator).open("/digests/").press("Have digests by mail").sees(
        "Digests come to you by mail"
    )
    story.sign_in(world.analyst).open(profile)
    story.widths = (PHONE, DESKTOP)
    story.press("Write a digest of it").press("Keep the digest")
    story.sees("Give the digest a title").fill("What is the digest called?", "Spring digest")
    story.fill("What is it about?", "What agencies know together, and what to look out for.")
    story.fill("Whom do people ask?", "Exploitation team, 01632 960 001").press("Keep the digest")
    story.sees("What to look out for", "This digest was not sent yet.")
    digest = story.path
    story.sign_in(world.coordinator).open("/").follow("Spring digest")
    story.press("Send it to all who have digests by mail").sees("It is being sent.")
    _work_through_the_queue()
    story.open(digest).sees("Send it to those who have not had it")
    (message,) = mail.outbox
    assert message.to == ["cora@wexmoor.example"]
    assert "Spring digest" in story.take_paper("PDF, to print")

    # Without signing in, the link in the mail ends it.
    stop = urlsplit(link(STOP, "digest_stop", Subscriber.objects.get())).path
    story.page.context.clear_cookies()
    story.open(stop).press("Have no more digests by mail").sees("No more digests come to your address.")

    # Something was wrong with it after all: it is withdrawn, and says so.
    story.sign_in(world.supervisor).open(profile).follow("Withdraw it").press("Withdraw it")
    story.sees("Say why it is withdrawn").fill("Why is it withdrawn?", "One source was read twice.")
    story.press("Withdraw it").sees("Withdrawn by Sufi Visram", "One source was read twice.")
    expect(story.page.get_by_text("Key findings")).to_have_count(0)
    story.open(f"{profile}pdf/", status=410).sees("One source was read twice.")
    story.open(digest).sees("was withdrawn with it")
    assert Profile.objects.get().state == "withdrawn"
