"""Over made-up worlds: nothing that a reader may not see changes a byte of what a question answers, of a search or of a child’s
people, nor how often the database is asked."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.panel.conftest import make_panel
from tests.conftest import World
from tests.network.test_web_in_any_world import (
    _TOKENS,
    AGENCIES,
    IN_WORLDS,
    READERS,
    WORLDS,
    Made,
    add_hidden,
    make,
    worlds,
)

from heard.agencies.models import User
from heard.agencies.rules import May
from heard.cases.concern.models import Concern
from heard.cases.missing.models import Episode
from heard.cases.panel.models import Panel, PanelItem
from heard.network import queries
from heard.network.models import Mention, Person, Tie, TieSource
from heard.network.queries import Web, sight

pytestmark = pytest.mark.timeout(300 + 240 * WORLDS)  # it draws each page twice a world
_OURS = ("network_", "cases_", "graph_")

# Of each child: which agency tells and notes, which node the worry names and the interview speaks of, and how long ago.
told = st.lists(
    st.tuples(st.integers(0, 99), st.sampled_from(AGENCIES), st.integers(0, 99), st.integers(1, 300)),
    min_size=2,
    max_size=5,
)


def tell(made: Made, children: list[uuid.UUID], drawn: list[tuple[int, str, int, int]]) -> None:
    """Worries that name a phone, and episodes after which a child spoke of a place."""
    handles = [key for kind, key in made.nodes if kind == "handle"]
    places = [key for kind, key in made.nodes if kind == "place"]
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    for which, agency, node, days in drawn:
        child, worker = children[which % len(children)], made.worker(agency)
        at = now - timedelta(days=days)
        worry = Concern(
            reference=f"W-{uuid.uuid4().hex[:8]}", person_id=child, told_by=worker, told_at=at,
            agency=made.agency(agency), release="2026.1", seen_and_heard="Seen", why_no_words="Nobody asked", danger_now="no", due_on=at.date(),
        )  # fmt: skip
        Concern.everything.bulk_create([worry])
        Mention.objects.create(
            node_id=handles[node % len(handles)], about="concern", about_id=worry.pk, start=0, length=1, confirmed_by=worker,
        )  # fmt: skip
        episode = Episode.objects.create(
            person_id=child, missing_from=at, from_where="home", last_seen_where="Home", last_seen_by="Family",
            danger="no", noted_by=worker, noted_at=at, found_at=at + timedelta(hours=2), interview_due_at=at,
        )  # fmt: skip
        place = places[node % len(places)]
        tie, _new = Tie.objects.get_or_create(
            first_id=child, second_id=place, kind="goes_to", defaults={"release": "2026.2"}
        )
        TieSource.objects.create(
            tie=tie, words="Said", how="said_by_child", about="interview", about_id=episode.pk,
            reach="record" if days % 2 else "ends", holder=made.agency(agency), noted_by=worker, valid_from=at.date(),
        )  # fmt: skip


def plan(made: Made, children: list[uuid.UUID]) -> None:
    """A panel to which all are invited, with these children on its agenda."""
    panel = make_panel(made.world)
    for key in children:
        PanelItem.objects.create(
            panel=panel, section="children", person_id=key, added_by=made.world.coordinator
        )


def children_of(made: Made) -> list[uuid.UUID]:
    keys = [key for kind, key in made.nodes if kind == "person"]
    return list(
        Person.objects.filter(pk__in=keys, kind="child").order_by("given_name").values_list("pk", flat=True)
    )


def pages_of(made: Made) -> list[str]:
    def at(name: str, **keys: Any) -> str:
        return reverse(name, kwargs=keys)

    children = children_of(made)[:2]
    by_kind: dict[str, list[Any]] = defaultdict(list)
    for kind, key in made.nodes:
        by_kind[kind].append(key)
    people = by_kind["person"]
    one = {kind: keys[0] for kind, keys in by_kind.items()}
    pages = [
        at("ask_unwatched"),
        at("ask_bridges"),
        at("places"),
        at("ask_ways", node_id=people[0], other_id=people[1]),
    ]
    pages += [
        at(name, person_id=key) for key in children for name in ("near", "ask_together", "child_people")
    ]
    pages += [at("ask_rests", node_id=key) for key in one.values()]
    pages += [at("drawing", node_id=key) for key in one.values()]
    pages += [at("draw_together", person_id=key) for key in children[:1]]
    panels = Panel.objects.values_list("pk", flat=True)
    pages += [at(name, panel_id=key) for key in panels for name in ("ask_circles", "draw_circles")]
    pages += [
        at("draw_bridges"),
        at("draw_moved", place_id=one["place"]),
        at("draw_same_group", group_id=one["group"]),
    ]
    pages += [at("ask_pieces", thing_id=one[kind]) for kind in ("place", "group", "handle")]
    pages += [at("ask_users", handle_id=key) for key in by_kind["handle"]]
    pages += [at("web", node_id=key) for key in by_kind["handle"]]
    pages += [at(name, place_id=key) for key in by_kind["place"] for name in ("ask_there", "ask_moved")]
    pages += [at("ask_same_group", group_id=key) for key in by_kind["group"]]
    worries = Concern.objects.order_by("told_at", "pk").values_list("pk", flat=True)
    pages += [at("ask_worry", concern_id=key) for key in worries[:3]]
    episodes = Episode.objects.order_by("missing_from", "pk").values_list("pk", flat=True)
    pages += [at("ask_episodes", episode_id=key) for key in episodes[:3]]
    return pages


def hidden_pages(made: Made) -> list[str]:
    """Of the child whom this reader may not see."""
    hidden = Person.objects.get(given_name="Hidden")
    worry = Concern.objects.filter(person=hidden).order_by("pk")[0]
    return [
        reverse("ask_together", kwargs={"person_id": hidden.pk}),
        reverse("ask_rests", kwargs={"node_id": hidden.pk}),
        reverse("drawing", kwargs={"node_id": hidden.pk}),
        reverse("draw_together", kwargs={"person_id": hidden.pk}),
        reverse("ask_worry", kwargs={"concern_id": worry.pk}),
        reverse("ask_ways", kwargs={"node_id": made.nodes[0][1], "other_id": hidden.pk}),
    ]


def shown(user: User, pages: list[str]) -> dict[str, tuple[int, str, int]]:
    """Each page as this user gets it: status, text and how many queries it took."""
    client = Client()
    client.force_login(user)
    found = {}
    for page in pages:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(page)
        ours = [one for one in asked if any(name in one["sql"] for name in _OURS)]
        found[page] = (answer.status_code, _TOKENS.sub("", answer.text), len(ours))
    for text in ("Group 0", "Place 1"):
        hits = [*queries.find_groups(user, name=text), *queries.find_places(user, name=text)]
        found[f"search for {text}"] = (200, repr(hits), 0)
    return found


def add_what_is_hidden(made: Made, reader: User, more: dict[str, Any], drawn: Any) -> None:
    """As for pages of the web; and worries and episodes of a restricted child of another agency, about what everybody ties to."""
    add_hidden(made, reader, more)
    hidden = Person.objects.get(given_name="Hidden")
    theirs = reader.agencies_where(May.SEE_CHILD)
    agency = next(name for name in AGENCIES if made.agency(name).pk not in theirs)
    for panel in Panel.objects.all():
        PanelItem.objects.create(
            panel=panel, section="children", person=hidden, added_by=made.world.coordinator
        )
    tell(made, [hidden.pk], [(which, agency, node, days) for which, _agency, node, days in drawn])


def what_changes(
    world: World,
    reader: str,
    drawn: dict[str, Any],
    spoken: Any,
    more: dict[str, Any],
    unseen: Any,
    *,
    only: Iterable[str] = ("/",),
) -> tuple[list[str], set[int]]:
    """Which of their pages this reader gets otherwise as soon as there is more that they may not see; and how pages about that
    answer them. `only`: pages whose address has one of these words in it."""
    user: User = getattr(world, reader)
    with transaction.atomic():
        made = make(world, drawn)
        children = children_of(made)
        if children:
            tell(made, children, spoken)
            plan(made, children[:1])
        pages = [page for page in pages_of(made) if any(word in page for word in only)]
        before = shown(user, pages)
        add_what_is_hidden(made, user, more, unseen)
        new = [page for page in hidden_pages(made) if page not in pages]
        after = shown(user, [*pages, *new])
        transaction.set_rollback(True)
    changed = [page for page in before if before[page] != after[page]]
    return changed, {answer[0] for page, answer in after.items() if page not in before}


@IN_WORLDS
@given(reader=st.sampled_from(READERS), drawn=worlds, spoken=told, more=worlds, unseen=told)
def test_what_a_reader_may_not_see_changes_no_answer(
    world: World, reader: str, drawn: dict[str, Any], spoken: Any, more: dict[str, Any], unseen: Any
) -> None:
    changed, answers = what_changes(world, reader, drawn, spoken, more, unseen)
    assert changed == []
    assert answers <= {404}


# ---- a door that lets something through is caught

# Two children of the school who both go to the first place; the police keep to themselves that one goes to the second, and that
# an account is theirs; in one worry of theirs about a child whom nobody else sees stands a phone.
A_WORLD: dict[str, Any] = {
    "people": [{"child": True, "restricted": False, "agencies": {"school"}}] * 2,
    "ties": [(0, 2, 0, "school", "ends", False), (1, 2, 0, "school", "ends", False)],
}
AND_MORE: dict[str, Any] = {"people": [], "ties": [(0, 5, 0, "police", "holder", False)]}
SPOKEN = [(0, "school", 0, 10), (1, "school", 0, 21)]
UNSEEN = [(0, "police", 1, 33), (0, "police", 1, 44)]
PAGES = ("/drawing/", "/rests/", "/users/", "/people", "/places", "/web/", "/ties/", "/unwatched/")


def _always(*_args: Any, **_keywords: Any) -> bool:
    return True


def _only(keys: Any) -> list[Any]:
    return list(keys)


# What the drawing alone catches: it reads ties by key, and asks no list.
DRAWN = (
    "both ends are seen",
    "what an agency keeps to itself is shown to all",
    "a kind is asked for where there is any",
)
MUTATIONS: dict[str, tuple[Any, str, Any]] = {
    "both ends are seen": (sight.Sight, "_sees", _always),
    "what an agency keeps to itself is shown to all": (sight.Sight, "_reads", _always),
    "every record that names something may be read": (sight.Sight, "_in_open_record", _always),
    "a kind is asked for where there is any": (sight, "_some", _only),
    "lists show both ends": (
        Web,
        "_sees",
        lambda _self, end="": Q(**{f"{end}__isnull" if end else "pk__isnull": False}),
    ),
    "lists show what an agency keeps to itself": (Web, "_reaches", lambda _self: Q()),
    "lists read every record": (Web, "_in_a_record", lambda _self: Q()),
}


def test_nothing_changes_in_the_world_in_which_doors_are_broken(world: World) -> None:
    assert what_changes(world, "teacher", A_WORLD, SPOKEN, AND_MORE, UNSEEN, only=PAGES) == ([], {404})
    assert set(DRAWN) <= MUTATIONS.keys()


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_door_that_lets_something_through_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch, mutation: str
) -> None:
    monkeypatch.setattr(*MUTATIONS[mutation])
    only = ("/drawing/",) if mutation in DRAWN else PAGES
    assert what_changes(world, "teacher", A_WORLD, SPOKEN, AND_MORE, UNSEEN, only=only) != ([], {404})
