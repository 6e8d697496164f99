"""The work of the agencies in which somebody sees the team: who works with whom, and what has waited longest.

Counts are of work, never of a child's qualities, and only about children whom the user may see. Nobody is ranked: people
stand by name, children by how long they have waited.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from heard.agencies.queries import colleagues_visible_to
from heard.agencies.rules import MAY, Hidden, May
from heard.board import decisions
from heard.cases.assessment.queries import assessments_visible_to
from heard.cases.case.queries import cases_visible_to, led_by_own_agencies
from heard.cases.clocks import work as clocks
from heard.cases.concern import work as concern
from heard.cases.plan import work as plan
from heard.cases.plan.queries import actions_visible_to, plans_visible_to
from heard.cases.review import work as review

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.agencies.waiting import WorkList
    from heard.cases.case.rules import Kept

# What has waited longest in the team.
OLDEST: Final[tuple[WorkList, ...]] = (
    concern.DECISIONS,
    review.TEAMS_NEVER_HELD,
    review.TEAMS_OVERDUE,
    plan.TEAMS_OVERDUE,
    clocks.TEAMS_OVERDUE,
)
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
    def says(self) -> str:
        """In one line, beside a name."""
        return _(
            "allocated: %(allocated)s, children who count on them: %(children)s, actions to do: %(actions)s, of these overdue: %(overdue)s"
        ) % {
            "allocated": self.allocated,
            "children": self.children,
            "actions": self.actions,
            "overdue": self.overdue,
        }


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


def load_of(user: User, people: Iterable[User], *, today: date) -> list[Load]:
    """Of each of these people, in their order. Six queries, however many they are."""
    order = list(people)
    ids = [person.pk for person in order]
    opened = cases_visible_to(user).filter(state="open")
    doing = actions_visible_to(user).filter(owner__in=ids, state="open", outcome__plan__state="agreed")
    writing = assessments_visible_to(user).filter(author__in=ids, case__state="open")
    writing = writing.filter(state__in=("draft", "returned"))
    to_review = plans_visible_to(user).filter(
        state="agreed", review_on__lte=today + _SOON, case__trusted_worker__in=ids
    )
    counted = {
        "allocated": _count(opened.filter(allocated_worker__in=ids), "allocated_worker"),
        "children": _count(opened.filter(trusted_worker__in=ids), "trusted_worker"),
        "actions": _count(doing, "owner"),
        "overdue": _count(doing.filter(due_on__lt=today), "owner"),
        "assessments": _count(writing, "author"),
        "reviews": _count(to_review, "case__trusted_worker"),
    }
    return [
        Load(one.pk, str(one), **{what: by.get(one.pk, 0) for what, by in counted.items()}) for one in order
    ]


def _count(rows: QuerySet[Any], by: str) -> dict[int, int]:
    """How many rows each person has."""
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
