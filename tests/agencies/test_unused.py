"""Accounts that nobody uses: listed, then switched off by themselves, but for the last two administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies import actions, queries, unused
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Role, unused_days


@pytest.fixture(autouse=True)
def set_up(world: World, settings: Any) -> None:
    cache.clear()
    settings.UNUSED_DAYS = (45, 90)
    User.objects.update(date_joined=ago(400), last_login=ago(1))


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def last_in(user: User, days: int | None) -> None:
    User.objects.filter(pk=user.pk).update(last_login=None if days is None else ago(days))


def is_on(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_active


def test_after_45_days_an_administrator_sees_it(world: World) -> None:
    last_in(world.teacher, 46)
    last_in(world.officer, 44)
    last_in(world.board_member, None)
    found = list(queries.people_unused(world.administrator))
    assert found == [world.board_member, world.teacher], "who never signed in comes first"
    assert not queries.people_unused(world.coordinator).exists()
    client = Client()
    client.force_login(world.administrator)
    page = client.get("/").text
    assert "Accounts that nobody uses" in page
    assert reverse("user", args=[world.teacher.pk]) in page


def test_after_90_days_it_is_switched_off_with_a_row(world: World) -> None:
    last_in(world.teacher, 91)
    last_in(world.officer, 89)
    assert unused.now_and_then() == 1
    assert not is_on(world.teacher)
    assert is_on(world.officer)
    row = AuditRow.objects.get(verb="switch off")
    assert (row.actor, row.subject_id, row.detail) == ("heard", str(world.teacher.pk), {"unused_days": 90})


def test_it_is_done_once_a_day(world: World) -> None:
    assert unused.now_and_then() == 0
    last_in(world.teacher, 91)
    assert unused.now_and_then() == 0, "it has looked today"
    cache.clear()
    assert unused.now_and_then() == 1


def test_a_worker_does_it(settings: Any) -> None:
    assert "heard.agencies.unused.now_and_then" in settings.NOW_AND_THEN


def test_whoever_was_just_added_invited_or_switched_on_is_not_meant(world: World) -> None:
    for user in (world.teacher, world.officer, world.supervisor):
        last_in(user, 400)
    User.objects.filter(pk=world.teacher.pk).update(date_joined=ago(10))
    User.objects.filter(pk=world.officer.pk).update(invited_at=ago(2))
    actions.switch_off(by=world.administrator, user=world.supervisor, reason="Away")
    actions.switch_on(by=world.administrator, user=world.supervisor, reason="Back")
    assert unused.switch_off() == 0
    assert list(queries.people_unused(world.administrator)) == []


def test_two_administrators_stay(world: World) -> None:
    def make(user: User) -> None:
        actions.give_role(
            by=world.administrator, user=user, team=world.exploitation_team, role=Role.ADMINISTRATOR,
            agreed_by=world.coordinator,
        )  # fmt: skip

    make(world.supervisor)
    for user in (world.administrator, world.supervisor):
        last_in(user, 400)
    assert unused.switch_off() == 0
    make(world.board_member)
    assert unused.switch_off() == 1
    assert [is_on(user) for user in (world.administrator, world.supervisor)] == [False, True]


def test_none_means_never(world: World, settings: Any) -> None:
    settings.UNUSED_DAYS = None
    last_in(world.teacher, 4000)
    assert unused.now_and_then() == 0
    assert not queries.people_unused(world.administrator).exists()


def test_the_setting_is_two_numbers_of_days() -> None:
    assert unused_days("45,90") == (45, 90)
    assert unused_days("none") is None
    for wrong in ("45", "90,45", "0,90", "a,b", "45,90,100"):
        with pytest.raises(ValueError, match="two numbers of days"):
            unused_days(wrong)
