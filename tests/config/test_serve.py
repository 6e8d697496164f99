"""`heard serve`: plain sentences where it cannot start, and nothing left behind when it ends."""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from tests.deploy.test_nginx import made_for

from heard.agencies.seal import keys
from heard.config import serve as serving
from heard.config.serve import refuse_without_a_key, serve

pytestmark = pytest.mark.timeout(900)  # it starts real servers
HEARD = [sys.executable, "-c", "from heard.cli import main; main()"]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return environment_of(tmp_path)


def environment_of(folder: Path) -> dict[str, str]:
    """A demo of its own, with an empty database. Nothing of the tests' own settings is passed on."""
    dropped = {"PYTEST_VERSION", "DATABASE_URL"}
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return kept | {
        "HEARD_DATA": str(folder),
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


def test_without_the_key_of_the_audit_trail_nothing_starts(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY = tmp_path / "audit.key"
    with pytest.raises(click.ClickException, match="heard migrate"):
        refuse_without_a_key()
    keys.make(settings.AUDIT_KEY)
    refuse_without_a_key()


def test_without_the_keys_of_files_it_starts_and_says_so(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Records need none of them."""
    settings.DATA, settings.AUDIT_KEY, settings.KEYS = tmp_path, tmp_path / "audit.key", tmp_path / "keys"
    keys.make(settings.AUDIT_KEY)
    refuse_without_a_key()
    assert (
        f"opens and keeps no file. HEARD_KEYS says that the keys are in {settings.KEYS}"
        in capsys.readouterr().err
    )


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


@pytest.fixture
def ready(environment: dict[str, str], migrated: Path, tmp_path: Path) -> dict[str, str]:
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    return environment


@contextmanager
def started(*words: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([*HEARD, *words], env=environment, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()


def children_of(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def child(pid: int, words: str) -> int:
    """The child process that was started with these words, or 0."""
    started_as = {
        Path(f"/proc/{number}/cmdline").read_text().replace("\0", " "): number for number in children_of(pid)
    }
    return next((number for line, number in started_as.items() if words in line), 0)


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def wait_for(true: Callable[[], object], seconds: float = 30) -> None:
    last = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last, "It never happened."
        time.sleep(0.1)


def test_it_answers_and_ends_everything_at_one_signal(port: int, ready: dict[str, str]) -> None:
    with started("serve", "--port", str(port), environment=ready) as served:
        assert answer(f"http://127.0.0.1:{port}/health/live") == "ok\n"
        children = children_of(served.pid)
        assert len(children) == 4  # the site, a worker for each queue, the notifier
        served.send_signal(signal.SIGINT)
        assert served.wait(timeout=20) == 0
    assert not any(Path(f"/proc/{number}").exists() for number in children)


def test_with_a_certificate_it_speaks_tls_and_nothing_else(
    port: int, ready: dict[str, str], tmp_path: Path
) -> None:
    certificate, key = made_for(tmp_path, "heard.internal")
    named = {"HEARD_WEB_CERTIFICATE": str(certificate), "HEARD_WEB_KEY": str(key)}
    with started("web", "--port", str(port), environment=ready | named):
        wait_for(lambda: not is_free(port), seconds=120)
        tls = ssl.create_default_context(cafile=str(certificate))
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/health/live", timeout=30, context=tls) as said:
            assert said.read() == b"ok\n"
        with pytest.raises((urllib.error.URLError, ConnectionError, http.client.HTTPException)):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=30)
        older = ssl.create_default_context(cafile=str(certificate))
        older.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(urllib.error.URLError, match=r"(?i)protocol version"):
            urllib.request.urlopen(f"https://127.0.0.1:{port}/health/live", timeout=30, context=older)


@pytest.mark.parametrize("lacks", ["HEARD_WEB_CERTIFICATE", "HEARD_WEB_KEY"])
def test_a_certificate_without_its_key_starts_nothing(settings: Any, tmp_path: Path, lacks: str) -> None:
    """Else it would speak in clear, and nobody would notice."""
    settings.WEB_CERTIFICATE, settings.WEB_KEY = map(str, made_for(tmp_path, "heard.internal"))
    assert serving._tls()
    setattr(settings, lacks.removeprefix("HEARD_"), "")
    with pytest.raises(click.ClickException, match=f"{lacks} is not set"):
        serving._tls()
    setattr(settings, lacks.removeprefix("HEARD_"), str(tmp_path / "gone.pem"))
    with pytest.raises(click.ClickException, match="cannot read"):
        serving._tls()


def test_killed_workers_take_nothing_down_and_come_back(port: int, ready: dict[str, str]) -> None:
    """Also within a minute of the start; and a web process that is killed is started again."""
    address = f"http://127.0.0.1:{port}/health/live"
    with started("serve", "--port", str(port), "--workers", "2", environment=ready) as served:
        answer(address)
        engine = child(served.pid, "--queue engine")
        os.kill(engine, signal.SIGKILL)
        web = child(served.pid, "granian")
        before = children_of(web)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        wait_for(lambda: child(served.pid, "--queue engine") not in (0, engine))
        assert child(served.pid, "granian") == web
        wait_for(lambda: len(set(children_of(web)) - set(before)) == 1)
        assert answer(address) == "ok\n"


def ask_for_twenty(address: str) -> None:
    for _ in range(20):
        answer(address)


def test_figures_are_of_all_web_processes_together(port: int, ready: dict[str, str]) -> None:
    """Also of one that was killed."""
    token = "a token for the tests alone, and long enough"
    with started(
        "web", "--port", str(port), "--workers", "2", environment=ready | {"HEARD_METRICS_TOKEN": token}
    ) as served:
        answer(f"http://127.0.0.1:{port}/health/live")
        ask_for_twenty(f"http://127.0.0.1:{port}/robots.txt")
        web = child(served.pid, "granian")
        before = children_of(web)
        os.kill(before[0], signal.SIGKILL)
        wait_for(lambda: len(set(children_of(web)) - set(before)) == 1)
        ask_for_twenty(f"http://127.0.0.1:{port}/robots.txt")
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as said:
            text = said.read().decode()
    assert 'heard_requests_total{method="GET",route="robots",status="200"} 40.0' in text
    assert 'heard_check{name="database"} 1.0' in text


def test_a_killed_web_server_is_started_again(port: int, ready: dict[str, str]) -> None:
    address = f"http://127.0.0.1:{port}/health/live"
    with started("web", "--port", str(port), environment=ready) as served:
        answer(address)
        web = child(served.pid, "granian")
        os.kill(web, signal.SIGKILL)
        wait_for(lambda: child(served.pid, "granian") not in (0, web))
        assert answer(address) == "ok\n"


def test_killed_parents_leave_nothing_on_the_port(port: int, ready: dict[str, str]) -> None:
    with started("serve", "--port", str(port), environment=ready) as served:
        answer(f"http://127.0.0.1:{port}/health/live")
        children = children_of(served.pid)
        served.kill()
        wait_for(lambda: is_free(port))
        wait_for(lambda: not any(Path(f"/proc/{number}").exists() for number in children))


def test_a_second_server_of_one_folder_refuses(port: int, ready: dict[str, str]) -> None:
    with started("web", "--port", str(port), environment=ready):
        answer(f"http://127.0.0.1:{port}/health/live")
        with socket.create_server(("127.0.0.1", 0)) as free:
            other = free.getsockname()[1]
        done = run("web", "--port", str(other), environment=ready)
        assert done.returncode == 1
        assert "Another Heard serves the folder" in done.stderr
    assert run("web", "--help", environment=ready).returncode == 0


def test_it_waits_for_its_database(port: int, environment: dict[str, str], tmp_path: Path) -> None:
    """Nobody listens where the database is said to be. One that gives up is started a few times by systemd, and no more."""
    away = environment | {"DATABASE_URL": f"postgres://heard@{str(tmp_path).replace('/', '%2F')}/heard"}
    with started("web", "--port", str(port), environment=away) as waiting:
        assert waiting.stderr is not None
        assert b"The database does not answer. Heard waits for it." in waiting.stderr.readline()
        time.sleep(5)
        assert waiting.poll() is None
        waiting.terminate()


@pytest.fixture
def signals() -> Iterator[None]:
    """As they were before, whoever changes them."""
    before = {value: signal.getsignal(value) for value in (signal.SIGTERM, signal.SIGINT)}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


@pytest.mark.usefixtures("signals")
def test_one_that_ends_at_once_is_started_again_ever_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    works = f"import time; open({str(runs)!r}, 'a').write(f'{{time.monotonic()}} '); raise SystemExit(1)"
    stops = f"import os, time\nlast = time.monotonic() + 60\nwhile len(open({str(runs)!r}).read().split()) < 3 and time.monotonic() < last: time.sleep(0.05)\nos.kill(os.getppid(), 2); time.sleep(60)"
    runs.touch()
    commands = {"The worker": [sys.executable, "-c", works], "Somebody": [sys.executable, "-c", stops]}
    serving._run_together(commands)
    first, second, third, *_later = map(float, runs.read_text().split())
    assert second - first >= 1
    assert third - second >= 2
    assert "The worker stopped by itself (exit 1) and is started again." in capsys.readouterr().err


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
