"""Which organisations' sign-in Heard trusts, and for whose people: the file that HEARD_SIGN_ON names. Pure: no Django."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

_LEAST_RSA: Final = 2_048  # bits: fewer may have been worked out (NIST SP 800-131A)
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_ID: Final = re.compile(r"[a-z0-9-]{1,40}")
_BOTH: Final = ("name", "agency")
_OPENID: Final = (*_BOTH, "server", "client")
_SAML: Final = (*_BOTH, "metadata")
_MAY: Final = ("person", "groups", "second_factor", "also")
OPENID, SAML = "openid_connect", "saml"  # what allauth calls the protocols; no provider can have these names


@dataclass(frozen=True)
class Signer:
    """Who signs what a SAML provider says: its name (entityID), and the certificates of its keys, as base64 of DER."""

    entity: str
    certificates: tuple[str, ...]


@dataclass(frozen=True)
class Provider:
    """Where the people of one agency sign in, by OpenID Connect, or by SAML where it has a `signer`.

    `agency`: its name in Heard. `server`: its address; of SAML the one to which people are sent. `person` and `groups`: the
    claims of the ID token, or the attributes, that say who somebody is, by a number that never changes hands, and which groups
    they are in; without `person` SAML says it by a persistent NameID. `second_factor`: the values of `amr`, or the contexts of
    the authentication, with which the provider says that they confirmed with something that they have; none, and Heard always
    asks itself. `also`: further hosts that a sign-in goes through on its way.
    """

    id: str
    name: str
    agency: str
    server: str
    client: str = ""
    secret: str = ""
    person: str = "sub"
    groups: str = "groups"
    scopes: tuple[str, ...] = ()
    second_factor: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    signer: Signer | None = None

    @property
    def protocol(self) -> str:
        return SAML if self.signer else OPENID

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
    agencies = [provider.agency for provider in found.values()]
    if twice := {name for name in agencies if agencies.count(name) > 1}:
        raise ValueError(f"HEARD_SIGN_ON: {min(twice)} has two providers. An agency has one.")
    return found


def _provider(id_: str, entry: Any, environment: Mapping[str, str]) -> Provider:
    where = f"HEARD_SIGN_ON, {id_}:"
    if not _ID.fullmatch(id_) or id_ in (OPENID, SAML):
        raise ValueError(f"{where} a short name has small letters, numbers and hyphens, at most 40.")
    if not isinstance(entry, dict):
        raise ValueError(f"{where} give it {', '.join(_OPENID)}.")  # noqa: TRY004
    by_saml = "metadata" in entry
    needed, more = (_SAML, ()) if by_saml else (_OPENID, ("secret_file", "scopes"))
    if lacking := [name for name in needed if not entry.get(name)]:
        raise ValueError(f"{where} {', '.join(lacking)} is lacking.")
    known = (*needed, *_MAY, *more)
    if unknown := [str(name) for name in entry if name not in known]:
        raise ValueError(f"{where} {', '.join(unknown)} is not known. Known are {', '.join(known)}.")
    both: dict[str, Any] = {
        "id": id_,
        "name": str(entry["name"]),
        "agency": str(entry["agency"]),
        "person": str(entry.get("person") or ("" if by_saml else "sub")),
        "groups": str(entry.get("groups") or "groups"),
        "second_factor": _several(where, "second_factor", entry),
        "also": _several(where, "also", entry),
    }
    if by_saml:
        server, signer = _metadata(where, str(entry["metadata"]))
        _refuse_what_can_be_read(where, server)
        return Provider(**both, server=server, signer=signer)
    server = str(entry["server"]).strip()
    _refuse_what_can_be_read(where, server)
    secret = _secret(where, id_, entry, environment)
    return Provider(
        **both, server=server, client=str(entry["client"]), secret=secret, scopes=_several(where, "scopes", entry)
    )  # fmt: skip


def _metadata(where: str, file: str) -> tuple[str, Signer]:
    """Where a SAML provider has people sent, and who signs for it, from the file in which it says so."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_der_x509_certificate
    from lxml import etree
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Metadata

    try:
        text = Path(file).read_bytes()
    except OSError as error:
        raise ValueError(f"{where} {file} cannot be read.") from error
    try:
        tree = etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True))
        several = len(tree.findall(".//{*}IDPSSODescriptor")) + (tree.tag.endswith("}IDPSSODescriptor")) > 1
        said = {} if several else Metadata.parse(text).get("idp", {})
    except (etree.XMLSyntaxError, ValueError, KeyError) as error:
        raise ValueError(f"{where} {file} is no SAML metadata.") from error
    if several:
        raise ValueError(f"{where} {file} is of several providers. Ask for the metadata of this one alone.")
    signs = any(key.get("use") != "encryption" for key in tree.iter("{*}KeyDescriptor"))
    certificates = said.get("x509certMulti", {}).get("signing") or [said.get("x509cert") if signs else None]
    server = said.get("singleSignOnService", {}).get("url", "")
    if not said.get("entityId") or not server or not all(certificates):
        raise ValueError(
            f"{where} {file} lacks its entityID, a certificate for signing, or an address for HTTP-Redirect."
        )
    try:
        keys = [
            load_der_x509_certificate(b64decode(certificate)).public_key() for certificate in certificates
        ]
    except ValueError as error:
        raise ValueError(f"{where} a certificate in {file} cannot be read.") from error
    if any(isinstance(key, RSAPublicKey) and key.key_size < _LEAST_RSA for key in keys):
        raise ValueError(
            f"{where} a certificate in {file} has a key that is too short. Ask for one of RSA with {_LEAST_RSA} bits or more."
        )
    return server, Signer(said["entityId"], tuple(certificates))


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
    raise ValueError(f"{where} the server is an address with https, such as https://login.example.org.")


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
