"""`heard web`, `heard work` and, for both, `heard serve`: processes that are looked after until the user stops them."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import click

_PATIENCE = 10  # seconds that a process may take to stop before it is killed
_NOTIFY_EVERY = 15  # seconds; something urgent is mailed within the same minute
_TOO_SOON = 60  # seconds: what ends again within them is started again ever later
_LONGEST_PAUSE = 30  # seconds
_RETRY = 2  # seconds between two tries to reach a database that is away
_THREADS = 4  # requests at once in each web process; each holds a connection to the database
_PR_SET_PDEATHSIG = 1  # of prctl(2)

_address = [
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535)),
    click.option(
        "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes."
    ),
]


def _with_address(command: Any) -> Any:
    for option in reversed(_address):
        command = option(command)
    return command


@click.command()
@_with_address
def serve(host: str, port: int, workers: int) -> None:
    """Serves the site and runs its background work, until Ctrl-C."""
    _refuse_a_busy_port(host, port)
    queues = _prepare()
    with _only_server_of_its_folder():
        click.echo(f"Heard is at {'https' if _tls() else 'http'}://{host}:{port} (Ctrl-C stops it)")
        with _counting_together():
            _run_together(_web(host, port, workers) | _work(queues))


@click.command()
@_with_address
def web(host: str, port: int, workers: int) -> None:
    """Serves the site alone. `heard work` runs the background work."""
    _refuse_a_busy_port(host, port)
    _prepare()
    with _only_server_of_its_folder():
        click.echo(f"Heard is at {'https' if _tls() else 'http'}://{host}:{port} (Ctrl-C stops it)")
        with _counting_together():
            _run_together(_web(host, port, workers))


@click.command()
@click.option(
    "--queue", help="Work through this queue alone. Without it: a process for each, and `heard notify`."
)
def work(queue: str | None) -> None:
    """Runs the background work alone: engine runs, profiles, packs, mails."""
    queues = _prepare()
    if queue is None:
        _run_together(_work(queues))
        return
    if queue not in queues:
        raise click.ClickException(f"There is no queue {queue}. The queues are: {', '.join(queues)}.")
    from heard.agencies.jobs import working

    working.work(queue)


def _web(host: str, port: int, workers: int) -> dict[str, list[str]]:
    words = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"]
    words += ["--blocking-threads", str(_THREADS), "--respawn-failed-workers", "--respawn-interval", "1"]
    words += ["--host", host, "--port", str(port), "--workers", str(workers), *_tls()]
    return {"The web server": [*words, "heard.config.wsgi:application"]}


def _tls() -> list[str]:
    """The options with which the server speaks TLS to the one in front, and nothing else; none where no certificate is named."""
    from django.conf import settings

    files = {"HEARD_WEB_CERTIFICATE": settings.WEB_CERTIFICATE, "HEARD_WEB_KEY": settings.WEB_KEY}
    if not any(files.values()):
        return []
    for name, file in files.items():
        if not file:
            raise click.ClickException(f"{name} is not set. Heard needs both its certificate and its key.")
        if not os.access(file, os.R_OK):
            raise click.ClickException(f"{name} names {file}, which Heard cannot read.")
    options = ["--ssl-certificate", settings.WEB_CERTIFICATE, "--ssl-keyfile", settings.WEB_KEY]
    return [*options, "--ssl-protocol-min", "tls1.3"]


def _work(queues: tuple[str, ...]) -> dict[str, list[str]]:
    heard = [sys.executable, "-m", "heard.cli"]
    notify = [*heard, "notify", "--every", str(_NOTIFY_EVERY)]
    return {f"The worker of the queue {queue}": [*heard, "work", "--queue", queue] for queue in queues} | {
        "The notifier": notify
    }


@contextmanager
def _counting_together() -> Iterator[None]:
    """A folder in which the web processes keep their figures, so that each can say those of all (`heard.home.metrics`)."""
    with TemporaryDirectory(prefix="heard-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


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


def _prepare() -> tuple[str, ...]:
    """The names of the queues, once the database answers and is up to date."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
    try:
        django.setup()
        behind, newer = _wait_for_database()
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from error
    if newer:
        raise click.ClickException(
            "The database is of a newer Heard than this one, which could not work with it. Start that one; or restore the backup "
            "that was made before the upgrade, into an empty place, and name it in the settings."
        )
    if behind:
        raise click.ClickException("The database is not up to date. Run first: heard migrate")
    refuse_without_a_key()
    from heard.agencies.jobs.working import QUEUES

    return QUEUES


def refuse_without_a_key() -> None:
    """Without the key of the audit trail nothing could be done. Without those that encrypt files, records are read and written, and the
    pages of files, packs and second factors say what lacks."""
    from django.conf import settings

    from heard.agencies.envelopes import kept
    from heard.agencies.seal import keys

    try:
        keys.read(settings.AUDIT_KEY)
        kept.ring()
    except keys.KeyMissing as error:
        raise click.ClickException(str(error)) from error
    except kept.NoKeys as error:
        click.echo(f"Heard starts, and opens and keeps no file. {error}", err=True)


def _wait_for_database() -> tuple[bool, bool]:
    """Whether there are migrations to run, and whether some were run that this Heard does not know. A database that is away is waited for, however long it takes."""
    from django.db import DatabaseError, OperationalError

    said = False
    while True:
        try:
            return _migrations_to_run(), _is_newer()
        except OperationalError as error:
            if not said:
                click.echo(f"The database does not answer. Heard waits for it. It says: {error}", err=True)
            said = True
            time.sleep(_RETRY)
        except DatabaseError as error:
            raise click.ClickException(
                f"The database cannot be read. Check DATABASE_URL. It says: {error}"
            ) from error


def _migrations_to_run() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    finally:
        connection.close()


def _is_newer() -> bool:
    """Whether a later Heard has upgraded the database, wholly or half-way: it has run migrations of Heard that are not here."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("heard.")}
    try:
        loader = MigrationLoader(connection)
        return any(
            app in ours for app, _name in loader.applied_migrations.keys() - loader.disk_migrations.keys()
        )
    finally:
        connection.close()


def _only_server_of_its_folder() -> IO[str]:
    """A lock on the data folder, held until it is closed. Two servers on one SQLite database would each believe that they
    are alone; with PostgreSQL several machines may share a folder, and each has one server."""
    from django.conf import settings
    from django.db import connection

    name = "server" if connection.vendor == "sqlite" else f"server-{platform.node()}"
    lock = (Path(settings.DATA) / f"{name}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise click.ClickException(
            f"Another Heard serves the folder {settings.DATA} already. Stop that one, or set HEARD_DATA to another folder."
        ) from error
    return lock


class _Child:
    """A process that is started again whenever it ends by itself: at once, or later each time that it ends too soon."""

    def __init__(self, name: str, words: list[str]) -> None:
        self.name, self.words = name, words
        self.pause = 0.0
        self.start()

    def start(self) -> None:
        self.due: float | None = None
        self.started = time.monotonic()
        self.process = _start(self.words)

    def look_after(self) -> None:
        if self.due is not None:
            if time.monotonic() >= self.due:
                self.start()
        elif self.process.poll() is not None:
            too_soon = time.monotonic() - self.started < _TOO_SOON
            self.pause = min(max(1.0, 2 * self.pause), _LONGEST_PAUSE) if too_soon else 0.0
            self.due = time.monotonic() + self.pause
            click.echo(
                f"{self.name} stopped by itself (exit {self.process.returncode}) and is started again.",
                err=True,
            )


def _run_together(commands: dict[str, list[str]]) -> None:
    """Runs all until the user stops them. None of them stops the others."""
    for stop in (signal.SIGTERM, signal.SIGINT):  # a shell starts background commands with SIGINT ignored
        signal.signal(stop, signal.default_int_handler)
    children: list[_Child] = []
    try:
        children += (_Child(name, words) for name, words in commands.items())
        while True:
            for child in children:
                child.look_after()
            time.sleep(0.2)
    except KeyboardInterrupt:
        return
    finally:
        _stop([child.process for child in children])


def _start(words: list[str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches this process alone and the others are asked once."""
    return subprocess.Popen(  # noqa: S603 - our own words
        words,
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - this process has no other threads
    )


def end_with_parent(by: int = signal.SIGTERM) -> None:
    """This process ends once the one that started it is gone, also where that was killed: nothing stays on the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(by))


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C may not leave one of them behind
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
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
