"""An organisation's own sign-in that runs on this machine, for tests of single sign-on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.test import Client
from django.urls import reverse
from oidc_provider_mock import run_server_in_thread

from heard.agencies.providers import Provider


class Organisation:
    """A server of OpenID Connect, and what a person does at it."""

    def __init__(self, port: int) -> None:
        self.server = f"http://localhost:{port}"

    def provider(self, id_: str, agency: str, **more: Any) -> Provider:
        return Provider(
            id=id_,
            name=f"{agency} sign-in",
            agency=agency,
            server=self.server,
            client="heard",
            secret="for tests",
            **more,
        )

    def knows(self, number: str, **claims: Any) -> None:
        """Somebody of this number, and what it says of them from now on."""
        requests.put(f"{self.server}/users/{number}", json=claims, timeout=5).raise_for_status()

    def sent_to(
        self, client: Client, provider: str, *, address: str = "openid_connect_login", **typed: str
    ) -> str:
        """Where Heard sends somebody who presses the button."""
        answer = client.post(reverse(address, args=[provider]), typed)
        assert answer.status_code == 302, answer.content
        return str(answer["Location"])

    def back_from(self, asked: str, number: str) -> str:
        """They say there that they are this number, and are sent back: the path and what stands behind it."""
        answer = requests.post(asked, data={"sub": number}, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        found = urlsplit(answer.headers["Location"])
        return f"{found.path}?{found.query}"

    def sign_in(self, client: Client, provider: str, number: str, **typed: str) -> Any:
        return client.get(self.back_from(self.sent_to(client, provider, **typed), number))


@contextmanager
def running() -> Iterator[Organisation]:
    with run_server_in_thread() as server:
        yield Organisation(server.server_port)


def asked_for(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def without_code(path: str) -> str:
    return re.sub(r"code=[^&]+", "code=other", path)
