"""Pages about missing children: who is missing now, one episode, the interview after the return, and the form that is
ready before. Each that shows a child's record leaves its audit row."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Iterable
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
from heard.agencies.gate import Request, gate, said_with_next
from heard.agencies.rules import May
from heard.cases.case.notices.queries import who_was_told
from heard.cases.case.queries import why_not_after_death, words_of
from heard.cases.case.turn import where_to_turn
from heard.cases.clocks.words import allowed
from heard.cases.missing import actions, queries, rules
from heard.cases.missing.forms import (
    PART_LABELS,
    AnswerForm,
    EpisodeForm,
    FoundForm,
    InterviewForm,
    NoteForm,
    OfferForm,
    PhilomenaForm,
    TakeBackForm,
)
from heard.cases.missing.words import in_words, kept_by, time_left, version_in_words
from heard.govuk.environment import time
from heard.govuk.forms import parts_of
from heard.govuk.pdf import as_download, draw_pdf
from heard.knowledge import load
from heard.network.actions import open_record
from heard.network.queries import named_in, postcodes_to_place, said_left_out, unnamed_in
from heard.network.rules import FOUND_AT, NodeKind
from heard.network.views.editing import keep_page

ON_A_PAGE = 25

# What is likely to come next: in words, and its address.
type _Step = tuple[str, str]


@gate(May.MISSING)
@require_safe
def missing(request: HttpRequest) -> HttpResponse:
    """Children who are missing now first, the longest missing of them first; then those who came back."""
    user: Any = request.user
    page = Paginator(queries.open_first(user), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(episode, _state(episode)) for episode in page.object_list]
    return render(request, "cases/missing/missing.html", {"page": page, "rows": rows})


@gate(May.SEE_CHILD)
@require_safe
def of_child(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    page = Paginator(queries.episodes_of(user, person_id), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(episode, _state(episode)) for episode in page.object_list]
    context = {
        "person": person,
        "page": page,
        "rows": rows,
        "ready": queries.forms_of(user, person_id).first(),
        "may_note": user.may(May.MISSING),
        "is_missing": queries.open_episode_of(user, person_id) is not None,
    }
    return render(request, "cases/missing/of_child.html", context)


@gate(May.MISSING)
def note(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    form = kept_form(request, NoteForm, kind="missing.note", subject_id=person_id)

    if form.is_valid():
        with sending(request, form):
            episode = actions.note_missing(by=user, person_id=person_id, back=form.back, **form.said)
            said = _back_again(user, episode) if episode.found_at else _missing_now(user, episode)
            return _written_down(request, episode, *said, before=())
    title = _("Note that a child is missing")
    about = _(
        "If a child is missing now and may be in danger, ring 999 first. Write down what you know; more can be added."
    )
    back = ("missing_of", {"person_id": person_id})
    return _form_page(request, form, person, title, about=about, back=back, why_not=None)


@gate(May.SEE_CHILD)
@require_safe
def episode(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_episode(by=user, episode_id=episode_id)
    interview = getattr(this, "interview", None)
    context = {
        "episode": this,
        "person": this.person,
        "state": _state(this),
        "length": in_words(rules.how_long(this.missing_from, this.found_at or timezone.now())),
        "offers": list(queries.offers_of(user, episode_id)),
        "earlier": [(row, version_in_words(row.said)) for row in queries.earlier_of(user, episode_id)],
        "interview": interview,
        "answers": queries.answers_of(user, interview) if interview else [],
        "clock": load.current().clock("return_interview"),
        "due": _due(this),
        "is_back": this.found_at is not None and this.taken_back_at is None,
        "ready": queries.forms_of(user, this.person_id).first(),
        "may_note": user.may(May.MISSING) and this.taken_back_at is None,
        "turn": where_to_turn(user, this.person, "interview"),
        "named": named_in(user, "interview", episode_id),
        "unnamed": unnamed_in(user, "interview", episode_id),
        "names_more": False,
        "postcodes": [],
    }
    if context["may_note"]:
        context["names_more"] = bool(queries.to_keep_in_episode(user, this))
        context["postcodes"] = postcodes_to_place(user, this.person_id, queries.texts_of(user, this))
    return render(request, "cases/missing/episode.html", context)


@gate(May.MISSING)
def episode_named(request: Request, episode_id: uuid.UUID) -> HttpResponse:
    """Phones, cars and accounts that an episode or its interview names in words, to tick those that are kept."""
    user: Any = request.user
    this = actions.open_episode(by=user, episode_id=episode_id)
    return keep_page(
        request,
        kind="missing.named",
        subject_id=episode_id,
        found=queries.to_keep_in_episode(user, this),
        save=lambda ticks: actions.keep_named(by=user, episode_id=episode_id, ticks=ticks),
        back=(reverse("episode", kwargs={"episode_id": episode_id}), _("Episode")),
    )


@gate(May.MISSING)
def change(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_episode(by=user, episode_id=episode_id)
    begin = {name: getattr(this, name) for name in rules.MISSING if not name.endswith(("_from", "_at"))}
    begin |= parts_of("missing", this.missing_from) | parts_of("reported", this.reported_at)
    begin["reported"] = "yes" if this.reported_at else "no"
    form = kept_form(request, EpisodeForm, kind="missing.change", subject_id=episode_id, initial=begin)
    if form.is_valid():
        with sending(request, form):
            before = queries.to_keep_in_episode(user, this)
            actions.change_episode(by=user, episode_id=episode_id, **form.said)
            return _written_down(request, this, _("Saved: what is known about this episode."), before=before)
    about = _("Add what is known now, or put right what was written.")
    return _episode_form(request, form, this, _("What is known"), about=about)


@gate(May.MISSING)
def found(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_episode(by=user, episode_id=episode_id)
    begin = {name: getattr(this, name) for name in rules.FOUND} | parts_of("found", this.found_at)
    form = kept_form(request, FoundForm, kind="missing.found", subject_id=episode_id, initial=begin)
    if form.is_valid():
        with sending(request, form):
            before = queries.to_keep_in_episode(user, this)
            back = actions.note_found(by=user, episode_id=episode_id, **form.found)
            said = (
                (_("Saved: what is written about the return."), None)
                if this.found_at
                else _back_again(user, back)
            )
            return _written_down(request, this, *said, before=before)
    title = (
        _("The child is back") if this.found_at is None else _("Put right what was written about the return")
    )
    return _episode_form(request, form, this, title)


@gate(May.MISSING)
def take_back(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_episode(by=user, episode_id=episode_id)
    form = kept_form(request, TakeBackForm, kind="missing.take-back", subject_id=episode_id)
    if form.is_valid():
        with sending(request, form):
            actions.take_back_episode(by=user, episode_id=episode_id, **form.cleaned_data)
            return _written_down(request, this, _("Saved: this was noted by mistake."))
    return _episode_form(request, form, this, _("Noted by mistake"))


@gate(May.MISSING)
def offer(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    this = actions.open_episode(by=user, episode_id=episode_id)
    begin = parts_of("offered", timezone.now())
    form = kept_form(request, OfferForm, kind="missing.offer", subject_id=episode_id, suggested=begin)
    if form.is_valid():
        with sending(request, form):
            offered = actions.offer_interview(by=user, episode_id=episode_id, **form.offer)
            not_yet = offered.outcome == rules.Offered.NOT_OFFERED
            saved = (
                _("Saved: why the interview was not offered.")
                if not_yet
                else _("Saved: the offer of an interview.")
            )
            return _written_down(request, this, saved)
    clock = load.current().clock("return_interview")
    return _episode_form(request, form, this, _("Offer the interview"), about=clock.help, interview=True)


@gate(May.MISSING)
def interview(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    """What the child says, in the child's words; then what each question brings, if anything."""
    user: Any = request.user
    this = actions.open_episode(by=user, episode_id=episode_id)
    words = list(words_of(user, this.person_id)[:20])
    held = this.held
    if held and held.words and held.words not in words:
        words.append(held.words)
    words = [word for word in words if this.is_since_return(word)]
    begin = _interview_so_far(held) if held else {}
    form = kept_form(
        request,
        InterviewForm,
        kind="missing.interview",
        subject_id=episode_id,
        initial=begin,
        words=words,
        beside=held,
    )

    if form.is_valid():
        with sending(request, form):
            before = queries.to_keep_in_episode(user, this)
            actions.record_interview(by=user, episode_id=episode_id, view=form.view, **form.answered)
            step = _("Add whom the child spoke of"), reverse("interview_person", args=[episode_id])
            return _written_down(request, this, _("Saved: the interview."), step, before=before)
    about = _(
        "On the child’s terms. Only when, where, who and the child’s words are needed; leave any other question empty."
    )
    title = _("Return home interview")
    return _episode_form(request, form, this, title, about=about, interview=True)


def _interview_so_far(held: Any) -> dict[str, Any]:
    names = (
        "where", "with_whom", "independent", "who_else", "where_was", "who_with", "pushed", "pulled", "would_help",
        "to_reviewer", "to_police", "passed_on", "why_no_words",
    )  # fmt: skip
    begin = {name: getattr(held, name) for name in names} | parts_of("held", held.held_at)
    return begin | {"which": str(held.words_id) if held.words_id else "none"}


@gate(May.MISSING)
def answer(request: HttpRequest, episode_id: uuid.UUID, end: str) -> HttpResponse:
    """Somebody, somewhere or a group that the child spoke of: first who on record may be meant, then who it is."""
    user: Any = request.user
    this = actions.open_episode(by=user, episode_id=episode_id)
    interviewed = getattr(this, "interview", None)
    if interviewed is None:
        messages.warning(request, _("Write down the interview first."))
        return redirect("episode", episode_id=episode_id)
    form, is_sent = _answer_form(request, this, end)
    if is_sent:
        with sending(request, form):
            actions.note_answer(by=user, episode_id=episode_id, end=end, **form.answer)
            return _written_down(request, this, _("Saved: what the child spoke of."))
    titles = {
        "person": _("Somebody whom the child spoke of"),
        "place": _("A place that the child spoke of"),
        "group": _("A group that the child spoke of"),
        "handle": _("A phone, car or account that the child spoke of"),
    }
    context = {
        "form": form,
        "person": this.person,
        "episode": this,
        "title": titles[end],
        "end": end,
        "answers": queries.answers_of(user, interviewed),
    }
    return render(request, "cases/missing/answer.html", context)


def _answer_form(request: HttpRequest, this: Any, end: str) -> tuple[Any, bool]:
    """The form, and whether it was sent; a name that was typed is looked for first. Where the child was found is where they were found."""
    name, postcode = request.POST.get("name", "").strip(), request.POST.get("postcode", "").strip()
    asked = "" if end == NodeKind.HANDLE else name or (postcode if "name" not in request.POST else "")
    found = _like(request.user, end, asked, postcode) if asked else None
    about: dict[str, Any] = {"end": end, "found": found}
    form: Any = kept_form(request, AnswerForm, kind=f"missing.{end}", subject_id=this.pk, **about)
    if found is not None and ("look" in request.POST or "choice" not in request.POST):
        begin = form.answers() | {"name": asked}
        if end == NodeKind.PLACE and not begin["kind"] and rules.is_where_found(asked, this.found_where):
            begin["kind"] = FOUND_AT
        kept, form = form.kept, AnswerForm(initial=begin, **about)
        form.kept = kept
        return form, False
    return form, form.is_valid()


def _like(user: Any, end: str, name: str, postcode: str) -> list[tuple[str, str, str]]:
    if end == "person":
        return queries.people_like(user, name)
    return queries.things_like(user, end, name=name, postcode=postcode)


# ---- the form that is ready before


@gate(May.SEE_CHILD)
@require_safe
def philomena(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The latest version, and those before it."""
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    versions = actions.open_forms(by=user, person_id=person_id)
    shown = next(
        (version for version in versions if str(version.version) == request.GET.get("version")), None
    )
    context = {
        "person": person,
        "versions": versions,
        "shown": shown or (versions[0] if versions else None),
        "labels": _labels(),
        "is_missing": queries.open_episode_of(user, person_id) is not None,
        "may_note": user.may(May.MISSING),
        "named": named_in(user, "philomena", *(version.pk for version in versions)),
        "unnamed": unnamed_in(user, "philomena", *(version.pk for version in versions)),
        "names_more": False,
        "postcodes": [],
    }
    if user.may(May.MISSING) and versions:
        latest = versions[0]
        context["names_more"] = bool(queries.to_keep_in_form(user, latest))
        texts = [getattr(latest, part) for part in queries.FORM_PARTS]
        context["postcodes"] = postcodes_to_place(user, person_id, texts)
    return render(request, "cases/missing/philomena.html", context)


@gate(May.SEE_CHILD)
@require_safe
def philomena_version(request: Request, form_id: uuid.UUID) -> HttpResponse:
    """One version by its own key."""
    this = queries.form_visible_to(request.user, form_id)
    page = reverse("philomena", kwargs={"person_id": this.person_id})
    return redirect(f"{page}?version={this.version}")


@gate(May.MISSING)
def philomena_named(request: Request, form_id: uuid.UUID) -> HttpResponse:
    """Phones, cars and accounts that a version of the form names in words, to tick those that are kept."""
    user: Any = request.user
    this = queries.form_visible_to(user, form_id)
    open_record(by=user, person_id=this.person_id)
    return keep_page(
        request,
        kind="missing.form-named",
        subject_id=form_id,
        found=queries.to_keep_in_form(user, this),
        save=lambda ticks: actions.keep_named_in_form(by=user, form_id=form_id, ticks=ticks),
        back=(reverse("philomena", kwargs={"person_id": this.person_id}), _("Philomena form")),
    )


@gate(May.MISSING)
def philomena_write(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    form = kept_form(
        request,
        PhilomenaForm,
        kind="missing.philomena",
        subject_id=person_id,
        initial=queries.begin_form(user, person_id),
        photos=queries.photos_of(user, person_id),
    )

    about = _("What helps to find a child, written with those who know the child, before anything happens.")
    back = ("philomena", {"person_id": person_id})
    if form.is_valid():
        with sending(request, form):
            last = queries.forms_of(user, person_id).first()
            before = queries.to_keep_in_form(user, last) if last else ()
            new = actions.write_form(by=user, person_id=person_id, **form.written)
            messages.success(request, _("Saved: a new version of the form."))
            if {one.tick for one in queries.to_keep_in_form(user, new)} - {one.tick for one in before}:
                return redirect("philomena_named", form_id=new.pk)
            return redirect("philomena", person_id=person_id)
    left_out = said_left_out(user, person_id, facts=True)
    return _form_page(request, form, person, _("Philomena form"), about=about, back=back, left_out=left_out)


@gate(May.SEE_CHILD)
@require_safe
def philomena_paper(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Both parts on paper: what was ready, and while the child is missing what is known now."""
    user: Any = request.user
    person = open_record(by=user, person_id=person_id)
    form, this, photo = actions.open_paper(by=user, person_id=person_id)
    context = {
        "person": person,
        "form": form,
        "episode": this,
        "photo": _as_data(form, photo),
        "labels": _labels(),
        "printed_at": timezone.now(),
        "printed_by": user,
    }
    return as_download(draw_pdf("cases/missing/philomena_paper.html", context), "philomena-form.pdf")


def _as_data(form: Any, photo: bytes | None) -> str:
    """A picture that stands in the page itself, since paper fetches nothing."""
    return f"data:image/{form.photo.kind};base64,{b64encode(photo).decode()}" if photo else ""


def _labels() -> list[tuple[str, str]]:
    return [(part, str(PART_LABELS[part])) for part in queries.FORM_PARTS]


# ---- what the pages share


def _state(this: Any) -> dict[str, Any]:
    """How it stands with one episode, in words, and the colour that helps."""
    now = timezone.now()
    if this.taken_back_at is not None:
        return {"text": _("Noted by mistake"), "colour": "grey", "late": ""}
    if this.found_at is None:
        length = in_words(rules.how_long(this.missing_from, now))
        return {"text": _("Missing for %(time)s") % {"time": length}, "colour": "red", "late": ""}
    held = this.held
    if held:
        late = kept_by(this.interview_due_at, held.held_at)
        text = _("Back, and heard") if held.is_heard else _("Back, interview held")
        return {"text": text, "colour": "green", "late": late}
    if this.died:
        return {"text": _("The child has died"), "colour": "grey", "late": ""}
    if this.answer == rules.Offered.DECLINED:
        late = _("offered %(late)s") % {"late": kept_by(this.interview_due_at, this.asked_at)}
        return {"text": _("Back, and said no to an interview"), "colour": "blue", "late": late}
    return {
        "text": _("Back, not heard yet"),
        "colour": "yellow",
        "late": time_left(this.interview_due_at, now),
    }


def _due(this: Any) -> dict[str, Any] | None:
    """When the interview is due, to the minute, and how long that is or was. Not where the child said no: then when it was
    offered. Nothing is due to a child who has died."""
    if this.found_at is None or this.taken_back_at is not None:
        return None
    held = this.held
    said_no = held is None and this.answer == rules.Offered.DECLINED
    met_at = held.held_at if held else this.asked_at if said_no else None
    if this.died and not met_at:
        return None
    words = (
        kept_by(this.interview_due_at, met_at) if met_at else time_left(this.interview_due_at, timezone.now())
    )
    due = {"at": this.interview_due_at, "words": words, "met_at": met_at, "said_no": said_no}
    return due | {"allowed": allowed(load.current().clock("return_interview"))}


def _missing_now(user: Any, this: Any) -> tuple[str, _Step]:
    """That a child is missing, who reads it on their My work, and what comes next."""
    told = sorted(str(one) for one in who_was_told(user, [("episode", this.pk)]))
    text = _("Saved: the child is missing. If the child may be in danger, ring 999.")
    if told:
        text += " " + _("Told on My work: %(who)s.") % {"who": ", ".join(told)}
    if this.reported_at:
        return text, (_("The Philomena form for the police"), reverse("philomena", args=[this.person_id]))
    text += " " + _("Nothing is written yet of the police being told.")
    return text, (_("Say when the police were told"), reverse("episode_change", args=[this.pk]))


def _back_again(user: Any, this: Any) -> tuple[str, _Step | None]:
    """That a return is saved, and what comes next; nothing is offered to a child who has died."""
    if why_not_after_death(user, this.person_id):
        return _("Saved: the return."), None
    step = _("Offer the interview"), reverse("interview_offer", args=[this.pk])
    if this.interview_due_at < timezone.now():
        return _("Saved: the child is back. Offer an interview now."), step
    text = _("Saved: the child is back. Offer an interview by %(time)s.")
    return text % {"time": time(this.interview_due_at)}, step


def _written_down(
    request: HttpRequest,
    this: Any,
    saved: str,
    step: _Step | None = None,
    *,
    before: Iterable[Any] | None = None,
) -> HttpResponse:
    """Back to the episode, saying what was `saved` and the `step` that comes next. `before`: what its words named that was not kept; where they name more now, to what can
    be kept first."""
    if step:
        said_with_next(request, saved, step=step[0], href=step[1])
    else:
        messages.success(request, saved)
    if before is not None:
        user: Any = request.user
        now = queries.to_keep_in_episode(user, queries.episode_visible_to(user, this.pk))
        if {one.tick for one in now} - {one.tick for one in before}:
            return redirect("episode_named", episode_id=this.pk)
    return redirect("episode", episode_id=this.pk)


def _episode_form(request: HttpRequest, form: Any, this: Any, title: str, **more: Any) -> HttpResponse:
    why_not = rules.TAKEN_BACK if this.taken_back_at else None
    if more.pop("interview", False):
        user: Any = request.user
        why_not = rules.why_not_offer_yet(
            may_note=user.may(May.MISSING),
            is_back=this.found_at is not None,
            taken_back=this.taken_back_at is not None,
        )
        more["due"] = _due(this)
    back = ("episode", {"episode_id": this.pk})
    return _form_page(request, form, this.person, title, back=back, why_not=why_not, **more)


def _form_page(
    request: HttpRequest, form: Any, person: Any, title: str, *, back: tuple[str, dict[str, Any]], **more: Any
) -> HttpResponse:
    context = {"about": "", "why_not": None, "due": None} | more
    context |= {"form": form, "person": person, "title": title, "back": back}
    context["clock"] = load.current().clock("return_interview")
    return render(request, "cases/missing/form.html", context)
