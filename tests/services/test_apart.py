"""A file of services is opened in a process of its own: however hostile it is, the site says a sentence and goes on."""

from __future__ import annotations

import json
import os
import time
from subprocess import Popen
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.conftest import World
from tests.memory import memory_now, most_memory
from tests.services.test_profile import BROKEN, KEY, a_service, thing

from heard.agencies import sandbox
from heard.services import apart, profile
from heard.services.models import Service, ServiceImport

MANY = (
    b"[" + b"{}," * 1_600_000 + b"{}]"
)  # a list of more than Heard takes, which takes half a gigabyte where it is read
PHONES = [thing(number="1") for _ in range(1_300)]
SLOW = json.dumps(
    [a_service(id=f"{KEY[:-4]}{n:04}", phones=PHONES) for n in range(50)]
).encode()  # nothing in it is wrong


@pytest.fixture
def page(client: Client, world: World) -> Any:
    """Sends a file to be brought in, and gives what the page says."""
    client.force_login(world.coordinator)

    def send(content: bytes) -> str:
        sent = {
            "file": SimpleUploadedFile("services.json", content),
            "reason": "The council",
            "what": "bring",
        }
        return client.post(reverse("services_bring"), sent).text

    return send


def test_a_file_that_swells_takes_no_memory_of_the_site(page: Any) -> None:
    before = memory_now()
    assert "There is a problem" in page(MANY)
    assert most_memory() - before < 100_000_000
    assert not ServiceImport.objects.exists()


def test_a_file_that_takes_for_ever_is_ended(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 1.0)
    begun = time.monotonic()
    assert "takes more time or memory than it may" in page(SLOW)
    assert time.monotonic() - begun < 10
    assert not Service.objects.exists()


def test_it_is_read_as_it_would_be_here() -> None:
    rows = [
        a_service(phones=[thing(number="01632 960 001", extension=7)], minimum_age=11, cost_options=[thing(amount=0.1)]),
        a_service(name="Twice"),
        *(document for document, _code, _where in BROKEN.values()),
    ]  # fmt: skip
    said = json.dumps({"contents": rows, "page_number": 2, "total_pages": 3})
    content = said.replace("Infinity", "1e999").encode()  # JSON has no such word
    found, here = apart.read_apart(content), profile.read(content)
    assert (found.page, found.pages) == (here.page, here.pages) == (2, 3)
    assert [(row.number, row.name, row.issues, row.outcome) for row in found.rows] == [
        (row.number, row.name, row.issues, row.outcome) for row in here.rows
    ]
    assert found.rows[0].document == here.rows[0].document
    assert list(found.rows[0].document) == list(rows[0])


@pytest.mark.parametrize(
    "content", [b"", b"no JSON", b"[" * 4_000, b'{"id": NaN}', b" " * (profile.MOST_BYTES + 1)]
)
def test_what_is_wrong_with_a_whole_file_is_said_as_here(content: bytes) -> None:
    with pytest.raises(profile.NotRead) as here:
        profile.read(content)
    with pytest.raises(profile.NotRead) as found:
        apart.read_apart(content)
    assert str(found.value) == str(here.value)


@pytest.mark.parametrize("number", ["1e999", "0.10000000000000000000001"])
def test_a_number_that_cannot_be_kept_is_said_of_its_row(number: str) -> None:
    content = json.dumps([a_service(cost_options=[thing(amount=7)])]).replace("7}", f"{number}}}").encode()
    [row], [here] = apart.read_apart(content).rows, profile.read(content).rows
    assert row.issues == here.issues
    assert row.issues


PROBE = """
import json, os, socket
from heard.agencies import sandbox
from heard.services import apart, profile

def tried(do):
    try:
        return str(do())
    except OSError as error:
        return type(error).__name__

def read(content):
    raise profile.NotRead(json.dumps({
        "environment": sorted(os.environ),
        "network": tried(lambda: socket.socket(socket.AF_INET)),
        "key": tried(lambda: open(KEY).read()),
        "file": content.decode(),
    }))

profile.read = read
apart.main()
"""


@pytest.mark.skipif(not sandbox.knows_landlock(), reason="this kernel has no Landlock")
def test_its_process_has_no_key_no_network_and_opens_no_file(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_SECRET_KEY", "a secret")
    (tmp_path / "audit.key").write_text("a secret")
    probe = PROBE.replace("KEY", repr(str(tmp_path / "audit.key")))
    monkeypatch.setattr(
        sandbox.subprocess, "Popen", lambda words, **more: Popen([*words[:2], "-c", probe], **more)
    )
    with pytest.raises(profile.NotRead) as said:
        apart.read_apart(b"[]")
    told = json.loads(str(said.value))
    assert set(told["environment"]) <= {
        "LANG", "LC_CTYPE", "PATH", "TMPDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    }  # fmt: skip
    assert (told["network"], told["key"], told["file"]) == ("PermissionError", "PermissionError", "[]")
    assert os.environ["HEARD_SECRET_KEY"] == "a secret"


@pytest.mark.parametrize(
    "answer",
    [
        {"rows": [{"number": 1}], "page": 1, "pages": 1},
        {"rows": {}, "page": "one", "pages": 1},
        {"rows": [{"number": 1, "document": a_service(), "issues": [{"code": "unheard_of", "where": ""}]}], "page": 1, "pages": 1},
        {"rows": [{"number": 1, "document": a_service(url="javascript:alert(1)"), "issues": []}], "page": 1, "pages": 1},
        {"rows": [{"number": 1, "document": "a service", "issues": []}], "page": 1, "pages": 1},
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(sandbox, "answer", lambda *_told, **_more: answer)
    with pytest.raises(profile.NotRead, match="more time or memory"):
        apart.read_apart(b"[]")
