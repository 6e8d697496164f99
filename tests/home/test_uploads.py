"""What is too large for its address is refused before any of it is read."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import get_resolver
from tests.conftest import World

import heard
from heard.agencies.gate import Takes

pytestmark = pytest.mark.django_db

CHILD = "/children/2f1b4c1e-0000-4000-8000-000000000000"


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


@pytest.mark.parametrize(
    "address", ["/account/sign-in/", "/worries/tell/", f"{CHILD}/files/attach/", "/nowhere/"]
)
def test_somebody_not_signed_in_puts_nothing_on_the_disk(files_on_disk: list[str], address: str) -> None:
    answer = send(Client(enforce_csrf_checks=True), address, 3_000_000)
    assert (answer.status_code, "takes 1 MB at most" in answer.text) == (413, True)
    assert "sign in first" in answer.text
    assert files_on_disk == []


def test_an_address_without_room_for_files_takes_none_from_anybody(
    world: World, client: Client, files_on_disk: list[str]
) -> None:
    client.force_login(world.analyst)
    for address, most in (("/unfinished/", 5), ("/search/", 5), ("/nowhere/", 1)):
        answer = send(client, address, 6_000_000)
        assert (answer.status_code, f"takes {most} MB at most" in answer.text) == (413, True)
    assert files_on_disk == []


def test_a_form_with_room_for_a_file_takes_one_and_no_more(
    world: World, client: Client, settings: Any, files_on_disk: list[str]
) -> None:
    settings.ATTACHMENT_MEGABYTES = 6
    client.force_login(world.teacher)
    answer = send(client, f"{CHILD}/files/attach/", 8_000_000)
    assert (answer.status_code, "takes 7 MB at most" in answer.text) == (413, True)
    assert files_on_disk == []
    assert send(client, f"{CHILD}/files/attach/", 5_900_000).status_code == 404  # there is no such child


def test_extracts_are_taken_where_a_run_starts_and_from_whoever_runs_the_engine(
    world: World, client: Client, settings: Any, files_on_disk: list[str]
) -> None:
    settings.ATTACHMENT_MEGABYTES = 3
    client.force_login(world.teacher)
    assert send(client, "/engine/start/", 3_000_000).status_code == 413
    assert files_on_disk == []
    client.force_login(world.analyst)
    assert send(client, "/engine/start/", 6_000_000).status_code == 200
    assert send(client, "/engine/", 6_000_000).status_code == 413


TAKE_FILES = {
    "caseload_bring", "chart_bring", "services_bring",
    "attach_to_child", "attach_to_place", "attach_to_group", "attach_to_worry", "attach_to_words", "worry_files", "words_add",
    "request_answer", "audit_evidence_add", "procedure_add", "procedure_edition",
}  # fmt: skip


def test_which_addresses_take_files() -> None:
    found: dict[Any, set[str]] = {}
    for pattern in _patterns(get_resolver().url_patterns):
        found.setdefault(getattr(pattern.callback, "takes", None), set()).add(pattern.name)
    assert (found[Takes.FILE], found[Takes.EXTRACTS]) == (TAKE_FILES, {"engine_start"})
    assert found[Takes.SOUND] == {"notes_open"}


def _patterns(patterns: Any) -> Any:
    for pattern in patterns:
        yield from _patterns(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def test_every_form_with_a_file_is_of_a_view_that_takes_one() -> None:
    package = Path(heard.__file__).parent
    views = [path.read_text() for path in package.rglob("*.py") if "views" in str(path)]
    taking = " ".join(text for text in views if "takes=Takes." in text)
    with_file = [
        name
        for path in package.rglob("*.py")
        if "govuk" not in str(path) and "forms" in str(path)
        for name, body in re.findall(
            r"^class (\w+)\(\w*Form\):\n((?:[ \n].*\n?)*)", path.read_text(), re.MULTILINE
        )
        if re.search(r"= \w*FileField\(", body)
    ]
    assert {"AttachForm", "FilesForm", "AddForm", "StartForm"} <= set(with_file)
    assert [name for name in with_file if name not in taking] == []
