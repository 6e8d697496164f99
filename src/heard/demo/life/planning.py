"""What is agreed for a child: the plan and how far it is, the child's own page of it, the safety plan, and the steps against
what harms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.cases.disruption import actions as disruption
from heard.cases.own import actions as own
from heard.cases.plan import actions as planning
from heard.cases.plan.queries import agreed_plan, first_or_next
from heard.cases.safety.actions import write_safety_plan

if TYPE_CHECKING:
    from heard.demo.life.child import Child

AGREED_ON = 30  # days after the worry
_DONE_ON = 40
_FIRST_REVIEW = 72


def start(child: Child) -> None:
    child.plan = planning.start_plan(by=child.worker, case_id=child.case.pk)
    child.actions = []
    for outcome in child.story["outcomes"]:
        made = planning.add_outcome(
            by=child.worker,
            plan_id=child.plan.pk,
            text=child.say(outcome["text"]),
            where_we_are=child.say(outcome["where"]),
        )
        for what, owner in outcome["actions"]:
            child.actions.append(
                planning.add_action(
                    by=child.worker,
                    outcome_id=made.pk,
                    what=child.say(what),
                    owner=child.user(owner),
                    due_on=_due(child),
                )
            )


def agree(child: Child) -> None:
    held = child.part("reviews") or [{"day": _FIRST_REVIEW}]
    review_on = child.told_on + timedelta(days=held[0]["day"])
    if child.stage == "planned":
        review_on = max(review_on, child.world.today + timedelta(days=child.world.rng.randint(0, 30)))
    latest_by = first_or_next(child.worker, child.case, timezone.localdate()).latest_by
    review_on = min(review_on, latest_by or review_on)
    planning.agree_plan(by=child.worker, plan_id=child.plan.pk, review_on=review_on, view=child.view())


def get_on(child: Child) -> None:
    """The first action is done, and some outcomes have come nearer."""
    finish(child, 1, child.day(_DONE_ON))
    for number, notes in enumerate(child.part("progress") or ()):
        outcome = child.plan.outcomes.all()[number]
        for days, text in notes:
            with child.on(days):
                planning.say_where_we_are(by=child.worker, outcome_id=outcome.pk, text=child.say(text))
    if later := child.part("put_off"):
        with child.on(later["day"]):
            _put_off(child, child.say(later["why"]))


def _put_off(child: Child, why: str) -> None:
    """The first that can be, until the plan is reviewed."""
    plan = agreed_plan(child.worker, child.case.pk)
    assert plan
    assert plan.review_on
    review_on = plan.review_on
    action = next(action for action in child.actions if action.due_on and action.due_on < review_on)
    planning.put_off_action(by=child.worker, action_id=action.pk, due_on=review_on, reason=why)


def finish(child: Child, number: int, on: date) -> None:
    """The next actions of the plan, so many, are done on that day."""
    for action in child.actions[:number]:
        with child.world.on(on):
            planning.finish_action(
                by=action.owner or child.worker,
                action_id=action.pk,
                note="Done with the child, at the child’s pace.",
            )
    child.actions = child.actions[number:]


def write_for_child(child: Child) -> None:
    """The plan on one page in plain words, given to the child or why not yet."""
    more = child.part("own")
    if not more:
        return
    outcomes = list(child.plan.outcomes.prefetch_related("actions"))
    plain: dict[Any, str] = {}
    of_actions: dict[Any, str] = {}
    for outcome, (text, actions) in zip(outcomes, more["plain"], strict=True):
        plain[outcome.pk] = child.say(text)
        for action, said in zip(outcome.actions.order_by("added_at"), actions, strict=True):
            of_actions[action.pk] = child.say(said)
    words = child.words()
    own.write_own_plan(
        by=child.worker,
        plan_id=child.plan.pk,
        outcomes=plain,
        actions=of_actions,
        words_id=words.pk if words else None,
        what_changed=child.say(child.story.get("words_changed", "")),
        **{name: child.say(more[name]) for name in ("reach", "if_unsafe", "who_knows", "next_steps")},
    )
    given = "given" in more
    with child.on(more.get("given", AGREED_ON + 1)):
        own.give_own_plan(
            by=child.worker,
            plan_id=child.plan.pk,
            given_on=child.day(more["given"]) if given else None,
            given_by=child.world.name_and_job(child.worker.username) if given else "",
            why_not=child.say(more.get("not_given", "")),
        )


def keep_safe(child: Child) -> None:
    for version in child.part("safety") or ():
        with child.on(version["day"]):
            write_safety_plan(
                by=child.worker,
                case_id=child.case.pk,
                getting_worse=child.say(version["worse"]),
                what_to_do=child.say(version["do"]),
                who_to_call=child.say(version["call"]),
                safe_places=child.say(version.get("places", "")),
                child_agreed=child.say(version.get("agreed", "")),
                why_not_with_child=child.say(version.get("without", "")),
            )


def disrupt(child: Child) -> None:
    for step in child.part("disruption") or ():
        end = step.get("end", "")
        known: dict[str, list[Any]] = {"place": child.world.places, "group": child.world.groups}
        due = child.world.today + timedelta(days=step["today"]) if "today" in step else child.day(step["due"])
        made = disruption.plan_step(
            by=child.worker,
            case_id=child.case.pk,
            kind=step["kind"],
            what=child.say(step["what"]),
            agency_id=child.world.agency_of[step["by"]].pk,
            owner=child.user(step["by"]),
            due_on=due,
            end=end,
            end_id=known[end][child.story[end]].pk if end else None,
            who_or_where=step.get("who", ""),
            power=step.get("power", ""),
            legal_power=step.get("legal", ""),
        )
        _finish_step(child, made.pk, step)


def _finish_step(child: Child, disruption_id: Any, step: dict[str, Any]) -> None:
    for outcome, key in (("done", "done"), ("not_done", "undone")):
        if key in step:
            with child.on(step[key]):
                disruption.finish_step(
                    by=child.user(step["by"]),
                    disruption_id=disruption_id,
                    outcome=outcome,
                    done_on=child.day(step[key]),
                    note=child.say(step["note"]),
                )


def _due(child: Child) -> date:
    """Around today, so that everybody's own work shows what is still to do; not before the day on which it is agreed. Of a story of earlier
    years, the day that it says."""
    if child.part("due"):
        return child.day(child.part("due"))
    drawn = child.world.rng.randint(-4, 25)
    around = child.world.today + timedelta(
        days=-child.part("late_action") if child.part("late_action") else drawn
    )
    return max(around, child.day(AGREED_ON))
