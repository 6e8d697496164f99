"""What reviews say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import said_beside
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.cases.review.models import Review
from heard.cases.review.queries import review_visible_to, reviews_visible_to
from heard.govuk.said import Text, choice, joined, labelled, lines, say


def _chronology(review: Review) -> Iterator[ChronologyEntry]:
    what = say(_("Review held: %(decision)s"), decision=choice(review, "decision"))
    more: dict[str, Any] = {
        "noted": review.recorded_at,
        "who": review.held_by_id,
        "page": ("review", review.pk),
    }
    yield fact(EntryKind.REVIEW, review.held_on, what, review.what_changed, **more)


def _on_paper(one: Any) -> Iterator[Passage]:
    about = {"date": one.held_on, "who": one.held_by, "decision": choice(one, "decision")}
    text = lines(
        labelled(_("Who took part"), one.took_part),
        labelled(_("What changed for the child"), one.what_changed),
        *(_outcome(part) for part in one.outcomes.all()),
        said_beside(one),
        labelled(_("Why"), one.reason),
        labelled(_("Next review"), one.next_review_on),
    )
    yield Passage(say(_("Review of %(date)s, held by %(who)s: %(decision)s"), **about), text)


def _outcome(row: Any) -> Text:
    course = say(_("%(outcome)s: %(course)s"), outcome=row.outcome.text, course=choice(row, "course"))
    said = joined(course, row.what.rstrip("."), joined(row.seen_by, row.seen_on), by=". ")
    return say(_("%(said)s."), said=said)


REVIEWS = Record(
    _("Reviews"),
    Review.objects.order_by("held_on", "recorded_at"),
    "plan__case__person",
    reviews_visible_to,
    chronology=_chronology,
    pack=_on_paper,
    whole=lambda user, row: review_visible_to(user, row.pk),
)
