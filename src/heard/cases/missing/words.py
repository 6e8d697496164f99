"""Lengths of time in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.cases.missing.rules import Span, how_long


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
