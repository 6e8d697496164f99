"""`heard serve`: plain sentences where it cannot start, and nothing left behind when it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from heard.config import serve as serving
from heard.config.serve import serve

HEARD = [sys.executable, "-c", "from heard.cli import main; main()"]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A demo of its own, with an empty database. Nothing of the tests' own settings is passed on."""
    dropped = {"PYTEST_VERSION", "DATABASE_URL"}
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return kept | {
        "HEARD_DATA": str(tmp_path),
        "HEARD_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "heard.config.settings",
    }


def test_a_busy_port_gives_a_plain_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(serve, ["--port", str(port)])
    assert result.exit_code == 1
    assert f"Port {port} is in use by another program." in result.output
    assert "Traceback" not in result.output


def test_an_address_that_is_not_of_this_machine_gives_a_plain_sentence(port: int) -> None:
    result = CliRunner().invoke(serve, ["--host", "192.0.2.1", "--port", str(port)])
    assert result.exit_code == 1
    assert "Cannot listen on 192.0.2.1" in result.output


def test_a_database_that_is_behind_gives_the_command_to_run(port: int, environment: dict[str, str]) -> None:
    done = run("serve", "--port", str(port), environment=environment)
    assert done.returncode == 1
    assert "Run first: heard migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_secret_key_gives_a_plain_sentence(port: int, environment: dict[str, str]) -> None:
    done = run("serve", "--port", str(port), environment=environment | {"HEARD_DEMO": "0"})
    assert done.returncode == 1
    assert "HEARD_SECRET_KEY is not set" in done.stderr
    assert "Traceback" not in done.stderr


def test_steps_of_a_disagreement_that_cannot_be_read_give_a_plain_sentence(
    port: int, environment: dict[str, str]
) -> None:
    wrong = environment | {"HEARD_ESCALATION": "/nowhere/steps.yaml"}
    done = run("serve", "--port", str(port), environment=wrong)
    assert done.returncode == 1
    assert "HEARD_ESCALATION names /nowhere/steps.yaml, and there is no such file." in done.stderr
    assert "Traceback" not in done.stderr


def test_it_answers_and_ends_everything_at_one_signal(port: int, environment: dict[str, str]) -> None:
    django = [sys.executable, "-m", "django", "migrate", "-v0"]
    subprocess.run(django, env=environment, check=True)
    with subprocess.Popen([*HEARD, "serve", "--port", str(port)], env=environment) as served:
        try:
            assert answer(f"http://127.0.0.1:{port}/healthz") == "ok\n"
            children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()
            assert len(children) == 2
            served.send_signal(signal.SIGINT)
            assert served.wait(timeout=20) == 0
        finally:
            served.kill()
    assert not any(Path(f"/proc/{child}").exists() for child in children)


@pytest.fixture
def signals() -> Iterator[None]:
    """As they were before, whoever changes them."""
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


@pytest.mark.usefixtures("signals")
def test_a_worker_that_ends_by_itself_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "_TOO_SOON", 0)
    runs = tmp_path / "runs"
    works = f"open({str(runs)!r}, 'a').write('.'); raise SystemExit(1)"
    stops = f"import os, time\nwhile open({str(runs)!r}, 'a').tell() < 3: time.sleep(0.05)\nos.kill(os.getppid(), 2); time.sleep(60)"
    commands = {"The worker": [sys.executable, "-c", works], "Somebody": [sys.executable, "-c", stops]}
    assert serving._run_together(commands) == ""
    assert len(runs.read_text()) >= 3
    assert "The worker stopped by itself (exit 1) and is started again." in capsys.readouterr().err


@pytest.mark.usefixtures("signals")
def test_one_that_ends_at_once_is_not_started_for_ever() -> None:
    ended = serving._run_together({"The worker": [sys.executable, "-c", "raise SystemExit(3)"]})
    assert ended == "The worker stopped by itself (exit 3)"


def run(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*HEARD, *words], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def answer(address: str) -> str:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=60) as response:
                return str(response.read().decode())
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{address} never answered")
