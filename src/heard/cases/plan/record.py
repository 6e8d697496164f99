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


def _chronology(plan: Plan) -> Iterator[ChronologyEntry]:
    page = ("plan", plan.pk)
    yield fact(EntryKind.PLAN, plan.started_at, say(_("Plan begun")), who=plan.started_by_id, page=page)
    if plan.agreed_at:
        yield fact(EntryKind.PLAN, plan.agreed_at, say(_("Plan agreed")), who=plan.agreed_by_id, page=page)


def _done(action: Action) -> Iterator[ChronologyEntry]:
    if action.done_on:
        what = _("Done: %(what)s") if action.state == "done" else _("Could not be done: %(what)s")
        yield fact(
            EntryKind.ACTION, action.done_on, say(what, what=action.what), action.note, who=action.owner_id
        )


def _put_off(delay: ActionDelay) -> Iterator[ChronologyEntry]:
    days = {"was": delay.was_due_on, "day": delay.due_on, "what": delay.action.what}
    what = say(_("Put off from %(was)s to %(day)s: %(what)s"), **days)
    yield fact(EntryKind.ACTION, delay.put_off_at, what, delay.reason, who=delay.put_off_by_id)


def _where(are: WhereWeAre) -> Iterator[ChronologyEntry]:
    what = say(_("Where we are: %(outcome)s"), outcome=are.outcome.text)
    yield fact(EntryKind.PLAN, are.on, what, are.text, noted=are.written_at, who=are.written_by_id)


def _whole(user: Any, row: Plan) -> tuple[Plan, Any]:
    plan = plan_visible_to(user, row.pk)
    return plan, notes_of(user, plan)


def _on_paper(whole: tuple[Plan, Any]) -> Iterator[Passage]:
    plan, notes = whole
    date = plan.agreed_at or plan.started_at
    agreed = labelled(_("Agreed by"), plan.agreed_by)
    looked = labelled(_("To be reviewed by"), plan.review_on if plan.state == "agreed" else None)
    heading = say(_("Plan of %(date)s, %(state)s"), date=date, state=choice(plan, "state", small=True))
    yield Passage(heading, lines(agreed, looked, said_beside(plan)))
    for outcome in plan.outcomes.all():
        where = (labelled(plain(note.on), note.text) for note in notes.get(outcome.line_id, ()))
        text = lines(*where, *(_action(action) for action in outcome.actions.all()))
        yield Passage(say(_("Plan of %(date)s: %(outcome)s"), date=date, outcome=outcome.text), text)


def _action(action: Action) -> Text:
    doing = {
        "what": action.what,
        "who": action.owner or say(_("nobody yet")),
        "date": action.due_on or say(_("no day yet")),
        "state": choice(action, "state"),
    }
    return lines(say(_("%(what)s: %(who)s, by %(date)s. %(state)s"), **doing), action.note)


def _to_share(plan: Plan) -> Iterator[Piece]:
    if plan.state != "agreed":
        return
    text: list[Text] = []
    for outcome in plan.outcomes.all():
        text.append(outcome.text)
        for action in outcome.actions.all():
            doing = {"what": action.what, "who": action.owner or "", "date": action.due_on}
            text.append(say(_("- %(what)s (%(who)s, by %(date)s)"), **doing))
    yield Piece(f"plan-{plan.pk}", "plan", say(_("Plan agreed on %(date)s"), date=plan.agreed_at), text)


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
