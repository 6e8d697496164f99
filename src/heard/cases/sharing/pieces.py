"""The pieces of a child's record that can be shared, each as the exact text that the other side will see."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from heard.cases.assessment.record import ASSESSMENTS
from heard.cases.case.record import WORDS
from heard.cases.concern.record import WORRIES
from heard.cases.missing.record import EPISODES
from heard.cases.plan.record import PLANS
from heard.cases.record.queries import entries_to_share
from heard.cases.record.shape import Piece
from heard.govuk.said import Text, joined, lines, say
from heard.network.queries import person_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.record.models import ChronologyEntry

GROUPS: Final = {
    "words": gettext_lazy("The child’s words"),
    "worries": gettext_lazy("Worries"),
    "signs": gettext_lazy("Signs seen"),
    "vulnerabilities": gettext_lazy("Vulnerabilities"),
    "assessments": gettext_lazy("Signed assessments"),
    "plan": gettext_lazy("Agreed plan"),
    "missing": gettext_lazy("Missing episodes"),
    "chronology": gettext_lazy("Chronology"),
}
CHRONOLOGY: Final = "chronology"  # the one piece that has a beginning and an end
_RECORDS: Final = (WORDS, WORRIES, ASSESSMENTS, PLANS, EPISODES)


def pieces_of(
    user: User, person_id: uuid.UUID, *, since: date | None = None, until: date | None = None
) -> list[Piece]:
    """Everything that can be chosen, in the order of `GROUPS`; the two days bound the chronology, both included. A fixed
    number of queries. `Hidden` for a child whom the user may not see."""
    person_visible_to(user, person_id)
    found = [piece for record in _RECORDS for piece in record.pieces(user, person_id)]
    order = list(GROUPS)
    return sorted(
        (*found, _chronology(user, person_id, since, until)), key=lambda piece: order.index(piece.group)
    )


def _chronology(user: User, person_id: uuid.UUID, since: date | None, until: date | None) -> Piece:
    """Without restricted people: the other side may not know of them."""
    span = {"since": since or say(_("the beginning")), "until": until or say(_("today"))}
    text = [_entry(entry) for entry in entries_to_share(user, person_id, since, until)]
    label = say(_("Chronology from %(since)s to %(until)s"), **span)
    return Piece(CHRONOLOGY, CHRONOLOGY, label, joined(*text, by="\n\n"))


def _entry(entry: ChronologyEntry) -> Text:
    return lines(say(_("%(date)s: %(what)s"), date=entry.on, what=entry.said), entry.told)
