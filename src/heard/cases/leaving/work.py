"""Handovers to follow, and young people who need a plan for what comes after 18."""

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case.queries import working
from heard.cases.case.work import WORKERS, worker_of
from heard.cases.leaving import queries
from heard.cases.leaving.rules import born_by, due_before_eighteen
from heard.govuk.environment import day

HANDOVERS = WorkList(
    "handovers", _("Handovers that nobody has accepted yet"), May.PLAN, queries.to_follow, "handover", "case.person",
    _("Handover that nobody has accepted yet"), whose="begun_by", own=lambda user: Q(begun_by=user),
    note=lambda row: _("to %(council)s, sent %(date)s") % {"council": row.to_council, "date": day(row.sent_on)},
    due="ask_again_on", shows=("case__person", "begun_by"), only_if=queries.to_follow_near,
    child="case__person",
)  # fmt: skip
AFTERWARDS = WorkList(
    "afterwards", _("Young people who need a plan for what comes after 18"), May.PLAN, queries.without_after_plan, "after_plan",
    "person", _("Plan for what comes after 18"), whose=worker_of, own=working, shows=("person", *WORKERS), due=lambda on: Q(person__birth_date__lte=born_by(on, settings.AFTERWARDS_MONTHS)),
    on=lambda row: due_before_eighteen(row.person.birth_date, settings.AFTERWARDS_MONTHS),
    only_if=queries.after_plan_near,
    child="person",
)  # fmt: skip
