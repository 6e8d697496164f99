"""Posts of the child protection team that nobody holds, for those who keep it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.govuk.environment import day
from heard.services.law import queries, rules
from heard.services.law.models import TeamPost

VACANT = WorkList(
    "vacant-posts", _("Posts of the child protection team that nobody holds"), May.KEEP_SERVICES, queries.vacant,
    lambda row: reverse("protection_team"), str, _("Say who holds the post"), whose=_("co-ordinators"),
    note=lambda row: _("%(team)s, vacant since %(date)s") % {"team": row.team, "date": day(queries.vacant_since(row))},
    only_if=lambda user: TeamPost.objects.filter(kind__in=rules.REQUIRED),
)  # fmt: skip
