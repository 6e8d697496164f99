"""The file of organisations at which people sign in: what is taken, and what is refused in a sentence."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from heard.agencies.providers import read

WHOLE = """
county:
  name: County Council
  agency: Wexmoor Children’s Services
  server: https://login.example.org/county/
  client: heard
  person: oid
  second_factor: [mfa, hwk]
  scopes: [groups]
  also: ["https://sso.example.org"]
"""
SECRET = {"HEARD_SIGN_ON_SECRET_COUNTY": "s3cret"}


def written(path: Path, text: str) -> str:
    file = path / "sign-on.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_without_a_file_there_is_none() -> None:
    assert read("", SECRET) == {}


def test_a_provider_is_read_whole(tmp_path: Path) -> None:
    (provider,) = read(written(tmp_path, WHOLE), SECRET).values()
    assert (provider.id, provider.name, provider.secret, provider.person) == (
        "county",
        "County Council",
        "s3cret",
        "oid",
    )
    assert provider.server == "https://login.example.org/county/", (
        "letter by letter, as the server calls itself"
    )
    assert provider.is_safe
    assert provider.origins == ["https://login.example.org", "https://sso.example.org"]
    assert provider.second_factor == ("mfa", "hwk")


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of a file\n")
    text = WHOLE + f"  secret_file: {tmp_path / 'secret'}\n"
    assert read(written(tmp_path, text), {})["county"].secret == "of a file"


def test_of_itself_a_second_factor_never_counts(tmp_path: Path) -> None:
    text = WHOLE.replace("  second_factor: [mfa, hwk]\n", "")
    assert read(written(tmp_path, text), SECRET)["county"].second_factor == ()


def test_loopback_is_read_and_is_not_safe(tmp_path: Path) -> None:
    text = WHOLE.replace("https://login.example.org/county/", "http://127.0.0.1:8080")
    assert not read(written(tmp_path, text), SECRET)["county"].is_safe


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("https://login", "http://login", "the server is an address with https"),
        ("https://login.example.org/county/", "login.example.org", "the server is an address with https"),
        ("https://login.example.org", "http://127.0.0.1.example.org", "the server is an address with https"),
        ("  client: heard\n", "", "client is lacking"),
        ("  person: oid", "  persn: oid", "persn is not known"),
        ("[mfa, hwk]", "mfa", "second_factor is a list"),
        ("county:", "openid_connect:", "a short name has small letters"),
        ("county:", "County Council:", "a short name has small letters"),
        ("county:\n", "county: [\n", "is not YAML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    assert before in WHOLE
    with pytest.raises(ValueError, match=sentence):
        read(written(tmp_path, WHOLE.replace(before, after, 1)), SECRET)


def test_a_list_is_no_providers(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one entry for each provider"):
        read(written(tmp_path, "- county\n"), SECRET)
    with pytest.raises(ValueError, match="give it name"):
        read(written(tmp_path, "county: yes\n"), SECRET)


def test_a_file_or_secret_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read(str(tmp_path / "none.yaml"), SECRET)
    with pytest.raises(ValueError, match="HEARD_SIGN_ON_SECRET_COUNTY"):
        read(written(tmp_path, WHOLE), {})
    with pytest.raises(ValueError, match="cannot be read"):
        read(written(tmp_path, WHOLE + "  secret_file: /nowhere/secret\n"), SECRET)


def test_an_agency_has_one(tmp_path: Path) -> None:
    two = WHOLE + WHOLE.replace("county:", "other:")
    with pytest.raises(ValueError, match="has two providers"):
        read(written(tmp_path, two), SECRET | {"HEARD_SIGN_ON_SECRET_OTHER": "x"})


# ---- SAML


def certificate(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None) -> str:
    """As metadata has it: base64 of DER."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return b64encode(made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)).decode()


OURS, SECOND = certificate(), certificate()
SAML = """
school:
  name: Northgate Academy
  agency: Northgate Academy
  metadata: {file}
"""
METADATA = f"""<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://login.example.org/metadata">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
      <X509Certificate>{OURS}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://login.example.org/post"/>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://login.example.org/sso"/>
  </IDPSSODescriptor>
</EntityDescriptor>
"""


def with_metadata(path: Path, text: str, more: str = "") -> str:
    (path / "school.xml").write_text(text, encoding="utf-8")
    return written(path, SAML.format(file=path / "school.xml") + more)


def test_a_provider_of_saml_whose_key_is_too_short_is_refused(tmp_path: Path) -> None:
    short, enough = (certificate(rsa.generate_private_key(65537, bits)) for bits in (1024, 2048))
    with pytest.raises(ValueError, match="has a key that is too short"):
        read(with_metadata(tmp_path, METADATA.replace(OURS, short)), {})
    assert read(with_metadata(tmp_path, METADATA.replace(OURS, enough)), {})


def test_a_provider_of_saml_is_read_from_its_metadata(tmp_path: Path) -> None:
    (provider,) = read(with_metadata(tmp_path, METADATA), {}).values()
    assert (provider.protocol, provider.server, provider.person) == (
        "saml",
        "https://login.example.org/sso",
        "",
    )
    assert provider.signer is not None
    assert (provider.signer.entity, provider.signer.certificates) == (
        "https://login.example.org/metadata",
        (OURS,),
    )
    assert provider.origins == ["https://login.example.org"]
    (provider,) = read(with_metadata(tmp_path, METADATA, "  person: objectId\n"), {}).values()
    assert provider.person == "objectId"
    second = METADATA.split("<KeyDescriptor")[1].split("</KeyDescriptor>")[0].replace(OURS, SECOND)
    two = METADATA.replace(
        "<SingleSignOnService", f"<KeyDescriptor{second}</KeyDescriptor><SingleSignOnService", 1
    )
    (provider,) = read(with_metadata(tmp_path, two), {}).values()
    assert provider.signer is not None
    assert provider.signer.certificates == (OURS, SECOND), "two, while a key is changed"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("<?xml", "no xml <?xml", "is no SAML metadata"),
        ("HTTP-Redirect", "HTTP-Artifact", "lacks its entityID, a certificate"),
        ("<X509Certificate>OURS</X509Certificate>", "", "lacks its entityID, a certificate"),
        ("OURS", "not a certificate", "a certificate in .* cannot be read"),
        ("OURS", "QUJD", "a certificate in .* cannot be read"),
        ('use="signing"', 'use="encryption"', "lacks its entityID, a certificate"),
        (' entityID="https://login.example.org/metadata"', "", "lacks its entityID, a certificate"),
        ("https://login.example.org/sso", "http://login.example.org/sso", "an address with https"),
        ("</EntityDescriptor>", "<IDPSSODescriptor/></EntityDescriptor>", "is of several providers"),
        (
            '<?xml version="1.0"?>',
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
            "is no SAML metadata",
        ),
    ],
)
def test_what_is_wrong_with_metadata_is_said(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    before = before.replace("OURS", OURS)
    assert before in METADATA
    with pytest.raises(ValueError, match=sentence):
        read(with_metadata(tmp_path, METADATA.replace(before, after, 1)), {})


def test_what_only_the_other_protocol_knows_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="client is not known"):
        read(with_metadata(tmp_path, METADATA, "  client: heard\n"), {})
    with pytest.raises(ValueError, match=r"school.xml cannot be read"):
        read(written(tmp_path, SAML.format(file=tmp_path / "none" / "school.xml")), {})
