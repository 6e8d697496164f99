"""What reports of a suspected offence say: how it became known and to whom it was reported, never what happened."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.cases.reporting.models import OffenceReport
from heard.cases.reporting.queries import STANDS, reports_visible_to
from heard.govuk.said import Text, choice, labelled, lines, moment, say


def _known(one: OffenceReport) -> Text:
    return say(_("Suspected offence known: %(how)s"), how=choice(one, "trigger"))


def _facts(one: OffenceReport) -> Iterator[ChronologyEntry]:
    page = ("offence_report", one.pk)
    yield fact(EntryKind.SHARE, one.known_at, _known(one), one.who, who=one.noted_by_id, page=page)
    if one.reported_at:
        what = say(_("Suspected offence reported to %(other)s"), other=one.other_side)
        yield fact(EntryKind.SHARE, one.reported_at, what, choice(one, "way"), *_besides(one), who=one.recorded_by_id, page=page)  # fmt: skip


def _besides(one: OffenceReport) -> Iterator[Text]:
    """Why it was not reported sooner, and that it was put right."""
    yield labelled(_("Why it waited, as noted at first"), one.first_why)
    yield labelled(_("Why not sooner"), one.delay_why)
    yield labelled(_("Put right"), one.why_taken_back)


def _on_paper(one: OffenceReport) -> Iterator[Passage]:
    text = lines(
        labelled(_("Who knew"), one.who),
        labelled(_("Reported to"), one.other_side),
        labelled(_("Received there by"), one.to_person),
        labelled(_("Reported"), moment(one.reported_at)),
        labelled(_("In which way"), choice(one, "way")) if one.way else "",
        *_besides(one),
    )
    yield Passage(say(_("%(what)s, %(when)s"), what=_known(one), when=moment(one.known_at)), text)


OFFENCE_REPORTS = Record(
    _("Reports of a suspected offence"),
    OffenceReport.objects.filter(STANDS).select_related("to_agency").order_by("known_at"),
    "person",
    reports_visible_to,
    chronology=_facts,
    pack=_on_paper,
)
