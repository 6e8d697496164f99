"""Where the database takes nothing more, people go on reading, and who looked at what is kept elsewhere."""

import errno
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.reading import bring_in_looks, cannot_reach
from heard.network import actions as network
from heard.network.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
SWITCH = {
    "sqlite": ("PRAGMA query_only = 1", "PRAGMA query_only = 0"),
    "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
}


@contextmanager
def nothing_can_be_written() -> Iterator[None]:
    on, off = SWITCH[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


@pytest.fixture
def looks(settings: Any, tmp_path: Path) -> Path:
    settings.LOOKS = tmp_path / "looks.jsonl"
    return tmp_path / "looks.jsonl"


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.social_worker, given_name="Amira", family_name="Khan")


def kept(looks: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in looks.read_text().splitlines()]


def test_a_child_is_read_and_the_look_is_kept_elsewhere(
    world: World, client: Client, child: Person, looks: Path
) -> None:
    client.force_login(world.social_worker)
    with nothing_can_be_written():
        page = client.get(f"/children/{child.pk}/")
        assert (page.status_code, "Amira" in page.text) == (200, True)
        assert "nothing can be saved" in page.text
        assert client.get("/").status_code == 200
    [look] = [row for row in kept(looks) if row["person_id"] == str(child.pk)]
    assert (look["actor"], look["verb"]) == ("sol.wright", "view")
    assert looks.stat().st_mode & 0o077 == 0


def test_what_was_kept_elsewhere_comes_into_the_trail(
    world: World, client: Client, child: Person, looks: Path
) -> None:
    client.force_login(world.social_worker)
    with nothing_can_be_written():
        client.get(f"/children/{child.pk}/")
    [line] = kept(looks)
    before = AuditRow.objects.filter(verb="view").count()
    assert bring_in_looks() == 1
    assert bring_in_looks() == 0
    assert AuditRow.objects.filter(verb="view").count() == before + 1
    row = AuditRow.objects.filter(verb="view").first()
    assert row is not None
    assert (row.actor, row.person_id, row.detail["looked at"]) == ("sol.wright", child.pk, line["at"])


def test_a_line_that_nobody_can_read_stops_none_of_the_others(
    world: World, client: Client, child: Person, looks: Path
) -> None:
    client.force_login(world.social_worker)
    with nothing_can_be_written():
        client.get(f"/children/{child.pk}/")
    whole = looks.read_text()
    one = json.loads(whole)
    wrong = [
        "{half",
        "[]",
        json.dumps(one | {"person_id": "nobody"}),
        json.dumps(one | {"at": "once"}),
        json.dumps(one | {"more": 1}),
    ]
    looks.write_text("\n".join(wrong) + "\n" + whole + whole[:20])
    before = AuditRow.objects.filter(verb="view").count()
    assert bring_in_looks() == 1
    assert AuditRow.objects.filter(verb="view").count() == before + 1
    aside = looks.with_suffix(".broken")
    assert aside.read_text().splitlines() == [*wrong, whole[:20]]
    assert aside.stat().st_mode & 0o077 == 0
    assert bring_in_looks() == 0


def test_where_the_file_fails_too_only_restricted_records_refuse(
    world: World, client: Client, child: Person, settings: Any, tmp_path: Path
) -> None:
    settings.LOOKS = tmp_path / "no such folder" / "looks.jsonl"
    client.force_login(world.social_worker)
    with nothing_can_be_written():
        assert "Amira" in client.get(f"/children/{child.pk}/").text
    network.restrict(by=world.coordinator, person_id=child.pk, reason="A parent works in a partner agency")
    with nothing_can_be_written():
        page = client.get(f"/children/{child.pk}/")
    assert (page.status_code, "Amira" in page.text) == (503, False)


def test_a_hidden_record_stays_hidden(world: World, client: Client, child: Person, looks: Path) -> None:
    network.restrict(by=world.coordinator, person_id=child.pk, reason="A parent works in a partner agency")
    client.force_login(world.teacher)
    with nothing_can_be_written():
        assert client.get(f"/children/{child.pk}/").status_code == 404
    assert not looks.exists()


def test_what_was_sent_is_said_not_to_be_saved_and_given_back(
    world: World, client: Client, child: Person, looks: Path
) -> None:
    client.force_login(world.coordinator)
    reason = "A parent works in a partner agency"
    with nothing_can_be_written():
        page = client.post(f"/children/{child.pk}/details/restriction/", {"reason": reason})
    assert page.status_code == 503
    assert "What you just sent is not saved." in page.text
    assert reason in page.text


def test_what_fails_after_it_was_saved_is_not_said_not_to_be_saved(
    world: World, client: Client, child: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full from the moment on at which the action has ended."""
    client.force_login(world.coordinator)
    reason = "A parent works in a partner agency"

    def fails(*_words: Any, **_more: Any) -> None:
        with nothing_can_be_written():
            Person.objects.filter(pk=child.pk).update(given_name="Mira")

    monkeypatch.setattr("django.contrib.messages.success", fails)
    page = client.post(f"/children/{child.pk}/details/restriction/", {"reason": reason})
    assert page.status_code == 503
    assert Person.objects.get(pk=child.pk).restricted
    assert "is not saved" not in page.text
    assert "look whether it is there" in page.text
    assert reason in page.text


def test_a_look_is_nothing_that_was_saved(
    world: World, client: Client, child: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page reads the record, which leaves its row, before the action fails."""
    client.force_login(world.coordinator)

    def fails(**_more: Any) -> None:
        with nothing_can_be_written():
            Person.objects.filter(pk=child.pk).update(given_name="Mira")

    monkeypatch.setattr("heard.cases.case.actions.restrict_record", fails)
    page = client.post(f"/children/{child.pk}/details/restriction/", {"reason": "A parent works there"})
    assert (page.status_code, "What you just sent is not saved." in page.text) == (503, True)


def test_nothing_goes_to_the_file_while_the_database_can_be_written(
    world: World, client: Client, child: Person, looks: Path
) -> None:
    client.force_login(world.social_worker)
    assert client.get(f"/children/{child.pk}/").status_code == 200
    assert not looks.exists()


def test_a_look_that_does_not_fit_leaves_no_half_line(
    world: World, client: Client, child: Person, looks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(world.social_worker)
    real, full = os.fsync, [False]

    def fsync(handle: int) -> None:
        if full[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with nothing_can_be_written():
        for full[0] in (False, True, False):
            assert client.get(f"/children/{child.pk}/").status_code == 200
    assert len(kept(looks)) == 2
    assert bring_in_looks() == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a full disk is made by SQLite's limit of pages")
def test_on_a_disk_that_is_full_a_child_is_read_and_every_look_is_kept(
    world: World, client: Client, child: Person, looks: Path
) -> None:
    """SQLite itself says that the disk is full, once no page is left that a look fits into."""
    client.force_login(world.social_worker)
    before = AuditRow.objects.filter(person_id=child.pk, verb="view").count()
    with connection.cursor() as cursor:
        usual, free, size = (
            cursor.execute(f"PRAGMA {of}").fetchone()[0]
            for of in ("max_page_count", "freelist_count", "page_size")
        )
        cursor.execute("CREATE TABLE what_other_tests_left_free (filled BLOB)")
        cursor.execute("INSERT INTO what_other_tests_left_free VALUES (zeroblob(%s))", [free * size])
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    asked = 0
    try:
        while not looks.exists() and asked < 200:
            page = client.get(f"/children/{child.pk}/")
            asked += 1
            assert (page.status_code, "Amira" in page.text) == (200, True)
        told = client.post("/worries/tell/", {"title": "Somebody waits for her"})
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {usual}")
    assert "nothing can be saved" in page.text
    assert (told.status_code, "is not saved" in told.text) == (503, True)
    in_file = sum(row["person_id"] == str(child.pk) for row in kept(looks))
    in_trail = AuditRow.objects.filter(person_id=child.pk, verb="view").count() - before
    assert in_file + in_trail == asked


def _goes_away(*_query: Any) -> Any:
    """As psycopg says it where there is no connection any longer; SQLite, where another program holds the database."""
    cause: Exception = psycopg.OperationalError("the connection is closed")
    if connection.vendor == "sqlite":
        cause = sqlite3.OperationalError("database is locked")
        cause.sqlite_errorcode = sqlite3.SQLITE_BUSY  # type: ignore[attr-defined]
    raise OperationalError(str(cause)) from cause


def test_where_the_database_is_away_a_page_says_so_and_gives_back_what_was_typed(
    world: World, client: Client, child: Person
) -> None:
    client.force_login(world.social_worker)
    client.raise_request_exception = False
    said = {"kind": "visit", "when": "now", "seen": "alone", "text": "She waited at the <gate> for an hour"}
    with connection.execute_wrapper(_goes_away):
        read = client.get(f"/children/{child.pk}/")
        sent = client.post(f"/children/{child.pk}/notes/write/", said | {"password": "never shown again"})
        large = client.post(f"/children/{child.pk}/notes/write/", said | {"next": "x" * 1_000_000})
    for answer in (read, sent, large):
        assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (503, True)
        assert "Heard cannot reach its records at this moment" in answer.text
    assert "may not be saved" not in read.text
    assert "may not be saved" in sent.text
    assert "She waited at the &lt;gate&gt; for an hour" in sent.text
    assert "never shown again" not in sent.text
    assert "What you typed" not in large.text  # nobody looked yet at whose it is
    assert client.get(f"/children/{child.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("state", "away"), [(None, True), ("57P01", True), ("08006", True), ("53300", True), ("40001", False), ("23505", False)]
)  # fmt: skip
def test_what_says_that_the_database_is_away(state: str | None, away: bool) -> None:
    cause = psycopg.OperationalError("says so")
    cause.sqlstate = state
    error = OperationalError("says so")
    error.__cause__ = cause
    later = ValueError("after it")
    later.__context__ = error
    assert cannot_reach(error) is away
    assert cannot_reach(later) is away
    assert not cannot_reach(ValueError("of another kind"))
