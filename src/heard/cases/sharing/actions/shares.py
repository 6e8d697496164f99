"""Preparing a share, deciding on it and looking at it again.

Nothing leaves the site by itself: to an agency that uses Heard it is delivered there; for anybody else a person takes it
and sends it.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.queries import uses_heard
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.models import Words
from heard.cases.record.queries import is_behind
from heard.cases.sharing import queries, rules
from heard.cases.sharing.actions._shared import _agency, _audit
from heard.cases.sharing.actions.delivering import deliver
from heard.cases.sharing.bases import bases
from heard.cases.sharing.models import Share, ShareReview
from heard.cases.sharing.pieces import CHRONOLOGY, pieces_of
from heard.cases.words.actions import hear
from heard.cases.words.rules import ChildsView
from heard.network.actions import hold_person
from heard.services.law.queries import duty_holds
from heard.services.law.rules import Duty

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def prepare_share(
    *,
    by: User,
    person_id: uuid.UUID,
    purpose: str,
    to_person: str,
    how: str,
    pieces: list[str],
    to_user_id: int | None = None,
    to_agency_id: uuid.UUID | None = None,
    to_outside: str = "",
    since: date | None = None,
    until: date | None = None,
    free_text: str = "",
    leave_out_names: bool = False,
    at: datetime | None = None,
) -> Share:
    """A share that can be read as the other side would see it, before anybody decides.

    `pieces`: keys of `pieces_of`; those that the user cannot see are dropped.
    """
    person = hold_person(by=by, person_id=person_id)
    share = Share(person=person, prepared_by=by, prepared_at=at or timezone.now())
    values: dict[str, Any] = {"purpose": purpose, "to_person": to_person, "how": how, "free_text": free_text}
    values |= {"to_user_id": to_user_id}
    values |= {"to_agency_id": _agency(by, to_agency_id), "to_outside": "" if to_agency_id else to_outside}
    values |= {"since": since, "until": until, "leave_out_names": leave_out_names}
    _set_prepared(by, share, pieces=pieces, **values)
    share.save(force_insert=True)
    _audit(by, "prepare", share)
    return share


@transaction.atomic
def change_share(*, by: User, share_id: uuid.UUID, pieces: list[str], **said: Any) -> Share:
    """Of a share that is not decided: any of what `prepare_share` takes."""
    share = _to_decide(by, share_id)
    if "to_agency_id" in said:
        said["to_agency_id"] = _agency(by, said["to_agency_id"])
        said["to_outside"] = "" if said["to_agency_id"] else said.get("to_outside", "")
    _set_prepared(by, share, pieces=pieces, **said)
    share.save()
    _audit(by, "change", share)
    return share


@transaction.atomic
def drop_share(*, by: User, share_id: uuid.UUID) -> uuid.UUID:
    """Throws away a share that nobody has decided. Gives the child's key."""
    share = _to_decide(by, share_id)
    if not by.may(May.SHARE):
        raise Refused("Your role does not share records.")
    _audit(by, "drop", share)
    person_id = share.person_id
    share.delete()
    return person_id


@transaction.atomic
def open_share(*, by: User, share_id: uuid.UUID) -> Share:
    """The share, for showing it, with the 'view' audit row; or `Hidden`."""
    share = queries.share_visible_to(by, share_id)
    _audit(by, "view", share)
    return share


@transaction.atomic
def decide_share(
    *,
    by: User,
    share_id: uuid.UUID,
    decision: str,
    seen: str,
    why: str,
    view: ChildsView,
    told: str,
    review_on: date | None,
    told_note: str = "",
    basis: str = "",
    basis_note: str = "",
    readable_until: date | None = None,
    is_relevant: bool | None = None,
    harms_more: bool | None = None,
    at: datetime | None = None,
) -> Share:
    """Shares, or refuses to. `seen` is the fingerprint of what was read: of anything else it is `Refused`.

    What the other side sees is kept with the decision and never changes. An agency that uses Heard finds it there at once,
    to read until `readable_until`, or else until the decision is looked at again.
    """
    share, now = _to_decide(by, share_id), at or timezone.now()
    stale = CHRONOLOGY in share.pieces and is_behind(by, share.person_id)
    whom = share.person_id
    words, why_no_words = hear(by=by, person_id=whom, view=view, on=Words.Occasion.SHARE, on_id=share.pk)
    sections = queries.preview(by, share)
    shared = decision == rules.SharingState.SHARED
    ready = rules.Ready(
        may_share=by.may(May.SHARE),
        state=share.state,
        read_as_it_is=seen == rules.fingerprint(sections) and not stale,
        has_content=bool(sections),
        basis_known=basis in bases(),
        has_words=words is not None,
        why_not_let_in=queries.why_not_let_them_in(by, share),
        asks_duty=duty_holds(by, Duty.SHARE),
    )
    if not ready.asks_duty:
        is_relevant = harms_more = None
    decided = rules.Decided(
        decision,
        why,
        told,
        told_note,
        why_no_words,
        review_on,
        basis,
        basis_note,
        readable_until,
        is_relevant,
        harms_more,
    )
    refuse(rules.why_not_decide(ready, decided, today=timezone.localdate(now)))
    kept = sections if shared else [rules.ShareSection(section.heading, "") for section in sections]
    share.content = [asdict(section) for section in kept]
    share.basis, share.basis_note = (basis, basis_note) if shared else ("", "")
    share.state, share.decided_by, share.decided_at = decision, by, now
    share.words, share.why_no_words, share.review_on = words, why_no_words, review_on
    share.why, share.told, share.told_note = why, told, told_note
    share.is_relevant, share.harms_more = is_relevant, harms_more
    share.save()
    _audit(by, "share" if shared else "refuse", share, reason=why)
    until = readable_until or review_on
    if shared and share.to_agency_id and until and uses_heard(by, share.to_agency_id):
        deliver(by=by, share=share, until=until, at=now)
    return share


@transaction.atomic
def take_copy(*, by: User, share_id: uuid.UUID) -> Share:
    """What was shared, for a file, with the audit row. `Hidden` where nothing was shared."""
    share = queries.share_visible_to(by, share_id)
    if share.state != rules.SharingState.SHARED:
        raise Hidden
    _audit(by, "download", share)
    return share


@transaction.atomic
def review_share(
    *, by: User, share_id: uuid.UUID, note: str, next_review_on: date | None, at: datetime | None = None
) -> ShareReview:
    """Somebody looked again. Without a next day it is not looked at any more."""
    Share.objects.select_for_update().filter(pk=share_id).first()
    share, now = queries.share_visible_to(by, share_id), at or timezone.now()
    refuse(
        rules.why_not_review(
            may_share=by.may(May.SHARE),
            state=share.state,
            note=note,
            next_review_on=next_review_on,
            today=timezone.localdate(now),
        )
    )
    review = ShareReview.objects.create(
        share=share, note=note, next_review_on=next_review_on, reviewed_by=by, reviewed_at=now
    )
    share.review_on = next_review_on
    share.save(update_fields=["review_on"])
    _audit(by, "review", share)
    return review


def _to_decide(by: User, share_id: uuid.UUID) -> Share:
    """The row as it stands now, kept from other writers until the transaction ends."""
    Share.objects.select_for_update().filter(pk=share_id).first()
    share = queries.share_visible_to(by, share_id)
    if share.state != rules.SharingState.PREPARED:
        raise Refused(rules.DECIDED)
    return share


def _set_prepared(by: User, share: Share, *, pieces: list[str], **said: Any) -> None:
    """Checks and sets what was chosen. Does not save."""
    for name, value in said.items():
        setattr(share, name, value)
    there = {piece.key for piece in pieces_of(by, share.person_id, since=share.since, until=share.until)}
    share.pieces = [key for key in pieces if key in there]
    refuse(
        rules.why_not_prepare(
            may_share=by.may(May.SHARE),
            state=share.state,
            purpose=share.purpose,
            has_agency=share.to_agency_id is not None,
            outside=share.to_outside,
            to_person=share.to_person,
            has_pieces=bool(share.pieces or share.free_text.strip()),
            how=share.how,
            uses_heard=share.to_agency_id is not None and uses_heard(by, share.to_agency_id),
            user_works_there=share.to_user_id is None or _works_there(share),
        )
    )


def _works_there(share: Share) -> bool:
    named: Any = share.to_user
    return named.is_active and share.to_agency_id in named.agencies_where(May.SEE_CHILD)
