"""The one address of a child who writes themselves. Nobody is signed in here.

Everything is sent: no address or title says anything, and nothing is kept on the device. Who gave the word holds a signed `pass` in
the page, which no cookie and no storage repeats (`child.Sitting`), so that there is nothing for another site to use either.
In which language the page is goes from page to page in the form, as large letters do: no cookie says it. It is one in which all is checked.
A link brings its code behind a #, which no browser sends: the page's own script puts it into the form, and takes it out of the address.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import timezone, translation
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from heard.agencies.gate import Takes
from heard.agencies.rules import Hidden, Refused
from heard.cases.attachment.rules import CONTENT_TYPES, EXTENSIONS, ContentKind, SoundRefused
from heard.cases.voice import actions, child, rules, sketch
from heard.cases.voice.child import Sitting
from heard.cases.voice.models import ChildDecision, ChildMessage
from heard.govuk.environment import in_words
from heard.govuk.languages import checked, why_english
from heard.govuk.played import as_played

_NO_LONGER = "It is a while ago that you did something here. Give your word again. What you wrote is kept."
_NOT_READ = (400, 413, 500)  # what was sent cannot be read, or reading it failed
_TYPED = (
    "about", "text", "drawn", "pointed", "spoken", "decision", "meeting", "hide", "hide_other", "draft", "meant",
)  # fmt: skip
_SAID = ("text", "drawn", "pointed", "spoken")  # of these one at least makes a message
_POLICY: dict[str, Any] = {
    **settings.SECURE_CSP,
    "media-src": [CSP.SELF, "blob:"],
}  # what was recorded, before it is sent


class _InMemory(MemoryFileUploadHandler):
    """What a child speaks never lies on the disk in clear: the limit of requests has seen how large it is."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


@csp_override(_POLICY)
@csrf_exempt  # it reads no cookie: whoever sends a form has to have the pass that stands in the page
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _door(request)
    request.upload_handlers = [_InMemory(request)]
    with translation.override(checked(request.POST.get("language", ""))):
        return _answer(request)


notes.takes = Takes.SOUND  # type: ignore[attr-defined]


def _answer(request: HttpRequest) -> HttpResponse:
    step, now = request.POST.get("step", ""), timezone.now()
    if step == "enter":
        return _enter(request)
    token = request.POST.get("pass", "")
    if step == "leave":
        return _leave(request, token)
    sitting = child.sitting_of(token, now)
    if sitting is not None:
        return _STEPS.get(step, _choose)(request, sitting)
    if step == "renew":
        return _unspoken(HttpResponse(status=204))
    link = child.entered(token, now)
    if link is not None and not rules.is_good(link.state, now):
        return _over(request)
    return _door(request, _(_NO_LONGER) if token else "", held=token if link else "")


def _as_recorded() -> translation.override:
    """What is written into the record, and told to others, is in its language, whatever the child reads in."""
    return translation.override(settings.LANGUAGE_CODE)


def may_bring(request: HttpRequest) -> bool:
    """Whether a request may bring a recording here, asked before any of it is read: its header says which sitting it is of, or was until a while ago."""
    return child.entered(request.headers.get("X-Pass", ""), timezone.now()) is not None


def _enter(request: HttpRequest) -> HttpResponse:
    """With code and word; or with the word alone, where the page still holds which link it was."""
    code, word, held = (request.POST.get(name, "") for name in ("code", "word", "held"))
    entered = child.entered(held, timezone.now()) if held else None
    if held and entered is None:
        return _door(request, _("Give the code of your card again."))
    try:
        with _as_recorded():
            sitting = actions.enter(by=None, code=code, word=word, entered=entered)
    except Refused as refused:
        return _door(request, in_words(str(refused)), held=held, code=code)
    if sitting is None:
        return _over(request)
    return _write(request, sitting) if _typed(request) else _choose(request, sitting)


def _choose(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    return _page(request, "cases/voice/open/choose.html", sitting)


def _write(
    request: HttpRequest,
    sitting: Sitting,
    error: str = "",
    named: Sequence[child.Adult] = (),
    *,
    is_sound_refused: bool = False,
) -> HttpResponse:
    """`error`: why what was sent did not go; it stays in the box. `named`: who has a name that was typed. `is_sound_refused`: the recording is why, and
    the page’s script keeps it no longer, so that the rest can go."""
    about, now = request.POST.get("about", ""), timezone.now()
    if about not in set(rules.About):
        return _choose(request, sitting)
    typed = _sent(request)
    typed["draft"] = typed["draft"] or uuid.uuid4().hex
    answers = _answered(sitting, typed)
    typed["decision"] = typed["decision"] if answers else ""
    adults = child.adults_who_might_read(sitting.link, now)
    also = [*named, child.one_adult(sitting.link, typed["hide"])]  # who was chosen stays on the list
    there = {adult.user.pk for adult in adults}
    adults += {one.user.pk: one for one in also if one and one.user.pk not in there}.values()
    chosen = child.one_adult(sitting.link, typed["hide"])
    context: dict[str, Any] = {
        "about": about,
        "error": error,
        "say": {
            "seconds": settings.SPOKEN_SECONDS,
            "bytes": settings.SPOKEN_MEGABYTES * 1_000_000,
            "refused": is_sound_refused,
        },
        "happens": child.what_happens_now(now, sitting.link),
        "adults": adults,
        "chosen": chosen.user if chosen else None,
        "meant": typed["hide_other"] if named else "",
        "feelings": ChildMessage.Feeling.choices,
        "colours": list(enumerate(sketch.COLOURS)),
        "box": sketch,
        "answers": answers,
    }
    return _page(request, "cases/voice/open/write.html", sitting, typed=typed, most=rules.LONGEST, **context)


def _send(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Nothing that stands on the form about who must not read it is left aside: what is not sure is asked again."""
    sent, now = _sent(request), timezone.now()
    hide, other = sent["hide"], sent["hide_other"].strip()
    answers = _answered(sitting, sent)
    if sent["decision"] and answers is None:
        return _write(request, sitting, _("Say which meeting it is about, and send it again."))
    chosen = None
    if hide not in ("nobody", "other"):
        chosen = child.one_adult(sitting.link, hide)
        if chosen is None:
            return _write(request, sitting, _("Choose again who must not read it."))
    if hide == "nobody" and other:
        return _write(request, sitting, _("You wrote a name. Choose “Somebody else”, or take the name out."))
    if hide == "other" and not other:
        return _write(request, sitting, _("Say who must not read it."))
    named = child.named_in(sitting.link, other, now) if other else []
    if named and request.POST.get("meant", "").strip() != other:
        error = _(
            "There is somebody with that name in the list: %(who)s. If you mean them, choose them there, and take the name out. "
            "If you mean somebody else, send it again."
        ) % {"who": ", ".join(str(adult.user) for adult in named)}
        return _write(request, sitting, error, named)
    said: dict[str, Any] = {name: sent[name] for name in ("about", "meeting", "draft", "drawn")}
    said["pointed"] = [text for text in sent["pointed"].split(",") if text]
    said["decision"] = answers
    said["text"] = sent["text"].replace("\r\n", "\n")
    device = rules.device_of(request.headers.get("User-Agent", ""))
    whom: dict[str, Any] = {"hide_from": chosen.user if chosen else None, "hide_other": other}
    recording = request.FILES.get("sound")
    if sent["spoken"] and recording is None:
        return _write(
            request, sitting, _("What you said out loud did not come with it. Say it again, or write it.")
        )
    try:
        with _as_recorded():
            if recording is not None:
                said["spoken"] = actions.listen_to(by=None, sitting=sitting, content=recording.read())
            message = actions.send(by=None, sitting=sitting, device=device, **whom, **said)
    except Refused as refused:
        is_sound = isinstance(refused, SoundRefused)
        return _write(request, sitting, in_words(str(refused)), is_sound_refused=is_sound)
    context: dict[str, Any] = {"message": message, "told": child.who_was_told(message, now)}
    context["happens"] = child.what_happens_now(now, sitting.link)
    return _page(request, "cases/voice/open/sent.html", sitting, **context)


def _answered(sitting: Sitting, sent: dict[str, str]) -> ChildDecision | None:
    """What the child answers: only where it can be shown to them now."""
    return child.decision_of(sitting.link, sent["decision"]) if sitting.reads and sent["decision"] else None


def _secret(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """The page on which the secret is set or given."""
    return _page(request, "cases/voice/open/secret.html", sitting, error="")


def _read(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    secret = request.POST.get("secret", "")
    try:
        with _as_recorded():
            if request.POST.get("set"):
                sitting = actions.set_secret(by=None, sitting=sitting, secret=secret)
            elif not sitting.reads:
                sitting = actions.give_secret(by=None, sitting=sitting, secret=secret)
    except Refused as refused:
        return _page(request, "cases/voice/open/secret.html", sitting, error=in_words(str(refused)))
    found, decided = actions.read_back(by=None, sitting=sitting), child.decided(sitting)
    return _page(request, "cases/voice/open/read.html", sitting, found=found, decided=decided)


def _hear(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """What the child spoke, for them to hear it: the page’s script plays it, and nothing keeps it."""
    try:
        key = uuid.UUID(request.POST.get("which", ""))
        sound, content = actions.hear_back(by=None, sitting=sitting, child_message_id=key)
    except (ValueError, Hidden, Refused):
        return _unspoken(HttpResponse(status=404))
    kind = ContentKind(sound.kind)
    return _unspoken(as_played(content, f"notes.{EXTENSIONS[kind]}", CONTENT_TYPES[kind]))


def _mine(request: HttpRequest, sitting: Sitting, error: str = "") -> HttpResponse:
    """What can be taken back: what this sitting sent, and with the secret all of it."""
    found = [message for message in child.sent_through(sitting) if message.taken_back_at is None]
    return _page(request, "cases/voice/open/mine.html", sitting, found=found, error=error)


def _take_back(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    try:
        key = uuid.UUID(request.POST.get("which", ""))
        with _as_recorded():
            actions.take_back(by=None, sitting=sitting, child_message_id=key)
    except (ValueError, Refused):
        return _mine(request, sitting, _(rules.NOT_TAKEN_BACK))
    return _page(request, "cases/voice/open/taken.html", sitting)


def _renew(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """While somebody types, the page’s script asks for a new pass: what they write is not cut off."""
    return _unspoken(HttpResponse(sitting.token, content_type="text/plain; charset=utf-8"))


def _leave(request: HttpRequest, token: str) -> HttpResponse:
    """Closes what is open with this link. Where no script runs, the page that is answered leads on by itself."""
    link = child.entered(token, timezone.now())
    if link is not None:
        actions.leave(by=None, link=link)
    if not request.POST.get("go"):
        response = HttpResponse(status=204)
    else:
        response = HttpResponse(loader.get_template("cases/voice/open/left.html").render({}))
    response["Clear-Site-Data"] = (
        '"cache"'  # what the browser kept of pages goes with it, where it heeds that
    )
    return _unspoken(response)


def _door(request: HttpRequest, error: str = "", held: str = "", code: str = "") -> HttpResponse:
    """What was typed when the time was over waits behind it. `held`: the pass of a page that is over, with which the word alone is asked;
    `code`: that was typed beside a wrong word."""
    context: dict[str, Any] = {"held": held, "code": code[:60], "typed": _typed(request)}
    return _page(request, "cases/voice/open/door.html", error=error, **context)


def _over(request: HttpRequest) -> HttpResponse:
    """It does not open. What was typed stays on the page, to be copied or read out."""
    typed = _typed(request)
    return _page(request, "cases/voice/open/over.html", typed=typed, unsent=_unsent(typed))


def _typed(request: HttpRequest) -> dict[str, str]:
    longest = {"drawn": sketch.LONGEST}
    typed = {name: text[: longest.get(name, rules.LONGEST)] for name, text in _sent(request).items()}
    return typed if any(typed[name] for name in _SAID) else {}


def _unsent(typed: dict[str, str]) -> ChildMessage:
    """What did not go, to be shown once more: never saved."""
    faces = [text for text in typed.get("pointed", "").split(",") if text in set(rules.Feeling)]
    return ChildMessage(
        seconds=1 if typed.get("spoken") else 0,
        drawing=sketch.strokes_of(typed.get("drawn", "")) or [],
        pointed=",".join(faces[: len(rules.Feeling)]),
    )


def _sent(request: HttpRequest) -> dict[str, str]:
    """What stands on the form; of pictures, all that were pointed at, with commas."""
    sent = ",".join(request.POST.getlist("pointed")).split(",")
    pointed = ",".join(dict.fromkeys(filter(None, sent)))
    return {name: request.POST.get(name, "") for name in _TYPED} | {"pointed": pointed}


def went_wrong(request: HttpRequest, status: int) -> HttpResponse:
    """What an error looks like where children write: whom to ring, and “Leave”. It asks no database."""
    nothing = child.Now(on_duty=False, if_hidden=False, phone="", minutes=0, by_mail=False)
    typed = _typed(request) if request.method == "POST" and status not in _NOT_READ else {}
    shared = {"pass": "", "large": False, "now": nothing, "typed": typed, "status": status}
    shared["unsent"] = _unsent(typed)
    chosen = request.POST.get("language", "") if typed else ""
    shared |= _languages(chosen)
    with translation.override(checked(chosen)):
        page = loader.get_template("cases/voice/open/wrong.html").render(shared)
    return _unspoken(HttpResponse(page, status=status))


def _languages(chosen: str) -> dict[str, Any]:
    """For templates: what was chosen, what there is, and why the page is not in it."""
    known = chosen if chosen in dict(settings.LANGUAGES) else ""
    is_english = checked(known) == settings.LANGUAGE_CODE != known
    why = why_english() if known and is_english else ""
    return {"chosen_language": known, "offered_languages": settings.LANGUAGES, "why_english": why}


def is_here(request: HttpRequest) -> bool:
    """Whether an address is one at which children write, or would be."""
    return request.path == "/n" or request.path.startswith("/n/")


def _page(request: HttpRequest, name: str, sitting: Sitting | None = None, **more: Any) -> HttpResponse:
    """Drawn without the request: no name of a colleague who is signed in on this device, and no cookie. `has_secret`: that one was set;
    `set_by_other`: and that this sitting did not give it."""
    large = bool(request.POST.get("large"))
    has_secret = bool(sitting and sitting.link.secret_hash)
    shared = {
        "pass": sitting.token if sitting else more.get("held", ""),
        "large": large,
        "now": child.what_happens_now(timezone.now()),
        "has_secret": has_secret,
        "set_by_other": bool(has_secret and sitting and not sitting.reads),
    }
    shared |= _languages(request.POST.get("language", "") if request.method == "POST" else "")
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
    "hear": _hear,
    "mine": _mine,
    "take": _take_back,
    "renew": _renew,
}
