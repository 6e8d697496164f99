"""Working on the answer to somebody who asked for the record: what a machine found, people decide, place by place.

The record itself is never touched: an answer has a copy of each passage as it was when the work began.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.attachment.queries import texts_of
from heard.cases.pack import queries, rules
from heard.cases.pack.actions._shared import _audit_disclosure, _locked
from heard.cases.pack.models import Disclosure, DisclosurePassage, Mark
from heard.cases.pack.names import finder_for
from heard.cases.pack.papers import can_be_bound
from heard.cases.pack.passages import Passage, passages_of
from heard.cases.pack.reasons import own_words_for, parents_only, reasons
from heard.cases.pack.redacting import Finder, find_words
from heard.cases.timeline.index import refresh
from heard.network.actions import hold_person
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User

_BATCH: Final = 500


def start_disclosure(
    *,
    by: User,
    person_id: uuid.UUID,
    requester: str,
    requester_name: str,
    what_asked: str,
    asked_on: date | None,
    due_on: date | None,
    parts: Collection[str],
    how_known: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Disclosure:
    """Writes down who asked for the record, copies the parts passage by passage, and marks the names and numbers that are
    found in them. Nothing is decided yet. Do not call this inside a transaction: a long record takes seconds to gather.
    """
    refuse(
        rules.why_not_start(
            may_disclose=by.may(May.DISCLOSE),
            requester=requester,
            requester_name=requester_name,
            what_asked=what_asked,
            asked_on=asked_on,
            due_on=due_on,
            parts=parts,
            since=since,
            until=until,
            today=timezone.localdate(),
        )
    )
    refresh(person_id)
    passages = passages_of(by, person_id, parts=parts, since=since, until=until)
    finder = finder_for(by, person_id)
    said: dict[str, Any] = {"requester": requester, "requester_name": requester_name.strip()}
    said |= {"what_asked": what_asked, "how_known": how_known, "asked_on": asked_on, "due_on": due_on}
    said |= {
        "parts": [pack_part.value for pack_part in rules.PackPart if pack_part in parts],
        "since": since,
        "until": until,
    }
    return _write(by, person_id, said, passages, finder)


@transaction.atomic
def open_disclosure(*, by: User, disclosure_id: uuid.UUID) -> Disclosure:
    """The request, for showing it or what is in it, with the 'view' audit row; or `Hidden`."""
    disclosure = queries.disclosure_visible_to(by, disclosure_id)
    _audit_disclosure(by, "view", disclosure)
    return disclosure


@transaction.atomic
def open_passage(*, by: User, passage_id: int) -> DisclosurePassage:
    """One passage with its marks, with the 'view' audit row of the request; or `Hidden`."""
    passage = queries.passage_visible_to(by, passage_id)
    _audit_disclosure(by, "view", passage.disclosure)
    return passage


@transaction.atomic
def treat_names(
    *,
    by: User,
    disclosure_id: uuid.UUID,
    names: Collection[str],
    treatment: str,
    reason: str = "",
    instead: str = "",
    note: str = "",
    passage_id: int | None = None,
) -> int:
    """Decides for each of these names (`queries.Name.key`) at every place, or in one passage. Gives how many places."""
    disclosure = _hold_to_change(by, disclosure_id)
    wanted = [tuple(name.split("|", 1)) for name in names if "|" in name]
    if not wanted:
        raise Refused("Choose at least one name or number.")
    refuse(_why_not_treat(disclosure, treatment, reason, note, instead, [about for _kind, about in wanted]))
    withheld = treatment != rules.Treatment.SHOW
    values: dict[str, Any] = {"treatment": treatment, "reason": reason if withheld else "", "note": note}
    values["instead"] = instead.strip() if treatment == rules.Treatment.PSEUDONYM else ""
    places = 0
    for kind, about in wanted:
        rows = Mark.objects.filter(passage__disclosure=disclosure, kind=kind, about=about)
        if passage_id is not None:
            rows = rows.filter(passage_id=passage_id)
        places += rows.update(decided_by=by, decided_at=timezone.now(), **values)
    _look_at_files_again(disclosure)
    _worked(by, disclosure, "decide")
    return places


@transaction.atomic
def find_more(*, by: User, disclosure_id: uuid.UUID, text: str) -> int:
    """Marks further words wherever they stand, for instance a name that the machine does not know. Nothing is decided on
    them yet. Gives how many places."""
    disclosure = _hold_to_change(by, disclosure_id)
    rows = DisclosurePassage.objects.filter(disclosure=disclosure)
    places = [
        Mark(passage=row, start=start, end=end, kind=rules.Found.HAND, about=" ".join(text.split())[:200])
        for row in rows.prefetch_related("marks")
        for start, end in find_words(row.text, text)
        if not any((mark.start, mark.end) == (start, end) for mark in row.marks.all())
    ]
    if not places:
        raise Refused("These words stand nowhere in what was gathered, or they are marked already.")
    Mark.objects.bulk_create(places, batch_size=_BATCH)
    _look_at_files_again(disclosure)
    _worked(by, disclosure, "find")
    return len(places)


@transaction.atomic
def withhold_stretch(
    *,
    by: User,
    passage_id: int,
    text: str,
    treatment: str,
    reason: str,
    instead: str = "",
    note: str = "",
    everywhere: bool = False,
) -> int:
    """Withholds, or replaces, words of a passage that somebody chose: each time that they stand there, or `everywhere` in
    what was gathered. Gives at how many places."""
    passage, disclosure = _passage_to_change(by, passage_id)
    if not find_words(passage.text, text):
        raise Refused("These words do not stand in this passage. Copy them from it as they are.")
    if treatment == rules.Treatment.SHOW:
        raise Refused("Choose whether it is withheld, or other words stand in its place.")
    refuse(_why_not_treat(disclosure, treatment, reason, note, instead, [text]))
    how = {
        "kind": rules.Found.HAND,
        "about": " ".join(text.split())[:200],
        "treatment": treatment,
        "reason": reason,
        "instead": instead.strip() if treatment == rules.Treatment.PSEUDONYM else "",
        "note": note,
        "decided_by": by,
        "decided_at": timezone.now(),
    }
    rows = DisclosurePassage.objects.filter(disclosure=disclosure) if everywhere else [passage]
    places = [
        Mark(passage=row, start=start, end=end, **how)
        for row in rows
        for start, end in find_words(row.text, text)
    ]
    Mark.objects.bulk_create(places, batch_size=_BATCH)
    _look_at_files_again(disclosure)
    _worked(by, disclosure, "decide")
    return len(places)


@transaction.atomic
def withhold_passage(*, by: User, passage_id: int, reason: str, note: str = "") -> DisclosurePassage:
    """Withholds a passage as a whole, its heading too."""
    passage, disclosure = _passage_to_change(by, passage_id)
    refuse(_why_not_reason(disclosure, reason, note))
    _set_give(by, passage, rules.Give.WITHHOLD, reason, note)
    _worked(by, disclosure, "decide")
    return passage


@transaction.atomic
def show_passage(*, by: User, passage_id: int) -> DisclosurePassage:
    """Takes back that a passage is withheld as a whole. Of a file, people then decide again."""
    passage, disclosure = _passage_to_change(by, passage_id)
    _set_give(by, passage, "", "", "")
    _worked(by, disclosure, "decide")
    return passage


@transaction.atomic
def decide_file(
    *, by: User, passage_id: int, give: str, reason: str = "", note: str = ""
) -> DisclosurePassage:
    """What becomes of a file: its pages, its text, or nothing of it, for which there is a reason."""
    passage, disclosure = _passage_to_change(by, passage_id)
    if passage.file is None or passage.is_withdrawn:
        raise Hidden
    refuse(
        rules.why_not_give_file(
            give=give,
            can_be_bound=can_be_bound(passage.file.kind),
            has_text=bool(texts_of(by, [passage.file.pk]).get(passage.file.pk, "").strip()),
            withholds=queries.withholds(passage),
        )
    )
    if give == rules.Give.WITHHOLD:
        refuse(_why_not_reason(disclosure, reason, note))
    _set_give(by, passage, give, reason if give == rules.Give.WITHHOLD else "", note)
    _worked(by, disclosure, "decide")
    return passage


@transaction.atomic
def mark_read(*, by: User, disclosure_id: uuid.UUID, passage_ids: Iterable[int]) -> int:
    """Somebody has read these passages to the end. Gives how many were new to everybody."""
    disclosure = _hold_to_change(by, disclosure_id)
    rows = DisclosurePassage.objects.filter(disclosure=disclosure, pk__in=list(passage_ids), read_at=None)
    new = rows.update(read_by=by, read_at=timezone.now())
    _worked(by, disclosure, "read")
    return new


def _hold_to_change(by: User, disclosure_id: uuid.UUID) -> Disclosure:
    """The request as it stands now, kept from other writers until the transaction ends; `Refused` unless people decide."""
    disclosure = _locked(by, disclosure_id)
    refuse(queries.why_not_change(by, disclosure))
    return disclosure


@transaction.atomic
def _write(
    by: User, person_id: uuid.UUID, said: dict[str, Any], passages: list[Passage], finder: Finder
) -> Disclosure:
    person = hold_person(by=by, person_id=person_id, level=Level.EVERYTHING)
    asked = by.agencies_where(May.DISCLOSE)
    agency_id = by.team.agency_id if by.team and by.team.agency_id in asked else next(iter(sorted(asked)))
    disclosure = Disclosure.objects.create(
        person=person, agency_id=agency_id, started_by=by, started_at=timezone.now(), **said
    )
    rows = DisclosurePassage.objects.bulk_create(
        (
            DisclosurePassage(
                disclosure=disclosure,
                number=number,
                part=passage.part,
                text=passage.whole,
                file_id=passage.file_id,
            )
            for number, passage in enumerate(passages, 1)
        ),
        batch_size=_BATCH,
    )
    found = (
        Mark(passage=row, start=place.start, end=place.end, kind=place.kind, about=place.about[:200])
        for row in rows
        for place in finder.find(row.text)
    )
    Mark.objects.bulk_create(found, batch_size=_BATCH)
    _audit_disclosure(by, "start", disclosure)
    return disclosure


def _passage_to_change(by: User, passage_id: int) -> tuple[DisclosurePassage, Disclosure]:
    """The passage as it stands once the request is held: what others marked until then counts."""
    disclosure = _hold_to_change(by, queries.passage_visible_to(by, passage_id).disclosure_id)
    return queries.passage_visible_to(by, passage_id), disclosure


def _set_give(by: User, passage: DisclosurePassage, give: str, reason: str, note: str) -> None:
    passage.give, passage.reason, passage.note, passage.decided_by = give, reason, note, by
    passage.save(update_fields=["give", "reason", "note", "decided_by"])


def _look_at_files_again(disclosure: Disclosure) -> None:
    """The pages of a file show everything in it: where something in it is not shown any more, people decide anew."""
    hidden = Mark.objects.filter(passage__disclosure=disclosure).exclude(treatment=rules.Treatment.SHOW)
    rows = DisclosurePassage.objects.filter(disclosure=disclosure, give=rules.Give.WHOLE)
    rows.filter(pk__in=hidden.values("passage_id")).update(give="")


def _worked(by: User, disclosure: Disclosure, verb: str) -> None:
    disclosure.workers.add(by)
    _audit_disclosure(by, verb, disclosure)


def _known() -> dict[str, Any]:
    return {
        "known_reasons": reasons().keys(),
        "own_words_for": own_words_for(),
        "parents_only": parents_only(),
    }


def _why_not_treat(
    disclosure: Disclosure, treatment: str, reason: str, note: str, instead: str, names: list[str]
) -> str | None:
    return rules.why_not_treat(
        treatment=treatment,
        reason=reason,
        requester=disclosure.requester,
        note=note,
        instead=instead,
        names=names,
        **_known(),
    )


def _why_not_reason(disclosure: Disclosure, reason: str, note: str) -> str | None:
    return rules.why_not_reason(reason=reason, requester=disclosure.requester, note=note, **_known())
