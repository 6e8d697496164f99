"""What others may read about agencies, their people, and what was done. `user` is always the first argument."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from heard.agencies.models import Agency, AuditRow, Team, User
from heard.agencies.rules import May


@dataclass(frozen=True)
class Colleague:
    """Who somebody is: the name to show, and the agency of their first membership ('' where they have none now)."""

    name: str
    agency: str


def agencies_visible_to(user: User) -> QuerySet[Agency]:
    """Every agency of the partnership, for anyone who is signed in and has a role."""
    return Agency.objects.all() if user.may(May.SIGNED_IN) else Agency.objects.none()


def teams_visible_to(user: User) -> QuerySet[Team]:
    rows = Team.objects.select_related("agency")
    return rows if user.may(May.SIGNED_IN) else rows.none()


def colleagues_visible_to(user: User) -> QuerySet[User]:
    """Active people of every agency: an action in a plan may belong to any of them."""
    rows = User.objects.filter(is_active=True).order_by("last_name", "first_name")
    return rows if user.may(May.SIGNED_IN) else rows.none()


def who_are(user: User, ids: Iterable[int]) -> dict[int, Colleague]:
    """The people with these keys, those who have left included, by key. Two queries, however many are asked for."""
    if not user.may(May.SIGNED_IN):
        return {}
    people = User.objects.filter(pk__in=set(ids)).prefetch_related("memberships__team__agency")
    return {person.pk: Colleague(str(person), _first_agency(person)) for person in people}


def _first_agency(person: User) -> str:
    memberships = list(person.memberships.all())
    return memberships[0].team.agency.name if memberships else ""


def duty_team(user: User) -> Team | None:
    """The team that new worries come to, or None where the partnership has not said."""
    return teams_visible_to(user).filter(takes_worries=True).first()


def looks_at(user: User, *, person_id: uuid.UUID) -> QuerySet[AuditRow]:
    """Who has looked at or changed this child's record, newest first.

    The caller has already shown, through `network.queries`, that the user may see this child.
    """
    rows = AuditRow.objects.filter(person_id=person_id)
    return rows if user.may(May.SEE_CHILD) else rows.none()
