"""What others may read about people and the ties around them. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from heard.agencies.queries import memberships_with
from heard.agencies.rules import Hidden, May
from heard.agencies.subqueries import Asked, OfRow, Written
from heard.network.models import Address, Denial, Involvement, Person
from heard.network.rules import (
    Description,
    Level,
    Name,
    kept_number,
)

if TYPE_CHECKING:
    from heard.agencies.models import User


def people_visible_to(user: User, *, level: Level = Level.RECORD) -> QuerySet[Person]:
    """People whose record this user may open: on the list of who may, or unrestricted and for the whole partnership.
    `level`: who see at least so far."""
    return Person.objects.filter(visible_through(user, level=level))


def visible_through(
    user: User, path: str = "", *, level: Level = Level.RECORD, among_others: bool = False
) -> Q:
    """Of rows that lead to a person by `path` ('person', 'case__person'), those whose person this user may see, at least so
    far as `level`. Whoever is denied sees nothing, whatever else would let them.

    `among_others`: for a condition that is joined with others by "or", as `Asked` explains. The rows are the same.

    The database asks it of each row that it looks at. `person__in=people_visible_to(user)` says the same, but has SQLite
    list everybody first. A page asks thirty times: it is written once for each user and path, as their roles are read once.
    """
    asked = (path, int(level), among_others)
    if asked not in user.sees_through:
        user.sees_through[asked] = _visible_through(user, path, level, among_others)
    return user.sees_through[asked]


def _visible_through(user: User, path: str, level: Level, among_others: bool) -> Q:
    return _not_merged(path) & not_denied_through(user, path) & _let_in(user, path, level, among_others)


def _let_in(user: User, path: str, level: Level, among_others: bool = False) -> Q:
    """The same, whoever is kept out."""
    if not user.may(May.SEE_CHILD):
        return Q(pk__in=[])
    listed = _listed(user, level)
    if user.may(May.SEE_PARTNERSHIP):
        return _open_to_all(path) | _about(listed, path, Asked.ONE)
    return _about(listed, path, Asked.ONE if among_others else Asked.ANY)


def may_be_named(user: User, person_id: uuid.UUID) -> bool:
    """Whether somebody may be given work about this child, as far as anybody may learn: who is kept out without a trace counts as if they
    were not, so that nobody learns of it by a refusal. It lets nobody see anything. Two queries."""
    rows = Person.objects.filter(
        _not_merged(""), _let_in(user, "", Level.RECORD), pk__in=not_kept_out(user, [person_id])
    )
    return user.is_active and rows.exists()


def sees(user: User | None, worker: str, person: str, *, for_good: bool = False) -> Q:
    """Of rows with a `worker` and a `person` ('trusted_worker', 'case__person'), those whose worker is still there and sees the
    person's record, as `visible_through` says of a user: not one who was switched off, was kept out since, or is on the list no
    longer. One who is kept out without a trace still counts: lists say no more than the list of who may not see it. The caller has shown
    that the user may see the rows.

    `for_good`: by no line that is to end. `user`: None for an index that is shown to nobody as it is."""
    if user and not user.may(May.SIGNED_IN):
        return Q(pk__in=[])
    seeing, everybody, denied = _who_sees(for_good=for_good)
    by_all = Q(**{_along(person, "restricted"): False}) & everybody.exists(worker, asked=Asked.ONE)
    let_in = seeing.exists(worker, person, asked=Asked.ONE) | by_all
    return let_in & denied.exists(worker, person, asked=Asked.NONE)


@cache
def _who_sees(*, for_good: bool) -> tuple[Written, Written, Written]:
    """Of a worker and a person: the roles by which they see the record as its list says; of a worker, those by which they see all; and what keeps
    them out. No user stands in it: it is compiled once, which takes longer than asking."""
    worker, person = OfRow(0), OfRow(1)
    lines = Involvement.objects.filter(until=None) if for_good else Involvement.objects.running()
    lines = lines.lasting().order_by().filter(level__gte=Level.RECORD)
    lines = lines.filter(person=person, agency=OuterRef("team__agency"))
    theirs = Q(team=None, user=None) | Q(team=OuterRef("team")) | Q(user=OuterRef("user"))
    seeing = memberships_with(None, May.SEE_CHILD).filter(Exists(lines.filter(theirs)), user=worker)
    everybody = memberships_with(None, May.SEE_PARTNERSHIP).filter(user=worker)
    teams = memberships_with(None, May.SIGNED_IN).filter(user=worker).values("team")
    kept_out = Q(user=worker) | Q(team__in=teams)
    denied = Denial.objects.order_by().filter(kept_out, person=person, lifted_at=None, unseen=False)
    return Written.of(seeing), Written.of(everybody), Written.of(denied)


def not_denied_through(user: User, path: str = "") -> Q:
    """Of rows that lead to a person by `path`, or to nobody, those from which this user is not kept out. It is part of
    `visible_through` and `findable_through`; alone, for what somebody has of their own, such as a step that they do."""
    if "denied" not in user.sees_through:
        kept_out = Q(user_id=user.pk) | Q(team_id__in=user.team_ids)
        rows = Denial.objects.filter(kept_out, lifted_at=None, person=OfRow())
        user.sees_through["denied"] = Written.of(rows)
    return _about(user.sees_through["denied"], path, Asked.NONE)


def not_denied(user: User, person_id: uuid.UUID) -> bool:
    """Whether this user is not kept out of this one record."""
    return Person.objects.filter(not_denied_through(user), pk=person_id).exists()


def not_kept_out(user: User, person_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Of these records, those from which no list keeps this user out. It says nothing of whether they may see them, and nothing of who is
    kept out without learning of it. One query."""
    kept_out = Denial.objects.filter(
        Q(user=user) | Q(team__in=user.team_ids), person=OuterRef("pk"), lifted_at=None, unseen=False
    )
    rows = Person.objects.filter(~Exists(kept_out), pk__in=person_ids)
    return set(rows.values_list("pk", flat=True))


def person_visible_to(user: User, person_id: uuid.UUID, *, level: Level = Level.RECORD) -> Person:
    """The person, or `Hidden`. To show the record, use `actions.open_record`, which leaves the audit row."""
    return _or_hidden(people_visible_to(user, level=level), person_id)


def people_findable_by(user: User) -> QuerySet[Person]:
    """Children of whom this user may see one line, name and date of birth: those on whose list they are, however far. To
    anybody else it is the same whether Heard knows a child, hides one or has none of that name."""
    return Person.objects.filter(findable_through(user))


def findable_through(user: User, path: str = "") -> Q:
    """As `visible_through`, for children of whom this user may see one line."""
    listed = _about(_listed(user, Level.KNOWS), path, Asked.ONE)
    everybody = _open_to_all(path) if user.may(May.SEE_PARTNERSHIP) else Q(pk__in=[])
    return _children_for(user, path) & (everybody | listed)


def not_hidden_through(user: User, path: str = "") -> Q:
    """Of what this user told or wrote about a child, that which they still see: not where the child is restricted to others, or
    they are kept out. It finds nobody."""
    listed = _about(_listed(user, Level.KNOWS), path, Asked.ONE)
    return _children_for(user, path) & (_open_to_all(path) | listed)


def _children_for(user: User, path: str) -> Q:
    if not user.may(May.TELL):
        return Q(pk__in=[])
    children = Q(**{_along(path, "kind"): Person.Kind.CHILD}) & _not_merged(path)
    return children & not_denied_through(user, path)


def person_findable_by(user: User, person_id: uuid.UUID) -> Person:
    return _or_hidden(people_findable_by(user), person_id)


def describe(person: Person) -> Description:
    """The person as recorded. Walks `other_names`, `addresses` and `identifiers`: prefetch them for many people."""
    names = [Name(person.given_name, person.family_name)]
    if person.known_as:
        names.append(Name(person.known_as, person.family_name))
    names += [Name(other.given_name, other.family_name) for other in person.other_names.all()]
    postcodes = tuple(address.postcode for address in person.addresses.all() if address.postcode)
    numbers = {
        person.nhs_number,
        person.upn,
        *(kept_number(identifier.value) for identifier in person.identifiers.all()),
    }
    return Description(tuple(names), person.birth_date, postcodes, tuple(sorted(numbers - {""})))


def _listed(user: User, level: Level) -> Written:
    key = ("listed", int(level))
    if key not in user.sees_through:
        lines = Involvement.objects.running().filter(meant_for(user, May.SEE_CHILD), level__gte=level)
        user.sees_through[key] = Written.of(lines.filter(person=OfRow()))
    return user.sees_through[key]


def meant_for(user: User, permission: May) -> Q:
    """Lines that are for this user in agencies, or their teams, in which their own role gives this permission: a role
    elsewhere opens nothing of it."""
    theirs = Q(team=None) | Q(team_id__in=user.teams_where(permission))
    return Q(agency_id__in=user.agencies_where(permission)) & theirs & (Q(user=None) | Q(user_id=user.pk))


def _about(rows: Written, path: str, asked: Asked) -> Q:
    """What is asked of those of the person to whom `path` leads from a row."""
    return rows.exists(path or "pk", asked=asked)


def _open_to_all(path: str) -> Q:
    return Q(**{_along(path, "restricted"): False})


def _not_merged(path: str) -> Q:
    """A record that was merged away is behind the one that was kept, and nowhere else."""
    return Q(**{_along(path, "merged_into__isnull"): True})


def _along(path: str, field: str) -> str:
    return f"{path}__{field}" if path else field


def _or_hidden(people: QuerySet[Person], person_id: uuid.UUID) -> Person:
    person = people.filter(pk=person_id).first()
    if person is None:
        raise Hidden
    return person


def addresses_of(user: User, person_id: uuid.UUID) -> list[Address]:
    """Where this person lives and has lived, the latest first. `Hidden` unless the user may see them."""
    person_visible_to(user, person_id)
    rows = Address.objects.filter(person_id=person_id)
    return list(rows.order_by(F("until").desc(nulls_first=True), F("since").desc(nulls_last=True), "-pk"))


def lives_at(user: User, person: Person) -> Address | None:
    """The address of now, of somebody whom the user may see: the last that was written down."""
    rows = Address.objects.filter(visible_through(user, "person"), person=person, until=None)
    return rows.order_by(F("since").desc(nulls_last=True), "-pk").first()


def living_with(user: User, person_id: uuid.UUID, among: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Of these people, those who live at an address of this person now, as it is written in both records, and whom the user may see.
    One query."""
    same = Address.objects.filter(person=person_id, until=None, postcode=OuterRef("postcode"))
    rows = Address.objects.filter(visible_through(user, "person"), person__in=among, until=None)
    rows = rows.exclude(postcode="").filter(Exists(same.filter(line__iexact=OuterRef("line"))))
    return set(rows.values_list("person", flat=True))


def legal_statuses(user: User) -> list[tuple[str, str]]:
    """What a child's legal status may be, as choices."""
    return [(value, str(label)) for value, label in Person.LegalStatus.choices]
