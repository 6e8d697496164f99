"""Reading worries, and deciding on them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, said_with_next
from heard.agencies.queries import agencies_visible_to, duty_team
from heard.agencies.rules import May
from heard.cases.attachment.queries import attachments_of
from heard.cases.case.notices.lines import NOBODY_ACTS
from heard.cases.case.notices.queries import nobody_acts
from heard.cases.case.queries import (
    closed_case_of,
    not_heard_beside,
    open_case_of,
    who_can_be_trusted_worker,
    who_can_do,
    words_of,
)
from heard.cases.case.turn import where_to_turn
from heard.cases.concern import actions, queries, rules
from heard.cases.concern.forms import (
    BECOMES_INVOLVED,
    CorrectForm,
    DecideForm,
    Offers,
    SearchDecidedForm,
)
from heard.cases.concern.holder.queries import known_elsewhere
from heard.cases.concern.strategy.queries import discussions_visible_to, why_not_plan_now
from heard.cases.concern.views.summary import born, lists
from heard.cases.context.queries import open_context_of, settings_there_are
from heard.cases.words.forms import typed_view
from heard.govuk.environment import time
from heard.knowledge import load
from heard.network.queries import (
    may_be_one,
    named_in,
    parts_of_agencies,
    people_visible_to,
    postcodes_to_place,
    unnamed_in,
)
from heard.network.rules import marked
from heard.services.law.queries import asks_to_report

_KEPT = "decided worries"  # in the session: what they are searched with
_TOGETHER = 20  # worries of one event that are offered
_WAITING = 25  # on one page
_DECIDED = 15
_WORDS = 3  # of the child, beside the decision
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
        **_late(request),
    }
    return render(request, "cases/concern/concerns.html", context)


@gate(May.TELL)
@require_safe
def told(request: Request) -> HttpResponse:
    """Every worry that this user told, the latest first."""
    page = Paginator(queries.told_by(request.user), _WAITING).get_page(_page(request))
    return render(request, "cases/concern/told.html", {"page": page, **_late(request)})


def _late(request: Request) -> dict[str, Any]:
    """Since when a decision is late, and whom whoever waits for it rings."""
    return {"today": timezone.localdate(), "team": duty_team(request.user)}


@gate(May.TELL)
@require_safe
def concern(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """The whole worry; to whoever told it and may not see the child's record, what they told and what they are told."""
    worry = actions.open_concern(by=request.user, concern_id=concern_id)
    if not worry.whole:  # type: ignore[attr-defined]
        context = _shown(request, worry) | {"team": duty_team(request.user)}
        return render(request, "cases/concern/own_part.html", context)
    user, is_decided = request.user, worry.state == rules.ConcernState.DECIDED
    may_decide = queries.decidable_by(user).filter(pk=concern_id).exists()
    of = worry.person_id or worry.group_id
    named = named_in(user, "concern", concern_id)
    context = _shown(request, worry) | {
        "step": queries.step_of(user, concern_id),
        "named": named,
        "pieces": marked(worry.names_in, {one.place for one in named}),
        "unnamed": unnamed_in(user, "concern", concern_id),
        "postcodes": postcodes_to_place(user, of, [worry.seen_and_heard]) if of else [],
        "known_elsewhere": known_elsewhere(user, worry),
        "earlier": list(queries.earlier_decisions(user, concern_id)) if worry.corrected_at else [],
        "discussions": list(discussions_visible_to(user).filter(concern=concern_id)),
        "may_correct": may_decide and not queries.why_not_correct_now(user, worry),
        "may_report": worry.person is not None and worry.person.kind == "child" and asks_to_report(user),
        "may_plan": is_decided and may_decide and not why_not_plan_now(user, worry),
        "may_ask": may_decide and not is_decided and worry.told_by_id != user.pk,
        "next": queries.next_to_decide(user, concern_id) if may_decide and is_decided else None,
    }
    return render(request, "cases/concern/concern.html", context)


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """The child's words beside the decision. The rule's sentence is the form's error."""
    worry = get_object_or_404(queries.decidable_by(request.user), pk=concern_id)
    if worry.state == rules.ConcernState.DECIDED:
        return redirect("concern", concern_id=concern_id)
    beside = _beside(request, worry)
    also = list(queries.same_event(request.user, worry)[:_TOGETHER])
    offers = _offers(request, worry, beside, also=also)
    about: dict[str, Any] = {"kind": "worry.decide", "subject_id": worry.pk}
    form: Any = kept_form(request, DecideForm, **about, offers=offers, beside=worry)
    if form.is_valid():
        chosen = set(form.cleaned_data.get("also") or ())
        worries = [worry, *(one for one in also if str(one.pk) in chosen)]
        with sending(request, form):
            done = actions.decide_together(by=request.user, concerns=worries, **form.answered)
            step, href = _what_comes_next(done[0])
            said_with_next(request, _what_was_done(done, form.answered), step=step, href=href)
            _warn(request, _nobody_acts(request, done[0]))
            return redirect("concern", concern_id=concern_id)
    # Also where it is sent: a form that is not right shows it all again.
    actions.open_concern(by=request.user, concern_id=concern_id)
    turn = where_to_turn(request.user, _open_to(request, worry), "decision")
    return render(
        request,
        "cases/concern/decide.html",
        _shown(request, worry)
        | beside
        | {
            "form": form,
            "corrects": False,
            "turn": turn,
            "named": named_in(request.user, "concern", concern_id),
            "unnamed": unnamed_in(request.user, "concern", concern_id),
            "known_elsewhere": known_elsewhere(request.user, worry),
        },
    )


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    """Puts a decision right within a working day; what it said stays beside it."""
    worry = get_object_or_404(queries.decidable_by(request.user), pk=concern_id)
    if worry.state == rules.ConcernState.TOLD:
        return redirect("concern_decide", concern_id=concern_id)
    beside = _beside(request, worry)
    if worry.decision == rules.Decision.OPEN_CASE:
        beside |= {"open_case": None}
    if worry.decision == rules.Decision.OPEN_CONTEXT:
        beside |= {"open_context": None}
    form: Any = kept_form(
        request,
        CorrectForm,
        kind="worry.correct",
        subject_id=worry.pk,
        initial=_as_decided(worry, not_heard_beside(request.user, worry.pk)),
        offers=_offers(request, worry, beside),
        beside=worry,
    )
    why_not = queries.why_not_correct_now(request.user, worry)
    if not why_not and form.is_valid():
        with sending(request, form):
            why = form.cleaned_data["why"]
            said = form.answered
            done = actions.correct_decision(by=request.user, concern_id=concern_id, why=why, **said)
            text = _("Put right: %(what)s. Everybody who was told is told again.")
            messages.success(request, text % {"what": done.get_decision_display()})
            _warn(request, _nobody_acts(request, done), _let_out(request, done))
            return redirect("concern", concern_id=concern_id)
    actions.open_concern(by=request.user, concern_id=concern_id)
    context = _shown(request, worry) | beside | {"form": form, "why_not": why_not, "corrects": True}
    context["turn"] = where_to_turn(request.user, _open_to(request, worry), "decision")
    context["named"] = named_in(request.user, "concern", concern_id)
    context["unnamed"] = unnamed_in(request.user, "concern", concern_id)
    context["known_elsewhere"] = known_elsewhere(request.user, worry)
    return render(request, "cases/concern/decide.html", context)


@gate(May.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def decided(request: Request) -> HttpResponse:
    """Decided worries, the latest first. What they are searched with is kept in the session: names are in no address."""
    kept = request.session.get(_KEPT, {})
    shape: dict[str, Any] = {
        "decisions": queries.decisions_there_are(request.user),
        "agencies": [(str(agency.pk), agency.name) for agency in agencies_visible_to(request.user)],
    }
    if request.method == "POST":
        form = SearchDecidedForm(request.POST, **shape)
        if form.is_valid():
            request.session[_KEPT] = form.answers()
            return redirect("concerns_decided")
    else:
        form = SearchDecidedForm.filled(kept, **shape)  # type: ignore[assignment]
    asked = form.cleaned_data if form.is_valid() else {}
    rows = queries.decided_worries(request.user, **asked)
    page = Paginator(rows, _DECIDED).get_page(_page(request))
    context = {"form": form, "page": page, "asked": any(asked.values()), "bound": request.method == "POST"}
    return render(request, "cases/concern/decided.html", context)


def _beside(request: Request, worry: Any) -> dict[str, Any]:
    """What is shown beside the decision: the child's words, and the case that there is or was."""
    child = worry.person_id
    case = open_case_of(request.user, child) if child else None
    return {
        "child_words": _words_beside(request, worry) if child else [],
        "open_case": case,
        "open_context": None
        if child
        else open_context_of(request.user, place_id=worry.place_id, group_id=worry.group_id),
        "closed_case": closed_case_of(request.user, child) if child and not case else None,
    }


def _open_to(request: Request, worry: Any) -> Any:
    """The child, where whoever decides may open the record; else None."""
    seen = worry.person_id and people_visible_to(request.user).filter(pk=worry.person_id).exists()
    return worry.person if seen else None


def _words_beside(request: Request, worry: Any) -> list[Any]:
    """What was told with the worry or said about it, and what the child said last."""
    rows = words_of(request.user, worry.person_id)
    here = list(rows.filter(said_on_id=worry.pk)[:_WORDS])
    return here + [words for words in rows[:_WORDS] if words not in here]


def _offers(request: Request, worry: Any, beside: dict[str, Any], *, also: Sequence[Any] = ()) -> Offers:
    user, child, closed = request.user, worry.person_id, beside["closed_case"]
    team = duty_team(user)
    workers: Any = {}
    if child and not beside["open_case"] and not (closed and closed.allocated_worker):
        workers = who_can_be_trusted_worker(user, child, also=[team.agency_id] if team else [])
    return Offers(
        decisions=_decisions(worry, beside["open_case"], closed, beside["open_context"]),
        parts=parts_of_agencies(user),
        asks_child=bool(child),
        in_danger=worry.in_danger,
        words=beside["child_words"],
        told=next((str(one.pk) for one in beside["child_words"] if one.is_said_on(worry)), ""),
        silent=frozenset(
            str(word.pk) for word in queries.without_words(user, also) if word.person_id != child
        ),
        told_it=worry.told_by_id == user.pk,
        colleagues={} if child else who_can_do(user),
        workers=workers,
        settings=[] if child else settings_there_are(user, worry.about),
        also=[(str(one.pk), *_told_of(one)) for one in also],
    )


def _told_of(worry: Any) -> tuple[str, str]:
    """Whom a worry of the same event is about, and the beginning of what was told."""
    named = {
        "reference": worry.reference,
        "whom": worry.whom,
        "agency": worry.agency,
        "time": time(worry.told_at),
    }
    text = _("%(whom)s: %(reference)s, told %(time)s, %(agency)s") % named
    return text, Truncator(worry.seen_and_heard).chars(200)


def _as_decided(worry: Any, unheard: Any) -> dict[str, Any]:
    """The decision as it stands, for the form that puts it right."""
    agency = f"agency:{worry.other_agency_id}" if worry.other_agency_id else ""
    part = f"team:{worry.other_team_id}" if worry.other_team_id else agency
    helps = worry.decision == rules.Decision.HELP
    context = worry.context if worry.decision == rules.Decision.OPEN_CONTEXT else None
    return {
        "context_setting": context.setting if context else "",
        "context_why": context.why_opened if context else "",
        "context_holder": str(context.held_by_id) if context else "",
        "decision": worry.decision,
        "reason": worry.decision_reason,
        "feedback": worry.feedback,
        "help_with": worry.help_with,
        "helping_agency": part if helps else "",
        "other_agency": "" if helps else part,
        "why_alone": worry.why_alone,
    } | typed_view(worry.decision_words, worry.why_without_words, unheard)


def _what_was_done(done: list[Any], said: dict[str, Any]) -> str:
    first = done[0]
    text = _("Decision recorded: %(what)s.") % {"what": first.get_decision_display()}
    if first.decision == rules.Decision.OPEN_CASE:
        text += " " + _("Case %(case)s is open.") % {"case": first.case}
        if said["worker"]:
            text += " " + _("%(who)s works with the child and learns of it now.") % {"who": said["worker"]}
    if first.decision == rules.Decision.OPEN_CONTEXT:
        text += " " + _("Context %(context)s is open. Hear young people about it first.") % {
            "context": first.context
        }
    if len(done) > 1:
        text += " " + _("It is the decision on %(number)s worries.") % {"number": len(done)}
    return text


def _what_comes_next(worry: Any) -> tuple[str, str]:
    if worry.case_id and worry.decision == rules.Decision.OPEN_CASE:
        return _("Begin the assessment"), reverse("assessment_start", args=[worry.case_id])
    if worry.context_id and worry.decision == rules.Decision.OPEN_CONTEXT:
        return _("Open the context"), reverse("context", args=[worry.context_id])
    return _("Worries that wait for a decision"), reverse("concerns")


def _warn(request: Request, *sentences: str) -> None:
    """In one banner, or none."""
    if said := " ".join(filter(None, sentences)):
        messages.warning(request, said)


def _nobody_acts(request: Request, worry: Any) -> str:
    """Where nobody of the agency or team that takes it on can open it: it is not lost."""
    agency, team = worry.other_agency, worry.other_team
    is_lost = agency and nobody_acts(request.user, worry.person_id, agency, team)
    return NOBODY_ACTS % {"whom": team or agency} if is_lost else ""


def _let_out(request: Request, worry: Any) -> str:
    gone = _("%(whom)s sees the record no longer, and is told nothing here: ring them.")
    whom = queries.let_out(request.user, worry)
    return gone % {"whom": whom} if whom else ""


def _decisions(worry: Any, case: Any, closed: Any, context: Any) -> list[tuple[str, str, str]]:
    child = worry.about == rules.About.CHILD
    texts = {
        rules.Decision.OPEN_CASE: (
            _("Open case %(case)s again") % {"case": closed} if closed else _("Open a case"),
            _("An assessment follows. The team that leads it sees the record."),
        ),
        rules.Decision.ADD_TO_CASE: (
            _("Add to the open case %(case)s") % {"case": case},
            _("The people who work on the case see this worry."),
        ),
        rules.Decision.STRATEGY: (
            _("Strategy discussion"),
            _(
                "Agencies put together what they know. You lead it, and find it in your work until it is held."
            ),
        ),
        rules.Decision.HELP: (
            _("Help without a case"),
            _("Somebody else helps the child or the family. The worry stays on record."),
        ),
        rules.Decision.OPEN_CONTEXT: (
            _("Open a context"),
            _("Work on the place or group itself: it is assessed and changed for every young person there."),
        ),
        rules.Decision.ADD_TO_CONTEXT: (
            _("Add to the open context %(context)s") % {"context": context},
            _("Who holds the context learns of it. They and their agency read this worry there."),
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
            str(BECOMES_INVOLVED)
            if child
            else _(
                "The team that you choose can see this worry, or all of the agency where you choose that."
            ),
        ),
        rules.Decision.NO_FURTHER_ACTION: (
            _("No further action"),
            _("The worry stays on record, with your reason."),
        ),
    }
    open_to = rules.decisions_open_to(
        about=worry.about, has_open_case=case is not None, has_open_context=context is not None
    )
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
        "questions": list(queries.questions_of(request.user, worry)),
        "may_decide": queries.waiting_for_decision(request.user).filter(pk=worry.pk).exists(),
        "likely": _known_already(request, worry),
    }


def _known_already(request: Request, worry: Any) -> int:
    """How many other records may be of the child: whoever told it finds only whom they may see."""
    waits = worry.state == rules.ConcernState.TOLD and worry.person_id is not None
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
