"""What supervisors decided in a child's record, and nothing else of a supervision."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Record, fact
from heard.cases.supervision.models import RecordedDecision
from heard.govuk.said import say


def _decided(decision: RecordedDecision) -> Iterator[ChronologyEntry]:
    what = say(_("Decided with a supervisor") if decision.copied_from_id else _("Decided by a supervisor"))
    text = (decision.text, decision.reason)
    yield fact(
        EntryKind.DECISION,
        decision.decided_on,
        what,
        *text,
        noted=decision.recorded_at,
        who=decision.decided_by_id,
    )


DECISIONS = Record(
    _("Decisions with a supervisor"),
    RecordedDecision.objects.select_related("decided_by").order_by("decided_on", "recorded_at"),
    "case__person",
    chronology=_decided,
)
