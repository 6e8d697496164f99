"""How quickly questions about the network are answered: `python -m tests.bench.network`.

Among 200,000 people, of whom and of places, groups and phones 50,000 are tied by 125,000 ties with 300,000 sources, on SQLite and on
PostgreSQL, each in a throwaway database, as a co-ordinator and as a practitioner who sees a tenth of the people. BENCH_PEOPLE makes it
smaller, and everything else with it. "Work" is the time in which the machine was at work for the answer, and not for others. One person in a hundred is restricted.

Beside them stands what the same question costs without need-to-know: in SQL written by hand (`Plain`), and with networkx once it has
read every tie (`Graph`), each where such a script makes sense. Neither asks who may see what, counts hubs, names anybody or says on
what an answer rests.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from itertools import islice
from random import Random
from typing import Any

from tests.bench.crowd import SEED, crowd
from tests.bench.databases import on_both, spread, take_stock, worked
from tests.bench.measure import table
from tests.bench.search import fill

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "200000"))
TIMES = int(os.environ.get("BENCH_TIMES", "40"))
_TIED, _TIES, _SOURCES = PEOPLE // 4, PEOPLE * 5 // 8, PEOPLE * 3 // 2
_TARGETS = {  # p95 in milliseconds, of the plan
    "near": "100", "episodes": "100", "users": "100", "there": "100", "ways": "200", "panel of 40": "500", "drawing": "400",
    "page of a place": "300", "page of a group": "300", "page of a phone": "300", "10,000 letters": "60",
}  # fmt: skip
_ENDS = {
    "place": ("goes_to", "seen_at"),
    "group": ("part_of",),
    "handle": ("uses", "contacted_from"),
    "person": ("friend_of",),
}


def measure() -> None:
    """In the database that the settings name, which is empty."""
    from heard.graph.question.queries import QUESTIONS

    logging.disable(logging.WARNING)  # of pages that a practitioner may not open
    people = list(crowd(PEOPLE))
    began = time.perf_counter()
    users = fill(people, to_be_found=False)
    ends = tie_them(users["co-ordinator"][0], [person.id for person in people])
    take_stock()
    print(
        f"  {_TIED:,} tied, {_TIES:,} ties, {_SOURCES:,} sources written in {time.perf_counter() - began:.0f} s"
    )
    episodes, panel = (
        write_episodes(users["co-ordinator"][0], ends),
        write_panel(users["co-ordinator"][0], ends),
    )
    take_stock()
    head = ("question", "p50 ms", "p95 ms", "work p50 ms", "work p95 ms", "p95 below", "queries")
    for who, (user, seen) in users.items():
        mine = {someone.id for someone in seen}
        people = [key for key in ends["person"] if key in mine]
        asked = questions(ends, people) | at_work(ends, people, episodes)
        if who == "co-ordinator":  # to whose panels a practitioner is not asked
            for name in ("panel", "circles"):
                asked[f"{name} of 40"] = (QUESTIONS[name].ask, [{"panel_id": panel}] * TIMES)
            alone = asked
        rows = [timed(user, name, ask, keys) for name, (ask, keys) in asked.items() if keys]
        table(f"As a {who}, who may open {len(seen):,}", head, rows)
    lay_out_whole(users["co-ordinator"][0])
    for title, peer in (("SQL by hand", Plain()), ("networkx", Graph())):
        told = {name: getattr(peer, name.removesuffix(" of 40"), None) for name in alone}
        rows = [timed(None, name, ask, alone[name][1]) for name, ask in told.items() if ask]
        table(f"{title}, without need-to-know ({peer.before})", head, rows)


def questions(
    ends: dict[str, list[Any]], people: list[Any]
) -> dict[str, tuple[Callable[..., Any], list[dict[str, Any]]]]:
    from heard.graph.question.queries import QUESTIONS, near

    pairs = zip(some(people), reversed(some(people)), strict=True)
    return {
        "near": (near, [{"person_id": key} for key in some(people)]),
        "together": (QUESTIONS["together"].ask, [{"person_id": key} for key in some(people)]),
        "ways": (
            QUESTIONS["ways"].ask,
            [{"node_id": one, "other_id": other} for one, other in pairs if one != other],
        ),
        "users": (QUESTIONS["users"].ask, [{"handle_id": key} for key in some(ends["handle"])]),
        "there": (QUESTIONS["there"].ask, [{"place_id": key} for key in some(ends["place"])]),
        "rests": (QUESTIONS["rests"].ask, [{"node_id": key} for key in some(people)]),
        "pieces": (QUESTIONS["pieces"].ask, [{"thing_id": key} for key in some(ends["place"])]),
        "same_group": (QUESTIONS["same_group"].ask, [{"group_id": key} for key in some(ends["group"])]),
        "unwatched": (QUESTIONS["unwatched"].ask, [{}]),
        "bridges": (QUESTIONS["bridges"].ask, [{}]),
    }


def some(keys: list[Any]) -> list[Any]:
    return Random(SEED).sample(keys, min(TIMES, len(keys)))


def at_work(
    ends: dict[str, list[Any]], people: list[Any], episodes: list[Any]
) -> dict[str, tuple[Callable[..., Any], list[dict[str, Any]]]]:
    """Where the questions are met: pages, a drawing, and a text in which phones, cars and accounts are looked for."""
    from django.urls import reverse

    from heard.agencies.rules import Hidden
    from heard.graph.drawing.queries import around
    from heard.graph.question.queries import QUESTIONS
    from heard.network.queries import found_in

    def page(user: Any, at: str) -> None:
        answer = client_of(user).get(at)
        if answer.status_code == 404:
            raise Hidden
        assert answer.status_code == 200, f"{at}: {answer.status_code}"

    def paths(name: str, key: str, kind: str) -> list[dict[str, Any]]:
        return [{"at": reverse(name, kwargs={key: one})} for one in some(ends[kind])]

    told = (
        "On 12 March 2026 she was in a silver car, AB12 CDE; he rang from 07700 900123. She was tired. " * 110
    )
    return {
        "episodes": (QUESTIONS["episodes"].ask, [{"episode_id": key} for key in some(episodes)]),
        "drawing": (around, [{"node_id": key} for key in some(people)]),
        "page of a place": (page, paths("place", "place_id", "place")),
        "page of a group": (page, paths("group", "group_id", "group")),
        "page of a phone": (page, paths("web", "node_id", "handle")),
        "10,000 letters": (lambda user, text: found_in(user, [text]), [{"text": told[:10_000]}] * TIMES),
    }


@cache
def client_of(user: Any) -> Any:
    from tests.bench.casework import signed_in

    return signed_in(user)


def lay_out_whole(user: Any) -> None:
    """The whole network: how long the worker takes for it at night, and how long the site to send it."""
    from heard.graph.whole import actions, queries
    from heard.graph.whole.models import Placed

    began, spent = time.perf_counter(), worked()
    busy = spent()
    actions.lay_out(by=None)
    made, busy, rows = time.perf_counter() - began, spent() - busy, []
    for name, ask in (("groups as circles", queries.overview), ("all on the canvas", queries.positions)):
        times = []
        for _ in range(5):
            began = time.perf_counter()
            ask(user)
            times.append(time.perf_counter() - began)
        rows.append((name, f"{Placed.objects.count():,}", f"{made:.1f}", f"{busy:.1f}", *spread(times)))
    head = ("the whole, ties at random", "stand in it", "made in s", "work s", "drawn in p50 ms", "p95 ms")
    table("The whole", head, rows)


def print_laid() -> None:
    """Without reading and writing, which no database changes: as many, tied at random, and as in the demo: around a place each, few ties leading elsewhere."""
    from heard.graph.whole import rules

    rng, rows = Random(SEED), []
    keys = [uuid.UUID(int=rng.getrandbits(128)) for _ in range(_TIED)]
    at_random = {tuple(sorted(rng.sample(keys, 2))) for _ in range(_TIES)}
    in_groups = {(keys[nth - nth % 12], key) for nth, key in enumerate(keys) if nth % 12}
    for nth in range(_TIES - len(in_groups)):
        first = 12 * (nth % (_TIED // 12))
        near = keys[first : first + 12] if nth % 10 else keys
        in_groups.add((rng.choice(keys[first : first + 12]), rng.choice(near)))
    for name, ties in (("at random", at_random), ("in groups", in_groups)):
        pairs = {(min(one, other), max(one, other)) for one, other in ties if one != other}
        busy = time.process_time()
        laid = rules.lay_out(dict.fromkeys(keys, "child"), pairs, (), {})
        groups = {seat.cluster for seat in laid.seats if seat.cluster}
        rows.append((name, f"{_TIED:,}", str(len(groups)), f"{time.process_time() - busy:.1f}"))
    table("Laid out alone, without reading and writing", ("ties", "stand in it", "groups", "work s"), rows)


class Plain:
    """The same questions in one statement of SQL each, over every tie of the last twelve months."""

    before = "nothing is read before"
    _steps = """WITH lasting AS (SELECT t.first_id, t.second_id, t.kind, max(s.valid_from) AS day FROM network_tie t
                JOIN network_tiesource s ON s.tie_id = t.id WHERE s.withdrawn_at IS NULL AND (t.first_id IN ({0}) OR t.second_id IN ({0}))
                GROUP BY t.id), steps AS (SELECT first_id AS a, second_id AS b, kind, day FROM lasting
                UNION ALL SELECT second_id, first_id, kind, day FROM lasting) """
    _one = """(SELECT second_id AS b FROM network_tie WHERE first_id = %s UNION
              SELECT first_id FROM network_tie WHERE second_id = %s) one JOIN network_tie two"""
    _two = f"""SELECT one.b AS m, two.second_id AS n FROM {_one} ON two.first_id = one.b UNION
               SELECT one.b, two.first_id FROM {_one} ON two.second_id = one.b"""

    _spoken = """network_tiesource s JOIN network_tie t ON s.tie_id = t.id
                 WHERE s.withdrawn_at IS NULL AND s.about = 'interview'"""

    def near(self, user: None, person_id: Any) -> list[Any]:
        return self._ask(self._two, *[person_id] * 4)

    def together(self, user: None, person_id: Any) -> list[Any]:
        who = "JOIN network_node one ON one.id = m JOIN network_node two ON two.id = n"
        sql = f"SELECT m, n FROM ({self._two}) ways {who} WHERE one.kind <> 'group' AND two.kind = 'person' AND n <> %s"
        return self._ask(sql, *[person_id] * 5)

    def rests(self, user: None, node_id: Any) -> list[Any]:
        sql = """SELECT t.id FROM network_tie t JOIN network_tiesource s ON s.tie_id = t.id
                 WHERE s.withdrawn_at IS NULL AND (t.first_id = %s OR t.second_id = %s)
                 GROUP BY t.id HAVING count(*) = 1 AND max(s.how) = 'said'"""
        return self._ask(sql, node_id, node_id)

    def pieces(self, user: None, thing_id: Any) -> list[Any]:
        sql = """SELECT s.holder_id FROM network_tie t JOIN network_tiesource s ON s.tie_id = t.id
                 WHERE s.withdrawn_at IS NULL AND (t.first_id = %s OR t.second_id = %s)
                 GROUP BY s.holder_id HAVING count(*) = 1"""
        return self._ask(sql, thing_id, thing_id)

    def same_group(self, user: None, group_id: Any) -> list[Any]:
        sql = """SELECT two.second_id, count(DISTINCT two.first_id) FROM network_tie one JOIN network_tie two ON one.first_id = two.first_id
                 JOIN network_node n ON n.id = two.second_id AND n.kind = 'group' WHERE one.second_id = %s AND two.second_id <> %s
                 GROUP BY two.second_id HAVING count(DISTINCT two.first_id) > 1"""
        return self._ask(sql, group_id, group_id)

    def unwatched(self, user: None) -> list[Any]:
        watched = (
            "EXISTS (SELECT 1 FROM network_tie p WHERE p.second_id = t.second_id AND p.kind = 'protects')"
        )
        sql = f"SELECT t.second_id, count(DISTINCT s.about_id) FROM {self._spoken} AND NOT {watched} GROUP BY t.second_id"
        return self._ask(f"{sql} HAVING count(DISTINCT s.about_id) > 1")

    def episodes(self, user: None, episode_id: Any) -> list[Any]:
        this = f"SELECT t.second_id FROM {self._spoken} AND s.about_id = %s"
        sql = f"SELECT t.second_id, s.about_id FROM {self._spoken} AND t.second_id IN ({this})"
        return self._ask(sql, episode_id)

    def panel(self, user: None, panel_id: Any) -> list[Any]:
        from django.utils import timezone

        since, found = timezone.now() - timedelta(days=90), []
        for end in ("first", "second"):
            sql = f"""SELECT i.id, s.id FROM cases_panelitem i JOIN network_tie t ON t.{end}_id = coalesce(i.person_id, i.place_id, i.group_id)
                      JOIN network_tiesource s ON s.tie_id = t.id WHERE i.panel_id = %s AND s.recorded_at > %s"""
            found += self._ask(sql, panel_id, since)
        return found

    def ways(self, user: None, node_id: Any, other_id: Any) -> list[Any]:
        sql = "SELECT fore.m, fore.n, back.m FROM fore JOIN back ON fore.n = back.n LIMIT 3"
        return self._ask(
            f"WITH fore AS ({self._two}), back AS ({self._two}) {sql}", *[node_id] * 4, *[other_id] * 4
        )

    def users(self, user: None, handle_id: Any) -> list[Any]:
        sql = "SELECT b, day FROM steps WHERE kind = 'uses'"
        return self._ask(self._steps.format("%s") + sql, handle_id, handle_id)

    def there(self, user: None, place_id: Any) -> list[Any]:
        sql = "SELECT day, count(DISTINCT b) FROM steps GROUP BY day HAVING count(DISTINCT b) > 1"
        return self._ask(self._steps.format("%s") + sql, place_id, place_id)

    def _ask(self, sql: str, *keys: Any) -> list[Any]:
        from django.db import connection

        own = [
            key.hex if connection.vendor == "sqlite" and isinstance(key, uuid.UUID) else key for key in keys
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, own)
            return cursor.fetchall()


class Graph:
    """The same with networkx, of a graph that holds every tie."""

    _said = ("kind", "day", "how", "holder", "about", "about_id")

    def __init__(self) -> None:
        import networkx

        from heard.cases.panel.models import PanelItem
        from heard.network.models import Node, TieSource

        began = time.perf_counter()
        self.graph = networkx.MultiGraph()
        rows = TieSource.objects.filter(withdrawn_at=None)
        names = ("tie__first", "tie__second", "tie__kind", "valid_from", "how", "holder", "about", "about_id")
        for one, other, *said in rows.values_list(*names).iterator():
            self.graph.add_edge(one, other, **dict(zip(self._said, said, strict=True)))
        self.simple = networkx.Graph(self.graph)
        self.kinds = dict(Node.objects.filter(pk__in=list(self.simple)).values_list("pk", "kind"))
        self.agenda = defaultdict(set)
        for panel, *ends in PanelItem.objects.values_list("panel", "person", "place", "group"):
            self.agenda[panel] |= {key for key in ends if key in self.simple}
        self.before = f"every tie is read in {time.perf_counter() - began:.1f} s before"

    def near(self, user: None, person_id: Any) -> Any:
        import networkx

        return networkx.ego_graph(self.simple, person_id, radius=2) if person_id in self.simple else None

    def ways(self, user: None, node_id: Any, other_id: Any) -> Any:
        import networkx

        if not {node_id, other_id} <= set(self.simple):
            return None
        found = networkx.shortest_simple_paths(self.simple, node_id, other_id)
        try:
            return [way for way in islice(found, 3) if len(way) <= 5]
        except networkx.NetworkXNoPath:
            return None

    def users(self, user: None, handle_id: Any) -> list[Any]:
        return [pair for pair in self._of(handle_id) if pair[1]["kind"] == "uses"]

    def there(self, user: None, place_id: Any) -> dict[Any, set[Any]]:
        days: dict[Any, set[Any]] = {}
        for other, tie in self._of(place_id):
            days.setdefault(tie["day"], set()).add(other)
        return {day: some for day, some in days.items() if len(some) > 1}

    def together(self, user: None, person_id: Any) -> dict[Any, set[Any]]:
        found = {}
        for one in self._beside(person_id):
            others = {key for key in self._beside(one) if self.kinds[key] == "person"} - {person_id}
            if others and self.kinds[one] != "group":
                found[one] = others
        return found

    def rests(self, user: None, node_id: Any) -> list[Any]:
        ties: dict[Any, list[Any]] = defaultdict(list)
        for other, tie in self._of(node_id):
            ties[other, tie["kind"]].append(tie["how"])
        return [one for one, how in ties.items() if how == ["said"]]

    def pieces(self, user: None, thing_id: Any) -> list[Any]:
        held = Counter(tie["holder"] for _other, tie in self._of(thing_id))
        return [agency for agency, number in held.items() if number == 1]

    def same_group(self, user: None, group_id: Any) -> list[Any]:
        shared = Counter(other for one in self._beside(group_id) for other in self._beside(one))
        return [
            one
            for one, number in shared.items()
            if number > 1 and self.kinds[one] == "group" and one != group_id
        ]

    def unwatched(self, user: None) -> list[Any]:
        places = (key for key in self.simple if self.kinds[key] == "place")
        return [place for place in places if self._watched_by_nobody(place)]

    def _watched_by_nobody(self, place: Any) -> bool:
        told = [tie for _other, tie in self._of(place)]
        spoken = {tie["about_id"] for tie in told if tie["about"] == "interview"}
        return len(spoken) > 1 and not any(tie["kind"] == "protects" for tie in told)

    def bridges(self, user: None) -> set[Any]:
        import networkx

        who = {one for one, _other, kind in self.graph.edges(data="kind") if kind == "frightens"}
        return who & set(networkx.articulation_points(self.simple))

    def circles(self, user: None, panel_id: Any) -> list[Any]:
        import networkx

        near: set[Any] = set()
        for one in self.agenda[panel_id]:
            near |= set(networkx.single_source_shortest_path_length(self.simple, one, cutoff=6))
        return list(networkx.connected_components(self.simple.subgraph(near)))

    def panel(self, user: None, panel_id: Any) -> list[Any]:
        return [pair for key in self.agenda[panel_id] for pair in self._of(key)]

    def _beside(self, key: Any) -> list[Any]:
        return list(self.simple[key]) if key in self.simple else []

    def _of(self, key: Any) -> list[tuple[Any, Any]]:
        if key not in self.simple:  # nobody is tied to it
            return []
        return [(other, tie) for _one, other, tie in self.graph.edges(key, data=True)]


def timed(user: Any, name: str, ask: Callable[..., Any], asked: list[dict[str, Any]]) -> tuple[str, ...]:
    """The first is asked before, and not timed, as by a server that has been up for a while. What the question before left in memory is not
    this one's to clear."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from heard.agencies.rules import Hidden

    times, work, spent, last = [], [], worked(), asked[0]
    with suppress(Hidden):
        ask(user, **last)
    gc.collect()
    for keys in asked:
        began, busy = time.perf_counter(), spent()
        try:
            ask(user, **keys)
        except Hidden:  # of what a practitioner may not see
            continue
        times.append(time.perf_counter() - began)
        work.append(spent() - busy)
        last = keys
    if not times:
        return (name, "-", "-", "-", "-", _TARGETS.get(name, ""), "-")
    with CaptureQueriesContext(connection) as counted:
        ask(user, **last)
    return (name, *spread(times), *spread(work), _TARGETS.get(name, ""), str(len(counted)))


def tie_them(by: Any, people: list[Any]) -> dict[str, list[Any]]:
    """Places, groups, phones and some of the people, tied at random: a few to many, most to few."""
    from django.utils import timezone

    from heard.network.models import Group, Handle, Node, Person, Place, Tie, TieSource
    from heard.network.registry import enter_missing

    rng, agency = Random(SEED), by.team.agency
    tied = rng.sample(people, _TIED * 3 // 4)
    Person.objects.filter(pk__in=rng.sample(tied, len(tied) // 100)).update(restricted=True)
    number = max(_TIED // 12, 1)
    made: dict[str, list[Any]] = {
        "place": Place.objects.bulk_create([Place(name=f"Place {n}", kind="shop") for n in range(number)]),
        "group": Group.objects.bulk_create(
            [Group(name=f"Group {n}", kind="friends", agency=agency) for n in range(number)]
        ),
        "handle": Handle.objects.bulk_create(
            [Handle(type="phone", key=f"+44{7_000_000_000 + n}") for n in range(number)]
        ),
    }
    ends = {kind: [one.pk for one in some] for kind, some in made.items()} | {"person": tied}
    enter_missing()
    assert Node.objects.count() >= PEOPLE
    ties = []
    for _ in range(_TIES):
        kind = rng.choice(list(_ENDS))
        some = ends[kind]
        other = some[int(len(some) * rng.random() ** 2)]
        one = rng.choice(tied)
        if one != other:
            said = rng.choice(_ENDS[kind])
            ties.append(Tie(key=uuid.uuid4(), first_id=one, second_id=other, kind=said, release="2026.2"))
    ties += of_concern(ends)
    rows = Tie.objects.bulk_create(ties, batch_size=5000)
    today = timezone.localdate()
    sources = [
        TieSource(
            tie=rows[n % len(rows)], words="Seen", how="seen", noted_by=by, holder=agency,
            valid_from=today - timedelta(days=rng.randrange(700)),
        )
        for n in range(_SOURCES)
    ]  # fmt: skip
    TieSource.objects.bulk_create(sources, batch_size=5000)
    return ends


def of_concern(ends: dict[str, list[Any]]) -> list[Any]:
    """Twenty adults, each tied to a child whom they are said to frighten."""
    from heard.network.models import Person, Tie

    adults, children = ends["person"][-20:], ends["person"][-40:-20]
    Person.objects.filter(pk__in=adults).update(kind="adult")
    return [
        Tie(key=uuid.uuid4(), first_id=adult, second_id=other, kind="frightens", release="2026.2")
        for adult, other in zip(adults, children, strict=True)
    ]


def write_episodes(by: Any, ends: dict[str, list[Any]]) -> list[Any]:
    """200 episodes of ten children; after each the child spoke of three places."""
    from django.utils import timezone

    from heard.cases.missing.models import Episode
    from heard.network.models import Tie, TieSource

    rng, now, children, found = Random(SEED), timezone.now(), ends["person"][:10], []
    for number in range(200):
        child, at = children[number % 10], now - timedelta(days=1 + number, hours=3)
        episode = Episode.objects.create(
            person_id=child, missing_from=at, found_at=at + timedelta(hours=2), from_where="home", last_seen_where="Home",
            last_seen_by="Family", danger="no", noted_by=by, noted_at=at, interview_due_at=at,
        )  # fmt: skip
        for place in rng.sample(ends["place"][:60], 3):
            tie, _new = Tie.objects.get_or_create(
                first_id=child, second_id=place, kind="goes_to", defaults={"release": "2026.2"}
            )
            TieSource.objects.create(
                tie=tie, words="Said", how="said_by_child", about="interview", about_id=episode.pk, reach="ends",
                holder=by.team.agency, noted_by=by, valid_from=at.date(),
            )  # fmt: skip
        found.append(episode.pk)
    return found


def write_panel(by: Any, ends: dict[str, list[Any]]) -> Any:
    """A panel with 30 children and ten places on its agenda."""
    from django.utils import timezone

    from heard.cases.panel.actions import plan_panel
    from heard.cases.panel.models import PanelItem

    panel = plan_panel(
        by=by, starts_at=timezone.now(), place="Room 2", chair=by, agencies=[by.team.agency.pk]
    )
    for section, end, keys in (
        ("children", "person_id", ends["person"][:30]), ("places", "place_id", ends["place"][:10]),
    ):  # fmt: skip
        PanelItem.objects.bulk_create(
            PanelItem(panel=panel, section=section, added_by=by, **{end: key}) for key in keys
        )
    return panel.pk


if __name__ == "__main__":
    on_both("tests.bench.network", measure)
    if "--here" not in sys.argv:
        print_laid()
