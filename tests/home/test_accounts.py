"""Signing in, locking out, and changing a password."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import get_hasher
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from tests.conftest import PASSWORD, World

from heard.agencies.mail import account
from heard.agencies.models import AuditRow, User


def sign_in(client: Client, username: str, password: str, **headers: str) -> Any:
    return client.post(reverse("account_login"), {"login": username, "password": password}, **headers)


def test_the_right_password_signs_in_and_goes_on_to_the_page_that_was_asked_for(
    client: Client, world: World
) -> None:
    asked = client.get("/engine/").url
    response = client.get(asked)
    assert 'name="next" value="/engine/"' in response.text
    answer = client.post(asked, {"login": "ana.list", "password": PASSWORD, "next": "/engine/"})
    assert answer.url == "/engine/"


def test_nobody_is_sent_to_another_site_after_signing_in(client: Client, world: World) -> None:
    data = {"login": "sol.wright", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post(reverse("account_login"), data).url == "/"


def test_a_wrong_password_and_an_unknown_name_look_the_same(client: Client, world: World) -> None:
    pages = [sign_in(client, name, "wrong password").text for name in ("sol.wright", "nobody.atall")]
    assert all("The username or the password is not right. Try again." in page for page in pages)
    assert all("wrong password" not in page for page in pages)


def test_five_wrong_passwords_lock_the_name_out_with_a_plain_sentence(client: Client, world: World) -> None:
    answers = [sign_in(client, "sol.wright", "wrong password") for _ in range(5)]
    assert answers[-1].status_code == 429
    assert "Sign-in is locked for an hour" in answers[-1].text
    assert sign_in(client, "sol.wright", PASSWORD).status_code == 429
    assert sign_in(client, "tess.archer", PASSWORD).status_code == 302


@pytest.mark.parametrize("written", ["Sol.Wright", "SOL.WRIGHT", " sol.wright "])
def test_another_way_of_writing_a_name_gives_no_further_tries(
    client: Client, world: World, written: str
) -> None:
    for _ in range(5):
        sign_in(client, "sol.wright", "wrong password")
    assert sign_in(client, written, PASSWORD).status_code == 429


def test_signing_in_clears_sessions_that_have_run_out(client: Client, world: World) -> None:
    """They hold what was searched for: a child's name."""
    old = SessionStore()
    old["find"] = {"name": "Amira Khan"}
    old.set_expiry(-1)
    old.save()
    assert sign_in(client, "sol.wright", PASSWORD).status_code == 302
    assert not Session.objects.filter(pk=old.session_key).exists()


def test_an_account_that_is_not_in_use_cannot_sign_in(client: Client, world: World) -> None:
    world.social_worker.is_active = False
    world.social_worker.save()
    pages = [sign_in(client, "sol.wright", typed) for typed in (PASSWORD, "wrong password")]
    assert [page.status_code for page in pages] == [200, 200]
    right, wrong = (re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.text) for page in pages)
    assert right == wrong, "whoever has the password of a switched-off account learns nothing"
    assert client.get("/").status_code == 302


def test_right_passwords_of_a_switched_off_account_are_counted_too(client: Client, world: World) -> None:
    world.social_worker.is_active = False
    world.social_worker.save()
    assert [sign_in(client, "sol.wright", PASSWORD).status_code for _ in range(5)][-1] == 429


def test_signing_out_takes_a_press_of_a_button(client: Client, world: World) -> None:
    client.force_login(world.social_worker)
    assert "Do you want to sign out?" in client.get(reverse("account_logout")).text
    assert client.get("/").status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


def test_a_password_is_changed_with_the_one_now_and_refused_when_weak(client: Client, world: World) -> None:
    client.force_login(world.social_worker)
    page = reverse("account_change_password")
    assert "Current password" in client.get(page).text
    weak = client.post(page, {"oldpassword": PASSWORD, "password1": "short", "password2": "short"})
    assert "too short" in weak.text
    wrong = client.post(
        page, {"oldpassword": "x", "password1": "a much better one", "password2": "a much better one"}
    )
    assert "This is not your current password" in wrong.text
    good = {"oldpassword": PASSWORD, "password1": "a much better one", "password2": "a much better one"}
    assert client.post(page, good).status_code == 302
    world.social_worker.refresh_from_db()
    assert world.social_worker.check_password("a much better one")


def test_a_changed_password_leaves_a_row_and_a_mail(
    client: Client, world: World, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.ADDRESS = "https://heard.example.org"
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    client.force_login(world.social_worker)
    new = {"oldpassword": PASSWORD, "password1": "a much better one", "password2": "a much better one"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_change_password"), new)
    row = AuditRow.objects.get(verb="change password")
    assert (row.actor, row.subject_id) == ("sol.wright", str(world.social_worker.pk))
    [waits] = DBTaskResult.objects.filter(task_path="heard.agencies.mail.account.send")
    account.send.call(*waits.args_kwargs["args"])
    assert mail.outbox[-1].subject == "Heard: your password was changed"
    assert "If this was not you" in mail.outbox[-1].body


@pytest.mark.parametrize("name", ["sol.wright", "nobody.here", "off.duty"])
def test_a_wrong_password_is_as_much_work_whether_the_name_is_known_or_not(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """To hash is what takes time: nobody learns from a page's speed whether there is such a name."""
    User.objects.create_user(username="off.duty", password=PASSWORD, is_active=False)
    hasher, hashed = type(get_hasher()), []
    encode = hasher.encode
    monkeypatch.setattr(
        hasher, "encode", lambda self, *said, **more: hashed.append(1) or encode(self, *said, **more)
    )
    sign_in(client, name, "not the right one")
    assert len(hashed) == 1
