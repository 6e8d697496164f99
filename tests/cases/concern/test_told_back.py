"""Who told a worry hears what became of it, and sees no more than they may; and nobody decides alone on what they told."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.attachment.samples import upload
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.attachment.actions import attach, open_attachment
from heard.cases.case import actions as casework
from heard.cases.case.rules import Observed
from heard.cases.concern import actions
from heard.cases.concern.models import Concern
from heard.govuk.environment import day
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.queries import Whom
from heard.network.rules import Level

SAID = {"text": "They wait for me", "heard_by": "Tess Archer, teacher", "heard_on": timezone.localdate()}
OURS = "Kept from whoever only told: a threat at the door"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def told(world: World) -> Concern:
    """By the school, about a child with whom only the police and the children's services work."""
    child = network.add_person(by=world.officer, given_name="Noor", family_name="Aziz")
    network.involve(by=world.officer, person=child, agency=world.care, why="Leads")
    knows = {"whom": Whom("", world.school), "level": Level.KNOWS, "why": "She goes there"}
    network.give_access(by=world.officer, person_id=child.pk, **knows)  # type: ignore[arg-type]
    return actions.tell(
        by=world.teacher,
        person_id=child.pk,
        seen_and_heard="Came to school upset",
        observations=[Observed("S06", "seen", timezone.localdate(), "Register", "Away on Monday")],
        words=SAID,
        danger_now="no",
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def decide(world: World, concern: Concern, **change: Any) -> Concern:
    usual: dict[str, Any] = {
        "by": world.coordinator, "concern": concern, "decision": "open_case", "reason": OURS,
        "feedback": "A social worker has met her. You were right to tell.",
    }  # fmt: skip
    return actions.decide(**usual | change)


def page_of(world: World, concern: Concern, user: User | None = None) -> str:
    client = signed_in(user or world.teacher)
    return client.get(reverse("concern", kwargs={"concern_id": concern.pk})).text


def test_the_teller_sees_what_they_told_that_it_waits_and_whom_to_ring(world: World, told: Concern) -> None:
    page = page_of(world, told)
    for text in ("Came to school upset", "They wait for me", "Away on Monday", "Due ", "01632 960 001"):
        assert text in page
    assert reverse("child", kwargs={"person_id": told.person_id}) not in page


def test_the_teller_reads_on_the_list_that_the_decision_is_late_and_whom_to_ring(
    world: World, told: Concern
) -> None:
    lists = [reverse("concerns"), reverse("concerns_told")]
    for page in lists:
        text = signed_in(world.teacher).get(page).text
        assert "A decision is due on" in text
        assert "01632 960 001" not in text
    yesterday = timezone.localdate() - timedelta(days=1)
    Concern.objects.update(due_on=yesterday)
    for page in lists:
        text = signed_in(world.teacher).get(page).text
        assert f"A decision was due on {day(yesterday)} and is late." in text
        assert 'href="tel:01632960001"' in text


def test_the_teller_reads_what_became_of_it_and_nothing_else_of_the_record(
    world: World, told: Concern
) -> None:
    decided = decide(world, told)
    casework.note_warning(
        by=world.officer, person_id=told.person_id, text=OURS, why=OURS, review_on=timezone.localdate().replace(year=2099),
        person_told=True,
    )  # fmt: skip
    assert told.words is not None
    told.words.what_changed = OURS
    told.words.save()
    theirs = attach(by=world.officer, upload=upload(b"police paper", "police paper.txt"), concern_id=told.pk)
    page = page_of(world, told)
    assert "A social worker has met her. You were right to tell." in page
    assert decided.case is not None
    hidden = [
        OURS,
        decided.case.reference,
        "Open a case",
        str(world.coordinator),
        "police paper",
        str(world.officer),
    ]
    assert [text for text in hidden if text in page] == []
    for name in ("concerns", "concerns_told", "home"):
        listed = signed_in(world.teacher).get(reverse(name)).text
        assert [text for text in hidden if text in listed] == [], name
    with pytest.raises(Hidden):
        open_attachment(by=world.teacher, attachment_id=theirs.pk)
    assert (
        signed_in(world.teacher).get(reverse("child", kwargs={"person_id": told.person_id})).status_code
        == 404
    )


def test_the_teller_keeps_sight_of_their_own_files_and_may_add_one(world: World, told: Concern) -> None:
    mine = attach(by=world.teacher, upload=upload(b"A note", "my note.txt"), concern_id=told.pk)
    assert "my note.txt" in page_of(world, told)
    assert open_attachment(by=world.teacher, attachment_id=mine.pk)[1].read() == b"A note"
    assert "my note.txt" in page_of(world, told, world.coordinator)


def test_what_became_of_it_waits_in_my_work_until_it_is_read(world: World, told: Concern) -> None:
    assert "Outcome of your concern" not in [section.heading for section in my_work(world.teacher)]
    decide(world, told)
    assert "Outcome of your concern" in [section.heading for section in my_work(world.teacher)]
    client = signed_in(world.teacher)
    read = reverse("concern_read", kwargs={"concern_id": told.pk})
    assert client.get(read).status_code == 405
    assert client.post(read).status_code == 302
    assert client.post(read).status_code == 302  # a tired thumb
    assert AuditRow.objects.filter(verb="read", subject="feedback").count() == 1
    assert "Outcome of your concern" not in [section.heading for section in my_work(world.teacher)]
    assert f"{world.teacher} read it" in page_of(world, told, world.coordinator)


def test_nobody_else_says_that_it_was_read_and_not_before_it_is_decided(world: World, told: Concern) -> None:
    with pytest.raises(Hidden):
        actions.mark_read(by=world.teacher, concern_id=told.pk)
    decide(world, told)
    for user in (world.coordinator, world.officer, world.social_worker):
        with pytest.raises(Hidden):
            actions.mark_read(by=user, concern_id=told.pk)
    assert Concern.objects.get().feedback_read_at is None


def test_a_decision_without_feedback_is_refused(world: World, told: Concern) -> None:
    with pytest.raises(Refused, match="what the person who told this will read"):
        decide(world, told, feedback=" ")


def test_who_told_it_decides_only_with_the_reason_why_nobody_else_can(world: World) -> None:
    concern = actions.tell(
        by=world.coordinator,
        new_person={"given_name": "Amira"},
        seen_and_heard="x",
        words=SAID,
        danger_now="no",
    )
    page = reverse("concern_decide", kwargs={"concern_id": concern.pk})
    client = signed_in(world.coordinator)
    shown = client.get(page).text
    assert "Why can nobody else decide on it?" in shown
    assert "What will the person who told this read?" not in shown
    answers = {"decision": "open_case", "reason": "Harm now", "which": str(concern.words_id)}
    assert "Say why nobody else can decide on it" in client.post(page, answers).text
    with pytest.raises(Refused, match="You told this worry yourself"):
        decide(world, concern, feedback="")
    assert client.post(page, answers | {"why_alone": "Nobody else is here until Monday"}).status_code == 302
    decided = Concern.objects.get()
    assert decided.why_alone == "Nobody else is here until Monday"
    assert (
        "Nobody else is here until Monday"
        in client.get(reverse("concern", kwargs={"concern_id": concern.pk})).text
    )
    assert AuditRow.objects.get(verb="decide").detail["told_it_too"] is True
    assert "Outcome of your concern" not in [section.heading for section in my_work(world.coordinator)]


def test_the_clock_stands_on_the_list_the_worry_and_in_my_work(world: World, told: Concern) -> None:
    client = signed_in(world.coordinator)
    name = "Decision on a referral within 1 working day"
    shown = [
        (client.get(reverse("concerns")).text, name),
        (page_of(world, told, world.coordinator), name),
        (client.get(reverse("concern_decide", kwargs={"concern_id": told.pk})).text, name),
        (client.get(reverse("work", kwargs={"work": "decisions"})).text, "Decide on a worry"),
    ]
    for page, rule in shown:
        assert rule in page
        assert "Working Together" in page
        assert "Due" in page
