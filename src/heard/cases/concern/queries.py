"""What may be read about worries. `user` is always the first argument."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, QuerySet

from heard.agencies.queries import duty_team
from heard.agencies.rules import Hidden, May
from heard.cases.attachment.rules import SEEN_THROUGH
from heard.cases.case.rules import Kept
from heard.cases.concern.models import Concern
from heard.network.queries import people_findable_by, people_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User


def concerns_visible_to(user: User) -> QuerySet[Concern]:
    """Worries about children whom the user may see, and those they told, as long as the child is not restricted
    to others. With the child, the agency and who told it."""
    told = Q(told_by=user, person__in=people_findable_by(user))
    rows = Concern.objects.filter(Q(person__in=people_visible_to(user)) | told)
    return rows.select_related("person", "agency", "told_by", "words", "case", "decided_by", "other_agency")


SEEN_THROUGH["concern"] = concerns_visible_to  # files of a worry are for whoever may see it


def concern_visible_to(user: User, concern_id: uuid.UUID) -> Concern:
    """The worry, or `Hidden`."""
    concern = concerns_visible_to(user).filter(pk=concern_id).first()
    if concern is None:
        raise Hidden
    return concern


def concerns_of(user: User, person_id: uuid.UUID) -> QuerySet[Concern]:
    """Worries about one child that this user may see, the latest first."""
    return concerns_visible_to(user).filter(person_id=person_id).order_by("-told_at")


def waiting_for_decision(user: User) -> QuerySet[Concern]:
    """Worries on which this user may decide, those due first at the top."""
    return decidable_by(user).filter(state=Concern.State.TOLD).order_by("due_on", "told_at")


def decides(user: User) -> bool:
    """Worries come to the duty team, so its agency decides on them, or somebody who sees the whole partnership: no
    supervisor of another agency, which may be the one that the worry is about."""
    if not user.may(May.DECIDE) or user.may(May.SEE_PARTNERSHIP):
        return user.may(May.DECIDE)
    team = duty_team(user)
    return team is None or team.agency_id in user.agencies_where(May.DECIDE)


def decidable_by(user: User) -> QuerySet[Concern]:
    """Worries of the children whom somebody who decides may see, decided or not."""
    rows = concerns_visible_to(user).filter(person__in=people_visible_to(user))
    return rows if decides(user) else rows.none()


def told_by(user: User) -> QuerySet[Concern]:
    """Worries that this user told, the latest first."""
    return concerns_visible_to(user).filter(told_by=user).order_by("-told_at")


def decided_in_time(user: User, *, since: date, today: date) -> Kept:
    """Worries told since a day that were decided by the day they were due; those not due yet are not counted.

    Over the whole partnership, for those who see figures.
    """
    told = _told_since(user, since).filter(Q(due_on__lt=today) | Q(state=Concern.State.DECIDED))
    in_time = Q(state=Concern.State.DECIDED, decided_at__date__lte=F("due_on"))
    return Kept(**told.aggregate(kept=Count("pk", in_time), of=Count("pk")))


def decided_with_words(user: User, *, since: date) -> Kept:
    """Worries told since a day that were decided beside the child's own words."""
    decided = _told_since(user, since).filter(state=Concern.State.DECIDED)
    return Kept(**decided.aggregate(kept=Count("pk", Q(why_without_words="")), of=Count("pk")))


def _told_since(user: User, since: date) -> QuerySet[Concern]:
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    return Concern.objects.filter(told_at__date__gte=since).order_by()
