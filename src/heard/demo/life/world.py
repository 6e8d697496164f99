"""What every story of the fictional partnership shares: its people, places and groups, the seed, and what day it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from importlib.resources import files
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import yaml
from django.utils import timezone

from heard.demo.names import are_forms, draw_origin
from heard.network import actions as network

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.network.models import Group, Place

COORDINATOR, SUPERVISOR = "maya.lindqvist", "dele.okafor"
_WRITING = timedelta(seconds=1)  # as long as one moment of a story may take


def known_by_now(offered: dict[uuid.UUID, Any]) -> list[uuid.UUID]:
    """Of sources on which something may rest, those that were noted by the moment at which it is written."""
    return [key for key, one in offered.items() if one.source.recorded_at <= timezone.now()]


def read(name: str) -> dict[str, Any]:
    """A file of the fictional partnership, by its path in `heard.demo`."""
    data: dict[str, Any] = yaml.safe_load(files("heard.demo").joinpath(name).read_text("utf-8"))
    return data


@dataclass
class World:
    data: dict[str, Any]
    rng: Random
    now: datetime
    users: dict[str, User] = field(default_factory=dict)
    agency_of: dict[str, Agency] = field(default_factory=dict)  # by username
    given_names: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def coordinator(self) -> User:
        return self.users[COORDINATOR]

    @property
    def supervisor(self) -> User:
        return self.users[SUPERVISOR]

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    @contextmanager
    def on(self, when: date | datetime) -> Iterator[None]:
        """Meanwhile it is that moment, or some time in that day's office hours, for everything that is written: a row that
        says when it was written says so truly for this story, and rules look at the clock of that day. Never in the future.
        The clock goes on, as clocks do: no two rows are written at one moment, so that rows keep the order of their writing.
        """
        if not isinstance(when, datetime):
            clock = time(self.rng.randint(8, 17), self.rng.randrange(60))
            when = timezone.make_aware(datetime.combine(when, clock))
        start = min(when, self.now - _WRITING)
        moments = (start + timedelta(microseconds=passed) for passed in count())
        with patch.object(timezone, "now", side_effect=moments):
            yield

    def name_and_job(self, username: str) -> str:
        given, family, _team, _role, job = self.data["staff"][username]
        return f"{given} {family}, {job}"

    def draw_child(self) -> tuple[str, str, str]:
        """Given name, family name and sex; no two children of the partnership have the same given name."""
        while True:
            origin, sex = draw_origin(self.rng), self.rng.choice("FFFMM")
            name = origin.given(self.rng, sex)
            if not any(are_forms(name, other) for other in self.given_names):
                self.given_names.append(name)
                return name, origin.family.draw(self.rng), sex

    @cached_property
    def more(self) -> dict[str, dict[str, Any]]:
        """What goes on in the lives of some children: part of life, then the child's id."""
        return read("life/life.yaml")

    def add_places_and_groups(self) -> None:
        by = self.coordinator
        self.places = [self._add_place(place) for place in self.data["places"]]
        self.groups = [network.add_group(by=by, **group) for group in self.data["groups"]]

    def _add_place(self, told: dict[str, Any]) -> Any:
        """`at`: latitude and longitude, which somebody said."""
        place = network.add_place(
            by=self.coordinator, **{name: told[name] for name in ("name", "kind", "postcode")}
        )
        if "at" not in told:
            return place
        lat, lon = told["at"]
        how = "Stood at the gate of the field and read it from a phone"
        return network.locate_place(by=self.coordinator, place_id=place.pk, lat=lat, lon=lon, how=how)
