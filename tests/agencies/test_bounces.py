"""Mail that comes back: whom it concerns, what is no proof of it, and what follows."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies import actions
from heard.agencies.bounces_cli import bounces
from heard.agencies.mail import mailbox, returned
from heard.agencies.models import User
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.mail import mail_unread, mails_waiting
from heard.cases.case.notices.models import Notice, Reader
from heard.network.actions import add_person

ADDRESS = "cora@wexmoor.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def cora(world: World) -> User:
    world.coordinator.email = "Cora@wexmoor.example"
    world.coordinator.save()
    return world.coordinator


def report(
    mail: EmailMessage, *, address: str = ADDRESS, action: str = "failed", kind: str = "rfc822"
) -> bytes:
    """As a mail server writes it (RFC 3464), with the mail or its headers alone."""
    sent = mail.message().as_string()
    part = sent if kind == "rfc822" else sent.partition("\n\n")[0] + "\n"
    return f"""From: MAILER-DAEMON@mail.example
To: heard@wexmoor.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

It did not arrive.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: 5.1.1

--cut
Content-Type: {"message/rfc822" if kind == "rfc822" else "text/rfc822-headers"}

{part}
--cut--
""".encode()


def came_back(raw: bytes) -> int:
    found = returned.read(raw)
    return returned.came_back(found) if found else 0


@pytest.mark.parametrize("kind", ["rfc822", "headers"])
def test_a_mail_that_comes_back_says_that_its_address_is_not_reached(cora: User, kind: str) -> None:
    assert came_back(report(returned.message_to(cora, "Heard", ["Something waits."]), kind=kind)) == 1
    cora.refresh_from_db()
    assert cora.mail_back_at is not None


def test_what_is_no_proof_counts_for_nothing(world: World, cora: User, settings: Any) -> None:
    mail = returned.message_to(cora, "Heard", ["Something waits."])
    of_another = returned.message_to(world.teacher, "Heard", ["x"])
    made_up = EmailMessage(
        "x", "y", to=[ADDRESS], headers={"Message-ID": f"<heard.{cora.pk}.{'a' * 12}.{'0' * 64}@x>"}
    )
    for raw in (
        report(mail, action="delayed"),
        report(mail, address="somebody@else.example"),
        report(of_another),
        report(made_up),
        report(mail).replace(b"multipart/report", b"multipart/mixed"),
        b"",
        b"Content-Type: multipart/report\n\nnothing of the kind",
        mail.message().as_bytes(),
    ):
        assert came_back(raw) == 0
    assert not User.objects.filter(mail_back_at__isnull=False).exists()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another key, since the first is old",
    )
    assert came_back(report(mail)) == 1, "sent before the key was changed"
    assert came_back(report(mail)) == 0, "a second time says nothing new"


def test_an_address_that_is_given_anew_is_reached_again(world: World, cora: User) -> None:
    old = returned.message_to(cora, "Heard", ["x"])
    actions.change_own_details(by=cora, email="c.ordway@wexmoor.example", reminders=True)
    assert came_back(report(old)) == 0, "a report of the address before says nothing of this one"
    for said in ("c.ordway@wexmoor.example", "cora.o@wexmoor.example"):
        User.objects.filter(pk=cora.pk).update(mail_back_at=timezone.now())
        actions.change_own_details(by=cora, email=said, reminders=True)
        assert User.objects.get(pk=cora.pk).mail_back_at is None


def test_they_and_an_administrator_are_told(world: World, cora: User) -> None:
    pages = {}
    for before in (True, False):
        for user in (cora, world.administrator, world.teacher):
            client = Client()
            client.force_login(user)
            pages[before, user.pk] = client.get(reverse("home")).text
        came_back(report(returned.message_to(cora, "Heard", ["x"])))
    own, theirs = "Mail from Heard does not reach you", "Mail to them comes back"
    assert [key for key, page in pages.items() if own in page or "Check it, so that you learn" in page] == [
        (False, cora.pk)
    ]
    assert [key for key, page in pages.items() if theirs in page] == [(False, world.administrator.pk)]
    client = Client()
    client.force_login(cora)
    assert "what is urgent goes to others at once" in client.get(reverse("about_me")).text


def test_danger_goes_on_at_once_where_mail_comes_back_and_else_in_its_time(world: World, cora: User) -> None:
    now = timezone.now()
    child = add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    notice = Notice.objects.create(
        kind="danger", urgent=True, person_id=child.pk, subject="person", subject_id=str(child.pk),
        told_by=world.teacher, told_at=now, steps=1,
    )  # fmt: skip
    sol = world.social_worker
    Reader.objects.create(notice=notice, user=sol, role="the child’s worker", answers=True, added_at=now)
    assert pass_on(now) == 0
    User.objects.filter(pk=sol.pk).update(email="sol@wexmoor.example", mail_back_at=now)
    assert pass_on(now) > 0
    assert notice.readers.exclude(user=sol).exists()


def test_whom_the_mail_server_refuses_for_good_is_not_tried_every_quarter_of_a_minute(
    world: World, cora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    notice = Notice.objects.create(
        kind="missing", urgent=True, subject="person", subject_id="1", told_by=world.teacher, told_at=now
    )
    Reader.objects.create(notice=notice, user=cora, role="on duty", added_at=now)
    monkeypatch.setattr("heard.cases.case.notices.mail._may_open", lambda user, row: True)
    code, tried = 450, []

    def send(message: EmailMessage) -> None:
        tried.append(message.to)
        raise SMTPRecipientsRefused({ADDRESS: (code, b"no")})

    monkeypatch.setattr(EmailMessage, "send", send)
    later = now + timedelta(minutes=3)
    mail_unread(now)
    assert (User.objects.get(pk=cora.pk).mail_back_at, mails_waiting(None, later)) == (None, 1)
    code = 550
    mail_unread(now)
    assert User.objects.get(pk=cora.pk).mail_back_at is not None
    mail_unread(now)
    assert (len(tried), mails_waiting(None, later)) == (2, 0)


class Server(threading.Thread):
    """A mailbox with these reports, which says what it was asked."""

    def __init__(self, folder: Path, mails: list[bytes]) -> None:
        super().__init__(daemon=True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
            check=True, capture_output=True,
        )  # fmt: skip
        self.trust = ssl.create_default_context(cafile=folder / "cert.pem")
        self._own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._own.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._listens = socket.create_server(("127.0.0.1", 0))
        self.port, self.mails, self.asked = self._listens.getsockname()[1], mails, []

    def run(self) -> None:
        line, _from = self._listens.accept()
        with (
            self._listens,
            line,
            self._own.wrap_socket(line, server_side=True) as secure,
            secure.makefile("rwb") as both,
        ):
            both.write(b"* OK ready\r\n")
            both.flush()
            for asked in both:
                tag, _, rest = asked.decode().strip().partition(" ")
                self.asked.append(rest)
                both.write(self._answer(rest) + f"{tag} OK done\r\n".encode())
                both.flush()
                if rest == "LOGOUT":
                    return

    def _answer(self, asked: str) -> bytes:
        words = asked.split()
        if words[0] == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if words[0] == "SELECT":
            return b"* %d EXISTS\r\n" % len(self.mails)
        if words[:2] == ["UID", "SEARCH"]:
            return b"* SEARCH " + b" ".join(b"%d" % (n + 1) for n in range(len(self.mails))) + b"\r\n"
        if words[:2] == ["UID", "FETCH"]:
            mail = self.mails[int(words[2]) - 1]
            return b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n%s)\r\n" % (words[2].encode(), len(mail), mail)
        return b"* BYE\r\n" if asked == "LOGOUT" else b""


@pytest.fixture
def server(cora: User, tmp_path: Path) -> Iterator[Server]:
    mails = [
        report(returned.message_to(cora, "Heard", ["x"]), action="delayed"),
        report(returned.message_to(cora, "Heard", ["y"])),
    ]
    made = Server(tmp_path, mails)
    made.start()
    yield made
    made.join(timeout=10)


def test_the_mailbox_is_read_and_what_was_read_is_marked(
    cora: User, server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BOUNCES = mailbox.mailbox_of(f"imaps://heard@localhost:{server.port}", "secret")
    monkeypatch.setattr(ssl, "create_default_context", lambda: server.trust)
    done = CliRunner().invoke(bounces, [])
    assert (done.exit_code, done.output) == (0, "Mail does not reach 1 more.\n")
    assert User.objects.get(pk=cora.pk).mail_back_at is not None
    assert [one for one in server.asked if "STORE" in one] == [
        rf"UID STORE {n} +FLAGS (\Seen)" for n in (1, 2)
    ]
    assert any("HEADER Content-Type multipart/report" in one for one in server.asked)
    gone = CliRunner().invoke(bounces, [])
    assert (gone.exit_code, "does not answer as it should" in gone.output) == (3, True)


def test_one_mail_is_handed_over(cora: User) -> None:
    raw = report(returned.message_to(cora, "Heard", ["x"]))
    assert CliRunner().invoke(bounces, ["-"], input=raw).output == "Mail does not reach 1 more.\n"
    assert "HEARD_BOUNCES_URL is not set" in CliRunner().invoke(bounces, []).output


@pytest.mark.parametrize(
    ("url", "password", "sentence"),
    [
        ("imap://heard@mail.example", "x", "imaps://user@host"),
        ("imaps://mail.example", "x", "imaps://user@host"),
        ("imaps://heard:pass@mail.example", "x", "has a password in it"),
        ("imaps://heard@mail.example", "", "HEARD_BOUNCES_PASSWORD_FILE"),
        ("imaps://heard@mail.example:port", "x", "imaps://user@host"),
    ],
)
def test_what_names_no_mailbox_is_refused_in_words(url: str, password: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        mailbox.mailbox_of(url, password)
