"""Over made-up worlds: nothing that a reader may not see changes a byte of a file that they take out, and what goes out comes back in as
nothing new."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import World
from tests.network.test_web_in_any_world import (
    _TOKENS,
    IN_WORLDS,
    READERS,
    WORLDS,
    add_hidden,
    make,
    worlds,
)

from heard.agencies.models import User
from heard.agencies.rules import Hidden
from heard.graph.exchange import actions, queries
from heard.graph.exchange.models import Meant
from heard.graph.exchange.reading import read
from heard.graph.exchange.rules import Taking
from heard.graph.exchange.writing import SUFFIXES, as_file
from heard.network.models import Person

pytestmark = pytest.mark.timeout(300 + 120 * WORLDS)
GIVEN = actions.Given(from_whom="Ash", why="To see", reach="ends")


def files(user: User, nodes: list[tuple[str, uuid.UUID]]) -> dict[tuple[uuid.UUID, str], bytes]:
    """What this user takes out around each of these, in every form, with the same keys."""
    found = {}
    for _kind, key in nodes:
        try:
            picture = queries.drawn(user, "node", key, {"away": 2})
        except Hidden:
            continue
        chart = queries.takes(user, picture, "salt").chart
        found |= {(key, form): as_file(chart, form) for form in SUFFIXES}
    return found


@IN_WORLDS
@given(reader=st.sampled_from(READERS), drawn=worlds, more=worlds)
def test_what_a_reader_may_not_see_changes_no_byte_of_what_they_take_out(
    world: World, reader: str, drawn: dict[str, Any], more: dict[str, Any]
) -> None:
    user: User = getattr(world, reader)
    with transaction.atomic():
        made = make(world, drawn)
        nodes = list(made.nodes)
        before = files(user, nodes)
        add_hidden(made, user, more)
        assert files(user, nodes) == before
        hidden = [node for node in made.nodes if node not in nodes]
        assert hidden
        assert files(user, hidden) == {}
        transaction.set_rollback(True)


@IN_WORLDS
@given(reader=st.sampled_from(READERS), drawn=worlds, form=st.sampled_from(["csv", "graphml", "ftm"]))
def test_a_file_that_is_taken_out_comes_back_in_as_nothing_new_and_names_nobody_restricted(
    world: World, reader: str, drawn: dict[str, Any], form: str
) -> None:
    user: User = getattr(world, reader)
    with transaction.atomic():
        made = make(world, drawn)
        for _kind, key in made.nodes:
            content = _taken(user, key, form)
            if content is None:
                continue
            chart = _brought(user, content)
            assert chart.left == 0
            assert not chart.ties.exists()
            assert {one.code for one in chart.asides.all()} <= {"known"}
            restricted = Person.objects.filter(restricted=True).values_list("given_name", flat=True)
            if form != "csv":
                assert not [name for name in restricted if f"{name} Made" in content.decode()]
        transaction.set_rollback(True)


@IN_WORLDS
@given(reader=st.sampled_from(READERS), drawn=worlds, more=worlds)
def test_what_a_reader_may_not_see_changes_nothing_on_the_pages_of_a_chart(
    world: World, reader: str, drawn: dict[str, Any], more: dict[str, Any]
) -> None:
    user: User = getattr(world, reader)
    with transaction.atomic():
        made = make(world, drawn)
        people = "".join(f"{name} Made,is seen at,Place 0\nHidden Made,knows,{name} Made\n" for name in NAMES)
        chart = _brought(user, f"a,tie,b\n{people}Given0 Made,uses,ZZ99 ZZZ\n".encode())
        for name in chart.names.filter(text__in=("Given0 Made", "Place 0")):
            for one in queries.may_be(user, name)[:1]:
                actions.say_who(by=user, name_id=name.pk, node_id=one.key)
        before = _pages(user, chart)
        add_hidden(made, user, more)
        Meant.objects.create(
            name=chart.names.last().meant, node_id=made.nodes[0][1], same=True, by=_other(world, user)
        )
        assert _pages(user, chart) == before
        assert {answer for answer, _text in _pages(_other(world, user), chart).values()} == {404}
        transaction.set_rollback(True)


NAMES = ("Given0", "Given1", "Given2", "Given3")


def _other(world: World, user: User) -> User:
    """A colleague who decides on worries, or anybody else who works with children."""
    return next(one for one in (world.coordinator, world.teacher) if one.pk != user.pk)


def _pages(user: User, chart: Any) -> dict[str, tuple[int, str]]:
    client = Client()
    client.force_login(user)
    pages = [reverse(name, args=[chart.pk]) for name in ("chart", "chart_names", "chart_aside")]
    pages += [reverse("chart_name", args=[key]) for key in chart.names.values_list("pk", flat=True)]
    answers = {page: client.get(page) for page in pages}
    return {page: (answer.status_code, _TOKENS.sub("", answer.text)) for page, answer in answers.items()}


def _taken(user: User, key: uuid.UUID, form: str) -> bytes | None:
    """None where there is nothing that may be taken out."""
    taking = Taking(form, "Ash", "To see", "public_task")
    try:
        picture = queries.drawn(user, "node", key, {"away": 2})
    except Hidden:
        return None
    if not queries.takes(user, picture, "salt").ties:
        return None
    row = actions.ask_to_take(by=user, about="node", of=key, how={"away": 2}, taking=taking)
    return actions.take_out(by=user, outgoing_id=row.pk)[1]


def _brought(user: User, content: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chart"
        path.write_bytes(content)
        found = read(path)
    return actions.bring_in(
        by=user, file_name="chart", digest=hashlib.sha256(content).hexdigest(), read=found, given=GIVEN
    )
