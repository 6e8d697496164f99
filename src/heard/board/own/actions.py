"""Every write about requirements of the partnership's own. Each asks the rule and leaves its audit row in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import May, Refused, refuse
from heard.board.own import queries, rules
from heard.board.own.models import OwnRequirement

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def write_requirement(
    *,
    by: User,
    sentence: str,
    document: str,
    page: str,
    document_on: date | None,
    who: Collection[str],
    applies_from: date | None,
    at: datetime | None = None,
) -> OwnRequirement:
    """Audits that are opened from now on ask it, where it holds on the last day that they look at."""
    said = {
        "sentence": sentence, "document": document, "page": page, "document_on": document_on, "who": who, "applies_from": applies_from,
    }  # fmt: skip
    now = at or timezone.now()
    _check(by, said, now)
    last = OwnRequirement.objects.aggregate(last=Max("number"))["last"] or 0
    row = _written(by, said, now, number=last + 1)
    _row(by, "write", row)
    return row


@transaction.atomic
def replace_requirement(
    *,
    by: User,
    own_requirement_id: uuid.UUID,
    sentence: str,
    document: str,
    page: str,
    document_on: date | None,
    who: Collection[str],
    applies_from: date | None,
    why: str,
    at: datetime | None = None,
) -> OwnRequirement:
    """Another edition. Audits that asked the one before keep it."""
    said = {
        "sentence": sentence, "document": document, "page": page, "document_on": document_on, "who": who, "applies_from": applies_from,
    }  # fmt: skip
    now, before = at or timezone.now(), _hold(by, own_requirement_id)
    _check(by, said, now)
    refuse(
        rules.why_not_replace(
            is_replaced=before.is_replaced, is_withdrawn=before.withdrawn_at is not None, why=why
        )
    )
    row = _written(
        by, said, now, number=before.number, edition=before.edition + 1, replaces=before, why=why.strip()
    )
    _row(by, "replace", row)
    return row


@transaction.atomic
def withdraw_requirement(
    *, by: User, own_requirement_id: uuid.UUID, why: str, at: datetime | None = None
) -> OwnRequirement:
    """Audits opened from now on do not ask it. It stays in those that did."""
    row = _hold(by, own_requirement_id)
    refuse(
        rules.why_not_withdraw(
            may_hold=by.may(May.HOLD_AUDIT),
            is_replaced=row.is_replaced,
            is_withdrawn=row.withdrawn_at is not None,
            why=why,
        )
    )
    row.withdrawn_by, row.withdrawn_at, row.why_withdrawn = by, at or timezone.now(), why.strip()
    row.save()
    _row(by, "withdraw", row)
    return row


def _hold(by: User, own_requirement_id: uuid.UUID) -> OwnRequirement:
    """The edition, locked, so that it is replaced once; or `Hidden`."""
    found = queries.own_requirement_of(by, own_requirement_id)
    OwnRequirement.objects.select_for_update().get(pk=found.pk)
    return queries.own_requirement_of(by, own_requirement_id)


def _check(by: User, said: dict[str, Any], now: datetime) -> None:
    refuse(rules.why_not_write(may_hold=by.may(May.HOLD_AUDIT), **said, today=timezone.localdate(now)))


def _written(by: User, said: dict[str, Any], now: datetime, **more: Any) -> OwnRequirement:
    clean = {key: value.strip() if isinstance(value, str) else value for key, value in said.items()}
    clean["who"] = [value for value in OwnRequirement.Who.values if value in said["who"]]
    try:
        with transaction.atomic():
            return OwnRequirement.objects.create(**clean, **more, written_by=by, written_at=now)
    except IntegrityError as error:  # another took the number meanwhile
        raise Refused("Somebody else wrote a requirement at this moment. Save yours again.") from error


def _row(by: User, verb: str, row: OwnRequirement) -> None:
    record_audit(by=by, verb=verb, subject="own requirement", subject_id=row.pk, detail={"called": row.key})
