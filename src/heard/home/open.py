"""The pages that anyone may fetch, since they hold no data."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from heard.home import health


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """For a machine that watches whether the site answers at all: where it does not, starting it again may help."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """For a machine that watches whether the site can do its work. 503 and what is wrong, by name; never a value."""
    wrong = health.wrong()
    text = "".join(f"{name}: {'no' if name in wrong else 'yes'}\n" for name in health.CHECKS)
    return HttpResponse(text, content_type="text/plain", status=503 if wrong else 200)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """No search engine has business here."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
