"""Words of attached files are found: in the chronology of one child, and over all records, by whoever may see them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.attachment.samples import pdf, upload, word
from tests.conftest import World
from tests.walls.record import Record

from heard.cases.attachment.actions import attach, withdraw_attachment
from heard.cases.attachment.models import Attachment
from heard.cases.keeping.models import Hold
from heard.cases.timeline.index import catch_up
from heard.cases.timeline.queries import find_in_records

KINDS = [("letter.pdf", pdf), ("letter.docx", word)]
SAID = "The lighthouse keeper drove her home"


@pytest.fixture
def put(world: World, record: Record) -> Callable[[str, bytes], Attachment]:
    def attached(name: str, content: bytes) -> Attachment:
        return attach(by=world.social_worker, upload=upload(content, name), person_id=record["person_id"])

    return attached


def found(world: World, who: str, text: str) -> list[str]:
    catch_up()
    return [hit.entry.what for hit in find_in_records(getattr(world, who), text)]


@pytest.mark.parametrize(("name", "made"), KINDS)
def test_words_of_a_file_are_found_over_all_records(
    world: World, put: Callable[[str, bytes], Attachment], name: str, made: Callable[[str], bytes]
) -> None:
    put(name, made(SAID))
    assert found(world, "social_worker", "lighthouse keeper") == [f"File attached: {name}"]
    assert found(world, "social_worker", "lighthose") == [f"File attached: {name}"]


@pytest.mark.parametrize(("name", "made"), KINDS)
def test_nobody_finds_the_words_of_a_file_that_they_may_not_see(
    world: World, put: Callable[[str, bytes], Attachment], name: str, made: Callable[[str], bytes]
) -> None:
    put(name, made(SAID))
    assert found(world, "teacher", "lighthouse") == []


@pytest.mark.parametrize(("name", "made"), KINDS)
def test_the_chronology_shows_the_words_around_what_was_found_in_a_file(
    client: Client,
    world: World,
    record: Record,
    put: Callable[[str, bytes], Attachment],
    name: str,
    made: Callable[[str], bytes],
) -> None:
    put(name, made(SAID))
    client.force_login(world.social_worker)
    address = reverse("child_chronology", kwargs={"person_id": record["person_id"]})
    shown = client.get(client.post(address, {"words": "lighthouse"})["Location"]).text
    assert "<mark>lighthouse</mark> keeper drove her home" in shown
    assert "Worry told" not in shown


def test_the_words_of_a_file_that_was_withdrawn_are_not_found_any_more(
    world: World, put: Callable[[str, bytes], Attachment]
) -> None:
    file = put("letter.pdf", pdf(SAID))
    assert found(world, "social_worker", "lighthouse") != []
    Hold.objects.update(lifted_at=timezone.now())  # which keeps every file of the record
    withdraw_attachment(by=world.social_worker, attachment_id=file.pk, reason="It was of another child.")
    assert found(world, "social_worker", "lighthouse") == []
