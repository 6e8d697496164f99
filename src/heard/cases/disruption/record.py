"""What steps against what harms say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.disruption.models import DisruptionStep
from heard.cases.disruption.queries import steps_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import Kind
from heard.cases.record.shape import Passage, Record, fact
from heard.govuk.said import choice, lines, say


def _chronology(one: DisruptionStep) -> Iterator[ChronologyEntry]:
    more: dict[str, Any] = {"page": ("disruption_step", one.pk)}
    ends = {"person": one.person_id, "place": one.place_id, "group": one.group_id}
    more |= next(({"other": end, "other_id": key} for end, key in ends.items() if key), {})
    planned = say(_("Planned against %(what)s"), what=one.against)
    yield fact(Kind.DISRUPTION, one.added_at, planned, one.what, who=one.added_by_id, **more)
    if one.done_on:
        done = _("Done against %(what)s") if one.state == "done" else _("Not done against %(what)s")
        more |= {"agency": one.agency.name, "who": one.owner_id}
        yield fact(Kind.DISRUPTION, one.done_on, say(done, what=one.against), one.what, one.note, **more)


def _on_paper(one: DisruptionStep) -> Iterator[Passage]:
    doing = {"who": one.owner or one.agency, "date": one.due_on, "state": choice(one, "state")}
    text = lines(one.what, say(_("%(who)s, by %(date)s. %(state)s"), **doing), one.note)
    yield Passage(say(_("Against what harms: %(what)s"), what=one.against), text)


STEPS = Record(
    _("Disruption steps"),
    DisruptionStep.objects.filter(case__isnull=False)
    .select_related("person", "place", "group", "agency", "owner")
    .order_by("due_on", "added_at"),
    "case__person",
    steps_visible_to,
    chronology=_chronology,
    pack=_on_paper,
)
