"""What leads to a person, place, group or handle, in every table of the site, and how it moves from one to another and back.

Which tables these are is read from Django's own description of each; how the rows of each go together it declares
itself, as `when_merged`. Whoever calls this has asked who may see both.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import (
    Exists,
    F,
    Field,
    ForeignObjectRel,
    Model,
    OuterRef,
    Q,
    QuerySet,
    UniqueConstraint,
)

from heard.network.models import (
    Group,
    Handle,
    Identifier,
    Involvement,
    Merge,
    Node,
    NodeKey,
    NodeMerge,
    OtherName,
    Person,
    Place,
    SearchKey,
)
from heard.network.rules import Joined, Level

DETAILS: Final = (
    "given_name", "family_name", "known_as", "birth_date", "sex", "nhs_number", "upn", "legal_status", "school",
)  # fmt: skip

# Of a place, group or handle: in which the merged one's value may be right. A handle is its key.
DETAILS_OF: Final[dict[type[Model], tuple[str, ...]]] = {
    Place: ("name", "kind", "postcode"),
    Group: ("name", "kind"),
    Handle: (),
}

type Mergeable = Person | Place | Group | Handle

_ASIDE: Final = 10_000  # more than any number that is counted

# Not moved as they are: keys are made anew, and these rows are about the merge itself. What was merged into a place, group or handle moves
# on with it, so that one step leads to the one that goes on; of people each merge keeps its own.
_NOT_MOVED: Final = (SearchKey, Merge, NodeMerge, Person, NodeKey)


@dataclass(frozen=True)
class Link:
    """A column, in any table, that leads to a person, place, group or handle, or to its node, which has the same key."""

    model: type[Model]
    field: Field

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    def rows(self, this: Mergeable) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{self.field.attname: this.pk})

    def lead(self, rows: QuerySet[Any], this: Mergeable) -> None:
        """Lets these rows lead there."""
        rows.update(**{self.field.attname: this.pk})

    @property
    def joined(self) -> Joined:
        return self.model.when_merged  # type: ignore[attr-defined]

    def moving(self, kept: Mergeable, merged: Mergeable) -> QuerySet[Any]:
        """Rows of the merged one that would then lead to the kept one. What would say that somebody is tied to
        themselves stays, and so does what the kept one has already where it may be there once."""
        rows = self.rows(merged)
        for other_end in self._other_ends:
            rows = rows.exclude(**{other_end: kept.pk})
        for constraint in self._once:
            rows = rows.exclude(pk__in=self._double(constraint, kept, merged).values("pk"))
        return rows

    def staying(self, kept: Mergeable, merged: Mergeable) -> QuerySet[Any]:
        return self.rows(merged).exclude(pk__in=self.moving(kept, merged).values("pk"))

    def clashes(self, kept: Mergeable, merged: Mergeable) -> bool:
        """Both have one of which there is one at a time, such as an open case; not where the merged person's may stay."""
        if self.joined.stays:
            return False
        at_a_time = (one for one in self._once if one.condition is not None)
        return any(self._double(one, kept, merged).exists() for one in at_a_time)

    def kept_apart(self, kept: Mergeable, merged: Mergeable) -> str | None:
        """What the table's own rule says against putting the rows of both together."""
        if self.joined.clash is None:
            return None
        both = (self.rows(handle).filter(**self.joined.among) for handle in (kept, merged))
        return self.joined.clash(*(list(rows.values_list(*self.joined.columns)) for rows in both))

    def renumber(self, kept: Mergeable, merged: Mergeable) -> dict[str, list[int]]:
        """Numbers the rows of both in one order, where each has some that are counted together; {key: [before, after]}."""
        number, changed = self.joined.numbered, {}
        for together in self._counted_together(kept, merged):
            first = min(getattr(row, number) for row in together)
            for after, row in enumerate(together, first):
                if getattr(row, number) != after:
                    changed[str(row.pk)] = [getattr(row, number), after]
        self.set_numbers({key: after for key, (_before, after) in changed.items()})
        return changed

    def set_numbers(self, numbers: dict[str, int]) -> None:
        """By way of numbers that nothing has, since no two may have the same one in between."""
        rows, number = self.model._base_manager, self.joined.numbered
        if numbers:
            rows.filter(pk__in=numbers).update(**{number: F(number) + _ASIDE})
        for key, value in numbers.items():
            rows.filter(pk=key).update(**{number: value})

    def has_number(self, key: str, number: int) -> bool:
        return self.model._base_manager.filter(pk=key, **{self.joined.numbered: number}).exists()

    @property
    def unsaid(self) -> list[str]:
        """What the table would have to declare: that it may be merged at all, and what becomes of rows of which a person may
        have one only. Of a place, group or handle also what there may be one of at a time: a merge that is refused for it would tell whoever
        merges of what they may not see."""
        if not isinstance(self.model.__dict__.get("when_merged"), Joined):
            return [f"{self.name}: say `when_merged`"]
        refuses = self.field.related_model is Person
        found = [one for one in self._once if not self.joined.stays and not (refuses and one.condition)]
        return [f"{self.name}: {one.name} needs `numbered` or `stays`" for one in found]

    @property
    def _once(self) -> list[UniqueConstraint]:
        """What a person may have one of; not where the rows are numbered anew."""
        found = [constraint for constraint in self._constraints if self.field.name in constraint.fields]
        return [one for one in found if not self.joined.numbered or self.joined.numbered not in one.fields]

    @property
    def _constraints(self) -> list[UniqueConstraint]:
        own = [
            constraint
            for constraint in self.model._meta.constraints
            if isinstance(constraint, UniqueConstraint)
        ]
        if self.field.unique:
            own.append(UniqueConstraint(fields=[self.field.name], name=f"unique {self.field.name}"))
        return own

    @property
    def _other_ends(self) -> list[str]:
        """Other columns of the same row that lead to a person or node as this one does."""
        fields = self.model._meta.concrete_fields
        alike = self.field.related_model
        return [field.attname for field in fields if field.related_model is alike and field != self.field]

    def _counted_together(self, kept: Mergeable, merged: Mergeable) -> Iterator[list[Any]]:
        if not self.joined.numbered:
            return
        both = {self.joined.numbered, self.field.name}
        [constraint] = [constraint for constraint in self._constraints if both <= set(constraint.fields)]
        others = [name for name in constraint.fields if name not in (self.joined.numbered, self.field.name)]
        groups = defaultdict(list)
        rows = self.model._base_manager.filter(**{f"{self.field.name}__in": (kept, merged)})
        for row in rows.order_by(self.joined.by, "pk"):
            groups[tuple(getattr(row, name) for name in others)].append(row)
        for together in groups.values():
            if len({getattr(row, self.field.attname) for row in together}) > 1:
                yield together

    def _double(self, constraint: UniqueConstraint, kept: Mergeable, merged: Mergeable) -> QuerySet[Any]:
        """The merged person's rows that break this constraint once they lead to the kept one. The database compares them."""
        condition = constraint.condition or Q()
        others = {name: OuterRef(name) for name in constraint.fields if name != self.field.name}
        held = self.rows(kept).filter(condition, **others)
        return self.rows(merged).filter(condition, Exists(held))


def hold(*keys: uuid.UUID) -> None:
    """Until the transaction ends, whoever else merges one of these nodes, or notes how it is tied, waits."""
    list(Node.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def links(of: type[Model] = Person) -> Iterator[Link]:
    """Every column that leads to a person (or place, group, handle) and moves when two are merged, in a fixed order."""
    relations = (field for model in (of, Node) for field in model._meta.get_fields(include_hidden=True))
    found = [
        Link(relation.related_model, relation.field)
        for relation in relations
        if isinstance(relation, ForeignObjectRel) and relation.related_model not in _NOT_MOVED
    ]
    return iter(sorted(found, key=lambda link: link.name))


def unsaid(found: Iterable[Link]) -> list[str]:
    """What tables that lead to a person do not declare about merging."""
    return [line for link in found for line in link.unsaid]


def union(kept: Mergeable, merged: Mergeable) -> dict[str, Any]:
    """Moves all that is of the merged one to the kept one. Returns what `before` of the merge needs to undo it."""
    own, moved, numbers = {}, {}, {}
    involved: dict[str, list[str]] = {}
    levels: dict[str, list[int]] = {}
    if isinstance(kept, Person) and isinstance(merged, Person):
        involved, levels = _earliest_involvement(kept, merged), _no_further(kept, merged)
    for link in links(type(kept)):
        own[link.name] = _keys(link.rows(kept))
        numbers[link.name] = link.renumber(kept, merged)
        rows = link.moving(kept, merged)
        moved[link.name] = _keys(rows)
        link.lead(link.model._base_manager.filter(pk__in=moved[link.name]), kept)
    return {"own": own, "moved": moved, "numbers": numbers, "involved": involved, "levels": levels}


def part(merge: Merge | NodeMerge, kept: Mergeable, merged: Mergeable) -> None:
    """Gives the merged one back what was moved. What somebody deleted meanwhile stays deleted."""
    for link in links(type(kept)):
        keys = merge.before["moved"].get(link.name, [])
        link.lead(link.rows(kept).filter(pk__in=keys), merged)
        numbers = merge.before.get("numbers", {}).get(link.name, {})
        link.set_numbers(
            {key: before for key, (before, after) in numbers.items() if link.has_number(key, after)}
        )
    for key, (before, after) in merge.before["involved"].items():
        Involvement.objects.filter(pk=key, since=after).update(since=before)
    for key, (level_before, level_after) in merge.before.get("levels", {}).items():
        Involvement.objects.filter(pk=key, level=level_after).update(level=level_before)


def added_since(merge: Merge) -> dict[type[Model], int]:
    """How much of each kind came to the kept person after the merge: it stays there when the merge is undone."""
    counts: dict[type[Model], int] = {}
    for link in links():
        known = {*merge.before["own"].get(link.name, []), *merge.before["moved"].get(link.name, [])}
        added = {OtherName: "names", Identifier: "identifiers"}.get(link.model, "")
        known |= {str(key) for key in merge.before.get(added, [])}
        later = sum(str(key) not in known for key in link.rows(merge.kept).values_list("pk", flat=True))
        if later:
            counts[link.model] = counts.get(link.model, 0) + later
    return counts


def restricted_by(merge: Merge) -> bool:
    """Whether the kept person is restricted because the merged one was."""
    return "restricted" in merge.before["values"] and merge.kept.restricted


def _earliest_involvement(kept: Person, merged: Person) -> dict[str, list[str]]:
    """An agency that works with both has done so since the earlier of the two days."""
    changed = {}
    whole = Involvement.objects.filter(team=None, user=None, until=None)
    earlier = dict(whole.filter(person=merged).values_list("agency_id", "since"))
    for row in whole.filter(person=kept, agency_id__in=earlier):
        since = earlier[row.agency_id]
        if since < row.since:
            changed[str(row.pk)] = [row.since.isoformat(), since.isoformat()]
            Involvement.objects.filter(pk=row.pk).update(since=since)
    return changed


def _no_further(kept: Person, merged: Person) -> dict[str, list[int]]:
    """Whoever told a worry about a child whom they did not find, and so wrote down a new record, sees nothing of the record that
    it turns out to belong to: from then on they know that the child is known. {key: [level before, level after]}"""
    changed = {}
    running = Involvement.objects.running().lasting()
    for person, other in ((kept, merged), (merged, kept)):
        elsewhere = running.filter(person=other).exclude(how=Involvement.How.WORRY)
        if not elsewhere.exists():
            continue
        told = running.filter(person=person, how=Involvement.How.WORRY, level__gt=Level.KNOWS)
        for row in told.exclude(agency__in=elsewhere.filter(team=None, user=None).values("agency")):
            changed[str(row.pk)] = [row.level, Level.KNOWS.value]
            Involvement.objects.filter(pk=row.pk).update(level=Level.KNOWS)
    return changed


def _keys(rows: QuerySet[Any]) -> list[str]:
    return [str(key) for key in rows.order_by("pk").values_list("pk", flat=True)]


def plain(value: Any) -> Any:
    """A detail, fit for JSON: a date as its ISO text."""
    return value.isoformat() if hasattr(value, "isoformat") else value
