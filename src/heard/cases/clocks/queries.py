"""Which clocks run for a child, and what somebody has to be in time with. `user` is always the first argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from heard.agencies.rules import Hidden, May
from heard.cases.case.counting import LED_BY, Counting
from heard.cases.case.queries import case_visible_to, led_by_own_agencies, worked_in
from heard.cases.clocks import rules
from heard.cases.clocks.models import ClockRun, Moment
from heard.knowledge import load
from heard.network.queries import visible_through

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Case
    from heard.knowledge.model import Clock

STANDING: Final = Q(
    happened=True, corrected_by__isnull=True
)  # moments that happened and that nothing corrects


def clocks_due(user: User) -> QuerySet[ClockRun]:
    """Clocks that run in open cases and that this user has to do with, longest overdue first: their team leads the case,
    they are the trusted worker, or they noted what started it. Those drawn from the record have lists of their own."""
    if not user.may(May.PLAN):
        return ClockRun.objects.none()
    rows = running_visible_to(user).filter(_to_do_with(user), case__state="open")
    return rows.order_by("due_on", "pk")


def clocks_near(user: User) -> QuerySet[ClockRun]:
    """Clocks without which there is none of them. Whether the user may see one is asked beside."""
    return ClockRun.objects.order_by().filter(
        _to_do_with(user), met_on=None, ended_on=None, case__state="open"
    )


def _to_do_with(user: User) -> Q:
    noted = Moment.objects.order_by().filter(noted_by=user).only("pk")
    return Q(case__in=worked_in(user)) | Q(started_by__in=noted)


def overdue_in_team(user: User) -> QuerySet[ClockRun]:
    """Clocks of the cases of the user's team that are overdue, the longest first."""
    led = led_by_own_agencies(user).order_by().values("pk")
    rows = running_visible_to(user).filter(case__in=led, due_on__lt=timezone.localdate())
    return rows.order_by("due_on", "pk")


def running_visible_to(user: User) -> QuerySet[ClockRun]:
    """Clocks that moments started and that run, of the children whom this user may see, with the child."""
    rows = ClockRun.objects.filter(visible_through(user, "case__person"), met_on=None, ended_on=None)
    return rows.select_related("case__person")


def clock_of(run: ClockRun) -> Clock:
    """The rule, as the release had it with which it began. Nothing is asked of the database."""
    return load.release(run.release).clock(run.clock)


def moments_visible_to(user: User) -> QuerySet[Moment]:
    """Everything that was noted, also what has been corrected since, the latest day first."""
    rows = Moment.objects.filter(visible_through(user, "case__person"))
    return rows.select_related("case__person", "noted_by", "corrected_by__noted_by")


def moments_of(user: User, case_id: uuid.UUID) -> QuerySet[Moment]:
    """Of one case. `Hidden` unless the user may see it."""
    return moments_visible_to(user).filter(case=case_visible_to(user, case_id))


def moment_visible_to(user: User, moment_id: uuid.UUID) -> Moment:
    """The moment, or `Hidden`."""
    moment = moments_visible_to(user).filter(pk=moment_id).first()
    if moment is None:
        raise Hidden
    return moment


def is_corrected(moment: Moment) -> bool:
    """For one that came from `moments_visible_to`."""
    return getattr(moment, "corrected_by", None) is not None


def why_not_begin_noting(user: User, case: Case) -> str | None:
    """What stands in the way of noting anything in this case."""
    return rules.why_not_begin_noting(may_note=user.may(May.PLAN), case_is_open=case.state == "open")


def to_meet(user: User, clocks: Iterable[str]) -> Counting:
    """Every clock of these names that was not over before its day because nothing was due any more, by its name; kept where it was
    met by the day. What was due and not done stays so, also where the case was closed afterwards. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    due = ClockRun.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=F("due_on")), clock__in=list(clocks)
    ).order_by()
    in_time = Q(met_on__lte=F("due_on"))
    return Counting(due, "due_on", in_time, "case__person", name=F("clock"), agency=f"case__{LED_BY}")


def in_child_protection(user: User) -> QuerySet[Any, Any]:
    """Keys of the cases in which a child protection plan began and has not ended, as moments were noted. For those who see figures; for counting,
    and shown to nobody."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    noted = Moment.objects.filter(STANDING).order_by().values("case")
    days = noted.annotate(
        began=Max("on", filter=Q(kind__in=rules.PLAN_BEGINS)),
        ended=Max("on", filter=Q(kind__in=rules.PLAN_ENDS)),
    )
    return days.filter(Q(ended=None) | Q(ended__lt=F("began")), began__isnull=False).values("case")
