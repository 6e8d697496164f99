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


def _enquiries(discussion: StrategyDiscussion) -> Text:
    return labelled(
        _("Section 47 enquiries"), joined(choice(discussion, "enquiries"), discussion.enquiries_by)
    )


def _chronology(discussion: StrategyDiscussion) -> Iterator[ChronologyEntry]:
    page = ("strategy", discussion.pk)
    if discussion.state == "held":
        said = (discussion.decision, discussion.reason, _enquiries(discussion))
        yield fact(
            EntryKind.DECISION,
            discussion.held_on,
            say(_("Strategy discussion held")),
            *said,
            noted=discussion.finished_at,
            who=discussion.finished_by_id,
            page=page,
        )
        return
    what = say(_("Strategy discussion planned for %(date)s"), date=discussion.planned_on)
    if discussion.state == "called_off":
        what = say(_("Strategy discussion called off"))
    yield fact(
        EntryKind.DECISION,
        discussion.begun_at,
        what,
        discussion.why_called_off,
        who=discussion.lead_id,
        page=page,
    )


def _on_paper(discussion: StrategyDiscussion) -> Iterator[Passage]:
    about = {
        "date": discussion.held_on or discussion.planned_on,
        "state": choice(discussion, "state", small=True),
    }
    text = lines(
        labelled(_("Decision"), discussion.decision),
        labelled(_("Reason"), discussion.reason),
        _enquiries(discussion),
        words_beside(discussion, discussion.words),
        labelled(_("Why without the child’s words"), discussion.why_without_words),
        labelled(_("Why it was called off"), discussion.why_called_off),
        labelled(_("Why this was corrected"), discussion.why_corrected),
        *(_asked(row) for row in discussion.asked.all()),
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
