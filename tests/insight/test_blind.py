"""A random sample of pairs is judged by people who do not see what the engine made of them; what they found is said with its range."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden
from heard.engine import tables
from heard.engine.link import labels
from heard.insight.judgement.actions import judge, take_back
from heard.insight.judgement.models import Judgement
from heard.insight.models import EngineRun
from heard.insight.pair import queries
from heard.insight.run.queries import KeptFrom, table_of


@pytest.fixture(autouse=True)
def sixty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "_MOST", 60)


def _page(client: Client, run: EngineRun, key: str) -> Any:
    return client.get(f"/engine/{run.pk}/links/{key}/")


def test_it_is_the_same_sample_for_everybody_and_another_for_another_run(
    world: World, run: EngineRun
) -> None:
    drawn = queries.sample_of(world.analyst, run)
    assert len(set(drawn)) == 60
    assert queries.sample_of(world.coordinator, run) == drawn


def test_the_page_shows_two_records_and_nothing_of_what_the_engine_made_of_them(
    world: World, run: EngineRun, client: Client
) -> None:
    client.force_login(world.coordinator)
    pair = queries.sample_of(world.coordinator, run)[0]
    page = _page(client, run, pair.key)
    assert page.status_code == 200
    for told in ("data:image", "Not the same\n", "Compared", "bits", "Why this is asked", "linked"):
        assert told not in page.text.split("<main")[1].split("</main>")[0]
    assert AuditRow.objects.filter(verb="view", subject="pair", subject_id=pair.key).count() == 1


def test_what_is_said_blind_is_kept_as_that_and_leads_on_to_the_next(
    world: World, run: EngineRun, client: Client
) -> None:
    client.force_login(world.coordinator)
    first, second = queries.sample_of(world.coordinator, run)[:2]
    answer = client.post(
        f"/engine/{run.pk}/links/{first.key}/", {"word": "same", "why": "The same school and mother"}
    )
    assert answer["Location"] == f"/engine/{run.pk}/links/{second.key}/"
    row = Judgement.objects.get()
    assert (row.blind, row.judgement, row.records) == (True, "same", first)
    found = queries.blind_of(world.coordinator, run)
    assert (found.judged, found.size, found.following) == (1, 60, second.key)
    assert found.found[0].labelled == 1
    assert found.found[0].right is None
    take_back(by=world.coordinator, judgement_id=row.pk, why="I took the wrong line")
    assert queries.blind_of(world.analyst, run).judged == 0


def test_only_what_was_said_blind_counts_and_who_cannot_tell_says_nothing_of_the_share(
    world: World, run: EngineRun
) -> None:
    first, second = queries.sample_of(world.coordinator, run)[:2]
    judge(by=world.coordinator, pair=first, word="same", why="I know them")
    assert queries.blind_of(world.analyst, run).judged == 0
    judge(by=world.coordinator, pair=second, word="cannot_tell", why="Two common names", blind=True)
    found = queries.blind_of(world.analyst, run)
    assert (found.judged, found.found) == (1, [])


def test_where_all_are_judged_the_page_says_what_was_found_with_its_range(
    world: World, run: EngineRun, client: Client
) -> None:
    """Whoever judges calls one child what is linked: then every link is right, and what is linked is all there is to link."""
    links = {
        frozenset(((row["left_source"], row["left_id"]), (row["right_source"], row["right_id"]))): row["band"]
        for row in table_of(world.analyst, run, tables.LINKS).to_pylist()
    }
    for pair in queries.sample_of(world.coordinator, run):
        word = "same" if links[frozenset((pair.left, pair.right))] == "linked" else "not_same"
        judge(by=world.coordinator, pair=pair, word=word, why="Seen at the school", blind=True)
    whole = queries.blind_of(world.analyst, run).found[0]
    assert whole.labelled == 60
    assert whole.right
    assert whole.linked
    assert (whole.right.value, whole.linked.value) == (1, 1)
    assert 0.5 < whole.right.low < whole.right.high == 1
    client.force_login(world.analyst)
    page = client.get(f"/engine/{run.pk}/links/").text
    assert "60 of 60" in page
    assert f"100.0 ({whole.right.low * 100:.1f} to 100.0)" in page
    assert "Judge the next pair blind" not in page


def test_who_may_not_judge_sees_no_record_and_what_is_not_of_the_sample_is_hidden(
    world: World, run: EngineRun, client: Client
) -> None:
    drawn = queries.sample_of(world.analyst, run)
    client.force_login(world.analyst)
    assert _page(client, run, drawn[0].key).status_code == 404
    assert "Judge the next pair blind" not in client.get(f"/engine/{run.pk}/links/").text
    client.force_login(world.coordinator)
    assert "Judge the next pair blind" in client.get(f"/engine/{run.pk}/links/").text
    others = [
        pair for pair in queries.pairs_of(world.analyst, run) if pair.key not in {pair.key for pair in drawn}
    ]
    assert _page(client, run, others[0].key if others else "0" * 32).status_code == 404
    with pytest.raises(Hidden):
        queries.sample_of(world.social_worker, run)
    with pytest.raises(Hidden):
        queries.shown_blind(world.analyst, run, drawn[0].key)


def test_a_pair_that_a_judge_may_not_open_is_passed_over_and_tells_nothing(
    world: World, run: EngineRun, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = queries.sample_of(world.coordinator, run)[:2]
    closed = {first.left, first.right} - {second.left, second.right}

    def keep_closed(user: Any, rows: Any) -> None:
        if closed & {(row["source"], row["record_id"]) for row in rows}:
            raise KeptFrom(frozenset())

    monkeypatch.setattr(queries, "keep_closed", keep_closed)
    assert queries.blind_of(world.coordinator, run).following == second.key
    client.force_login(world.coordinator)
    assert _page(client, run, first.key).status_code == 404


def test_a_run_of_an_earlier_release_has_no_sample_and_its_page_says_the_rest(
    world: World, run: EngineRun, client: Client
) -> None:
    for table in (tables.SAMPLE, tables.STRATA, tables.QUALITY):
        (run.result / f"{table.name}.parquet").unlink()
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/links/")
    assert page.status_code == 200
    assert "What speaks for one child" in page.text
    assert "looked blind" not in page.text


def test_how_many_pairs_are_expected_to_be_one_child_is_said_of_all_together(
    world: World, run: EngineRun, client: Client
) -> None:
    run.summary |= {"for_a_person": 1234, "expected": 1017}
    run.save()
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/pairs/").text
    assert "Pairs that are expected to be one child: about 1,017 of 1,234." in page
    assert "It says nothing of any single pair." in page
    assert "About 1,017 of them are expected to be one child" in client.get(f"/engine/{run.pk}/").text
    assert "about 1,017" in client.get(f"/engine/{run.pk}/links/").text
    pair = queries.sample_of(world.coordinator, run)[0]
    assert "1,017" not in _page(client, run, pair.key).text, "who judges blind is told nothing"
    run.summary |= {"expected": None}
    run.save()
    for address in ("", "pairs/", "links/"):
        page = client.get(f"/engine/{run.pk}/{address}").text
        assert "expected to be one child by" not in page
        assert "Pairs that are expected" not in page
        assert "of them are expected" not in page
