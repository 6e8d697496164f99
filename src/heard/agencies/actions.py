"""Every write about agencies and their people, and the audit row that every other action writes."""

import uuid
from typing import Any

from django.db import transaction

from heard.agencies.models import Agency, AuditRow, Membership, Team, User
from heard.agencies.rules import Role


def record_audit(
    *,
    by: User,
    verb: str,
    subject: str,
    subject_id: object,
    person_id: uuid.UUID | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditRow:
    """Adds one audit row. Call it inside the transaction of what it records.

    `detail` holds identifiers and states only, never a person's words or name.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("record_audit() belongs inside the transaction of the action that it records.")
    return AuditRow.objects.create(
        actor_id=by.pk,
        actor=by.username,
        agency=by.team.agency.name if by.team else "",
        verb=verb,
        subject=subject,
        subject_id=str(subject_id),
        person_id=person_id,
        reason=reason,
        detail=detail or {},
    )


@transaction.atomic
def add_agency(*, by: User, name: str, kind: str) -> Agency:
    agency = Agency.objects.create(name=name, kind=kind)
    record_audit(by=by, verb="add", subject="agency", subject_id=agency.pk)
    return agency


@transaction.atomic
def add_team(
    *, by: User, agency: Agency, name: str, duty_phone: str = "", takes_worries: bool = False
) -> Team:
    team = Team.objects.create(agency=agency, name=name, duty_phone=duty_phone, takes_worries=takes_worries)
    record_audit(by=by, verb="add", subject="team", subject_id=team.pk)
    return team


@transaction.atomic
def add_person_who_signs_in(
    *,
    by: User | None,
    username: str,
    first_name: str,
    last_name: str,
    password: str | None,
    team: Team,
    role: Role,
) -> User:
    """Adds someone who signs in, with their first role. `by=None` only for the very first, who is their own actor."""
    user = User.objects.create_user(username, password=password, first_name=first_name, last_name=last_name)
    Membership.objects.create(user=user, team=team, role=role)
    record_audit(by=by or user, verb="add", subject="user", subject_id=user.pk, detail={"role": role})
    return user


@transaction.atomic
def give_role(*, by: User, user: User, team: Team, role: Role) -> Membership:
    membership, _ = Membership.objects.get_or_create(user=user, team=team, role=role)
    record_audit(by=by, verb="give role", subject="user", subject_id=user.pk, detail={"role": role})
    return membership
