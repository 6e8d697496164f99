"""A profile is drawn up of a finished run by the engine itself, with what Heard knows of patterns and missing episodes."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import World
from tests.walls.record import make_record

from heard.agencies.rules import Hidden, Refused
from heard.engine.tables import NotDone
from heard.insight.models import EngineRun, Profile
from heard.insight.release import actions, drawing, queries
from heard.insight.release.rules import Episodes, State

TITLE = "Wexmoor"


def _drawn(world: World, run: EngineRun, **other: Any) -> Profile:
    profile = actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE, **other)
    actions.draw_profile.call(str(profile.pk))
    profile.refresh_from_db()
    return profile


def test_a_profile_is_drawn_up_of_a_run_and_can_be_released_as_it_is(
    world: World, run: EngineRun, client: Client
) -> None:
    profile = _drawn(world, run)
    assert profile.state == State.DRAWN, profile.problem
    assert profile.files == queries.fingerprints(profile)
    content = queries.content_of(world.coordinator, profile.pk)
    assert content.findings
    assert all(section.sheet is None or section.sheet.counts for section in content.sections)
    client.force_login(world.analyst)
    assert client.get(f"/profiles/{profile.pk}/").status_code == 200
    for user in (world.coordinator, world.board_member):
        profile = actions.release_profile(by=user, profile_id=profile.pk, reason="It gives nobody away")
    assert profile.state == State.RELEASED
    again = _drawn(world, run)
    assert again.state == State.DRAWN, again.problem


def test_what_cannot_be_drawn_up_says_why_in_a_sentence_and_leaves_no_file(
    world: World, run: EngineRun, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(drawing, "draw_up", _not_done)
    profile = _drawn(world, run)
    assert (profile.state, profile.problem) == (State.NOT_DONE, "So few children are known.")
    assert not profile.folder.exists()
    client.force_login(world.analyst)
    assert "So few children are known." in client.get(f"/profiles/{profile.pk}/").text
    for user in (world.coordinator, world.board_member):
        with pytest.raises(Refused, match="not waiting"):
            actions.release_profile(by=user, profile_id=profile.pk, reason="Why not")


def _not_done(*_: Any, **__: Any) -> None:
    raise NotDone("So few children are known.")


def test_a_profile_needs_a_run_with_a_result_a_title_and_the_right(world: World, run: EngineRun) -> None:
    with pytest.raises(Refused, match="title"):
        actions.ask_profile(by=world.analyst, run_id=run.pk, title=" ")
    for user in (world.coordinator, world.board_member, world.social_worker):
        with pytest.raises(Hidden):
            actions.ask_profile(by=user, run_id=run.pk, title=TITLE)
    with pytest.raises(Hidden):
        actions.ask_profile(by=world.analyst, run_id=uuid.uuid4(), title=TITLE)
    waiting = actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE)
    EngineRun.objects.filter(pk=run.pk).update(keep_until=date(2020, 1, 1))
    with pytest.raises(Refused, match="no result"):
        actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE)
    actions.draw_profile.call(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.files) == (State.NOT_DONE, {})


def test_the_engine_is_told_of_restricted_children_as_counts_and_of_no_episode_taken_back(
    world: World, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    make_record(world, restricted=True)
    today = timezone.localdate()
    time = {"since": today - timedelta(days=365), "until": today}
    assert {row["pattern"]: row["count"] for row in queries.patterns_recorded(world.analyst, **time)}[
        "G1"
    ] == 1
    (month,) = queries.missing_episodes(world.analyst, **time)
    assert month["children"] == 1
    assert month["count"] == 1
    earlier = {"since": date(2001, 1, 1), "until": date(2001, 12, 31)}
    assert (
        queries.patterns_recorded(world.analyst, **earlier)
        == queries.missing_episodes(world.analyst, **earlier)
        == []
    )
    for user in (world.coordinator, world.social_worker):
        with pytest.raises(Hidden):
            queries.patterns_recorded(user, **time)
        with pytest.raises(Hidden):
            queries.missing_episodes(user, **time)


def test_the_profile_counts_the_episodes_that_the_analyst_chose(
    world: World, run: EngineRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    def draw_up(*_: Any, missing: Any, **__: Any) -> None:
        told.append(None if missing is None else missing.to_pylist())
        raise NotDone("Enough.")

    monkeypatch.setattr(drawing, "draw_up", draw_up)
    assert _drawn(world, run, episodes=Episodes.OF_RUN).problem == "Enough."
    assert "Nobody noted in Heard" in _drawn(world, run, episodes=Episodes.OF_HEARD).problem
    noted = [{"month": "2026-01", "count": 8, "children": 7}]
    monkeypatch.setattr(queries, "missing_episodes", lambda user, **time: noted)
    assert _drawn(world, run, episodes=Episodes.OF_HEARD).problem == "Enough."
    assert told == [None, noted]
