"""What children hide from somebody, and somebody outside their line has to look at within a day."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.voice.models import ChildLink, ChildMessage
from heard.cases.voice.queries import links_to_ask_about, to_check

CHECKS = WorkList(
    "child_checks", _("What children wrote and hide from somebody, to be checked by you"), May.SEE_CHILD, to_check,
    "child_message", "person", _("Check what a child hides from somebody"), shows=("person",), due="check_due_at__date",
    only_if=lambda user: ChildMessage.objects.filter(hidden=True, checked_at=None),
)  # fmt: skip

ASKING = WorkList(
    "child_links", _("Children who were given a link to write with, to be asked face to face by you"), May.SEE_CHILD, links_to_ask_about,
    "child_link_asked", "person", _("Ask the child whether they write with the link"), shows=("person",), due="ask_by",
    only_if=lambda user: ChildLink.objects.filter(asked_at=None), child="person",
)  # fmt: skip
