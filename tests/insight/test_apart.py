"""The engine in a process of its own: what it says, and what it does not."""

import time
from subprocess import Popen

import pytest

from heard.insight.run import apart

JOB = {"paths": [], "out": "/nowhere/out", "mapping": "/nowhere/m.yaml", "as_of": None, "any_window": False}


def test_a_failure_is_logged_with_its_place_and_without_its_values(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(apart.Stopped):
        apart.run(JOB | {"judgements": "/nowhere/Amira Khan"}, lambda _step, _share: None)
    assert "in _run" in caplog.text
    assert "FileNotFoundError" in caplog.text
    assert "Amira" not in caplog.text + capfd.readouterr().err


def test_a_run_that_waits_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_PATIENCE", 1.0)
    monkeypatch.setattr(apart.subprocess, "Popen", lambda _words, **more: Popen(["sleep", "60"], **more))
    begun = time.monotonic()
    with pytest.raises(apart.Stopped):
        apart.run(JOB | {"judgements": ""}, lambda _step, _share: None)
    assert time.monotonic() - begun < 20
