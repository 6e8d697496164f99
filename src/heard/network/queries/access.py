"""The list of who may see a person's record, who may not, and who decides about it. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from heard.agencies.queries import (
    agencies_visible_to,
    teams_visible_to,
    workers,
)
from heard.agencies.rules import Hidden, May
from heard.network.models import LOOKING, Denial, Involvement, Involvements, Person
from heard.network.queries.people import meant_for, people_visible_to, visible_through
from heard.network.rules import (
    Level,
    least_who_decide,
    why_not_deny,
    why_not_end_access,
    why_not_involve,
    why_not_lift,
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


def only_looks(user: User, person: Person) -> bool:
    """Whether this user sees the record only since they opened it in an emergency, or for a case audit."""
    rows = Involvement.objects.running().filter(person=person, level__gte=Level.RECORD)
    mine = rows.filter(meant_for(user, May.SEE_CHILD))
    if not mine.filter(how__in=LOOKING).exists() or mine.lasting().exists():
        return False
    return person.restricted or not user.may(May.SEE_PARTNERSHIP)


def not_only_looking(user: User, path: str) -> Q:
    """Of rows that lead to a person by `path`, those whose record this user has not opened in an emergency or for a case audit."""
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


def whom_to_let_in(user: User) -> dict[str, Whom]:
    """Agencies, their teams, and people who work with children, by key, in the order of a list. Four queries."""
    found: dict[str, Whom] = {}
    teams = list(teams_visible_to(user).order_by("agency__name", "name"))
    for agency in agencies_visible_to(user):
        found[f"agency:{agency.pk}"] = Whom(_("All of %(agency)s") % {"agency": agency}, agency)
        for team in teams:
            if team.agency_id == agency.pk:
                label = _("%(agency)s: %(team)s") % {"agency": agency, "team": team}
                found[f"team:{team.pk}"] = Whom(label, agency, team=team)
    return found | _people(user)


def whom_to_keep_out(user: User) -> dict[str, Whom]:
    """Teams, and people who work with children. An agency as a whole is kept out by leaving it off the list."""
    return {key: whom for key, whom in whom_to_let_in(user).items() if whom.team or whom.user}


def _people(user: User) -> dict[str, Whom]:
    return {
        f"person:{one.pk}": Whom(
            _("%(name)s, %(agency)s") % {"name": one, "agency": one.team.agency}, one.team.agency, user=one
        )
        for one in workers(user, May.SEE_CHILD)
        if one.team
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
    no_teams, nobody = {one.team_id for one in denials}, {one.user_id for one in denials}
    if also_denied:
        no_teams.add(also_denied.team.pk if also_denied.team else None)
        nobody.add(also_denied.user.pk if also_denied.user else None)
    lines = [line for line in lines if line.pk != without]
    return [
        one
        for one in workers(user, May.DECIDE)
        if one.pk not in nobody
        and not one.team_ids & no_teams
        and any(_is_for(line, one, May.DECIDE) for line in lines)
    ]


def can_be_restricted(user: User, person: Person) -> bool:
    """Whether so many who decide stay on the list once the record is restricted that danger finds somebody."""
    return len(who_decide(user, person)) >= least_who_decide(restricted=True)


def off_the_list(user: User, person: Person, people: Iterable[User]) -> list[User]:
    """Those of these people who see this record by no line of its list, and are not kept out of it: once it is restricted
    they open it no longer. `people` have their roles at hand, as `workers` gives them. Two queries."""
    lines = list(Involvement.objects.running().filter(person=person, level__gte=Level.RECORD))
    denials = list(Denial.objects.filter(person=person, lifted_at=None)) if user.may(May.SEE_CHILD) else []
    no_teams, nobody = {one.team_id for one in denials}, {one.user_id for one in denials}
    return [
        one
        for one in people
        if one.pk not in nobody
        and not one.team_ids & no_teams
        and not any(_is_for(line, one, May.SEE_CHILD) for line in lines)
    ]


def _is_for(line: Involvement, user: User, permission: May) -> bool:
    """`meant_for`, of one line that is at hand."""
    return (
        line.agency_id in user.agencies_where(permission)
        and (line.team_id is None or line.team_id in user.teams_where(permission))
        and (line.user_id is None or line.user_id == user.pk)
    )


def why_not_let_in(user: User, person: Person) -> str | None:
    """Why this user can let nobody into this record now."""
    return why_not_involve(
        restricted=person.restricted, only_looks=only_looks(user, person), **standing_of(user, person)
    )


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


def why_not_change_restriction(user: User, person: Person) -> str | None:
    """Why this user cannot restrict this record now, or lift that, before a reason is given."""
    standing, why = standing_of(user, person), "given later"
    if person.restricted:
        return why_not_lift(restricted=True, **standing, reason=why)
    return why_not_restrict(**standing, enough_decide=can_be_restricted(user, person), reason=why)
