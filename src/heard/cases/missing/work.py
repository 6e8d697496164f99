"""Children who are missing now, and those who came back and have not been heard."""

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.missing import queries
from heard.cases.missing.models import Episode
from heard.cases.missing.rules import how_long
from heard.cases.missing.words import in_words, time_left


def _time_left(row: Any) -> str:
    return time_left(row.interview_due_at, timezone.now())


NOW = WorkList(
    "missing", _("Children who are missing now"), May.MISSING, queries.open_episodes, "episode", "person",
    lambda row: _("Missing for %(time)s") % {"time": in_words(how_long(row.missing_from, timezone.now()))},
    whose=_("everybody"), ahead=lambda row: First.MISSING, due=lambda day: Q(), shows=("person",), only_if=lambda user: Episode.objects.filter(found_at=None),
    child="person",
)  # fmt: skip
INTERVIEWS = WorkList(
    "interviews", _("Return home interviews due"), May.MISSING, queries.interviews_due,
    "episode", "person", _("Return home interview"), note=_time_left, whose=_("your team"), due="interview_due_at__date", clock="return_interview", shows=("person",),
    only_if=queries.interviews_near,
    child="person",
)  # fmt: skip
