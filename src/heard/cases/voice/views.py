"""Pages of those who work with a child: links that they gave out, what came through them, answering it, and checking what is hidden."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import Hidden, May, Refused
from heard.cases.attachment.rules import CONTENT_TYPES, EXTENSIONS, ContentKind
from heard.cases.case.queries import why_not_after_death
from heard.cases.panel.actions import open_item
from heard.cases.panel.queries import may_tell_of_item
from heard.cases.review.actions import open_review
from heard.cases.review.queries import may_tell_of_review
from heard.cases.voice import actions, queries, rules
from heard.cases.voice.forms import (
    AskedForm,
    CheckForm,
    CorrectDownForm,
    DecisionForm,
    DescribeForm,
    LinkForm,
    ReplyForm,
    WriteDownForm,
)
from heard.cases.words.actions import open_words
from heard.cases.words.queries import one_visible_to
from heard.govuk.environment import in_words
from heard.govuk.environment import time as moment
from heard.govuk.forms import Form
from heard.govuk.played import as_played
from heard.network.actions import open_record


@gate(May.SEE_CHILD)
@require_safe
def links(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """The links of one child, and what came through them as far as this user may read it."""
    user, now = request.user, timezone.now()
    person = open_record(by=user, person_id=person_id)
    rows = queries.links_visible_to(user).filter(person_id=person_id)[: rules.MOST_A_DAY]
    context = {
        "person": person,
        "rows": [(row, rules.is_good(row.state, now)) for row in rows],
        "sent": queries.messages_visible_to(user)
        .filter(person_id=person_id)
        .defer("drawing")[: rules.MOST_A_DAY],
        "may_write": user.may(May.ASSESS),
    }
    return render(request, "cases/voice/links.html", context)


@gate(May.ASSESS)
def make(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """Makes a link. Its code is shown on the answer to this form and nowhere else."""
    user = request.user
    person = open_record(by=user, person_id=person_id)
    form = LinkForm(request.POST if request.method == "POST" else None)
    draft = request.POST.get("draft") or uuid.uuid4().hex
    if form.is_valid():
        with sending(request, form):
            said = {
                "word": form.cleaned_data["word"],
                "weeks": int(form.cleaned_data["weeks"]),
                "draft": draft,
            }
            link, code = actions.make_link(by=user, person_id=person_id, **said)
            site = settings.ADDRESS or request.build_absolute_uri("/").rstrip("/")
            at = f"{site}{reverse('notes_open')}"
            made = {
                "person": person,
                "link": link,
                "code": rules.in_groups(code),
                "at": at,
                "whole": f"{at}#{code}",
            }
            return render(request, "cases/voice/made.html", made)
    return render(request, "cases/voice/make.html", {"person": person, "form": form, "draft": draft})


@gate(May.ASSESS)
@require_POST
def end(request: Request, child_link_id: uuid.UUID) -> HttpResponse:
    link = actions.end_link(by=request.user, child_link_id=child_link_id)
    messages.success(request, _("The link has ended. Whoever opens it reads whom to ring."))
    return redirect("child_links", person_id=link.person_id)


@gate(May.SEE_CHILD)
def asked(request: Request, child_link_id: uuid.UUID) -> HttpResponse:
    """Somebody else than who made the link asked the child about it: the first time, or again."""
    link = queries.link_visible_to(request.user, child_link_id)
    open_record(by=request.user, person_id=link.person_id)
    form = kept_form(request, AskedForm, kind="child-asked", subject_id=child_link_id)
    if form.is_valid():
        with sending(request, form):
            actions.note_asked(by=request.user, child_link_id=child_link_id, **form.cleaned_data)
            messages.success(request, _("Saved: what the child told you about the link."))
            return redirect("child_links", person_id=link.person_id)
    why_not = rules.why_not_ask(is_maker=link.made_by_id == request.user.pk, who_writes="child", asked="-")
    return render(request, "cases/voice/asked.html", {"link": link, "form": form, "why_not": why_not})


@gate(May.SEE_CHILD)
@require_safe
def message(request: Request, child_message_id: uuid.UUID) -> HttpResponse:
    user = request.user
    row = actions.open_message(by=user, child_message_id=child_message_id)
    context = {
        "row": row,
        "replies": list(row.replies.all()),
        "written": list(row.transcripts.all()),
        "read": queries.read_by(user, row),
        "has_to_read": queries.has_to_read(user, row),
        "why_not_read": rules.why_not_say_read(is_known=queries.is_known(user, row)),
        "may_answer": queries.may_write_of(user),
        "near": queries.near(user, row),
        "may_describe": bool(row.drawing) and row.described_by_id in (None, user.pk),
        "may_check": row.hidden and row.checked_at is None and queries.is_outside(user, row),
    }
    return render(request, "cases/voice/message.html", context)


@gate(May.SEE_CHILD)
@require_POST
def read(request: Request, child_message_id: uuid.UUID) -> HttpResponse:
    try:
        row = actions.note_read(by=request.user, child_message_id=child_message_id)
    except Refused as refused:
        messages.warning(request, in_words(str(refused)))
        return redirect("child_message", child_message_id=child_message_id)
    told = (
        any(reader.user_id == request.user.pk for reader in row.notice.readers.all()) if row.notice else False
    )
    saved = _("Saved: you read it. The child can see that you did.")
    messages.success(
        request,
        saved if told else _("It was not given to you by name: the child is not shown that you read it."),
    )
    return redirect("child_message", child_message_id=child_message_id)


@gate(May.SEE_CHILD)
def answer(request: Request, child_message_id: uuid.UUID) -> HttpResponse:
    """What is told to the child, and whether it is safe that they read it on their device."""
    title, saved = _("Answer what the child wrote"), _("Saved: your answer.")
    return _write(request, child_message_id, ReplyForm, "child-reply", actions.answer_message, title, saved)


@gate(May.SEE_CHILD)
def describe(request: Request, child_message_id: uuid.UUID) -> HttpResponse:
    """What somebody sees in a drawing, for those who do not see it."""
    title, saved = _("Describe the drawing"), _("Saved: what you see in the drawing, as your words.")
    act = actions.describe_drawing
    return _write(request, child_message_id, DescribeForm, "child-drawing", act, title, saved)


@gate(May.SEE_CHILD)
def write_down(request: Request, child_message_id: uuid.UUID) -> HttpResponse:
    """What somebody hears the child say in a recording, word for word: the first time, or better than it was written down before."""
    row = queries.message_visible_to(request.user, child_message_id)
    if row.taken_back_at and request.method != "POST":
        return redirect("child_message", child_message_id=child_message_id)
    last, form = row.written_down, WriteDownForm if row.written_down is None else CorrectDownForm
    title, saved = _("Write down what the child said"), _("Saved: what the child said, as you heard it.")
    return _write(
        request, child_message_id, form, "child-spoken", actions.write_down, title, saved,
        initial={"text": last.text} if last and not row.taken_back_at else {},
        changed_by=f"{last.written_by}, {moment(last.written_at)}" if last else "",
    )  # fmt: skip


@gate(May.SEE_CHILD)
@require_safe
def sound(request: Request, child_message_id: uuid.UUID) -> HttpResponse:
    """What the child spoke, for the player of the page."""
    return _played(request, child_message_id)


@gate(May.SEE_CHILD)
@require_safe
def words_sound(request: Request, words_id: uuid.UUID) -> HttpResponse:
    """The same, where the child’s words stand in the record; of words that were not spoken, or that the child took back, the words."""
    words = one_visible_to(request.user, words_id)
    spoken = queries.messages_visible_to(request.user).filter(words=words, seconds__gt=0, taken_back_at=None)
    found = spoken.values_list("pk", flat=True).first()
    return _played(request, found) if found else redirect("words", person_id=words.person_id)


def _played(request: Request, child_message_id: uuid.UUID) -> HttpResponse:
    wanted = request.headers.get("Range", "") if request.method == "GET" else None
    try:
        _row, file, content = actions.open_sound(
            by=request.user, child_message_id=child_message_id, wanted=wanted
        )
    except Refused as refused:
        return HttpResponse(in_words(str(refused)), status=409, content_type="text/plain; charset=utf-8")
    kind = ContentKind(file.kind)
    name = f"heard-{file.pk.hex[:8]}.{EXTENSIONS[kind]}"
    return as_played(content, name, CONTENT_TYPES[kind], wanted or "")


@gate(May.SEE_CHILD)
@require_safe
def drawing(request: Request, words_id: uuid.UUID) -> HttpResponse:
    """From the child’s words to what they sent: a drawing, or what they spoke."""
    words = open_words(by=request.user, words_id=words_id)
    found = queries.messages_visible_to(request.user).filter(words=words).values_list("pk", flat=True).first()
    if found is None:
        return redirect("words", person_id=words.person_id)
    return redirect("child_message", child_message_id=found)


@gate(May.ASSESS)
def tell_of_item(request: Request, item_id: uuid.UUID) -> HttpResponse:
    """What a panel decided about a child, written for the child."""
    item = open_item(by=request.user, item_id=item_id)
    if not item.is_about_child or item.person is None:
        raise Hidden
    back, said = ("panel_item", {"item_id": item.pk}), [item.decision, item.reason]
    put_right = [
        _("Put right by %(who)s: %(text)s") % {"who": correction.by, "text": correction.text}
        for correction in item.corrections.all()
    ]
    return _tell(request, item, item.person, back, [*said, *put_right], may_tell_of_item(request.user, item))


@gate(May.ASSESS)
def tell_of_review(request: Request, review_id: uuid.UUID) -> HttpResponse:
    """The same of a review."""
    review = open_review(by=request.user, review_id=review_id)
    back, said = ("review", {"review_id": review.pk}), [review.get_decision_display(), review.reason]
    return _tell(
        request, review, review.plan.case.person, back, said, may_tell_of_review(request.user, review)
    )


def _tell(
    request: Request, meeting: Any, person: Any, back: tuple[str, dict[str, Any]], said: list[str], may: bool
) -> HttpResponse:
    """`meeting`: the item or review, of which the child is told. `may`: whether this user tells it. `said`: what is written of it in the record."""
    (name, which), links = back, queries.good_links(request.user, person.pk)
    form = kept_form(request, DecisionForm, kind="child-decision", subject_id=next(iter(which.values())))
    if form.is_valid():
        with sending(request, form):
            actions.tell_decision(by=request.user, **which, **form.cleaned_data)
            messages.success(request, _("Saved: what was decided, as the child is told it."))
            return redirect(name, **which)
    context = {"person": person, "form": form, "back": (name, which), "said": said}
    context |= {
        "links": links,
        "why_not": rules.why_not_tell_decision(
            may_tell=may,
            is_decided=name == "review" or meeting.decided_at is not None,
            has_died=why_not_after_death(request.user, person.pk) is not None,
            links=links,
            text="-",
            is_safe=False,
            how="-",
        ),
        "last": meeting.told_child.last(),
        "title": _("Tell the child what was decided"),
    }
    return render(request, "cases/voice/tell.html", context)


@gate(May.SEE_CHILD)
def check(request: Request, child_message_id: uuid.UUID) -> HttpResponse:
    """Somebody outside the line of whom it is hidden from looks at it."""
    title, saved = _("Check what the child hides from somebody"), _("Saved: it was checked. It stays hidden.")
    return _write(request, child_message_id, CheckForm, "child-check", actions.check_message, title, saved)


def _write(
    request: Request,
    child_message_id: uuid.UUID,
    form_class: type[Form],
    kind: str,
    act: Callable[..., Any],
    title: str,
    saved: str,
    initial: Mapping[str, Any] | None = None,
    changed_by: str = "",
) -> HttpResponse:
    """A form under one message of a child; what it asks is what `act` takes. `initial`: what the record says now, and `changed_by` who wrote that last."""
    row = actions.open_message(by=request.user, child_message_id=child_message_id)
    form = kept_form(
        request, form_class, kind=kind, subject_id=child_message_id, initial=initial, changed_by=changed_by
    )
    if form.is_valid():
        with sending(request, form):
            act(by=request.user, child_message_id=child_message_id, **form.cleaned_data)
            messages.success(request, saved)
            return redirect("child_message", child_message_id=child_message_id)
    return render(request, "cases/voice/form.html", {"row": row, "form": form, "title": title})
