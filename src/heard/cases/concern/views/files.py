"""Files that go with a worry which is not sent yet: kept with the draft, and nobody else's to see."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from heard.agencies.drafts.queries import draft_of
from heard.agencies.gate import Request, Takes, gate
from heard.agencies.rules import Hidden, May, Refused
from heard.cases.attachment.actions import attach, discard_file
from heard.cases.attachment.queries import attachments_of, same_file
from heard.cases.attachment.views import set_aside
from heard.cases.concern import actions
from heard.cases.concern.forms import FilesForm
from heard.cases.concern.views.summary import named
from heard.cases.concern.views.telling import TITLES, back_from
from heard.govuk.environment import in_words


@gate(May.TELL, takes=Takes.FILE)
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: Request, draft_id: uuid.UUID) -> HttpResponse:
    """A file that was chosen is kept, whichever button was pressed; then one more, or back to the last page."""
    draft = draft_of(request.user, draft_id, kind=actions.DRAFT)
    form = FilesForm(request.POST, request.FILES) if request.method == "POST" else FilesForm()
    if request.method == "POST" and form.is_valid() and _kept(request, draft_id, form):
        if "more" in request.POST:
            return redirect("worry_files", draft_id=draft_id)
        return redirect("worry_check", draft_id=draft_id)
    context = {
        "form": form,
        "title": TITLES["files"],
        "name": named(draft.answers),
        "back": back_from(draft_id, draft.answers, "files"),
        "files": attachments_of(request.user, draft_id=draft_id),
        "draft_id": draft_id,
    }
    return render(request, "cases/concern/files.html", context)


@gate(May.TELL)
@require_POST
def take_out(request: Request, draft_id: uuid.UUID, attachment_id: uuid.UUID) -> HttpResponse:
    draft_of(request.user, draft_id, kind=actions.DRAFT)
    if not attachments_of(request.user, draft_id=draft_id).filter(pk=attachment_id).exists():
        raise Hidden
    discard_file(by=request.user, attachment_id=attachment_id)
    messages.success(request, _("The file has been taken out of this worry."))
    return redirect("worry_files", draft_id=draft_id)


def _kept(request: Request, draft_id: uuid.UUID, form: Any) -> bool:
    """False where the file is not taken: the form then says why."""
    upload = form.cleaned_data["upload"]
    if upload is None:
        return True
    try:
        attachment = attach(
            by=request.user,
            upload=upload,
            what=form.cleaned_data["what"],
            may_show_abuse=bool(form.cleaned_data["may_show_abuse"]),
            draft_id=draft_id,
        )
    except Refused as refused:
        form.add_error("upload", in_words(str(refused)))
        return False
    if attachment.aside:
        messages.warning(request, set_aside(attachment))
    elif same_file(request.user, attachment):
        messages.info(request, _("The same file was here already. If you do not need both, take one out."))
    return True
