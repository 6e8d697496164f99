"""Children who are to be seen, by how often the partnership has set."""

from datetime import date, datetime, time

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case.queries import working
from heard.cases.case.work import WORKERS, worker_of
from heard.cases.note import queries
from heard.cases.note.rules import see_by, seen_before
from heard.govuk.environment import day

TO_SEE = WorkList(
    "to-see", _("Children to be seen"), May.PLAN, queries.to_see_soon, "note_write", "person",
    of="person_id", shows=("person", *WORKERS), whose=worker_of, own=working,
    due=lambda day: Q(since__lt=_start_of(seen_before(day, settings.SEEN_EVERY_DAYS or 0))),
    on=lambda row: see_by(timezone.localdate(row.since), settings.SEEN_EVERY_DAYS or 0),
    what=_("See the child"),
    note=lambda row: _("last seen %(date)s") % {"date": day(row.seen_at)}
    if row.seen_at else _("no note says that anybody has seen the child"),
    child="person",
)  # fmt: skip


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
