"""Files hang on records: who may add, fetch and withdraw one, and what each leaves behind."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from tests.cases.attachment.samples import pdf, picture, picture_from_a_telephone, upload, word
from tests.conftest import World

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.attachment import actions, queries
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.rules import ABOUT
from heard.cases.concern.models import Concern
from heard.network import actions as network
from heard.network.models import Person


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "attachments"


@pytest.fixture
def child(world: World) -> Person:
    """Known to the school alone."""
    return network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")


def test_a_file_is_kept_under_a_name_that_says_nothing(world: World, child: Person, folder: Path) -> None:
    attachment = actions.attach(
        by=world.teacher,
        upload=upload(picture_from_a_telephone(), "Amira at home.png"),
        what="A photo",
        person_id=child.pk,
    )
    assert (attachment.name, attachment.kind, attachment.what) == ("Amira at home.jpg", "jpeg", "A photo")
    [stored] = folder.iterdir()
    assert stored.name == attachment.pk.hex
    assert b"Some maker" not in stored.read_bytes()
    assert stored.stat().st_size == attachment.size
    [row] = AuditRow.objects.filter(subject="attachment")
    assert (row.verb, row.person_id, row.detail) == ("attach", child.pk, {"kind": "jpeg"})


def test_neither_name_nor_declared_type_make_a_file_what_it_is_not(world: World, child: Person) -> None:
    letter = upload(pdf("She was afraid"), "photo.jpg", "image/jpeg")
    attachment = actions.attach(by=world.teacher, upload=letter, person_id=child.pk)
    assert (attachment.name, attachment.kind, attachment.text) == ("photo.pdf", "pdf", "She was afraid")
    with pytest.raises(Refused, match="not taken"):
        actions.attach(by=world.teacher, upload=upload(b"MZ\0\0", "photo.jpg"), person_id=child.pk)
    with pytest.raises(Refused, match="empty"):
        actions.attach(by=world.teacher, upload=upload(b"", "photo.jpg"), person_id=child.pk)


def test_too_large_and_too_many_are_refused(world: World, child: Person, settings: Any) -> None:
    settings.ATTACHMENTS_PER_RECORD = 1
    actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    with pytest.raises(Refused, match="the most"):
        actions.attach(by=world.teacher, upload=upload(b"Another"), person_id=child.pk)
    settings.ATTACHMENTS_PER_RECORD, settings.ATTACHMENT_MEGABYTES = 2, 1
    with pytest.raises(Refused, match="larger than 1 MB"):
        actions.attach(by=world.teacher, upload=upload(b"a" * 1_000_001), person_id=child.pk)
    assert Attachment.objects.count() == 1


def test_the_same_file_twice_is_said_and_not_refused(world: World, child: Person) -> None:
    note = {"by": world.teacher, "person_id": child.pk}
    first = actions.attach(upload=upload(b"A note"), **note)
    assert queries.same_file(world.teacher, first) is None
    second = actions.attach(upload=upload(b"A note", "again.txt"), **note)
    assert queries.same_file(world.teacher, second) == first


def test_whoever_may_not_see_the_record_neither_adds_nor_fetches(
    world: World, child: Person, folder: Path
) -> None:
    attachment = actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    for user in (world.officer, world.social_worker, world.analyst, world.administrator, world.board_member):
        with pytest.raises(Hidden):
            actions.attach(by=user, upload=upload(b"A note"), person_id=child.pk)
        with pytest.raises(Hidden):
            actions.open_attachment(by=user, attachment_id=attachment.pk)
        with pytest.raises(Hidden):
            actions.withdraw_attachment(by=user, attachment_id=attachment.pk, reason="x")
        assert not queries.attachments_visible_to(user).exists()
        assert not queries.texts_of(user, [attachment.pk])
    assert len(list(folder.iterdir())) == 1


def test_a_file_of_a_place_and_a_group_is_for_whoever_sees_them(world: World) -> None:
    place = network.add_place(by=world.officer, name="Arcade", kind="arcade")
    group = network.add_group(by=world.officer, name="The bench", kind="friends")
    actions.attach(by=world.officer, upload=upload(b"A note"), place_id=place.pk)
    actions.attach(by=world.officer, upload=upload(b"A note"), group_id=group.pk)
    assert queries.attachments_of(world.teacher, place_id=place.pk).count() == 1
    assert queries.attachments_of(world.teacher, group_id=group.pk).count() == 1
    assert not queries.attachments_of(world.analyst, group_id=group.pk).exists()


def test_a_file_of_a_worry_is_for_whoever_sees_that_worry(world: World, worry: Concern) -> None:
    attachment = actions.attach(by=world.teacher, upload=upload(word("She wrote this")), concern_id=worry.pk)
    opened, content = actions.open_attachment(by=world.coordinator, attachment_id=attachment.pk)
    assert (opened, content.read()) == (attachment, attachment.path.read_bytes())
    with pytest.raises(Hidden):
        actions.open_attachment(by=world.officer, attachment_id=attachment.pk)
    assert set(AuditRow.objects.filter(subject="attachment").values_list("person_id", flat=True)) == {
        worry.person_id
    }
    assert [attachment.pk for attachment in queries.attachments_around(world.teacher, worry.person_id)] == [
        attachment.pk
    ]


def test_a_file_of_the_childs_words_is_for_whoever_sees_the_child(world: World, worry: Concern) -> None:
    attachment = actions.attach(by=world.teacher, upload=upload(picture("PNG")), words_id=worry.words_id)
    assert attachment.child_id == worry.person_id
    assert not queries.attachments_visible_to(world.officer).exists()


def test_a_stage_of_which_nobody_said_who_sees_it_is_seen_by_nobody(
    world: World, worry: Concern, settings
) -> None:
    actions.attach(by=world.teacher, upload=upload(b"A note"), concern_id=worry.pk)
    settings.FILES_SEEN_THROUGH = {}
    assert not queries.attachments_visible_to(world.teacher).exists()
    with pytest.raises(Hidden):
        actions.attach(by=world.teacher, upload=upload(b"A note"), concern_id=worry.pk)


def test_looking_at_a_file_leaves_a_row(world: World, child: Person) -> None:
    attachment = actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    _row, content = actions.open_attachment(by=world.teacher, attachment_id=attachment.pk)
    assert content.read() == b"A note"
    assert AuditRow.objects.filter(verb="download", subject="attachment", person_id=child.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_withdrawn_leaves_its_row_and_the_reason(
    world: World, child: Person, folder: Path
) -> None:
    attachment = actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_attachment(by=world.teacher, attachment_id=attachment.pk, reason=" ")
    actions.withdraw_attachment(by=world.teacher, attachment_id=attachment.pk, reason="Another child’s")
    kept = Attachment.objects.get()
    assert (kept.name, kept.text, kept.withdrawn_reason) == ("photo.txt", "", "Another child’s")
    assert list(folder.iterdir()) == []
    with pytest.raises(Hidden):
        actions.open_attachment(by=world.teacher, attachment_id=attachment.pk)
    with pytest.raises(Refused, match="already"):
        actions.withdraw_attachment(by=world.teacher, attachment_id=attachment.pk, reason="Again")


def test_another_worker_does_not_withdraw_it_and_whoever_decides_does(world: World, child: Person) -> None:
    network.involve(by=world.teacher, person=child, agency=world.care, why="Helps")
    attachment = actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    with pytest.raises(Refused, match="Whoever attached"):
        actions.withdraw_attachment(by=world.social_worker, attachment_id=attachment.pk, reason="x")
    actions.withdraw_attachment(by=world.coordinator, attachment_id=attachment.pk, reason="Wrong child")


@pytest.mark.django_db(transaction=True)
def test_a_file_of_a_draft_is_its_writers_alone_and_goes_with_it(world: World, folder: Path) -> None:
    draft = begin_draft(by=world.teacher, kind="worry")
    attachment = actions.attach(by=world.teacher, upload=upload(b"A note"), draft_id=draft.pk)
    assert not queries.attachments_visible_to(world.coordinator).exists()
    with pytest.raises(Hidden):
        actions.attach(by=world.coordinator, upload=upload(b"A note"), draft_id=draft.pk)
    with pytest.raises(Hidden):
        actions.discard_file(by=world.coordinator, attachment_id=attachment.pk)
    actions.discard_files(by=world.coordinator, draft_id=draft.pk)
    assert Attachment.objects.exists()
    actions.discard_files(by=world.teacher, draft_id=draft.pk)
    assert not Attachment.objects.exists()
    assert list(folder.iterdir()) == []


def test_a_file_of_a_record_is_not_discarded(world: World, child: Person) -> None:
    attachment = actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    with pytest.raises(Refused, match="Withdraw it"):
        actions.discard_file(by=world.teacher, attachment_id=attachment.pk)


def test_a_file_hangs_on_one_record(world: World, child: Person) -> None:
    attachment = actions.attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    with pytest.raises(IntegrityError):
        Attachment.objects.filter(pk=attachment.pk).update(person=None)


def test_each_kind_of_record_has_a_field() -> None:
    assert {field.name for field in Attachment._meta.fields} >= set(ABOUT)
