"""Who the addressees of a notice are now: people of a role towards the child who may open the record, or those who stand in
for them. Nobody is told of what they may not see."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone

from heard.agencies.addressing import everybody_who, holders, worries_team
from heard.agencies.rules import May
from heard.cases.case.models import Case
from heard.cases.case.notices.models import Cover, Duty
from heard.cases.case.notices.rules import INSTEAD, INSTEAD_OUTSIDE, To
from heard.network.queries import may_be_named, not_denied, people_findable_by, people_visible_to
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Addressee:
    """`covers`: the colleague who is away, for whom this one sees it. `asked_as`: the role that was asked for, where they stand
    in for it as `role`."""

    user: User
    role: To
    asked_as: To
    covers: User | None = None


@dataclass(frozen=True)
class About:
    """What a notice is about, as far as it decides who has to see it. `level`: how far they see the child, or None where it
    is given to them. `named`: people whom it concerns by name; `agencies` and `teams`: those concerned; `teller`: who told the worry that it is about. `not_to`: whom
    it is about, and who never learns of it. `outside`: nobody learns of it who works in a team of theirs; `beyond_case`: nor in one of the
    child’s case, since it is not known whom it is about. `beside`: an adult whom it names too, so that nobody learns of it who may not see them. `of_staff`: only who hears of worries about people
    who work with children learns of it, or who decides on worries.
    `covered`: whether whoever covers for somebody learns of it too."""

    person_id: uuid.UUID | None
    at: datetime
    level: Level | None = Level.RECORD
    named: tuple[User, ...] = ()
    teller: User | None = None
    agencies: tuple[uuid.UUID, ...] = ()
    teams: tuple[uuid.UUID, ...] = ()
    not_to: User | None = None
    outside: bool = False
    beyond_case: bool = False
    beside: uuid.UUID | None = None
    of_staff: bool = False
    covered: bool = True
    _cases: list[Any] = field(default_factory=list)

    @property
    def concerned(self) -> list[dict[str, list[uuid.UUID]]]:
        """Each agency and team concerned, as `holders` asks for people there."""
        return [{"agencies": [key]} for key in self.agencies] + [{"teams": [key]} for key in self.teams]

    @property
    def case(self) -> Case | None:
        """The child's open case, whoever may see it: who is told is asked of each by itself."""
        if not self._cases:
            self._cases.append(self._open_case())
        case: Case | None = self._cases[0]
        return case

    @property
    def line(self) -> set[uuid.UUID]:
        """Keys of the teams outside which it goes."""
        found = set(self.not_to.team_ids) if self.not_to else set()
        if self.beyond_case and self.case:
            workers = (self.case.allocated_worker, self.case.trusted_worker)
            found |= {self.case.lead_team_id} if self.case.lead_team_id else set()
            found |= {key for worker in workers if worker for key in worker.team_ids}
        return found

    def _open_case(self) -> Case | None:
        if self.person_id is None:
            return None
        rows = Case.objects.filter(person_id=self.person_id, state=Case.State.OPEN)
        return rows.select_related("allocated_worker", "trusted_worker", "lead_team").first()


def may_open(user: User, person_id: uuid.UUID | None, level: Level | None = Level.RECORD) -> bool:
    """Whether they may open what the notice is about: the child's record, so far as `level`; what is given to them, unless
    they are kept out of the record; of a place or group, whoever decides."""
    if not user.is_active:
        return False
    if person_id is None:
        return user.may(May.DECIDE) or (level is None and user.may(May.HEAR_OF_STAFF))
    if level is None:
        return user.may(May.SEE_CHILD) and not_denied(user, person_id)
    return people_visible_to(user, level=level).filter(pk=person_id).exists()


def may_open_as(
    role: str, user: User, person_id: uuid.UUID | None, level: Level | None = Level.RECORD
) -> bool:
    """The same for somebody who is told as this role. Whoever told a worry opens what they told and no more, as long as the
    child is not hidden from them."""
    if role == To.OFFICER:  # who needs no other right to it, and whom nobody else covers
        kept_out = person_id is not None and not not_denied(user, person_id)
        return user.is_active and user.may(May.HEAR_OF_STAFF) and not kept_out
    if role == To.ADMINISTRATOR:  # it names no record
        return user.is_active and user.may(May.MANAGE)
    if role == To.ANALYST:  # nor does this
        return user.is_active and user.may(May.RUN_ENGINE)
    if role == To.AUDITOR:  # nor this
        return user.is_active and user.may(May.SEE_ACTS)
    if role == To.NAMED and person_id is None:  # given to them, about nobody in particular
        return user.is_active and user.may(May.SEE_CHILD)
    if role != To.TELLER:
        return may_open(user, person_id, level)
    if not user.is_active or not user.may(May.TELL):
        return False
    return person_id is None or people_findable_by(user).filter(pk=person_id).exists()


def addressees(who: Collection[To], about: About, *, urgent: bool) -> list[Addressee]:
    """Each once, in the order of the roles. Where nobody of a role may open the record, those who stand in for it; for what
    is urgent, in the end anybody who decides and may open it."""
    found: dict[int, Addressee] = {}
    for role in who:
        for addressee in _of_role(role, about):
            found.setdefault(addressee.user.pk, addressee)
    if not found and urgent and not set(who) <= {To.OFFICER, To.ADMINISTRATOR}:
        return whoever_decides(about)
    return list(found.values())


def whoever_decides(about: About) -> list[Addressee]:
    """Everybody who decides and may open it, in whichever agency."""
    decide = (user for user in everybody_who(May.DECIDE) if may_learn(To.CO_ORDINATOR, user, about))
    return [Addressee(user, To.CO_ORDINATOR, To.CO_ORDINATOR) for user in decide]


def who_answers(found: Sequence[Addressee], about: About) -> set[int]:
    """Keys of those by whose seeing it is taken up: the first role of these that somebody holds. Of a child’s two workers it is the
    allocated one, where they may open it: a worker whom the child counts on hides no silence of theirs."""
    if not found:
        return set()
    first = [addressee for addressee in found if addressee.asked_as == found[0].asked_as]
    case = about.case if found[0].asked_as == To.WORKER else None
    allocated = case.allocated_worker if case else None
    theirs = [
        addressee for addressee in first if allocated and allocated in (addressee.user, addressee.covers)
    ]
    return {addressee.user.pk for addressee in theirs or first}


def _of_role(role: To, about: About, asked_as: To | None = None) -> Iterator[Addressee]:
    asked_as = asked_as or role
    people = [user for user in _PEOPLE[role](about) if may_learn(role, user, about)]
    if not people:
        instead = INSTEAD_OUTSIDE if about.outside else INSTEAD
        if role in instead:
            yield from _of_role(instead[role], about, asked_as)
        return
    away = (
        _covers(people, about) if about.covered and role != To.TELLER else {}
    )  # the worry is theirs alone to see
    for user in people:
        yield Addressee(user, role, asked_as)
        cover = away.get(user.pk)
        if cover is not None and may_cover(role, cover, about, covers=user):
            yield Addressee(cover, role, asked_as, covers=user)


def may_learn(role: To, user: User, about: About) -> bool:
    """Whether this user may be told of it as this role."""
    if user == about.not_to or (about.outside and not is_outside(user, about)):
        return False
    if about.beside and not people_visible_to(user).filter(pk=about.beside).exists():
        return False
    if about.of_staff and not (user.may(May.HEAR_OF_STAFF) or user.may(May.DECIDE)):
        return False
    return may_open_as(role, user, about.person_id, about.level)


def may_cover(role: To, user: User, about: About, *, covers: User) -> bool:
    """The same of whoever covers for somebody. For a designated officer another one alone."""
    if about.of_staff and covers.may(May.HEAR_OF_STAFF) and not user.may(May.HEAR_OF_STAFF):
        return False
    return may_learn(role, user, about)


def is_outside(user: User, about: About) -> bool:
    """Whether they work in no team of whom it is kept from, nor are them."""
    return user != about.not_to and not user.team_ids & about.line


def _covers(people: list[User], about: About) -> dict[int, User]:
    return {row.user_id: row.covered_by for row in covers_on(about.at).filter(user__in=people)}


def covers_on(at: datetime) -> QuerySet[Cover]:
    """Who is away on this day, with whoever covers for them and may sign in."""
    today = timezone.localdate(at)
    rows = Cover.objects.filter(since__lte=today, until__gte=today, covered_by__is_active=True)
    return rows.select_related("covered_by", "user")


def away_on(at: datetime) -> set[int]:
    """Keys of those who say that they are away on this day."""
    today = timezone.localdate(at)
    return set(Cover.objects.filter(since__lte=today, until__gte=today).values_list("user_id", flat=True))


def on_duty(at: datetime) -> list[Duty]:
    """Who is on the rota at this moment, with the number at which they are rung."""
    return list(Duty.objects.filter(begins__lte=at, ends__gt=at, user__is_active=True).select_related("user"))


def _worker(about: About) -> list[User]:
    """Whoever is allocated to the case, and whom the child counts on."""
    case = about.case
    return [one for one in (case.allocated_worker, case.trusted_worker) if one] if case else []


def _lead_supervisors(about: About) -> list[User]:
    team = about.case.lead_team if about.case else None
    if team is None:
        return []
    return holders(May.SIGN_OFF, teams=[team.pk]) or holders(May.SIGN_OFF, agencies=[team.agency_id])


def _co_ordinators(about: About) -> list[User]:
    team = worries_team()
    if team is None:
        return []
    who = holders(May.DECIDE, teams=[team.pk]) or holders(May.DECIDE, agencies=[team.agency_id])
    who = [user for user in who if user != about.not_to]
    return [user for user in who if user.may(May.SEE_PARTNERSHIP)] or who


def leads_of_team(team_id: uuid.UUID) -> list[User]:
    """Who decides in a team; where nobody does, everybody of it who works with children."""
    return holders(May.DECIDE, teams=[team_id]) or holders(May.PLAN, teams=[team_id])


def officers_outside(line_of: User | None) -> list[User]:
    """Designated officers who work in no team of somebody whom a concern is about, nor are them."""
    found = everybody_who(May.HEAR_OF_STAFF)
    return [user for user in found if line_of is None or not user.team_ids & line_of.team_ids]


def officer_is_there(line_of: User | None, at: datetime) -> bool:
    """Whether one of them is not away."""
    away = away_on(at)
    return any(user.pk not in away for user in officers_outside(line_of))


def nobody_there(about: About) -> bool:
    """Whether of one of the agencies and teams concerned nobody can be told, as far as the list of who may see the record has it: that
    somebody is kept out without a trace is not told by this."""
    return any(not _lead_of(part, about) and not _is_on_list(part, about) for part in about.concerned)


def _is_on_list(part: dict[str, list[uuid.UUID]], about: About) -> bool:
    person, who = about.person_id, (*holders(May.DECIDE, **part), *holders(May.PLAN, **part))
    return person is not None and any(may_be_named(user, person) for user in who)


def _agency_leads(about: About) -> list[User]:
    """Supervisors and co-ordinators of each agency and team concerned who may open it; where there are none, everybody of it who works
    with children and may."""
    return [user for part in about.concerned for user in _lead_of(part, about)]


def _lead_of(part: dict[str, list[uuid.UUID]], about: About) -> list[User]:
    for permission in (May.DECIDE, May.PLAN):
        holding = holders(permission, **part)
        if found := [user for user in holding if may_learn(To.AGENCY_LEAD, user, about)]:
            return found
    return []


_PEOPLE: dict[To, Callable[[About], list[User]]] = {
    To.WORKER: _worker,
    To.LEAD_SUPERVISOR: _lead_supervisors,
    To.CO_ORDINATOR: _co_ordinators,
    To.ON_DUTY: lambda about: [row.user for row in on_duty(about.at)],
    To.AGENCY_LEAD: _agency_leads,
    To.OFFICER: lambda about: officers_outside(about.not_to),
    To.OUTSIDE: lambda about: everybody_who(May.DECIDE),
    To.NAMED: lambda about: list(about.named),
    To.ADMINISTRATOR: lambda about: everybody_who(May.MANAGE),
    To.ANALYST: lambda about: everybody_who(May.RUN_ENGINE),
    To.AUDITOR: lambda about: everybody_who(May.SEE_ACTS),
    To.TELLER: lambda about: [about.teller] if about.teller else [],
}
