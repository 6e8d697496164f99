"""Which mappings there are. `user` is always the first argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heard.agencies.rules import Hidden, May
from heard.insight.mapping.models import SourceMapping

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet

    from heard.agencies.models import User


def mappings_visible_to(user: User) -> QuerySet[SourceMapping]:
    """With those that were withdrawn, the latest first."""
    rows = SourceMapping.objects.select_related("kept_by", "withdrawn_by")
    return rows if user.may(May.RUN_ENGINE) else rows.none()


def mapping_visible_to(user: User, mapping_id: uuid.UUID) -> SourceMapping:
    try:
        return mappings_visible_to(user).get(pk=mapping_id)
    except SourceMapping.DoesNotExist:
        raise Hidden from None


def texts_in_force(user: User | None) -> list[str]:
    """What the engine reads besides the partnership's own mapping: the YAML of each, the latest first. `user`: None for the worker that
    carries out a run, whoever asked for it."""
    rows = SourceMapping.objects.all() if user is None else mappings_visible_to(user)
    return list(rows.filter(withdrawn_at=None).order_by("-kept_at", "pk").values_list("text", flat=True))
