"""Every form with a text field keeps what is typed in it: each page is walked, and each form on it is looked at."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import World
from tests.walls.record import Record, make_record
from tests.walls.test_every_address import GUARDED, VALUES, WHO, who_has

from heard.agencies.rules import MAY

# Pages whose form keeps nothing, each with its reason.
NOT_KEPT = {
    "user_invite": "one address, which is quickly typed again",
    "worry_files": "one line about a file, which goes with the file: no server keeps a file that was not sent",
    "find": "a search, which is quickly typed again",
    "ways_from": "a search, which is quickly typed again",
    "same": "a search, which is quickly typed again",
    "child_chronology": "a search in the chronology, and days, which are quickly typed again",
}
# Pages that are still to be changed. It only ever gets shorter.
NOT_YET: set[str] = set()

_BOXES = {"text", "search", "tel", "email", "url", "number"}
_PARTS_OF_A_DATE = ("-day", "-month", "-year")


class Forms(HTMLParser):
    """The forms of a page that send something and have a box to type in: whether each keeps what is typed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[bool] = []
        self._form: dict[str, str | None] | None = None
        self._types = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            # What is searched for is quickly typed again.
            self._form, self._types = None if attributes.get("role") == "search" else attributes, False
        box = tag == "input" and (attributes.get("type") or "text") in _BOXES
        dated = (attributes.get("name") or "").endswith(_PARTS_OF_A_DATE)
        if "readonly" not in attributes and (tag == "textarea" or (box and not dated)):
            self._types = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            if self._types and (self._form.get("method") or "get").lower() == "post":
                self.found.append(bool(self._form.get("data-heard-save-to")))
            self._form = None


def forms_of(text: str) -> list[bool]:
    read = Forms()
    read.feed(text)
    return read.found


PAPER = "_paper"  # the end of the names of pages that are printed: nobody types on them


def walk(world: World, record: Record) -> dict[str, list[bool]]:
    """The forms on the page of each address, whoever may see it: whether each keeps what is typed."""
    known = record.keys.keys() | VALUES.keys()
    pages = [one for one in GUARDED if one.keys <= known and not one.name.endswith(PAPER)]
    seen: dict[str, list[bool]] = {}
    for role in WHO:
        client = Client()
        client.force_login(who_has(world, role))
        # Whoever comes after looks at those pages alone on which nobody before could type.
        for page in [page for page in pages if page.gate in MAY[role] and not seen.get(page.name)]:
            for path in page.all_of(record):
                answer = client.get(path)
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    seen.setdefault(page.name, []).extend(forms_of(answer.text))
    return seen


def test_every_form_with_a_text_field_keeps_what_is_typed(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path
    pages = walk(world, make_record(world, restricted=False))
    assert sum(len(forms) for forms in pages.values()) > 20, "The wall is in front of nothing"
    loses = {name for name, forms in pages.items() if not all(forms)} - NOT_KEPT.keys()
    assert loses - NOT_YET == set(), "Make it a kept_form, and draw it with ui.kept_form"


@pytest.mark.parametrize(
    ("page", "forms"),
    [
        ('<form method="post"><textarea name="a"></textarea></form>', [False]),
        ('<form method="post" data-heard-save-to="/x"><input name="a"></form>', [True]),
        ('<form><input name="q"></form><form method="post"><input name="a-day"></form>', []),
    ],
)
def test_a_form_that_keeps_nothing_is_seen(page: str, forms: list[bool]) -> None:
    assert forms_of(page) == forms


def test_signing_in_keeps_nothing(client: Client, db: None) -> None:
    assert forms_of(client.get(reverse("account_login")).text) == [False]
