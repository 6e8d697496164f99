"""What of a record goes on paper, part by part, each passage as the text that is read.

A pack and the answer to somebody who asks for their record are made of the same passages. They are what the user may see
and no more; supervision is in none of them, since it is part of no child's record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from heard.cases.pack.passages import around, beside, work
from heard.cases.pack.passages.shape import Passage
from heard.cases.pack.rules import Part
from heard.network.queries import person_visible_to
from heard.network.rules import Level

if TYPE_CHECKING:
    import uuid

    from heard.agencies.models import User
    from heard.network.models import Person

__all__ = ["Passage", "passages_of"]

type _Gather = Callable[[User, Person], Iterable[Passage]]

_GATHERERS: Final[dict[Part, _Gather]] = {
    Part.IDENTITY: around.identity,
    Part.WORDS: around.words,
    Part.WORRIES: work.worries,
    Part.ASSESSMENTS: work.assessments,
    Part.PLANS: work.plans,
    Part.SAFETY: work.safety,
    Part.REVIEWS: work.reviews,
    Part.MISSING: beside.missing,
    Part.SHARING: beside.sharing,
    Part.REFERRAL: beside.referrals,
    Part.PANEL: beside.panels,
    Part.FILES: around.files,
}


def passages_of(
    user: User,
    person_id: uuid.UUID,
    *,
    parts: Collection[str],
    since: date | None = None,
    until: date | None = None,
    heard: Callable[[int, int], None] | None = None,
) -> list[Passage]:
    """The parts in their order; the two days bound the chronology, both included. `heard` is told how many of how many
    parts are gathered. `Hidden` for a child whom the user may not see."""
    person = person_visible_to(user, person_id, level=Level.EVERYTHING)
    wanted = [part for part in Part if part in parts]
    found: list[Passage] = []
    for number, part in enumerate(wanted):
        if heard:
            heard(number, len(wanted))
        if part is Part.CHRONOLOGY:
            found += beside.chronology(user, person, since, until)
        else:
            found += _GATHERERS[part](user, person)
    return found
