"""Whose record of ours an agency's own record is of, where the reader is to see neither. `user` is always the first argument.

Records of extracts carry no key of ours. They are matched as a search would: a number that only one person has; or given
name, family name and date of birth together, of which one may be written a little differently. A match that is hidden
shuts the record; a child who has another name, another date and no number in the two is not found, here as in a search.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import BooleanField, Case, When

from heard.network.models import SearchKey
from heard.network.queries.people import not_denied_through, visible_through
from heard.network.queries.search import Keys, keys_near
from heard.network.rules import (
    Description,
    Name,
    Near,
    days_near,
    joined_in,
    kept_number,
    name_keys,
    words_in,
)

if TYPE_CHECKING:
    from heard.agencies.models import User

_AS_WRITTEN: Final = Near.FORM  # the same, a short form of it, or day and month the other way round
_SLIPPED: Final = Near.SOUND  # one letter or digit else, or what sounds the same
_NEVER: Final = 9


@dataclass(frozen=True)
class Closed:
    """People of ours whom records are of and whose record the user may not open. `kept_out`: those of them from whom the user is
    kept out by name or team."""

    hidden: frozenset[uuid.UUID] = frozenset()
    kept_out: frozenset[uuid.UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.hidden)


def closed_to(user: User, described: Sequence[Description]) -> Closed:
    """Of the people whom these records may be of, those whose record this user may not open. What is returned is shown to
    nobody. Two queries, whatever is found."""
    near = keys_near(user, {word for description in described for word in _words(description)})
    asked = [_Asked.of(description, near) for description in described]
    sure = {key for one in asked for key in (*one.numbers, *one.born)}
    wanted = sure | {key for one in asked for name in (one.given, one.family) for key in name}
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    denied: set[uuid.UUID] = set()
    rows = SearchKey.objects.annotate(
        let_in=_when(not_denied_through(user, "person")), sees=_when(visible_through(user, "person"))
    )
    with_day_or_number = SearchKey.objects.filter(key__in=sure).order_by().values("person_id")
    rows = rows.filter(
        sees=False, person__merged_into=None, key__in=wanted, person__in=with_day_or_number
    ).order_by()
    for person_id, key, let_in in rows.values_list("person_id", "key", "let_in"):
        found[person_id].add(key)
        if not let_in:
            denied.add(person_id)
    meant = frozenset(person for person, keys in found.items() if any(one.fits(keys) for one in asked))
    return Closed(meant, meant & denied)


@dataclass(frozen=True)
class _Asked:
    """What one record says, as keys."""

    given: Keys
    family: Keys
    born: Keys
    numbers: frozenset[str]

    @classmethod
    def of(cls, description: Description, near: Mapping[str, Mapping[str, Near]]) -> _Asked:
        given, family = (
            {name.given for name in description.names},
            {name.family for name in description.names},
        )
        return cls(
            _keys(given, near),
            _keys(family, near),
            {f"born {day}": how for day, how in days_near(description.birth_date).items()}
            if description.birth_date
            else {},
            frozenset(
                f"number {kept_number(number)}" for number in description.numbers if kept_number(number)
            ),
        )

    def fits(self, keys: set[str]) -> bool:
        if self.numbers & keys:
            return True
        best = [
            min((fact[key] for key in fact.keys() & keys), default=_NEVER)
            for fact in (self.given, self.family, self.born)
        ]
        return max(best) <= _SLIPPED and sum(how > _AS_WRITTEN for how in best) <= 1


def _words(description: Description) -> frozenset[str]:
    return words_in(description) | joined_in(description)


def _keys(texts: Iterable[str], near: Mapping[str, Mapping[str, Near]]) -> Keys:
    keys: Keys = {}
    for text in texts:
        for word in _words(Description((Name(text),))):
            for key, how in name_keys(near[word]).items():
                keys[key] = min(how, keys.get(key, how))
    return keys


def _when(condition: object) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())
