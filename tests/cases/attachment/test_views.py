"""The pages of files over HTTP: attached by a form, saved and never drawn, withdrawn with a reason."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.cases.attachment.samples import pdf, picture, upload
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.cases.attachment.actions import attach
from heard.cases.attachment.models import Attachment
from heard.cases.concern.models import Concern
from heard.network import actions as network
from heard.network.models import Person


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "attachments"


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_file_is_attached_to_a_child_and_listed(world: World, child: Person) -> None:
    client = signed_in(world.teacher)
    page = reverse("attach_to_child", kwargs={"person_id": child.pk})
    assert "Choose a file" in client.post(page, {}).text
    assert "broken" in client.post(page, {"upload": upload(picture()[:50])}).text
    answer = client.post(
        page, {"upload": upload(picture(), "A letter.png"), "what": "What she wrote"}, follow=True
    )
    assert answer.request["PATH_INFO"] == reverse("attachments", kwargs={"person_id": child.pk})
    for text in ("The file is kept", "A letter.jpg", "What she wrote", "Picture (JPEG)"):
        assert text in answer.text
    again = client.post(page, {"upload": upload(picture(), "again.png")}, follow=True)
    assert "The same file was here already" in again.text


def test_a_file_is_saved_and_never_drawn(world: World, child: Person) -> None:
    attachment = attach(by=world.teacher, upload=upload(pdf("x"), "Amira Khan.pdf"), person_id=child.pk)
    answer = signed_in(world.teacher).get(reverse("attachment", kwargs={"attachment_id": attachment.pk}))
    assert answer.getvalue().startswith(b"%PDF")
    assert answer["Content-Length"] == str(attachment.size)
    assert answer["Content-Disposition"] == f'attachment; filename="heard-{attachment.pk.hex[:8]}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]


def test_html_is_saved_as_text(world: World, child: Person) -> None:
    bad = upload(b"<html><script>alert(1)</script></html>", "x.html", "text/html")
    attachment = attach(by=world.teacher, upload=bad, person_id=child.pk)
    answer = signed_in(world.teacher).get(reverse("attachment", kwargs={"attachment_id": attachment.pk}))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].endswith('.txt"')


def test_who_may_not_see_the_child_meets_pages_that_are_not_there(world: World, child: Person) -> None:
    attachment = attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    rows = AuditRow.objects.count()
    for user in (world.officer, world.analyst, world.administrator):
        client = signed_in(user)
        for name, keys in (
            ("attachment", {"attachment_id": attachment.pk}),
            ("attachment_withdraw", {"attachment_id": attachment.pk}),
            ("attachments", {"person_id": child.pk}),
            ("attach_to_child", {"person_id": child.pk}),
        ):
            assert client.get(reverse(name, kwargs=keys)).status_code == 404
            assert client.post(reverse(name, kwargs=keys), {"reason": "x"}).status_code in (404, 405)
    assert AuditRow.objects.count() == rows
    assert Attachment.objects.get().withdrawn_at is None


def test_a_file_whose_bytes_are_gone_is_said_to_be_missing(world: World, child: Person) -> None:
    attachment = attach(by=world.teacher, upload=upload(b"A note"), person_id=child.pk)
    attachment.path.unlink()
    assert (
        signed_in(world.teacher)
        .get(reverse("attachment", kwargs={"attachment_id": attachment.pk}))
        .status_code
        == 409
    )


def test_a_file_is_withdrawn_with_a_reason_that_stays(world: World, child: Person) -> None:
    attachment = attach(by=world.teacher, upload=upload(b"A note", "note.txt"), person_id=child.pk)
    client = signed_in(world.teacher)
    page = reverse("attachment_withdraw", kwargs={"attachment_id": attachment.pk})
    assert "Withdraw note.txt?" in client.get(page).text
    assert "Say why this file is withdrawn" in client.post(page, {"reason": ""}).text
    answer = client.post(page, {"reason": "It is another child’s"}, follow=True)
    assert "It is another child’s" in answer.text
    assert client.get(page).status_code == 302


def test_each_kind_of_record_takes_a_file_and_leads_back_to_its_page(world: World, worry: Concern) -> None:
    place = network.add_place(by=world.teacher, name="Arcade", kind="arcade")
    group = network.add_group(by=world.teacher, name="The bench", kind="friends")
    client = signed_in(world.teacher)
    for name, keys, back in (
        ("attach_to_place", {"place_id": place.pk}, reverse("place", kwargs={"place_id": place.pk})),
        ("attach_to_group", {"group_id": group.pk}, reverse("group", kwargs={"group_id": group.pk})),
        ("attach_to_worry", {"concern_id": worry.pk}, reverse("concern", kwargs={"concern_id": worry.pk})),
        (
            "attach_to_words",
            {"words_id": worry.words_id},
            reverse("child", kwargs={"person_id": worry.person_id}),
        ),
    ):
        assert client.get(reverse(name, kwargs=keys)).status_code == 200
        answer = client.post(reverse(name, kwargs=keys), {"upload": upload(b"A note")})
        assert answer.headers["Location"] == back


@pytest.mark.parametrize("files", [1, 12])
def test_the_list_of_files_asks_a_fixed_number_of_times(
    world: World, child: Person, files: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [
        Attachment(person=child, name=f"{n}.txt", kind="text", size=1, sha256="x", attached_by=world.teacher)
        for n in range(files)
    ]
    Attachment.objects.bulk_create(rows)
    client = signed_in(world.teacher)
    with django_assert_num_queries(16):  # eight of them are for what stands above every tab
        assert client.get(reverse("attachments", kwargs={"person_id": child.pk})).status_code == 200
