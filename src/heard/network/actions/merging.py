"""Saying that two records are of one person, and taking that back. Each leaves its audit rows in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import May, refuse
from heard.network import merging
from heard.network.actions.letting_in import close_to_readers
from heard.network.models import Identifier, Merge, OtherName, Person, SearchKey
from heard.network.queries import (
    Comparison,
    clashes_between,
    compare,
    kept_apart,
    merge_visible_to,
    person_visible_to,
    standing_of,
    was_merged_again,
)
from heard.network.rules import NUMBERS, why_not_involve, why_not_merge, why_not_unmerge
from heard.network.search_index import renew_keys

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def merge_people(
    *, by: User, kept_id: uuid.UUID, merged_id: uuid.UUID, take: Collection[str] = (), reason: str
) -> Merge:
    """The merged person's record goes on in the kept one's, with all that leads to it. `Hidden` unless the user may see both.

    `take`: the details in which the merged person's value is right (`merging.DETAILS`); other names are kept as further
    names. The stricter of the two wins on whether the record is restricted; the agencies of both are involved.
    """
    kept, merged = _both(by, kept_id, merged_id)
    refuse(
        why_not_merge(
            may_merge=by.may(May.MERGE),
            same=kept == merged,
            kinds_differ=kept.kind != merged.kind,
            clashes=clashes_between(by, kept, merged),
            apart=kept_apart(by, kept, merged),
            reason=reason,
        )
    )
    _may_let_in(by, kept, merged)
    keys = {str(row.pk): row.key for row in SearchKey.objects.filter(person=kept)}
    before = merging.union(kept, merged)
    called = _names_of(kept) | _names_of(merged)
    numbered = _numbers_of(kept) | _numbers_of(merged)
    values = _take(kept, merged, take)
    if kept.restricted:
        close_to_readers(by=by, people=[kept.pk, merged.pk], why=reason)
    names = _keep_names(kept, called - _names_of(kept))
    numbers = _keep_numbers(by, kept, numbered)
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    renew_keys(kept)
    merge = Merge.objects.create(
        kept=kept,
        merged=merged,
        reason=reason,
        merged_by=by,
        before=before | {"names": names, "identifiers": numbers, "values": values, "keys": keys},
    )
    _audit(by, "merge", merge, reason)
    return merge


@transaction.atomic
def open_both(*, by: User, person_id: uuid.UUID, other_id: uuid.UUID) -> Comparison:
    """Two records side by side, each with the 'view' row; or `Hidden`."""
    both = compare(by, person_id, other_id)
    record_looks(by=by, subject="person", subject_id=person_id, person_ids={person_id, other_id})
    return both


@transaction.atomic
def open_merge(*, by: User, merge_id: uuid.UUID) -> Merge:
    """A merge, for showing, with a 'view' row for each of the two people; or `Hidden`."""
    merge = merge_visible_to(by, merge_id)
    people = {merge.kept_id, merge.merged_id}
    record_looks(by=by, subject="merge", subject_id=merge.pk, person_ids=people)
    return merge


@transaction.atomic
def unmerge_people(*, by: User, merge_id: uuid.UUID, reason: str) -> Merge:
    """Two people again, each with what they had. What was added since stays with the kept person, and so does a detail
    that somebody changed since. Over what was added since a restriction that came with the merge stays too: a person
    lifts it, with the reason."""
    merge = merge_visible_to(by, merge_id)
    people = Person.objects.select_for_update().filter(pk__in=(merge.kept_id, merge.merged_id))
    held = {person.pk: person for person in people.order_by("pk")}
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    merge.kept, merge.merged = held[merge.kept_id], held[merge.merged_id]
    refuse(
        why_not_unmerge(
            may_merge=by.may(May.MERGE),
            undone=merge.undone_at is not None,
            merged_again=was_merged_again(by, merge),
            reason=reason,
        )
    )
    _give_back(merge)
    merge.undone_by, merge.undone_at, merge.undone_why = by, timezone.now(), reason
    merge.save()
    _audit(by, "unmerge", merge, reason)
    return merge


def _both(by: User, kept_id: uuid.UUID, merged_id: uuid.UUID) -> tuple[Person, Person]:
    """Both people; until the transaction ends, others who begin something about either of them wait."""
    merging.hold(kept_id, merged_id)
    list(Person.objects.select_for_update().filter(pk__in=(kept_id, merged_id)).order_by("pk"))
    # Asked once nobody else can write: of two who merge these the other way round, the second finds one of them gone.
    return person_visible_to(by, kept_id), person_visible_to(by, merged_id)


def _may_let_in(by: User, *people: Person) -> None:
    """The agencies of each see the other's record from then on."""
    for person in people:
        refuse(why_not_involve(restricted=person.restricted, **standing_of(by, person)))


def _names_of(person: Person) -> set[tuple[str, str]]:
    names = {(person.given_name, person.family_name)}
    return names | ({(person.known_as, person.family_name)} if person.known_as else set())


def _keep_names(kept: Person, called: set[tuple[str, str]]) -> list[int]:
    """Under whichever name either was known, the one person is still found. Keys of the other names that this adds."""
    known = {
        (other_name.given_name, other_name.family_name)
        for other_name in OtherName.objects.filter(person=kept)
    }
    return [
        OtherName.objects.create(person=kept, given_name=given, family_name=family).pk
        for given, family in sorted(called - known)
    ]


def _numbers_of(person: Person) -> set[tuple[str, str]]:
    found = {(scheme.value, getattr(person, name)) for scheme, name in NUMBERS.items()}
    return {(scheme, number) for scheme, number in found if number}


def _keep_numbers(by: User, kept: Person, numbered: set[tuple[str, str]]) -> list[int]:
    """By whichever NHS number or UPN either was known, the one person is still found. Keys of the numbers that this adds."""
    known = set(Identifier.objects.filter(person=kept).values_list("scheme", "value"))
    return [
        Identifier.objects.create(person=kept, scheme=scheme, value=number, written_by=by).pk
        for scheme, number in sorted(numbered - known - _numbers_of(kept))
    ]


def _take(kept: Person, merged: Person, take: Collection[str]) -> dict[str, list[Any]]:
    """Sets the kept person's details. Before and after of each that this changes, fit for JSON."""
    wanted = {name: getattr(merged, name) for name in merging.DETAILS if name in take}
    if "known_as" in wanted:
        wanted["known_as_said_by"] = merged.known_as_said_by
    wanted["restricted"] = kept.restricted or merged.restricted
    changed = {}
    for name, value in wanted.items():
        before = getattr(kept, name)
        if before != value:
            changed[name] = [merging.plain(before), merging.plain(value)]
            setattr(kept, name, value)
    kept.save()
    return changed


def _give_back(merge: Merge) -> None:
    kept, merged = merge.kept, merge.merged
    stays_restricted = merging.restricted_by(merge) and bool(merging.added_since(merge))
    merging.part(merge, kept, merged)
    for name, (before, after) in merge.before["values"].items():
        if name == "restricted" and stays_restricted:
            continue
        if merging.plain(getattr(kept, name)) == after:
            setattr(kept, name, _field(name).to_python(before))
    kept.save()
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    OtherName.objects.filter(pk__in=merge.before["names"], person=kept).delete()
    Identifier.objects.filter(pk__in=merge.before.get("identifiers", []), person=kept).delete()
    SearchKey.objects.filter(person=kept).delete()
    SearchKey.objects.bulk_create(
        SearchKey(pk=int(key), person=kept, key=text) for key, text in merge.before["keys"].items()
    )
    for person in (kept, merged):
        renew_keys(person)


def _field(name: str) -> Any:
    return Person._meta.get_field(name)


def _audit(by: User, verb: str, merge: Merge, reason: str) -> None:
    for person_id in (merge.kept_id, merge.merged_id):
        record_audit(
            by=by, verb=verb, subject="person", subject_id=merge.pk, person_id=person_id, reason=reason
        )
