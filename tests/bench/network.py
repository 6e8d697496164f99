"""How quickly questions about the network are answered: `python -m tests.bench.network`.

Among 200,000 people, of whom and of places, groups and phones 50,000 are tied by 125,000 ties with 300,000 sources, on SQLite and on
PostgreSQL, each in a throwaway database, as a co-ordinator and as a practitioner who sees a tenth of the people. BENCH_PEOPLE makes it
smaller, and everything else with it. "Work" is the time in which the machine was at work for the answer, and not for others. One person in a hundred is restricted.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
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
    "near": "100", "episodes": "100", "users": "100", "there": "100", "ways": "200", "panel": "500",
}  # fmt: skip
_ENDS = {
    "place": ("goes_to", "seen_at"),
    "group": ("part_of",),
    "handle": ("uses", "contacted_from"),
    "person": ("friend_of",),
}


def measure() -> None:
    """In the database that the settings name, which is empty."""
    people = list(crowd(PEOPLE))
    began = time.perf_counter()
    users = fill(people)
    ends = tie_them(users["co-ordinator"][0], [one.id for one in people])
    take_stock()
    print(
        f"  {_TIED:,} tied, {_TIES:,} ties, {_SOURCES:,} sources written in {time.perf_counter() - began:.0f} s"
    )
    for who, (user, seen) in users.items():
        mine = {one.id for one in seen}
        asked = questions(ends, [key for key in ends["person"] if key in mine])
        rows = [timed(user, name, ask, keys) for name, (ask, keys) in asked.items() if keys]
        head = ("question", "p50 ms", "p95 ms", "work p50 ms", "work p95 ms", "p95 below", "queries")
        table(f"As a {who}, who may open {len(seen):,}", head, rows)


def questions(
    ends: dict[str, list[Any]], people: list[Any]
) -> dict[str, tuple[Callable[..., Any], list[dict[str, Any]]]]:
    from heard.graph.question.queries import QUESTIONS, near

    rng = Random(SEED)

    def some(keys: list[Any]) -> list[Any]:
        return rng.sample(keys, min(TIMES, len(keys)))

    pairs = zip(some(people), some(people), strict=True)
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
        "unwatched": (QUESTIONS["unwatched"].ask, [{}]),
    }


def timed(user: Any, name: str, ask: Callable[..., Any], asked: list[dict[str, Any]]) -> tuple[str, ...]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from heard.agencies.rules import Hidden

    times, work, spent, last = [], [], worked(), asked[0]
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
    rows = Tie.objects.bulk_create(ties, batch_size=2000)
    today = timezone.localdate()
    sources = [
        TieSource(
            tie=rows[n % len(rows)], words="Seen", how="seen", noted_by=by, holder=agency,
            valid_from=today - timedelta(days=rng.randrange(700)),
        )
        for n in range(_SOURCES)
    ]  # fmt: skip
    TieSource.objects.bulk_create(sources, batch_size=2000)
    return ends


if __name__ == "__main__":
    on_both("tests.bench.network", measure)
