"""Lists for an inspection that a second person agrees to, and what was agreed and waits to be taken out."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.inspection import queries
from heard.cases.inspection.models import InspectionList
from heard.cases.inspection.rules import AGREED_WITHIN

TO_DECIDE = WorkList(
    "inspections", _("Lists for an inspection that wait for a second person"), May.DISCLOSE, queries.to_decide, "inspection_list",
    "for_whom", _("Agree that lists of children are taken out for an inspection, or do not"), by="asked_by", whose=_("a second person"),
    shows=("asked_by",), only_if=lambda user: InspectionList.objects.filter(state="waiting"),
    due=lambda day: Q(asked_at__date__lte=day - AGREED_WITHIN), on=lambda row: timezone.localdate(row.asked_at) + AGREED_WITHIN,
)  # fmt: skip
TO_TAKE = WorkList(
    "inspections-agreed", _("Lists for an inspection that you can take out"), May.DISCLOSE, queries.to_take, "inspection_list",
    "for_whom", _("Agreed: take the lists for the inspection out"), by="decided_by", shows=("decided_by",),
    only_if=lambda user: InspectionList.objects.filter(asked_by=user, state="agreed", taken_at=None),
)  # fmt: skip
REFUSED = WorkList(
    "inspections-refused", _("Lists for an inspection that were not agreed to"), May.DISCLOSE, queries.refused, "inspection_list",
    "for_whom", _("Not agreed: read why, and ask again"), by="decided_by", shows=("decided_by",),
    only_if=lambda user: InspectionList.objects.filter(asked_by=user, state="refused", read_at=None),
)  # fmt: skip
