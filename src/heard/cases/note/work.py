"""Children whom nobody has seen for as long as the partnership has set."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.note import queries
from heard.govuk.environment import day

NOT_SEEN = WorkList(
    "not-seen", _("Children whom no note says to have been seen lately"), May.PLAN, queries.not_seen_lately, "note_write",
    "person", of="person_id", shows=("person",),
    what=lambda row: _("Last seen %(date)s") % {"date": day(row.seen_at)}
    if row.seen_at else _("No note says that anybody has seen the child"),
    child="person",
)  # fmt: skip
