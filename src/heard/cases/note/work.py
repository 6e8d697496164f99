"""Children who are to be seen, by how often the partnership has set."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case.queries import working
from heard.cases.case.work import WORKERS, worker_of
from heard.cases.note import queries
from heard.govuk.environment import day

TO_SEE = WorkList(
    "to-see", _("Children to be seen"), May.PLAN, queries.to_see_soon, "note_write", "person",
    of="person_id", shows=("person", *WORKERS), whose=worker_of, own=working,
    due=queries.to_see_by, on=lambda row: queries.see_by(row.since),
    what=_("See the child"),
    note=lambda row: _("last seen %(date)s") % {"date": day(row.seen_at)}
    if row.seen_at else _("no note says that anybody has seen the child"),
    child="person",
)  # fmt: skip
