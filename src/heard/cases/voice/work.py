"""What children hide from somebody, and somebody outside their line has to look at within a day."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.voice.models import ChildMessage
from heard.cases.voice.queries import to_check

CHECKS = WorkList(
    "child_checks", _("What children wrote and hide from somebody, to be checked by you"), May.SEE_CHILD, to_check,
    "child_message", "person", _("Check what a child hides from somebody"), shows=("person",), due="check_due_at__date",
    only_if=lambda user: ChildMessage.objects.filter(hidden=True, checked_at=None),
)  # fmt: skip
