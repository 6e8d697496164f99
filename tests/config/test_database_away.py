"""The database goes away while Heard serves, and comes back: nothing gives up, and nothing has to be started again."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.config.test_serve import children_of, environment_of, port, started, wait_for

pytestmark = pytest.mark.timeout(600)  # it starts a real database, and a real server
__all__ = ["port"]  # a fixture
ROOT = Path(__file__).parents[2]
AWAY = 12  # seconds


def programs() -> Path | None:
    """Where PostgreSQL's own programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    named = shutil.which("pg_ctl")
    return found[-1] if found else Path(named).parent if named else None


class Database:
    """A PostgreSQL of this test alone, which it stops and starts."""

    def __init__(self, url: str) -> None:
        self.url, self.home = url, Path(unquote(urlsplit(url).netloc.partition("@")[2]))

    def stop(self) -> None:
        self._pg_ctl("-m", "immediate", "stop")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.home}'"
        self._pg_ctl("-w", "-l", str(self.home / "log"), "-o", options, "start")

    def _pg_ctl(self, *words: str) -> None:
        bin_ = programs()
        assert bin_ is not None
        command = [str(bin_ / "pg_ctl"), "-D", str(self.home / "data"), *words]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            who = pwd.getpwnam("postgres")
            command = [
                "setpriv",
                f"--reuid={who.pw_uid}",
                f"--regid={who.pw_gid}",
                "--clear-groups",
                *command,
            ]
        subprocess.run(command, cwd=self.home, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def own_database() -> Iterator[Database]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [str(ROOT / "requirements/with-postgresql.sh"), "sh", "-c", "echo $DATABASE_URL; read _end"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        yield Database(running.stdout.readline().decode().strip())
        running.stdin.close()
        running.wait(timeout=60)


def status(port: int, path: str) -> int:
    """0 where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:
        return 0


@pytest.mark.skipif(programs() is None, reason="needs PostgreSQL, which make test brings")
def test_heard_outlives_its_database_and_goes_on_when_it_is_back(port: int, tmp_path: Path) -> None:
    with own_database() as database:
        environment = environment_of(tmp_path) | {"DATABASE_URL": database.url}
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=environment, check=True)
        with started("serve", "--port", str(port), environment=environment) as served:
            wait_for(lambda: status(port, "/health/ready") == 200, 120)
            before = len(children_of(served.pid))
            database.stop()
            wait_for(lambda: status(port, "/health/ready") == 503)
            assert status(port, "/health/live") == 200
            assert status(port, "/account/sign-in/") in (200, 503)
            time.sleep(AWAY)
            assert served.poll() is None
            assert status(port, "/health/live") == 200
            database.start()
            wait_for(lambda: status(port, "/health/ready") == 200, 120)  # the worker beats again, too
            assert status(port, "/account/sign-in/") == 200
            wait_for(
                lambda: len(children_of(served.pid)) == before, 180
            )  # what ended meanwhile is started again
