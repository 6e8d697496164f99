"""Files of a caseload are opened in a process of their own: however hostile they are, the site says a sentence and goes on."""

from __future__ import annotations

import resource
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import World
from tests.insight.bringing.files import CASES, PEOPLE, Written

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


def most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_files_that_swell_take_no_memory_of_the_site(page: Any) -> None:
    before = most_memory()
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
