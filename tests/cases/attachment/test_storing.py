"""A file is there whole or not at all, and is handed out only as it was put there."""

import errno
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.cases.attachment.samples import pdf, picture_from_a_telephone, upload
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.rules import Refused
from heard.cases.attachment import actions, storing
from heard.cases.attachment.cli import check_files
from heard.cases.attachment.models import Attachment
from heard.network import actions as network
from heard.network.models import Person


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "attachments"


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")


@pytest.fixture
def attachment(world: World, child: Person) -> Attachment:
    return actions.attach(by=world.teacher, upload=upload(picture_from_a_telephone()), person_id=child.pk)


def test_bytes_are_on_the_disk_before_they_have_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    path = tmp_path / "attachments" / "one"
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append(("fsync", path.exists())), real(handle))[1])
    storing.put(path, b"words", "attachment one")
    assert seen == [("fsync", False), ("fsync", True)]
    assert [one.name for one in path.parent.iterdir()] == ["one"]


def test_nothing_is_kept_where_the_disk_of_files_is_not_mounted(
    world: World, child: Person, attachment: Attachment, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It would lie beneath what is mounted later, and be hidden by it."""
    for mount_point in (False, True):
        folder.rename(folder.with_name("elsewhere"))
        if mount_point:
            folder.mkdir()
        with pytest.raises(Refused, match="the place in which Heard keeps files is not there"):
            actions.attach(by=world.teacher, upload=upload(pdf("She was afraid")), person_id=child.pk)
        assert not folder.exists() or not list(folder.iterdir())
        assert Attachment.objects.count() == 1
        assert "Mount its disk" in caplog.text
        if mount_point:
            folder.rmdir()
        folder.with_name("elsewhere").rename(folder)
    actions.attach(by=world.teacher, upload=upload(pdf("She was afraid")), person_id=child.pk)
    assert Attachment.objects.count() == 2


def test_an_empty_folder_that_should_be_empty_takes_a_file(
    world: World, child: Person, attachment: Attachment, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_attachment(by=world.teacher, attachment_id=attachment.pk, reason="The wrong child")
    assert not list(folder.iterdir())
    kept = actions.attach(by=world.teacher, upload=upload(pdf("She was afraid")), person_id=child.pk)
    assert kept.path.exists()


def test_a_full_disk_leaves_no_half_file_and_no_row(
    world: World, child: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="The file is not attached"):
        actions.attach(by=world.teacher, upload=upload(pdf("She was afraid")), person_id=child.pk)
    assert list(folder.iterdir()) == []
    assert not Attachment.objects.exists()
    assert not AuditRow.objects.filter(subject="attachment").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a small disk")
def test_a_disk_that_is_really_full(world: World, child: Person, folder: Path) -> None:
    import subprocess

    folder.mkdir()
    made = subprocess.run(
        ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(folder)], check=False
    )
    if made.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        with pytest.raises(Refused, match="The file is not attached"):
            actions.attach(
                by=world.teacher, upload=upload(("She was afraid. " * 4000).encode()), person_id=child.pk
            )
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run(["/usr/bin/umount", str(folder)], check=True)


def test_changed_bytes_are_refused_told_and_written_down(
    world: World, attachment: Attachment, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    content = bytearray(attachment.path.read_bytes())
    content[len(content) // 2] ^= 1
    attachment.path.write_bytes(content)
    client.force_login(world.teacher)
    page = client.get(f"/files/{attachment.pk}/")
    assert page.status_code == 409
    assert "it is not any more what was attached" in page.text
    assert bytes(content) != page.content
    verbs = list(AuditRow.objects.filter(subject="attachment").values_list("verb", flat=True))
    assert verbs == ["find changed", "attach"]
    assert "not as they were kept" in caplog.text
    assert "Amira" not in caplog.text


def test_missing_bytes_are_told_and_written_down(
    world: World, attachment: Attachment, client: Client
) -> None:
    attachment.path.unlink()
    client.force_login(world.teacher)
    page = client.get(f"/files/{attachment.pk}/")
    assert (page.status_code, "its bytes are not where they were put" in page.text) == (409, True)
    assert AuditRow.objects.filter(verb="find missing").count() == 1


def test_whoever_may_not_see_the_file_learns_nothing_of_its_state(
    world: World, attachment: Attachment, client: Client
) -> None:
    Person.objects.filter(pk=attachment.person_id).update(restricted=True)
    attachment.path.unlink()
    client.force_login(world.officer)
    assert client.get(f"/files/{attachment.pk}/").status_code == 404
    assert not AuditRow.objects.filter(verb="find missing").exists()


def test_whole_bytes_are_given(world: World, attachment: Attachment) -> None:
    _row, content = actions.open_attachment(by=world.teacher, attachment_id=attachment.pk)
    assert storing.fingerprint(content.read()) == attachment.kept_sha256 != attachment.sha256


def test_the_check_finds_missing_and_changed_and_removes_leftovers(
    world: World, child: Person, folder: Path, attachment: Attachment
) -> None:
    changed, missing = (
        actions.attach(by=world.teacher, upload=upload(pdf(words)), person_id=child.pk)
        for words in ("one", "two")
    )
    changed.path.write_bytes(b"other")
    missing.path.unlink()
    for name, age in (("0" * 32, 2 * 86_400), ("1" * 32 + ".part", 2 * 86_400), ("2" * 32, 60)):
        (folder / name).write_bytes(b"left")
        os.utime(folder / name, (time.time() - age, time.time() - age))
    done = CliRunner().invoke(check_files, ["--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {
        "checked": 3,
        "missing": [str(missing.pk)],
        "changed": [str(changed.pk)],
        "without key": [],
        "leftovers removed": 2,
    }
    assert {path.name for path in folder.iterdir()} == {
        attachment.path.name,
        changed.path.name,
        "2" * 32,
    }
    assert AuditRow.objects.filter(verb__startswith="find", actor="heard").count() == 2


def test_the_check_of_a_sound_folder_ends_with_0(attachment: Attachment) -> None:
    assert CliRunner().invoke(check_files, []).exit_code == 0


def test_where_the_folder_cannot_be_written_down_no_file_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows the renaming fails: whoever asked is told that it was not kept, and so it is not."""
    path, real, times = tmp_path / "attachments" / "one", os.fsync, iter(range(9))

    def second_fails(handle: int) -> None:
        if next(times):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(OSError, match="No space"):
        storing.put(path, b"words", "attachment one")
    assert not list(path.parent.iterdir())
