"""The link with which somebody sets their own password: to whom it goes, what it opens, and when it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.conftest import PASSWORD, World

from heard.agencies import actions
from heard.agencies.mail import account, invitation
from heard.agencies.models import User
from heard.agencies.rules import Refused

NEW = {"password": "a much better one", "again": "a much better one"}


@pytest.fixture
def invited(world: World) -> User:
    return actions.invite(by=world.administrator, user=world.social_worker, email="sol@wexmoor.example")


def path_of(user: User) -> str:
    return "/" + invitation.link_for(user).split("/", 3)[3]


def test_the_mail_has_the_link_and_the_username_and_nothing_of_a_record(world: World) -> None:
    user = actions.invite(by=world.administrator, user=world.social_worker, email="sol@wexmoor.example")
    assert DBTaskResult.objects.get().args_kwargs["args"] == [user.pk, "invited"]
    account.send.call(user.pk, "invited")
    (sent,) = mail.outbox
    assert sent.to == ["sol@wexmoor.example"]
    assert "Your username is sol.wright." in sent.body
    assert "/account/begin/" in sent.body
    assert "Ade" not in sent.body


def test_where_the_queue_takes_nothing_nothing_is_saved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a page would say of what was saved that it is not."""

    def full(*_args: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(account.send.get_backend(), "enqueue", full)
    with pytest.raises(OperationalError):
        actions.invite(by=world.administrator, user=world.social_worker, email="sol@wexmoor.example")
    assert User.objects.get(pk=world.social_worker.pk).email != "sol@wexmoor.example"


def test_the_link_lets_its_holder_set_a_password_once(invited: User) -> None:
    client, path = Client(), path_of(invited)
    answer = client.get(path)
    assert answer.url == reverse("invitation"), "the key does not stay in the address"
    assert "Your username is sol.wright." in client.get(reverse("invitation")).text
    assert client.post(reverse("invitation"), NEW).url == reverse("account_login")
    assert "Your password is set." in client.get(reverse("account_login")).text
    assert User.objects.get(pk=invited.pk).check_password(NEW["password"])
    for again in (
        Client().get(path),
        client.get(reverse("invitation")),
        client.post(reverse("invitation"), NEW),
    ):
        assert again.status_code == 404
        assert "This link has ended" in again.text


def test_setting_it_signs_nobody_in(invited: User) -> None:
    client = Client()
    client.get(path_of(invited))
    client.post(reverse("invitation"), NEW)
    assert client.get("/").status_code == 302


def ends(why: str, user: User, by: User, settings: Any) -> None:
    if why == "a newer one":
        User.objects.filter(pk=user.pk).update(invited_at=timezone.now() - timedelta(hours=1))
        actions.invite(by=by, user=user, email=user.email)
    elif why == "switched off":
        actions.switch_off(by=by, user=user, reason="left")
    elif why == "a password changed meanwhile":
        user.set_password("a much better one")
        user.save()
    elif why == "three days":
        settings.PASSWORD_RESET_TIMEOUT = -1


@pytest.mark.parametrize("why", ["a newer one", "switched off", "a password changed meanwhile", "three days"])
def test_the_link_ends(world: World, invited: User, settings: Any, why: str) -> None:
    path = path_of(invited)
    assert Client().get(path).status_code == 302
    opened_before = Client()
    opened_before.get(path)
    ends(why, User.objects.get(pk=invited.pk), world.administrator, settings)
    assert Client().get(path).status_code == 404
    assert opened_before.post(reverse("invitation"), NEW).status_code == 404


def test_a_link_of_another_or_a_made_up_one_opens_nothing(world: World, invited: User) -> None:
    token = path_of(invited).split("/")[-2]
    for user_id, key in ((world.teacher.pk, token), (invited.pk, "x" + token), (99999, token)):
        assert Client().get(reverse("invited", args=[user_id, key])).status_code == 404


def test_the_address_before_is_told_that_mail_goes_elsewhere(
    world: World,
    invited: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr(type(account.send), "enqueue", lambda _task, *of: queued.append(of))
    with django_capture_on_commit_callbacks(execute=True):
        actions.invite(by=world.administrator, user=invited, email="somewhere@else.example")
    for waiting in queued:
        account.send.call(*waiting)
    told = {sent.to[0]: sent.body for sent in mail.outbox}
    assert "Another address was entered" in told["sol@wexmoor.example"]
    assert "/account/begin/" not in told["sol@wexmoor.example"]
    assert "somewhere@else" not in told["sol@wexmoor.example"]
    assert "/account/begin/" in told["somewhere@else.example"]


def test_without_mail_or_address_no_link_is_sent(world: World, settings: Any) -> None:
    ade, sol = world.administrator, world.social_worker
    with pytest.raises(Refused, match="Enter the email address"):
        actions.invite(by=ade, user=sol, email=" ")
    settings.ADDRESS = ""
    with pytest.raises(Refused, match="HEARD_ADDRESS is not set"):
        actions.invite(by=ade, user=sol, email="sol@wexmoor.example")
    assert User.objects.get(pk=sol.pk).check_password(PASSWORD)


def test_an_old_password_works_until_the_new_one_is_set(world: World, invited: User) -> None:
    assert User.objects.get(pk=invited.pk).check_password(PASSWORD)


def test_where_the_mail_does_not_go_an_administrator_sees_it(
    invited: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_mail: object) -> None:
        raise OSError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    account.send.call(invited.pk, "invited")
    assert User.objects.get(pk=invited.pk).mail_failed_on == timezone.localdate()
