"""An organisation's own SAML sign-in that runs on this machine: pysaml2, which signs with xmlsec1."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client
from django.urls import reverse
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import create_metadata_string
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from heard.agencies import providers
from heard.agencies.providers import Provider

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


class Organisation:
    """A server of SAML, and what a person does at it. `knows` says what it says of somebody; `now` who presses its button."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address
        self.key, self.certificate = written_key(folder / "organisation")
        self.people: dict[str, dict[str, Any]] = {}
        self.now = ""
        self.answering: dict[str, Any] = {}
        self.heard = ""
        self.asked: list[Any] = []

    def provider(self, id_: str, agency: str, **more: Any) -> Provider:
        """As Heard reads it from the metadata of this server."""
        config = IdPConfig().load(self._config())
        (self.folder / "metadata.xml").write_bytes(create_metadata_string(None, config=config))
        entry = {
            "name": f"{agency} sign-in",
            "agency": agency,
            "metadata": str(self.folder / "metadata.xml"),
        } | more
        return providers._provider(id_, entry, {})

    def is_told_of(self, metadata: bytes) -> None:
        """Of Heard, by its metadata."""
        self.heard = metadata.decode()

    def knows(
        self, number: str, *, context: str = PASSWORD, at: datetime | None = None, **attributes: Any
    ) -> None:
        self.people[number] = {"context": context, "at": at, "attributes": attributes}

    def sent_to(
        self, client: Client, provider: str, *, address: str = "openid_connect_login", **typed: str
    ) -> str:
        answer = client.post(reverse(address, args=[provider]), typed)
        assert answer.status_code == 302, answer.content
        return str(answer["Location"])

    def answer(self, asked: str, number: str, **how: Any) -> str:
        """What the browser brings back, from the page on which they pressed the button."""
        self.now, self.answering = number, how
        page = requests.get(asked, timeout=10)
        assert page.status_code == 200, page.text
        found = re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)
        assert found, page.text
        return unescape(found[1])

    def sign_in(
        self, client: Client, provider: str, number: str, *, how: dict[str, Any] | None = None, **typed: str
    ) -> Any:
        return handed_over(
            client, provider, self.answer(self.sent_to(client, provider, **typed), number, **how or {})
        )

    def _config(self) -> dict[str, Any]:
        return {
            "entityid": f"{self.address}/metadata",
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "key_file": str(self.key),
            "cert_file": str(self.certificate),
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(f"{self.address}/sso", BINDING_HTTP_REDIRECT)]},
                    "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                    "policy": {"default": {"lifetime": {"minutes": 15}}},
                }
            },
            "metadata": {"inline": [self.heard]} if self.heard else {},
        }  # fmt: skip

    def page(self, query: str) -> bytes:
        server = Server(config=IdPConfig().load(self._config()))
        asked = server.parse_authn_request(parse_qs(query)["SAMLRequest"][0], BINDING_HTTP_REDIRECT).message
        self.asked.append(asked)
        person = self.people[self.now]
        to = server.response_args(asked)
        at = person["at"] or datetime.now(UTC)
        signed = {
            "sign_response": False,
            "sign_assertion": True,
            "sign_alg": SIG_RSA_SHA256,
            "digest_alg": DIGEST_SHA256,
        }
        answer = server.create_authn_response(
            person["attributes"],
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=self.now),
            authn={"class_ref": person["context"], "authn_auth": self.address, "authn_instant": int(at.timestamp())},
            **{**to, **signed, **self.answering},
        )  # fmt: skip
        made = server.apply_binding(BINDING_HTTP_POST, str(answer), to["destination"], response=True)
        return str(made["data"]).encode()


def handed_over(client: Client, provider: str, answer: str) -> Any:
    """The browser brings it from the organisation's site, without a cookie of ours, and hands it on from our page."""
    brought = Client().post(reverse("saml_answer", args=[provider]), {"SAMLResponse": answer})
    assert brought.status_code == 200, brought.content
    assert not brought.cookies
    found = re.search(r'name="SAMLResponse" value="([^"]+)"', brought.text)
    assert found, brought.text
    return client.post(reverse("saml_check", args=[provider]), {"SAMLResponse": unescape(found[1])})


def written_key(stem: Path, days: int = 365) -> tuple[Path, Path]:
    """A key and a certificate of its own, in two files."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "for tests")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    signed = made.not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256())
    kept, shown = stem.with_suffix(".key"), stem.with_suffix(".crt")
    kept.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    shown.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return kept, shown


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        return


@contextmanager
def running(folder: Path) -> Iterator[Organisation]:
    made: list[Organisation] = []

    def site(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [made[0].page(environ["QUERY_STRING"])]

    with make_server("127.0.0.1", 0, site, handler_class=_Quiet) as server:
        made.append(Organisation(folder, f"http://127.0.0.1:{server.server_port}"))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield made[0]
        server.shutdown()
        thread.join()


def asked_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
