"""What no committed file may hold, and what the first page must say."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from tests.no_secrets import LOOKED_AT, secrets_in

ROOT = Path(__file__).resolve().parents[2]
# Each name is written in two halves, so that this file does not fail itself.
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.", "yarn" + "pkg.com", "crates" + ".io",
              "deb." + "debian.org", "artifact" + "ory", "jsdel" + "ivr", "unp" + "kg.com"]  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:home|Users|root|wo" + r"rk)/[\w.-]+|\b[A-Z]:\\\\Users")


@cache
def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: nothing to say which files are committed")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in committed():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text()))
        except UnicodeDecodeError:
            continue  # a picture, or a sample in an old encoding on purpose
    return found


@pytest.mark.parametrize("registry", REGISTRIES)
def test_no_committed_file_names_a_registry(registry: str) -> None:
    """Locks hold versions and hashes; where packages come from is the installer's own business."""
    assert [name for name, text in texts() if registry in text] == []


def test_no_committed_file_names_a_path_of_one_machine() -> None:
    assert [(name, found[0]) for name, text in texts() if (found := MACHINE_PATHS.findall(text))] == []


def test_no_committed_file_holds_a_key() -> None:
    """Of any of the services that tests/no_secrets.py knows."""
    assert [
        (name, kinds) for name, text in texts() if (kinds := secrets_in(text)) and name not in LOOKED_AT
    ] == []


def test_every_locked_python_package_has_a_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        for entry in re.split(r"\n(?=[a-z0-9])", lock.read_text()):
            if "==" in entry:
                assert "--hash=sha256:" in entry, f"{lock.name}: {entry.splitlines()[0]}"


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_names_both_commands(command: str) -> None:
    assert command in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", ["utils", "common", "helpers", "core", "misc"])
def test_no_module_is_a_drawer_for_odds_and_ends(name: str) -> None:
    assert [
        str(p) for p in (ROOT / "src").rglob(f"{name}*") if p.stem == name and p.suffix in {"", ".py"}
    ] == []


def test_each_place_that_developers_are_sent_to_exists() -> None:
    page = (ROOT / "docs/developing.md").read_text()
    named = {
        name for name in re.findall(r"`([\w./-]+/[\w./-]*|[\w]+\.(?:py|yaml))`", page) if "<" not in name
    }
    within = (
        "",
        "src/heard",
        "src/heard/cases",
        "src/heard/cases/missing",
        "src/heard/engine/profile",
        "tests/walls",
    )
    made = {"dist/docs/", "dist/coverage/", "clocks.yaml", "release.yaml", "signs.yaml"}
    assert len(named) > 20
    assert [name for name in named - made if not any((ROOT / part / name).exists() for part in within)] == []
