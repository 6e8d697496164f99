"""A measurement of the site in a throwaway database: once on SQLite, once on PostgreSQL, each in a process of its own."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.measure import machine
from tests.tables import make_tables

_ROOT = Path(__file__).resolve().parents[2]


def on_both(module: str, measure: Callable[[], None]) -> None:
    """Runs `measure` here, in the database that the settings name, when asked with --here; else starts `module` for each.

    BENCH_ON names the databases, where one is enough.
    """
    if sys.argv[1:] == ["--here"]:
        _prepare()
        return measure()
    print(machine(), flush=True)
    for name, before in (("SQLite", []), ("PostgreSQL", [str(_ROOT / "requirements/with-postgresql.sh")])):
        if name not in os.environ.get("BENCH_ON", "SQLite PostgreSQL"):
            continue
        with tempfile.TemporaryDirectory(prefix="heard-bench-") as folder:
            print(f"\n{name}", flush=True)
            environment = os.environ | {"HEARD_DATA": folder, "HEARD_DEMO": "1"}
            command = [*before, sys.executable, "-m", module, "--here"]
            subprocess.run(command, check=True, cwd=_ROOT, env=environment)
    return None


def _prepare() -> None:
    """Migrations take no part in what is measured."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
    django.setup()
    make_tables()


def worked() -> Callable[[], float]:
    """Seconds that this process and, on PostgreSQL, the one that serves it were at work: they wait where others work too."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: time.process_time() + int(server.read_text().split()[0]) / 1e9


def take_stock() -> None:
    """As PostgreSQL does by itself within a minute of many writes: it counts what there is. And as the web server does with what it has
    loaded: it stays, and is not looked through for what can go."""
    gc.collect()
    gc.freeze()
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def spread(times: list[float]) -> tuple[str, str]:
    """Median and 95th percentile in milliseconds, of times in seconds."""
    ordered = sorted(1000 * one for one in times)
    return f"{ordered[len(ordered) // 2]:.0f}", f"{ordered[int(len(ordered) * 0.95)]:.0f}"
