"""A restricted record that holds what others' worries name: who decides about it tells of one, and is asked of another. And a number that joins
nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heard.cases.concern.holder import actions as holding
from heard.cases.concern.holder.queries import to_decide
from heard.network import actions as network

if TYPE_CHECKING:
    from heard.demo.life.world import World


def hold_what_is_named(world: World, told: dict[str, Any]) -> None:
    by, decider = world.users[told["by"]], world.users[told["decides"]]
    given, family = told["called"]
    with world.on(world.ago(told["ago"])):
        child = network.add_person(by=by, given_name=given, family_name=family, restricted=True)
    for one in told["ties"]:
        with world.on(world.ago(one["ago"])):
            network.note_tie_to(
                by=by, one_id=child.pk, end="handle", new_kind=one["type"], new_name=one["text"], kind=one["kind"],
                knows=network.Knows(one["words"], how="said_by_child"),
            )  # fmt: skip
    earliest = to_decide(decider).first()
    assert earliest is not None, "No worry names what the restricted record holds"
    this: dict[str, Any] = {"by": decider, "person_id": child.pk, "concern_id": earliest.pk}
    later = told["not_yet"]
    with world.on(world.ago(later["ago"])):
        holding.decide_whether_to_tell(
            **this, outcome="not_yet", reason=later["why"], look_again_on=world.ago(later["again"])
        )
    with world.on(world.ago(told["told"])):
        holding.decide_whether_to_tell(**this, outcome="tell")


def mark_a_number(world: World, told: dict[str, Any]) -> None:
    said = {name: told[name] for name in ("type", "text", "why")}
    with world.on(world.ago(told["ago"])):
        network.mark_common(by=world.users[told["by"]], **said)
