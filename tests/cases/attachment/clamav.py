"""ClamAV itself, with one signature of our own: the test string of the trade, which harms nobody."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def program() -> str | None:
    return shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def clamd(most: str = "25M") -> Iterator[tuple[str, str]]:
    """Where it answers: the path of its socket, and host:port. `most`: the largest stream that it takes."""
    with TemporaryDirectory(prefix="clamd-", dir="/tmp") as name:
        folder = Path(name)
        signature = f"{md5(EICAR, usedforsecurity=False).hexdigest()}:{len(EICAR)}:Test.String\n"
        (folder / "ours.hdb").write_text(signature)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        (folder / "clamd.conf").write_text(
            f"Foreground yes\nDatabaseDirectory {folder}\nLocalSocket {folder}/socket\nTCPSocket {port}\nTCPAddr 127.0.0.1\n"
            f"User {getpass.getuser()}\nStreamMaxLength {most}\n"
        )
        words = [program() or "", "-c", str(folder / "clamd.conf")]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait(folder / "socket")
                yield str(folder / "socket"), f"127.0.0.1:{port}"
            finally:
                process.terminate()


def _wait(path: Path) -> None:
    for _ in range(300):
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(path))
            except OSError:
                time.sleep(0.1)
            else:
                return
    raise AssertionError("clamd did not start")
