"""The journal goes to another machine: with the very configuration of `deploy/journal/`, from systemd's sender to systemd's receiver."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.deploy.test_nginx import free_port, wait_until_open

DEPLOY = Path(__file__).parents[2] / "deploy"
UPLOAD, RECEIVE = (f"/usr/lib/systemd/systemd-journal-{what}" for what in ("upload", "remote"))
needs_journal = pytest.mark.skipif(
    not Path(UPLOAD).exists() or not shutil.which("journalctl") or not shutil.which("openssl"),
    reason="needs systemd-journal-remote and openssl",
)
# A folder of its own in the place of /etc/systemd, for this process alone.
IN_PLACE = 'mount -t tmpfs none /etc/systemd && mkdir "/etc/systemd/$1.conf.d" && cp "$2" "/etc/systemd/$1.conf.d/heard.conf" && shift 2 && exec "$@"'
ENTRY = """__REALTIME_TIMESTAMP=1764512345678901
__MONOTONIC_TIMESTAMP=1000
_BOOT_ID=0123456789abcdef0123456789abcdef
_MACHINE_ID=0123456789abcdef0123456789abcdef
_SYSTEMD_UNIT=heard-web.service
MESSAGE=Refused: GET people, user 7: the role does not have it

"""


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """One that signs itself, and its key."""
    key, itself = folder / f"{name}-key.pem", folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(itself)],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, itself


def configured(folder: Path, kind: str, conf: str, **values: str) -> list[str]:
    """The words before a command, so that it finds this configuration, with these values, where an installation has it."""
    text = (DEPLOY / "journal" / conf).read_text()
    for name, value in values.items():
        text, count = re.subn(rf"(?m)^{name}=(/|https://).+$", f"{name}={value}", text)
        assert count == 1, f"{name} names no file, or an address in clear"
    (folder / conf).write_text(text)
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", IN_PLACE, "sh", kind, str(folder / conf)]


@pytest.fixture
def away(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The other machine: its port, and the folder in which it keeps what came."""
    key, itself = certificate(tmp_path, "logs")
    port, kept = free_port(), tmp_path / "kept"
    kept.mkdir()
    words = configured(
        tmp_path, "journal-remote", "receive.conf", ServerKeyFile=str(key), ServerCertificateFile=str(itself)
    )
    words += [RECEIVE, f"--listen-https=127.0.0.1:{port}", f"--output={kept}"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_open(port)
            yield port, kept
        finally:
            process.terminate()


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., int]:
    """Sends a journal of one entry as an installation does; 0 where it arrived."""
    (tmp_path / "entry").write_text(ENTRY)
    journal = tmp_path / "system.journal"
    subprocess.run(
        [RECEIVE, f"--output={journal}", "--split-mode=none", str(tmp_path / "entry")], check=True, capture_output=True
    )  # fmt: skip

    def sent(url: str, authority: Path) -> int:
        words = configured(
            tmp_path, "journal-upload", "upload.conf", URL=url, TrustedCertificateFile=str(authority)
        )
        words += [UPLOAD, f"--file={journal}", "--follow=no"]
        return subprocess.run(words, capture_output=True, timeout=60, check=False).returncode

    return sent


def what_came(kept: Path) -> str:
    words = ["journalctl", f"--directory={kept}", "--output=cat", "--no-pager", "--quiet"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


@needs_journal
def test_a_line_of_the_journal_arrives_at_the_other_machine(
    away: tuple[int, Path], send: Callable[..., int], tmp_path: Path
) -> None:
    port, kept = away
    assert send(f"https://localhost:{port}", tmp_path / "logs.pem") == 0
    assert what_came(kept) == "Refused: GET people, user 7: the role does not have it\n"


@needs_journal
def test_a_machine_that_nobody_vouches_for_gets_nothing(
    away: tuple[int, Path], send: Callable[..., int], tmp_path: Path
) -> None:
    port, kept = away
    _key, other = certificate(tmp_path, "other")
    assert send(f"https://localhost:{port}", other) != 0
    assert send(f"https://127.0.0.1:{port}", tmp_path / "logs.pem") != 0  # for which it has no certificate
    assert what_came(kept) == ""


def test_the_journal_goes_nowhere_in_clear() -> None:
    said = dict(re.findall(r"(?m)^(\w+)=(.+)$", (DEPLOY / "journal" / "upload.conf").read_text()))
    assert said["URL"].startswith("https://")
    assert said["TrustedCertificateFile"].startswith("/")  # "all" would believe everybody
    install = (DEPLOY / "install.sh").read_text()
    assert "$logs =~ ^https://" in install
    assert said["URL"] in install.replace("\\", "")


def test_sending_never_gives_up() -> None:
    text = (DEPLOY / "systemd" / "systemd-journal-upload.service.d" / "heard.conf").read_text()
    assert {"Restart=always", "StartLimitIntervalSec=0"} <= set(text.splitlines())


def test_the_other_machine_listens_to_heard_alone() -> None:
    lines = (DEPLOY / "journal" / "receive-from.conf").read_text().splitlines()
    assert "IPAddressDeny=any" in lines
    assert len([line for line in lines if line.startswith("IPAddressAllow=")]) == 1
