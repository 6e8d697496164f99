"""Over made-up worlds: whatever the name is that an agency keeps to itself, and whether it is a child’s, others get the same bytes; and
nobody takes it out."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import World
from tests.graph.test_exchange_in_any_world import files
from tests.graph.test_in_any_world import pages_of, plan
from tests.graph.test_in_any_world import shown as answers
from tests.network.test_web_in_any_world import IN_WORLDS, READERS, WORLDS, Made, make, shown, worlds

from heard.agencies.models import User
from heard.agencies.rules import May
from heard.network.models import TieSource

pytestmark = pytest.mark.timeout(300 + 240 * WORLDS)  # it draws each page twice a world
names = st.text(st.characters(codec="ascii", categories=("L",)), min_size=4, max_size=20)


def say(made: Made, reader: User, who: str, how: str) -> int:
    """Of what agencies of others than this reader noted it is kept who says so, which is so."""
    others = TieSource.objects.filter(~Q(holder__in=reader.agencies_where(May.SEE_CHILD)))
    return others.update(who=who, how=how, who_reach="holder", source_grade="", known_grade="")


@IN_WORLDS
@given(reader=st.sampled_from(READERS), drawn=worlds, one=names, other=names)
def test_who_says_so_changes_no_byte_for_others(
    world: World, reader: str, drawn: dict[str, Any], one: str, other: str
) -> None:
    user: User = getattr(world, reader)
    with transaction.atomic():
        made = make(world, drawn)
        plan(made, [])
        say(made, user, f"Rosalind {one}", "said")
        pages = pages_of(made)
        before = shown(user, made) | answers(user, pages)
        assert not [page for page, got in before.items() if "Rosalind" in got[1]]
        taken = files(user, list(made.nodes))
        assert not [key for key, content in taken.items() if b"Rosalind" in content]
        say(made, user, f"Rosalind {other} the second", "said_by_child")
        after = shown(user, made) | answers(user, pages)
        assert [page for page in before if before[page] != after[page]] == []
        assert files(user, list(made.nodes)) == taken
        transaction.set_rollback(True)
