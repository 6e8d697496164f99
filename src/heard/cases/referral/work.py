"""Referrals that wait for their writer, for a second person, and for the Home Office."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.referral import queries, rules
from heard.cases.referral.models import Referral

TO_REVIEW = WorkList(
    "referrals-to-review", _("Referrals that wait for a second person"), May.REFER, queries.waiting_for_review,
    "referral_review", "case.person",
    _("Referral to review"), whose=_("whoever refers"), by="writer", shows=("case__person", "writer"),
    only_if=lambda user: Referral.objects.filter(state=rules.ReferralState.WITH_REVIEWER),
)  # fmt: skip
PREPARED = WorkList(
    "referrals", _("Referrals that you prepare"), May.REFER, queries.being_written_by,
    "referral", "case.person", _("Referral that you prepare"), shows=("case__person",),
    note=lambda row: _("reviewed, to be submitted")
    if row.state == rules.ReferralState.REVIEWED else row.get_state_display().lower(),
    ahead=lambda row: First.BACK if row.state == rules.ReferralState.RETURNED else None,
    only_if=lambda user: Referral.objects.filter(writer=user, submitted_on=None),
    child="case__person",
)  # fmt: skip
SUBMITTED = WorkList(
    "referred", _("Referrals that wait for the Home Office"), May.REFER, queries.waiting_for_decision,
    "referral_afterwards", "case.person",
    _("Decision of the Home Office"), note="reference_received", shows=("case__person",),
    on=queries.decision_due, clock="nrm_reasonable_grounds",
    only_if=lambda user: Referral.objects.filter(submitted_on__isnull=False),
)  # fmt: skip
