"""What the record of a child says of assessments of places and groups that name them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.context.models import ContextMention
from heard.cases.context.queries import mentions_visible_to
from heard.cases.record.shape import Passage, Record
from heard.govuk.said import lines, say


def _on_paper(mention: ContextMention) -> Iterator[Passage]:
    finding = mention.finding
    known = say(_("Known of %(whom)s, and names the child"), whom=finding.assessment.context.whom)
    yield Passage(
        known,
        lines(
            finding.what,
            say(_("%(who)s, %(date)s"), who=finding.source, date=finding.seen_on),
            say(_("One of its grounds was withdrawn.")) if finding.lost_a_ground else "",
        ),
    )


NAMED = Record(
    _("What is known of places and groups"),
    ContextMention.objects.select_related(
        "finding__assessment__context__place", "finding__assessment__context__group"
    )
    .prefetch_related("finding__rests_on__source")
    .order_by("finding__seen_on", "pk"),
    "person",
    mentions_visible_to,
    pack=_on_paper,
)
