"""Letting an agency, a team or a person into a record, ending that, and keeping somebody out of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, refuse
from heard.network.models import LOOKING, Denial, Involvement, Person
from heard.network.queries import (
    Whom,
    access_visible_to,
    behind_glass,
    denial_visible_to,
    enough_decide,
    only_looks,
    people_visible_to,
    person_findable_by,
    person_visible_to,
    standing_of,
    why_not_let_in,
)
from heard.network.rules import (
    MOST_WHY,
    Level,
    why_not_deny,
    why_not_end_access,
    why_not_give_access,
    why_not_lift_denial,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import Agency, Team, User


@transaction.atomic
def hold_person(
    *, by: User, person_id: uuid.UUID, level: Level = Level.RECORD, found: bool = False
) -> Person:
    """The person, or `Hidden`; until the transaction ends, others who begin something about them in this way wait. `level`:
    how far they have to see the record. `found`: for whoever may find the child, without seeing the record."""
    list(Person.objects.select_for_update(no_key=True).filter(pk=person_id))
    # Asked once nobody else writes: of a record that was merged away meanwhile nothing can begin.
    return person_findable_by(by, person_id) if found else person_visible_to(by, person_id, level=level)


@transaction.atomic
def involve(
    *,
    by: User,
    person: Person,
    agency: Agency,
    why: str,
    since: date | None = None,
    level: Level = Level.EVERYTHING,
    leads: bool = False,
) -> Involvement:
    """Opens the child's record to an agency, as far as `level` at least. Involving one that sees so far changes nothing.

    `leads`: from now on it leads the work with this child, and changes what says who the child is.
    """
    person = hold_person(by=by, person_id=person.pk)
    whom = Whom("", agency)
    seeing = _lines(person, whom).filter(level__gte=level, until=None).first()
    if seeing is None:
        refuse(why_not_let_in(by, person))
    if leads and person.lead_agency_id != agency.pk:
        person.lead_agency = agency
        person.save(update_fields=["lead_agency"])
    return seeing or let_in(by=by, person=person, whom=whom, why=why, since=since, level=level)


@transaction.atomic
def open_to_duty_team(*, by: User, person_id: uuid.UUID, team: Team) -> None:
    """A worry was told about a restricted child: the team to which worries come sees the record, else nobody could decide on
    it. That is a rule of the partnership and no choice of whoever tells, so nothing is asked of them."""
    person = hold_person(by=by, person_id=person_id, found=True)
    lines = Involvement.objects.filter(person=person, agency=team.agency_id, user=None, until=None)
    if person.restricted and not lines.filter(team=None).union(lines.filter(team=team)).exists():
        why = "A worry about this child came to the duty team"
        let_in(by=by, person=person, whom=Whom("", team.agency, team=team), why=why)


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
    """Says how far an agency, a team or a person may see the record from now on. What they had before ends; not where they read it
    `for_audit`: that stands beside, and makes nobody somebody who works with the child."""
    person = hold_person(by=by, person_id=person_id)
    refuse(
        why_not_give_access(
            restricted=person.restricted,
            **standing_of(by, person),
            own_level=people_visible_to(by, level=level).filter(pk=person.pk).exists(),
            works_with_children=whom.user is None or whom.user.may(May.SEE_CHILD),
            why=why,
            until=until,
            now=timezone.now(),
            only_looks=only_looks(by, person),
        )
    )
    how = Involvement.How.AUDIT.value if for_audit else ""
    return let_in(by=by, person=person, whom=whom, why=why.strip(), level=level, until=until, how=how)


@transaction.atomic
def end_audit_access(*, by: User, people: Collection[uuid.UUID], readers: Collection[int], why: str) -> int:
    """These read these records for an audit no longer. How many lines ended. Whoever calls it has asked whether `by` may."""
    rows = Involvement.objects.running().filter(
        how=Involvement.How.AUDIT, person__in=people, user__in=readers
    )
    ended = list(rows.select_for_update(of=("self",)).select_related("person"))
    for line in ended:
        _end(line, why)
        _audit(by, "end access", line.person, why, line)
    return len(ended)


@transaction.atomic
def end_access(*, by: User, access_id: int, why: str) -> Involvement:
    """From now on these see the record no longer by this line of the list."""
    line = access_visible_to(by, access_id)
    person = hold_person(by=by, person_id=line.person_id)
    line = Involvement.objects.get(pk=line.pk)
    refuse(
        why_not_end_access(
            ended=not line.is_running,
            **standing_of(by, person),
            enough_left=enough_decide(by, person, without=line.pk),
            why=why,
        )
    )
    _end(line, why.strip())
    _audit(by, "end access", person, why, line)
    return line


@transaction.atomic
def deny_access(*, by: User, person_id: uuid.UUID, whom: Whom, why: str) -> Denial:
    """Keeps a team or a person out of the record, whatever else would let them in."""
    person = hold_person(by=by, person_id=person_id)
    if whom.team is None and whom.user is None:
        raise Hidden
    denials = Denial.objects.filter(
        person=person, team=whom.team, user=whom.user, lifted_at=None, unseen=False
    )
    refuse(
        why_not_deny(
            **standing_of(by, person),
            denied=denials.exists(),
            enough_left=enough_decide(by, person, also_denied=whom),
            why=why,
        )
    )
    row = Denial.objects.create(person=person, team=whom.team, user=whom.user, why=why.strip(), denied_by=by)
    _audit(by, "deny access", person, why, row)
    return row


@transaction.atomic
def keep_out_unseen(*, by: User, person_id: uuid.UUID, user: User) -> None:
    """Keeps somebody out of a record because of a worry about them, at once and whoever tells it. It stands on no list and
    in no log of who looked at the child: neither they nor who works with them learn of it from that."""
    person = hold_person(by=by, person_id=person_id, found=True)
    row, new = Denial.objects.get_or_create(
        person=person,
        user=user,
        lifted_at=None,
        unseen=True,
        defaults={"why": "A worry about them", "denied_by": by},
    )
    if new:
        record_audit(by=by, verb="keep out", subject="denial", subject_id=row.pk, detail={"user": user.pk})


@transaction.atomic
def let_in_again(*, by: User, person_id: uuid.UUID, user: User, why: str) -> None:
    """Ends what `keep_out_unseen` began. Whoever calls it has asked whether `by` may."""
    for row in Denial.objects.select_for_update().filter(
        person_id=person_id, user=user, unseen=True, lifted_at=None
    ):
        row.lifted_at, row.why_lifted = timezone.now(), why.strip()[:MOST_WHY]
        row.save(update_fields=["lifted_at", "why_lifted"])
        record_audit(by=by, verb="let in again", subject="denial", subject_id=row.pk, reason=why)


@transaction.atomic
def lift_denial(*, by: User, denial_id: int, why: str) -> Denial:
    """What the list says counts again for them."""
    row = denial_visible_to(by, denial_id)
    person = hold_person(by=by, person_id=row.person_id)
    row = Denial.objects.get(pk=row.pk)
    refuse(why_not_lift_denial(ended=row.lifted_at is not None, **standing_of(by, person), why=why))
    row.lifted_at, row.why_lifted = timezone.now(), why.strip()
    row.save(update_fields=["lifted_at", "why_lifted"])
    _audit(by, "lift denial", person, why, row)
    return row


@transaction.atomic
def let_in(
    *,
    by: User,
    person: Person,
    whom: Whom,
    why: str,
    since: date | None = None,
    level: Level = Level.EVERYTHING,
    until: datetime | None = None,
    how: str = "",
    given_by: User | None = None,
) -> Involvement:
    """A new line of the list; what the same had before ends, and where they only look, what they looked by. Whoever calls it has asked whether `by` may. `given_by`: who
    decided on it, where that was somebody else before."""
    before = _lines(person, whom)
    for line in before.filter(how=how) if how in LOOKING else before:
        _end(line, why)
    line = Involvement.objects.create(
        person=person,
        agency=whom.agency,
        team=whom.team,
        user=whom.user,
        level=level,
        since=since or timezone.localdate(),
        until=until,
        why=why,
        given_by=given_by or by,
        how=how,
    )
    _audit(by, "involve", person, why, line)
    return line


@transaction.atomic
def open_by_glass(*, by: User, person_id: uuid.UUID, why: str, until: datetime) -> Involvement:
    """A line of their own for somebody on duty, who sees the record by it until then and lets nobody in. What they had before
    stays. `Hidden` where they are kept out, whatever else is so."""
    list(Person.objects.select_for_update(no_key=True).filter(pk=person_id))
    person = behind_glass(by, person_id)
    line = Involvement.objects.create(
        person=person,
        agency=by.team.agency,  # type: ignore[union-attr]
        user=by,
        level=Level.RECORD,
        since=timezone.localdate(),
        until=until,
        why=why[:MOST_WHY],
        given_by=by,
        how=Involvement.How.GLASS,
    )
    _audit(by, "break glass", person, why, line)
    return line


def _lines(person: Person, whom: Whom) -> QuerySet[Involvement]:
    """What these have now. Those of one agency and of its teams and people are lines of their own."""
    lines = Involvement.objects.running().filter(person=person, agency=whom.agency)
    return lines.filter(team=whom.team, user=whom.user)


def _end(line: Involvement, why: str) -> None:
    line.until, line.why_ended = timezone.now().replace(microsecond=0), why[:MOST_WHY]
    line.save(update_fields=["until", "why_ended"])


def _audit(by: User, verb: str, person: Person, why: str, row: Involvement | Denial) -> None:
    detail = {"agency": str(row.agency_id), "level": row.level} if isinstance(row, Involvement) else {}
    detail |= {"team": str(row.team_id)} if row.team_id else {}
    detail |= {"user": row.user_id} if row.user_id else {}
    record_audit(
        by=by,
        verb=verb,
        subject="person",
        subject_id=person.pk,
        person_id=person.pk,
        reason=why,
        detail=detail,
    )
