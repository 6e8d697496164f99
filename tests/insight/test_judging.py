"""People judge pairs of records: what they see, what counts, what the engine is told, and how it is taken back."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from tests.conftest import World
from tests.insight.pairs import MOVED, REASONS, TWINS, run_with_pairs

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.engine import tables
from heard.insight.judgement import queries as judgements
from heard.insight.judgement.actions import judge, take_back
from heard.insight.judgement.models import Judgement
from heard.insight.judgement.rules import Pair, Word
from heard.insight.models import EngineRun
from heard.insight.pair import queries
from heard.insight.pair.drawn import as_picture
from heard.insight.pair.rules import Agree, beside, waterfall
from heard.insight.run.actions import destroy_what_is_past


@pytest.fixture
def run(world: World, settings: Any, tmp_path: Path) -> EngineRun:
    settings.DATA = tmp_path
    return run_with_pairs(by=world.analyst)


def _counts(world: World, pair: Pair) -> str | None:
    found = judgements.standing(world.coordinator, [pair.key]).get(pair.key)
    return found.judgement if found else None


# ---- rules


def test_a_pair_is_one_pair_whichever_record_comes_first() -> None:
    assert Pair.of(TWINS.right, TWINS.left) == Pair.of(TWINS.left, TWINS.right) == TWINS
    assert TWINS.key != MOVED.key
    assert "cin" not in TWINS.key


def test_differences_are_marked_and_what_nobody_says_is_left_out() -> None:
    lines = beside(
        {"given_name": "Ada", "sex": "F", "upn": ""}, {"given_name": "Eva", "sex": "F", "postcode": "X"}
    )
    assert {line.name: line.agree for line in lines} == {
        "given_name": Agree.DIFFERENT,
        "sex": Agree.SAME,
        "postcode": Agree.NOT_KNOWN,
    }


def test_case_and_spaces_are_no_difference() -> None:
    (line,) = beside({"family_name": "de  la Cruz"}, {"family_name": "DE LA CRUZ "})
    assert line.agree is Agree.SAME


def test_each_bar_begins_where_the_one_before_it_ends() -> None:
    bars = waterfall(REASONS)
    assert [(bar.start, bar.end) for bar in bars] == [(0, 4.5), (4.5, 11.5), (11.5, 5.25)]


def test_the_picture_is_an_image_that_says_each_comparison() -> None:
    head, _comma, body = as_picture(waterfall(REASONS)).partition(",")
    assert head == "data:image/svg+xml;base64"
    svg = base64.b64decode(body).decode()
    assert [name for name in ("Family name", "Birth date", "Given name", "Together") if name not in svg] == []
    assert "−6.2" in svg
    assert as_picture([]) == ""


def test_words_of_the_engine_cannot_break_out_of_the_picture() -> None:
    hostile = [{"comparison": "</svg><script>", "level": "'] + alert(1) + ['", "weight": 1.0}]
    svg = base64.b64decode(as_picture(waterfall(hostile)).partition(",")[2]).decode()
    assert "<script" not in svg


# ---- lists and pages


def test_a_run_lists_pairs_by_key_in_no_order_of_likeness(world: World, run: EngineRun) -> None:
    keys = [asked.key for asked in queries.pairs_of(world.analyst, run)]
    assert keys == sorted([TWINS.key, MOVED.key])


def test_what_would_change_the_list_is_asked_first(world: World, run: EngineRun, client: Client) -> None:
    """By key it would be the other way round."""
    last = max(TWINS, MOVED, key=lambda pair: pair.key)
    row = last._asdict() | {"change": "listed"}
    path = run.result / f"{tables.TURNING.name}.parquet"
    pq.write_table(pa.Table.from_pylist([row], schema=tables.TURNING.schema), path)
    asked = queries.pairs_of(world.analyst, run)
    assert [(pair.key == last.key, pair.change) for pair in asked] == [(True, "listed"), (False, "")]
    assert queries.next_to_judge(world.coordinator, run, after=asked[0].key) == asked[1].key
    assert queries.next_to_judge(world.coordinator, run, after=asked[1].key) == asked[0].key
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/pairs/").text
    assert (
        page.index(last.key[:8])
        < page.index("A child would be listed whom nobody sees yet")
        < page.index(asked[1].key[:8])
    )


def test_the_list_of_pairs_names_nobody(world: World, run: EngineRun, client: Client) -> None:
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/pairs/").text
    assert TWINS.key[:8] in page
    assert not [name for name in ("Okonjo", "Ada", "0.8") if name in page]


def test_a_pair_shows_both_records_with_reasons_and_leaves_a_row(
    world: World, run: EngineRun, client: Client
) -> None:
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/pairs/{TWINS.key}/").text
    for text in (
        "Ada",
        "Eva",
        "WX1 1AA",
        "Not the same\n",
        "−6.2",
        "They may be one child",
        "data:image/svg",
    ):
        assert text in page
    assert AuditRow.objects.filter(verb="view", subject="pair", subject_id=TWINS.key).count() == 1


def test_a_run_without_reasons_shows_the_pair_all_the_same(world: World, run: EngineRun) -> None:
    (run.result / "reasons.parquet").unlink()
    assert queries.shown(world.coordinator, run, TWINS.key).weights == []


@pytest.mark.parametrize("who", ["analyst", "social_worker", "supervisor", "board_member", "administrator"])
def test_nobody_else_sees_who_the_records_are_of(
    world: World, run: EngineRun, client: Client, who: str
) -> None:
    user = getattr(world, who)
    with pytest.raises(Hidden):
        queries.shown(user, run, TWINS.key)
    with pytest.raises(Hidden):
        judge(by=user, pair=TWINS, word="same", why="I know them")
    client.force_login(user)
    assert client.get(f"/engine/{run.pk}/pairs/{TWINS.key}/").status_code == 404


@pytest.mark.parametrize("key", ["x1", "0" * 32])
def test_a_pair_that_the_run_does_not_ask_about_is_not_there(
    world: World, run: EngineRun, client: Client, key: str
) -> None:
    client.force_login(world.coordinator)
    assert client.get(f"/engine/{run.pk}/pairs/{key}/").status_code == 404


def test_pairs_go_with_the_run(world: World, run: EngineRun, client: Client) -> None:
    judge(by=world.coordinator, pair=TWINS, word="same", why="Her school says so")
    EngineRun.objects.filter(pk=run.pk).update(keep_until=date(2020, 1, 1))
    destroy_what_is_past(by=None)
    client.force_login(world.coordinator)
    assert client.get(f"/engine/{run.pk}/pairs/").status_code == 404
    assert client.get(f"/engine/{run.pk}/pairs/{TWINS.key}/").status_code == 404
    assert _counts(world, TWINS) == "same"


# ---- judging


@pytest.mark.parametrize(
    ("word", "why", "says"),
    [("maybe", "So", "what you think"), ("", "So", "what you think"), ("same", " ", "why")],
)
def test_a_judgement_is_one_of_four_words_with_a_reason(world: World, word: str, why: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        judge(by=world.coordinator, pair=TWINS, word=word, why=why)
    assert not Judgement.objects.exists()


@pytest.mark.parametrize("word", Word)
def test_a_judgement_says_who_when_and_why(world: World, word: Word) -> None:
    row = judge(by=world.coordinator, pair=TWINS, word=word, why="Her school says so")
    assert (row.by, row.judgement, row.why, row.records) == (
        world.coordinator,
        word,
        "Her school says so",
        TWINS,
    )
    assert AuditRow.objects.get(verb="judge").reason == "Her school says so"


def test_the_latest_counts_and_taking_back_restores_what_counted_before(world: World) -> None:
    by = world.coordinator
    before = judgements.for_the_engine(world.analyst)
    first = judge(by=by, pair=TWINS, word="same", why="One birth date")
    with_one = judgements.for_the_engine(world.analyst)
    second = judge(by=by, pair=TWINS, word="not_same", why="Twins, says the school")
    assert _counts(world, TWINS) == "not_same"
    take_back(by=by, judgement_id=second.pk, why="It was another family")
    assert judgements.for_the_engine(world.analyst) == with_one
    take_back(by=by, judgement_id=first.pk, why="Nobody knows")
    assert judgements.for_the_engine(world.analyst) == before == []
    assert Judgement.objects.count() == 2


def test_only_what_counts_is_taken_back_once_and_with_a_reason(world: World) -> None:
    by = world.coordinator
    first = judge(by=by, pair=TWINS, word="same", why="One birth date")
    second = judge(by=by, pair=TWINS, word="cannot_tell", why="The school does not know")
    with pytest.raises(Refused, match="since"):
        take_back(by=by, judgement_id=first.pk, why="Wrong")
    with pytest.raises(Refused, match="Say why"):
        take_back(by=by, judgement_id=second.pk, why=" ")
    take_back(by=by, judgement_id=second.pk, why="Wrong")
    with pytest.raises(Refused, match="already"):
        take_back(by=by, judgement_id=second.pk, why="Wrong")
    for user in (world.analyst, world.supervisor):
        with pytest.raises(Hidden):
            take_back(by=user, judgement_id=first.pk, why="Wrong")


def test_the_engine_is_told_what_counts_without_a_name(world: World) -> None:
    judge(by=world.coordinator, pair=TWINS, word="cannot_tell", why="Later")
    judge(by=world.coordinator, pair=TWINS, word="not_same", why="Twins")
    judge(by=world.coordinator, pair=MOVED, word="same", why="She moved")
    told = judgements.for_the_engine(world.analyst)
    assert [(row["left_id"], row["right_id"], row["judgement"]) for row in told] == [
        ("1", "9", "not_same"),
        ("2", "7", "same"),
    ]
    assert {row["by"] for row in told} == {str(world.coordinator.pk)}


def test_saving_goes_on_to_the_next_pair_and_then_back_to_the_list(
    world: World, run: EngineRun, client: Client
) -> None:
    client.force_login(world.coordinator)
    first, second = sorted([TWINS.key, MOVED.key])
    answer = client.post(f"/engine/{run.pk}/pairs/{first}/", {"word": "same", "why": "Her school says so"})
    assert answer["Location"] == f"/engine/{run.pk}/pairs/{second}/"
    answer = client.post(f"/engine/{run.pk}/pairs/{second}/", {"word": "ask_others", "why": "The school"})
    assert answer["Location"] == f"/engine/{run.pk}/pairs/"
    assert "Ask somebody else" in client.get(answer["Location"]).text


def test_what_is_not_right_is_said_and_nothing_is_kept(world: World, run: EngineRun, client: Client) -> None:
    client.force_login(world.coordinator)
    page = client.post(f"/engine/{run.pk}/pairs/{TWINS.key}/", {"word": "", "why": ""})
    assert "Say what you think of these two records" in page.text
    assert not Judgement.objects.exists()


def test_a_judgement_is_taken_back_on_its_page(world: World, run: EngineRun, client: Client) -> None:
    row = judge(by=world.coordinator, pair=TWINS, word="same", why="One birth date")
    client.force_login(world.coordinator)
    assert "Take this back" in client.get(f"/engine/{run.pk}/pairs/{TWINS.key}/").text
    page = f"/engine/judgements/{row.pk}/undo/"
    assert "One birth date" in client.get(page).text
    assert "Say why you take it back" in client.post(page, {"why": ""}).text
    assert client.post(page, {"why": "Another family"})["Location"] == "/engine/judgements/"
    assert _counts(world, TWINS) is None
    assert "Another family" in client.get(f"/engine/{run.pk}/pairs/{TWINS.key}/").text


def test_an_analyst_sees_that_a_pair_was_judged_and_no_more(
    world: World, run: EngineRun, client: Client
) -> None:
    judge(by=world.coordinator, pair=TWINS, word="same", why="Okonjo of Mill Road")
    client.force_login(world.analyst)
    for path in (f"/engine/{run.pk}/pairs/", "/engine/judgements/"):
        page = client.get(path).text
        assert "The same child" in page
        assert "Okonjo" not in page
