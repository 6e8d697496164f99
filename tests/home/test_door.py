"""Nobody outside can shut the door: what is counted, for whom, who is told, and how it is opened again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from click.testing import CliRunner
from django.core import mail
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import PASSWORD, World

from heard.agencies import actions, cli, queries
from heard.agencies.mail import account
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Refused, Role

OUTSIDE, OFFICE = "203.0.113.9", "198.51.100.4"


@pytest.fixture
def behind_a_proxy(settings: Any) -> None:
    """As an installation is: every request comes from the server in front, which says who asked it."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Mails that the queue was given, as whom and what about."""
    queued: list[tuple[int, str]] = []
    monkeypatch.setattr(type(account.send), "enqueue", lambda _task, *of: queued.append(of))
    return queued


def sign_in(username: str, password: str, address: str) -> Any:
    headers = {"HTTP_X_FORWARDED_FOR": address, "REMOTE_ADDR": "127.0.0.1"}
    return Client().post(reverse("account_login"), {"login": username, "password": password}, **headers)


def guess(username: str, address: str, times: int = 5) -> list[int]:
    return [sign_in(username, "wrong password", address).status_code for _ in range(times)]


# ---- what is counted


def test_everybody_of_an_agency_signs_in_in_one_minute_from_one_address(
    world: World, behind_a_proxy: None
) -> None:
    people = [
        actions.add_user(
            by=world.administrator, username=f"p{number}", first_name="P", last_name="Q", password=PASSWORD,
            team=world.exploitation_team, role=Role.PRACTITIONER,
        )
        for number in range(110)
    ]  # fmt: skip
    assert {sign_in(person.username, PASSWORD, OFFICE).status_code for person in people} == {302}


def test_wrong_passwords_for_many_names_shut_nobody_out(world: World, behind_a_proxy: None) -> None:
    for number in range(60):
        sign_in(f"nobody{number}", "wrong password", OFFICE)
    assert sign_in("sol.wright", PASSWORD, OFFICE).status_code == 302


def test_who_guesses_elsewhere_does_not_lock_the_owner_of_the_name_out(
    world: World, behind_a_proxy: None
) -> None:
    assert guess("sol.wright", OUTSIDE)[-1] == 429
    assert sign_in("sol.wright", PASSWORD, OUTSIDE).status_code == 429
    assert sign_in("sol.wright", PASSWORD, OFFICE).status_code == 302


def test_an_address_that_a_visitor_made_up_does_not_count(world: World, behind_a_proxy: None) -> None:
    """The nearest server in front adds what it saw; what stood there before, anybody can write."""
    for number in range(5):
        sign_in("sol.wright", "wrong password", f"192.0.2.{number}, {OUTSIDE}")
    assert sign_in("sol.wright", PASSWORD, f"192.0.2.77, {OUTSIDE}").status_code == 429


def test_one_network_of_ipv6_counts_as_one_address(world: World, behind_a_proxy: None) -> None:
    for number in range(5):
        sign_in("sol.wright", "wrong password", f"2001:db8:1:2::{number + 1}")
    assert sign_in("sol.wright", PASSWORD, "2001:db8:1:2::ffff").status_code == 429
    assert sign_in("sol.wright", PASSWORD, "2001:db8:1:3::1").status_code == 302


def test_without_a_server_in_front_its_header_is_not_believed(world: World, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    for number in range(5):
        sign_in("sol.wright", "wrong password", f"192.0.2.{number}")
    assert sign_in("sol.wright", PASSWORD, "192.0.2.99").status_code == 429


def guess_from_everywhere(username: str, addresses: int = 8) -> list[int]:
    return [guess(username, f"203.0.113.{number + 10}")[-1] for number in range(addresses)]


@pytest.mark.usefixtures("behind_a_proxy")
def test_who_guesses_from_many_addresses_is_stopped_for_the_name(world: World) -> None:
    guess_from_everywhere("Sol.Wright")
    answer = sign_in("sol.wright", PASSWORD, "192.0.2.200")
    assert answer.status_code == 429
    assert "from many places" in answer.text
    assert sign_in("tess.archer", PASSWORD, "192.0.2.200").status_code == 302, "others are not"


@pytest.mark.usefixtures("behind_a_proxy")
def test_the_owner_still_gets_in_where_they_have_signed_in_before(world: World) -> None:
    assert sign_in("sol.wright", PASSWORD, OFFICE).status_code == 302
    guess_from_everywhere("sol.wright")
    assert sign_in("sol.wright", PASSWORD, OFFICE).status_code == 302
    assert sign_in("sol.wright", PASSWORD, "192.0.2.200").status_code == 429


@pytest.mark.usefixtures("behind_a_proxy")
def test_it_ends_by_itself_however_long_somebody_goes_on(world: World) -> None:
    guess_from_everywhere("sol.wright")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=59))
    guess_from_everywhere("sol.wright", addresses=12)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=2))
    assert sign_in("sol.wright", PASSWORD, "192.0.2.200").status_code == 302


@pytest.mark.usefixtures("behind_a_proxy")
def test_one_address_alone_locks_a_name_for_nobody_else(world: World) -> None:
    guess("sol.wright", OUTSIDE, times=60)
    assert sign_in("sol.wright", PASSWORD, "192.0.2.200").status_code == 302


@pytest.mark.usefixtures("behind_a_proxy")
def test_a_name_that_nobody_has_meets_the_same(world: World) -> None:
    guess_from_everywhere("nobody.atall")
    known = sign_in("nobody.atall", PASSWORD, "192.0.2.200")
    assert (known.status_code, "from many places" in known.text) == (429, True)


@pytest.mark.usefixtures("behind_a_proxy")
def test_the_owner_is_told_that_it_comes_from_many_places_and_an_administrator_unlocks(
    world: World, client: Client, told: list[tuple[int, str]],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:  # fmt: skip
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    with django_capture_on_commit_callbacks(execute=True):
        guess_from_everywhere("sol.wright", addresses=12)
    assert sorted(what for _who, what in told) == ["locked", "locked widely"]
    account.send.call(world.social_worker.pk, "locked widely")
    assert "203.0.113" not in mail.outbox[-1].body
    client.force_login(world.administrator)
    assert "Locked" in client.get(reverse("people")).text
    client.post(reverse("user_unlock", args=[world.social_worker.pk]))
    assert sign_in("sol.wright", PASSWORD, "192.0.2.200").status_code == 302


# ---- who is told


@pytest.mark.usefixtures("behind_a_proxy")
def test_the_owner_of_a_locked_name_gets_one_mail_without_content(
    world: World, told: list[tuple[int, str]], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    with django_capture_on_commit_callbacks(execute=True):
        guess("Sol.Wright", OUTSIDE, times=8)
    assert told == [(world.social_worker.pk, "locked")]
    account.send.call(*told[0])
    (sent,) = mail.outbox
    assert sent.to == ["sol@wexmoor.example"]
    assert OUTSIDE not in sent.body
    assert "Wright" not in sent.body
    rows = AuditRow.objects.filter(verb="lock", subject="user", subject_id=str(world.social_worker.pk))
    assert [row.actor for row in rows] == ["heard"]


@pytest.mark.usefixtures("behind_a_proxy")
def test_a_name_that_nobody_has_leaves_neither_mail_nor_row(
    world: World, told: list[tuple[int, str]], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        guess("nobody.atall", OUTSIDE)
    assert told == []
    assert not AuditRow.objects.filter(verb="lock").exists()


# ---- how it is opened again


def test_an_administrator_sees_the_lock_and_unlocks(world: World, client: Client) -> None:
    guess("Sol.Wright", OUTSIDE)
    client.force_login(world.administrator)
    page = reverse("user", args=[world.social_worker.pk])
    assert "Locked" in client.get(page).text
    assert "Locked" in client.get(reverse("people")).text
    assert "Unlock" in client.get(reverse("user_unlock", args=[world.social_worker.pk])).text
    answer = client.post(reverse("user_unlock", args=[world.social_worker.pk]), follow=True)
    assert "Unlocked. They can sign in again." in answer.text
    assert sign_in("sol.wright", PASSWORD, OUTSIDE).status_code == 302
    again = client.post(reverse("user_unlock", args=[world.social_worker.pk]), follow=True)
    assert "Their username is not locked." in again.text


def test_others_neither_see_nor_open_a_lock(world: World) -> None:
    guess("tess.archer", OUTSIDE)
    assert queries.is_locked(world.administrator, world.teacher)
    assert not queries.is_locked(world.coordinator, world.teacher)
    assert queries.locked_names(world.coordinator) == set()
    with pytest.raises(Refused, match="Only an administrator"):
        actions.unlock(by=world.coordinator, user=world.teacher)


def test_a_new_link_and_the_password_set_with_it_unlock(world: World) -> None:
    guess("sol.wright", OUTSIDE)
    actions.invite(by=world.administrator, user=world.social_worker, email="sol@wexmoor.example")
    assert sign_in("sol.wright", PASSWORD, OUTSIDE).status_code == 302
    guess("sol.wright", OUTSIDE)
    actions.set_own_password(by=world.social_worker, password="another good one")
    assert sign_in("sol.wright", "another good one", OUTSIDE).status_code == 302


@pytest.fixture
def no_installation_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands set Django up; here it is."""
    monkeypatch.setattr("django.setup", lambda: None)


@pytest.mark.usefixtures("no_installation_of_its_own")
def test_a_name_is_unlocked_on_the_server(world: World) -> None:
    guess("sol.wright", OUTSIDE)
    assert CliRunner().invoke(cli.unlock, ["SOL.wright"]).exit_code == 0
    assert sign_in("sol.wright", PASSWORD, OUTSIDE).status_code == 302
    row = AuditRow.objects.get(verb="unlock")
    assert (row.actor, row.subject_id) == ("heard", str(world.social_worker.pk))
    refused = CliRunner().invoke(cli.unlock, ["sol.wright"])
    assert "Their username is not locked." in refused.output
    assert "Nobody has this username." in CliRunner().invoke(cli.unlock, ["nobody"]).output


@pytest.mark.usefixtures("no_installation_of_its_own")
def test_the_last_administrator_is_let_in_again_on_the_server(world: World, client: Client) -> None:
    guess("ade.minton", OUTSIDE)
    client.force_login(world.administrator)
    done = CliRunner().invoke(cli.recover, ["ade.minton", "--reason", "Lost their telephone."])
    assert done.exit_code == 0, done.output
    assert client.get("/").status_code == 302, "whatever was signed in as them has ended"
    assert sign_in("ade.minton", PASSWORD, OFFICE).status_code == 200, "the old password is no longer one"
    row = AuditRow.objects.get(verb="recover")
    assert (row.actor, row.reason) == ("ade.minton", "Lost their telephone.")
    link = done.output.split()[-1]
    page = Client()
    page.get("/" + link.split("/", 3)[3])
    new = {"password": "a much better one", "again": "a much better one"}
    assert page.post(reverse("invitation"), new).status_code == 302
    assert sign_in("ade.minton", "a much better one", OUTSIDE).status_code == 302


@pytest.mark.usefixtures("no_installation_of_its_own")
def test_nobody_else_is_recovered_on_the_server(world: World) -> None:
    run = CliRunner().invoke
    assert (
        "This is for administrators and co-ordinators"
        in run(cli.recover, ["sol.wright", "--reason", "x"]).output
    )
    assert "Say why." in run(cli.recover, ["ade.minton", "--reason", " "]).output
    actions.give_role(
        by=world.administrator,
        user=world.teacher,
        team=world.exploitation_team,
        role=Role.ADMINISTRATOR,
        agreed_by=world.coordinator,
    )
    refused = run(cli.recover, ["ade.minton", "--reason", "x"])
    assert "Another administrator can sign in" in refused.output
    User.objects.filter(pk=world.administrator.pk).update(is_active=False)
    assert "Another administrator can sign in" in run(cli.recover, ["ade.minton", "--reason", "x"]).output
    assert not AuditRow.objects.filter(verb="recover").exists()
