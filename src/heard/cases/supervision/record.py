"""What was copied into a child's record from supervision, and nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import Kind
from heard.cases.record.shape import Record, fact
from heard.cases.supervision.models import RecordedDecision
from heard.govuk.said import say


def _decided(one: RecordedDecision) -> Iterator[ChronologyEntry]:
    what, text = say(_("Decided with a supervisor")), (one.text, one.reason)
    yield fact(Kind.DECISION, one.decided_on, what, *text, noted=one.recorded_at, who=one.decided_by_id)


DECISIONS = Record(
    _("Decisions with a supervisor"), RecordedDecision.objects.all(), "case__person", chronology=_decided
)
