"""A session lasts a fixed time, says so, and is made longer only when somebody asks for it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World


@pytest.fixture
def signed_in(world: World, client: Client) -> Client:
    client.force_login(world.social_worker)
    return client


def ends(client: Client, *, seconds: float) -> None:
    session: Any = client.session
    session["ends"] = timezone.now().timestamp() + seconds
    session.save()


def test_each_page_knows_when_the_session_ends(signed_in: Client, settings: Any) -> None:
    left = int(signed_in.get("/").text.split('data-seconds="')[1].split('"')[0])
    assert settings.SESSION_COOKIE_AGE - 60 < left <= settings.SESSION_COOKIE_AGE
    assert f'data-warning="{settings.SESSION_WARNING}"' in signed_in.get("/").text


def test_a_page_for_nobody_says_nothing_of_it(db: None, client: Client) -> None:
    assert "data-heard-session" not in client.get(reverse("account_login")).text


def test_asking_makes_nothing_longer_and_a_press_does(signed_in: Client, settings: Any) -> None:
    ends(signed_in, seconds=60)
    assert signed_in.get(reverse("stay")).json()["seconds"] <= 60
    signed_in.get("/")
    assert signed_in.get(reverse("stay")).json()["seconds"] <= 60
    assert signed_in.post(reverse("stay")).json()["seconds"] > settings.SESSION_COOKIE_AGE - 60
    assert signed_in.get("/").status_code == 200


def test_at_its_end_nothing_is_shown_any_more(signed_in: Client) -> None:
    ends(signed_in, seconds=-1)
    assert signed_in.get("/")["Location"].startswith(reverse("account_login"))
    assert signed_in.post(reverse("stay")).status_code == 403
