"""What goes wrong is logged without what it went wrong with."""

import errno
import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from tests.conftest import World

from heard.agencies.models import Agency
from heard.config.logs import JsonLines, WithoutValues

SECRET = "Failing row contains (Amira, Khan, 2011-05-04)"


def fail() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise IntegrityError(SECRET) from error


def drawn() -> str:
    try:
        fail()
    except IntegrityError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Error: %s", ("/a/",), sys.exc_info())
    return WithoutValues().format(record)


def test_a_failure_is_logged_with_its_place_and_without_its_values() -> None:
    text = drawn()
    assert SECRET not in text
    assert "in fail" in text
    assert text.index("builtins.ValueError") < text.index("django.db.utils.IntegrityError")


def test_every_handler_of_the_site_logs_so() -> None:
    for handler in settings.LOGGING["handlers"].values():
        assert settings.LOGGING["formatters"][handler["formatter"]]["()"] == "heard.config.logs.WithoutValues"


def line_of(error: Exception) -> dict[str, Any]:
    with pytest.raises(type(error)) as caught:
        raise error
    told = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("heard.x", logging.ERROR, __file__, 1, "It failed: %s", ("/a/",), told)
    text = JsonLines().format(record)
    assert "\n" not in text
    assert SECRET not in text
    said: dict[str, Any] = json.loads(text)
    return said


def test_a_line_of_json_says_when_what_and_where_and_no_value() -> None:
    error = IntegrityError(SECRET)
    error.__cause__ = ValueError(SECRET)
    said = line_of(error)
    assert datetime.fromisoformat(said["at"]).tzinfo
    assert (said["level"], said["logger"], said["message"]) == ("error", "heard.x", "It failed: /a/")
    assert "in line_of" in said["trace"]


def test_a_full_disk_is_named() -> None:
    said = line_of(OSError(errno.ENOSPC, SECRET, f"/var/{SECRET}"))
    assert said["errno"] == "ENOSPC"
    assert "errno=ENOSPC" in said["trace"]


@pytest.mark.django_db
def test_a_refusal_of_the_database_names_its_constraint_and_no_row() -> None:
    Agency.objects.create(name=SECRET, kind="police")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Agency.objects.create(name=SECRET, kind="police")
    said = line_of(refused.value)
    if connection.vendor == "sqlite":
        assert (said["sqlite"], said["constraint"]) == ("SQLITE_CONSTRAINT_UNIQUE", "agencies_agency.name")
    else:
        assert (said["sqlstate"], said["constraint"]) == ("23505", "agencies_agency_name_key")


@pytest.mark.django_db
def test_a_line_says_which_request_and_which_user_by_number(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonLines().format(record)))

    def fail(*_args: Any, **_more: Any) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("heard.home.queries.my_work", fail)
    client.force_login(world.teacher)
    client.raise_request_exception = False
    handler = Keeping()
    logging.getLogger("django.request").addHandler(handler)
    try:
        answer = client.get("/", headers={"X-Request-Id": "abcdef-0123"})
        client.get("/", headers={"X-Request-Id": "Amira Khan\n"})
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert (answer.status_code, answer["X-Request-Id"]) == (500, "abcdef-0123")
    first, second = lines
    assert (first["request"], first["user"]) == ("abcdef-0123", world.teacher.pk)
    assert len(second["request"]) == 32
    assert not [name for name in ("Tess", "tess", "Archer", "Amira", "Khan") if name in json.dumps(lines)]


def test_it_is_asked_for_with_a_setting(tmp_path: Path) -> None:
    code = "import django; django.setup(); import logging; logging.getLogger('x').error('words')"
    more = {
        "HEARD_LOG": "json",
        "HEARD_DATA": str(tmp_path),
        "HEARD_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "heard.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | more, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stderr)["message"] == "words"


def test_what_the_site_writes_is_for_the_site_alone(migrated: Path) -> None:
    """Also where its folder was made before, open to others of the machine."""
    written = list(migrated.rglob("*"))
    assert written
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []
