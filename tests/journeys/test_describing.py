"""The analyst uploads a table that no mapping explains, corrects one column, keeps what was said, and the run is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from tests.conftest import World
from tests.journeys.conftest import Story

from heard.insight.drop.actions import look_into_folder

pytestmark = pytest.mark.journey

ROWS = """Youth club, March 2026
Case;Forename;Surname;DOB;Postcode;Seen;Worker;Excluded
A1;Tamsin;Quellbrook;13/04/2011;WX1 1AA;20/01/2026;Smith;Y
A2;Wilf;Ostermann;02/05/2012;WX1 2AB;03/02/2026;Jones;N
A1;Tamsin;Quellbrook;13/04/2011;WX1 1AA;05/03/2026;Smith;N
"""


@pytest.fixture
def table(world: World, settings: Any, tmp_path: Path, live_server: Any) -> Path:
    settings.DATA, settings.EXTRACTS, settings.ADDRESS = tmp_path / "data", tmp_path / "none", live_server.url
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "engine"]}
    }
    path = tmp_path / "club_2026-03.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_an_unknown_table_is_described_and_the_run_is_made(world: World, table: Path, story: Story) -> None:
    story.sign_in(world.analyst).open("/engine/").press("Start a run")
    story.fill("What is this run for?", "To see who comes to the club.").choose("A public task")
    story.fill("Which law, task or agreement is it?", "Children Act 2004, section 11")
    story.page.get_by_label("Or upload extracts (optional)", exact=True).set_input_files([table])

    # From here on five clicks: start, who sent it, one column, look, keep.
    story.press("Start the run").sees("What do the columns of club_2026-03.csv mean?", "2011-04-13")
    story.look()
    story.page.get_by_label("Whose file is it?").select_option("police")
    story.page.get_by_label("Case", exact=True).select_option("record_id")
    story.press("See the rows again").sees("The first rows, as they would be read")
    assert "A1" in story.page.locator("tbody").last.inner_text()
    story.look()
    story.press("Keep this and go on").sees("Kept for later files too.", "Waiting to start")
    call_command("db_worker", queue_name="*", batch=True, startup_delay=False, verbosity=0)
    story.sees("What the records say together").look()

    # It is kept, with who and when, and can be withdrawn.
    story.open("/engine/").follow("Mappings: what columns")
    story.sees("club*.csv", "police").look().press("Withdraw").sees(
        "Withdrawn. Runs that were made with it stay"
    )


def test_the_drop_folder_is_seen_and_what_its_runs_are_for_is_said(
    world: World, table: Path, settings: Any, tmp_path: Path, story: Story
) -> None:
    settings.DROP, settings.DROP_QUIET_MINUTES = tmp_path / "drop", 0
    for name in ("police", "who"):
        (settings.DROP / name).mkdir(parents=True)
        (settings.DROP / name / "missing.csv").write_text("id,surname,dob\n1,Quellbrook,13/04/2011\n")
    look_into_folder(by=None)
    (settings.DROP / "police" / "next.csv.part").write_text("id")

    story.sign_in(world.analyst).open("/engine/").follow("Drop folder")
    story.sees("No run is made of what comes.", "Still arriving", "is of no agency that Heard knows")
    story.press("Say what runs are for").fill("What are these runs for?", "To look each month.")
    story.choose("A public task").fill("Which law, task or agreement is it?", "Children Act 2004, section 11")
    story.page.get_by_role("group", name="Who sends files?").get_by_role("checkbox").first.check()
    story.press("Keep this").sees("Runs are made of what comes, in your name.", "To look each month.")

    # Whoever looks after Heard was told of what was refused.
    story.sign_in(world.administrator).open("/").sees("A file in the drop folder was refused: see why")
