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


def _handed(handover: Handover) -> Iterator[ChronologyEntry]:
    page = ("handover", handover.pk)
    what = say(_("Handover sent to %(council)s"), council=handover.to_council)
    yield fact(
        EntryKind.CASE,
        handover.sent_on,
        what,
        handover.what_sent,
        noted=handover.begun_at,
        who=handover.begun_by_id,
        page=page,
    )
    for news in handover.news.all():
        asked = say(_("Asked whether %(council)s accepts"), council=handover.to_council)
        yield fact(EntryKind.CASE, news.written_at, asked, news.text, who=news.written_by_id, page=page)
    more: dict[str, Any] = {"noted": handover.finished_at, "who": handover.finished_by_id, "page": page}
    if handover.accepted_on:
        accepted = say(_("%(council)s accepted the child"), council=handover.to_council)
        yield fact(EntryKind.CASE, handover.accepted_on, accepted, handover.accepted_by, **more)
    if handover.why_taken_back and handover.finished_at:
        back = say(_("Not handed over to %(council)s"), council=handover.to_council)
        yield fact(
            EntryKind.CASE,
            handover.finished_at,
            back,
            handover.why_taken_back,
            who=handover.finished_by_id,
            page=page,
        )


def _handed_on_paper(handover: Handover) -> Iterator[Passage]:
    told = {
        "council": handover.to_council,
        "date": handover.sent_on,
        "state": choice(handover, "state", small=True),
    }
    text = lines(
        labelled(_("Who takes over there"), handover.to_whom),
        labelled(_("The child moves on"), handover.moves_on),
        labelled(_("What was sent"), handover.what_sent),
        *(
            labelled(say(_("Asked on %(date)s"), date=news.written_at), news.text)
            for news in handover.news.all()
        ),
        labelled(_("Accepted by"), handover.accepted_by),
        labelled(_("Accepted on"), handover.accepted_on),
        labelled(_("Why not"), handover.why_taken_back),
    )
    yield Passage(say(_("Handover to %(council)s, sent on %(date)s, %(state)s"), **told), text)


def _after(after_plan: AfterPlan) -> Iterator[ChronologyEntry]:
    what = say(_("Plan for what comes after 18, version %(version)s"), version=after_plan.version)
    page = ("after_plan", after_plan.case_id)
    yield fact(
        EntryKind.PLAN,
        after_plan.written_at,
        what,
        after_plan.services,
        who=after_plan.written_by_id,
        page=page,
    )


def _after_on_paper(after_plan: AfterPlan) -> Iterator[Passage]:
    told = {"version": after_plan.version, "date": after_plan.written_at, "who": after_plan.written_by}
    text = lines(
        labelled(_("Who is there afterwards"), after_plan.who_is_there),
        labelled(_("Services"), after_plan.services),
        labelled(_("Where the young person will live"), after_plan.where_to_live),
        labelled(_("Who can be called"), after_plan.who_to_call),
        words_beside(after_plan, after_plan.words)
        or labelled(_("What the young person says to it"), after_plan.child_agreed),
        labelled(_("Why it was made without them"), after_plan.why_not_with_child),
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
