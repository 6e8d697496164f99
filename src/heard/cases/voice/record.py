"""What was written for a child of what meetings decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.cases.voice.models import ChildDecision
from heard.cases.voice.queries import decisions_visible_to
from heard.govuk.said import say


def _chronology(decision: ChildDecision) -> Iterator[ChronologyEntry]:
    kind, page = EntryKind.REVIEW, ("review", decision.review_id)
    if decision.panel_item_id:
        kind, page = EntryKind.PANEL, ("panel_item", decision.panel_item_id)
    more: dict[str, Any] = {"who": decision.written_by_id, "page": page}
    yield fact(
        kind, decision.written_at, say(_("Written for the child: what was decided")), decision.text, **more
    )


def _on_paper(decision: ChildDecision) -> Iterator[Passage]:
    said = {"date": decision.met_on, "who": decision.written_by}
    heading = say(_("Written for the child by %(who)s, after the meeting of %(date)s"), **said)
    yield Passage(heading, decision.text)


# How it is known to be safe at the link is on no paper: it may tell somebody who looks for a way in whose device it is.
PANELS_FOR_CHILDREN, REVIEWS_FOR_CHILDREN = (
    Record(
        called,
        ChildDecision.objects.filter(**{f"{meeting}__isnull": False}).select_related("written_by"),
        whom,
        decisions_visible_to,
        chronology=_chronology,
        pack=_on_paper,
    )
    for called, meeting, whom in (
        (_("What panels decided, written for the child"), "panel_item", "panel_item__person"),
        (_("What reviews decided, written for the child"), "review", "review__plan__case__person"),
    )
)
