"""The steps of telling a worry: which are asked, which are answered, and what they come to.

A draft keeps what was typed under the name of each step, right or wrong, and under `done` the steps that were sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.cases.case.queries import ways_of_telling
from heard.cases.case.rules import Hint, Observed, language_hints
from heard.cases.concern import forms
from heard.cases.concern.forms import NEW, answers_of
from heard.govuk.forms import Form
from heard.knowledge import load
from heard.knowledge.model import Item
from heard.network.queries import Hit, find_people, person_findable_by

if TYPE_CHECKING:
    from heard.agencies.models import User

ORDER: Final = ("child", "same", "new", "seen", "signs", "evidence", "words", "heard", "danger")
type Answers = Mapping[str, Any]


def asked(answers: Answers) -> list[str]:
    """The steps that this worry needs, in their order."""
    left_out = set()
    if answers_of(answers, "same").get("choice") != NEW:
        left_out.add("new")
    if not items_seen(answers):
        left_out.add("evidence")
    if answers_of(answers, "words").get("heard") != "yes":
        left_out.add("heard")
    return [step for step in ORDER if step not in left_out]


def first_unanswered(user: User, answers: Answers) -> str | None:
    """The first step that was not sent yet or is not right; None where the worry can be told."""
    done = answers_of(answers, "done").get("steps", [])
    for step in asked(answers):
        if step not in done or not filled(user, answers, step).is_valid():
            return step
    return None


def before(answers: Answers, step: str) -> str | None:
    steps = asked(answers)
    at = steps.index(step) if step in steps else 0
    return steps[at - 1] if at else None


def form_arguments(user: User, answers: Answers, step: str) -> dict[str, Any]:
    """What a step's form needs besides the answers, without asking the database for more than that step shows."""
    match step:
        case "same":
            choice = str(answers_of(answers, "same").get("choice", ""))
            return {"choices": [(choice, "", "")] if _findable(user, choice) else []}
        case "signs":
            return {"release": load.current()}
        case "evidence":
            return {"items": items_seen(answers), "source": _who(user)}
        case "heard":
            return {"ways": ways_of_telling(user), "heard_by": _who(user)[:120]}
    return {}


FORMS: Final[dict[str, type[Form]]] = {
    "child": forms.SearchForm,
    "same": forms.SameChildForm,
    "new": forms.NewChildForm,
    "seen": forms.SeenForm,
    "signs": forms.SignsForm,
    "evidence": forms.EvidenceForm,
    "words": forms.WordsForm,
    "heard": forms.HeardForm,
    "danger": forms.DangerForm,
}


def filled(user: User, answers: Answers, step: str) -> Form:
    """The step's form, bound to what was typed, to see whether it is right."""
    return FORMS[step].filled(answers_of(answers, step), **form_arguments(user, answers, step))


def items_seen(answers: Answers) -> list[Item]:
    states = answers_of(answers, "signs")
    release = load.current()
    return [item for item in (*release.signs, *release.vulnerabilities) if states.get(item.id) == "seen"]


def hits(user: User, answers: Answers) -> list[Hit]:
    """Children who may be the one searched for in the first step."""
    form = forms.SearchForm.filled(answers_of(answers, "child"))
    if not form.is_valid():
        return []
    described = form.described()  # type: ignore[attr-defined]
    name = described.names[0]
    return find_people(
        user,
        given_name=name.given,
        family_name=name.family,
        birth_date=described.birth_date,
        postcode=described.postcodes[0],
    )


def begun_new(answers: Answers) -> dict[str, Any]:
    """What was typed in the search, to begin the form of a new child with."""
    form = forms.SearchForm.filled(answers_of(answers, "child"))
    if not form.is_valid():
        return {}
    described = form.described()  # type: ignore[attr-defined]
    name = described.names[0]
    given, family = (name.given, name.family) if name.given else (name.family, "")
    return {
        "given_name": given,
        "family_name": family,
        "birth_date": described.birth_date,
        "postcode": described.postcodes[0],
        "sex": "U",
    }


def about(user: User, typed_id: str) -> dict[str, dict[str, Any]]:
    """The answers that a worry begins with where the child is chosen already; `Hidden` where they cannot be found."""
    try:
        person = person_findable_by(user, uuid.UUID(typed_id))
    except ValueError:
        raise Hidden from None
    search = forms.SearchForm(initial={"name": str(person), "birth_date": person.birth_date})
    return {
        "child": search.answers(),
        "same": {"choice": str(person.pk)},
        "done": {"steps": ["child", "same"]},
    }


def told(user: User, answers: Answers) -> dict[str, Any]:
    """What `actions.tell` takes. Call it only where nothing is unanswered."""
    clean = {}
    for step in asked(answers):
        form = filled(user, answers, step)
        form.is_valid()
        clean[step] = form.cleaned_data
    is_new = clean["same"]["choice"] == NEW
    return {
        "person_id": None if is_new else uuid.UUID(clean["same"]["choice"]),
        "new_person": clean["new"] if is_new else None,
        "seen_and_heard": clean["seen"]["seen_and_heard"],
        "observations": _observed(clean["signs"], clean.get("evidence", {})),
        "words": {"text": clean["words"]["text"], **clean["heard"]} if "heard" in clean else None,
        "why_no_words": clean["words"].get("why_no_words") or "",
        "danger_now": clean["danger"]["danger_now"],
        "danger_done": clean["danger"].get("danger_done") or "",
    }


def hints(answers: Answers) -> tuple[Hint, ...]:
    """Blaming words in what the worker wrote; never in the child's own words, nor in what others are quoted with."""
    typed = [
        answers_of(answers, "seen").get("seen_and_heard", ""),
        answers_of(answers, "words").get("why_no_words", ""),
        answers_of(answers, "danger").get("danger_done", ""),
    ]
    return language_hints("\n".join(str(text) for text in typed))


def _observed(states: Mapping[str, str], evidence: Mapping[str, Any]) -> list[Observed]:
    return [
        Observed(
            item,
            state,
            seen_on=evidence.get(f"{item}_on") if state == "seen" else None,
            source=evidence.get(f"{item}_source", "") if state == "seen" else "",
            words=evidence.get(f"{item}_words", "") if state == "seen" else "",
        )
        for item, state in states.items()
        if state
    ]


def _findable(user: User, choice: str) -> bool:
    """Whether the child chosen can still be found: the record may have been restricted since."""
    try:
        person_findable_by(user, uuid.UUID(choice))
    except (ValueError, Hidden):
        return False
    return True


def _who(user: User) -> str:
    return _("%(name)s, %(team)s") % {"name": user, "team": user.team.name} if user.team else str(user)
