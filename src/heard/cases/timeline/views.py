"""The page of a child, the chronology on paper, and who has looked."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heard.agencies.gate import gate
from heard.agencies.rules import May
from heard.cases.timeline import actions
from heard.cases.timeline.forms import KINDS, ChronologyForm, read_asked
from heard.cases.timeline.rules import Kind

# What the audit rows of a child's record say, in words. One that is not here is shown as it was written.
VERBS: dict[tuple[str, str], Any] = {
    ("view", "person"): gettext_lazy("Opened the record"),
    ("view", "concern"): gettext_lazy("Read a worry"),
    ("view", "assessment"): gettext_lazy("Read the assessment"),
    ("view", "plan"): gettext_lazy("Read the plan"),
    ("view", "review"): gettext_lazy("Read a review"),
    ("add", "person"): gettext_lazy("Began the record"),
    ("involve", "person"): gettext_lazy("Involved an agency"),
    ("restrict", "person"): gettext_lazy("Restricted the record"),
    ("tell", "concern"): gettext_lazy("Told a worry"),
    ("decide", "concern"): gettext_lazy("Decided on a worry"),
    ("open", "case"): gettext_lazy("Opened a case"),
    ("assign trusted worker", "case"): gettext_lazy("Named the trusted worker"),
    ("record", "words"): gettext_lazy("Wrote down the child’s words"),
    ("note", "warning"): gettext_lazy("Wrote a warning"),
    ("note", "tie"): gettext_lazy("Noted who or what is around the child"),
    ("start", "assessment"): gettext_lazy("Began an assessment"),
    ("write", "assessment"): gettext_lazy("Wrote in the assessment"),
    ("submit", "assessment"): gettext_lazy("Sent the assessment to a supervisor"),
    ("sign_off", "assessment"): gettext_lazy("Signed off the assessment"),
    ("send_back", "assessment"): gettext_lazy("Sent the assessment back"),
    ("start", "plan"): gettext_lazy("Began a plan"),
    ("agree", "plan"): gettext_lazy("Agreed the plan"),
    ("finish action", "plan"): gettext_lazy("Finished an action of the plan"),
    ("hold", "review"): gettext_lazy("Held a review"),
}


@gate(May.SEE_CHILD)
@require_safe
def child(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    asked = read_asked(request.GET)
    page = actions.open_childs_page(
        by=_user(request), person_id=person_id, asked=asked, today=timezone.localdate()
    )
    context = {
        "page": page,
        "person": page.person,
        "filter": ChronologyForm(asked, page.agencies),
        "filtered": bool(asked.kinds or asked.agency),
        "query": _without_page(request),
    }
    return render(request, "cases/timeline/child.html", context | _words())


@gate(May.SEE_CHILD)
@require_safe
def chronology(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    asked = read_asked(request.GET)
    person, facts, agencies = actions.open_chronology(by=_user(request), person_id=person_id, asked=asked)
    context = {
        "person": person,
        "facts": facts,
        "filter": ChronologyForm(asked, agencies),
        "filtered": bool(asked.kinds or asked.agency),
        "today": timezone.localdate(),
    }
    return render(request, "cases/timeline/chronology.html", context | _words())


@gate(May.SEE_CHILD)
@require_safe
def looked(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    page = read_asked(request.GET).page
    person, looks, people = actions.open_looks(by=_user(request), person_id=person_id, page=page)
    context = {"person": person, "looks": looks, "people": people}
    return render(request, "cases/timeline/looked.html", context | _words())


def _user(request: HttpRequest) -> Any:
    """Whoever is signed in: the gate has turned everybody else away."""
    return request.user


def _without_page(request: HttpRequest) -> str:
    sent = request.GET.copy()
    sent.pop("page", None)
    return sent.urlencode()


def _words() -> dict[str, Any]:
    def did(verb: str, subject: str) -> str:
        return str(
            VERBS.get((verb, subject)) or _("%(verb)s: %(subject)s") % {"verb": verb, "subject": subject}
        )

    return {"did": did, "kinds": {kind.value: KINDS[kind] for kind in Kind}}
