"""Out to an organisation's sign-in, and back. Whoever comes back without having been sent gets a page that says so."""

from __future__ import annotations

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.helpers import complete_social_login, render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from jwt import PyJWTError
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError
from requests import RequestException

from heard.agencies.providers import OPENID, SAML
from heard.home import saml
from heard.home.sign_on import Adapter, Server

# What goes wrong with a server that does not answer, or not as the protocol says.
_AMISS = (OAuth2Error, PyJWTError, RequestException, KeyError, ValueError, TypeError)

_log = logging.getLogger(__name__)


@login_not_required
@require_POST
def out(request: HttpRequest, provider_id: str) -> HttpResponse:
    if _is(SAML, provider_id):
        away: HttpResponse = _organisation(request, provider_id).redirect_from_request(request)
        return away
    return _through(OAuth2LoginView, request, provider_id)


@login_not_required
@require_safe
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _through(OAuth2CallbackView, request, provider_id)


@login_not_required
@require_safe
def metadata(request: HttpRequest, provider_id: str) -> HttpResponse:
    """What an organisation enters at its side."""
    _only(SAML, provider_id)
    return HttpResponse(saml.metadata(provider_id), content_type="application/samlmetadata+xml")


@csrf_exempt  # the organisation's page sends it
@login_not_required
@require_POST
def brought(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The browser brings an organisation's answer. It comes from another site, so that no cookie of ours comes with it: the page
    hands it on from here, with the session that asked. Nothing is kept of it."""
    _only(SAML, provider_id)
    answer = request.POST.get("SAMLResponse", "")
    if not 0 < len(answer) <= saml.LONGEST:
        return _failed(request, provider_id)
    return render(request, "socialaccount/brought.html", {"answer": answer, "provider_id": provider_id})


@csrf_exempt  # only who was sent out with the question that it answers comes in by it
@login_not_required
@require_POST
def answered(request: HttpRequest, provider_id: str) -> HttpResponse:
    _only(SAML, provider_id)
    text = request.POST.get("SAMLResponse", "")
    if not 0 < len(text) <= saml.LONGEST:
        return _failed(request, provider_id)
    organisation = _organisation(request, provider_id)
    answer = None
    try:
        answer = saml.Answer(provider_id, text)
        state = organisation.unstash_redirect_state(request, answer.asked)
        answer.check()
        login = organisation.sociallogin_from_response(request, answer)
    except OneLogin_Saml2_ValidationError as error:
        _log.warning("An answer of the provider %s is not believed: %s", provider_id, saml.why(error))
        if answer and answer.is_called_off:
            return redirect("socialaccount_login_cancelled")
        return _failed(request, provider_id, error)
    except PermissionDenied as error:
        return _failed(request, provider_id, error)
    login.state = state
    try:
        done: HttpResponse = complete_social_login(request, login)
    except ImmediateHttpResponse as ours:
        return ours.response
    return done


@login_not_required
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """They pressed "cancel" there."""
    return render(request, "socialaccount/login_cancelled.html")


def _through(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    _only(OPENID, provider_id)
    server = Server(request, provider_id)
    try:
        answer: HttpResponse = view.adapter_view(server)(request)
    except _AMISS as error:
        return _failed(request, provider_id, error)
    return answer


def _is(protocol: str, provider_id: str) -> bool:
    return provider_id in settings.SIGN_ON and settings.SIGN_ON[provider_id].protocol == protocol


def _only(protocol: str, provider_id: str) -> None:
    if not _is(protocol, provider_id):
        raise Http404


def _organisation(request: HttpRequest, provider_id: str) -> Any:
    return Adapter(request).get_provider(request, provider_id)


def _failed(request: HttpRequest, provider_id: str, error: Exception | None = None) -> HttpResponse:
    answer: HttpResponse = render_authentication_error(
        request, _organisation(request, provider_id), exception=error
    )
    return answer
