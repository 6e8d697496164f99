"""How the mail server is reached: encrypted and signed in where that is asked for, with a certificate that the machine trusts."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.mail import EmailMessage
from tests.smtp import Server

from heard.agencies.mail.server import in_clear, options_of


@pytest.mark.parametrize(
    ("url", "password", "options"),
    [
        ("", "", {}),
        ("mail.example", "", {"host": "mail.example"}),
        ("mail.example:2525", "", {"host": "mail.example", "port": 2525}),
        ("[::1]:25", "", {"host": "::1", "port": 25}),
        (
            "smtp+starttls://heard%40care@mail.example:587",
            "secret",
            {
                "host": "mail.example",
                "port": 587,
                "use_tls": True,
                "username": "heard@care",
                "password": "secret",
            },
        ),
        (
            "smtps://heard@mail.example",
            "secret",
            {"host": "mail.example", "use_ssl": True, "username": "heard", "password": "secret"},
        ),
        ("smtps://mail.example", "", {"host": "mail.example", "use_ssl": True}),
    ],
)
def test_what_is_set_is_what_django_gets(url: str, password: str, options: dict[str, Any]) -> None:
    assert options_of(url, password) == (options and {"timeout": 20} | options)


@pytest.mark.parametrize(
    ("url", "password", "says"),
    [
        ("imap://mail.example", "", "smtps://user@host"),
        ("smtp://", "", "smtps://user@host"),
        ("mail.example:post", "", "smtps://user@host"),
        ("smtps://mail.example/inbox", "", "smtps://user@host"),
        ("smtps://heard:secret@mail.example", "", "Put it into a file"),
        ("smtps://heard@mail.example", "", "set both, or neither"),
        ("smtps://mail.example", "secret", "set both, or neither"),
        ("smtp://heard@mail.example", "secret", "in clear"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(url: str, password: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as found:
        options_of(url, password)
    assert "secret" not in str(found.value)


@pytest.mark.parametrize(
    ("url", "is_clear"),
    [
        ("", False),
        ("mail.example:25", True),
        ("localhost:25", False),
        ("127.0.0.1", False),
        ("smtp+starttls://mail.example", False),
        ("smtps://mail.example", False),
    ],
)
def test_mail_in_clear_to_another_machine_is_told(url: str, is_clear: bool) -> None:
    assert in_clear(options_of(url, "")) is is_clear


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    kind = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, *kind) + made.public_bytes(pem))
    return path


@pytest.fixture(params=["smtp+starttls", "smtps"])
def server(request: pytest.FixtureRequest, certificate: Path, settings: Any) -> Iterator[Server]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    running = Server(tls=tls, starttls=request.param != "smtps")
    running.start()
    options = options_of(f"{request.param}://heard@localhost:{running.port}", "long and secret")
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    }
    yield running
    running.stop()


def send() -> int:
    return EmailMessage("A link", "To set a password", to=["sol.wright@wexmoor.example"]).send()


def test_a_mail_goes_encrypted_and_signed_in(
    server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert send() == 1
    assert b"To set a password" in server.encrypted
    assert base64.b64encode(b"\0heard\0long and secret") in server.encrypted
    in_the_open = server.wire.removesuffix(server.encrypted)
    assert b"secret" not in in_the_open
    assert b"AUTH" not in in_the_open


def test_a_server_that_nobody_vouches_for_gets_nothing(server: Server) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        send()
    assert b"To set a password" not in server.wire
    assert b"AUTH" not in server.wire
