"""Files that nobody opens: what may show a child's abuse, and what waits for ClamAV."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cases.attachment.clamav import EICAR, clamd, program
from tests.cases.attachment.samples import pdf, picture, upload
from tests.conftest import World, let_know

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Refused
from heard.cases.attachment import actions, later, scanning
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.queries import texts_of
from heard.cases.case.notices.models import Notice, Reader
from heard.cases.concern.actions import tell
from heard.network import actions as network
from heard.network.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "attachments"


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.social_worker, given_name="Amira", family_name="Khan")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def attach_it(by: User, child: Person) -> Attachment:
    return actions.attach(
        by=by, upload=upload(picture(), "what it shows.jpg"), person_id=child.pk, may_show_abuse=True
    )


# ---- what may show a child's abuse


def test_nothing_opens_it_and_its_name_says_nothing(
    world: World, child: Person, folder: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Neither a parser nor ClamAV gets it, and it lies there byte for byte as it came."""
    settings.CLAMD = "/nowhere/clamd"
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: pytest.fail("a programme opened it"))
    row = attach_it(world.social_worker, child)
    assert (row.kind, row.aside, row.text) == ("aside", "abuse", "")
    assert "shows" not in row.name
    assert (folder / row.pk.hex).read_bytes() == picture()
    assert row.kept_sha256 == row.sha256
    assert actions.check_all_files(by=None).is_well


def test_nobody_fetches_it_and_each_try_is_written_down(world: World, child: Person) -> None:
    row = attach_it(world.social_worker, child)
    address = reverse("attachment", kwargs={"attachment_id": row.pk})
    for user in (world.social_worker, world.supervisor, world.coordinator):
        answer = signed_in(user).get(address)
        assert answer.status_code == 409
        assert picture() not in answer.content
        assert "Call the police" in answer.text
        assert "Do not copy it" in answer.text
        assert "Report Remove" in answer.text
    assert AuditRow.objects.filter(verb="find set aside", subject_id=str(row.pk)).count() == 3
    assert signed_in(world.officer).get(address).status_code == 404
    assert texts_of(world.supervisor, [row.pk]) == {row.pk: ""}


def test_those_who_answer_for_the_record_are_told_at_once(world: World, child: Person) -> None:
    attach_it(world.social_worker, child)
    notice = Notice.objects.get(kind="set_aside")
    told = set(Reader.objects.filter(notice=notice).values_list("user__username", flat=True))
    assert world.coordinator.username in told
    assert world.social_worker.username not in told
    assert not Notice.objects.filter(kind="file").exists()
    page = signed_in(world.coordinator).get("/").text
    assert "A file may show a child’s abuse. Call the police" in page


def test_of_a_place_whoever_decides_is_told(world: World) -> None:
    place = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    actions.attach(by=world.social_worker, upload=upload(picture()), place_id=place.pk, may_show_abuse=True)
    assert Reader.objects.filter(notice__kind="set_aside", user=world.coordinator).exists()
    assert reverse("place", kwargs={"place_id": place.pk}) in signed_in(world.coordinator).get("/").text


def test_with_a_worry_it_is_told_of_when_the_worry_is_sent(world: World, child: Person) -> None:
    draft = begin_draft(by=world.social_worker, kind="worry")
    row = actions.attach(
        by=world.social_worker, upload=upload(picture()), draft_id=draft.pk, may_show_abuse=True
    )
    assert not Notice.objects.filter(kind="set_aside").exists()
    tell(
        by=world.social_worker,
        person_id=child.pk,
        seen_and_heard="He has a new phone",
        why_no_words="He was not asked",
        danger_done="",
        danger_now="no",
        draft_id=draft.pk,
    )
    row.refresh_from_db()
    assert row.concern_id
    assert Notice.objects.get(kind="set_aside").person_id == child.pk


def test_only_who_decides_removes_it(
    world: World, child: Person, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    row = attach_it(world.social_worker, child)
    with pytest.raises(Refused, match="may be evidence"):
        actions.withdraw_attachment(by=world.social_worker, attachment_id=row.pk, reason="A mistake")
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_attachment(
            by=world.coordinator, attachment_id=row.pk, reason="The police have it and said so"
        )
    assert list(folder.iterdir()) == []


def test_the_form_asks_and_the_record_shows_it(world: World, child: Person) -> None:
    client = signed_in(world.social_worker)
    page = reverse("attach_to_child", kwargs={"person_id": child.pk})
    assert "Better leave such a picture where it is" in client.get(page).text
    said = {"upload": upload(picture(), "one.jpg"), "may_show_abuse": ["abuse"]}
    answer = client.post(page, said, follow=True)
    assert "nobody can open it in Heard" in answer.text
    row = Attachment.objects.get()
    assert row.aside == "abuse"
    assert "What to do now" in answer.text
    assert "download>" not in answer.text


def test_a_file_is_either_opened_or_set_aside(world: World, child: Person) -> None:
    from django.db import IntegrityError

    row = attach_it(world.social_worker, child)
    with pytest.raises(IntegrityError):
        Attachment.objects.filter(pk=row.pk).update(aside="")


def test_a_pdf_that_was_cleaned_says_so(world: World, child: Person) -> None:
    behind = b"9 0 obj\n<</S /JavaScript /JS (app.alert('opened'))>>\nendobj\n"
    for content in (pdf("She was afraid"), pdf("She was afraid") + behind):
        actions.attach(by=world.social_worker, upload=upload(content, "letter.pdf"), person_id=child.pk)
    page = signed_in(world.social_worker).get(reverse("attachments", kwargs={"person_id": child.pk})).text
    assert page.count("Kept without what says beside the text who wrote it") == 1


# ---- ClamAV itself

needs_clamd = pytest.mark.skipif(not program(), reason="needs clamd")


@pytest.fixture(scope="module")
def clam() -> Iterator[tuple[str, str]]:
    with clamd() as places:
        yield places


@needs_clamd
def test_clamav_finds_the_test_string_and_nothing_else(clam: tuple[str, str]) -> None:
    for place in clam:
        assert scanning.answers(place)
        assert scanning.finds(EICAR, place)
        assert not scanning.finds(b"She was afraid. " * 100_000, place)
        assert not scanning.finds(b"", place)


@needs_clamd
def test_what_is_too_large_for_clamav_has_no_answer() -> None:
    with clamd(most="1M") as (place, _port), pytest.raises(scanning.NoAnswer):
        scanning.finds(bytes(3_000_000), place)


def test_a_place_that_is_none_has_no_answer() -> None:
    for place in ("localhost", "127.0.0.1:1", "/nowhere"):
        assert not scanning.answers(place)
        with pytest.raises(scanning.NoAnswer):
            scanning.finds(b"", place)


@pytest.fixture
def away(settings: Any) -> None:
    settings.CLAMD, settings.CLAMD_AWAY = "/nowhere/clamd", "keep"


@needs_clamd
def test_what_clamav_finds_is_refused(
    world: World, child: Person, clam: tuple[str, str], settings: Any
) -> None:
    settings.CLAMD = clam[0]
    with pytest.raises(Refused, match="seems to hold harmful software"):
        actions.attach(by=world.social_worker, upload=upload(EICAR, "note.txt"), person_id=child.pk)
    actions.attach(by=world.social_worker, upload=upload(b"A note", "note.txt"), person_id=child.pk)
    assert [row.name for row in Attachment.objects.all()] == ["note.txt"]


def test_while_clamav_is_away_a_file_waits_unopened(world: World, child: Person, away: None) -> None:
    row = actions.attach(by=world.social_worker, upload=upload(pdf("Words"), "a.pdf"), person_id=child.pk)
    assert (row.kind, row.aside, row.text, row.name) == ("aside", "unscanned", "", "a.bin")
    answer = signed_in(world.social_worker).get(reverse("attachment", kwargs={"attachment_id": row.pk}))
    assert (answer.status_code, "waits to be checked" in answer.text) == (409, True)
    assert "Report Remove" not in answer.text
    assert actions.scan_waiting_files(by=None) == 0


@needs_clamd
def test_once_it_answers_each_is_opened_or_goes(
    world: World,
    child: Person,
    away: None,
    clam: tuple[str, str],
    settings: Any,
    folder: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.QUARANTINE = True
    for content, name in ((pdf("She was afraid"), "a.pdf"), (EICAR, "b.txt"), (b"MZ\0\0", "c.exe")):
        actions.attach(by=world.social_worker, upload=upload(content, name), person_id=child.pk)
    settings.CLAMD = clam[1]
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.scan_waiting_files(by=None) == 3
    good, harmful, broken = Attachment.objects.order_by("attached_at")
    assert (good.kind, good.aside, good.text, good.name) == ("pdf", "", "She was afraid", "a.pdf")
    assert actions.open_attachment(by=world.social_worker, attachment_id=good.pk)[1].read() == pdf(
        "She was afraid"
    )
    assert (harmful.withdrawn_by, "harmful software" in harmful.withdrawn_reason) == (None, True)
    assert "not taken" in broken.withdrawn_reason
    assert [path.name for path in folder.iterdir()] == [good.pk.hex]
    [kept] = (folder.parent / "quarantine").iterdir()
    assert kept.read_bytes() == EICAR
    client = signed_in(world.social_worker)
    assert "A file that you attached was not kept" in client.get("/").text, "they thought that it was there"
    lost = Notice.objects.get(kind="file_lost")
    assert set(Reader.objects.filter(notice=lost).values_list("user", flat=True)) == {world.social_worker.pk}
    page = client.get(reverse("attachments", kwargs={"person_id": child.pk})).text
    assert "by Heard" in page
    assert actions.check_all_files(by=None).is_well
    assert actions.scan_waiting_files(by=None) == 0


@needs_clamd
def test_whoever_tells_a_worry_learns_that_a_file_of_it_was_not_kept(
    world: World, child: Person, away: None, clam: tuple[str, str], settings: Any
) -> None:
    """Before it is sent, and after; a teacher sees no more of the record than their own worry."""
    let_know(world.social_worker, child.pk, world.school)
    draft = begin_draft(by=world.teacher, kind="worry")
    actions.attach(by=world.teacher, upload=upload(EICAR, "a.txt"), draft_id=draft.pk)
    settings.CLAMD = clam[1]
    actions.scan_waiting_files(by=None)
    client = signed_in(world.teacher)
    assert "A file that you attached was not kept" in client.get("/").text
    page = client.get(reverse("worry_files", kwargs={"draft_id": draft.pk})).text
    assert "Not kept" in page
    assert "ClamAV found harmful software in it" in page
    assert "waits to be checked" not in page
    settings.CLAMD = "/nowhere/clamd"
    actions.attach(by=world.teacher, upload=upload(EICAR, "b.txt"), draft_id=draft.pk)
    worry = tell(
        by=world.teacher, person_id=child.pk, seen_and_heard="He has a new phone", why_no_words="He was not asked",
        danger_done="", danger_now="no", draft_id=draft.pk,
    )  # fmt: skip
    settings.CLAMD = clam[1]
    actions.scan_waiting_files(by=None)
    told = Notice.objects.get(kind="file_lost", subject="concern")
    assert told.subject_id == str(worry.pk)
    assert set(Reader.objects.filter(notice=told).values_list("user", flat=True)) == {world.teacher.pk}
    page = client.get(reverse("concern", kwargs={"concern_id": worry.pk})).text
    assert "ClamAV found harmful software in it" in page


def test_the_worker_looks_for_them_from_time_to_time(
    world: World, child: Person, away: None, settings: Any
) -> None:
    from django_tasks_db.models import DBTaskResult

    assert "heard.cases.attachment.later.look_for_waiting_files" in settings.NOW_AND_THEN
    later.look_for_waiting_files()
    assert not DBTaskResult.objects.exists()
    actions.attach(by=world.social_worker, upload=upload(b"A note", "a.txt"), person_id=child.pk)
    for _ in range(3):
        later.look_for_waiting_files()
    assert DBTaskResult.objects.count() == 1


def test_the_doctor_says_whether_it_answers(world: World, child: Person, away: None, settings: Any) -> None:
    from heard.config import doctor

    actions.attach(by=world.social_worker, upload=upload(b"A note", "a.txt"), person_id=child.pk)
    found = {finding.code: finding for finding in doctor._clamd()}
    assert (found["clamd"].severity, "does not answer" in found["clamd"].sentence) == ("error", True)
    assert "1 files wait" in found["clamd-waiting"].sentence
    settings.CLAMD = ""
    assert next(iter(doctor._clamd())).severity == "warning"
