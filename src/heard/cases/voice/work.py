"""What children hide from somebody, and somebody outside their line has to look at within a day; links to ask about; and what to write for children."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.voice.models import ChildMessage
from heard.cases.voice.queries import (
    items_to_write,
    links_to_ask_about,
    near_items,
    near_links,
    near_reviews,
    near_spoken,
    reviews_to_write,
    to_check,
    to_write_down,
)
from heard.cases.voice.rules import TOLD_WITHIN

# `only_if` asks for what was given to this reader alone: one question more to the database would tell somebody that there is something which is hidden from them.
CHECKS = WorkList(
    "child_checks", _("What children wrote and hide from somebody, to be checked by you"), May.SEE_CHILD, to_check,
    "child_message", "person", _("Check what a child hides from somebody"), shows=("person",), due="check_due_at__date",
    only_if=lambda user: ChildMessage.objects.filter(hidden=True, checked_at=None, notice__readers__user=user),
)  # fmt: skip

# Of whoever was given it to read, until one of them has written it down; hidden from nobody, of the child’s workers where nobody of them is left. `only_if`
# asks for these alone, for the same reason.
SPOKEN = WorkList(
    "child_spoken", _("What children said out loud, to be written down by you"), May.SEE_CHILD, to_write_down,
    "child_message_write_down", "person", _("Listen, and write down what the child said"), shows=("person",),
    only_if=near_spoken,
)  # fmt: skip

ASKING = WorkList(
    "child_links", _("Children who were given a link to write with, to be asked face to face by you"), May.SEE_CHILD, links_to_ask_about,
    "child_link_asked", "person", _("Ask the child whether they write with the link"), shows=("person",), due="ask_by",
    only_if=near_links, child="person",
)  # fmt: skip

# Of every child who had a link then, whether or not they used it: nobody learns by these that there is a secret, or something hidden.
AFTER_PANELS = WorkList(
    "child_told_panel", _("What panels decided, to be written for the child"), May.ASSESS, items_to_write,
    "panel_item_for_child", "person", _("Tell the child what the panel decided"), shows=("person",),
    due=lambda day: Q(decided_at__date__lte=day - TOLD_WITHIN), on=lambda row: timezone.localdate(row.decided_at) + TOLD_WITHIN,
    only_if=near_items, child="person",
)  # fmt: skip
AFTER_REVIEWS = WorkList(
    "child_told_review", _("What reviews decided, to be written for the child"), May.ASSESS, reviews_to_write,
    "review_for_child", "plan.case.person", _("Tell the child what the review decided"), shows=("plan__case__person",),
    due=lambda day: Q(held_on__lte=day - TOLD_WITHIN), on=lambda row: row.held_on + TOLD_WITHIN,
    only_if=near_reviews, child="plan__case__person",
)  # fmt: skip
