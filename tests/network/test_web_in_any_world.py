"""Over made-up worlds: nothing that a reader may not see changes a byte of what they get, and a merge that is undone leaves no
trace in the web."""

from __future__ import annotations

import os
import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.conftest import World, examples

from heard.agencies.models import Agency, User
from heard.agencies.rules import May
from heard.network import actions, merging, queries
from heard.network.handles import known_handle
from heard.network.models import Group, Handle, Involvement, Node, Person, Place, Tie, TieSource
from heard.network.rules import in_order, kinds_between
from heard.network.search_index import renew_keys_of
from heard.network.strands import BEHIND

WORLDS = int(os.environ.get("HEARD_WORLDS", examples(4)))
pytestmark = pytest.mark.timeout(300 + 120 * WORLDS)  # it draws each page twice a world
IN_WORLDS = settings(
    max_examples=WORLDS,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
READERS = ("teacher", "officer", "social_worker", "coordinator", "supervisor")
AGENCIES = ("school", "police", "care")
# Tokens, and for how long the reader stays signed in.
_TOKENS = re.compile(r'name="(?:csrfmiddlewaretoken|kept)" value="[^"]*"|data-seconds="[0-9]*"')

people = st.builds(
    dict,
    child=st.booleans(),
    restricted=st.booleans(),
    agencies=st.sets(st.sampled_from(AGENCIES), min_size=1, max_size=2),
)
ties = st.tuples(
    st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.sampled_from(AGENCIES), st.sampled_from(("ends", "holder")),
    st.booleans(),
)  # fmt: skip
worlds = st.builds(
    dict,
    people=st.lists(people, min_size=2, max_size=4),
    ties=st.lists(ties, min_size=3, max_size=12),
)


@dataclass
class Made:
    """What stands in one made-up world: every node by its kind."""

    nodes: list[tuple[str, uuid.UUID]]
    world: World
    merged: list[uuid.UUID] = field(default_factory=list)  # into the first of their kind

    def agency(self, name: str) -> Agency:
        return getattr(self.world, name)

    def worker(self, name: str) -> User:
        return {"school": self.world.teacher, "police": self.world.officer, "care": self.world.social_worker}[
            name
        ]


def make(world: World, drawn: dict[str, Any]) -> Made:
    made = Made([], world)
    for number, one in enumerate(drawn["people"]):
        made.nodes.append(("person", _person(made, f"Given{number}", one).pk))
    for number in range(3):
        place = Place.objects.create(name=f"Place {number}", kind="park")
        group = Group.objects.create(
            name=f"Group {number}", kind="friends", agency=made.agency(AGENCIES[number])
        )
        handle = known_handle("phone", "", f"07700 90010{number}")
        made.nodes += [("place", place.pk), ("group", group.pk), ("handle", handle.pk)]
    for one in drawn["ties"]:
        _tie(made, one)
    for kind in ("place", "group", "handle"):
        first, _second, third = (node for node in made.nodes if node[0] == kind)
        put_together(BEHIND[kind], first[1], third[1])
        made.nodes.remove(third)
        made.merged.append(third[1])
    return made


def put_together(model: Any, kept: uuid.UUID, merged: uuid.UUID) -> None:
    """As a merge does, whoever sees them."""
    this, other = model.objects.get(pk=kept), model.objects.get(pk=merged)
    merging.union(this, other)
    other.merged_into = this
    other.save()
    if model is not Handle:
        renew_keys_of(this)


def _person(made: Made, name: str, row: dict[str, Any]) -> Person:
    kind = "child" if row["child"] else "adult"
    person = Person.objects.create(
        given_name=name, family_name="Made", kind=kind, restricted=row["restricted"]
    )
    for agency in sorted(row["agencies"]):
        Involvement.objects.create(
            person=person, agency=made.agency(agency), since=timezone.localdate(), why="Works with them"
        )
    return person


def _tie(made: Made, drawn: tuple[int, int, int, str, str, bool]) -> None:
    one, other, kind, agency, reach, withdrawn = drawn
    (first_kind, first), (second_kind, second) = (
        made.nodes[number % len(made.nodes)] for number in (one, other)
    )
    if first == second:
        return
    kinds = [
        value
        for value, _label, _help in kinds_between(first_kind, second_kind)
        if not value.startswith("back:")
    ]
    chosen = kinds[kind % len(kinds)] if kinds else "other"
    if not in_order(chosen, first_kind, second_kind):
        first, second = second, first
    tie = Tie.objects.create(
        first_id=first, second_id=second, kind=chosen, in_words="is tied to", release="2026.2"
    )
    gone = {"withdrawn_at": timezone.now(), "withdrawn_by": made.worker(agency), "why_withdrawn": "Not so"}
    TieSource.objects.create(
        tie=tie, words=f"Said by {agency}", how="seen", reach=reach, holder=made.agency(agency),
        noted_by=made.worker(agency), recorded_at=timezone.now() - timedelta(days=kind), **(gone if withdrawn else {}),
    )  # fmt: skip


def opened(client: Client, page: str) -> tuple[Any, list[str]]:
    """What answers, and the statements that it asked, without their parameters, which SQLite would be asked to write out."""
    asked: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        asked.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        return client.get(page), asked


def shown(user: User, made: Made) -> dict[str, tuple[int, str, int]]:
    """Every page about the web as this user gets it: status, text and how many queries it took."""
    client = Client()
    client.force_login(user)
    pages = [reverse(name) for name in ("places", "groups", "ties_without_kind", "home", "concerns")]
    named = [key for _kind, key in made.nodes]
    pages += [reverse("web", kwargs={"node_id": key}) for key in [*named, *made.merged]]
    pages += [
        reverse(kind, kwargs={f"{kind}_id": key}) for kind, key in made.nodes if kind in ("place", "group")
    ]
    pages += [
        reverse("adult" if kind == "adult" else "child_people", kwargs={"person_id": key})
        for key, kind in Person.objects.filter(pk__in=[key for _kind, key in made.nodes]).values_list(
            "pk", "kind"
        )
    ]
    pages += [
        reverse("tie", kwargs={"tie_key": key})
        for key in Tie.objects.order_by("pk").values_list("key", flat=True)
    ]
    found = {}
    for page in pages:
        answer, asked = opened(client, page)
        about_the_web = [text for text in asked if "network_" in text]  # a session is renewed now and then
        # My work asks a list only where there may be something in it (`WorkList.only_if`).
        asked_so_often = 0 if page == reverse("home") else len(about_the_web)
        found[page] = (answer.status_code, _TOKENS.sub("", answer.text), asked_so_often)
    for text in ("Group 0", "Place 1", "Group 2", "Place 2"):
        hits = [*queries.find_groups(user, name=text), *queries.find_places(user, name=text)]
        found[f"search for {text}"] = (200, repr(hits), 0)
    return found


def add_hidden(made: Made, reader: User, drawn: dict[str, Any]) -> None:
    """What this reader may not see: a restricted child of an agency that is not theirs, with ties to all that is there, a group
    and a phone of their own, and what others keep to themselves. Some of what they do not see is withdrawn."""
    theirs = reader.agencies_where(May.SEE_CHILD)
    agency = next(name for name in AGENCIES if made.agency(name).pk not in theirs)
    hidden = _person(made, "Hidden", {"child": True, "restricted": True, "agencies": {agency}})
    new, half = known_handle("vehicle", "", "ZZ99 ZZZ"), known_handle("vehicle", "", "ZZ99 ZZ?")
    before = list(made.nodes)
    ends = [("person", hidden.pk), *before, ("handle", new.pk), ("handle", half.pk)]
    only = Made(ends, made.world)
    for number in range(1, len(ends)):
        _tie(only, (0, number, number, agency, "ends", False))
    for one in drawn["ties"]:
        _tie(made, (*one[:3], agency, "holder", one[5]))
    put_together(Handle, new.pk, half.pk)
    made.nodes += [
        ("person", hidden.pk),
        ("handle", new.pk),
        ("handle", half.pk),
    ]  # their own pages are not there either
    unseen = TieSource.objects.exclude(pk__in=queries.web(reader).sources()).filter(withdrawn_at=None)
    unseen.filter(recorded_at__lt=timezone.now() - timedelta(days=40)).update(
        withdrawn_at=timezone.now(), withdrawn_by=made.worker(agency), why_withdrawn="Not so"
    )


@IN_WORLDS
@given(reader=st.sampled_from(READERS), drawn=worlds, more=worlds)
def test_what_a_reader_may_not_see_changes_nothing_that_they_get(
    world: World, reader: str, drawn: dict[str, Any], more: dict[str, Any]
) -> None:
    user: User = getattr(world, reader)
    with transaction.atomic():
        made = make(world, drawn)
        before = shown(user, made)
        add_hidden(made, user, more)
        after = shown(user, made)
        assert [page for page in before if before[page] != after[page]] == []
        assert {answer[0] for page, answer in after.items() if page not in before} <= {404}
        transaction.set_rollback(True)


@pytest.mark.parametrize("kept_first", [True, False])
@IN_WORLDS
@given(drawn=worlds)
def test_a_merge_that_is_undone_gives_the_web_back_to_the_byte(
    world: World, kept_first: bool, drawn: dict[str, Any]
) -> None:
    with transaction.atomic():
        made = make(
            world, drawn | {"people": [one | {"child": True, "restricted": False} for one in drawn["people"]]}
        )
        one, other = [key for kind, key in made.nodes if kind == "person"][:2]
        tables: tuple[Any, ...] = (Node, Handle, Tie, TieSource)
        before = [list(table.objects.order_by("pk").values()) for table in tables]
        kept, merged = (one, other) if kept_first else (other, one)
        merge = actions.merge_people(by=world.coordinator, kept_id=kept, merged_id=merged, reason="One child")
        assert not Tie.objects.filter(first=merged).exclude(second=kept).exists()
        assert not Tie.objects.filter(second=merged).exclude(first=kept).exists()
        actions.unmerge_people(by=world.coordinator, merge_id=merge.pk, reason="Two children")
        assert [list(table.objects.order_by("pk").values()) for table in tables] == before
        transaction.set_rollback(True)
