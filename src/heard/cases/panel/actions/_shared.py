"""What planning a panel, holding it and disagreeing share: a refusal, a panel that is locked, and its audit rows."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from heard.agencies.actions import record_audit
from heard.cases.context.queries import why_not_name_a_child
from heard.cases.panel import queries
from heard.cases.panel.models import Panel, PanelItem

if TYPE_CHECKING:
    from heard.agencies.models import User


def _locked(by: User, panel_id: uuid.UUID) -> Panel:
    """The panel as it stands now, kept from other writers until the transaction ends; or `Hidden`."""
    Panel.objects.select_for_update().filter(pk=panel_id).first()
    return queries.panel_visible_to(by, panel_id)


def _why_not_name(by: User, panel: Panel, *texts: str) -> str | None:
    """What everybody who is invited reads of a conference names no child who is tied to its place or group."""
    return why_not_name_a_child(by, panel.context, *texts) if panel.context else None


def _audit(by: User, verb: str, panel: Panel, about: PanelItem | None = None, **detail: Any) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="panel",
        subject_id=panel.pk,
        person_id=about.person_id if about else None,
        detail={name: str(value) for name, value in detail.items()},
    )


def _audit_item(by: User | None, verb: str, item: PanelItem, *, reason: str = "", **detail: Any) -> None:
    record_audit(
        by=by,
        verb=verb,
        subject="panel item",
        subject_id=item.pk,
        person_id=item.person_id,
        reason=reason,
        detail={name: str(value) for name, value in detail.items()},
    )
