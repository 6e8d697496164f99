"""Figures for a monitor, as Prometheus reads them: how many requests, how long, and how the service runs.

A page is named by its route, never by its address: no label holds a key, a name or a word. Where several processes serve the
site, each counts in a file of the folder that PROMETHEUS_MULTIPROC_DIR names, and whichever is asked adds them up.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from heard.home import health
from heard.home.service import state

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})  # any other word is a visitor's own

_own = CollectorRegistry()
REQUESTS: Final = Counter(
    "heard_requests", "Requests by route, method and status.", ("route", "method", "status"), registry=_own
)
SECONDS: Final = Histogram(
    "heard_request_seconds", "How long requests took, by route.", ("route",), buckets=_SECONDS, registry=_own
)


class MetricsMiddleware:
    """Outermost, so that its time is the whole."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        route = _route(request)
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(route, method, str(response.status_code)).inc()
        SECONDS.labels(route).observe(time.perf_counter() - begun)
        return response


def _route(request: HttpRequest) -> str:
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


def exposition() -> bytes:
    """All figures as text. `DatabaseError` where the database does not answer."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(_own)
    registry.register(_Service())
    return generate_latest(registry)


class _Service:
    """What is asked anew each time."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        now = state()
        checks = GaugeMetricFamily("heard_check", "Whether a check of health is passed.", labels=["name"])
        for name in health.CHECKS:
            checks.add_metric([name], name not in now.wrong)
        yield checks
        for what, said, value in (
            ("waiting", "Tasks that could begin.", lambda one: one.waiting),
            ("oldest_seconds", "How long the oldest of them waits.", lambda one: one.oldest),
            ("running", "Tasks under way.", lambda one: one.running),
            ("failed", "Tasks that failed in the last day.", lambda one: one.failed),
            ("worker", "Whether a worker was heard of.", lambda one: one.is_beating),
        ):
            queues = GaugeMetricFamily(f"heard_queue_{what}", said, labels=["queue"])
            for queue in now.queues:
                queues.add_metric([queue.name], float(value(queue)))
            yield queues
        yield _gauge("heard_disk_free_bytes", "Free on the disk of HEARD_DATA.", now.free)
        yield _gauge("heard_disk_bytes", "The whole of that disk.", now.disk)
        if now.backup_at:
            age = (now.at - now.backup_at).total_seconds()
            yield _gauge(
                "heard_backup_age_seconds", "Since the last backup; not there where none was made.", age
            )
            yield _gauge("heard_backup_faults", "Files that it found missing or changed.", now.backup_wrong)
        if now.trail is not None and now.trail_at:
            age = (now.at - now.trail_at).total_seconds()
            yield _gauge("heard_audit_verified_age_seconds", "Since the audit trail was verified.", age)
            yield _gauge("heard_audit_sound", "Whether it was sound then.", now.trail == 0)
        yield _gauge("heard_audit_sealed", "Whether what was done five minutes ago is sealed.", now.is_sealed)
        yield _gauge("heard_mails_waiting", "Mails that should have gone two minutes ago.", now.mails)
        yield _gauge("heard_files_waiting", "Attached files that wait for ClamAV.", now.files)
        said = "For how long the oldest urgent thing waits that nobody who answers for it has seen."
        yield _gauge("heard_urgent_unseen_seconds", said, now.urgent)


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=float(value))
