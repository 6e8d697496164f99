"""Who changes what says who somebody is, and what others proposed. `user` is always the first argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from heard.agencies.rules import Hidden, May
from heard.network.models import Involvement, Person, Proposal
from heard.network.queries.people import visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User


def leads(user: User, person: Person) -> bool:
    """Whether this user is of the agency that leads the work with this person; where it no longer works with them, whoever
    sees the record."""
    lead = person.lead_agency_id
    if lead is None or lead in user.agencies_where(May.SEE_CHILD):
        return True
    return not Involvement.objects.running().filter(person=person, agency=lead).exists()


def proposals_visible_to(user: User) -> QuerySet[Proposal]:
    """What was proposed about people whom this user may see, the latest first."""
    rows = Proposal.objects.filter(visible_through(user, "person"))
    return rows.select_related("person__lead_agency", "proposed_by", "decided_by")


def proposals_around(user: User) -> QuerySet[Proposal]:
    """What waits for this user's agency, and what they proposed themselves; what nobody decided yet first."""
    return _in_order(proposals_visible_to(user).filter(_waiting_for(user) | Q(proposed_by=user)))


def proposals_by(user: User) -> QuerySet[Proposal]:
    """What this user proposed, what nobody decided yet first."""
    return _in_order(proposals_visible_to(user).filter(proposed_by=user))


def proposals_waiting(user: User) -> QuerySet[Proposal]:
    """What waits for this user's agency to decide on, the longest first."""
    return proposals_visible_to(user).filter(_waiting_for(user)).order_by("proposed_at", "pk")


def answers_unread(user: User) -> QuerySet[Proposal]:
    """What this user proposed and was decided on, until they say that they have read the answer."""
    return proposals_by(user).filter(decided_at__isnull=False, read_at=None)


def _waiting_for(user: User) -> Q:
    return Q(person__lead_agency__in=user.agencies_where(May.SEE_CHILD), decided_at=None)


def _in_order(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return rows.order_by(F("decided_at").desc(nulls_first=True), "-proposed_at", "-pk")


def proposal_visible_to(user: User, proposal_id: int) -> Proposal:
    """One of them, or `Hidden`."""
    row = proposals_visible_to(user).filter(pk=proposal_id).first()
    if row is None:
        raise Hidden
    return row
