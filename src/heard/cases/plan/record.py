"""What plans say, with their actions and how far they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import said_beside
from heard.cases.plan.models import Action, ActionDelay, Plan, WhereWeAre
from heard.cases.plan.queries import (
    actions_visible_to,
    delays_visible_to,
    notes_of,
    notes_visible_to,
    plan_visible_to,
    plans_visible_to,
)
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Piece, Record, fact
from heard.govuk.said import Text, choice, labelled, lines, plain, say


def _chronology(one: Plan) -> Iterator[ChronologyEntry]:
    page = ("plan", one.pk)
    yield fact(EntryKind.PLAN, one.started_at, say(_("Plan begun")), who=one.started_by_id, page=page)
    if one.agreed_at:
        yield fact(EntryKind.PLAN, one.agreed_at, say(_("Plan agreed")), who=one.agreed_by_id, page=page)


def _done(one: Action) -> Iterator[ChronologyEntry]:
    if one.done_on:
        what = _("Done: %(what)s") if one.state == "done" else _("Could not be done: %(what)s")
        yield fact(EntryKind.ACTION, one.done_on, say(what, what=one.what), one.note, who=one.owner_id)


def _put_off(one: ActionDelay) -> Iterator[ChronologyEntry]:
    days = {"was": one.was_due_on, "day": one.due_on, "what": one.action.what}
    what = say(_("Put off from %(was)s to %(day)s: %(what)s"), **days)
    yield fact(EntryKind.ACTION, one.put_off_at, what, one.reason, who=one.put_off_by_id)


def _where(one: WhereWeAre) -> Iterator[ChronologyEntry]:
    what = say(_("Where we are: %(outcome)s"), outcome=one.outcome.text)
    yield fact(EntryKind.PLAN, one.on, what, one.text, noted=one.written_at, who=one.written_by_id)


def _whole(user: Any, row: Plan) -> tuple[Plan, Any]:
    one = plan_visible_to(user, row.pk)
    return one, notes_of(user, one)


def _on_paper(whole: tuple[Plan, Any]) -> Iterator[Passage]:
    one, notes = whole
    date = one.agreed_at or one.started_at
    agreed = labelled(_("Agreed by"), one.agreed_by)
    looked = labelled(_("To be reviewed by"), one.review_on if one.state == "agreed" else None)
    heading = say(_("Plan of %(date)s, %(state)s"), date=date, state=choice(one, "state", small=True))
    yield Passage(heading, lines(agreed, looked, said_beside(one)))
    for outcome in one.outcomes.all():
        where = (labelled(plain(note.on), note.text) for note in notes.get(outcome.line_id, ()))
        text = lines(*where, *(_action(action) for action in outcome.actions.all()))
        yield Passage(say(_("Plan of %(date)s: %(outcome)s"), date=date, outcome=outcome.text), text)


def _action(one: Action) -> Text:
    doing = {
        "what": one.what,
        "who": one.owner or say(_("nobody yet")),
        "date": one.due_on or say(_("no day yet")),
        "state": choice(one, "state"),
    }
    return lines(say(_("%(what)s: %(who)s, by %(date)s. %(state)s"), **doing), one.note)


def _to_share(one: Plan) -> Iterator[Piece]:
    if one.state != "agreed":
        return
    text: list[Text] = []
    for outcome in one.outcomes.all():
        text.append(outcome.text)
        for action in outcome.actions.all():
            doing = {"what": action.what, "who": action.owner or "", "date": action.due_on}
            text.append(say(_("- %(what)s (%(who)s, by %(date)s)"), **doing))
    yield Piece(f"plan-{one.pk}", "plan", say(_("Plan agreed on %(date)s"), date=one.agreed_at), text)


PLANS = Record(
    _("Plans"),
    Plan.objects.order_by("started_at"),
    "case__person",
    plans_visible_to,
    chronology=_chronology,
    pack=_on_paper,
    share=_to_share,
    whole=_whole,
    beside=("outcomes__actions__owner",),
)
ACTIONS = Record(
    _("Actions"),
    Action.objects.order_by("due_on", "added_at"),
    "outcome__plan__case__person",
    actions_visible_to,
    chronology=_done,
)
PUT_OFF = Record(
    _("Actions that were put off"),
    ActionDelay.objects.select_related("action"),
    "action__outcome__plan__case__person",
    delays_visible_to,
    chronology=_put_off,
)
WHERE_WE_ARE = Record(
    _("Where we are"),
    WhereWeAre.objects.select_related("outcome"),
    "outcome__plan__case__person",
    notes_visible_to,
    chronology=_where,
)
