"""Services read from an address: only on a host that is allowed, only on the public internet, and then as from a file."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import World
from tests.services.test_profile import a_service

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.services import actions, fetching, profile, rules
from heard.services.models import Service, ServiceImport

HOST = "directory.example.org"
AT = f"https://{HOST}/services?page=1"
PUBLIC = "93.184.215.14"


@dataclass
class Directory:
    """A server of services on this machine, with a certificate of its own for `HOST`."""

    certificate: Path
    port: int
    asked: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[Any], None] = lambda _handler: None

    def says(self, content: bytes, *, status: int = 200, **headers: str) -> None:
        def answer(handler: Any) -> None:
            handler.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(content)

        self.answer = answer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of `HOST`, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), timezone.now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "one.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "one.pem", folder / "key.pem"


@pytest.fixture
def directory(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Directory]:
    """`HOST` is allowed, and its name leads to this machine, which counts as public here."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            this.asked.append({"path": self.path, "host": self.headers["Host"], "all": dict(self.headers)})
            this.answer(self)

        def log_message(self, *_said: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    this = Directory(certificate[0], server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SERVICE_HOSTS = (HOST,)
    monkeypatch.setattr(fetching, "_PORT", server.server_port)
    monkeypatch.setattr(fetching, "_VERIFY", str(certificate[0]))
    monkeypatch.setattr(rules, "is_public", lambda address: address == "127.0.0.1")
    names(monkeypatch, "127.0.0.1")
    yield this
    server.shutdown()
    server.server_close()
    thread.join(5)


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name leads to these addresses. What is looked up is noted."""
    looked_up: list[str] = []

    def getaddrinfo(host: Any, port: Any, *_more: Any, **_said: Any) -> list[Any]:
        if _is_number(host):  # what a connection asks of an address that is one already
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (host, port))]
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return looked_up


def _is_number(host: Any) -> bool:
    return all(letter in "0123456789abcdef.:" for letter in str(host))


def page_of(*documents: Any) -> bytes:
    return json.dumps({"contents": list(documents), "total_items": len(documents)}).encode()


# ---- rules


@pytest.mark.parametrize(
    "address",
    [
        "http://directory.example.org/", "https://other.example.org/", "https://directory.example.org.evil.org/", "https://me@directory.example.org/",
        "https://directory.example.org:8443/", "https://127.0.0.1/", "https://directory.example.org/#x", "file:///etc/passwd",
        "https://directory.example.org/a b", "https://directory.example.org:x/", "https://[::1/", "", "https://directory.example.org/" + "x" * 300,
        "https://directory.example.org/\\r\\nHost: x", "https://other.org\\\\@directory.example.org/",
    ],
)  # fmt: skip
def test_only_an_address_of_a_host_that_is_allowed_is_asked(address: str) -> None:
    said = address.encode().decode("unicode_escape")
    assert rules.why_not_fetch(address=said, hosts=(HOST,)) is not None, said
    assert rules.why_not_fetch(address=AT, hosts=(HOST,)) is None
    assert rules.why_not_fetch(address=AT.replace("directory", "DIRECTORY"), hosts=(HOST,)) is None
    assert "Nobody has allowed" in str(rules.why_not_fetch(address=AT, hosts=()))


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b:1::1", "", "localhost", "x",
    ],
)  # fmt: skip
def test_what_is_not_on_the_public_internet_is_not_asked(address: str) -> None:
    assert not rules.is_public(address)


def test_what_is_on_the_public_internet_is(db: None) -> None:
    for address in (PUBLIC, "2606:2800:220:1::1", f"::ffff:{PUBLIC}"):
        assert rules.is_public(address), address


@given(st.ip_addresses(v=4))
def test_no_address_is_public_in_one_way_of_writing_and_private_in_another(address: Any) -> None:
    assert rules.is_public(f"::ffff:{address}") == rules.is_public(str(address))
    assert not rules.is_public(f"::{address}")
    assert not rules.is_public(f"64:ff9b::{address}")
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not rules.is_public(str(address))


@pytest.mark.parametrize(
    "said", ["https://x.org", "x.org/path", "10.0.0.1", "localhost", "x.org:443", "-x.org", "*.org"]
)
def test_a_setting_that_is_no_host_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="HEARD_SERVICE_HOSTS"):
        rules.hosts_of(f"directory.example.org,{said}")
    assert rules.hosts_of(" Directory.example.org , b.example.org,") == (HOST, "b.example.org")
    assert rules.hosts_of("") == ()


# ---- reading


def test_it_is_read_over_tls_from_the_address_that_was_looked_up_once(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = names(monkeypatch, "127.0.0.1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    directory.says(page_of(a_service()), Set_Cookie="a=b")
    assert json.loads(fetching.fetch(AT))["total_items"] == 1
    assert looked_up == [HOST]
    [asked] = directory.asked
    assert (asked["path"], asked["host"]) == ("/services?page=1", HOST)
    assert {"Cookie", "Authorization", "Referer"} & set(asked["all"]) == set()


def test_a_name_of_which_one_address_is_private_is_not_asked(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    for addresses in (["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::ffff:169.254.169.254"], ["fe80::1%eth0"]):
        with monkeypatch.context() as here:
            here.setattr("django.conf.settings.SERVICE_HOSTS", (HOST,))
            names(here, *addresses)
            here.setattr(fetching.requests.Session, "get", lambda *_a, **_k: pytest.fail("It was asked"))
            with pytest.raises(Refused, match="public internet"):
                fetching.fetch(AT)
    with monkeypatch.context() as here:
        here.setattr("django.conf.settings.SERVICE_HOSTS", (HOST,))
        names(here)
        with pytest.raises(Refused, match="Nothing could be read"):
            fetching.fetch(AT)


def test_another_hosts_certificate_is_not_believed(
    directory: Directory, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SERVICE_HOSTS = (HOST, "other.example.org")
    directory.says(page_of(a_service()))
    with pytest.raises(Refused, match="Nothing could be read"):
        fetching.fetch("https://other.example.org/services")
    monkeypatch.setattr(fetching, "_VERIFY", True)  # nobody has signed it who is believed
    with pytest.raises(Refused, match="Nothing could be read"):
        fetching.fetch(AT)
    assert directory.asked == []


def test_it_follows_nowhere_and_takes_nothing_packed_large_or_slow(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.says(b"", status=302, Location="https://169.254.169.254/latest/meta-data/")
    with pytest.raises(Refused, match="leads on"):
        fetching.fetch(AT)
    for status, headers in ((500, {}), (404, {}), (200, {"Content_Encoding": "gzip"})):
        directory.says(b"x", status=status, **headers)
        with pytest.raises(Refused, match="Nothing could be read"):
            fetching.fetch(AT)
    assert len(directory.asked) == 4
    directory.says(b" " * profile.MOST_BYTES)
    assert len(fetching.fetch(AT)) == profile.MOST_BYTES
    directory.says(b" " * (profile.MOST_BYTES + 1))
    with pytest.raises(Refused, match="larger than 5 MB"):
        fetching.fetch(AT)
    monkeypatch.setattr(fetching, "DONE_WITHIN", 0.3)

    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        _letter_by_letter(handler, b" " * 100)

    for slow in (
        drip,
        lambda handler: _letter_by_letter(handler, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 80),
    ):
        directory.answer, begun = slow, time.monotonic()
        with pytest.raises(Refused, match="too long"):
            fetching.fetch(AT)
        assert time.monotonic() - begun < 2
    monkeypatch.setattr(fetching, "DONE_WITHIN", 20)
    monkeypatch.setattr(fetching, "SAYS_WITHIN", 0.2)
    directory.answer = lambda _handler: time.sleep(1)
    with pytest.raises(Refused, match="Nothing could be read"):
        fetching.fetch(AT)


def _letter_by_letter(handler: Any, said: bytes) -> None:
    """A host that keeps a page waiting: less than it takes to call it silent between two letters."""
    with contextlib.suppress(OSError):
        for letter in said:
            handler.wfile.write(bytes([letter]))
            handler.wfile.flush()
            time.sleep(0.05)


# ---- as a file


def test_what_is_read_is_checked_and_brought_in_as_a_file_every_row_accounted_for(
    world: World, directory: Directory
) -> None:
    broken = a_service(status="open")
    broken["id"] = "9b4f3b8e-2c43-4c0e-8a35-0c6a3f4b7b77"
    directory.says(page_of(a_service(), broken))
    client, at = Client(), reverse("services_bring")
    client.force_login(world.coordinator)
    page = client.get(at).text
    assert HOST in page
    page = client.post(at, {"address": AT, "what": "check"}).text
    assert "2 rows read" in page
    assert "1 to add, 0 to change, 0 to close, 0 there already, 1 set aside" in page
    assert not Service.objects.exists()
    page = client.post(at, {"address": AT, "what": "bring"}, follow=True).text
    assert "Brought in." in page
    this = ServiceImport.objects.get()
    assert (len(this.rows), [row[2] for row in this.rows]) == (2, ["new", "aside"])
    assert this.reason == AT.partition("?")[0], "what is behind the question mark may be a key"
    assert Service.objects.count() == 1
    assert "Choose the file" in client.post(at, {"what": "check"}).text
    wrong = client.post(at, {"address": "https://169.254.169.254/", "what": "check"}).text
    assert "its host is one that is allowed here" in wrong
    directory.says(b"not found", status=404)
    assert "Nothing could be read there" in client.post(at, {"address": AT, "what": "check"}).text
    rows = AuditRow.objects.filter(verb="fetch", subject="services")
    assert {row.subject_id for row in rows} == {HOST}
    assert [row.detail["bytes"] > 0 for row in rows.order_by("pk")] == [True, True, False]


def test_it_is_off_by_default_and_for_those_who_keep_the_directory(
    world: World, directory: Directory, settings: Any
) -> None:
    directory.says(page_of(a_service()))
    with pytest.raises(Hidden):
        actions.fetch_services(by=world.social_worker, address=AT)
    settings.SERVICE_HOSTS = ()
    client = Client()
    client.force_login(world.coordinator)
    page = client.get(reverse("services_bring")).text
    assert "Or the address" not in page
    assert "Choose the file" in client.post(reverse("services_bring"), {"address": AT, "what": "check"}).text
    with pytest.raises(Refused, match="Nobody has allowed"):
        actions.fetch_services(by=world.coordinator, address=AT)
    assert directory.asked == []
