"""The steps of telling a worry: which are asked, which are answered, and what they come to.

A draft keeps what was typed under the name of each step, right or wrong; under `about` what it is about; under `signs` the state
of each sign that was marked, on whichever page; and under `done` the steps that were sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.cases.case.queries import ways_of_telling
from heard.cases.case.rules import Hint, Observed, language_hints, likely, searched
from heard.cases.concern import forms, rules
from heard.cases.concern.actions import AboutStaff
from heard.cases.concern.forms import ANOTHER_DAY, NEW, Begun, answers_of
from heard.cases.concern.queries import who_uses_heard
from heard.cases.concern.rules import About
from heard.govuk.dates import PARTS, read_date
from heard.govuk.environment import day
from heard.govuk.forms import Form
from heard.knowledge import load
from heard.knowledge.model import Item
from heard.network.queries import (
    Hit,
    find_described,
    find_groups,
    find_places,
    found_in,
    group_visible_to,
    person_findable_by,
    place_visible_to,
)
from heard.network.rules import Found, Likeness

ORDER: Final = (
    "seen", "child", "same", "new", "place", "place_same", "place_new", "group", "group_same", "group_new",
    "likely", "scene", "words",
)  # fmt: skip
BESIDE: Final = (
    "signs",
    "evidence",
    "files",
)  # reached from a step or from the last page, by who has more to say
WHOM: Final = {
    About.CHILD: ("child", "same", "new"),
    About.PLACE: ("place", "place_same", "place_new"),
    About.GROUP: ("group", "group_same", "group_new"),
}
LISTS: Final = ("signs", "vulnerabilities")
OF_A_CHILD: Final = {"likely", "words"}
type Answers = Mapping[str, Any]


def about(answers: Answers) -> About | None:
    """What the worry is about, as far as it was said."""
    said = str(answers_of(answers, "about").get("about", ""))
    return About(said) if said in set(About) else None


def asked(answers: Answers) -> list[str]:
    """The steps that this worry needs, in their order. It is about a child until somebody names a place or a group."""
    whom = about(answers) or About.CHILD
    left_out = {step for kind, steps in WHOM.items() if kind is not whom for step in steps}
    left_out |= {"scene"} if whom is About.CHILD else OF_A_CHILD
    same, new = WHOM[whom][1:]
    chosen = answers_of(answers, same)
    if chosen.get("choice") != NEW:
        left_out.add(new)
    if chosen.get("nobody"):
        left_out.add(same)
    return [step for step in ORDER if step not in left_out]


def first_unanswered(user: Any, answers: Answers) -> str | None:
    """The first step that was not sent yet or is not right; None where the worry can be told."""
    done = answers_of(answers, "done").get("steps", [])
    for step in asked(answers):
        if step not in done or not filled(user, answers, step).is_valid():
            return step
    return None


def before(answers: Answers, step: str) -> str | None:
    if step in BESIDE:
        return "check" if step == "files" else "likely"
    if step == "check":
        return asked(answers)[-1]
    if step in ("place", "group"):
        return "child"  # from where one comes to it
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
        case "scene":
            return {"people": who_uses_heard(user)}
        case "words":
            begun = {"ways": ways_of_telling(user), "heard_by": _who(user)[:120]}
            chosen = str(answers_of(answers, step).get("heard_when", ""))
            return begun | {"people": who_uses_heard(user), "today": timezone.localdate(), "chosen": chosen}
        case "signs":
            return {"release": load.current()}
        case "likely":
            chosen = str(answers_of(answers, step).get("when", ""))
            dated = [item.id for item in items_seen(answers) if _evidence_of(answers, item.id).get("on")]
            arguments = {"offered": offered(answers), "dated": dated}
            return arguments | {"today": timezone.localdate(), "chosen": chosen}
        case "evidence":
            return {
                "items": items_seen(answers),
                "source": source(user, answers),
                "begun": begun_evidence(answers),
            }
    return {}


FORMS: Final[dict[str, type[Form]]] = {
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
    "likely": forms.LikelyForm,
    "signs": forms.SignsForm,
    "evidence": forms.EvidenceForm,
    "words": forms.WordsForm,
    "files": forms.FilesForm,
}


def filled(user: Any, answers: Answers, step: str) -> Form:
    """The step's form, bound to what was typed, to see whether it is right."""
    return FORMS[step].filled(typed(answers, step), **form_arguments(user, answers, step))


def typed(answers: Answers, step: str) -> dict[str, Any]:
    """What a step's form begins with: what was answered in it, and of the likely signs those that are marked by now."""
    found = answers_of(answers, step)
    if step == "likely":
        found |= by_list(item.id for item in items_seen(answers))
    return found


def by_list(items: Iterable[str]) -> dict[str, list[str]]:
    """Signs and vulnerabilities, by their ids: two lists that are never one."""
    release, ids = load.current(), set(items)
    return {name: [item.id for item in getattr(release, name) if item.id in ids] for name in LISTS}


def marked(answers: Answers, shown: Iterable[str], ticked: Collection[str]) -> dict[str, str]:
    """The states of all signs after a page that `shown` some of them: what is ticked was seen, and what is not is not known."""
    states: dict[str, str] = {**answers_of(answers, "signs")}
    for item in shown:
        if item in ticked:
            states[item] = "seen"
        elif states.get(item) == "seen":
            states[item] = ""
    return states


def offered(answers: Answers) -> dict[Item, str]:
    """The signs and vulnerabilities of the first page of them, in the order of the two lists: what was told may speak of them
    (with the sentence that does), they are marked as seen already, or they were searched for."""
    release = load.current()
    items = (*release.signs, *release.vulnerabilities)
    spoken_of = likely(_told(answers), release.phrases)
    shown = spoken_of.keys() | {item.id for item in (*items_seen(answers), *found(answers))}
    return {item: spoken_of.get(item.id, "") for item in items if item.id in shown}


def found(answers: Answers) -> list[Item]:
    """The signs and vulnerabilities that fit what was searched for among them."""
    release = load.current()
    items = (*release.signs, *release.vulnerabilities)
    ids = searched(searched_for(answers), items, release.phrases)
    return [item for item in items if item.id in ids]


def searched_for(answers: Answers) -> str:
    return str(answers_of(answers, "likely").get("find", "")).strip()


def items_seen(answers: Answers) -> list[Item]:
    states = answers_of(answers, "signs")
    release = load.current()
    return [item for item in (*release.signs, *release.vulnerabilities) if states.get(item.id) == "seen"]


def hits(user: Any, answers: Answers) -> list[Hit]:
    """Children who may be the one whose name was typed."""
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
                "done": {"steps": [step, same]},
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
    clean: dict[str, Any] = {}
    whom = about(answers) or About.CHILD
    for step in asked(answers):
        form: Any = filled(user, answers, step)
        form.is_valid()
        clean[step] = form.cleaned_data
        if step in ("words", "scene"):
            last = form
    told = _of_child(user, answers, last) if whom is About.CHILD else _of_place(clean["scene"])
    return told | {
        **_whom(whom, answers, clean),
        "seen_and_heard": clean["seen"]["seen_and_heard"],
        "danger_now": clean["seen"]["danger_now"],
        "danger_done": clean["seen"].get("danger_done") or "",
        "staff": AboutStaff(last.cleaned_data["who"], last.chosen)
        if last.cleaned_data["staff"] == "yes"
        else None,
    }


def _of_place(scene: Mapping[str, Any]) -> dict[str, Any]:
    return {name: scene[name] for name in ("when_seen", "who_comes")}


def _whom(whom: About, answers: Answers, clean: Mapping[str, Any]) -> dict[str, Any]:
    _step, same, new = WHOM[whom]
    field = "person" if whom is About.CHILD else whom.value
    choice = answers_of(answers, same)["choice"]
    if choice == NEW:
        return {f"new_{field}": clean[new]}
    return {f"{field}_id": uuid.UUID(choice)}


def _of_child(user: Any, answers: Answers, form: Any) -> dict[str, Any]:
    return {
        "observations": _observed(user, answers),
        "words": form.words,
        "why_no_words": form.cleaned_data.get("why_no_words") or "",
    }


def is_about_staff(answers: Answers) -> bool:
    return any(
        answers_of(answers, step).get("staff") == "yes" for step in {"words", "scene"} & set(asked(answers))
    )


def handles_in(user: Any, answers: Answers) -> tuple[Found, ...]:
    """Phones, cars and accounts in what the worker wrote, to offer; none where it is about somebody who works with children. What a child
    said is not looked through."""
    if is_about_staff(answers):
        return ()
    return found_in(user, [_told(answers)])


def hints(answers: Answers) -> tuple[Hint, ...]:
    """Blaming words in what the worker wrote; never in the child's own words, nor in what others are quoted with."""
    typed = [
        answers_of(answers, "seen").get("seen_and_heard", ""),
        answers_of(answers, "scene").get("who_comes", ""),
        answers_of(answers, "words").get("why_no_words", ""),
        answers_of(answers, "seen").get("danger_done", ""),
    ]
    return language_hints("\n".join(str(text) for text in typed))


def _told(answers: Answers) -> str:
    return str(answers_of(answers, "seen").get("seen_and_heard", "")).strip()


def _observed(user: Any, answers: Answers) -> list[Observed]:
    """What is not marked is not known. A sign that was seen has the day, source and words that were given for it; else the day
    that was given for all, its teller, and the sentence that speaks of it, or all that was told."""
    states, begun, who = answers_of(answers, "signs"), begun_evidence(answers), source(user, answers)
    found = []
    for item in items_seen(answers):
        own, default = _evidence_of(answers, item.id), begun[item.id]
        seen_on = own.get("on") or default.seen_on
        from_whom = own.get("source") or who
        if not own.get("on"):
            from_whom = _with_days(answers, from_whom)
        said = from_whom, own.get("words") or default.words
        found.append(Observed(item.id, "seen", seen_on, *said))
    rest = [Observed(item, state) for item, state in states.items() if state in ("not_seen", "not_known")]
    return [*found, *rest]


def begun_evidence(answers: Answers) -> dict[str, Begun]:
    """Of each sign that was seen: the day that was given for all, and the sentence that speaks of it, or all that was told."""
    told = _told(answers)
    spoken_of = likely(told, load.current().phrases)
    span = _span(answers)
    seen_on = span[0] if span else None
    return {item.id: Begun(seen_on, (spoken_of.get(item.id) or told)[:5000]) for item in items_seen(answers)}


def source(user: Any, answers: Answers) -> str:
    """Who saw a sign where nothing else is said: the teller, and which days may be meant where the day is not known."""
    return _with_days(answers, _who(user))


def _with_days(answers: Answers, who: str) -> str:
    """Who says so, and which days may be meant where the one that is kept is only the first of them."""
    span = _span(answers)
    if span is None or span[0] == span[1]:
        return who[:200]
    not_known = _(" (between %(first)s and %(last)s)") % {"first": day(span[0]), "last": day(span[1])}
    return who if not_known in who else who[: 200 - len(not_known)] + not_known


def is_begun(user: Any, answers: Answers, name: str, said: Any) -> bool:
    """Whether a box of the page of each sign still holds what it began with."""
    item, _gap, part = name.rpartition("_")
    begun = begun_evidence(answers).get(item)
    if begun is None:
        return False
    default = {"on": begun.seen_on, "source": source(user, answers), "words": begun.words}.get(part)
    return bool(said == default)


def _span(answers: Answers) -> tuple[date, date] | None:
    """The days of what was seen, as the page of likely signs has it."""
    said = answers_of(answers, "likely")
    if said.get("when") != ANOTHER_DAY:
        return rules.span_of(str(said.get("when", "")))
    read = read_date(**{part: str((said.get("day") or {}).get(part, "")) for part in PARTS}, called="")
    return (read, read) if isinstance(read, date) else None


def _evidence_of(answers: Answers, item: str) -> dict[str, Any]:
    """What was given for this sign alone: on, source and words, as far as they were."""
    typed = answers_of(answers, "evidence")
    parts = {part: str((typed.get(f"{item}_on") or {}).get(part, "")) for part in PARTS}
    on = read_date(**parts, called="")
    said = {name: str(typed.get(f"{item}_{name}", "")).strip() for name in ("source", "words")}
    return said | {"on": on if isinstance(on, date) else None}


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
