"""What a machine that watches is told: by name, and never a value."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.conftest import World

from heard.agencies.envelopes import kept, ring
from heard.agencies.jobs import working
from heard.agencies.models import WorkerBeat
from heard.cases.attachment.actions import attach
from heard.network.actions import add_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def time_enough() -> None:
    """None: what is silent is what these tests are about."""


@pytest.fixture
def workers(db: None) -> None:
    for queue in working.QUEUES:
        working.beat(queue, queue)


def test_it_is_ready_where_everything_works(
    client: Client, workers: None, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.text) == (
        200,
        "database: yes\ndisk: yes\nworker: yes\nnotifier: yes\nmigrations: yes\nkeys: yes\nfiles: yes\n",
    )


def test_without_a_worker_it_is_not_ready_and_alive(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "worker: no\n" in answer.text
    assert client.get("/health/live").text == "ok\n"


def test_a_notifier_that_fell_silent_or_never_was_there_is_told(
    client: Client, workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes danger on that nobody has seen: a mail that nobody sends reaches nobody."""
    monkeypatch.setattr("heard.home.health.urgent_waits", lambda _user: True)
    answer = client.get("/health/ready")
    assert (answer.status_code, "notifier: no\n" in answer.text) == (503, True)
    working.beat("notifier", working.NOTIFIER)
    assert client.get("/health/ready").status_code == 200
    monkeypatch.setattr("heard.home.health.urgent_waits", lambda _user: False)
    WorkerBeat.objects.filter(queue=working.NOTIFIER).update(beat_at=timezone.now() - timedelta(hours=1))
    assert client.get("/health/ready").status_code == 503


def test_lost_keys_are_told_and_nothing_is_kept_in_clear_then(
    client: Client, workers: None, settings: Any, tmp_path: Path
) -> None:
    """Also where an older file of settings names none any longer."""
    settings.DATA, settings.KEYS = tmp_path, tmp_path / "keys"
    ring.make(settings.KEYS)
    assert "keys: yes\n" in client.get("/health/ready").text
    for settings.KEYS in (tmp_path / "elsewhere", None):
        answer = client.get("/health/ready")
        assert (answer.status_code, "keys: no\n" in answer.text) == (503, True), settings.KEYS
        with pytest.raises(kept.NoKeys):
            kept.put(tmp_path / "file", [b"She was afraid."], "attachment")
    assert not (tmp_path / "file").exists()


def test_a_disk_of_files_that_is_not_mounted_is_told(
    world: World, client: Client, workers: None, settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    child = add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    file = SimpleUploadedFile("note.txt", b"She was afraid")
    attach(by=world.teacher, upload=file, person_id=child.pk)
    assert "files: yes\n" in client.get("/health/ready").text
    (tmp_path / "attachments").rename(tmp_path / "elsewhere")
    for there in (False, True):
        if there:
            (tmp_path / "attachments").mkdir()
        answer = client.get("/health/ready")
        assert (answer.status_code, "files: no\n" in answer.text) == (503, True)


def test_a_full_disk_is_told(client: Client, workers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(100 * 10**9, 99 * 10**9, 10**9))
    answer = client.get("/health/ready")
    assert (answer.status_code, "disk: no\n" in answer.text) == (503, True)


def test_a_database_that_cannot_be_written_is_told(client: Client, workers: None) -> None:
    on, off = {
        "sqlite": ("PRAGMA query_only = 1", "PRAGMA query_only = 0"),
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        answer = client.get("/health/ready")
        assert (answer.status_code, "database: no\n" in answer.text) == (503, True)
        assert "readonly" not in answer.text
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)
