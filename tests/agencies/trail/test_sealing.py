"""The sealer, the guards and the verifier on a real database."""

from __future__ import annotations

import json
import logging
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings as site_settings
from django.core import mail
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import World

from heard.agencies import actions
from heard.agencies.models import AuditCheck, AuditHead, AuditRow, AuditSeal, AuditWitness, User
from heard.agencies.seal import keys, leaves
from heard.agencies.seal.writing import as_row, ring_in
from heard.agencies.trail import checking, guarding, sealing, stored, witnesses
from heard.agencies.trail.verifying import Outcome, Verdict, ranges_of, verify
from heard.config.keys.audit import audit


def write(by: User, count: int = 1, verb: str = "note", **values: Any) -> list[int]:
    with transaction.atomic():
        rows = [
            actions.record_audit(by=by, verb=verb, subject="case", subject_id=number, **values)
            for number in range(count)
        ]
    return [row.pk for row in rows]


def verdict(**values: Any) -> Verdict:
    with stored.as_it_is() as trail:
        for name, value in values.items():
            setattr(trail, name, value)
        return verify(trail, ring_in(site_settings.AUDIT_KEY))


def as_database_administrator(sql: str, *values: Any) -> None:
    """Somebody who owns the tables: they take the guards away first."""
    guarding.let_go()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    guarding.guard()


def test_every_row_has_its_leaf_as_it_is_written(world: World) -> None:
    actions.record_looks(by=world.teacher, subject="person", subject_id="x", person_ids=[])
    rows = AuditRow.objects.all()
    assert rows
    ring = ring_in(site_settings.AUDIT_KEY)
    for row in rows:
        assert leaves.leaf_of(as_row(row), ring.by_id[row.key_id]) == row.leaf


def test_what_is_written_is_sealed_once_and_is_sound(world: World) -> None:
    write(world.teacher, 5, reason="Because", detail={"b": 1, "a": [1.0, "ü"]})
    assert verdict().waiting == AuditRow.objects.count()
    sealed = sealing.seal()
    assert sealed == AuditRow.objects.count() == AuditSeal.objects.count()
    assert sealing.seal() == 0
    found = verdict()
    assert (found.outcome, found.waiting, found.size) == (Outcome.SOUND, 0, sealed)
    write(world.teacher)
    assert sealing.seal() == 1
    assert verdict().heads == 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reason=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
    detail=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=4),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False, width=32) | st.lists(st.integers()),
        max_size=4,
    ),
)  # fmt: skip
def test_whatever_a_row_says_the_database_gives_it_back_so_that_its_leaf_holds(
    world: World, reason: str, detail: dict[str, Any]
) -> None:
    [row_id] = write(world.teacher, reason=reason, detail=detail)
    sealing.seal()
    assert row_id not in {fault.row_id for fault in verdict().faults}


# ---- the database refuses, whoever asks


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE agencies_auditrow SET verb = 'view'",
        "UPDATE agencies_auditrow SET reason = 'another'",
        "UPDATE agencies_auditrow SET actor = '', reason = '', salt = ''",
        "UPDATE agencies_auditrow SET leaf = ''",
        "UPDATE agencies_auditrow SET id = id + 100000",
        "DELETE FROM agencies_auditrow",
        "UPDATE agencies_auditseal SET leaf = ''",
        "DELETE FROM agencies_auditseal",
        "UPDATE agencies_audithead SET root = ''",
        "DELETE FROM agencies_audithead",
    ],
)
def test_the_database_refuses_to_change_or_delete(world: World, sql: str) -> None:
    write(world.teacher, reason="Because")
    sealing.seal()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert verdict().outcome is Outcome.SOUND


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_postgresql_refuses_to_empty_the_table(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE agencies_auditrow")


def test_an_erased_row_is_not_written_over_again(world: World) -> None:
    [row_id] = write(world.teacher, reason="Because")
    erase(world, [row_id])
    for what in ("reason = 'another'", f"commitment = '{'0' * 64}'", f"salt = '{'0' * 32}'"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE agencies_auditrow SET {what} WHERE id = {row_id}")


def test_migrating_puts_guards_back(world: World) -> None:
    assert guarding.missing() == 0
    guarding.let_go()
    assert guarding.missing() > 0
    guarding.guard()
    assert guarding.missing() == 0


# ---- what somebody with the database does all the same


def named(found: Verdict) -> set[int | None]:
    assert found.outcome is Outcome.TAMPERED
    return {fault.row_id for fault in found.faults}


@pytest.mark.parametrize("what", ["verb = 'view'", "actor_id = 99", "reason = 'no'", "detail = '{\"a\": 2}'", "actor = 'somebody'", "at = '2020-01-01 00:00:00+00:00'", "agency = 'Nobody'", "subject_id = 'y'", "key_id = ''", "version = 0"])  # fmt: skip
def test_an_edit_is_found(world: World, what: str) -> None:
    row_ids = write(world.teacher, 5, reason="Because")
    sealing.seal()
    as_database_administrator(f"UPDATE agencies_auditrow SET {what} WHERE id = %s", row_ids[2])
    if what == "key_id = ''":
        assert verdict().outcome is not Outcome.SOUND
    else:
        assert row_ids[2] in named(verdict())


def test_a_deletion_is_found_with_its_seal_too(world: World) -> None:
    row_ids = write(world.teacher, 5)
    sealing.seal()
    as_database_administrator("DELETE FROM agencies_auditrow WHERE id = %s", row_ids[1])
    assert row_ids[1] in named(verdict())
    as_database_administrator("DELETE FROM agencies_auditseal WHERE row_id = %s", row_ids[1])
    named(verdict())


def test_a_row_that_somebody_puts_in_gets_no_place_and_is_found(world: World) -> None:
    write(world.teacher, 3)
    sealing.seal()
    for leaf in ("", "0" * 64, AuditRow.objects.latest("pk").leaf):
        as_database_administrator(
            "INSERT INTO agencies_auditrow (at, actor_id, actor, agency, verb, subject, subject_id, reason, detail, version, key_id, salt, leaf, commitment) "
            "SELECT at, actor_id + 1, actor, agency, verb, subject, subject_id, reason, detail, version, key_id, salt, %s, '' FROM agencies_auditrow WHERE id = %s",
            leaf,
            AuditRow.objects.latest("pk").pk,
        )
        assert sealing.seal() == 0
        assert AuditRow.objects.latest("pk").pk in named(verdict())


def test_two_rows_that_are_swapped_are_found(world: World) -> None:
    one, *_rest, two = write(world.teacher, 5)
    sealing.seal()
    swap = "UPDATE agencies_auditrow SET id = CASE id WHEN %s THEN -1 ELSE id END"
    as_database_administrator(swap, one)
    as_database_administrator("UPDATE agencies_auditrow SET id = %s WHERE id = %s", one, two)
    as_database_administrator("UPDATE agencies_auditrow SET id = %s WHERE id = -1", two)
    assert {one, two} <= named(verdict())


def test_a_trail_that_was_cut_is_found_by_what_a_witness_keeps(world: World, tmp_path: Path) -> None:
    write(world.teacher, 5)
    sealing.seal()
    size = AuditHead.objects.latest("size").size
    write(world.teacher, 5)
    sealing.seal()
    kept = witnesses.of(AuditHead.objects.latest("size"))
    for table, column in (("row", "id"), ("seal", "row_id")):
        as_database_administrator(
            f"DELETE FROM agencies_audit{table} WHERE {column} IN (SELECT {column} FROM agencies_audit{table} ORDER BY {column} DESC LIMIT 5)"
        )
    as_database_administrator("DELETE FROM agencies_audithead WHERE size > %s", size)
    assert verdict().outcome is Outcome.SOUND, "the database alone cannot tell"
    assert verdict(witnessed=[kept]).outcome is Outcome.TAMPERED


def test_rows_of_before_are_sealed_as_they_were_found(world: World) -> None:
    """As after an upgrade: they have no leaf."""
    write(world.teacher, 3, reason="Because")
    as_database_administrator("UPDATE agencies_auditrow SET version = 0, leaf = '', salt = '', key_id = ''")
    before = AuditRow.objects.count()
    new = write(world.teacher)
    assert sealing.seal() == before + 1
    found = verdict()
    assert (found.outcome, found.as_found) == (Outcome.SOUND, before)
    assert AuditRow.objects.get(pk=new[0]).version == 1
    first = AuditRow.objects.earliest("pk")
    as_database_administrator("UPDATE agencies_auditrow SET verb = 'other' WHERE id = %s", first.pk)
    assert first.pk in named(verdict())


def erase(world: World, row_ids: list[int]) -> None:
    with transaction.atomic():
        sealing.erase_personal(row_ids)
        actions.record_audit(
            by=world.coordinator,
            verb="erase",
            subject="audit",
            subject_id="x",
            detail={"rows": ranges_of(row_ids)},
        )
    sealing.seal()


def test_what_is_erased_as_a_row_says_is_sound_and_without_such_a_row_a_fault(world: World) -> None:
    row_ids = write(world.teacher, 6, reason="Her mother rang", detail={"to": "x"})
    erase(world, row_ids[:4])
    found = verdict()
    assert (found.outcome, found.erased) == (Outcome.SOUND, 4)
    row = AuditRow.objects.get(pk=row_ids[0])
    assert (row.actor, row.reason, row.detail, row.person_id, row.salt) == ("", "", {}, None, "")
    assert (row.verb, row.actor_id) == ("note", world.teacher.pk)
    with transaction.atomic():
        sealing.erase_personal(row_ids[4:5])
    assert named(verdict()) == {row_ids[4]}


# ---- two at once, and interrupted


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_two_sealers_give_each_row_one_place(transactional_db: None, world: World) -> None:
    write(world.teacher, 40)
    total = []

    def work() -> None:
        try:
            total.append(sealing.seal())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealing.seal()
    assert AuditSeal.objects.count() == AuditRow.objects.count()
    assert verdict().outcome is Outcome.SOUND


def test_a_sealer_that_is_killed_in_the_middle_leaves_nothing_half(world: World, monkeypatch) -> None:
    write(world.teacher, 3)

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_sign", killed)
        with pytest.raises(RuntimeError):
            sealing.seal()
    assert not AuditSeal.objects.exists()
    sealing.seal()
    assert verdict().outcome is Outcome.SOUND


@pytest.mark.django_db(transaction=True)
def test_what_matters_most_is_sealed_as_soon_as_it_is_committed(transactional_db: None, world: World) -> None:
    write(world.teacher)
    places = AuditSeal.objects.count()
    [row_id] = write(world.teacher, verb="break glass")
    assert AuditSeal.objects.count() > places
    assert AuditSeal.objects.filter(row_id=row_id).exists()


@pytest.mark.django_db(transaction=True)
def test_so_is_what_is_taken_out_by_looking(transactional_db: None, world: World, client: Client) -> None:
    client.force_login(world.coordinator)
    assert client.get(reverse("figures_workbook")).status_code == 200
    row = AuditRow.objects.get(verb="download")
    assert AuditSeal.objects.filter(row_id=row.pk).exists()


# ---- keys


def test_a_key_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "audit.key"
    assert keys.make(path)
    first = keys.read(path)
    assert not keys.make(path)
    assert keys.read(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["audit.key"]
    assert keys.renew(path).keys[1] == first.newest


def test_without_its_key_nothing_is_written(world: World, settings, tmp_path: Path) -> None:
    settings.AUDIT_KEY = tmp_path / "none"
    with pytest.raises(keys.KeyMissing, match="heard migrate"):
        write(world.teacher)


# ---- witnesses


def test_a_witness_file_gets_each_head_and_what_it_keeps_is_verified(
    world: World, settings, tmp_path: Path
) -> None:
    settings.WITNESS_FILE = str(tmp_path / "heads.jsonl")
    write(world.teacher)
    sealing.seal_and_tell()
    sealing.seal_and_tell()
    lines = Path(settings.WITNESS_FILE).read_text().splitlines()
    assert len(lines) == 1, "the same head once"
    assert json.loads(lines[0])["size"] == AuditRow.objects.count()
    write(world.teacher)
    sealing.seal()
    witnesses.tell(timezone.now() + timedelta(minutes=2))
    assert len(Path(settings.WITNESS_FILE).read_text().splitlines()) == 2
    assert checking.check().witnessed == 2


def test_a_witness_that_takes_nothing_stops_nobody_and_is_tried_again(
    world: World, settings, tmp_path: Path, caplog
) -> None:
    settings.WITNESS_FILE = str(tmp_path / "away" / "heads.jsonl")
    write(world.teacher)
    with caplog.at_level(logging.ERROR):
        sealing.seal_and_tell()
    assert "The witness file" in caplog.text
    assert AuditWitness.objects.get(pk="file").failed_at
    (tmp_path / "away").mkdir()
    witnesses.tell(timezone.now() + timedelta(minutes=6))
    held = AuditWitness.objects.get(pk="file")
    assert (held.failed_at, held.size) == (None, AuditRow.objects.count())


def test_a_witness_by_mail_gets_one_each_day_with_numbers_alone(world: World, settings) -> None:
    settings.WITNESS_MAIL = ["a@police.example", "b@school.example"]
    settings.ADDRESS = "https://heard.example.org"
    write(world.teacher, reason="Her mother rang")
    sealing.seal_and_tell()
    write(world.teacher)
    sealing.seal_and_tell()
    assert [one.to for one in mail.outbox] == [["a@police.example"], ["b@school.example"]]
    assert "mother" not in mail.outbox[0].body
    witnesses.tell(timezone.now() + timedelta(days=1))
    assert len(mail.outbox) == 4


def test_syslog_gets_a_line_that_verifying_reads(world: World, settings, tmp_path: Path) -> None:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        settings.WITNESS_SYSLOG = f"127.0.0.1:{listening.getsockname()[1]}"
        write(world.teacher)
        sealing.seal_and_tell()
        said = listening.recv(4096).decode().rstrip("\x00")
    assert "heard-audit: {" in said
    kept = tmp_path / "syslog"
    kept.write_text(f"Nov 27 07:00:00 host {said}\nanother line of another programme\n")
    done = run("verify", "--heads", str(kept))
    assert (done.exit_code, "1 from witnesses" in done.output) == (0, True), done.output


# ---- the command


def run(*words: str) -> Any:
    return CliRunner().invoke(audit, list(words))


def test_the_command_ends_with_0_1_or_2(world: World, settings, tmp_path: Path) -> None:
    [row_id] = write(world.teacher)
    assert run("verify").exit_code == 2, "nothing has been sealed"
    sealing.seal()
    done = run("verify")
    assert (done.exit_code, "Sound." in done.output) == (0, True), done.output
    public = run("key").output.split()[-1]
    assert run("verify", "--public-key", public, "--structure-only").exit_code == 0
    assert run("verify", "--public-key", keys.Key(b"x" * 32).public.hex()).exit_code == 1
    assert run("verify", "--public-key", "short").exit_code == 2
    as_database_administrator("UPDATE agencies_auditrow SET verb = 'view' WHERE id = %s", row_id)
    done = run("verify")
    assert (done.exit_code, f"Row {row_id}: it was changed." in done.output) == (1, True), done.output
    assert json.loads(run("verify", "--json").output)["outcome"] == "tampered"
    settings.AUDIT_KEY = tmp_path / "none"
    assert run("verify").exit_code == 2


def test_an_export_is_verified_without_the_database(world: World, tmp_path: Path, settings) -> None:
    write(world.teacher, 20, reason="Because")
    sealing.seal()
    write(world.teacher)
    path = tmp_path / "trail.jsonl.gz"
    assert run("export", str(path)).exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert run("export", str(path)).exit_code == 1, "nothing is written over"
    done = run("verify", "--file", str(path))
    assert (done.exit_code, "1 wait to be sealed" in done.output) == (0, True), done.output
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(path.read_bytes()[:-20])
    assert run("verify", "--file", str(cut)).exit_code == 2
    plain = tmp_path / "plain.jsonl"
    run("export", str(plain))
    plain.write_text(plain.read_text().replace("Because", "Because I say so", 1))
    assert run("verify", "--file", str(plain)).exit_code == 1


def test_heads_are_printed(world: World) -> None:
    for _turn in range(2):
        write(world.teacher)
        sealing.seal()
    assert len(run("heads").output.splitlines()) == 2
    assert json.loads(run("heads", "--last").output)["size"] == AuditRow.objects.count()


# ---- the check of each night


def test_a_trail_that_is_not_sound_is_told_to_administrators(world: World, settings, client) -> None:
    settings.ADDRESS = "https://heard.example.org"
    User.objects.filter(pk=world.administrator.pk).update(email="ade@care.example")
    [row_id] = write(world.teacher)
    sealing.seal()
    assert checking.check().outcome is Outcome.SOUND
    assert not mail.outbox
    as_database_administrator("UPDATE agencies_auditrow SET verb = 'view' WHERE id = %s", row_id)
    assert run("check").exit_code == 1
    assert [one.to for one in mail.outbox] == [["ade@care.example"]]
    assert str(row_id) not in mail.outbox[0].body
    assert f"Row {row_id}: it was changed." in AuditCheck.objects.latest("at").said


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a copy of the file is SQLite's")
@pytest.mark.django_db(transaction=True)
def test_an_older_copy_that_is_put_back_is_found(
    transactional_db: None, world: World, tmp_path: Path
) -> None:
    """Of the file itself, read by the verifier: yesterday's, with the witness that has seen today's."""
    write(world.teacher, 5)
    sealing.seal()
    yesterday = tmp_path / "yesterday.jsonl"
    run("export", str(yesterday))
    write(world.teacher, 5)
    sealing.seal()
    heads = tmp_path / "heads"
    heads.write_text(run("heads").output)
    done = run("verify", "--file", str(yesterday), "--heads", str(heads))
    assert (done.exit_code, "older copy" in done.output) == (1, True), done.output
    assert run("verify", "--file", str(yesterday)).exit_code == 0


def test_administrators_co_ordinators_and_the_board_read_how_it_stands_and_nobody_else(
    world: World, client
) -> None:
    [row_id] = write(world.teacher)
    sealing.seal()
    as_database_administrator("UPDATE agencies_auditrow SET verb = 'view' WHERE id = %s", row_id)
    checking.check()
    for who in (world.administrator, world.coordinator, world.board_member):
        client.force_login(who)
        page = client.get(reverse("audit_trail"))
        assert (page.status_code, f"Row {row_id}: it was changed." in page.text) == (200, True)
        assert "Not as it was written" in page.text
    for who in (world.teacher, world.supervisor, world.analyst):
        client.force_login(who)
        assert client.get(reverse("audit_trail")).status_code == 404
    client.force_login(world.administrator)
    assert "The audit trail is not as it was written" in client.get(reverse("home")).text
    client.force_login(world.coordinator)
    assert "The audit trail is not as it was written" not in client.get(reverse("home")).text


def test_the_doctor_says_what_is_wrong_with_the_trail(world: World, settings, tmp_path: Path) -> None:
    from heard.config.doctor import _trail as look

    def found() -> set[str]:
        # On PostgreSQL the tests own their tables, which the doctor says too (tests/config/test_two_roles.py).
        return {finding.code for finding in look()} - {"audit-rights"}

    sealing.seal()  # what was done before this test may be old by now
    assert found() == {"audit-check", "audit-witness"}
    settings.WITNESS_FILE, settings.WITNESS_MAIL = str(tmp_path / "away" / "heads"), ["a@police.example"]
    settings.ADDRESS = "https://heard.example.org"
    [row_id] = write(world.teacher)
    sealing.seal_and_tell()
    checking.check()
    assert found() == {"audit-trail", "audit-witness-fails"}, "the file of the witness cannot be read"
    as_database_administrator("UPDATE agencies_auditrow SET verb = 'view' WHERE id = %s", row_id)
    checking.check()
    guarding.let_go()
    assert found() == {"audit-trail", "audit-guards", "audit-witness-fails"}
    guarding.guard()
