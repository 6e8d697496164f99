"""Reviews to hold, for those who hold them and for their team."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case.queries import working
from heard.cases.case.work import worker_of, workers_at
from heard.cases.review import queries
from heard.govuk.environment import day

REVIEWS = WorkList(
    "reviews", _("Reviews to hold"), May.REVIEW, queries.reviews_to_hold, "plan", "case.person",
    _("Review of the plan"), whose=lambda row: worker_of(row.case), own=lambda user: working(user, "case__"), due="review_on",
    shows=("case__person", *workers_at("case")),
    only_if=queries.reviews_near,
    child="case__person",
)  # fmt: skip
TEAMS_NEVER_HELD = WorkList(
    "without-review", _("Open cases in which no review has been held"), May.SEE_TEAM, queries.never_held_in_team,
    "child", "person", _("No review has been held"), of="person_id", whose=worker_of, note=lambda row: _("open since %(date)s") % {"date": day(row.opened_at)},
    child="person",
)  # fmt: skip
TEAMS_OVERDUE = WorkList(
    "reviews", _("Reviews that are overdue"), May.SEE_TEAM, queries.overdue_in_team, "plan", "case.person", _("Review of the plan"),
    whose=lambda row: worker_of(row.case), due="review_on", shows=("case__person", *workers_at("case")),
    child="case__person",
)  # fmt: skip
