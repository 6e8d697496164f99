"""Changes of names, dates of birth and numbers that somebody proposed: to decide on, and decided; and ties to look at again."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.govuk.environment import day
from heard.network import queries
from heard.network.models import Proposal


def _why_again(row: Any) -> str:
    said = {"day": day(row.recorded_at)}
    if row.alone:
        return _now("Look again: this has rested on one untested source since %(day)s") % said
    return _now("Look again: noted on %(day)s, and nobody has said since whether it is still so") % said


LOOK_AGAIN = WorkList(
    "look-again", _("Ties to look at again"), May.SEE_CHILD, queries.sources_to_look_at, "source_look_again",
    lambda row: row.tie.sentence(row.one, row.other), _why_again, shows=("tie",),
    only_if=queries.noted_long_ago,
)  # fmt: skip
PROPOSED = WorkList(
    "proposed", _("Changes of names, birth dates or numbers to decide on"), May.SEE_CHILD, queries.proposals_waiting,
    "proposal", "person", _("Change of names, birth date or numbers to decide on"), whose=_("lead agency"), by="proposed_by", shows=("person", "proposed_by"),
    only_if=lambda user: Proposal.objects.filter(decided_at=None),
)  # fmt: skip
ANSWERED = WorkList(
    "answered", _("Answers to changes that you proposed"), May.SEE_CHILD, queries.answers_unread,
    lambda row: reverse("proposals_mine"), "person", _("Answer to the change that you proposed"), shows=("person",),
    note=lambda row: (_("changed on %(date)s") if row.accepted else _("stays as it is, decided on %(date)s"))
    % {"date": day(row.decided_at)},
    only_if=lambda user: Proposal.objects.filter(proposed_by=user, read_at=None, decided_at__isnull=False),
)  # fmt: skip
