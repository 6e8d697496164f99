"""`heard migrate` and `heard begin`, as somebody who installs Heard runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.conftest import SECRET_KEY

from heard.agencies import cli
from heard.agencies.mail import invitation
from heard.agencies.models import Agency, User
from heard.agencies.rules import May

GIVEN = {
    "--agency": "Wexmoor Children’s Services", "--kind": "social_care", "--team": "Data and insight",
    "--username": "ade.minton", "--given-name": "Ade", "--family-name": "Minton", "--password-file": "-",
}  # fmt: skip


def words(**changed: str) -> list[str]:
    given = GIVEN | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return [word for pair in given.items() if pair[1] for word in pair]


def begin(typed: str, **changed: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.begin, words(**changed), input=typed)
    return done.exit_code, done.output


def test_the_kinds_are_those_of_the_table() -> None:
    assert list(cli.KINDS) == Agency.Kind.values


def test_the_first_administrator_is_added(db: None) -> None:
    code, said = begin("a good long password\n")
    assert (code, "heard serve" in said) == (0, True)
    ade = User.objects.get()
    assert ade.check_password("a good long password")
    assert ade.may(May.MANAGE)
    assert not ade.may(May.SEE_CHILD)


def test_a_link_lets_the_first_administrator_set_their_own_password(
    db: None, settings: Any, client: Client
) -> None:
    both = CliRunner().invoke(cli.begin, [*words(), "--link"])
    assert (both.exit_code, "Give either --link or --password-file" in both.output) == (2, True)
    settings.ADDRESS = ""
    nowhere = CliRunner().invoke(cli.begin, [*words(password_file=""), "--link"])
    assert (nowhere.exit_code, "HEARD_ADDRESS is not set" in nowhere.output) == (1, True)
    assert not User.objects.exists()
    settings.ADDRESS = "https://heard.example.org"
    done = CliRunner().invoke(cli.begin, [*words(password_file=""), "--link"])
    assert done.exit_code == 0, done.output
    ade = User.objects.get()
    assert not ade.has_usable_password()
    [link] = [line for line in done.output.split() if line.startswith("https://heard.example.org/")]
    page = client.get(link.removeprefix("https://heard.example.org"), follow=True)
    assert page.status_code == 200
    assert invitation.invited(ade.pk, link.rstrip("/").split("/")[-1]) == ade


def test_what_no_option_gives_is_asked(db: None) -> None:
    typed = [
        "Council",
        "police",
        "Data",
        "ade",
        "Ade",
        "Minton",
        "short",
        "short",
        *["long enough, this"] * 2,
    ]
    done = CliRunner().invoke(cli.begin, [], input="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    assert "at least 12" in done.output
    assert "long enough, this" not in done.output, "a password is never echoed"
    assert User.objects.get().check_password("long enough, this")


def test_a_second_time_is_refused_before_anything_is_asked(db: None) -> None:
    begin("a good long password\n")
    done = CliRunner().invoke(cli.begin, [])
    assert done.exit_code == 1
    assert "Heard has people already. Sign in as an administrator to add more." in done.output


@pytest.mark.parametrize(
    ("typed", "changed", "sentence"),
    [
        ("short\n", {}, "at least 12"),
        ("", {}, "at least 12"),
        ("q1w2e3r4t5y6\n", {}, "known from a breach"),
        ("a good long password\n", {"username": "ade minton"}, "username: Enter a valid username"),
        ("a good long password\n", {"given_name": "A" * 200}, "given name: "),
        ("a good long password\n", {"agency": "A" * 200}, "name: "),
        ("a good long password\n", {"kind": "bank"}, "'bank' is not one of"),
    ],
)
def test_a_wrong_answer_gets_a_sentence(db: None, typed: str, changed: dict[str, str], sentence: str) -> None:
    code, said = begin(typed, **changed)
    assert code != 0
    assert sentence in said
    assert "Traceback" not in said
    assert not User.objects.exists()


@pytest.mark.parametrize("option", ["--password", "--pass"])
def test_a_password_is_never_an_argument(option: str) -> None:
    done = CliRunner().invoke(cli.begin, [option, "a good long password"])
    assert done.exit_code == 2


# ---- as a process of its own, with an installation of its own


def heard(*arguments: str, data: Path, typed: str = "", **environment: str) -> tuple[int, str]:
    dropped = {"PYTEST_VERSION", "DATABASE_URL", "HEARD_DEMO"}
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    done = subprocess.run(
        [sys.executable, "-c", "from heard.cli import main; main()", *arguments],
        env=kept | {"HEARD_DATA": str(data), "HEARD_SECRET_KEY": SECRET_KEY} | environment,
        input=typed, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_an_empty_folder_becomes_an_installation(migrated: Path, tmp_path: Path) -> None:
    assert heard("begin", data=tmp_path) == (
        1,
        "Error: The database is not up to date. Run first: heard migrate\n",
    )
    code, said = heard("unlock", "nobody.atall", data=tmp_path)
    assert (code, "Run heard migrate, then this again" in said) == (1, True), said
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    assert heard("migrate", data=tmp_path)[0] == 0  # again, which changes nothing
    assert heard("begin", *words(), data=tmp_path, typed="a good long password\n")[0] == 0
    assert (tmp_path / "heard.sqlite3").stat().st_size > 0


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"HEARD_SECRET_KEY": ""}, "HEARD_SECRET_KEY is not set"),
        ({"HEARD_SECRET_KEY": "long enough, and " * 4}, "HEARD_SECRET_KEY is easily guessed"),
        ({"HEARD_FACTOR": "off"}, "Only the fictional partnership can do without."),
        ({"DATABASE_URL": "postgres://127.0.0.1:1/none"}, "The database does not answer."),
        ({"DATABASE_URL": "postgress://127.0.0.1/none"}, "DATABASE_URL names no database."),
    ],
)
def test_a_wrong_setting_gets_a_sentence(tmp_path: Path, environment: dict[str, str], sentence: str) -> None:
    code, said = heard("migrate", data=tmp_path, **environment)
    assert code == 1
    assert sentence in said
