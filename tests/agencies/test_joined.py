"""Whom one administrator alone puts into a team, those who answer for the team learn of."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from tests.conftest import World, another_coordinator

from heard.agencies import actions, queries
from heard.agencies.mail import account
from heard.agencies.models import AuditRow, Membership, User
from heard.agencies.rules import Hidden, Role

pytestmark = pytest.mark.on_both
LIST = "People who were added to a team"


@pytest.fixture(autouse=True)
def sends(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """As the worker sends it."""
    settings.ADDRESS = "https://heard.wexmoor.example"
    monkeypatch.setattr(type(account.send), "enqueue", lambda _task, *args: account.send.call(*args))
    monkeypatch.setattr("heard.agencies.mail.account.why_no_mail", lambda: None)


@pytest.fixture
def addressed(world: World) -> World:
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@wexmoor.example")
    return world


def add(world: World, team: Any = None, role: Role = Role.PRACTITIONER, **more: Any) -> Membership:
    user = actions.add_user(
        by=world.administrator, username="ned.late", first_name="Ned", last_name="Late", password=None,
        team=team or world.exploitation_team, role=role, **more,
    )  # fmt: skip
    return Membership.objects.get(user=user)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def listed(user: User) -> list[int]:
    return [row.pk for row in queries.members_to_see(fresh(user))]


def page_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("home")).text


def test_supervisors_of_the_team_learn_of_it_by_a_mail_without_content(addressed: World) -> None:
    row = add(addressed)
    assert [message.to for message in mail.outbox] == [["sufi.visram@wexmoor.example"]]
    whole = mail.outbox[0].message().as_string()
    for word in ("Ned", "Late", "Exploitation", "Minton", "ned.late"):
        assert word not in whole
    assert "not you" not in whole
    assert listed(addressed.supervisor) == [row.pk]
    assert LIST in page_of(addressed.supervisor)
    assert "Ned Late" in page_of(addressed.supervisor)


def test_where_the_team_has_no_supervisor_co_ordinators_do(addressed: World) -> None:
    row = add(addressed, addressed.teacher.team)
    assert [message.to for message in mail.outbox] == [["cora.ordway@wexmoor.example"]]
    assert listed(addressed.coordinator) == [row.pk]
    assert listed(addressed.supervisor) == []


def test_a_role_in_another_team_is_told_as_well(addressed: World) -> None:
    row = actions.give_role(
        by=addressed.administrator, user=addressed.officer, team=addressed.exploitation_team, role=Role.PRACTITIONER
    )  # fmt: skip
    assert listed(addressed.supervisor) == [row.pk]


def test_what_a_second_person_agreed_to_needs_nobody_else(addressed: World) -> None:
    add(addressed, role=Role.DUTY, agreed_by=addressed.coordinator)
    assert not mail.outbox
    assert listed(addressed.supervisor) == listed(addressed.coordinator) == []


def test_neither_whoever_did_it_nor_whoever_was_added_says_that_they_are_known(addressed: World) -> None:
    Membership.objects.create(
        user=addressed.administrator, team=addressed.exploitation_team, role=Role.SUPERVISOR
    )
    Membership.objects.filter(user=addressed.supervisor).delete()
    row = add(addressed)
    assert listed(addressed.administrator) == []
    assert listed(addressed.coordinator) == [row.pk]
    Membership.objects.create(user=row.user, team=addressed.exploitation_team, role=Role.SUPERVISOR)
    assert listed(row.user) == []
    assert listed(addressed.coordinator) == [row.pk]


@pytest.mark.parametrize("who", ["teacher", "social_worker", "analyst", "board_member", "administrator"])
def test_nobody_else_sees_or_says_it(addressed: World, who: str) -> None:
    row = add(addressed)
    user = getattr(addressed, who)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("joined", args=[row.pk])).status_code == 404
    assert LIST not in client.get(reverse("home")).text
    with pytest.raises(Hidden):
        actions.see_member(by=user, membership_id=row.pk)


def test_once_somebody_knows_them_it_is_on_no_list(addressed: World, client: Client) -> None:
    other = another_coordinator(addressed)
    row = add(addressed)
    client.force_login(addressed.supervisor)
    page = client.get(reverse("joined", args=[row.pk])).text
    assert "Ned Late" in page
    assert "Ade Minton" in page
    assert client.post(reverse("joined", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.seen_by == addressed.supervisor
    assert listed(addressed.supervisor) == listed(other) == []
    assert AuditRow.objects.filter(verb="see in team", actor_id=addressed.supervisor.pk).exists()
    assert client.get(reverse("joined", args=[row.pk])).status_code == 404
