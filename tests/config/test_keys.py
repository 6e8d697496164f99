"""`heard keys`: from the first key to taking it out, broken off and gone on with, and what is said where a key is lost."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from click.testing import CliRunner, Result
from tests.cases.attachment.samples import upload
from tests.conftest import World

from heard.agencies.envelopes import kept, ring
from heard.agencies.models import AuditRow
from heard.cases.attachment import storing
from heard.cases.attachment.actions import attach
from heard.cases.attachment.models import Attachment
from heard.config import doctor, encrypted
from heard.config.keys.cli import keys
from heard.network.actions import add_person

WORDS = [f"She was afraid, {number}".encode() for number in range(4)]


@pytest.fixture
def at(settings: Any, tmp_path: Path) -> Path:
    """The file of keys, which is not there yet."""
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    settings.KEYS = tmp_path / "etc" / "keys"
    return settings.KEYS


@pytest.fixture
def files(world: World, at: Path, settings: Any) -> list[Attachment]:
    """Of before there were keys."""
    settings.KEYS = None
    child = add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    made = [attach(by=world.teacher, upload=upload(words), person_id=child.pk) for words in WORDS]
    TOTP.activate(world.teacher, "JBSWY3DPEHPK3PXP")
    settings.KEYS = at
    return sorted(made, key=lambda attachment: attachment.pk)


TAKES_TWO = ("add", "rotate", "retire")  # test_second.py tries how


def heard(*said: str, ends: int = 0, typed: str | None = None) -> Result:
    two = ["--emergency", "A trial"] if said[0] in TAKES_TWO else []
    done = CliRunner().invoke(keys, [*said, *two], input=typed)
    assert done.exit_code == ends, done.output
    assert "Traceback" not in done.output
    return done


def under(at: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(heard("list", "--json").stdout)
    return found["under"]["attached files"]


def findings() -> dict[str, doctor.Finding]:
    return {finding.code: finding for finding in doctor._keys()}


def identity(tmp_path: Path, name: str) -> tuple[str, Path]:
    made = pyrage.x25519.Identity.generate()
    (tmp_path / name).write_text(str(made))
    return str(made.to_public()), tmp_path / name


def contents(files: list[Attachment]) -> set[bytes]:
    return {storing.take(attachment).read() for attachment in files}


def test_from_no_key_to_the_next_one(
    files: list[Attachment], at: Path, tmp_path: Path, settings: Any
) -> None:
    settings.KEYS = None
    assert [(finding.severity, "heard keys make" in finding.remedy) for finding in findings().values()] == [
        ("warning", True)
    ]
    assert "HEARD_KEYS is not set" in heard("make", ends=1).output
    settings.KEYS = at
    assert "no file is there" in heard("encrypt", ends=1).output
    assert "no file is there" in findings()["keys"].sentence + findings()["keys"].remedy
    heard("make")
    assert "is there already" in heard("make", ends=1).output
    [first] = ring.read(at).by_id
    assert under(at) == {"": 4}
    assert {code for code, finding in findings().items() if finding.severity == "error"} == {"keys-escrow"}
    assert "5 files or second factors" in findings()["keys-clear"].sentence
    heard("encrypt")
    assert under(at) == {first: 4}
    assert contents(files) == set(WORDS)
    assert not [attachment for attachment in files if b"afraid" in attachment.path.read_bytes()]

    heard("add")
    second = ring.read(at).first.id
    assert findings()["keys-rotate"].severity == "warning"
    assert "heard keys rotate" in heard("retire", first, ends=1).output
    before = [attachment.path.read_bytes() for attachment in files]
    heard("rotate")
    assert under(at) == {second: 4}
    assert all(
        attachment.path.read_bytes()[144:] == was[144:] for attachment, was in zip(files, before, strict=True)
    )
    assert contents(files) == set(WORDS)
    assert "heard keys escrow" in heard("retire", first, ends=1).output, "backups of before still need it"
    (cora, _cora), (dele, deles) = identity(tmp_path, "cora"), identity(tmp_path, "dele")
    assert (
        "two people"
        in heard(
            "escrow", "--to", str(tmp_path), "--recipient", cora, "--recipient", f" {cora}", ends=2
        ).output
    )
    heard("escrow", "--to", str(tmp_path / "out"), "--recipient", cora, "--recipient", dele)
    [escrowed] = (tmp_path / "out").iterdir()
    assert escrowed.stat().st_mode & 0o077 == 0
    assert b"keys" not in escrowed.read_bytes()
    heard("retire", first)
    assert list(ring.read(at).by_id) == [second]
    assert "encrypts what comes" in heard("retire", second, ends=1).output
    assert findings() == {}

    at.unlink()
    lost = heard("list", ends=1)
    assert f"The key {second} is not there." in lost.output
    assert "no file is there" in findings()["keys"].sentence + findings()["keys"].remedy
    assert (
        "another one, or it is damaged"
        in heard(
            "add", "--from", str(escrowed), "--identity", str(identity(tmp_path, "nobody")[1]), ends=1
        ).output
    )
    assert "no file of keys" in heard("add", "--from", str(tmp_path / "cora"), ends=1).output
    heard("add", "--from", str(escrowed), "--identity", str(deles))
    assert list(ring.read(at).by_id) == [second, first], "the newest is still the one that encrypts"
    assert contents(files) == set(WORDS)
    assert findings() == {}
    verbs = list(
        AuditRow.objects.filter(subject="key", actor="heard").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["make", "add", "rotate", "escrow", "retire", "bring back", "bring back"]


@pytest.mark.parametrize("command", ["encrypt", "rotate"])
def test_it_is_broken_off_and_goes_on(
    files: list[Attachment], at: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    first = ring.make(at).first.id
    if command == "rotate":
        heard("encrypt")
        ring.add(at)
    wanted = ring.read(at).first.id
    real, count = os.fsync, []

    def power(handle: int) -> None:
        count.append(handle)
        if len(count) > 6:
            raise KeyboardInterrupt
        real(handle)

    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", power)
        two = ["--emergency", "A trial"] if command in TAKES_TWO else []
        assert CliRunner().invoke(keys, [command, *two]).exit_code == 1
    halfway = under(at)
    assert 0 < halfway.get(wanted, 0) < 4, halfway
    assert set(halfway) == {wanted, first if command == "rotate" else ""}
    assert contents(files) == set(WORDS)
    heard(command)
    assert under(at) == {wanted: 4}
    assert contents(files) == set(WORDS)
    assert not [path for path in files[0].path.parent.iterdir() if "." in path.name]


def test_what_cannot_be_done_is_named_and_holds_up_nothing_else(files: list[Attachment], at: Path) -> None:
    ring.make(at)
    files[0].path.write_bytes(b"other words")
    files[1].path.unlink()
    done = heard("encrypt", ends=1)
    assert f"Left: attachments/{files[0].pk.hex}: it is not as it was kept" in done.output
    assert f"Left: attachments/{files[1].pk.hex}: it is missing" in done.output
    assert contents(files[2:]) <= set(WORDS)
    assert not [attachment for attachment in files[2:] if not kept.key_ids(attachment.path)]
    at.rename(at.with_name("away"))
    ring.make(at)
    lost = heard("rotate", ends=1)
    assert (
        len(re.findall(r"Left: attachments/\w+: The key \w{16} is not in the file of keys", lost.output)) == 2
    )
    assert next(finding.code for finding in doctor._keys()) == "keys-lacking"


def test_once_all_is_encrypted_a_file_in_clear_is_none_of_the_sites(
    files: list[Attachment], at: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever can write to the folder and to the database, and has no key, puts nothing in the place of what was kept."""
    heard("make")
    [lies] = {
        attachment.path: attachment for attachment in files if storing.take(attachment).read() == WORDS[0]
    }.values()
    heard("encrypt")
    lies.path.write_bytes(WORDS[0])
    with pytest.raises(storing.Changed):
        storing.take(lies)
    assert ring.add(at).sealed_since == ring.read(at).sealed_since != ""
    heard("encrypt")  # such as out of a backup of before: whoever looks after Heard says so
    assert contents(files) == set(WORDS)
    opened = storing.take(lies)
    lies.path.write_bytes(WORDS[0])
    with pytest.raises(storing.Changed):
        opened.read()


def test_a_copy_that_does_not_read_as_it_was_written_counts_for_none(
    at: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring.make(at)
    (cora, _file), (dele, _other) = identity(tmp_path, "cora"), identity(tmp_path, "dele")
    to = ("escrow", "--to", str(tmp_path / "stick"), "--recipient", cora, "--recipient", dele)

    @contextmanager
    def half(out: Path) -> Iterator[BytesIO]:
        yield (file := BytesIO())
        out.parent.mkdir(exist_ok=True)
        out.write_bytes(file.getvalue()[:-1])

    monkeypatch.setattr("heard.config.keys.cli.written_whole", half)
    assert "does not read as it was written" in heard(*to, ends=1).output
    assert ring.read(at).first.escrowed == ()
    monkeypatch.undo()


def test_a_key_that_comes_while_copies_are_written_stays(at: Path) -> None:
    ring.make(at)
    read = ring.escrowed(ring.read(at), ["age1cora", "age1dele"])
    new = ring.add(at).first
    ring.note_escrow(at, read)
    assert [(key.id == new.id, len(key.escrowed)) for key in ring.read(at).keys] == [(True, 0), (False, 2)]


def test_no_key_is_taken_out_while_a_file_is_missing_or_kept_without_a_row(
    files: list[Attachment], at: Path, settings: Any, tmp_path: Path
) -> None:
    ring.make(at)
    first = ring.read(at).first.id
    heard("encrypt")
    beside = files[0].path.with_name("kept before its row")
    beside.write_bytes(files[0].path.read_bytes())
    heard("add")
    heard("rotate")
    assert "Something is still encrypted" in heard("retire", first, ends=1).output
    beside.unlink()
    files[0].path.rename(tmp_path / "elsewhere")
    assert "Files are missing" in heard("retire", first, ends=1).output


def test_what_is_taken_out_meanwhile_holds_up_nothing(
    files: list[Attachment], at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring.make(at)
    listed = [*encrypted.STORES[0].files()]
    gone = Attachment.objects.get(pk=listed[0].row)
    Attachment.objects.filter(pk=gone.pk).delete()
    monkeypatch.setattr(encrypted, "STORES", (replace(encrypted.STORES[0], files=lambda: iter(listed)),))
    heard("encrypt")
    assert not [
        attachment for attachment in files if attachment.pk != gone.pk and not kept.key_ids(attachment.path)
    ]


def test_two_at_once_do_not_write_one_front(files: list[Attachment], at: Path, settings: Any) -> None:
    import fcntl

    ring.make(at)
    with (settings.DATA / "keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Another heard keys is at work" in heard("encrypt", ends=1).output


def test_the_doctor_finds_keys_beside_what_they_encrypt_or_open_to_others(
    world: World, at: Path, settings: Any
) -> None:
    settings.KEYS = settings.DATA / "keys"
    ring.make(settings.KEYS)
    settings.KEYS.chmod(0o640)
    assert {"keys-place", "keys-mode"} <= findings().keys()


def test_one_file_is_taken_out_with_a_reason(files: list[Attachment], at: Path, tmp_path: Path) -> None:
    heard("make")
    heard("encrypt")
    name, out = f"attachments/{files[0].pk.hex}", tmp_path / "out"
    heard("open", name, "--to", str(out), typed="The police ask for it\n")
    assert out.read_bytes() in WORDS
    assert out.stat().st_mode & 0o077 == 0
    assert AuditRow.objects.get(verb="take out").reason == "The police ask for it"
    for wrong in ("attachments/none", f"packs/{files[0].pk.hex}", "quarantine/../keys", "etc"):
        assert (
            "No file is called"
            in heard("open", wrong, "--to", str(tmp_path / "x"), "--reason", "x", ends=1).output
        )
    assert "is there already" in heard("open", name, "--to", str(out), "--reason", "x", ends=1).output
    assert not (tmp_path / "x").exists()
