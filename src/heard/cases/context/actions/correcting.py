"""Putting right what was written in a context: how it read before is kept, for those who decide."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from heard.agencies.rules import refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.context import queries, rules
from heard.cases.context.actions._shared import _at_work, _audit, _keep_earlier
from heard.cases.context.models import Context, ContextGoal, ContextVoice

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def correct_context(*, by: User, context_id: uuid.UUID, setting: str, why_opened: str, why: str) -> Context:
    """What kind of setting it is, which says who reads it, and why it was opened. Who works on it learns of it."""
    context = queries.locked_context(by, context_id)
    refuse(
        rules.why_not_correct(
            may_decide=queries.may_correct(by),
            end=context.end,
            setting=setting,
            why_opened=why_opened,
            why=why,
        )
        or queries.why_not_name_a_child(by, context, why_opened, why)
    )
    _keep_earlier(by, context, "context", context, ("setting", "why_opened"), why)
    context.setting, context.why_opened = setting, why_opened.strip()
    context.full_clean()
    context.save()
    _audit(by, "correct", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
    return context


@transaction.atomic
def correct_voice(
    *, by: User, voice_id: uuid.UUID, words: str, what_changed: str, why_nobody: str, why: str
) -> ContextVoice:
    """What was written down wrongly of what young people said; and what has changed because of it since. Also once the work has
    ended."""
    context = queries.locked_context(by, queries.voice_visible_to(by, voice_id).context_id)
    voice = queries.voice_visible_to(by, voice_id)
    refuse(
        queries.why_not_correct_voice(by, voice, context)
        or rules.why_not_correct_voice(
            was_heard=bool(voice.words),
            words=words,
            what_changed=what_changed,
            why_nobody=why_nobody,
            why=why,
        )
        or queries.why_not_name_a_child(by, context, words, what_changed, why_nobody, why)
    )
    _keep_earlier(by, context, "voice", voice, ("words", "what_changed", "why_nobody"), why)
    if voice.words:
        voice.words, voice.what_changed = words.strip(), what_changed.strip()
    else:
        voice.why_nobody = why_nobody.strip()
    voice.full_clean()
    voice.save()
    _audit(by, "correct", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context, voice.written_by))
    return voice


@transaction.atomic
def correct_goal(*, by: User, goal_id: uuid.UUID, text: str, measure: str, why: str) -> ContextGoal:
    """A goal that is not ended, in other words. Who works towards it learns of it."""
    context = queries.locked_context(by, queries.goal_visible_to(by, goal_id).context_id)
    goal = queries.goal_visible_to(by, goal_id)
    refuse(
        queries.why_not_begin_ending(by, goal)
        or rules.why_not_correct_goal(state=goal.state, text=text, measure=measure, why=why)
        or queries.why_not_name_a_child(by, context, text, measure, why)
    )
    _keep_earlier(by, context, "goal", goal, ("text", "measure"), why)
    goal.text, goal.measure = text.strip(), measure.strip()
    goal.save(update_fields=["text", "measure"])
    _audit(by, "correct", context)
    announce(by=by, kind=Notified.CONTEXT_NEWS, **_at_work(context))
    return goal
