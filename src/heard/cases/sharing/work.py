"""Requests to answer, and shares to decide and to look at again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.sharing import queries, rules
from heard.cases.sharing.models import InfoRequest

REQUESTS = WorkList(
    "requests", _("Requests that wait for an answer"), May.SHARE, queries.requests_due, "request", "person",
    note="other_side", due="due_on", shows=("person",),
    only_if=lambda user: InfoRequest.objects.filter(state=rules.Answer.OPEN),
)  # fmt: skip
SHARES = WorkList(
    "shares", _("Shares to decide, and to look at again"), May.SHARE,
    lambda user: queries.shares_to_review(user, today=timezone.localdate()), "share", "person",
    note="other_side", due="review_on", shows=("person",),
)  # fmt: skip
