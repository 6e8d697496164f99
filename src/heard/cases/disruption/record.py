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


def _chronology(one: DisruptionStep) -> Iterator[ChronologyEntry]:
    more: dict[str, Any] = {"page": ("disruption_step", one.pk)}
    ends = {"person": one.person_id, "place": one.place_id, "group": one.group_id}
    more |= next(({"other": end, "other_id": key} for end, key in ends.items() if key), {})
    planned = say(_("Planned against %(what)s"), what=one.against)
    yield fact(EntryKind.DISRUPTION, one.added_at, planned, one.what, who=one.added_by_id, **more)
    if one.served_on:
        served = say(_("Served: %(what)s"), what=one.power_label)
        yield fact(EntryKind.DISRUPTION, one.served_on, served, one.conditions, **more)
    for breach in one.broken:
        broken = say(_("Breached: %(what)s"), what=one.power_label)
        yield fact(
            EntryKind.DISRUPTION,
            breach.broken_on,
            broken,
            breach.what_was_done,
            who=breach.noted_by_id,
            **more,
        )
    if one.done_on:
        done = _("Done against %(what)s") if one.state == "done" else _("Not done against %(what)s")
        more |= {"agency": one.agency.name, "who": one.owner_id}
        yield fact(EntryKind.DISRUPTION, one.done_on, say(done, what=one.against), one.what, one.note, **more)


def _on_paper(one: DisruptionStep) -> Iterator[Passage]:
    doing = {"who": one.owner or one.agency, "date": one.due_on, "state": choice(one, "state")}
    text = lines(one.what, say(_("%(who)s, by %(date)s. %(state)s"), **doing), one.note, *_power(one))
    yield Passage(say(_("Disruption step against: %(what)s"), what=one.against), text)


def _power(one: DisruptionStep) -> Iterator[Text]:
    yield labelled(_("Power"), one.power_said)
    if one.legal_power:
        yield say(
            _("That a power stands here does not say that a lawyer checked its text, or that it applies.")
        )
    yield labelled(_("What the child thinks of it"), one.childs_view)
    yield labelled(_("What it means for safety"), one.safety)
    yield labelled(_("What it rests on"), one.grounds)
    if one.lost_a_ground:
        yield say(_("One of its grounds was withdrawn."))
    if one.asked_on:
        yield say(_("Asked for by %(who)s on %(date)s"), who=one.asked_by, date=one.asked_on)
    for called, day in ((_("Served"), one.served_on), (_("Ends"), one.ends_on), (_("Looked at again"), one.look_again_on), (_("Ended"), one.ended_on)):  # fmt: skip
        if day:
            yield say(_("%(what)s: %(date)s"), what=say(called), date=day)
    yield labelled(_("Conditions"), one.conditions)
    yield labelled(_("Before"), one.said_before)
    for breach in one.broken:
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
