"""A session ends when nothing was done for a while, and after a fixed time whatever was done; its owner and an administrator
see where somebody is signed in and end it."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import PASSWORD, World

from heard.agencies import actions, queries
from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused

MINUTES = 60


@pytest.fixture
def signed_in(world: World, client: Client) -> Client:
    client.force_login(world.social_worker)
    return client


def ago(client: Client, *, began: float, seen: float) -> None:
    session: Any = client.session
    now = timezone.now().timestamp()
    session["began"], session["seen"] = now - began, now - seen
    session.save()


def left(client: Client) -> int:
    return int(client.get(reverse("stay")).json()["seconds"])


def test_each_page_knows_when_the_session_ends(signed_in: Client, settings: Any) -> None:
    said = int(signed_in.get("/").text.split('data-seconds="')[1].split('"')[0])
    assert settings.SESSION_IDLE - 60 < said <= settings.SESSION_IDLE
    assert f'data-warning="{settings.SESSION_WARNING}"' in signed_in.get("/").text


def test_a_page_for_nobody_says_nothing_of_it(db: None, client: Client) -> None:
    assert "data-heard-session" not in client.get(reverse("account_login")).text


def test_what_was_saved_is_said_to_whoever_saved_it_and_not_to_who_signs_in_next(
    world: World, client: Client
) -> None:
    client.force_login(world.coordinator)
    answer = client.post(reverse("group_add"), {"name": "Friends of Poppy", "kind": "friends"})
    assert answer.status_code == 302
    there = client.get(answer["Location"]).text
    assert "Friends of Poppy" in there
    assert "govuk-notification-banner" in there

    client.post(reverse("group_add"), {"name": "Others of Poppy", "kind": "friends"})
    ago(client, began=3600, seen=31 * MINUTES)
    assert client.get("/")["Location"].startswith(reverse("account_login"))
    assert "Poppy" not in str(client.cookies)
    client.force_login(world.officer)
    assert "govuk-notification-banner" not in client.get("/").text


# ---- idle


def test_after_thirty_minutes_without_doing_anything_it_ends(signed_in: Client) -> None:
    ago(signed_in, began=3600, seen=29 * MINUTES)
    assert signed_in.get("/").status_code == 200
    ago(signed_in, began=3600, seen=30 * MINUTES + 1)
    assert signed_in.get("/")["Location"].startswith(reverse("account_login"))
    assert signed_in.post(reverse("stay")).status_code == 403


def test_an_administrators_ends_after_fifteen(world: World, client: Client) -> None:
    client.force_login(world.administrator)
    ago(client, began=3600, seen=14 * MINUTES)
    assert client.get("/").status_code == 200
    ago(client, began=3600, seen=15 * MINUTES + 1)
    assert client.get("/").status_code == 302


def test_asking_how_long_is_left_makes_nothing_longer_and_using_a_page_does(signed_in: Client) -> None:
    ago(signed_in, began=3600, seen=20 * MINUTES)
    assert left(signed_in) <= 10 * MINUTES
    assert left(signed_in) <= 10 * MINUTES
    signed_in.get("/")
    assert left(signed_in) > 29 * MINUTES


def test_saying_that_one_is_there_begins_idle_time_again(signed_in: Client) -> None:
    ago(signed_in, began=3600, seen=29 * MINUTES)
    assert signed_in.post(reverse("stay")).json()["seconds"] > 29 * MINUTES


def test_pages_that_follow_soon_write_nothing(signed_in: Client, django_assert_num_queries: Any) -> None:
    ago(signed_in, began=3600, seen=30)
    before = signed_in.session["seen"]
    signed_in.get("/")
    assert signed_in.session["seen"] == before


# ---- absolute


def test_however_often_somebody_says_that_they_are_there_the_day_ends(
    signed_in: Client, settings: Any
) -> None:
    ago(signed_in, began=settings.SESSION_COOKIE_AGE - 100, seen=10)
    for _ in range(3):
        assert signed_in.post(reverse("stay")).json()["seconds"] <= 100
    ago(signed_in, began=settings.SESSION_COOKIE_AGE + 1, seen=0)
    assert signed_in.post(reverse("stay")).status_code == 403
    assert signed_in.get("/").status_code == 302


def test_a_session_of_which_nobody_knows_when_it_began_has_ended(signed_in: Client) -> None:
    session: Any = signed_in.session
    del session["began"]
    session.save()
    assert signed_in.get("/").status_code == 302


# ---- seen and ended


def sign_in(username: str, browser: str) -> Client:
    client = Client(HTTP_USER_AGENT=browser)
    client.post(reverse("account_login"), {"login": username, "password": PASSWORD})
    return client


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


def test_somebody_sees_where_they_are_signed_in_and_ends_one(world: World) -> None:
    desk, home = sign_in("sol.wright", FIREFOX), sign_in("sol.wright", CHROME)
    sign_in("tess.archer", FIREFOX)
    page = desk.get(reverse("sessions")).text
    assert "Firefox on Windows" in page
    assert "Chrome on Linux" in page
    assert page.count("You are here") == 1
    assert page.count("Sign out there") == 1
    other = UserSession.objects.get(session_key=home.session.session_key)
    assert desk.post(reverse("session_end", args=[other.pk])).status_code == 302
    assert home.get("/").status_code == 302
    assert desk.get("/").status_code == 200
    row = AuditRow.objects.get(verb="end session")
    assert (row.actor, row.subject_id) == ("sol.wright", str(world.social_worker.pk))


def test_everywhere_else_is_ended_at_once(world: World) -> None:
    desk, home, phone = (sign_in("sol.wright", browser) for browser in (FIREFOX, CHROME, CHROME))
    desk.post(reverse("sessions_end"))
    assert [one.get("/").status_code for one in (desk, home, phone)] == [200, 302, 302]


def test_an_administrator_ends_anybodys_and_nobody_else_does(world: World, client: Client) -> None:
    desk = sign_in("sol.wright", FIREFOX)
    held = UserSession.objects.get(user=world.social_worker)
    assert queries.sessions_of(world.coordinator, world.social_worker) == []
    with pytest.raises(Hidden):
        actions.end_session(by=world.coordinator, session_id=held.pk)
    with pytest.raises(Refused, match="Only an administrator"):
        actions.end_sessions(by=world.coordinator, user=world.social_worker)
    assert desk.get("/").status_code == 200
    client.force_login(world.administrator)
    page = reverse("user", args=[world.social_worker.pk])
    assert "In one browser" in client.get(page).text
    answer = client.post(reverse("user_end_sessions", args=[world.social_worker.pk]), follow=True)
    assert "They are signed out everywhere." in answer.text
    assert desk.get("/").status_code == 302
    assert "Nowhere" in client.get(page).text
