"""Goals before responses, who watches over it, and steps with somebody and a day; all of them on the page of the place."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern import actions as telling
from heard.cases.concern.actions import Step
from heard.cases.context import actions, queries, rules
from heard.cases.context.models import ContextAssessment, ContextGoal, ContextGuardian
from heard.cases.disruption import actions as steps
from heard.cases.disruption import queries as disruption
from heard.cases.disruption import rules as step_rules
from heard.cases.disruption.models import DisruptionStep
from heard.graph.question.queries.moved import moved
from heard.graph.question.queries.places import unwatched
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.erasing import gather, take_out

TODAY = timezone.localdate()
SOON, LATER = TODAY + timedelta(days=7), TODAY + timedelta(days=60)
LIGHT = {"text": "The far end is as light as the near end", "measure": "Somebody counts the lamps each month"}
NAMES = [("Mina", "Okoro")]
KIOSK: dict[str, Any] = {
    "who": "Whoever keeps the kiosk",
    "what_they_do": "Looks out until six",
    "whom_they_call": "The duty team",
    "asked_on": TODAY,
    "answer": "yes",
    "said_on": TODAY,
    "look_again_on": LATER,
}


def page(user: Any, name: str, **keys: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, kwargs=keys))


@pytest.fixture
def signed(world, work) -> Any:
    """The context, with an assessment that is signed off."""
    ContextAssessment.objects.create(
        context=work,
        release="2026.5",
        author=world.social_worker,
        state="signed",
        started_at=timezone.now(),
        signed_by=world.supervisor,
        signed_at=timezone.now(),
    )
    return work


@pytest.fixture
def goal(world, signed) -> ContextGoal:
    return actions.set_goal(by=world.social_worker, context_id=signed.pk, review_on=LATER, **LIGHT)


def plan(by: Any, goal: ContextGoal, **change: Any) -> DisruptionStep:
    usual: dict[str, Any] = {
        "context_id": goal.context_id,
        "goal_id": goal.pk,
        "kind": "place",
        "what": "Ask the council for lamps",
        "agency_id": by.team.agency_id,
        "due_on": SOON,
        "owner": by,
    }
    return steps.plan_context_step(by=by, **usual | change)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("After school an adult who cares is at the far stands", True),
        ("Stop the dealing behind the arcade", False),
        ("No car waits there", False),
        ("The kiosk does not close before six", True),
        ("Young people can’t be followed there", False),
        ("Dealing stops at the arcade", False),
        ("Prevent loitering", False),
        ("Everybody knows whom to call", True),
        ("", False),
    ],
)
def test_a_goal_says_what_will_be_so(text: str, is_one: bool) -> None:
    assert rules.says_what_will_be(text) is is_one


@pytest.mark.parametrize(
    ("given", "why_not"),
    [
        ({}, None),
        ({"text": " "}, "Write what will be so"),
        ({"measure": ""}, "Say how it will be seen whether it is so"),
        ({"review_on": None}, "Give the day on which the goals are first reviewed, within a year"),
        ({"review_on": TODAY}, "Give the day on which the goals are first reviewed, within a year"),
        (
            {"review_on": date(9999, 1, 1)},
            "Give the day on which the goals are first reviewed, within a year",
        ),
        ({"review_on": None, "needs_review": False}, None),
        ({"measure": "Ask Mina Okoro"}, rules.NAMES_A_CHILD),
    ],
)
def test_what_a_goal_asks_for(given: dict[str, Any], why_not: str | None) -> None:
    usual = LIGHT | {"needs_review": True, "review_on": SOON, "today": TODAY, "names": NAMES}
    assert rules.why_not_set_goal(**usual | given) == why_not


@pytest.mark.parametrize(
    ("given", "why_not"),
    [
        ({}, None),
        ({"who": ""}, "Say who it is, and in which role"),
        ({"whom_they_call": ""}, "Say whom they call when something worries them"),
        ({"asked_on": SOON}, "Give the day on which they were asked, today or before"),
        ({"answer": "maybe"}, "Say what they answered"),
        ({"said_on": None}, "Give the day on which they said yes"),
        ({"said_on": TODAY - timedelta(days=1)}, "Give the day on which they said yes"),
        ({"look_again_on": TODAY}, "Give the day on which somebody asks again, within a year"),
        ({"look_again_on": date(9999, 1, 1)}, "Give the day on which somebody asks again, within a year"),
        (
            {"answer": "waiting", "look_again_on": None},
            "Give the day on which somebody asks again, within a year",
        ),
        ({"answer": "waiting", "said_on": None}, None),
        ({"answer": "ended"}, "Say why they do it no longer, or said no"),
        ({"answer": "ended", "why_ended": "Moved away"}, None),
        ({"who": "Mina Okoro"}, rules.NAMES_A_CHILD),
    ],
)
def test_who_watches_over_it_was_asked_said_yes_and_is_asked_again(
    given: dict[str, Any], why_not: str | None
) -> None:
    usual = KIOSK | {"why_ended": "", "today": TODAY, "names": NAMES}
    assert rules.why_not_keep_guardian(**usual | given) == why_not


def test_what_a_step_of_a_context_asks_for() -> None:
    usual: dict[str, Any] = {
        "what": "Lamps",
        "has_goal": True,
        "owner_is_there": True,
        "owner_is_active": True,
        "owner_may_plan": True,
        "owner_sees_it": True,
        "due_on": SOON,
        "today": TODAY,
    }
    assert step_rules.why_not_plan_context_step(**usual | {"due_on": TODAY - timedelta(days=900)})
    assert step_rules.why_not_plan_context_step(**usual | {"due_on": date(9999, 1, 1)})
    late = {"due_on": TODAY - timedelta(days=3), "was_due_on": TODAY - timedelta(days=3)}
    assert step_rules.why_not_plan_context_step(**usual | late) is None
    assert step_rules.why_not_plan_context_step(**usual) is None
    for name, why_not in (
        ("has_goal", "Choose the goal"),
        ("owner_is_there", "Choose who does it"),
        ("owner_is_active", "does not work with"),
        ("owner_may_plan", "does not work with"),
        ("owner_sees_it", "may not see this place"),
    ):
        assert why_not in str(step_rules.why_not_plan_context_step(**usual | {name: False}))
    assert (
        step_rules.why_not_plan_context_step(**usual | {"due_on": None})
        == "Give the day by which it will be done."
    )
    begin: dict[str, Any] = {"may_plan": True, "is_open": True, "not_theirs": None, "has_goals": True}
    assert step_rules.why_not_begin_context_step(**begin) is None
    assert step_rules.why_not_begin_context_step(**begin | {"has_goals": False}) == step_rules.GOALS_FIRST


def test_goals_are_set_on_a_signed_assessment_and_five_are_open_at_most(world, work) -> None:
    with pytest.raises(Refused, match="has not signed off an assessment yet"):
        actions.set_goal(by=world.social_worker, context_id=work.pk, review_on=LATER, **LIGHT)
    with pytest.raises(Refused, match="Set a goal first"):
        plan(world.social_worker, ContextGoal(context=work))


def test_five_are_open_at_most_and_one_ends_when_its_steps_are_finished(world, signed, goal) -> None:
    for number in range(4):
        actions.set_goal(
            by=world.social_worker, context_id=signed.pk, text=f"Lamp {number} is on", measure="Look"
        )
    with pytest.raises(Refused, match="Five goals are open"):
        actions.set_goal(by=world.social_worker, context_id=signed.pk, **LIGHT)
    step = plan(world.social_worker, goal)
    with pytest.raises(Refused, match="still to do"):
        actions.end_goal(by=world.social_worker, goal_id=goal.pk, state="reached", why="Counted")
    steps.finish_context_step(
        by=world.social_worker, step_id=step.pk, outcome="done", done_on=TODAY, note="Mended"
    )
    with pytest.raises(Refused, match="Say how it is known"):
        actions.end_goal(by=world.social_worker, goal_id=goal.pk, state="reached", why=" ")
    with pytest.raises(Hidden):
        actions.end_goal(by=world.analyst, goal_id=goal.pk, state="reached", why="Counted")
    actions.end_goal(by=world.social_worker, goal_id=goal.pk, state="reached", why="Counted on 3 May")
    with pytest.raises(Refused, match="ended already"):
        actions.end_goal(by=world.social_worker, goal_id=goal.pk, state="reached", why="Again")
    with pytest.raises(Refused, match="Choose the goal"):
        plan(world.social_worker, goal)
    text = page(world.officer, "context", context_id=signed.pk).content.decode()
    assert "Counted on 3 May" in text
    assert "Mended" in text


def test_a_step_has_a_goal_and_an_owner_who_may_read_it_and_is_in_their_work(world, goal) -> None:
    step = plan(world.social_worker, goal, owner=world.officer, agency_id=world.police.pk)
    assert (step.case, step.place, step.context) == (None, goal.context.place, goal.context)
    assert [reader.notice.subject for reader in unread_of(world.officer)] == ["context step"]
    [section] = [section for section in my_work(world.officer) if section.key == "context-steps"]
    assert [(one.about, one.what) for one in section.waiting] == [
        ("Harbour Street arcade", "Ask the council for lamps")
    ]
    with pytest.raises(Refused, match="does not work with"):
        plan(world.social_worker, goal, owner=world.analyst)
    with pytest.raises(IntegrityError), transaction.atomic():
        DisruptionStep.objects.filter(pk=step.pk).update(goal=None)
    with pytest.raises(Hidden):
        steps.finish_context_step(by=world.analyst, step_id=step.pk, outcome="done", done_on=TODAY)
    with pytest.raises(Refused, match="Say why it could not be done"):
        steps.finish_context_step(by=world.officer, step_id=step.pk, outcome="not_done", done_on=TODAY)
    steps.finish_context_step(
        by=world.officer, step_id=step.pk, outcome="not_done", done_on=TODAY, note="No money"
    )
    assert [one.kind for one in told_of(world.social_worker)] == ["context_news"]
    with pytest.raises(Refused, match="finished already"):
        steps.change_context_step(
            by=world.social_worker, step_id=step.pk, goal_id=goal.pk, kind="place", what="x", agency_id=world.police.pk,
            due_on=SOON, owner=world.officer,
        )  # fmt: skip
    client = Client()
    client.force_login(world.social_worker)
    shown = client.get(reverse("context_step", args=[step.pk])).content.decode()
    assert "finished already" in shown


def test_a_step_that_is_given_to_somebody_else_is_on_the_list_of_that_one_alone(world, goal) -> None:
    step = plan(world.social_worker, goal, owner=world.officer, agency_id=world.police.pk)
    given = {"kind": "place", "what": "Ask for lamps", "agency_id": world.police.pk, "due_on": SOON}
    this = {"by": world.social_worker, "step_id": step.pk, "goal_id": goal.pk} | given
    steps.change_context_step(**this, owner=world.coordinator)
    assert [reader.notice.subject for reader in unread_of(world.officer)] == []
    told = [(reader.notice.kind, reader.notice.subject) for reader in unread_of(world.coordinator)]
    assert ("action", "context step") in told
    steps.change_context_step(**this, owner=world.officer)
    assert [reader.notice.subject for reader in unread_of(world.officer)] == ["context step"]
    assert ("action", "context step") not in [
        (reader.notice.kind, reader.notice.subject) for reader in unread_of(world.coordinator)
    ]


def told_of(user: Any) -> list[Any]:
    return [
        reader.notice
        for reader in unread_of(user)
        if reader.notice.subject == "context" and reader.notice.kind != "context"
    ]


def test_steps_of_a_group_that_is_not_known_are_hidden_and_given_to_nobody_who_may_not_see_it(world) -> None:
    friends = network.add_group(by=world.teacher, name="Friends at the arcade", kind="friends")
    context = actions.open_context(
        by=world.coordinator,
        end="group",
        node_id=friends.pk,
        setting="peer_group",
        why="Paid",
        holder=world.teacher,
    )
    ContextAssessment.objects.create(
        context=context, release="2026.5", author=world.teacher, state="signed", started_at=timezone.now(),
        signed_by=world.supervisor, signed_at=timezone.now(),
    )  # fmt: skip
    goal = actions.set_goal(by=world.teacher, context_id=context.pk, review_on=LATER, **LIGHT)
    with pytest.raises(Refused, match="may not see this place or group"):
        plan(world.teacher, goal, owner=world.officer)
    step = plan(world.teacher, goal)
    guardian = actions.ask_guardian(by=world.teacher, context_id=context.pk, **KIOSK)
    for name, keys in (
        ("context_step", {"context_step_id": step.pk}),
        ("context_step_finish", {"context_step_id": step.pk}),
        ("context_step_add", {"context_id": context.pk}),
        ("context_goal_add", {"context_id": context.pk}),
        ("context_goal_end", {"goal_id": goal.pk}),
        ("context_guardian_add", {"context_id": context.pk}),
        ("context_guardian", {"guardian_id": guardian.pk}),
    ):
        assert page(world.teacher, name, **keys).status_code == 200, name
        assert page(world.officer, name, **keys).status_code == 404, name
    for refused in (
        lambda: plan(world.officer, goal),
        lambda: steps.finish_context_step(by=world.officer, step_id=step.pk, outcome="done", done_on=TODAY),
        lambda: actions.ask_guardian(by=world.officer, context_id=context.pk, **KIOSK),
        lambda: actions.change_guardian(by=world.officer, guardian_id=guardian.pk, **KIOSK),
        lambda: actions.set_goal(by=world.officer, context_id=context.pk, **LIGHT),
    ):
        with pytest.raises(Hidden):
            refused()
    assert not disruption.context_steps_visible_to(world.officer).exists()


def test_who_said_yes_is_asked_again_by_who_holds_it(world, work) -> None:
    guardian = actions.ask_guardian(by=world.teacher, context_id=work.pk, **KIOSK)
    [section] = [section for section in my_work(world.social_worker) if section.key == "guardians"]
    assert [one.due_on for one in section.waiting] == [LATER]
    said = {name: KIOSK[name] for name in ("who", "what_they_do", "whom_they_call", "asked_on")}
    said |= {"answer": "ended", "why_ended": "Moved away"}
    with pytest.raises(Refused, match="agency that leads this context does that"):
        actions.change_guardian(by=world.officer, guardian_id=guardian.pk, **said)
    actions.change_guardian(by=world.social_worker, guardian_id=guardian.pk, **said)
    assert not [section for section in my_work(world.social_worker) if section.key == "guardians"]
    row = ContextGuardian.objects.get()
    assert (row.asked_by, row.said_on) == (world.teacher, KIOSK["said_on"])
    began = [(work.place_id, work.pk, KIOSK["said_on"])]
    assert queries.began_to_watch(world.officer, {work.place_id}) == began
    assert queries.began_to_watch(world.officer) == began
    assert queries.began_to_watch(world.officer, {work.pk}) == []
    assert [earlier.said["answer"] for earlier in queries.earlier_of(world.coordinator, work.pk)] == ["yes"]
    assert not queries.earlier_of(world.teacher, work.pk)
    assert "Moved away" in page(world.officer, "context", context_id=work.pk).content.decode()


def test_the_page_of_a_place_shows_every_step_about_it_that_the_reader_may_see(
    world, arcade, goal, case
) -> None:
    """Of its context, of a child's case, and of a worry; each to who may read that, and the child is looked at."""
    plan(world.social_worker, goal)
    steps.plan_step(
        by=world.social_worker, case_id=case.pk, kind="place", what="Take the licence away", agency_id=world.care.pk,
        due_on=SOON, end="place", end_id=arcade.pk,
    )  # fmt: skip
    worry = telling.tell(
        by=world.teacher, place_id=arcade.pk, seen_and_heard="Let in after closing", when_seen="Fridays",
        who_comes="Two men", danger_now="no",
    )  # fmt: skip
    telling.decide(
        by=world.coordinator, concern=worry, decision="step", reason="Nobody visited", feedback="Thank you",
        step=Step("Visit the owner", world.social_worker, SOON),
    )  # fmt: skip
    of_all = ("Ask the council for lamps", "Take the licence away", "Visit the owner")
    shown = page(world.social_worker, "place", place_id=arcade.pk).content.decode()
    assert [text for text in of_all if text not in shown] == []
    looks = AuditRow.objects.filter(subject="disruption step", verb="view", actor="sol.wright")
    assert [row.person_id for row in looks] == [case.person_id]
    shown = page(world.officer, "place", place_id=arcade.pk).content.decode()
    assert [text for text in of_all if text in shown] == ["Ask the council for lamps"]
    assert not disruption.steps_visible_to(world.social_worker).filter(context__isnull=False).exists()


def test_questions_of_places_know_of_contexts_their_steps_and_who_watches(world, arcade, goal) -> None:
    answer = moved(world.social_worker, arcade.pk)
    assert "No step about this place" in str(answer.limits)
    step = plan(world.social_worker, goal)
    steps.finish_context_step(
        by=world.social_worker, step_id=step.pk, outcome="done", done_on=TODAY, note="Lit"
    )
    assert "The latest day on which something was done about it" in str(
        moved(world.officer, arcade.pk).summary
    )
    for _number in range(2):
        telling.tell(
            by=world.teacher, place_id=arcade.pk, seen_and_heard="Let in after closing", when_seen="Fridays",
            who_comes="Two men", danger_now="no",
        )  # fmt: skip
    assert not unwatched(world.coordinator).lines
    goal.context.state, goal.context.closed_at, goal.context.closed_by = (
        "closed",
        timezone.now(),
        world.coordinator,
    )
    goal.context.why_closed = "Over"
    goal.context.save()
    assert len(unwatched(world.coordinator).lines) == 1


def test_a_step_against_an_adult_stays_in_the_case_when_that_record_goes(world, case) -> None:
    adult = network.add_person(by=world.social_worker, given_name="Vic", family_name="Marsh", kind="adult")
    step = steps.plan_step(
        by=world.social_worker, case_id=case.pk, kind="contact", what="Warn him off", agency_id=world.care.pk,
        due_on=SOON, end="person", end_id=adult.pk,
    )  # fmt: skip
    take_out(gather(adult.pk))
    step.refresh_from_db()
    assert (step.person, step.who_or_where) == (None, "Somebody whose record was destroyed")


def test_goals_steps_and_guardians_are_written_through_their_pages(world, signed) -> None:
    client = Client()
    client.force_login(world.social_worker)

    def day(name: str, on: Any) -> dict[str, Any]:
        return {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}

    address = reverse("context_goal_add", args=[signed.pk])
    assert "Write what will be so" in client.post(address, {"measure": "Look"}).content.decode()
    assert client.post(address, LIGHT | day("review_on", LATER)).status_code == 302
    goal = ContextGoal.objects.get()
    step = {
        "goal": str(goal.pk), "kind": "place", "what": "Lamps",
        "owner": str(world.social_worker.pk), **day("due_on", SOON),
    }  # fmt: skip
    assert client.post(reverse("context_step_add", args=[signed.pk]), step).status_code == 302
    row = DisruptionStep.objects.get()
    assert row.agency == world.care  # of whoever does it: asked for once
    changed = step | {"what": "Five lamps"}
    assert client.post(reverse("context_step", args=[row.pk]), changed).status_code == 302
    done = {"outcome": "done", "note": "Lit", **day("done_on", TODAY)}
    assert client.post(reverse("context_step_finish", args=[row.pk]), done).status_code == 302
    kiosk = {name: KIOSK[name] for name in ("who", "what_they_do", "whom_they_call", "answer")}
    kiosk |= {**day("asked_on", TODAY), **day("said_on", TODAY), **day("look_again_on", LATER)}
    assert client.post(reverse("context_guardian_add", args=[signed.pk]), kiosk).status_code == 302
    guardian = ContextGuardian.objects.get()
    assert (
        client.post(reverse("context_guardian", args=[guardian.pk]), kiosk | {"who": "Ola"}).status_code
        == 302
    )
    ended = {"state": "reached", "why": "Counted"}
    assert client.post(reverse("context_goal_end", args=[goal.pk]), ended).status_code == 302
    shown = client.get(reverse("context", args=[signed.pk])).content.decode()
    for text in ("Five lamps", "Ola", "Counted", "Looked at next on"):
        assert text in shown
    assert queries.goals_of(world.officer, signed.pk).get().state == "reached"
