"""Requests for a child’s record, for those who answer and check them; and packs that somebody asked for."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due, due_by_field
from heard.cases.pack import queries, rules
from heard.cases.pack.models import Disclosure, Pack


def _record(row: Any) -> Waiting:
    href = at("disclosure", disclosure_id=row.pk)
    return due(row.due_on, str(row.person), href, row.get_stage_display())


RECORDS = WorkList(
    "records",
    _("Requests for a child’s record to answer"),
    May.DISCLOSE,
    queries.disclosures_due,
    _record,
    due=due_by_field("due_on"),
    shows=("person",),
    only_if=lambda user: Disclosure.objects.filter(stage__in=(rules.Stage.DECIDING, rules.Stage.FINAL)),
)
RECORDS_TO_CHECK = WorkList(
    "records-to-check",
    _("Records to check before they are given"),
    May.DISCLOSE,
    queries.waiting_for_check,
    _record,
    due=due_by_field("due_on"),
    shows=("person",),
    only_if=lambda user: Disclosure.objects.filter(stage=rules.Stage.CHECKING),
)
PACKS = WorkList(
    "packs",
    _("Packs that you asked for"),
    May.SEE_CHILD,
    lambda user: queries.packs_ready(user, today=timezone.localdate()),
    lambda row: Waiting(str(row.person), at("pack", pack_id=row.pk), row.get_state_display()),
    shows=("person",),
    only_if=lambda user: Pack.objects.filter(asked_by=user),
)
