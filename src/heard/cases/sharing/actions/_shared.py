"""What the writes about shares and requests have in common."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from heard.agencies.actions import record_audit
from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.sharing.models import Share


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
