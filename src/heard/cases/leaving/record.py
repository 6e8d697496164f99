"""What handovers and plans for after 18 say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import words_beside
from heard.cases.leaving.models import AfterPlan, Handover
from heard.cases.leaving.queries import after_plans_visible_to, handovers_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.govuk.said import choice, labelled, lines, say


def _handed(one: Handover) -> Iterator[ChronologyEntry]:
    page = ("handover", one.pk)
    what = say(_("Handover sent to %(council)s"), council=one.to_council)
    yield fact(
        EntryKind.CASE, one.sent_on, what, one.what_sent, noted=one.begun_at, who=one.begun_by_id, page=page
    )
    for news in one.news.all():
        asked = say(_("Asked whether %(council)s accepts"), council=one.to_council)
        yield fact(EntryKind.CASE, news.written_at, asked, news.text, who=news.written_by_id, page=page)
    more: dict[str, Any] = {"noted": one.finished_at, "who": one.finished_by_id, "page": page}
    if one.accepted_on:
        accepted = say(_("%(council)s accepted the child"), council=one.to_council)
        yield fact(EntryKind.CASE, one.accepted_on, accepted, one.accepted_by, **more)
    if one.why_taken_back and one.finished_at:
        back = say(_("Not handed over to %(council)s"), council=one.to_council)
        yield fact(
            EntryKind.CASE, one.finished_at, back, one.why_taken_back, who=one.finished_by_id, page=page
        )


def _handed_on_paper(one: Handover) -> Iterator[Passage]:
    told = {"council": one.to_council, "date": one.sent_on, "state": choice(one, "state", small=True)}
    text = lines(
        labelled(_("Who takes over there"), one.to_whom),
        labelled(_("The child moves on"), one.moves_on),
        labelled(_("What was sent"), one.what_sent),
        *(labelled(say(_("Asked on %(date)s"), date=news.written_at), news.text) for news in one.news.all()),
        labelled(_("Accepted by"), one.accepted_by),
        labelled(_("Accepted on"), one.accepted_on),
        labelled(_("Why not"), one.why_taken_back),
    )
    yield Passage(say(_("Handover to %(council)s, sent on %(date)s, %(state)s"), **told), text)


def _after(one: AfterPlan) -> Iterator[ChronologyEntry]:
    what = say(_("Plan for what comes after 18, version %(version)s"), version=one.version)
    page = ("after_plan", one.case_id)
    yield fact(EntryKind.PLAN, one.written_at, what, one.services, who=one.written_by_id, page=page)


def _after_on_paper(one: AfterPlan) -> Iterator[Passage]:
    told = {"version": one.version, "date": one.written_at, "who": one.written_by}
    text = lines(
        labelled(_("Who is there afterwards"), one.who_is_there),
        labelled(_("Services"), one.services),
        labelled(_("Where the young person will live"), one.where_to_live),
        labelled(_("Who can be called"), one.who_to_call),
        words_beside(one, one.words) or labelled(_("What the young person says to it"), one.child_agreed),
        labelled(_("Why it was made without them"), one.why_not_with_child),
    )
    heading = _("Plan for what comes after 18, version %(version)s, of %(date)s, written by %(who)s")
    yield Passage(say(heading, **told), text)


HANDOVERS = Record(
    _("Handovers to other councils"),
    Handover.objects.select_related("begun_by").prefetch_related("news").order_by("begun_at"),
    "case__person",
    handovers_visible_to,
    chronology=_handed,
    pack=_handed_on_paper,
)
AFTER_PLANS = Record(
    _("Plans for what comes after 18"),
    AfterPlan.objects.select_related("written_by", "words").order_by("version"),
    "case__person",
    after_plans_visible_to,
    chronology=_after,
    pack=_after_on_paper,
)
