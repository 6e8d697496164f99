"""Reviews goal by goal, the end, and looking again after 90 days whether harm moved."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.queries import unread_of
from heard.cases.context import actions, queries, rules
from heard.cases.context.models import Context, ContextAssessment, ContextEnd, ContextGoal, ContextReview
from heard.cases.disruption import actions as disruption
from heard.cases.stage.rules import Looked
from heard.home.queries import my_work
from heard.network import actions as network

TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=60)
SEEN = Looked("better", "Five lamps are on", "Sol", TODAY)
HELD: dict[str, Any] = {
    "held_on": TODAY,
    "took_part": "Sol; the station manager",
    "what_changed": "Two adults are there until six",
    "decision": "go_on",
    "reason": "One end is still dark",
    "next_review_on": LATER,
}
ENDED = {
    "why": "Both goals are reached",
    "young_people": "You can wait there now",
    "who_watches": "The station manager",
    "opens_again_if": "A worry tells of it again",
}


@pytest.fixture
def goal(world, work) -> ContextGoal:
    ContextAssessment.objects.create(
        context=work, release="2026.5", author=world.social_worker, state="signed", started_at=timezone.now(),
        signed_by=world.supervisor, signed_at=timezone.now(),
    )  # fmt: skip
    actions.hear_young_people(by=world.teacher, context_id=work.pk, why_nobody="It would show who told us")
    return actions.set_goal(
        by=world.social_worker,
        context_id=work.pk,
        text="The far end is light",
        measure="Count",
        review_on=LATER,
    )


def hold(by: Any, goal: ContextGoal, one: Looked = SEEN, **change: Any) -> ContextReview:
    return actions.hold_review(by=by, context_id=goal.context_id, looked={goal.pk: one}, **HELD | change)


def reach(goal: ContextGoal, by: Any) -> None:
    actions.end_goal(by=by, goal_id=goal.pk, state="reached", why="Counted, with Sol")


def sections(user: Any) -> dict[str, list[Any]]:
    return {section.key: section.waiting for section in my_work(user)}


@pytest.mark.parametrize(
    ("given", "why_not"),
    [
        ({}, None),
        ({"held_on": None}, "Give the day on which the review was held"),
        ({"held_on": TODAY - timedelta(days=2)}, "Give the day on which the review was held"),
        ({"took_part": " "}, "Say who took part"),
        ({"what_changed": ""}, "Say what changed at the place or in the group"),
        ({"looked": [Looked("good")]}, "Say of each goal whether it is better, the same, worse or not known."),
        ({"looked": [Looked("better", "Lamps")]}, "Say of each goal what was seen, by whom and when; or mark it as not known."),
        ({"looked": [Looked("better", "Lamps", "Sol", LATER)]}, "A day on which something was seen cannot be right. Check the date."),
        ({"looked": [Looked("not_known")]}, None),
        ({"decision": "close", "next_review_on": None}, None),
        ({"decision": "close", "looked": [Looked("not_known")]}, "It is not known how every goal stands. Find out first: work does not end on what is not known."),
        ({"decision": "stop"}, "Choose how it goes on"),
        ({"reason": ""}, "Give the reason for this decision"),
        ({"next_review_on": None}, "Give the day of the next review, which is to come, within a year"),
        ({"next_review_on": TODAY}, "Give the day of the next review, which is to come, within a year"),
        ({"what_changed": "Mina Okoro goes home earlier"}, rules.NAMES_A_CHILD),
    ],
)  # fmt: skip
def test_what_a_review_says(given: dict[str, Any], why_not: str | None) -> None:
    usual = HELD | {"looked": [SEEN], "opened_on": TODAY - timedelta(days=1), "today": TODAY}
    assert rules.why_not_review(**usual | {"names": [("Mina", "Okoro")]} | given) == why_not


@pytest.mark.parametrize(
    ("given", "why_not"),
    [
        ({}, None),
        ({"may_close": False}, "A context is closed by somebody who decides on worries."),
        ({"state": "closed"}, rules.CLOSED),
        ({"is_heard": False}, "Add what young people say about it first, or say why nobody was asked."),
        (
            {"last_decision": ""},
            "It closes on a review that decided so, with nothing added since. Hold a review first.",
        ),
        (
            {"last_decision": "go_on"},
            "It closes on a review that decided so, with nothing added since. Hold a review first.",
        ),
        ({"open_steps": True}, "A step is still to do. Say first how it went."),
        ({"open_goals": True}, "Of a goal nobody has said yet whether it was reached or given up. Whoever leads the work says it first."),
        ({"unsigned": True}, "An assessment is not signed off yet. Finish it first."),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_of_closing_it(given: dict[str, Any], why_not: str | None) -> None:
    usual: dict[str, Any] = {
        "state": "open", "may_close": True, "last_decision": "close", "open_goals": False, "open_steps": False, "unsigned": False,
        "is_heard": True,
    }  # fmt: skip
    assert rules.why_not_begin_closing(**usual | given) == why_not
    for name in ENDED:
        assert rules.why_not_close(**ENDED | {name: " "}) == rules.CLOSE_ASKS[name]
    assert rules.why_not_close(**ENDED, names=[("Mina", "Okoro")]) is None


def test_a_review_looks_at_every_open_goal_and_its_day_is_in_the_work_of_who_holds_it(
    world, work, goal
) -> None:
    assert [section.due_on for section in sections(world.social_worker)["contexts"]] == [LATER]
    with pytest.raises(Hidden):
        actions.hold_review(by=world.social_worker, context_id=work.pk, looked={}, **HELD)
    with pytest.raises(Hidden):
        hold(world.analyst, goal)
    with pytest.raises(Refused, match="agency that leads this context does that"):
        hold(world.teacher, goal)
    review = hold(world.coordinator, goal)
    assert (review.due_on, [one.course for one in review.looked]) == (LATER, ["better"])
    assert "context_news" in {reader.notice.kind for reader in unread_of(world.social_worker)}
    with pytest.raises(IntegrityError), transaction.atomic():
        review.goals.update(what="")
    client = Client()
    client.force_login(world.officer)
    shown = client.get(reverse("context", args=[work.pk])).content.decode()
    for text in ("Two adults are there until six", "Five lamps are on", "It goes on as it is"):
        assert text in shown


def test_it_closes_on_a_review_and_is_looked_at_again_after_90_days(world, work, goal) -> None:
    step = disruption.plan_context_step(
        by=world.social_worker, context_id=work.pk, goal_id=goal.pk, kind="place", what="Lamps",
        agency_id=world.police.pk, due_on=LATER, owner=world.officer,
    )  # fmt: skip
    with pytest.raises(Refused, match="Hold a review first"):
        actions.close_context(by=world.coordinator, context_id=work.pk, **ENDED)
    hold(world.social_worker, goal, decision="close")
    assert "contexts-to-close" not in sections(world.coordinator)
    assert [section.what for section in sections(world.social_worker)["contexts"]] == [rules.END_WHAT_IS_OPEN]
    for user in (world.coordinator, world.supervisor):
        assert "context_to_decide" in {reader.notice.kind for reader in unread_of(user)}
    with pytest.raises(Refused, match="A step is still to do"):
        actions.close_context(by=world.coordinator, context_id=work.pk, **ENDED)
    disruption.finish_context_step(
        by=world.officer, step_id=step.pk, outcome="done", done_on=TODAY, note="Lit"
    )
    with pytest.raises(Refused, match="somebody who decides"):
        actions.close_context(by=world.social_worker, context_id=work.pk, **ENDED)
    with pytest.raises(Refused, match="has not ended"):
        actions.look_again(by=world.social_worker, context_id=work.pk, found="neither", what="Went there")
    with pytest.raises(Refused, match="whether it was reached or given up"):
        actions.close_context(by=world.coordinator, context_id=work.pk, **ENDED)
    assert "contexts-to-close" not in sections(world.coordinator)
    unread_of(world.officer).update(seen_at=timezone.now())
    reach(goal, world.social_worker)
    assert [section.what for section in sections(world.social_worker)["contexts"]] == [rules.MAY_CLOSE]
    assert [section.about for section in sections(world.coordinator)["contexts-to-close"]] == [
        "Harbour Street arcade"
    ]
    closed = actions.close_context(by=world.coordinator, context_id=work.pk, **ENDED)
    assert (closed.is_open, closed.why_closed) == (False, "Both goals are reached")
    assert "context_news" in {
        reader.notice.kind for reader in unread_of(world.officer)
    }  # who did a step of it
    for write in (
        lambda: actions.hear_young_people(by=world.teacher, context_id=work.pk, why_nobody="x"),
        lambda: actions.hold_review(by=world.social_worker, context_id=work.pk, looked={}, **HELD),
        lambda: actions.close_context(by=world.coordinator, context_id=work.pk, **ENDED),
    ):
        with pytest.raises(Refused, match="closed"):
            write()
    waiting = sections(world.social_worker)
    assert not {"contexts", "context-reviews", "context-steps"} & waiting.keys()
    assert [one.due_on for one in waiting["contexts-again"]] == [TODAY + timedelta(days=90)]
    looks: dict[str, Any] = {"by": world.social_worker, "context_id": work.pk}
    with pytest.raises(Refused, match="Its day has not come yet"):
        actions.look_again(**looks, found="moved", what="Went there")
    ContextEnd.objects.update(look_again_on=TODAY)
    with pytest.raises(Refused, match="agency that leads this context does that"):
        actions.look_again(**looks | {"by": world.teacher}, found="spread", what="Went there")
    with pytest.raises(Refused, match="Say what became of it since"):
        actions.look_again(**looks, found="", what="Went there")
    with pytest.raises(Refused, match="Say how that is known"):
        actions.look_again(**looks, found="neither", what=" ")
    with pytest.raises(Refused, match="Give the day on which somebody looks once more"):
        actions.look_again(**looks, found="not_known", what="Nobody was there")
    actions.look_again(**looks, found="not_known", what="Nobody was there", again_on=LATER)
    assert [section.due_on for section in sections(world.social_worker)["contexts-again"]] == [LATER]
    ContextEnd.objects.update(look_again_on=TODAY)
    actions.look_again(**looks, found="moved", what="Sol saw them at the retail park")
    assert "contexts-again" not in sections(world.social_worker)
    assert sum(reader.notice.kind == "context_to_decide" for reader in unread_of(world.coordinator)) == 1
    with pytest.raises(Refused, match="looked again already"):
        actions.look_again(**looks, found="moved", what="Again")
    assert queries.contexts_about(world.officer, place_id=work.place_id).get() == work


def test_a_goal_that_was_open_when_the_work_ended_is_said_to_have_been(world, work, goal) -> None:
    """As of work that was closed before each goal had to be said to be reached or given up."""
    client = Client()
    client.force_login(world.officer)
    page = reverse("context", args=[work.pk])
    assert "Not reached yet" in client.get(page).content.decode()
    Context.objects.update(
        state="closed", closed_at=timezone.now(), closed_by=world.coordinator, why_closed="It was reached"
    )
    shown = client.get(page).content.decode()
    assert "Open when the work ended" in shown
    assert "Not reached yet" not in shown


def test_what_ended_by_being_taken_back_is_not_looked_at_again(world, work) -> None:
    actions.take_back_context(by=world.coordinator, context_id=work.pk, why="Misread")
    assert not ContextEnd.objects.exists()
    assert queries.why_not_begin_looking(world.social_worker, Context.objects.get())


def test_what_is_hidden_is_neither_reviewed_nor_closed_nor_looked_at(world) -> None:
    friends = network.add_group(by=world.teacher, name="Friends at the arcade", kind="friends")
    context = actions.open_context(
        by=world.coordinator,
        end="group",
        node_id=friends.pk,
        setting="peer_group",
        why="Paid",
        holder=world.teacher,
    )
    for user, names in (
        (world.officer, ("context_review", "context_look_again")),
        (world.supervisor, ("context_review", "context_close", "context_look_again")),
    ):
        client = Client()
        client.force_login(user)
        for name in names:
            assert client.get(reverse(name, args=[context.pk])).status_code == 404, name
    for refused in (
        lambda: actions.hold_review(by=world.officer, context_id=context.pk, looked={}, **HELD),
        lambda: actions.close_context(by=world.supervisor, context_id=context.pk, **ENDED),
        lambda: actions.look_again(by=world.officer, context_id=context.pk, found="moved", what="x"),
    ):
        with pytest.raises(Hidden):
            refused()


def test_it_is_reviewed_closed_and_looked_at_again_through_its_pages(world, work, goal) -> None:
    client = Client()
    client.force_login(world.supervisor)

    def day(name: str, on: Any) -> dict[str, Any]:
        return {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}

    address = reverse("context_review", args=[work.pk])
    shown = client.get(address).content.decode()
    assert shown.index("It would show who told us") < shown.index("The far end is light")
    said = {name: HELD[name] for name in ("took_part", "what_changed", "reason")} | {"decision": "close"}
    said |= {f"course_{goal.pk}": "not_known", **day("held_on", TODAY)}
    assert "work does not end on what is not known" in client.post(address, said).content.decode()
    said |= {f"course_{goal.pk}": "better", f"what_{goal.pk}": "Lit", f"seen_by_{goal.pk}": "Sol"}
    held = client.post(address, said | day(f"seen_on_{goal.pk}", TODAY), follow=True)
    assert f"The review is held. {rules.END_WHAT_IS_OPEN}." in held.text
    refused = client.post(reverse("context_close", args=[work.pk]), ENDED).content.decode()
    assert "whether it was reached or given up" in refused
    reach(goal, world.supervisor)
    assert client.post(reverse("context_close", args=[work.pk]), ENDED).status_code == 302
    shown = client.get(reverse("context", args=[work.pk])).content.decode()
    assert "You can wait there now" in shown
    assert "To be looked at again" in shown
    assert reverse("ask_moved", args=[work.place_id]) in shown
    address = reverse("context_look_again", args=[work.pk])
    assert "Its day has not come yet" in client.get(address).content.decode()
    ContextEnd.objects.update(look_again_on=TODAY)
    assert reverse("ask_moved", args=[work.place_id]) in client.get(address).content.decode()
    assert client.post(address, {"found": "moved", "what": "Seen at the retail park"}).status_code == 302
    assert "Seen at the retail park" in client.get(reverse("context", args=[work.pk])).content.decode()
