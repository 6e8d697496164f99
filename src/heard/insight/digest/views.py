"""Pages of digests: all of them, writing one, one to read, sending it, and who has them by mail."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May, Refused
from heard.govuk.environment import in_words
from heard.govuk.pdf import as_download
from heard.insight.digest import actions, queries, rules
from heard.insight.digest.forms import DigestForm, InviteForm
from heard.insight.release.rules import ReleaseState

_PER_PAGE = 50
_GONE = 410


@gate(May.SEE_PROFILES)
@require_safe
def digests(request: Request) -> HttpResponse:
    user = request.user
    page = Paginator(queries.digests_visible_to(user), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "by_mail": queries.has_them_by_mail(user), "may_invite": user.may(May.RELEASE)}
    return render(request, "insight/digest/digests.html", context)


@gate(May.DRAW_PROFILE)
def digest_write(request: Request, profile_id: uuid.UUID) -> HttpResponse:
    profile = queries.profile_to_write_of(request.user, profile_id)
    why_not = rules.why_not_write(profile_state=profile.state)
    begin = queries.suggested(request.user)
    offered = _offered(request)
    form = kept_form(
        request, DigestForm, kind="digest.write", subject_id=profile_id, suggested=begin, procedures=offered
    )
    if form.is_valid():
        with sending(request, form):
            digest = actions.write_digest(by=request.user, profile_id=profile_id, **form.cleaned_data)
            messages.success(request, _("Saved: the digest."))
            return redirect("digest", digest_id=digest.pk)
    context = {"profile": profile, "form": form, "why_not": why_not}
    return render(request, "insight/digest/write.html", context)


@gate(May.DRAW_PROFILE)
def digest_change(request: Request, digest_id: uuid.UUID) -> HttpResponse:
    digest = queries.digest_visible_to(request.user, digest_id)
    said = {name: getattr(digest, name) for name in DigestForm.base_fields}
    said["procedures"] = [procedure["procedure"] for procedure in digest.procedures]
    offered = _offered(request)
    form = kept_form(
        request, DigestForm, kind="digest.change", subject_id=digest_id, initial=said, procedures=offered
    )
    if form.is_valid():
        with sending(request, form):
            actions.change_digest(by=request.user, digest_id=digest_id, **form.cleaned_data)
            messages.success(request, _("Saved: the digest as it is now."))
            return redirect("digest", digest_id=digest_id)
    why_not = queries.why_not_change(request.user, digest)
    context = {"profile": digest.profile, "form": form, "why_not": why_not}
    return render(request, "insight/digest/write.html", context)


@gate(May.SEE_PROFILES)
@require_safe
def digest(request: Request, digest_id: uuid.UUID) -> HttpResponse:
    return _read(request, digest_id)


@gate(May.SEE_PROFILES)
@require_safe
def digest_paper(request: Request, digest_id: uuid.UUID) -> HttpResponse:
    """To save. Of a digest whose profile was withdrawn: the notice."""
    try:
        content, name = actions.fetch_digest(by=request.user, digest_id=digest_id)
    except Refused:
        return _read(request, digest_id, status=_GONE)
    return as_download(content, name)


@gate(May.RELEASE)
@require_POST
def digest_send(request: Request, digest_id: uuid.UUID) -> HttpResponse:
    """Also again, to those who have not had it."""
    user, was_sent = request.user, queries.digest_visible_to(request.user, digest_id).sent_at is not None
    try:
        if was_sent:
            actions.send_again(by=user, digest_id=digest_id)
        else:
            actions.send_digest(by=user, digest_id=digest_id, seen=request.POST.get("seen", ""))
    except Refused as refused:
        messages.warning(request, in_words(str(refused)))
    else:
        messages.success(request, _("It is being sent."))
    return redirect("digest", digest_id=digest_id)


@gate(May.SEE_PROFILES)
@require_POST
def digest_by_mail(request: Request) -> HttpResponse:
    """Somebody asks for digests by mail for themself, or ends it."""
    try:
        if request.POST.get("by_mail") == "yes":
            actions.subscribe(by=request.user)
            messages.success(request, _("Digests come to you by mail from now on."))
        else:
            actions.unsubscribe(by=request.user)
            messages.success(request, _("No more digests come to you by mail."))
    except Refused as refused:
        messages.warning(request, in_words(str(refused)))
    return redirect("digests")


@gate(May.RELEASE)
def digest_addresses(request: Request) -> HttpResponse:
    """Addresses outside, and asking another one."""
    user = request.user
    form = kept_form(request, InviteForm, kind="digest.invite")
    if form.is_valid():
        with sending(request, form, errors_on="email"):
            actions.invite(by=user, **form.cleaned_data)
            messages.success(request, _("A mail with a link is on its way."))
            return redirect("digest_addresses")
    page = Paginator(queries.addresses_outside(user), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "insight/digest/addresses.html", {"page": page, "form": form})


@gate(May.RELEASE)
@require_POST
def digest_take_off(request: Request, subscriber_id: uuid.UUID) -> HttpResponse:
    actions.take_off(by=request.user, subscriber_id=subscriber_id)
    messages.success(request, _("No more digests go to this address."))
    return redirect("digest_addresses")


def _offered(request: Request) -> list[tuple[str, str]]:
    """Local procedures that a digest may name, with their editions of now."""
    return [
        (procedure["procedure"], _("%(title)s, edition %(edition)s") % procedure)
        for procedure in queries.procedures_to_name(request.user)
    ]


def _read(request: Request, digest_id: uuid.UUID, *, status: int = 200) -> HttpResponse:
    user, this = request.user, queries.digest_visible_to(request.user, digest_id)
    withdrawn = this.profile.state == ReleaseState.WITHDRAWN
    context = {
        "digest": this,
        "made": None if withdrawn else queries.composed(user, this),
        "may_change": user.may(May.DRAW_PROFILE) and this.author_id == user.pk and this.sent_at is None,
        "may_send": user.may(May.RELEASE) and not withdrawn,
        "seen": queries.fingerprint_of(this),
        "why_not_send": None if this.sent_at else queries.why_not_send(user, this),
    }
    return render(request, "insight/digest/digest.html", context, status=status)
