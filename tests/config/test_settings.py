"""What an installation may not be set to, and what its browsers are told. Each is read as a process of its own reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import SECRET_KEY

SAY = """
import json
from django.conf import settings as s
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "BROWSER_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_PATH",
         "SESSION_COOKIE_DOMAIN", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "FACTOR", "ALLAUTH_TRUSTED_PROXY_COUNT")
print(json.dumps({name: getattr(s, name) for name in names}))
"""


def read(data: Path, **environment: str) -> tuple[int, str]:
    dropped = {"PYTEST_VERSION", "DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    ours = {"HEARD_DATA": str(data), "HEARD_DEMO": "0", "HEARD_SECRET_KEY": SECRET_KEY}
    done = subprocess.run(
        [sys.executable, "-c", SAY], env=kept | ours | {"DJANGO_SETTINGS_MODULE": "heard.config.settings"} | environment,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout or done.stderr


def test_an_installation_has_cookies_that_no_neighbour_sets_and_insists_on_https(tmp_path: Path) -> None:
    code, said = read(tmp_path)
    assert code == 0, said
    assert json.loads(said) == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "BROWSER_COOKIE_NAME": "__Host-browser",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_DOMAIN": None,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "FACTOR": "all",
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    }


@pytest.mark.parametrize(
    "hosts", ["heard.example.org", "localhost,heard.example.org", "*", "192.0.2.4", ".example.org"]
)
def test_the_demo_refuses_a_public_name(tmp_path: Path, hosts: str) -> None:
    code, said = read(tmp_path, HEARD_DEMO="1", HEARD_HOSTS=hosts)
    assert code != 0
    assert "HEARD_DEMO is for this machine alone" in said


def test_the_demo_answers_to_the_names_of_this_machine(tmp_path: Path) -> None:
    code, said = read(tmp_path, HEARD_DEMO="1", HEARD_HOSTS="127.0.0.1,localhost,heard.localhost")
    assert code == 0, said
    assert json.loads(said)["FACTOR"] == "off"


@pytest.mark.parametrize("key", ["q7!x", "a" * 80, "abcdefgh" * 10])
def test_a_secret_key_that_is_easily_guessed_is_refused(tmp_path: Path, key: str) -> None:
    for name in ("HEARD_SECRET_KEY", "HEARD_SECRET_KEY_BEFORE"):
        code, said = read(tmp_path, **{name: key})
        assert code != 0
        assert "is easily guessed" in said
        assert key not in said.replace(name, ""), "an error does not tell it"


def test_a_second_factor_is_switched_off_in_the_demo_alone(tmp_path: Path) -> None:
    for wanted in ("off", "none"):
        code, said = read(tmp_path, HEARD_FACTOR=wanted)
        assert code != 0
        assert "Only the fictional partnership can do without." in said


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("HEARD_URGENT_MINUTES", "soon"),
        ("HEARD_URGENT_MINUTES", "30"),
        ("HEARD_URGENT_MINUTES", "30,-60"),
        ("HEARD_SEEN_EVERY_DAYS", "ten"),
        ("HEARD_SEEN_ALONE_EVERY_DAYS", "0"),
        ("HEARD_CONTACT_EVERY_DAYS", "-3"),
        ("HEARD_ANSWER_DAYS", "soon"),
        ("HEARD_AFTERWARDS_MONTHS", "a year"),
    ],
)
def test_a_time_that_is_no_number_is_refused_with_a_sentence(tmp_path: Path, name: str, wrong: str) -> None:
    code, said = read(tmp_path, **{name: wrong})
    assert code != 0
    assert f"{name} is " in said
    assert "such as" in said


def test_a_mail_server_that_cannot_be_understood_is_refused_with_a_sentence(tmp_path: Path) -> None:
    code, said = read(tmp_path, HEARD_MAIL_URL="smtp://heard@mail.example")
    assert code != 0
    assert "HEARD_MAIL_PASSWORD_FILE" in said
    code, said = read(
        tmp_path, HEARD_MAIL_URL="smtps://heard@mail.example", HEARD_MAIL_PASSWORD_FILE=str(tmp_path / "none")
    )
    assert code != 0
    assert "cannot be read" in said
