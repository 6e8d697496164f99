"""The file of organisations at which people sign in: what is taken, and what is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    (one,) = read(written(tmp_path, WHOLE), SECRET).values()
    assert (one.id, one.name, one.secret, one.person) == ("county", "County Council", "s3cret", "oid")
    assert one.server == "https://login.example.org/county"
    assert one.is_safe
    assert one.origins == ["https://login.example.org", "https://sso.example.org"]
    assert one.second_factor == ("mfa", "hwk")


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
        ("https://login", "http://login", "server is an address with https"),
        ("https://login.example.org/county/", "login.example.org", "server is an address with https"),
        ("https://login.example.org", "http://127.0.0.1.example.org", "server is an address with https"),
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
