"""What is too large is refused before any of it is read."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from tests.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def files_on_disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of uploads that went to disk."""
    seen: list[str] = []
    real: Any = TemporaryFileUploadHandler.new_file

    def new_file(self: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(args[1])
        return real(self, *args, **kwargs)

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", new_file)
    return seen


def send(client: Client, address: str, size: int) -> Any:
    file = BytesIO(b"x" * size)
    file.name = "large.bin"
    return client.post(address, {"upload": file})


def test_somebody_not_signed_in_puts_nothing_on_the_disk(client: Client, files_on_disk: list[str]) -> None:
    client = Client(enforce_csrf_checks=True)
    for address in ("/account/login/", "/worries/tell/", "/nowhere/"):
        answer = send(client, address, 3_000_000)
        assert (answer.status_code, "Nothing of it was read" in answer.text) == (413, True)
    assert files_on_disk == []


def test_somebody_signed_in_brings_one_file_and_no_more(
    world: World, client: Client, settings: Any, files_on_disk: list[str]
) -> None:
    settings.ATTACHMENT_MEGABYTES = 3
    client.force_login(world.teacher)
    assert send(client, "/unfinished/", 5_000_000).status_code == 413
    assert files_on_disk == []
    assert send(client, "/unfinished/", 2_900_000).status_code != 413


def test_whoever_runs_the_engine_brings_extracts(world: World, client: Client, settings: Any) -> None:
    settings.ATTACHMENT_MEGABYTES = 3
    client.force_login(world.analyst)
    assert send(client, "/unfinished/", 5_000_000).status_code != 413
