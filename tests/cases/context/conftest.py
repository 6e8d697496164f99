"""A place that several speak of, and work on it that somebody holds."""

from typing import Any

import pytest

from heard.cases.context import actions
from heard.cases.context.models import Context
from heard.network import actions as network


@pytest.fixture
def arcade(world: Any) -> Any:
    return network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")


@pytest.fixture
def work(world: Any, arcade: Any) -> Context:
    return actions.open_context(
        by=world.coordinator,
        end="place",
        node_id=arcade.pk,
        setting="neighbourhood",
        why="Three worries tell of the same evenings",
        holder=world.social_worker,
    )
