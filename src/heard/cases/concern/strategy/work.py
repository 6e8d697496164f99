"""Strategy discussions that somebody has to hold."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.concern.strategy import queries
from heard.cases.concern.strategy.models import StrategyDiscussion

TO_HOLD = WorkList(
    "strategy", _("Strategy discussions to hold"), May.DECIDE, queries.to_hold, "strategy", "person",
    _("Strategy discussion"), whose="lead", own=lambda user: Q(lead=user), due="planned_on",
    shows=("person", "lead"), only_if=lambda user: StrategyDiscussion.objects.filter(state="planned"),
    child="person",
)  # fmt: skip
