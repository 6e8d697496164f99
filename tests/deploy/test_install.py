"""The scripts that install Heard: what they refuse before they change anything, and that they, the lock, the units and the guide agree."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from heard.agencies.jobs.working import QUEUES
from heard.cli import _COMMANDS

ROOT = Path(__file__).parents[2]
INSTALL, IMAGE = ROOT / "deploy" / "install.sh", ROOT / "deploy" / "image.sh"
GUIDE = (ROOT / "docs" / "guide" / "install.md").read_text()
SCRIPTS = sorted([*(ROOT / "deploy").rglob("*.sh"), ROOT / "requirements" / "bundle.sh"])
DEBIAN_13 = 'ID=debian\nVERSION_ID="13"\n'


@pytest.mark.parametrize(
    ("system", "words", "sentence"),
    [
        ("ID=ubuntu\nVERSION_ID=24.04\n", ["heard.example.org"], "Debian 13 alone, and this machine says that it is ubuntu 24.04"),
        ('ID=debian\nVERSION_ID="12"\n', ["heard.example.org"], "says that it is debian 12"),
        ("", ["heard.example.org"], "Debian 13 alone"),
        (DEBIAN_13, ["https://heard.example.org"], "is no name of a site"),
        (DEBIAN_13, ["localhost"], "is no name of a site"),
        (DEBIAN_13, ["a.example.org", "b.example.org"], "One name only"),
        (DEBIAN_13, ["heard.example.org", "--backup-key"], "--backup-key needs a value"),
        (DEBIAN_13, ["heard.example.org", "--password", "x"], "There is no option --password"),
        (DEBIAN_13, ["heard.example.org", "--logs", "http://logs.example.org"], "logs go nowhere in clear"),
        (DEBIAN_13, [], "Usage: deploy/install.sh NAME"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, system: str, words: list[str], sentence: str
) -> None:
    (tmp_path / "os-release").write_text(system)
    path = tmp_path / "bin"  # what would change the machine is not there
    path.mkdir()
    for program in ("bash", "sed", "cat", "id", "dirname"):
        (path / program).symlink_to(str(shutil.which(program)))
    done = subprocess.run(
        [str(path / "bash"), str(INSTALL), *words], capture_output=True, text=True, check=False,
        env={"HEARD_OS_RELEASE": str(tmp_path / "os-release"), "PATH": str(path)},
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert sentence in done.stderr
    assert "[1 of 9" not in done.stdout


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs shellcheck")
def test_shellcheck_finds_nothing() -> None:
    done = subprocess.run(["shellcheck", *map(str, SCRIPTS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def packages(script: Path) -> set[str]:
    [said] = re.findall(r"^packages=\((.+)\)$", script.read_text(), re.MULTILINE)
    return set(said.split())


def test_both_have_what_draws_pdf_files_and_backs_up() -> None:
    [pango] = re.findall(r'missing\+=\(("libpango.+)\)', (ROOT / "requirements" / "system.sh").read_text())
    drawing = set(pango.replace('"', "").split())
    assert drawing <= packages(INSTALL) & packages(IMAGE)
    assert "postgresql" in packages(INSTALL)  # which brings the client
    assert "postgresql-client" in packages(IMAGE)


def test_every_package_of_python_has_its_hash() -> None:
    for script in (INSTALL, IMAGE):
        text = script.read_text().replace("\\\n", " ")
        lines = [
            line
            for line in text.splitlines()
            if re.search(r'(/pip|"\$\{pip\[@\]\}"|"\$pip").* (install|download|--)', line)
        ]
        for line in lines:
            takes = "uninstall" in line or "--no-deps" in line or line.strip().startswith("pip=")
            assert takes or "--require-hashes" in line, line
        assert "requirements/base.lock" in text
        assert sum("--require-hashes" in line for line in lines) >= 1
    assert "--no-index --find-links wheels --require-hashes -r base.lock" in IMAGE.read_text()


def test_a_step_of_the_script_is_a_row_of_the_guide() -> None:
    text = INSTALL.read_text()
    steps = len(re.findall(r'^ *say "', text, re.MULTILINE)) - 1  # the proxy is one step, said in two ways
    rows = re.findall(r"^\| (\d+) \|", GUIDE, re.MULTILINE)
    assert rows == [str(number) for number in range(1, steps + 1)]
    assert f"[%s of {steps}," in text


def test_what_the_scripts_set_is_in_the_guide_and_in_the_settings() -> None:
    names = set(re.findall(r"^ *(?:\[.+\|\| )?setting ([A-Z_]+) ", INSTALL.read_text(), re.MULTILINE))
    assert {
        "HEARD_SECRET_KEY",
        "HEARD_ADDRESS",
        "DATABASE_URL",
        "HEARD_METRICS_TOKEN",
        "HEARD_MAIL_URL",
    } <= names
    settings = (ROOT / "src" / "heard" / "config" / "settings.py").read_text()
    for name in names:
        assert f'"{name}"' in settings
        assert f"`{name}`" in GUIDE


def test_the_database_has_two_roles_and_the_site_never_learns_of_the_owner() -> None:
    text = INSTALL.read_text()
    assert "for role in heard heard_owner" in text
    assert "OWNER heard_owner" in text
    assert not re.search(r"setting HEARD_DATABASE_OWNER", text)
    assert "umask 077 && printf 'HEARD_DATABASE_OWNER" in text
    assert "migrate | restore | database) set -a; . /etc/heard-owner.env" in text


def test_the_commands_of_the_image_are_there() -> None:
    [cmd] = re.findall(r"--cmd '(\w+) ", IMAGE.read_text())
    section = GUIDE[GUIDE.index("## In containers") : GUIDE.index("## Where data lies")]
    named = set(re.findall(r"heard:0\.1\.0 ([a-z-]+)", section)) | {cmd}
    assert {"migrate", "begin", "work", "web"} <= named <= _COMMANDS.keys()
    assert all(queue in section for queue in QUEUES)
    for timer in (ROOT / "deploy" / "systemd").glob("*.timer"):
        [command] = re.findall(r"heard/bin/heard ([\w-]+)", timer.with_suffix(".service").read_text())
        assert f"`{command}" in section
