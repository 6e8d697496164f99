"""What leads to a person, in every table of the site, and how it moves from one person to another and back.

Which tables these are is read from Django's own description of `Person`, so that a table of a later stage moves too. Whoever
calls this has asked who may see both people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, Field, ForeignObjectRel, Model, OuterRef, Q, QuerySet, UniqueConstraint

from heard.network.models import Involvement, Merge, OtherName, Person, SearchKey, Tie

DETAILS: Final = (
    "given_name", "family_name", "known_as", "birth_date", "sex", "nhs_number", "upn", "legal_status", "school",
)  # fmt: skip

# Not moved as they are: keys are made anew, and these rows are about the merge itself.
_NOT_MOVED: Final = (SearchKey, Merge, Person)


@dataclass(frozen=True)
class Link:
    """A column, in any table, that leads to a person."""

    model: type[Model]
    field: Field

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    def rows(self, person: Person) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{self.field.name: person})

    def moving(self, kept: Person, merged: Person) -> QuerySet[Any]:
        """Rows of the merged person that would then lead to the kept one. What would say that somebody is tied to
        themselves stays, and so does what the kept person has already where it may be there once."""
        rows = self.rows(merged)
        if self.model is Tie:
            rows = rows.exclude(Q(person=kept) | Q(to_person=kept))
        for constraint in self._once:
            rows = rows.exclude(pk__in=self._double(constraint, kept, merged).values("pk"))
        return rows

    def staying(self, kept: Person, merged: Person) -> QuerySet[Any]:
        return self.rows(merged).exclude(pk__in=self.moving(kept, merged).values("pk"))

    def clashes(self, kept: Person, merged: Person) -> bool:
        """Both have one of which there is one at a time, such as an open case. Who is involved with both goes on as one."""
        if self.model is Involvement:
            return False
        at_a_time = (one for one in self._once if one.condition is not None)
        return any(self._double(one, kept, merged).exists() for one in at_a_time)

    @property
    def _once(self) -> list[UniqueConstraint]:
        constraints = self.model._meta.constraints
        return [
            one for one in constraints if isinstance(one, UniqueConstraint) and self.field.name in one.fields
        ]

    def _double(self, constraint: UniqueConstraint, kept: Person, merged: Person) -> QuerySet[Any]:
        """The merged person's rows that break this constraint once they lead to the kept one. The database compares them."""
        condition = constraint.condition or Q()
        others = {name: OuterRef(name) for name in constraint.fields if name != self.field.name}
        held = self.rows(kept).filter(condition, **others)
        return self.rows(merged).filter(condition, Exists(held))


def links() -> Iterator[Link]:
    """Every column that leads to a person and moves when two are merged, in a fixed order."""
    found = [
        Link(relation.related_model, relation.field)
        for relation in Person._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and relation.related_model not in _NOT_MOVED
    ]
    return iter(sorted(found, key=lambda link: link.name))


def union(kept: Person, merged: Person) -> dict[str, Any]:
    """Moves all that is of the merged person to the kept one. Returns what `Merge.before` needs to undo it."""
    own, moved = {}, {}
    involved = _earliest_involvement(kept, merged)
    for link in links():
        own[link.name] = _keys(link.rows(kept))
        rows = link.moving(kept, merged)
        moved[link.name] = _keys(rows)
        link.model._base_manager.filter(pk__in=moved[link.name]).update(**{link.field.name: kept})
    return {"own": own, "moved": moved, "involved": involved}


def part(merge: Merge) -> None:
    """Gives the merged person back what was moved. What somebody deleted meanwhile stays deleted."""
    for link in links():
        keys = merge.before["moved"].get(link.name, [])
        rows = link.model._base_manager.filter(pk__in=keys, **{link.field.name: merge.kept})
        rows.update(**{link.field.name: merge.merged})
    for key, (before, after) in merge.before["involved"].items():
        Involvement.objects.filter(pk=key, since=after).update(since=before)


def added_since(merge: Merge) -> dict[type[Model], int]:
    """How much of each kind came to the kept person after the merge: it stays there when the merge is undone."""
    counts: dict[type[Model], int] = {}
    for link in links():
        known = {*merge.before["own"].get(link.name, []), *merge.before["moved"].get(link.name, [])}
        known |= {str(key) for key in merge.before["names"]} if link.model is OtherName else set()
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


def _keys(rows: QuerySet[Any]) -> list[str]:
    return [str(key) for key in rows.order_by("pk").values_list("pk", flat=True)]
