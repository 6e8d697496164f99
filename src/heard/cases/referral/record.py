"""What referrals to the National Referral Mechanism say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.cases.referral.models import Referral
from heard.cases.referral.queries import referrals_visible_to, sections_of
from heard.govuk.said import choice, labelled, lines, say


def _chronology(referral: Referral) -> Iterator[ChronologyEntry]:
    """After it was submitted only the days are known."""
    moments: list[tuple[Any, str, str, int | None]] = [
        (referral.started_at, _("Referral to the National Referral Mechanism begun"), "", referral.writer_id),
        (referral.returned_at, _("Referral returned to its writer"), referral.returned_reason, None),
        (referral.reviewed_at, _("Referral reviewed"), referral.review_note, referral.reviewed_by_id),
        (referral.submitted_on, _("Referral submitted to the Home Office"), "", referral.submitted_by_id),
    ]
    page = ("referral", referral.pk)
    for when, what, text, who in moments:
        if when:
            yield fact(EntryKind.REFERRAL, when, say(what), text, who=who, page=page)
    for row in referral.decisions.all():
        said = say(
            _("Home Office: %(stage)s, %(result)s"), stage=choice(row, "stage"), result=choice(row, "result")
        )
        yield fact(EntryKind.REFERRAL, row.decided_on, said, row.note, who=row.recorded_by_id, page=page)


def _on_paper(whole: tuple[Referral, Any]) -> Iterator[Passage]:
    referral, sections = whole
    about = {
        "number": referral.number,
        "date": referral.started_at,
        "state": choice(referral, "state", small=True),
    }
    heading = _("Referral to the National Referral Mechanism, version %(number)s, of %(date)s, %(state)s")
    text = lines(
        labelled(_("Written by"), referral.writer),
        labelled(_("Reviewed by"), referral.reviewed_by),
        labelled(_("Submitted on"), referral.submitted_on),
        labelled(_("Reference"), referral.reference_received),
    )
    for row in referral.decisions.all():
        said = {"stage": choice(row, "stage"), "result": choice(row, "result"), "date": row.decided_on}
        text = lines(text, say(_("Home Office, %(date)s: %(stage)s, %(result)s"), **said), row.note)
    yield Passage(say(heading, **about), text)
    for section in sections:
        answers = lines(*(labelled([answer.question.label], answer.text) for answer in section.answers))
        if answers:
            yield Passage(section.part.label, answers)


REFERRALS = Record(
    _("Referrals"),
    Referral.objects.select_related("case", "writer", "reviewed_by")
    .prefetch_related("decisions")
    .order_by("started_at"),
    "case__person",
    referrals_visible_to,
    chronology=_chronology,
    pack=_on_paper,
    whole=lambda user, row: (row, sections_of(user, row, known={})),
)
