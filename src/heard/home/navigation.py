"""What the top of each page offers: the parts of Heard whose gate lets the user pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Part:
    name: str
    text: str | Promise
    what_for: str | Promise

    @property
    def href(self) -> str:
        return reverse(self.name)


PARTS = (
    Part("home", _("My work"), _("What is due, and what waits for you.")),
    Part(
        "worry_start",
        _("Tell a worry"),
        _("Say what you have seen or heard about a child. It takes three minutes."),
    ),
    Part("concerns", _("Worries"), _("Worries that wait for a decision.")),
    Part("find", _("Find a child"), _("See what is known and who works with the child.")),
    Part("engine", _("Engine"), _("Bring in extracts and see children whose signs are scattered.")),
    Part(
        "knowledge",
        _("What we look for"),
        _("Signs, vulnerabilities and patterns, and where they come from."),
    ),
)


def parts_for(user: Any) -> list[Part]:
    """The view behind each address knows who may pass, so that a link is never offered and then refused."""
    return [part for part in PARTS if _may_open(user, part)]


def _may_open(user: Any, part: Part) -> bool:
    return user.may(resolve(part.href).func.gate)  # type: ignore[attr-defined]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """A context processor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    return {"navigation": [_item(part, request.path) for part in parts_for(user)]}


def _item(part: Part, path: str) -> dict[str, Any]:
    here = path == part.href
    inside = part.name != "home" and path.startswith(part.href)
    return {"text": part.text, "href": part.href, "current": here, "active": inside and not here}
