"""What anybody may fetch, what every answer says of itself, and what stays behind after signing out."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.walls.record import make_record
from tests.walls.test_every_address import ADDRESSES, OPEN

import heard
from heard.agencies.gate import GateMiddleware
from heard.agencies.rules import Refused

# ---- whom to tell of a flaw


def test_whom_to_tell_of_a_flaw_is_said(client: Client, db: None, settings: Any) -> None:
    settings.SECURITY_CONTACT, settings.ADDRESS = (
        "mailto:security@heard.example.org",
        "https://heard.example.org",
    )
    answer = client.get("/.well-known/security.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"] == "mailto:security@heard.example.org"
    assert said["Canonical"] == "https://heard.example.org/.well-known/security.txt"
    ends = datetime.fromisoformat(said["Expires"])
    assert timedelta(days=170) < ends - timezone.now() < timedelta(days=365)


def test_where_nobody_is_named_there_is_no_such_page(client: Client, db: None, settings: Any) -> None:
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("contact", ["security@heard.example.org", "http://heard.example.org", "mailto:a b"])
def test_a_contact_that_is_no_address_is_refused_with_a_sentence(tmp_path: Path, contact: str) -> None:
    more = {"HEARD_DEMO": "1", "HEARD_DATA": str(tmp_path), "HEARD_SECURITY_CONTACT": contact}
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env=os.environ | more | {"DJANGO_SETTINGS_MODULE": "heard.config.settings"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "HEARD_SECURITY_CONTACT is one address, such as mailto:" in done.stderr


# ---- what an answer says of itself


def test_every_text_says_in_which_letters_it_is_written(world: World, client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = "mailto:security@heard.example.org"
    said = {}
    for address in ADDRESSES:
        if address.name in OPEN:
            said[address.name] = client.get(address.of({})).headers["Content-Type"]
    client.force_login(world.administrator)
    for name in ("home", "people", "sessions", "metrics", "account_change_password"):
        said[name] = client.get(reverse(name)).headers["Content-Type"]
    assert [item for item in said.items() if not item[1].endswith("; charset=utf-8")] == []


def test_no_text_is_given_a_type_without_its_letters() -> None:
    """Without a type Django says utf-8 itself."""
    said = {
        str(path): found
        for path in Path(heard.__file__).parent.rglob("*.py")
        if (found := re.findall(r"""content_type=["'](text/[^"']*)""", path.read_text()))
    }
    assert said
    assert [item for item in said.items() if any("charset=utf-8" not in kind for kind in item[1])] == []


def test_styles_and_scripts_say_as_much_as_pages(client: Client, db: None) -> None:
    for name in ("home/passkeys.js",):
        assert finders.find(name), name
        answer: Any = client.get(f"/static/{name}")
        answer.close()
        assert answer.status_code == 200
        assert "charset=" in answer["Content-Type"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert directive in answer["Content-Security-Policy"]


def test_a_page_may_hold_no_plugin_and_be_framed_by_nobody(client: Client, db: None) -> None:
    policy = client.get(reverse("account_login"))["Content-Security-Policy"]
    for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'none'"):
        assert directive in policy


def test_no_other_site_reads_an_answer_or_learns_where_somebody_was(world: World, client: Client) -> None:
    client.force_login(world.social_worker)
    answer = client.get("/", headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_form_without_its_token_does_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.social_worker)
    assert client.post(reverse("account_logout")).status_code == 403
    assert client.get("/").status_code == 200, "still signed in"


# ---- signing out


def test_signing_out_leaves_nothing_in_the_browser(world: World, client: Client) -> None:
    client.force_login(world.social_worker)
    kept = client.session.session_key
    assert "Clear-Site-Data" not in client.get(reverse("account_logout"))
    answer = client.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not client.session.session_key or client.session.session_key != kept
    assert "Clear-Site-Data" not in client.post(reverse("account_logout")), "nobody was signed in"


# ---- what is refused is written down


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, "heard.agencies.gate")
    return caplog


def refused(lines: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in lines.records if record.name == "heard.agencies.gate"]


def test_whoever_is_refused_stands_in_the_log_by_number_alone(
    world: World, client: Client, settings: Any, tmp_path: Path, lines: pytest.LogCaptureFixture
) -> None:
    settings.DATA = tmp_path
    record: Any = make_record(world, restricted=True)
    child = reverse("child", kwargs={"person_id": record["person_id"]})
    lines.clear()
    client.force_login(world.teacher)
    assert client.get(reverse("people")).status_code == 404
    assert client.get(child).status_code == 404
    number = world.teacher.pk
    assert refused(lines) == [
        f"Refused: GET people, user {number}: the role does not have it",
        f"Refused: GET child, user {number}: hidden or absent",
    ]
    assert str(record["person_id"]) not in " ".join(refused(lines))


def test_what_a_rule_refuses_stands_there_too(lines: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().post("/plans/1/", {"text": "x"})
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    GateMiddleware(lambda _: HttpResponse()).process_exception(request, Refused("It was agreed already."))
    assert refused(lines) == ["Refused: POST , user None: a rule"]


def test_a_form_that_is_sent_back_leaves_its_fields_and_nothing_that_was_typed(
    world: World, client: Client, lines: pytest.LogCaptureFixture
) -> None:
    client.force_login(world.administrator)
    address = reverse("user_switch_off", args=[world.teacher.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": "  ", "other": "Amira Khan"}).status_code == 200
    [line] = refused(lines)
    assert line == f"Refused: POST user_switch_off, user {world.administrator.pk}: sent back for reason"
    assert client.post(address, {"reason": "Left"}).status_code == 302
    assert refused(lines) == [line]
