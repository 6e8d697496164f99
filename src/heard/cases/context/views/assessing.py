"""Pages of the assessment of a context: reading it, what is known, the weighing, and the signature."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May, Refused
from heard.cases.context import actions, queries
from heard.cases.context.forms import ConcludeForm, FindingForm, SignForm
from heard.cases.context.sides import gap_of, sides_of
from heard.cases.stage.forms import GroundsForm
from heard.cases.stage.rules import Now
from heard.knowledge import load

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.ASSESS)
@require_POST
def start(request: Request, context_id: uuid.UUID) -> HttpResponse:
    try:
        begun = actions.start_assessment(by=request.user, context_id=context_id)
    except Refused as why_not:
        messages.warning(request, _(str(why_not)))
        return redirect("context", context_id=context_id)
    return redirect("context_assessment", context_assessment_id=begun.pk)


@gate(May.SEE_CHILD)
@require_safe
def assessment(request: Request, context_assessment_id: uuid.UUID) -> HttpResponse:
    """What is known, side by side; only what the reader may read of it."""
    user = request.user
    this = actions.read_assessment(by=user, assessment_id=context_assessment_id)
    found, named = actions.read_findings(by=user, assessment=this), queries.people_named(user, this.pk)
    sides = sides_of(this.release, this.context.setting)
    groups: list[tuple[Any, list[Any]]] = [
        (side, [(one, named.get(one.pk, [])) for one in found if one.side == side.id]) for side in sides
    ]
    if not sides:
        groups = [(None, [(one, named.get(one.pk, [])) for one in found])]
    why_not = queries.why_not_add(user, this)
    leads = queries.leads(user, this.context)
    gap = gap_of(this.release, this.context.setting)
    context = {
        "this": this,
        "groups": groups,
        "gap": gap,
        "release": load.release(this.release),
        "may_write": why_not is None,
        "leads": leads,
        "reader": user.pk,
        "why_not_withdraw": queries.why_not_withdraw(user, this),
        "why_not_submit": queries.why_not_submit(user, this),
        "is_writer": user.may(May.ASSESS),
        "signs": queries.to_sign(user).filter(pk=this.pk).exists(),
        "number": queries.number_there(user, this.context.node_id),
    }
    return render(request, "cases/context/assessment.html", context)


@gate(May.ASSESS)
@_FORM
def add(request: Request, context_assessment_id: uuid.UUID) -> HttpResponse:
    user = request.user
    this = actions.read_assessment(by=user, assessment_id=context_assessment_id)
    form = _finding_form(request, this, kind="context.finding.add", subject_id=this.pk)
    why_not = queries.why_not_add(user, this)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.add_finding(by=user, assessment_id=this.pk, **form.answered)
            messages.success(request, _("Saved: what is known of the place or group."))
            return redirect("context_assessment", context_assessment_id=this.pk)
    return _page(request, this, form, _("Add what is known"), why_not=why_not)


@gate(May.ASSESS)
@_FORM
def finding(request: Request, finding_id: uuid.UUID) -> HttpResponse:
    user = request.user
    one = queries.finding_visible_to(user, finding_id)
    this = actions.read_assessment(by=user, assessment_id=one.assessment_id)
    named = [str(person.pk) for person in queries.people_named(user, this.pk).get(one.pk, [])]
    now = {"side": one.side, "what": one.what, "source": one.source, "seen_on": one.seen_on, "names": named}
    form = _finding_form(request, this, kind="context.finding", subject_id=one.pk, initial=now, finding=one)
    why_not = queries.why_not_change(user, this, one)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.change_finding(by=user, finding_id=one.pk, **form.answered)
            messages.success(request, _("Saved: what is known of the place or group."))
            return redirect("context_assessment", context_assessment_id=this.pk)
    take_out = reverse("context_finding_out", kwargs={"finding_id": one.pk}) if not why_not else ""
    return _page(request, this, form, _("Change what is known"), why_not=why_not, take_out=take_out)


@gate(May.ASSESS)
@_FORM
def grounds(request: Request, finding_id: uuid.UUID) -> HttpResponse:
    """Something that is known lost a source that it rests on: whether it still stands, and what is done."""
    user = request.user
    this = actions.read_assessment(
        by=user, assessment_id=queries.finding_visible_to(user, finding_id).assessment_id
    )
    one = next(row for row in actions.read_findings(by=user, assessment=this) if row.pk == finding_id)
    form: Any = kept_form(request, GroundsForm, kind="context.finding.grounds", subject_id=finding_id)
    why_not = queries.why_not_look_at_grounds(
        user, queries.finding_visible_to(user, finding_id), Now.STANDS, "-"
    )
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.look_at_finding(by=user, finding_id=finding_id, **form.cleaned_data)
            messages.success(request, _("Saved: what it means for what is known."))
            return redirect("context_assessment", context_assessment_id=this.pk)
    return _page(
        request,
        this,
        form,
        _("One of its grounds was withdrawn"),
        why_not=why_not,
        about=one.what,
        rests=one.rests,
    )


@gate(May.ASSESS)
@require_POST
def take_out(request: Request, finding_id: uuid.UUID) -> HttpResponse:
    one = queries.finding_visible_to(request.user, finding_id)
    try:
        actions.take_out_finding(by=request.user, finding_id=finding_id)
    except Refused as why_not:
        messages.warning(request, _(str(why_not)))
    else:
        messages.success(request, _("Taken out of the assessment: what was said to be known."))
    return redirect("context_assessment", context_assessment_id=one.assessment_id)


@gate(May.ASSESS)
@_FORM
def conclude(request: Request, context_assessment_id: uuid.UUID) -> HttpResponse:
    user = request.user
    this = actions.read_assessment(by=user, assessment_id=context_assessment_id)
    now = {"weighing": this.weighing, "what_is_not_known": this.what_is_not_known}
    form: Any = kept_form(request, ConcludeForm, kind="context.conclude", subject_id=this.pk, initial=now)
    why_not = queries.why_not_change(user, this)
    if not why_not and form.is_valid():
        with sending(request, form):
            actions.conclude(by=user, assessment_id=this.pk, **form.cleaned_data)
            messages.success(request, _("Saved: how it is weighed, and what is not known."))
            return redirect("context_assessment", context_assessment_id=this.pk)
    return _page(request, this, form, _("Weigh it, and say what is not known"), why_not=why_not)


@gate(May.ASSESS)
@require_POST
def submit(request: Request, context_assessment_id: uuid.UUID) -> HttpResponse:
    try:
        actions.submit_assessment(by=request.user, assessment_id=context_assessment_id)
    except Refused as why_not:
        messages.warning(request, _(str(why_not)))
    else:
        messages.success(request, _("Sent. A supervisor of the agency that leads reads it and decides."))
    return redirect("context_assessment", context_assessment_id=context_assessment_id)


@gate(May.ASSESS)
@require_POST
def withdraw(request: Request, context_assessment_id: uuid.UUID) -> HttpResponse:
    try:
        actions.withdraw_assessment(by=request.user, assessment_id=context_assessment_id)
    except Refused as why_not:
        messages.warning(request, _(str(why_not)))
    else:
        messages.success(request, _("It is yours again. Send it when it is whole."))
    return redirect("context_assessment", context_assessment_id=context_assessment_id)


@gate(May.SIGN_OFF)
@_FORM
def sign(request: Request, context_assessment_id: uuid.UUID) -> HttpResponse:
    user = request.user
    this = actions.read_assessment(by=user, assessment_id=context_assessment_id)
    form: Any = kept_form(request, SignForm, kind="context.sign", subject_id=this.pk)
    why_not = queries.why_not_sign(user, this)
    if not why_not and form.is_valid():
        said = form.cleaned_data
        with sending(request, form):
            if said["outcome"] == "sign":
                actions.sign_assessment(by=user, assessment_id=this.pk, words=said["words"])
                messages.success(request, _("Signed off. It does not change any more."))
            else:
                actions.send_assessment_back(by=user, assessment_id=this.pk, words=said["words"])
                messages.success(request, _("Sent back. Whoever wrote it learns of it now."))
            return redirect("context_assessment", context_assessment_id=this.pk)
    return _page(request, this, form, _("Sign off the assessment"), why_not=why_not)


def _finding_form(
    request: Request, this: Any, *, initial: dict[str, Any] | None = None, finding: Any = None, **about: Any
) -> FindingForm:
    sources, chosen = actions.read_sources_there(by=request.user, assessment=this, finding=finding)
    key = finding.pk if finding else None
    return kept_form(
        request,
        FindingForm,
        **about,
        initial=(initial or {}) | {"rests_on": [str(key) for key in sorted(chosen)]},
        sides=sides_of(this.release, this.context.setting),
        children=actions.read_children_there(by=request.user, assessment=this, finding_id=key),
        sources=sources,
    )


def _page(request: Request, this: Any, form: Any, title: str, **more: Any) -> HttpResponse:
    shown = {
        "context": this.context,
        "form": form,
        "title": title,
        "about": "",
        "back": ("context_assessment", {"context_assessment_id": this.pk}),
        "gap": None,
    }
    return render(request, "cases/context/form.html", shown | more)
