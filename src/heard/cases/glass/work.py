"""Records that were opened in an emergency, for whoever reviews that."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.glass import queries
from heard.cases.glass.models import Opening

REVIEWS = WorkList(
    "openings", _("Records opened in an emergency, to review"), May.REVIEW_READING, queries.openings_to_review, "glass_opening",
    lambda row: row.person if row.named else _("A child whose record you do not see"),
    _("Review the opening of a record in an emergency"), whose=_("whoever reviews it"), by="opened_by",
    due="due_on", shows=("person", "opened_by"),
    only_if=lambda user: Opening.objects.filter(reviewed_at=None),
)  # fmt: skip
