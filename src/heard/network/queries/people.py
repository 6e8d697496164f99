"""What others may read about people and the ties around them. `user` is always the first argument."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from heard.agencies.rules import Hidden, May
from heard.network.models import Address, Involvement, Person
from heard.network.rules import (
    Description,
    Name,
    why_not_lift,
    why_not_restrict,
)

if TYPE_CHECKING:
    from heard.agencies.models import User


def people_visible_to(user: User) -> QuerySet[Person]:
    """People whose record this user may open: involved agency, or unrestricted and for the whole partnership."""
    return Person.objects.filter(visible_through(user))


def visible_through(user: User, path: str = "", *, among_others: bool = False) -> Q:
    """Of rows that lead to a person by `path` ('person', 'case__person'), those whose person this user may see.

    `among_others`: for a condition that is joined with others by "or", as `_among_others` explains. The rows are the same.

    The database asks it of each row that it looks at. `person__in=people_visible_to(user)` says the same, but has SQLite
    list everybody first. A page asks thirty times: it is written once for each user and path, as their roles are read once.
    """
    asked = (path, among_others)
    if asked not in user.sees_through:
        user.sees_through[asked] = _visible_through(user, path, among_others)
    return user.sees_through[asked]


def _visible_through(user: User, path: str, among_others: bool) -> Q:
    if not user.may(May.SEE_CHILD):
        return Q(pk__in=[])
    if user.reads_whole_records:
        return _not_merged(path) & Q(
            **{f"{path or 'pk'}__isnull": False}
        )  # what leads to nobody is not meant
    if user.may(May.SEE_PARTNERSHIP):
        return _not_merged(path) & (_open_to_all(path) | _among_others(_involved(user, path)))
    involved = _involved(user, path)
    return _not_merged(path) & (_among_others(involved) if among_others else Q(Exists(involved)))


def person_visible_to(user: User, person_id: uuid.UUID) -> Person:
    """The person, or `Hidden`. To show the record, use `actions.open_record`, which leaves the audit row."""
    return _or_hidden(people_visible_to(user), person_id)


def people_findable_by(user: User) -> QuerySet[Person]:
    """Children of whom this user may see one line, name and date of birth, so that nobody is recorded twice."""
    return Person.objects.filter(findable_through(user))


def findable_through(user: User, path: str = "") -> Q:
    """As `visible_through`, for children of whom this user may see one line."""
    if not user.may(May.TELL):
        return Q(pk__in=[])
    children = Q(**{_along(path, "kind"): Person.Kind.CHILD}) & _not_merged(path)
    return children & (_open_to_all(path) | _among_others(_involved(user, path)))


def person_findable_by(user: User, person_id: uuid.UUID) -> Person:
    return _or_hidden(people_findable_by(user), person_id)


def describe(person: Person) -> Description:
    """The person as recorded. Walks `other_names` and `addresses`: prefetch them for many people."""
    names = [Name(person.given_name, person.family_name)]
    if person.known_as:
        names.append(Name(person.known_as, person.family_name))
    names += [Name(other.given_name, other.family_name) for other in person.other_names.all()]
    postcodes = tuple(address.postcode for address in person.addresses.all() if address.postcode)
    numbers = tuple(filter(None, (person.nhs_number, person.upn)))
    return Description(tuple(names), person.birth_date, postcodes, numbers)


def involvements_of(user: User, person_id: uuid.UUID) -> QuerySet[Involvement]:
    """Agencies that are involved with this child, longest first. None of a child whom the user may not see."""
    rows = Involvement.objects.filter(visible_through(user, "person"), person_id=person_id).select_related(
        "agency"
    )
    return rows.order_by("since", "agency__name")


def _involved(user: User, path: str) -> QuerySet[Involvement]:
    """Of agencies in which the user's own role sees children: a role elsewhere opens nothing of it."""
    seeing = user.agencies_where(May.SEE_CHILD)
    return Involvement.objects.filter(person=OuterRef(path or "pk"), agency_id__in=seeing)


def _among_others(rows: QuerySet[Involvement]) -> Q:
    """That there are any, asked of one row at a time. Of an EXISTS that an "or" joins with other conditions, PostgreSQL lists
    every child of the agency first, though the page needs twenty rows."""
    return Q(IsNull(Subquery(rows.values("pk")[:1]), False))


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


def legal_statuses(user: User) -> list[tuple[str, str]]:
    """What a child's legal status may be, as choices."""
    return [(value, str(label)) for value, label in Person.LegalStatus.choices]


def standing_of(user: User, person: Person) -> dict[str, bool]:
    """Whether the user is of an agency that is involved with the person, and whether they decide in one."""
    agencies = Involvement.objects.filter(person=person)
    return {
        "involved": agencies.filter(agency_id__in=user.agencies_where(May.SEE_CHILD)).exists(),
        "may_decide": agencies.filter(agency_id__in=user.agencies_where(May.DECIDE)).exists(),
    }


def why_not_change_restriction(user: User, person: Person) -> str | None:
    """Why this user cannot restrict this record now, or lift that, before a reason is given."""
    standing, why = standing_of(user, person), "given later"
    if person.restricted:
        return why_not_lift(restricted=True, **standing, reason=why)
    return why_not_restrict(**standing, reason=why)
