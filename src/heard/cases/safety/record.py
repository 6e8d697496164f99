"""What safety plans say."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.cases.safety.models import SafetyPlan
from heard.cases.safety.queries import safety_plans_visible_to
from heard.govuk.said import labelled, lines, say


def _chronology(plan: SafetyPlan) -> Iterator[ChronologyEntry]:
    what, page = say(_("Safety plan, version %(version)s"), version=plan.version), ("safety", plan.case_id)
    yield fact(EntryKind.SAFETY, plan.written_at, what, plan.what_to_do, who=plan.written_by_id, page=page)


def _on_paper(plan: SafetyPlan) -> Iterator[Passage]:
    about = {"version": plan.version, "date": plan.written_at, "who": plan.written_by}
    text = lines(
        labelled(_("It is getting worse if"), plan.getting_worse),
        labelled(_("Then we do this"), plan.what_to_do),
        labelled(_("Who can be called"), plan.who_to_call),
        labelled(_("Where the child is safe"), plan.safe_places),
        labelled(_("What the child agreed to"), plan.child_agreed),
        labelled(_("Why it was made without the child"), plan.why_not_with_child),
    )
    yield Passage(say(_("Safety plan, version %(version)s, of %(date)s, written by %(who)s"), **about), text)


SAFETY_PLANS = Record(
    _("Safety plans"),
    SafetyPlan.objects.select_related("written_by").order_by("version"),
    "case__person",
    safety_plans_visible_to,
    chronology=_chronology,
    pack=_on_paper,
)
