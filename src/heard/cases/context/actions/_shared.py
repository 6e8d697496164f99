"""What the actions of contexts share."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import Kind as Notified
from heard.cases.context import queries
from heard.cases.context.models import Context, ContextEarlier

if TYPE_CHECKING:
    from heard.agencies.models import User


def locked_context(by: User, context_id: uuid.UUID) -> Context:
    """The row as it stands now, kept from other writers until the transaction ends; or `Hidden`. Whatever hangs on it is read
    after this."""
    Context.objects.select_for_update().filter(pk=context_id).first()
    return queries.context_visible_to(by, context_id)


def tell_news(by: User, context: Context, *others: User | None) -> None:
    """Who holds the context learns of it, and whoever has a step of it still to do."""
    owners = [step.owner for step in context.steps.filter(state="open").select_related("owner")]
    _announce(by, Notified.CONTEXT_NEWS, context, [context.held_by, *owners, *others])


def tell_who_decides(by: User, context: Context) -> None:
    """Something is to be decided on it: whoever may close it or open another learns of it at once."""
    _announce(by, Notified.CONTEXT_TO_DECIDE, context, queries.who_decides(by, context))


def _announce(by: User, kind: Notified, context: Context, whom: Iterable[User | None]) -> None:
    announce(by=by, kind=kind, subject="context", subject_id=context.pk, named=whom)


def keep_earlier(
    by: User, context: Context, about: str, row: Any, names: Iterable[str], why: str = ""
) -> None:
    """What stands in these fields now, before it is put right."""
    said = {name: str(getattr(row, name) or "") for name in names}
    ContextEarlier.objects.create(
        context=context,
        about=about,
        about_id=row.pk,
        said=said,
        until=timezone.now(),
        why=why.strip(),
        changed_by=by,
    )


def audit(by: User, verb: str, context: Context) -> None:
    record_audit(by=by, verb=verb, subject="context", subject_id=context.pk)
