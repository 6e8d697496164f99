"""The file of a backup: a tar, encrypted with age to those who may open it, whose last entry says what must be in it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import click
import pyrage

from heard.agencies.whole_file import written_whole

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1 << 20


class Broken(Exception):
    """The file cannot be read as a backup. Its text says why, for the user."""


@dataclass
class Manifest:
    """What is in a backup, and what is not and why."""

    version: str
    made_at: str
    engine: str
    migrations: list[str]
    rows: dict[str, int]
    files: dict[str, list[Any]] = field(default_factory=dict)  # by name: [bytes, sha256]
    left_out: dict[str, str] = field(default_factory=dict)  # by name: why
    wrong: dict[str, str] = field(default_factory=dict)  # by name: what was wrong when it was made
    format: int = FORMAT


class _Hashing:
    """Reads a file and remembers what it was."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest, self.size = file, hashlib.sha256(), 0

    def read(self, count: int = -1) -> bytes:
        read = self.file.read(count)
        self.digest.update(read)
        self.size += len(read)
        return read


def add(tar: tarfile.TarFile, manifest: Manifest, path: Path, name: str) -> str:
    """Puts one file in. Its sha256."""
    with path.open("rb") as file:
        about = tarfile.TarInfo(name)
        about.size, about.mode = os.fstat(file.fileno()).st_size, 0o600
        about.mtime = os.fstat(file.fileno()).st_mtime
        hashing = _Hashing(file)
        tar.addfile(about, hashing)
    manifest.files[name] = [hashing.size, hashing.digest.hexdigest()]
    return hashing.digest.hexdigest()


def write(out: Path, recipients: list[str], fill: Callable[[tarfile.TarFile], Manifest]) -> None:
    """Writes `out` whole or not at all. `fill` puts the files in. Without recipients it is not encrypted."""
    with written_whole(out) as file:
        if recipients:
            _encrypt(lambda plain: _fill(plain, fill), file, _parsed(recipients))
        else:
            _fill(file, fill)


def _fill(out: IO[bytes], fill: Callable[[tarfile.TarFile], Manifest]) -> None:
    with tarfile.open(fileobj=out, mode="w|") as tar:
        said = json.dumps(asdict(fill(tar)), indent=1).encode()
        about = tarfile.TarInfo(MANIFEST)
        about.size, about.mode = len(said), 0o600
        tar.addfile(about, io.BytesIO(said))


def encrypted(content: bytes, recipients: list[str]) -> bytes:
    """A small file, to those who may open it; as it is where nobody is named."""
    return pyrage.encrypt(content, _parsed(recipients)) if recipients else content


def decrypted(path: Path, identity: Path | None) -> bytes:
    """Raises `Broken` where the key is another one."""
    try:
        with _opened(path, identity) as plain:
            return plain.read()
    except (pyrage.DecryptError, OSError) as error:
        raise Broken(f"{path.name} cannot be decrypted: the key is another one, or it is damaged.") from error


def _parsed(recipients: list[str]) -> list[Any]:
    try:
        return [pyrage.x25519.Recipient.from_str(recipient.strip()) for recipient in recipients]
    except pyrage.RecipientError as error:
        raise click.ClickException(
            "A recipient is a public key of age, which begins with age1. `age-keygen` makes one."
        ) from error


def _encrypt(write_plain: Callable[[IO[bytes]], None], out: IO[bytes], recipients: list[Any]) -> None:
    with _beside(lambda plain: pyrage.encrypt_io(plain, out, recipients), reads=True) as plain:
        write_plain(plain)


@contextmanager
def _beside(run: Callable[[IO[bytes]], None], *, reads: bool) -> Iterator[IO[bytes]]:
    """One end of a pipe whose other end a thread reads or writes. Its failure is raised here too."""
    ends = os.pipe()
    theirs, ours = ends if reads else reversed(ends)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with os.fdopen(theirs, "rb" if reads else "wb") as file:
                run(file)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        with os.fdopen(ours, "wb" if reads else "rb") as file:
            yield file
    except BaseException as error:  # noqa: BLE001 - raised again below
        failed.append(error)
    thread.join()
    causes = [error for error in failed if not isinstance(error, BrokenPipeError)]
    if failed:
        raise (causes or failed)[0]


def read(path: Path, identity: Path | None, take: Callable[[str, IO[bytes]], None]) -> Manifest:
    """Hands each file to `take`, and compares all with the manifest. Raises `Broken` with what is wrong."""
    found: dict[str, list[Any]] = {}
    try:
        with _opened(path, identity) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            manifest = _read_all(tar, take, found)
    except pyrage.DecryptError as error:
        raise Broken(
            "It cannot be decrypted: the key is another one, or the file is damaged or cut."
        ) from error
    except OSError as error:
        if error.errno:  # of the disk, not of what is read
            raise
        raise Broken("It cannot be decrypted: the file is damaged or cut.") from error
    except (tarfile.TarError, EOFError, ValueError, TypeError) as error:
        raise Broken("It is damaged or cut, or is no backup of Heard.") from error
    if manifest is None:
        raise Broken("It has no manifest: it is cut, or is no backup of Heard.")
    wrong = [
        name for name in manifest.files.keys() | found.keys() if manifest.files.get(name) != found.get(name)
    ]
    if wrong:
        raise Broken(f"{len(wrong)} files are not as the manifest says: {', '.join(sorted(wrong)[:5])}")
    return manifest


def _read_all(
    tar: tarfile.TarFile, take: Callable[[str, IO[bytes]], None], found: dict[str, list[Any]]
) -> Manifest | None:
    manifest = None
    for about in tar:
        file = tar.extractfile(about)
        if file is None or not _is_plain(about.name):
            raise Broken(f"It holds something that no backup of Heard holds: {about.name[:80]}")
        if about.name == MANIFEST:
            manifest = Manifest(**json.load(file))
            continue
        hashing = _Hashing(file)
        take(about.name, hashing)  # type: ignore[arg-type]
        while hashing.read(_CHUNK):
            pass
        found[about.name] = [hashing.size, hashing.digest.hexdigest()]
    return manifest


def _is_plain(name: str) -> bool:
    """A name below the folder into which it is unpacked."""
    return not name.startswith("/") and ".." not in Path(name).parts and "\\" not in name


@contextmanager
def _opened(path: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        if not file.read(22).startswith(b"age-encryption.org/"):
            file.seek(0)
            yield file
            return
        file.seek(0)
        keys = _identities(identity)
        with _beside(lambda plain: pyrage.decrypt_io(file, plain, keys), reads=False) as plain:
            yield plain
            while plain.read(_CHUNK):  # to the end, so that a cut file is noticed
                pass


def _identities(path: Path | None) -> list[Any]:
    if path is None:
        raise click.ClickException("This backup is encrypted. Name the file with the key: --identity KEYFILE")
    lines = [line.strip() for line in path.read_text().splitlines()]
    try:
        return [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError as error:
        raise click.ClickException("The file of --identity holds no key of age.") from error
