"""What is planted for the questions about the network, and how what they answer is compared with it."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils import timezone

from heard.agencies.rules import Hidden
from heard.demo import partnership
from heard.demo.cli import score_network
from heard.demo.life.world import World
from heard.demo.planted import plant as planting
from heard.demo.planted import truth
from heard.demo.planted import world as planted_world
from heard.demo.planted.planter import COORDINATOR, Planter
from heard.demo.planted.score import NEAR, ScoreRow, score
from heard.demo.planted.truth import READERS, Planted
from heard.graph.question import queries

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def world(db: None) -> World:
    return partnership.begin(seed=3)


@pytest.mark.once
def test_each_of_fifteen_questions_finds_what_is_planted_for_who_may_see_it_and_tells_nobody_else(
    world: World,
) -> None:
    planted = planting.plant(world)
    rows = score(world.users, planted)
    asked = {*queries.QUESTIONS, NEAR}
    assert len(asked) == 15
    assert {row.question for row in rows} == asked
    assert {row.role for row in rows} == set(READERS.values())
    assert [(row.question, row.role, row.missed) for row in rows if row.missed] == []
    assert [(row.question, row.role, row.wrongly) for row in rows if row.wrong] == []
    assert [row.question for row in rows if row.role == "analyst" and row.told] == []
    for question in asked:
        lines = [one for one in planted if one.question == question and one.line]
        assert len({line.this or line.line for line in lines if COORDINATOR in line.told}) >= 3, question
        assert [line for line in lines if line.told and COORDINATOR not in line.told], (
            f"{question}: a line that hangs on a child whom the co-ordinator may not see"
        )
        assert [one for one in planted if one.question == question and one.near_miss], question


def test_a_line_too_few_and_one_too_many_are_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(user: Any, handle_id: uuid.UUID) -> Any:
        if user.username == "ana.kovacs":
            raise Hidden
        line = queries.AnswerLine("shared", None, "Told", (), frozenset(), "wrong")
        return queries.Answer("users", [("", [line])], [], [])

    asked = queries.Question(ask, "", "", "")
    monkeypatch.setitem(queries.QUESTIONS, "users", asked)
    keys = {"handle_id": str(uuid.uuid4())}
    planted = [
        Planted("users", keys, ["maya.lindqvist"], "right"),
        Planted("users", keys, near_miss="helpline"),
    ]
    rows = {row.role: row for row in score(world.users, planted)}
    lead, other, none = rows["co-ordinator"], rows["police"], rows["analyst"]
    assert (lead.planted, lead.found, lead.wrong, lead.near_misses) == (1, 0, 1, 1)
    assert (other.planted, other.wrong, other.wrongly) == (0, 1, ["Told"])
    assert (none.planted, none.told, none.wrong) == (0, 0, 0)


def test_the_command_prints_recall_and_precision_by_question_and_role(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [
        ScoreRow("users", "police", planted=4, found=3, told=5, wrong=2, near_misses=2),
        ScoreRow("users", "analyst"),
    ]
    monkeypatch.setattr(planted_world, "planted_and_scored", lambda _seed, _out: rows)
    told = CliRunner(env={"COLUMNS": "200"}).invoke(score_network, ["--seed", "5"]).output
    assert "seed 5" in told
    [line] = [text for text in told.splitlines() if "police" in text]
    assert [one.strip() for one in re.split("[│┃|]", line) if one.strip()] == [
        "users", "police", "4", "3", "0.750", "5", "2", "0.600", "2",
    ]  # fmt: skip
    said = json.loads(CliRunner().invoke(score_network, ["--json"]).output)
    assert [(one["recall"], one["precision"]) for one in said] == [(0.75, 0.6), (None, None)]


def test_the_truth_is_written_and_read_as_it_was(tmp_path: Path) -> None:
    planted = [
        Planted("episodes", {"episode_id": "1", "chosen": ["1", "2"]}, ["maya.lindqvist"], "x", "y", ["z"])
    ]
    assert truth.read(truth.write(tmp_path, planted)) == planted


def test_one_seed_draws_one_world() -> None:
    drawn = [
        [Planter(World({}, Random(7), timezone.now())).name() for _number in range(2)] for _again in range(2)
    ]
    assert drawn[0] == drawn[1]
