"""What may be read about worries. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from heard.agencies.queries import memberships_with, teams_visible_to, who_are, workers
from heard.agencies.rules import Hidden, May
from heard.cases.case.notices.queries import Seen, seen_by, told_of
from heard.cases.case.notices.rules import Kind as Told
from heard.cases.case.queries import heard_before_deciding
from heard.cases.case.rules import Kept
from heard.cases.concern.models import Concern, ConcernStep
from heard.cases.concern.rules import About
from heard.network.queries import findable_through, not_denied_through, visible_through

if TYPE_CHECKING:
    from heard.agencies.models import Team, User


def concerns_visible_to(user: User) -> QuerySet[Concern]:
    """Worries that this user may see as a whole, and those that they told themselves, as long as the child is not
    restricted to others. Each has `whole`: without it, show what they told, its state and the feedback, and no more.

    With the child, place or group, the agency and who told it.
    """
    if not user.may(May.TELL):
        return Concern.objects.none()
    whole = _whole(user)
    is_whole = Case(When(whole, then=Value(True)), default=False, output_field=BooleanField())
    return _with_all(Concern.objects.filter(whole | _told(user)).annotate(whole=is_whole))


def _told(user: User) -> Q:
    return Q(told_by=user) & (findable_through(user, "person") | Q(person__isnull=True))


def concerns_open_to(user: User) -> QuerySet[Concern]:
    """Worries of which this user may see everything."""
    if not user.may(May.TELL):
        return Concern.objects.none()
    return _with_all(Concern.objects.filter(_whole(user)).annotate(whole=Value(True)))


def concern_visible_to(user: User, concern_id: uuid.UUID) -> Concern:
    """The worry, or `Hidden`. Of one about somebody who works with children, whoever told it sees their own part."""
    concern = (
        concerns_visible_to(user).filter(pk=concern_id).first() or told_by(user).filter(pk=concern_id).first()
    )
    if concern is None:
        raise Hidden
    return concern


def concern_open_to(user: User, concern_id: uuid.UUID) -> Concern:
    """The worry of which this user may see everything, or `Hidden`."""
    concern = concerns_open_to(user).filter(pk=concern_id).first()
    if concern is None:
        raise Hidden
    return concern


def concerns_of(user: User, person_id: uuid.UUID) -> QuerySet[Concern]:
    """Worries about one child that this user may see, the latest first."""
    return concerns_visible_to(user).filter(person_id=person_id).order_by("-told_at")


def concerns_about_place(user: User, place_id: uuid.UUID) -> QuerySet[Concern]:
    """Worries about one place of which this user may see everything, the latest first."""
    return concerns_open_to(user).filter(place_id=place_id).order_by("-told_at")


def concerns_about_group(user: User, group_id: uuid.UUID) -> QuerySet[Concern]:
    """Worries about one group of which this user may see everything, the latest first."""
    return concerns_open_to(user).filter(group_id=group_id).order_by("-told_at")


def told_with(user: User, meant: Iterable[Iterable[str]]) -> QuerySet[Concern]:
    """Worries about places and groups, of which this user may see everything, in which each word that is meant stands: one of
    several beginnings of a word, without capitals and accents, or a whole word where it ends with a space. The latest first.
    Worries about children stand in their chronologies, which have an index."""
    rows = concerns_open_to(user).filter(person=None).order_by("-told_at", "pk")
    return reduce(lambda found, ways: found.filter(reduce(or_, map(_stands, ways))), meant, rows)


def _stands(text: str) -> Q:
    return Q(GreaterThan(StrIndex(F("compared"), Value(f" {text}")), 0))


def concerns_since(user: User, moment: datetime, *, about: str = "") -> QuerySet[Concern]:
    """Worries told after a moment of which this user may see everything, the first told first: for a panel.

    `about`: child, place or group, as in `rules.About`; '' for all three.
    """
    rows = concerns_open_to(user).filter(told_at__gt=moment).order_by("told_at", "pk")
    fields = {About.CHILD.value: "person", About.PLACE.value: "place", About.GROUP.value: "group"}
    return rows.filter(**{f"{fields[about]}__isnull": False}) if about else rows


def going_on_since(user: User, moment: datetime) -> QuerySet[Concern]:
    """Those of `concerns_since` that wait for a decision or for the panel, or led to a case. What was decided with no further
    action, a step or another agency is at an end here."""
    led_on = (Concern.Decision.OPEN_CASE, Concern.Decision.ADD_TO_CASE, Concern.Decision.PANEL)
    return concerns_since(user, moment).filter(Q(state=Concern.State.TOLD) | Q(decision__in=led_on))


def for_the_panel(user: User, *, since: datetime | None = None) -> QuerySet[Concern]:
    """Worries about places and groups of which somebody decided that the panel discusses them, the first decided first."""
    rows = concerns_open_to(user).filter(decision=Concern.Decision.PANEL)
    return (rows.filter(decided_at__gt=since) if since else rows).order_by("decided_at", "pk")


def waiting_for_decision(user: User) -> QuerySet[Concern]:
    """Worries on which this user may decide, those due first at the top."""
    return decidable_by(user).filter(state=Concern.State.TOLD).order_by("due_on", "told_at")


def to_decide_first(user: User) -> QuerySet[Concern]:
    """The same, with those at the top in which somebody was in danger when they were told."""
    in_danger = Case(When(danger_now=Concern.Danger.YES, then=0), default=1)
    return waiting_for_decision(user).order_by(in_danger, "due_on", "told_at")


def decides(user: User) -> bool:
    """Worries come to the duty team, so its agency decides on them, or somebody who sees the whole partnership: no
    supervisor of another agency, which may be the one that the worry is about. One query at most."""
    return user.may(May.DECIDE) and (user.may(May.SEE_PARTNERSHIP) or not _duty_elsewhere(user).exists())


def decidable_by(user: User) -> QuerySet[Concern]:
    """Worries of which somebody who decides may see everything, decided or not."""
    rows = concerns_open_to(user)
    if not user.may(May.DECIDE):
        return rows.none()
    return rows if user.may(May.SEE_PARTNERSHIP) else rows.filter(~Exists(_duty_elsewhere(user)))


def _duty_elsewhere(user: User) -> QuerySet[Team]:
    """The team that worries come to, where it is one of an agency in which this user decides on nothing."""
    return (
        teams_visible_to(user).filter(takes_worries=True).exclude(agency__in=user.agencies_where(May.DECIDE))
    )


def told_by(user: User) -> QuerySet[Concern]:
    """Worries that this user told, also about people who work with children, the latest first."""
    if not user.may(May.TELL):
        return Concern.objects.none()
    whole = _whole(user) & Q(about_staff=False)
    is_whole = Case(When(whole, then=Value(True)), default=False, output_field=BooleanField())
    rows = Concern.everything.filter(_told(user) | whole, told_by=user).annotate(whole=is_whole)
    return _with_all(rows).order_by("-told_at", "pk")


def read_by(user: User, concern: Concern) -> list[Seen]:
    """By which roles of which agencies a worry has been read, the first first: for whoever told it, so without a name. Who
    decided has read it."""
    seen = seen_by(user, subject="staff worry" if concern.about_staff else "concern", subject_id=concern.pk)
    if concern.decided_at is None or concern.decided_by_id is None:
        return seen
    who = who_are(user, [concern.decided_by_id]).get(concern.decided_by_id)
    role, agency = _("whoever decided on it"), who.agency if who else ""
    return [*seen, Seen(role, agency, concern.decided_at)]


# ---- about somebody who works with children


def staff_worries_of(user: User) -> QuerySet[Concern]:
    """Worries about somebody who works with children that this user hears of: as a designated officer who works in no team
    of that person; or, where there was none, as one who decides on worries and was told. Never the person themselves, nor
    whoever is kept out of the child's record."""
    if not user.may(May.HEAR_OF_STAFF) and not user.may(May.DECIDE):
        return Concern.objects.none()
    hears = Q(pk__in=[uuid.UUID(key) for key in told_of(user, Told.STAFF_NO_OFFICER)])
    if user.may(May.HEAR_OF_STAFF):
        posts = memberships_with(user, May.SIGNED_IN).filter(team__in=user.team_ids)
        hears |= Q(~Exists(posts.filter(user=OuterRef("staff__user"))))
    rows = Concern.everything.filter(hears, not_denied_through(user, "person"), about_staff=True)
    rows = rows.exclude(staff__user=user)
    return _with_all(rows).select_related("staff__user").order_by("due_on", "told_at")


def staff_worry_of(user: User, concern_id: uuid.UUID) -> Concern:
    """One of them, or `Hidden`."""
    found = staff_worries_of(user).filter(pk=concern_id).first()
    if found is None:
        raise Hidden
    return found


def staff_worries_to_decide(user: User) -> QuerySet[Concern]:
    return staff_worries_of(user).filter(state=Concern.State.TOLD)


def has_officer(user: User) -> bool:
    """Whether anybody in Heard is the designated officer."""
    return memberships_with(user, May.HEAR_OF_STAFF).exists()


def who_uses_heard(user: User) -> dict[str, tuple[User, str]]:
    """Everybody else who signs in, by key, each with their agency: whom a worry may be about."""
    found = (one for one in workers(user, May.SIGNED_IN) if one.pk != user.pk)
    return {str(one.pk): (one, f"{one}, {one.team.agency}" if one.team else str(one)) for one in found}


def not_read_yet(user: User) -> QuerySet[Concern]:
    """Worries that this user told, that somebody else decided, and of which they have not read what became of them."""
    rows = told_by(user).filter(state=Concern.State.DECIDED, feedback_read_at=None).exclude(feedback="")
    return rows.order_by("-decided_at", "pk")


def steps_visible_to(user: User) -> QuerySet[ConcernStep]:
    """Steps that were agreed on worries which this user may see as a whole, and their own; those due first at the top."""
    return _steps(user).filter(Q(concern__in=concerns_open_to(user).order_by().values("pk")) | Q(owner=user))


def step_of(user: User, concern_id: uuid.UUID) -> ConcernStep | None:
    """The step that was agreed when the worry was decided, or None."""
    return steps_visible_to(user).filter(concern_id=concern_id).first()


def steps_due(user: User) -> QuerySet[ConcernStep]:
    """Steps that this user said they would do and has not finished, those due first at the top."""
    return _steps(user).filter(owner=user, state=ConcernStep.State.OPEN)


def _steps(user: User) -> QuerySet[ConcernStep]:
    rows = ConcernStep.objects.select_related("owner", "finished_by", "concern__place", "concern__group")
    return rows.filter(not_denied_through(user, "concern__person")) if user.may(May.TELL) else rows.none()


def decided_in_time(user: User, *, since: date, today: date) -> Kept:
    """Worries told since a day that were decided by the day they were due; those not due yet are not counted.

    Over the whole partnership, for those who see figures.
    """
    told = _told_since(user, since).filter(Q(due_on__lt=today) | Q(state=Concern.State.DECIDED))
    in_time = Q(state=Concern.State.DECIDED, decided_at__date__lte=F("due_on"))
    return Kept(**told.aggregate(kept=Count("pk", in_time), of=Count("pk")))


def decided_with_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Kept:
    """Worries about children told since a day that were decided beside the child's own words. Over the whole partnership,
    for those who see figures; `by`: those decided by these people of which the user may see everything."""
    told = _told_since(user, since) if by is None else concerns_open_to(user).filter(told_at__date__gte=since)
    decided = told.filter(state=Concern.State.DECIDED, person__isnull=False).order_by()
    if by is not None:
        decided = decided.filter(decided_by__in=by)
    return heard_before_deciding(user, decided, at="decided_at")


def _whole(user: User) -> Q:
    """About a child whom the user may see; or about a place or group, for those who see the partnership, the agency that
    told it, the one that takes it on, and the duty team's."""
    about_child = visible_through(user, "person", among_others=True)
    if not user.may(May.SEE_CHILD):
        return Q(pk__in=[])
    if user.may(May.SEE_PARTNERSHIP):
        return about_child | Q(person__isnull=True)
    mine = user.agencies_where(May.SEE_CHILD)
    of_duty_team = Exists(teams_visible_to(user).filter(takes_worries=True, agency_id__in=mine))
    theirs = Q(agency_id__in=mine) | Q(other_agency_id__in=mine) | Q(of_duty_team)
    return about_child | (Q(person__isnull=True) & theirs)


def _with_all(rows: QuerySet[Concern]) -> QuerySet[Concern]:
    return rows.select_related(
        "person", "place", "group", "agency", "told_by", "words", "case", "decided_by", "other_agency"
    )


def _told_since(user: User, since: date) -> QuerySet[Concern]:
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Concern.objects.filter(told_at__date__gte=since).order_by()
