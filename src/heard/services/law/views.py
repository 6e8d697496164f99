"""Which duties of law hold here and since when, what can be done against what harms, and who is in the child protection team."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, saying_why_not
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import May
from heard.knowledge import load
from heard.services.law import actions, queries
from heard.services.law.forms import CheckForm, EndForm, MemberForm, OffForm, PostForm, StartForm, TeamForm

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@gate(May.SIGNED_IN)
@require_safe
def duties(request: Request) -> HttpResponse:
    context = {"duties": queries.duties(request.user), "may_keep": queries.may_keep(request.user)}
    return render(request, "services/law/duties.html", context)


@gate(May.KEEP_SERVICES)
@_FORM
def start(request: Request, duty: str) -> HttpResponse:
    """The day from which a duty holds here."""
    this = queries.duty_named(request.user, duty)
    form: Any = kept_form(request, StartForm, kind=f"duty.{this.duty}", initial={"starts_on": this.starts_on})
    if form.is_valid():
        with sending(request, form):
            actions.set_start(by=request.user, duty=this.duty, **form.cleaned_data)
            messages.success(request, _("Saved. What was set before stays in the list."))
            return redirect("duties_of_law")
    return _form_page(request, form, this.law.label, ("duties_of_law", {}), about=this.law.not_known)


@gate(May.SIGNED_IN)
@require_safe
def powers(request: Request) -> HttpResponse:
    """What can be done by law against people, places, businesses, vehicles and accounts, each with its source."""
    target = request.GET.get("against", "")
    context = {
        "powers": queries.powers(request.user, target if target in queries.TARGETS else ""),
        "targets": queries.TARGETS,
        "target": target if target in queries.TARGETS else "",
        "may_keep": queries.may_keep(request.user),
    }
    return render(request, "services/law/powers.html", context)


@gate(May.KEEP_SERVICES)
@_FORM
def check(request: Request, power: str) -> HttpResponse:
    """What a lawyer said of the text of a power."""
    known, release = queries.power_named(request.user, power), load.current().id
    this = known.power
    form: Any = kept_form(request, CheckForm, kind=f"power.{release}.{this.id}", initial={"release": release})
    if form.is_valid():
        with sending(request, form):
            actions.check_power(by=request.user, power=this.id, **form.checked)
            messages.success(request, _("Saved. What was said before stays on its page."))
            return redirect("powers")
    context = {
        "form": form,
        "title": _("Record what a lawyer said of it"),
        "back": ("powers", {}),
        "about": this.label,
        "known": known,
        "release": release,
        "checks": list(queries.all_checks(request.user).filter(power=this.id)),
    }
    return render(request, "services/law/check.html", context)


@gate(May.SIGNED_IN)
@require_safe
def team(request: Request) -> HttpResponse:
    """Each team with its posts, who holds them, and which are vacant since when."""
    context = {
        "teams": queries.teams(request.user),
        "law": queries.law(request.user, "protection_teams"),
        "may_keep": queries.may_keep(request.user),
    }
    return render(request, "services/law/team.html", context)


@gate(May.KEEP_SERVICES)
@_FORM
def set_up(request: Request) -> HttpResponse:
    form: Any = kept_form(request, TeamForm, kind="protection-team")
    if form.is_valid():
        with sending(request, form):
            actions.set_up_team(by=request.user, **form.cleaned_data)
            return _saved(request)
    return _form_page(request, form, _("Set up a child protection team"), _BACK)


@gate(May.KEEP_SERVICES)
@_FORM
def add_post(request: Request, post_id: uuid.UUID) -> HttpResponse:
    """Beside the four, in the team of this post."""
    post = queries.post_for(request.user, post_id)
    form: Any = kept_form(request, PostForm, kind="protection-team.post", subject_id=post_id)
    if form.is_valid():
        with sending(request, form):
            actions.add_post(by=request.user, post_id=post_id, **form.cleaned_data)
            return _saved(request)
    return _form_page(request, form, _("Add a post"), _BACK, about=post.team)


@gate(May.KEEP_SERVICES)
@_FORM
def name(request: Request, post_id: uuid.UUID) -> HttpResponse:
    post = queries.post_for(request.user, post_id)
    form: Any = kept_form(
        request,
        MemberForm,
        kind="protection-team.member",
        subject_id=post_id,
        agencies=agencies_visible_to(request.user),
    )
    if form.is_valid():
        with sending(request, form):
            actions.name_member(by=request.user, post_id=post_id, **form.named)
            return _saved(request)
    return _form_page(request, form, _("Say who holds the post"), _BACK, about=f"{post.team}: {post}")


@gate(May.KEEP_SERVICES)
@_FORM
def end(request: Request, member_id: int) -> HttpResponse:
    member = queries.member_for(request.user, member_id)
    form: Any = kept_form(
        request, EndForm, kind=f"protection-team.end.{member_id}", initial={"until": member.until}
    )
    if form.is_valid():
        with sending(request, form):
            actions.end_member(by=request.user, member_id=member_id, **form.cleaned_data)
            return _saved(request)
    return _form_page(request, form, _("Say until when they hold the post"), _BACK, about=_about(member))


@gate(May.KEEP_SERVICES)
@_FORM
def take_off(request: Request, member_id: int) -> HttpResponse:
    """What was recorded wrongly of who holds a post."""
    member = queries.member_for(request.user, member_id)
    form: Any = kept_form(request, OffForm, kind=f"protection-team.off.{member_id}")
    if form.is_valid():
        with sending(request, form):
            actions.take_off_member(by=request.user, member_id=member_id, **form.cleaned_data)
            return _saved(request)
    return _form_page(request, form, _("Take this off: it is wrong"), _BACK, about=_about(member))


def _about(member: Any) -> str:
    return f"{member.post.team}, {member.post}: {member}"


@gate(May.KEEP_SERVICES)
@require_POST
def remove(request: Request, post_id: uuid.UUID) -> HttpResponse:
    """A post that nobody ever held; with one of the four its team."""
    with saying_why_not(request):
        actions.remove_post(by=request.user, post_id=post_id)
        messages.success(request, _("It is removed."))
    return redirect("protection_team")


_BACK: Any = ("protection_team", {})


def _saved(request: Request) -> HttpResponse:
    messages.success(request, _("Saved: the child protection team."))
    return redirect("protection_team")


def _form_page(request: Request, form: Any, title: str, back: Any, *, about: str = "") -> HttpResponse:
    return render(request, "services/form.html", {"form": form, "title": title, "back": back, "about": about})
