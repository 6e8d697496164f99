"""A run's folder is kept until its day and then destroyed, with a record that it was."""

from __future__ import annotations

import os
import shutil
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.conftest import World
from tests.insight.conftest import said

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden
from heard.cli import main
from heard.engine.tables import NotDone
from heard.insight.models import EngineRun
from heard.insight.run import actions, queries


@pytest.fixture
def past(world: World, settings: Any, tmp_path: Path) -> EngineRun:
    """A run whose last day was yesterday, with an upload in its folder, done as far as the site knows."""
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "none"
    upload = SimpleUploadedFile("cin.csv", b"a\n1\n")
    run = actions.start_run(by=world.analyst, **said(), uploads=[upload])
    run.result.mkdir()
    yesterday = timezone.localdate() - timedelta(days=1)
    EngineRun.objects.filter(pk=run.pk).update(state="done", keep_until=yesterday)
    run.refresh_from_db()
    return run


def test_after_its_day_the_folder_goes_and_a_row_says_so(past: EngineRun) -> None:
    assert past.uploads.is_dir()
    assert actions.destroy_what_is_past(by=None) == 1
    past.refresh_from_db()
    assert not past.folder.exists()
    assert past.destroyed_at is not None
    row = AuditRow.objects.get(verb="destroy")
    assert (row.actor, row.subject_id) == ("heard", str(past.pk))


def test_it_is_destroyed_once(past: EngineRun) -> None:
    assert [actions.destroy_what_is_past(by=None) for _time in range(2)] == [1, 0]
    assert AuditRow.objects.filter(verb="destroy").count() == 1


def test_uploads_of_a_run_that_was_never_written_down_are_swept_up_the_next_day(past: EngineRun) -> None:
    folders = [past.folder.parent / str(uuid.uuid4()) for _ in range(2)]
    others = [past.folder.parent / "notes", past.folder]
    EngineRun.objects.filter(pk=past.pk).update(keep_until=timezone.localdate())
    yesterday = (timezone.now() - timedelta(days=1, minutes=1)).timestamp()
    for folder in (*folders, others[0]):
        (folder / "uploads").mkdir(parents=True)
    for folder in (folders[0], *others):
        os.utime(folder, (yesterday, yesterday))
    assert actions.destroy_what_is_past(by=None) == 0
    assert not folders[0].exists()
    assert all(folder.exists() for folder in (folders[1], *others))  # today's, and what is none of ours


def test_on_its_last_day_a_run_is_still_there(past: EngineRun) -> None:
    EngineRun.objects.filter(pk=past.pk).update(keep_until=timezone.localdate())
    assert actions.destroy_what_is_past(by=None) == 0
    assert past.uploads.is_dir()


def test_a_run_of_the_first_release_goes_a_year_after_it_was_asked_for(past: EngineRun) -> None:
    EngineRun.objects.filter(pk=past.pk).update(keep_until=None)
    assert actions.destroy_what_is_past(by=None) == 0
    long_ago = timezone.now() - timedelta(days=400)
    EngineRun.objects.filter(pk=past.pk).update(asked_at=long_ago)
    assert actions.destroy_what_is_past(by=None) == 1


def test_what_cannot_be_removed_is_tried_again_and_holds_up_nothing_else(
    world: World, past: EngineRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = actions.start_run(by=world.analyst, **said(), uploads=[SimpleUploadedFile("b.csv", b"a\n")])
    EngineRun.objects.filter(pk=other.pk).update(keep_until=past.keep_until)
    remove = shutil.rmtree

    def stuck(folder: Path) -> None:
        if folder == past.folder:
            raise PermissionError(folder)
        remove(folder)

    monkeypatch.setattr(shutil, "rmtree", stuck)
    assert actions.destroy_what_is_past(by=None) == 1
    past.refresh_from_db()
    assert past.destroyed_at is None
    monkeypatch.undo()
    assert actions.destroy_what_is_past(by=None) == 1


def test_looking_destroys_nothing_and_what_is_past_is_not_shown(
    world: World, past: EngineRun, client: Client
) -> None:
    client.force_login(world.analyst)
    purpose = str(past.purpose)
    assert purpose not in client.get("/engine/").text
    assert client.get(f"/engine/{past.pk}/").status_code == 404
    past.refresh_from_db()
    assert past.folder.is_dir()
    assert past.destroyed_at is None


def test_the_worker_destroys_it_on_the_day_after_its_last(
    world: World, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "none"
    with django_capture_on_commit_callbacks(execute=True):
        upload = SimpleUploadedFile("cin.csv", b"a\n1\n")
        run = actions.start_run(by=world.analyst, **said(), uploads=[upload])
    from django_tasks_db.models import DBTaskResult

    waits = DBTaskResult.objects.get(task_path="heard.insight.run.actions.destroy_past_runs")
    assert timezone.localtime(waits.run_after).date() == run.keep_until + timedelta(days=1)
    EngineRun.objects.filter(pk=run.pk).update(keep_until=timezone.localdate() - timedelta(days=1))
    actions.destroy_past_runs.call()
    assert not run.folder.exists()


def test_what_was_destroyed_is_shown_as_such(world: World, past: EngineRun, client: Client) -> None:
    actions.destroy_what_is_past(by=None)
    client.force_login(world.analyst)
    assert "Destroyed on" in client.get("/engine/").text
    page = client.get(f"/engine/{past.pk}/")
    assert "Children Act 2004, section 11" in page.text
    assert "were destroyed" in page.text
    assert client.get(f"/engine/{past.pk}/issues/").status_code == 404
    past.refresh_from_db()
    with pytest.raises(Hidden):
        queries.children_of(world.coordinator, past)


def test_a_destroyed_run_is_not_carried_out_any_more(past: EngineRun) -> None:
    EngineRun.objects.filter(pk=past.pk).update(state="waiting")
    actions.destroy_what_is_past(by=None)
    actions.carry_out.call(str(past.pk))
    past.refresh_from_db()
    assert past.state == "waiting"
    assert not past.folder.exists()


@pytest.mark.parametrize("first_release", [False, True])
def test_after_its_last_day_nobody_reads_it_though_its_folder_is_still_there(
    world: World, past: EngineRun, client: Client, first_release: bool
) -> None:
    (past.result / "reports").mkdir(exist_ok=True)
    (past.result / "reports" / "a.csv").write_text("a\n", encoding="utf-8")
    today = timezone.localdate()
    client.force_login(world.analyst)
    EngineRun.objects.filter(pk=past.pk).update(keep_until=today)
    past.refresh_from_db()
    assert queries.reports_of(world.analyst, past)
    wanted = {"part": "reports", "kind": "csv", "reason": "For the agency"}
    assert client.post(f"/engine/{past.pk}/out/file/", wanted).status_code == 200
    yesterday = {"keep_until": today - timedelta(days=1)}
    unsaid = {"keep_until": None, "asked_at": timezone.now() - timedelta(days=400)}
    EngineRun.objects.filter(pk=past.pk).update(**(unsaid if first_release else yesterday))
    assert client.get(f"/engine/{past.pk}/out/").status_code == 404
    assert client.post(f"/engine/{past.pk}/out/file/", wanted).status_code == 404
    past.refresh_from_db()
    assert past.destroyed_at is None
    with pytest.raises(Hidden):
        queries.children_of(world.coordinator, past)


@pytest.mark.parametrize("outcome", ["done", "not done"])
def test_what_the_engine_writes_after_the_run_was_destroyed_goes_too(
    past: EngineRun, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    EngineRun.objects.filter(pk=past.pk).update(state="waiting")

    def slow(job: dict[str, Any], _progress: Any) -> dict[str, Any]:
        assert actions.destroy_what_is_past(by=None) == 1
        Path(job["out"]).mkdir(parents=True)
        if outcome == "not done":
            raise NotDone("It cannot be read.")
        return {}

    monkeypatch.setattr(actions.apart, "run", slow)
    actions.carry_out.call(str(past.pk))
    past.refresh_from_db()
    assert past.destroyed_at is not None
    assert past.ended_at is not None
    assert not past.folder.exists()


@pytest.mark.parametrize("removable", [True, False])
def test_the_timer_says_how_many_went_and_when_one_could_not(
    past: EngineRun, monkeypatch: pytest.MonkeyPatch, removable: bool
) -> None:
    def stuck(folder: Path) -> None:
        raise PermissionError(folder)

    if not removable:
        monkeypatch.setattr(shutil, "rmtree", stuck)
    answer = CliRunner().invoke(main, ["destroy-past-runs"])
    assert (answer.exit_code == 0) is removable
    assert f"Destroyed: {int(removable)}." in answer.output


def test_an_upload_that_cannot_be_kept_leaves_a_row_that_says_so_and_no_file(
    world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA = tmp_path
    write = actions._write

    def full(file: Any, path: Path) -> None:
        write(file, path)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(actions, "_write", full)
    with pytest.raises(OSError, match="No space"):
        actions.start_run(by=world.analyst, **said(), uploads=[SimpleUploadedFile("b.csv", b"a\n")])
    run = EngineRun.objects.get()
    assert (run.state, "could not be kept" in run.problem) == ("failed", True)
    assert not run.folder.exists()
