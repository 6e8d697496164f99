"""National help of the directory that somebody looks at again, for those who keep it."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.services import queries
from heard.services.models import Service

RECHECK = WorkList(
    "services-to-recheck", _("National help to be looked at again"), May.KEEP_SERVICES, queries.to_recheck,
    "directory_service", str, _("Look at what its source says now, and change it here"), whose=_("co-ordinators"),
    due="recheck_on", only_if=lambda user: Service.objects.filter(recheck_on__isnull=False),
)  # fmt: skip
