"""Suspected offences that somebody knows of and that wait to be reported."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.reporting import queries, rules
from heard.knowledge import load

TO_REPORT = WorkList(
    "offences-to-report", _("Suspected offences to report"), May.PLAN, queries.to_make, "offence_report", "person",
    _("Report it to the police or the council"), by="noted_by",
    whose=_("the child’s workers"), due="due_on",
    clock=lambda row: load.release(row.release).clock(rules.CLOCK) if row.delay == rules.Delay.RISK else None, shows=("person", "noted_by"),
    ahead=lambda row: First.REPORT,
    only_if=queries.to_make_near,
)  # fmt: skip
