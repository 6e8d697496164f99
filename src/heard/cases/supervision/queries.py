"""What the two whom a supervision belongs to may read of it, and what others may read in the child's record.

`user` is always the first argument.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Case as Either
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, When

from heard.agencies.queries import colleagues_visible_to
from heard.agencies.rules import MAY, Hidden, May
from heard.cases.case.counting import Counting
from heard.cases.case.queries import beside_words, cases_visible_to
from heard.cases.case.rules import Kept
from heard.cases.supervision import rules
from heard.cases.supervision.models import (
    RecordedDecision,
    Supervision,
    SupervisionAction,
    SupervisionCorrection,
    SupervisionDecision,
)
from heard.network.queries import visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case

_SUPERVISING = [role.value for role, may in MAY.items() if May.SUPERVISE in may]


def supervisions_visible_to(user: User) -> QuerySet[Supervision]:
    """Those in which this user is the worker or the supervisor, the latest first. Nobody else sees one, whatever they
    may do; and the supervisor keeps seeing it when the worker has left."""
    rows = Supervision.objects.filter(Q(worker_id=user.pk) | Q(supervisor_id=user.pk))
    return (rows if user.may(May.SIGNED_IN) else rows.none()).select_related("worker", "supervisor")


def supervision_visible_to(user: User, supervision_id: uuid.UUID) -> Supervision:
    """With its decisions, actions and corrections, or `Hidden`."""
    decisions = SupervisionDecision.objects.select_related("case", "on_record")
    rows = supervisions_visible_to(user).prefetch_related(
        Prefetch("decisions", decisions),
        Prefetch("actions", SupervisionAction.objects.select_related("owner")),
        Prefetch("corrections", SupervisionCorrection.objects.select_related("written_by")),
    )
    found = rows.filter(pk=supervision_id).first()
    if found is None:
        raise Hidden
    return found


def decision_visible_to(user: User, decision_id: uuid.UUID) -> SupervisionDecision:
    """A decision of a supervision of this user, about a child whose record they may open; else `Hidden`."""
    rows = SupervisionDecision.objects.filter(
        visible_through(user, "case__person"), supervision__in=supervisions_visible_to(user)
    )
    found = rows.select_related("supervision", "case__person", "on_record").filter(pk=decision_id).first()
    if found is None:
        raise Hidden
    return found


def waiting_for(user: User) -> QuerySet[Supervision]:
    """What this user has to do with: to hold or prepare, and to read; the longest overdue first.

    Of somebody who has left, nothing waits any more.
    """
    unread = Q(worker_id=user.pk, worker_read_at=None) | Q(supervisor_id=user.pk, supervisor_read_at=None)
    due = Q(state=rules.SupervisionState.PLANNED) | (Q(state=rules.SupervisionState.HELD) & unread)
    rows = supervisions_visible_to(user).filter(due)
    return rows.filter(worker__is_active=True, supervisor__is_active=True).order_by("planned_on", "begun_at")


def actions_to_do(user: User) -> QuerySet[SupervisionAction]:
    """What this user said in supervision that they would do, first due first."""
    rows = SupervisionAction.objects.filter(
        supervision__in=supervisions_visible_to(user), owner_id=user.pk, done_on=None
    )
    return rows.select_related("supervision").order_by("due_on", "pk")


def supervisors_of(user: User) -> QuerySet[User]:
    """Whom this user can choose as their supervisor: those who hold supervision in a team in which they work."""
    teams = user.memberships.values("team")
    rows = colleagues_visible_to(user).exclude(pk=user.pk)
    return rows.filter(memberships__team__in=teams, memberships__role__in=_SUPERVISING).distinct()


def supervised_by(user: User) -> QuerySet[User]:
    """With whom this user can hold supervision: the people of the teams in which they have that role."""
    teams = user.memberships.filter(role__in=_SUPERVISING).values("team")
    rows = colleagues_visible_to(user).exclude(pk=user.pk)
    return rows.filter(memberships__team__in=teams).distinct()


def under_way(user: User, *, worker: User, supervisor: User) -> bool:
    """Whether these two have a supervision to come. For one of the two."""
    rows = supervisions_visible_to(user).filter(worker=worker, supervisor=supervisor)
    return rows.filter(state=rules.SupervisionState.PLANNED).exists()


def cases_to_decide_on(user: User, supervision: Supervision) -> QuerySet[Case]:
    """Open cases that this user sees and that the worker works in, as the child's worker or in a plan; those first in
    which they are that, then the latest opened."""
    rows = cases_visible_to(user).filter(state="open")
    theirs = rows.filter(plans__outcomes__actions__owner=supervision.worker_id)
    counts = Q(trusted_worker=supervision.worker_id) | Q(allocated_worker=supervision.worker_id)
    return rows.filter(counts | Q(Exists(theirs.filter(pk=OuterRef("pk"))))).order_by(
        Either(When(counts, then=0), default=1), "-opened_at", "pk"
    )


def recorded_beside_words(user: User, *, since: date, by: Iterable[int] | None = None) -> Counting:
    """Decisions taken in supervision and copied into a record since a day beside the child's own words. Over the
    whole partnership, for those who see figures; `by`: those taken by these people, of the children whom the user
    may see."""
    if by is None and not user.may(May.SEE_FIGURES):
        raise Hidden
    rows = RecordedDecision.objects.order_by()
    if by is not None:
        rows = rows.filter(visible_through(user, "case__person"), decided_by__in=by)
    recorded = rows.filter(decided_on__gte=since)
    return beside_words(user, recorded, at="decided_on", around="case")


def held_of_planned(user: User, *, since: date, until: date) -> Kept:
    """Meetings planned for one of these days that were held by the last of them, of all but those called off. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    planned = Supervision.objects.filter(planned_on__gte=since, planned_on__lte=until).order_by()
    planned = planned.exclude(state=rules.SupervisionState.CALLED_OFF)
    return Kept(planned.exclude(state=rules.SupervisionState.PLANNED).count(), planned.count())
