"""Figures for a monitor and the administrator's page: numbers, and never a name, a key or a word."""

import json
import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import World

from heard.agencies.jobs import working
from heard.agencies.models import AuditCheck
from heard.cases.attachment.models import Attachment
from heard.cases.case.notices.models import Notice, Reader
from heard.network import actions as network

TOKEN = "a token for the tests alone, and long enough"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def token(settings: Any, tmp_path: Path) -> None:
    settings.METRICS_TOKEN, settings.DATA = TOKEN, tmp_path


def figures(client: Client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return parsed(answer.text)


def parsed(text: str) -> dict[tuple[str, ...], float]:
    """By name of the sample and values of its labels, in the order of their names: method, route, status."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.1"},
    ],
)
def test_to_anybody_else_they_are_not_there(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/metrics", headers=headers).status_code == 404


def test_without_a_token_nobody_reads_them(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_route_and_status(world: World, client: Client) -> None:
    before = figures(client)
    child = network.add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    client.force_login(world.social_worker)
    assert client.get(f"/children/{child.pk}/").status_code == 200
    assert client.get(f"/children/{uuid.uuid4()}/").status_code == 404
    assert client.get("/search/?words=Amira").status_code == 200
    assert client.get("/no/such/Amira/").status_code == 404
    assert client.generic("AMIRA", "/search/").status_code == 405
    after = figures(client)

    def more(*key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    assert more("heard_requests_total", "GET", "child", "200") == 1
    assert more("heard_requests_total", "GET", "child", "404") == 1
    assert more("heard_requests_total", "GET", "find", "200") == 1
    assert more("heard_requests_total", "GET", "none", "404") == 1
    assert more("heard_requests_total", "other", "find", "405") == 1
    assert more("heard_request_seconds_count", "child") == 2
    assert after["heard_request_seconds_sum", "child"] > 0


def test_no_label_says_who_or_what(world: World, client: Client) -> None:
    child = network.add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    client.force_login(world.social_worker)
    client.get(f"/children/{child.pk}/")
    client.get("/search/?words=Amira")
    said = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "heard_requests_total" in said
    found = [str(child.pk), "Amira", "Khan", world.social_worker.username, "/children/"]
    assert [word for word in found if word in said] == []
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", said)


def test_what_stands_still_waits_or_is_old_is_told(world: World, client: Client, tmp_path: Path) -> None:
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    working.beat("one", "default")
    made = (now - timedelta(hours=30)).isoformat()
    (tmp_path / "last-backup.json").write_text(json.dumps({"made_at": made, "name": "x", "wrong": 2}))
    AuditCheck.objects.create(at=now - timedelta(hours=3), outcome=1, size=1)
    for status in ("READY", "READY", "RUNNING", "FAILED"):
        task = DBTaskResult.objects.create(
            status=status,
            queue_name="engine",
            task_path="x",
            args_kwargs={},
            backend_name="default",
            finished_at=now,
        )
        DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=now - timedelta(minutes=7))
    world.coordinator.email = "cora@example.org"
    world.coordinator.save()
    notice = Notice.objects.create(
        kind="missing",
        urgent=True,
        subject="person",
        subject_id="1",
        told_by=world.teacher,
        told_at=now - timedelta(minutes=5),
    )
    Reader.objects.create(
        notice=notice, user=world.coordinator, role="on duty", added_at=now - timedelta(minutes=5)
    )
    child = network.add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    Attachment.objects.create(
        person=child,
        name="a.bin",
        kind="aside",
        aside="unscanned",
        size=1,
        sha256="x",
        attached_by=world.teacher,
    )
    found = figures(client)
    assert found["heard_check", "worker"] == 0
    assert found["heard_check", "database"] == 1
    assert (found["heard_queue_worker", "default"], found["heard_queue_worker", "engine"]) == (1, 0)
    assert (found["heard_queue_waiting", "engine"], found["heard_queue_waiting", "default"]) == (2, 0)
    assert 400 < found["heard_queue_oldest_seconds", "engine"] < 500
    assert (found["heard_queue_running", "engine"], found["heard_queue_failed", "engine"]) == (1, 1)
    assert 29 < found["heard_backup_age_seconds",] / 3600 < 31
    assert found["heard_backup_faults",] == 2
    assert found["heard_audit_sound",] == 0
    assert found["heard_mails_waiting",] == 1
    assert found["heard_files_waiting",] == 1
    assert 300 <= found["heard_urgent_unseen_seconds",] < 400
    notice.taken_at = now
    notice.save()
    assert figures(client)["heard_urgent_unseen_seconds",] == 0
    assert 0 < found["heard_disk_free_bytes",] < found["heard_disk_bytes",]
    client.force_login(world.administrator)
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get("/service/").text).split())
    for said in (
        "Work in the background goes on No",
        "Too long ago",
        "2 files were missing or changed",
        "Not sound",
    ):
        assert said in page
    assert "Runs of the engine, which take longer No 2 7 1 1" in page


def test_where_nothing_was_made_the_page_says_so(world: World, client: Client) -> None:
    client.force_login(world.administrator)
    page = client.get("/service/").text
    assert "Ask whoever looks after the server to run heard backup" in page
    assert "Not yet" in page
    client.force_login(world.coordinator)
    assert client.get("/service/").status_code == 404
