"""What every story of the fictional partnership shares: its people, places and groups, the seed, and what day it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any

import yaml
from django.utils import timezone

from heard.demo.names import are_forms, draw_origin
from heard.network import actions as network

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.demo.names import Origin

COORDINATOR, SUPERVISOR = "maya.lindqvist", "dele.okafor"


def read(name: str) -> dict[str, Any]:
    """A file of the fictional partnership, by its path below this package's parent."""
    data: dict[str, Any] = yaml.safe_load(files("heard.demo").joinpath(name).read_text("utf-8"))
    return data


@dataclass
class World:
    data: dict[str, Any]
    rng: Random
    today: date
    users: dict[str, User] = field(default_factory=dict)
    agency_of: dict[str, Agency] = field(default_factory=dict)  # by username
    given_names: list[str] = field(default_factory=list)

    @property
    def coordinator(self) -> User:
        return self.users[COORDINATOR]

    @property
    def supervisor(self) -> User:
        return self.users[SUPERVISOR]

    def at(self, day: date, hour: int | None = None) -> datetime:
        """Some time in that day's office hours, or at this hour; never in the future."""
        clock = time(self.rng.randint(8, 17) if hour is None else hour, self.rng.randrange(60))
        return min(timezone.make_aware(datetime.combine(day, clock)), timezone.now())

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def name_and_job(self, username: str) -> str:
        given, family, _team, _role, job = self.data["staff"][username]
        return f"{given} {family}, {job}"

    def draw_child(self) -> tuple[Origin, str, str]:
        """Origin, sex and a given name that no other child of the partnership has."""
        while True:
            origin, sex = draw_origin(self.rng), self.rng.choice("FFFMM")
            name = origin.given(self.rng, sex)
            if not any(are_forms(name, other) for other in self.given_names):
                self.given_names.append(name)
                return origin, sex, name

    @cached_property
    def more(self) -> dict[str, dict[str, Any]]:
        """What goes on in the lives of some children: part of life, then the child's id."""
        return {part: entries or {} for part, entries in read("life/life.yaml").items()}

    @cached_property
    def places(self) -> list[Any]:
        return [network.add_place(by=self.coordinator, **place) for place in self.data["places"]]

    @cached_property
    def groups(self) -> list[Any]:
        return [network.add_group(by=self.coordinator, **group) for group in self.data["groups"]]
