"""Questions about the network, asked of what this user may see. `user` is always the first argument."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.graph.question import rules
from heard.network.headings import HEADINGS
from heard.network.queries import web

if TYPE_CHECKING:
    from collections.abc import Collection

    from heard.agencies.models import User


@dataclass(frozen=True)
class NearLine:
    """Who or what is near, and the way to it: all ties to it, or what lies between and the tie to either."""

    this: Any
    kind: str
    through: Any
    ties: tuple[tuple[uuid.UUID, str], ...]


@dataclass(frozen=True)
class Near:
    """`parts`: lines by what they are about, each A to Z. `hubs` and `shut` are named, and were not passed through; `left_out`: more
    than a page takes."""

    parts: dict[str, list[NearLine]]
    hubs: list[Any]
    shut: list[Any]
    left_out: bool


def near(user: User, person_id: uuid.UUID) -> Near:
    """Who and what is within two ties of a person, or `Hidden`. A fixed number of queries."""
    door = web(user)
    door.node("person", person_id)
    since = rules.asked_since(timezone.localdate())
    first = door.steps({person_id}, since=since)
    many = door.join_nobody({step.end for step in first if step.end_kind != "person"}, more_than=rules.HUB)
    second = door.steps(rules.onward(first, many), since=since)
    found = rules.near(person_id, first, second, many)
    ways = found.ways[: rules.MOST]
    keys = {key for way in ways for key in (way.end, way.through) if key} | {*found.hubs, *found.shut}
    named = door.called(*keys)
    parts: dict[str, list[NearLine]] = {name: [] for name in HEADINGS}
    for way in ways:
        this = named[way.end]
        part = "protects" if way.protects and getattr(this, "kind", "") == "adult" else way.end_kind
        part = this.kind if part == "person" else part
        through = named[way.through] if way.through else None
        parts[part].append(NearLine(this, way.end_kind, through, way.ties))
    for lines in parts.values():
        lines.sort(key=lambda line: (str(line.this).casefold(), str(line.this.pk)))
    return Near(parts, _by_name(named, found.hubs), _by_name(named, found.shut), len(found.ways) > rules.MOST)


def _by_name(named: dict[uuid.UUID, Any], keys: Collection[uuid.UUID]) -> list[Any]:
    return sorted((named[key] for key in keys), key=lambda one: (str(one).casefold(), str(one.pk)))
