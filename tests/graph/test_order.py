"""No answer is ordered by how much is known: however strengths are dealt out, the order is that of names or days."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.cases.panel.conftest import make_panel
from tests.conftest import World
from tests.graph.conftest import adult, child, episode, phone, place, tie, worry

from heard.cases.panel import actions as meeting
from heard.graph.drawing.queries import around
from heard.graph.question.queries import QUESTIONS, near
from heard.network import actions

NAMES = ("Bea", "Cleo", "Dina", "Esme")
_CALLED = re.compile(f"({'|'.join(NAMES)}) Made")
strengths = st.permutations((0, 1, 2, 4))


class Woven:
    """Amira, who has a phone and a place in common with each of four children, and an adult with each; each place is named in two worries."""

    def __init__(self, world: World) -> None:
        self.world, self.amira = world, child(world, "Amira")
        self.panel = make_panel(world)
        self.others = [child(world, name) for name in NAMES]
        self.adults = [adult(world, f"Adult of {name}") for name in NAMES]
        self.places = [place(world, f"{name} arcade") for name in NAMES]
        self.phones = [phone(f"07700 90012{number}") for number, _name in enumerate(NAMES)]
        self.episode = episode(world.teacher, self.amira, 300, spoke_of=self.places)
        episode(world.teacher, self.amira, 200, spoke_of=self.places)
        for person, older, where, number in zip(
            self.others, self.adults, self.places, self.phones, strict=True
        ):
            tie(world, person, "goes_to", where)
            tie(world, self.amira, "uses", number)
            tie(world, person, "uses", number)
            tie(world, older, "drives", self.amira)
            worry(world.teacher, place_id=where.pk)
            meeting.add_item(by=world.coordinator, panel_id=self.panel.pk, end="person", end_id=person.pk)

    def strengthen(self, order: list[int]) -> None:
        """Everything around each of the four is said once more for each of its strength."""
        for number, times in enumerate(order):
            person, where = self.others[number], self.places[number]
            for _again in range(times):
                tie(self.world, person, "goes_to", where, by=self.world.officer, how="seen")
                tie(self.world, person, "uses", self.phones[number], how="seen")
                tie(self.world, self.adults[number], "drives", self.amira, how="seen")
                worry(self.world.teacher, place_id=where.pk)

    def orders(self) -> dict[str, list[str]]:
        """Of each answer, who or what its lines are about, in their order."""
        user = self.world.teacher
        drawing = around(user, self.amira.pk).drawing
        assert drawing
        found = {
            "near": [str(line.this) for part in near(user, self.amira.pk).parts.values() for line in part],
            "drawing": [spot.thing.name for spot in drawing.spots],
        }
        asked: dict[str, dict[str, Any]] = {
            "episodes": {"episode_id": self.episode.pk},
            "together": {"person_id": self.amira.pk},
            "unwatched": {},
            "rests": {"node_id": self.amira.pk},
            "panel": {"panel_id": self.panel.pk},
            "circles": {"panel_id": self.panel.pk},
        }
        for question, keys in asked.items():
            answer = QUESTIONS[question].ask(self.world.coordinator if "panel_id" in keys else user, **keys)
            found[question] = [line.name for line in answer.lines]
            found[f"{question}, in its sentences"] = _CALLED.findall(
                " ".join(line.says for line in answer.lines)
            )
        return found


@pytest.fixture
def woven(world: World) -> Woven:
    made = Woven(world)
    for person in (made.amira, *made.others):
        actions.involve(by=world.teacher, person=person, agency=world.police, why="Works with them")
    return made


@settings(
    max_examples=3,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(order=strengths)
def test_whatever_is_said_more_often_the_order_stays(woven: Woven, order: list[int]) -> None:
    before = woven.orders()
    with transaction.atomic():
        woven.strengthen(order)
        after = woven.orders()
        transaction.set_rollback(True)
    for answer, names in before.items():
        kept = [name for name in after[answer] if name in names]
        assert kept == names, answer
    told = [text for text in before["near"] if text.endswith(" Made") and text.split()[0] in NAMES]
    assert len(before["together"]) > 1
    assert len(before["unwatched"]) == len(NAMES)
    assert told == sorted(told)
    assert before["circles, in its sentences"][: len(NAMES)] == list(NAMES)
