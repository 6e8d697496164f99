"""Keeping a mapping for later files, and withdrawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, refuse
from heard.insight.mapping import queries
from heard.insight.mapping.models import SourceMapping
from heard.insight.mapping.rules import why_not_withdraw

if TYPE_CHECKING:
    import uuid

    from heard.agencies.models import User

_SUBJECT = "mapping"


@transaction.atomic
def keep_mapping(*, by: User, name: str, agency: str, files: str, text: str) -> SourceMapping:
    """Keeps what the columns of an agency's table mean. `text`: a mapping that the engine has read. Raises `Hidden`; `ValidationError`
    where it does not fit, or one of this name came meanwhile."""
    if not by.may(May.RUN_ENGINE):
        raise Hidden
    row = SourceMapping(name=name, agency=agency, files=files, text=text, kept_by=by)
    row.full_clean()
    row.save()
    detail = {"name": name, "agency": agency, "files": files}
    record_audit(by=by, verb="keep", subject=_SUBJECT, subject_id=row.pk, detail=detail)
    return row


@transaction.atomic
def withdraw_mapping(*, by: User, mapping_id: uuid.UUID) -> SourceMapping:
    """From now on no run reads by it; those that did stay as they are. Raises `Hidden`, `Refused`."""
    if not by.may(May.RUN_ENGINE):
        raise Hidden
    list(SourceMapping.objects.select_for_update().filter(pk=mapping_id).values_list("pk", flat=True))
    row = queries.mapping_visible_to(by, mapping_id)
    refuse(why_not_withdraw(withdrawn=row.withdrawn_at is not None))
    row.withdrawn_at, row.withdrawn_by = timezone.now(), by
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record_audit(by=by, verb="withdraw", subject=_SUBJECT, subject_id=row.pk, detail={"name": row.name})
    return row
