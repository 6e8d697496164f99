"""What the network does with who may see a record and who somebody is, and who learns of it. Pages call these, never the
network's own: it lies below the notices, and tells nobody."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from heard.cases.case.notices.addressees import leads_of_team
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import teams_at_work
from heard.network import actions as network
from heard.network.queries import access_visible_to
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import Team, User
    from heard.network.models import Denial, Involvement, Person, Proposal
    from heard.network.queries import Whom


@transaction.atomic
def give_access(
    *,
    by: User,
    person_id: uuid.UUID,
    whom: Whom,
    level: Level,
    why: str,
    until: datetime | None = None,
    for_audit: bool = False,
) -> Involvement:
    """As the network does it. The child's worker learns of it. So does who is let in; `for_audit`, whoever calls this tells them, of
    all their cases at once."""
    line = network.give_access(
        by=by, person_id=person_id, whom=whom, level=level, why=why, until=until, for_audit=for_audit
    )
    subject = "person" if level >= Level.RECORD else "summary"
    new: dict[str, Any] = {"subject": subject, "subject_id": line.pk, "person_id": person_id}
    if not for_audit:
        announce(by=by, kind=Notified.LET_IN, **new, **_named(whom))
    _announce_list(by, person_id)
    return line


@transaction.atomic
def end_access(*, by: User, access_id: int, why: str) -> Involvement:
    """As the network does it. The child's worker learns of it; who is let out sees nothing more, this neither."""
    line = network.end_access(by=by, access_id=access_id, why=why)
    _announce_list(by, line.person_id)
    return line


@transaction.atomic
def narrow_access(*, by: User, access_id: int, teams: Collection[Team], why: str) -> Involvement:
    """As the network does it, and each team stays that leads or of which somebody is the child's worker. That one learns of it."""
    person_id = access_visible_to(by, access_id).person_id
    also = {team.pk for team in teams_at_work(by, person_id)}
    line = network.narrow_access(by=by, access_id=access_id, teams=teams, why=why, also=also)
    _announce_list(by, person_id)
    return line


@transaction.atomic
def deny_access(*, by: User, person_id: uuid.UUID, whom: Whom, why: str) -> Denial:
    """As the network does it. The child's worker learns of it, or who stands in where that is who is kept out."""
    row = network.deny_access(by=by, person_id=person_id, whom=whom, why=why)
    _announce_list(by, person_id)
    return row


@transaction.atomic
def lift_denial(*, by: User, denial_id: int, why: str) -> Denial:
    """As the network does it. The child's worker learns of it; who was kept out is not told that they were."""
    row = network.lift_denial(by=by, denial_id=denial_id, why=why)
    _announce_list(by, row.person_id)
    return row


@transaction.atomic
def lift_restriction(*, by: User, person_id: uuid.UUID, reason: str) -> Person:
    """As the network does it. Told to the same as that it was restricted."""
    person = network.lift_restriction(by=by, person_id=person_id, reason=reason)
    _announce_restriction(by, person_id)
    return person


@transaction.atomic
def propose_core(*, by: User, person_id: uuid.UUID, values: Mapping[str, Any], why: str) -> Proposal:
    """As the network does it. The agency that leads and the child's worker learn of it."""
    row = network.propose_core(by=by, person_id=person_id, values=values, why=why)
    lead = row.person.lead_agency_id
    announce(
        by=by,
        kind=Notified.PROPOSED,
        subject="proposal",
        subject_id=row.pk,
        person_id=person_id,
        agencies=[lead] if lead else [],
    )
    return row


@transaction.atomic
def decide_proposal(*, by: User, proposal_id: int, accepts: bool | None, answer: str = "") -> Proposal:
    """As the network does it. Who proposed it learns the answer."""
    row = network.decide_proposal(by=by, proposal_id=proposal_id, accepts=accepts, answer=answer)
    announce(
        by=by,
        kind=Notified.PROPOSAL_DECIDED,
        subject="proposal",
        subject_id=row.pk,
        person_id=row.person_id,
        named=[row.proposed_by],
    )
    return row


def _named(whom: Whom) -> dict[str, Any]:
    """Whom a line of the list means: the person, who leads the team or else works in it, or who leads the agency."""
    if whom.user:
        return {"named": [whom.user]}
    if whom.team:
        return {"named": leads_of_team(whom.team.pk)}
    return {"agencies": [whom.agency.pk]}


def _announce_list(by: User, person_id: uuid.UUID) -> None:
    announce(by=by, kind=Notified.ACCESS, subject="access", subject_id=person_id, person_id=person_id)


def _announce_restriction(by: User, person_id: uuid.UUID) -> None:
    announce(by=by, kind=Notified.RESTRICTED, subject="access", subject_id=person_id, person_id=person_id)
