"""Unusual reading, for whoever looks at it."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.watch import queries
from heard.cases.watch.models import ReadingAlert
from heard.govuk.environment import time

ALERTS = WorkList(
    "alerts", _("Unusual reading, to look at"), May.REVIEW_READING, queries.alerts_waiting, "alert",
    "reader", lambda row: row.get_kind_display(), whose=_("whoever reviews it"),
    note=lambda row: time(row.last_at), shows=("reader",),
    only_if=lambda user: ReadingAlert.objects.filter(answered_at=None),
)  # fmt: skip
