"""The shape of a passage, and how its lines are put together."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from heard.cases.pack.rules import Part


@dataclass(frozen=True)
class Passage:
    """`heading` is one line; `text` is all that is below it. `file_id`: the file that the passage is about."""

    part: Part
    heading: str
    text: str = ""
    file_id: uuid.UUID | None = None

    @property
    def whole(self) -> str:
        return f"{' '.join(self.heading.split())}\n{self.text}"


def lines(*said: str) -> str:
    """Those that say something, each on its own line."""
    return "\n".join(one for one in said if one)


def labelled(label: str, said: object) -> str:
    """“Label: what is said”, or '' where nothing is."""
    text = str(said or "").strip()
    return _("%(label)s: %(text)s") % {"label": label, "text": text} if text else ""


def quoted(text: str) -> str:
    return f"“{text}”" if text else ""
