"""What the actions of contexts share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.cases.context import queries
from heard.cases.context.models import Context, ContextEarlier

if TYPE_CHECKING:
    from heard.agencies.models import User


def _at_work(context: Context, *others: User | None) -> dict[str, Any]:
    """News of a context, for `announce`: who holds it learns of it, and whoever has a step of it still to do."""
    owners = [step.owner for step in context.steps.filter(state="open").select_related("owner")]
    return _about(context, [context.held_by, *owners, *others])


def _to_decide(by: User, context: Context) -> dict[str, Any]:
    """What is to be decided on it, for `announce`: whoever may close it or open another learns of it at once."""
    return _about(context, queries.who_decides(by, context))


def _about(context: Context, whom: Iterable[User | None]) -> dict[str, Any]:
    return {"subject": "context", "subject_id": context.pk, "named": whom}


def _keep_earlier(
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


def _audit(by: User, verb: str, context: Context) -> None:
    record_audit(by=by, verb=verb, subject="context", subject_id=context.pk)
