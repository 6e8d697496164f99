"""Two profiles that together give a small count away, released at the same moment: one is, the other is not.

SQLite lets one write at a time, so this is tried on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from tests.conftest import World
from tests.insight.profiles import profile_of

from heard.agencies.rules import Refused
from heard.insight.models import Profile
from heard.insight.release import actions
from heard.insight.release.rules import ReleaseState

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time"),
]

WHY = "It gives nobody away"
TELLS = {"WX1": "3"}  # the other profile hides WX1 and WX2, which are 7 together


@pytest.fixture
def two(world: World, settings: Any, tmp_path: Path) -> list[Profile]:
    """Both wait for the second of two people."""
    settings.DATA = tmp_path
    made = [profile_of(world.analyst), profile_of(world.analyst, title="One place alone", places=TELLS)]
    for profile in made:
        actions.release_profile(by=world.coordinator, profile_id=profile.pk, reason=WHY)
    return made


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """'done' of each that was done, or the sentence with which it was refused."""

    def act(one: Callable[[], Any]) -> str:
        try:
            one()
        except Refused as refusal:
            return str(refusal)
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def test_of_two_that_give_a_count_away_together_one_is_released(
    world: World, two: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither has been released when both are checked, so that both checks find nothing."""
    check, both, checks = actions.check_again, Barrier(2), []

    def meet(folder: Path, *, before: list[Path]) -> Any:
        checks.append(len(before))
        found = check(folder, before=before)
        if not before:
            both.wait(timeout=20)
        return found

    monkeypatch.setattr(actions, "check_again", meet)

    def release(profile: Profile) -> Callable[[], Any]:
        return lambda: actions.release_profile(by=world.board_member, profile_id=profile.pk, reason=WHY)

    said = sorted(at_once(*map(release, two)), key=len)
    assert said[0] == "done"
    assert "could work out small counts" in said[1]
    assert sorted(checks) == [0, 0, 1], "whoever came second checked again, beside what was released"
    assert sorted(Profile.objects.values_list("state", flat=True)) == [
        ReleaseState.RELEASED,
        ReleaseState.SECOND,
    ]


def test_two_who_are_the_second_of_one_profile_at_once_release_it_once(
    world: World, two: list[Profile]
) -> None:
    start, profile = Barrier(2), two[0]

    def release(user: Any) -> Callable[[], Any]:
        def act() -> Any:
            start.wait(timeout=20)
            return actions.release_profile(by=user, profile_id=profile.pk, reason=WHY)

        return act

    said = sorted(at_once(release(world.board_member), release(world.supervisor)), key=len)
    assert said[0] == "done"
    assert "not waiting for anybody" in said[1]
    assert profile.decisions.count() == 2
