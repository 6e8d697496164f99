"""A child's chronology, as far as the reader may see it, and the words in all of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from heard.cases.attachment.queries import texts_of
from heard.cases.record.models import ChronologyEntry, ChronologyOf, ChronologyWord
from heard.cases.record.queries import entries_of, entries_visible_to
from heard.cases.record.rules import EntryKind
from heard.cases.timeline import matching
from heard.cases.timeline.matching import Meant, Stretch
from heard.network.queries import people_visible_to, web

if TYPE_CHECKING:
    from heard.agencies.models import User

ENTRIES: Final = 9  # of a chronology on one page: three screens of a phone
ON_PAPER: Final = 500  # entries in one PDF: some sixty pages
_FEW_CHILDREN: Final = 500  # so many are looked through one by one
_MOST_SLIPS: Final = 12  # known words, one slip away, that are looked for in place of one that was asked for


@dataclass(frozen=True)
class ChronologyFilter:
    """What the reader wants to see of a chronology. What is empty asks for everything."""

    kinds: tuple[str, ...] = ()
    agency: str = ""
    since: date | None = None
    until: date | None = None
    who: int | None = None
    around: uuid.UUID | None = None
    words: str = ""
    newest_first: bool = False
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return any(
            (self.kinds, self.agency, self.since, self.until, self.who, self.around, self.words.strip())
        )


@dataclass(frozen=True)
class Choices:
    """All entries that a reader sees of a chronology, and what they may choose among: agencies and people who stand in it, and who or
    what is around the child. Of the last, each key with its name."""

    entries: QuerySet[ChronologyEntry]
    agencies: list[str]
    people: list[tuple[int, str]]
    around: list[tuple[uuid.UUID, str]]


@dataclass(frozen=True)
class Hit:
    """An entry in which all words stand, with the text around the first of them. `spelled_so`: each as it was typed."""

    child_id: uuid.UUID
    child: str
    entry: ChronologyEntry
    shown: list[Stretch]
    spelled_so: bool = True


@dataclass(frozen=True)
class Chronology:
    """A page of what was asked for, what a reader may choose among, and the text around the words that were asked for, by
    the entry's key."""

    page: Page[ChronologyEntry]
    choices: Choices
    shown: dict[int, list[Stretch]]


def chronology_tab(user: User, child_id: uuid.UUID, asked: ChronologyFilter) -> Chronology:
    choices = choices_of(user, child_id)
    page = page_of(user, asked, choices)
    return Chronology(page, choices, snippets(user, list(page), asked.words))


def _people(user: User, key: Any) -> QuerySet[Any]:
    return people_visible_to(user).order_by().filter(pk=key)


def chosen(user: User, asked: ChronologyFilter, choices: Choices) -> QuerySet[ChronologyEntry]:
    """What was asked for, of what this user sees, whose `choices` they are, in the order that was asked for."""
    rows = choices.entries
    if asked.kinds:
        rows = rows.filter(kind__in=asked.kinds)
    named = {"agency": asked.agency, "on__gte": asked.since, "on__lte": asked.until, "who_id": asked.who}
    rows = rows.filter(**{field: value for field, value in named.items() if value})
    if asked.around:
        rows = rows.filter(_about(asked.around, choices))
    if asked.words.strip():
        rows = rows.filter(_holding(meant_by(user, asked.words)))
    return rows if asked.newest_first else rows.order_by("on", "at", "pk")


def page_of(user: User, asked: ChronologyFilter, choices: Choices) -> Page[ChronologyEntry]:
    return Paginator(chosen(user, asked, choices), ENTRIES).get_page(asked.page)


def choices_of(user: User, child_id: uuid.UUID) -> Choices:
    """Three queries."""
    around = {tie.end_id: tie.name for tie in web(user).around(child_id)}
    rows = entries_of(user, child_id, tied_to=around)
    said = set(rows.order_by().values_list("agency", "who_id", "who").distinct())
    return Choices(
        entries=rows,
        agencies=sorted({agency for agency, _key, _who in said if agency}),
        people=sorted({(key, who) for _agency, key, who in said if key and who}, key=lambda pair: pair[1]),
        around=sorted(around.items(), key=lambda item: item[1]),
    )


def counts_of(user: User, child_id: uuid.UUID) -> dict[tuple[str, str], int]:
    """How many entries there are of each agency ('' for none) and kind. They say who holds what, and nothing about the
    child."""
    counted = entries_of(user, child_id).order_by().values_list("agency", "kind").annotate(Count("pk"))
    return {(agency, kind): count for agency, kind, count in counted}


def meant_by(user: User, text: str) -> list[Meant]:
    """The words of a search, each with the known words that it may be a slip of the pen for. One query at most."""
    asked = matching.asked_words(text)
    forgiven = [word for word in asked if matching.forgives(word)]
    known = set(_near(forgiven).values_list("word", flat=True)) if forgiven else set()
    slips = {word: matching.with_one_slip(word, known)[:_MOST_SLIPS] for word in forgiven}
    return [Meant(word, slips.get(word, ())) for word in asked]


def find_in_records(user: User, text: str, limit: int = 10) -> list[Hit]:
    """Entries that hold all words of the text, over all children whom the user may see, the latest first; those in which
    every word is spelled as it was typed come first. Words of attached files count. At most six queries."""
    meant = meant_by(user, text)
    children = list(_children_with(user, meant)[: _FEW_CHILDREN + 1]) if meant else []
    if not children:
        return []
    rows = entries_visible_to(user).order_by("-on", "-pk")
    if len(children) <= _FEW_CHILDREN:  # else the latest entries are soon found among all
        rows = rows.filter(child_id__in=children)
    exact = [Meant(one.word) for one in meant]
    found = list(rows.filter(_holding(exact))[:limit])
    if len(found) < limit and any(one.slips for one in meant):
        more = rows.filter(_holding(meant)).exclude(pk__in=[entry.pk for entry in found])
        found += list(more[: limit - len(found)])
    return _shown(user, found, meant)


def _children_with(user: User, meant: Sequence[Meant]) -> QuerySet[Any, Any]:
    """Keys of children in whose entries, taken together, all words stand."""
    rows = ChronologyOf.objects.filter(_holding(meant))
    return rows.filter(Exists(_people(user, OuterRef("child_id")))).values_list("child_id", flat=True)


def snippets(user: User, entries: Sequence[ChronologyEntry], words: str) -> dict[int, list[Stretch]]:
    """For entries on a page: the text around the words that were asked for, by the entry's key. Two queries at most."""
    meant = meant_by(user, words)
    return {hit.entry.pk: hit.shown for hit in _with_text(user, entries, meant)} if meant else {}


def _shown(user: User, entries: Sequence[ChronologyEntry], meant: Sequence[Meant]) -> list[Hit]:
    children = people_visible_to(user).filter(pk__in={entry.child_id for entry in entries})
    names = {person.pk: str(person) for person in children}
    return [
        replace(hit, child=names[hit.child_id])
        for hit in _with_text(user, entries, meant)
        if hit.child_id in names
    ]


def _with_text(user: User, entries: Sequence[ChronologyEntry], meant: Sequence[Meant]) -> Iterable[Hit]:
    texts = texts_of(user, [entry.file_id for entry in entries if entry.file_id])
    for entry in entries:
        inside = texts.get(entry.file_id, "") if entry.file_id else ""
        places = (entry.text, inside, entry.what, f"{entry.who}, {entry.agency}")
        shown = next(filter(None, (matching.snippet(text, meant) for text in places)), [])
        yield Hit(entry.child_id, "", entry, shown, all(f" {word.word}" in entry.words for word in meant))


def _near(words: Iterable[str]) -> QuerySet[ChronologyWord]:
    """Known words of which the beginning or the end is that of one of these."""
    near = Q()
    for head, tail in map(matching.halves, words):
        near |= Q(word__startswith=head) | Q(word__endswith=tail)
    return ChronologyWord.objects.filter(near)


def _holding(meant: Iterable[Meant]) -> Any:
    """All words are there. The same on every database: a place in a text is all that is asked of it."""
    return reduce(and_, (_one_of(one) for one in meant))


def _one_of(one: Meant) -> Any:
    """As it begins, or a slip as a whole word."""
    return reduce(or_, (Q(_stands(text)) for text in (f" {one.word}", *(f" {slip} " for slip in one.slips))))


def _stands(text: str) -> GreaterThan:
    return GreaterThan(StrIndex(F("words"), Value(text)), 0)


def _about(key: uuid.UUID, choices: Choices) -> Any:
    """Entries that lead there, and those that name it. What is not around the child is about nothing."""
    name = dict(choices.around).get(key, "")
    words = matching.asked_words(name)
    named = _holding([Meant(word) for word in words]) if words else Q(pk__in=[])
    return Q(other_id=key) | named if name else Q(pk__in=[])


SHARED_KINDS: Final = (
    EntryKind.WORRY,
    EntryKind.WORDS,
    EntryKind.SIGN,
    EntryKind.ASSESSMENT,
    EntryKind.ACTION,
    EntryKind.REVIEW,
)
