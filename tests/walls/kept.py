"""What a form on a page does with what is typed in it. `test_every_address` looks at every page by it."""

from __future__ import annotations

from html.parser import HTMLParser

# Pages whose form keeps nothing, each with its reason.
NOT_KEPT = {
    "user_invite": "one address, which is quickly typed again",
    "worry_files": "one line about a file, which goes with the file: no server keeps a file that was not sent",
    "child_link_make": "a word that is written nowhere, and is quickly typed again",
    "find": "a search, which is quickly typed again",
    "ways_from": "a search, which is quickly typed again",
    "same": "a search, which is quickly typed again",
    "node_same": "a search, which is quickly typed again",
    "child_chronology": "a search in the chronology, and days, which are quickly typed again",
}
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
