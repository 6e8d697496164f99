"""Every write about shares and requests. Each asks the rule and leaves its audit row in one transaction.

Nothing leaves the site by itself: a person takes what was decided and sends it.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.assessment.actions import hear
from heard.cases.assessment.rules import ChildsView
from heard.cases.attachment.actions import attach
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import Kind as Notified
from heard.cases.record.queries import is_behind
from heard.cases.sharing import queries, rules
from heard.cases.sharing.bases import bases
from heard.cases.sharing.models import Chase, InfoRequest, Share, ShareReview
from heard.cases.sharing.pieces import CHRONOLOGY, pieces_of
from heard.network.actions import hold_person

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

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
    at: datetime | None = None,
) -> Share:
    """Shares, or refuses to. `seen` is the fingerprint of what was read: of anything else it is `Refused`.

    What the other side sees is kept with the decision and never changes.
    """
    share, now = _to_decide(by, share_id), at or timezone.now()
    stale = CHRONOLOGY in share.pieces and is_behind(by, share.person_id)
    whom = share.person_id
    words, why_no_words = hear(by=by, person_id=whom, view=view, on=Words.Occasion.SHARE, on_id=share.pk)
    sections = queries.preview(by, share)
    shared = decision == rules.State.SHARED
    refuse(
        rules.why_not_decide(
            may_share=by.may(May.SHARE),
            state=share.state,
            decision=decision,
            read_as_it_is=seen == rules.fingerprint(sections) and not stale,
            has_content=bool(sections),
            basis_known=basis in bases(),
            basis=basis,
            basis_note=basis_note,
            why=why,
            told=told,
            told_note=told_note,
            has_words=words is not None,
            why_no_words=why_no_words,
            review_on=review_on,
            today=timezone.localdate(now),
        )
    )
    kept = sections if shared else [rules.Section(one.heading, "") for one in sections]
    share.content = [asdict(one) for one in kept]
    share.basis, share.basis_note = (basis, basis_note) if shared else ("", "")
    share.state, share.decided_by, share.decided_at = decision, by, now
    share.words, share.why_no_words, share.review_on = words, why_no_words, review_on
    share.why, share.told, share.told_note = why, told, told_note
    share.save()
    _audit(by, "share" if shared else "refuse", share, reason=why)
    if shared and share.to_agency_id:
        announce(
            by=by,
            kind=Notified.SHARED,
            subject="share",
            subject_id=share.pk,
            person_id=share.person_id,
            agencies=[share.to_agency_id],
            at=now,
        )
    return share


@transaction.atomic
def take_copy(*, by: User, share_id: uuid.UUID) -> Share:
    """What was shared, for a file, with the audit row. `Hidden` where nothing was shared."""
    share = queries.share_visible_to(by, share_id)
    if share.state != rules.State.SHARED:
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


# ---- requests


@transaction.atomic
def note_request(
    *,
    by: User,
    person_id: uuid.UUID,
    direction: str,
    who: str,
    what: str,
    why: str,
    asked_on: date | None,
    due_on: date | None,
    agency_id: uuid.UUID | None = None,
    outside: str = "",
    at: datetime | None = None,
) -> InfoRequest:
    """One side asks the other, and the answer is due back on the day that they agreed."""
    person, now = hold_person(by=by, person_id=person_id), at or timezone.now()
    agency_id = _agency(by, agency_id)
    told: dict[str, Any] = {"direction": direction, "outside": "" if agency_id else outside, "who": who}
    told |= {"what": what, "why": why, "asked_on": asked_on, "due_on": due_on}
    refuse(
        rules.why_not_ask(
            may_share=by.may(May.SHARE),
            has_agency=agency_id is not None,
            today=timezone.localdate(now),
            **told,
        )
    )
    request = InfoRequest.objects.create(
        person=person, agency_id=agency_id, noted_by=by, noted_at=now, **told
    )
    _audit_request(by, "note", request)
    _announce_request(by, request, Notified.ASKED, agencies=[agency_id] if agency_id else [])
    return request


@transaction.atomic
def open_request(*, by: User, request_id: uuid.UUID) -> InfoRequest:
    """The request, for showing it, with the 'view' audit row; or `Hidden`."""
    request = queries.request_visible_to(by, request_id)
    _audit_request(by, "view", request)
    return request


@transaction.atomic
def answer_request(
    *,
    by: User,
    request_id: uuid.UUID,
    answer: str,
    note: str,
    on: date | None,
    share_id: uuid.UUID | None = None,
) -> InfoRequest:
    """`answer`: answered, partly or refused; `note` what it says, or why not. `share_id`: what was shared or refused in
    answer to it; `Hidden` where it is none of those."""
    request = _open(by, request_id)
    refuse(
        rules.why_not_answer(
            may_share=by.may(May.SHARE),
            state=request.state,
            answer=answer,
            note=note,
            on=on,
            asked_on=request.asked_on,
            today=timezone.localdate(),
        )
    )
    if share_id is not None:
        request.share = queries.shares_that_may_answer(by, request).filter(pk=share_id).first()
        if request.share is None:
            raise Hidden
    request.state, request.answer, request.answered_on, request.answer_noted_by = answer, note, on, by
    request.save()
    _audit_request(by, "answer", request)
    _announce_request(by, request, Notified.ANSWERED, named=[request.noted_by])
    return request


def attach_answer(*, by: User, request_id: uuid.UUID, upload: UploadedFile) -> InfoRequest:
    """Keeps a file of an answer that is written down, as one of the child's files. `Refused` for a file that is not taken.

    As `attach`, do not call this inside a transaction: bytes would stay behind where that is undone.
    """
    request = queries.request_visible_to(by, request_id)
    _refuse_answers_file(by, request)
    file = attach(by=by, upload=upload, what="Answer to a request", person_id=request.person_id)
    with transaction.atomic():
        request = _open(by, request_id)
        _refuse_answers_file(by, request)
        request.file = file
        request.save(update_fields=["file"])
        _audit_request(by, "attach answer", request)
    return request


def _refuse_answers_file(by: User, request: InfoRequest) -> None:
    has_file = request.file_id is not None
    refuse(rules.why_not_attach_answer(may_share=by.may(May.SHARE), state=request.state, has_file=has_file))


@transaction.atomic
def chase_request(*, by: User, request_id: uuid.UUID, note: str, on: date | None) -> Chase:
    request = _open(by, request_id)
    why_not = rules.why_not_chase(
        may_share=by.may(May.SHARE),
        state=request.state,
        note=note,
        on=on,
        asked_on=request.asked_on,
        today=timezone.localdate(),
    )
    if why_not or on is None:
        raise Refused(why_not)
    chase = Chase.objects.create(request=request, on=on, note=note, noted_by=by, noted_at=timezone.now())
    _audit_request(by, "chase", request)
    return chase


def _announce_request(by: User, request: InfoRequest, kind: Notified, **whom: Any) -> None:
    announce(by=by, kind=kind, subject="request", subject_id=request.pk, person_id=request.person_id, **whom)


def _open(by: User, request_id: uuid.UUID) -> InfoRequest:
    InfoRequest.objects.select_for_update().filter(pk=request_id).first()
    return queries.request_visible_to(by, request_id)


def _to_decide(by: User, share_id: uuid.UUID) -> Share:
    """The row as it stands now, kept from other writers until the transaction ends."""
    Share.objects.select_for_update().filter(pk=share_id).first()
    share = queries.share_visible_to(by, share_id)
    if share.state != rules.State.PREPARED:
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
        )
    )


def _agency(by: User, agency_id: uuid.UUID | None) -> uuid.UUID | None:
    if agency_id is not None and not agencies_visible_to(by).filter(pk=agency_id).exists():
        raise Hidden
    return agency_id


def _audit(by: User, verb: str, share: Share, *, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="share",
        subject_id=share.pk,
        person_id=share.person_id,
        reason=reason,
        detail={"state": str(share.state)},
    )


def _audit_request(by: User, verb: str, request: InfoRequest) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="request",
        subject_id=request.pk,
        person_id=request.person_id,
        detail={"state": str(request.state)},
    )
