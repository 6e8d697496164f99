"""Every write about agencies and their people, and the audit row that every other action writes."""

import uuid
from typing import Any

from django.db import transaction

from heard.agencies.models import Agency, AuditRow, Membership, Team, User
from heard.agencies.rules import May, Refused, Role


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
def begin_partnership(
    *, username: str, first_name: str, last_name: str, password: str | None, agency: str, kind: str, team: str
) -> User:
    """The first agency, team and administrator of an empty database, who is their own actor.

    Raises `Refused` once anybody is there: from then on an administrator adds people.
    """
    if User.objects.exists():
        raise Refused("Heard has people already. Sign in as an administrator to add more.")
    user = User.objects.create_user(username, password=password, first_name=first_name, last_name=last_name)
    home = Agency.objects.create(name=agency, kind=kind)
    Membership.objects.create(
        user=user, team=Team.objects.create(agency=home, name=team), role=Role.ADMINISTRATOR
    )
    record_audit(by=user, verb="begin", subject="partnership", subject_id=home.pk)
    return user


@transaction.atomic
def add_agency(*, by: User, name: str, kind: str) -> Agency:
    _only_administrators(by)
    agency = Agency(name=name, kind=kind)
    agency.full_clean()
    agency.save()
    record_audit(by=by, verb="add", subject="agency", subject_id=agency.pk)
    return agency


@transaction.atomic
def add_team(
    *, by: User, agency: Agency, name: str, duty_phone: str = "", takes_worries: bool = False
) -> Team:
    _only_administrators(by)
    team = Team(agency=agency, name=name, duty_phone=duty_phone, takes_worries=takes_worries)
    team.full_clean()
    team.save()
    record_audit(by=by, verb="add", subject="team", subject_id=team.pk)
    return team


@transaction.atomic
def add_user(
    *, by: User, username: str, first_name: str, last_name: str, password: str | None, team: Team, role: Role
) -> User:
    """Adds someone who signs in, with their first role. Without a password they cannot sign in yet."""
    _only_administrators(by)
    user = User(username=username, first_name=first_name, last_name=last_name)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    Membership.objects.create(user=user, team=team, role=role)
    record_audit(by=by, verb="add", subject="user", subject_id=user.pk, detail={"role": role})
    return user


@transaction.atomic
def give_role(*, by: User, user: User, team: Team, role: Role) -> Membership:
    _only_administrators(by)
    membership, _ = Membership.objects.get_or_create(user=user, team=team, role=role)
    record_audit(by=by, verb="give role", subject="user", subject_id=user.pk, detail={"role": role})
    return membership


def _only_administrators(by: User) -> None:
    if not by.may(May.MANAGE):
        raise Refused("Only an administrator adds agencies, teams and people.")
