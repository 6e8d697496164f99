"""What strategy discussions say."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import words_beside
from heard.cases.concern.strategy.models import AskedAgency, StrategyDiscussion
from heard.cases.concern.strategy.queries import discussions_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.govuk.said import Text, choice, joined, labelled, lines, say


def _enquiries(one: StrategyDiscussion) -> Text:
    return labelled(_("Section 47 enquiries"), joined(choice(one, "enquiries"), one.enquiries_by))


def _chronology(one: StrategyDiscussion) -> Iterator[ChronologyEntry]:
    page = ("strategy", one.pk)
    if one.state == "held":
        said = (one.decision, one.reason, _enquiries(one))
        yield fact(
            EntryKind.DECISION,
            one.held_on,
            say(_("Strategy discussion held")),
            *said,
            noted=one.finished_at,
            who=one.finished_by_id,
            page=page,
        )
        return
    what = say(_("Strategy discussion planned for %(date)s"), date=one.planned_on)
    if one.state == "called_off":
        what = say(_("Strategy discussion called off"))
    yield fact(EntryKind.DECISION, one.begun_at, what, one.why_called_off, who=one.lead_id, page=page)


def _on_paper(one: StrategyDiscussion) -> Iterator[Passage]:
    about = {"date": one.held_on or one.planned_on, "state": choice(one, "state", small=True)}
    text = lines(
        labelled(_("Decision"), one.decision),
        labelled(_("Reason"), one.reason),
        _enquiries(one),
        words_beside(one, one.words),
        labelled(_("Why without the child’s words"), one.why_without_words),
        labelled(_("Why it was called off"), one.why_called_off),
        labelled(_("Why this was corrected"), one.why_corrected),
        *(_asked(row) for row in one.asked.all()),
    )
    yield Passage(say(_("Strategy discussion of %(date)s, %(state)s"), **about), text)


def _asked(row: AskedAgency) -> Text:
    heading = say(_("%(agency)s, asked on %(date)s: %(who)s"), agency=row, date=row.asked_on, who=row.who)
    there = labelled(_("Was there"), joined(choice(row, "attended"), row.who_attended))
    return labelled(heading, joined(row.information, there, by=". "))


STRATEGY_DISCUSSIONS = Record(
    _("Strategy discussions"),
    StrategyDiscussion.objects.filter(corrected_by=None)
    .select_related("lead", "words")
    .prefetch_related("asked__agency")
    .order_by("begun_at"),
    "person",
    discussions_visible_to,
    chronology=_chronology,
    pack=_on_paper,
)
