"""How quickly the audit trail is written, sealed and verified, with and without leaves, on both databases.

BENCH_ROWS: how many rows are verified (200,000). BENCH_WRITES: how many each writer writes, one in a transaction (400).
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.bench.databases import on_both
from tests.bench.measure import against, table

ROWS = int(os.environ.get("BENCH_ROWS", "200000"))
WRITES = int(os.environ.get("BENCH_WRITES", "400"))
WRITERS = (1, 8)
LEAST_VERIFIED = 100_000  # rows a second
LEAST_SHARE = 0.9  # of the rate of writing without a leaf


def measure() -> None:
    from django.db import connection

    rows = []
    for writers in WRITERS:
        without, with_leaf = _rate(writers, leaves=False), _rate(writers, leaves=True)
        rows.append(
            (
                f"written by {writers}, without and with leaf",
                f"{without:,.0f}",
                f"{with_leaf:,.0f}",
                f"{with_leaf / without:.2f}",
                against(with_leaf / without, LEAST_SHARE),
            )
        )
    _fill()
    began = time.perf_counter()
    sealed = _seal_all()
    sealing = sealed / (time.perf_counter() - began)
    began = time.perf_counter()
    verdict = _verify()
    verifying = verdict.size / (time.perf_counter() - began)
    rows.append((f"sealed, {sealed:,}", f"{sealing:,.0f}", "", "", ""))
    rows.append(
        (
            f"verified, {verdict.size:,}",
            f"{verifying:,.0f}",
            verdict.outcome.name.lower(),
            "",
            against(verifying, LEAST_VERIFIED),
        )
    )
    title = f"The audit trail on {connection.vendor}, rows a second (verified: target {LEAST_VERIFIED:,}; share: target {LEAST_SHARE})"
    table(title, ("", "", "", "share", "target"), rows)


def _rate(writers: int, *, leaves: bool) -> float:
    from django.db import connections

    connections.close_all()
    with ProcessPoolExecutor(writers) as pool:
        list(pool.map(_ready, [leaves] * writers))
        began = time.perf_counter()
        list(pool.map(_write, [leaves] * writers))
        return writers * WRITES / (time.perf_counter() - began)


def _ready(leaves: bool) -> None:
    _set_up(leaves)
    time.sleep(1)  # so that each process gets one


def _set_up(leaves: bool) -> None:
    if not leaves:
        from heard.agencies import models

        models.sealed = lambda row, _path: row  # type: ignore[assignment]


def _write(leaves: bool) -> None:
    from django.db import connection, transaction

    for number in range(WRITES):
        with transaction.atomic():
            _row(number).save()
    connection.close()


def _row(number: int) -> Any:
    import uuid

    from heard.agencies.models import AuditRow

    return AuditRow(
        actor_id=number % 200, actor="ofa.leroy", agency="Wexmoor Police", verb="view", subject="person",
        subject_id=str(uuid.uuid4()), person_id=uuid.uuid4(), reason="",
    )  # fmt: skip


def _fill() -> None:
    from heard.agencies.models import AuditRow

    _set_aside_rows_without_leaf()
    for _turn in range(ROWS // 5_000):
        AuditRow.objects.bulk_create(_row(number) for number in range(5_000))


def _set_aside_rows_without_leaf() -> None:
    """Those of the trial without leaves: nothing of an installation."""
    from django.db import connection

    from heard.agencies.trail import guarding

    guarding.let_go()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM agencies_auditrow")
    guarding.guard()


def _seal_all() -> int:
    from heard.agencies.trail.sealing import seal

    total = 0
    while some := seal():
        total += some
    return total


def _verify() -> Any:
    from django.conf import settings

    from heard.agencies.seal.keys import read
    from heard.agencies.trail import stored
    from heard.agencies.trail.verifying import verify

    with stored.as_it_is() as trail:
        return verify(trail, read(settings.AUDIT_KEY))


if __name__ == "__main__":
    on_both("tests.bench.trail", measure)
