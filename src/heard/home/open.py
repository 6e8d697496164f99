"""The pages that anyone may fetch, since they hold no data."""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from heard.home import health, metrics

_log = logging.getLogger(__name__)
_PLAIN = "text/plain; charset=utf-8"
_GOOD_FOR = timedelta(days=180)  # a contact that is older than half a year is looked up again


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """For a machine that watches whether the site answers at all: where it does not, starting it again may help."""
    return HttpResponse("ok\n", content_type=_PLAIN)


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """For a machine that watches whether the site can do its work. 503 and what is wrong, by name; never a value."""
    wrong = health.wrong()
    text = "".join(f"{name}: {'no' if name in wrong else 'yes'}\n" for name in health.CHECKS)
    return HttpResponse(text, content_type=_PLAIN, status=503 if wrong else 200)


@login_not_required
@require_safe
def figures_for_monitors(request: HttpRequest) -> HttpResponse:
    """For Prometheus on this machine, with the token that HEARD_METRICS_TOKEN says; to anybody else it is not there, nor is it
    to whoever comes through the server in front."""
    said = request.headers.get("Authorization", "").removeprefix("Bearer ")
    passed_on = "X-Forwarded-For" in request.headers
    token = settings.METRICS_TOKEN
    if not token or passed_on or not constant_time_compare(said, token):
        return HttpResponse("not found\n", content_type=_PLAIN, status=404)
    try:
        return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)
    except (DatabaseError, OSError):
        _log.warning("The figures for monitors cannot be read.", exc_info=True)
        return HttpResponse("the database does not answer\n", content_type=_PLAIN, status=503)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """No search engine has business here."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type=_PLAIN)


@login_not_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a flaw in this site (RFC 9116). Where HEARD_SECURITY_CONTACT says nobody, it is not there."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    lines = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": (timezone.now() + _GOOD_FOR).strftime("%Y-%m-%dT00:00:00Z"),
        "Preferred-Languages": "en",
    }
    if settings.ADDRESS:
        lines["Canonical"] = f"{settings.ADDRESS}{request.path}"
    return HttpResponse("".join(f"{name}: {said}\n" for name, said in lines.items()), content_type=_PLAIN)
