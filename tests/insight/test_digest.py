"""Digests: what they say, who sends them, who has them by mail, and how that ends."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pypdf import PdfReader
from tests.conftest import World
from tests.insight.profiles import profile_of
from tests.services.test_directory import procedure

from heard.agencies.actions import change_own_details, switch_off
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.insight.digest import actions, letters, queries
from heard.insight.digest.letters import CONFIRM, STOP
from heard.insight.models import Digest, DigestPost, Profile, Subscriber
from heard.insight.release import actions as releasing
from heard.knowledge import load
from heard.services import actions as services

OUTSIDE = "head@school.example"
SAID = {
    "title": "Spring",
    "words": "What we saw.\nAnd heard.",
    "contact": "The team, 01632 960 001",
    "further": "A book",
}


@pytest.fixture(autouse=True)
def somewhere(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.ADDRESS = tmp_path, "https://heard.wexmoor.example"


@pytest.fixture
def profile(world: World) -> Profile:
    return profile_of(world.analyst, state="released", released_at=timezone.now())


@pytest.fixture
def digest(world: World, profile: Profile) -> Digest:
    return actions.write_digest(by=world.analyst, profile_id=profile.pk, **SAID)


def _gives_address(user: User) -> User:
    change_own_details(by=user, email=f"{user.username}@wexmoor.example", reminders=True)
    return User.objects.get(pk=user.pk)


def _confirmed(world: World) -> Subscriber:
    outside = actions.invite(by=world.coordinator, email=OUTSIDE.title())
    actions.confirm(by=None, subscriber_id=outside.pk)
    return outside


def send(by: User, digest: Digest) -> Digest:
    """Whoever sends it has read it as it is now."""
    seen = queries.fingerprint_of(Digest.objects.get(pk=digest.pk))
    return actions.send_digest(by=by, digest_id=digest.pk, seen=seen)


def _post(world: World, digest: Digest) -> None:
    send(world.coordinator, digest)
    actions.post_digest.call(str(digest.pk))


def _in_paper(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


# ---- what it says


def test_it_says_what_the_profile_found_and_what_the_field_knows(
    world: World, digest: Digest, client: Client
) -> None:
    client.force_login(world.analyst)
    page = client.get(f"/digests/{digest.pk}/").text
    answer = client.get(f"/digests/{digest.pk}/paper/")
    paper = _in_paper(answer.content)
    release = load.current()
    entries = (*release.definitions, *release.patterns, *release.signs, *release.vulnerabilities)
    for text in (
        "32 children are known",
        "And heard.",
        "01632 960 001",
        "A book",
        *(entry.label for entry in entries),
    ):
        assert text.replace("’", "'") in page.replace("’", "'").replace("&#39;", "'")
        assert text.replace(" ", "") in paper.replace(" ", "")
    assert answer["Content-Disposition"].startswith('attachment; filename="digest-')
    assert AuditRow.objects.filter(verb="download", subject="digest").count() == 1


@pytest.mark.parametrize("state", ["drawn", "second", "sent_back"])
def test_it_speaks_of_nothing_that_is_not_released(world: World, state: str) -> None:
    profile = profile_of(world.analyst, state=state)
    with pytest.raises(Refused, match="not released"):
        actions.write_digest(by=world.analyst, profile_id=profile.pk, **SAID)


def test_before_it_is_sent_its_author_changes_it_and_only_who_writes_or_sends_reads_it(
    world: World, digest: Digest, client: Client
) -> None:
    with pytest.raises(Hidden):
        actions.change_digest(by=world.coordinator, digest_id=digest.pk, **SAID)
    client.force_login(world.analyst)
    client.post(f"/digests/{digest.pk}/change/", SAID | {"title": "Early spring"})
    for who, status in (
        ("coordinator", 200),
        ("board_member", 200),
        ("teacher", 404),
        ("administrator", 404),
    ):
        client.force_login(getattr(world, who))
        assert (who, client.get(f"/digests/{digest.pk}/").status_code) == (who, status)
    _post(world, digest)
    client.force_login(world.teacher)
    assert "Early spring" in client.get(f"/digests/{digest.pk}/").text
    with pytest.raises(Refused, match="does not change any more"):
        actions.change_digest(by=world.analyst, digest_id=digest.pk, **SAID)


def test_whoever_wrote_it_does_not_send_it(world: World, digest: Digest) -> None:
    with pytest.raises(Hidden):
        send(world.analyst, digest)
    Digest.objects.filter(pk=digest.pk).update(author=world.coordinator)
    with pytest.raises(Refused, match="You wrote this digest"):
        send(world.coordinator, digest)
    send(world.supervisor, digest)
    with pytest.raises(Refused, match="already"):
        send(world.supervisor, digest)


# ---- by mail


def test_it_goes_once_to_colleagues_who_asked_and_addresses_that_confirmed(
    world: World, digest: Digest
) -> None:
    teacher = _gives_address(world.teacher)
    actions.subscribe(by=teacher)
    _confirmed(world)
    actions.invite(by=world.coordinator, email="nobody.confirmed@school.example")
    left = _gives_address(world.officer)
    actions.subscribe(by=left)
    switch_off(by=world.administrator, user=left, reason="Left")
    _post(world, digest)
    actions.post_digest.call(str(digest.pk))
    assert sorted(message.to[0] for message in mail.outbox) == [OUTSIDE, "tess.archer@wexmoor.example"]
    for message in mail.outbox:
        (attached,) = message.attachments
        assert "32 children are known" in _in_paper(attached.content)
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        whole = message.body + str(message.extra_headers)
        for secret in ("Tess", "Archer", "school.example", "Ana List", str(digest.profile_id)):
            assert secret not in whole


def test_a_mail_that_no_server_takes_is_counted_and_sent_again(
    world: World, digest: Digest, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _confirmed(world)
    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", _does_not_answer)
        _post(world, digest)
    assert not DigestPost.objects.exists()
    client.force_login(world.coordinator)
    assert "1 mail did not go" in client.get(f"/digests/{digest.pk}/").text
    client.post(f"/digests/{digest.pk}/send/")
    actions.post_digest.call(str(digest.pk))
    assert [message.to for message in mail.outbox] == [[OUTSIDE]]
    assert Digest.objects.get().not_taken == 0


def _does_not_answer(*_: Any, **__: Any) -> None:
    raise ConnectionRefusedError


def test_what_was_changed_after_it_was_read_is_not_sent(world: World, digest: Digest, client: Client) -> None:
    client.force_login(world.coordinator)
    page = client.get(f"/digests/{digest.pk}/").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    actions.change_digest(by=world.analyst, digest_id=digest.pk, **SAID | {"words": "Something else."})
    answer = client.post(f"/digests/{digest.pk}/send/", {"seen": seen[1]}, follow=True)
    assert "changed after you opened it" in answer.text
    for unread in (seen[1], ""):
        with pytest.raises(Refused, match="Read it again"):
            actions.send_digest(by=world.coordinator, digest_id=digest.pk, seen=unread)
    digest.refresh_from_db()
    assert digest.sent_at is None
    assert send(world.coordinator, digest).sent_at


def test_whoever_ended_it_is_told_once_of_a_digest_that_they_had_and_then_forgotten(
    world: World, digest: Digest, profile: Profile
) -> None:
    outside = _confirmed(world)
    _post(world, digest)
    actions.stop(by=None, subscriber_id=outside.pk)
    assert not queries.addresses_outside(world.coordinator).exists()
    later = actions.write_digest(by=world.analyst, profile_id=profile.pk, **SAID)
    _post(world, later)
    assert len(mail.outbox) == 1  # nothing new comes
    releasing.withdraw_profile(by=world.supervisor, profile_id=profile.pk, reason="Counted twice")
    for _ in range(2):
        actions.post_withdrawal.call(str(profile.pk))
    assert [message.subject for message in mail.outbox][1:] == ["Heard: a digest was withdrawn"]
    assert not Subscriber.objects.exists()


def test_whoever_ended_it_and_asks_again_has_them_again(world: World, digest: Digest) -> None:
    teacher = _gives_address(world.teacher)
    actions.subscribe(by=teacher)
    _post(world, digest)
    actions.unsubscribe(by=teacher)
    assert not queries.has_them_by_mail(teacher)
    actions.subscribe(by=teacher)
    assert queries.has_them_by_mail(teacher)
    assert Subscriber.objects.count() == 1


def test_nothing_is_sent_of_what_was_withdrawn_and_whoever_has_it_is_told(
    world: World, digest: Digest, profile: Profile, client: Client
) -> None:
    _confirmed(world)
    _post(world, digest)
    late = actions.write_digest(by=world.analyst, profile_id=profile.pk, **SAID)
    releasing.withdraw_profile(by=world.supervisor, profile_id=profile.pk, reason="WX2 was read twice")
    for _ in range(2):
        actions.post_withdrawal.call(str(profile.pk))
    assert [message.subject for message in mail.outbox] == [
        "Heard: a new digest",
        "Heard: a digest was withdrawn",
    ]
    assert "WX2" not in mail.outbox[1].body
    with pytest.raises(Refused, match="withdrawn"):
        send(world.coordinator, late)
    client.force_login(world.teacher)
    for path, status in ((f"/digests/{digest.pk}/", 200), (f"/digests/{digest.pk}/paper/", 410)):
        answer = client.get(path)
        assert answer.status_code == status
        assert "WX2 was read twice" in answer.text
        assert "32 children" not in answer.text


def test_withdrawing_puts_the_mail_about_it_into_the_queue(world: World, profile: Profile) -> None:
    releasing.withdraw_profile(by=world.supervisor, profile_id=profile.pk, reason="Counted twice")
    assert DBTaskResult.objects.filter(task_path__endswith="post_withdrawal").count() == 1


def test_without_a_mail_server_it_is_said_and_nothing_is_sent(
    world: World, digest: Digest, settings: Any
) -> None:
    settings.ADDRESS = ""
    with pytest.raises(Refused, match="cannot send mail yet"):
        send(world.coordinator, digest)
    with pytest.raises(Refused, match="cannot send mail yet"):
        actions.invite(by=world.coordinator, email=OUTSIDE)


# ---- who has them


def test_a_colleague_asks_for_them_and_ends_it_on_the_page(world: World, client: Client) -> None:
    client.force_login(world.teacher)
    assert (
        "Say it on the page My settings"
        in client.post("/digests/mail/", {"by_mail": "yes"}, follow=True).text
    )
    _gives_address(world.teacher)
    assert (
        "Digests come to you by mail" in client.post("/digests/mail/", {"by_mail": "yes"}, follow=True).text
    )
    assert queries.has_them_by_mail(world.teacher)
    client.post("/digests/mail/", {"by_mail": "no"})
    assert not queries.has_them_by_mail(world.teacher)


def test_an_address_outside_has_nothing_before_somebody_there_presses_the_button(
    world: World, client: Client
) -> None:
    client.force_login(world.coordinator)
    client.post("/digests/addresses/", {"email": OUTSIDE})
    actions.post_invitation.call(str(Subscriber.objects.get().pk))
    (message,) = mail.outbox
    found = re.search(r"https://heard\.wexmoor\.example(/digests/confirm/\S+)", message.body)
    assert found
    client.logout()
    client.get(found[1])  # a program that checks mail follows links too
    assert Subscriber.objects.get().confirmed_at is None
    assert "Thank you" in client.post(found[1]).text
    assert Subscriber.objects.get().confirmed_at


def test_the_link_in_each_mail_ends_it_without_signing_in_and_forgets_the_address(world: World) -> None:
    outside = _confirmed(world)
    path = letters.link(STOP, "digest_stop", outside).removeprefix("https://heard.wexmoor.example")
    strict = Client(enforce_csrf_checks=True)  # a mail program has no token of ours
    assert strict.get(path).status_code == 200
    assert Subscriber.objects.exists()
    assert "forgotten" in strict.post(path, {"List-Unsubscribe": "One-Click"}).text
    assert not Subscriber.objects.exists()
    assert "forgotten" in strict.post(path).text


def test_links_are_good_for_what_they_were_made_for_and_while_they_are_fresh(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = actions.invite(by=world.coordinator, email=OUTSIDE)
    stop, confirm = (
        letters.link(p, v, outside).rsplit("/", 2)[1]
        for p, v in ((STOP, "digest_stop"), (CONFIRM, "digest_confirm"))
    )
    for name, token in (
        ("digest_confirm", stop),
        ("digest_stop", confirm),
        ("digest_stop", "x1"),
        ("digest_confirm", "x1"),
    ):
        path = reverse(name, kwargs={"token": token})
        assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]
    later = timezone.now() + timedelta(days=15)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
    assert client.post(reverse("digest_confirm", kwargs={"token": confirm})).status_code == 404
    assert Subscriber.objects.get().confirmed_at is None


def test_nobodys_letter_box_is_filled_with_invitations(world: World) -> None:
    actions.invite(by=world.coordinator, email=OUTSIDE)
    with pytest.raises(Refused, match="within the last day"):
        actions.invite(by=world.supervisor, email=OUTSIDE.upper())
    _gives_address(world.teacher)
    with pytest.raises(Refused, match="colleague"):
        actions.invite(by=world.supervisor, email="Tess.Archer@wexmoor.example")
    for user in (world.analyst, world.teacher, world.administrator):
        with pytest.raises(Hidden):
            actions.invite(by=user, email="other@school.example")
        with pytest.raises(Hidden):
            actions.take_off(by=user, subscriber_id=Subscriber.objects.get().pk)
    Subscriber.objects.update(asked_at=timezone.now() - timedelta(days=15))
    actions.invite(by=world.supervisor, email="other@school.example")
    assert [row.email for row in Subscriber.objects.all()] == ["other@school.example"]


def test_an_address_to_which_no_mail_goes_is_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = actions.invite(by=world.coordinator, email=OUTSIDE)
    monkeypatch.setattr(EmailMessage, "send", _does_not_answer)
    actions.post_invitation.call(str(outside.pk))
    assert not Subscriber.objects.exists()


def test_an_address_is_taken_off_and_no_audit_row_holds_it(world: World, client: Client) -> None:
    outside = _confirmed(world)
    client.force_login(world.coordinator)
    assert OUTSIDE in client.get("/digests/addresses/").text
    client.post(f"/digests/addresses/{outside.pk}/off/")
    assert not Subscriber.objects.exists()
    assert "school.example" not in str(list(AuditRow.objects.values()))


def test_pages_ask_a_fixed_number_of_times(
    world: World, profile: Profile, client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        actions.write_digest(by=world.analyst, profile_id=profile.pk, **SAID)
    client.force_login(world.coordinator)
    with django_assert_max_num_queries(8):
        client.get("/digests/")
    with django_assert_max_num_queries(8):
        client.get("/digests/addresses/")


# ---- local procedures


@pytest.mark.on_day(date(2026, 11, 27))
def test_it_names_procedures_with_the_edition_of_the_day_on_screen_paper_and_in_mail(
    world: World, profile: Profile, client: Client
) -> None:
    going = procedure(world, title="Going missing", edition="March 2026", link="https://p.example/missing")
    other = procedure(world, title="How we plan")
    client.force_login(world.analyst)
    page = client.get(f"/digests/write/{profile.pk}/").text
    for text in ("Going missing, edition March 2026", "How we plan, edition 1"):
        assert text in page
    client.post(f"/digests/write/{profile.pk}/", SAID | {"procedures": [str(going.pk)]})
    digest = Digest.objects.get()
    kept = {"procedure": str(going.pk), "title": "Going missing", "edition": "March 2026"}
    assert digest.procedures == [kept | {"link": "https://p.example/missing"}]
    _confirmed(world)
    mail.outbox.clear()
    _post(world, digest)
    [sent] = mail.outbox
    assert "Going missing, edition March 2026: https://p.example/missing" in sent.body
    assert isinstance(sent, EmailMessage)
    assert "editionMarch2026" in _in_paper(sent.attachments[0][1]).replace(" ", "")
    services.add_edition(
        by=world.coordinator, procedure_id=going.pk, edition="April 2026", link="https://p.example/4", what_changed="All of it",
        review_on=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip
    services.withdraw_procedure(by=world.coordinator, procedure_id=other.pk, why="It stands elsewhere")
    page = client.get(f"/digests/{digest.pk}/").text
    assert 'href="https://p.example/missing"' in page
    assert "edition March 2026" in page
    assert "April 2026" not in page, "as of writing"
    paper = _in_paper(client.get(f"/digests/{digest.pk}/paper/").content).replace(" ", "")
    assert "Goingmissing,editionMarch2026:https://p.example/missing" in paper


def test_a_digest_that_names_what_is_no_longer_so_is_not_sent(world: World, digest: Digest) -> None:
    one = procedure(world, title="Going missing")
    actions.change_digest(by=world.analyst, digest_id=digest.pk, **SAID | {"procedures": [str(one.pk)]})
    seen = queries.fingerprint_of(Digest.objects.get())
    assert queries.why_not_send(world.coordinator, Digest.objects.get(), seen=seen) is None
    services.add_edition(
        by=world.coordinator, procedure_id=one.pk, edition="2", link="https://p.example/2", what_changed="All of it",
        review_on=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip
    with pytest.raises(Refused, match="has another edition"):
        actions.send_digest(by=world.coordinator, digest_id=digest.pk, seen=seen)
    actions.change_digest(by=world.analyst, digest_id=digest.pk, **SAID | {"procedures": [str(one.pk)]})
    services.withdraw_procedure(by=world.coordinator, procedure_id=one.pk, why="It stands elsewhere")
    with pytest.raises(Refused, match="was withdrawn"):
        actions.send_digest(
            by=world.coordinator, digest_id=digest.pk, seen=queries.fingerprint_of(Digest.objects.get())
        )


def test_another_procedure_or_edition_has_to_be_read_again_before_it_is_sent(
    world: World, digest: Digest, client: Client
) -> None:
    one = procedure(world, title="Going missing")
    seen = queries.fingerprint_of(digest)
    said = SAID | {"procedures": [str(one.pk)]}
    actions.change_digest(by=world.analyst, digest_id=digest.pk, **said)
    with pytest.raises(Refused, match="changed after you opened it"):
        actions.send_digest(by=world.coordinator, digest_id=digest.pk, seen=seen)
    seen = queries.fingerprint_of(Digest.objects.get())
    services.add_edition(
        by=world.coordinator, procedure_id=one.pk, edition="2", link="https://p.example/2", what_changed="All of it",
        review_on=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip
    actions.change_digest(by=world.analyst, digest_id=digest.pk, **said)
    assert Digest.objects.get().procedures[0]["edition"] == "2", "as of the day on which it was changed"
    assert queries.fingerprint_of(Digest.objects.get()) != seen
    client.force_login(world.analyst)
    page = client.get(f"/digests/{digest.pk}/change/").text
    assert re.search(rf'value="{one.pk}"[^>]*checked', page)
    services.withdraw_procedure(by=world.coordinator, procedure_id=one.pk, why="It stands elsewhere")
    with pytest.raises(Refused, match="withdrawn meanwhile"):
        actions.change_digest(by=world.analyst, digest_id=digest.pk, **said)
    with pytest.raises(Refused, match="at most 10"):
        actions.change_digest(
            by=world.analyst, digest_id=digest.pk, **SAID | {"procedures": list("abcdefghijk")}
        )
    assert "Which local procedures" not in client.get(f"/digests/{digest.pk}/change/").text, "there is none"
