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
NOT_ALLOCATED = WorkList(
    "not-allocated", _("No social worker is allocated"), May.DECIDE, queries.not_allocated,
    "allocated_worker", "person", shows=("person", "allocated_worker", "trusted_worker"), note=lambda row: _without(row),
)  # fmt: skip
CHILDREN = WorkList(
    "children", _("Your caseload"), May.SEE_CHILD, queries.my_cases, "child", "person",
    of="person_id", shows=("person",), only_if=lambda user: Case.objects.filter(queries.working(user)),
    note=lambda row: row.reference if row.allocated_worker_id
    else _("%(reference)s, no social worker is allocated") % {"reference": row.reference},
)  # fmt: skip


def _without(row: Case) -> object:
    if row.allocated_worker:
        return _("%(who)s cannot see the child any longer") % {"who": row.allocated_worker}
    if row.trusted_worker:
        return _("the child counts on %(who)s") % {"who": row.trusted_worker}
    return _("and no trusted worker is named")
