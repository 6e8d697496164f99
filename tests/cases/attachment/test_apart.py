"""A file is opened in a process of its own, which has given up what is ours before it opens it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from heard.agencies import sandbox
from heard.cases.attachment import contents
from heard.cases.attachment.contents import Unreadable, read_apart

# The programme itself, with something else in the place of what opens the file.
PROBE = """
import json, os, resource, socket
from heard.cases.attachment import contents

def tried(do):
    try:
        return str(do())
    except OSError as error:
        return type(error).__name__

def opens(content):
    raise contents.Unreadable(json.dumps({
        "environment": sorted(os.environ),
        "network": [tried(lambda: socket.socket(family)) for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)],
        "hidden": [tried(lambda: open(one).read()) for one in HIDDEN],
        "elsewhere": tried(lambda: open(ELSEWHERE, "w")),
        "seconds": resource.getrlimit(resource.RLIMIT_CPU)[0],
        "file": content.decode(),
    }))

def takes_much(content):
    bytearray(contents.MEMORY)
    return contents.ContentKind.TEXT, content

contents.recognise = DOES
contents.main()
"""


@pytest.fixture
def opened_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """What is said of a file that one of these opens, with a key, a database and the process of the site beside it."""
    monkeypatch.setenv("HEARD_SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://heard:secret@db/heard")
    hidden = [tmp_path / "audit.key", tmp_path / "heard.sqlite3"]
    for path in hidden:
        path.write_text("a secret")
    names = repr([*map(str, hidden), f"/proc/{os.getpid()}/environ", "/etc/passwd"])
    probe = PROBE.replace("HIDDEN", names).replace("ELSEWHERE", repr(str(tmp_path / "new")))
    run = subprocess.run

    def opened(does: str) -> str:
        words = ["-c", probe.replace("DOES", does)]
        monkeypatch.setattr(
            contents.subprocess, "run", lambda usual, **more: run([*usual[:2], *words], **more)
        )
        with pytest.raises(Unreadable) as said:
            read_apart(b"She was afraid")
        return str(said.value)

    return opened


@pytest.mark.skipif(not sandbox.knows_landlock(), reason="this kernel has no Landlock")
def test_its_process_has_no_key_no_network_and_no_other_file(opened_by) -> None:
    told = json.loads(opened_by("opens"))
    assert set(told["environment"]) <= {"LANG", "LC_CTYPE", "PATH", "TMPDIR", "PUREMAGIC_DEEPSCAN"}
    assert told["network"] == ["PermissionError"] * 3
    assert (told["hidden"], told["elsewhere"]) == (["PermissionError"] * 4, "PermissionError")
    assert told["seconds"] == int(contents.PATIENCE)
    assert told["file"] == "She was afraid"


def test_a_file_for_which_its_process_needs_too_much_memory_is_refused(opened_by) -> None:
    assert opened_by("takes_much") == contents.BROKEN
