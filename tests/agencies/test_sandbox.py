"""Where files of others are opened there is nothing of ours, no network, and an end."""

import os
import subprocess
import sys

import pytest

from heard.agencies import sandbox

ENTER = "from heard.agencies import sandbox; sandbox.enter(memory=600_000_000, seconds=2, largest=0)\n"


def apart(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", ENTER + code],
        env=sandbox.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_environment_has_no_key_and_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARD_SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://heard:secret@db/heard")
    said = apart("import os; print(dict(os.environ))").stdout
    assert "secret" not in said
    assert set(sandbox.environment()) <= {"LANG", "PATH", "TMPDIR"}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone can take the network away")
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX"])
def test_it_has_no_network(family: str) -> None:
    done = apart(
        f"import socket\ntry: socket.socket(socket.{family})\nexcept PermissionError: print('refused')"
    )
    assert done.stdout == "refused\n", done.stderr


def test_it_has_no_more_memory_than_was_given() -> None:
    done = apart("try: bytearray(900_000_000)\nexcept MemoryError: print('refused')")
    assert done.stdout == "refused\n", done.stderr


def test_it_ends_when_its_time_is_over() -> None:
    assert apart("while True: pass").returncode < 0


def test_it_writes_no_file(tmp_path: os.PathLike[str]) -> None:
    path = f"{tmp_path}/file"
    apart(f"file = open({path!r}, 'w'); file.write('words'); file.flush()")
    assert os.stat(path).st_size == 0
