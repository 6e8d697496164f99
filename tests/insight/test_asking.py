"""What a run asks of its sources as a whole, once they are read: up to which day it counts, and whose returns are."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.engine.intake.test_ssda903 import CENSUS
from tests.insight.conftest import said

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden
from heard.insight.describe.queries import runs_that_ask
from heard.insight.describe.work import TABLES
from heard.insight.run import actions, queries
from heard.insight.run.actions import NotRight
from heard.insight.run.models import EngineRun

MAPPING = "sources:\n" + "".join(
    f"  {name}:\n    agency: {name}\n    files: {name}.csv\n    record: {{record_id: id, family_name: name, birth_date: born}}\n"
    f"    dated_by: day\n    items:\n      {sign}: {{every_row: true}}\n"
    for name, sign in (("police", "S01"), ("school", "S06"), ("clinic", "S05"))
)


def table(name: str, last: date) -> SimpleUploadedFile:
    """A row for each of twelve months up to a day."""
    rows = [f"{n},Quell{n},2011-05-0{1 + n % 9},{last - timedelta(days=30 * n)}" for n in range(12)]
    return SimpleUploadedFile(f"{name}.csv", "\n".join(["id,name,born,day", *rows]).encode())


def made(by: User, *files: SimpleUploadedFile, **more: Any) -> EngineRun:
    mapping = SimpleUploadedFile("mapping.yaml", MAPPING.encode())
    run = actions.start_run(by=by, **said(), uploads=files, mapping=mapping, **more)
    return worked_on(run)


def worked_on(run: EngineRun) -> EngineRun:
    actions.carry_out.call(str(run.pk))
    run.refresh_from_db()
    return run


LAST = date(2026, 3, 31)
EARLY = date(2025, 9, 30)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "none"


@pytest.fixture
def asks(world: World, folder: None) -> EngineRun:
    return made(world.analyst, table("police", LAST), table("school", LAST), table("clinic", EARLY))


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_run_whose_sources_end_at_different_times_asks_for_the_day(asks: EngineRun) -> None:
    assert asks.state == "asking", asks.problem
    ends = {"police": "2026-03-31", "school": "2026-03-31", "clinic": "2025-09-30"}
    assert asks.summary["asks"] == {"day": "2026-03-31", "ends": ends, "councils": []}
    assert not asks.result.exists(), "nothing is brought together before it is answered"


@pytest.mark.on_day(date(2026, 11, 27))
def test_each_source_s_last_day_is_shown_and_one_click_takes_the_day_that_is_proposed(
    world: World, asks: EngineRun, client: Client
) -> None:
    client.force_login(world.analyst)
    address = reverse("engine_describe", args=[asks.pk])
    asked = client.get(reverse("engine_run", args=[asks.pk]), headers={"HX-Request": "true"})
    assert asked.headers["HX-Redirect"] == address
    page = client.get(address).text
    assert "30 September 2025" in page
    assert page.count("31 March 2026") == 2
    parts = {f"as_of-{part}": str(getattr(LAST, part)) for part in ("day", "month", "year")}
    assert all(f'name="{name}"' in page and f'value="{value}"' in page for name, value in parts.items())
    assert client.post(address, parts).headers["Location"] == reverse("engine_run", args=[asks.pk])
    asks.refresh_from_db()
    assert (asks.state, asks.as_of) == ("waiting", LAST)
    assert worked_on(asks).state == "done", asks.problem
    assert asks.summary["as_of"] == "2026-03-31"
    (row,) = AuditRow.objects.filter(subject="engine run", verb="answer")
    assert row.detail == {"up to": "2026-03-31", "councils": 0}


@pytest.mark.on_day(date(2026, 11, 27))
def test_another_day_can_be_said_but_none_that_is_still_to_come(
    world: World, asks: EngineRun, client: Client
) -> None:
    client.force_login(world.analyst)
    address = reverse("engine_describe", args=[asks.pk])
    assert "Enter the day up to which is to be counted" in client.post(address, {}).text
    with pytest.raises(NotRight, match="today or before"):
        actions.answer_run(by=world.analyst, run_id=asks.pk, as_of=timezone.localdate() + timedelta(days=1))
    parts = {"as_of-day": "30", "as_of-month": "9", "as_of-year": "2025"}
    assert client.post(address, parts).status_code == 302
    asks.refresh_from_db()
    assert worked_on(asks).summary["as_of"] == "2025-09-30"


def test_who_may_not_run_the_engine_is_asked_nothing_and_answers_nothing(
    world: World, asks: EngineRun, client: Client
) -> None:
    client.force_login(world.coordinator)
    assert client.get(reverse("engine_describe", args=[asks.pk])).status_code == 404
    assert queries.asked_of(world.coordinator, asks) is None
    with pytest.raises(Hidden):
        actions.answer_run(by=world.coordinator, run_id=asks.pk, as_of=LAST)
    page = client.get(reverse("engine_run", args=[asks.pk])).text
    assert "end at different times" in page
    assert "Answer what it asks" not in page
    assert "Waits for an answer" in client.get(reverse("engine")).text


def test_a_run_that_asks_waits_on_my_work_of_whoever_started_it(world: World, asks: EngineRun) -> None:
    assert list(runs_that_ask(world.analyst)) == [asks]
    line = TABLES.line(asks, world.analyst)
    assert line.what == "Say up to which day it counts, and whose they are"


def test_a_run_is_answered_once(world: World, asks: EngineRun) -> None:
    actions.answer_run(by=world.analyst, run_id=asks.pk, as_of=LAST)
    with pytest.raises(Hidden):
        actions.answer_run(by=world.analyst, run_id=asks.pk, as_of=EARLY)


def test_sources_that_end_within_a_month_or_a_day_that_was_said_ask_nothing(
    world: World, folder: None
) -> None:
    near = made(world.analyst, table("police", LAST), table("school", date(2026, 3, 5)))
    assert near.state == "done", near.problem
    told = made(world.analyst, table("police", LAST), table("clinic", EARLY), as_of=LAST)
    assert told.state == "done", told.problem


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_source_that_goes_on_for_long_after_the_others_is_asked_about_too(
    world: World, folder: None
) -> None:
    run = made(world.analyst, table("police", EARLY), table("school", EARLY), table("clinic", LAST))
    assert run.summary["asks"]["day"] == "2025-09-30"


def test_whose_returns_are_that_do_not_say_it_is_asked_with_the_day(
    world: World, folder: None, client: Client
) -> None:
    silent = CENSUS.replace("201", "")
    files = [
        SimpleUploadedFile("north.xml", silent.encode()),
        SimpleUploadedFile("south[1].xml", silent.replace("2009-05-06", "2012-08-07").encode()),
    ]
    run = made(world.analyst, *files)
    assert run.state == "asking", run.problem
    assert run.summary["asks"]["councils"] == ["north.xml", "south_1_.xml"]
    client.force_login(world.analyst)
    address = reverse("engine_describe", args=[run.pk])
    page = client.get(address).text
    assert "Whose returns are these?" in page
    assert client.post(address, {"council0": "201", "council1": " 201 "}).status_code == 302
    run.refresh_from_db()
    assert worked_on(run).state == "done", run.problem
    agencies = set(pq.read_table(run.result / "records.parquet")["agency"].to_pylist())
    assert agencies == {"social care"}, "both are of one council"
    assert not any("do not say whose they are" in note for note in run.summary["notes"])


def test_returns_of_which_nobody_says_whose_they_are_stay_by_themselves(world: World, folder: None) -> None:
    silent = CENSUS.replace("201", "")
    other = silent.replace("2009-05-06", "2012-08-07")
    files = [SimpleUploadedFile(name, text.encode()) for name, text in (("a.xml", silent), ("b.xml", other))]
    run = made(world.analyst, *files)
    actions.answer_run(by=world.analyst, run_id=run.pk, councils={})
    run.refresh_from_db()
    assert worked_on(run).state == "done", run.problem
    agencies = set(pq.read_table(run.result / "records.parquet")["agency"].to_pylist())
    assert agencies == {"social care (of a.xml)", "social care (of b.xml)"}
