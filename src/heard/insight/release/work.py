"""Profiles and annual reports that wait for a second person."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.insight.release.models import Profile
from heard.insight.release.queries import waiting_for
from heard.insight.release.rules import TO_DECIDE

PROFILES = WorkList(
    "profiles", _("Profiles and annual reports that wait for you to release them"), May.RELEASE, waiting_for, "profile", "title",
    _("To release"), whose=_("whoever releases"), by="author", shows=("author",), only_if=lambda user: Profile.objects.filter(state__in=TO_DECIDE),
)  # fmt: skip
