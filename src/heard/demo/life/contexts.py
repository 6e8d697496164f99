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
    for row in told:
        context = _open(world, row)
        if "given" in row:
            _give(world, context, row)
        _hear(world, context, row["voices"])
        if "assessment" in row:
            _assess(world, context, row["assessment"])
        for pattern in row.get("patterns", ()):
            _recognise(world, context, pattern)
        for goal in row.get("goals", ()):
            _aim(world, context, row["holder"], goal)
        for guardian in row.get("guardians", ()):
            _ask(world, context, guardian)
        if "review" in row:
            _review(world, context, row["review"])
        if "ended" in row:
            _end(world, context, row["last_review"], row["ended"])


def _open(world: World, row: dict[str, Any]) -> Context:
    end = "place" if "place" in row else "group"
    node: Any = world.places[row["place"]] if end == "place" else world.groups[row["group"]]
    with world.on(world.ago(row["ago"])):
        return contexts.open_context(
            by=world.users[row["by"]],
            end=end,
            node_id=node.pk,
            setting=row["setting"],
            why=row["why"],
            holder=world.users[row.get("held_first", row["holder"])],
        )


def _give(world: World, context: Context, row: dict[str, Any]) -> None:
    with world.on(world.ago(row["given"]["ago"])):
        contexts.give_context(
            by=world.users[row["held_first"]],
            context_id=context.pk,
            holder=world.users[row["holder"]],
            why=row["given"]["why"],
        )


def _end(world: World, context: Context, review: dict[str, Any], row: dict[str, Any]) -> None:
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
    with world.on(world.ago(row["ago"])):
        said = {name: row[name] for name in ("why", "young_people", "who_watches", "opens_again_if")}
        contexts.close_context(by=world.users[row["by"]], context_id=context.pk, **said)


def _hear(world: World, context: Context, voices: list[dict[str, Any]]) -> None:
    for voice in voices:
        by, day = world.users[voice["by"]], world.ago(voice["ago"])
        with world.on(day):
            if "nobody" in voice:
                contexts.hear_young_people(by=by, context_id=context.pk, why_nobody=voice["nobody"])
                continue
            heard = contexts.hear_young_people(
                by=by,
                context_id=context.pk,
                words=voice["words"],
                how=voice["how"],
                age_band=voice["age_band"],
                heard_on=day,
                what_changed=voice["changed"],
            )
        if "since" in voice:
            with world.on(world.ago(voice["since_ago"])):
                contexts.correct_voice(
                    by=by,
                    voice_id=heard.pk,
                    words=voice["words"],
                    what_changed=voice["since"],
                    why_nobody="",
                    why="What became of it",
                )


def _assess(world: World, context: Context, row: dict[str, Any]) -> None:
    by, day = world.users[row["by"]], world.ago(row["ago"])
    with world.on(day):
        assessment = contexts.start_assessment(by=by, context_id=context.pk)
        sources = known_by_now(to_rest_on(by, assessment)[0])
        for found in row["found"]:
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
            by=by, assessment_id=assessment.pk, weighing=row["weighing"], what_is_not_known=row["not_known"]
        )
        contexts.submit_assessment(by=by, assessment_id=assessment.pk)
    signed = row["signed"]
    with world.on(world.ago(signed["ago"])):
        contexts.sign_assessment(
            by=world.users[signed["by"]], assessment_id=assessment.pk, words=signed["words"]
        )


def _aim(world: World, context: Context, holder: str, row: dict[str, Any]) -> None:
    with world.on(world.ago(row["ago"])):
        goal = contexts.set_goal(
            by=world.users[holder],
            context_id=context.pk,
            text=row["text"],
            measure=row["measure"],
            review_on=world.ago(row["review"]) if "review" in row else None,
        )
    for step in row["steps"]:
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
    if "reached" in row:
        with world.on(world.ago(row["reached"]["ago"])):
            contexts.end_goal(
                by=world.users[holder], goal_id=goal.pk, state="reached", why=row["reached"]["why"]
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


def _ask(world: World, context: Context, row: dict[str, Any]) -> None:
    day = world.ago(row["ago"])
    said: dict[str, Any] = {"look_again_on": world.ago(row["again"])}
    if row["answer"] == "yes":
        said["said_on"] = world.ago(row["said"])
    with world.on(day + timedelta(days=1)):
        contexts.ask_guardian(
            by=world.users[row["by"]],
            context_id=context.pk,
            who=row["who"],
            what_they_do=row["does"],
            whom_they_call=row["calls"],
            asked_on=day,
            answer=row["answer"],
            **said,
        )


def _review(world: World, context: Context, row: dict[str, Any]) -> None:
    by, day = world.users[row["by"]], world.ago(row["ago"])
    said = [
        Looked(seen["course"], seen["what"], seen["seen_by"], world.ago(seen["ago"]))
        for seen in row["looked"]
    ]
    with world.on(day):
        goals = open_goals(by, context.pk)
        contexts.hold_review(
            by=by,
            context_id=context.pk,
            held_on=day,
            took_part=row["took_part"],
            what_changed=row["changed"],
            looked={goal.pk: looked for goal, looked in zip(goals, said, strict=True)},
            decision=row["decision"],
            reason=row["reason"],
            next_review_on=world.ago(row["next"]),
        )
