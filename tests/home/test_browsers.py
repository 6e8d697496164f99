"""Who signs in elsewhere, after wrong passwords, or gets past a password and no further: its owner is told, and no more than that."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessLog
from django.core import mail
from django.db.models import F
from django.test import Client
from django.urls import reverse
from tests.conftest import PASSWORD, World
from tests.home.test_factors import confirm, enrol, with_password

from heard.agencies.mail import account
from heard.agencies.models import User

OFFICE, HOME = "198.51.100.4", "203.0.113.9"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{} Safari/537.36 Edg/{}"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
)
OLD, NEW = EDGE.format(140, 140), EDGE.format(141, 141)


@pytest.fixture(autouse=True)
def told(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the social worker was mailed about."""
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **_: do())
    queued: list[str] = []

    def queue(_task: Any, who: int, what: str) -> None:
        assert who == world.social_worker.pk
        queued.append(what)

    monkeypatch.setattr(type(account.send), "enqueue", queue)
    return queued


def sign_in(client: Client, address: str = OFFICE, agent: str = OLD, *, password: str = PASSWORD) -> int:
    typed = {"login": "sol.wright", "password": password}
    there = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
    return client.post(reverse("account_login"), typed, **there).status_code


def test_the_first_sign_in_of_all_has_nothing_to_differ_from(told: list[str]) -> None:
    assert sign_in(Client()) == 302
    assert told == []


def test_a_browser_that_is_new_is_told_once_and_without_content(told: list[str], world: World) -> None:
    sign_in(Client())
    for _ in range(3):
        assert sign_in(Client(), HOME) == 302
    assert told == ["signed in elsewhere"]
    account.send.call(world.social_worker.pk, *told)
    [sent] = mail.outbox
    assert "Where you are signed in" in sent.body
    assert "tell the person who looks after Heard" in sent.body
    assert not [word for word in (HOME, "Wright", "sol.wright", "Edge", "Windows") if word in sent.body]


def test_a_browser_of_theirs_is_known_wherever_they_take_it(told: list[str]) -> None:
    browser = Client()
    sign_in(browser)
    assert sign_in(browser, HOME) == 302
    assert told == []


def test_one_like_it_at_the_same_desk_is_known_though_it_keeps_no_cookie(told: list[str]) -> None:
    sign_in(Client())
    assert sign_in(Client(), agent=NEW) == 302
    assert told == []
    assert sign_in(Client(), agent=PHONE) == 302
    assert told == ["signed in elsewhere"]


def test_after_three_months_a_browser_is_new_again(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    sign_in(browser)
    AccessLog.objects.update(attempt_time=F("attempt_time") - timedelta(days=91))
    kept = browser.cookies["heard_browser"].value
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + 91 * 24 * 3600)
    later = Client()
    later.cookies["heard_browser"] = kept
    assert sign_in(later) == 302
    assert told == ["signed in elsewhere"]


def test_two_who_share_a_machine_are_both_known_and_neither_by_the_cookie_of_the_other(
    told: list[str], world: World
) -> None:
    shared = Client()
    sign_in(Client())
    typed = {"login": "tess.archer", "password": PASSWORD}
    shared.post(reverse("account_login"), typed, REMOTE_ADDR=HOME, HTTP_USER_AGENT=OLD)
    shared.post(reverse("account_logout"))
    assert sign_in(shared, HOME) == 302
    assert told == ["signed in elsewhere"]
    AccessLog.objects.filter(ip_address=HOME).delete()
    shared.post(reverse("account_logout"))
    assert sign_in(shared, HOME) == 302
    assert told == ["signed in elsewhere"]
    kept = shared.cookies["heard_browser"]
    assert len(kept.value.split(":")[0].split(".")) == 2
    assert kept["httponly"]
    assert kept["max-age"] == 90 * 24 * 3600
    assert "sol" not in kept.value


@pytest.mark.parametrize(
    "change", [lambda said: said[:-1] + ("A" if said[-1] != "A" else "B"), lambda _: "x"]
)
def test_a_cookie_that_somebody_made_says_nothing(told: list[str], change: Callable[[str], str]) -> None:
    browser, other = Client(), Client()
    sign_in(browser)
    other.cookies["heard_browser"] = change(browser.cookies["heard_browser"].value)
    assert sign_in(other, HOME) == 302
    assert told == ["signed in elsewhere"]


def test_the_right_password_after_wrong_ones_is_told(told: list[str]) -> None:
    browser = Client()
    sign_in(browser)
    browser.post(reverse("account_logout"))
    for _ in range(2):
        sign_in(Client(), password="wrong password")
    assert sign_in(browser) == 302
    assert told == []
    browser.post(reverse("account_logout"))
    sign_in(Client(), password="wrong password")
    assert sign_in(browser) == 302
    assert told == ["signed in after wrong passwords"]


def test_who_has_the_password_elsewhere_and_no_second_factor_is_told_of(
    told: list[str], settings: Any
) -> None:
    settings.FACTOR = "all"
    enrol(with_password("sol.wright"))
    told.clear()
    thief = Client()
    assert sign_in(thief, HOME, PHONE) == 302
    assert thief.get("/").status_code == 302, "not signed in"
    assert told == ["signed in elsewhere"]


def test_codes_that_are_wrong_after_the_right_password_are_told_in_a_browser_of_theirs_too(
    told: list[str], settings: Any
) -> None:
    settings.FACTOR = "all"
    browser = with_password("sol.wright")
    enrol(browser)
    told.clear()
    browser.post(reverse("account_logout"))
    browser.post(reverse("account_login"), {"login": "sol.wright", "password": PASSWORD})
    for wrong in ("000000", "000001"):
        confirm(browser, wrong)
    assert told == []
    for wrong in ("000002", "000003"):
        confirm(browser, wrong)
    assert told == ["wrong codes"]


def test_a_session_that_comes_with_another_kind_of_browser_has_ended(world: World) -> None:
    browser = Client(headers={"user-agent": OLD})
    browser.post(reverse("account_login"), {"login": "sol.wright", "password": PASSWORD})
    assert browser.get(reverse("home"), headers={"user-agent": NEW}).status_code == 200, "its next version"
    copied = Client(headers={"user-agent": PHONE})
    copied.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert copied.get(reverse("home")).status_code == 302
    assert browser.get(reverse("home")).status_code == 302, "for both"
