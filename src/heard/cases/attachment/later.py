"""What the worker looks for from time to time: files that wait for ClamAV."""

from __future__ import annotations

from django.utils import timezone

from heard.cases.attachment.actions import AGAIN, scan_later
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.rules import Aside


def look_for_waiting_files() -> None:
    """For `settings.NOW_AND_THEN`: a task for what waits, and one alone."""
    from django_tasks_db.models import DBTaskResult, TaskResultStatus

    if not Attachment.objects.filter(aside=Aside.UNSCANNED, withdrawn_at=None).exists():
        return
    unfinished = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
    if not DBTaskResult.objects.filter(task_path=scan_later.module_path, status__in=unfinished).exists():
        scan_later.using(run_after=timezone.now() + AGAIN).enqueue()
