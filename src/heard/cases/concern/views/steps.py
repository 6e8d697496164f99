"""The steps of telling a worry: which are asked, which are answered, and what they come to.

A draft keeps what was typed under the name of each step, right or wrong, and under `done` the steps that were sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.cases.case.queries import ways_of_telling
from heard.cases.case.rules import Hint, Observed, language_hints
from heard.cases.concern import forms
from heard.cases.concern.actions import AboutStaff
from heard.cases.concern.forms import NEW, answers_of
from heard.cases.concern.queries import who_uses_heard
from heard.cases.concern.rules import About
from heard.govuk.forms import Form
from heard.knowledge import load
from heard.knowledge.model import Item
from heard.network.queries import (
    Hit,
    find_described,
    find_groups,
    find_places,
    group_visible_to,
    person_findable_by,
    place_visible_to,
)
from heard.network.rules import Found, Likeness, find

ORDER: Final = (
    "about", "child", "same", "new", "place", "place_same", "place_new", "group", "group_same", "group_new",
    "seen", "scene", "signs", "evidence", "words", "heard", "staff", "danger", "files",
)  # fmt: skip
WHOM: Final = {
    About.CHILD: ("child", "same", "new"),
    About.PLACE: ("place", "place_same", "place_new"),
    About.GROUP: ("group", "group_same", "group_new"),
}
OF_A_CHILD: Final = {"signs", "evidence", "words", "heard"}
type Answers = Mapping[str, Any]


def about(answers: Answers) -> About | None:
    """What the worry is about, as far as it was said."""
    said = str(answers_of(answers, "about").get("about", ""))
    return About(said) if said in set(About) else None


def asked(answers: Answers) -> list[str]:
    """The steps that this worry needs, in their order."""
    whom = about(answers)
    if whom is None:
        return ["about"]
    left_out = {step for kind, steps in WHOM.items() if kind is not whom for step in steps}
    left_out |= {"scene"} if whom is About.CHILD else OF_A_CHILD
    same, new = WHOM[whom][1:]
    if answers_of(answers, same).get("choice") != NEW:
        left_out.add(new)
    if not items_seen(answers):
        left_out.add("evidence")
    if answers_of(answers, "words").get("heard") != "yes":
        left_out.add("heard")
    return [step for step in ORDER if step not in left_out]


def first_unanswered(user: Any, answers: Answers) -> str | None:
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


def form_arguments(user: Any, answers: Answers, step: str) -> dict[str, Any]:
    """What a step's form needs besides the answers, without asking the database for more than that step shows."""
    match step:
        case "same" | "place_same" | "group_same":
            choice = str(answers_of(answers, step).get("choice", ""))
            return {"choices": [(choice, "", "")] if _findable(user, step, choice) else []}
        case "place" | "group":
            return {"place": step == "place"}
        case "staff":
            return {"people": who_uses_heard(user)}
        case "danger":
            return {"child": about(answers) is About.CHILD}
        case "signs":
            return {"release": load.current()}
        case "evidence":
            return {"items": items_seen(answers), "source": _who(user)}
        case "heard":
            return {"ways": ways_of_telling(user), "heard_by": _who(user)[:120]}
    return {}


FORMS: Final[dict[str, type[Form]]] = {
    "about": forms.AboutForm,
    "child": forms.SearchForm,
    "same": forms.SameChildForm,
    "new": forms.NewChildForm,
    "place": forms.NameForm,
    "place_same": forms.SameForm,
    "place_new": forms.NewPlaceForm,
    "group": forms.NameForm,
    "group_same": forms.SameForm,
    "group_new": forms.NewGroupForm,
    "seen": forms.SeenForm,
    "scene": forms.SceneForm,
    "signs": forms.SignsForm,
    "evidence": forms.EvidenceForm,
    "words": forms.WordsForm,
    "heard": forms.HeardForm,
    "staff": forms.StaffForm,
    "danger": forms.DangerForm,
    "files": forms.FilesForm,
}


def filled(user: Any, answers: Answers, step: str) -> Form:
    """The step's form, bound to what was typed, to see whether it is right."""
    return FORMS[step].filled(answers_of(answers, step), **form_arguments(user, answers, step))


def items_seen(answers: Answers) -> list[Item]:
    states = answers_of(answers, "signs")
    release = load.current()
    return [item for item in (*release.signs, *release.vulnerabilities) if states.get(item.id) == "seen"]


def hits(user: Any, answers: Answers) -> list[Hit]:
    """Children who may be the one searched for in the first step."""
    form = forms.SearchForm.filled(answers_of(answers, "child"))
    return find_described(user, form.described()) if form.is_valid() else []  # type: ignore[attr-defined]


def likenesses(user: Any, answers: Answers, step: str) -> list[Likeness]:
    """Places or groups that may be the one that was named."""
    typed = {name: str(text) for name, text in answers_of(answers, step).items()}
    if step == "place":
        return find_places(user, name=typed.get("name", ""), postcode=typed.get("postcode", ""))
    return find_groups(user, name=typed.get("name", ""))


def begun_new(answers: Answers, step: str) -> dict[str, Any] | None:
    """What was typed in the search, to begin the form of a new child, place or group with."""
    if step in ("place_new", "group_new"):
        return answers_of(answers, step.removesuffix("_new"))
    form = forms.SearchForm.filled(answers_of(answers, "child")) if step == "new" else None
    if form is None or not form.is_valid():
        return None
    described = form.described()  # type: ignore[attr-defined]
    name = described.names[0]
    given, family = (name.given, name.family) if name.given else (name.family, "")
    return {
        "given_name": given,
        "family_name": family,
        "birth_date": described.birth_date,
        "postcode": described.postcodes[0] if described.postcodes else "",
        "sex": "U",
    }


def begun_about(user: Any, sent: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The answers that a worry begins with where a page has chosen the child, place or group already: nothing where it
    has not, and `Hidden` where it cannot be found."""
    for whom, (step, same, _new) in WHOM.items():
        typed_id = sent.get("person_id" if whom is About.CHILD else f"{whom}_id", "")
        if typed_id:
            return {
                "about": {"about": whom.value},
                step: _searched_for(user, whom, typed_id),
                same: {"choice": typed_id},
                "done": {"steps": ["about", step, same]},
            }
    return {}


def _searched_for(user: Any, whom: About, typed_id: str) -> dict[str, Any]:
    try:
        key = uuid.UUID(typed_id)
    except ValueError:
        raise Hidden from None
    if whom is About.CHILD:
        person = person_findable_by(user, key)
        return forms.SearchForm(initial={"name": str(person), "birth_date": person.birth_date}).answers()
    return {"name": str(_SEE[whom](user, key))}


_SEE: Final = {
    About.CHILD: person_findable_by,
    About.PLACE: place_visible_to,
    About.GROUP: group_visible_to,
}


def told(user: Any, answers: Answers) -> dict[str, Any]:
    """What `actions.tell` takes. Call it only where nothing is unanswered."""
    clean, staff = {}, None
    for step in asked(answers):
        form: Any = filled(user, answers, step)
        form.is_valid()
        clean[step] = form.cleaned_data
        if step == "staff" and form.cleaned_data["staff"] == "yes":
            staff = AboutStaff(form.cleaned_data["who"], form.chosen)
    whom = about(answers) or About.CHILD
    told = _of_child(clean) if whom is About.CHILD else clean["scene"]
    return told | {
        **_whom(whom, clean),
        "seen_and_heard": clean["seen"]["seen_and_heard"],
        "danger_now": clean["danger"]["danger_now"],
        "danger_done": clean["danger"].get("danger_done") or "",
        "staff": staff,
    }


def _whom(whom: About, clean: Mapping[str, Any]) -> dict[str, Any]:
    _step, same, new = WHOM[whom]
    field = "person" if whom is About.CHILD else whom.value
    choice = clean[same]["choice"]
    if choice == NEW:
        return {f"new_{field}": clean[new]}
    return {f"{field}_id": uuid.UUID(choice)}


def _of_child(clean: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "observations": _observed(clean["signs"], clean.get("evidence", {})),
        "words": {"text": clean["words"]["text"], **clean["heard"]} if "heard" in clean else None,
        "why_no_words": clean["words"].get("why_no_words") or "",
    }


def is_about_staff(answers: Answers) -> bool:
    return bool(answers_of(answers, "staff").get("staff") == "yes")


def handles_in(answers: Answers) -> tuple[Found, ...]:
    """Phones, cars and accounts in what the worker wrote, to offer; none where only the designated officer hears of it. What a child
    said is not looked through."""
    if is_about_staff(answers):
        return ()
    return find(str(answers_of(answers, "seen").get("seen_and_heard", "")).strip())


def hints(answers: Answers) -> tuple[Hint, ...]:
    """Blaming words in what the worker wrote; never in the child's own words, nor in what others are quoted with."""
    typed = [
        answers_of(answers, "seen").get("seen_and_heard", ""),
        answers_of(answers, "scene").get("who_comes", ""),
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


def _findable(user: Any, step: str, choice: str) -> bool:
    """Whether the one chosen can still be found: a child's record may have been restricted since."""
    whom = next(whom for whom, steps in WHOM.items() if step in steps)
    try:
        _SEE[whom](user, uuid.UUID(choice))
    except (ValueError, Hidden):
        return False
    return True


def _who(user: Any) -> str:
    return _("%(name)s, %(team)s") % {"name": user, "team": user.team.name} if user.team else str(user)
