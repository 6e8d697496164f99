"""A local procedure comes as a link, or as a PDF that is attached, checked and kept as every file is."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from tests.cases.attachment.samples import pdf, picture, upload
from tests.conftest import World
from tests.services.test_directory import procedure

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden
from heard.cases.attachment import actions as attaching
from heard.cases.attachment.models import Attachment
from heard.insight.digest.queries import procedures_to_name
from heard.services import actions
from heard.services.models import Procedure, ProcedureEdition, ProcedureReading
from heard.services.queries import edition_for, procedures_found


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "attachments"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(**more: Any) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=90)
    said = {
        "title": "Going missing",
        "whom_for": "everybody",
        "beside": ["interview"],
        "edition": "1",
        "link": "",
    }
    return said | {"review_on-day": day.day, "review_on-month": day.month, "review_on-year": day.year} | more


def test_a_procedure_is_added_with_its_pdf_alone_and_whoever_is_signed_in_reads_it(
    world: World, folder: Path
) -> None:
    keeper = client_of(world.coordinator)
    at = reverse("procedure_add")
    assert "Enter the address where it can be read, or attach its PDF" in keeper.post(at, sent()).text
    page = keeper.post(at, sent(file=upload(pdf("Ring first."), "who-wrote-it.pdf")), follow=True).text
    this = Procedure.objects.get()
    edition = this.editions.get()
    assert (edition.link, edition.file_id) == ("", Attachment.objects.get().pk)
    link = f'href="{reverse("procedure_file", args=[this.pk])}?edition={edition.pk}"'
    assert link in page
    assert "Read edition 1 (PDF)" in page
    assert [path.name for path in folder.iterdir()] == [edition.file_id.hex]
    for user in (world.teacher, world.board_member, world.administrator, world.officer):
        client = client_of(user)
        answer = client.get(reverse("procedure_file", args=[this.pk]))
        content = b"".join(answer.streaming_content)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), user
        assert "attachment" in answer["Content-Disposition"]
        assert len(PdfReader(BytesIO(content)).pages) > 0
        assert client.post(at, sent(title="Mine")).status_code == 404
    assert AuditRow.objects.filter(verb="download", subject_id=str(edition.file_id)).count() == 4
    assert client_of(world.social_worker).get(reverse("procedures")).text.count(link) == 1
    assert Client().get(reverse("procedure_file", args=[this.pk])).status_code == 302


def test_each_edition_has_its_own_and_the_one_before_stays_readable(world: World) -> None:
    this = procedure(world, title="How we plan", link="https://p.example/1")
    first = this.editions.get()
    client = client_of(world.coordinator)
    with pytest.raises(Hidden):
        edition_for(world.teacher, this.pk, "")
    said = sent(
        edition="2",
        what_changed="Whom to ring",
        link="https://p.example/2",
        file=upload(pdf("Ring first."), "a.pdf"),
    )
    page = client.post(reverse("procedure_edition", args=[this.pk]), said, follow=True).text
    second = this.editions.get(edition="2")
    assert 'href="https://p.example/2"' in page
    assert f"?edition={second.pk}" in page
    at = reverse("procedure_file", args=[this.pk])
    other = procedure(world, title="Another").editions.get()
    for edition, status in (
        (second.pk, 200),
        ("", 200),
        (first.pk, 404),
        (other.pk, 404),
        ("x", 404),
        ("9" * 30, 404),
    ):
        assert client.get(at, {"edition": edition}).status_code == status, edition
    with pytest.raises(Hidden):  # one edition has one PDF, and it is not changed
        attaching.attach(
            by=world.coordinator, upload=upload(pdf("Ring last."), "b.pdf"), edition_id=second.pk
        )
    with pytest.raises(Hidden):
        attaching.attach(by=world.teacher, upload=upload(pdf("Ring last."), "b.pdf"), edition_id=first.pk)
    withdraw = reverse("attachment_withdraw", args=[second.file_id])
    assert client.get(withdraw).status_code == 404


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (picture(), "Choose a PDF"),
        (b"%PDF-1.4 and no more", "This file is broken"),
        (pdf("Ring first.", password="secret"), "password"),
    ],
    ids=["a picture", "broken", "locked"],
)
def test_what_is_not_taken_leaves_no_procedure_edition_or_file(
    world: World, folder: Path, content: bytes, says: str
) -> None:
    client, this = client_of(world.coordinator), procedure(world, title="How we plan")
    for at, said in (
        (reverse("procedure_add"), sent(title="Another")),
        (reverse("procedure_edition", args=[this.pk]), sent(edition="2", what_changed="All of it")),
    ):
        page = client.post(at, said | {"file": upload(content, "a.pdf")}).text
        assert says in page, at
        assert "Error" in page
    assert list(Procedure.objects.all()) == [this]
    assert ProcedureEdition.objects.get().procedure == this
    assert not Attachment.objects.exists()
    assert not folder.exists() or not list(folder.iterdir())


def test_until_its_pdf_is_checked_the_edition_before_stands_and_a_fault_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, this = client_of(world.teacher), procedure(world, title="How we plan")
    first = ProcedureEdition.objects.get()
    actions.mark_read(by=world.teacher, procedure_id=this.pk, edition_id=first.pk)
    seen: list[tuple[str, int]] = []

    def break_down(**_said: Any) -> None:
        [now] = procedures_to_name(world.analyst)
        new = client.get(reverse("procedure", args=[procedures_found(world.teacher).first().pk]))
        seen.append((now["edition"], new.status_code))
        raise RuntimeError

    monkeypatch.setattr("heard.services.actions.import_string", lambda _name: break_down)
    said = {"edition": "2", "link": "", "review_on": timezone.localdate() + timedelta(days=9)}
    with pytest.raises(RuntimeError):
        actions.add_edition(
            by=world.coordinator,
            procedure_id=this.pk,
            what_changed="All",
            upload=upload(pdf("Ring."), "a.pdf"),
            **said,
        )
    assert seen == [("1", 200)]
    assert list(ProcedureEdition.objects.all()) == [first]
    assert ProcedureReading.objects.filter(edition=first).count() == 1


def test_a_digest_names_one_that_is_a_pdf_alone_without_a_link(world: World, settings: Any) -> None:
    this = procedure(world, title="How we plan", link="", upload=upload(pdf("Ring first."), "a.pdf"))
    [named] = procedures_to_name(world.analyst)
    assert named == {"procedure": str(this.pk), "title": "How we plan", "edition": "1", "link": ""}
