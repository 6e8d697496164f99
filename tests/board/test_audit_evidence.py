"""What shows an answer in an audit: documents, numbers and sets of records, who attaches, reads and withdraws them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.board.test_audits import answer, lead, met, opened
from tests.cases.attachment.samples import pdf, upload
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.board import actions, queries, rules
from heard.board.models import AuditAnswer, AuditEvidence
from heard.cases.attachment import actions as attaching
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.queries import attachments_visible_to

__all__ = ["lead"]
TODAY = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "attachments"


def added(world: World, audit: Any, kind: str = "document", **more: Any) -> AuditEvidence:
    said: dict[str, Any] = {
        "requirement": "WT8", "agency": world.care, "what": "Minutes of the board", "of_day": timezone.localdate() - timedelta(days=9),
    }  # fmt: skip
    if kind == "document":
        said["upload"] = upload(pdf("Decided in a day"), "minutes.pdf")
    if kind == "number":
        said["number"] = 45
    return actions.add_evidence(by=world.coordinator, audit_id=audit.pk, kind=kind, **said | more)


@pytest.mark.parametrize(
    ("more", "why_not"),
    [
        ({}, None),
        ({"is_open": False}, "closed"),
        ({"has_to": False}, "not one that your agency answers"),
        ({"kind": "finding"}, "a document, a number or a set"),
        ({"what": " "}, "what the document is"),
        ({"of_day": None}, "the day that it is of"),
        ({"of_day": TODAY + timedelta(days=1)}, "has not come yet"),
        ({"has_file": False}, "the file of the document"),
        ({"number": 3}, "Only a number has a number"),
        ({"kind": "number"}, "Give the number"),
        ({"kind": "number", "number": 0}, "Only a document has a file"),
        ({"kind": "number", "number": 0, "has_file": False}, None),
        ({"kind": "records", "has_file": False}, None),
    ],
)
def test_what_evidence_needs(more: dict[str, Any], why_not: str | None) -> None:
    said: dict[str, Any] = {
        "is_open": True, "has_to": True, "kind": "document", "what": "Minutes", "number": None, "of_day": TODAY, "has_file": True,
        "today": TODAY,
    }  # fmt: skip
    found = rules.why_not_add_evidence(**said | more)
    assert (found is None) if why_not is None else (why_not in (found or ""))


@pytest.mark.parametrize(
    ("more", "field", "why_not"),
    [
        ({}, None, None),
        ({"evidence_on": TODAY}, None, None),
        ({"evidence_on": date(2000, 1, 1)}, None, None),
        ({"evidence": " ", "evidence_on": None}, "evidence", "and of which day"),
        ({"evidence": " ", "evidence_on": None, "attached": True}, None, None),
        ({"evidence": "", "evidence_on": None, "answer": "partly"}, None, None),
        ({"evidence": "", "answer": "partly"}, "evidence", "what is of that day, or leave the day empty"),
        ({"evidence": "", "attached": True}, "evidence", "what is of that day, or leave the day empty"),
        ({"evidence_on": None}, "evidence_on", "nobody knows how old it is"),
        ({"evidence_on": None, "answer": "cannot_tell"}, "evidence_on", "nobody knows how old it is"),
        ({"evidence_on": None, "attached": True}, "evidence_on", "nobody knows how old it is"),
        ({"evidence_on": TODAY + timedelta(days=1)}, "evidence_on", "has not come yet"),
        ({"evidence_on": date(1999, 12, 31)}, "evidence_on", "before 2000"),
        ({"is_open": False, "evidence_on": None}, None, "closed"),
    ],
)
def test_what_is_typed_is_of_a_day(more: dict[str, Any], field: str | None, why_not: str | None) -> None:
    said: dict[str, Any] = {
        "is_open": True, "has_to": True, "answer": "met", "why": "We looked", "evidence": "Ten records", "evidence_on": TODAY - timedelta(days=9),
        "today": TODAY,
    }  # fmt: skip
    found: Any = rules.why_not_answer(**said | more)
    assert (found is None) if why_not is None else (why_not in found)
    assert getattr(found, "field", None) == field


@pytest.mark.on_day(TODAY)
def test_the_day_of_what_is_typed_is_asked_on_the_page_and_read_with_the_answer(
    world: World, lead: User, client: Client
) -> None:
    audit = opened(world)
    client.force_login(world.coordinator)
    path = reverse("audit_answer", args=[audit.pk, "WT8"])
    told = {"agency": str(world.care.pk), "answer": "met", "why": "All but a few.", "evidence": "Ten records"}
    on = lambda day, month, year: {
        "evidence_on-day": day,
        "evidence_on-month": month,
        "evidence_on-year": year,
    }
    tomorrow = timezone.localdate() + timedelta(days=1)
    for day, why_not in (
        ({}, "nobody knows how old it is"),
        (on(str(tomorrow.day), str(tomorrow.month), str(tomorrow.year)), "has not come yet"),
        (on("31", "12", "1999"), "before 2000"),
    ):
        again = client.post(path, told | day)
        assert why_not in again.text
        assert "Ten records" in again.text, "nothing that was typed is lost"
        assert 'href="#id_evidence_on' in again.text
    assert not audit.answers.exists()
    page = client.post(path, told | on("3", "March", "2026"), follow=True).text
    shown = "What shows it: Ten records (as of 3 March 2026)"
    assert shown in page
    said = audit.answers.get()
    assert said.evidence_on == date(2026, 3, 3)
    client.force_login(lead)
    assert shown in client.get(reverse("audit_second", args=[said.pk])).text
    client.force_login(world.board_member)
    assert shown in client.get(reverse("audit_agency", args=[audit.pk, world.care.pk])).text
    for user in (world.social_worker, world.teacher, world.analyst, world.administrator):
        client.force_login(user)
        for name, keys in (("audit_requirement", ["WT8"]), ("audit_agency", [world.care.pk])):
            hidden = client.get(reverse(name, args=[audit.pk, *keys]))
            assert hidden.status_code == 404
            assert "Ten records" not in hidden.text


@pytest.mark.on_day(TODAY)
def test_an_answer_of_the_time_when_no_day_was_asked_says_so(world: World, client: Client) -> None:
    """Also once it is replaced: it stands among what was said before."""
    audit = opened(world)
    old = answer(world.coordinator, audit, "WT8", world.care, evidence="Ten records")
    AuditAnswer.objects.filter(pk=old.pk).update(evidence_on=None)
    client.force_login(world.board_member)
    path = reverse("audit_requirement", args=[audit.pk, "WT8"])
    shown = "What shows it: Ten records (no day was said)"
    assert shown in client.get(path).text
    assert met(world.coordinator, audit, "WT8")
    answer(world.coordinator, audit, "WT8", world.care, evidence="Twelve records")
    page = client.get(path).text
    assert page.index("Twelve records (as of 3 March 2026)") < page.index("What was said before")
    assert page.index("What was said before") < page.index(shown)


def test_what_is_attached_shows_that_it_is_met(world: World, lead: User) -> None:
    audit = opened(world)
    with pytest.raises(Refused, match="Say what shows it"):
        answer(world.coordinator, audit, "WT8", world.care, evidence="")
    evidence = added(world, audit, "number", what="Worries decided in a day, of 50")
    said = answer(world.coordinator, audit, "WT8", world.care, evidence="")
    assert met(world.coordinator, audit, "WT8")
    assert evidence.figure == "45"
    [shown] = queries.whole(lead, audit).row("WT8").shown_by(world.care)
    assert shown == evidence
    with pytest.raises(Refused, match="rests on this alone"):
        actions.withdraw_evidence(by=world.supervisor, evidence_id=evidence.pk, why="Counted twice")
    answer(world.coordinator, audit, "WT8", world.care, "partly", evidence="")
    actions.withdraw_evidence(by=world.supervisor, evidence_id=evidence.pk, why="Counted twice")
    assert AuditEvidence.objects.get(pk=evidence.pk).why_withdrawn == "Counted twice"
    with pytest.raises(Refused, match="Say what shows it"):
        answer(world.coordinator, audit, "WT8", world.care, evidence="")
    assert said.audit_id == audit.pk


def test_a_document_is_kept_read_by_the_second_reader_and_withdrawn(
    world: World, lead: User, client: Client, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    audit = opened(world)
    evidence, said = added(world, audit), answer(world.coordinator, audit, "WT8", world.care)
    [stored] = folder.iterdir()
    client.force_login(lead)
    page = client.get(reverse("audit_second", args=[said.pk])).text
    assert "Minutes of the board" in page
    path = reverse("audit_evidence_file", args=[evidence.pk])
    assert path in client.get(reverse("audit_evidence", args=[evidence.pk])).text
    got = client.get(path)
    assert b"".join(got.streaming_content) == stored.read_bytes()
    assert "attachment" in got["Content-Disposition"]
    file = Attachment.objects.get(evidence=evidence)
    assert AuditRow.objects.filter(subject="attachment", verb="download", subject_id=str(file.pk)).exists()
    client.force_login(world.board_member)  # sees no child's file, and this
    assert client.get(path).status_code == 200

    for user in (world.social_worker, world.teacher, world.analyst, world.administrator):
        client.force_login(user)
        for name in ("audit_evidence", "audit_evidence_file", "audit_evidence_withdraw"):
            assert client.get(reverse(name, args=[evidence.pk])).status_code == 404
        assert client.get(reverse("attachment", args=[file.pk])).status_code == 404
        assert not attachments_visible_to(user).exists()
        with pytest.raises(Hidden):
            actions.open_evidence(by=user, evidence_id=evidence.pk)
        with pytest.raises(Hidden):
            attaching.attach(by=user, upload=upload(b"Mine"), evidence_id=evidence.pk)
    client.force_login(lead)  # of another agency
    assert client.get(reverse("audit_evidence_withdraw", args=[evidence.pk])).status_code == 404
    with pytest.raises(Refused, match="Whoever answers for the agency"):
        actions.withdraw_evidence(by=lead, evidence_id=evidence.pk, why="We dispute it")
    client.force_login(world.coordinator)
    assert client.get(reverse("attachment_withdraw", args=[file.pk])).status_code == 404, (
        "only with what it shows"
    )

    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(
            reverse("audit_evidence_withdraw", args=[evidence.pk]), {"why": "Named somebody"}, follow=True
        )
    assert "Named somebody" in done.text
    assert list(folder.iterdir()) == []
    assert client.get(path).status_code == 404
    assert "Named somebody" in client.get(reverse("audit_evidence", args=[evidence.pk])).text
    file.refresh_from_db()
    assert (file.withdrawn_reason, file.sha256 != "") == ("Named somebody", True)


def test_of_a_document_that_is_not_taken_nothing_stays_but_the_trail(world: World, folder: Path) -> None:
    audit = opened(world)
    with pytest.raises(Refused, match="not taken"):
        added(world, audit, upload=upload(b"MZ\0\0", "minutes.pdf"))
    assert not AuditEvidence.objects.exists()
    assert not folder.exists() or not list(folder.iterdir())
    verbs = AuditRow.objects.filter(subject="self-audit").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["open", "add evidence", "discard evidence"]


def test_after_closing_nothing_is_attached_and_only_who_holds_audits_withdraws(
    world: World, lead: User, client: Client
) -> None:
    audit = opened(world)
    evidence = added(world, audit, "records", what="Ten closed cases of spring")
    with pytest.raises(Refused, match="not one that your agency answers"):
        actions.add_evidence(
            by=lead,
            audit_id=audit.pk,
            requirement="WT8",
            agency=world.police,
            kind="records",
            what="x",
            of_day=TODAY,
        )
    actions.close_audit(by=world.board_member, audit_id=audit.pk, found="Good.")
    client.force_login(world.coordinator)
    assert client.get(reverse("audit_evidence_add", args=[audit.pk, "WT8"])).status_code == 404
    with pytest.raises(Refused, match="closed"):
        added(world, audit, "records")
    with pytest.raises(Refused, match="afterwards the board"):
        actions.withdraw_evidence(by=world.supervisor, evidence_id=evidence.pk, why="Late")
    actions.withdraw_evidence(by=world.board_member, evidence_id=evidence.pk, why="It named a child")
    with pytest.raises(Refused, match="withdrawn already"):
        actions.withdraw_evidence(by=world.board_member, evidence_id=evidence.pk, why="Again")


def test_it_is_attached_on_its_page(world: World, client: Client) -> None:
    audit = opened(world)
    client.force_login(world.coordinator)
    path = reverse("audit_evidence_add", args=[audit.pk, "WT8"])
    told = {
        "agency": str(world.care.pk), "kind": "number", "what": "Decided in a day, of 50", "number": "forty",
        "of_day-day": "3", "of_day-month": "3", "of_day-year": "2026",
    }  # fmt: skip
    assert "Write the number in figures" in client.post(path, told).text
    assert "Give the number" in client.post(path, told | {"number": ""}).text
    page = client.post(path, told | {"number": "1,045.50"}, follow=True)
    assert "1,045.5" in page.text
    document = told | {"kind": "document", "number": "", "what": "Strategy"}
    assert "Choose the file of the document" in client.post(path, document).text
    page = client.post(path, document | {"upload": upload(pdf("Strategy"), "strategy.pdf")}, follow=True)
    assert "Attached. Whoever reads" in page.text
    assert (
        "strategy.pdf" in client.get(reverse("audit_evidence", args=[AuditEvidence.objects.last().pk])).text
    )
