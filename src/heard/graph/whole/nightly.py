"""The picture of the whole is laid out once a night."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from heard.graph.whole.actions import make_whole
from heard.graph.whole.queries import is_due

_AGAIN: Final = timedelta(hours=1)  # after one that did not end well


def make_when_due() -> None:
    """For `settings.NOW_AND_THEN`: one task a night, and one alone."""
    from django_tasks_db.models import DBTaskResult

    if not is_due(None):
        return
    since = timezone.now() - _AGAIN
    if not DBTaskResult.objects.filter(task_path=make_whole.module_path, enqueued_at__gte=since).exists():
        make_whole.enqueue()
