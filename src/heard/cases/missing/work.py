"""Children who are missing now, and those who came back and have not been heard."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due, due_by_field
from heard.cases.missing import queries
from heard.cases.missing.models import Episode
from heard.cases.missing.rules import how_long
from heard.cases.missing.words import in_words, time_left
from heard.govuk.environment import time
from heard.knowledge import load

NOW = WorkList(
    "missing",
    _("Children who are missing now"),
    May.MISSING,
    queries.open_episodes,
    lambda row: Waiting(
        str(row.person),
        at("episode", episode_id=row.pk),
        gettext("missing for %(time)s") % {"time": in_words(how_long(row.missing_from, timezone.now()))},
    ),
    due=lambda day: Q(),
    shows=("person",),
    only_if=lambda user: Episode.objects.filter(found_at=None),
)
INTERVIEWS = WorkList(
    "interviews",
    _("Children who came back and have not been heard"),
    May.MISSING,
    queries.interviews_due,
    lambda row: due(
        timezone.localdate(row.interview_due_at),
        str(row.person),
        at("episode", episode_id=row.pk),
        gettext("by %(time)s: %(late)s")
        % {"time": time(row.interview_due_at), "late": time_left(row.interview_due_at, timezone.now())},
        load.current().clock("return_interview"),
    ),
    due=due_by_field("interview_due_at__date"),
    shows=("person",),
    only_if=lambda user: Episode.objects.filter(found_at__isnull=False, interview=None),
)
