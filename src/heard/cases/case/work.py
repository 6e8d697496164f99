"""Children who count on somebody or on nobody, and warnings to look at again."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due, due_by_field
from heard.cases.case import queries
from heard.cases.case.models import Case, WarningNote

_SOON = timedelta(days=7)  # a warning to look at again is shown this long before its day

WARNINGS = WorkList(
    "warnings",
    _("Warnings to look at again"),
    May.SEE_CHILD,
    lambda user: queries.warnings_due(user, until=timezone.localdate() + _SOON),
    lambda row: due(row.review_on, row.text, at("warning", warning_id=row.pk), str(row.person)),
    due=due_by_field("review_on"),
    shows=("person",),
    only_if=lambda user: WarningNote.objects.filter(ended_at=None),
)
WITHOUT_A_WORKER = WorkList(
    "without-a-worker",
    _("Children who can count on nobody yet"),
    May.DECIDE,
    queries.without_a_worker,
    lambda row: Waiting(
        str(row.person),
        at("trusted_worker", case_id=row.pk),
        gettext("%(who)s cannot sign in any longer") % {"who": row.trusted_worker}
        if row.trusted_worker
        else gettext("no trusted worker is named"),
    ),
    shows=("person", "trusted_worker"),
)
CHILDREN = WorkList(
    "children",
    _("Children who count on you"),
    May.SEE_CHILD,
    queries.my_cases,
    lambda row: Waiting(str(row.person), at("child", person_id=row.person_id), row.reference),
    shows=("person",),
    only_if=lambda user: Case.objects.filter(trusted_worker=user),
)
