"""The page behind the link of an invitation: whoever has the link sets their password, without signing in.

The key goes from the address into the session at once, so that it stands in no history, header or log of what comes after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.actions import set_own_password
from heard.agencies.forms import NewPasswordForm
from heard.agencies.mail.invitation import invited as holder_of

if TYPE_CHECKING:
    from heard.agencies.models import User

_KEY = "invited"  # in the session: the person and the token of the link that was opened


@login_not_required
@require_safe
def opened(request: HttpRequest, user_id: int, token: str) -> HttpResponse:
    if holder_of(user_id, token) is None:
        return _ended(request)
    request.session[_KEY] = [user_id, token]
    return redirect("invitation")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def set_password(request: HttpRequest) -> HttpResponse:
    user = _holder(request)
    if user is None:
        return _ended(request)
    form = NewPasswordForm(request.POST or None, user=user)
    if form.is_valid():
        set_own_password(by=user, password=form.cleaned_data["password"])
        request.session.pop(_KEY, None)
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    return render(request, "account/set_password.html", {"form": form, "username": user.username})


def _holder(request: HttpRequest) -> User | None:
    opened_with = request.session.get(_KEY)
    return holder_of(*opened_with) if opened_with else None


def _ended(request: HttpRequest) -> HttpResponse:
    return render(request, "account/link_ended.html", status=404)
