"""Lengths of time in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.cases.missing.rules import Span, how_long
from heard.govuk.environment import time

if TYPE_CHECKING:
    from collections.abc import Mapping


def in_words(span: Span) -> str:
    """“14 hours”, “3 days”, “1 minute”."""
    if span.unit == "minutes":
        return ngettext("%(n)s minute", "%(n)s minutes", span.amount) % {"n": span.amount}
    if span.unit == "hours":
        return ngettext("%(n)s hour", "%(n)s hours", span.amount) % {"n": span.amount}
    return ngettext("%(n)s day", "%(n)s days", span.amount) % {"n": span.amount}


def time_left(due_at: datetime, now: datetime) -> str:
    """“14 hours left” or “2 hours late”."""
    if now <= due_at:
        return _("%(time)s left") % {"time": in_words(how_long(now, due_at))}
    return _("%(time)s late") % {"time": in_words(how_long(due_at, now))}


def kept_by(due_at: datetime, done_at: datetime) -> str:
    """“in time” or “2 hours late”."""
    return _("in time") if done_at <= due_at else time_left(due_at, done_at)


def version_in_words(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an earlier version says, line by line: what it is called, and the text. What was empty is left out."""
    labels = {
        "found_at": _("Back"),
        "found_where": _("Where"),
        "found_by": _("Found by"),
        "condition": _("How the child was"),
        "check_note": _("Seen by the police since"),
        "held_at": _("Held"),
        "where": _("Where"),
        "with_whom": _("With"),
        "independent": _("Independent"),
        "who_else": _("Who else was there"),
        "why_no_words": _("Why there are no words"),
        "where_was": _("Where the child was"),
        "who_with": _("With whom"),
        "pushed": _("What made the child leave"),
        "pulled": _("What drew the child elsewhere"),
        "would_help": _("What would help"),
        "passed_on": _("What was passed on"),
    }
    shown = {name: str(said[name]) for name in labels if said.get(name)}
    for name in shown.keys() & {"found_at", "held_at"}:
        shown[name] = time(datetime.fromisoformat(shown[name]))
    return [(labels[name], text) for name, text in shown.items()]
