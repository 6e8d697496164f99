"""What an ID token says of itself is looked at before anything else of it is believed."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from tests.conftest import World
from tests.home.organisation import Organisation
from tests.home.test_sign_on import COUNTY, committed, known, organisation, server, signed_in_as

__all__ = ["committed", "organisation", "server"]  # fixtures


def with_claims(token: str, **claims: Any) -> str:
    head, said, signature = token.split(".")
    read = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    written = base64.urlsafe_b64encode(json.dumps(read | claims).encode()).decode().rstrip("=")
    return f"{head}.{written}.{signature}"


def come_back(
    organisation: Organisation, settings: Any, monkeypatch: pytest.MonkeyPatch, **claims: Any
) -> Client:
    """Somebody whose organisation answers with these claims."""
    settings.FACTOR = "off"
    client = Client()
    back = organisation.back_from(organisation.sent_to(client, COUNTY), "u-sol")
    told = requests.Response.json

    def other(answer: requests.Response, **more: Any) -> Any:
        said = told(answer, **more)
        return said | {"id_token": with_claims(said["id_token"], **claims)} if "id_token" in said else said

    monkeypatch.setattr(requests.Response, "json", other)
    client.get(back)
    return client


def test_a_token_as_it_was_given_opens_the_account(
    world: World, organisation: Organisation, settings: Any
) -> None:
    """Else the refusals below would be of something else."""
    settings.FACTOR = "off"
    user = known(world, settings)
    client = Client()
    organisation.sign_in(client, COUNTY, "u-sol")
    assert signed_in_as(client) == str(user.pk)


@pytest.mark.parametrize(
    "claims", [{"exp": 1_700_000_000}, {"aud": "another"}, {"iss": "https://elsewhere.example"}]
)
def test_a_token_that_is_over_or_for_somebody_else_opens_nothing(
    world: World,
    organisation: Organisation,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    claims: dict[str, Any],
) -> None:
    known(world, settings)
    client = come_back(organisation, settings, monkeypatch, **claims)
    assert not signed_in_as(client)


@pytest.mark.parametrize(("bits", "opens"), [(1024, False), (2048, True)])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_that_is_signed_with_a_short_key_opens_nothing(
    world: World,
    organisation: Organisation,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    bits: int,
    opens: bool,
) -> None:
    """Somebody could have worked such a key out."""
    settings.FACTOR = "off"
    known(world, settings)
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    monkeypatch.setattr("heard.home.sign_on.jwtkit.fetch_key", lambda *_asked: ("RS256", key.public_key()))
    told = requests.Response.json

    def signed_anew(answer: requests.Response, **more: Any) -> Any:
        said = told(answer, **more)
        if "id_token" not in said:
            return said
        claims = jwt.decode(said["id_token"], options={"verify_signature": False})
        return said | {"id_token": jwt.encode(claims, key, algorithm="RS256")}

    monkeypatch.setattr(requests.Response, "json", signed_anew)
    client = Client()
    client.get(organisation.back_from(organisation.sent_to(client, COUNTY), "u-sol"))
    assert bool(signed_in_as(client)) is opens
