"""What one agency asks of another, and its answer."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.attachment.actions import attach
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.sharing import queries, rules
from heard.cases.sharing.actions._shared import _agency
from heard.cases.sharing.models import Chase, InfoRequest
from heard.network.actions import hold_person

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from heard.agencies.models import User


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
    """One side asks the other, and the answer is due back on the day that they agreed. An agency with people here that is asked reads what is asked
    and why, about whom, and nothing else of the record."""
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
    _announce_request(by, request, Notified.ASKED)
    if agency_id and direction == rules.Direction.WE_ASK:
        announce(by=by, kind=Notified.WE_ASK, agencies=[agency_id], person_id=person.pk, **_given(request))
    return request


@transaction.atomic
def open_request(*, by: User, request_id: uuid.UUID) -> InfoRequest:
    """The request, for showing it, with the 'view' audit row; or `Hidden`."""
    request = queries.request_visible_to(by, request_id)
    _audit_request(by, "view", request)
    return request


@transaction.atomic
def read_asked(*, by: User, request_id: uuid.UUID) -> InfoRequest:
    """What is asked of the agency of this user, for showing it, with the 'view' audit row; or `Hidden`."""
    request = queries.asked_of_us(by, request_id)
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
    answer to it; `Hidden` where it is none of those. Whoever is asked answers, also without seeing the record; what they said
    otherwise the side that asked writes down."""
    request = _open(by, request_id, asked=True)
    refuse(
        rules.why_not_answer(
            may_share=by.may(May.SHARE),
            asks_it=queries.asks_it(by, request),
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
    settle(kind=Notified.WE_ASK, at=None, **_given(request))
    return request


def attach_answer(
    *, by: User, request_id: uuid.UUID, upload: UploadedFile, may_show_abuse: bool = False
) -> InfoRequest:
    """Keeps a file of an answer that is written down, as one of the child's files. `Refused` for a file that is not taken.
    `may_show_abuse`: as whoever attaches it says; then nothing opens it.

    As `attach`, do not call this inside a transaction: bytes would stay behind where that is undone.
    """
    request = queries.request_visible_to(by, request_id)
    _refuse_answers_file(by, request)
    file = attach(
        by=by,
        upload=upload,
        what="Answer to a request",
        person_id=request.person_id,
        may_show_abuse=may_show_abuse,
    )
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


def _given(request: InfoRequest) -> dict[str, Any]:
    return {"subject": "asked request", "subject_id": request.pk}


def _open(by: User, request_id: uuid.UUID, *, asked: bool = False) -> InfoRequest:
    InfoRequest.objects.select_for_update().filter(pk=request_id).first()
    if asked and queries.asked_of(by).filter(pk=request_id).exists():
        return queries.asked_of_us(by, request_id)
    return queries.request_visible_to(by, request_id)


def _audit_request(by: User, verb: str, request: InfoRequest) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="request",
        subject_id=request.pk,
        person_id=request.person_id,
        detail={"state": str(request.state)},
    )
