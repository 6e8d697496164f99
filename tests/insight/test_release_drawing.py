"""A profile is drawn up of a finished run by the engine itself, with what Heard knows of patterns and missing episodes."""

from __future__ import annotations

import csv
import json
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader
from tests.conftest import World
from tests.engine.profile.made import LICENCE, written
from tests.walls.record import make_record

from heard.agencies.rules import Hidden, Refused
from heard.engine import tables
from heard.engine.run.profile import check_again
from heard.engine.tables import NotDone
from heard.insight.models import EngineRun, Profile
from heard.insight.release import actions, drawing, queries
from heard.insight.release.rules import Episodes, ReleaseState
from heard.insight.run.queries import table_of

TITLE = "Wexmoor"


def _drawn(world: World, run: EngineRun, **other: Any) -> Profile:
    profile = actions.ask_profile(
        by=world.analyst, run_id=run.pk, title=TITLE, **({"policy": "department"} | other)
    )
    actions.draw_profile.call(str(profile.pk))
    profile.refresh_from_db()
    return profile


def test_a_profile_is_drawn_up_of_a_run_and_can_be_released_as_it_is(
    world: World, run: EngineRun, client: Client
) -> None:
    profile = _drawn(world, run)
    assert profile.state == ReleaseState.DRAWN, profile.problem
    assert profile.files == queries.fingerprints(profile)
    content = queries.content_of(world.coordinator, profile.pk)
    assert content.findings
    assert all(section.sheet is None or section.sheet.counts for section in content.sections)
    client.force_login(world.analyst)
    assert client.get(f"/profiles/{profile.pk}/").status_code == 200
    quality = client.get(f"/profiles/{profile.pk}/part/quality/").text
    assert quality.index("data:image/svg+xml") < quality.index("How much of each month a source covers")
    for user in (world.coordinator, world.board_member):
        profile = actions.release_profile(by=user, profile_id=profile.pk, reason="It gives nobody away")
    assert profile.state == ReleaseState.RELEASED
    again = _drawn(world, run)
    assert again.state == ReleaseState.DRAWN, again.problem


def test_what_cannot_be_drawn_up_says_why_in_a_sentence_and_leaves_no_file(
    world: World, run: EngineRun, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(drawing, "draw_up", _not_done)
    profile = _drawn(world, run)
    assert (profile.state, profile.problem) == (ReleaseState.NOT_DONE, "So few children are known.")
    assert not profile.folder.exists()
    client.force_login(world.analyst)
    assert "So few children are known." in client.get(f"/profiles/{profile.pk}/").text
    for user in (world.coordinator, world.board_member):
        with pytest.raises(Refused, match="not waiting"):
            actions.release_profile(by=user, profile_id=profile.pk, reason="Why not")


def _not_done(*_: Any, **__: Any) -> None:
    raise NotDone("So few children are known.")


def test_a_policy_that_rounds_is_said_and_kept_in_every_form_and_in_the_check(
    world: World, run: EngineRun, client: Client
) -> None:
    profile = _drawn(world, run, policy="hospital")
    assert profile.state == ReleaseState.DRAWN, profile.problem
    words = "Counts of 1 to 7 are hidden: * stands for them"
    rounds = "rounded to the nearest 5"
    told = json.loads((profile.folder / "profile.json").read_text("utf-8"))
    known = next(line["count"] for line in _lines(profile, "children") if line["list"] == "Total")
    true = run.summary["children"]
    assert known == str((true + 2) // 5 * 5) != str(true)
    shown = {line["count"] for path in _tables(profile) for line in _lines(profile, path.stem)}
    assert "*" in shown
    assert all(text == "*" or int(text) % 5 == 0 for text in shown)
    paper = _words(profile.folder / "profile.pdf")
    html = " ".join((profile.folder / "profile.html").read_text("utf-8").split())
    sheet = load_workbook(profile.folder / "profile.xlsx")["Data quality"]
    book = " ".join(str(cell.value) for row in sheet for cell in row if cell.value)
    for text in (paper, html, book, told["policy"]["words"]):
        assert words in text
        assert rounds in text
    for text in (paper, html, book, told["findings"][0]):
        assert f"{known} children are known to" in text
    client.force_login(world.coordinator)
    for page in (f"/profiles/{profile.pk}/", f"/profiles/{profile.pk}/decide/"):
        assert words in client.get(page).text
    for user in (world.coordinator, world.board_member):
        profile = actions.release_profile(by=user, profile_id=profile.pk, reason="It gives nobody away")
    assert profile.state == ReleaseState.RELEASED
    again = _drawn(world, run, policy="hospital")
    assert again.state == ReleaseState.DRAWN, again.problem
    found = check_again(again.folder, before=[profile.folder])
    assert (found.derived, found.conflicts) == ([], [])


def _tables(profile: Profile) -> list[Path]:
    return sorted((profile.folder / "tables").glob("*.csv"))


def _lines(profile: Profile, name: str) -> list[dict[str, str]]:
    with (profile.folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _words(pdf: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())


def test_a_partnership_that_has_policies_of_its_own_allows_no_other(
    world: World, run: EngineRun, settings: Any, client: Client
) -> None:
    page = f"/profiles/draw/{run.pk}/"
    client.force_login(world.analyst)
    for name in ("the Department’s practice", "NHS Digital’s method"):
        assert name in client.get(page).text
    folder = settings.DATA / "policies"
    folder.mkdir()
    (folder / "ours.yaml").write_text("{threshold: 9, name: what our board agreed, why: We are few here.}")
    shown = client.get(page).text
    for text in ("Counts of 1 to 9 are hidden", "We are few here.", "what our board agreed"):
        assert text in shown
    assert "the Department" not in shown
    with pytest.raises(Refused, match="choose one of the policies"):
        actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE, policy="department")
    client.post(page, {"title": TITLE, "episodes": "run", "policy": "ours"})
    made = Profile.objects.get()
    (folder / "ours.yaml").unlink()
    assert queries.policy_of(world.coordinator, made).threshold == 9  # as it was when it was chosen
    (folder / "ours.yaml").write_text("threshold: few")
    assert "whole numbers" in client.get(page).text
    with pytest.raises(Refused, match="whole numbers"):
        actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE, policy="ours")


def test_a_profile_whose_worker_was_killed_says_so_and_is_drawn_up_again(
    world: World, run: EngineRun, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE, policy="department")
    again, page = f"/profiles/{profile.pk}/again/", f"/profiles/{profile.pk}/"
    client.force_login(world.analyst)

    def late(this: Profile, *, progress: Any) -> date:
        """The worker is thought dead, somebody begins anew, and then it goes on after all."""
        Profile.objects.update(beat_at=timezone.now() - timedelta(minutes=1))
        assert "its work was broken off" not in client.get(page).text
        assert "is being drawn up" in client.post(again, follow=True).text
        Profile.objects.update(beat_at=timezone.now() - timedelta(minutes=3))
        assert "its work was broken off" in client.get(page).text
        assert "Waiting to be drawn up" in client.post(again, follow=True).text
        progress("Counting", None)
        raise AssertionError("it was told that it is not wanted any more")

    with monkeypatch.context() as patched:
        patched.setattr(drawing, "draw", late)
        actions.draw_profile.call(str(profile.pk))
    profile.refresh_from_db()
    assert (profile.state, profile.attempts, profile.step) == (ReleaseState.WAITING, 1, "")
    client.force_login(world.coordinator)
    assert client.post(again).status_code == 404
    actions.draw_profile.call(str(profile.pk))
    profile.refresh_from_db()
    assert (profile.state, profile.attempts) == (ReleaseState.DRAWN, 2)
    with pytest.raises(Refused, match="Draw up another"):
        actions.draw_again(by=world.analyst, profile_id=profile.pk)


def test_a_profile_needs_a_run_with_a_result_a_title_and_the_right(world: World, run: EngineRun) -> None:
    with pytest.raises(Refused, match="title"):
        actions.ask_profile(by=world.analyst, run_id=run.pk, title=" ", policy="department")
    for user in (world.coordinator, world.board_member, world.social_worker):
        with pytest.raises(Hidden):
            actions.ask_profile(by=user, run_id=run.pk, title=TITLE, policy="department")
    with pytest.raises(Hidden):
        actions.ask_profile(by=world.analyst, run_id=uuid.uuid4(), title=TITLE, policy="department")
    waiting = actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE, policy="department")
    EngineRun.objects.filter(pk=run.pk).update(keep_until=date(2020, 1, 1))
    with pytest.raises(Hidden):  # its day is over: it is not shown any more
        actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE, policy="department")
    EngineRun.objects.filter(pk=run.pk).update(destroyed_at=timezone.now())
    with pytest.raises(Refused, match="no result"):
        actions.ask_profile(by=world.analyst, run_id=run.pk, title=TITLE, policy="department")
    actions.draw_profile.call(str(waiting.pk))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.files) == (ReleaseState.NOT_DONE, {})


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


def test_a_profile_has_a_map_where_the_folder_of_areas_holds_boundaries(
    world: World, run: EngineRun, settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.AREAS = tmp_path / "areas"
    settings.AREAS.mkdir()
    boundaries, _postcodes = written(settings.AREAS)
    records = table_of(world.analyst, run, tables.RECORDS)
    found = sorted(set(records["postcode"].drop_null().to_pylist()))
    lines = (f"{one},E{1 + n % 3}\n" for n, one in enumerate(found))
    (settings.AREAS / "onspd.csv").write_text("pcds,ward\n" + "".join(lines), encoding="utf-8")
    profile = _drawn(world, run)
    assert profile.state == ReleaseState.DRAWN, profile.problem
    client.force_login(world.analyst)
    page = client.get(f"/profiles/{profile.pk}/part/homes/").text
    for words in ("Map by area", LICENCE, "Meadow"):
        assert words in page
    boundaries.with_name("other.geojson").write_bytes(boundaries.read_bytes())
    refused = _drawn(world, run)
    assert (refused.state, "one GeoJSON file and one CSV file" in refused.problem) == (
        ReleaseState.NOT_DONE,
        True,
    )
