"""What steps against what harms say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.disruption.models import DisruptionStep
from heard.cases.disruption.queries import steps_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.govuk.said import Text, choice, labelled, lines, say


def _chronology(step: DisruptionStep) -> Iterator[ChronologyEntry]:
    more: dict[str, Any] = {"page": ("disruption_step", step.pk)}
    ends = {"person": step.person_id, "place": step.place_id, "group": step.group_id}
    more |= next(({"other": end, "other_id": key} for end, key in ends.items() if key), {})
    planned = say(_("Planned against %(what)s"), what=step.against)
    yield fact(EntryKind.DISRUPTION, step.added_at, planned, step.what, who=step.added_by_id, **more)
    if step.served_on:
        served = say(_("Served: %(what)s"), what=step.power_label)
        yield fact(EntryKind.DISRUPTION, step.served_on, served, step.conditions, **more)
    for breach in step.broken:
        broken = say(_("Breached: %(what)s"), what=step.power_label)
        yield fact(
            EntryKind.DISRUPTION,
            breach.broken_on,
            broken,
            breach.what_was_done,
            who=breach.noted_by_id,
            **more,
        )
    if step.done_on:
        done = _("Done against %(what)s") if step.state == "done" else _("Not done against %(what)s")
        more |= {"agency": step.agency.name, "who": step.owner_id}
        yield fact(
            EntryKind.DISRUPTION, step.done_on, say(done, what=step.against), step.what, step.note, **more
        )


def _on_paper(step: DisruptionStep) -> Iterator[Passage]:
    doing = {"who": step.owner or step.agency, "date": step.due_on, "state": choice(step, "state")}
    text = lines(step.what, say(_("%(who)s, by %(date)s. %(state)s"), **doing), step.note, *_power(step))
    yield Passage(say(_("Disruption step against: %(what)s"), what=step.against), text)


def _power(step: DisruptionStep) -> Iterator[Text]:
    yield labelled(_("Power"), step.power_said)
    if step.legal_power:
        yield say(
            _("That a power stands here does not say that a lawyer checked its text, or that it applies.")
        )
    yield labelled(_("What the child thinks of it"), step.childs_view)
    yield labelled(_("What it means for safety"), step.safety)
    yield labelled(_("What it rests on"), step.grounds)
    if step.lost_a_ground:
        yield say(_("One of its grounds was withdrawn."))
    if step.asked_on:
        yield say(_("Asked for by %(who)s on %(date)s"), who=step.asked_by, date=step.asked_on)
    for called, day in ((_("Served"), step.served_on), (_("Ends"), step.ends_on), (_("Looked at again"), step.look_again_on), (_("Ended"), step.ended_on)):  # fmt: skip
        if day:
            yield say(_("%(what)s: %(date)s"), what=say(called), date=day)
    yield labelled(_("Conditions"), step.conditions)
    yield labelled(_("Before"), step.said_before)
    for breach in step.broken:
        yield say(_("Breached on %(date)s: %(done)s"), date=breach.broken_on, done=breach.what_was_done)


STEPS = Record(
    _("Disruption steps"),
    DisruptionStep.objects.filter(case__isnull=False)
    .select_related("person", "place", "group", "agency", "owner")
    .prefetch_related("breaches", "rests_on__source")
    .order_by("due_on", "added_at"),
    "case__person",
    steps_visible_to,
    chronology=_chronology,
    pack=_on_paper,
)
