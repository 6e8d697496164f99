"""How quickly one search finds a person among 200,000, and how often: `python -m tests.bench.search`.

On SQLite and on PostgreSQL, each in a throwaway database, as a co-ordinator (who sees the partnership) and as a practitioner
(who sees a tenth of it). "Found" is: the person who was meant is one of the first ten. Where more than ten people bear
the very name that was asked for, no list of ten can hold them all; such people are not asked for, and their share is told.
"Work" is the time in which the machine was at work for the query; the rest of the time it waited, or others worked.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.bench.crowd import SEED, Someone, crowd
from tests.bench.databases import on_both, spread, take_stock, worked
from tests.bench.measure import table

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "200000"))
QUERIES = int(os.environ.get("BENCH_QUERIES", "300"))
SHOWN = 10
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


# ---- what is asked


def slip(rng: Random, name: str) -> str:
    """One letter left out, added, changed, or changed places with the next: anywhere, also at the beginning."""
    place = rng.randrange(len(name))
    ways = [
        name[:place] + name[place + 1 :],
        name[:place] + rng.choice(_LETTERS) + name[place:],
        name[:place] + rng.choice(_LETTERS) + name[place + 1 :],
        name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :] if place else name,
    ]
    changed = rng.choice(ways)
    return changed if changed.lower() != name.lower() else slip(rng, name)


type Ask = Callable[[Random, Someone], str]

_TARGETS = {  # p95 in milliseconds, and the share that is found, of those kinds of which one was set
    "family name": ("100", ""),
    "family name, one slip": ("100", "95%"),
    "two names": ("100", ""),
}
# kind of query, what is typed, and whether the family name alone has to be rare
KINDS: list[tuple[str, Ask, bool]] = [
    ("family name", lambda rng, someone: someone.family, True),
    ("family name, one slip", lambda rng, someone: slip(rng, someone.family), True),
    ("two names", lambda rng, someone: f"{someone.given} {someone.family}", False),
    (
        "two names, slip in the family name",
        lambda rng, someone: f"{someone.given} {slip(rng, someone.family)}",
        False,
    ),
    (
        "two names, a slip in each",
        lambda rng, someone: f"{slip(rng, someone.given)} {slip(rng, someone.family)}",
        False,
    ),
    ("two names, swapped", lambda rng, someone: f"{someone.family} {someone.given}", False),
    (
        "two names and date, day and month swapped",
        lambda rng, someone: f"{someone.given} {slip(rng, someone.family)} {someone.born:%m/%d/%Y}",
        False,
    ),
    ("family name that many have", lambda rng, someone: someone.family, False),
]


@dataclass
class Bearers:
    """How many people a user could mean: by a family name alone those who may be opened, by both names anybody."""

    family: Counter[str]
    both: Counter[tuple[str, str]]

    @classmethod
    def of(cls, seen: list[Someone], everybody: list[Someone]) -> Bearers:
        return cls(
            Counter(part for someone in seen for part in {someone.family, *someone.family.split("-")}),
            Counter((someone.given, someone.family) for someone in everybody),
        )

    def few(self, someone: Someone, *, alone: bool) -> bool:
        return (self.family[someone.family] if alone else self.both[someone.given, someone.family]) <= SHOWN


# ---- asking


def ask(
    user: Any, seen: list[Someone], bearers: Bearers, name: str, typed: Ask, alone: bool
) -> tuple[str, ...]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from heard.network.queries import find_described
    from heard.network.rules import read_box

    rng = Random(f"{SEED} {name}")
    if name == "family name that many have":
        meant = [
            someone
            for someone in rng.sample(seen, min(len(seen), 40 * QUERIES))
            if bearers.family[someone.family] > len(seen) / 400
        ]
    else:
        meant = [
            someone
            for someone in rng.sample(seen, min(len(seen), 20 * QUERIES))
            if bearers.few(someone, alone=alone)
        ]
    times, work, found, spent = [], [], 0, worked()
    for someone in meant[:QUERIES]:
        text = typed(rng, someone)
        began, busy = time.perf_counter(), spent()
        hits = find_described(user, read_box(text), kinds=("child", "adult"), limit=SHOWN)
        times.append(time.perf_counter() - began)
        work.append(spent() - busy)
        found += someone.id in {hit.person_id for hit in hits}
    with CaptureQueriesContext(connection) as asked:
        find_described(user, read_box(text), kinds=("child", "adult"), limit=SHOWN)
    share = f"{found / len(times):.1%}" if name != "family name that many have" else "-"
    return (
        name,
        *spread(times),
        *spread(work),
        _TARGETS.get(name, ("", ""))[0],
        share,
        _TARGETS.get(name, ("", ""))[1],
        str(len(asked)),
    )


def measure() -> None:
    """In the database that the settings name, which is empty."""
    people = list(crowd(PEOPLE))
    began = time.perf_counter()
    users = fill(people)
    take_stock()
    print(f"  {PEOPLE:,} people and their keys written in {time.perf_counter() - began:.0f} s")
    print(
        f"  keys of one more person: {one_more(users['co-ordinator'][0]):.0f} ms (median of 50, with the person itself)"
    )
    for who, (user, seen) in users.items():
        bearers = Bearers.of(seen, people)
        rare = sum(bearers.few(someone, alone=True) for someone in seen) / len(seen)
        pairs = sum(bearers.few(someone, alone=False) for someone in seen) / len(seen)
        rows = [ask(user, seen, bearers, *kind) for kind in KINDS]
        title = (
            f"As a {who}, who may open {len(seen):,}: {rare:.0%} have a family name, {pairs:.0%} a full name that at"
            f" most {SHOWN} of these bear; {len(bearers.family):,} family names"
        )
        table(
            title,
            (
                "typed",
                "p50 ms",
                "p95 ms",
                "work p50 ms",
                "work p95 ms",
                "p95 below",
                f"in first {SHOWN}",
                "at least",
                "queries",
            ),
            rows,
        )


def one_more(user: Any) -> float:
    from heard.network.actions import add_person

    times = []
    for number in range(50):
        began = time.perf_counter()
        add_person(
            by=user,
            given_name=f"Zo{_LETTERS[number % 26]}",
            family_name=f"Newcome{_LETTERS[number % 26]}r",
            postcode="WX1 2AB",
        )
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[25]


def fill(people: list[Someone], *, to_be_found: bool = True) -> dict[str, tuple[Any, list[Someone]]]:
    """Everybody, an agency that is involved with a tenth of them, and a user of each kind with those they may open. `to_be_found`: by name,
    for which the keys of each are made, which takes four times as long as the rest."""
    from django.utils import timezone

    from heard.agencies import actions
    from heard.agencies.models import Agency, Team
    from heard.agencies.rules import Role
    from heard.network.models import Address, Involvement, Person
    from heard.network.search_index import renew_missing_keys

    ade = actions.begin_partnership(
        username="ade",
        first_name="Ade",
        last_name="M",
        password=None,
        agency="Care",
        kind="social_care",
        team="T",
    )
    user = {
        role: actions.add_user(
            by=ade, username=role.value, first_name="A", last_name="B", password=None, team=Team.objects.get(), role=role
        )
        for role in (Role.COORDINATOR, Role.PRACTITIONER)
    }  # fmt: skip
    today, agency = timezone.localdate(), Agency.objects.get()
    for start in range(0, len(people), 10_000):
        part = people[start : start + 10_000]
        Person.objects.bulk_create(
            Person(
                id=someone.id, given_name=someone.given, family_name=someone.family, birth_date=someone.born
            )
            for someone in part
        )
        Address.objects.bulk_create(
            Address(person_id=someone.id, postcode=someone.postcode) for someone in part
        )
        Involvement.objects.bulk_create(
            Involvement(person_id=someone.id, agency=agency, since=today, why="Works with the child")
            for someone in part[::10]
        )
    if to_be_found:
        renew_missing_keys()
    return {
        "co-ordinator": (user[Role.COORDINATOR], people),
        "practitioner": (user[Role.PRACTITIONER], people[::10]),
    }


if __name__ == "__main__":
    on_both("tests.bench.search", measure)
