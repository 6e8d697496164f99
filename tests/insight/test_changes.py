"""A run compared with an earlier one on the site, and the months that a run looks at."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone
from tests.conftest import World
from tests.insight.conftest import said

from heard.insight.run import actions, queries
from heard.insight.run.forms import StartForm
from heard.insight.run.models import EngineRun


def _run(world: World, folder: Path, **asked: Any) -> EngineRun:
    names = [path.name for path in folder.iterdir() if path.suffix in (".csv", ".xml") or path.is_dir()]
    made = actions.start_run(by=world.analyst, **said(), extracts=names, **asked)
    actions.carry_out.call(str(made.pk))
    made.refresh_from_db()
    assert made.state == "done", made.problem
    return made


def test_a_run_is_compared_by_keys_with_an_earlier_one_that_is_still_there(
    world: World, extracts_folder: Path, client: Client, django_assert_max_num_queries: Any
) -> None:
    earlier = _run(world, extracts_folder, as_of=date(2025, 9, 30))
    run = _run(world, extracts_folder, as_of=date(2026, 3, 31), any_window=True)
    address = f"/engine/{run.pk}/since/{earlier.pk}/"
    found = queries.changes_between(world.coordinator, earlier, run)
    _adds_up_and_is_shown(world, client, earlier, run, found, django_assert_max_num_queries)
    for other in (earlier, run):  # the later of the two, or the run itself
        assert client.get(f"/engine/{earlier.pk}/since/{other.pk}/").status_code == 404
    for who in (world.social_worker, world.supervisor, world.board_member, world.administrator):
        client.force_login(who)
        assert client.get(address).status_code == 404
    client.force_login(world.analyst)
    (earlier.result / "observations.parquet").unlink()
    assert "These two lists cannot be compared" in client.get(address).text
    EngineRun.objects.filter(pk=earlier.pk).update(keep_until=timezone.localdate() - timedelta(days=1))
    assert client.get(address).status_code == 404
    assert queries.earlier_results(world.analyst, run, 10) == []


def _adds_up_and_is_shown(
    world: World, client: Client, earlier: EngineRun, run: EngineRun, found: Any, most_queries: Any
) -> None:
    assert found.later == found.earlier + len(found.new) - len(found.left)
    listed = {child.key for child in queries.children_of(world.coordinator, run)}
    assert found.new
    assert all(child.key in listed and child.whys for child in found.new)
    client.force_login(world.coordinator)
    with most_queries(10):
        page = client.get(f"/engine/{run.pk}/since/{earlier.pk}/").text
    for words in (found.new[0].key[:8], "as-of date, 30 September 2025", "any so many months"):
        assert words in page
    page = client.get(f"/engine/{run.pk}/").text
    for words in (f"/engine/{run.pk}/since/{earlier.pk}/", "in any 12 months", "Any twelve months"):
        assert words in page
    page = client.get(f"/engine/{run.pk}/children/{found.new[0].key}/").text
    assert "The first months that held enough signs" in page


def test_an_analyst_chooses_which_months_are_looked_at() -> None:
    until = timezone.localdate() + timedelta(days=30)
    answers = said() | {
        f"keep_until_{n}": part for n, part in enumerate((until.day, until.month, until.year))
    }
    for chosen, any_window in (({"window": "any"}, True), ({"window": "these"}, False), ({}, False)):
        form = StartForm(answers | chosen | {"extracts": ["a.csv"]}, waiting=["a.csv"])
        form.is_valid()
        assert form.cleaned_data["any_window"] is any_window
        assert "window" not in form.cleaned_data
