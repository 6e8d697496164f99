"""Digests that wait for a second person."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.insight.digest.models import Digest
from heard.insight.digest.queries import waiting_for

DIGESTS = WorkList(
    "digests", _("Digests that wait for you to send them"), May.RELEASE, waiting_for, "digest", "title",
    _("Digest to send"), whose=_("whoever releases"), by="author", shows=("author",), only_if=lambda user: Digest.objects.filter(sent_at=None),
)  # fmt: skip
