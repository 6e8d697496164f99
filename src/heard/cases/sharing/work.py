"""What was shared with somebody and is not opened; requests to answer; shares to decide and to look at again."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.sharing import queries, rules
from heard.cases.sharing.models import InfoRequest, Share
from heard.govuk.environment import time


def _to(row: InfoRequest | Share) -> str:
    return _("to %(who)s") % {"who": row.other_side}


REQUESTS = WorkList(
    "requests", _("Requests that wait for an answer"), May.SHARE, queries.requests_due, "request", "person",
    _("Request for information"), whose="noted_by", own=lambda user: Q(noted_by=user), note=lambda row: _to(row) if row.direction == rules.Direction.WE_ASK else "",
    by=lambda row: row.other_side if row.direction == rules.Direction.THEY_ASK else "", due="due_on", shows=("person", "noted_by"),
    only_if=queries.requests_near,
)  # fmt: skip
ASKED_OF_US = WorkList(
    "asked-of-us", _("Asked of your agency: to answer"), May.SEE_CHILD, queries.to_answer, "asked_of_us", "person",
    _("Request for information"), by="noted_by", due="due_on", shows=("person", "noted_by"),
    only_if=queries.to_answer_near,
)  # fmt: skip
SHARES = WorkList(
    "shares", _("Shares to decide, and to look at again"), May.SHARE,
    lambda user: queries.shares_to_review(user, today=timezone.localdate()), "share", "person",
    lambda row: _("Share to decide") if row.state == rules.SharingState.PREPARED else _("Share to look at again"), note=lambda row: _to(row), due="review_on", shows=("person",),
    only_if=lambda user: queries.shares_near(user, today=timezone.localdate()),
)  # fmt: skip
DELIVERED = WorkList(
    "delivered", _("Shared with you: to open"), May.SEE_CHILD,
    lambda user: queries.deliveries_to_open(user, now=timezone.now()), "delivery", "share.person",
    _("Shared with you"), note=lambda row: time(row.delivered_at), by="share.decided_by",
    shows=("share__person", "share__decided_by"),
    only_if=queries.to_open_near,
)  # fmt: skip
NOT_OPENED = WorkList(
    "not-opened", _("Shared, and not opened there"), May.SHARE,
    lambda user: queries.deliveries_not_opened(user, now=timezone.now()), "share", "share.person", _("Shared, and not opened there"), of="share_id",
    note=lambda row: _to(row.share), shows=("share__person", "share__to_agency"),
    only_if=queries.not_opened_near,
)  # fmt: skip
