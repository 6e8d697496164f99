"""Pages of the engine: runs, one run and its list, one listed child, and opening a concern."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending, sent
from heard.agencies.gate import Request, Takes, gate, saying_why_not
from heard.agencies.rules import May, Refused
from heard.engine.tables import NotDone
from heard.govuk.environment import day
from heard.insight.run import actions, queries
from heard.insight.run.files import as_archive, as_file
from heard.insight.run.forms import NEW, OpenForm, OutForm, RevealForm, StartForm
from heard.insight.run.picture import draw, heat_map
from heard.insight.run.rules import USUALLY_KEPT, FileKind, RunPart, bases, gaps, kept_until, said_by_field
from heard.network.queries import Hit, find_people

_PER_PAGE = 50
_CHILDREN_PER_PAGE = 15
_KINDS_PER_PAGE = 12
_SOURCES = 12  # of which it is shown at once what they could see
_APART = 50  # who is not on the list, shown at once
_EARLIER = 10  # runs that one is offered to be compared with


@gate(May.SEE_LIST)
def engine(request: Request) -> HttpResponse:
    page = Paginator(queries.runs_visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "insight/run/engine.html",
        {
            "page": page,
            "may_run": request.user.may(May.RUN_ENGINE),
            "has_drop_folder": queries.has_drop_folder(request.user),
        },
    )


@gate(May.RUN_ENGINE, takes=Takes.EXTRACTS)
def engine_start(request: Request) -> HttpResponse:
    waiting = queries.extracts_waiting(request.user)
    usually = {"keep_until": timezone.localdate() + timedelta(days=USUALLY_KEPT)}
    kept_run, why_none = queries.run_to_keep(request.user)
    form = kept_form(
        request, StartForm, kind="engine.start", waiting=waiting, kept_run=kept_run, suggested=usually
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.start_run(by=request.user, **form.cleaned_data)
        except actions.NotRight as refusal:
            form.add_error(refusal.answer if refusal.answer in form.fields else "uploads", str(refusal))
        else:
            sent(request, form)
            return redirect("engine_describe" if run.undescribed else "engine_run", run_id=run.pk)
    return render(
        request, "insight/run/start.html", {"form": form, "folder_empty": not waiting, "why_none": why_none}
    )


@gate(May.SEE_LIST)
def engine_run(request: Request, run_id: uuid.UUID) -> HttpResponse:
    run = queries.run_visible_to(request.user, run_id)
    if run.destroyed_at:
        return render(request, "insight/run/destroyed.html", _about(run))
    if request.htmx and queries.asked_of(request.user, run):
        return HttpResponse(headers={"HX-Redirect": reverse("engine_describe", args=[run.pk])})
    if run.state != run.State.DONE:
        # htmx asks for the progress alone, every second; without JavaScript the page refreshes by its own link
        template = "insight/run/_progress.html" if request.htmx else "insight/run/progress.html"
        return render(request, template, _about(run) | {"silent": queries.is_silent(request.user, run)})
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    scattered_only = request.GET.get("show") == "scattered"
    children = queries.children_of(request.user, run, scattered_only=scattered_only)
    page = Paginator(children, _CHILDREN_PER_PAGE).get_page(request.GET.get("page"))
    actions.open_part(by=request.user, run=run, part="list", page=page.number)
    sights = queries.sights_of(request.user, run)
    context = {
        **_about(run),
        "page": page,
        "scattered_only": scattered_only,
        "openings": queries.openings_of(request.user, run),
        "known": queries.known_of(request.user, run),
        "stretches": queries.stretches_of(request.user, run),
        "gaps": gaps,
        "apart": queries.set_apart_of(request.user, run),
        "most_apart": _APART,
        "sights": sights,
        "heat": heat_map(dict(list(sights.items())[:_SOURCES])),
        "more_heat": heat_map(dict(list(sights.items())[_SOURCES:])),
        "as_of": _as_of(run),
        "release": queries.release_of(run),
        "earlier": queries.earlier_results(request.user, run, _EARLIER),
    }
    return render(request, "insight/run/run.html", context)


@gate(May.RUN_ENGINE)
@require_POST
def engine_again(request: Request, run_id: uuid.UUID) -> HttpResponse:
    with saying_why_not(request):
        actions.begin_again(by=request.user, run_id=run_id)
        messages.success(request, _("The run has begun again. This page says how far it is."))
    return redirect("engine_run", run_id=run_id)


@gate(May.SEE_LIST)
def engine_changes(request: Request, run_id: uuid.UUID, earlier_id: uuid.UUID) -> HttpResponse:
    """Who is new on the list since an earlier run, who left, and why; children by their keys alone."""
    run = queries.run_visible_to(request.user, run_id)
    earlier = queries.run_visible_to(request.user, earlier_id)
    context: dict[str, Any] = {"sides": [(side, _as_of(side)) for side in (earlier, run)], "run": run}
    try:
        found = queries.changes_between(request.user, earlier, run)
    except NotDone:
        context["found"] = None
    else:
        page = Paginator([*found.new, *found.left], _CHILDREN_PER_PAGE).get_page(request.GET.get("page"))
        actions.open_part(by=request.user, run=run, part="changes", page=page.number)
        context |= {"found": found, "page": page}
    return render(request, "insight/run/changes.html", context)


@gate(May.SEE_LIST)
def engine_issues(request: Request, run_id: uuid.UUID) -> HttpResponse:
    run = queries.run_visible_to(request.user, run_id)
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 10 else 1
    alike = {name: request.GET[name] for name in ("code", "source", "field") if name in request.GET}
    context: dict[str, Any] = {"run": run, "alike": alike}
    if alike:
        first = (max(number, 1) - 1) * _PER_PAGE
        rows, total = queries.issues_of(request.user, run, alike=alike, first=first, size=_PER_PAGE)
        page = Paginator(range(total), _PER_PAGE).get_page(number)
    else:
        kinds = queries.alike_issues_of(request.user, run)
        total = sum(kind["times"] for kind in kinds)
        page = Paginator(range(len(kinds)), _KINDS_PER_PAGE).get_page(number)
        rows = [kinds[place] for place in page.object_list]
    actions.open_part(by=request.user, run=run, part="issues", page=page.number)
    context |= {"rows": rows, "page": page, "total": total, "query": urlencode(alike)}
    return render(request, "insight/run/issues.html", context)


@gate(May.RUN_ENGINE, fresh=True)
@require_safe
def engine_out(request: Request, run_id: uuid.UUID) -> HttpResponse:
    """Asks what is to leave Heard, and what for."""
    run = queries.run_visible_to(request.user, run_id)
    return render(request, "insight/run/out.html", {"run": run, "form": _out_form(request, run)})


@gate(May.RUN_ENGINE, fresh=True, takes_out=True)
@require_POST
def engine_out_file(request: Request, run_id: uuid.UUID) -> HttpResponse:
    """The file; or the form again, with what it lacks."""
    run = queries.run_visible_to(request.user, run_id)
    form = _out_form(request, run)
    if form.is_valid():
        with sending(request, form):
            found = actions.take_out(by=request.user, run=run, **form.cleaned_data)
            part, kind = form.cleaned_data["part"], form.cleaned_data["kind"]
            if part == RunPart.REPORTS:
                return as_archive(found)
            return as_file(RunPart(part), FileKind(kind), found, queries.release_of(run), _above(run))
    return render(request, "insight/run/out.html", {"run": run, "form": form})


def _out_form(request: Request, run: Any) -> Any:
    parts = queries.parts_of(request.user, run)
    return kept_form(request, OutForm, kind="engine.out", subject_id=run.pk, parts=parts)


def _above(run: Any) -> list[str]:
    """What a workbook says over its table."""
    return [
        _("What the records say together, up to %(day)s") % {"day": day(_as_of(run))},
        run.purpose,
        _("A list to look at, in no order of need. It ranks nobody."),
    ]


@gate(May.SEE_LIST)
def engine_child(request: Request, run_id: uuid.UUID, key: str) -> HttpResponse:
    run = queries.run_visible_to(request.user, run_id)
    child = actions.open_child(by=request.user, run=run, key=key)
    evidence = queries.evidence_of(request.user, run, key)
    context = {
        "run": run,
        "child": child,
        "evidence": evidence,
        "says": said_by_field(queries.release_of(run)),
        "year": draw(evidence, queries.release_of(run), first=child.window_first, last=child.window_last),
        "knowing": queries.who_knows(request.user, run, key, evidence),
        "joined": queries.how_joined(request.user, run, key),
        "release": queries.release_of(run),
        "opening": queries.openings_of(request.user, run).get(key),
        "may_open": request.user.may(May.OPEN_FROM_LIST),
    }
    return render(request, "insight/run/child.html", context)


@gate(May.OPEN_FROM_LIST)
def engine_reveal(request: Request, run_id: uuid.UUID, key: str) -> HttpResponse:
    """Asks why before it shows who."""
    run = queries.run_visible_to(request.user, run_id)
    child = queries.child_of(request.user, run, key)
    form = kept_form(request, RevealForm, kind="engine.reveal", subject_id=_of(run, key))
    if request.method == "POST" and form.is_valid():
        actions.reveal(by=request.user, run=run, key=key, reason=form.cleaned_data["reason"])
        sent(request, form)
        return redirect("engine_open", run_id=run.pk, key=key)
    return render(request, "insight/run/reveal.html", {"run": run, "child": child, "form": form})


@gate(May.OPEN_FROM_LIST)
def engine_open(request: Request, run_id: uuid.UUID, key: str) -> HttpResponse:
    run = queries.run_visible_to(request.user, run_id)
    if not queries.has_revealed(request.user, run, key):
        return redirect("engine_reveal", run_id=run.pk, key=key)
    identity = actions.open_identity(by=request.user, run=run, key=key)
    hits = _hits(request, identity)
    form = kept_form(
        request, OpenForm, kind="engine.open", subject_id=_of(run, key), identity=identity, hits=hits
    )
    if request.method == "POST" and form.is_valid():
        try:
            concern = actions.open_concern(
                by=request.user, run=run, key=key, **_choice(form.cleaned_data, identity)
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            sent(request, form)
            messages.success(request, _("The worry is open. It waits for a decision."))
            return redirect("concern", concern_id=concern.pk)
    context = {
        "run": run,
        "form": form,
        "identity": identity,
        "child": queries.child_of(request.user, run, key),
        "knowing": queries.who_knows(request.user, run, key, queries.evidence_of(request.user, run, key)),
        "release": queries.release_of(run),
    }
    return render(request, "insight/run/open.html", context)


def _as_of(run: Any) -> date | None:
    """The day up to which it looked, which it chose itself where nobody named one."""
    return date.fromisoformat(run.summary["as_of"]) if run.summary.get("as_of") else None


def _about(run: Any) -> dict[str, Any]:
    """What each page of a run says of what it is for, on what basis, and until when it is kept."""
    asked_on = timezone.localdate(run.asked_at)
    return {"run": run, "basis": bases().get(run.basis), "kept_until": kept_until(run.keep_until, asked_on)}


def _of(run: Any, key: str) -> uuid.UUID:
    """What a form about one listed child is about. The list has keys of its own, so that no other run knows them."""
    return uuid.uuid5(run.pk, key)


def _hits(request: Request, identity: queries.Identity) -> list[Hit]:
    """People of ours who may be this child, by each name that the records give."""
    born = identity.birth_dates[0] if identity.birth_dates else None
    postcode = identity.postcodes[0] if identity.postcodes else ""
    found: dict[Any, Hit] = {}
    for given, family in identity.names[:3] or [("", "")]:
        hits = find_people(
            request.user, given_name=given, family_name=family, birth_date=born, postcode=postcode, limit=5
        )
        found |= {hit.person_id: hit for hit in hits if hit.person_id not in found}
    return list(found.values())


def _choice(answers: dict[str, Any], identity: queries.Identity) -> dict[str, Any]:
    if answers["child"] != NEW:
        return {"person_id": answers["child"], "new_person": None, "reason": answers["reason"]}
    new_person = {
        "given_name": answers["given_name"],
        "family_name": answers["family_name"],
        "birth_date": identity.birth_dates[0] if identity.birth_dates else None,
        "sex": identity.sex,
        "postcode": identity.postcodes[0] if identity.postcodes else "",
        "nhs_number": identity.nhs_number,
        "upn": identity.upn,
        "why": _("Opened a worry from records read together"),
    }
    return {"person_id": None, "new_person": new_person, "reason": answers["reason"]}
