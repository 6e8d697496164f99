"""One search. What is searched for is sent in the form, never in the address."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.home.search import actions
from heard.home.search.forms import SearchForm

_KEPT = "find"  # in the session, so that coming back from a record shows the same list


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: Request) -> HttpResponse:
    if request.method == "POST":
        form = SearchForm(request.POST)
        request.session[_KEPT] = form.answers()
        if form.is_valid():
            return redirect("find")
        return render(request, "home/search.html", {"form": form, "sections": None})
    kept = request.session.get(_KEPT)
    again = SearchForm.filled(kept) if kept else SearchForm()
    found = (
        actions.search(by=request.user, text=again.cleaned_data["text"])
        if kept and again.is_valid()
        else None
    )
    context = {"form": again, "sections": found and found.sections, "behind": found and found.behind}
    return render(request, "home/search.html", context)
