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


def _item(panel_item: PanelItem) -> Iterator[ChronologyEntry]:
    page = ("panel_item", panel_item.pk)
    text = (panel_item.decision, panel_item.reason)
    if panel_item.panel.is_mapping:
        done = [row.what for row in panel_item.actions.all()]
        what = say(_("Spoken about at a mapping meeting"))  # who closed it may be kept out of this record
        yield fact(
            EntryKind.PANEL,
            panel_item.panel.held_at,
            what,
            *done,
            *text,
            who=panel_item.decided_by_id,
            page=page,
        )
    else:
        yield fact(
            EntryKind.PANEL,
            panel_item.decided_at,
            say(_("Panel decided")),
            *text,
            who=panel_item.decided_by_id,
            page=page,
        )
    for dissent in panel_item.dissents.all():
        what = say(_("Did not agree with the panel"))
        if dissent.said_by:
            what = say(_("%(who)s did not agree with the panel"), who=dissent.said_by)
        yield fact(EntryKind.PANEL, dissent.said_at, what, dissent.why, who=dissent.by_id, page=page)


def _item_on_paper(panel_item: PanelItem) -> Iterator[Passage]:
    heading = say(
        _("Panel of %(date)s: %(decision)s"), date=panel_item.panel.starts_at, decision=panel_item.decision
    )
    if panel_item.panel.is_mapping:
        heading = say(_("Mapping meeting of %(date)s"), date=panel_item.panel.starts_at)
    text = lines(
        panel_item.decision if panel_item.panel.is_mapping else "",
        labelled(_("Why"), panel_item.reason),
        say(_("One of its grounds was withdrawn.")) if panel_item.lost_a_ground else "",
        labelled(_("What was said"), panel_item.notes),
        said_beside(panel_item),
        *(_action(row) for row in panel_item.actions.all()),
        *(_dissent(row) for row in panel_item.dissents.all()),
    )
    yield Passage(heading, text)


def _action(row: Any) -> Text:
    return say(_("%(what)s: %(who)s, %(date)s"), what=row.what, who=row.owner, date=row.due_on)


def _dissent(row: Any) -> Text:
    told = {"who": row.who, "agency": row.agency, "why": row.why}
    return say(_("Did not agree: %(who)s, %(agency)s: %(why)s"), **told)


def _disagreement(disagreement: Disagreement) -> Iterator[ChronologyEntry]:
    page = ("disagreement", disagreement.pk)
    what, text = (
        say(_("Agencies disagree: %(about)s"), about=choice(disagreement, "about")),
        (disagreement.what, disagreement.interest),
    )
    yield fact(EntryKind.PANEL, disagreement.opened_at, what, *text, who=disagreement.opened_by_id, page=page)
    for step in disagreement.steps.all():
        if step.done_at:
            what = say(_("%(step)s: %(outcome)s"), step=step.label, outcome=choice(step, "outcome"))
            yield fact(EntryKind.PANEL, step.done_at, what, step.reason, who=step.done_by_id, page=page)
    if disagreement.settled_at:
        yield fact(
            EntryKind.PANEL,
            disagreement.settled_at,
            say(_("Disagreement settled")),
            disagreement.resolution,
            page=page,
        )


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
