"""Opening a context, giving it to somebody, and hearing young people: rule, row and audit row in one transaction."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import May, refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.rules import new_reference
from heard.cases.context import queries, rules
from heard.cases.context.actions._shared import _at_work, _audit
from heard.cases.context.models import Context, ContextHolder, ContextVoice

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def open_context(
    *,
    by: User,
    end: str,
    node_id: uuid.UUID,
    setting: str,
    why: str,
    holder: User | None,
    at: datetime | None = None,
) -> Context:
    """Opens a context about a place or group (`end`, `node_id`). The team of whoever holds it leads it, and they learn of it.

    Raises `Refused` with the sentence to show, or `Hidden` for what `by` may not see.
    """
    queries.node(by, end, node_id)
    refuse(
        rules.why_not_open(
            may_decide=by.may(May.DECIDE),
            end=end,
            setting=setting,
            why=why,
            knows_it=queries.may_know(by, end, node_id, setting),
            has_open_one=queries.is_open_about(by, end, node_id),
            sees_open_one=queries.open_context_of(by, **{f"{end}_id": node_id}) is not None,
            names=queries.names_there(by, node_id),
        )
    )
    team = _team_of(holder, end, node_id, setting)
    context = Context(
        reference=new_reference("X", lambda text: Context.objects.filter(reference=text).exists()),
        setting=setting,
        lead_team=team,
        held_by=holder,
        why_opened=why.strip(),
        opened_at=at or timezone.now(),
        opened_by=by,
        **{f"{end}_id": node_id},
    )
    context.full_clean()
    context.save()
    _audit(by, "open", context)
    _announce(by, context, Notified.CONTEXT, context.held_by, at=context.opened_at)
    return context


@transaction.atomic
def give_context(*, by: User, context_id: uuid.UUID, holder: User | None, why: str) -> Context:
    """Somebody else holds it from now on, and their team leads it; they learn of it."""
    context = queries.locked_context(by, context_id)
    refuse(
        rules.why_not_give(
            state=context.state,
            may_give=by.may(May.DECIDE) or context.held_by_id == by.pk,
            is_awaited=queries.is_awaited(by, context),
            is_same=holder is not None and context.held_by_id == holder.pk,
            why=why,
        )
        or queries.why_not_name_a_child(by, context, why)
    )
    team = _team_of(holder, context.end, context.node_id, context.setting)
    ContextHolder.objects.create(
        context=context, user=context.held_by, until=timezone.now(), why=why.strip(), given_by=by
    )
    assert holder is not None
    before = context.held_by
    context.held_by, context.lead_team = holder, team
    context.save(update_fields=["held_by", "lead_team"])
    _audit(by, "give", context)
    _announce(by, context, Notified.CONTEXT, holder)
    _announce(by, context, Notified.CONTEXT_NEWS, before)
    return context


@transaction.atomic
def hear_young_people(
    *,
    by: User,
    context_id: uuid.UUID,
    words: str = "",
    how: str = "",
    age_band: str = "",
    heard_on: date | None = None,
    what_changed: str = "",
    why_nobody: str = "",
) -> ContextVoice:
    """What young people say of the place or group, without a name; or why nobody was asked. Who holds it learns of it."""
    context = queries.locked_context(by, context_id)
    refuse(
        rules.why_not_write(state=context.state, may=by.may(May.ASSESS))
        or rules.why_not_hear(
            words=words,
            how=how,
            age_band=age_band,
            heard_on=heard_on,
            what_changed=what_changed,
            why_nobody=why_nobody,
            today=timezone.localdate(),
            names=queries.names_there(by, context.node_id),
        )
    )
    said: dict[str, Any] = {"why_nobody": why_nobody.strip()}
    if words.strip():
        said = {
            "words": words.strip(),
            "how": how,
            "age_band": age_band,
            "heard_on": heard_on,
            "what_changed": what_changed.strip(),
        }
    voice = ContextVoice(context=context, written_by=by, **said)
    voice.full_clean()
    voice.save()
    _audit(by, "hear", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
    return voice


@transaction.atomic
def add_to_context(*, by: User, context_id: uuid.UUID, at: datetime | None = None) -> Context:
    """Who holds it learns that a worry was added to it; that it was, `concern.actions.decide` writes. `Refused` where it is
    closed."""
    context = queries.locked_context(by, context_id)
    refuse(rules.why_not_write(state=context.state, may=by.may(May.DECIDE)))
    _audit(by, "add worry", context)
    _announce(by, context, Notified.CONTEXT_NEWS, context.held_by, at=at)
    return context


@transaction.atomic
def take_worry_away(*, by: User, context_id: uuid.UUID, at: datetime | None = None) -> None:
    """A worry that was added to it by a wrong decision goes elsewhere. Who holds it learns of it."""
    context = queries.locked_context(by, context_id)
    _audit(by, "take worry away", context)
    _announce(by, context, Notified.CONTEXT_NEWS, context.held_by, at=at)


@transaction.atomic
def take_back_context(*, by: User, context_id: uuid.UUID, why: str, at: datetime | None = None) -> Context:
    """Closes a context that was opened by mistake, as long as nothing has come of it."""
    context, at = queries.locked_context(by, context_id), at or timezone.now()
    refuse(
        queries.why_not_take_back(by, context)
        or rules.TAKE_BACK_ASKS.missing(why=why)
        or queries.why_not_name_a_child(by, context, why)
    )
    context.state, context.closed_at, context.closed_by = Context.State.CLOSED, at, by
    context.why_closed = why.strip()
    context.full_clean()
    context.save()
    _audit(by, "take back", context)
    _announce(by, context, Notified.CONTEXT_NEWS, context.held_by, at=at)
    return context


@transaction.atomic
def read_context(*, by: User, context_id: uuid.UUID) -> Context:
    """The context, for showing it, with the 'view' audit row; or `Hidden`."""
    context = queries.context_visible_to(by, context_id)
    _audit(by, "view", context)
    return context


def _team_of(holder: User | None, end: str, node_id: uuid.UUID, setting: str) -> Any:
    team = holder.team if holder else None
    refuse(
        rules.why_not_hold(
            is_there=holder is not None,
            is_active=holder is not None and holder.is_active,
            may_plan=holder is not None and holder.may(May.PLAN),
            has_team=team is not None,
            sees_it=holder is not None and queries.may_know(holder, end, node_id, setting, leads=True),
        )
    )
    return team


def _announce(by: User, context: Context, kind: Notified, whom: User, *, at: datetime | None = None) -> None:
    announce(by=by, kind=kind, subject="context", subject_id=context.pk, named=[whom], at=at)
