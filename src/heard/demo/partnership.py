"""The fictional partnership's people and cases: staff in every role and about a hundred children at all stages.

Everything is written through the same actions that people use, so every rule holds and every write is audited, each on
the day of the story on which it is done. The
words are in YAML files: who works where in `partnership.yaml`, how each child's story begins in `begun.yaml` and
`stories.yaml`, how it goes on in `life/life.yaml`, those of earlier years in `earlier.yaml`, what agencies do together in `life/together.yaml`, and what they know of who
and what is around the children in `life/network.yaml`; work on places and groups in `life/contexts.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies import actions as agencies
from heard.agencies.rules import May, Role
from heard.demo.life import (
    around,
    attaching,
    auditing,
    charts,
    connecting,
    contexts,
    deciding,
    emergency,
    holding,
    keeping,
    lawful,
    meetings,
    noting,
    panels,
    reporting,
    sharing,
    supervising,
    turning,
)
from heard.demo.life.child import Child
from heard.demo.life.living import live
from heard.demo.life.world import World, read
from heard.graph.whole.actions import lay_out
from heard.network.queries import people_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User


_BEGUN = 1100  # days ago: before the first child's story
_NAMED_LATER = ("Noor", "Ellis", "Wren", "Robin")  # children whom `life` names itself


@dataclass(frozen=True)
class Staff:
    """One person who signs in, as the front door prints them."""

    username: str
    name: str
    role: str
    job: str
    team: str
    agency: str


def own_questions() -> str:
    """The partnership's own questions, as a file for `HEARD_QUESTIONS`."""
    return files("heard.demo").joinpath("life/questions.yaml").read_text("utf-8")


def staff() -> list[Staff]:
    data = read("partnership.yaml")
    teams = {
        team["key"]: (team["name"], agency["name"]) for agency in data["agencies"] for team in agency["teams"]
    }
    begun = data["begins"]
    name = f"{begun['first_name']} {begun['last_name']}"
    administrator = Staff(begun["username"], name, Role.ADMINISTRATOR, "", begun["team"], begun["agency"])
    return [
        *[
            Staff(username, f"{given} {family}", role, job, *teams[team])
            for username, (given, family, team, role, job) in data["staff"].items()
        ],
        administrator,
    ]


@transaction.atomic
def load(*, password: str, seed: int = 1) -> int:
    """Writes the whole partnership into an empty database; the number of children. All or nothing."""
    world = World(read("partnership.yaml"), Random(seed), timezone.now())
    with world.on(world.ago(_BEGUN)):
        _write_agencies_and_staff(world, password)
        world.add_places_and_groups()
    children = _write_children(world)
    _write_together(world, children, read("life/together.yaml"))
    lay_out(by=None)  # as the worker does at night
    return people_visible_to(world.coordinator).filter(kind="child").count()


@transaction.atomic
def begin(*, seed: int) -> World:
    """Agencies and staff of the partnership in an empty database, without children. Nobody there signs in."""
    world = World(read("partnership.yaml"), Random(seed), timezone.now())
    _write_agencies_and_staff(world, None)
    return world


def _write_children(world: World) -> dict[str, Child]:
    """Every child, and by id those of this year. Those of a stage are spread over its days, the first the longer ago; those of earlier years
    say theirs (`ago`)."""
    children = {}
    for story, ago in _of_this_year():
        children[story["id"]] = child = Child(world, story, world.ago(ago))
        live(child)
    drawn = world.rng.getstate()
    world.given_names += _NAMED_LATER
    for story, ago in _of_earlier_years():
        live(Child(world, story, world.ago(ago)))
    world.rng.setstate(drawn)  # what comes next is drawn as it is without them
    return children


def stories() -> list[tuple[dict[str, Any], int]]:
    """Each, and how many days ago its worry was told."""
    return [*_of_this_year(), *_of_earlier_years()]


def _of_this_year() -> list[tuple[dict[str, Any], int]]:
    told = [story for name in ("begun.yaml", "stories.yaml") for story in read(name)["stories"]]
    spread = []
    for stage, (longest, shortest) in read("partnership.yaml")["stages"].items():
        here = [story for story in told if story["stage"] == stage]
        for number, story in enumerate(here):
            spread.append((story, longest - (longest - shortest) * number // max(len(here) - 1, 1)))
    return spread


def _of_earlier_years() -> list[tuple[dict[str, Any], int]]:
    return [(story, story["ago"]) for story in read("earlier.yaml")["stories"]]


def _write_together(world: World, children: dict[str, Child], told: dict[str, Any]) -> None:
    around.worry_about(world, "place", told["places"])
    lawful.start_duties(world, told["duties"])
    around.worry_about(world, "group", told["groups"])
    around.warn(world, children, told["warnings"])
    around.note_moments(children, told["moments"])
    around.write_twice(world, children, told["duplicate"])
    around.name_twice(world, told["alike"])
    sharing.share(world, children, told["shares"])
    sharing.ask(world, children, told["requests"])
    sharing.refer_on(world, children, told["onward"])
    lawful.report(world, children, told["duties"]["reports"])
    sharing.refer(world, children, told["referral"])
    supervising.supervise(world, children, told["supervision"])
    supervising.save_views(world)
    directory = read("life/services.yaml")
    turning.refer(world, children, turning.keep_a_directory(world, directory), directory)
    panels.disagree(world, children, told["disagreements"])
    panels.hold_panels(world, children, told["panels"])
    known = connecting.connect(world, children, read("life/network.yaml"))
    contexts.work_on(world, read("life/contexts.yaml")["contexts"])
    meetings.hold_meetings(world, children, known, read("life/meetings.yaml"))
    charts.bring_a_chart(world, known)
    attaching.attach_files(world, children, told["files"])
    noting.keep_a_rota(world)
    noting.see_what_was_told(world)
    deciding.decide_more(world, children)
    emergency.open_a_record(world)
    holding.hold_what_is_named(world, told["restricted"])
    holding.mark_a_number(world, told["common"])
    told = read("life/audits.yaml")
    auditing.write_own(world, told["own"])
    auditing.audit(world, told["audits"])
    auditing.prepare_for_inspection(world)
    reporting.report(world, read("life/reports.yaml"))
    keeping.hold_and_ask(world)


def _write_agencies_and_staff(world: World, password: str | None) -> None:
    administrator = agencies.begin_partnership(password=password, **world.data["begins"])
    world.users[administrator.username] = administrator
    for agency in world.data["agencies"]:
        made = _agency(administrator, agency)
        for team in agency["teams"]:
            _write_team(world, administrator, made, team, password)


def _agency(by: User, agency: dict[str, Any]) -> Agency:
    if by.team and by.team.agency.name == agency["name"]:
        return by.team.agency
    return agencies.add_agency(by=by, name=agency["name"], kind=agency["kind"])


def _write_team(world: World, by: User, agency: Agency, team: dict[str, Any], password: str | None) -> None:
    made = agencies.add_team(
        by=by,
        agency=agency,
        name=team["name"],
        duty_phone=team["duty_phone"],
        takes_worries=team.get("takes_worries", False),
    )
    for username, (given, family, key, role, _job) in world.data["staff"].items():
        if key == team["key"]:
            world.users[username] = agencies.add_user(
                by=by,
                username=username,
                first_name=given,
                last_name=family,
                password=password,
                team=made,
                role=Role(role),
                agreed_by=next(
                    (user for user in world.users.values() if user != by and user.may(May.APPROVE)), None
                ),
            )
            agencies.change_own_details(
                by=world.users[username],
                email="",
                reminders=True,
                phone=f"01632 960 {100 + len(world.users)}",
            )
            world.agency_of[username] = agency
