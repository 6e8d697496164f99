"""What is shared with an agency that uses Heard arrives there: opened with a receipt, and withdrawn where it has to be."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.rules import Hidden, May, refuse
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.announcing import announce, settle
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.sharing import queries, rules
from heard.cases.sharing.actions._shared import _audit
from heard.cases.sharing.models import Delivery, Receipt, Share
from heard.network.queries import not_denied

if TYPE_CHECKING:
    from heard.agencies.models import User


def deliver(*, by: User, share: Share, until: date, at: datetime) -> Delivery:
    """Call it inside the transaction of the decision. Whoever it is for finds it on their list."""
    delivery = Delivery.objects.create(share=share, delivered_at=at, until=until)
    _audit(by, "deliver", share)
    _announce(by, Notified.SHARED, delivery, at, **_whom(share))
    return delivery


@transaction.atomic
def open_delivery(*, by: User, delivery_id: uuid.UUID, at: datetime | None = None) -> Delivery:
    """This user opens what was shared with them, and confirms by it that it arrived. Opening it again changes nothing."""
    delivery, now = queries.delivery_to(by, delivery_id), at or timezone.now()
    Delivery.objects.select_for_update().get(pk=delivery.pk)
    delivery.refresh_from_db()
    refuse(rules.why_not_open(withdrawn=delivery.is_withdrawn, over=delivery.is_over))
    _receipt, new = Receipt.objects.get_or_create(delivery=delivery, user=by, defaults={"opened_at": now})
    if new:
        _audit(by, "open", delivery.share)
    mark_subject_seen(by=by, subject="delivery", subject_id=delivery_id, at=now)
    return delivery


@transaction.atomic
def read_delivery(*, by: User, delivery_id: uuid.UUID) -> tuple[Delivery, bool]:
    """What was shared with this user, and whether its content may be shown now: to whoever has opened it, as long as it can
    be read; with the 'view' audit row."""
    delivery = queries.delivery_to(by, delivery_id)
    readable = not rules.why_not_open(withdrawn=delivery.is_withdrawn, over=delivery.is_over)
    _audit(by, "view", delivery.share)
    return delivery, readable and queries.has_opened(by, delivery)


@transaction.atomic
def withdraw_share(*, by: User, share_id: uuid.UUID, why: str, at: datetime | None = None) -> Delivery:
    """From now on nobody there reads it. That it was shared, and who had opened it, stays."""
    share, now = queries.share_visible_to(by, share_id), at or timezone.now()
    delivery = Delivery.objects.select_for_update().filter(share=share).first()
    refuse(
        rules.why_not_withdraw(
            may_share=by.may(May.SHARE),
            delivered=delivery is not None,
            withdrawn=delivery is not None and delivery.is_withdrawn,
            why=why,
        )
    )
    if delivery is None:
        raise Hidden
    delivery.withdrawn_at, delivery.withdrawn_by, delivery.why_withdrawn = now, by, why.strip()
    delivery.save()
    settle(kind=Notified.SHARED, subject="delivery", subject_id=delivery.pk, at=now)
    whom = _whom(share)
    whom["named"] = [
        *whom.get("named", ()),
        *(receipt.user for receipt in delivery.receipts.select_related("user")),
    ]
    _announce(by, Notified.WITHDRAWN, delivery, now, **whom)
    _audit(by, "withdraw", share, reason=why)
    return delivery


def _announce(by: User, kind: Notified, delivery: Delivery, at: datetime, **whom: Any) -> None:
    announce(
        by=by,
        kind=kind,
        subject="delivery",
        subject_id=delivery.pk,
        person_id=delivery.share.person_id,
        at=at,
        **whom,
    )


def _whom(share: Share) -> dict[str, Any]:
    """The one who is named, if it can reach them; else who leads there."""
    named = share.to_user
    if named is not None and named.is_active and not_denied(named, share.person_id):
        return {"named": [named]}
    return {"agencies": [share.to_agency_id]}
