"""Finding a child. What is searched for is sent in the form, never in the address."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.cases.concern.forms import SearchForm
from heard.cases.concern.views.summary import born
from heard.network.queries import Hit, find_described

_KEPT = "find"  # in the session, so that coming back from a child's page shows the same list


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: Request) -> HttpResponse:
    if request.method == "POST":
        form = SearchForm(request.POST)
        request.session[_KEPT] = form.answers()
        if form.is_valid():
            return redirect("find")
        return render(request, "cases/concern/find.html", {"form": form, "hits": None})
    kept = request.session.get(_KEPT)
    again = SearchForm.filled(kept) if kept else SearchForm()
    hits = _hits(request, again) if kept and again.is_valid() else None
    return render(request, "cases/concern/find.html", {"form": again, "hits": hits})


def _hits(request: Request, form: Any) -> list[dict[str, Any]]:
    found = find_described(request.user, form.described())
    return [_in_words(hit) for hit in found]


def _in_words(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.person_id,
        "name": hit.name,
        "facts": ", ".join(part for part in (born(hit.birth_date), hit.postcode_district) if part),
        "reasons": "; ".join(_(reason) for reason in hit.reasons),
        "may_open": hit.may_open,
    }
