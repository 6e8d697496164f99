"""Somebody who lost every passkey, app and code begins again: one asks, another speaks with them and agrees."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import PASSWORD, World

from heard.agencies import actions, queries
from heard.agencies.mail import account
from heard.agencies.mail.invitation import invited, link_for
from heard.agencies.models import AuditRow, Membership, Recovery, User
from heard.agencies.rules import Refused, Role

NEW = "seven quiet otters by the weir"


@pytest.fixture(autouse=True)
def told(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is mailed, at once. Sol has an app, which is lost."""
    found: list[str] = []
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **_: do())
    monkeypatch.setattr(type(account.send), "enqueue", lambda _task, _user, what: found.append(what))
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    Authenticator.objects.create(user=world.social_worker, type="totp", data={"secret": "lost"})
    return found


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(world: World) -> Recovery:
    return actions.ask_recovery(
        by=world.administrator, user=world.social_worker, reason="Their bag was stolen"
    )


def test_one_asks_another_agrees_and_they_begin_again(world: World, told: list[str]) -> None:
    sol = client_of(world.social_worker)
    administrator = client_of(world.administrator)
    page = reverse("user_remove_factors", args=[world.social_worker.pk])
    administrator.post(page, {"reason": "Their bag was stolen"})
    assert Authenticator.objects.exists(), "nothing changes before the second person agrees"
    assert sol.get("/").status_code == 200
    assert (
        "a second person has been asked"
        in administrator.get(reverse("user", args=[world.social_worker.pk])).text
    )
    wanted = Recovery.objects.get()
    coordinator = client_of(world.coordinator)
    assert "Colleagues who lost every passkey and code" in coordinator.get("/").text
    question = coordinator.get(reverse("recovery", args=[wanted.pk])).text
    assert "Sol Wright" in question
    assert "Wexmoor Children’s Services" in question
    assert "Their bag was stolen" in question

    answer = coordinator.post(reverse("recovery", args=[wanted.pk]), {"agrees": "yes"})
    (link,) = re.findall(r'class="heard-key">([^<]+)<', answer.text)
    assert not Authenticator.objects.exists()
    assert sol.get("/").status_code == 302, "they are signed out"
    old = Client()
    old.post(reverse("account_login"), {"login": "sol.wright", "password": PASSWORD})
    assert old.get("/").status_code == 302, "the old password opens nothing"
    mine = Client()
    mine.get(link[link.index("/account/") :])
    mine.post(reverse("invitation"), {"password": NEW, "again": NEW})
    mine.post(reverse("account_login"), {"login": "sol.wright", "password": NEW})
    assert mine.get("/").status_code == 200
    assert told == ["recovery asked", "begun again", "password set", "signed in elsewhere"]
    verbs = AuditRow.objects.filter(subject="user", subject_id=world.social_worker.pk).values_list(
        "verb", flat=True
    )
    assert {"ask to recover", "agree to recover"} <= set(verbs)


def test_the_link_is_shown_to_the_second_person_alone(world: World) -> None:
    wanted = asked(world)
    actions.decide_recovery(by=world.coordinator, recovery_id=wanted.pk, agrees=True)
    for user in (world.administrator, world.coordinator):
        for page in (reverse("user", args=[world.social_worker.pk]), reverse("recovery", args=[wanted.pk])):
            assert "/account/begin/" not in client_of(user).get(page).text


def test_the_link_ends_after_a_day(world: World) -> None:
    wanted = actions.decide_recovery(by=world.coordinator, recovery_id=asked(world).pk, agrees=True)
    sol = User.objects.get(pk=world.social_worker.pk)
    token = link_for(sol).rstrip("/").rsplit("/", 1)[1]
    assert invited(sol.pk, token) == sol
    past = timezone.now() - timedelta(hours=25)
    User.objects.filter(pk=sol.pk).update(invited_at=past)
    Recovery.objects.filter(pk=wanted.pk).update(decided_at=past)
    sol.refresh_from_db()
    token = link_for(sol).rstrip("/").rsplit("/", 1)[1]
    assert invited(sol.pk, token) is None
    Recovery.objects.all().delete()
    assert invited(sol.pk, token) == sol, "a link that was mailed lasts longer"


def test_nobody_is_the_second_person_of_their_own_asking_or_account(world: World) -> None:
    wanted = asked(world)
    with pytest.raises(Refused, match="You asked for this yourself"):
        actions.decide_recovery(by=world.administrator, recovery_id=wanted.pk, agrees=True)
    with pytest.raises(Refused, match="Nobody could be the second person for them"):
        actions.ask_recovery(by=world.administrator, user=world.coordinator, reason="Lost")
    actions.give_role(
        by=world.administrator, user=world.supervisor, team=world.exploitation_team, role=Role.COORDINATOR, agreed_by=world.coordinator
    )  # fmt: skip
    about_cora = actions.ask_recovery(by=world.administrator, user=world.coordinator, reason="Lost")
    with pytest.raises(Refused, match="This is about you"):
        actions.decide_recovery(by=world.coordinator, recovery_id=about_cora.pk, agrees=True)
    assert list(queries.recoveries_to_decide(world.administrator)) == []
    assert list(queries.recoveries_to_decide(world.coordinator)) == [wanted]
    with pytest.raises(Refused, match="You cannot do this for yourself"):
        actions.ask_recovery(by=world.administrator, user=world.administrator, reason="Lost")


def test_who_may_neither_ask_nor_agree(world: World) -> None:
    with pytest.raises(Refused):
        actions.ask_recovery(by=world.coordinator, user=world.social_worker, reason="Lost")
    wanted = asked(world)
    for user in (world.social_worker, world.supervisor, world.board_member):
        assert client_of(user).get(reverse("recovery", args=[wanted.pk])).status_code == 404


def test_it_takes_a_reason_and_is_asked_once_and_decided_within_a_day(world: World) -> None:
    with pytest.raises(Refused, match="Say why"):
        actions.ask_recovery(by=world.administrator, user=world.social_worker, reason=" ")
    wanted = asked(world)
    with pytest.raises(Refused, match="A second person has been asked already"):
        asked(world)
    Recovery.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(Refused, match="more than 24 hours ago"):
        actions.decide_recovery(by=world.coordinator, recovery_id=wanted.pk, agrees=True)
    assert asked(world).pk != wanted.pk


def test_whoever_does_not_agree_changes_nothing(world: World) -> None:
    wanted = asked(world)
    actions.decide_recovery(by=world.coordinator, recovery_id=wanted.pk, agrees=False)
    assert Authenticator.objects.exists()
    assert User.objects.get(pk=world.social_worker.pk).has_usable_password()
    with pytest.raises(Refused, match="decided already"):
        actions.decide_recovery(by=world.coordinator, recovery_id=wanted.pk, agrees=True)


def test_where_nobody_could_be_the_second_it_is_done_at_once(world: World) -> None:
    """While a partnership is being set up."""
    Membership.objects.filter(user=world.coordinator).delete()
    answer: Any = client_of(world.administrator).post(
        reverse("user_remove_factors", args=[world.social_worker.pk]), {"reason": "Lost"}
    )
    assert "/account/begin/" in answer.text
    assert not Authenticator.objects.exists()


def test_where_the_keys_of_all_apps_are_lost_an_administrator_is_let_in_again_on_the_server(
    world: World, settings: Any, tmp_path: Path
) -> None:
    """Others are there, and none of them can sign in to help."""
    actions.give_role(
        by=world.administrator, user=world.teacher, team=world.exploitation_team, role=Role.ADMINISTRATOR,
        agreed_by=world.coordinator,
    )  # fmt: skip
    with pytest.raises(Refused, match="Another administrator can sign in"):
        actions.recover(by=world.administrator, reason="The keys are lost")
    settings.KEYS = tmp_path / "lost"
    assert actions.recover(by=world.administrator, reason="The keys are lost").invited_at
