"""The drill: work, back up, destroy, restore, compare every table and file; and what is refused on the way."""

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pyrage
import pytest
from tests.conftest import SECRET_KEY

pytestmark = pytest.mark.timeout(900)  # it migrates twice, with nothing left out
HEARD = [sys.executable, "-m", "heard.cli"]
WORK = """
import django; django.setup()
from datetime import date
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.conftest import SECRET_KEY

from heard.agencies.actions import begin_partnership, add_user, add_team, add_agency
from heard.agencies.rules import Role
from heard.cases.attachment.actions import attach
from heard.insight.digest.actions import post_digest
from heard.insight.run.models import EngineRun
from heard.network.actions import add_person
ade = begin_partnership(username="ade.minton", first_name="Ade", last_name="Minton", password="for tests, and long enough",
    agency="Wexmoor Children’s Services", kind="social_care", team="Exploitation team")
sol = add_user(by=ade, username="sol.wright", first_name="Sol", last_name="Wright", password="for tests, and long enough",
    team=ade.team, role=Role.PRACTITIONER)
child = add_person(by=sol, given_name="Amira", family_name="Khan", birth_date=date(2010, 3, 2))
keys, settings.KEYS = settings.KEYS, None
kept = attach(by=sol, upload=SimpleUploadedFile("note.txt", b"She was afraid"), person_id=child.pk)
settings.KEYS = keys
if keys:
    from allauth.mfa.totp.internal.auth import TOTP
    from heard.agencies.envelopes import ring
    ring.make(keys)
    attach(by=sol, upload=SimpleUploadedFile("more.txt", b"He waited at the gate"), person_id=child.pk)
    TOTP.activate(sol, "JBSWY3DPEHPK3PXP")
for state in ("done", "running"):
    run = EngineRun.objects.create(state=state, purpose="To see", started_by=ade, keep_until=date(2030, 1, 1))
    run.result.mkdir(parents=True)
    (run.result / "list.parquet").write_bytes(b"rows")
from datetime import UTC, datetime
from heard.cases.pack.drawing import _keep
from heard.cases.pack.models import Pack
pack = Pack(person=child, purpose="She asked", for_whom="Amira", keep_until=date(2030, 1, 1), asked_by=sol, state="done",
    asked_at=datetime(2026, 11, 1, tzinfo=UTC))
paper = settings.DATA / "pack.pdf"
paper.write_bytes(b"%PDF What was said of her")
pack.path.parent.mkdir(exist_ok=True)
pack.size, pack.sha256 = _keep(paper, pack.path)
pack.save()
paper.unlink(missing_ok=True)
from heard.insight.release.models import Profile
profile = Profile.objects.create(run=run, title="What is known", author=ade, state="draft")
profile.folder.mkdir(parents=True)
(profile.folder / "profile.html").write_bytes(b"Counts")
(settings.DATA / "policies").mkdir()
(settings.DATA / "policies" / "own.yaml").write_text("hide_under: 10")
settings.LOOKS.write_text("{}")
(settings.DATA / "questions").mkdir()
(settings.DATA / "questions" / "own.yaml").write_text("questions: []")
(settings.DATA / "attachments" / ("0" * 32)).write_bytes(b"newer than the copy")
post_digest.enqueue("0" * 32)
from heard.agencies.mail.account import send
from heard.cases.case.notices.models import Notice, Reader
send.enqueue(sol.pk, "invited")
told = Notice.objects.create(kind="note", person=child, subject="person", subject_id=str(child.pk), told_by=ade, told_at=child.added_at)
Reader.objects.create(notice=told, user=sol, role="the child’s worker", added_at=child.added_at)
from heard.agencies.trail.sealing import seal
seal()
session = SessionStore(); session["x"] = 1; session.save()
print(kept.pk.hex)
"""
TAKEN = ("attachments", "packs", "runs", "profiles", "policies", "questions")
ENDS_WITH_THE_BACKUP = {
    "django_session",
    "agencies_auditrow",
    "agencies_auditseal",
    "agencies_audithead",
    "cases_reader",
    "cases_notice",  # of what one person did alone
    "django_tasks_database_dbtaskresult",
    "agencies_workerbeat",
    "sqlite_sequence",
}


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTEST_VERSION", "DATABASE_URL")}
    own = {"HEARD_DATA": str(folder), "HEARD_DEMO": "1", "DJANGO_SETTINGS_MODULE": "heard.config.settings"}
    own["HEARD_KEYS"] = f"{folder}.keys"
    return kept | own | more


def heard(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """What takes two people is done alone here: test_second.py tries the other way."""
    alone = words[0] == "restore" or words[:2] == ("backup", "settle")
    two = ["--emergency", "The server burnt"] if alone and "--approval" not in words else []
    return subprocess.run(
        [*HEARD, *words, *two],
        env=environment_of(folder, **more),
        capture_output=True,
        text=True,
        timeout=120 if words[0] == "work" else 600,  # which ends only where it refuses
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A site at work, and the key of its attachment in `kept`."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(migrated, folder, dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", WORK], env=environment_of(folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (folder / "kept").write_text(done.stdout.strip())
    return folder


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Public key, and file of the private one."""
    identity = pyrage.x25519.Identity.generate()
    path = tmp_path_factory.mktemp("key") / "key.txt"
    path.write_text(f"# for the drill\n{identity}\n")
    return str(identity.to_public()), path


@pytest.fixture(scope="module")
def made(site: Path, key: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("backups")
    done = heard(site, "backup", "--to", str(to), "--recipient", key[0])
    assert done.returncode == 0, done.stderr
    [file] = to.iterdir()
    return file


def _identity(key: tuple[str, Path]) -> Any:
    return pyrage.x25519.Identity.from_str(key[1].read_text().split()[-1])


def tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(folder / "heard.sqlite3")) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


def files(folder: Path) -> dict[str, str]:
    kept = [path for top in TAKEN for path in (folder / top).rglob("*")]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in [*kept, folder / "looks.jsonl"]
        if path.is_file()
    }


def test_the_drill(site: Path, made: Path, key: tuple[str, Path], tmp_path: Path) -> None:
    assert made.stat().st_mode & 0o077 == 0
    assert not [path for path in site.iterdir() if path.name.startswith("backup-")]
    content = made.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"Amira" not in content
    assert b"She was afraid" not in content
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(content, [_identity(key)]))) as tar:
        inside = {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    assert any(b"She was afraid" in one for one in inside.values()), "a file of before there were keys"
    assert not any(b"He waited" in one for name, one in inside.items() if name.startswith("attachments/"))
    secret = json.loads(Path(f"{site}.keys").read_text())["keys"][0]["key"].encode()
    assert not any(secret in one for one in inside.values()), "its keys are never in it"
    place = tmp_path / "anew"
    done = heard(place, "restore", str(made), "--identity", str(key[1]))
    assert done.returncode == 0, done.stderr
    before, after = tables(site), tables(place)
    assert before.keys() == after.keys()
    for name in before.keys() - ENDS_WITH_THE_BACKUP:
        assert before[name] == after[name], name
    assert before["django_session"]
    assert after["django_session"] == []
    new = sorted(set(after["agencies_auditrow"]) - set(before["agencies_auditrow"]))
    assert ["restore" in new[0], "do alone" in new[1], len(new)] == [True, True, 2]
    assert "The server burnt" in new[1]
    assert set(before["agencies_auditrow"]) < set(after["agencies_auditrow"])
    assert set(before["agencies_auditseal"]) < set(after["agencies_auditseal"])
    assert (place / "has-keys").is_file(), (
        "so that nothing is kept in clear before HEARD_KEYS names them again"
    )
    newer, was = f"attachments/{'0' * 32}", files(site)
    assert {name.split("/")[0] for name in was} == {*TAKEN, "looks.jsonl"}
    running = [name for name in was if name.startswith("runs/") and name not in files(place)]
    assert len(running) == 1
    assert files(place) == {name: digest for name, digest in was.items() if name not in (newer, *running)}
    assert not [path for path in place.rglob("*") if path.stat().st_mode & 0o077]
    [key_id] = json.loads(heard(site, "keys", "list", "--json").stdout)["under"]["attached files"].keys() - {
        ""
    }
    assert f"the key {key_id}, which is not there" in done.stderr
    check = heard(place, "check-files", "--json")
    assert (check.returncode, len(json.loads(check.stdout)["without key"])) == (1, 1)
    assert "Traceback" not in check.stderr
    again = heard(place, "backup", "--to", str(tmp_path / "again"), "--plain")
    assert (
        again.returncode,
        f"The key {key_id} is not in" in again.stderr or "no file is there" in again.stderr,
    ) == (1, True)
    to = tmp_path / "escrow"
    people = [
        word
        for one in (_identity(key), pyrage.x25519.Identity.generate())
        for word in ("--recipient", str(one.to_public()))
    ]
    assert heard(site, "keys", "escrow", "--to", str(to), *people).returncode == 0
    [escrow] = to.iterdir()
    assert heard(place, "keys", "add", "--from", str(escrow), "--identity", str(key[1])).returncode == 0
    check = heard(place, "check-files", "--json")
    assert json.loads(check.stdout)["checked"] == 2
    assert check.returncode == 0
    trail = heard(place, "audit", "verify")
    assert trail.returncode == 2, "the key of before is not there yet"
    assert heard(place, "audit", "key", "--add", str(site / "audit.key")).returncode == 0
    trail = heard(place, "audit", "verify")
    assert trail.returncode == 0, trail.stdout
    assert heard(place, "audit", "verify", "--structure-only").returncode == 2, (
        "nobody said whose signatures count"
    )


def test_the_way_back_from_an_upgrade_that_failed(
    site: Path, made: Path, key: tuple[str, Path], tmp_path: Path
) -> None:
    """A later release changes tables and then fails. This one refuses what is left; the backup of before is as it was."""
    before, work = tables(site), tmp_path / "upgraded"
    shutil.copytree(site, work)
    failed = heard(work, "migrate", DJANGO_SETTINGS_MODULE="tests.upgrade.next_settings")
    assert failed.returncode != 0
    left = tables(work)
    assert {"x1_lands"} == {row[2] for row in left["django_migrations"]} - {
        row[2] for row in before["django_migrations"]
    }
    assert len(left["agencies_user"][0]) == len(before["agencies_user"][0]) - 1
    assert left["network_searchkey"] == before["network_searchkey"] != [], "what failed is undone"
    refused = heard(work, "work", "--queue", "default")
    assert (refused.returncode, "of a newer Heard" in refused.stderr) == (1, True), refused.stderr
    back = tmp_path / "back"
    done = heard(back, "restore", str(made), "--identity", str(key[1]))
    assert done.returncode == 0, done.stderr
    after = tables(back)
    assert after.keys() == before.keys()
    for name in before.keys() - ENDS_WITH_THE_BACKUP - {"django_migrations"}:
        assert after[name] == before[name], name
    assert [row[1:3] for row in after["django_migrations"]] == [
        row[1:3] for row in before["django_migrations"]
    ]


def test_a_mail_that_waited_does_not_go_again(made: Path, key: tuple[str, Path], tmp_path: Path) -> None:
    assert heard(tmp_path / "anew", "restore", str(made), "--identity", str(key[1])).returncode == 0
    with closing(sqlite3.connect(tmp_path / "anew" / "heard.sqlite3")) as database:
        rows = database.execute("SELECT status, task_path FROM django_tasks_database_dbtaskresult").fetchall()
        waiting = database.execute(
            "SELECT count(*) FROM cases_reader r JOIN cases_notice n ON n.id = r.notice_id WHERE mailed_at IS NULL AND n.kind <> 'done_alone'"
        ).fetchone()
    assert ("FAILED", "heard.insight.digest.actions.post_digest") in rows
    assert ("FAILED", "heard.agencies.mail.account.send") in rows, (
        "an invitation, with a link that still works"
    )
    assert waiting == (0,), "what is on somebody’s list may have been mailed since"


def test_a_whole_backup_is_said_to_be_whole(site: Path, made: Path, key: tuple[str, Path]) -> None:
    done = heard(site, "backup", "verify", str(made), "--identity", str(key[1]))
    assert (done.returncode, "is whole" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("damage", ["byte", "cut", "key", "none"])
def test_what_is_not_whole_is_refused_in_words(
    site: Path, made: Path, key: tuple[str, Path], tmp_path: Path, damage: str
) -> None:
    content, words = bytearray(made.read_bytes()), ["--identity", str(key[1])]
    if damage == "byte":
        content[len(content) // 2] ^= 1
    elif damage == "cut":
        content = content[: len(content) - 20_000]
    elif damage == "key":
        other = tmp_path / "other"
        other.write_text(str(pyrage.x25519.Identity.generate()))
        words = ["--identity", str(other)]
    else:
        words = []
    bad = tmp_path / made.name
    bad.write_bytes(content)
    for command in (["backup", "verify", str(bad)], ["restore", str(bad)]):
        done = heard(tmp_path / "anew", *command, *words)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        assert "Amira" not in done.stderr
        assert ("damaged or cut" in done.stderr) or ("--identity KEYFILE" in done.stderr) == (
            damage == "none"
        )
    assert not (tmp_path / "anew" / "attachments").exists()


def test_a_tampered_plain_backup_is_found(site: Path, tmp_path: Path) -> None:
    """Without encryption nothing but the manifest stands against a changed byte."""
    assert heard(site, "backup", "--to", str(tmp_path), "--plain").returncode == 0
    [file] = tmp_path.iterdir()
    file.write_bytes(file.read_bytes().replace(b"She was afraid", b"She was happy!"))
    done = heard(site, "backup", "verify", str(file))
    assert (done.returncode, "not as the manifest says" in done.stderr) == (1, True)


def test_nothing_is_restored_over_what_is_there(site: Path, made: Path, key: tuple[str, Path]) -> None:
    before = tables(site)
    done = heard(site, "restore", str(made), "--identity", str(key[1]))
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)
    assert tables(site) == before


def test_it_is_never_unencrypted_by_accident(site: Path, tmp_path: Path) -> None:
    done = heard(site, "backup", "--to", str(tmp_path))
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_lost_is_said_and_no_old_backup_goes(
    site: Path, tmp_path: Path, key: tuple[str, Path]
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(site, folder)
    shutil.copy(f"{site}.keys", f"{folder}.keys")
    (folder / "attachments" / (site / "kept").read_text()).unlink()
    to = tmp_path / "to"
    to.mkdir()
    (to / "heard-2020-01-01T000000Z.tar.age").touch()
    done = heard(folder, "backup", "--to", str(to), "--recipient", key[0], "--keep", "1d")
    assert (done.returncode, ": missing" in done.stderr) == (1, True)
    assert len(list(to.iterdir())) == 2


def test_old_backups_go_as_was_said(tmp_path: Path) -> None:
    from heard.config.backup.making import remove_old

    for day in range(1, 31):
        for hour in ("02", "14"):
            (tmp_path / f"heard-2026-11-{day:02}T{hour}0000Z.tar.age").touch()
    (tmp_path / "heard-2026-09-30T020000Z.tar.age").touch()
    (tmp_path / "not ours.tar").touch()
    remove_old(tmp_path, "3d,2w,2m")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "heard-2026-09-30T020000Z.tar.age",
        "heard-2026-11-28T140000Z.tar.age",
        "heard-2026-11-29T140000Z.tar.age",
        "heard-2026-11-30T140000Z.tar.age",
        "not ours.tar",
    ]


def test_the_doctor_says_what_is_wrong_and_what_to_do(site: Path, made: Path) -> None:
    done = heard(site, "doctor", "--json", HEARD_DEMO="0", HEARD_SECRET_KEY=SECRET_KEY)
    found = {load["code"]: load for load in json.loads(done.stdout)}
    assert done.returncode == 2
    assert {
        "hosts",
        "worker-default",
        "worker-engine",
        "notifier",
        "administrators",
        "looks",
    } <= found.keys()
    assert "backup" not in found
    assert all(
        one["severity"] in ("error", "warning") and one["sentence"] and one["remedy"]
        for one in found.values()
    )
    assert "heard work" in found["worker-default"]["remedy"]


def test_the_doctor_says_that_there_is_no_backup(tmp_path: Path) -> None:
    done = heard(tmp_path, "doctor", HEARD_DEMO="0", HEARD_SECRET_KEY=SECRET_KEY)
    assert done.returncode == 2
    assert "ERROR backup: There is no backup." in done.stdout
    assert "ERROR migrations: " in done.stdout
    weak = heard(tmp_path, "doctor", HEARD_DEMO="0", HEARD_SECRET_KEY="short")
    assert weak.returncode == 2
    assert "ERROR settings: HEARD_SECRET_KEY is easily guessed." in weak.stdout


def test_it_says_which_heard_it_is(tmp_path: Path) -> None:
    done = heard(tmp_path, "--version")
    assert re.fullmatch(r"heard 0\.1\.0 \([0-9a-f]{12}\)\n", done.stdout)


MORE_PEOPLE = """
import django; django.setup()
from heard.agencies.actions import add_user
from heard.agencies.models import User
from heard.agencies.rules import Role
ade = User.objects.get(username="ade.minton")
given = {"by": ade, "password": "for tests, and long enough", "team": ade.team}
cora = add_user(**given, username="cora.ordway", first_name="Cora", last_name="Ordway", role=Role.COORDINATOR)
"""
ERASES = """
import django; django.setup()
from heard.agencies.actions import add_user
from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.cases.keeping.actions import ask_to_destroy, destroy
from heard.network.models import Person
ade, cora = (User.objects.get(username=name) for name in ("ade.minton", "cora.ordway"))
late = add_user(by=ade, password="for tests, and long enough", team=ade.team, username="late.comer", first_name="L", last_name="C",
    role=Role.COORDINATOR, agreed_by=cora)
row = ask_to_destroy(by=late, person_id=Person.objects.get().pk, why="asked", reason="They are right")
destroy(by=cora, destruction_id=row.pk)
print(row.pk)
"""


def runs(folder: Path, script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment_of(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_was_erased_stays_erased_when_an_older_backup_is_brought_back(
    site: Path, key: tuple[str, Path], tmp_path: Path
) -> None:
    work = tmp_path / "site"
    shutil.copytree(site, work)
    shutil.copy(f"{site}.keys", f"{work}.keys")
    runs(work, MORE_PEOPLE)
    to = ["--to", str(tmp_path / "to"), "--recipient", key[0]]
    assert heard(work, "backup", *to).returncode == 0
    [older] = (tmp_path / "to").iterdir()
    assert "Amira" in repr(tables(work))
    certificate = runs(work, ERASES)
    assert "Amira" not in repr(tables(work))
    done = heard(work, "backup", "erasures", *to)
    assert done.returncode == 0, done.stderr
    [listed] = (tmp_path / "to").glob("heard-erasures-*")
    assert listed.stat().st_mode & 0o077 == 0
    assert listed.read_bytes().startswith(b"age-encryption.org/v1")
    said = pyrage.decrypt(
        listed.read_bytes(), [pyrage.x25519.Identity.from_str(key[1].read_text().split()[-1])]
    )
    assert certificate in said.decode()
    assert not [name for name in ("Amira", "Khan", "They are right", "cora") if name in said.decode()]
    assert heard(work, "backup", "erasures", *to).returncode == 0
    assert len(list((tmp_path / "to").glob("heard-erasures-*"))) == 1, "nothing more was destroyed"

    alone = tmp_path / "alone" / older.name
    alone.parent.mkdir()
    shutil.copy(older, alone)
    back = heard(tmp_path / "without", "restore", str(alone), "--identity", str(key[1]))
    assert "No list of what was destroyed" in back.stdout
    assert "Amira" in repr(tables(tmp_path / "without")), "without the list nothing says so"

    for name, words in (("anew", [str(older)]), ("named", [str(alone), "--erasures", str(listed)])):
        place = tmp_path / name
        done = heard(place, "restore", *words, "--identity", str(key[1]))
        assert done.returncode == 0, done.stderr
        assert "now again: 1 records" in done.stdout
        there = tables(place)
        assert "Amira" not in repr(there)
        assert not any((place / "attachments").rglob("*")) if (place / "attachments").is_dir() else True
        [row] = there["cases_destruction"]
        assert uuid.UUID(certificate).hex in row
        heard(place, "audit", "key", "--add", str(work / "audit.key"))
        assert heard(place, "audit", "verify").returncode == 0
    point = tmp_path / "without"  # as if something else had brought its database back
    said = heard(point, "backup", "settle", "--as-of", "2026-11-26 10:00")
    assert (said.returncode, "--none-destroyed" in said.stderr) == (2, True)
    named = ["--erasures", str(listed), "--identity", str(key[1])]
    said = heard(point, "backup", "settle", "--as-of", "2026-11-26 10:00", *named)
    assert (said.returncode, "Destroyed again: 1 records" in said.stdout) == (0, True), said.stderr
    assert "Amira" not in repr(tables(point))
    assert "2026-11-26 10:00" in repr(tables(point)["agencies_auditrow"])
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    done = heard(tmp_path / "third", "restore", str(older), "--identity", str(other))
    assert done.returncode == 1
    assert not (tmp_path / "third" / "heard.sqlite3").exists() or tables(tmp_path / "third") == {}
