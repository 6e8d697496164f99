"""One search over everything that the user may see. `user` is always the first argument."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from heard.cases.case.queries import cases_visible_to
from heard.cases.concern.queries import concerns_visible_to, told_with
from heard.cases.context.queries import contexts_visible_to
from heard.cases.timeline.matching import Meant, snippet
from heard.cases.timeline.queries import find_in_records, meant_by
from heard.govuk.environment import day
from heard.network.queries import Hit, find_described, find_groups, find_handles_in, find_places
from heard.network.rules import Description, Name, read_box, words_of_box
from heard.network.words import why_alike

if TYPE_CHECKING:
    from collections.abc import Callable

    from heard.agencies.models import User
    from heard.cases.case.models import Case
    from heard.cases.timeline.matching import Stretch

SHOWN: Final = 10  # of each kind: who has not found by then adds a word
_REFERENCE: Final = re.compile(r"\b([CWX])[- ]?([A-Z\d]{3})[- ]?([A-Z\d]{3})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """One line: what it is, where it leads ('' where the user may not open it), what is known of it at once, why it was
    found, what else the user has to know, and the text in which the words stand."""

    title: str
    href: str
    facts: str = ""
    why: str = ""
    note: str = ""
    key: str = ""
    shown: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class FoundSection:
    """What was found of one kind. `full`: there may be more than is shown, of this kind or of those that were looked for with it (`looked_at`).
    `instead`: that nobody fits what was typed, and who is shown instead."""

    name: str
    heading: str
    found: list[Found] = field(default_factory=list)
    looked_at: int = 0
    instead: str = ""

    @property
    def full(self) -> bool:
        return max(len(self.found), self.looked_at) >= SHOWN


def find_everything(user: User, text: str) -> list[FoundSection]:
    """What was found of each kind, in the order of the page; a kind of which nothing was found is left out.

    A fixed number of queries, however many are found; a few more where nobody has both names.
    """
    references, rest = _references(user, text)
    sections = [references, *_people(user, rest), *(build(user, rest) for build in _SECTIONS)]
    return [section for section in sections if section.found]


def _references(user: User, text: str) -> tuple[FoundSection, str]:
    """A case, a worry or a context by its reference, with or without hyphens, and what else was typed. A plate or a postcode may be
    written like a reference: what is nobody's that this user may see is not taken out."""
    asked = ["-".join(match.groups()).upper() for match in _REFERENCE.finditer(text)]
    section = FoundSection("references", _("Cases, worries and contexts"))
    if not asked:
        return section, text
    cases = cases_visible_to(user).filter(reference__in=asked)[:SHOWN]
    worries = concerns_visible_to(user).filter(reference__in=asked)[:SHOWN]
    contexts = contexts_visible_to(user).filter(reference__in=asked)[:SHOWN]
    why = _("same reference")
    for case in cases:
        href = reverse("child", kwargs={"person_id": case.person_id})
        section.found.append(
            Found(f"{case.reference}: {case.person}", href, _how_it_stands(case), why, key=str(case.pk))
        )
    for worry in worries:
        href = reverse("concern", kwargs={"concern_id": worry.pk})
        facts = _("told on %(date)s") % {"date": day(worry.told_at)}
        section.found.append(Found(f"{worry.reference}: {worry.whom}", href, facts, why, key=str(worry.pk)))
    for context in contexts:
        href = reverse("context", kwargs={"context_id": context.pk})
        title, facts = f"{context.reference}: {context.whom}", context.get_state_display()
        section.found.append(Found(title, href, facts, why, key=str(context.pk)))
    known = {row.reference for rows in (cases, worries, contexts) for row in rows}
    return section, _REFERENCE.sub(lambda match: " " if _is_one_of(known, match) else match[0], text)


def _is_one_of(known: set[str], match: re.Match[str]) -> bool:
    """Collins, Wallace: seven letters alone may be a name as well."""
    return "-".join(match.groups()).upper() in known and not match[0].isalpha()


def _people(user: User, text: str) -> tuple[FoundSection, FoundSection]:
    """Children, and adults: never in one list."""
    hits, instead = _hits(user, read_box(text))
    cases = _cases_of(user, [hit.person_id for hit in hits if hit.may_open])
    children, adults = (
        [
            _person(hit, cases.get(hit.person_id, _("no case") if child and hit.may_open else ""))
            for hit in hits
            if (hit.kind == "child") is child
        ]
        for child in (True, False)
    )
    return (
        FoundSection("people", _("Children"), children, len(hits), instead),
        FoundSection("adults", _("Adults around children"), adults, len(hits), instead),
    )


def _hits(user: User, asked: Description) -> tuple[list[Hit], str]:
    """Who fits. Where nobody does, those who share the family name, and that they do not fit: a given name may be mistyped, and a
    brother or sister leads to the child."""
    kinds = ("child", "adult")
    hits = find_described(user, asked, kinds=kinds, limit=SHOWN)
    name = next((name for name in asked.names if name.given), None)
    if hits or not name:
        return hits, ""
    others = find_described(user, Description((Name("", name.family),)), kinds=kinds, limit=SHOWN)
    said = _("You can see nobody called “%(who)s”. Others with the name “%(name)s”, or one like it:")
    return others, said % {"who": f"{name.given} {name.family}", "name": name.family}


def _cases_of(user: User, person_ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Of each child with a case that this user may open: how the latest stands."""
    cases = cases_visible_to(user).filter(person__in=person_ids).order_by("opened_at")
    return {case.person_id: _how_it_stands(case) for case in cases}


def _how_it_stands(case: Case) -> str:
    """Whether it is open, who works with the child, which agency leads."""
    worker = case.allocated_worker or case.trusted_worker
    state = _("open case") if case.state == "open" else _("closed case")
    return ", ".join(str(one) for one in (state, worker, case.lead_team.agency.name) if one)


def _person(hit: Hit, case: str) -> Found:
    page = ("child" if hit.may_open else "child_summary") if hit.kind == "child" else "adult"
    opens = hit.may_open or (hit.kind == "child" and hit.has_summary)
    facts = [
        "" if hit.kind == "child" else _("adult around a child"),
        _("born %(date)s") % {"date": day(hit.birth_date)} if hit.birth_date else "",
        hit.postcode_district,
        case,
    ]
    closed = _(
        "You may know that this child is known, and not open the record. You can tell a worry about them."
    )
    return Found(
        title=hit.name,
        href=reverse(page, kwargs={"person_id": hit.person_id}) if opens else "",
        facts=", ".join(filter(None, facts)),
        why=why_alike(hit.reasons),
        note="" if opens else closed,
        key=str(hit.person_id),
    )


def _places(user: User, text: str) -> FoundSection:
    name, postcode = _named(text)
    found = find_places(user, name=name, postcode=postcode) if name or postcode else []
    return FoundSection(
        "places",
        _("Places"),
        [_likeness(likeness, reverse("place", kwargs={"place_id": likeness.id})) for likeness in found],
    )


def _groups(user: User, text: str) -> FoundSection:
    name, _postcode = _named(text)
    found = find_groups(user, name=name) if name else []
    return FoundSection(
        "groups",
        _("Groups"),
        [_likeness(likeness, reverse("group", kwargs={"group_id": likeness.id})) for likeness in found],
    )


def _handles(user: User, text: str) -> FoundSection:
    """Phones, cars and accounts, by the whole of what was typed or by what stands in it."""
    found = find_handles_in(user, text)
    lines = [_likeness(likeness, reverse("web", kwargs={"node_id": likeness.id})) for likeness in found]
    return FoundSection("handles", _("Phones, cars and accounts"), lines)


def _likeness(one: Any, href: str) -> Found:
    return Found(one.name, href, one.facts, why_alike(one.why), key=str(one.id))


def _records(user: User, text: str) -> FoundSection:
    """Entries of chronologies in which all words stand, text of attached files too. One letter or two say nothing, and a slip
    in four makes another word: who looks for Khan does not mean than."""
    words, _postcode = _named(text)
    found = find_in_records(user, words, SHOWN) if any(len(word) > 2 for word in words.split()) else []
    forgiven = all(len(word) > 4 for word in words.split())
    return FoundSection(
        "records",
        _("The words of records"),
        [
            Found(
                title=f"{hit.child}: {hit.entry.what}",
                href=hit.entry.href or reverse("child", kwargs={"person_id": hit.child_id}),
                facts=", ".join(filter(None, (day(hit.entry.on), hit.entry.who, hit.entry.agency))),
                why=_why(hit.spelled_so),
                key=str(hit.child_id),
                shown=tuple(hit.shown),
            )
            for hit in found
            if hit.spelled_so or forgiven
        ],
    )


def _told(user: User, text: str) -> FoundSection:
    """Worries about places and groups in which all words stand, a slip forgiven as in records: they are in no chronology."""
    words = words_of_box(text)
    meant = meant_by(user, words) if any(len(word) > 2 for word in words.split()) else []
    if not all(len(one.word) > 4 for one in meant):
        meant = [Meant(one.word) for one in meant]
    ways = [(one.word, *(f"{slip} " for slip in one.slips)) for one in meant]
    return FoundSection(
        "worries",
        _("The words of worries about places and groups"),
        [
            Found(
                title=f"{worry.reference}: {worry.whom}",
                href=reverse("concern", kwargs={"concern_id": worry.pk}),
                facts=_("told on %(date)s") % {"date": day(worry.told_at)},
                why=_why(all(f" {one.word}" in worry.compared for one in meant)),
                key=str(worry.pk),
                shown=tuple(snippet(f"{worry.seen_and_heard} {worry.when_seen} {worry.who_comes}", meant)),
            )
            for worry in (told_with(user, ways)[:SHOWN] if ways else ())
        ],
    )


def _why(spelled_so: bool) -> str:
    return _("the words stand in it") if spelled_so else _("words that are spelled alike stand in it")


def _named(text: str) -> tuple[str, str]:
    """The words of a name, and a postcode, in what was typed."""
    return words_of_box(text), "".join(read_box(text).postcodes)


_SECTIONS: tuple[Callable[[User, str], FoundSection], ...] = (
    _places,
    _groups,
    _handles,
    _records,
    _told,
)
