"""Pages on which a partnership checks itself."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, Takes, gate
from heard.agencies.rules import Hidden, May, Refused
from heard.board import actions, queries
from heard.board.forms import (
    AddEvidenceForm,
    AnswerForm,
    CloseAuditForm,
    FinishActionForm,
    OpenAuditForm,
    PlanActionForm,
    SecondReadingForm,
    WithdrawEvidenceForm,
)
from heard.board.promises import YEAR
from heard.cases.attachment.rules import CONTENT_TYPES, EXTENSIONS, ContentKind
from heard.govuk.pdf import as_download_in_parts

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PER_PAGE = 15


@gate(May.AUDIT)
@require_safe
def audits(request: Request) -> HttpResponse:
    """Every audit, and whether each requirement was met in those that are closed."""
    closed, trend = queries.trend(request.user)
    context = {
        "audits": queries.audits_visible_to(request.user),
        "closed": closed,
        "trend": trend,
        "may_hold": request.user.may(May.HOLD_AUDIT),
        "may_disclose": request.user.may(May.DISCLOSE),
    }
    return render(request, "board/audits.html", context)


@gate(May.HOLD_AUDIT)
@_FORM
def open_audit(request: Request) -> HttpResponse:
    form: Any = kept_form(
        request,
        OpenAuditForm,
        kind="audit.open",
        suggested={"since": localdate() - YEAR, "until": localdate()},
        packs=queries.packs_to_ask(request.user),
        agencies=queries.who_can_take_part(request.user),
    )
    if form.is_valid():
        with sending(request, form):
            audit = actions.open_audit(by=request.user, **form.answered)
            messages.success(
                request, _("The audit is open. Each agency that takes part finds it on My work.")
            )
            return redirect("audit", audit_id=audit.pk)
    return _form_page(
        request, form, _("Open an audit"), _("Open it"), ("audits", {}, _("The partnership checks itself"))
    )


@gate(May.AUDIT)
@require_safe
def audit(request: Request, audit_id: uuid.UUID) -> HttpResponse:
    """What was found of it so far, by pack; what is better and worse than in the audit before; what is to be done."""
    found = queries.audit_of(request.user, audit_id)
    whole = queries.whole(request.user, found)
    packs = queries.packs_of(request.user, found)
    context = {
        "audit": found,
        "whole": whole,
        "packs": packs,
        "may_hold": request.user.may(May.HOLD_AUDIT),
        "who": queries.who_answers(request.user, found),
        "looks_at": [agency for agency in whole.agencies if queries.sees_agency(request.user, agency)],
    }
    return render(request, "board/audit.html", context)


@gate(May.AUDIT)
@require_safe
def audit_agency(request: Request, audit_id: uuid.UUID, agency_id: uuid.UUID) -> HttpResponse:
    """All that one agency has to meet, and what it says: for those who hold audits, and for those who answer for it."""
    found = queries.audit_of(request.user, audit_id)
    agency = queries.agency_of(request.user, found, agency_id)
    rows = queries.whole(request.user, found).asked_of(agency)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    who = queries.who_answers(request.user, found).get(agency.pk, [])
    todo = queries.to_do_in(request.user, found, agency)
    context = {"audit": found, "agency": agency, "page": page, "who": who, "todo": todo}
    return render(request, "board/agency.html", context)


@gate(May.AUDIT)
@require_safe
def audit_pack(request: Request, audit_id: uuid.UUID, pack: str) -> HttpResponse:
    """The requirements of one pack."""
    found = queries.audit_of(request.user, audit_id)
    known = {pack.id: pack for pack in queries.packs_of(request.user, found)}
    if pack not in known:
        raise Hidden
    rows = queries.whole(request.user, found).of_pack(pack)
    context = {
        "audit": found,
        "pack": known[pack],
        "rows": rows,
        "counted": queries.counted(request.user, found, [row.requirement for row in rows]),
        "mine": queries.own_agencies(request.user),
    }
    return render(request, "board/pack.html", context)


@gate(May.AUDIT)
@require_safe
def audit_requirement(request: Request, audit_id: uuid.UUID, requirement: str) -> HttpResponse:
    """One requirement: its source, what Heard counts, what each agency says of it, who read that, and what is to be done."""
    user = request.user
    found = queries.audit_of(user, audit_id)
    this = queries.requirement_of(found, requirement)
    row = queries.whole(user, found).row(requirement)
    second = [said.pk for said in row.answers.values() if _may_read(user, said)]
    context = {
        "audit": found,
        "row": row,
        "this": this,
        "counted": queries.counted(user, found, [this])[requirement],
        "is_open": found.state == "open",
        "answers_for": queries.answers_for(user, found, this),
        "second": second,
        "before": queries.said_before(user, found, requirement),
        "takes_part": queries.takes_part(user, found),
    }
    return render(request, "board/requirement.html", context)


def _may_read(user: Any, said: Any) -> bool:
    agency = queries.reads_for(user, said)
    own = said.agency_id in queries.own_agencies(user)
    return agency is not None and not own and agency.pk not in {second.agency_id for second in said.seconds}


@gate(May.AUDIT)
@_FORM
def audit_answer(request: Request, audit_id: uuid.UUID, requirement: str) -> HttpResponse:
    user = request.user
    found = queries.audit_of(user, audit_id)
    this = queries.requirement_of(found, requirement)
    agencies = queries.answers_for(user, found, this)
    if not agencies:
        raise Hidden
    form: Any = kept_form(
        request, AnswerForm, kind=f"audit.answer.{requirement}", subject_id=audit_id, agencies=agencies
    )
    if form.is_valid():
        with sending(request, form):
            actions.answer(by=user, audit_id=audit_id, requirement=requirement, **form.answered)
            messages.success(
                request, _("Saved: what your agency says of it. Another agency reads it a second time.")
            )
            return redirect("audit_requirement", audit_id=audit_id, requirement=requirement)
    return _of_requirement(request, form, found, this, _("What your agency says of it"), _("Save the answer"))


@gate(May.AUDIT, takes=Takes.FILE)
@_FORM
def audit_evidence_add(request: Request, audit_id: uuid.UUID, requirement: str) -> HttpResponse:
    """Attaching to what an agency says the document, number or set of records that shows it."""
    user = request.user
    found = queries.audit_of(user, audit_id)
    this = queries.requirement_of(found, requirement)
    agencies = queries.answers_for(user, found, this)
    if not agencies or found.state != "open":
        raise Hidden
    form: Any = kept_form(
        request,
        AddEvidenceForm,
        kind=f"audit.evidence.{requirement}",
        subject_id=audit_id,
        agencies=agencies,
    )
    if form.is_valid():
        with sending(request, form, errors_on="upload"):
            actions.add_evidence(by=user, audit_id=audit_id, requirement=requirement, **form.answered)
            messages.success(request, _("Attached. Whoever reads the answer a second time sees it."))
            return redirect("audit_requirement", audit_id=audit_id, requirement=requirement)
    return _of_requirement(request, form, found, this, _("Attach what shows it"), _("Attach it"))


@gate(May.AUDIT)
@require_safe
def audit_evidence(request: Request, evidence_id: uuid.UUID) -> HttpResponse:
    """What one piece of evidence is, of which day, who attached it, and its file."""
    evidence = queries.evidence_of(request.user, evidence_id)
    context = {
        "one": evidence,
        "file": queries.files_of(request.user, [evidence]).get(evidence.pk),
        "may_withdraw": queries.may_withdraw(request.user, evidence),
    }
    return render(request, "board/evidence.html", context)


@gate(May.AUDIT)
@require_safe
def audit_evidence_file(request: Request, evidence_id: uuid.UUID) -> HttpResponseBase:
    """The file, to save; never drawn by the browser."""
    evidence = queries.evidence_of(request.user, evidence_id)
    try:
        file, content = actions.open_evidence(by=request.user, evidence_id=evidence_id)
    except Refused as refused:
        context = {"one": evidence, "file": None, "may_withdraw": False, "why_not": str(refused)}
        return render(request, "board/evidence.html", context, status=409)
    kind = ContentKind(file.kind)
    name = f"heard-{file.pk.hex[:8]}.{EXTENSIONS[kind]}"
    return as_download_in_parts(content, content.size, name, CONTENT_TYPES[kind])


@gate(May.AUDIT)
@_FORM
def audit_evidence_withdraw(request: Request, evidence_id: uuid.UUID) -> HttpResponse:
    evidence = queries.evidence_of(request.user, evidence_id)
    if not queries.may_withdraw(request.user, evidence):
        raise Hidden
    form: Any = kept_form(
        request, WithdrawEvidenceForm, kind="audit.evidence.withdraw", subject_id=evidence.pk
    )
    if form.is_valid():
        with sending(request, form):
            actions.withdraw_evidence(by=request.user, evidence_id=evidence_id, **form.cleaned_data)
            messages.success(request, _("Withdrawn. That it was there, and why it went, stays."))
            return redirect("audit_requirement", audit_id=evidence.audit_id, requirement=evidence.requirement)
    this = queries.requirement_of(evidence.audit, evidence.requirement)
    return _of_requirement(request, form, evidence.audit, this, _("Withdraw what shows it"), _("Withdraw it"))


@gate(May.AUDIT)
@_FORM
def audit_second(request: Request, answer_id: uuid.UUID) -> HttpResponse:
    said = queries.answer_of(request.user, answer_id)
    this = queries.requirement_of(said.audit, said.requirement)
    if not _may_read(request.user, said):
        raise Hidden
    form: Any = kept_form(request, SecondReadingForm, kind="audit.second", subject_id=answer_id)
    if form.is_valid():
        with sending(request, form):
            reading = actions.read_second(by=request.user, answer_id=answer_id, **form.answered)
            text = (
                _("Saved: you agree.")
                if reading.agrees
                else _("Saved: you dispute it. It stands until they answer anew.")
            )
            messages.success(request, text)
            return redirect("audit_requirement", audit_id=said.audit_id, requirement=said.requirement)
    return _of_requirement(
        request, form, said.audit, this, _("Read their answer a second time"), _("Save"), said=said,
        shown=queries.whole(request.user, said.audit).row(said.requirement).shown_by(said.agency),
    )  # fmt: skip


@gate(May.AUDIT)
@_FORM
def audit_plan(request: Request, audit_id: uuid.UUID, requirement: str) -> HttpResponse:
    user = request.user
    found = queries.audit_of(user, audit_id)
    this = queries.requirement_of(found, requirement)
    if not queries.takes_part(user, found):
        raise Hidden
    form: Any = kept_form(
        request,
        PlanActionForm,
        kind=f"audit.plan.{requirement}",
        subject_id=audit_id,
        people=queries.who_can_own(user, found),
    )
    if form.is_valid():
        with sending(request, form):
            action = actions.plan_action(by=user, audit_id=audit_id, requirement=requirement, **form.answered)
            text = _("Saved: what is to be done. %(who)s finds it on My work.") % {"who": action.owner}
            messages.success(request, text)
            return redirect("audit_requirement", audit_id=audit_id, requirement=requirement)
    return _of_requirement(request, form, found, this, _("What is to be done about it"), _("Save"))


@gate(May.SIGNED_IN)
@_FORM
def audit_action(request: Request, audit_action_id: uuid.UUID) -> HttpResponse:
    """For its owner, and for those who see the audit."""
    user = request.user
    action = queries.action_of(user, audit_action_id)
    form: Any = None
    if action.state == "open" and (action.owner_id == user.pk or user.may(May.HOLD_AUDIT)):
        form = kept_form(request, FinishActionForm, kind="audit.finish", subject_id=audit_action_id)
        if form.is_valid():
            with sending(request, form):
                actions.finish_action(by=user, audit_action_id=audit_action_id, **form.cleaned_data)
                messages.success(request, _("Saved: what came of it."))
                return redirect("audit_action", audit_action_id=audit_action_id)
    context = {"action": action, "form": form, "sees_audit": user.may(May.AUDIT)}
    return render(request, "board/action.html", context)


@gate(May.HOLD_AUDIT)
@_FORM
def close_audit(request: Request, audit_id: uuid.UUID) -> HttpResponse:
    found = queries.audit_of(request.user, audit_id)
    if found.state != "open":
        raise Hidden
    form: Any = kept_form(request, CloseAuditForm, kind="audit.close", subject_id=audit_id)
    if form.is_valid():
        with sending(request, form):
            actions.close_audit(by=request.user, audit_id=audit_id, **form.cleaned_data)
            messages.success(request, _("The audit is closed. Its answers and figures stay as they are now."))
            return redirect("audit", audit_id=audit_id)
    back = ("audit", {"audit_id": audit_id}, found.title)
    return _form_page(request, form, _("Close the audit"), _("Close it"), back)


def _of_requirement(
    request: Request, form: Any, found: Any, this: Any, title: str, button: str, **more: Any
) -> HttpResponse:
    back = ("audit_requirement", {"audit_id": found.pk, "requirement": this.id}, this.id)
    return _form_page(request, form, title, button, back, this=this, **more)


def _form_page(
    request: Request, form: Any, title: str, button: str, back: tuple[str, dict[str, Any], str], **more: Any
) -> HttpResponse:
    context = {
        "form": form, "title": title, "button": button, "back": back, "this": None, "said": None, "shown": (),
    }  # fmt: skip
    return render(request, "board/form.html", context | more)
