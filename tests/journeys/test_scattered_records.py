"""Scattered records become a concern: several agencies' extracts, one child seen, and a person who decides."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from tests.conftest import World
from tests.journeys.conftest import Story

from heard.cases.models import Concern
from heard.demo.extracts import write_extracts

pytestmark = pytest.mark.journey


@pytest.fixture
def waiting_extracts(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EXTRACTS = tmp_path / "data", tmp_path / "extracts"
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "engine"]}
    }
    write_extracts(tmp_path / "made", children=300, seed=1)
    shutil.copytree(
        tmp_path / "made", settings.EXTRACTS, ignore=shutil.ignore_patterns("truth*", "README.md")
    )


def _work_through_the_queue() -> None:
    call_command("db_worker", queue_name="*", batch=True, startup_delay=False, verbosity=0)


def test_scattered_records_become_a_concern(world: World, waiting_extracts: None, story: Story) -> None:
    # The analyst brings in what agencies have put into the folder, and says what for.
    story.sign_in(world.analyst).open("/engine/").sees("No run yet.").press("Start a run")
    story.press("Start the run").sees("Say what this run is for")
    story.fill("What is this run for?", "Look for children whose signs are scattered.")
    story.press("Start the run").sees("Choose the lawful basis", "Say which law")
    story.choose("A public task").fill("Which law, task or agreement is it?", "Children Act 2004, section 11")
    for name in ("cin_census_2026.xml", "ssda903", "school_attendance.csv", "police_missing.csv"):
        story.choose(name)
    for name in ("accident_emergency.csv", "sexual_health.csv", "youth_justice.csv"):
        story.choose(name)
    story.press("Start the run").sees("Waiting to start")
    _work_through_the_queue()

    # Some sources end long before the others: it is asked up to which day to count, and one press takes what is proposed.
    story.sees("The sources end at different times", "31 March 2024").look().press("Go on").sees(
        "Waiting to start"
    )
    _work_through_the_queue()
    story.sees("What the records say together", "Not collectable").look()  # the page comes by itself
    list_of_children = story.path

    # The analyst sees signs and agencies, never a name, and opens nothing.
    story.follow("See what is wrong with the extracts").sees("What to do:")
    story.open(list_of_children).follow("Show only children whose signs are scattered").sees("Scattered")
    story.page.locator("tbody th a").first.click()
    story.look().sees("No single agency could have seen this alone.", "A co-ordinator can look into this")
    child = story.path
    story.page.get_by_text("How these records came to be one child").click()
    story.follow("Weights of step 1").look().sees(
        "What speaks for one child and what for two", "is not shown"
    )

    # The co-ordinator asks who it is, says why, looks at the records, and decides to open a concern.
    story.sign_in(world.coordinator).open(child).press("Look into this")
    story.press("Show who this is").sees("There is a problem")
    story.fill("Why do you need to know who this child is?", "Three agencies hold a piece of this.")
    story.press("Show who this is").sees("Records that were recognised as one child")
    story.press("Open a worry").sees("Give your reason for opening a worry")
    story.fill("Why do you open a worry?", "The signs belong together, and nobody saw them together.")
    story.fill("First name (optional)", "").fill("Family name (optional)", "")
    story.press("Open a worry").sees("Enter at least one name")
    story.fill("Family name (optional)", "Ashby")
    story.press("Open a worry").sees("The worry is open", "The signs belong together")
    concern = Concern.objects.get()
    assert concern.origin == "list"
    assert concern.told_by == world.coordinator

    # From the list one sees that it was taken up.
    story.open(child).sees(f"See worry {concern.reference}")


def test_a_run_can_be_started_and_read_without_scripts(
    world: World, waiting_extracts: None, story_without_scripts: Story
) -> None:
    story = story_without_scripts
    story.sign_in(world.analyst).open("/engine/start/")
    story.fill("What is this run for?", "Look for children whose signs are scattered.")
    story.choose("A public task").fill("Which law, task or agreement is it?", "Children Act 2004, section 11")
    story.choose("cin_census_2026.xml").press("Start the run").sees("Waiting to start")
    _work_through_the_queue()
    story.follow("Look again").sees("What the records say together")
