"""One search. What is searched for is sent in the form, never in the address."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from heard.agencies.gate import Request, gate
from heard.agencies.limiting import why_not_once_more
from heard.agencies.rules import May
from heard.home.search import actions
from heard.home.search.forms import SearchForm

_SEARCHED = "search"  # under which searches are counted
_KEPT = "find"  # in the session, so that coming back from a record shows the same list


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: Request) -> HttpResponse:
    if request.method == "POST":
        form, status = SearchForm(request.POST), 200
        if form.is_valid():
            why_not = why_not_once_more(request.user, _SEARCHED, most=settings.SEARCHES)
            if not why_not:
                request.session[_KEPT] = form.answers()
                return redirect("find")
            form.refused(why_not)
            status = 429
        return render(request, "home/search.html", {"form": form, "sections": None}, status=status)
    kept = request.session.get(_KEPT)
    again = SearchForm.filled(kept) if kept else SearchForm()
    found = (
        actions.search(by=request.user, text=again.cleaned_data["text"])
        if kept and again.is_valid()
        else None
    )
    context = {"form": again, "sections": found and found.sections, "behind": found and found.behind}
    context["may_break"] = request.user.may(May.BREAK_GLASS)
    return render(request, "home/search.html", context)
