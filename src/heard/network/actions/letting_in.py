"""Letting an agency, a team or a person into a record, ending that, and keeping somebody out of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.addressing import holders
from heard.agencies.queries import teams_visible_to
from heard.agencies.rules import Hidden, May, refuse
from heard.network.models import ENDS_WHEN_RESTRICTED, LOOKING, Denial, Involvement, Person
from heard.network.queries import (
    Whom,
    access_visible_to,
    behind_glass,
    denial_visible_to,
    enough_decide,
    lasts_for,
    meant_for,
    narrowed,
    not_kept_out,
    only_looks,
    people_visible_to,
    person_findable_by,
    person_visible_to,
    standing_of,
    why_not_exchange,
    why_not_let_in,
)
from heard.network.rules import (
    MOST_WHY,
    NOBODY_THERE,
    Level,
    why_not_deny,
    why_not_end_access,
    why_not_give_access,
    why_not_lift_denial,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.agencies.models import Agency, Team, User
    from heard.network.models import Involvements

_ON_DUTY: Final = "On duty"
_NOT_AGAIN: Final = timedelta(days=1)  # after somebody ended such a line


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
    part: Whom | None = None,
) -> Involvement | None:
    """Opens the child's record, as far as `level` at least, to `part`: the team that has something to do, or the team of the person who
    has. Without `part` nobody knows yet who of the agency will do it: it is let in as a whole; or, where a part of it works with the child
    already, those are let in by name who answer for it. Involving those who see so far by a line of their own changes nothing.

    Of an agency that was narrowed, and of a restricted record, a person is let in alone, and without `part` what was narrowed stays as
    it is; it is `Refused` where by that list nobody of the agency sees so far as the record. `leads`: from now on the agency leads the work with this child, and changes what says who the child is.
    """
    person = hold_person(by=by, person_id=person.pk)
    closed = narrowed(by, person, agency)
    whom = _as_team(part, alone=closed or person.restricted) if part else Whom("", agency)
    lasting = Involvement.objects.filter(level__gte=level, until=None)
    # By a worry until now: what they do for the child lasts, whichever record it is joined with.
    told = (lasting & _lines(person, whom)).filter(how=Involvement.How.WORRY, level__lte=level)
    _keep_who_told(by, told, why)
    own = (lasting & _lines(person, whom)).exclude(how=Involvement.How.WORRY).first()
    seeing = own or (lasting & _lines(person, Whom("", agency))).first()
    # A line of their own also where their whole agency sees it: that one can end without a word to them.
    stays = own is not None or (part is None and closed)
    stays = stays or (seeing is not None and why_not_let_in(by, person) is not None)
    if part is None and closed and not seeing:
        refuse(None if _somebody_works_there(person, agency) else NOBODY_THERE)
    new = [] if stays else _who_is_new(person, whom)
    if not stays and not new:
        _keep_who_told(by, _only_told(person, agency), why)
    if new:
        refuse(why_not_let_in(by, person))
    if leads and person.lead_agency_id != agency.pk:
        person.lead_agency = agency
        person.save(update_fields=["lead_agency"])
    given: dict[str, Any] = {"why": why, "since": since, "level": level, "beside_worry": True}
    lines = [let_in(by=by, person=person, whom=one, **given) for one in new]
    if leads and whom.team:
        let_in_who_answers(by=by, person_id=person.pk, team=whom.team, level=level)
    return seeing or next(iter(lines), None)


def _as_team(part: Whom, *, alone: bool) -> Whom:
    team = part.user.team if part.user else None
    if alone or team is None or team.agency_id != part.agency.pk:
        return part
    return Whom("", part.agency, team=team)


def _somebody_works_there(person: Person, agency: Agency) -> bool:
    return any(lasts_for(holder, person) for holder in holders(May.PLAN, agencies=[agency.pk]))


def _who_is_new(person: Person, whom: Whom) -> list[Whom]:
    """Who is let in so that a part of an agency sees the record, or somebody who answers for all of it."""
    parts = Involvement.objects.running().lasting().filter(person=person, agency=whom.agency)
    parts = parts.filter(level__gte=Level.RECORD, until=None).exclude(team=None, user=None)
    if whom.team or whom.user or not parts.exists():
        return [whom]
    for permission in (May.DECIDE, May.PLAN):
        who = [
            holder
            for holder in holders(permission, agencies=[whom.agency.pk])
            if not_kept_out(holder, [person.pk])
        ]
        if any(lasts_for(user, person) for user in who):  # also where a denial is on no list
            return []
        if who:
            break
    return [Whom("", whom.agency, user=user) for user in who]


def _keep_who_told(by: User, lines: Involvements, why: str) -> None:
    """They see the record since they told a worry. Now they do something for the child: that lasts, whichever record this is joined with."""
    for line in lines.select_related("person"):
        line.how = Involvement.How.GIVEN
        line.save(update_fields=["how"])
        _audit(by, "involve", line.person, why, line)


def _only_told(person: Person, agency: Agency) -> Involvements:
    """An agency does what is to be done, and nobody of it sees the record but the team of whoever told the worry: that one's lines."""
    lines = Involvement.objects.running().lasting().filter(person=person, agency=agency, until=None)
    lines = lines.filter(level__gte=Level.RECORD)
    return lines.none() if lines.exclude(how=Involvement.How.WORRY).exists() else lines


@transaction.atomic
def let_in_who_answers(
    *,
    by: User,
    person_id: uuid.UUID,
    team: Team,
    level: Level = Level.EVERYTHING,
    but: Collection[int] = (),
    how: str = "",
) -> None:
    """Where no supervisor of this team can do what waits for one, those of its agency answer for it, and are let in by name, so that it
    is with somebody. Not into a restricted record, nor where the agency was narrowed: there somebody chooses. `but`: keys of people who do
    not count; `how`: how what waits came about. It asks no more than what the list says, or a line would tell of whom it does not."""
    person = hold_person(by=by, person_id=person_id)
    if person.restricted or narrowed(by, person, team.agency) or why_not_let_in(by, person):
        return
    others = [holder for holder in holders(May.SIGN_OFF, agencies=[team.agency_id]) if holder.pk not in but]
    if any(lasts_for(user, person, by_worry=bool(how)) for user in others):
        return
    why = f"Answers for {team}, which has no supervisor for it"[:MOST_WHY]
    for user in others:
        if not_kept_out(user, [person.pk]):
            whom = Whom("", team.agency, user=user)
            let_in(by=by, person=person, whom=whom, why=why, level=level, how=how)


@transaction.atomic
def let_colleague_in(
    *, by: User, person_id: uuid.UUID, user: User, why: str, level: Level = Level.RECORD
) -> None:
    """Somebody of an agency that works with the child has something to do, and does not see the record so far as `level`, or only for a
    time, or only as their whole agency does: their team there is let in. Not into a restricted record, nor where the agency was narrowed: there somebody chooses, with a reason."""
    person = person_visible_to(by, person_id)
    lines = Involvement.objects.running().lasting().filter(person=person)
    mine = lines.filter(meant_for(user, May.SEE_CHILD), until=None, level__gte=level)
    mine = mine.exclude(team=None, user=None)
    sees = user.may(May.SEE_PARTNERSHIP) or mine.exclude(how=Involvement.How.WORRY).exists()
    if sees or person.restricted or not not_kept_out(user, [person_id]):
        return
    working = lines.filter(level__gte=Level.RECORD).values("agency")
    teams = teams_visible_to(by).filter(pk__in=user.teams_where(May.SEE_CHILD), agency__in=working)
    team = next((team for team in teams if team == user.team), teams.first())
    if team and not narrowed(by, person, team.agency) and not why_not_let_in(by, person):
        part = Whom("", team.agency, team=team)
        involve(by=by, person=person, agency=team.agency, why=why, part=part, level=level)


@transaction.atomic
def open_to_duty_team(*, by: User, person_id: uuid.UUID, team: Team, by_worry: bool = False) -> None:
    """A worry was told about a child who is restricted, or with whom others of its agency work: the team to which worries come sees the
    record, else nobody there could decide on it. That is a rule of the partnership and no choice of whoever tells, so nothing is asked of
    them. `by_worry`: the worry began the record."""
    person = hold_person(by=by, person_id=person_id, found=True)
    lines = Involvement.objects.running().lasting().filter(person=person, level__gte=Level.RECORD)
    lines = lines.filter(agency=team.agency_id)
    theirs = lines.filter(Q(team=None) | Q(team=team), user=None, until=None)
    if (person.restricted or lines.exists()) and not theirs.exists():
        why = "A worry about this child came to the duty team"
        how = Involvement.How.WORRY if by_worry else Involvement.How.GIVEN
        let_in(by=by, person=person, whom=Whom("", team.agency, team=team), why=why, how=how)


@transaction.atomic
def open_to_whoever_is_on_duty(
    *, by: User | None, person_id: uuid.UUID, user: User, until: datetime, at_least: datetime
) -> bool:
    """Danger goes to whoever is on duty: where they do not see the child's record, they do until then, and let nobody in by choice. Where
    they do for a time already, that is enough until `at_least`. What they had before stays. `by` is None where it is a rule of the
    partnership and nobody's choice: who told of the danger stands on no list by it. Whether a line is written or lasts longer now: not on a
    restricted record, nor for whom a list keeps out, nor again where somebody ended it. Who is kept out without a trace has the line and
    sees nothing by it."""
    child = Person.objects.select_for_update(no_key=True).filter(
        pk=person_id, kind=Person.Kind.CHILD, merged_into=None, restricted=False
    )
    if not list(child) or user.team is None or not user.may(May.SEE_CHILD):
        return False
    lines = Involvement.objects.filter(person_id=person_id, level__gte=Level.RECORD)
    on_duty = lines.filter(user=user, how=Involvement.How.DUTY, until__gt=timezone.now() - _NOT_AGAIN)
    lasting = lines.filter(meant_for(user, May.SEE_CHILD), until=None)
    sees = user.may(May.SEE_PARTNERSHIP) or lasting.exists() or on_duty.filter(until__gte=at_least).exists()
    was_ended = on_duty.exclude(why_ended="").exists()
    if sees or was_ended or person_id not in not_kept_out(user, [person_id]):
        return False
    line = on_duty.running().order_by("-until").first()  # of two, where records were joined
    if line:
        line.until = until
        line.save(update_fields=["until"])
    else:
        line = Involvement.objects.create(
            person_id=person_id,
            agency=user.team.agency,
            user=user,
            how=Involvement.How.DUTY,
            level=Level.RECORD,
            since=timezone.localdate(),
            until=until,
            why=_ON_DUTY,
            given_by=by,
        )
    _audit(by, "involve", line.person, line.why, line)
    return True


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
    rows = Involvement.objects.filter(how=Involvement.How.AUDIT, person__in=people, user__in=readers)
    return _end_all(by, rows, why)


@transaction.atomic
def close_to_readers(*, by: User, people: Collection[uuid.UUID], why: str) -> int:
    """Records that are restricted now: nobody reads them for an audit or on duty any longer. How many lines ended. Whoever calls it has
    asked whether `by` may."""
    return _end_all(by, Involvement.objects.filter(how__in=ENDS_WHEN_RESTRICTED, person__in=people), why)


def _end_all(by: User, rows: Involvements, why: str) -> int:
    ended = list(rows.running().select_for_update(of=("self",)).select_related("person"))
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
def narrow_access(
    *, by: User, access_id: int, teams: Collection[Team], why: str, also: Collection[uuid.UUID] = ()
) -> Involvement:
    """From now on these teams see the record, as far as their agency did as a whole, and nobody else by that. `also`: keys of the teams
    that work with the child and have to be among them, where they are of this agency."""
    line = access_visible_to(by, access_id)
    person = hold_person(by=by, person_id=line.person_id)
    line = Involvement.objects.select_related("agency").get(pk=line.pk)
    teams = [team for team in teams if team.agency_id == line.agency_id]
    needed = set(line.agency.teams.filter(pk__in=also).values_list("pk", flat=True))
    given = {team.pk for team in teams}
    refuse(why_not_exchange(by, line, is_kept=needed <= given, names_a_team=bool(teams), why=why))
    for team in teams:
        whom = Whom("", line.agency, team=team)
        # What lasts is not exchanged for a time.
        enough = min(line.level, Level.RECORD) if line.until else line.level
        own = _lines(person, whom).filter(level__gte=enough, until=None)
        if line.how != Involvement.How.WORRY:  # which goes down where records are joined
            own = own.exclude(how=Involvement.How.WORRY)
        if not own.exists():
            level = Level(line.level)
            let_in(by=by, person=person, whom=whom, why=line.why, level=level, until=line.until, how=line.how)
    return end_access(by=by, access_id=access_id, why=why)


@transaction.atomic
def take_back_involvement(
    *,
    by: User,
    person_id: uuid.UUID,
    agency: Agency,
    begun: str,
    since: date,
    why: str,
    team: Team | None = None,
    stay: Collection[uuid.UUID] = (),
) -> bool:
    """Ends what `involve` began by a decision that was put right; `begun`: the reason that it gave, and `since` from which day. `team`: of
    the agency that one alone; without it all of it and its parts, but teams with a key in `stay`. Whether there was such a line. One that came of anything else stays, and so does one of a restricted record without which too few decide. Whoever
    calls it has asked whether nothing else needs it."""
    person = hold_person(by=by, person_id=person_id)
    lines = Involvement.objects.running().filter(person=person, agency=agency)
    lines = lines.filter(team=team) if team else lines.exclude(team__in=stay)  # of all of it, or of a part
    ended = False
    for line in lines.filter(why=begun, since__gte=since):
        if not person.restricted or enough_decide(by, person, without=line.pk):
            _end(line, why.strip(), was_mistaken=True)
            _audit(by, "end access", person, why, line)
            ended = True
    return ended


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
    beside_worry: bool = False,
) -> Involvement:
    """A new line of the list; what the same had before ends, and where they only look, what they looked by. `beside_worry`: not what a
    worry opened to them further. Whoever calls it has asked whether `by` may. `given_by`: who
    decided on it, where that was somebody else before."""
    before = _lines(person, whom).exclude(how=Involvement.How.DUTY)  # which runs out by itself
    if beside_worry:
        before = before.exclude(how=Involvement.How.WORRY, level__gt=level)
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


def _end(line: Involvement, why: str, *, was_mistaken: bool = False) -> None:
    line.until, line.why_ended = timezone.now().replace(microsecond=0), why[:MOST_WHY]
    line.was_mistaken = was_mistaken
    line.save(update_fields=["until", "why_ended", "was_mistaken"])


def _audit(by: User | None, verb: str, person: Person, why: str, row: Involvement | Denial) -> None:
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
