"""A worry about somebody who works with children: the designated officer hears of it and decides on it, and others only as `notices.rules.steps` says."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import Refused, refuse
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.addressees import officer_is_there
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.concern import rules
from heard.cases.concern.actions._shared import _audit
from heard.cases.concern.models import Concern, StaffWorry, TellerQuestion
from heard.cases.concern.queries import concern_open_to, decides, staff_worries_of, staff_worry_of
from heard.cases.record.models import ChronologyChange, ChronologyEntry
from heard.network.actions import keep_out_unseen, let_in_again

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class AboutStaff:
    """Whom a worry is about who works with children, paid or not. `user`: where they use Heard."""

    who: str
    user: User | None = None


def keep_apart(
    *,
    by: User,
    concern: Concern,
    staff: AboutStaff,
    words: Mapping[str, Any] | None,
    at: datetime | None = None,
) -> None:
    """Keeps who it is about and what the child said apart from the record, keeps that person out of it, and tells whoever
    hears of such worries. Call it inside the transaction in which the worry is told; `Refused` where nobody could hear."""
    refuse(rules.why_not_tell_of_staff(who=staff.who, is_self=staff.user == by))
    said = words or {}
    StaffWorry.objects.create(
        concern=concern,
        who=staff.who.strip(),
        user=staff.user,
        words=str(said.get("text", "")),
        heard_by=str(said.get("heard_by", "")),
        heard_on=said.get("heard_on"),
    )
    if staff.user and concern.person_id:
        keep_out_unseen(by=by, person_id=concern.person_id, user=staff.user)
    at = at or concern.told_at
    notice = announce(
        by=by,
        kind=Notified.STAFF if officer_is_there(staff.user, at) else Notified.STAFF_NO_OFFICER,
        subject="staff worry",
        subject_id=concern.pk,
        person_id=concern.person_id,
        not_to=staff.user,
        at=at,
    )
    hears = notice is not None and notice.readers.exists()
    if not hears and not staff_worries_of(by).filter(pk=concern.pk).exists():
        raise Refused(rules.NOBODY_HEARS)


@transaction.atomic
def pass_to_officer(
    *, by: User, concern_id: uuid.UUID, staff: AboutStaff, at: datetime | None = None
) -> Concern:
    """A worry that was told as an ordinary one is about somebody who works with children, as whoever decides on it says.
    From now on it goes the same way as one told so: nobody else hears of it, that person is kept out
    of the record, and it leaves every list, page and chronology on which it stood."""
    concern_open_to(by, concern_id)
    rows = Concern.objects.select_for_update(of=("self",)).select_related("person", "words")
    concern, now = rows.get(pk=concern_id), at or timezone.now()
    refuse(rules.why_not_pass_to_officer(state=concern.state, may_decide=decides(by)))
    concern.about_staff = True
    concern.save(update_fields=["about_staff"])
    said = concern.words
    words = {"text": said.text, "heard_by": said.heard_by, "heard_on": said.heard_on} if said else None
    for kind in (
        Notified.WORRY,
        Notified.DANGER,
        Notified.DANGER_IN_CASE,
        Notified.DANGER_TAKEN_ON,
        Notified.DANGER_IN_CONTEXT,
        Notified.TELLER_ANSWERED,
    ):
        settle(kind=kind, subject="concern", subject_id=concern.pk, at=now)
    for asked in TellerQuestion.objects.filter(concern=concern, answered_at=None, ended_at=None):
        asked.ended_at = now
        asked.save(update_fields=["ended_at"])
        settle(kind=Notified.TELLER_ASKED, subject="teller question", subject_id=asked.pk, at=now)
    keep_apart(by=by, concern=concern, staff=staff, words=words, at=now)
    _audit(by, "pass to the officer", concern)
    if concern.person_id:
        ChronologyEntry.objects.filter(page="concern", key=str(concern.pk)).delete()
        ChronologyChange.objects.create(child_id=concern.person_id)
    return concern


@transaction.atomic
def open_staff_worry(*, by: User, concern_id: uuid.UUID) -> Concern:
    """The worry, for showing it to whoever hears of it, with the 'view' audit row; or `Hidden`."""
    concern = staff_worry_of(by, concern_id)
    _audit(by, "view", concern)
    return concern


@transaction.atomic
def decide_on_staff(
    *,
    by: User,
    concern_id: uuid.UUID,
    decision: str,
    reason: str,
    feedback: str = "",
    lets_in_again: bool = False,
    at: datetime | None = None,
) -> Concern:
    """Whoever hears of it decides, once. `lets_in_again`: the person may see the child's record again."""
    staff_worry_of(by, concern_id)
    concern = Concern.everything.select_for_update(of=("self",)).get(pk=concern_id)
    refuse(
        rules.why_not_decide_on_staff(
            state=concern.state,
            decision=decision,
            reason=reason,
            feedback=feedback,
            told_it=concern.told_by_id == by.pk,
        )
    )
    concern.state, concern.decision = Concern.State.DECIDED, decision
    concern.decision_reason, concern.feedback = reason.strip(), feedback.strip()
    concern.decided_by, concern.decided_at = by, at or timezone.now()
    concern.full_clean()
    concern.save()
    about = concern.staff.user
    if lets_in_again and about and concern.person_id:
        let_in_again(by=by, person_id=concern.person_id, user=about, why=concern.decision_reason)
    _audit(by, "decide", concern, reason=concern.decision_reason, decision=decision)
    seen: dict[str, Any] = {"subject": "staff worry", "subject_id": concern.pk, "at": concern.decided_at}
    mark_subject_seen(by=by, **seen)
    for kind in (Notified.STAFF, Notified.STAFF_NO_OFFICER, Notified.STAFF_TRIED):
        settle(kind=kind, **seen)
    return concern
