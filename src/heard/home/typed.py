"""What is typed and not sent: kept while somebody types, listed, thrown away, and given back where the site could not
take it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import SuspiciousOperation
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from heard.agencies.drafts import actions, forms, queries
from heard.agencies.drafts.rules import STEP, Sheet
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May, Refused
from heard.govuk.environment import in_words

if TYPE_CHECKING:
    from heard.agencies.models import Draft

_A_KEY: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORTEST = 12  # characters; ids, choices and parts of dates are no words to save
_SECRET = ("password", "again", "csrfmiddlewaretoken")  # `again` is a password typed twice
_ENDED = (
    24 * 60 * 60
)  # seconds after which a page is no longer kept for who had it open when their session ended
_PER_PAGE = 25
_LARGEST: Final = 1_000_000  # bytes, as of whoever is not signed in (`heard.home.uploads`)


@gate(May.SIGNED_IN)
@require_POST
def keep(request: Request) -> HttpResponse:
    """Keeps what is being typed in any form, for its writer alone. Nothing is checked: half a sentence is worth
    keeping too. Nothing about the record is read or told."""
    sheet = forms.sheet_of(request)
    try:
        if sheet is None or sheet.user_id != request.user.pk:
            raise Refused("This page is not yours, or it is too old. Copy your text and open the page again.")
        draft = forms.keep(request, by=request.user, sheet=sheet)
    except (Refused, Hidden) as refused:
        return _not_kept(request, str(refused))
    if "kept-later" not in request.POST:
        return HttpResponse(status=204)
    messages.success(
        request, _("Kept. You find it below when you want to go on: %(what)s.") % {"what": draft.title}
    )
    return redirect("drafts" if draft.kind.startswith(STEP) else "unfinished")


def _not_kept(request: Request, why_not: str) -> HttpResponse:
    """A sentence for the page that is still open; for who has left it, the words too."""
    if "kept-later" not in request.POST:
        return HttpResponse(in_words(why_not), status=422, content_type="text/plain; charset=utf-8")
    context = {"typed": what_was_typed(request), "why_not": why_not}
    return render(request, "home/not_kept.html", context, status=422)


@gate(May.SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def unfinished(request: Request) -> HttpResponse:
    """What this user began and has not sent, on whatever device; a POST throws one away."""
    if request.method == "POST":
        return _throw_away(request)
    page = Paginator(queries.unfinished_forms(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    worries = queries.worries_begun(request.user)
    context = {"page": page, "worries": worries, "resume_at": forms.resume_at, "words_of": _words_of}
    return render(request, "home/unfinished.html", context)


def _words_of(draft: Draft) -> list[str]:
    """Every text of a form that cannot be gone on with, in the order in which it was kept, without keys of records."""
    texts, waiting = [], [draft.answers]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            waiting.extend(reversed(list(one.values() if isinstance(one, dict) else one)))
        elif isinstance(one, str) and one.strip() and not _A_KEY.fullmatch(one):
            texts.append(one)
    return texts


def _throw_away(request: Request) -> HttpResponse:
    draft = queries.unfinished_form(request.user, request.POST.get("draft", ""))
    actions.discard_draft(by=request.user, draft_id=draft.pk, kind=draft.kind)
    back = request.POST.get("next", "")
    messages.success(request, _("Thrown away."))
    here = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if here else "unfinished")


# ---- forms that came when the site could not take them


def what_was_typed(request: HttpRequest) -> list[str]:
    """The texts of the form that was sent, in their order, without tokens and passwords."""
    sent = [
        (key, text) for key in request.POST for text in request.POST.getlist(key) if not forms.is_ours(key)
    ]
    return [text for key, text in sent if not any(part in key for part in _SECRET) and len(text) >= _SHORTEST]


def typed_at_least(request: HttpRequest) -> list[str]:
    """The same where anything may have failed, also before somebody looked at how much was sent: nothing of a form that is large or cannot
    be read."""
    sent = request.META.get("CONTENT_LENGTH") or "0"
    if not sent.isdigit() or int(sent) > _LARGEST:
        return []
    try:
        return what_was_typed(request)
    except (OSError, MultiPartParserError, SuspiciousOperation):
        return []


def signed_out_meanwhile(request: HttpRequest) -> HttpResponse:
    """A form came after the session had ended. 403, with the words and the way to sign in.

    What was typed is also kept for whom the page was drawn for: its signature says who that is, a day is its limit, and
    what is kept takes no effect before they sign in and send it.
    """
    sheet = forms.sheet_of(request, max_age=_ENDED)
    is_kept = sheet is not None and _kept_for_its_writer(request, sheet)
    back = sheet.page if sheet and sheet.page else request.get_full_path()
    context = {"typed": what_was_typed(request), "back": back, "is_kept": is_kept}
    answer = render(request, "home/signed_out.html", context, status=403)
    if is_kept:
        answer["Heard-Kept"] = "yes"  # for the page that is still open
    return answer


def _kept_for_its_writer(request: HttpRequest, sheet: Sheet) -> bool:
    writer: Any = ModelBackend().get_user(sheet.user_id)  # None for who is switched off
    if writer is None or not writer.may(May.SIGNED_IN):
        return False
    try:
        forms.keep(request, by=writer, sheet=sheet)
    except (Refused, Hidden):
        return False
    return True


def asked_to_confirm(request: HttpRequest) -> HttpResponse:
    """A form came for which somebody has to show again that it is them. 403, with what they typed kept for them."""
    sheet = forms.sheet_of(request)
    is_kept = sheet is not None and sheet.user_id == request.user.pk and _kept_for_its_writer(request, sheet)
    back = sheet.page if sheet and sheet.page else request.get_full_path()
    context = {"typed": [] if is_kept else what_was_typed(request), "back": back, "is_kept": is_kept}
    return render(request, "home/confirm_first.html", context, status=403)


def page_open_too_long(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was not accepted. 403, with the words and the way back."""
    context = {"typed": what_was_typed(request), "back": request.get_full_path()}
    return render(request, "home/page_open_too_long.html", context, status=403)
