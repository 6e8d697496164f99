"""Work on places and groups: opened, held, and what young people say of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.context import actions as contexts
from heard.cases.context.queries import open_goals, to_rest_on
from heard.cases.disruption import actions as disruption
from heard.cases.stage.rules import Looked
from heard.demo.life.world import known_by_now

if TYPE_CHECKING:
    from heard.cases.context.models import Context
    from heard.demo.life.world import World


def work_on(world: World, told: list[dict[str, Any]]) -> None:
    for one in told:
        context = _open(world, one)
        if "given" in one:
            _give(world, context, one)
        _hear(world, context, one["voices"])
        if "assessment" in one:
            _assess(world, context, one["assessment"])
        for pattern in one.get("patterns", ()):
            _recognise(world, context, pattern)
        for goal in one.get("goals", ()):
            _aim(world, context, one["holder"], goal)
        for guardian in one.get("guardians", ()):
            _ask(world, context, guardian)
        if "review" in one:
            _review(world, context, one["review"])
        if "ended" in one:
            _end(world, context, one["last_review"], one["ended"])


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
            holder=world.users[one.get("held_first", one["holder"])],
        )


def _give(world: World, context: Context, one: dict[str, Any]) -> None:
    with world.on(world.ago(one["given"]["ago"])):
        contexts.give_context(
            by=world.users[one["held_first"]],
            context_id=context.pk,
            holder=world.users[one["holder"]],
            why=one["given"]["why"],
        )


def _end(world: World, context: Context, review: dict[str, Any], one: dict[str, Any]) -> None:
    day = world.ago(review["ago"])
    with world.on(day):
        contexts.hold_review(
            by=world.users[review["by"]],
            context_id=context.pk,
            held_on=day,
            took_part=review["took_part"],
            what_changed=review["changed"],
            looked={},
            decision="close",
            reason=review["reason"],
        )
    with world.on(world.ago(one["ago"])):
        said = {name: one[name] for name in ("why", "young_people", "who_watches", "opens_again_if")}
        contexts.close_context(by=world.users[one["by"]], context_id=context.pk, **said)


def _hear(world: World, context: Context, voices: list[dict[str, Any]]) -> None:
    for one in voices:
        by, day = world.users[one["by"]], world.ago(one["ago"])
        with world.on(day):
            if "nobody" in one:
                contexts.hear_young_people(by=by, context_id=context.pk, why_nobody=one["nobody"])
                continue
            heard = contexts.hear_young_people(
                by=by,
                context_id=context.pk,
                words=one["words"],
                how=one["how"],
                age_band=one["age_band"],
                heard_on=day,
                what_changed=one["changed"],
            )
        if "since" in one:
            with world.on(world.ago(one["since_ago"])):
                contexts.correct_voice(
                    by=by,
                    voice_id=heard.pk,
                    words=one["words"],
                    what_changed=one["since"],
                    why_nobody="",
                    why="What became of it",
                )


def _assess(world: World, context: Context, one: dict[str, Any]) -> None:
    by, day = world.users[one["by"]], world.ago(one["ago"])
    with world.on(day):
        assessment = contexts.start_assessment(by=by, context_id=context.pk)
        sources = known_by_now(to_rest_on(by, assessment)[0])
        for found in one["found"]:
            contexts.add_finding(
                by=by,
                assessment_id=assessment.pk,
                side=found["side"],
                what=found["what"],
                source=found["source"],
                seen_on=world.ago(found["ago"]),
                rests_on=sources[: found.get("rests_on", 0)],
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


def _aim(world: World, context: Context, holder: str, one: dict[str, Any]) -> None:
    with world.on(world.ago(one["ago"])):
        goal = contexts.set_goal(
            by=world.users[holder],
            context_id=context.pk,
            text=one["text"],
            measure=one["measure"],
            review_on=world.ago(one["review"]) if "review" in one else None,
        )
    for step in one["steps"]:
        by, owner = world.users[step["by"]], world.users[step["owner"]]
        with world.on(world.ago(step["ago"])):
            planned = disruption.plan_context_step(
                by=by,
                context_id=context.pk,
                goal_id=goal.pk,
                kind=step["kind"],
                what=step["what"],
                agency_id=world.agency_of[step["owner"]].pk,
                owner=owner,
                due_on=world.ago(step["due"]),
            )
        if "done" in step:
            day = world.ago(step["done"])
            with world.on(day):
                disruption.finish_context_step(
                    by=owner, step_id=planned.pk, outcome="done", done_on=day, note=step["note"]
                )
    if "reached" in one:
        with world.on(world.ago(one["reached"]["ago"])):
            contexts.end_goal(
                by=world.users[holder], goal_id=goal.pk, state="reached", why=one["reached"]["why"]
            )


def _recognise(world: World, context: Context, one: dict[str, Any]) -> None:
    """Of the context, or of the place or group itself; withdrawn where somebody found out better."""
    about = (one["of"], context.node_id) if "of" in one else ("context", context.pk)
    with world.on(world.ago(one["ago"])):
        row = contexts.note_pattern(
            by=world.users[one["by"]],
            end=about[0],
            about_id=about[1],
            pattern=one["pattern"],
            reason=one["why"],
            setting=one.get("setting", ""),
        )
    if "withdrawn" in one:
        with world.on(world.ago(one["withdrawn"]["ago"])):
            contexts.withdraw_pattern(
                by=world.users[one["by"]], pattern_id=row.pk, why=one["withdrawn"]["why"]
            )


def _ask(world: World, context: Context, one: dict[str, Any]) -> None:
    day = world.ago(one["ago"])
    said: dict[str, Any] = {"look_again_on": world.ago(one["again"])}
    if one["answer"] == "yes":
        said["said_on"] = world.ago(one["said"])
    with world.on(day + timedelta(days=1)):
        contexts.ask_guardian(
            by=world.users[one["by"]],
            context_id=context.pk,
            who=one["who"],
            what_they_do=one["does"],
            whom_they_call=one["calls"],
            asked_on=day,
            answer=one["answer"],
            **said,
        )


def _review(world: World, context: Context, one: dict[str, Any]) -> None:
    by, day = world.users[one["by"]], world.ago(one["ago"])
    said = [
        Looked(seen["course"], seen["what"], seen["seen_by"], world.ago(seen["ago"]))
        for seen in one["looked"]
    ]
    with world.on(day):
        goals = open_goals(by, context.pk)
        contexts.hold_review(
            by=by,
            context_id=context.pk,
            held_on=day,
            took_part=one["took_part"],
            what_changed=one["changed"],
            looked={goal.pk: looked for goal, looked in zip(goals, said, strict=True)},
            decision=one["decision"],
            reason=one["reason"],
            next_review_on=world.ago(one["next"]),
        )
