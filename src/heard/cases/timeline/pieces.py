"""What the chronology says where somebody shares a part of it: plain rows, since sharing stands below."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from heard.cases.timeline.facts import facts_of
from heard.cases.timeline.rows import rows_of
from heard.govuk.environment import day

if TYPE_CHECKING:
    from heard.agencies.models import User


def pieces(
    user: User, person_id: uuid.UUID, since: date | None, until: date | None
) -> Iterator[tuple[str, str, str, str]]:
    """(key, group, heading, text): the chronology from one day to another, both included, oldest first, as one piece."""
    facts = [
        fact
        for fact in facts_of(user, rows_of(user, person_id))
        if (since is None or fact.on >= since) and (until is None or fact.on <= until)
    ]
    lines = ["\n".join(filter(None, (f"{day(fact.on)}: {fact.what}", fact.text))) for fact in reversed(facts)]
    span = {"since": day(since) or _("the beginning"), "until": day(until) or _("today")}
    heading = _("Chronology from %(since)s to %(until)s") % span
    yield "chronology", "chronology", heading, "\n\n".join(lines)
