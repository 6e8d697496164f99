"""The background worker: heard of while it is alive; what a killed one was doing is done by another."""

import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, TaskResultStatus
from tests.conftest import World

from heard.agencies.jobs import working
from heard.agencies.models import WorkerBeat
from heard.cases.pack.actions import ask_pack
from heard.cases.pack.actions.making import remove_old_packs
from heard.engine.tables import NotDone
from heard.insight.release.actions import draw_profile
from heard.insight.run.actions import carry_out
from heard.insight.run.models import EngineRun
from heard.network.actions import add_person

pytestmark = pytest.mark.django_db
BANNER = "Background work stands still"


@pytest.fixture
def time_enough() -> None:
    """None: what is silent is what these tests are about."""


def running(*workers: str) -> DBTaskResult:
    key = remove_old_packs.enqueue().id
    DBTaskResult.objects.filter(pk=key).update(
        status=TaskResultStatus.RUNNING, worker_ids=list(workers), started_at=timezone.now()
    )
    return DBTaskResult.objects.get(pk=key)


def silent_for(worker: str, seconds: float) -> None:
    working.beat(worker, "default")
    WorkerBeat.objects.filter(pk=worker).update(beat_at=timezone.now() - timedelta(seconds=seconds))


def work_off(queue: str) -> None:
    """As the process of this queue does, until nothing is left in it."""
    worker = working._worker(queue)
    worker.batch = True
    worker.run()


@pytest.mark.django_db(transaction=True)
def test_runs_and_profiles_do_not_hold_up_packs(
    world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a run is under way and a profile waits behind it, a pack is asked for and made."""
    settings.DATA = tmp_path
    child = add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    until = timezone.localdate() + timedelta(days=7)
    run = EngineRun.objects.create(purpose="To look", started_by=world.analyst, keep_until=until)
    found: list[tuple[str, str, str]] = []

    def goes_on(running: EngineRun) -> None:
        behind = draw_profile.enqueue("0" * 32)
        said = {
            "purpose": "For the meeting",
            "for_whom": "Cora Ordway",
            "parts": ("words",),
            "keep_until": until,
        }
        pack = ask_pack(by=world.social_worker, person_id=child.pk, **said)
        work_off("default")
        pack.refresh_from_db()
        assert pack.path.stat().st_size == pack.size
        found.append((running.state, pack.state, DBTaskResult.objects.get(pk=behind.id).status))
        DBTaskResult.objects.filter(pk=behind.id).delete()
        raise NotDone("It was tried.")

    monkeypatch.setattr("heard.insight.run.actions._carry_out", goes_on)
    carry_out.enqueue(str(run.pk))
    work_off(working.ENGINE)
    assert found == [("running", "done", TaskResultStatus.READY)]


def test_a_task_whose_worker_was_killed_waits_again() -> None:
    task = running("gone")
    silent_for("gone", 600)
    assert working.put_back_lost_tasks() == 1
    task.refresh_from_db()
    assert task.status == TaskResultStatus.READY


def test_a_task_whose_worker_is_alive_is_left_alone() -> None:
    task = running("alive")
    working.beat("alive", "default")
    assert working.put_back_lost_tasks() == 0
    task.refresh_from_db()
    assert task.status == TaskResultStatus.RUNNING


def test_a_task_that_kills_its_worker_each_time_fails_in_the_end() -> None:
    task = running("one", "two", "three")
    working.put_back_lost_tasks()
    task.refresh_from_db()
    assert task.status == TaskResultStatus.FAILED
    assert task.exception_class_path.endswith("WorkerLost")


def test_old_tasks_are_forgotten_and_new_ones_are_not() -> None:
    old, new = running("a"), running("b")
    for row, days in ((old, 31), (new, 1)):
        row.set_successful(None)
        DBTaskResult.objects.filter(pk=row.pk).update(finished_at=timezone.now() - timedelta(days=days))
    working.forget_old_tasks()
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == {new.pk}


def test_a_page_says_that_the_worker_stands_still(world: World, client: Client) -> None:
    client.force_login(world.teacher)
    assert BANNER not in client.get("/").text
    silent_for("gone", 90)
    assert BANNER in client.get("/").text
    assert BANNER in client.get("/unfinished/").text
    working.beat("another", "default")
    assert BANNER not in client.get("/").text


def test_where_nothing_is_passed_on_a_page_says_whom_to_ring(world: World, client: Client) -> None:
    client.force_login(world.social_worker)
    working.beat("notifier", working.NOTIFIER)
    assert BANNER not in client.get("/").text
    WorkerBeat.objects.filter(queue=working.NOTIFIER).update(beat_at=timezone.now() - timedelta(seconds=90))
    page = client.get("/").text
    assert BANNER in page
    assert "Duty team: 01632 960 001." in page


def test_a_page_says_that_no_worker_ever_took_what_waits(world: World, client: Client) -> None:
    client.force_login(world.teacher)
    key = carry_out.enqueue("nothing").id
    assert BANNER not in client.get("/").text
    DBTaskResult.objects.filter(pk=key).update(enqueued_at=timezone.now() - timedelta(minutes=2))
    assert BANNER in client.get("/").text


def test_nobody_who_is_not_signed_in_is_told(client: Client) -> None:
    silent_for("gone", 90)
    assert BANNER not in client.get("/account/login/").text


def test_whatever_goes_wrong_between_tasks_the_next_sign_of_life_is_tried(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried, over = [], threading.Event()

    def broken() -> int:
        tried.append(1)
        if len(tried) > 1:
            over.set()
        raise ValueError("a line that nobody can read")

    monkeypatch.setattr(working, "bring_in_looks", broken)
    monkeypatch.setattr(working, "_BETWEEN_BEATS", 0.0)
    monkeypatch.setattr(working, "connections", SimpleNamespace(close_all=lambda: None))
    worker = SimpleNamespace(worker_id="w")
    working._beat(worker, "default", over)  # type: ignore[arg-type]
    assert len(tried) == 2
    assert "did not end well" in caplog.text
