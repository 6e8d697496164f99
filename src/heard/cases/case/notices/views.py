"""What somebody has to see, what is mailed of it, who covers, and the rota."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate, said_with_next
from heard.agencies.rules import May
from heard.cases.case.notices import actions, queries, rules
from heard.cases.case.notices.forms import AwayForm, DutyForm, NoticeMailForm
from heard.cases.case.notices.lines import lines_of, what, where
from heard.network.queries import people_visible_to

_PER_PAGE = 15  # what is read at a glance on a phone
_ON_THE_ROTA = 50


@gate(May.SIGNED_IN)
@require_safe
def notices(request: Request) -> HttpResponse:
    """Everything that this user had to see, in its order; what is unread of one child, where My work leads to that."""
    user, child = request.user, _child(request.GET.get("child", ""))
    rows = queries.unread_of(user, child) if child else queries.notices_of(user)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    opens = child and people_visible_to(user).filter(pk=child).exists()
    context = {"page": page, "lines": lines_of(page), "of_child": child, "opens": opens}
    return render(request, "cases/notices/notices.html", context)


def _child(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@gate(May.SIGNED_IN)
@require_POST
def seen(request: Request, reader_id: int) -> HttpResponse:
    reader = actions.mark_seen(by=request.user, reader_id=reader_id)
    said_with_next(
        request,
        _("Marked as seen: %(what)s.") % {"what": what(reader)},
        step=_("Open it"),
        href=where(reader.notice),
    )
    if request.POST.get("back") == "child" and reader.notice.person_id:
        return redirect("child", person_id=reader.notice.person_id)
    return redirect("home")


@gate(May.SEE_CHILD)
@require_POST
def all_seen(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Everything that is unread for this user about one child."""
    number = actions.mark_all_seen(by=request.user, person_id=person_id)
    messages.success(request, _("Marked as seen: %(number)s.") % {"number": number})
    return redirect("home") if request.POST.get("back") == "home" else redirect("child", person_id=person_id)


@gate(May.SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: Request) -> HttpResponse:
    user = request.user
    form = kept_form(
        request,
        NoticeMailForm,
        kind="notice-mail",
        kinds=queries.kinds_to_choose(user),
        at_once=queries.mailed_at_once(user),
    )
    if form.is_valid():
        with sending(request, form):
            actions.choose_mail(by=user, **form.answered)
            messages.success(request, _("Saved: what is mailed to you at once."))
            return redirect("about_me")
    return render(request, "cases/notices/mail.html", {"form": form})


@gate(May.SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: Request) -> HttpResponse:
    user = request.user
    form = kept_form(
        request,
        AwayForm,
        kind="away",
        suggested={"since": timezone.localdate()},
        people=queries.who_can_cover(user),
    )
    if form.is_valid():
        with sending(request, form):
            now = actions.be_away(by=user, **form.answered)
            messages.success(request, _("Saved: who covers for you."))
            if who := rules.hears_instead(
                is_officer=user.may(May.HEAR_OF_STAFF),
                covered_by_officer=now.covered_by.may(May.HEAR_OF_STAFF),
            ):
                messages.warning(request, _(who))
            return redirect("away")
    cover = queries.cover_of(user)
    left = queries.left_to_nobody(user) if cover else []
    return render(request, "cases/notices/away.html", {"form": form, "cover": cover, "left": left})


@gate(May.SIGNED_IN)
@require_POST
def back(request: Request) -> HttpResponse:
    actions.be_back(by=request.user)
    messages.success(request, _("Nobody covers for you any longer."))
    return redirect("away")


@gate(May.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: Request) -> HttpResponse:
    """Who is on duty, and putting somebody on the rota."""
    form = kept_form(request, DutyForm, kind="duty", people=queries.who_can_be_on_duty(request.user))
    if form.is_valid():
        with sending(request, form):
            made = actions.put_on_duty(by=request.user, **form.answered)
            said = _("Saved: %(who)s is on duty."), _("Saved: %(who)s is on duty %(times)s times.")
            messages.success(request, said[len(made) > 1] % {"who": made[0].user, "times": len(made)})
            return redirect("duty")
    now = timezone.now()
    page = Paginator(queries.rota(request.user, since=now), _ON_THE_ROTA).get_page(request.GET.get("page"))
    gaps = queries.gaps_in_rota(request.user, since=now)
    return render(request, "cases/notices/duty.html", {"form": form, "page": page, "gaps": gaps})


@gate(May.MANAGE)
@require_POST
def off_duty(request: Request, duty_id: int) -> HttpResponse:
    actions.take_off_duty(by=request.user, duty_id=duty_id)
    messages.success(request, _("Taken off the rota."))
    return redirect("duty")
