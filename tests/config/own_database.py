"""A PostgreSQL of one test alone, which it stops and starts."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]


def programs() -> Path:
    """Where PostgreSQL's own programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    named = shutil.which("pg_ctl")
    return found[-1] if found else Path(str(named)).parent


class Database:
    """Where it answers, and its folder."""

    def __init__(self, url: str) -> None:
        self.url, self.home = url, Path(unquote(urlsplit(url).netloc.partition("@")[2]))

    def stop(self) -> None:
        self._pg_ctl("-m", "immediate", "stop")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.home}'"
        self._pg_ctl("-w", "-l", str(self.home / "log"), "-o", options, "start")

    def _pg_ctl(self, *words: str) -> None:
        command = [str(programs() / "pg_ctl"), "-D", str(self.home / "data"), *words]
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

    def copy(self, url: str) -> None:
        """What is in another database, but for who owns it."""
        dump = [str(programs() / "pg_dump"), "--no-owner", "--no-acl", url]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as from_there:
            restore = [str(programs() / "psql"), "-q", "-v", "ON_ERROR_STOP=1", self.url]
            subprocess.run(restore, stdin=from_there.stdout, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def own_database() -> Iterator[Database]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [str(ROOT / "requirements/with-postgresql.sh"), "sh", "-c", "echo $DATABASE_URL; read _end"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        try:
            yield Database(running.stdout.readline().decode().strip())
        finally:
            running.stdin.close()
            running.wait(timeout=60)
