"""Every write of what somebody said about a person. A row never changes: a new one takes its place, and it gets an end."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import refuse
from heard.network.actions.letting_in import hold_person
from heard.network.identity import set_core
from heard.network.models import Fact, Identifier, ImportantPerson, Person, Told
from heard.network.queries import (
    fact_visible_to,
    identifier_visible_to,
    important_person_visible_to,
    leads,
)
from heard.network.rules import (
    EVERYWHERE,
    NUMBERS,
    ONE_AT_A_TIME,
    FactKind,
    Said,
    Scheme,
    kept_number,
    why_not_add_identifier,
    why_not_change_core,
    why_not_change_fact,
    why_not_end,
    why_not_note_person,
    why_not_record_fact,
)
from heard.network.search_index import renew_keys

if TYPE_CHECKING:
    from heard.agencies.models import User

_CHANGED = "Something else was said"  # why a row ended that another one took the place of


@transaction.atomic
def record_fact(
    *,
    by: User,
    person_id: uuid.UUID,
    kind: str,
    value: str,
    said: Said,
    code: str = "",
    contact: str = "",
    since: date | None = None,
) -> Fact:
    """Writes down what somebody said. `code`: of ethnicity, what the child chose who was shown the list."""
    person = hold_person(by=by, person_id=person_id)
    return _record(by, person, kind, value, said, code=code, contact=contact, since=since, verb="note")


@transaction.atomic
def change_fact(
    *,
    by: User,
    fact_id: int,
    value: str,
    said: Said,
    code: str = "",
    contact: str = "",
    since: date | None = None,
) -> Fact:
    """Something else is so now, or was all along: a new row. The one before ends on the day since when, or today."""
    fact = fact_visible_to(by, fact_id)
    person = hold_person(by=by, person_id=fact.person_id)
    fact.refresh_from_db(fields=["until"])
    refuse(why_not_change_fact(ended=fact.until is not None))
    _end(by, fact, why=_CHANGED, until=_until(fact, since))
    return _record(by, person, fact.kind, value, said, code=code, contact=contact, since=since, verb="change")


@transaction.atomic
def end_fact(*, by: User, fact_id: int, why: str, until: date | None) -> Fact:
    """It is so no longer, and nothing takes its place."""
    fact = fact_visible_to(by, fact_id)
    person = hold_person(by=by, person_id=fact.person_id)
    _check_end(fact, why, until)
    _end(by, fact, why=why, until=until)
    _keep_school(person, fact.kind)
    _audit(by, "end", "fact", fact, kind=fact.kind)
    return fact


@transaction.atomic
def note_important_person(
    *,
    by: User,
    person_id: uuid.UUID,
    name: str,
    relation: str,
    said: Said,
    contact: str = "",
    cares: bool = False,
    responsibility: str = "",
    since: date | None = None,
) -> ImportantPerson:
    """Somebody who looks after the child, has parental responsibility, or is important to the child."""
    person = hold_person(by=by, person_id=person_id)
    them = {"contact": contact, "cares": cares, "responsibility": responsibility, "since": since}
    return _note_person(by, person, name, relation, said, them, verb="note")


@transaction.atomic
def change_important_person(
    *,
    by: User,
    important_id: int,
    name: str,
    relation: str,
    said: Said,
    contact: str = "",
    cares: bool = False,
    responsibility: str = "",
    since: date | None = None,
) -> ImportantPerson:
    """A new row; the one before ends on the day since when, or today."""
    row = important_person_visible_to(by, important_id)
    person = hold_person(by=by, person_id=row.person_id)
    row.refresh_from_db(fields=["until"])
    refuse(why_not_change_fact(ended=row.until is not None))
    _end(by, row, why=_CHANGED, until=_until(row, since))
    them = {"contact": contact, "cares": cares, "responsibility": responsibility, "since": since}
    return _note_person(by, person, name, relation, said, them, verb="change")


@transaction.atomic
def end_important_person(*, by: User, important_id: int, why: str, until: date | None) -> ImportantPerson:
    row = important_person_visible_to(by, important_id)
    hold_person(by=by, person_id=row.person_id)
    _check_end(row, why, until)
    _end(by, row, why=why, until=until)
    _audit(by, "end", "important person", row)
    return row


@transaction.atomic
def add_identifier(
    *,
    by: User,
    person_id: uuid.UUID,
    scheme: str,
    value: str,
    said: Said,
    issuer: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Identifier:
    """A number by which somebody knows this person. The NHS number and UPN of now take the place of the one before; of these
    and of the single identifier the agency that leads decides."""
    person = hold_person(by=by, person_id=person_id)
    today = timezone.localdate()
    refuse(
        why_not_add_identifier(
            scheme, value=value, issuer=issuer, said=said, since=since, until=until, today=today
        )
    )
    if scheme in EVERYWHERE:
        refuse(why_not_change_core(leads=leads(by, person)))
    number = kept_number(value) if scheme in NUMBERS else value.strip()
    said_so = {"said_as": said.said_as, "said_by": said.said_by.strip(), "said_on": said.said_on}
    row = Identifier(person=person, scheme=scheme, value=number, issuer=issuer.strip(), **said_so)
    row.since, row.until, row.written_by = since, until, by
    row.full_clean()
    row.save(force_insert=True)
    if scheme in NUMBERS and until is None:
        set_core(person, {NUMBERS[Scheme(scheme)]: number}, by=by)
    renew_keys(person)
    _audit(by, "add", "identifier", row, kind=scheme)
    return row


@transaction.atomic
def end_identifier(*, by: User, identifier_id: int, why: str, until: date | None) -> Identifier:
    """It is no longer this person's number. They are still found by it."""
    row = identifier_visible_to(by, identifier_id)
    person = hold_person(by=by, person_id=row.person_id)
    if row.scheme in EVERYWHERE:
        refuse(why_not_change_core(leads=leads(by, person)))
    _check_end(row, why, until)
    _end(by, row, why=why, until=until)
    if row.scheme in NUMBERS and getattr(person, NUMBERS[Scheme(row.scheme)]) == row.value:
        set_core(person, {NUMBERS[Scheme(row.scheme)]: ""}, by=by)
    _audit(by, "end", "identifier", row, kind=row.scheme)
    return row


def _record(
    by: User,
    person: Person,
    kind: str,
    value: str,
    said: Said,
    *,
    code: str,
    contact: str,
    since: date | None,
    verb: str,
) -> Fact:
    has_one = kind in ONE_AT_A_TIME and Fact.objects.filter(person=person, kind=kind, until=None).exists()
    refuse(
        why_not_record_fact(
            kind,
            of_child=person.kind == Person.Kind.CHILD,
            value=value,
            code=code,
            said=said,
            since=since,
            today=timezone.localdate(),
            has_one=has_one and verb == "note",
        )
    )
    fact = Fact(person=person, kind=kind, value=value.strip(), code=code, contact=contact.strip())
    _write(by, fact, said, since)
    _keep_school(person, kind)
    _audit(by, verb, "fact", fact, kind=kind)
    return fact


def _note_person(
    by: User, person: Person, name: str, relation: str, said: Said, them: dict[str, Any], *, verb: str
) -> ImportantPerson:
    refuse(
        why_not_note_person(
            of_child=person.kind == Person.Kind.CHILD,
            name=name,
            relation=relation,
            said=said,
            today=timezone.localdate(),
        )
    )
    row = ImportantPerson(person=person, name=name.strip(), relation=relation.strip(), **them)
    row.contact = row.contact.strip()
    _write(by, row, said, them["since"])
    _audit(by, verb, "important person", row)
    return row


def _write(by: User, row: Told, said: Said, since: date | None) -> None:
    row.said_as, row.said_by, row.said_on = said.said_as, said.said_by.strip(), said.said_on
    row.since, row.written_by = since, by
    row.full_clean()
    row.save(force_insert=True)


def _check_end(row: Told, why: str, until: date | None) -> None:
    row.refresh_from_db(fields=["until"])
    today = timezone.localdate()
    refuse(why_not_end(ended=row.until is not None, why=why, since=row.since, until=until, today=today))


def _end(by: User, row: Told, *, why: str, until: date | None) -> None:
    row.until, row.why_ended, row.ended_by = until, why.strip(), by
    row.save(update_fields=["until", "why_ended", "ended_by"])


def _until(row: Told, since: date | None) -> date:
    """The day since when something else is so, if that is after this one began; else today."""
    today = timezone.localdate()
    return min(since, today) if since and (row.since is None or since >= row.since) else today


def _keep_school(person: Person, kind: str) -> None:
    """The school of now stands with the person too, where records are compared."""
    if kind == FactKind.SCHOOL:
        rows = Fact.objects.filter(person=person, kind=kind, until=None).order_by("-written_at", "-pk")
        person.school = (rows.values_list("value", flat=True).first() or "")[:120]
        person.save(update_fields=["school"])


def _audit(by: User, verb: str, subject: str, row: Any, *, kind: str = "") -> None:
    detail = {"kind": kind} if kind else {}
    record_audit(by=by, verb=verb, subject=subject, subject_id=row.pk, person_id=row.person_id, detail=detail)
