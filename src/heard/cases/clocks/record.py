"""What conferences and other moments say: whatever starts and meets clocks. Only the days are known."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.clocks.models import Moment
from heard.cases.clocks.queries import STANDING, moments_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Record, fact


def _moment(moment: Moment) -> Iterator[ChronologyEntry]:
    page = ("clocks", moment.case_id)
    yield fact(EntryKind.MOMENT, moment.on, moment.label, moment.note, who=moment.noted_by_id, page=page)


MOMENTS = Record(
    _("Conferences and other moments"),
    Moment.objects.filter(STANDING),
    "case__person",
    moments_visible_to,
    chronology=_moment,
)
