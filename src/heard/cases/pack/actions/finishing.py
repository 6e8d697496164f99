"""A second person checks what would be given; it becomes a PDF; and it is written down when and how it was given."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import May, refuse
from heard.cases.pack import queries, rules
from heard.cases.pack.actions._shared import _audit_disclosure, _locked
from heard.cases.pack.actions.making import make_answer, remove_answers
from heard.cases.pack.models import Disclosure, DisclosureCheck, DisclosurePassage, Mark

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def send_disclosure(*, by: User, disclosure_id: uuid.UUID) -> Disclosure:
    """To a second person, once everything is decided and read."""
    disclosure = _locked(by, disclosure_id)
    refuse(queries.why_not_send(by, disclosure))
    disclosure.stage, disclosure.sent_by, disclosure.sent_at = rules.Stage.CHECKING, by, timezone.now()
    disclosure.save(update_fields=["stage", "sent_by", "sent_at"])
    disclosure.workers.add(by)
    _audit_disclosure(by, "send", disclosure)
    return disclosure


@transaction.atomic
def check_disclosure(*, by: User, disclosure_id: uuid.UUID, agrees: bool, note: str = "") -> Disclosure:
    """Makes it final and puts its PDF into the queue; or returns it with what has to be looked at again."""
    disclosure = _locked(by, disclosure_id)
    refuse(queries.why_not_check(by, disclosure, agrees=agrees, note=note))
    DisclosureCheck.objects.create(disclosure=disclosure, agreed=agrees, note=note, by=by, at=timezone.now())
    disclosure.stage = rules.Stage.FINAL if agrees else rules.Stage.DECIDING
    disclosure.save(update_fields=["stage"])
    _audit_disclosure(by, "agree" if agrees else "return", disclosure, reason=note)
    if agrees:
        make_answer(by=by, disclosure=disclosure)
    return disclosure


@transaction.atomic
def give_disclosure(
    *, by: User, disclosure_id: uuid.UUID, on: date | None, how: str, to_whom: str, note: str = ""
) -> Disclosure:
    disclosure = _locked(by, disclosure_id)
    agreed = [check for check in disclosure.checks.all() if check.agreed]
    refuse(
        rules.why_not_given(
            may_disclose=by.may(May.DISCLOSE),
            stage=disclosure.stage,
            on=on,
            how=how,
            to_whom=to_whom,
            checked_on=timezone.localdate(agreed[-1].at) if agreed else None,
            today=timezone.localdate(),
        )
    )
    disclosure.stage, disclosure.given_on, disclosure.given_how = rules.Stage.GIVEN, on, how
    disclosure.given_to, disclosure.given_note, disclosure.given_by = to_whom.strip(), note, by
    disclosure.save()
    _audit_disclosure(by, "give", disclosure)
    return disclosure


@transaction.atomic
def stop_disclosure(*, by: User, disclosure_id: uuid.UUID, why: str) -> Disclosure:
    """The request ends without anything being given, for instance since they asked for something else. Its PDF goes, and the
    copy of the record."""
    disclosure = _locked(by, disclosure_id)
    refuse(rules.why_not_stop(may_disclose=by.may(May.DISCLOSE), stage=disclosure.stage, why=why))
    disclosure.stage, disclosure.stopped_why = rules.Stage.STOPPED, why
    disclosure.stopped_at, disclosure.stopped_by = timezone.now(), by
    disclosure.save()
    _audit_disclosure(by, "stop", disclosure, reason=why)
    remove_answers(by=by, disclosure=disclosure)
    _forget_copy(disclosure)
    return disclosure


def _forget_copy(disclosure: Disclosure) -> None:
    """Nothing was given, so nobody has to account for what was held back: the copy of the record goes, at any stage."""
    Mark._base_manager.filter(passage__disclosure=disclosure).delete()
    DisclosurePassage._base_manager.filter(disclosure=disclosure).delete()
