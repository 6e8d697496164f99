"""Worries that name what a restricted record holds, for those who decide about it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.concern.holder import queries
from heard.cases.concern.models import Concern
from heard.govuk.environment import day
from heard.network.queries import restricted_near

TO_DECIDE = WorkList(
    "held", _("Worries that name what a restricted record holds"), May.DECIDE, queries.to_decide,
    lambda row: reverse("held_worry", kwargs={"person_id": row.held_by, "held_id": row.pk}), "held_name",
    lambda row: _("A worry told by %(agency)s on %(date)s names something that a record you answer for holds") % {"agency": row.agency, "date": day(row.told_at)},
    whose=_("whoever decides"), due="look_again_on", shows=("agency",),
    ahead=lambda row: First.DANGER if row.danger_now == Concern.Danger.YES else None,
    only_if=restricted_near,
)  # fmt: skip
