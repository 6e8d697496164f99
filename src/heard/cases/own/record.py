"""What is said of the plan that the child keeps: when they were given it, or why not."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.own.models import GivenPlan
from heard.cases.own.queries import given_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Record, fact
from heard.govuk.said import say


def _given(given_plan: GivenPlan) -> Iterator[ChronologyEntry]:
    what, when = say(_("The child was not given their plan")), given_plan.given_on or given_plan.written_at
    if given_plan.given_on:
        what = say(_("The child was given their plan, by %(who)s"), who=given_plan.given_by)
    yield fact(
        EntryKind.PLAN,
        when,
        what,
        given_plan.why_not,
        noted=given_plan.written_at,
        who=given_plan.written_by_id,
    )


GIVEN = Record(
    _("When the child was given their plan"),
    GivenPlan.objects.all(),
    "plan__case__person",
    given_visible_to,
    chronology=_given,
)
