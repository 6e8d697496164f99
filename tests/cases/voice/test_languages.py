"""A child reads and writes in a language of the interface: chosen on the page, kept in no cookie, and only where all of it is checked."""

import re

import pytest
from django.conf import settings
from tests.cases.voice.conftest import WORD

from heard.cases.case.models import Words
from heard.cases.voice import open as notes
from heard.cases.voice.models import ChildMessage
from heard.govuk import languages

IN_ENGLISH = "Mae&#39;r dudalen hon yn Saesneg"
HOUSE = "[[0, 0, [1, 2, 90, 80]]]"


def language_of(page):
    return re.findall(r'<html lang="([^"]+)"', page.text)[0]


def enter(client, made, **said):
    return client.post("/n/", {"step": "enter", "code": made[1], "word": WORD} | said)


def the_pass(page) -> str:
    return re.search(r'data-pass="([^"]*)"', page.text)[1]


@pytest.fixture
def is_checked(monkeypatch):
    """As if somebody who speaks Welsh had checked what the catalogue holds."""
    monkeypatch.setattr(notes, "checked", lambda chosen: "cy-draft" if chosen == "cy" else "en-gb")


def test_a_language_is_offered_at_the_door_and_never_guessed(db, client):
    page = client.get("/n/", headers={"accept-language": "cy"})
    assert (language_of(page), IN_ENGLISH in page.text) == ("en-gb", False)
    for code, name in settings.LANGUAGES:
        assert re.search(rf'name="language" value="{code}".*lang="{code}">{name}</label>', page.text)


def test_until_all_is_checked_a_child_reads_english_and_why_in_their_language(client, made, monkeypatch):
    page = enter(client, made, language="cy")
    assert (language_of(page), IN_ENGLISH in page.text) == ("en-gb", True)
    assert "What do you want to say?" in page.text
    assert "Beth wyt ti" not in page.text
    monkeypatch.setattr(languages, "all_is_checked", lambda: True)
    page = enter(client, made, language="cy")
    assert (language_of(page), IN_ENGLISH in page.text) == ("cy", False)
    assert languages.checked("fr") == "en-gb"


def test_what_was_chosen_goes_from_form_to_form_and_no_cookie_keeps_it(client, made, is_checked):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en-gb"  # of a colleague on the same device
    page = enter(client, made, language="cy", large="1")
    assert (language_of(page), "Beth wyt ti eisiau ei ddweud?" in page.text) == ("cy", True)
    assert dict(page.cookies) == {}
    forms = re.findall(r"<form.*?</form>", page.text, re.DOTALL)
    assert len(forms) > 7
    for form in forms:
        assert ('name="language" value="cy"' in form, 'name="large" value="1"' in form) == (True, True)
    wrong = enter(client, made, language="cy", word="wrong")
    assert "Nid dyna&#39;r gair. Gelli di drio 4 gwaith eto." in wrong.text
    said = {"step": "write", "pass": the_pass(page), "about": "unsafe", "language": "cy"}
    page = client.post("/n/", said)
    for text in ("Mewn perygl: ffonia 999.", "0800 1111", "efallai y bydd yn rhaid iddyn nhw ddweud"):
        assert text in page.text, text
    assert not re.search(r">\s*(Send|Leave|No)\s*<", page.text)


def test_an_error_and_an_ended_link_are_in_it_too(client, made, is_checked):
    page = client.post("/n/", {"step": "enter", "code": "nothing", "word": "x", "language": "cy"})
    assert (language_of(page), "Nid yw hwn yn agor" in page.text) == ("cy", True)
    assert page.text.index("999") < page.text.index("Nid yw hwn yn agor")


def test_what_a_child_sends_in_welsh_is_in_the_record_as_typed_and_the_record_in_its_own_language(
    client, made, is_checked
):
    page = enter(client, made, language="cy")
    said = {"step": "send", "pass": the_pass(page), "about": "feel", "hide": "nobody", "language": "cy"}
    sent = client.post("/n/", said | {"text": "Rwy'n ofnus.", "pointed": "scared", "drawn": HOUSE})
    assert "Anfonwyd. Diolch am ddweud." in sent.text
    assert ChildMessage.objects.get().text == "Rwy'n ofnus."
    words = Words.objects.get(pk=ChildMessage.objects.get().words_id)
    assert "A drawing, which stands in Heard." in words.shown
    assert "Pointed at: scared" in words.shown
    assert "Llun" not in words.shown
    back = {"step": "mine", "pass": the_pass(sent), "language": "cy"}
    assert "Cymryd hyn yn ôl" in client.post("/n/", back).text
    taken = {"step": "take", "pass": the_pass(sent), "which": ChildMessage.objects.get().pk}
    assert "Rwyt ti wedi ei gymryd yn ôl" in client.post("/n/", taken | {"language": "cy"}).text
    words.refresh_from_db()
    assert "took this back" in words.text
