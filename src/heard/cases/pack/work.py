"""Requests for a child’s record, for those who answer and check them; and packs that somebody asked for."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.pack import queries, rules
from heard.cases.pack.models import Disclosure, Pack

RECORDS = WorkList(
    "records", _("Requests for a child’s record to answer"), May.DISCLOSE, queries.disclosures_due,
    "disclosure", "person", _("Request for the record"), note=lambda row: row.get_stage_display(), due="due_on", shows=("person",),
    only_if=lambda user: Disclosure.objects.filter(stage__in=(rules.Stage.DECIDING, rules.Stage.FINAL)),
)  # fmt: skip
RECORDS_TO_CHECK = WorkList(
    "records-to-check", _("Records to check before they are given"), May.DISCLOSE, queries.waiting_for_check,
    "disclosure", "person", _("Record to check before it is given"), whose=_("whoever gives records"),
    note=lambda row: row.get_stage_display(), due="due_on", shows=("person",),
    only_if=lambda user: Disclosure.objects.filter(stage=rules.Stage.CHECKING),
)  # fmt: skip
PACKS = WorkList(
    "packs", _("Packs that you asked for"), May.SEE_CHILD,
    lambda user: queries.packs_ready(user, today=timezone.localdate()), "pack", "person",
    _("Pack that you asked for"),     note=lambda row: row.get_state_display(), shows=("person",), only_if=lambda user: Pack.objects.filter(asked_by=user),
)  # fmt: skip
