"""Telling a worry, one thing per page. The draft has what was sent of each step; what is typed is kept as in any form."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.actions import save_draft
from heard.agencies.drafts.forms import differs, kept_form, sending
from heard.agencies.drafts.forms import sent as forget
from heard.agencies.drafts.queries import draft_of, drafts_of, typed_in_steps
from heard.agencies.drafts.rules import STEP
from heard.agencies.gate import Request, gate
from heard.agencies.queries import duty_team
from heard.agencies.rules import Hidden, May, Refused
from heard.cases.concern import actions, queries
from heard.cases.concern.forms import NEW, answers_of
from heard.cases.concern.rules import About
from heard.cases.concern.views import steps
from heard.cases.concern.views.summary import check_sections, likely, named, option
from heard.govuk.environment import in_words
from heard.govuk.forms import Form
from heard.knowledge import load
from heard.network.forms.tying import KeepForm
from heard.network.queries import named_something

KEPT = gettext_lazy(
    "You wrote them. Tick what belongs to this worry. A co-ordinator compares this with what others know. Nothing is kept apart "
    "from your words unless you tick it."
)
TITLES = {
    "seen": gettext_lazy("What has happened?"),
    "child": gettext_lazy("Which child are you worried about?"),
    "same": gettext_lazy("Is this the child?"),
    "new": gettext_lazy("Who is the child?"),
    "place": gettext_lazy("Which place are you worried about?"),
    "place_same": gettext_lazy("Is this the place?"),
    "place_new": gettext_lazy("What place is it?"),
    "group": gettext_lazy("Which group are you worried about?"),
    "group_same": gettext_lazy("Is this the group?"),
    "group_new": gettext_lazy("What group is it?"),
    "scene": gettext_lazy("When was it, and who was there?"),
    "likely": gettext_lazy("Which of these were seen?"),
    "signs": gettext_lazy("The whole list: which of these have been seen?"),
    "evidence": gettext_lazy("When was it seen, and who says so?"),
    "words": gettext_lazy("The child’s words, and who hears of it"),
    "files": gettext_lazy("Do you have a photo, message or document?"),
}

TEMPLATES = {
    "seen": "cases/concern/step_seen.html",
    "same": "cases/concern/step_same.html",
    "place_same": "cases/concern/step_same.html",
    "group_same": "cases/concern/step_same.html",
    "likely": "cases/concern/step_likely.html",
    "signs": "cases/concern/step_signs.html",
    "evidence": "cases/concern/step_evidence.html",
    "scene": "cases/concern/step_last.html",
    "words": "cases/concern/step_last.html",
}
BEGIN = "worry.begin"  # the kind of a first page that is not sent yet: it has no draft


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: Request) -> HttpResponse:
    """The first page, with which a draft begins. Pages of a child, place or group send their `person_id`, `place_id` or
    `group_id` alone: then the draft is about that one, and the first page comes next."""
    if request.method == "POST" and not {"seen_and_heard", "danger_now"} & request.POST.keys():
        begun = steps.begun_about(request.user, request.POST)
        draft = actions.begin_telling(by=request.user, answers=begun)
        return redirect(_address(request, draft.pk, begun))
    form = kept_form(request, steps.FORMS["seen"], kind=BEGIN)
    if form.is_valid():
        with sending(request, form):
            begun = {"seen": form.answers(), "done": {"steps": ["seen"]}}
            page_id = form.kept.draft_id
            draft = actions.begin_telling(by=request.user, answers=begun, page_id=page_id)
            return redirect(_address(request, draft.pk, draft.answers))
    unfinished = [
        unfinished_in_words(draft) for draft in drafts_of(request.user).filter(kind=actions.DRAFT)[:3]
    ]
    context = {
        "form": form,
        "step": "seen",
        "title": _("Tell a worry"),
        "begins": True,
        "name": "",
        "go_on": _("Continue"),
        "team": duty_team(request.user),
        "unfinished": unfinished,
        "clock": _clock(),
    }
    return render(request, TEMPLATES["seen"], context)


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: Request, draft_id: uuid.UUID, step: str) -> HttpResponse:
    """One step; then the next that is not answered, or this one again."""
    draft = draft_of(request.user, draft_id, kind=actions.DRAFT)
    if step == "evidence" and not steps.items_seen(draft.answers):
        return redirect("worry_likely", draft_id=draft_id)
    form = _form(request, draft_id, draft.answers, step)
    aside = _aside(request, draft.answers, form) if step == "likely" and request.method == "POST" else ""
    if aside:
        return _go_aside(request, draft, form, aside)
    if form.is_valid():
        with sending(request, form):
            sent = _sent(request.user, draft.answers, step, form)
            draft = save_draft(by=request.user, draft_id=draft_id, kind=actions.DRAFT, answers=sent)
            return redirect(_address(request, draft_id, draft.answers))
    return _draw(request, draft_id, draft.answers, step, form)


ASIDE = {
    "find": "likely",
    "list": "signs",
    "each": "evidence",
}  # buttons of the likely signs, and where they lead


def _aside(request: Request, answers: steps.Answers, form: Any) -> str:
    """Where it is to go on from the likely signs, or "" for the next step. New words in the box of the search are searched for,
    also where Enter was pressed in it; with none there is nothing to search for."""
    words, pressed = form["find"].answer.strip(), request.POST.get("go", "")
    if pressed in ("list", "each"):
        return pressed
    return "find" if words and (pressed == "find" or words != steps.searched_for(answers)) else ""


def _go_aside(request: Request, draft: Any, form: Any, aside: str) -> HttpResponse:
    """A button that leads to more than the likely signs: what was ticked so far is kept as it is, right or wrong."""
    marked = _marked(draft.answers, form)
    open_again = set(answers_of(draft.answers, "done").get("steps", [])) - {"likely"}
    sent = marked | {"done": {"steps": sorted(open_again)}}
    draft = save_draft(by=request.user, draft_id=draft.pk, kind=actions.DRAFT, answers=sent)
    forget(request, form)
    if aside == "each" and not steps.items_seen(draft.answers):
        messages.info(request, _("Tick what was seen first."))
    return redirect(f"worry_{ASIDE[aside]}", draft_id=draft.pk)


def _sent(user: Any, answers: steps.Answers, step: str, form: Any) -> dict[str, dict[str, Any]]:
    """What the draft keeps of a step that is right. A search that finds nobody answers whether it is one of those found."""
    if step == "likely":
        kept = _marked(answers, form)
        return kept | {"likely": kept["likely"] | {"find": ""}, "done": _done(answers, step)}
    said = form.answers() | _called(form, step)
    if step == "evidence":  # what was begun with goes on following what it was taken from
        begun = {name for name in said if steps.is_begun(user, answers, name, form.cleaned_data.get(name))}
        said = {name: value for name, value in said.items() if name not in begun}
    sent: dict[str, dict[str, Any]] = {step: said}
    done = _done(answers, step)
    whom = next((whom for whom, (named, _same, _new) in steps.WHOM.items() if named == step), None)
    if whom:
        sent["about"] = {"about": whom.value}
        same = steps.WHOM[whom][1]
        found = steps.hits(user, sent) if whom is About.CHILD else steps.likenesses(user, sent, step)
        sent[same] = {} if found else {"choice": NEW, "nobody": True}
        done = {"steps": sorted({*done["steps"], *([] if found else [same])})}
    return sent | {"done": done}


def _marked(answers: steps.Answers, form: Any) -> dict[str, dict[str, Any]]:
    """The signs after the page of likely ones, and when they were seen."""
    typed = form.answers()
    ticked = {item for name in steps.LISTS for item in typed.pop(name, [])}
    shown = [item.id for item in steps.offered(answers)]
    return {"likely": typed, "signs": steps.marked(answers, shown, ticked)}


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Request, draft_id: uuid.UUID) -> HttpResponse:
    """Check the answers, then send. Sending twice, as a tired thumb does, comes to the same page: also where both arrive
    at the same moment."""
    try:
        draft = draft_of(request.user, draft_id, kind=actions.DRAFT)
        unanswered = _not_sent(request, draft) or steps.first_unanswered(request.user, draft.answers)
        if unanswered:
            return redirect(f"worry_{unanswered}", draft_id=draft_id)
        sent = request.POST if request.method == "POST" else None
        keeping = KeepForm(sent, found=steps.handles_in(request.user, draft.answers), hint=KEPT)
        refusal = _send(request, draft_id, draft.answers, keeping.chosen) if sent is not None else None
    except Hidden:
        queries.concern_visible_to(request.user, draft_id)
        return redirect("worry_sent", concern_id=draft_id)
    if request.method == "POST" and refusal is None:
        return redirect("worry_sent", concern_id=draft_id)
    hidden = answers_of(draft.answers, "hints").get("hidden")
    context = {
        "draft_id": draft_id,
        "back": back_from(draft_id, draft.answers, "check"),
        "refusal": refusal or "",
        "sections": check_sections(request.user, draft_id, draft.answers),
        "hints": [] if hidden else steps.hints(draft.answers),
        "in_danger": answers_of(draft.answers, "seen").get("danger_now") == "yes",
        "keeping": keeping,
        "about_staff": steps.is_about_staff(draft.answers),
        "team": duty_team(request.user),
    }
    return render(request, "cases/concern/check.html", context)


def _not_sent(request: Request, draft: Any) -> str | None:
    """The first step in which something was typed that has not been sent: nothing that was typed is left out unseen."""
    typed = list(typed_in_steps(request.user, draft.pk))
    for step in (*steps.asked(draft.answers), *steps.BESIDE):
        rows = [row for row in typed if row.kind == f"{STEP}{step}"]
        if not rows:
            continue
        initial = steps.typed(draft.answers, step)
        begin = dict(steps.begun_new(draft.answers, step) or {}) | dict(initial or {})
        form = steps.FORMS[step](initial=begin, **_arguments(request, draft.answers, step))
        if any(differs(form, row, initial or {}) for row in rows):
            return step
    return None


def _send(request: Request, draft_id: uuid.UUID, answers: steps.Answers, named: list[Any]) -> str | None:
    """Tells the worry. The sentence that says why it is not told, or None."""
    try:
        actions.tell(by=request.user, draft_id=draft_id, named=named, **steps.told(request.user, answers))
    except Refused as refused:
        return in_words(str(refused))
    return None


@gate(May.TELL)
@require_POST
def hide_hints(request: Request, draft_id: uuid.UUID) -> HttpResponse:
    save_draft(by=request.user, draft_id=draft_id, kind=actions.DRAFT, answers={"hints": {"hidden": True}})
    return redirect("worry_check", draft_id=draft_id)


@gate(May.TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: Request, draft_id: uuid.UUID) -> HttpResponse:
    draft = draft_of(request.user, draft_id, kind=actions.DRAFT)
    if request.method == "POST":
        actions.throw_away(by=request.user, draft_id=draft_id)
        return redirect("drafts")
    return render(request, "cases/concern/discard.html", {"draft": unfinished_in_words(draft)})


@gate(May.TELL)
@require_safe
def drafts(request: Request) -> HttpResponse:
    """Worries that were begun and not sent, on whatever device."""
    mine = [unfinished_in_words(draft) for draft in drafts_of(request.user).filter(kind=actions.DRAFT)]
    return render(request, "cases/concern/drafts.html", {"drafts": mine})


@gate(May.TELL)
@require_safe
def sent(request: Request, concern_id: uuid.UUID) -> HttpResponse:
    concern = queries.concern_visible_to(request.user, concern_id)
    context = {"concern": concern, "team": duty_team(request.user), "clock": _clock()}
    context["kept"] = named_something(request.user, "concern", concern_id)
    if concern.about_staff:
        context |= {"has_officer": queries.has_officer(request.user), "officer": settings.OFFICER}
    return render(request, "cases/concern/sent.html", context)


def _form(request: Request, draft_id: uuid.UUID, answers: steps.Answers, step: str) -> Form:
    """The step's form, with what is typed or else with what the draft has."""
    return kept_form(
        request,
        steps.FORMS[step],
        kind=f"{STEP}{step}",
        subject_id=draft_id,
        initial=steps.typed(answers, step),
        suggested=steps.begun_new(answers, step),
        **_arguments(request, answers, step),
    )


def _arguments(request: Request, answers: steps.Answers, step: str) -> dict[str, Any]:
    arguments = steps.form_arguments(request.user, answers, step)
    if step == "same":
        arguments["choices"] = [option(hit) for hit in steps.hits(request.user, answers)]
    elif step in ("place_same", "group_same"):
        found = steps.likenesses(request.user, answers, step.removesuffix("_same"))
        arguments["choices"] = _with_chosen(
            [likely(likeness) for likeness in found], arguments["choices"], answers, step
        )
    return arguments


def _with_chosen(found: list[Any], chosen: list[Any], answers: steps.Answers, step: str) -> list[Any]:
    """A place or group that a page had chosen stands among the choices, whatever the search finds."""
    if not chosen or chosen[0][0] in {one[0] for one in found}:
        return found
    return [(chosen[0][0], answers_of(answers, step.removesuffix("_same")).get("name", ""), ""), *found]


def _called(form: Form, step: str) -> dict[str, str]:
    """What the one that was chosen is called, which need not be what was typed to find it."""
    if not any(step == same for _ask, same, _new in steps.WHOM.values()) or form["choice"].value() == NEW:
        return {}
    choices: Any = form.fields["choice"].choices  # type: ignore[attr-defined]
    named = next((choice[1] for choice in choices if choice[0] == form["choice"].value()), "")
    return {"called": named.partition(", ")[0]}


def _done(answers: steps.Answers, step: str) -> dict[str, list[str]]:
    """The steps that were sent, with this one. After a new search the question "is it one of these?" is open again."""
    done = set(answers_of(answers, "done").get("steps", [])) | {step}
    if step in ("child", "place", "group"):
        done -= {"same", f"{step}_same"}
    return {"steps": sorted(done)}


def _address(request: Request, draft_id: uuid.UUID, answers: steps.Answers) -> str:
    following = steps.first_unanswered(request.user, answers) or "check"
    return reverse(f"worry_{following}", kwargs={"draft_id": draft_id})


def _draw(
    request: Request, draft_id: uuid.UUID, answers: steps.Answers, step: str, form: Form
) -> HttpResponse:
    release = load.current()
    asks_which = step in ("same", "place_same", "group_same")
    found = asks_which and len(form.fields["choice"].choices) > 1  # type: ignore[attr-defined]
    about = steps.about(answers)
    context = {
        "form": form,
        "step": step,
        "about": about or "",
        "begins": False,
        "title": TITLES[step],
        "draft_id": draft_id,
        "back": back_from(draft_id, answers, step),
        "found": found,
        "go_on": WRITE_DOWN[about] if about and asks_which and not found else _("Continue"),
        "nobody": NEW,
        "signs": release.signs,
        "vulnerabilities": release.vulnerabilities,
        "items": steps.items_seen(answers) if step == "evidence" else [],
        "nobody_found": step.endswith("new") and _found_nobody(answers),
        "searched_for": steps.searched_for(answers) if step == "likely" else "",
        "found_signs": steps.found(answers) if step == "likely" else [],
        "release": release,
        "team": duty_team(request.user) if step == "seen" else None,
        "has_officer": step in ("words", "scene") and queries.has_officer(request.user),
        "officer": settings.OFFICER,
        "name": "" if about is None or step in steps.WHOM[about] else named(answers),
    }
    return render(request, TEMPLATES.get(step, "cases/concern/step.html"), context)


def _found_nobody(answers: steps.Answers) -> bool:
    about = steps.about(answers)
    return about is not None and bool(answers_of(answers, steps.WHOM[about][1]).get("nobody"))


WRITE_DOWN = {
    About.CHILD: gettext_lazy("Write down who the child is"),
    About.PLACE: gettext_lazy("Write down what place it is"),
    About.GROUP: gettext_lazy("Write down what group it is"),
}


def back_from(draft_id: uuid.UUID, answers: steps.Answers, step: str) -> str:
    """The page of the step before."""
    earlier = steps.before(answers, step)
    return reverse(f"worry_{earlier}", kwargs={"draft_id": draft_id}) if earlier else reverse("worry_start")


def unfinished_in_words(draft: Any) -> dict[str, Any]:
    done = answers_of(draft.answers, "done").get("steps", [])
    at = next((step for step in steps.asked(draft.answers) if step not in done), "check")
    return {
        "id": draft.pk,
        "name": named(draft.answers) or _("no name yet"),
        "updated_at": draft.updated_at,
        "href": reverse(f"worry_{at}", kwargs={"draft_id": draft.pk}),
    }


def _clock() -> Any:
    return load.current().clock("concern_decision")
