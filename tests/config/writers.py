"""People who write while something else is done with a site: each adds children and files until they are told to stop."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.config.test_backup import environment_of
from tests.config.test_serve import wait_for

_WRITES = """
import django; django.setup()
import sys
from pathlib import Path
from django.core.files.uploadedfile import SimpleUploadedFile
from heard.agencies.models import User
from heard.cases.attachment.actions import attach
from heard.network.actions import add_person
me, begun, stop = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
sol = User.objects.get(username="sol.wright")
number = 0
while not stop.exists():
    child = add_person(by=sol, given_name=f"Child{me}x{number}", family_name="Writer")
    attach(by=sol, upload=SimpleUploadedFile("note.txt", f"Of {me}, {number}".encode()), person_id=child.pk)
    number += 1
    begun.write_text(str(number))
print(number)
"""


class AtWork:
    def __init__(self, counts: list[Path]) -> None:
        self._counts = counts

    def written(self) -> int:
        """Children with their file whose action has ended, of all writers."""
        return sum(int(path.read_text() or 0) for path in self._counts if path.exists())


@contextmanager
def writing(folder: Path, aside: Path, many: int = 2, **more: str) -> Iterator[AtWork]:
    """Inside, so many write. Each has written when it begins, and is still writing when it ends."""
    stop, counts = aside / "stop", [aside / f"writer{number}" for number in range(many)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITES, str(number), str(counts[number]), str(stop)],
            env=environment_of(folder, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(many)
    ]
    work = AtWork(counts)
    try:
        wait_for(lambda: all(path.exists() for path in counts), 120)
        yield work
        before = work.written()
        wait_for(lambda: work.written() > before, 60)
    finally:
        stop.touch()
        ended = [process.communicate(timeout=120) for process in running]
    for process, (_out, errors) in zip(running, ended, strict=True):
        assert process.returncode == 0, errors
