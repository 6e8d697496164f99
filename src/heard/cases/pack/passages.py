"""What of a record goes on paper, part by part, each passage as the text that is read.

A pack and the answer to somebody who asks for their record are made of the same passages. They are what the user may see
and no more; supervision is in none of them, since it is part of no child's record.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from heard.cases.assessment.record import ASSESSMENTS
from heard.cases.attachment.record import FILES
from heard.cases.case.record import (
    ALLOCATED_WORKERS,
    CASES,
    FACTS,
    IDENTIFIERS,
    IDENTITY,
    IMPORTANT_PEOPLE,
    INVOLVED,
    TIES,
    TRUSTED_WORKERS,
    WARNINGS,
)
from heard.cases.concern.holder.record import HOLDER_DECISIONS
from heard.cases.concern.record import WORRIES
from heard.cases.concern.strategy.record import STRATEGY_DISCUSSIONS
from heard.cases.context.record import NAMED
from heard.cases.death.record import DEATHS
from heard.cases.disruption.record import STEPS
from heard.cases.leaving.record import AFTER_PLANS, HANDOVERS
from heard.cases.missing.record import EPISODES, FORMS
from heard.cases.note.record import NOTES
from heard.cases.onward.record import ONWARD
from heard.cases.pack.rules import PackPart
from heard.cases.panel.record import ITEMS
from heard.cases.plan.record import PLANS
from heard.cases.record.queries import entries_of
from heard.cases.record.shape import Passage
from heard.cases.referral.record import REFERRALS
from heard.cases.reporting.record import OFFENCE_REPORTS
from heard.cases.review.record import REVIEWS
from heard.cases.safety.record import SAFETY_PLANS
from heard.cases.sharing.record import REQUESTS, SHARES
from heard.cases.turning.record import SERVICE_REFERRALS, UNMET_NEEDS
from heard.cases.voice.record import PANELS_FOR_CHILDREN, REVIEWS_FOR_CHILDREN
from heard.cases.words.record import ALL_WORDS
from heard.govuk.environment import day
from heard.govuk.said import joined, lines
from heard.network.queries import person_visible_to
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.agencies.models import User

_RECORDS: Final[dict[PackPart, tuple[Any, ...]]] = {
    PackPart.IDENTITY: (
        IDENTITY,
        FACTS,
        IDENTIFIERS,
        IMPORTANT_PEOPLE,
        CASES,
        DEATHS,
        ALLOCATED_WORKERS,
        TRUSTED_WORKERS,
        WARNINGS,
        INVOLVED,
        TIES,
    ),
    PackPart.WORDS: (ALL_WORDS,),
    PackPart.WORRIES: (WORRIES, STRATEGY_DISCUSSIONS, HOLDER_DECISIONS),
    PackPart.NOTES: (NOTES,),
    PackPart.ASSESSMENTS: (ASSESSMENTS, NAMED),
    PackPart.PLANS: (PLANS, STEPS, AFTER_PLANS),
    PackPart.SAFETY: (SAFETY_PLANS,),
    PackPart.REVIEWS: (REVIEWS, REVIEWS_FOR_CHILDREN),
    PackPart.MISSING: (EPISODES, FORMS),
    PackPart.SHARING: (SHARES, ONWARD, SERVICE_REFERRALS, UNMET_NEEDS, OFFENCE_REPORTS, REQUESTS, HANDOVERS),
    PackPart.REFERRAL: (REFERRALS,),
    PackPart.PANEL: (ITEMS, PANELS_FOR_CHILDREN),
    PackPart.FILES: (FILES,),
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
    person_visible_to(user, person_id, level=Level.EVERYTHING)
    wanted = [part for part in PackPart if part in parts]
    found: list[Passage] = []
    for number, part in enumerate(wanted):
        if heard:
            heard(number, len(wanted))
        said = (passage for record in _RECORDS.get(part, ()) for passage in record.passages(user, person_id))
        told = said if part in _RECORDS else _chronology(user, person_id, since, until)
        found += [replace(one, part=part) for one in told]
    return found


def _chronology(
    user: User, person_id: uuid.UUID, since: date | None, until: date | None
) -> Iterator[Passage]:
    """Oldest first, as a meeting reads it."""
    span = {"on__gte": since, "on__lte": until}
    rows = entries_of(user, person_id).filter(**{name: on for name, on in span.items() if on})
    for row in rows.order_by("on", "at", "pk"):
        yield Passage(f"{day(row.on)}: {row.what}", lines(row.told, joined(row.who, row.agency)))
