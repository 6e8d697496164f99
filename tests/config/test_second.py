"""On the server too, what takes two people takes two: agreed on the site, once, within a day; or alone, and others learn of it."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.config.test_backup import MORE_PEOPLE, heard, key, made, runs, site, tables
from tests.conftest import World

from heard.agencies import actions
from heard.agencies.envelopes import ring
from heard.agencies.models import Approval, AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role, TwoFor, moment_of
from heard.agencies.seal import keys as audit_keys
from heard.agencies.seal import slips
from heard.cases.case.notices.mail import let_no_mail_go, mail_unread, mails_waiting
from heard.cases.case.notices.models import Reader
from heard.config.backup.cli import backup, restore
from heard.config.keys.audit import audit
from heard.config.keys.cli import keys

__all__ = ["key", "made", "site"]  # fixtures
pytestmark = pytest.mark.timeout(900)
ASK = """
import django; django.setup()
from heard.agencies import actions, queries
from heard.agencies.models import User
ade, cora = (User.objects.get(username=name) for name in ("ade.minton", "cora.ordway"))
asked = actions.ask_for_server(by=ade, what={what!r}, about={about!r}, reason="The disk fails")
done = actions.decide_approval(by=cora, approval_id=asked.pk, agrees=True)
print(queries.shown_on_server(ade, done))
"""


def agreed(world: World, what: TwoFor, about: str = "") -> Approval:
    asked = actions.ask_for_server(
        by=world.administrator, what=what, about=about, reason="Two years are over"
    )
    return actions.decide_approval(by=world.coordinator, approval_id=asked.pk, agrees=True)


@pytest.fixture
def at(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A file with one key."""
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    settings.KEYS = tmp_path / "keys"
    ring.make(settings.KEYS)
    return settings.KEYS


def said(*words: str, ends: int = 0) -> Result:
    group = audit if words[0] == "key" else keys
    done = CliRunner().invoke(group, list(words))
    assert done.exit_code == ends, done.output
    assert "Traceback" not in done.output
    return done


COMMANDS = {
    TwoFor.KEY_ADD: (("add",), ""),
    TwoFor.KEY_ROTATE: (("rotate",), ""),
    TwoFor.AUDIT_KEY: (("key", "--new"), ""),
}


@pytest.fixture
def _own_audit_key(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY = tmp_path / "audit.key"
    audit_keys.make(settings.AUDIT_KEY)


@pytest.mark.usefixtures("_own_audit_key")
@pytest.mark.parametrize("what", COMMANDS)
def test_nobody_does_it_alone_and_unseen(world: World, at: Path, settings: Any, what: TwoFor) -> None:
    words, _about = COMMANDS[what]
    before = at.read_bytes(), settings.AUDIT_KEY.read_bytes()
    rows = AuditRow.objects.count()
    assert "takes two people" in said(*words, ends=2).output
    assert "takes two people" in said(*words, "--approval", "1", "--emergency", "Both", ends=2).output
    assert "No approval has this number" in said(*words, "--approval", "1", ends=1).output
    assert (at.read_bytes(), settings.AUDIT_KEY.read_bytes()) == before
    assert AuditRow.objects.count() == rows


def test_a_key_is_taken_out_and_a_backup_brought_back_by_nobody_alone(
    world: World, at: Path, tmp_path: Path
) -> None:
    """With neither an approval nor the reason of an emergency, and with both."""
    first = ring.read(at).first.id
    ring.add(at)
    ring.note_escrow(at, ring.escrowed(ring.read(at), ["age1cora", "age1dele"]))
    kept, made = at.read_bytes(), tmp_path / "made.tar.age"
    made.write_bytes(b"a backup")
    for two in ((), ("--approval", "1", "--emergency", "Both")):
        assert "takes two people" in said("retire", first, *two, ends=2).output
        for command, words in (
            (restore, [str(made)]),
            (backup, ["settle", "--as-of", "2026-11-26 10:00:00+00", "--none-destroyed"]),
        ):
            done = CliRunner().invoke(command, [*words, *two])
            assert (done.exit_code, "takes two people" in done.output) == (2, True), done.output
    assert at.read_bytes() == kept


@pytest.mark.usefixtures("_own_audit_key")
@pytest.mark.parametrize("what", COMMANDS)
def test_what_two_agreed_to_is_done_once(world: World, at: Path, what: TwoFor) -> None:
    words, about = COMMANDS[what]
    approval = agreed(world, what, about)
    said(*words, "--approval", str(approval.pk))
    approval.refresh_from_db()
    assert approval.used_at is not None
    used = AuditRow.objects.get(verb="use", subject="approval", subject_id=str(approval.pk))
    assert used.detail["as"].startswith(pwd.getpwuid(os.getuid()).pw_name)
    assert "used already" in said(*words, "--approval", str(approval.pk), ends=1).output
    assert not Reader.objects.filter(notice__kind="done_alone").exists()


def test_a_key_goes_by_an_approval_for_that_key(world: World, at: Path) -> None:
    first = ring.read(at).first.id
    ring.add(at)
    ring.note_escrow(at, ring.escrowed(ring.read(at), ["age1cora", "age1dele"]))
    other = agreed(world, TwoFor.KEY_RETIRE, "another")
    assert "for something else" in said("retire", first, "--approval", str(other.pk), ends=1).output
    rotates = agreed(world, TwoFor.KEY_ROTATE)
    assert "for something else" in said("retire", first, "--approval", str(rotates.pk), ends=1).output
    assert first in ring.read(at).by_id
    said("retire", first, "--approval", str(agreed(world, TwoFor.KEY_RETIRE, first).pk))
    assert first not in ring.read(at).by_id


def test_what_was_not_agreed_or_not_in_time_does_not_count(world: World, at: Path) -> None:
    asked = actions.ask_for_server(by=world.administrator, what=TwoFor.KEY_ADD, about="", reason="Two years")
    words = ("add", "--approval", str(asked.pk))
    assert "No second person has agreed" in said(*words, ends=1).output
    with pytest.raises(Refused, match="asked for this yourself"):
        actions.decide_approval(by=world.administrator, approval_id=asked.pk, agrees=True)
    for who in (world.teacher, world.supervisor, world.board_member):
        with pytest.raises(Hidden):
            actions.decide_approval(by=who, approval_id=asked.pk, agrees=True)
    actions.decide_approval(by=world.coordinator, approval_id=asked.pk, agrees=False)
    assert "turned this down" in said(*words, ends=1).output
    late = agreed(world, TwoFor.KEY_ADD)
    Approval.objects.filter(pk=late.pk).update(decided_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert "more than 24 hours ago" in said("add", "--approval", str(late.pk), ends=1).output
    assert len(ring.read(at).keys) == 1


def test_an_approval_of_a_role_does_nothing_on_the_server(world: World, at: Path) -> None:
    role = actions.ask_for_role(
        by=world.administrator, user=world.teacher, team=world.exploitation_team, role=Role.SUPERVISOR, reason="Covers"
    )  # fmt: skip
    actions.decide_approval(by=world.coordinator, approval_id=role.pk, agrees=True)
    assert "No approval has this number" in said("add", "--approval", str(role.pk), ends=1).output


def test_what_is_broken_off_goes_on_with_the_same_approval(
    world: World, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heard.config import encrypted

    approval = agreed(world, TwoFor.KEY_ROTATE)
    left = encrypted.Done(left={"attachments/1": "it is missing"})
    monkeypatch.setattr(encrypted, "rotate", lambda say: left)
    said("rotate", "--approval", str(approval.pk), ends=1)
    monkeypatch.undo()
    said("rotate", "--approval", str(approval.pk))


def test_a_rotation_that_ends_after_the_day_ends_well_and_is_seen_to_begin(
    world: World, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heard.config import encrypted

    approval = agreed(world, TwoFor.KEY_ROTATE)

    def takes_long(say: object) -> encrypted.Done:
        Approval.objects.filter(pk=approval.pk).update(decided_at=timezone.now() - timedelta(days=2))
        assert AuditRow.objects.filter(verb="begin with", subject_id=str(approval.pk)).exists()
        return encrypted.Done()

    monkeypatch.setattr(encrypted, "rotate", takes_long)
    said("rotate", "--approval", str(approval.pk))
    assert AuditRow.objects.filter(verb="use", subject="approval", subject_id=str(approval.pk)).exists()
    assert "used already" in said("rotate", "--approval", str(approval.pk), ends=1).output


def test_a_key_that_was_added_was_agreed_to_whatever_breaks_off_then(
    world: World, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heard.config.keys import cli

    def breaks(*said: object, **also: object) -> None:
        raise RuntimeError("The machine stops")

    approval = agreed(world, TwoFor.KEY_ADD)
    monkeypatch.setattr(cli, "_note", breaks)
    assert CliRunner().invoke(keys, ["add", "--approval", str(approval.pk)]).exit_code == 1
    monkeypatch.undo()
    assert len(ring.read(at).keys) == 2
    assert "used already" in said("add", "--approval", str(approval.pk), ends=1).output
    first = ring.read(at).first.id
    retires = agreed(world, TwoFor.KEY_RETIRE, first)
    assert "encrypts what comes" in said("retire", first, "--approval", str(retires.pk), ends=1).output
    retires.refresh_from_db()
    assert retires.used_at is None, "what could not be done uses nothing"


def test_only_an_administrator_asks_and_says_to_what(world: World) -> None:
    for who in (world.coordinator, world.supervisor, world.board_member):
        with pytest.raises(Refused, match="Only an administrator"):
            actions.ask_for_server(by=who, what=TwoFor.KEY_ADD, about="", reason="Two years")
    ask = {"by": world.administrator, "reason": "Two years"}
    with pytest.raises(Refused, match="Say to what"):
        actions.ask_for_server(what=TwoFor.RESTORE, about=" ", **ask)
    with pytest.raises(Refused, match="Choose what"):
        actions.ask_for_server(what=TwoFor.ROLE, about="", **ask)
    actions.ask_for_server(what=TwoFor.KEY_ADD, about="", **ask)
    with pytest.raises(Refused, match="asked already"):
        actions.ask_for_server(what=TwoFor.KEY_ADD, about="", **ask)


def test_who_does_it_alone_leaves_a_row_and_everybody_who_watches_learns_of_it(
    world: World, at: Path, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ADDRESS = "https://heard.wexmoor.example"
    User.objects.update(email="somebody@wexmoor.example")
    said("add", "--emergency", "Cora and Ade are both ill")
    row = AuditRow.objects.get(verb="do alone", subject="approval")
    assert (row.actor, row.reason, row.detail["what"]) == ("heard", "Cora and Ade are both ill", "key add")
    assert row.detail["as"].startswith(pwd.getpwuid(os.getuid()).pw_name)
    told = Reader.objects.filter(notice__kind="done_alone")
    wanted = {world.administrator, world.coordinator, world.board_member}
    assert {reader.user for reader in told} == wanted
    mail_unread(timezone.now() + timedelta(minutes=1))
    assert len(mail.outbox) >= len(wanted)
    assert not [one for one in mail.outbox if "Cora" in one.body or "key" in one.body.replace("keyboard", "")]
    for who in wanted:
        client.force_login(who)
        page = client.get(reverse("audit_trail")).text
        assert "Cora and Ade are both ill" in page
        assert "Adding a key that encrypts files" in page
        assert reverse("audit_trail") in client.get(reverse("notices")).text
    client.force_login(world.teacher)
    assert client.get(reverse("audit_trail")).status_code == 404


def test_what_was_done_alone_is_mailed_until_it_was_mailed(world: World, at: Path, settings: Any) -> None:
    """Brought back on a Friday and started on a Monday, or brought back once more meanwhile: who watches learns of it all the same."""
    settings.ADDRESS = "https://heard.wexmoor.example"
    User.objects.update(email="somebody@wexmoor.example")
    said("add", "--emergency", "Cora and Ade are both ill")
    later = timezone.now() + timedelta(days=3)
    assert let_no_mail_go(later) == 0
    assert mails_waiting(world.administrator, later) == 1
    mail_unread(later)
    assert not Reader.objects.filter(notice__kind="done_alone", mailed_at=None).exists()
    sent = len(mail.outbox)
    assert sent >= 3
    mail_unread(later + timedelta(days=3))
    assert len(mail.outbox) == sent, "once"


SETTLE = ("settle", "--as-of", "2026-11-26 10:00", "--none-destroyed", "--emergency")


@pytest.mark.on_day(date(2026, 11, 27))
@pytest.mark.usefixtures("_own_audit_key")
def test_nothing_that_was_typed_or_is_set_keeps_it_from_being_told(
    world: World, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An odd terminal hands over bytes that are no UTF-8, and anybody sets SUDO_UID."""
    monkeypatch.setenv("SUDO_UID", "²")
    done = CliRunner().invoke(backup, [*SETTLE, os.fsdecode(b"The disk\xff")])
    assert done.exit_code == 0, done.output
    row = AuditRow.objects.get(verb="do alone", subject="approval")
    assert row.reason == "The disk\N{REPLACEMENT CHARACTER}"
    assert row.detail["as"].startswith(pwd.getpwuid(os.getuid()).pw_name)
    assert Reader.objects.filter(notice__kind="done_alone").exists()
    assert "takes two people" in CliRunner().invoke(backup, [*SETTLE, " "]).output


@pytest.mark.on_day(date(2026, 11, 27))
@pytest.mark.usefixtures("_own_audit_key")
def test_it_is_settled_with_who_did_it_or_not_at_all(
    world: World, at: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.sessions.models import Session

    from heard.cases.case.notices import announcing

    def breaks(**told: object) -> None:
        raise RuntimeError("The disk is full")

    client.force_login(world.teacher)
    monkeypatch.setattr(announcing, "announce", breaks)
    assert CliRunner().invoke(backup, [*SETTLE, "Both are ill"]).exit_code == 1
    assert Session.objects.exists()
    assert not AuditRow.objects.filter(subject="backup", verb="restore").exists()
    monkeypatch.undo()


def test_a_moment_is_one_however_it_is_written() -> None:
    made = datetime(2026, 11, 26, 10, tzinfo=UTC)
    for about in (
        "heard-2026-11-26T100000Z.tar.age",
        "heard-2026-11-26T100000Z.tar",
        "2026-11-26 10:00",
        "2026-11-26 10:00:00+00",
        " 2026-11-26T11:00:00+01:00 ",
    ):
        assert moment_of(about) == made, about
    for about in ("", "monday.tar.age", "heard-2026-11-26T100000Z.tar.age.part", "0001-01-01 00:00+14"):
        assert moment_of(about) is None, about


@pytest.mark.on_day(date(2026, 11, 27))
def test_it_is_asked_for_agreed_to_and_shown_on_its_pages(world: World, client: Client) -> None:
    client.force_login(world.administrator)
    assert reverse("approval_ask") in client.get(reverse("approvals")).text
    sent = {"what": "restore", "about": "heard-2026-11-26T030000Z.tar.age", "reason": "The disk fails"}
    assert "Say to what" in client.post(reverse("approval_ask"), sent | {"about": ""}).text
    assert (
        "Give the name of the backup" in client.post(reverse("approval_ask"), sent | {"about": "monday"}).text
    )
    assert client.post(reverse("approval_ask"), sent).status_code == 302
    [asked] = Approval.objects.all()
    at = reverse("approval", args=[asked.pk])
    assert "You asked for this yourself" in client.get(at).text
    client.force_login(world.coordinator)
    assert reverse("approval_ask") not in client.get(reverse("approvals")).text
    assert client.get(reverse("approval_ask")).status_code == 404
    page = client.get(at).text
    assert "The disk fails" in page
    assert "heard-approval:" not in page
    assert client.post(at, {"agrees": "yes"}).status_code == 302
    page = client.get(at).text
    assert "heard restore heard-2026-11-26T030000Z.tar.age … --approval heard-approval:" in page
    assert "once:" not in page, "an empty place does not know that it was done elsewhere"
    assert "Bringing a backup back" in client.get(reverse("approvals")).text
    Approval.objects.update(decided_at=timezone.now() - timedelta(days=2))
    assert "heard-approval:" not in client.get(at).text


def test_a_slip_says_nothing_else_than_what_was_signed(tmp_path: Path) -> None:
    audit_keys.make(tmp_path / "audit.key")
    held = audit_keys.read(tmp_path / "audit.key").newest
    slip = slips.Slip("s", "1", "restore", "heard-1.tar.age", 1, 2, "2026-11-29T10:00:00+00:00").signed(held)
    assert slips.from_line(slip.line()) == slip
    assert slip.is_signed_by(held.public)
    for name, value in (
        ("about", "heard-2.tar.age"),
        ("until", "2027-11-29T10:00:00+00:00"),
        ("agreed_by", 1),
        ("key_id", "x"),
    ):
        assert not replace(slip, **{name: value}).is_signed_by(held.public), name
    for line in ("", "heard-approval:", "heard-approval:e30=", "x" * 400, slip.line()[:-9]):
        with pytest.raises(ValueError, match="approval"):
            slips.from_line(line)


def test_a_backup_is_brought_back_by_two(site: Path, key: tuple[str, Path], tmp_path: Path) -> None:
    """Into an empty place, whose database knows of no approval: by the line that the page showed, and the copy of audit.key."""
    work = tmp_path / "site"
    shutil.copytree(site, work)
    shutil.copy(f"{site}.keys", f"{work}.keys")
    runs(work, MORE_PEOPLE)
    assert heard(work, "backup", "--to", str(tmp_path / "to"), "--recipient", key[0]).returncode == 0
    [file] = (tmp_path / "to").iterdir()
    line = runs(work, ASK.format(what="restore", about=file.name))
    other = runs(work, ASK.format(what="restore", about="heard-2025-11-26T030000Z.tar.age"))
    place = tmp_path / "anew"
    restore = ["restore", str(file), "--identity", str(key[1]), "--approval"]
    for approval, sentence in (
        (line, "put your copy of it at"),
        ("1", "Copy the whole line"),
    ):
        done = heard(place, *restore, approval)
        assert (done.returncode, sentence in done.stderr) == (1, True), done.stderr
    shutil.copy(work / "audit.key", place)
    called_so = tmp_path / "heard-2025-11-26T030000Z.tar.age"
    shutil.copy(file, called_so)
    for path in (file, called_so):
        done = heard(place, "restore", str(path), *restore[2:], other)
        assert (done.returncode, f"heard restore {called_so.name}" in done.stderr) == (1, True), done.stderr
    assert tables(place).get("agencies_user", []) == []
    (tmp_path / "approval.txt").write_text(f"{line}\n")
    done = heard(place, *restore, str(tmp_path / "approval.txt"))
    assert done.returncode == 0, done.stderr
    rows = repr(tables(place)["agencies_auditrow"])
    assert slips.from_line(line).approval in rows
    assert "do alone" not in rows
    assert heard(place, "audit", "verify").returncode == 0

    forged = tmp_path / "forged"
    forged.mkdir()
    audit_keys.make(forged / "audit.key")
    own = replace(slips.from_line(line), signature="").signed(audit_keys.read(forged / "audit.key").newest)
    done = heard(forged, *restore, own.line())
    assert done.returncode == 0, done.stderr
    there = tables(forged)
    assert "never signed a head of this audit trail" in repr(there["agencies_auditrow"])
    assert "done_alone" in repr(there["cases_notice"])

    settle = ["backup", "settle", "--as-of", "2026-11-26 10:00", "--none-destroyed", "--approval"]
    done = heard(place, *settle, other)
    assert (done.returncode, "for something else" in done.stderr) == (1, True)
    back = runs(work, ASK.format(what="settle", about="2026-11-26 10:00:00+00"))
    later = [*settle[:3], "2026-11-26 11:00", *settle[4:]]
    done = heard(place, *later, back)
    assert "heard backup settle 2026-11-26 10:00:00+00" in done.stderr, "it says what the line is for"
    done = heard(place, *settle, back)
    assert done.returncode == 0, done.stderr
    done = heard(place, *settle, back)
    assert (done.returncode, "used already" in done.stderr) == (1, True)
