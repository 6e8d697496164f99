"""The list of who may see a person's record, who may not, and who decides about it. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from heard.agencies.queries import (
    agencies_visible_to,
    memberships_with,
    teams_visible_to,
    workers,
)
from heard.agencies.rules import Hidden, May
from heard.network.models import ENDS_WHEN_RESTRICTED, LOOKING, Denial, Involvement, Involvements, Person
from heard.network.queries.people import (
    may_be_named,
    meant_for,
    not_denied_through,
    people_visible_to,
    visible_through,
)
from heard.network.rules import (
    Level,
    least_who_decide,
    why_not_deny,
    why_not_end_access,
    why_not_involve,
    why_not_lift,
    why_not_narrow,
    why_not_restrict,
)

if TYPE_CHECKING:
    from heard.agencies.models import Agency, Team, User


@dataclass(frozen=True)
class Whom:
    """Somebody who may be let in or kept out: an agency, a team of it, or a person who works there."""

    label: str
    agency: Agency
    team: Team | None = None
    user: User | None = None


def involvements_of(user: User, person_id: uuid.UUID) -> Involvements:
    """Agencies that are involved with this child now, each once, longest first: those of which anybody sees the record.
    None of a child whom the user may not see."""
    earlier = (
        Involvement.objects.running()
        .lasting()
        .filter(person=OuterRef("person"), agency=OuterRef("agency"), level__gte=Level.RECORD)
    )
    earlier = earlier.filter(
        Q(since__lt=OuterRef("since")) | Q(since=OuterRef("since"), pk__lt=OuterRef("pk"))
    )
    return ever_involved(user, person_id).running().exclude(Exists(earlier))


def ever_involved(user: User, person_id: uuid.UUID) -> Involvements:
    """Who sees or has seen this child's record, longest first."""
    return accesses_of(user, person_id).lasting().filter(level__gte=Level.RECORD)


def accesses_of(user: User, person_id: uuid.UUID) -> Involvements:
    """The list of who may see this child's record and how far, those that ended too, longest first. None of a child whom
    the user may not see."""
    rows = Involvement.objects.filter(visible_through(user, "person"), person_id=person_id)
    rows = rows.select_related("agency", "team", "user", "given_by")
    return rows.order_by("since", "agency__name", "pk")


def denials_of(user: User, person_id: uuid.UUID) -> QuerySet[Denial]:
    """Who may not see this child's record, those that were lifted too, the latest first. None that is on no list."""
    rows = Denial.objects.filter(visible_through(user, "person"), person_id=person_id, unseen=False)
    return rows.select_related("team__agency", "user", "denied_by")


def standing_of(user: User, person: Person) -> dict[str, bool]:
    """Whether the user works with the person, by the list of who does, and whether they decide there."""
    rows = Involvement.objects.running().lasting().filter(person=person, level__gte=Level.RECORD)
    return {
        "involved": rows.filter(meant_for(user, May.SEE_CHILD)).exists(),
        "may_decide": rows.filter(meant_for(user, May.DECIDE)).exists(),
    }


def only_looks(user: User, person: Person, how: Collection[Involvement.How] = LOOKING) -> bool:
    """Whether this user sees the record only by lines that came about like this: they opened it in an emergency, read it for a case audit,
    or are on duty."""
    rows = Involvement.objects.running().filter(person=person, level__gte=Level.RECORD)
    mine = rows.filter(meant_for(user, May.SEE_CHILD))
    if not mine.filter(how__in=how).exists() or mine.exclude(how__in=how).exists():
        return False
    return person.restricted or not user.may(May.SEE_PARTNERSHIP)


def not_only_looking(user: User, path: str) -> Q:
    """Of rows that lead to a person by `path`, those whose record this user sees otherwise than in an emergency, for a case audit or
    on duty."""
    lines = Involvement.objects.running().order_by().filter(how__in=LOOKING, user=user)
    return ~Q(Exists(lines.filter(person=OuterRef(path))))


def level_of(user: User, person_id: uuid.UUID) -> Level | None:
    """How far this user sees this person's record; None where they do not see it at all."""
    for level in reversed(Level):
        if people_visible_to(user, level=level).filter(pk=person_id).exists():
            return level
    return None


def access_visible_to(user: User, access_id: int) -> Involvement:
    """One line of who may see a record, or `Hidden`."""
    rows = Involvement.objects.filter(visible_through(user, "person"), pk=access_id)
    row = rows.select_related("person", "agency", "team", "user").first()
    if row is None:
        raise Hidden
    return row


def denial_visible_to(user: User, denial_id: int) -> Denial:
    """One person or team who may not see a record, or `Hidden`."""
    rows = Denial.objects.filter(visible_through(user, "person"), pk=denial_id, unseen=False)
    row = rows.select_related("person", "team__agency", "user").first()
    if row is None:
        raise Hidden
    return row


def parts_of_agencies(user: User) -> dict[str, Whom]:
    """Agencies, each before its teams, by key, in the order of a list. Two queries."""
    found: dict[str, Whom] = {}
    teams = list(teams_visible_to(user).order_by("agency__name", "name"))
    for agency in agencies_visible_to(user):
        found[f"agency:{agency.pk}"] = Whom(_("All of %(agency)s") % {"agency": agency}, agency)
        for team in teams:
            if team.agency_id == agency.pk:
                label = _("%(agency)s: %(team)s") % {"agency": agency, "team": team}
                found[f"team:{team.pk}"] = Whom(label, agency, team=team)
    return found


def whom_to_let_in(user: User) -> dict[str, Whom]:
    """Agencies, their teams, and people who work with children, by key, in the order of a list. Four queries."""
    return parts_of_agencies(user) | _people(user)


def whom_to_keep_out(user: User) -> dict[str, Whom]:
    """Teams, and people who work with children. An agency as a whole is kept out by leaving it off the list."""
    return {key: whom for key, whom in whom_to_let_in(user).items() if whom.team or whom.user}


def _people(user: User) -> dict[str, Whom]:
    return {
        f"person:{worker.pk}": Whom(
            _("%(name)s, %(agency)s") % {"name": worker, "agency": worker.team.agency},
            worker.team.agency,
            user=worker,
        )
        for worker in workers(user, May.SEE_CHILD)
        if worker.team
    }


def enough_decide(
    user: User, person: Person, *, without: int | None = None, also_denied: Whom | None = None
) -> bool:
    """Whether so many who decide as `rules.least_who_decide` asks for could open this record by its list, without this line of it, or
    with these kept out too; or no fewer than now, since whoever does not decide can always be kept out. Eight queries."""
    left = len(who_decide(user, person, without=without, also_denied=also_denied))
    return left >= least_who_decide(restricted=person.restricted) or left == len(who_decide(user, person))


def who_decide(
    user: User, person: Person, *, without: int | None = None, also_denied: Whom | None = None
) -> list[User]:
    """Who decides and may open this record by its list. Four queries."""
    lines = list(Involvement.objects.running().lasting().filter(person=person, level__gte=Level.RECORD))
    denials = list(Denial.objects.filter(person=person, lifted_at=None))
    no_teams, nobody = {denial.team_id for denial in denials}, {denial.user_id for denial in denials}
    if also_denied:
        no_teams.add(also_denied.team.pk if also_denied.team else None)
        nobody.add(also_denied.user.pk if also_denied.user else None)
    lines = [line for line in lines if line.pk != without]
    return [
        worker
        for worker in workers(user, May.DECIDE)
        if worker.pk not in nobody
        and not worker.team_ids & no_teams
        and any(_is_for(line, worker, May.DECIDE) for line in lines)
    ]


def can_be_restricted(user: User, person: Person) -> bool:
    """Whether so many who decide stay on the list once the record is restricted that danger finds somebody."""
    return len(who_decide(user, person)) >= least_who_decide(restricted=True)


def decided_by_no_other(user: User, *, but: Iterable[int] = ()) -> QuerySet[Person]:
    """Restricted records that this user opens and decides about, and nobody else of their lists who does can sign in: danger there
    waits for this user alone. `but`: keys of people who do not count, as they are away. By name."""
    others = memberships_with(user, May.DECIDE).exclude(user__in=[user.pk, *but])
    lines = Involvement.objects.running().lasting().order_by().filter(level__gte=Level.RECORD)
    theirs = Q(team=None, user=None) | Q(team=OuterRef("team")) | Q(user=OuterRef("user"))
    lines = lines.filter(theirs, person=OuterRef(OuterRef("pk")), agency=OuterRef("team__agency"))
    teams = memberships_with(user, May.SIGNED_IN).filter(user=OuterRef(OuterRef("user"))).values("team")
    kept_out = Q(user=OuterRef("user")) | Q(team__in=teams)
    denied = Denial.objects.order_by().filter(
        kept_out, person=OuterRef(OuterRef("pk")), lifted_at=None, unseen=False
    )
    others = others.filter(Exists(lines), ~Exists(denied))
    rows = people_visible_to(user).filter(~Exists(others), restricted=True)
    rows = rows.order_by("family_name", "given_name", "pk")
    return rows if user.may(May.DECIDE) else rows.none()


def off_the_list(user: User, person: Person, people: Iterable[User]) -> list[User]:
    """Those of these people who see this record by no line of its list, and by its list are not kept out of it: once it is restricted
    they open it no longer. `people` have their roles at hand, as `workers` gives them. Two queries."""
    stays = Involvement.objects.running().exclude(how__in=ENDS_WHEN_RESTRICTED)
    lines = list(stays.filter(person=person, level__gte=Level.RECORD))
    seen = Denial.objects.filter(person=person, lifted_at=None, unseen=False)
    denials = list(seen) if user.may(May.SEE_CHILD) else []
    no_teams, nobody = {denial.team_id for denial in denials}, {denial.user_id for denial in denials}
    return [
        person
        for person in people
        if person.pk not in nobody
        and not person.team_ids & no_teams
        and not any(_is_for(line, person, May.SEE_CHILD) for line in lines)
    ]


def _is_for(line: Involvement, user: User, permission: May) -> bool:
    """`meant_for`, of one line that is at hand."""
    return (
        line.agency_id in user.agencies_where(permission)
        and (line.team_id is None or line.team_id in user.teams_where(permission))
        and (line.user_id is None or line.user_id == user.pk)
    )


def narrowed(user: User, person: Person, agency: Agency) -> bool:
    """Whether somebody saw to it that only a part of this agency sees the record: teams or people of it work with the child, and the
    record is restricted, or the line of the whole was ended, other than by putting right what let it in. That they know of the child opens no record. Asked of all lines,
    whoever asks."""
    lines = Involvement.objects.filter(person=person, agency=agency).lasting()
    whole, running = lines.filter(team=None, user=None), lines.running()
    if whole.running().filter(level__gte=Level.RECORD).exists() or not running.exists():
        return False
    return person.restricted or whole.filter(was_mistaken=False).exclude(why_ended="").exists()


def opens_on_duty(user: User, person_id: uuid.UUID) -> bool:
    """Whether the record of a child in danger opens to this user where they are on duty: not a restricted one, nor to who is kept out."""
    rows = Person.objects.filter(not_denied_through(user), pk=person_id, merged_into=None, restricted=False)
    return user.may(May.SEE_CHILD) and rows.filter(kind=Person.Kind.CHILD).exists()


def why_not_let_in(user: User, person: Person) -> str | None:
    """Why what this user does can let nobody into this record now: decides, gives work, shares. Whoever is on duty has to be able to."""
    return _why_not_involve(user, person, [value for value in LOOKING if value != Involvement.How.DUTY])


def why_not_choose_whom(user: User, person: Person) -> str | None:
    """Why this user cannot choose now who else sees this record, before anybody is chosen."""
    return _why_not_involve(user, person, LOOKING)


def _why_not_involve(user: User, person: Person, how: Collection[Involvement.How]) -> str | None:
    looks = only_looks(user, person, how)
    return why_not_involve(restricted=person.restricted, only_looks=looks, **standing_of(user, person))


def lasts_for(user: User, person: Person, *, by_worry: bool = True) -> bool:
    """Whether somebody sees the record, as far as anybody may learn, by what lasts: not for a time, to look, or, unless `by_worry`, since
    they told a worry. Four queries."""
    lines = Involvement.objects.running().lasting().filter(person=person, level__gte=Level.RECORD, until=None)
    lines = lines if by_worry else lines.exclude(how=Involvement.How.WORRY)
    sees = user.may(May.SEE_PARTNERSHIP) or lines.filter(meant_for(user, May.SEE_CHILD)).exists()
    return sees and may_be_named(user, person.pk)


def why_not_keep_out(user: User, person: Person) -> str | None:
    """Why this user can neither end what lets somebody in nor keep anybody out, before anything is chosen."""
    standing = standing_of(user, person)
    return why_not_deny(**standing, denied=False, enough_left=True, why="given later")


def why_not_end(user: User, line: Involvement) -> str | None:
    """Why this line of the list cannot be ended now, before a reason is given."""
    return why_not_end_access(
        ended=not line.is_running,
        **standing_of(user, line.person),
        enough_left=enough_decide(user, line.person, without=line.pk),
        why="given later",
    )


def why_not_exchange(
    user: User,
    line: Involvement,
    *,
    is_kept: bool = True,
    names_a_team: bool = True,
    why: str = "given later",
) -> str | None:
    """Why this line cannot be exchanged for lines of teams now; without more, before any is chosen."""
    why_not = why_not_narrow(is_whole=line.is_whole, is_kept=is_kept, names_a_team=names_a_team)
    standing = standing_of(user, line.person)
    return (
        why_not
        or why_not_let_in(user, line.person)
        or why_not_end_access(ended=not line.is_running, **standing, enough_left=True, why=why)
    )


def agencies_as_a_whole(user: User, person_id: uuid.UUID) -> list[Involvement]:
    """Lines of the list by which everybody of an agency sees the record now."""
    rows = accesses_of(user, person_id).running().lasting().filter(team=None, user=None)
    return list(rows.filter(level__gte=Level.RECORD))


def decides_by_a_part(user: User, person_id: uuid.UUID, teams: Iterable[Team]) -> bool:
    """Whether this user decides on this record also where no agency as a whole is on its list, but these teams are."""
    lines = accesses_of(user, person_id).running().lasting().filter(level__gte=Level.RECORD)
    parts = lines.exclude(team=None, user=None).filter(meant_for(user, May.DECIDE))
    return bool({team.pk for team in teams} & user.teams_where(May.DECIDE)) or parts.exists()


def why_not_change_restriction(user: User, person: Person) -> str | None:
    """Why this user cannot restrict this record now, or lift that, before a reason is given."""
    standing, why = standing_of(user, person), "given later"
    if person.restricted:
        return why_not_lift(restricted=True, **standing, reason=why)
    return why_not_restrict(**standing, enough_decide=can_be_restricted(user, person), reason=why)
