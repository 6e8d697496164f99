"""What the pages of an assessment show alike."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.cases.assessment import queries
from heard.cases.case.rules import Hint, language_hints
from heard.cases.stage.forms import SETTINGS
from heard.knowledge import load

HIDDEN = "thoughts_hidden"  # in the session: by assessment, the words of which the user said that they stay


def shown(request: HttpRequest, this: Any, **more: Any) -> dict[str, Any]:
    """The context of a page about this assessment, which came from `assessment_visible_to`."""
    user: Any = request.user
    release = load.release(this.release)
    context = {
        "assessment": this,
        "picture": queries.picture(this),
        "questions": queries.questions_of(this),
        "release": release,
        "clock": release.clock("assessment"),
        "settings": SETTINGS,
        "days_left": queries.days_left(this, timezone.localdate()),
        "has_before": queries.has_before(user, this),
    }
    return context | more


def not_now(request: HttpRequest, this: Any, why_not: str) -> HttpResponse:
    messages.warning(request, _(why_not))
    return redirect("assessment", assessment_id=this.pk)


def thoughts(request: HttpRequest, this: Any, text: str) -> list[Hint]:
    """Gentle hints on what a worker wrote, but for those that this user has sent away."""
    away = set(request.session.get(HIDDEN, {}).get(str(this.pk), []))
    return [hint for hint in language_hints(text) if hint.found.lower() not in away]


def send_away(request: HttpRequest, this: Any, text: str) -> None:
    kept = request.session.get(HIDDEN, {})
    away = {hint.found.lower() for hint in language_hints(text)}
    kept[str(this.pk)] = sorted(away | set(kept.get(str(this.pk), [])))
    request.session[HIDDEN] = kept
