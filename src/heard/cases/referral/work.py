"""Referrals that wait for their writer, for a second person, and for the Home Office."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due
from heard.cases.referral import queries, rules
from heard.cases.referral.models import Referral
from heard.knowledge import load


def _prepared(row: Any) -> Waiting:
    is_reviewed = row.state == rules.State.REVIEWED
    return Waiting(
        str(row.case.person),
        at("referral", referral_id=row.pk),
        gettext("reviewed, to be submitted") if is_reviewed else row.get_state_display().lower(),
        came_back=row.state == rules.State.RETURNED,
    )


TO_REVIEW = WorkList(
    "referrals-to-review",
    _("Referrals that wait for a second person"),
    May.REFER,
    queries.waiting_for_review,
    lambda row: Waiting(str(row.case.person), at("referral_review", referral_id=row.pk), str(row.writer)),
    shows=("case__person", "writer"),
    only_if=lambda user: Referral.objects.filter(state=rules.State.WITH_REVIEWER),
)
PREPARED = WorkList(
    "referrals",
    _("Referrals that you prepare"),
    May.REFER,
    queries.being_written_by,
    _prepared,
    shows=("case__person",),
    only_if=lambda user: Referral.objects.filter(writer=user, submitted_on=None),
)
SUBMITTED = WorkList(
    "referred",
    _("Referrals that wait for the Home Office"),
    May.REFER,
    queries.waiting_for_decision,
    lambda row: due(
        queries.decision_due(row),
        str(row.case.person),
        at("referral_afterwards", referral_id=row.pk),
        row.reference_received,
        load.current().clock("nrm_reasonable_grounds"),
    ),
    shows=("case__person",),
    only_if=lambda user: Referral.objects.filter(submitted_on__isnull=False),
)
