"""Who may see something is said twice: in one statement, for lists, and by key, for questions. Over made-up worlds both say the
same, now and as it was known on a day."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.conftest import World, examples
from tests.graph.test_in_any_world import children_of, tell, told
from tests.network.test_web_in_any_world import READERS, Made, make, worlds

from heard.agencies.models import User
from heard.agencies.rules import May
from heard.cases.concern.models import Concern
from heard.network.models import Mention, TieSource
from heard.network.queries import web
from heard.network.rules import KnownGrade

EVER = date(2000, 1, 1)


def in_one_statement(user: User, made: Made, on: date | None) -> dict[str, Any]:
    door = web(user, on)
    nodes = {key for kind, key in made.nodes for _one in door.nodes(kind).filter(pk=key)}
    ties = set(door.ties().values_list("pk", flat=True))
    sources = door.sources().filter(tie__in=ties).exclude(known_grade=KnownGrade.THOUGHT_UNTRUE)
    return {
        "nodes": nodes,
        "ties": ties,
        "sources": set(sources.values_list("pk", flat=True)),
        "mentions": set(door.mentions().filter(node__in=nodes).values_list("node", "about_id")),
    }


def by_key(user: User, made: Made, on: date | None) -> dict[str, Any]:
    door = web(user, on)
    keys = {key for _kind, key in made.nodes}
    pieces = door.known_of(keys, since=EVER)
    assert {piece.key for piece in door.said_of(keys, since=EVER)} == {
        piece.key for piece in pieces if piece.tie_key
    }
    assert [list(door.ties_at(key)) for key in keys] == [list(door.ties_of(key)) for key in keys]
    return {
        "nodes": set(web(user, on).called(*keys)),
        "ties": {one.tie for one in door._said_at(keys)},
        "sources": {piece.key for piece in pieces if piece.tie_key},
        "mentions": {(piece.node, piece.about_id) for piece in pieces if not piece.tie_key},
    }


@settings(
    max_examples=examples(25),
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    reader=st.sampled_from((*READERS, "analyst")),
    drawn=worlds,
    spoken=told,
    ago=st.none() | st.integers(0, 20),
)
def test_asked_by_key_a_reader_sees_what_they_see_in_a_list(
    world: World, reader: str, drawn: dict[str, Any], spoken: Any, ago: int | None
) -> None:
    user: User = getattr(world, reader)
    with transaction.atomic():
        made = make(world, drawn)
        if children := children_of(made):
            tell(made, children, spoken)
            group = next(key for kind, key in made.nodes if kind == "group")
            Concern.everything.filter(person=children[0]).update(person=None, group=group)
        on = None if ago is None else timezone.localdate() - timedelta(days=ago)
        assert by_key(user, made, on) == in_one_statement(user, made, on)
        transaction.set_rollback(True)


def test_what_an_analyst_asks_by_key_is_nothing(world: World) -> None:
    assert not world.analyst.may(May.SEE_CHILD)
    door = web(world.analyst)
    assert (door.called(uuid.uuid4()), door.named_by({uuid.uuid4()})) == ({}, [])
    assert door.known_from("concern", {uuid.uuid4()}) == []
    assert not TieSource.objects.exists()
    assert not Mention.objects.exists()
