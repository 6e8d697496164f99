"""Reading worries, and deciding on them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.kept import kept_form, sending
from heard.agencies.queries import agencies_visible_to, duty_team
from heard.agencies.rules import May
from heard.cases.attachment.queries import attachments_of
from heard.cases.case.queries import closed_case_of, open_case_of, who_can_do, words_of
from heard.cases.concern import actions, queries, rules
from heard.cases.concern.forms import DecideForm
from heard.cases.concern.views.summary import born, lists
from heard.knowledge import load
from heard.network.queries import may_be_one

_WAITING = 25  # on one page
_TOLD = 5  # on the page of what waits; a page of its own has all of them


@gate(May.TELL)
@require_safe
def concerns(request: Request) -> HttpResponse:
    """Worries that wait for this user's decision; and the latest that they told, with what came of them."""
    waiting = Paginator(queries.to_decide_first(request.user), _WAITING).get_page(_page(request))
    told = list(queries.told_by(request.user)[: _TOLD + 1])
    context = {
        "decides": queries.decides(request.user),
        "sees_all": request.user.may(May.SEE_PARTNERSHIP),
        "page": waiting,
        "waiting": [_with_clock(concern) for concern in waiting],
        "told": told[:_TOLD],
        "more_told": len(told) > _TOLD,
        "clock": load.current().clock(rules.CLOCK),
    }
    return render(request, "cases/concern/concerns.html", context)


@gate(May.TELL)
@require_safe
def told(request: Request) -> HttpResponse:
    """Every worry that this user told, the latest first."""
    page = Paginator(queries.told_by(request.user), _WAITING).get_page(_page(request))
    return render(request, "cases/concern/told.html", {"page": page})


@gate(May.TELL)
@require_safe
def concern(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """The whole worry; to whoever told it and may not see the child's record, what they told and what they are told."""
    worry = actions.open_concern(by=request.user, concern_id=concern_id)
    if not worry.whole:  # type: ignore[attr-defined]
        context = _shown(request, worry) | {"team": duty_team(request.user)}
        return render(request, "cases/concern/own_part.html", context)
    context = _shown(request, worry) | {"step": queries.step_of(request.user, concern_id)}
    return render(request, "cases/concern/concern.html", context)


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """The child's words beside the decision. The rule's sentence is the form's error."""
    worry = get_object_or_404(queries.decidable_by(request.user), pk=concern_id)
    if worry.state == rules.State.DECIDED:
        return redirect("concern", concern_id=concern_id)
    words = list(words_of(request.user, worry.person_id)[:3]) if worry.person_id else []
    case = open_case_of(request.user, worry.person_id) if worry.person_id else None
    closed = closed_case_of(request.user, worry.person_id) if worry.person_id and not case else None
    form: Any = kept_form(
        request,
        DecideForm,
        kind="worry.decide",
        subject_id=worry.pk,
        decisions=_decisions(worry, case, closed),
        agencies=[(str(agency.pk), agency.name) for agency in agencies_visible_to(request.user)],
        colleagues=[] if worry.person_id else _who_can_do(request),
        needs_words=bool(worry.person_id) and not words,
        told_it=worry.told_by_id == request.user.pk,
    )
    if form.is_valid():
        with sending(request, form):
            decided = _decide(request, worry, form.cleaned_data)
            messages.success(
                request, _("Decision recorded: %(what)s.") % {"what": decided.get_decision_display()}
            )
            return redirect("concern", concern_id=concern_id)
    # Also where it is sent: a form that is not right shows it all again.
    actions.open_concern(by=request.user, concern_id=concern_id)
    context = _shown(request, worry) | {
        "form": form,
        "child_words": words,
        "open_case": case,
        "closed_case": closed,
    }
    return render(request, "cases/concern/decide.html", context)


def _decide(request: Request, worry: Any, answers: dict[str, Any]) -> Any:
    chosen = answers.get("other_agency") if answers["decision"] == rules.Decision.OTHER_AGENCY else None
    return actions.decide(
        by=request.user,
        concern=worry,
        decision=answers["decision"],
        reason=answers["reason"],
        feedback=answers.get("feedback", ""),
        other_agency=agencies_visible_to(request.user).get(pk=chosen) if chosen else None,
        step=_step(request, answers),
        why_without_words=answers.get("why_without_words", ""),
        why_alone=answers.get("why_alone", ""),
    )


def _step(request: Request, answers: dict[str, Any]) -> actions.Step | None:
    if answers["decision"] != rules.Decision.STEP:
        return None
    owner, _called = who_can_do(request.user)[answers["step_owner"]]
    return actions.Step(answers["step_what"], owner, answers["step_due_on"])


def _who_can_do(request: Request) -> list[tuple[str, str]]:
    return [(key, called) for key, (_who, called) in who_can_do(request.user).items()]


def _decisions(worry: Any, case: Any, closed: Any) -> list[tuple[str, str, str]]:
    child = worry.about == rules.About.CHILD
    texts = {
        rules.Decision.OPEN_CASE: (
            _("Open case %(case)s again") % {"case": closed} if closed else _("Open a case"),
            _("An assessment follows. The exploitation team’s agency becomes involved."),
        ),
        rules.Decision.ADD_TO_CASE: (
            _("Add to the open case %(case)s") % {"case": case},
            _("The people who work on the case see this worry."),
        ),
        rules.Decision.PANEL: (
            _("Discuss it at the panel"),
            _("The next panel has it on its agenda. Say in the reason what it should decide."),
        ),
        rules.Decision.STEP: (
            _("A step is agreed"),
            _("Something that makes it safer: what, who does it and by when. They find it in their work."),
        ),
        rules.Decision.OTHER_AGENCY: (
            _("Another agency takes this on"),
            _("That agency becomes involved and can see the child’s record.")
            if child
            else _("That agency can see this worry."),
        ),
        rules.Decision.NO_FURTHER_ACTION: (
            _("No further action"),
            _("The worry stays on record, with your reason."),
        ),
    }
    open_to = rules.decisions_open_to(about=worry.about, has_open_case=case is not None)
    return [(choice.value, *texts[choice]) for choice in open_to]


def _shown(request: Request, worry: Any) -> dict[str, Any]:
    """What the page of a worry shows, and the page of its decision beside it."""
    release = load.release(worry.release)
    signs, vulnerabilities = lists(list(worry.observations.all()), release)
    return {
        "concern": worry,
        "born": born(worry.person.birth_date) if worry.person else "",
        "release": release,
        "signs": signs,
        "vulnerabilities": vulnerabilities,
        "files": attachments_of(request.user, concern_id=worry.pk),
        "clock": load.current().clock(rules.CLOCK),
        "days_left": _days_left(worry.due_on),
        "is_teller": worry.told_by_id == request.user.pk,
        "seen_by": queries.read_by(request.user, worry),
        "may_decide": queries.waiting_for_decision(request.user).filter(pk=worry.pk).exists(),
        "likely": _known_already(request, worry),
    }


def _known_already(request: Request, worry: Any) -> int:
    """How many other records may be of the child: whoever told it finds only whom they may see."""
    waits = worry.state == rules.State.TOLD and worry.person_id is not None
    if not waits or not request.user.may(May.MERGE) or not worry.whole:
        return 0
    return len(may_be_one(request.user, worry.person_id))


def _with_clock(worry: Any) -> dict[str, Any]:
    return {
        "concern": worry,
        "born": born(worry.person.birth_date) if worry.person else "",
        "days_left": _days_left(worry.due_on),
    }


def _days_left(due_on: date) -> int:
    return (due_on - timezone.localdate()).days


def _page(request: Request) -> str:
    return request.GET.get("page", "")
