"""Out to an organisation's sign-in, and back. Whoever comes back without having been sent gets a page that says so."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from jwt import PyJWTError
from requests import RequestException

from heard.home.sign_on import Adapter, Server

# What goes wrong with a server that does not answer, or not as the protocol says.
_AMISS = (OAuth2Error, PyJWTError, RequestException, KeyError, ValueError, TypeError)


@login_not_required
@require_POST
def out(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _through(OAuth2LoginView, request, provider_id)


@login_not_required
@require_safe
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _through(OAuth2CallbackView, request, provider_id)


@login_not_required
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """They pressed "cancel" there."""
    return render(request, "socialaccount/login_cancelled.html")


def _through(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    if provider_id not in settings.SIGN_ON:
        raise Http404
    server = Server(request, provider_id)
    try:
        answer: HttpResponse = view.adapter_view(server)(request)
    except _AMISS as error:
        provider = Adapter(request).get_provider(request, provider_id)
        failed: HttpResponse = render_authentication_error(request, provider, exception=error)
        return failed
    return answer
