"""Whatever a file that is bound into a pack does to the process that opens it, it finds nothing of ours there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from subprocess import Popen

import pytest

from heard.agencies import sandbox
from heard.cases.pack import binding

# Stands in for what opens a file, in its process, once that has given up what it gives up.
PROBE = """
import socket
from heard.cases.pack import binding

def tried(do):
    try:
        return str(do())
    except OSError as error:
        return type(error).__name__

def opens(path, kind, into):
    import json
    into.write_text(json.dumps({
        "file": path.read_text(),
        "hidden": [tried(lambda: open(one).read()) for one in HIDDEN],
        "elsewhere": tried(lambda: open(ELSEWHERE, "w")),
        "network": tried(lambda: socket.socket(socket.AF_INET)),
    }))
    return 1

binding._prepare = opens
binding.main()
"""


@pytest.mark.skipif(not sandbox.knows_landlock(), reason="this kernel has no Landlock")
def test_its_process_opens_nothing_but_what_the_pack_is_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = tmp_path / "attachments" / "1", tmp_path / "attachments" / "2"
    into = tmp_path / "packs" / "mine"
    for one in (file.parent, into):
        one.mkdir(parents=True)
    hidden = [tmp_path / "audit.key", tmp_path / "heard.sqlite3", other]
    for one in (file, *hidden):
        one.write_text("a page")
    names = repr([*map(str, hidden), f"/proc/{os.getpid()}/environ", "/etc/passwd"])
    probe = PROBE.replace("HIDDEN", names).replace("ELSEWHERE", repr(str(tmp_path / "heard.sqlite3")))
    monkeypatch.setattr(
        sandbox.subprocess,
        "Popen",
        lambda words, **more: Popen([*words[:2], "-c", probe, words[-1]], **more),
    )
    assert binding.look([(file, "pdf")], into) == [1]
    told = json.loads((into / "0.pdf").read_text())
    assert told["file"] == "a page"
    assert told["hidden"] == ["PermissionError"] * 5
    assert (told["elsewhere"], told["network"]) == ("PermissionError", "PermissionError")
    assert (tmp_path / "heard.sqlite3").read_text() == "a page"
