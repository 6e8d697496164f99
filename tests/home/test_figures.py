"""Promises kept: counted over the whole partnership, shown to those who see figures, and never so few as to name a child."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import World

from heard.agencies.rules import Hidden
from heard.board.figures.queries import figures
from heard.cases.case import queries as cases
from heard.cases.case.rules import Kept
from heard.cases.concern import actions as telling
from heard.cases.concern import queries

TOLD = timezone.make_aware(datetime(2026, 3, 2, 9))  # a Monday
TODAY = date(2026, 4, 1)


def _worry(world: World, *, decided_after: int | None, heard: bool) -> None:
    words = {"text": "I want to be asked.", "heard_by": "Tess Archer", "heard_on": TOLD.date()}
    worry = telling.tell(
        by=world.teacher,
        new_person={"given_name": "Mina", "family_name": "Okoro"},
        seen_and_heard="Away on Mondays.",
        words=words if heard else None,
        why_no_words="" if heard else "Not met yet",
        danger_now="no",
        at=TOLD,
    )
    if decided_after is not None:
        telling.decide(
            by=world.coordinator,
            concern=worry,
            decision="open_case",
            reason="Harm now",
            feedback="A team looks at it.",
            why_without_words="" if heard else "Not met yet",
            at=TOLD + timedelta(days=decided_after),
        )


def test_a_worry_decided_late_or_not_at_all_is_not_in_time(world: World) -> None:
    for days in (0, 1, 1, 3, None):
        _worry(world, decided_after=days, heard=True)
    found = queries.to_decide(world.board_member).between(date(2026, 1, 1), TODAY)
    assert found == Kept(kept=3, of=5)


def test_a_worry_that_is_not_due_yet_is_not_counted(world: World) -> None:
    _worry(world, decided_after=None, heard=True)
    found = queries.to_decide(world.board_member).between(date(2026, 1, 1), TOLD.date())
    assert found == Kept(kept=0, of=0)


@pytest.mark.on_day(TODAY)
def test_a_decision_without_the_childs_words_is_counted_as_such(world: World) -> None:
    _worry(world, decided_after=1, heard=True)
    _worry(world, decided_after=1, heard=False)
    assert queries.decided_beside_words(world.board_member, since=date(2026, 1, 1)).whole() == Kept(1, 2)
    assert cases.with_a_trusted_worker(world.board_member) == Kept(0, 2)


@pytest.mark.on_day(TODAY)
def test_what_was_due_before_is_left_out(world: World) -> None:
    _worry(world, decided_after=1, heard=True)
    assert queries.to_decide(world.board_member).between(date(2026, 3, 4), TODAY).of == 0


@pytest.mark.on_day(TODAY)
def test_five_or_fewer_are_never_shown(world: World, client: Client) -> None:
    for _number in range(5):
        _worry(world, decided_after=1, heard=True)
    assert figures(world.board_member, today=date(2027, 1, 4))[0].waiting
    client.force_login(world.board_member)
    assert "too few to show" in client.get("/figures/").content.decode()
    assert Kept(3, 5).too_few
    assert not Kept(3, 6).too_few


@pytest.mark.parametrize("who", ["social_worker", "teacher", "administrator"])
def test_figures_are_hidden_from_those_who_do_not_answer_for_them(
    world: World, client: Client, who: str
) -> None:
    user = getattr(world, who)
    with pytest.raises(Hidden):
        figures(user, today=TODAY)
    client.force_login(user)
    assert client.get("/figures/").status_code == 404


@pytest.mark.once
def test_the_page_asks_a_fixed_number_of_times(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(world.board_member)
    for _number in range(3):
        _worry(world, decided_after=1, heard=True)
        with django_assert_max_num_queries(28):
            page = client.get("/figures/")
    assert "What these figures do not say" in page.content.decode()
