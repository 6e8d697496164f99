"""Signing in and telling a worry in Welsh, as far as it has been put into it, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.conftest import World
from tests.languages.catalogues import Catalog, catalogues, compile_all, faults, untranslated
from tests.walls.test_every_address import ADDRESSES

from heard.home import languages

UNCHECKED = "Nid oes siaradwr Cymraeg wedi gwirio"
IN_ENGLISH = "Mae&#39;r dudalen hon yn Saesneg"
READ = pytest.mark.xdist_group("sentences")  # which are read out of the code once in a process


@pytest.fixture
def welsh(client: Client) -> Client:
    """A browser in which somebody has chosen Welsh on the page for signing in."""
    login = reverse("account_login")
    answer = client.post(reverse("set_language"), {"language": "cy", "next": login})
    assert (answer.status_code, answer.get("Location")) == (302, login), answer.text
    assert client.cookies[site.LANGUAGE_COOKIE_NAME]["max-age"] == "", "It ends with the browser"
    return client


def _language(page: str) -> str:
    [language] = re.findall(r'<html lang="([^"]+)"', page)
    return language


def test_welsh_is_offered_and_never_guessed(db: None, client: Client) -> None:
    page = client.get(reverse("account_login"), headers={"accept-language": "cy"}).text
    assert (_language(page), '<button lang="cy"' in page, UNCHECKED in page) == ("en-gb", True, False)


def test_somebody_signs_in_in_welsh_and_reads_that_nobody_has_checked_it(db: None, welsh: Client) -> None:
    page = welsh.get(reverse("account_login")).text
    assert _language(page) == "cy"
    assert '<h1 class="govuk-heading-l">Mewngofnodi</h1>' in page
    assert UNCHECKED in page
    assert '<button lang="en-gb"' in page
    wrong = welsh.post(reverse("account_login"), {"login": "nobody", "password": "wrong"}).text
    assert "yn gywir. Rhowch gynnig arall" in wrong


def test_where_somebody_may_be_in_danger_no_unchecked_word_is_shown(world: World, welsh: Client) -> None:
    welsh.force_login(world.teacher)
    first = welsh.post(reverse("worry_start"))["Location"]
    page = welsh.get(first).text
    assert (_language(page), IN_ENGLISH in page, "Is somebody in danger now?" in page) == (
        "en-gb",
        True,
        True,
    )
    after = welsh.post(first, {"seen_and_heard": "Upset", "danger_now": "no"})["Location"]
    page = welsh.get(after).text
    assert (_language(page), UNCHECKED in page, "Am ba blentyn" in page) == ("cy", True, True)


def test_all_other_pages_are_in_english(world: World, welsh: Client) -> None:
    welsh.force_login(world.social_worker)
    for name in ("home", "concerns", "caseload", "knowledge"):
        page = welsh.get(reverse(name)).text
        assert (_language(page), IN_ENGLISH in page, 'lang="cy"' in page) == ("en-gb", False, False)
    assert translation.get_language() == site.LANGUAGE_CODE


def test_once_all_is_checked_it_is_shown_where_somebody_may_be_in_danger(
    world: World, welsh: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "all_is_checked", lambda: True)
    welsh.force_login(world.teacher)
    page = welsh.get(welsh.post(reverse("worry_start"))["Location"]).text
    assert (_language(page), UNCHECKED in page) == ("cy", False)


def test_the_pages_that_are_named_are_there() -> None:
    assert languages._PUT_INTO_IT - {address.name for address in ADDRESSES} == set()


def test_what_is_checked_is_compiled_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.languages import catalogues as module

    source = tmp_path / "cy/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    monkeypatch.setattr(module, "LOCALE", tmp_path)
    source.write_text('#, fuzzy\nmsgid "Send"\nmsgstr "Anfon"\n\nmsgid "Back"\nmsgstr "Yn ôl"\n')
    compile_all()
    assert b"Anfon" not in (source.parent / "django.mo").read_bytes()
    assert b"Anfon" in (tmp_path / "cy_Draft/LC_MESSAGES/django.mo").read_bytes()
    source.write_text('msgid "Send"\nmsgstr "Anfon"\n\nmsgid "Back"\nmsgstr "Yn ôl"\n')
    compile_all()
    assert not (tmp_path / "cy_Draft").exists()
    assert b"Anfon" in (source.parent / "django.mo").read_bytes()


@READ
def test_a_catalogue_fits_what_is_said() -> None:
    found = list(catalogues())
    assert [path.parts[-3] for path, _ in found] == ["cy"]
    assert [fault for _, catalogue in found for fault in faults(catalogue)] == []
    assert [message for _, catalogue in found for message in untranslated(catalogue)] == []


@READ
@pytest.mark.parametrize(
    ("message", "said", "fault"),
    [
        ("No page says this.", "x", "Nothing says this"),
        ("Sign in with %(name)s", "Mewngofnodi gyda %(enw)s", "does not have"),
        ("Sign in with %(name)s", "Mewngofnodi", "leaves out"),
    ],
)  # fmt: skip
def test_a_catalogue_that_does_not_fit_is_refused(message: str, said: str, fault: str) -> None:
    catalogue = Catalog()
    catalogue.add(message, said)
    assert any(fault in text for text in faults(catalogue))
