"""Who is asked for information reads what is asked and why, also without seeing the record; and whoever asks reads whether they were told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.sharing.conftest import ask
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case import actions as casework
from heard.cases.case.access.actions import deny_access
from heard.cases.case.notices.queries import unread_of
from heard.cases.sharing import actions, queries
from heard.network import actions as network
from heard.network.queries import Whom, people_visible_to

ANSWER = {"answer": "answered", "note": "She was at home."}


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(fresh(user))
    return client


def kinds(user: User) -> list[str]:
    return [row.notice.kind for row in unread_of(fresh(user))]


@pytest.fixture
def asked(world: World, case: Any) -> Any:
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    return ask(world.coordinator, case.person_id, agency_id=world.police.pk, outside="")


def test_the_agency_that_is_asked_reads_what_and_why_and_nothing_else_of_the_record(
    world: World, case: Any, asked: Any
) -> None:
    assert kinds(world.officer) == ["we_ask"]
    assert "asked" in kinds(world.social_worker)  # the child's worker learns that a colleague asked
    client, page = client_of(world.officer), reverse("asked_of_us", args=[asked.pk])
    home = client.get(reverse("home")).text
    assert page in home
    assert "Asked of your agency: to answer" in home
    text = client.get(page).text
    for shown in ("Visits in the last year", "To see what she needs", "Dr Lane", "Mina"):
        assert shown in text
    assert AuditRow.objects.filter(actor=world.officer.username, verb="view", subject="request").exists()
    assert not people_visible_to(fresh(world.officer)).filter(pk=case.person_id).exists()
    for name, key in (("request", asked.pk), ("child", case.person_id), ("sharing_of", case.person_id)):
        assert client.get(reverse(name, args=[key])).status_code == 404


def test_they_answer_there_and_whoever_asked_learns_of_it(world: World, asked: Any) -> None:
    client, page = client_of(world.officer), reverse("asked_of_us", args=[asked.pk])
    today = timezone.localdate()
    sent = ANSWER | {f"on-{part}": str(getattr(today, part)) for part in ("day", "month", "year")}
    assert "She was at home." in client.post(page, sent, follow=True).text
    assert "answered" in kinds(world.coordinator)
    assert kinds(world.officer) == []
    assert not queries.to_answer(fresh(world.officer)).exists()
    with pytest.raises(Refused, match="answered already"):
        actions.answer_request(by=fresh(world.officer), request_id=asked.pk, on=today, **ANSWER)


def test_nobody_else_reads_or_answers_it(world: World, case: Any, asked: Any) -> None:
    assert not queries.asked_of(fresh(world.teacher)).exists()
    for user in (world.analyst, world.board_member, world.administrator):
        assert not queries.asked_of(fresh(user)).exists()
        with pytest.raises(Hidden):
            actions.answer_request(by=fresh(user), request_id=asked.pk, on=timezone.localdate(), **ANSWER)
    assert client_of(world.teacher).get(reverse("asked_of_us", args=[asked.pk])).status_code == 404
    deny_access(
        by=world.coordinator,
        person_id=case.person_id,
        whom=Whom("", world.police, user=world.officer),
        why="His niece",
    )
    assert kinds(world.officer) == []
    assert client_of(world.officer).get(reverse("asked_of_us", args=[asked.pk])).status_code == 404


def test_who_asks_us_is_not_told_that_they_asked_and_does_not_answer_for_us(world: World, case: Any) -> None:
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    network.involve(by=world.coordinator, person=case.person, agency=world.police, why="They know her")
    theirs = ask(
        world.coordinator, case.person_id, direction="they_ask", agency_id=world.police.pk, outside=""
    )
    assert kinds(world.officer) == []
    assert "asked" in kinds(world.social_worker)
    officer, today = fresh(world.officer), timezone.localdate()
    with pytest.raises(Refused, match="Whoever is asked answers"):
        actions.answer_request(by=officer, request_id=theirs.pk, on=today, **ANSWER)
    page = client_of(world.officer).get(reverse("request", args=[theirs.pk])).text
    assert "Note the answer" not in page
    actions.answer_request(by=world.social_worker, request_id=theirs.pk, on=today, **ANSWER)


def test_whoever_asks_reads_whether_anybody_there_was_told(world: World, case: Any, asked: Any) -> None:
    def said(request: Any) -> str:
        return client_of(world.coordinator).get(reverse("request", args=[request.pk])).text

    assert "were told in Heard what you ask and why" in said(asked)
    by_hand = ask(world.coordinator, case.person_id)
    assert "Heard has told nobody there: ring them" in said(by_hand)
    for user in User.objects.filter(memberships__team__agency=world.school):
        user.is_active = False
        user.save()
    nobody = ask(world.coordinator, case.person_id, agency_id=world.school.pk, outside="")
    assert "Heard has told nobody there: ring them" in said(nobody)
