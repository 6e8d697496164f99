"""Children who count on somebody or on nobody, and warnings to look at again."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case import queries
from heard.cases.case.models import Case
from heard.cases.case.notices.lines import ahead_of, where
from heard.network.queries import decided_by_no_other

# What `worker_of` reads of a case.
WORKERS = ("allocated_worker", "trusted_worker")


def workers_at(path: str) -> tuple[str, ...]:
    """The same, of a row that leads to its case by `path`."""
    return tuple(f"{path}__{worker}" for worker in WORKERS)


def worker_of(case: Case) -> object:
    """Whom the work on a case waits for: who is allocated, else the trusted worker, else the team."""
    for worker in (case.allocated_worker, case.trusted_worker):
        if worker and worker.is_active:
            return worker
    return _("the team")


_SOON = timedelta(days=7)  # a warning to look at again is shown this long before its day

WARNINGS = WorkList(
    "warnings", _("Warnings to look at again"), May.SEE_CHILD,
    lambda user: queries.warnings_due(user, until=timezone.localdate() + _SOON), "warning", "person", "text",
    note=_("warning"), due="review_on", shows=("person",),
    only_if=lambda user: queries.warnings_near(user, until=timezone.localdate() + _SOON),
    child="person",
)  # fmt: skip
WITHOUT_A_WORKER = WorkList(
    "without-a-worker", _("Children without a worker"), May.DECIDE, queries.without_a_worker,
    "trusted_worker", "person", shows=("person", "trusted_worker"), whose=_("whoever decides"),
    what=lambda row: _("%(who)s cannot sign in any longer") % {"who": row.trusted_worker}
    if row.trusted_worker else _("No trusted worker is named"),
    child="person",
)  # fmt: skip
NOT_ALLOCATED = WorkList(
    "not-allocated", _("No social worker is allocated"), May.DECIDE, queries.not_allocated,
    "allocated_worker", "person", _("No social worker is allocated"), whose=_("whoever decides"),
    shows=("person", "allocated_worker", "trusted_worker"), note=lambda row: _without(row),
    child="person",
)  # fmt: skip
RESTRICTED_ALONE = WorkList(
    "restricted-alone", _("Restricted records in which nobody else decides"), May.DECIDE, decided_by_no_other,
    "access", lambda row: row, _("Danger would wait for you alone: let in another co-ordinator or supervisor"),
)  # fmt: skip


def _without(row: Case) -> object:
    if row.allocated_worker:
        return _("%(who)s cannot see the child any longer") % {"who": row.allocated_worker}
    if row.trusted_worker:
        return _("the child counts on %(who)s") % {"who": row.trusted_worker}
    return _("and no trusted worker is named")


TEAMS_URGENT = WorkList(
    "urgent", _("Urgent, and not seen yet"), May.SEE_TEAM, queries.urgent_in_team, where, "person",
    lambda notice: notice.get_kind_display(), by="told_by", whose=_("the team"), ahead=ahead_of,
    shows=("person", "told_by"), child="person",
)  # fmt: skip
