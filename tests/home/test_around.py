"""The pages of a place and of a group: what was told about it, the files that are kept with it, and how to add to both."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import Draft, User
from heard.cases.concern import actions as telling
from heard.cases.models import Attachment, Concern
from heard.network import actions as network

ENDS = ["place", "group"]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def written_down(world: World, end: str) -> uuid.UUID:
    if end == "place":
        return network.add_place(by=world.officer, name="Harbour Street arcade", kind="arcade").pk
    # The school's own: others than its agency and the co-ordinators learn of a group by a tie or a worry that they may see.
    return network.add_group(by=world.teacher, name="Friday group", kind="friends").pk


def page_of(end: str, key: uuid.UUID) -> str:
    return reverse(end, kwargs={f"{end}_id": key})


@pytest.mark.parametrize("end", ENDS)
def test_a_file_is_attached_from_the_page_and_stands_on_it(world: World, end: str) -> None:
    key = written_down(world, end)
    client = signed_in(world.teacher)
    attach = reverse(f"attach_to_{end}", kwargs={f"{end}_id": key})
    assert attach in client.get(page_of(end, key)).text
    assert "No file is kept" in client.get(page_of(end, key)).text
    upload = SimpleUploadedFile("shutter.txt", b"The shutter is up after ten.")
    answer = client.post(attach, {"upload": upload, "what": "What the caretaker wrote"})
    assert answer.headers["Location"] == page_of(end, key)
    other = world.social_worker if end == "place" else world.coordinator
    shown = signed_in(other).get(page_of(end, key)).text
    assert "What the caretaker wrote" in shown
    assert reverse("attachment", kwargs={"attachment_id": Attachment.objects.get().pk}) in shown
    assert signed_in(world.analyst).get(page_of(end, key)).status_code == 404


@pytest.mark.parametrize("end", ENDS)
def test_a_worry_is_begun_on_the_page(world: World, end: str) -> None:
    key = written_down(world, end)
    client = signed_in(world.teacher)
    shown = client.get(page_of(end, key)).text
    assert f"Tell a worry about this {end}" in shown
    assert f'name="{end}_id" value="{key}"' in shown
    begun = client.post(reverse("worry_start"), {f"{end}_id": str(key)})
    assert begun.headers["Location"] == reverse("worry_seen", kwargs={"draft_id": Draft.objects.get().pk})


@pytest.mark.parametrize("end", ENDS)
def test_a_worry_goes_its_whole_way(world: World, end: str) -> None:
    """Told by the school, decided by the duty team's agency with a step, and told back to whoever told it."""
    key = written_down(world, end)
    worry = telling.tell(
        by=world.teacher,
        **{f"{end}_id": key},
        seen_and_heard="Adults wait there for children after school.",
        when_seen="Fridays",
        who_comes="Two adults in a grey van",
        danger_now="no",
    )
    page = reverse("concern", kwargs={"concern_id": worry.pk})
    decider = signed_in(world.coordinator)
    assert worry.reference in decider.get(page_of(end, key)).text
    due = timezone.localdate() + timedelta(days=7)
    answers = {
        "decision": "step",
        "reason": "Seen by three schools",
        "feedback": "An officer goes there on Friday.",
        "step_what": "Go there on Friday",
        "step_owner": str(world.officer.pk),
        "step_due_on-day": due.day,
        "step_due_on-month": due.month,
        "step_due_on-year": due.year,
    }
    decide = reverse("concern_decide", kwargs={"concern_id": worry.pk})
    assert decider.post(decide, answers).status_code == 302
    teller = signed_in(world.teacher)
    assert "An officer goes there on Friday." in teller.get(page).text
    teller.post(reverse("concern_read", kwargs={"concern_id": worry.pk}))
    assert Concern.objects.get().feedback_read_at is not None
    assert signed_in(world.analyst).get(page).status_code == 404
