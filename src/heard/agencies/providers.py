"""Which organisations' sign-in Heard trusts, and for whose people: the file that HEARD_SIGN_ON names. Pure: no Django."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_ID: Final = re.compile(r"[a-z0-9-]{1,40}")
_NEEDED: Final = ("name", "agency", "server", "client")
_KNOWN: Final = (*_NEEDED, "secret_file", "person", "groups", "scopes", "second_factor", "also")
OF_ALLAUTH: Final = "openid_connect"  # what allauth calls all of them; none can have this name


@dataclass(frozen=True)
class Provider:
    """An OpenID Connect server at which the people of one agency sign in.

    `agency`: its name in Heard. `person` and `groups`: the claims of the ID token that say who somebody is, by a number that
    never changes hands, and which groups they are in. `second_factor`: the values of `amr` with which the server says that
    they confirmed with something that they have; none, and Heard always asks itself. `also`: further hosts that a sign-in
    goes through on its way.
    """

    id: str
    name: str
    agency: str
    server: str
    client: str
    secret: str
    person: str = "sub"
    groups: str = "groups"
    scopes: tuple[str, ...] = ()
    second_factor: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether nobody between can read or change what it says."""
        return urlsplit(self.server).scheme == "https"

    @property
    def origins(self) -> list[str]:
        """Where the sign-in form may lead, as a browser is told."""
        parts = urlsplit(self.server)
        return [f"{parts.scheme}://{parts.netloc}", *self.also]


def read(path: str, environment: Mapping[str, str]) -> dict[str, Provider]:
    """The providers of this file, by id; none where no file is named. A secret stands in a file that it names, or in
    HEARD_SIGN_ON_SECRET_ID. Raises `ValueError` with a sentence that says what is wrong."""
    if not path:
        return {}
    try:
        said = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ValueError(f"HEARD_SIGN_ON: {path} cannot be read.") from error
    except yaml.YAMLError as error:
        raise ValueError(f"HEARD_SIGN_ON: {path} is not YAML. Look at its indentation.") from error
    if not isinstance(said, dict):
        raise ValueError(f"HEARD_SIGN_ON: {path} has one entry for each provider, with its short name.")  # noqa: TRY004
    found = {str(id_): _provider(str(id_), entry, environment) for id_, entry in said.items()}
    agencies = [one.agency for one in found.values()]
    if twice := {name for name in agencies if agencies.count(name) > 1}:
        raise ValueError(f"HEARD_SIGN_ON: {min(twice)} has two providers. An agency has one.")
    return found


def _provider(id_: str, entry: Any, environment: Mapping[str, str]) -> Provider:
    where = f"HEARD_SIGN_ON, {id_}:"
    if not _ID.fullmatch(id_) or id_ == OF_ALLAUTH:
        raise ValueError(f"{where} a short name has small letters, numbers and hyphens, at most 40.")
    if not isinstance(entry, dict):
        raise ValueError(f"{where} give it {', '.join(_NEEDED)}.")  # noqa: TRY004
    if lacking := [name for name in _NEEDED if not entry.get(name)]:
        raise ValueError(f"{where} {', '.join(lacking)} is lacking.")
    if unknown := [str(name) for name in entry if name not in _KNOWN]:
        raise ValueError(f"{where} {', '.join(unknown)} is not known. Known are {', '.join(_KNOWN)}.")
    server = str(entry["server"]).rstrip("/")
    _refuse_what_can_be_read(where, server)
    return Provider(
        id=id_,
        name=str(entry["name"]),
        agency=str(entry["agency"]),
        server=server,
        client=str(entry["client"]),
        secret=_secret(where, id_, entry, environment),
        person=str(entry.get("person") or "sub"),
        groups=str(entry.get("groups") or "groups"),
        scopes=_several(where, "scopes", entry),
        second_factor=_several(where, "second_factor", entry),
        also=_several(where, "also", entry),
    )


def _several(where: str, name: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    said = entry.get(name) or []
    if not isinstance(said, list):
        raise ValueError(f"{where} {name} is a list, such as [{said}].")  # noqa: TRY004
    return tuple(str(one) for one in said)


def _refuse_what_can_be_read(where: str, server: str) -> None:
    parts = urlsplit(server)
    if parts.scheme == "https" and parts.netloc:
        return
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return  # a test's own; `heard doctor` refuses it
    raise ValueError(f"{where} server is an address with https, such as https://login.example.org.")


def _secret(where: str, id_: str, entry: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    file = entry.get("secret_file")
    variable = "HEARD_SIGN_ON_SECRET_" + id_.upper().replace("-", "_")
    if not file:
        found = environment.get(variable, "")
    else:
        try:
            found = Path(str(file)).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"{where} {file} cannot be read.") from error
    if not found:
        raise ValueError(f"{where} its secret is lacking. Name a secret_file, or set {variable}.")
    return found
