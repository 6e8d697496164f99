"""In which language a page is shown: the one that was chosen, where the page has been put into it, else English.

A catalogue says of each sentence whether somebody who speaks the language has checked it (in `django.po`, what is marked `fuzzy`
has been checked by nobody). Pages on which a wrong word could leave a child in danger are shown in another language once all of
it has been checked; the others are shown as they are, and say so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from heard.govuk.languages import AS_IT_IS, WELSH, all_is_checked, why_english

_SIGNING_IN: Final = frozenset({"account_login"})
_TELLING: Final = frozenset(
    {
        "worry_child", "worry_same", "worry_new", "worry_place", "worry_place_same", "worry_place_new", "worry_group",
        "worry_group_same", "worry_group_new", "worry_scene", "worry_words", "worry_files", "worry_discard", "drafts",
    }
)  # fmt: skip
# They ask whether somebody is in danger and say what to do then, or name signs as the knowledge does, in English.
_CHECKED_ONLY: Final = frozenset(
    {
        "worry_start",
        "worry_seen",
        "worry_likely",
        "worry_signs",
        "worry_evidence",
        "worry_check",
        "worry_sent",
    }
)
_PUT_INTO_IT: Final = _SIGNING_IN | _TELLING | _CHECKED_ONLY


class LanguageMiddleware:
    """Sets the language of each page by what its reader chose with `set_language`, kept in a cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(settings.LANGUAGE_CODE):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if _chosen(request) == WELSH:
            translation.activate(_language_of(_page(request)))


def languages(request: HttpRequest) -> dict[str, Any]:
    """For templates: what a page can be read in; whether its words are unchecked; and, where it is not in the language that was chosen,
    why not, in that language."""
    page = _page(request)
    if page not in _PUT_INTO_IT:
        return {}
    chosen, shown = _chosen(request) or settings.LANGUAGE_CODE, translation.get_language()
    offered = [(code, name, code == chosen) for code, name in settings.LANGUAGES]
    words = {"offered_languages": offered, "unchecked": shown == AS_IT_IS, "why_english": ""}
    if chosen == WELSH and shown == settings.LANGUAGE_CODE:
        words["why_english"] = why_english()
    return words


def _language_of(page: str) -> str:
    if page not in _PUT_INTO_IT:
        return settings.LANGUAGE_CODE
    if all_is_checked():
        return WELSH
    return settings.LANGUAGE_CODE if page in _CHECKED_ONLY else AS_IT_IS


def _chosen(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else ""


def _page(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.url_name or "") if match else ""
