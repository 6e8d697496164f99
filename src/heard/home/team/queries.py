"""The work of the agencies in which somebody sees the team: who works with whom, and what has waited longest.

Counts are of work, never of a child's qualities, and only about children whom the user may see. Nobody is ranked: people
stand by name, children by how long they have waited.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Exists, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.agencies.queries import colleagues_visible_to
from heard.agencies.rules import MAY, Hidden, May
from heard.board import decisions
from heard.cases.assessment import work as assessment
from heard.cases.assessment.queries import assessments_visible_to
from heard.cases.case import work as case
from heard.cases.case.queries import cases_visible_to, led_by_own_agencies, standing_deaths
from heard.cases.clocks import work as clocks
from heard.cases.concern import work as concern
from heard.cases.plan import work as plan
from heard.cases.plan.queries import actions_visible_to, plans_visible_to
from heard.cases.review import work as review
from heard.govuk.environment import day
from heard.network.queries import sees

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.agencies.waiting import WorkList
    from heard.cases.case.rules import Kept

# What has waited longest in the team.
OLDEST: Final[tuple[WorkList, ...]] = (
    case.TEAMS_URGENT,
    concern.DECISIONS,
    review.TEAMS_NEVER_HELD,
    review.TEAMS_OVERDUE,
    assessment.TEAMS_TO_BEGIN,
    assessment.TEAMS_OVERDUE,
    plan.TEAMS_OVERDUE,
    clocks.TEAMS_OVERDUE,
)
# What is counted of each colleague, as fields of `Load` and in words.
COUNTED: Final = {
    "allocated": gettext_lazy("Allocated to them"),
    "children": gettext_lazy("Trusted worker for"),
    "actions": gettext_lazy("Actions to do"),
    "overdue": gettext_lazy("Actions overdue"),
    "assessments": gettext_lazy("Assessments being written"),
    "reviews": gettext_lazy("Reviews due in a week"),
}
_WORKING = [role.value for role, allowed in MAY.items() if May.PLAN in allowed]
_SOON = timedelta(days=7)  # a review that is due is counted this long before


@dataclass(frozen=True)
class Load:
    """What one colleague has to do now: counts of work alone."""

    user_id: int
    name: str
    allocated: int = 0
    children: int = 0
    actions: int = 0
    overdue: int = 0
    assessments: int = 0
    reviews: int = 0

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Each number with its name in `COUNTED`."""
        return [(what, getattr(self, what)) for what in COUNTED]


def agencies_of_team(user: User) -> set[uuid.UUID]:
    """Keys of the agencies whose team this user sees."""
    return user.agencies_where(May.SEE_TEAM)


def team_case(user: User, case_id: uuid.UUID) -> Any:
    """One of them, or `Hidden`."""
    case = led_by_own_agencies(user).filter(pk=case_id).first()
    if case is None:
        raise Hidden
    return case


def colleagues_of_team(user: User) -> QuerySet[User]:
    """Active people of these agencies who work with children, by name."""
    rows = colleagues_visible_to(user).filter(
        memberships__team__agency__in=agencies_of_team(user), memberships__role__in=_WORKING
    )
    rows = rows.order_by("last_name", "first_name", "pk").distinct()
    return rows if user.may(May.SEE_TEAM) else rows.none()


@dataclass(frozen=True)
class CountedRow:
    """One of what a number counts: whom it is about, where it leads, and what it is."""

    child: str
    href: str
    says: str = ""


@dataclass(frozen=True)
class _Counted:
    """Rows of which some are somebody's to do: by which field, by which field a child stands in them, and each as a line."""

    rows: QuerySet[Any]
    by: str
    child: str
    line: Callable[[Any], CountedRow]


def load_of(user: User, people: Iterable[User], *, today: date) -> list[Load]:
    """Of each of these people, in their order. Six queries, however many they are."""
    order = list(people)
    ids = [person.pk for person in order]
    counted = {
        what: _count(one.rows.filter(**{f"{one.by}__in": ids}), one.by)
        for what, one in _counted(user, today).items()
    }
    return [
        Load(user.pk, str(user), **{what: by.get(user.pk, 0) for what, by in counted.items()})
        for user in order
    ]


def load_by_name(
    user: User, people: Mapping[str, tuple[User, str]], *, today: date
) -> list[tuple[str, Load]]:
    """The same of those who may be chosen, each by how they are called in the list."""
    loads = load_of(user, (who for who, _called in people.values()), today=today)
    return [(called, load) for (_who, called), load in zip(people.values(), loads, strict=True)]


def _counted(user: User, today: date) -> dict[str, _Counted]:
    """The rows behind each number of `COUNTED`."""
    opened = cases_visible_to(user).filter(state="open")
    doing = actions_visible_to(user).filter(state="open", outcome__plan__state="agreed")
    overdue = doing.filter(due_on__lt=today)
    writing = assessments_visible_to(user).filter(case__state="open", state__in=("draft", "returned"))
    to_review = plans_visible_to(user).filter(state="agreed", review_on__lte=today + _SOON)
    child, of_action = "case__person", "outcome__plan__case__person"
    return {
        "allocated": _Counted(opened, "allocated_worker", "person", _case),
        "children": _Counted(opened, "trusted_worker", "person", _case),
        "actions": _Counted(doing, "owner", of_action, _action),
        "overdue": _Counted(overdue, "owner", of_action, _action),
        "assessments": _Counted(writing, "author", child, _assessment),
        "reviews": _Counted(to_review, "case__trusted_worker", child, _review),
    }


def _case(case: Any) -> CountedRow:
    return CountedRow(str(case.person), reverse("child", kwargs={"person_id": case.person_id}))


def _action(action: Any) -> CountedRow:
    plan = action.outcome.plan
    says = _("%(what)s, by %(date)s") % {"what": action.what, "date": day(action.due_on)}
    return CountedRow(str(plan.case.person), reverse("plan", kwargs={"plan_id": plan.pk}), says)


def _assessment(assessment: Any) -> CountedRow:
    href = reverse("assessment", kwargs={"assessment_id": assessment.pk})
    return CountedRow(str(assessment.case.person), href, assessment.get_state_display())


def _review(plan: Any) -> CountedRow:
    says = _("review by %(date)s") % {"date": day(plan.review_on)}
    return CountedRow(str(plan.case.person), reverse("plan", kwargs={"plan_id": plan.pk}), says)


@dataclass(frozen=True)
class Behind:
    """Whose number it is, the rows that it counts, by child, and each of them as a line."""

    colleague: User
    rows: QuerySet[Any]
    line: Callable[[Any], CountedRow]


def behind(user: User, colleague_id: int, what: str, *, today: date) -> Behind:
    """What a number of `Load` counts; or `Hidden`. One query beside its rows."""
    colleague = colleagues_of_team(user).filter(pk=colleague_id).first()
    one = _counted(user, today).get(what)
    if colleague is None or one is None:
        raise Hidden
    rows = one.rows.filter(**{one.by: colleague}).select_related(one.child).distinct()
    names = (f"{one.child}__{name}" for name in ("family_name", "given_name"))
    return Behind(colleague, rows.order_by(*names, "pk"), one.line)


@dataclass(frozen=True)
class TeamLoad:
    """What a team leads now: open cases, and those of them in which the child waits for an allocated worker who may see them."""

    name: str
    cases: int
    waiting: int


def load_of_teams(user: User) -> list[TeamLoad]:
    """Of each team of these agencies that leads any case, by name. Two queries."""
    led = led_by_own_agencies(user)
    living = led.filter(~Exists(standing_deaths(user)))
    waiting = _count(living.exclude(sees(user, "allocated_worker", "person")), "lead_team")
    teams = led.order_by("lead_team__agency__name", "lead_team__name").values_list(
        "lead_team", "lead_team__name", "lead_team__agency__name"
    )
    return [
        TeamLoad(f"{agency}: {name}", cases, waiting.get(team, 0))
        for team, name, agency, cases in teams.annotate(cases=Count("pk", distinct=True))
    ]


def _count(rows: QuerySet[Any], by: str) -> dict[Any, int]:
    """How many rows each person or team has."""
    counted = rows.order_by().values_list(by).annotate(number=Count("pk", distinct=True))
    return dict(counted)


def oldest(user: User, key: str) -> WorkList:
    """One of the kinds of `OLDEST`, or `Hidden`."""
    kind = next((kind for kind in OLDEST if kind.key == key and user.may(kind.may)), None)
    if kind is None:
        raise Hidden
    return kind


def decided_by_team(user: User, *, since: date) -> list[tuple[str, Kept]]:
    """What people of these agencies decided since a day, and how much of it beside the child's words, by stage."""
    people = colleagues_visible_to(user).filter(memberships__team__agency__in=agencies_of_team(user))
    by = people.order_by().values_list("pk", flat=True).distinct()
    return decisions.by_stage(user, since=since, by=by)
