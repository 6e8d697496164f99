"""What the actions of contexts share."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from heard.cases.context import queries
from heard.cases.context.models import Context

if TYPE_CHECKING:
    from heard.agencies.models import User


def _locked_context(by: User, context_id: uuid.UUID) -> Context:
    """The row as it stands now, kept from other writers until the transaction ends; or `Hidden`."""
    Context.objects.select_for_update().filter(pk=context_id).first()
    return queries.context_visible_to(by, context_id)
