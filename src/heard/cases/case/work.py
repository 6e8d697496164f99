"""Children who count on somebody or on nobody, and warnings to look at again."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case import queries
from heard.cases.case.models import Case, WarningNote

_SOON = timedelta(days=7)  # a warning to look at again is shown this long before its day

WARNINGS = WorkList(
    "warnings", _("Warnings to look at again"), May.SEE_CHILD,
    lambda user: queries.warnings_due(user, until=timezone.localdate() + _SOON), "warning", "text",
    note="person", due="review_on", shows=("person",),
    only_if=lambda user: WarningNote.objects.filter(ended_at=None),
)  # fmt: skip
WITHOUT_A_WORKER = WorkList(
    "without-a-worker", _("Children without a worker"), May.DECIDE, queries.without_a_worker,
    "trusted_worker", "person", shows=("person", "trusted_worker"),
    note=lambda row: _("%(who)s cannot sign in any longer") % {"who": row.trusted_worker}
    if row.trusted_worker else _("no trusted worker is named"),
)  # fmt: skip
CHILDREN = WorkList(
    "children", _("Your caseload"), May.SEE_CHILD, queries.my_cases, "child", "person",
    of="person_id", note="reference", shows=("person",), only_if=lambda user: Case.objects.filter(trusted_worker=user),
)  # fmt: skip
