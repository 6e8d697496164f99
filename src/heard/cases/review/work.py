"""Reviews to hold, for those who hold them and for their team."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due, due_by_field
from heard.cases.review import queries
from heard.govuk.environment import day


def _line(row: Any) -> Waiting:
    return due(row.review_on, str(row.case.person), at("plan", plan_id=row.pk))


REVIEWS = WorkList(
    "reviews",
    _("Reviews to hold"),
    May.REVIEW,
    queries.reviews_to_hold,
    _line,
    due=due_by_field("review_on"),
    shows=("case__person",),
)
TEAMS_NEVER_HELD = WorkList(
    "without-review",
    _("Open cases in which no review has been held"),
    May.SEE_TEAM,
    queries.never_held_in_team,
    lambda case: Waiting(
        str(case.person),
        at("child", person_id=case.person_id),
        gettext("open since %(date)s") % {"date": day(case.opened_at)},
    ),
)
TEAMS_OVERDUE = WorkList(
    "reviews", _("Reviews that are overdue"), May.SEE_TEAM, queries.overdue_in_team, _line
)
