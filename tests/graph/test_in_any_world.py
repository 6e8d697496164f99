"""Over made-up worlds: nothing that a reader may not see changes a byte of what a question answers, of a search or of a child’s
people, nor how often the database is asked."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import OuterRef, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.panel.conftest import make_panel
from tests.conftest import World
from tests.graph.test_map import features, know
from tests.network.test_web_in_any_world import (
    _TOKENS,
    AGENCIES,
    IN_WORLDS,
    READERS,
    WORLDS,
    Made,
    add_hidden,
    make,
    opened,
    worlds,
)

from heard.agencies.models import User
from heard.agencies.rules import May
from heard.cases.concern.models import Concern
from heard.cases.missing.models import Episode, Philomena
from heard.cases.panel.models import Panel, PanelItem
from heard.graph.whole import actions as whole
from heard.graph.whole.models import Placed, Whole
from heard.network import for_all, queries
from heard.network.models import Address, Involvement, Mention, Person, Place, Tie, TieSource
from heard.network.queries import Web, sight

pytestmark = pytest.mark.timeout(300 + 240 * WORLDS)  # it draws each page twice a world
_OURS = ("network_", "cases_", "graph_")

# Of each child: which agency tells and notes, which node the worry names and the interview speaks of, and how long ago.
told = st.lists(
    st.tuples(st.integers(0, 99), st.sampled_from(AGENCIES), st.integers(0, 99), st.integers(1, 300)),
    min_size=2,
    max_size=5,
)


@pytest.fixture(autouse=True)
def postcodes(settings: Any, tmp_path: Path) -> None:
    """Those of children, of where they were found and of places are known."""
    settings.MAP = tmp_path / "map"
    know(settings.MAP, LE1_1AA=(52.6, -1.1), LE2_2BB=(52.65, -1.15))


def tell(
    made: Made,
    children: list[uuid.UUID],
    drawn: list[tuple[int, str, int, int]],
    *,
    about_places: bool = True,
) -> None:
    """Worries that name a phone, worries about a place, and episodes after which a child said of a place that they go there and were found
    there."""
    handles = [key for kind, key in made.nodes if kind == "handle"]
    places = [key for kind, key in made.nodes if kind == "place"]
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    for which, agency, node, days in drawn:
        child, worker = children[which % len(children)], made.worker(agency)
        at = now - timedelta(days=days)
        place = places[node % len(places)]
        worry, about = (
            Concern(
                reference=f"W-{uuid.uuid4().hex[:8]}", told_by=worker, told_at=at, agency=made.agency(agency), release="2026.1",
                seen_and_heard="Seen", why_no_words="Nobody asked", danger_now="no", due_on=at.date(), **{f"{end}_id": key},
            )
            for end, key in (("person", child), ("place", place))
        )  # fmt: skip
        Concern.everything.bulk_create([worry, about] if about_places else [worry])
        Mention.objects.create(
            node_id=handles[node % len(handles)], about="concern", about_id=worry.pk, start=0, length=1, confirmed_by=worker,
        )  # fmt: skip
        episode = Episode.objects.create(
            person_id=child, missing_from=at, from_where="home", last_seen_where="Home", last_seen_by="Family",
            danger="no", noted_by=worker, noted_at=at, found_at=at + timedelta(hours=2), interview_due_at=at,
            found_where="" if days % 3 else "By the shops, LE2 2BB",
        )  # fmt: skip
        form = Philomena.objects.create(
            person_id=child, version=Philomena.objects.filter(person=child).count() + 1, phone="As said", written_by=worker,
            written_at=at,
        )  # fmt: skip
        for about, key in (("interview", episode.pk), ("philomena", form.pk)):
            gone = (
                {"withdrawn_at": now, "withdrawn_by": worker, "why_withdrawn": "Another"} if days % 4 else {}
            )
            Mention.objects.create(
                node_id=handles[node % len(handles)], about=about, about_id=key, start=0, length=1, confirmed_by=worker,
                holder=made.agency(agency), **gone,
            )  # fmt: skip
        for kind in ("goes_to", "found_at"):
            ends = {"first_id": child, "second_id": place, "kind": kind}
            tie = Tie.objects.filter(**ends).first() or Tie.objects.create(**ends, release="2026.2")
            TieSource.objects.create(
                tie=tie, words="Said", how="said_by_child", about="interview", about_id=episode.pk,
                reach="record" if days % 2 else "ends", holder=made.agency(agency), noted_by=worker, valid_from=at.date(),
            )  # fmt: skip


def locate(made: Made) -> None:
    """Of the first place somebody said where it is, of the other its postcode says it; an adult whom all see protects both. Children have an
    address."""
    guard = Person.objects.create(given_name="Guard", family_name="Made", kind="adult")
    for name in AGENCIES:
        Involvement.objects.create(
            person=guard, agency=made.agency(name), since=timezone.localdate(), why="Works with them"
        )
    places = [key for kind, key in made.nodes if kind == "place"]
    Place.objects.filter(pk__in=places).update(postcode="LE1 1AA")
    Place.objects.filter(pk=places[0]).update(
        lat=52_609_000, lon=-1_100_000, located_how="Seen", located_by=made.worker("school"), located_at=timezone.now(),
    )  # fmt: skip
    for key in places:
        said(made, (guard.pk, key), "protects", "school", days=15)
    Address.objects.bulk_create(
        Address(person_id=key, line="1 Street", postcode="LE1 1AA") for key in children_of(made)
    )


def said(made: Made, ends: tuple[uuid.UUID, uuid.UUID], kind: str, agency: str, *, days: int) -> None:
    """A tie since so many days, for whoever sees both ends."""
    tie, _new = Tie.objects.get_or_create(
        first_id=ends[0], second_id=ends[1], kind=kind, defaults={"release": "2026.2"}
    )
    TieSource.objects.create(
        tie=tie, words="Seen", how="seen", reach="ends", holder=made.agency(agency), noted_by=made.worker(agency),
        valid_from=timezone.localdate() - timedelta(days=days),
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
    row = {kind: keys[0] for kind, keys in by_kind.items()}
    pages = [
        at("ask_unwatched"),
        at("map"),
        at("home"),
        at("concerns"),
        at("concerns_told"),
        at("ask_bridges"),
        at("places"),
        at("ask_ways", node_id=people[0], other_id=people[1]),
    ]
    pages += [
        at(name, person_id=key) for key in children for name in ("near", "ask_together", "child_people")
    ]
    pages += [at("ask_rests", node_id=key) for key in row.values()]
    pages += [at("drawing", node_id=key) for key in row.values()]
    pages += [at("draw_together", person_id=key) for key in children[:1]]
    panels = Panel.objects.values_list("pk", flat=True)
    pages += [
        at(name, panel_id=key)
        for key in panels
        for name in ("ask_circles", "draw_circles", "ask_panel", "draw_panel")
    ]
    pages += [
        at("draw_bridges"),
        at("draw_unwatched"),
        at("draw_ways", node_id=people[0], other_id=people[1]),
        at("draw_rests", node_id=people[0]),
        at("draw_pieces", thing_id=row["handle"]),
        at("draw_users", handle_id=row["handle"]),
        at("draw_there", place_id=row["place"]),
        at("draw_moved", place_id=row["place"]),
        at("draw_same_group", group_id=row["group"]),
        at("place_by_day", place_id=row["place"]),
        at("group_by_day", group_id=row["group"]),
    ]
    pages += [at("ask_pieces", thing_id=row[kind]) for kind in ("place", "group", "handle")]
    pages += [at("ask_users", handle_id=key) for key in by_kind["handle"]]
    pages += [at("web", node_id=key) for key in by_kind["handle"]]
    pages += [at(name, place_id=key) for key in by_kind["place"] for name in ("ask_there", "ask_moved")]
    pages += [at(name, place_id=key) for key in by_kind["place"] for name in ("map_place", "map_moved")]
    pages += [at("map_routes", person_id=key) for key in children]
    pages += [at("ask_same_group", group_id=key) for key in by_kind["group"]]
    worries = Concern.objects.order_by("told_at", "pk").values_list("pk", flat=True)
    # That a restricted record holds what a worry names is for those alone who decide about it.
    pages += [
        at(name, concern_id=key) for key in worries[:3] for name in ("ask_worry", "concern", "worry_sent")
    ]
    episodes = Episode.objects.order_by("missing_from", "pk").values_list("pk", flat=True)
    pages += [at("ask_episodes", episode_id=key) for key in episodes[:3]]
    pages += [at("draw_worry", concern_id=key) for key in worries[:1]]
    pages += [at("draw_episodes", episode_id=key) for key in episodes[:1]]
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
        reverse("map_routes", kwargs={"person_id": hidden.pk}),
        reverse("ask_worry", kwargs={"concern_id": worry.pk}),
        reverse("ask_ways", kwargs={"node_id": made.nodes[0][1], "other_id": hidden.pk}),
    ]


def shown(user: User, pages: list[str]) -> dict[str, tuple[int, str, int]]:
    """Each page as this user gets it: status, text and how many queries it took."""
    client = Client()
    client.force_login(user)
    found = {}
    for page in pages:
        answer, asked = opened(client, page)
        ours = [text for text in asked if any(name in text for name in _OURS)]
        # My work asks a list only where there may be something in it (`WorkList.only_if`).
        asked_so_often = 0 if page == reverse("home") else len(ours)
        found[page] = (answer.status_code, _TOKENS.sub("", answer.text), asked_so_often)
    for text in ("Group 0", "Place 1"):
        hits = [*queries.find_groups(user, name=text), *queries.find_places(user, name=text)]
        found[f"search for {text}"] = (200, repr(hits), 0)
    for text in ("07700 900100", "07700 900102", "the car ZZ99 ZZZ"):
        found[f"search for {text}"] = (200, repr(queries.find_handles_in(user, text)), 0)
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
    # Whoever sees the partnership, or decides about worries, may read every worry about a place.
    about_places = reader in (made.world.teacher, made.world.officer)
    theirs_alone = [(which, agency, node, days) for which, _agency, node, days in drawn]
    tell(made, [hidden.pk], theirs_alone, about_places=about_places)
    Address.objects.create(person=hidden, line="2 Street", postcode="LE2 2BB")
    for place in [key for kind, key in made.nodes if kind == "place"]:
        for kind in ("lived_at", "protects"):
            said(made, (hidden.pk, place), kind, agency, days=5)


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
        locate(made)
        children = children_of(made)
        if children:
            tell(made, children, spoken)
            plan(made, children[:1])
        pages = [page for page in pages_of(made) if any(word in page for word in only)]
        if queries.restricted_decided_by(
            user
        ).exists():  # the one exception: they learn of worries that they may not read
            pages = [page for page in pages if page != reverse("home")]
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

# Two children of the school who both go to the first place, and one to the second; the police keep to themselves that the other goes there too, and that
# an account is theirs; in one worry of theirs about a child whom nobody else sees stands a phone.
A_WORLD: dict[str, Any] = {
    "people": [{"child": True, "restricted": False, "agencies": {"school"}}] * 2,
    "ties": [
        (0, 2, 0, "school", "ends", False),
        (1, 2, 0, "school", "ends", False),
        (1, 5, 0, "school", "ends", False),
    ],
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


@pytest.mark.once
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_door_that_lets_something_through_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch, mutation: str
) -> None:
    monkeypatch.setattr(*MUTATIONS[mutation])
    only = ("/drawing/",) if mutation in DRAWN else PAGES
    assert what_changes(world, "teacher", A_WORLD, SPOKEN, AND_MORE, UNSEEN, only=only) != ([], {404})


def test_each_map_of_that_world_has_something_on_it(world: World) -> None:
    with transaction.atomic():
        made = make(world, A_WORLD)
        locate(made)
        tell(made, children_of(made), SPOKEN)
        maps = [page for page in pages_of(made) if page.startswith("/map/")]
        assert len(maps) == 1 + 2 + 2 + 2
        client = Client()
        client.force_login(world.teacher)
        shown_on = {page: features(client.get(page).text) for page in maps}
        assert [page for page, found in shown_on.items() if not found] == []
        routes = [found for page, found in shown_on.items() if "/children/" in page]
        assert all(len(found) == 3 for found in routes)  # both ends and the line
        transaction.set_rollback(True)


@pytest.mark.once
@pytest.mark.parametrize("mutation", ["both ends are seen", "what an agency keeps to itself is shown to all"])
def test_a_map_catches_it_too(world: World, monkeypatch: pytest.MonkeyPatch, mutation: str) -> None:
    """Of how many children a place is decides whether it is a point."""
    assert what_changes(world, "teacher", A_WORLD, SPOKEN, AND_MORE, UNSEEN, only=("/map/",)) == ([], {404})
    monkeypatch.setattr(*MUTATIONS[mutation])
    changed, _answers = what_changes(world, "teacher", A_WORLD, SPOKEN, AND_MORE, UNSEEN, only=("/map/",))
    assert any("/map/" in page for page in changed)


# ---- the whole network, which is laid out of what all see who see the partnership


def laid_out(made: Made) -> dict[str, bytes]:
    """Each page and file of it as the co-ordinator gets it, as if it had been laid out at the end of today."""
    whole.lay_out(by=None)
    Whole.objects.update(made_at=timezone.localtime().replace(hour=23, minute=59, second=59))
    client = Client()
    client.force_login(made.world.coordinator)
    pages = [reverse(name) for name in ("whole", "whole_all", "whole_positions", "whole_counted")]
    for key in (
        Placed.objects.exclude(cluster=None).order_by("cluster").values_list("cluster", flat=True).distinct()
    ):
        pages += [reverse(name, args=[key]) for name in ("whole_group", "whole_group_positions")]
    pages += [reverse("whole_one", args=[key]) for _kind, key in made.nodes]
    return {page: as_sent(client.get(page)) for page in pages}


def as_sent(answer: Any) -> bytes:
    if answer.headers["Content-Type"].startswith("text/html"):
        return _TOKENS.sub("", answer.text).encode()
    return bytes(answer.content)


def what_changes_of_the_whole(
    world: World, drawn: dict[str, Any], spoken: Any, more: dict[str, Any], unseen: Any
) -> tuple[set[str], int]:
    """Pages and files of it that are otherwise as soon as there is more that not all see who see the partnership; and how many there are."""
    with transaction.atomic():
        made = make(world, drawn)
        locate(made)
        if children := children_of(made):
            tell(made, children, spoken)
        before = laid_out(made)
        kept = list(made.nodes)
        add_what_is_hidden(made, world.coordinator, more, unseen)
        made.nodes = kept
        after = laid_out(made)
        transaction.set_rollback(True)
    return {page for page in before.keys() | after.keys() if before.get(page) != after.get(page)}, len(before)


@IN_WORLDS
@given(drawn=worlds, spoken=told, more=worlds, unseen=told)
def test_what_not_all_see_who_see_the_partnership_changes_no_byte_of_the_whole(
    world: World, drawn: dict[str, Any], spoken: Any, more: dict[str, Any], unseen: Any
) -> None:
    changed, _pages = what_changes_of_the_whole(world, drawn, spoken, more, unseen)
    assert changed == set()


def _people_and_hidden() -> Any:
    return Person.objects.filter(merged_into=None).order_by()


def _said_to_anybody(**where: Any) -> Any:
    return TieSource.objects.filter(tie=OuterRef("pk"), withdrawn_at=None, **where).order_by()


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "broken"),
    [("_people", _people_and_hidden), ("_said", _said_to_anybody)],
    ids=["people", "sources"],
)
def test_a_layout_that_lets_something_through_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, broken: Any
) -> None:
    changed, pages = what_changes_of_the_whole(world, A_WORLD, SPOKEN, AND_MORE, UNSEEN)
    assert changed == set()
    assert pages > 8
    monkeypatch.setattr(for_all, name, broken)
    assert what_changes_of_the_whole(world, A_WORLD, SPOKEN, AND_MORE, UNSEEN)[0] != set()
