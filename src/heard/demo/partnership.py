"""The fictional partnership's people and cases: staff in every role and some forty children at all stages.

Everything is written through the same actions that people use, so every rule holds and every write is audited. The
words are in `partnership.yaml`; who and when is drawn from a seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction
from django.utils import timezone

from heard.agencies import actions as agencies
from heard.agencies.rules import Role
from heard.cases.assessment import actions as assessments
from heard.cases.assessment.rules import ChildsView
from heard.cases.case import actions as cases
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as concerns
from heard.cases.plan import actions as plans
from heard.cases.review import actions as reviews
from heard.demo.identifiers import postcode
from heard.demo.names import draw_origin
from heard.network import actions as network

if TYPE_CHECKING:
    from heard.agencies.models import Agency, Team, User
    from heard.cases.models import Case, Concern

COORDINATOR, SUPERVISOR = "maya.lindqvist", "dele.okafor"
SOCIAL_WORKERS = ("ruth.pemberton", "imran.sheikh")

# Which steps a child's case has taken when it stands at a stage, in order.
_STEPS = ("case", "assessing", "submitted", "signed", "planning", "planned", "reviewed")


@dataclass(frozen=True)
class Staff:
    """One person who signs in, as the front door prints them."""

    username: str
    name: str
    role: str
    job: str
    team: str
    agency: str


def written() -> dict[str, Any]:
    """The words of the partnership, from `partnership.yaml`."""
    data: dict[str, Any] = yaml.safe_load(files("heard.demo").joinpath("partnership.yaml").read_text("utf-8"))
    return data


def staff() -> list[Staff]:
    data = written()
    teams = {
        team["key"]: (team["name"], agency["name"]) for agency in data["agencies"] for team in agency["teams"]
    }
    return [
        Staff(username, f"{given} {family}", role, job, *teams[team])
        for username, (given, family, team, role, job) in data["staff"].items()
    ]


@transaction.atomic
def load(*, password: str, seed: int = 1, today: date | None = None) -> int:
    """Writes the whole partnership into an empty database; the number of children. All or nothing."""
    partnership = _Partnership(password, Random(seed), today or timezone.localdate())
    partnership.write()
    return partnership.children


class _Partnership:
    def __init__(self, password: str, rng: Random, today: date) -> None:
        self.password, self.rng, self.today = password, rng, today
        self.data = written()
        self.children = 0
        self.teams: dict[str, Team] = {}
        self.agencies: dict[str, Agency] = {}
        self.users: dict[str, User] = {}

    def write(self) -> None:
        self._agencies_and_staff()
        stories = self.data["stories"]
        for stage, told in self.data["stages"].items():
            for number in range(told["count"]):
                days = self.rng.randint(*told["days"])
                story = stories[self.children % len(stories)]
                _Child(self, story, stage, self.today - timedelta(days=days), number).live()
                self.children += 1

    def _agencies_and_staff(self) -> None:
        first, *others = self.data["staff"].items()
        by = agencies.first_user(first[0], self.password)
        for agency in self.data["agencies"]:
            made = agencies.add_agency(by=by, name=agency["name"], kind=agency["kind"])
            for team in agency["teams"]:
                self.agencies[team["key"]] = made
                self.teams[team["key"]] = agencies.add_team(
                    by=by,
                    agency=made,
                    name=team["name"],
                    duty_phone=team["duty_phone"],
                    takes_worries=team.get("takes_worries", False),
                )
        del first, others

    @cached_property
    def places(self) -> list[Any]:
        by = self.users[COORDINATOR]
        return [network.add_place(by=by, **place) for place in self.data["places"]]

    @cached_property
    def groups(self) -> list[Any]:
        by = self.users[COORDINATOR]
        return [network.add_group(by=by, **group) for group in self.data["groups"]]
