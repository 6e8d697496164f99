"""A run compared with an earlier one on the site, and the months that a run looks at."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import World
from tests.insight.conftest import said

from heard.agencies.rules import Hidden
from heard.engine import tables
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


def test_a_run_stands_on_the_last_one_that_is_kept_and_says_what_became_of_its_children(
    world: World, extracts_folder: Path, client: Client
) -> None:
    first = _run(world, extracts_folder, as_of=date(2026, 3, 31))
    assert queries.run_before(None, first) is None
    second = _run(world, extracts_folder, as_of=date(2026, 3, 31))
    assert queries.run_before(None, second) == first
    of = (
        queries.table_of(world.analyst, engine_run, tables.IDENTITIES).to_pylist()
        for engine_run in (first, second)
    )
    assert next(of) == next(of)
    client.force_login(world.analyst)
    assert "other records than then, 0 are no child of their own" in client.get(f"/engine/{second.pk}/").text
    EngineRun.objects.filter(pk=first.pk).update(keep_until=timezone.localdate() - timedelta(days=1))
    assert queries.run_before(None, second) is None  # its last day is over


def test_a_run_keeps_the_weights_of_the_one_before_and_its_page_says_so(
    world: World, extracts_folder: Path, client: Client
) -> None:
    client.force_login(world.analyst)
    assert "Which records are compared?" not in client.get("/engine/start/").text  # there is no run before
    first = _run(world, extracts_folder, as_of=date(2026, 3, 31))
    page = unescape(client.get("/engine/start/").text)
    assert "Only what is new or changed, with the weights of the run of" in page
    kept = queries.run_to_keep(world.analyst)[0]
    assert kept == first
    second = _run(world, extracts_folder, as_of=date(2026, 3, 31), weights_of=kept)
    notes = " ".join(second.summary["notes"])
    assert "0 records are new or changed: only pairs with one of them were compared" in notes
    of = (
        queries.table_of(world.analyst, engine_run, tables.IDENTITIES).to_pylist()
        for engine_run in (first, second)
    )
    assert next(of) == next(of)
    pages = {engine_run: client.get(f"/engine/{engine_run.pk}/").text for engine_run in (first, second)}
    assert "Only what was new or changed, with the weights of the run of" in pages[second]
    assert "All records" in pages[first]


def test_weights_that_cannot_be_kept_are_refused_with_a_sentence_and_not_offered(
    world: World, extracts_folder: Path, client: Client
) -> None:
    first = _run(world, extracts_folder, as_of=date(2026, 3, 31))
    waits = actions.start_run(by=world.analyst, **said(), extracts=["cin_census_2026.xml"], weights_of=first)
    (first.result / "compared.parquet").unlink()
    client.force_login(world.analyst)
    page = unescape(client.get("/engine/start/").text)
    assert "All records will be compared. The weights of the run before cannot be kept." in page
    assert "Which records are compared?" not in page
    actions.carry_out.call(str(waits.pk))
    waits.refresh_from_db()
    assert waits.state == "failed"
    assert waits.problem.endswith("Ask for the run anew, and have all records compared.")
    with pytest.raises(actions.NotRight, match="kept nothing of how it compared"):
        actions.start_run(by=world.analyst, **said(), extracts=["cin_census_2026.xml"], weights_of=first)
    EngineRun.objects.filter(pk=first.pk).update(keep_until=timezone.localdate() - timedelta(days=1))
    first.refresh_from_db()
    with pytest.raises(actions.NotRight, match="destroyed since"):
        actions.start_run(by=world.analyst, **said(), extracts=["cin_census_2026.xml"], weights_of=first)
    with pytest.raises(Hidden):
        queries.run_to_keep(world.coordinator)


def test_an_analyst_chooses_that_only_what_is_new_is_compared(run: EngineRun) -> None:
    until = timezone.localdate() + timedelta(days=30)
    answers = said() | {
        f"keep_until_{n}": part for n, part in enumerate((until.day, until.month, until.year))
    }
    for chosen, weights_of in (({"pairs": str(run.pk)}, run), ({"pairs": "every"}, None), ({}, None)):
        form = StartForm(answers | chosen | {"extracts": ["a.csv"]}, waiting=["a.csv"], kept_run=run)
        form.is_valid()
        assert form.cleaned_data["weights_of"] == weights_of
        assert "pairs" not in form.cleaned_data
    form = StartForm(answers | {"pairs": str(run.pk), "extracts": ["a.csv"]}, waiting=["a.csv"])
    form.is_valid()
    assert form.cleaned_data["weights_of"] is None  # there is no run before
    another = EngineRun(pk=uuid.uuid4(), asked_at=timezone.now())
    form = StartForm(
        answers | {"pairs": str(run.pk), "extracts": ["a.csv"]}, waiting=["a.csv"], kept_run=another
    )
    assert "pairs" in form.errors  # it is no longer the run whose day was read


def test_the_page_of_a_child_says_which_records_made_it_one_and_by_what(
    world: World, run: EngineRun, client: Client
) -> None:
    child = queries.children_of(world.coordinator, run, scattered_only=True)[0]
    found = queries.how_joined(world.analyst, run, child.key)
    assert len(found.links) == len(found.records) - 1 > 0
    assert {record.agency for record in found.records} >= set(child.agencies)
    client.force_login(world.analyst)
    page = client.get(f"/engine/{run.pk}/children/{child.key}/").text
    assert "How these records came to be one child" in page
    assert all(why in unescape(page) for _, _, why in found.links)
    weights = [f"records/?one={left}&amp;other={right}" for left, right, _ in found.links]
    assert all(weight in page for weight in weights)
    ids = {row["record_id"] for row in queries.table_of(world.analyst, run, tables.IDENTITIES).to_pylist()}
    assert not [one for one in ids if f">{one}<" in page]  # an agency's number of the child
    with pytest.raises(Hidden):
        queries.how_joined(world.social_worker, run, child.key)


def test_any_two_records_of_a_listed_child_show_their_weights_and_nothing_of_themselves(
    world: World, run: EngineRun, client: Client
) -> None:
    child = max(
        queries.children_of(world.coordinator, run, scattered_only=True),
        key=lambda child: len(queries.how_joined(world.analyst, run, child.key).records),
    )
    found = queries.how_joined(world.analyst, run, child.key)
    left, right, why = found.links[0]
    client.force_login(world.analyst)

    def page(one: object, other: object) -> Any:
        return client.get(f"/engine/{run.pk}/children/{child.key}/records/", {"one": one, "other": other})

    shown = page(left, right).text
    assert why[1:] in unescape(shown)
    assert "two records that share something" in shown
    assert (
        len(found.records) < 3
        or shown.count("other=") == len(found.records) * (len(found.records) - 1) // 2 - 1
    )
    records = queries.table_of(world.analyst, run, tables.RECORDS).to_pylist()
    values = {row[name] for row in records for name in ("record_id", "family_name", "postcode") if row[name]}
    assert not [value for value in values if f">{value}<" in shown]
    for one, other in ((0, 0), (0, len(found.records)), ("", "x"), (-1, 0), ("9" * 9, 0)):
        assert page(one, other).status_code == 404
    client.force_login(world.social_worker)
    assert page(left, right).status_code == 404
