"""Whoever decides asks whoever told a worry, waits for the answer, and reads it."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World, let_know

from heard.agencies import actions as agencies
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.mail import mail_unread
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern import actions, queries
from heard.cases.concern.models import Concern, TellerQuestion
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.queries import accesses_of

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def told(world: World) -> Concern:
    """By a teacher whose agency is not involved with the child."""
    child = network.add_person(by=world.officer, given_name="Noor", family_name="Aziz")
    let_know(world.officer, child.pk, world.school)
    return actions.tell(
        by=world.teacher,
        person_id=child.pk,
        seen_and_heard="A car waited for her.",
        why_no_words="She ran",
        danger_now="no",
    )


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask(world: World, told: Concern, **change: Any) -> TellerQuestion:
    usual: dict[str, Any] = {"by": world.coordinator, "concern_id": told.pk, "text": "Which car was it?"}
    return actions.ask_teller(**usual | change)


def kinds(user: Any) -> list[str]:
    return [reader.notice.kind for reader in unread_of(user)]


def work(user: Any, key: str) -> list[Any]:
    return [line for section in my_work(user) if section.key == key for line in section.waiting]


def test_the_teller_learns_of_it_without_seeing_the_record_and_answers(world: World, told: Concern) -> None:
    question = ask(world, told)
    assert kinds(world.teacher) == ["teller_asked"]
    client = signed_in(world.teacher)
    assert "asked about your concern" in client.get(reverse("home")).text
    there = reverse("teller_question", kwargs={"to_teller_id": question.pk})
    page = client.get(there).text
    assert "Which car was it?" in page
    assert client.get(reverse("child", kwargs={"person_id": told.person_id})).status_code == 404
    assert "Write your answer" in client.post(there, {"text": " "}).text
    client.post(there, {"text": "A grey van"})
    question.refresh_from_db()
    assert question.answer == "A grey van"
    assert kinds(world.teacher) == []
    assert kinds(world.coordinator) == ["teller_answered"]
    assert (
        "A grey van"
        in signed_in(world.coordinator).get(reverse("concern", kwargs={"concern_id": told.pk})).text
    )


def test_the_worry_says_for_whom_it_waits_until_the_answer_is_there(world: World, told: Concern) -> None:
    question = ask(world, told)
    waits = "Waiting for an answer from Tess Archer"
    client = signed_in(world.coordinator)
    for page in (reverse("concerns"), reverse("concern", kwargs={"concern_id": told.pk})):
        assert waits in client.get(page).text
    assert [line.note for line in work(world.coordinator, "decisions")] == [
        "waiting for an answer from Tess Archer"
    ]
    actions.answer_question(by=world.teacher, question_id=question.pk, text="Grey")
    assert waits not in client.get(reverse("concerns")).text
    assert [(line.note, line.by) for line in work(world.coordinator, "decisions")] == [
        ("", "Northgate Academy")
    ]


@pytest.mark.on_day(date(2026, 11, 27))
def test_its_clock_is_the_partnerships_and_leaves_out_bank_holidays(
    world: World, told: Concern, settings: Any
) -> None:
    thursday = datetime(2026, 4, 2, 15, tzinfo=LONDON)
    assert ask(world, told, at=thursday).due_on == date(2026, 4, 7)  # over Easter
    settings.ANSWER_DAYS = 3
    assert ask(world, told, at=thursday).due_on == date(2026, 4, 9)
    assert [line.due_on for line in work(world.teacher, "teller-questions")] == [
        date(2026, 4, 7),
        date(2026, 4, 9),
    ]


def test_the_mail_that_says_so_names_nobody(world: World, told: Concern, settings: Any) -> None:
    settings.ADDRESS = "https://heard.example.org"
    agencies.change_own_details(by=world.teacher, email="tess@school.example", reminders=True)
    ask(world, told)
    mail_unread(timezone.now())
    (message,) = mail.outbox
    assert message.to == ["tess@school.example"]
    for word in ("Noor", "Aziz", "car"):
        assert word not in str(message.subject) + str(message.body)


def test_who_has_nothing_to_do_with_it_neither_asks_nor_reads_nor_answers(
    world: World, told: Concern
) -> None:
    question = ask(world, told)
    for who in (world.analyst, world.board_member, world.administrator):
        with pytest.raises(Hidden):
            queries.question_visible_to(who, question.pk)
    assert (
        signed_in(world.officer).get(reverse("concern_ask", kwargs={"concern_id": told.pk})).status_code
        == 404
    )
    with pytest.raises(Refused, match="Whoever decides"):
        ask(world, told, by=world.officer)
    with pytest.raises(Hidden):
        ask(world, told, by=world.teacher)
    with pytest.raises(Refused, match="Whoever told"):
        actions.answer_question(by=world.coordinator, question_id=question.pk, text="Grey")
    assert not TellerQuestion.objects.exclude(answer="").exists()


def test_nothing_of_it_is_left_for_a_teller_once_the_child_is_hidden_from_them(
    world: World, told: Concern
) -> None:
    question = ask(world, told)
    network.involve(by=world.officer, person=told.person, agency=world.care, why="Leads")
    network.restrict(by=world.supervisor, person_id=told.person_id, reason="Threats")
    line = accesses_of(world.supervisor, told.person_id).get(agency=world.school)
    network.end_access(by=world.supervisor, access_id=line.pk, why="Threats")
    assert kinds(world.teacher) == []
    assert work(world.teacher, "teller-questions") == []
    with pytest.raises(Hidden):
        actions.answer_question(by=world.teacher, question_id=question.pk, text="Grey")
    assert signed_in(world.teacher).get(reverse("notices")).text.count("Noor") == 0
    assert not unread_of(world.teacher).exists()
    ask(world, told, by=world.supervisor, text="And who drove it?")
    assert kinds(world.teacher) == []  # who is told of nothing that they may not see


def test_once_it_is_decided_nobody_waits_for_the_answer(world: World, told: Concern) -> None:
    question = ask(world, told)
    actions.decide(
        by=world.coordinator,
        concern=told,
        decision="no_further_action",
        reason="It was her uncle",
        feedback="Thank you",
        why_without_words="Not met",
    )
    assert work(world.teacher, "teller-questions") == []
    with pytest.raises(Refused, match="decided meanwhile"):
        actions.answer_question(by=world.teacher, question_id=question.pk, text="Grey")
    with pytest.raises(Refused, match="has been decided"):
        ask(world, told)


def test_a_question_that_the_teller_does_not_see_goes_on_to_whoever_decides(
    world: World, told: Concern
) -> None:
    ask(world, told)
    assert kinds(world.coordinator) == []
    pass_on(timezone.now() + timedelta(days=3))
    assert kinds(world.coordinator) == ["teller_asked"]
    client = signed_in(world.coordinator)
    line = client.get(reverse("notices")).text
    assert "A question about a worry" in line
