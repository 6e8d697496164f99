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


def _known(report: OffenceReport) -> Text:
    return say(_("Suspected offence known: %(how)s"), how=choice(report, "trigger"))


def _facts(report: OffenceReport) -> Iterator[ChronologyEntry]:
    page = ("offence_report", report.pk)
    yield fact(
        EntryKind.SHARE, report.known_at, _known(report), report.who, who=report.noted_by_id, page=page
    )
    if report.reported_at:
        what = say(_("Suspected offence reported to %(other)s"), other=report.other_side)
        yield fact(EntryKind.SHARE, report.reported_at, what, choice(report, "way"), *_besides(report), who=report.recorded_by_id, page=page)  # fmt: skip


def _besides(report: OffenceReport) -> Iterator[Text]:
    """Why it was not reported sooner, and that it was put right."""
    yield labelled(_("Why it waited, as noted at first"), report.first_why)
    yield labelled(_("Why not sooner"), report.delay_why)
    yield labelled(_("Put right"), report.why_taken_back)


def _on_paper(report: OffenceReport) -> Iterator[Passage]:
    text = lines(
        labelled(_("Who knew"), report.who),
        labelled(_("Reported to"), report.other_side),
        labelled(_("Received there by"), report.to_person),
        labelled(_("Reported"), moment(report.reported_at)),
        labelled(_("In which way"), choice(report, "way")) if report.way else "",
        *_besides(report),
    )
    yield Passage(say(_("%(what)s, %(when)s"), what=_known(report), when=moment(report.known_at)), text)


OFFENCE_REPORTS = Record(
    _("Reports of a suspected offence"),
    OffenceReport.objects.filter(STANDS).select_related("to_agency").order_by("known_at"),
    "person",
    reports_visible_to,
    chronology=_facts,
    pack=_on_paper,
)
