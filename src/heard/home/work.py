"""What somebody began and has not sent: every kind of form, and worries."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from heard.agencies.drafts.forms import resume_at
from heard.agencies.drafts.queries import begun_by
from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.concern.actions import DRAFT
from heard.cases.concern.views.summary import named
from heard.govuk.environment import time


def _begun(draft: Any) -> Any:
    if draft.page:
        return draft.title or _("A form")
    if draft.kind != DRAFT:  # kept by the first release, whose forms are gone
        return _("Words that you typed in a form that has changed since")
    name = named(draft.answers)
    return _("A worry about %(name)s") % {"name": name} if name else _("A worry, not sent yet")


def _where(draft: Any) -> str:
    if draft.page:
        return resume_at(draft)
    return reverse("worry_check", args=[draft.pk]) if draft.kind == DRAFT else reverse("unfinished")


DRAFTS = WorkList(
    "drafts", _("What you began and have not sent"), May.SIGNED_IN, begun_by, _where, _begun, _("Go on and send it"),
    note=lambda row: _("last changed %(time)s") % {"time": time(row.updated_at)},
    only_if=begun_by,
)  # fmt: skip
