"""What a restricted record says of worries that name what it holds, on paper: for those alone who decide about it. Its chronology says
nothing of them, since everybody reads that who may see the record."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.concern.holder.models import HolderDecision
from heard.cases.concern.holder.queries import decisions_visible_to
from heard.cases.record.shape import Passage, Record
from heard.govuk.said import choice, labelled, lines, say


def _on_paper(decision: HolderDecision) -> Iterator[Passage]:
    told = {"agency": decision.concern.agency, "date": decision.concern.told_at}
    heading = say(_("A worry told on %(date)s by %(agency)s named something that this record holds"), **told)
    said = say(
        _("%(date)s, %(who)s, %(agency)s"),
        date=decision.decided_at,
        who=decision.decided_by,
        agency=decision.agency,
    )
    yield Passage(
        heading,
        lines(
            labelled(_("Whether to tell"), choice(decision, "outcome")),
            labelled(_("Decided"), said),
            labelled(_("Who alone is told"), str(decision.told or "")),
            labelled(_("Why not yet"), decision.reason),
        ),
    )


HOLDER_DECISIONS = Record(
    _("Whether a worry’s co-ordinator is told"),
    HolderDecision.objects.select_related("agency", "decided_by", "told", "concern__agency").order_by(
        "decided_at", "pk"
    ),
    "person",
    decisions_visible_to,
    pack=_on_paper,
)
