"""Files of a caseload are opened in a process of their own: however hostile they are, the site says a sentence and goes on."""

from __future__ import annotations

import json
import os
import time
from io import BytesIO
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import World
from tests.insight.bringing.files import CASES, PEOPLE, Written
from tests.memory import memory_now, most_memory

from heard.agencies import sandbox
from heard.engine.tables import NotDone
from heard.insight.bringing import apart
from heard.insight.bringing.reading import load_headings, read_files
from heard.insight.bringing.rules import Table

WIDE = b"person_id," + b"," * 900_000 + b"\n" + b"K1,b\n" * 20_000  # each row as wide as the heading
LONG_MAPPING = b"people:\n" + b"".join(b"  a%d: x\n" % n for n in range(400_000))


@pytest.fixture
def page(client: Client, world: World, settings: Any, tmp_path: Path) -> Any:
    settings.DATA = tmp_path
    client.force_login(world.coordinator)

    def send(**files: bytes) -> str:
        return client.post(
            reverse("caseload_bring"), {name: BytesIO(text) for name, text in files.items()} | {"what": "check"}
        ).text  # fmt: skip

    return send


def test_files_that_swell_take_no_memory_of_the_site(page: Any) -> None:
    before = memory_now()
    assert "takes more time or memory than they may" in page(people=WIDE)
    assert most_memory() - before < 100_000_000


def test_a_mapping_that_takes_for_ever_is_ended(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 4.0)
    begun = time.monotonic()
    assert "takes more time or memory than they may" in page(people=PEOPLE.encode(), mapping=LONG_MAPPING)
    assert time.monotonic() - begun < 15


def test_they_are_read_as_they_would_be_here(written: Written, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("people:\n  given_name: known name\n")
    paths = written(PEOPLE.replace("given_name", "known name"), CASES, "person_id,outcome\nK1,Safe\n")
    assert apart.read_apart(paths, mapping) == read_files(paths, load_headings(mapping))
    del paths[Table.CASES]
    assert apart.read_apart(paths) == read_files(paths)


def test_what_is_wrong_with_a_whole_file_is_said(written: Written, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("people: [\n")
    with pytest.raises(NotDone, match="is not YAML"):
        apart.read_apart(written(), mapping)


PROBE = """
import json, os, socket
from heard.agencies import sandbox

def tried(do):
    try:
        return str(do())
    except OSError as error:
        return type(error).__name__

def reads(paths, _headings):
    from heard.engine.tables import NotDone
    raise NotDone(json.dumps({
        "environment": sorted(os.environ),
        "network": tried(lambda: socket.socket(socket.AF_INET)),
        "hidden": [tried(lambda: open(one).read()) for one in HIDDEN],
        "files": sorted(open(one).readline() for one in paths.values()),
    }))

from heard.insight.bringing import apart
enter = sandbox.enter
def enters(**more):
    enter(**more)
    import heard.insight.bringing.reading as reading
    reading.read_files = reads
sandbox.enter = enters
apart.main()
"""


@pytest.mark.skipif(not sandbox.knows_landlock(), reason="this kernel has no Landlock")
def test_their_process_has_no_key_no_network_and_opens_nothing_but_them(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_SECRET_KEY", "a secret")
    key = tmp_path / "audit.key"
    key.write_text("a secret")
    probe = PROBE.replace("HIDDEN", repr([str(key), f"/proc/{os.getpid()}/environ", "/etc/passwd"]))
    monkeypatch.setattr(
        sandbox.subprocess, "Popen", lambda words, **more: Popen([*words[:2], "-c", probe], **more)
    )
    with pytest.raises(NotDone) as said:
        apart.read_apart(written("a\n", "b\n", "c\n"))
    told = json.loads(str(said.value))
    assert set(told["environment"]) <= {
        "LANG", "LC_CTYPE", "PATH", "TMPDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    }  # fmt: skip
    assert (told["network"], told["hidden"]) == ("PermissionError", ["PermissionError"] * 3)
    assert told["files"] == ["a\n", "b\n", "c\n"]


@pytest.mark.parametrize(
    "answer",
    [
        {"staff": {}},
        {"people": {"name": "people.csv"}},
        {"people": {"name": "p", "sha256": "", "taken": {}, "unread": [], "lacks": [], "rows": [{"number": 1}]}},
        {"people": {"name": "p", "sha256": "", "taken": {}, "unread": [], "lacks": [],
                    "rows": [{"number": 1, "values": {}, "issues": [{"code": "unheard_of"}]}]}},
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_not_believed(
    written: Written, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(sandbox, "answer", lambda *_told, **_more: answer)
    with pytest.raises(NotDone, match="more time or memory"):
        apart.read_apart(written())
