"""Pages on sharing: preparing a share, reading it as the other side will, deciding, and requests with the day on which
they are due back. Each that shows a child's record leaves its audit row."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Takes, gate, said_with_next
from heard.agencies.queries import agencies_visible_to, uses_heard
from heard.agencies.rules import May, Refused
from heard.cases.attachment.views import set_aside
from heard.cases.case.queries import words_of
from heard.cases.case.turn import local_procedures
from heard.cases.onward.queries import onward_of
from heard.cases.sharing import actions, queries, rules
from heard.cases.sharing.bases import advice, bases
from heard.cases.sharing.forms import (
    AnswerForm,
    ChaseForm,
    DecideForm,
    PrepareForm,
    RequestForm,
    ReviewForm,
    WithdrawForm,
    begin_other_side,
)
from heard.cases.sharing.pieces import pieces_of
from heard.govuk.environment import day, in_words
from heard.govuk.pdf import as_download, draw_pdf
from heard.network.actions import open_record
from heard.network.queries import said_left_out
from heard.services.law.queries import duty_holds
from heard.services.law.rules import Duty

ON_A_PAGE = 25


@gate(May.SEE_CHILD)
@require_safe
def of_child(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Who was given what and who was not, and what is asked for: the latest first."""
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    shares = Paginator(queries.shares_of(user, person_id), ON_A_PAGE).get_page(request.GET.get("page"))
    asked = Paginator(queries.requests_of(user, person_id), ON_A_PAGE).get_page(request.GET.get("requests"))
    context = {
        "person": person,
        "shares": shares,
        "requests": asked,
        "rows": _lateness(asked.object_list),
        "onward": list(onward_of(user, person_id)[:ON_A_PAGE]),
        "may_share": user.may(May.SHARE),
        "advice": advice(),
    }
    return render(request, "cases/sharing/of_child.html", context)


@gate(May.SHARE)
def write(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    form = kept_form(
        request,
        PrepareForm,
        kind="sharing.prepare",
        subject_id=person_id,
        pieces=pieces_of(user, person_id),
        people=queries.who_can_receive(user),
        agencies=agencies_visible_to(user),
    )

    about = _(
        "First choose what, for whom and what for. You read it as the other side will before anything is decided."
    )
    back = ("sharing_of", {"person_id": person_id})
    if form.is_valid():
        with sending(request, form):
            share = actions.prepare_share(by=user, person_id=person_id, **form.prepared)
            messages.success(request, _("Saved: what is to be shared."))
            return redirect("share", share_id=share.pk)
    more = {"about": about, "back": back, "left_out": said_left_out(user, person_id)}
    button = _("See what the other side will see")
    return _form_page(request, form, person, _("Prepare a share"), button=button, **more)


@gate(May.SHARE)
def change(request: HttpRequest, share_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_share(by=user, share_id=share_id)
    if this.state != rules.SharingState.PREPARED:
        messages.warning(request, _(rules.DECIDED))
        return redirect("share", share_id=share_id)
    if request.method == "POST" and "drop" in request.POST:
        actions.drop_share(by=user, share_id=share_id)
        return redirect("sharing_of", person_id=this.person_id)
    pieces = pieces_of(user, this.person_id)
    form = kept_form(
        request,
        PrepareForm,
        kind="sharing.change",
        subject_id=share_id,
        initial=_prepared_so_far(this, pieces),
        pieces=pieces,
        people=queries.who_can_receive(user),
        agencies=agencies_visible_to(user),
    )

    more = {"back": ("share", {"share_id": share_id}), "drop": _("Throw this away")}
    more["left_out"] = said_left_out(user, this.person_id)
    button = _("See what the other side will see")
    if form.is_valid():
        with sending(request, form):
            actions.change_share(by=user, share_id=share_id, **form.prepared)
            messages.success(request, _("Saved: what is to be shared."))
            return redirect("share", share_id=share_id)
    return _form_page(request, form, this.person, _("Change what is shared"), button=button, **more)


def _prepared_so_far(this: Any, pieces: list[Any]) -> dict[str, Any]:
    names = ("purpose", "to_person", "how", "since", "until", "free_text")
    begin = {name: getattr(this, name) for name in names}
    begin["to_user_id"] = str(this.to_user_id or "")
    begin |= begin_other_side(this.to_agency_id, this.to_outside)
    begin["names"] = "leave" if this.leave_out_names else "keep"
    for piece in pieces:
        chosen = begin.setdefault(f"pieces_{piece.group}", [])
        if piece.key in this.pieces:
            chosen.append(piece.key)
    return begin


@gate(May.SEE_CHILD)
def share(request: HttpRequest, share_id: uuid.UUID) -> HttpResponse:
    """What the other side will see, or saw; and, where nobody has decided yet, the decision."""
    user: Any = request.user
    this = actions.open_share(by=user, share_id=share_id)
    names = queries.other_names(user, this.person_id)
    open_one = this.state == rules.SharingState.PREPARED
    sections = queries.preview(user, this) if open_one else this.sections
    words = list(words_of(user, this.person_id)[:20])
    form = _decide_form(request, this, words) if open_one and user.may(May.SHARE) else None
    if form is not None and form.is_valid():
        with sending(request, form):
            _decide(request, this, form)
            messages.success(request, _("Saved: the decision on sharing."))
            return redirect("share", share_id=this.pk)
    context = {
        "share": this,
        "person": this.person,
        "requests": queries.requests_answered_by(user, share_id)[:ON_A_PAGE],
        "sections": [_in_parts(section, names) for section in sections],
        "named": rules.named(sections, names),
        "seen": rules.fingerprint(sections),
        "form": form,
        "words": words[0] if words else None,
        "basis": bases().get(this.basis),
        "advice": advice(),
        "may_share": user.may(May.SHARE),
        "looked_again": list(this.reviews.all()),
        "delivery": getattr(this, "delivery", None),
        "receipts": list(queries.receipts_of(user, share_id)),
        "arrives": open_one and _arrives(request, this),
        "local": local_procedures(user, "share") if form is not None else None,
    }
    return render(request, "cases/sharing/share.html", context)


def _decide_form(request: HttpRequest, this: Any, words: list[Any]) -> Any:
    return kept_form(
        request,
        DecideForm,
        kind="sharing.decide",
        subject_id=this.pk,
        words=words,
        bases=bases().values(),
        delivered=_arrives(request, this),
        duty=duty_holds(request.user, Duty.SHARE),  # type: ignore[arg-type]
    )


def _arrives(request: HttpRequest, this: Any) -> bool:
    """Whether it is for an agency that uses Heard."""
    user: Any = request.user
    return this.to_agency_id is not None and uses_heard(user, this.to_agency_id)


def _decide(request: HttpRequest, this: Any, form: Any) -> None:
    user: Any = request.user
    seen = request.POST.get("seen", "")
    actions.decide_share(by=user, share_id=this.pk, seen=seen, view=form.view, **form.decided)


def _in_parts(section: rules.ShareSection, names: Any) -> dict[str, Any]:
    return {"heading": rules.marked(section.heading, names), "text": rules.marked(section.text, names)}


@gate(May.SHARE)
@require_safe
def paper(request: HttpRequest, share_id: uuid.UUID) -> HttpResponse:
    """Exactly what was shared, as a PDF."""
    user: Any = request.user
    this = actions.take_copy(by=user, share_id=share_id)
    context = {"share": this, "person": this.person, "sections": this.sections}
    return as_download(draw_pdf("cases/sharing/paper.html", context), "shared.pdf")


@gate(May.SHARE)
@require_safe
def text(request: HttpRequest, share_id: uuid.UUID) -> HttpResponse:
    """Exactly what was shared, as plain text."""
    user: Any = request.user
    this = actions.take_copy(by=user, share_id=share_id)
    head = _("%(child)s, born %(born)s. Shared with %(who)s, %(other)s, on %(date)s. Confidential.") % {
        "child": this.person,
        "born": day(this.person.birth_date) or _("not known"),
        "who": this.to_person,
        "other": this.other_side,
        "date": day(this.decided_at),
    }
    drawn = rules.as_text(head, this.sections)
    return as_download(drawn.encode(), "shared.txt", "text/plain; charset=utf-8")


@gate(May.SHARE)
def review(request: HttpRequest, share_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_share(by=user, share_id=share_id)
    form = kept_form(request, ReviewForm, kind="sharing.review", subject_id=share_id)

    back = ("share", {"share_id": share_id})
    about = _("%(other)s, decided on %(date)s.") % {
        "other": this.other_side,
        "date": day(this.decided_at),
    }
    if form.is_valid():
        with sending(request, form):
            actions.review_share(by=user, share_id=share_id, **form.cleaned_data)
            messages.success(request, _("Saved: the review of what was shared."))
            return redirect("share", share_id=share_id)
    return _form_page(request, form, this.person, _("Look at it again"), about=about, back=back)


@gate(May.SHARE)
def withdraw(request: HttpRequest, share_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_share(by=user, share_id=share_id)
    form = kept_form(request, WithdrawForm, kind="sharing.withdraw", subject_id=share_id)
    back = ("share", {"share_id": share_id})
    if form.is_valid():
        with sending(request, form):
            actions.withdraw_share(by=user, share_id=share_id, **form.cleaned_data)
            messages.success(request, _("Withdrawn. Nobody there reads it any longer."))
            return redirect("share", share_id=share_id)
    about = _("%(person)s, %(other)s") % {"person": this.to_person, "other": this.other_side}
    button = _("Withdraw it")
    return _form_page(
        request, form, this.person, _("Withdraw what was shared"), about=about, back=back, button=button
    )


# ---- requests


@gate(May.SHARE)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Requests without an answer, longest overdue first."""
    user: Any = request.user
    page = Paginator(queries.requests_due(user), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": _lateness(page.object_list)}
    return render(request, "cases/sharing/requests.html", context)


@gate(May.SHARE)
def request_write(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    form = kept_form(
        request,
        RequestForm,
        kind="sharing.request",
        subject_id=person_id,
        suggested={"asked_on": timezone.localdate()},
        agencies=agencies_visible_to(user),
    )

    about = _(
        "What one agency asks of another, and the day on which the answer is due back. Heard sends nothing by itself."
    )
    back = ("sharing_of", {"person_id": person_id})
    if form.is_valid():
        with sending(request, form):
            noted = actions.note_request(by=user, person_id=person_id, **form.noted)
            said_with_next(
                request,
                _("Saved: the request for information."),
                step=_("Write down the answer"),
                href=reverse("request_answer", args=[noted.pk]),
            )
            return redirect("request", request_id=noted.pk)
    return _form_page(request, form, person, _("Note a request"), about=about, back=back)


@gate(May.SEE_CHILD)
@require_safe
def one_request(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_request(by=user, request_id=request_id)
    today = timezone.localdate()
    context = {
        "this": this,
        "person": this.person,
        "late": rules.days_late(this.due_on, this.answered_on, today),
        "days_left": (this.due_on - today).days,
        "reminders": list(this.chases.all()),
        "may_share": user.may(May.SHARE),
        "asks_it": queries.asks_it(user, this),
        "told": queries.is_told(user, this),
    }
    return render(request, "cases/sharing/request.html", context)


@gate(May.SHARE, takes=Takes.FILE)
def request_answer(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_request(by=user, request_id=request_id)
    today = {"on": timezone.localdate()}
    shares = queries.shares_that_may_answer(user, this)[:ON_A_PAGE]
    form = kept_form(
        request, AnswerForm, kind="sharing.answer", subject_id=request_id, suggested=today, shares=shares
    )

    if form.is_valid():
        with sending(request, form):
            actions.answer_request(by=user, request_id=request_id, **form.answered)
            _attach_answer(request, request_id, form)
            messages.success(request, _("Saved: the answer."))
            return redirect("request", request_id=request_id)
    return _request_form(request, form, this, _("The answer"))


@gate(May.SHARE)
def request_chase(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_request(by=user, request_id=request_id)
    today = {"on": timezone.localdate()}
    form = kept_form(request, ChaseForm, kind="sharing.chase", subject_id=request_id, suggested=today)

    if form.is_valid():
        with sending(request, form):
            actions.chase_request(by=user, request_id=request_id, **form.cleaned_data)
            messages.success(request, _("Saved: the reminder."))
            return redirect("request", request_id=request_id)
    return _request_form(request, form, this, _("Note a reminder"))


# ---- what the pages share


def _attach_answer(request: HttpRequest, request_id: uuid.UUID, form: Any) -> None:
    """The answer is kept whether or not its file is taken."""
    user: Any = request.user
    upload, may_show_abuse = form.cleaned_data["upload"], bool(form.cleaned_data["may_show_abuse"])
    if not upload:
        return
    try:
        kept = actions.attach_answer(
            by=user, request_id=request_id, upload=upload, may_show_abuse=may_show_abuse
        ).file
        if kept is not None and kept.aside:
            messages.warning(request, set_aside(kept))
    except Refused as refused:
        messages.warning(request, _("The file was not kept. %(why)s") % {"why": in_words(str(refused))})


def _lateness(rows: Any) -> list[tuple[Any, int]]:
    today = timezone.localdate()
    return [(row, rules.days_late(row.due_on, row.answered_on, today)) for row in rows]


def _request_form(request: HttpRequest, form: Any, this: Any, title: str) -> HttpResponse:
    back = ("request", {"request_id": this.pk})
    return _form_page(request, form, this.person, title, about=this.what, back=back)


def _form_page(request: HttpRequest, form: Any, person: Any, title: str, **more: Any) -> HttpResponse:
    context = {"about": "", "button": _("Save"), "drop": ""} | more
    context |= {"form": form, "person": person, "title": title}
    return render(request, "cases/sharing/form.html", context)
