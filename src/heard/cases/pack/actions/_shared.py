"""What packs, and answers to those who ask for their record, share: a refusal, a request that is locked, and audit rows."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from heard.agencies.actions import record_audit
from heard.cases.pack import queries
from heard.cases.pack.models import Disclosure, Pack

if TYPE_CHECKING:
    from heard.agencies.models import User


def _locked(by: User, disclosure_id: uuid.UUID) -> Disclosure:
    """The request as it stands now, kept from other writers until the transaction ends; or `Hidden`."""
    Disclosure.objects.select_for_update().filter(pk=disclosure_id).first()
    return queries.disclosure_visible_to(by, disclosure_id)


def _audit_disclosure(by: User, verb: str, disclosure: Disclosure, *, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="disclosure",
        subject_id=disclosure.pk,
        person_id=disclosure.person_id,
        reason=reason,
        detail={"stage": str(disclosure.stage)},
    )


def _audit_pack(by: User | None, verb: str, pack: Pack, *, reason: str = "") -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="pack",
        subject_id=pack.pk,
        person_id=pack.person_id,
        reason=reason,
        detail={"state": str(pack.state), "disclosure": str(pack.disclosure_id or "")},
    )
