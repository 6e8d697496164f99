"""The units that the guide installs: sound, and with little that an attacker could use."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from heard.cli import main

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(UNITS, tmp_path / "etc" / "systemd" / "system")
    return tmp_path


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_exposed_to_little(service: str, root: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--root={root}", "--threshold=15", service],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-400:]


@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("*.service")))
def test_a_service_runs_a_command_that_there_is(unit: str) -> None:
    [words] = re.findall(r"^ExecStart=/opt/heard/bin/heard (.+)$", (UNITS / unit).read_text(), re.MULTILINE)
    command, *options = words.split()
    said = CliRunner().invoke(main, [command, "--help"])
    assert said.exit_code == 0
    assert not [option for option in options if option.startswith("--") and option not in said.output]


@pytest.mark.parametrize("service", ["heard-web", "heard-worker", "heard-engine", "heard-notify"])
def test_systemd_never_gives_up(service: str) -> None:
    """As it did while PostgreSQL was away for half a minute."""
    text = (UNITS / f"{service}.service").read_text()
    assert "Restart=always" in text
    assert "StartLimitIntervalSec=0" in text


def test_the_target_wants_every_unit() -> None:
    wanted = set(re.findall(r"heard-[\w-]+\.(?:service|timer)", (UNITS / "heard.target").read_text()))
    timers = {path.name for path in UNITS.glob("*.timer")}
    timed = {name.replace(".timer", ".service") for name in timers}
    assert wanted == timers | (set(SERVICES) - timed)
