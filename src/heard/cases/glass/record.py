"""What a record says of having been opened in an emergency."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.glass.models import Opening
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Record, fact
from heard.govuk.said import labelled, moment, say


def _chronology(opening: Opening) -> Iterator[ChronologyEntry]:
    what = say(_("Opened in an emergency, until %(time)s"), time=moment(opening.until))
    page = ("glass_opening", opening.pk)
    yield fact(EntryKind.AGENCY, opening.opened_at, what, opening.reason, who=opening.opened_by_id, page=page)
    if opening.reviewed_at:
        said = (
            _("Opened in an emergency: it was right")
            if opening.right
            else _("Opened in an emergency: it was not right")
        )
        yield fact(
            EntryKind.AGENCY,
            opening.reviewed_at,
            say(said),
            labelled(_("Why"), opening.review),
            who=opening.reviewed_by_id,
            page=page,
        )


OPENINGS = Record(
    _("Openings in an emergency"),
    Opening.objects.order_by("opened_at", "pk"),
    "person",
    chronology=_chronology,
)
