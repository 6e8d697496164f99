"""All that hangs on a person, in every table of the site, and how it is taken out of the database for good.

Which tables these are is read from Django's own description, so that a new one cannot be forgotten; `goes_by_key` of a table
names columns that hold the key of a person or record without pointing there. A row of somebody else that only mentions the
person stays, and no longer does; `takes_along` names the row that goes with one, since it rests on it; `belongs_to` names columns of which one always leads to what a row is a part of; where it has to say somebody, `when_erased` of its table says what stands there instead. Whoever calls this has asked whether it may be done.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import batched
from typing import Any, Final, cast

from django.apps import apps
from django.db import connection
from django.db.models import CASCADE, Exists, Field, Model, OuterRef, Q

from heard.network.models import Handle, Mention, Person, SearchKey, Tie, TieSource
from heard.network.rules import named_by
from heard.network.search_index import forget_names

_AT_ONCE: Final = 400  # keys in one question


@dataclass
class Gathered:
    """`rows`: what goes, the keys by table. `hangs_on`: of each of them the person from whom it was reached. `lets_go`: columns of
    other people's rows that no longer lead here."""

    rows: dict[type[Model], set[Any]] = field(default_factory=lambda: defaultdict(set))
    hangs_on: dict[type[Model], dict[Any, uuid.UUID]] = field(default_factory=lambda: defaultdict(dict))
    lets_go: dict[tuple[type[Model], str], set[Any]] = field(default_factory=lambda: defaultdict(set))

    @property
    def people(self) -> set[uuid.UUID]:
        return self.rows[Person]

    @property
    def keys(self) -> set[str]:
        """Those of every row, as other tables keep them without pointing."""
        return {str(key) for keys in self.rows.values() for key in keys if isinstance(key, uuid.UUID)}

    def whose(self, keys: Collection[uuid.UUID]) -> set[uuid.UUID]:
        """The people on whom rows with these keys hang; keys of other rows are left out."""
        return {known[key] for known in self.hangs_on.values() for key in keys if key in known}

    @property
    def counted(self) -> dict[str, int]:
        """How many rows of which table."""
        return {
            model._meta.label: len(keys)
            for model, keys in sorted(self.rows.items(), key=lambda item: item[0]._meta.label)
            if keys
        }


def records_there(keys: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Which of these records of people are in the database."""
    return list(Person.objects.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def hold(keys: Collection[uuid.UUID]) -> None:
    """Until the transaction ends, whoever writes about one of these people and holds them first (`hold_person`) waits. Not all who
    write do: what others add meanwhile has to be looked for once it was gathered what goes."""
    for some in batched(sorted(keys), _AT_ONCE):
        list(Person.objects.select_for_update(no_key=True).filter(pk__in=some).order_by("pk"))


def gather(*person_ids: uuid.UUID) -> Gathered:
    """Of these people, and of records that were merged into theirs."""
    found = Gathered()
    found.rows[Person] |= set(person_ids)
    found.hangs_on[Person] = {key: key for key in person_ids}
    waiting: list[tuple[type[Model], set[Any]]] = [(Person, set(person_ids))]
    while waiting:
        model, keys = waiting.pop()
        for link in (*_leading_to(model), *_by_key()):
            leads_to = _rows(link, keys)
            new = set(leads_to)
            if _only_mentions(link):
                found.lets_go[link.model, link.name] |= new
            elif new := new - found.rows[link.model]:
                found.rows[link.model] |= new
                whose = found.hangs_on[model]
                found.hangs_on[link.model] |= {key: whose[leads_to[key]] for key in new}
                waiting.append((link.model, new))
                waiting += _taken_along(found, link.model, new)
    for (model, _name), rows in found.lets_go.items():
        rows -= found.rows[model]
    return found


def _taken_along(found: Gathered, model: type[Model], keys: set[Any]) -> list[tuple[type[Model], set[Any]]]:
    """What rests on a row that goes, where its table says so by `takes_along`: the name of the column that leads there."""
    name = getattr(model, "takes_along", "")
    if not name:
        return []
    resting: Any = model._meta.get_field(name).related_model
    rests: dict[Any, Any] = {}
    for some in batched(keys, _AT_ONCE):
        rests |= dict(model._base_manager.filter(pk__in=some).values_list(name, "pk"))
    new = set(rests) - found.rows[resting]
    found.rows[resting] |= new
    found.hangs_on[resting] |= {key: found.hangs_on[model][rests[key]] for key in new}
    return [(resting, new)] if new else []


def paths_of(found: Gathered) -> Iterator[Any]:
    """Files of what was gathered: attachments and packs. Of rows as they are before they go."""
    for model, keys in found.rows.items():
        if hasattr(model, "path"):
            for some in batched(keys, _AT_ONCE):
                yield from (row.path for row in model._base_manager.filter(pk__in=some))


def take_out(found: Gathered) -> None:
    """Inside the transaction of whoever calls it: the database looks at its end whether anything still leads here."""
    for (model, name), keys in found.lets_go.items():
        for some in batched(keys, _AT_ONCE):
            instead = getattr(model, "when_erased", {})
            model._base_manager.filter(pk__in=some).update(**{name: None} | instead)
    names = _names_of(found)
    for model, keys in found.rows.items():
        for some in batched(keys, _AT_ONCE):
            model._base_manager.filter(pk__in=some)._raw_delete(connection.alias)
    for few in batched(names, _AT_ONCE):
        forget_names(set(few))
    _take_out_what_nothing_leads_to()
    connection.check_constraints()


def _names_of(found: Gathered) -> set[str]:
    """Words of names by which those who go were found: where nobody else has one, it is no longer among the names in use."""
    names: set[str] = set()
    for some in batched(found.rows[SearchKey], _AT_ONCE):
        names |= {
            named_by(key) for key in SearchKey.objects.filter(pk__in=some).values_list("key", flat=True)
        }
    return names - {""}


def _take_out_what_nothing_leads_to() -> None:
    """Ties whose sources have all gone, and phones, cars and accounts that nobody else names or is tied to; not
    those that somebody marked as an organisation’s. What was merged goes with the one that goes on."""
    Tie.objects.filter(~Exists(TieSource.objects.filter(tie=OuterRef("pk")))).delete()
    tied = Tie.objects.filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
    named = Mention.objects.filter(node=OuterRef("pk"))
    goes_on = Q(merged_into=None)
    Handle.objects.filter(goes_on, ~Exists(tied), ~Exists(named), common=False).delete()


def reached() -> set[type[Model]]:
    """Every table of which rows can go with a person."""
    found: set[type[Model]] = {Person}
    waiting: list[type[Model]] = [Person]
    while waiting:
        for link in (*_leading_to(waiting.pop()), *_by_key()):
            along = getattr(link.model, "takes_along", "")
            resting: Any = link.model._meta.get_field(along).related_model if along else link.model
            for model in {link.model, resting} - found:
                found.add(model)
                waiting.append(model)
    return found


@cache
def _leading_to(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    relations = (
        one for one in model._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete
    )
    return tuple(relation.field for relation in relations if relation.one_to_many or relation.one_to_one)  # type: ignore[union-attr]


@cache
def _by_key() -> tuple[Field[Any, Any], ...]:
    return tuple(
        cast("Field[Any, Any]", model._meta.get_field(name))
        for model in apps.get_models()
        for name in getattr(model, "goes_by_key", ())
    )


def _rows(link: Field[Any, Any], keys: Collection[Any]) -> dict[Any, Any]:
    """The keys of rows that lead to one of these, and to which."""
    found: dict[Any, Any] = {}
    if not link.is_relation:
        keys = [key for key in keys if isinstance(key, uuid.UUID)]
    for some in batched(keys, _AT_ONCE):
        rows = link.model._base_manager.filter(**{f"{link.name}__in": some})
        found |= dict(rows.values_list("pk", link.attname))
    return found


def _only_mentions(link: Field[Any, Any]) -> bool:
    """It may be empty, and the row belongs to something else that does not go by itself."""
    if not link.is_relation or not link.null or link.remote_field.on_delete is CASCADE:  # type: ignore[union-attr]
        return False
    belongs_to = getattr(link.model, "belongs_to", ())
    return any(
        other.many_to_one
        and (not other.null or other.name in belongs_to)
        and other.related_model in reached()
        for other in link.model._meta.concrete_fields
        if other is not link
    )
