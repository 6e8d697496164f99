"""What takes a second person before a record goes, or before a hold counts or ends."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.keeping import queries
from heard.cases.keeping.models import Destruction, Hold
from heard.govuk.environment import day

DESTRUCTIONS = WorkList(
    "destructions", _("Records to be destroyed, for you to agree or not"), May.KEEP, queries.destructions_waiting, "destruction",
    _("A record"), lambda row: row.get_why_display(), whose=_("a second person"),
    note=lambda row: _("asked for on %(date)s") % {"date": day(row.asked_at)}, by="asked_by",
    shows=("asked_by",),
    only_if=lambda user: Destruction.objects.filter(decided_at=None),
)  # fmt: skip
HOLDS = WorkList(
    "holds", _("Holds that take a second person"), May.KEEP, queries.holds_waiting, "hold",
    lambda row: row.get_scope_display(), lambda row: _("Hold to lift") if row.lift_asked_by_id else _("Hold to confirm"),
    whose=_("a second person"),
    only_if=lambda user: Hold.objects.filter(lifted_at=None),
)  # fmt: skip
