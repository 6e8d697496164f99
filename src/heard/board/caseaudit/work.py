"""Cases that somebody reads for an audit, and draws whose readers still have no access."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.board.caseaudit import queries
from heard.board.models import CaseDraw

CASES_TO_READ = WorkList(
    "case-audits", _("Cases that you read for an audit"), May.SEE_CHILD, queries.draws_waiting_for, "case_read", "title",
    _("Read them, and agree with the other reader"), note="audit", due="due_on", shows=("audit",), of="pk",
    only_if=queries.draws_near,
)  # fmt: skip
READERS_TO_LET_IN = WorkList(
    "case-audits-to-open", _("Case audits whose readers have no access"), May.HOLD_AUDIT, queries.draws_to_open, "case_draw", "title",
    _("Give the readers access"), note="audit", due="due_on", shows=("audit",), whose=_("co-ordinators"),
    only_if=lambda user: CaseDraw.objects.filter(opened_at=None, set_aside_at=None),
)  # fmt: skip
