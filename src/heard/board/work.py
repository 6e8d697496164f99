"""Audits that an agency has to answer, and what somebody said they would do about what one found."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.board import queries
from heard.board.models import Audit, AuditAction

AUDITS = WorkList(
    "audits", _("Audits that your agency answers"), May.AUDIT, queries.to_answer, "audit", "title",
    _("Say what your agency meets, and read what others say"), by="lead", whose=_("your agency"), shows=("lead",),
    only_if=lambda user: Audit.objects.filter(state="open"),
)  # fmt: skip
ACTIONS = WorkList(
    "audit-actions", _("What you do about what an audit found"), May.SIGNED_IN, queries.actions_due, "audit_action",
    "audit", "what", note="shows", due="due_on", shows=("audit",),
    only_if=lambda user: AuditAction.objects.filter(owner=user, state="open"),
)  # fmt: skip
