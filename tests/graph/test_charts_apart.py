"""A chart is opened in a process of its own: however hostile it is, the site says a sentence and goes on."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.conftest import World
from tests.graph.test_charts import token
from tests.graph.test_reading_charts import FTM, GRAPHML
from tests.memory import memory_now, most_memory

from heard.agencies import sandbox
from heard.engine.tables import NotDone
from heard.graph.exchange import apart
from heard.graph.exchange.models import Incoming
from heard.graph.exchange.reading import read

pytestmark = pytest.mark.once  # what is watched is a process that opens no database
# Nothing in it is wrong. Opened in the site, the first two take half a gigabyte, and the last one of its four threads for minutes.
MUCH_XML = b"<graphml>" + b"<a/>" * 4_000_000 + b"</graphml>"
MUCH_JSON = b"[" + b"{}," * 6_000_000 + b"{}]"
WIDE = b"first,second" + b"," * 900_000 + b"\n" + b"a,b\n" * 49_000


@pytest.fixture
def page(client: Client, world: World, settings: Any, tmp_path: Path) -> Any:
    """Sends a chart, and gives what the page says."""
    settings.DATA = tmp_path
    client.force_login(world.teacher)

    def send(content: bytes) -> str:
        kept = token(client.get(reverse("chart_bring")))
        sent = {"file": SimpleUploadedFile("x", content), "from_whom": "Ash", "why": "x", "reach": "ends"}
        return client.post(reverse("chart_bring"), sent | {"kept": kept}).text

    return send


@pytest.mark.parametrize("content", [MUCH_XML, MUCH_JSON], ids=["xml", "json"])
def test_a_chart_that_swells_takes_no_memory_of_the_site(page: Any, content: bytes) -> None:
    before = memory_now()
    assert "There is a problem" in page(content)
    assert most_memory() - before < 200_000_000  # the file itself, as the test sends it
    assert not Incoming.objects.exists()


def test_a_chart_that_takes_for_ever_is_ended(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 4.0)
    begun = time.monotonic()
    assert "takes more time or memory than one chart may" in page(WIDE)
    assert time.monotonic() - begun < 15
    assert not Incoming.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        "first,second,tie,since\nKayla Made,Mo Made,friend of,2026-03-01\nKayla Made,,x,\n",
        GRAPHML,
        "\n".join(json.dumps(row) for row in FTM),
    ],
)
def test_it_is_read_as_it_would_be_here(tmp_path: Path, content: str) -> None:
    path = tmp_path / "chart"
    path.write_text(content)
    assert apart.read_apart(path) == read(path)


PROBE = """
import json, os, socket
from heard.agencies import sandbox

def tried(do):
    try:
        return str(do())
    except OSError as error:
        return type(error).__name__

def reads(path, **more):
    from heard.engine.tables import NotDone
    raise NotDone(json.dumps({
        "environment": sorted(os.environ),
        "network": tried(lambda: socket.socket(socket.AF_INET)),
        "key": tried(lambda: open(KEY).read()),
        "chart": open(path).read(),
    }))

from heard.graph.exchange import apart
import sys
enter = sandbox.enter
def enters(**more):
    enter(**more)
    import heard.graph.exchange.reading as reading
    reading.read = reads
sandbox.enter = enters
apart.main()
"""


@pytest.mark.skipif(not sandbox.knows_landlock(), reason="this kernel has no Landlock")
def test_its_process_has_no_key_no_network_and_opens_nothing_but_the_chart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_SECRET_KEY", "a secret")
    (tmp_path / "audit.key").write_text("a secret")
    path = tmp_path / "chart-1" / "chart"
    path.parent.mkdir()
    path.write_text("a row")
    probe = PROBE.replace("KEY", repr(str(tmp_path / "audit.key")))
    monkeypatch.setattr(
        sandbox.subprocess, "Popen", lambda words, **more: Popen([*words[:2], "-c", probe], **more)
    )
    with pytest.raises(NotDone) as said:
        apart.read_apart(path)
    told = json.loads(str(said.value))
    assert set(told["environment"]) <= {
        "LANG", "LC_CTYPE", "PATH", "TMPDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    }  # fmt: skip
    assert (told["network"], told["key"], told["chart"]) == ("PermissionError", "PermissionError", "a row")
    assert os.environ["HEARD_SECRET_KEY"] == "a secret"


@pytest.mark.parametrize(
    "answer",
    [
        {"format": "exe"},
        {"format": "csv", "named": {}, "told": [{"number": 1}], "aside": [], "said": []},
        {"format": "csv", "named": {"a": {"key": "a", "more": 1}}, "told": [], "aside": [], "said": []},
        {"format": "csv", "named": [], "told": [], "aside": [], "said": []},
    ],
)
def test_an_answer_of_another_shape_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(sandbox, "answer", lambda *_told, **_more: answer)
    with pytest.raises(NotDone):
        apart.read_apart(tmp_path / "chart")
