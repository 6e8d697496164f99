"""What a draft of a worry, a hit and a worry come to in words, for the pages that show them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from heard.cases.attachment.queries import attachments_of
from heard.cases.case.queries import ways_of_telling
from heard.cases.concern.forms import NEW, answers_of
from heard.cases.concern.rules import About
from heard.cases.concern.views import steps
from heard.govuk.environment import day
from heard.knowledge import load
from heard.knowledge.model import Item, Release
from heard.network.queries import Hit, group_visible_to, person_findable_by, place_visible_to
from heard.network.words import why_alike

if TYPE_CHECKING:
    from heard.network.rules import Likeness

type Row = dict[str, Any]


@dataclass(frozen=True)
class AnswerSection:
    heading: str
    rows: list[Row]


@dataclass(frozen=True)
class Marked:
    """One sign or vulnerability on a page: what it is, its state, and the evidence where it was seen."""

    item: Item
    state: str
    evidence: list[Any]


def option(hit: Hit) -> tuple[str, str, str]:
    """A hit as a choice: who it may be, and why we think so."""
    who = [hit.name, born(hit.birth_date), hit.postcode_district]
    why = why_alike(hit.reasons)
    return str(hit.person_id), ", ".join(part for part in who if part), _("Why: %(why)s") % {"why": why}


def born(birth_date: Any) -> str:
    return _("born %(date)s") % {"date": day(birth_date)} if birth_date else _("date of birth not known")


def likely(likeness: Likeness) -> tuple[str, str, str]:
    """A place or group as a choice: what it may be, and why we think so."""
    why = why_alike(likeness.why)
    text = ", ".join(part for part in (likeness.name, likeness.facts) if part)
    return str(likeness.id), text, _("Why: %(why)s") % {"why": why}


def named(answers: steps.Answers) -> str:
    """Whom or what a draft is about: as it is known, once it was chosen, and before as its writer typed it."""
    about = steps.about(answers)
    same = steps.WHOM[about][1] if about else ""
    if same in answers_of(answers, "done").get("steps", []) and answers_of(answers, same).get("called"):
        return str(answers_of(answers, same)["called"])
    if about in (About.PLACE, About.GROUP):
        new, asked = (answers_of(answers, step) for step in (f"{about}_new", str(about)))
        is_new = answers_of(answers, f"{about}_same").get("choice") == NEW
        return str((new.get("name") if is_new else "") or asked.get("name", "")).strip()
    new = answers_of(answers, "new")
    typed = f"{new.get('given_name', '')} {new.get('family_name', '')}".strip()
    return typed or str(answers_of(answers, "child").get("name", "")).strip()


def check_sections(user: Any, draft_id: uuid.UUID, answers: steps.Answers) -> list[AnswerSection]:
    """Everything that is about to be sent, each with a link to change it."""
    told = steps.told(user, answers)

    def row(key: str, value: Any, step: str) -> Row:
        href = reverse(f"worry_{step}", kwargs={"draft_id": draft_id})
        return {"key": key, "value": value, "actions": [(_("Change"), href, key.lower())]}

    seen = row(_("What was seen and heard"), told["seen_and_heard"], "seen")
    danger = AnswerSection(_("Danger now"), _danger_rows(told, row))
    add = (_("Add a photo, message or document"), reverse("worry_files", kwargs={"draft_id": draft_id}), "")
    files = AnswerSection(
        _("Files"), [{"key": _("Files"), "value": _file_names(user, draft_id), "actions": [add]}]
    )
    if steps.about(answers) is not About.CHILD:
        when = row(_("When"), told["when_seen"], "scene")
        who = row(_("Who comes there, or belongs to it"), told["who_comes"], "scene")
        return [
            danger,
            AnswerSection(_("What it is about"), _place_rows(user, told, row)),
            AnswerSection(_("What was seen and heard"), [seen, when, who]),
            AnswerSection(_("Who hears of it"), _staff_rows(told, row, "scene")),
            files,
        ]
    return [
        danger,
        AnswerSection(_("The child"), _child_rows(user, told, row)),
        AnswerSection(_("What was seen and heard"), [seen, *_sign_rows(told, row)]),
        AnswerSection(_("The child’s own words"), _word_rows(user, told, row)),
        AnswerSection(_("Who hears of it"), _staff_rows(told, row, "words")),
        files,
    ]


def _file_names(user: Any, draft_id: uuid.UUID) -> str:
    return "\n".join(str(file) for file in attachments_of(user, draft_id=draft_id)) or _("None")


def _place_rows(user: Any, told: Row, row: Any) -> list[Row]:
    """The place or the group: one that we know, or a new one."""
    about = About.PLACE if {"place_id", "new_place"} & told.keys() else About.GROUP
    label = _("Place") if about is About.PLACE else _("Group")
    known_id = told.get(f"{about}_id")
    if known_id:
        known = (place_visible_to if about is About.PLACE else group_visible_to)(user, known_id)
        return [row(label, f"{known}, {known.kind}", f"{about}_same")]
    new = told[f"new_{about}"]
    lives = _("somebody lives there") if new.get("is_home") else ""
    text = ", ".join(part for part in (new["name"], new["kind"], new.get("postcode", ""), lives) if part)
    return [row(_("%(label)s, new to Heard") % {"label": label}, text, f"{about}_new")]


def lists(observations: list[Any], release: Release) -> tuple[list[Marked], list[Marked]]:
    """Signs, and vulnerabilities: two lists, each item with its state; what nobody spoke of is not known."""
    by_item: dict[str, list[Any]] = {}
    for observation in observations:
        by_item.setdefault(observation.item, []).append(observation)

    def mark(item: Item) -> Marked:
        rows = by_item.get(item.id, [])
        states = {row.state for row in rows}
        state = next((s for s in ("seen", "not_seen") if s in states), "not_known")
        return Marked(item, state, [row for row in rows if row.state == "seen"])

    return [mark(item) for item in release.signs], [mark(item) for item in release.vulnerabilities]


def _child_rows(user: Any, told: Row, row: Any) -> list[Row]:
    if told.get("person_id"):
        person = person_findable_by(user, told["person_id"])
        return [row(_("Child"), f"{person}, {born(person.birth_date)}", "same")]
    new = told["new_person"]
    name = f"{new['given_name']} {new['family_name']}".strip()
    known = _("known as %(name)s") % {"name": new["known_as"]} if new["known_as"] else ""
    sex = {"F": _("female"), "M": _("male"), "U": _("sex not known")}[new["sex"]]
    text = ", ".join(part for part in (name, known, born(new["birth_date"]), sex, new["postcode"]) if part)
    return [row(_("A child who is new to Heard"), text, "new")]


def _sign_rows(told: Row, row: Any) -> list[Row]:
    release = load.current()
    seen = [one for one in told["observations"] if one.state == "seen"]
    rows = [
        row(
            release.item(one.item).label,
            f"{_('Seen')} {day(one.seen_on)}. {one.source}:\n{one.words}",
            "evidence",
        )
        for one in seen
    ]
    absent = [release.item(one.item).label for one in told["observations"] if one.state == "not_seen"]
    if absent:
        rows.append(row(_("Looked for and not seen"), "\n".join(absent), "signs"))
    rest = _("All other signs and vulnerabilities") if seen or absent else _("Signs and vulnerabilities")
    return [*rows, row(rest, _("Not known"), "likely")]


def _word_rows(user: Any, told: Row, row: Any) -> list[Row]:
    if not told["words"]:
        return [row(_("Why there are none"), told["why_no_words"], "words")]
    words = told["words"]
    how = dict(ways_of_telling(user))[words["how"]]
    return [
        row(_("The child’s words"), f"“{words['text']}”", "words"),
        row(_("Heard"), f"{how}. {words['heard_by']}, {day(words['heard_on'])}", "words"),
    ]


def _staff_rows(told: Row, row: Any, step: str) -> list[Row]:
    asked, staff = _("Is it about somebody who works with children?"), told["staff"]
    if staff is None:
        return [row(asked, _("No, or not known"), step)]
    rows = [row(asked, _("Yes: %(who)s") % {"who": staff.who}, step)]
    if staff.user:
        rows.append(row(_("Kept out of the child’s record"), str(staff.user), step))
    return rows


def _danger_rows(told: Row, row: Any) -> list[Row]:
    answer = {"yes": _("Yes"), "no": _("No"), "not_known": _("Not known")}[told["danger_now"]]
    rows = [row(_("Is anybody in danger now?"), answer, "seen")]
    if told["danger_now"] == "yes":
        rows.append(row(_("What has been done"), told["danger_done"], "seen"))
    return rows
