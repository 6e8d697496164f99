"""Files go with a worry from its draft, and a worry that is sent twice at once is told once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cases.attachment.samples import pdf, upload
from tests.conftest import World

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import AuditRow, Draft, User
from heard.agencies.rules import Hidden
from heard.cases.attachment.models import Attachment
from heard.cases.concern import actions
from heard.cases.concern.models import Concern
from heard.cases.concern.views import steps


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> Any:
    settings.DATA = tmp_path
    return tmp_path / "attachments"


@pytest.fixture
def draft(world: World) -> Draft:
    """Answered up to the files."""
    draft = begin_draft(by=world.teacher, kind=actions.DRAFT)
    draft.answers = {
        "about": {"about": "place"},
        "place": {"name": "Arcade"},
        "place_same": {"choice": "new"},
        "place_new": {"name": "Arcade", "kind": "arcade"},
        "seen": {"seen_and_heard": "Let in late", "danger_now": "no"},
        "scene": {"when_seen": "Fridays", "staff": "no"},
        "done": {"steps": ["place", "place_same", "place_new", "seen", "scene"]},
    }
    draft.save()
    return draft


def at(name: str, draft: Draft, **keys: Any) -> str:
    return reverse(f"worry_{name}", kwargs={"draft_id": draft.pk, **keys})


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_files_are_kept_with_the_draft_and_become_the_worrys(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    more = client.post(
        at("files", draft), {"upload": upload(pdf("A letter"), "letter.pdf"), "what": "Found", "more": "1"}
    )
    assert more.headers["Location"] == at("files", draft)
    page = client.get(at("files", draft)).text
    assert "letter.pdf" in page
    assert "Found" in page
    on = client.post(at("files", draft), {"upload": upload(b"A note", "note.txt")})
    assert on.headers["Location"] == at("check", draft)
    assert "note.txt" in client.get(at("check", draft)).text
    assert signed_in(world.coordinator).get(at("files", draft)).status_code == 404
    client.post(at("check", draft))
    concern = Concern.objects.get()
    assert {file.concern_id for file in Attachment.objects.all()} == {concern.pk}
    page = signed_in(world.coordinator).get(reverse("concern", kwargs={"concern_id": concern.pk})).text
    assert "letter.pdf" in page
    assert AuditRow.objects.filter(verb="attach").count() == 4  # to the draft, then to the worry


def test_a_file_that_is_not_taken_is_said_beside_it_and_the_rest_stays(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    answer = client.post(at("files", draft), {"upload": upload(b"\0\1\2", "x.jpg"), "what": "A photo"})
    assert "Files of this kind are not taken" in answer.text
    assert 'value="A photo"' in answer.text
    assert not Attachment.objects.exists()


def test_the_same_file_twice_is_said(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    for _ in range(2):
        answer = client.post(
            at("files", draft), {"upload": upload(b"A note", "note.txt"), "more": "1"}, follow=True
        )
    assert "The same file was here already" in answer.text


def test_a_file_is_taken_out_again_by_its_writer_alone(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    client.post(at("files", draft), {"upload": upload(b"A note", "note.txt"), "more": "1"})
    file = Attachment.objects.get()
    out = at("file_take_out", draft, attachment_id=file.pk)
    assert signed_in(world.coordinator).post(out).status_code == 404
    other = begin_draft(by=world.teacher, kind=actions.DRAFT)
    assert client.post(at("file_take_out", other, attachment_id=file.pk)).status_code == 404
    client.post(out)
    assert not Attachment.objects.exists()


def test_a_draft_that_is_discarded_takes_its_files_along(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    client.post(at("files", draft), {"upload": upload(b"A note", "note.txt"), "more": "1"})
    client.post(at("discard", draft))
    assert not Attachment.objects.exists()
    assert not Draft.objects.exists()


def test_two_who_send_the_same_draft_at_the_same_moment_both_come_to_the_worry(
    world: World, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has read the draft before the first has sent it."""
    client, before = signed_in(world.teacher), steps.first_unanswered
    client.post(at("files", draft))

    def overtaken(user: User, answers: Any) -> str | None:
        monkeypatch.setattr(steps, "first_unanswered", before)
        assert signed_in(world.teacher).post(at("check", draft)).status_code == 302
        return before(user, answers)

    monkeypatch.setattr(steps, "first_unanswered", overtaken)
    answer = client.post(at("check", draft))
    assert answer.headers["Location"] == reverse("worry_sent", kwargs={"concern_id": draft.pk})
    assert Concern.objects.count() == 1


def test_a_draft_that_was_thrown_away_is_not_there(world: World, draft: Draft) -> None:
    actions.throw_away(by=world.teacher, draft_id=draft.pk)
    assert signed_in(world.teacher).post(at("check", draft)).status_code == 404
    with pytest.raises(Hidden):
        actions.throw_away(by=world.teacher, draft_id=draft.pk)
