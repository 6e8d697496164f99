"""Attaching a file to a record, fetching it, and withdrawing it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, Takes, gate
from heard.agencies.rules import Hidden, May, Refused
from heard.cases.attachment import actions, queries
from heard.cases.attachment.forms import AttachForm, WithdrawForm
from heard.cases.attachment.rules import CONTENT_TYPES, EXTENSIONS, Aside, ContentKind
from heard.govuk.pdf import as_download_in_parts
from heard.network.actions import open_record

# What a file may be attached to here: the key in the address, and what the page says.
TITLES = {
    "person_id": gettext_lazy("Attach a file to the child’s record"),
    "place_id": gettext_lazy("Attach a file to this place"),
    "group_id": gettext_lazy("Attach a file to this group"),
    "concern_id": gettext_lazy("Attach a file to this worry"),
    "words_id": gettext_lazy("Attach a file to the child’s words"),
}


@gate(May.TELL, takes=Takes.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request, **about: Any) -> HttpResponse:
    """`about` is the one record in the address."""
    [(field, record_id)] = about.items()
    if not queries.may_hang_on(request.user, field.removesuffix("_id"), record_id):
        raise Hidden
    form = kept_form(request, AttachForm, kind="attach", subject_id=record_id)
    if form.is_valid():
        with sending(request, form, errors_on="upload"):
            attachment = actions.attach(
                by=request.user,
                upload=form.cleaned_data["upload"],
                what=form.cleaned_data["what"],
                may_show_abuse=bool(form.cleaned_data["may_show_abuse"]),
                **about,
            )
            say_so(request, attachment)
            return redirect(back_to(attachment))
    context = {"form": form, "title": TITLES[field], "back": _record(field, record_id)}
    return render(request, "cases/attachment/add.html", context)


def say_so(request: Request, attachment: Any) -> None:
    """That the file is kept; and where it is there twice, that too."""
    if attachment.aside:
        messages.warning(request, set_aside(attachment))
        return
    messages.success(request, _("The file is kept."))
    if queries.same_file(request.user, attachment):
        messages.info(request, _("The same file was here already. If you do not need both, withdraw one."))


def set_aside(attachment: Any) -> str:
    """What becomes of a file that is kept unopened."""
    if attachment.aside == Aside.ABUSE:
        return _(
            "The file is set aside, and nobody can open it in Heard. Call the police now: 101, or 999 if a child is in danger. Do not copy it or send it on."
        )
    return _("The file is kept. It can be opened once it has been checked for harmful software.")


@gate(May.TELL)
@require_safe
def download(request: Request, attachment_id: uuid.UUID) -> HttpResponseBase:
    """The bytes, to save; never drawn by the browser. The name in the download says nothing about a child."""
    try:
        attachment, content = actions.open_attachment(by=request.user, attachment_id=attachment_id)
    except Refused as refused:
        context = {
            "attachment": queries.attachment_visible_to(request.user, attachment_id),
            "why_not": str(refused),
        }
        return render(request, "cases/attachment/not_whole.html", context, status=409)
    kind = ContentKind(attachment.kind)
    name = f"heard-{attachment.pk.hex[:8]}.{EXTENSIONS[kind]}"
    return as_download_in_parts(content, content.size, name, CONTENT_TYPES[kind])


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, attachment_id: uuid.UUID) -> HttpResponse:
    attachment = queries.attachment_visible_to(request.user, attachment_id)
    if attachment.evidence_id or attachment.edition_id:
        raise Hidden  # it is withdrawn with what it shows, in the audit; of a procedure another edition follows
    if attachment.draft_id or attachment.withdrawn_at:
        return redirect(back_to(attachment))
    form = kept_form(request, WithdrawForm, kind="attachment.withdraw", subject_id=attachment_id)
    if form.is_valid():
        with sending(request, form):
            actions.withdraw_attachment(
                by=request.user, attachment_id=attachment_id, reason=form.cleaned_data["reason"]
            )
            messages.success(
                request, _("The file has been withdrawn. That it was there, and why it went, stays.")
            )
            return redirect(back_to(attachment))
    if attachment.child_id:
        open_record(by=request.user, person_id=attachment.child_id)
    context = {"form": form, "attachment": attachment, "back": back_to(attachment)}
    return render(request, "cases/attachment/withdraw.html", context)


def back_to(attachment: Any) -> str:
    """The page of the record that a file hangs on."""
    if attachment.draft_id:
        return reverse("worry_files", kwargs={"draft_id": attachment.draft_id})
    if attachment.words:
        return reverse("child", kwargs={"person_id": attachment.words.person_id})
    fields = ("person_id", "place_id", "group_id", "concern_id")
    field = next(name for name in fields if getattr(attachment, name))
    return _record(field, getattr(attachment, field))


def _record(field: str, record_id: uuid.UUID) -> str:
    if field == "person_id":
        return reverse("attachments", kwargs={"person_id": record_id})
    names = {"place_id": "place", "group_id": "group", "concern_id": "concern"}
    return reverse(names[field], kwargs={field: record_id}) if field in names else reverse("home")
