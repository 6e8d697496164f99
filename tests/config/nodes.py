"""Two machines for the web, as far as one can be two: each with its own folder, in which only what both mount is the same."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from tests.config.test_backup import HEARD, environment_of
from tests.config.test_serve import wait_for

_SHARED = ("attachments", "packs", "runs", "profiles", "quarantine")


@dataclass(frozen=True)
class Node:
    port: int
    environment: dict[str, str]

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, somebody: requests.Session, path: str) -> requests.Response:
        return somebody.get(self.at(path), timeout=60, allow_redirects=False)

    def send(
        self, somebody: requests.Session, path: str, said: dict[str, str], **more: object
    ) -> requests.Response:
        """As a browser sends the form that stands there."""
        page = somebody.get(self.at(path), timeout=60).text
        [token, *_rest] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        sent = kept | said | {"csrfmiddlewaretoken": token}
        return somebody.post(self.at(path), data=sent, timeout=60, allow_redirects=False, **more)  # type: ignore[arg-type]

    def is_at_work(self) -> bool:
        try:
            return requests.get(self.at("/account/sign-in/"), timeout=30).ok
        except requests.ConnectionError:
            return False


def second_folder(first: Path, folder: Path) -> Path:
    """The folder of another machine that mounts what the first one keeps, and has its own copy of the keys."""
    folder.mkdir()
    for name in _SHARED:
        (first / name).mkdir(exist_ok=True, mode=0o700)
        (folder / name).symlink_to(first / name)
    shutil.copy(first / "audit.key", folder)
    shutil.copy(f"{first}.keys", f"{folder}.keys")
    return folder


@contextmanager
def web(*folders: Path, **more: str) -> Iterator[list[Node]]:
    """`heard web` and a worker on each, at work."""
    nodes = []
    for folder in folders:
        with socket.create_server(("127.0.0.1", 0)) as free:
            nodes.append(Node(free.getsockname()[1], environment_of(folder, **more)))
    commands = [["web", "--port", str(node.port)] for node in nodes] + [["work", "--queue", "default"]] * len(
        nodes
    )
    with running(commands, [node.environment for node in nodes] * 2):
        for node in nodes:
            wait_for(node.is_at_work, 120)
        yield nodes


@contextmanager
def running(commands: list[list[str]], environments: list[dict[str, str]]) -> Iterator[None]:
    started = [
        subprocess.Popen([*HEARD, *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for words, env in zip(commands, environments, strict=True)
    ]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=60)
