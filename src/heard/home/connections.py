"""With which organisations somebody signs in, on a page of their own."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies import actions, queries, rules
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.home import elsewhere


@gate(May.SIGNED_IN, fresh=True)
@require_safe
def connections(request: Request) -> HttpResponse:
    """Asked for again who it is, so that whoever finds a browser open does not make themselves a way in."""
    context = {
        "links": queries.links_of(request.user, request.user),
        "to_add": queries.providers_for(request.user, request.user),
        "why_not_remove": rules.why_not_unlink(
            may_manage=False, is_self=True, has_other_way=queries.has_way_in(request.user)
        ),
    }
    return render(request, "socialaccount/connections.html", context)


@gate(May.SIGNED_IN, fresh=True)
@require_POST
def connect(request: Request, provider_id: str) -> HttpResponse:
    """Out to their organisation, which then says by which number it knows them."""
    if provider_id not in settings.SIGN_ON:
        raise Http404
    typed = request.POST.copy()
    typed["process"] = "connect"
    request.POST = typed  # type: ignore[assignment]
    return elsewhere.out(request, provider_id)


@gate(May.SIGNED_IN, fresh=True)
@require_POST
def disconnect(request: Request, link_id: int) -> HttpResponse:
    actions.unlink(by=request.user, link_id=link_id)
    messages.success(request, _("You no longer sign in with this organisation."))
    return redirect("connections")
