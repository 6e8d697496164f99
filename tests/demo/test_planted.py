"""What is planted for the questions about the network, and how what they answer is compared with it."""

from __future__ import annotations

import uuid
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from heard.agencies.rules import Hidden
from heard.demo import partnership
from heard.demo.life.world import World
from heard.demo.planted import plant as planting
from heard.demo.planted import truth
from heard.demo.planted.planter import Planter
from heard.demo.planted.score import score
from heard.demo.planted.truth import READERS, Planted
from heard.graph.question import queries

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def world(db: None) -> World:
    return partnership.begin(seed=3)


@pytest.mark.parametrize(("plants", "lead"), [(planting._users, 3), (planting._near, 8)])
def test_what_is_planted_is_found_by_who_may_see_it_and_told_to_nobody_else(
    world: World, plants: Any, lead: int
) -> None:
    planter = Planter(world)
    plants(planter, *planting._crowd(planter))
    rows = {row.role: row for row in score(world.users, planter.truth)}
    assert rows.keys() == set(READERS.values())
    assert [(row.role, row.missed, row.wrongly) for row in rows.values() if row.missed or row.wrongly] == []
    assert rows["co-ordinator"].found == lead
    assert rows["police"].found >= 1  # the one that hangs on a child whom they alone see
    assert rows["analyst"].told == 0


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
