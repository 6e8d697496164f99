"""The one address of a child who writes themselves. Nobody is signed in here.

Everything is sent: no address or title says anything, and nothing is kept on the device. Who gave the word holds a signed `pass` in
the page, which no cookie and no storage repeats (`child.Sitting`), so that there is nothing for another site to use either.
A link brings its code behind a #, which no browser sends: the page's own script puts it into the form, and takes it out of the address.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from heard.agencies.rules import Refused
from heard.cases.voice import actions, child, rules
from heard.cases.voice.child import Sitting

_NO_LONGER = "It is a while ago that you did something here. Give your word again."


@csrf_exempt  # it reads no cookie: whoever sends a form has to have the pass that stands in the page
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _door(request)
    step = request.POST.get("step", "")
    if step == "enter":
        return _enter(request)
    sitting = child.sitting_of(request.POST.get("pass", ""), timezone.now())
    if sitting is None:
        return _door(request, _(_NO_LONGER)) if step != "leave" else _left()
    return _STEPS.get(step, _choose)(request, sitting)


def _enter(request: HttpRequest) -> HttpResponse:
    code, word = request.POST.get("code", ""), request.POST.get("word", "")
    try:
        sitting = actions.enter(by=None, code=code, word=word)
    except Refused as refused:
        return _door(request, _(str(refused)))
    if sitting is None:
        return _page(request, "cases/voice/open/over.html")
    return _write(request, sitting) if request.POST.get("text") else _choose(request, sitting)


def _choose(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    return _page(request, "cases/voice/open/choose.html", sitting, has_secret=bool(sitting.link.secret_hash))


def _write(request: HttpRequest, sitting: Sitting, error: str = "") -> HttpResponse:
    """`error`: why what was sent did not go; it stays in the box."""
    about = request.POST.get("about", "")
    if about not in set(rules.About):
        return _choose(request, sitting)
    context: dict[str, Any] = {
        "about": about,
        "error": error,
        "happens": child.what_happens_now(timezone.now()),
    }
    context["adults"] = child.adults_who_might_read(sitting.link, timezone.now())
    typed = {name: request.POST.get(name, "") for name in ("text", "meeting", "hide", "hide_other")}
    return _page(request, "cases/voice/open/write.html", sitting, typed=typed, most=rules.LONGEST, **context)


def _send(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    sent = {name: request.POST.get(name, "") for name in ("about", "text", "meeting", "hide", "hide_other")}
    sent["text"] = sent["text"].replace("\r\n", "\n")
    hide = None
    if sent["hide"] not in ("", "nobody", "other"):
        hide = child.one_adult(child.adults_who_might_read(sitting.link, timezone.now()), sent["hide"])
        if hide is None:
            return _write(request, sitting, _("Choose again who must not read it."))
    other = sent["hide_other"] if sent["hide"] == "other" else ""
    if sent["hide"] == "other" and not other.strip():
        return _write(request, sitting, _("Say who must not read it."))
    said: dict[str, Any] = {"about": sent["about"], "text": sent["text"], "meeting": sent["meeting"]}
    device = rules.device_of(request.headers.get("User-Agent", ""))
    try:
        message = actions.send(
            by=None, sitting=sitting, device=device, hide_from=hide, hide_other=other, **said
        )
    except Refused as refused:
        return _write(request, sitting, _(str(refused)))
    happens = child.what_happens_now(timezone.now())
    has_secret = bool(sitting.link.secret_hash)
    return _page(
        request,
        "cases/voice/open/sent.html",
        sitting,
        message=message,
        happens=happens,
        has_secret=has_secret,
    )


def _secret(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """The page on which the secret is set or given."""
    return _page(
        request, "cases/voice/open/secret.html", sitting, has_secret=bool(sitting.link.secret_hash), error=""
    )


def _read(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    secret, has_secret = request.POST.get("secret", ""), bool(sitting.link.secret_hash)
    try:
        if request.POST.get("set"):
            sitting = actions.set_secret(by=None, sitting=sitting, secret=secret)
        elif not sitting.reads:
            sitting = actions.give_secret(by=None, sitting=sitting, secret=secret)
    except Refused as refused:
        return _page(
            request, "cases/voice/open/secret.html", sitting, has_secret=has_secret, error=_(str(refused))
        )
    return _page(
        request, "cases/voice/open/read.html", sitting, found=actions.read_back(by=None, sitting=sitting)
    )


def _mine(request: HttpRequest, sitting: Sitting, error: str = "") -> HttpResponse:
    """What can be taken back: what this sitting sent, and with the secret all of it."""
    found = [one for one in child.sent_through(sitting) if one.taken_back_at is None]
    return _page(request, "cases/voice/open/mine.html", sitting, found=found, error=error)


def _take_back(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    try:
        key = uuid.UUID(request.POST.get("which", ""))
        actions.take_back(by=None, sitting=sitting, child_message_id=key)
    except (ValueError, Refused):
        return _mine(request, sitting, _("That cannot be taken back here. Give your secret word first."))
    return _page(request, "cases/voice/open/taken.html", sitting)


def _leave(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    actions.leave(by=None, sitting=sitting)
    return _left()


def _left() -> HttpResponse:
    """What the browser kept of pages goes with it, where it heeds that."""
    response = HttpResponse(status=204)
    response["Clear-Site-Data"] = '"cache"'
    return _unspoken(response)


def _door(request: HttpRequest, error: str = "") -> HttpResponse:
    """What was typed when the time was over waits behind it."""
    typed = {
        name: request.POST.get(name, "")[: rules.LONGEST]
        for name in ("about", "text", "meeting", "hide", "hide_other")
    }
    return _page(request, "cases/voice/open/door.html", error=error, typed=typed if typed["text"] else {})


def _page(request: HttpRequest, name: str, sitting: Sitting | None = None, **more: Any) -> HttpResponse:
    """Drawn without the request: no name of a colleague who is signed in on this device, and no cookie."""
    large = bool(request.POST.get("large"))
    shared = {
        "pass": sitting.token if sitting else "",
        "large": large,
        "now": child.what_happens_now(timezone.now()),
    }
    page = loader.get_template(name).render(shared | more)
    return _unspoken(HttpResponse(page))


def _unspoken(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


_STEPS: dict[str, Callable[[HttpRequest, Sitting], HttpResponse]] = {
    "choose": _choose,
    "write": _write,
    "send": _send,
    "secret": _secret,
    "read": _read,
    "mine": _mine,
    "take": _take_back,
    "leave": _leave,
}
