"""What panels decided on, that a mapping meeting spoke about a child and what came of it, and who did not agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import said_beside
from heard.cases.panel.models import Disagreement, PanelItem
from heard.cases.panel.queries import CAME_OF_IT, disagreements_visible_to, items_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.govuk.said import Text, choice, labelled, lines, say


def _item(one: PanelItem) -> Iterator[ChronologyEntry]:
    page = ("panel_item", one.pk)
    text = (one.decision, one.reason)
    if one.panel.is_mapping:
        done = [row.what for row in one.actions.all()]
        what = say(_("Spoken about at a mapping meeting"))  # who closed it may be kept out of this record
        yield fact(EntryKind.PANEL, one.panel.held_at, what, *done, *text, who=one.decided_by_id, page=page)
    else:
        yield fact(
            EntryKind.PANEL, one.decided_at, say(_("Panel decided")), *text, who=one.decided_by_id, page=page
        )
    for dissent in one.dissents.all():
        what = say(_("Did not agree with the panel"))
        if dissent.said_by:
            what = say(_("%(who)s did not agree with the panel"), who=dissent.said_by)
        yield fact(EntryKind.PANEL, dissent.said_at, what, dissent.why, who=dissent.by_id, page=page)


def _item_on_paper(one: PanelItem) -> Iterator[Passage]:
    heading = say(_("Panel of %(date)s: %(decision)s"), date=one.panel.starts_at, decision=one.decision)
    if one.panel.is_mapping:
        heading = say(_("Mapping meeting of %(date)s"), date=one.panel.starts_at)
    text = lines(
        one.decision if one.panel.is_mapping else "",
        labelled(_("Why"), one.reason),
        say(_("One of its grounds was withdrawn.")) if one.lost_a_ground else "",
        labelled(_("What was said"), one.notes),
        said_beside(one),
        *(_action(row) for row in one.actions.all()),
        *(_dissent(row) for row in one.dissents.all()),
    )
    yield Passage(heading, text)


def _action(row: Any) -> Text:
    return say(_("%(what)s: %(who)s, %(date)s"), what=row.what, who=row.owner, date=row.due_on)


def _dissent(row: Any) -> Text:
    told = {"who": row.who, "agency": row.agency, "why": row.why}
    return say(_("Did not agree: %(who)s, %(agency)s: %(why)s"), **told)


def _disagreement(one: Disagreement) -> Iterator[ChronologyEntry]:
    page = ("disagreement", one.pk)
    what, text = say(_("Agencies disagree: %(about)s"), about=choice(one, "about")), (one.what, one.interest)
    yield fact(EntryKind.PANEL, one.opened_at, what, *text, who=one.opened_by_id, page=page)
    for step in one.steps.all():
        if step.done_at:
            what = say(_("%(step)s: %(outcome)s"), step=step.label, outcome=choice(step, "outcome"))
            yield fact(EntryKind.PANEL, step.done_at, what, step.reason, who=step.done_by_id, page=page)
    if one.settled_at:
        yield fact(EntryKind.PANEL, one.settled_at, say(_("Disagreement settled")), one.resolution, page=page)


ITEMS = Record(
    _("What panels decided"),
    PanelItem.objects.filter(CAME_OF_IT, taken_off_at=None)
    .select_related("panel", "words")
    .prefetch_related("dissents__by", "dissents__agency", "actions__owner", "rests_on__source")
    .order_by("panel__starts_at", "-pk"),
    "person",
    items_visible_to,
    chronology=_item,
    pack=_item_on_paper,
)
DISAGREEMENTS = Record(
    _("Disagreements"),
    Disagreement.objects.prefetch_related("steps"),
    "person",
    disagreements_visible_to,
    chronology=_disagreement,
)
