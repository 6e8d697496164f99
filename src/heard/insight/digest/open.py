"""Two pages for people who do not sign in: a link in a mail says who they are, and lets them confirm or end the mail.

Following the link changes nothing, since programs that check mail follow links too: a button does.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from heard.insight.digest import actions
from heard.insight.digest.letters import CONFIRM, STOP, subscriber_of


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def digest_confirm(request: HttpRequest, token: str) -> HttpResponse:
    whom = subscriber_of(token, CONFIRM)
    done = False
    if whom is not None and request.method == "POST":
        done = actions.confirm(by=None, subscriber_id=whom)
        whom = whom if done else None
    return _page(request, "insight/digest/confirm.html", is_ours=whom is not None, done=done)


@csrf_exempt  # the link itself is the right to do it, and mail programs send this with one click
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def digest_stop(request: HttpRequest, token: str) -> HttpResponse:
    whom = subscriber_of(token, STOP)
    done = whom is not None and request.method == "POST"
    if whom is not None and done:
        actions.stop(by=None, subscriber_id=whom)
    return _page(request, "insight/digest/stop.html", is_ours=whom is not None, done=done)


def _page(request: HttpRequest, template: str, *, is_ours: bool, done: bool) -> HttpResponse:
    context = {"is_ours": is_ours, "done": done}
    return render(request, template, context, status=200 if is_ours else 404)
