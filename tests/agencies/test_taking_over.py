"""An administrator alone takes over no account that sees more than a practitioner's."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from tests.conftest import World

from heard.agencies import actions, queries
from heard.agencies.mail import account
from heard.agencies.models import Approval, AuditRow, Membership, User
from heard.agencies.providers import Provider
from heard.agencies.rules import Refused, Role, TwoFor

pytestmark = pytest.mark.on_both
ELSEWHERE = "cora@somewhere.example"
WHY = "She has lost her laptop"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **_: do())
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(
        type(account.send), "enqueue", lambda _task, _user, what, to="": sent.append((what, to))
    )
    monkeypatch.setattr("heard.agencies.actions.why_no_mail", lambda: None)
    return sent


@pytest.fixture
def cora(world: World) -> User:
    """Sees the whole partnership, and has signed in."""
    User.objects.filter(pk=world.coordinator.pk).update(email="cora@wexmoor.example")
    return User.objects.get(pk=world.coordinator.pk)


@pytest.fixture
def second(world: World) -> User:
    """Another co-ordinator, who agrees or not."""
    return actions.add_user(
        by=world.administrator, username="cleo.two", first_name="Cleo", last_name="Two", password="a long pass phrase",
        team=world.exploitation_team, role=Role.COORDINATOR, agreed_by=world.coordinator,
    )  # fmt: skip


@pytest.fixture
def county(world: World, settings: Any) -> Provider:
    provider = Provider(
        id="county", name="County sign-in", agency=world.care.name, server="https://id.example", client="c", secret="s"
    )  # fmt: skip
    settings.SIGN_ON = {"county": provider}
    return provider


def locked(user: User) -> None:
    AccessAttempt.objects.get_or_create(
        username=user.username, ip_address="192.0.2.1", defaults={"failures_since_start": 5}
    )


def sends_a_link(world: World, user: User, **more: Any) -> None:
    actions.invite(by=world.administrator, user=user, email=ELSEWHERE, **more)


def gives_a_number(world: World, user: User, **more: Any) -> None:
    from django.conf import settings

    actions.link(
        by=world.administrator, user=user, provider=settings.SIGN_ON["county"], number="mine-1", **more
    )


def unlocks(world: World, user: User, **more: Any) -> None:
    locked(user)
    actions.unlock(by=world.administrator, user=user, **more)


@pytest.mark.parametrize("act", [sends_a_link, gives_a_number, unlocks])
def test_one_administrator_alone_does_it_to_nobody_who_sees_more(
    world: World, cora: User, second: User, county: Provider, act: Any
) -> None:
    for agreed_by in (None, world.administrator, cora, world.teacher):
        with pytest.raises(Refused, match="A second person has to agree"):
            act(world, cora, agreed_by=agreed_by)
    cora.refresh_from_db()
    assert (cora.email, cora.invited_at) == ("cora@wexmoor.example", None)
    assert not SocialAccount.objects.exists()
    assert not AuditRow.objects.filter(verb="unlock").exists()


@pytest.mark.parametrize("act", [sends_a_link, gives_a_number, unlocks])
def test_to_a_practitioner_one_does_it(world: World, county: Provider, act: Any) -> None:
    before = AuditRow.objects.count()
    act(world, world.social_worker)
    assert AuditRow.objects.count() > before
    assert not Approval.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRACTITIONER])
def test_every_role_that_sees_more_takes_two(world: World, second: User, role: Role) -> None:
    Membership.objects.create(user=world.officer, team=world.officer.team, role=role)  # type: ignore[misc]
    with pytest.raises(Refused, match="A second person has to agree"):
        sends_a_link(world, world.officer)


def test_also_while_the_role_waits_for_a_second_person(world: World, second: User) -> None:
    actions.ask_for_role(
        by=world.administrator, user=world.teacher, team=world.exploitation_team, role=Role.COORDINATOR, reason="Covers"
    )  # fmt: skip
    with pytest.raises(Refused, match="A second person has to agree"):
        sends_a_link(world, world.teacher)


def test_a_link_to_the_same_address_takes_two_too_but_for_the_first(
    world: World, cora: User, second: User
) -> None:
    with pytest.raises(Refused, match="A second person has to agree"):
        actions.invite(by=world.administrator, user=cora, email=cora.email)
    new = actions.add_user(
        by=world.administrator, username="new.one", first_name="N", last_name="O", email="n@wexmoor.example",
        password=None, team=world.exploitation_team, role=Role.COORDINATOR, agreed_by=second,
    )  # fmt: skip
    actions.invite(by=world.administrator, user=new, email="n@wexmoor.example")
    with pytest.raises(Refused, match="A second person has to agree"):
        sends_a_link(world, new)


def test_a_second_person_agrees_on_their_page_and_the_address_before_is_told(
    world: World, cora: User, second: User, client: Client, told: list[tuple[str, str]]
) -> None:
    client.force_login(world.administrator)
    page = reverse("user_invite", args=[cora.pk])
    assert "A second person agrees first" in client.get(page).text
    assert (
        "Say why. The second person reads it." in client.post(page, {"email": ELSEWHERE, "reason": ""}).text
    )
    client.post(page, {"email": ELSEWHERE, "reason": WHY})
    assert "a second person has been asked" in client.get(reverse("user", args=[cora.pk])).text
    asked = Approval.objects.get()
    assert ("change asked", "") in told
    refused = client.post(reverse("approval", args=[asked.pk]), {"agrees": "yes"})
    assert "You asked for this yourself" in refused.text
    client.force_login(second)
    assert str(cora) in client.get(reverse("approvals")).text
    shown = client.get(reverse("approval", args=[asked.pk])).text
    assert ELSEWHERE in shown
    assert WHY in shown
    client.post(reverse("approval", args=[asked.pk]), {"agrees": "yes"})
    cora.refresh_from_db()
    assert cora.email == ELSEWHERE
    assert ("address changed", "cora@wexmoor.example") in told
    assert ("invited", "") in told
    assert AuditRow.objects.get(verb="invite").detail == {"agreed_by": second.pk}


def test_a_second_person_turns_it_down_and_nothing_changes(world: World, cora: User, second: User) -> None:
    asked = actions.ask_for_change(
        by=world.administrator, user=cora, what=TwoFor.ADDRESS, reason=WHY, email=ELSEWHERE
    )
    with pytest.raises(Refused, match="asked already"):
        actions.ask_for_change(
            by=world.administrator, user=cora, what=TwoFor.ADDRESS, reason=WHY, email=ELSEWHERE
        )
    with pytest.raises(Refused, match="about you"):
        actions.decide_approval(by=cora, approval_id=asked.pk, agrees=True)
    actions.decide_approval(by=second, approval_id=asked.pk, agrees=False)
    cora.refresh_from_db()
    assert cora.email == "cora@wexmoor.example"
    assert not queries.changes_asked_for(world.administrator, cora).exists()


def test_a_number_and_an_unlocking_are_asked_for_and_agreed_to(
    world: World, cora: User, second: User, county: Provider, client: Client
) -> None:
    client.force_login(world.administrator)
    client.post(
        reverse("user_link", args=[cora.pk]), {"provider": "county", "number": "mine-1", "reason": WHY}
    )
    locked(cora)
    client.post(reverse("user_unlock", args=[cora.pk]), {"reason": WHY})
    assert not SocialAccount.objects.exists()
    assert queries.is_locked(world.administrator, cora)
    client.force_login(second)
    for asked in Approval.objects.all():
        assert client.get(reverse("approval", args=[asked.pk])).status_code == 200
        client.post(reverse("approval", args=[asked.pk]), {"agrees": "yes"})
    assert SocialAccount.objects.get().uid == "mine-1"
    assert not queries.is_locked(world.administrator, cora)


def test_nobody_asks_where_one_is_enough(world: World) -> None:
    with pytest.raises(Refused, match="alone"):
        actions.ask_for_change(
            by=world.administrator, user=world.social_worker, what=TwoFor.ADDRESS, reason=WHY, email=ELSEWHERE
        )
