"""Referrals to services of which somebody asks what became of them."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.turning import queries
from heard.cases.turning.models import ServiceReferral

TO_ASK = WorkList(
    "services-to-ask", _("Referrals to services: ask what became of them"), May.PLAN, queries.to_ask_after, "service_referral", "person",
    _("Ask the service what became of the referral"), note=lambda row: f"{row.service.name}: {row.get_state_display()}", due="ask_on",
    shows=("person", "service"), only_if=lambda user: ServiceReferral.objects.filter(ask_on__isnull=False),
    child="person",
)  # fmt: skip
