"""What happens around children: worries about places and groups, warnings, moments that start a clock, and the same child,
place or group written down twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.case.actions import note_warning
from heard.cases.clocks.actions import note_moment
from heard.cases.concern import actions as telling
from heard.network import actions as network
from heard.network.rules import find

if TYPE_CHECKING:
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World


def worry_about(world: World, kind: str, told: list[dict[str, Any]]) -> None:
    """Worries about a place or a group (`kind`); those that have a decision get it the next day."""
    ends: dict[str, list[Any]] = {"place": world.places, "group": world.groups}
    known = ends[kind]
    for row in told:
        day = world.ago(row["ago"])
        with world.on(day):
            worry = telling.tell(
                by=world.users[row["by"]],
                seen_and_heard=row["seen"],
                when_seen=row["when"],
                who_comes=row["who"],
                danger_now="not_known",
                named=find(row["seen"]),
                **{f"{kind}_id": known[row[kind]].pk},
            )
        if "decision" in row:
            with world.on(day + timedelta(days=1)):
                telling.decide(
                    by=world.coordinator,
                    concern=worry,
                    decision=row["decision"],
                    reason=row["reason"],
                    feedback=row["feedback"],
                    step=_step(world, row),
                )


def warn(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for row in told:
        child = children[row["child"]]
        with world.on(world.ago(row["ago"])):
            note_warning(
                by=world.users[row["by"]],
                person_id=child.person_id,
                text=row["text"],
                why=child.say(row["why"]),
                person_told=row["told"],
                review_on=world.today + timedelta(days=row["review"]),
            )


def note_moments(children: Children, told: list[list[Any]]) -> None:
    """What started or met a clock: the child, what happened, and how many days after the worry."""
    for name, kind, days in told:
        child = children[name]
        with child.on(days):
            note_moment(by=child.worker, case_id=child.case.pk, kind=kind, on=child.day(days))


def write_twice(world: World, children: Children, told: dict[str, Any]) -> None:
    """The same child is told of again as somebody new, spelled a little otherwise: for people to find and to merge."""
    child = children[told["of"]]
    person = child.case.person
    spelled = child.given_name + "e" if not child.given_name.endswith("e") else child.given_name[:-1]
    with world.on(world.ago(told["ago"])):
        telling.tell(
            by=world.users[told["by"]],
            new_person={
                "given_name": spelled,
                "family_name": person.family_name,
                "birth_date": person.birth_date,
                "sex": person.sex,
            },
            seen_and_heard=told["seen"].replace("<name>", spelled),
            why_no_words=told["why"],
            danger_now="no",
        )


def name_twice(world: World, told: list[dict[str, Any]]) -> None:
    """A place or group is written down again by somebody who did not find it: one is merged, one waits to be looked at, and of one somebody
    says that it is another."""
    ends: dict[str, tuple[list[Any], Any]] = {
        "place": (world.places, network.add_place),
        "group": (world.groups, network.add_group),
    }
    for one in told:
        kind = "place" if "place" in one else "group"
        known, add = ends[kind]
        with world.on(world.ago(one["ago"])):
            again = add(by=world.users[one["by"]], **one["new"])
        two = {"by": world.coordinator, "kept_id": known[one[kind]].pk, "merged_id": again.pk}
        with world.on(world.ago(one["ago"] - 2)):
            if "merged" in one:
                network.merge_nodes(**two, reason=one["merged"])
            elif "apart" in one:
                network.say_not_same(
                    by=world.coordinator, one_id=two["kept_id"], other_id=again.pk, why=one["apart"]
                )


def _step(world: World, row: dict[str, Any]) -> telling.Step | None:
    if "step" not in row:
        return None
    what, owner, days = row["step"]
    return telling.Step(what, world.users[owner], world.ago(row["ago"]) + timedelta(days=days))
