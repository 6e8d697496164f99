"""What agencies know of who, where and with what: places, adults, and ties with how each is known. Each question about the network
finds something in it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.disruption import actions as disruption
from heard.cases.missing.queries import episodes_of
from heard.network import actions as network

if TYPE_CHECKING:
    from uuid import UUID

    from heard.demo.life.child import Child
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World

_NOTED_AFTER = timedelta(minutes=20)  # of an interview


def connect(world: World, children: Children, told: dict[str, Any]) -> dict[str, UUID]:
    """The keys of children, adults and places by what they are called in the file."""
    known = {name: child.person_id for name, child in children.items() if hasattr(child, "concern")}
    for one in told["places"]:
        with world.on(world.ago(one["ago"])):
            given = {name: one[name] for name in ("name", "kind", "postcode")}
            known[one["key"]] = network.add_place(by=world.users[one["by"]], **given).pk
    for one in told["adults"]:
        with world.on(world.ago(one["ago"])):
            known[one["key"]] = _adult(world, one)
    for one in told["interviews"]:
        _speak(world, children[one["child"]].person_id, known[one["place"]], one)
    sources = [(one, _tie(world, children, known, one)) for one in told["ties"]]
    keys = {one["key"]: source for one, source in sources if "key" in one}
    for one in told["steps"]:
        rests_on = [keys[key] for key in one["rests_on"]]
        _against_an_adult(world, children[one["child"]], known[one["adult"]], one, rests_on)
    for one, source in sources:
        _look_again(world, source, one)
    return known


def _against_an_adult(
    world: World, child: Child, adult_id: UUID, told: dict[str, Any], rests_on: list[UUID]
) -> None:
    """A step by a power that was served, has a day on which it is looked at again, and was broken."""
    used, broken, owner = told["used"], told["broken"], world.users[told["owner"]]
    with world.on(world.ago(told["ago"])):
        step = disruption.plan_step(
            by=child.worker, case_id=child.case.pk, kind=told["kind"], what=child.say(told["what"]),
            agency_id=world.agency_of[told["owner"]].pk, owner=owner, due_on=world.ago(told["due"]),
            end="person", end_id=adult_id, legal_power=told["legal"],
        )  # fmt: skip
    days: dict[str, Any] = {
        name: world.ago(used[name]) for name in ("asked_on", "served_on", "look_again_on")
    }
    said: dict[str, Any] = {
        name: child.say(used[name]) for name in ("grounds", "childs_view", "safety", "asked_by", "conditions")
    }
    with world.on(world.ago(told["done"])):
        disruption.keep_power(by=owner, step_id=step.pk, **said, **days, rests_on=rests_on)
        disruption.finish_step(
            by=owner, disruption_id=step.pk, outcome="done", done_on=days["served_on"], note=child.say(told["note"])
        )  # fmt: skip
    with world.on(world.ago(broken["ago"])):
        disruption.note_breach(
            by=owner, step_id=step.pk, broken_on=world.ago(broken["ago"]), what_was_done=child.say(broken["done"])
        )  # fmt: skip


def _adult(world: World, told: dict[str, Any]) -> UUID:
    by, (given, family) = world.users[told["by"]], told["called"]
    adult = network.add_person(by=by, given_name=given, family_name=family, kind="adult")
    for other in told["with"]:
        network.involve(by=by, person=adult, agency=world.agency_of[other], why=told["why"])
    return adult.pk


def _speak(world: World, person_id: UUID, place_id: UUID, told: dict[str, Any]) -> None:
    """As what a child said in an interview after a return is noted: with the interview as its source."""
    by = world.users[told["by"]]
    episode = sorted(episodes_of(by, person_id), key=lambda episode: episode.missing_from)[told["episode"]]
    knows = network.Knows(
        words=told["words"],
        how="said_by_child",
        about="interview",
        about_id=episode.pk,
        valid_from=episode.missing_from.date(),
    )
    with world.on(episode.interview.held_at + _NOTED_AFTER):
        network.note_tie(by=by, one_id=person_id, other_id=place_id, kind="goes_to", knows=knows)


def _tie(world: World, children: Children, known: dict[str, UUID], told: dict[str, Any]) -> UUID:
    """The key of how it is known."""
    by, child = world.users[told["by"]], children.get(told["one"])
    knows = network.Knows(
        words=child.say(told["words"]) if child else told["words"],
        how=told["how"],
        who=told.get("who", ""),
        who_reach="holder" if told.get("keep_who") else "ends",
        source_grade=told.get("grade", ""),
        known_grade="E" if told.get("untrue") else "",
        valid_from=world.ago(told["since"]) if "since" in told else None,
        valid_to=world.ago(told["until"]) if "until" in told else None,
    )
    this: dict[str, Any] = {"by": by, "one_id": known[told["one"]], "kind": told["kind"], "knows": knows}
    with world.on(world.ago(told["ago"])):
        if "phone" in told:
            tie = network.note_tie_to(**this, end="handle", new_name=told["phone"], new_kind="phone")
        else:
            tie = network.note_tie(**this, other_id=_other(world, known, told))
    key: UUID = tie.sources.latest("recorded_at").pk
    return key


def _look_again(world: World, source_id: UUID, told: dict[str, Any]) -> None:
    """It is withdrawn, or stays as it is, with the reason."""
    by = world.users[told["by"]]
    for name, act in (("withdrawn", network.withdraw_source), ("again", network.look_again)):
        if name in told:
            ago, why = told[name]
            with world.on(world.ago(ago)):
                act(by=by, source_id=source_id, why=why)


def _other(world: World, known: dict[str, UUID], told: dict[str, Any]) -> UUID:
    if "place" in told:
        return world.places[told["place"]].pk
    return world.groups[told["group"]].pk if "group" in told else known[told["other"]]
