"""Finding the person before making one. `user` is always the first argument.

1. What was typed is taken apart into facts; each fact becomes the keys that may stand for it, with how near each is. A name is
   looked up among the names in use (`Spelling`), so that a slip of the pen costs a look among names, not among people.
2. People are found by the keys of all facts together (`SearchKey`): those of whom two fit, where two or more were given.
3. The nearest few are read in full, and reasons are said in words.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import add, or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, Count, Max, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from heard.network.handles import may_be
from heard.network.models import Group, Handle, NodeKey, Person, Place, SearchKey, Spelling
from heard.network.queries.people import describe, findable_through, visible_through
from heard.network.queries.web import web
from heard.network.rules import (
    EXACT,
    Description,
    HandleType,
    Level,
    Likeness,
    Name,
    Near,
    days_near,
    handles_in,
    is_hit,
    joined_in,
    likeness,
    name_keys,
    nearness,
    normal_handle,
    outward,
    place_keys,
    postcodes_in,
    postcodes_near,
    read_box,
    reasons_same_person,
    spelling_keys,
    words_in,
)
from heard.network.words import why_alike

if TYPE_CHECKING:
    from heard.agencies.models import User

_ROWS: Final = 3000  # of keys that are read for one search
_READ: Final = 3  # people who are read in full for each one that is shown
_FEW: Final = 10  # people of one name who are all shown before those of a name that is less near
_LOOKED_AT: Final = 50  # places or groups that are compared with what was asked for

type Keys = dict[str, Near]


@dataclass(frozen=True)
class Hit:
    """One person who may be the one asked for, and why. `may_open` says whether the user may open the record; `has_summary`,
    whether they may at least see its summary."""

    person_id: uuid.UUID
    name: str
    birth_date: date | None
    postcode_district: str
    reasons: tuple[str, ...]
    may_open: bool
    kind: str = "child"
    has_summary: bool = False


def find_people(
    user: User,
    *,
    given_name: str = "",
    family_name: str = "",
    birth_date: date | None = None,
    postcode: str = "",
    limit: int = 10,
) -> list[Hit]:
    """Children who may be the one described, at most `limit`: see `find_described`."""
    asked = Description((Name(given_name, family_name),), birth_date, (postcode,))
    return find_described(user, asked, limit=limit)


def find_described(
    user: User, asked: Description, *, kinds: Collection[str] = ("child",), limit: int = 10
) -> list[Hit]:
    """People who may be the one described, those with most independent reasons first, then the nearest.

    A fixed number of queries when something was asked, whatever is found. One who is restricted is found only by
    those on the list. `kinds`: 'child', and 'adult' for those adults whose record the user may open.
    """
    facts = _facts(user, asked)
    if not facts:
        return []
    fitting = _fitting(facts, user, kinds)
    nearest = [fit.person_id for fit in sorted(fitting, key=_order)[: limit * _READ]]
    order = {person_id: place for place, person_id in enumerate(nearest)}
    hits = [_hit(person, asked) for person in _read(user, nearest)]
    shown = [hit for hit in hits if is_hit(asked, hit.reasons, may_open=hit.may_open)]
    return sorted(shown, key=lambda hit: (-len(hit.reasons), -_exact(hit), order[hit.person_id]))[:limit]


def _findable(user: User, kinds: Collection[str]) -> Q:
    """Children of whom one line may be seen; adults only where their record may be opened."""
    adults = Q(person__kind=Person.Kind.ADULT) & visible_through(user, "person")
    if set(kinds) == {"adult"}:
        return adults
    children = findable_through(user, "person")
    return children | adults if "adult" in kinds else children


def _openable(user: User, kinds: Collection[str]) -> Q:
    """Those whose record may be opened: for them nothing further is asked, so that the database does no more than it must."""
    return Q(person__kind__in=sorted(kinds)) & visible_through(user, "person")


# ---- what was asked for, as facts


def _facts(user: User, asked: Description) -> list[Keys]:
    """For each thing that was said: the keys that may stand for it."""
    days = days_near(asked.birth_date).items() if asked.birth_date else ()
    facts = [
        *_called(user, asked.names),
        {f"born {day}": near for day, near in days},
        {f"post {one}": near for text in asked.postcodes for one, near in postcodes_near(text).items()},
        {f"number {number}": Near.SAME for number in asked.numbers},
    ]
    return [fact for fact in facts if fact]


def _called(user: User, names: Sequence[Name]) -> list[Keys]:
    """Keys for the given names and for the family names. One query."""
    given = _words(Description(tuple(Name(name.given) for name in names)))
    family = _words(Description(tuple(Name(name.family) for name in names)))
    near = keys_near(user, given | family)
    return [_union(near[word] for word in words) for words in (given, family)]


def keys_near(user: User, words: Collection[str]) -> dict[str, dict[str, Near]]:
    """For each word of a name, the names in use that may be meant by it, and how near each is. One query. `user`: it
    makes no difference, since names in use say of nobody who has them."""
    keys = {word: spelling_keys(word) for word in words}
    known: dict[str, list[str]] = defaultdict(list)
    for name, key in _spelled(frozenset().union(*keys.values())):
        known[key].append(name)
    return {word: nearness(word, _by_name(known, wanted)) for word, wanted in keys.items()}


def _words(asked: Description) -> frozenset[str]:
    return words_in(asked) | joined_in(asked)


def _spelled(keys: frozenset[str]) -> QuerySet[Spelling, tuple[str, str]]:
    return Spelling.objects.filter(key__in=keys).values_list("name", "key")


def _by_name(known: Mapping[str, list[str]], keys: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        for name in known.get(key, ()):
            found[name].append(key)
    return found


def _union(nears: Iterable[Mapping[str, Near]]) -> Keys:
    keys: Keys = {}
    for names in nears:
        for key, near in name_keys(names).items():
            keys[key] = min(near, keys.get(key, near))
    return keys


# ---- who fits


@dataclass(frozen=True)
class _Fit:
    """Somebody who was found: by which key for each fact, and how many people have the rarest of these keys."""

    person_id: uuid.UUID
    cost: int
    bearers: int


def _fitting(facts: list[Keys], user: User, kinds: Collection[str]) -> list[_Fit]:
    if len(facts) > 1:
        return _fitting_two(facts, _findable(user, kinds))
    return _fitting_one(facts[0], _findable(user, kinds) if _is_number(facts[0]) else _openable(user, kinds))


def _is_number(fact: Keys) -> bool:
    return any(key.startswith("number ") for key in fact)


def _fitting_one(fact: Keys, people: Q) -> list[_Fit]:
    """One thing is known: people by how near the key is, those with a rare name before those with a common one. Of a
    name that more people have than a list can hold, a few come first and the rest after everybody else."""
    rows = SearchKey.objects.filter(people, key__in=fact).annotate(
        place=Window(RowNumber(), partition_by="key", order_by="person_id"),
        bearers=Window(Count("pk"), partition_by="key"),
    )
    best: dict[uuid.UUID, _Fit] = {}
    for person_id, key, place, bearers in rows.filter(place__lte=_FEW * 2).values_list(
        "person_id", "key", "place", "bearers"
    ):
        late = 100 if bearers > _FEW and place > _FEW // 2 else 0
        fit = _Fit(person_id, fact[key] + late, bearers)
        best[person_id] = min(fit, best.get(person_id, fit), key=_order)
    return list(best.values())


def _fitting_two(facts: list[Keys], people: Q) -> list[_Fit]:
    """People of whom two things fit, or a number does."""
    keys = set().union(*facts)
    rows = SearchKey.objects.filter(people, key__in=keys, person__in=_with_two(facts, keys))
    matched: dict[uuid.UUID, set[str]] = defaultdict(set)
    for person_id, key in rows.order_by("person_id", "key").values_list("person_id", "key")[:_ROWS]:
        matched[person_id].add(key)
    bearers = Counter(key for keys in matched.values() for key in keys)
    return [_fit(person_id, keys, facts, bearers) for person_id, keys in matched.items()]


def _with_two(facts: list[Keys], keys: set[str]) -> QuerySet[SearchKey, Any]:
    """Those of whom two facts fit. One pass over the keys alone: who may be seen is asked only of who is left."""
    fits = [
        Max(Case(When(key__in=list(fact), then=2 if _is_number(fact) else 1), default=0)) for fact in facts
    ]
    grouped = SearchKey.objects.filter(key__in=keys).order_by().values("person_id")
    return grouped.annotate(fits=reduce(add, fits)).filter(fits__gte=2).values("person_id")


def _fit(person_id: uuid.UUID, keys: set[str], facts: list[Keys], counts: Mapping[str, int]) -> _Fit:
    """What does not agree costs more than whatever agrees."""
    cost = sum(min((fact[key] for key in keys & fact.keys()), default=2 * len(Near)) for fact in facts)
    return _Fit(person_id, cost, min(counts[key] for key in keys if key in counts))


def _order(fit: _Fit) -> tuple[int, int, str]:
    return fit.cost, fit.bearers, str(fit.person_id)


# ---- why


def _read(user: User, ids: Iterable[uuid.UUID]) -> QuerySet[Person]:
    """Of people who were found already."""
    rows = Person.objects.filter(pk__in=list(ids))
    openable = Case(When(visible_through(user), then=True), default=False)
    summary = Case(When(visible_through(user, level=Level.SUMMARY), then=True), default=False)
    annotated = rows.annotate(may_open=openable, has_summary=summary)
    return annotated.prefetch_related("other_names", "addresses", "identifiers")


def _hit(person: Person, asked: Description) -> Hit:
    known = describe(person)
    return Hit(
        person_id=person.pk,
        name=str(person),
        birth_date=person.birth_date,
        postcode_district=outward(known.postcodes[-1]) if known.postcodes else "",
        reasons=reasons_same_person(asked, known),
        may_open=person.may_open,  # type: ignore[attr-defined]
        kind=person.kind,
        has_summary=person.has_summary,  # type: ignore[attr-defined]
    )


def _exact(hit: Hit) -> int:
    return sum(reason in EXACT for reason in hit.reasons)


def find_places(user: User, *, name: str, postcode: str = "") -> list[Likeness]:
    """Places that may be the one meant, the likest first, at most ten. A query, and another where any shares something."""
    rows = web(user).nodes("place").filter(pk__in=_sharing_most(user, "place", place_keys(name, postcode)))
    described = rows.order_by("pk").values_list("pk", "name", "kind", "postcode")
    return _likest(name, list(described), Place, asked_postcode=postcode)


def find_groups(user: User, *, name: str) -> list[Likeness]:
    """Groups that may be the one meant, the likest first, at most ten. Queries as for places."""
    rows = web(user).nodes("group").filter(pk__in=_sharing_most(user, "group", place_keys(name)))
    described = rows.order_by("pk").values_list("pk", "name", "kind")
    return _likest(name, list(described), Group)


def _sharing_most(user: User, kind: str, keys: Collection[str]) -> QuerySet[Any, Any]:
    """Keys of the places or groups that are looked at: of those whom the user may see, the ones that share most with what was
    asked for."""
    rows = NodeKey.objects.filter(key__in=keys, node__kind=kind).order_by()
    if kind == "group":
        rows = rows.filter(node__in=web(user).nodes(kind).order_by().values("pk"))
    else:  # places are for everybody
        rows = rows.exclude(node__in=Place.objects.filter(merged_into__isnull=False).values("pk"))
    shared = rows.values("node").annotate(shared=Count("pk"))
    return shared.order_by("-shared", "node").values("node")[:_LOOKED_AT]


def _likest(
    asked: str, described: Sequence[tuple[Any, ...]], model: type[Place | Group], **more: str
) -> list[Likeness]:
    """Of each the best of what it is called: also by what was merged into it. One query where there are any."""
    rows = {row[0]: row for row in described}
    names = ("merged_into", "name", "kind", "postcode")[: len(next(iter(described), ()))]
    merged = model._default_manager.filter(merged_into__in=rows).order_by("pk").values_list(*names)
    best: dict[Any, Likeness] = {}
    for key, *called in [*described, *merged]:
        one = likeness(asked, key, *called, **more)
        if one and (key not in best or one.rank > best[key].rank):
            _key, name, *facts = rows[key]
            best[key] = replace(one, name=name, facts=", ".join(filter(None, facts)))
    return sorted(best.values(), key=lambda one: (-one.rank, one.name))[:_FEW]


def who_or_what(user: User, end: str, text: str, *, not_this: uuid.UUID) -> list[tuple[str, str, str]]:
    """What may be meant at the other end of a tie, as (key, name and what is known, why), at most ten.

    `end`: person, place or group. Only people whose record the user may open: a tie to anybody else would say that they
    have one; children first, then adults.
    """
    if end != "person":
        places = end == "place"
        found = (
            find_places(user, name=text, postcode=next(iter(postcodes_in(text)), ""))
            if places
            else find_groups(user, name=text)
        )
        return [
            (str(one.id), ", ".join(filter(None, (one.name, one.facts))), why_alike(one.why)) for one in found
        ]
    hits = find_described(user, read_box(text), kinds=("child", "adult"))
    words = {"child": _("child"), "adult": _("adult")}
    return [
        (
            str(hit.person_id),
            ", ".join(filter(None, (hit.name, words[hit.kind], hit.postcode_district))),
            why_alike(hit.reasons),
        )
        for hit in sorted(hits, key=lambda hit: hit.kind != "child")
        if hit.may_open and hit.person_id != not_this
    ]


def find_handles(user: User, *, type_: str, text: str) -> list[tuple[str, str, str]]:
    """Phones, cars or accounts that may be the one that somebody wrote, as (key, what it is, why), at most ten, of those that the user
    may see. One query; none for what cannot be read as one of this type."""
    key = normal_handle(type_, text) if type_ in set(HandleType) else None
    return [
        (str(handle.id), handle.name, why_alike(handle.why))
        for handle in _handles(user, [(type_, key)] if key else [])
    ]


def find_handles_in(user: User, text: str) -> list[Likeness]:
    """The same of whatever stands in what somebody typed: a number, a plate or part of one, the name of an account. One query, whether
    any is known or not; none where the text holds nothing that can be one."""
    return _handles(user, handles_in(text))


def _handles(user: User, named: Sequence[tuple[str, str]]) -> list[Likeness]:
    if not named:
        return []
    asked = reduce(or_, (may_be(*pair) for pair in named))
    behind = Handle.objects.filter(asked, merged_into__isnull=False).order_by().values("merged_into")
    rows = web(user).nodes("handle").filter(asked | Q(pk__in=behind))
    found = sorted(rows, key=lambda row: ((row.type, row.key) not in named, str(row)))[:_FEW]
    return [
        Likeness(one.pk, str(one), one.kind, ("written the same",), 2)
        if (one.type, one.key) in named
        else Likeness(one.pk, str(one), one.kind, ("may be the same: what was seen fits",), 1)
        for one in found
    ]
