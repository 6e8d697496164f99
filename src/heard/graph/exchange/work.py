"""Drawings that somebody asks to take out and that wait for a second person, and what became of them for whoever asked."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.graph.exchange.models import Outgoing
from heard.graph.exchange.queries import decided_of_late, to_release
from heard.graph.exchange.rules import Out

DRAWINGS_OUT = WorkList(
    "drawings_out", _("Drawings to be taken out, or not: more than 50 people in 30 days"), May.SHARE, to_release, "chart_out", "recipient",
    _("To be taken out"), whose=_("co-ordinators"), by="asked_by", shows=("asked_by",), only_if=lambda user: Outgoing.objects.filter(state=Out.ASKED),
)  # fmt: skip
DRAWINGS_DECIDED = WorkList(
    "drawings_decided", _("Drawings that you asked to take out"), May.SHARE, decided_of_late, "chart_out", "recipient",
    lambda row: row.get_state_display(), note="why_decided", only_if=lambda user: Outgoing.objects.filter(asked_by=user, state__in=(Out.READY, Out.REFUSED)),
)  # fmt: skip
