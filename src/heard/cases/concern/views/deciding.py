"""Reading worries, and deciding on them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import May, Refused
from heard.cases.case.queries import open_case_of, words_of
from heard.cases.concern import actions, queries, rules
from heard.cases.concern.forms import DecideForm
from heard.cases.concern.views.summary import born, lists
from heard.knowledge import load
from heard.network.queries import people_visible_to

if TYPE_CHECKING:
    from heard.cases.models import Case, Concern

_SHOWN = 100  # told worries on one page; those that wait are all shown


@gate(May.TELL)
@require_safe
def concerns(request: Request) -> HttpResponse:
    """Worries that wait for this user's decision, due first; and those that they told, with what came of them."""
    context = {
        "decides": queries.decides(request.user),
        "waiting": [_with_clock(concern) for concern in queries.waiting_for_decision(request.user)],
        "told": list(queries.told_by(request.user)[:_SHOWN]),
        "clock": load.current().clock(rules.CLOCK),
    }
    return render(request, "cases/concern/concerns.html", context)


@gate(May.TELL)
@require_safe
def concern(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    worry = actions.open_concern(by=request.user, concern_id=concern_id)
    return render(request, "cases/concern/concern.html", _shown(request, worry))


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """The child's words beside the decision. The rule's sentence is the form's error."""
    worry = get_object_or_404(queries.decidable_by(request.user), pk=concern_id)
    if worry.state == rules.State.DECIDED:
        return redirect("concern", concern_id=concern_id)
    words = list(words_of(request.user, worry.person_id)[:3])
    case = open_case_of(request.user, worry.person_id)
    form = DecideForm(
        request.POST if request.method == "POST" else None,
        decisions=_decisions(case),
        agencies=[(str(agency.pk), agency.name) for agency in agencies_visible_to(request.user)],
        has_words=bool(words),
    )
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, worry, form)
            return redirect("concern", concern_id=concern_id)
        except Refused as refused:
            form.add_error(None, _(str(refused)))
    actions.open_concern(
        by=request.user, concern_id=concern_id
    )  # a form that is not right shows it all again
    context = _shown(request, worry) | {"form": form, "child_words": words, "open_case": case}
    return render(request, "cases/concern/decide.html", context)


def _decide(request: Request, worry: Concern, form: DecideForm) -> None:
    answers = form.cleaned_data
    chosen = answers.get("other_agency") if answers["decision"] == rules.Decision.OTHER_AGENCY else None
    actions.decide(
        by=request.user,
        concern=worry,
        decision=answers["decision"],
        reason=answers["reason"],
        other_agency=agencies_visible_to(request.user).get(pk=chosen) if chosen else None,
        why_without_words=answers.get("why_without_words", ""),
    )


def _decisions(case: Case | None) -> list[tuple[str, str, str]]:
    texts = {
        rules.Decision.OPEN_CASE: (
            _("Open a case"),
            _("An assessment follows. The exploitation team’s agency becomes involved."),
        ),
        rules.Decision.ADD_TO_CASE: (
            _("Add to the open case %(case)s") % {"case": case},
            _("The people who work on the case see this worry."),
        ),
        rules.Decision.OTHER_AGENCY: (
            _("Another agency takes this on"),
            _("That agency becomes involved and can see the child’s record."),
        ),
        rules.Decision.NO_FURTHER_ACTION: (
            _("No further action"),
            _("The worry stays on record, with your reason."),
        ),
    }
    return [
        (choice.value, *texts[choice]) for choice in rules.decisions_open_to(has_open_case=case is not None)
    ]


def _shown(request: Request, worry: Concern) -> dict[str, Any]:
    """What the page of a worry shows, and the page of its decision beside it."""
    release = load.release(worry.release)
    signs, vulnerabilities = lists(list(worry.observations.all()), release)
    return {
        "concern": worry,
        "born": born(worry.person.birth_date),
        "release": release,
        "signs": signs,
        "vulnerabilities": vulnerabilities,
        "clock": load.current().clock(rules.CLOCK),
        "days_left": _days_left(worry.due_on),
        "may_decide": queries.waiting_for_decision(request.user).filter(pk=worry.pk).exists(),
        "may_open_child": people_visible_to(request.user).filter(pk=worry.person_id).exists(),
    }


def _with_clock(worry: Concern) -> dict[str, Any]:
    return {"concern": worry, "born": born(worry.person.birth_date), "days_left": _days_left(worry.due_on)}


def _days_left(due_on: date) -> int:
    return (due_on - timezone.localdate()).days
