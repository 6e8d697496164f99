"""PostgreSQL with two roles: the site works, backs up and is upgraded, and cannot alter its audit trail; and it outlives a
database that goes away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pyrage
import pytest
import requests
from django.db import connection
from tests.config.nodes import second_folder, web
from tests.config.own_database import own_database
from tests.config.test_backup import ENDS_WITH_THE_BACKUP, HEARD, WORK, environment_of, heard
from tests.config.test_serve import children_of, port, wait_for
from tests.config.writers import writing

pytestmark = [
    pytest.mark.on_both,
    pytest.mark.xdist_group("two_roles"),  # whose names are the server's
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="needs a PostgreSQL, which make test brings"
    ),
]
__all__ = ["port"]  # a fixture
ROOT = Path(__file__).parents[2]
OWNER, WEB, BASE = "trial_owner", "trial_web", "trial_two_roles"
ERASE = """
import django; django.setup()
from heard.agencies.actions import record_audit
from heard.agencies.models import AuditRow, User
from heard.agencies.trail.sealing import erase_personal
from django.db import transaction
with transaction.atomic():
    row = AuditRow.objects.exclude(leaf="").earliest("pk")
    erase_personal([row.pk])
    by = User.objects.earliest("pk")
    record_audit(by=by, verb="erase", subject="audit", subject_id=row.pk, detail={"rows": [[row.pk, row.pk]]})
row.refresh_from_db()
print(row.actor == "" and row.reason == "")
"""


def _url(role: str, name: str = BASE) -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}", path=f"/{name}"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site whose tables are the owner's, in its folder."""
    import psycopg

    folder = tmp_path_factory.mktemp("two-roles")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as asking:
        asking.execute(f"CREATE ROLE {OWNER} LOGIN")
        asking.execute(f"CREATE ROLE {WEB} LOGIN")
        for name in (BASE, f"{BASE}_anew"):
            asking.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
    try:
        tables = [sys.executable, "-m", "tests.tables"]
        subprocess.run(tables, cwd=ROOT, env=environment_of(folder, DATABASE_URL=_url(OWNER)), check=True)
        done = heard(folder, "migrate", DATABASE_URL=_url(WEB), HEARD_DATABASE_OWNER=_url(OWNER))
        assert done.returncode == 0, done.stderr
        yield folder
    finally:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as asking:
            for name in (BASE, f"{BASE}_anew"):
                asking.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            asking.execute(f"DROP ROLE {WEB}")
            asking.execute(f"DROP ROLE {OWNER}")


@pytest.fixture(scope="module")
def site(made: Path) -> Path:
    """It has worked, as the site's own role."""
    work = [sys.executable, "-c", WORK]
    done = subprocess.run(
        work, env=environment_of(made, DATABASE_URL=_url(WEB)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE agencies_auditrow SET verb = 'nothing'",
        "UPDATE agencies_auditrow SET at = now()",
        "DELETE FROM agencies_auditrow",
        "TRUNCATE agencies_auditrow",
        "ALTER TABLE agencies_auditrow DISABLE TRIGGER ALL",
        "DROP TRIGGER heard_audit_update ON agencies_auditrow",
        "SET session_replication_role = replica",
        "UPDATE agencies_audithead SET size = 0",
        "DELETE FROM agencies_auditseal",
        "DROP TABLE agencies_audithead",
    ],
)
def test_the_role_of_the_site_is_refused(site: Path, sql: str) -> None:
    """By what it may do, and not by the triggers alone: those stand in a table that somebody owns."""
    import psycopg

    with psycopg.connect(_url(WEB)) as web:
        assert web.execute("SELECT count(*) FROM agencies_auditrow").fetchone() != (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(sql)


def test_what_the_role_may_write_to_erase_changes_nothing_else(site: Path) -> None:
    import psycopg

    with psycopg.connect(_url(WEB)) as web, pytest.raises(psycopg.errors.RestrictViolation):
        web.execute("UPDATE agencies_auditrow SET reason = 'another'")


def test_it_erases_as_the_triggers_let_it(site: Path) -> None:
    env = environment_of(site, DATABASE_URL=_url(WEB))
    done = subprocess.run([sys.executable, "-c", ERASE], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    import psycopg

    with psycopg.connect(url) as database:
        named = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            name: sorted(database.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for (name,) in named
        }


def test_the_drill(site: Path, tmp_path: Path) -> None:
    """It backs up, the owner restores it into an empty database, and every row is there; into one that is not, nothing is."""
    import psycopg

    identity = pyrage.x25519.Identity.generate()
    key = tmp_path / "key.txt"
    key.write_text(str(identity))
    to = ["--to", str(tmp_path / "to"), "--recipient", str(identity.to_public())]
    done = heard(site, "backup", *to, DATABASE_URL=_url(WEB))
    assert done.returncode == 0, done.stderr
    [file] = (tmp_path / "to").glob("heard-*.tar.age")
    words = [str(file), "--identity", str(key)]
    assert heard(site, "backup", "verify", *words, DATABASE_URL=_url(WEB)).returncode == 0
    anew = {"DATABASE_URL": _url(WEB, f"{BASE}_anew"), "HEARD_DATABASE_OWNER": _url(OWNER, f"{BASE}_anew")}
    done = heard(tmp_path / "anew", "restore", *words, **anew)
    assert done.returncode == 0, done.stderr
    before, after = rows(_url(OWNER)), rows(anew["HEARD_DATABASE_OWNER"])
    assert before.keys() == after.keys()
    for name in before.keys() - ENDS_WITH_THE_BACKUP:
        assert before[name] == after[name], name
    again = heard(tmp_path / "third", "restore", *words, **anew)
    assert (again.returncode, "is not empty" in again.stderr) == (1, True)
    with psycopg.connect(anew["DATABASE_URL"]) as web:
        people = (len(before["network_person"]),)
        assert web.execute("SELECT count(*) FROM network_person").fetchone() == people != (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("DELETE FROM agencies_auditrow")


def test_a_backup_while_people_write_is_of_one_moment(site: Path, tmp_path: Path) -> None:
    """It is restored with every key that one table has of another, and each attached file that its rows know."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as asking:
        asking.execute(f"CREATE DATABASE {BASE}_work OWNER {OWNER}")
    try:
        with writing(site, tmp_path, DATABASE_URL=_url(WEB)) as writers:
            before = writers.written()
            done = heard(site, "backup", "--to", str(tmp_path / "to"), "--plain", DATABASE_URL=_url(WEB))
            assert writers.written() > before, "they wrote while it was made"
        assert done.returncode == 0, done.stderr
        [file] = (tmp_path / "to").glob("heard-*.tar")
        place = tmp_path / "anew"
        place.mkdir()
        shutil.copy(site / "audit.key", place)
        shutil.copy(f"{site}.keys", f"{place}.keys")
        anew = {
            "DATABASE_URL": _url(WEB, f"{BASE}_work"),
            "HEARD_DATABASE_OWNER": _url(OWNER, f"{BASE}_work"),
        }
        restored = heard(place, "restore", str(file), **anew)
        assert restored.returncode == 0, restored.stderr
        with psycopg.connect(anew["HEARD_DATABASE_OWNER"]) as database:
            loose = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"
            assert database.execute(loose).fetchone() == (0,)
            found: Any = database.execute(
                "SELECT count(*) FROM network_person WHERE family_name = 'Writer'"
            ).fetchone()
            attached: Any = database.execute("SELECT count(*) FROM cases_attachment").fetchone()
        assert found[0] >= before
        checked = heard(place, "check-files", "--json", **anew)
        assert (checked.returncode, json.loads(checked.stdout)["checked"]) == (0, attached[0]), checked.stdout
        trail = heard(place, "audit", "verify", **anew)
        assert trail.returncode == 0, trail.stdout
    finally:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as asking:
            asking.execute(f"DROP DATABASE {BASE}_work WITH (FORCE)")


def test_an_upgrade_by_the_owner_leaves_the_site_what_it_needs(site: Path) -> None:
    import psycopg

    with psycopg.connect(_url(OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE of_the_next_upgrade (id bigserial PRIMARY KEY, what text)")
    with psycopg.connect(_url(WEB), autocommit=True) as web:
        web.execute("INSERT INTO of_the_next_upgrade (what) VALUES ('a row')")
        assert web.execute("SELECT last_value FROM of_the_next_upgrade_id_seq").fetchone() == (1,)
    with psycopg.connect(_url(OWNER), autocommit=True) as owner:
        owner.execute("DROP TABLE of_the_next_upgrade")
    again = heard(site, "migrate", DATABASE_URL=_url(WEB), HEARD_DATABASE_OWNER=_url(OWNER))
    assert again.returncode == 0, again.stderr
    alone = heard(site, "database", "grants", DATABASE_URL=_url(WEB), HEARD_DATABASE_OWNER=_url(OWNER))
    assert (alone.returncode, "cannot alter the audit trail" in alone.stdout) == (0, True), alone.stderr


@contextmanager
def empty(*names: str) -> Iterator[list[dict[str, str]]]:
    """Databases of the owner beside the others, each as what a command is told of it."""
    import psycopg

    try:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as asking:
            for name in names:
                asking.execute(f"CREATE DATABASE {BASE}_{name} OWNER {OWNER}")
        yield [
            {
                "DATABASE_URL": _url(WEB, f"{BASE}_{name}"),
                "HEARD_DATABASE_OWNER": _url(OWNER, f"{BASE}_{name}"),
            }
            for name in names
        ]
    finally:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as asking:
            for name in names:
                asking.execute(f"DROP DATABASE IF EXISTS {BASE}_{name} WITH (FORCE)")


def test_the_way_back_from_an_upgrade_that_failed(site: Path, tmp_path: Path) -> None:
    """A later release changes tables and then fails. This one refuses what is left; the backup of before is as it was."""
    done = heard(site, "backup", "--to", str(tmp_path / "to"), "--plain", DATABASE_URL=_url(WEB))
    assert done.returncode == 0, done.stderr
    [file] = (tmp_path / "to").glob("heard-*.tar")
    with empty("next", "back") as (upgraded, back):
        work = tmp_path / "upgraded"
        assert heard(work, "restore", str(file), **upgraded).returncode == 0
        before = rows(upgraded["HEARD_DATABASE_OWNER"])
        failed = heard(work, "migrate", DJANGO_SETTINGS_MODULE="tests.upgrade.next_settings", **upgraded)
        assert failed.returncode != 0
        left = rows(upgraded["HEARD_DATABASE_OWNER"])
        new = {row[2] for row in left["django_migrations"]} - {row[2] for row in before["django_migrations"]}
        assert new == {"x1_lands"}
        assert len(left["agencies_user"][0]) == len(before["agencies_user"][0]) - 1
        assert left["network_searchkey"] == before["network_searchkey"] != [], "what failed is undone"
        refused = heard(work, "work", "--queue", "default", **upgraded)
        assert (refused.returncode, "of a newer Heard" in refused.stderr) == (1, True), refused.stderr
        done = heard(tmp_path / "back", "restore", str(file), **back)
        assert done.returncode == 0, done.stderr
        after = rows(back["HEARD_DATABASE_OWNER"])
        assert after.keys() == before.keys()
        for name in before.keys() - ENDS_WITH_THE_BACKUP - {"django_migrations"}:
            assert after[name] == before[name], name
        assert [row[1:3] for row in after["django_migrations"]] == [
            row[1:3] for row in before["django_migrations"]
        ]


NOD = """
import django; django.setup()
from heard.agencies.actions import add_user
from heard.agencies.mail.account import send
from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.network.actions import add_person
ade = User.objects.get(username="ade.minton")
nod = add_user(by=ade, username="nod.ward", first_name="Nod", last_name="Ward", password="for tests, and long enough",
    team=ade.team, role=Role.PRACTITIONER)
for _number in range(12):
    send.enqueue(nod.pk, "invited")
print(add_person(by=nod, given_name="Amira", family_name="Shah").pk)
"""
SIGN_IN = {"login": "nod.ward", "password": "for tests, and long enough"}


def test_two_nodes_are_one_site(site: Path, tmp_path: Path) -> None:
    """A file that was stored at one is read at the other; whoever signed in at one is signed in at the other, and signed out at both;
    and each task is done once, whichever worker takes it."""
    import psycopg

    database = {"DATABASE_URL": _url(WEB)}
    done = subprocess.run(
        [sys.executable, "-c", NOD],
        env=environment_of(site, **database),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    child = done.stdout.strip()
    other = second_folder(site, tmp_path / "other")
    with web(site, other, **database) as (one, two), requests.Session() as nod:
        assert one.send(nod, "/account/sign-in/", SIGN_IN).status_code == 302
        assert two.get(nod, "/").status_code == 200, "the session holds at the other"
        file = {"upload": ("note.txt", b"He waits at the bridge", "text/plain")}
        sent = one.send(nod, f"/children/{child}/files/attach/", {"what": "What she said"}, files=file)
        assert sent.status_code == 302, sent.text[:2000]
        with psycopg.connect(_url(OWNER)) as asking:
            asked = "SELECT id FROM cases_attachment WHERE person_id = %s"
            [(key,)] = asking.execute(asked, [child]).fetchall()
        assert two.get(nod, f"/files/{key}/").content == b"He waits at the bridge"
        before = dict(nod.cookies)
        assert two.send(nod, "/account/sign-out/", {}).status_code == 302
        for node in (one, two):
            again = requests.get(node.at("/"), cookies=before, timeout=60, allow_redirects=False)
            assert again.status_code == 302, "signed out at both, also whoever copied the cookie"
            assert "/account/sign-in/" in again.headers["Location"]
        wait_for(lambda: not _waiting(), 60)
    with psycopg.connect(_url(OWNER)) as asking:
        rows = asking.execute(
            "SELECT status, worker_ids FROM django_tasks_database_dbtaskresult WHERE task_path = 'heard.agencies.mail.account.send'"
        ).fetchall()
    mails = [workers for state, workers in rows if state == "SUCCESSFUL"]
    assert len(mails) >= 12
    assert all(len(workers) == 1 for workers in mails), "no task was taken by two"


def _waiting() -> int:
    import psycopg

    with psycopg.connect(_url(OWNER)) as asking:
        found: Any = asking.execute(
            "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING') AND queue_name = 'default'"
        ).fetchone()
    return int(found[0])


def findings(site: Path, **more: str) -> set[str]:
    found = {load["code"] for load in json.loads(heard(site, "doctor", "--json", **more).stdout)}
    assert "trail" not in found, "it could not be checked"
    return found


def test_doctor_says_where_the_role_could_alter_it(site: Path) -> None:
    import psycopg

    assert "audit-rights" not in findings(site, DATABASE_URL=_url(WEB))
    assert {"audit-rights", "owner"} <= findings(
        site, DATABASE_URL=_url(OWNER), HEARD_DATABASE_OWNER=_url(OWNER)
    )
    with psycopg.connect(_url(OWNER), autocommit=True) as owner:
        owner.execute(f"GRANT UPDATE (at) ON agencies_auditrow TO {WEB}")
        assert "audit-rights" in findings(site, DATABASE_URL=_url(WEB))
        owner.execute(f"REVOKE UPDATE (at) ON agencies_auditrow FROM {WEB}")


def test_grants_that_cannot_be_are_refused_in_words(site: Path) -> None:
    for more, sentence in (
        ({}, "HEARD_DATABASE_OWNER is not set"),
        ({"HEARD_DATABASE_OWNER": _url(WEB)}, "name the same role"),
    ):
        done = heard(site, "database", "grants", DATABASE_URL=_url(WEB), **more)
        assert done.returncode == 1
        assert sentence in done.stderr
    done = heard(
        site, "database", "grants", DATABASE_URL=_url("nobody_here"), HEARD_DATABASE_OWNER=_url(OWNER)
    )
    assert "There is no role nobody_here" in done.stderr


AWAY = 35  # seconds for which the database does not answer; other workers of the tests go on meanwhile


@contextmanager
def serving(port: int, environment: dict[str, str], errors: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`heard serve`, whose log goes to a file: a pipe that nobody reads would hold it up once it is full."""
    command = [*HEARD, "serve", "--port", str(port)]
    with (
        errors.open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def status(port: int, path: str) -> int:
    """0 where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:
        return 0


def test_a_site_outlives_its_database_and_goes_on_when_it_is_back(
    made: Path, port: int, tmp_path: Path
) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)  # what earlier tests attached is kept in it
    with own_database() as database:
        database.copy(_url(OWNER))
        assert heard(tmp_path, "keys", "make", DATABASE_URL=database.url).returncode == 0
        with serving(port, environment_of(tmp_path, DATABASE_URL=database.url), tmp_path / "log") as served:
            wait_for(lambda: status(port, "/health/ready") == 200, 240)
            before = len(children_of(served.pid))
            database.stop()
            wait_for(lambda: status(port, "/health/ready") == 503)
            time.sleep(AWAY)
            assert served.poll() is None
            assert status(port, "/health/live") == 200
            database.start()
            wait_for(lambda: status(port, "/health/ready") == 200, 240)
            assert status(port, "/account/sign-in/") == 200
            wait_for(
                lambda: len(children_of(served.pid)) == before, 120
            )  # what ended meanwhile is started again
