"""Attached files in their envelopes: what lies on the disk, what opens, and what becomes of it without the key."""

import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cases.attachment.samples import pdf, upload
from tests.conftest import World

from heard.agencies.envelopes import kept, ring
from heard.agencies.models import AuditRow
from heard.agencies.rules import Refused
from heard.cases.attachment import actions, queries, storing
from heard.cases.attachment.models import Attachment
from heard.network import actions as network
from heard.network.models import Person

WORDS = "She was afraid of the man with the car. " * 5000  # some parts of an envelope


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path / "data"
    settings.KEYS = tmp_path / "etc" / "keys"
    ring.make(settings.KEYS)
    return settings.DATA / "attachments"


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")


@pytest.fixture
def attachment(world: World, child: Person) -> Attachment:
    return actions.attach(by=world.teacher, upload=upload(WORDS.encode(), "note.txt"), person_id=child.pk)


def opened(world: World, attachment: Attachment) -> bytes:
    return actions.open_attachment(by=world.teacher, attachment_id=attachment.pk)[1].read()


def in_clear(attachment: Attachment) -> bytes:
    """As a file of before there were keys."""
    content = kept.whole(attachment.path, storing.of_row(attachment.pk)).read()
    attachment.path.write_bytes(content)
    return content


def test_nothing_of_a_file_lies_on_the_disk_and_it_comes_back_to_the_byte(
    world: World, attachment: Attachment, client: Client, settings: Any
) -> None:
    lies = attachment.path.read_bytes()
    assert b"afraid" not in lies
    assert len(lies) > attachment.size
    assert kept.key_ids(attachment.path) == [ring.read(settings.KEYS).first.id]
    assert attachment.path.stat().st_mode & 0o077 == 0
    client.force_login(world.teacher)
    answer = client.get(f"/files/{attachment.pk}/")
    content = answer.getvalue()
    assert content == WORDS.encode()
    assert answer["Content-Length"] == str(len(content)) == str(attachment.size)
    assert "afraid" in queries.texts_of(world.teacher, [attachment.pk])[attachment.pk], (
        "the text for searching is in the database"
    )


def test_of_a_file_no_more_than_two_parts_are_ever_in_memory(attachment: Attachment) -> None:
    content = storing.take(attachment)
    pieces = [len(piece) for piece in content]
    assert len(pieces) > 2
    assert max(pieces) <= kept.PART
    assert sum(pieces) == attachment.size


def test_a_file_in_the_place_of_another_is_not_given(
    world: World, child: Person, attachment: Attachment
) -> None:
    """Not even by somebody who changes what the database knows of its bytes."""
    other = network.add_person(by=world.teacher, given_name="Sol", family_name="Wright")
    theirs = actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=other.pk)
    theirs.path.write_bytes(attachment.path.read_bytes())
    Attachment.objects.filter(pk=theirs.pk).update(kept_sha256=attachment.kept_sha256, size=attachment.size)
    with pytest.raises(Refused, match="not any more what was attached"):
        opened(world, theirs)
    Attachment.objects.filter(pk=theirs.pk).update(kept_sha256="")
    with pytest.raises(Refused, match="not any more what was attached"):
        opened(world, theirs)
    assert opened(world, attachment) == WORDS.encode()


@pytest.mark.parametrize("place", [10, 200, 70_000, -3])
def test_one_changed_byte_and_it_is_not_given(world: World, attachment: Attachment, place: int) -> None:
    content = bytearray(attachment.path.read_bytes())
    content[place] ^= 1
    attachment.path.write_bytes(content)
    with pytest.raises(Refused):
        opened(world, attachment)
    assert (
        AuditRow.objects.filter(verb__in=["find changed", "find without key"], subject="attachment").count()
        == 1
    )


def test_a_file_that_changes_while_it_is_given_does_not_end(attachment: Attachment) -> None:
    in_clear(attachment)
    content = iter(storing.take(attachment))
    next(content)
    with attachment.path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"!")
    with pytest.raises(storing.Changed):
        list(content)


def test_without_the_key_it_is_said_in_words_and_comes_back_with_it(
    world: World,
    child: Person,
    attachment: Attachment,
    client: Client,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    key_id, away = ring.read(settings.KEYS).first.id, settings.KEYS.with_name("away")
    client.force_login(world.teacher)
    settings.KEYS.rename(away)
    for lost in ("the file", "the setting", "the key"):
        path = settings.KEYS
        if lost == "the setting":
            settings.KEYS = None
        elif lost == "the key":
            ring.make(path)
        page = client.get(f"/files/{attachment.pk}/")
        assert page.status_code == 409, lost
        assert "it is encrypted, and its key is not where Heard looks for it" in page.text
        assert lost != "the key" or key_id in caplog.text
        found = actions.check_all_files(by=None)
        assert (found.locked, found.changed, found.missing) == ([str(attachment.pk)], [], []), lost
        settings.KEYS = path
        caplog.clear()
    settings.KEYS.unlink()
    with pytest.raises(Refused, match="its keys are not where they should be"):
        actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    assert Attachment.objects.count() == 1, "what is to be encrypted is never kept in clear"
    assert [path.name for path in attachment.path.parent.iterdir()] == [attachment.path.name]
    away.rename(settings.KEYS)
    assert opened(world, attachment) == WORDS.encode()
    assert AuditRow.objects.filter(verb="find without key", person_id=child.pk).count() == 6


def test_what_begins_as_an_envelope_and_was_kept_in_clear_is_given_as_it_is(
    world: World, child: Person, settings: Any
) -> None:
    keys, settings.KEYS = settings.KEYS, None
    content = b"\x89HEARD\x1a\x01" + bytes(300)
    row = actions.attach(by=world.teacher, upload=upload(content), person_id=child.pk, may_show_abuse=True)
    assert storing.take(row).read() == content
    settings.KEYS = keys
    assert storing.take(row).read() == content


def test_a_file_of_before_is_read_and_then_encrypted_as_long_as_it_is_what_it_was(
    world: World, child: Person, attachment: Attachment
) -> None:
    content = in_clear(attachment)
    assert opened(world, attachment) == content
    changed = actions.attach(by=world.teacher, upload=upload(pdf("other words")), person_id=child.pk)
    changed.path.write_bytes(b"other words")
    assert actions.encrypt_file(by=None, attachment_id=attachment.pk) is True
    assert actions.encrypt_file(by=None, attachment_id=attachment.pk) is False
    assert content[:50] not in attachment.path.read_bytes()
    assert opened(world, attachment) == content
    with pytest.raises(storing.Changed):
        actions.encrypt_file(by=None, attachment_id=changed.pk)
    assert not [path for path in attachment.path.parent.iterdir() if "." in path.name]


def test_a_file_that_is_withdrawn_while_it_is_encrypted_does_not_come_back(
    attachment: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = in_clear(attachment)
    real = kept._write

    def meanwhile(*args: Any) -> None:
        real(*args)
        Attachment.objects.filter(pk=attachment.pk).update(
            kept_sha256="0" * 64
        )  # such as what was released from being set aside

    monkeypatch.setattr(kept, "_write", meanwhile)
    assert actions.encrypt_file(by=None, attachment_id=attachment.pk) is False
    assert attachment.path.read_bytes() == content
    assert [path.name for path in attachment.path.parent.iterdir()] == [attachment.path.name]


def test_whatever_breaks_off_the_file_is_there(
    world: World, attachment: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = in_clear(attachment)
    for name in ("unlink", "replace"):
        with monkeypatch.context() as broken:
            broken.setattr(Path, name, _killed)
            with pytest.raises(KeyboardInterrupt):
                actions.encrypt_file(by=None, attachment_id=attachment.pk)
        assert opened(world, attachment) == content
    assert actions.encrypt_file(by=None, attachment_id=attachment.pk) is True
    assert opened(world, attachment) == content


def _killed(*_args: Any, **_more: Any) -> None:
    raise KeyboardInterrupt


def test_a_disk_that_fails_takes_nothing_of_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "one"
    kept.put(path, [b"before"], "attachment one")
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", _full)
        with pytest.raises(OSError, match="full"):
            kept.put(path, [b"after"], "attachment one")
    assert kept.whole(path, "attachment one").read() == b"before"
    assert [path.name for path in folder.iterdir()] == ["one"]


def _full(_handle: int) -> None:
    raise OSError(28, "the disk is full")


def test_what_clamav_found_lies_encrypted_too(
    world: World, child: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLAMD, settings.QUARANTINE = "/nowhere", True
    monkeypatch.setattr(actions.scanning, "finds", lambda *_about: True)
    with pytest.raises(Refused, match="harmful software"):
        actions.attach(by=world.teacher, upload=upload(b"X" * 100), person_id=child.pk)
    [kept_file] = queries.kept_in_quarantine(None)
    assert b"XXXX" not in kept_file.path.read_bytes()
    assert kept.whole(kept_file.path, kept_file.about).read() == b"X" * 100
    settings.KEYS = settings.KEYS.with_name("lost")
    with pytest.raises(Refused, match="harmful software"):
        actions.attach(by=world.teacher, upload=upload(b"Y" * 100), person_id=child.pk)
    assert [row.detail for row in AuditRow.objects.filter(verb="refuse harmful file").order_by("pk")] == [
        {"quarantine": kept_file.path.name},
        {"quarantine": ""},
    ]


def test_taking_a_file_out_needs_a_reason_and_stands_in_the_record(
    world: World, child: Person, attachment: Attachment
) -> None:
    with pytest.raises(Refused, match="Say why"):
        actions.take_out(by=None, attachment_id=attachment.pk, reason=" ")
    with pytest.raises(LookupError):
        actions.take_out(by=None, attachment_id=uuid.uuid4(), reason="The police ask for it")
    content = actions.take_out(by=None, attachment_id=attachment.pk, reason="The police ask for it")
    assert content.read() == WORDS.encode()
    row = AuditRow.objects.get(verb="take out")
    assert (row.person_id, row.actor, row.reason) == (child.pk, "heard", "The police ask for it")
