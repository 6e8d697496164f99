"""Work on places and groups: opened, held, and what young people say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heard.cases.context import actions as contexts

if TYPE_CHECKING:
    from heard.cases.context.models import Context
    from heard.demo.life.world import World


def work_on(world: World, told: list[dict[str, Any]]) -> None:
    for one in told:
        context = _open(world, one)
        _hear(world, context, one["voices"])
        if "assessment" in one:
            _assess(world, context, one["assessment"])


def _open(world: World, one: dict[str, Any]) -> Context:
    end = "place" if "place" in one else "group"
    node: Any = world.places[one["place"]] if end == "place" else world.groups[one["group"]]
    with world.on(world.ago(one["ago"])):
        return contexts.open_context(
            by=world.users[one["by"]],
            end=end,
            node_id=node.pk,
            setting=one["setting"],
            why=one["why"],
            holder=world.users[one["holder"]],
        )


def _hear(world: World, context: Context, voices: list[dict[str, Any]]) -> None:
    for one in voices:
        by, day = world.users[one["by"]], world.ago(one["ago"])
        with world.on(day):
            if "nobody" in one:
                contexts.hear_young_people(by=by, context_id=context.pk, why_nobody=one["nobody"])
                continue
            contexts.hear_young_people(
                by=by,
                context_id=context.pk,
                words=one["words"],
                how=one["how"],
                age_band=one["age_band"],
                heard_on=day,
                what_changed=one["changed"],
            )


def _assess(world: World, context: Context, one: dict[str, Any]) -> None:
    by, day = world.users[one["by"]], world.ago(one["ago"])
    with world.on(day):
        assessment = contexts.start_assessment(by=by, context_id=context.pk)
        for found in one["found"]:
            contexts.add_finding(
                by=by,
                assessment_id=assessment.pk,
                side=found["side"],
                what=found["what"],
                source=found["source"],
                seen_on=world.ago(found["ago"]),
            )
        contexts.conclude(
            by=by, assessment_id=assessment.pk, weighing=one["weighing"], what_is_not_known=one["not_known"]
        )
        contexts.submit_assessment(by=by, assessment_id=assessment.pk)
    signed = one["signed"]
    with world.on(world.ago(signed["ago"])):
        contexts.sign_assessment(
            by=world.users[signed["by"]], assessment_id=assessment.pk, words=signed["words"]
        )
