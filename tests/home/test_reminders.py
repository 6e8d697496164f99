"""Reminders by mail: to whom, how often, what they say, and above all what they do not say."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from click.testing import CliRunner
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import PASSWORD, World
from tests.home.test_work import a_case, ago
from tests.smtp import Server

from heard.agencies import actions as agencies
from heard.agencies.mail import reminding
from heard.agencies.models import AuditRow, User
from heard.cases.case import actions as casework
from heard.cases.case.notices.actions import mark_seen
from heard.cases.case.notices.queries import unread_of
from heard.cases.clocks import actions as timing
from heard.cli import main
from heard.home.reminders.mail import remind_everybody

ADDRESS = "https://heard.wexmoor.example"


@pytest.fixture(autouse=True)
def somewhere(settings: Any) -> None:
    settings.ADDRESS = ADDRESS
    settings.DEFAULT_FROM_EMAIL = "heard@heard.wexmoor.example"


@pytest.fixture
def overdue(world: World) -> Any:
    """A case of which the social worker and all of the team that leads it have an overdue clock."""
    case = a_case(world, "Zuleikha")
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    return case


def gives_address(user: User, *, reminders: bool = True) -> None:
    email = f"{user.username}@wexmoor.example"
    agencies.change_own_details(by=user, email=email, reminders=reminders)


def sent_to() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def test_a_mail_says_how_much_by_kind_and_where_and_names_nobody(world: World, overdue: Any) -> None:
    gives_address(world.social_worker)
    remind_everybody(timezone.localdate())
    (message,) = mail.outbox
    assert message.to == ["sol.wright@wexmoor.example"]
    assert "1  Statutory deadlines" in message.body
    assert ADDRESS in message.body
    whole = message.message().as_string()
    for secret in (
        "Zuleikha",
        "Okoro",
        overdue.reference,
        str(overdue.pk),
        "strategy",
        "conference",
        "Sol Wright",
    ):
        assert secret not in whole


def test_what_is_new_is_reminded_of_until_it_is_seen_and_names_nobody(world: World) -> None:
    case = a_case(world, "Zuleikha")
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    gives_address(world.social_worker)
    today = timezone.localdate()
    assert remind_everybody(today).went == 1
    (message,) = mail.outbox
    assert "1  New for you" in message.body
    assert "Zuleikha" not in message.message().as_string()
    for reader in unread_of(world.social_worker):
        mark_seen(by=world.social_worker, reader_id=reader.pk)
    assert remind_everybody(today + timedelta(days=1)).went == 0


def test_only_those_are_written_to_who_have_something_due_an_address_and_have_not_said_no(
    world: World, overdue: Any
) -> None:
    gives_address(world.coordinator, reminders=False)  # has it due too
    gives_address(world.officer)  # has nothing due
    gives_address(world.supervisor)
    agencies.switch_off(by=world.administrator, user=world.supervisor, reason="Left")
    gives_address(world.board_member)  # works with no child
    assert remind_everybody(timezone.localdate()).went == 0
    gives_address(world.social_worker)
    assert remind_everybody(timezone.localdate()).went == 1
    assert sent_to() == ["sol.wright@wexmoor.example"]


def test_a_second_run_sends_nothing_and_the_next_day_does(world: World, overdue: Any) -> None:
    gives_address(world.social_worker)
    today = timezone.localdate()
    assert [remind_everybody(today).went for _run in range(3)] == [1, 0, 0]
    assert remind_everybody(today + timedelta(days=1)).went == 1
    assert len(mail.outbox) == 2


def test_of_two_timers_at_once_one_sends(world: World) -> None:
    gives_address(world.social_worker)
    today = timezone.localdate()
    user, other = (User.objects.get(pk=world.social_worker.pk) for _timer in range(2))
    assert [reminding.claim(user, today), reminding.claim(other, today)] == [True, False]


def test_somebody_who_has_no_role_any_more_is_not_written_to(world: World, overdue: Any) -> None:
    gives_address(world.social_worker)
    world.social_worker.memberships.all().delete()
    assert remind_everybody(timezone.localdate()).went == 0


# ---- over the wire


@pytest.fixture
def server(settings: Any, request: pytest.FixtureRequest) -> Iterator[Server]:
    running = Server(refuses=getattr(request, "param", b""))
    running.start()
    uses(settings, running.port)
    yield running
    running.stop()


def uses(settings: Any, port: int) -> None:
    options = {"host": "127.0.0.1", "port": port, "timeout": 5}
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    }


def run() -> Any:
    return CliRunner().invoke(main, ["remind"], catch_exceptions=False)


def test_nothing_of_a_child_goes_over_the_wire(world: World, overdue: Any, server: Server) -> None:
    gives_address(world.social_worker)
    done = run()
    assert (done.exit_code, done.output) == (0, "Reminded: 1.\n")
    said = message_from_bytes(server.wire.split(b"data\r\n", 1)[1].split(b"\r\n.\r\n")[0], policy=default)
    body = said.get_body().get_content()
    wire = server.wire.decode() + body
    assert "mail from:<heard@heard.wexmoor.example>" in wire.lower()
    assert said["To"] == "sol.wright@wexmoor.example"
    assert "Statutory deadlines" in body
    for secret in ("Zuleikha", "Okoro", overdue.reference, str(overdue.pk), "Exploitation team"):
        assert secret.lower() not in wire.lower()
    assert "Zuleikha" not in done.output


@pytest.mark.parametrize("server", [b"550 no such person\r\n"], indirect=True)
def test_an_address_that_is_refused_keeps_nobody_else_waiting_and_is_tried_again(
    world: World, overdue: Any, server: Server
) -> None:
    gives_address(world.social_worker)
    gives_address(world.coordinator)
    done = run()
    assert done.exit_code == 4
    assert "refused the mail to 2 colleagues" in done.output
    assert not User.objects.exclude(reminded_on=None).exists()


def test_an_administrator_sees_whom_mail_does_not_reach_until_it_does(
    client: Client, world: World, overdue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gives_address(world.social_worker)
    gives_address(world.coordinator)
    monkeypatch.setattr(EmailMessage, "send", _fails_for(world.coordinator.username))
    done = run()
    assert (done.exit_code, sent_to()) == (4, ["sol.wright@wexmoor.example"])
    client.force_login(world.administrator)
    page = client.get(reverse("home")).text
    assert "Colleagues whom a reminder did not reach" in page
    assert str(world.coordinator) in page
    assert str(world.social_worker) not in page
    client.force_login(world.supervisor)
    assert "did not reach" not in client.get(reverse("home")).text
    client.force_login(world.coordinator)
    assert "Mail to your address has come back" in client.get(reverse("about_me")).text, (
        "it was refused for good"
    )
    monkeypatch.undo()
    assert run().exit_code == 0
    agencies.change_own_details(
        by=world.coordinator, email=f"{world.coordinator.username}@wexmoor.example", reminders=True
    )
    client.force_login(world.administrator)
    assert "did not reach" not in client.get(reverse("home")).text


def test_a_new_address_ends_what_was_wrong_with_the_old_one(world: World) -> None:
    gives_address(world.teacher)
    reminding.give_back(world.teacher, timezone.localdate())
    agencies.change_own_details(by=world.teacher, email="tess.archer@wexmoor.example", reminders=False)
    assert User.objects.get(pk=world.teacher.pk).mail_failed_on is not None
    agencies.change_own_details(by=world.teacher, email="tess@northgate.example", reminders=True)
    assert User.objects.get(pk=world.teacher.pk).mail_failed_on is None


@pytest.mark.parametrize(
    ("fails", "tried"), [(SMTPServerDisconnected("gone"), 3), (SMTPDataError(554, b"no"), 4)]
)
def test_a_mail_that_fails_stops_no_other_unless_the_server_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch, fails: Exception, tried: int
) -> None:
    for user in (world.social_worker, world.coordinator, world.supervisor, world.teacher):
        gives_address(user)
    monkeypatch.setattr("heard.home.reminders.mail.due_by", lambda user, on: [("Overdue", 1)])
    asked = []

    def send(message: EmailMessage) -> None:
        asked.append(message.to)
        raise fails

    monkeypatch.setattr(EmailMessage, "send", send)
    sent = remind_everybody(timezone.localdate())
    assert (sent.went, sent.refused + sent.unanswered, len(asked)) == (0, tried, tried)


def _fails_for(username: str) -> Any:
    goes = EmailMessage.send

    def send(message: EmailMessage, *given: Any, **more: Any) -> int:
        if message.to[0].startswith(username):
            raise SMTPRecipientsRefused({message.to[0]: (550, b"no such person")})
        return goes(message, *given, **more)

    return send


def test_a_server_that_does_not_answer_has_its_exit_code_and_leaves_nothing_half_done(
    world: World, overdue: Any, settings: Any
) -> None:
    gives_address(world.social_worker)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    uses(settings, port)  # nobody listens there any more
    done = run()
    assert done.exit_code == 3
    assert "does not answer" in done.output
    assert User.objects.get(pk=world.social_worker.pk).reminded_on is None


@pytest.mark.parametrize("server", [b""], indirect=True)
def test_a_server_that_hangs_up_in_the_middle_is_tried_again_by_the_next_run(
    world: World, overdue: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    gives_address(world.social_worker)
    monkeypatch.setattr(Server, "_talk", lambda self, connection: None)
    assert run().exit_code == 3
    monkeypatch.undo()
    assert run().exit_code == 0
    assert issubclass(SMTPServerDisconnected, OSError)


def test_without_an_address_of_the_site_it_says_what_to_set(world: World, settings: Any) -> None:
    settings.ADDRESS = ""
    done = run()
    assert done.exit_code == 1
    assert "HEARD_ADDRESS is not set" in done.output


def test_without_a_mail_server_nobody_counts_as_reminded(world: World, overdue: Any, settings: Any) -> None:
    gives_address(world.social_worker)
    settings.DEMO = False
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    done = run()
    assert done.exit_code == 1
    assert "HEARD_MAIL_URL is not set" in done.output
    assert User.objects.get(pk=world.social_worker.pk).reminded_on is None


# ---- about me


def test_everybody_says_for_themselves_where_mail_goes_and_whether(client: Client, world: World) -> None:
    client.force_login(world.teacher)
    page = reverse("about_me")
    assert "Pastoral team, Northgate Academy" in client.get(page).text
    answer = client.post(
        page, {"email": "tess@northgate.example", "reminders": "no", "keys": "yes"}, follow=True
    )
    assert 'value="tess@northgate.example"' in answer.text
    teacher = User.objects.get(pk=world.teacher.pk)
    assert (teacher.email, teacher.reminders) == ("tess@northgate.example", False)
    row = AuditRow.objects.get(verb="change", subject="own details")
    assert "northgate" not in str(row.detail)


def test_who_sees_a_child_reads_the_phone_of_those_who_work_with_them(client: Client, world: World) -> None:
    case = a_case(world, "Mina")
    casework.allocate_worker(by=world.supervisor, case_id=case.pk, worker=world.social_worker)
    client.force_login(world.social_worker)
    said = {"email": "", "reminders": "no", "keys": "yes"}
    wrong = client.post(reverse("about_me"), said | {"phone": "my mobile"})
    assert "Enter a phone number" in wrong.text
    assert client.post(reverse("about_me"), said | {"phone": " 01632 960 456 "}).status_code == 302
    assert "960" not in str(AuditRow.objects.get(verb="change", subject="own details").detail)
    client.force_login(world.coordinator)
    strip = client.get(reverse("child", args=[case.person_id])).text.split('class="heard-tabs')[0]
    assert strip.index(str(world.social_worker)) < strip.index("01632 960 456")


def test_another_address_is_kept_only_of_whoever_has_just_confirmed(
    client: Client, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links with which somebody begins again go there."""
    settings.FACTOR = "sensitive"  # a teacher needs no second factor
    client.post(reverse("account_login"), {"login": world.teacher.username, "password": PASSWORD})
    said = {"email": "tess@northgate.example", "reminders": "no", "keys": "yes"}
    client.post(reverse("about_me"), said)
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + 301)
    assert client.post(reverse("about_me"), said | {"reminders": "yes"}).status_code == 302, (
        "the same address"
    )
    page = client.post(reverse("about_me"), said | {"email": "thief@elsewhere.example"})
    assert page.status_code == 403
    assert "thief@elsewhere.example" in page.text, "what was typed is not lost"
    assert User.objects.get(pk=world.teacher.pk).email == "tess@northgate.example"
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.post(reverse("about_me"), said | {"email": "tess@home.example"}).status_code == 302
    assert User.objects.get(pk=world.teacher.pk).email == "tess@home.example"


@pytest.mark.parametrize(
    "wrong", ["tess", "tess@", "a@b.example\nBcc: c@d.example", "tess@northgate example"]
)
def test_what_is_no_address_is_refused_with_a_sentence(client: Client, world: World, wrong: str) -> None:
    client.force_login(world.teacher)
    answer = client.post(reverse("about_me"), {"email": wrong, "reminders": "yes", "keys": "yes"})
    assert "Enter an email address, such as name@example.org" in answer.text
    assert User.objects.get(pk=world.teacher.pk).email == ""
