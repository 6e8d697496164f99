"""What a record says of a hold that keeps it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.keeping.models import Hold
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Record, fact
from heard.govuk.said import say


def _chronology(hold: Hold) -> Iterator[ChronologyEntry]:
    yield fact(
        EntryKind.AGENCY,
        hold.placed_at,
        say(_("Hold placed: nothing is destroyed")),
        hold.reason,
        who=hold.placed_by_id,
    )
    if hold.lifted_at:
        yield fact(
            EntryKind.AGENCY, hold.lifted_at, say(_("Hold lifted")), hold.why_lift, who=hold.lifted_by_id
        )


HOLDS = Record(
    _("Holds"),
    Hold.objects.filter(scope="record").order_by("placed_at", "pk"),
    "person",
    chronology=_chronology,
)
