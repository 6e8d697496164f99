"""The engine in a process of its own: what it says, and what it does not."""

import json
import os
import sys
import time
from pathlib import Path
from subprocess import Popen, run
from typing import Any

import pytest

from heard.agencies import sandbox
from heard.insight.run import apart

JOB = {"paths": [], "mapping": "/nowhere/m.yaml", "as_of": None, "any_window": False}


def test_a_failure_is_logged_with_its_place_and_without_its_values(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(apart.Stopped):
        apart.run(
            JOB | {"out": str(tmp_path / "out"), "judgements": "/nowhere/Amira Khan"},
            lambda _step, _share: None,
        )
    assert "in _run" in caplog.text
    assert "FileNotFoundError" in caplog.text
    assert "Amira" not in caplog.text + capfd.readouterr().err


def test_a_run_that_waits_for_ever_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.subprocess, "Popen", lambda _words, **more: Popen(["sleep", "60"], **more))
    begun = time.monotonic()
    with pytest.raises(apart.Stopped):
        apart.run(JOB | {"out": str(tmp_path / "out"), "judgements": ""}, patience=1.0)
    assert time.monotonic() - begun < 20


# Stands in for the engine, in its process, once that has given up what it gives up.
PROBE = """
import os, socket
from heard.insight.run import apart

def tried(do):
    try:
        return str(do())
    except OSError as error:
        return type(error).__name__

def probe(job, progress):
    [path] = job["paths"]
    folder = os.path.dirname(job["out"])
    return {
        "environment": sorted(os.environ),
        "network": [tried(lambda: socket.socket(family)) for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)],
        "hidden": [tried(lambda: open(one).read()) for one in HIDDEN],
        "through a link": tried(lambda: open(path + "/link").read()),
        "elsewhere": tried(lambda: open(os.path.dirname(folder) + "/new", "w")),
        "to extracts": tried(lambda: open(path + "/new", "w")),
        "extract": open(path + "/cin.csv").read(),
        "result": tried(lambda: open(folder + "/new", "w").write("rows")),
    }

apart._DOES["run"] = probe
apart.main()
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the engine's process could do, with a key, a database and another run beside its own."""
    monkeypatch.setenv("HEARD_SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://heard:secret@db/heard")
    extracts, folder = tmp_path / "extracts", tmp_path / "runs" / "mine"
    other = tmp_path / "runs" / "other"
    for one in (extracts, folder, other):
        one.mkdir(parents=True)
    (extracts / "cin.csv").write_text("a row")
    hidden = [tmp_path / "audit.key", tmp_path / "heard.sqlite3", other / "list.parquet"]
    for one in hidden:
        one.write_text("a secret")
    (extracts / "link").symlink_to(hidden[0])
    probe = PROBE.replace("HIDDEN", repr([*map(str, hidden), f"/proc/{os.getpid()}/environ", "/etc/passwd"]))
    monkeypatch.setattr(
        sandbox.subprocess, "Popen", lambda _words, **more: Popen([sys.executable, "-P", "-c", probe], **more)
    )
    job = JOB | {
        "paths": [str(extracts)],
        "out": str(folder / "out"),
        "judgements": str(folder / "j.parquet"),
    }
    return json.loads(json.dumps(apart.run(job, lambda _step, _share: None)))  # type: ignore[no-any-return]


def test_its_process_has_no_key_and_no_database(told: dict[str, Any]) -> None:
    assert set(told["environment"]) <= {"LANG", "LC_CTYPE", "PATH", "TMPDIR"}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone can take the network away")
def test_its_process_has_no_network(told: dict[str, Any]) -> None:
    assert told["network"] == ["PermissionError"] * 3


@pytest.mark.skipif(not sandbox.knows_landlock(), reason="this kernel has no Landlock")
def test_its_process_opens_nothing_but_its_own_run(told: dict[str, Any]) -> None:
    assert told["hidden"] == ["PermissionError"] * 5
    assert [told[what] for what in ("through a link", "elsewhere", "to extracts")] == ["PermissionError"] * 3
    assert (told["extract"], told["result"]) == ("a row", "4")


LIMITS = """
import resource
from heard.insight.run import apart
apart._DOES["run"] = lambda job, progress: {"limit": resource.getrlimit(resource.RLIMIT_DATA)[0]}
apart.main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone counts what is written")
def test_a_run_leaves_a_quarter_of_the_memory_to_the_site(tmp_path: Path) -> None:
    job = JOB | {"out": str(tmp_path / "run" / "out"), "judgements": ""}
    (tmp_path / "run").mkdir()
    done = run(
        [sys.executable, "-P", "-c", LIMITS],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    limit = json.loads(done.stdout)["done"]["limit"]
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < limit - 2**30 <= 0.75 * machine, "beside what it reserves and does not use"
