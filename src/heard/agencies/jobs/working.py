"""The background worker: one process for each queue, so that a pack does not wait behind an engine run.

Each process says every few seconds that it is alive. From that pages know whether one stands still, and a task whose worker
was killed is put back into the queue.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction
from django.db.models import Count, DateTimeField, Max, Min, Q, Value
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string

from heard.agencies.limiting import forget_old_counts
from heard.agencies.models import WorkerBeat
from heard.agencies.reading import bring_in_looks

if TYPE_CHECKING:
    from django_tasks_db.management.commands.db_worker import Worker

ENGINE: Final = "engine"  # runs and profiles, which take minutes
QUEUES: Final = ("default", ENGINE)
NOTIFIER: Final = "notifier"  # no queue: `heard notify`, which passes on what nobody has seen
SILENT: Final = timedelta(seconds=60)  # a queue whose workers were not heard of for so long stands still
_LOST: Final = timedelta(minutes=3)  # longer than `beating` waits, so that the work itself counts as lost too
_MOST_ATTEMPTS: Final = 3
_KEPT: Final = timedelta(days=30)  # how long a finished task stays in the table
_BETWEEN_BEATS: Final = 15.0  # seconds
_RETRY: Final = 2.0  # seconds between two tries to reach a database that is away
_WEB: Final = "web"  # key and queue of the row that the site writes to see whether it can

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Queue:
    """How many tasks wait, are under way and failed in the last day; for how many seconds the oldest has waited."""

    name: str
    waiting: int
    oldest: float
    running: int
    failed: int
    is_beating: bool


class WorkerLost(Exception):
    """The worker of a task was killed each time that it was tried."""


def standing_still(notice_waits: Callable[[], bool]) -> list[str]:
    """Queues that nobody works through: no worker was heard of lately, or none ever and a task waits. One query. `notice_waits`: whether
    something urgent waits to be passed on and mailed; asked where nobody ever did that."""
    from django_tasks_db.models import DBTaskResult

    since = timezone.now() - SILENT
    beats = WorkerBeat.objects.order_by().values_list("queue").annotate(at=Max("beat_at"))
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=since).order_by()
    never = Value(None, output_field=DateTimeField())
    rows = set(beats.union(waiting.values_list("queue_name").annotate(at=never)))
    heard_of = {queue: at for queue, at in rows if at is not None}
    return [
        queue
        for queue in (*QUEUES, NOTIFIER)
        if (heard_of[queue] < since if queue in heard_of else (queue, None) in rows)
        or (queue == NOTIFIER and queue not in heard_of and notice_waits())
    ]


def queues() -> list[Queue]:
    """Of each queue how its work goes. Three queries."""
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    tasks = DBTaskResult.objects.order_by()
    ready = tasks.ready().values_list("queue_name").annotate(Count("pk"), Min("enqueued_at"))
    waiting = {name: (count, (now - since).total_seconds()) for name, count, since in ready}
    running = Count("pk", filter=Q(status="RUNNING"))
    failed = Count("pk", filter=Q(status="FAILED", finished_at__gt=now - timedelta(days=1)))
    other = tasks.values("queue_name").annotate(running=running, failed=failed)
    counted = {row["queue_name"]: (row["running"], row["failed"]) for row in other}
    alive = set(WorkerBeat.objects.filter(beat_at__gte=now - SILENT).values_list("queue", flat=True))
    return [
        Queue(name, *waiting.get(name, (0, 0.0)), *counted.get(name, (0, 0)), is_beating=name in alive)
        for name in QUEUES
    ]


def is_beating(queue: str) -> bool:
    return WorkerBeat.objects.filter(queue=queue, beat_at__gte=timezone.now() - SILENT).exists()


def work(queue: str) -> None:
    """Works through one queue until SIGTERM or SIGINT, which let the task that is under way end."""
    worker = _worker(queue)
    worker.configure_signals()
    with _heart(worker, queue):
        while worker.running:
            try:
                worker.run()
            except (OperationalError, InterfaceError):
                _log.warning("The database does not answer. The worker tries again.", exc_info=True)
                connections.close_all()
                worker.worker_id = get_random_string(32)  # what it was doing counts as lost
                time.sleep(_RETRY)


def _worker(queue: str) -> Worker:
    from django_tasks_db.management.commands.db_worker import Worker

    return Worker(
        queue_names=[queue],
        interval=1,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )


@contextmanager
def _heart(worker: Worker, queue: str) -> Iterator[None]:
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(worker, queue, over), daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _beat(worker: Worker, queue: str, over: threading.Event) -> None:
    while True:
        try:
            beat(worker.worker_id, queue)
            put_back_lost_tasks()
            forget_old_tasks()
            bring_in_looks()
            forget_old_counts(timezone.now())
            _now_and_then()
        except (DatabaseError, OSError):
            _log.warning("A sign of life could not be written down.", exc_info=True)
        except Exception:  # noqa: BLE001 - the next sign of life is tried
            _log.exception("What a worker does between its tasks did not end well.")
        finally:
            connections.close_all()
        if over.wait(_BETWEEN_BEATS):
            return


def _now_and_then() -> None:
    """What packages above this one have to do from time to time (`settings.NOW_AND_THEN`). A fault in it stops no worker."""
    for name in settings.NOW_AND_THEN:
        try:
            import_string(name)()
        except (DatabaseError, OSError):
            raise
        except Exception:  # noqa: BLE001 - the sign of life goes on
            _log.exception("What is done from time to time did not end well.")


def beat(worker_id: str, queue: str) -> None:
    """This worker is alive. Those of its queue that were not heard of for a day are forgotten."""
    now = timezone.now()
    WorkerBeat.objects.update_or_create(pk=worker_id, defaults={"queue": queue, "beat_at": now})
    WorkerBeat.objects.filter(queue=queue, beat_at__lt=now - timedelta(days=1)).delete()


@transaction.atomic
def put_back_lost_tasks() -> int:
    """Tasks that are under way and whose worker was not heard of for long wait again; after some attempts they have failed.
    How many they were."""
    from django_tasks_db.models import DBTaskResult, TaskResultStatus

    alive = set(WorkerBeat.objects.filter(beat_at__gte=timezone.now() - _LOST).values_list("pk", flat=True))
    running = DBTaskResult.objects.running().select_for_update(skip_locked=True)
    lost = [row for row in running if not row.worker_ids or row.worker_ids[-1] not in alive]
    for row in lost:
        if len(row.worker_ids) >= _MOST_ATTEMPTS:
            row.set_failed(WorkerLost())
        else:
            row.status = TaskResultStatus.READY
            row.save(update_fields=["status"])
    return len(lost)


def forget_old_tasks() -> None:
    """Finished ones: what they said of a failure may hold values of a record."""
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - _KEPT).delete()


def is_writable(between: timedelta) -> bool:
    """Whether the database can be written, tried at most once in so long. `DatabaseError` where it cannot."""
    now = timezone.now()
    if not WorkerBeat.objects.filter(pk=_WEB, beat_at__gt=now - between).exists():
        WorkerBeat.objects.update_or_create(pk=_WEB, defaults={"queue": _WEB, "beat_at": now})
    return True
