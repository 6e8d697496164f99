"""Writing a file so that there is all of it or none, wherever the power fails."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def written_whole(path: Path, *, over: bool = True) -> Iterator[IO[bytes]]:
    """A file for this user alone that gets its name once all of it is on the disk; where writing fails nothing of it stays, and what was
    there before does. Raises `FileExistsError` where something has the name and it may not take its place: of two that are the first
    at once, one is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if over:
            Path(aside).replace(path)
        else:
            os.link(aside, path)
        see_to_disk(path.parent)
    finally:
        Path(aside).unlink(missing_ok=True)


def see_to_disk(folder: Path) -> None:
    """That the names in a folder are on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
