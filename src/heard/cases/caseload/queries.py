"""The children of a worker or of a team, each in one line. `user` is always the first argument."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.queries import colleagues_visible_to
from heard.agencies.rules import May
from heard.cases.assessment.models import Assessment
from heard.cases.assessment.queries import day_to_sign
from heard.cases.case.models import Case, Words
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.queries import urgent_of
from heard.cases.case.queries import led_by_own_agencies, my_cases, standing_deaths
from heard.cases.caseload.models import SavedView
from heard.cases.caseload.rules import CaseloadFilter, Nobody, Order, Stage
from heard.cases.clocks.models import ClockRun
from heard.cases.note.models import ContactNote
from heard.cases.note.rules import Seen
from heard.cases.plan.models import Action, Plan
from heard.cases.reporting.models import OffenceReport
from heard.govuk.environment import day
from heard.network.queries import sees

if TYPE_CHECKING:
    from heard.agencies.models import User

STAGES: Final = {
    Stage.TO_ASSESS: _("Not assessed yet"),
    Stage.ASSESSING: _("Being assessed"),
    Stage.TO_SIGN_OFF: _("Waiting for sign-off"),
    Stage.TO_PLAN: _("Assessed, no plan yet"),
    Stage.PLANNING: _("Plan being written"),
    Stage.PLAN: _("Plan agreed"),
    Stage.REVIEW_OVERDUE: _("Review overdue"),
}
# What is due, by the name of its annotation.
_DUE: Final = {
    "review_on": _("review"),
    "action_on": _("action"),
    "assessment_on": _("assessment"),
    "clock_on": _("statutory deadline"),
    "report_on": _("report of an offence"),
}
_NEVER = date(9999, 12, 31)
_WAS_SEEN = (Seen.ALONE.value, Seen.WITH_OTHERS.value)


@dataclass(frozen=True)
class CaseloadLine:
    """One child of a caseload. Days are None where nobody has written one down. Nothing is due with a child who has `died`."""

    case: Case
    stage: Any
    died: bool
    overdue: bool
    seen_on: date | None
    alone_on: date | None
    words_on: date | None
    due_on: date | None
    due: Any
    unread: int
    urgent: bool


def views_of(user: User) -> QuerySet[SavedView]:
    """The views that this user saved, of every page, by name."""
    rows = SavedView.objects.filter(user_id=user.pk)
    return rows if user.may(May.PLAN) or user.may(May.SEE_TEAM) else rows.none()


def my_caseload(user: User, asked: CaseloadFilter) -> QuerySet[Any]:
    """Open cases of the children who count on this user, each with what a line says."""
    return _asked_for(_with_all(user, my_cases(user)), asked)


def team_caseload(user: User, asked: CaseloadFilter) -> QuerySet[Any]:
    """Open cases of the agencies in which this user sees the team."""
    rows = _with_all(user, led_by_own_agencies(user))
    if asked.worker:
        rows = rows.filter(_of_worker(asked.worker))
    return _asked_for(rows, asked)


def lines(user: User, rows: Iterable[Any], today: date) -> Iterator[CaseloadLine]:
    """What each line says, of rows of one of this user’s caseloads. No query beside theirs."""
    for row in rows:
        due = {name: getattr(row, name) for name in _DUE if getattr(row, name) and not row.died}
        first = min(due, key=lambda name: due[name], default="")
        yield CaseloadLine(
            case=row,
            stage=_died(row) if row.died else STAGES[Stage(row.stage)],
            died=row.died,
            overdue=bool(first) and due[first] < today,
            seen_on=_day(row.seen_at),
            alone_on=_day(row.alone_at),
            words_on=row.words_on,
            due_on=due.get(first),
            due=_DUE.get(first, ""),
            unread=row.unread or 0,
            urgent=bool(row.urgent),
        )


def _died(row: Any) -> str:
    return gettext("Died on %(date)s") % {"date": day(row.died_on)} if row.died_on else gettext("Has died")


def lines_of(user: User, cases: QuerySet[Case]) -> Iterator[CaseloadLine]:
    """What a line says of cases that the caller has shown the user may see."""
    return lines(user, _with_all(user, cases), timezone.localdate())


def workers_of_team(user: User) -> list[tuple[str, str]]:
    """Who is allocated to the children of the team, and whom they count on, by name, to choose from."""
    cases = led_by_own_agencies(user).order_by()
    theirs = Q(pk__in=cases.values("allocated_worker")) | Q(pk__in=cases.values("trusted_worker"))
    people = colleagues_visible_to(user).filter(theirs).order_by("last_name", "first_name", "pk")
    people = people.distinct().prefetch_related(None)
    return [(str(person.pk), str(person)) for person in people]


def to_hand_over(user: User, references: Collection[str]) -> list[Case]:
    """Of these cases those that are open and led by the user's agencies, of children who have not died, by name of the child."""
    rows = led_by_own_agencies(user).filter(~Exists(standing_deaths(user)), reference__in=references)
    rows = rows.select_related("person", "allocated_worker", "trusted_worker")
    return list(rows.order_by("person__family_name", "person__given_name", "pk"))


def _of_worker(worker: str) -> Q:
    if worker == Nobody.ALLOCATED:
        return Q(unallocated=0)
    if worker == Nobody.TRUSTED:
        return Q(nobody=0)
    return Q(allocated_worker=worker) | Q(trusted_worker=worker)


def _lacks(user: User, worker: str) -> models.Case:
    """0 where the child waits for one: there is none who sees the child, and the child has not died; else 1."""
    waits = ~sees(user, worker, "person") & Q(died=False)
    return models.Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField())


def _with_all(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """`unallocated`: 0 where nobody is allocated, or the one who is cannot see the child any more; `nobody`: 0 where the child
    can count on nobody in the same sense. Neither of a child who has `died`, with whom nothing is due. One query at once, for
    what is to be assessed that nobody has begun."""
    begin_by = day_to_sign(user, rows)
    seen = ContactNote.objects.filter(person=OuterRef("person"), corrected_by=None, seen__in=_WAS_SEEN)
    words = Words.objects.filter(person=OuterRef("person"), corrected_by=None)
    unread = Reader.objects.filter(
        user=user, seen_at=None, notice__ended_at=None, notice__person=OuterRef("person")
    )
    plans = Plan.objects.filter(case=OuterRef("pk"), state="agreed")
    actions = Action.objects.filter(
        outcome__plan__case=OuterRef("pk"), outcome__plan__state="agreed", state="open"
    )
    writing = Assessment.objects.filter(case=OuterRef("pk")).exclude(state="signed")
    running = ClockRun.objects.filter(case=OuterRef("pk"), met_on=None, ended_on=None)
    untold = OffenceReport.objects.filter(person=OuterRef("person"), reported_at=None, taken_back_at=None)
    rows = rows.annotate(
        died=Exists(standing_deaths(user)), died_on=_one(standing_deaths(user), Max("died_on"))
    )
    rows = rows.select_related("person", "allocated_worker", "trusted_worker", "lead_team").annotate(
        unallocated=_lacks(user, "allocated_worker"),
        nobody=_lacks(user, "trusted_worker"),
        seen_at=_one(seen, Max("at")),
        alone_at=_one(seen.filter(seen=Seen.ALONE.value), Max("at")),
        words_on=_one(words, Max("heard_on")),
        unread=_one(unread, Count("pk"), IntegerField()),
        urgent=Exists(urgent_of(user, OuterRef("person"))),
        review_on=_one(plans, Min("review_on")),
        action_on=_one(actions, Min("due_on")),
        assessment_on=Coalesce(_one(writing, Min("due_on")), begin_by),
        clock_on=_one(running, Min("due_on")),
        report_on=_one(untold, Min("due_on")),
    )
    dues = (Coalesce(F(name), Value(_NEVER), output_field=DateField()) for name in _DUE)
    due_on = models.Case(When(died=True, then=Value(_NEVER)), default=Least(*dues))
    return rows.annotate(stage=_stage(), due_on=due_on)


def _one(rows: QuerySet[Any], what: Any, kind: Any = None) -> Subquery:
    """One figure of the rows that belong to a case."""
    found = rows.order_by().annotate(all_of_them=Value(1)).values("all_of_them")
    return Subquery(found.annotate(figure=what).values("figure"), output_field=kind)


def _stage() -> models.Case:
    """The first that is so."""
    plans = Plan.objects.filter(case=OuterRef("pk"))
    assessments = Assessment.objects.filter(case=OuterRef("pk"))
    since_opened = assessments.filter(state="signed", signed_at__gte=OuterRef("opened_at"))
    agreed = plans.filter(state="agreed")
    in_order = (
        (Exists(agreed.filter(review_on__lt=timezone.localdate())), Stage.REVIEW_OVERDUE),
        (Exists(agreed), Stage.PLAN),
        (Exists(plans.filter(state="draft")), Stage.PLANNING),
        (Exists(assessments.filter(state="submitted")), Stage.TO_SIGN_OFF),
        (Exists(assessments.filter(state__in=("draft", "returned"))), Stage.ASSESSING),
        (Exists(since_opened), Stage.TO_PLAN),
    )
    whens = (When(is_so, then=Value(stage.value)) for is_so, stage in in_order)
    return models.Case(*whens, default=Value(Stage.TO_ASSESS.value), output_field=CharField())


def _asked_for(rows: QuerySet[Any], asked: CaseloadFilter) -> QuerySet[Any]:
    if asked.stage:
        rows = rows.filter(stage=asked.stage)
    if asked.unread:
        rows = rows.filter(unread__gt=0)
    if asked.not_seen_for:
        since = timezone.now() - timedelta(days=asked.not_seen_for)
        rows = rows.filter(Q(seen_at=None) | Q(seen_at__lt=since))
    return rows.order_by("-urgent", *_order(asked), "person__family_name", "person__given_name", "pk")


def _order(asked: CaseloadFilter) -> list[Any]:
    if asked.order is Order.STAGE:
        places = (When(stage=stage.value, then=Value(place)) for place, stage in enumerate(STAGES))
        fields: list[Any] = [models.Case(*places, output_field=IntegerField())]
    else:
        fields = [F(name) for name in _FIELDS[asked.order]]
    if asked.backwards:
        return [field.desc(nulls_last=True) for field in fields]
    return [field.asc(nulls_first=True) for field in fields]


_FIELDS: Final = {
    Order.NAME: ("person__family_name", "person__given_name"),
    Order.ALLOCATED: ("unallocated", "allocated_worker__last_name", "allocated_worker__first_name"),
    Order.WORKER: ("nobody", "trusted_worker__last_name", "trusted_worker__first_name"),
    Order.SEEN: ("seen_at",),
    Order.ALONE: ("alone_at",),
    Order.WORDS: ("words_on",),
    Order.DUE: ("due_on",),
}


def _day(at: Any) -> date | None:
    return timezone.localtime(at).date() if at else None
