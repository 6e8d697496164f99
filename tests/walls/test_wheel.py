"""What is installed on a server: Heard, and nothing for trying it out or making it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from tests.conftest import SECRET_KEY

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def packed() -> set[str]:
    """Each file of the wheel, by its place in it."""
    return {one.distribution_path for one in WheelBuilder(str(ROOT)).recurse_included_files()}


@pytest.fixture(scope="module")
def installed(packed: set[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the modules of the wheel alone."""
    folder = tmp_path_factory.mktemp("installed")
    for name in packed:
        if not name.startswith("heard/govuk/static/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "src" / name, folder / name)
    return folder


def run(installed: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("PYTEST_VERSION", "DATABASE_URL")
    }
    ours = {"PYTHONPATH": str(installed), "HEARD_DATA": str(installed), "HEARD_SECRET_KEY": SECRET_KEY}
    return subprocess.run(
        [sys.executable, *words],
        env=kept | ours | {"HEARD_DEMO": "0", "DJANGO_SETTINGS_MODULE": "heard.config.settings"} | environment,
        cwd=installed, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_no_fictional_partnership_and_no_test_is_in_the_wheel(packed: set[str]) -> None:
    assert {"heard/cli.py", "heard/config/wsgi.py", "heard/home/views.py"} <= packed
    assert {name.split("/")[0] for name in packed} == {"heard"}
    assert not [name for name in packed if "demo" in name.split("/") or "test" in name.split("/")[-1]]


def test_an_installation_has_no_command_that_makes_a_partnership_up(installed: Path) -> None:
    said = run(installed, "-m", "heard.cli", "--help")
    assert said.returncode == 0, said.stderr
    assert "\n  doctor " in said.stdout
    assert "\n  demo " not in said.stdout
    refused = run(installed, "-m", "heard.cli", "demo", "site")
    assert refused.returncode == 2
    assert "No such command 'demo'" in refused.stderr


def test_an_installation_works_without_it(installed: Path) -> None:
    """Every module that the site reads at its start, every address and every model."""
    done = run(installed, "-m", "django", "check")
    assert done.returncode == 0, done.stderr


def test_an_installation_cannot_be_set_to_be_a_demo(installed: Path) -> None:
    done = run(installed, "-m", "django", "check", HEARD_DEMO="1")
    assert done.returncode != 0
    assert "has no fictional partnership" in done.stderr
