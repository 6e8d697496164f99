"""The page on which somebody says where mail reaches them, and whether it reminds them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from heard.agencies.actions import change_own_details
from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.forms import ROLE_NAMES
from heard.agencies.gate import Request, gate
from heard.agencies.queries import posts_of
from heard.agencies.rules import May
from heard.home.factors import is_fresh
from heard.home.reminders.forms import AboutMeForm
from heard.home.typed import asked_to_confirm

_YES = {True: "yes", False: "no"}


@gate(May.SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def about_me(request: Request) -> HttpResponse:
    user = request.user
    said = {
        "email": user.email,
        "phone": user.phone,
        "reminders": _YES[user.reminders],
        "keys": _YES[user.keys],
    }
    form = kept_form(request, AboutMeForm, kind="about-me", initial=said)
    if form.is_valid():
        if form.cleaned_data["email"] != user.email and settings.FACTOR != "off" and not is_fresh(request):
            return asked_to_confirm(request)  # links by which somebody begins again go there
        with sending(request, form):
            change_own_details(by=user, **form.answered)
            messages.success(request, _("Saved: what you said of yourself."))
            return redirect("about_me")
    context = {"form": form, "posts": posts_of(user), "role_names": ROLE_NAMES}
    return render(request, "home/about_me.html", context)
