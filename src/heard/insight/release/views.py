"""Pages of profiles: all of them, drawing one up, one to read, releasing it, withdrawing it, and its files."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.rules import Hidden, May, Refused
from heard.engine.tables import NotDone
from heard.govuk.environment import day
from heard.govuk.pdf import as_download
from heard.insight.release import actions, queries, rules
from heard.insight.release.forms import DecideForm, DrawForm, WithdrawForm
from heard.insight.release.rules import Form, ReleaseState
from heard.insight.run.queries import has_result, run_visible_to

_PER_PAGE = 50
_GONE = 410


@gate(May.SEE_PROFILES)
@require_safe
def profiles(request: Request) -> HttpResponse:
    user = request.user
    page = Paginator(queries.profiles_visible_to(user), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "waiting": list(queries.waiting_for(user)[:_PER_PAGE])}
    return render(request, "insight/release/profiles.html", context)


@gate(May.DRAW_PROFILE)
def profile_draw(request: Request, run_id: uuid.UUID) -> HttpResponse:
    run = run_visible_to(request.user, run_id)
    if not has_result(request.user, run):
        raise Hidden
    try:
        policies = queries.policies(request.user)
    except NotDone as problem:
        return render(
            request, "insight/release/draw.html", {"run": run, "form": None, "why_not": str(problem)}
        )
    form = kept_form(
        request,
        DrawForm,
        kind="profile.draw",
        subject_id=run_id,
        policies=policies,
        suggested=_usual(run, list(policies)),
    )
    if form.is_valid():
        with sending(request, form):
            profile = actions.ask_profile(by=request.user, run_id=run_id, **form.cleaned_data)
            messages.success(request, _("The profile is being drawn. This page says how far it is."))
            return redirect("profile", profile_id=profile.pk)
    return render(request, "insight/release/draw.html", {"run": run, "form": form})


def _usual(run: Any, policies: list[str]) -> dict[str, str]:
    """What the form begins with: a title of the day that the run counts up to, and the policy where there is one."""
    usual = {"policy": policies[0]} if len(policies) == 1 else {}
    if as_of := run.summary.get("as_of"):
        up_to = day(date.fromisoformat(as_of))
        usual["title"] = _("What agencies’ records say together, up to %(day)s") % {"day": up_to}
    return usual


@gate(May.SEE_PROFILES)
@require_safe
def profile(request: Request, profile_id: uuid.UUID) -> HttpResponse:
    """While it is drawn up, how far it is; then the profile to read, or the notice that it was withdrawn."""
    this = queries.profile_visible_to(request.user, profile_id)
    if this.state in (*rules.UNDER_WAY, ReleaseState.NOT_DONE):
        page = "insight/release/_progress.html" if request.htmx else "insight/release/progress.html"
        silent = queries.is_silent(request.user, this)
        return render(request, page, {"profile": this, "silent": silent})
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    withdrawn = this.state == ReleaseState.WITHDRAWN
    content = None if withdrawn else queries.content_of(request.user, profile_id, part="")
    context = {"profile": this, "content": content, **_may(request, this)}
    return render(request, "insight/release/profile.html", context)


@gate(May.SEE_PROFILES)
@require_safe
def profile_part(request: Request, profile_id: uuid.UUID, profile_part: str) -> HttpResponse:
    """One of the pages on which a profile is read, with the way to the others."""
    this = queries.profile_visible_to(request.user, profile_id)
    if this.state == ReleaseState.WITHDRAWN:
        return redirect("profile", profile_id=profile_id)
    content = queries.content_of(request.user, profile_id, part=profile_part)
    place = [part.name for part in content.contents].index(profile_part)
    context = {
        "profile": this,
        "content": content,
        "part": content.contents[place],
        "before": content.contents[place - 1] if place else None,
        "after": content.contents[place + 1] if place + 1 < len(content.contents) else None,
    }
    return render(request, "insight/release/part.html", context)


@gate(May.DRAW_PROFILE)
@require_POST
def profile_again(request: Request, profile_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.draw_again(by=request.user, profile_id=profile_id)
        messages.success(request, _("The profile is being drawn anew."))
    return redirect("profile", profile_id=profile_id)


@gate(May.RELEASE, fresh=True)
def profile_decide(request: Request, profile_id: uuid.UUID) -> HttpResponse:
    this = queries.profile_visible_to(request.user, profile_id)
    form = kept_form(request, DecideForm, kind="profile.decide", subject_id=profile_id)
    if form.is_valid():
        act = actions.release_profile if form.releases else actions.send_back
        with sending(request, form):
            this = act(by=request.user, profile_id=profile_id, **form.why)
            messages.success(request, _DECIDED[ReleaseState(this.state)])
            return redirect("profile", profile_id=profile_id)
    context = {
        "profile": this,
        "form": form,
        "why_not": queries.why_not_decide(request.user, this),
        "policy": queries.policy_of(request.user, this),
    }
    return render(request, "insight/release/decide.html", context)


@gate(May.RELEASE)
def profile_withdraw(request: Request, profile_id: uuid.UUID) -> HttpResponse:
    this = queries.profile_visible_to(request.user, profile_id)
    form = kept_form(request, WithdrawForm, kind="profile.withdraw", subject_id=profile_id)
    if form.is_valid():
        with sending(request, form):
            actions.withdraw_profile(by=request.user, profile_id=profile_id, **form.cleaned_data)
            messages.success(request, _("Withdrawn. Its files are not given out any more."))
            return redirect("profile", profile_id=profile_id)
    why_not = rules.why_not_withdraw(state=this.state, reason="given later")
    return render(
        request, "insight/release/withdraw.html", {"profile": this, "form": form, "why_not": why_not}
    )


@gate(May.SEE_PROFILES)
@require_safe
def profile_file(request: Request, profile_id: uuid.UUID, form: str) -> HttpResponse:
    """To save, never drawn by the browser. Of a profile that was withdrawn: the notice."""
    if form not in set(Form):
        raise Http404
    try:
        content, name = actions.fetch_file(by=request.user, profile_id=profile_id, form=Form(form))
    except Refused:
        this = queries.profile_visible_to(request.user, profile_id)
        context = {"profile": this, "content": None, **_may(request, this)}
        return render(request, "insight/release/profile.html", context, status=_GONE)
    return as_download(content, name, queries.CONTENT_TYPES[Form(form)])


_DECIDED: dict[ReleaseState, Any] = {
    ReleaseState.SECOND: gettext_lazy("Kept. A second person has to release it too."),
    ReleaseState.RELEASED: gettext_lazy("Released. Everybody who sees profiles can read it now."),
    ReleaseState.SENT_BACK: gettext_lazy("Sent back. Its author reads why."),
}


def _may(request: Request, this: Any) -> dict[str, Any]:
    """What somebody can do with a profile from its page."""
    user = request.user
    return {
        "forms": list(Form),
        "policy": queries.policy_of(user, this),
        "decisions": list(this.decisions.all()),
        "may_decide": user.may(May.RELEASE) and this.state in rules.TO_DECIDE,
        "why_not": queries.why_not_decide(user, this),
        "may_withdraw": user.may(May.RELEASE) and this.state == ReleaseState.RELEASED,
    }
