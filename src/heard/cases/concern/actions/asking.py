"""Asking whoever told a worry, and their answer."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import May, refuse
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.rules import Allowed, due_on
from heard.cases.concern import rules
from heard.cases.concern.actions._shared import _audit
from heard.cases.concern.models import Concern, TellerQuestion
from heard.cases.concern.queries import concern_open_to, decides, question_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def ask_teller(*, by: User, concern_id: uuid.UUID, text: str, at: datetime | None = None) -> TellerQuestion:
    """Asks whoever told a worry. The time for their answer is the partnership's own (HEARD_ANSWER_DAYS); the time for the
    decision runs on."""
    concern_open_to(by, concern_id)
    concern = Concern.objects.select_for_update(of=("self",)).select_related("told_by").get(pk=concern_id)
    refuse(
        rules.why_not_ask(
            state=concern.state,
            may_decide=decides(by),
            told_it=concern.told_by_id == by.pk,
            teller_is_here=concern.told_by.is_active and concern.told_by.may(May.TELL),
            text=text,
        )
    )
    now = at or timezone.now()
    due = due_on(Allowed(settings.ANSWER_DAYS), timezone.localdate(now))
    question = TellerQuestion.objects.create(
        concern=concern, text=text.strip(), asked_by=by, asked_at=now, due_on=due
    )
    _audit(by, "ask", concern)
    mark_subject_seen(by=by, subject="concern", subject_id=concern.pk, at=now)
    announce(
        by=by,
        kind=Notified.TELLER_ASKED,
        subject="teller question",
        subject_id=question.pk,
        person_id=concern.person_id,
        teller=concern.told_by,
        at=now,
    )
    return question


@transaction.atomic
def answer_question(
    *, by: User, question_id: uuid.UUID, text: str, at: datetime | None = None
) -> TellerQuestion:
    """The answer of whoever told the worry; who asked learns of it. `Hidden` for anybody who may not see the question."""
    TellerQuestion.objects.select_for_update().filter(pk=question_id).first()
    question = question_visible_to(by, question_id)
    concern, now = question.concern, at or timezone.now()
    refuse(
        rules.why_not_answer(
            is_teller=concern.told_by_id == by.pk,
            is_answered=question.answered_at is not None,
            is_ended=question.ended_at is not None,
            text=text,
        )
    )
    question.answer, question.answered_at = text.strip(), now
    question.save(update_fields=["answer", "answered_at"])
    mark_subject_seen(by=by, subject="teller question", subject_id=question.pk, at=now)
    _audit(by, "answer", concern)
    announce(
        by=by,
        kind=Notified.TELLER_ANSWERED,
        subject="concern",
        subject_id=concern.pk,
        person_id=concern.person_id,
        named=[question.asked_by],
        at=now,
    )
    return question
