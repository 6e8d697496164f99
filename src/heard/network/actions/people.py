"""Every write about a person. Each leaves its audit row in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.queries import teams_visible_to
from heard.agencies.rules import Hidden, May, refuse
from heard.network.actions.letting_in import close_to_readers, hold_person, let_in, let_in_who_answers
from heard.network.identity import set_core
from heard.network.models import Address, OtherName, Person
from heard.network.queries import (
    Whom,
    can_be_restricted,
    leads,
    people_visible_to,
    person_visible_to,
    standing_of,
)
from heard.network.rules import (
    Level,
    kept_number,
    kept_postcode,
    why_not_add,
    why_not_change_core,
    why_not_lift,
    why_not_restrict,
)
from heard.network.search_index import renew_keys

if TYPE_CHECKING:
    from heard.agencies.models import Team, User


@transaction.atomic
def add_person(
    *,
    by: User,
    given_name: str = "",
    family_name: str = "",
    birth_date: date | None = None,
    sex: str = "U",
    known_as: str = "",
    postcode: str = "",
    address: str = "",
    nhs_number: str = "",
    upn: str = "",
    legal_status: str = "",
    restricted: bool = False,
    kind: str = "child",
    why: str = "Added this child",
    since: date | None = None,
    by_worry: bool = False,
    team: Team | None = None,
) -> Person:
    """Adds a child, or an adult around one (`kind="adult"`), since today or `since`. A child's record is open to the adder's team, and an adult's to their agency.
    `team`: which works with the child, where whoever adds them does it for others; it is let in instead.

    Raises `Refused` for whoever may not tell a worry, and `ValidationError` for values that do not fit.
    """
    given_name, family_name = given_name.strip(), family_name.strip()
    refuse(
        why_not_add(
            may_tell=by.may(May.TELL),
            has_team=by.team is not None,
            given_name=given_name,
            family_name=family_name,
        )
    )
    person = Person(
        given_name=given_name,
        family_name=family_name,
        known_as=known_as.strip(),
        known_as_said_by=str(by)[:120] if known_as.strip() else "",
        birth_date=birth_date,
        sex=sex,
        nhs_number=nhs_number,
        upn=upn,
        legal_status=legal_status,
        restricted=restricted,
        kind=kind,
        lead_agency=by.team.agency,  # type: ignore[union-attr]
    )
    person.full_clean()
    person.save(force_insert=True)
    record_audit(by=by, verb="add", subject="person", subject_id=person.pk, person_id=person.pk)
    if postcode or address:
        Address.objects.create(person=person, line=address, postcode=kept_postcode(postcode), since=since)
    renew_keys(person)
    given: dict[str, Any] = {"why": why, "since": since, "how": "worry" if by_worry else ""}
    for whom in [Whom("", team.agency, team=team)] if team else _who_added(by, kind):
        let_in(by=by, person=person, whom=whom, **given)
    if team is None:
        let_in_who_answers(by=by, person_id=person.pk, team=by.team, how=given["how"])  # type: ignore[arg-type]
    return person


def _who_added(by: User, kind: str) -> list[Whom]:
    """The teams of an agency in which somebody works with children, for a child; of an adult around children the agency, since its teams
    work with several of them."""
    team = by.team
    assert team is not None
    if kind != Person.Kind.CHILD:
        return [Whom("", team.agency)]
    keys = by.teams_where(May.TELL)
    teams = [one for one in teams_visible_to(by).filter(agency=team.agency_id) if one.pk in keys]
    return [Whom("", team.agency, team=one) for one in teams]


@transaction.atomic
def change_details(
    *,
    by: User,
    person_id: uuid.UUID,
    birth_date: date | None,
    sex: str,
    legal_status: str,
    nhs_number: str,
    upn: str,
) -> Person:
    """Date of birth, sex, legal status and the numbers that everybody knows. A number that cannot be right is kept as it was given."""
    person = hold_person(by=by, person_id=person_id)
    core = {"birth_date": birth_date, "nhs_number": kept_number(nhs_number), "upn": kept_number(upn)}
    if any(getattr(person, name) != value for name, value in core.items()):
        refuse(why_not_change_core(leads=leads(by, person)))
    person.sex, person.legal_status = sex, legal_status
    set_core(person, core, by=by)
    record_audit(by=by, verb="change details", subject="person", subject_id=person.pk, person_id=person.pk)
    return person


@transaction.atomic
def add_other_name(*, by: User, person_id: uuid.UUID, given_name: str, family_name: str = "") -> OtherName:
    person = person_visible_to(by, person_id)
    other = OtherName.objects.create(person=person, given_name=given_name, family_name=family_name)
    renew_keys(person)
    record_audit(by=by, verb="add name", subject="person", subject_id=person.pk, person_id=person.pk)
    return other


@transaction.atomic
def move_house(
    *, by: User, person_id: uuid.UUID, postcode: str, address: str = "", since: date | None = None
) -> Address:
    """A new address. Earlier ones end on that day and are kept: a record elsewhere may still carry them."""
    person = person_visible_to(by, person_id)
    Address.objects.filter(person=person, until=None).update(until=since or timezone.localdate())
    new = Address.objects.create(person=person, line=address, postcode=kept_postcode(postcode), since=since)
    renew_keys(person)
    record_audit(by=by, verb="move", subject="person", subject_id=person.pk, person_id=person.pk)
    return new


def open_record(*, by: User, person_id: uuid.UUID, level: Level = Level.RECORD) -> Person:
    """The person, for showing the record, with the 'view' audit row; or `Hidden`. `level`: how far they have to see it."""
    person = person_visible_to(by, person_id, level=level)
    with transaction.atomic(savepoint=False):  # the look is written down or the page does not come
        record_audit(by=by, verb="view", subject="person", subject_id=person.pk, person_id=person.pk)
    return person


@transaction.atomic
def open_records(*, by: User, person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """As `open_record`, of several people whom one page shows, by key; `Hidden` where one of them is. Two queries."""
    people = people_visible_to(by).in_bulk(person_ids)
    if people.keys() != set(person_ids):
        raise Hidden
    record_looks(by=by, subject="person", person_ids=people)
    return people


@transaction.atomic
def restrict(*, by: User, person_id: uuid.UUID, reason: str) -> Person:
    """Closes the record to everyone but those on its list."""
    person = hold_person(by=by, person_id=person_id)
    enough = can_be_restricted(by, person)
    refuse(why_not_restrict(**standing_of(by, person), enough_decide=enough, reason=reason))
    _set_restricted(by, person, restricted=True, verb="restrict", reason=reason)
    close_to_readers(by=by, people=[person.pk], why=reason)
    return person


@transaction.atomic
def lift_restriction(*, by: User, person_id: uuid.UUID, reason: str) -> Person:
    """The record may be found and seen again as any other."""
    person = hold_person(by=by, person_id=person_id)
    refuse(why_not_lift(restricted=person.restricted, **standing_of(by, person), reason=reason))
    _set_restricted(by, person, restricted=False, verb="lift restriction", reason=reason)
    return person


def _set_restricted(by: User, person: Person, *, restricted: bool, verb: str, reason: str) -> None:
    person.restricted = restricted
    person.save(update_fields=["restricted"])
    record_audit(by=by, verb=verb, subject="person", subject_id=person.pk, person_id=person.pk, reason=reason)
