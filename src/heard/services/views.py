"""Where to turn: looking for a service, keeping the directory by hand and from files, and local procedures."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, Takes, gate, saying_why_not
from heard.agencies.rules import Hidden, May, Refused
from heard.govuk.environment import in_words
from heard.govuk.pdf import as_download, as_download_in_parts
from heard.services import actions, queries, rules
from heard.services.forms import (
    BRING,
    BringServicesForm,
    EditionForm,
    FindForm,
    NeedsForm,
    ProcedureForm,
    ServiceForm,
    StatusForm,
    WithdrawProcedureForm,
)
from heard.services.profile import Issue

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PER_PAGE = 20
_SERVICES_PER_PAGE = 15
_MOST = (
    50  # procedures on one page, which words narrow down; rows that are set aside, of a file that is checked
)


@gate(May.SIGNED_IN)
@require_safe
def services(request: Request) -> HttpResponse:
    """What fits what is asked for. Closed services only where who keeps the directory asks for them."""
    user, every = request.user, request.GET.get("closed") == "yes"
    form = FindForm(request.GET or None)
    wanted = form.wanted if form.is_valid() else queries.Wanted()
    if every:
        wanted = replace(wanted, every_status=True)
    if request.GET.get("unmarked") == "yes":
        wanted = replace(wanted, unmarked=True)
    rows = queries.found(user, wanted, today=timezone.localdate())
    page = Paginator(rows, _SERVICES_PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "found": queries.shown(user, list(page.object_list)),
        "query": kept.urlencode(),
        "asked": wanted != queries.Wanted(),
        "every": every and queries.may_keep(user),
        "unmarked": queries.without_a_need(user),
        "wanted": wanted,
        "may_keep": queries.may_keep(user),
    }
    return render(request, "services/services.html", context)


@gate(May.SIGNED_IN)
@require_safe
def service(request: Request, service_id: uuid.UUID) -> HttpResponse:
    """All that is said of one."""
    row = queries.service_for(request.user, service_id)
    (this,) = queries.shown(request.user, [row])
    context = {"this": this, "may_keep": queries.may_keep(request.user)}
    return render(request, "services/service.html", context)


@gate(May.KEEP_SERVICES)
@_FORM
def service_add(request: Request) -> HttpResponse:
    form: Any = kept_form(request, ServiceForm, kind="service.add")
    if form.is_valid():
        with sending(request, form):
            row = actions.keep_service(by=request.user, service_id=None, **form.answered)
            messages.success(request, _("Added. Everybody with an account finds it."))
            return redirect("directory_service", service_id=row.pk)
    return _form_page(request, form, _("Add a service"), ("services", {}))


@gate(May.KEEP_SERVICES)
@_FORM
def service_change(request: Request, service_id: uuid.UUID) -> HttpResponse:
    row = queries.service_for(request.user, service_id)
    form: Any = kept_form(
        request,
        ServiceForm,
        kind="service.change",
        subject_id=service_id,
        initial=ServiceForm.suggested(rules.kept_of(row.document, queries.needs_of(row))),
    )
    if form.is_valid():
        with sending(request, form):
            actions.keep_service(by=request.user, service_id=service_id, **form.answered)
            messages.success(
                request, _("Saved: what the directory says of %(service)s.") % {"service": row.name}
            )
            return redirect("directory_service", service_id=service_id)
    return _form_page(request, form, _("Change a service"), ("directory_service", {"service_id": service_id}))


@gate(May.KEEP_SERVICES)
@_FORM
def service_needs(request: Request, service_id: uuid.UUID) -> HttpResponse:
    """With what it helps, and nothing else."""
    row = queries.service_for(request.user, service_id)
    begin = {"needs": list(queries.needs_of(row))}
    form: Any = kept_form(request, NeedsForm, kind="service.needs", subject_id=service_id, initial=begin)
    if form.is_valid():
        with sending(request, form):
            actions.mark_needs(by=request.user, service_id=service_id, needs=form.cleaned_data["needs"])
            messages.success(request, _("Saved. It is found by these needs."))
            return redirect("directory_service", service_id=service_id)
    back = ("directory_service", {"service_id": service_id})
    return _form_page(request, form, _("With what it helps"), back, about=row.name)


@gate(May.KEEP_SERVICES)
@_FORM
def service_status(request: Request, service_id: uuid.UUID) -> HttpResponse:
    """That it is closed, or open again, and nothing else."""
    row = queries.service_for(request.user, service_id)
    begin = {"status": row.status}
    form: Any = kept_form(request, StatusForm, kind="service.status", subject_id=service_id, initial=begin)
    if form.is_valid():
        with sending(request, form):
            actions.set_status(by=request.user, service_id=service_id, status=form.cleaned_data["status"])
            messages.success(
                request, _("Saved: whether %(service)s takes referrals.") % {"service": row.name}
            )
            return redirect("directory_service", service_id=service_id)
    back = ("directory_service", {"service_id": service_id})
    return _form_page(request, form, _("Whether it takes referrals"), back, about=row.name)


# ---- files


@gate(May.KEEP_SERVICES)
@require_safe
def services_files(request: Request) -> HttpResponse:
    page = Paginator(queries.imports_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "services/files.html", {"page": page})


@gate(May.KEEP_SERVICES, takes=Takes.FILE)
@_FORM
def services_bring(request: Request) -> HttpResponse:
    """Checking a file, or what stands at an address, and bringing in what is right of it. It is not kept."""
    form: Any = kept_form(request, BringServicesForm, kind="services.bring", suggested={"what": "check"})
    checked = None
    if form.is_valid():
        file, address = form.cleaned_data["file"], form.cleaned_data.get("address", "")
        with sending(request, form, errors_on="file" if file else "address"):
            content = file.read() if file else actions.fetch_services(by=request.user, address=address)
            checked = actions.read_file(by=request.user, content=content)
            if form.cleaned_data["what"] == BRING:
                this = actions.bring_services(
                    by=request.user,
                    content=content,
                    reason=form.cleaned_data["reason"],
                    checked=checked,
                )
                messages.success(request, _("Brought in. What became of each row is below."))
                return redirect("services_file", services_file_id=this.pk)
    said = [row for row in checked.rows if row.issues] if checked else []
    context = {
        "form": form,
        "rows": [(row.number, row.name, row.outcome.value, row.issues) for row in said[:_MOST]],
        "more": max(len(said) - _MOST, 0),
        "checked": checked,
    }
    return render(request, "services/bring.html", context)


@gate(May.KEEP_SERVICES)
@require_POST
def services_national(request: Request) -> HttpResponse:
    """National help that comes with Heard: brought in as any other file."""
    with saying_why_not(request):
        this = actions.bring_national(by=request.user)
        messages.success(request, _("Brought in. What became of each row is below."))
        return redirect("services_file", services_file_id=this.pk)
    return redirect("services_files")


@gate(May.KEEP_SERVICES)
@require_safe
def services_file(request: Request, services_file_id: uuid.UUID) -> HttpResponse:
    """What became of each row, those that were set aside too."""
    this = queries.import_for(request.user, services_file_id)
    page = Paginator(this.rows, _PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (number, name, outcome, [Issue(code, where) for code, where in issues])
        for number, name, outcome, issues in page
    ]
    return render(request, "services/file.html", {"this": this, "page": page, "rows": rows})


@gate(May.KEEP_SERVICES)
@require_POST
def services_out(request: Request) -> HttpResponse:
    """Every service in Open Referral UK."""
    content = actions.take_out_services(by=request.user)
    return as_download(content, "services.json", "application/json")


# ---- local procedures


@gate(May.SIGNED_IN)
@require_safe
def local_procedures(request: Request) -> HttpResponse:
    words = request.GET.get("q", "")[:100]
    rows = queries.as_of_now(request.user, queries.procedures_found(request.user, words), most=_MOST)
    context = {
        "rows": rows,
        "q": words,
        "full": len(rows) == _MOST,
        "may_keep": queries.may_keep(request.user),
    }
    return render(request, "services/procedures.html", context)


@gate(May.SIGNED_IN)
@require_safe
def procedure(request: Request, procedure_id: uuid.UUID) -> HttpResponse:
    """Its editions, and what changed since the reader read it."""
    this = queries.procedure_for(request.user, procedure_id)
    editions = queries.editions_of(request.user, this)
    if not editions:
        raise Hidden  # its first PDF is still being checked
    context = {
        "this": this,
        "editions": editions,
        "since": queries.since_read(request.user, editions),
        "is_due": editions[0].review_on < timezone.localdate(),
        "may_keep": queries.may_keep(request.user),
    }
    return render(request, "services/procedure.html", context)


@gate(May.SIGNED_IN)
@require_POST
def procedure_read(request: Request, procedure_id: uuid.UUID) -> HttpResponse:
    """Of the edition that stood on the page, also where another one came meanwhile."""
    edition = request.POST.get("edition", "")
    if not (edition.isascii() and edition.isdigit() and len(edition) < 19):
        raise Hidden
    if actions.mark_read(by=request.user, procedure_id=procedure_id, edition_id=int(edition)):
        messages.success(request, _("Noted. When there is another edition, you are told what changed."))
    else:
        messages.info(request, _("Noted. Meanwhile there is a newer edition: what changed stands below."))
    return redirect("procedure", procedure_id=procedure_id)


@gate(May.SIGNED_IN)
@require_safe
def procedure_file(request: Request, procedure_id: uuid.UUID) -> HttpResponseBase:
    """The PDF of the latest edition, or of the one that the address names, to save."""
    edition = queries.edition_for(request.user, procedure_id, request.GET.get("edition", ""))
    opened = import_string(settings.PROCEDURE_FILES["open"])
    try:
        _file, content = opened(by=request.user, attachment_id=edition.file_id)
    except Refused as refused:
        messages.warning(request, in_words(str(refused)))
        return redirect("procedure", procedure_id=procedure_id)
    return as_download_in_parts(content, content.size, f"procedure-{procedure_id.hex[:8]}.pdf")


@gate(May.KEEP_SERVICES, takes=Takes.FILE)
@_FORM
def procedure_add(request: Request) -> HttpResponse:
    form: Any = kept_form(request, ProcedureForm, kind="procedure.add")
    if form.is_valid():
        with sending(request, form, errors_on="file"):
            this = actions.add_procedure(by=request.user, **form.answered)
            messages.success(request, _("Added. It stands beside the work that you chose."))
            return redirect("procedure", procedure_id=this.pk)
    return _form_page(request, form, _("Add a local procedure"), ("procedures", {}))


@gate(May.KEEP_SERVICES, takes=Takes.FILE)
@_FORM
def procedure_edition(request: Request, procedure_id: uuid.UUID) -> HttpResponse:
    this = queries.procedure_for(request.user, procedure_id)
    form: Any = kept_form(request, EditionForm, kind="procedure.edition", subject_id=procedure_id)
    if form.is_valid():
        with sending(request, form, errors_on="file"):
            actions.add_edition(by=request.user, procedure_id=procedure_id, **form.answered)
            messages.success(request, _("Added. Who had read the edition before is told what changed."))
            return redirect("procedure", procedure_id=procedure_id)
    back = ("procedure", {"procedure_id": procedure_id})
    return _form_page(request, form, _("Add an edition"), back, about=this.title)


@gate(May.KEEP_SERVICES)
@_FORM
def procedure_withdraw(request: Request, procedure_id: uuid.UUID) -> HttpResponse:
    this = queries.procedure_for(request.user, procedure_id)
    form: Any = kept_form(request, WithdrawProcedureForm, kind="procedure.withdraw", subject_id=procedure_id)
    if form.is_valid():
        with sending(request, form):
            actions.withdraw_procedure(by=request.user, procedure_id=procedure_id, **form.cleaned_data)
            messages.success(request, _("Withdrawn. It stands beside no work any more."))
            return redirect("procedure", procedure_id=procedure_id)
    back = ("procedure", {"procedure_id": procedure_id})
    return _form_page(request, form, _("Withdraw a local procedure"), back, about=this.title)


def _form_page(request: Request, form: Any, title: str, back: Any, *, about: str = "") -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "about": about}
    return render(request, "services/form.html", context)
