"""`heard serve`: the web server and the task worker beside it, started and stopped together."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time

import click

_PATIENCE = 10  # seconds that a process may take to stop before it is killed
_TOO_SOON = 60  # seconds: what ends again within them does not end by chance
_NOTIFY_EVERY = 15  # seconds; something urgent is mailed within the same minute
_THREADS = 4  # requests at once in each web process; each holds a connection to the database


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serves the site and runs its background work, until Ctrl-C."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
    _refuse_a_busy_port(host, port)
    _refuse_an_old_database()
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"]
    web += ["--blocking-threads", str(_THREADS)]
    web += ["--host", host, "--port", str(port), "--workers", str(workers), "heard.config.wsgi:application"]
    work = [sys.executable, "-m", "django", "db_worker", "--no-startup-delay"]
    tell = [sys.executable, "-m", "heard.cli", "notify", "--every", str(_NOTIFY_EVERY)]
    click.echo(f"Heard is at http://{host}:{port} (Ctrl-C stops it)")
    ended = _run_together({"The web server": web, "The task worker": work, "The notifier": tell})
    if ended:
        raise click.ClickException(f"{ended}, so everything was stopped.")


def _refuse_a_busy_port(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise click.ClickException(_why_not_listen(host, port, error)) from error


def _why_not_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program. Stop that one, or choose another port: heard serve --port {port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} is for administrators only. Choose one above 1023: heard serve --port 8000"
    return f"Cannot listen on {host}: {error.strerror or error}. Choose an address of this machine: heard serve --host 127.0.0.1"


def _refuse_an_old_database() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError

    try:
        django.setup()
        behind = _migrations_to_run()
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from error
    except DatabaseError as error:
        raise click.ClickException(
            f"The database does not answer. Check DATABASE_URL. It says: {error}"
        ) from error
    if behind:
        raise click.ClickException("The database is not up to date. Run first: heard migrate")


def _migrations_to_run() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    return bool(plan)


def _run_together(commands: dict[str, list[str]]) -> str:
    """Runs all until the user stops them. One that ends by itself is started again, since a database that was busy for
    some seconds ends a worker, and nobody may lose what they type because of that. Returns which one ended again too soon,
    or nothing.
    """
    for stop in (signal.SIGTERM, signal.SIGINT):  # a shell starts background commands with SIGINT ignored
        signal.signal(stop, signal.default_int_handler)
    started = {name: time.monotonic() for name in commands}
    children = {name: _start(words) for name, words in commands.items()}
    try:
        while True:
            for name, child in children.items():
                if child.poll() is None:
                    continue
                ended = f"{name} stopped by itself (exit {child.returncode})"
                if time.monotonic() - started[name] < _TOO_SOON:
                    return ended
                click.echo(f"{ended} and is started again.", err=True)
                started[name], children[name] = time.monotonic(), _start(commands[name])
            time.sleep(0.2)
    except KeyboardInterrupt:
        return ""
    finally:
        _stop(list(children.values()))


def _start(words: list[str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches this process alone and the others are asked once."""
    return subprocess.Popen(words, start_new_session=True)  # noqa: S603 - our own words


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C may not leave one of them behind
    for child in children:
        if child.poll() is None:
            child.terminate()
    last = time.monotonic() + _PATIENCE
    for child in children:
        try:
            child.wait(timeout=max(0.1, last - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
