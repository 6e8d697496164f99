"""Imports that are to be taken back, for a second person."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.govuk.environment import day
from heard.insight.bringing import queries
from heard.insight.bringing.models import CaseloadImport

UNDOINGS = WorkList(
    "undoings", _("Caseloads to be taken back, for you to agree or not"), May.BRING_IN, queries.undoings_waiting,
    "caseload_import_undo", _("A caseload that was brought in"), _("To be taken back"), whose=_("a second person"),
    note=lambda row: _("asked for on %(date)s") % {"date": day(row.undo_asked_at)}, by="undo_asked_by",
    shows=("undo_asked_by",),
    only_if=lambda user: CaseloadImport.objects.filter(undo_asked_at__isnull=False, undone_at=None),
)  # fmt: skip
