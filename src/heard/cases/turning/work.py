"""Referrals to services of which somebody asks what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.turning import queries, rules
from heard.cases.turning.models import ServiceReferral
from heard.services.rules import is_offered

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _what(row: ServiceReferral) -> StrOrPromise:
    if is_offered(row.service.status):
        return _("Ask the service what became of the referral")
    return _("The service takes nobody now: see what the child gets instead")


TO_ASK = WorkList(
    "services-to-ask", _("Referrals to services: ask what became of them"), May.PLAN, queries.to_ask_after, "service_referral", "person",
    _what, note=lambda row: f"{row.called}: {row.get_state_display()}", due="ask_on",
    shows=("person", "service"), only_if=queries.to_ask_near,
    child="person",
)  # fmt: skip
IN_TEAM = WorkList(
    "services-to-ask-in-team", _("Referrals to services of which nobody asked in time"), May.SIGN_OFF, queries.to_ask_in_team, "service_referral", "person",
    _what, note=lambda row: f"{row.called}: {row.get_state_display()}", whose="sent_by", due="ask_on",
    shows=("person", "service", "sent_by"), only_if=lambda user: ServiceReferral.objects.exclude(state__in=rules.OVER),
    child="person",
)  # fmt: skip
