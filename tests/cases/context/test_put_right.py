"""What was written in a context is put right, no text of it names a child, and nobody's work on it gets stuck."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.context.test_context import HEARD, WHY, decide, open_one, page, told
from tests.cases.context.test_goals import KIOSK
from tests.cases.context.test_goals import plan as plan_step
from tests.cases.context.test_review import ENDED, HELD, SEEN, hold, reach

from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern import actions as telling
from heard.cases.concern.actions import NewContext
from heard.cases.context import actions, queries
from heard.cases.context.models import Context, ContextAssessment, ContextEarlier, ContextEnd, ContextGoal
from heard.cases.disruption import actions as disruption
from heard.home.queries import my_work
from heard.network import actions as network

TODAY = timezone.localdate()
NAMES = "Go on, Okoro, Mina says"


@pytest.fixture
def signed(world, work) -> ContextAssessment:
    return ContextAssessment.objects.create(
        context=work, release="2026.5", author=world.social_worker, state="signed", started_at=timezone.now(),
        signed_by=world.supervisor, signed_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def goal(world, work, signed) -> ContextGoal:
    actions.hear_young_people(by=world.teacher, context_id=work.pk, **HEARD)
    return actions.set_goal(
        by=world.social_worker,
        context_id=work.pk,
        text="The far end is light",
        measure="Count",
        review_on=TODAY + timedelta(days=60),
    )


@pytest.fixture
def mina(world, arcade, case) -> Any:
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="goes to",
        other_id=arcade.pk,
        knows=network.Knows("She said so"),
    )
    return case.person


def lists(user: Any) -> dict[str, list[Any]]:
    return {section.key: section.waiting for section in my_work(user)}


def kinds(user: Any) -> set[str]:
    return {reader.notice.kind for reader in unread_of(user)}


def test_no_text_of_a_context_names_a_child(world, work, goal, mina) -> None:
    """Each text that somebody writes in a context, by the action that takes it."""
    lead: dict[str, Any] = {"by": world.social_worker}
    step, context = plan_step(world.social_worker, goal), {**lead, "context_id": work.pk}
    voice, guardian = queries.voices_of(world.teacher, work.pk)[0], actions.ask_guardian(**context, **KIOSK)
    sent = actions.start_assessment(**context)
    ContextAssessment.objects.filter(pk=sent.pk).update(state="submitted")
    other = actions.set_goal(**context, text="The yard is light too", measure="Count")
    judged = {"by": world.supervisor, "assessment_id": sent.pk, "words": NAMES}
    put_right: dict[str, Any] = {"words": "w", "what_changed": "c", "why_nobody": "", "why": "y"}
    writes: list[Any] = [
        lambda: actions.give_context(**context, holder=world.officer, why=NAMES),
        lambda: actions.set_goal(**context, text=NAMES, measure="Look"),
        lambda: actions.end_goal(**lead, goal_id=other.pk, state="given_up", why=NAMES),
        lambda: actions.correct_goal(**lead, goal_id=goal.pk, text="x", measure=NAMES, why="y"),
        lambda: actions.sign_assessment(**judged),
        lambda: actions.send_assessment_back(**judged),
        lambda: actions.correct_context(
            by=world.coordinator, context_id=work.pk, setting="school", why_opened="x", why=NAMES
        ),
        lambda: disruption.finish_context_step(
            **lead, step_id=step.pk, outcome="done", done_on=TODAY, note=NAMES
        ),
        lambda: actions.hold_review(
            **context, **HELD | {"took_part": NAMES}, looked={goal.pk: SEEN, other.pk: SEEN}
        ),
    ]
    for name in ("words", "what_changed"):
        writes.append(lambda name=name: actions.hear_young_people(**context, **HEARD | {name: NAMES}))
        writes.append(
            lambda name=name: actions.correct_voice(**lead, voice_id=voice.pk, **put_right | {name: NAMES})
        )
    for name in ("who", "what_they_do", "whom_they_call"):
        said = KIOSK | {name: NAMES}
        writes.append(lambda said=said: actions.ask_guardian(**context, **said))
        writes.append(lambda said=said: actions.change_guardian(**lead, guardian_id=guardian.pk, **said))
    for write in writes:
        disruption.DisruptionStep.objects.filter(pk=step.pk).update(state="open")
        with pytest.raises(Refused, match="names a child"):
            write()


def test_the_setting_says_who_reads_it_and_is_put_right_by_who_decides(world, work) -> None:
    right: dict[str, Any] = {
        "setting": "home",
        "why_opened": "Young people live there",
        "why": "It is a house",
    }
    with pytest.raises(Refused, match="somebody who decides"):
        actions.correct_context(by=world.social_worker, context_id=work.pk, **right)
    assert page(world.officer, "context", context_id=work.pk).status_code == 200
    client = Client()
    client.force_login(world.coordinator)
    assert (
        client.post(reverse("context_correct", args=[work.pk]), right | {"setting": "peer_group"}).status_code
        == 200
    )
    assert client.post(reverse("context_correct", args=[work.pk]), right).status_code == 302
    assert page(world.officer, "context", context_id=work.pk).status_code == 404
    shown = client.get(reverse("context", args=[work.pk])).content.decode()
    for text in ("Young people live there", "It is a house", "Three worries tell of the same evenings"):
        assert text in shown
    shown = page(world.social_worker, "context", context_id=work.pk).content.decode()
    assert "Three worries tell of the same evenings" not in shown
    assert "context_news" in kinds(world.social_worker)


def test_what_young_people_said_is_answered_and_put_right_and_nothing_is_lost(world, work, goal) -> None:
    [voice] = queries.voices_of(world.teacher, work.pk)
    said = {"words": HEARD["words"], "what_changed": "Two lamps were mended", "why": "What became of it"}
    with pytest.raises(Refused, match="agency that leads this context does that"):
        actions.correct_voice(by=world.officer, voice_id=voice.pk, why_nobody="", **said)
    client = Client()
    client.force_login(world.teacher)
    address = reverse("context_voice", args=[voice.pk])
    assert address in client.get(reverse("context", args=[work.pk])).content.decode()
    assert "Say why it is put right" in client.post(address, said | {"why": ""}).content.decode()
    assert client.post(address, said).status_code == 302
    assert "Two lamps were mended" in page(world.officer, "context", context_id=work.pk).content.decode()
    assert ContextEarlier.objects.get().said["what_changed"] == HEARD["what_changed"]
    actions.correct_goal(
        by=world.social_worker, goal_id=goal.pk, text="All of it is light", measure="Count", why="Wider"
    )
    assert "All of it is light" in page(world.officer, "context", context_id=work.pk).content.decode()


def test_a_context_whose_goals_are_reached_is_reviewed_and_closed(world, work, goal) -> None:
    actions.end_goal(by=world.social_worker, goal_id=goal.pk, state="reached", why="Counted")
    review = {name: HELD[name] for name in ("held_on", "took_part", "what_changed", "reason")}
    actions.hold_review(by=world.social_worker, context_id=work.pk, looked={}, decision="close", **review)
    assert queries.why_not_begin_closing(world.coordinator, work) is None
    second = actions.set_goal(
        by=world.social_worker,
        context_id=work.pk,
        text="So is the yard",
        measure="Look",
        review_on=TODAY + timedelta(days=9),
    )
    assert "nothing added since" in str(queries.why_not_begin_closing(world.coordinator, work))
    assert "contexts-to-close" not in lists(world.coordinator)
    actions.end_goal(by=world.social_worker, goal_id=second.pk, state="given_up", why="Not ours")
    actions.hold_review(by=world.social_worker, context_id=work.pk, looked={}, decision="close", **review)
    actions.close_context(by=world.coordinator, context_id=work.pk, **ENDED)


def test_a_review_that_is_written_down_late_moves_no_day(world, work, goal) -> None:
    Context.objects.update(opened_at=timezone.now() - timedelta(days=30))
    hold(world.social_worker, goal)
    day = Context.objects.get().review_on
    hold(
        world.social_worker,
        goal,
        held_on=TODAY - timedelta(days=20),
        next_review_on=TODAY + timedelta(days=3),
    )
    assert Context.objects.get().review_on == day


def test_what_was_opened_by_mistake_is_taken_back_as_long_as_nothing_is_written(world, arcade, work) -> None:
    client = Client()
    client.force_login(world.coordinator)
    address = reverse("context_take_back", args=[work.pk])
    assert address in client.get(reverse("context", args=[work.pk])).content.decode()
    with pytest.raises(Refused, match="taken back by somebody who decides"):
        actions.take_back_context(by=world.social_worker, context_id=work.pk, why="Wrong arcade")
    assert client.post(address, {"why": "Wrong arcade"}).status_code == 302
    other = open_one(world, place=arcade)
    actions.hear_young_people(by=world.teacher, context_id=other.pk, **HEARD)
    with pytest.raises(Refused, match="Work has begun"):
        actions.take_back_context(by=world.coordinator, context_id=other.pk, why="Wrong arcade")


def test_when_who_holds_it_leaves_somebody_else_is_found_also_after_the_end(world, work, goal) -> None:
    assert "contexts-nobody-holds" not in lists(world.coordinator)
    _leaves(world.social_worker)
    for user in (world.coordinator, world.supervisor):
        assert [one.about for one in lists(user)["contexts-nobody-holds"]] == ["Harbour Street arcade"]
    assert "contexts-nobody-holds" not in lists(world.teacher)
    actions.give_context(by=world.coordinator, context_id=work.pk, holder=world.officer, why="She left")
    assert "contexts-nobody-holds" not in lists(world.coordinator)
    hold(world.officer, goal, decision="close")
    reach(goal, world.coordinator)
    actions.close_context(by=world.coordinator, context_id=work.pk, **ENDED)
    _leaves(world.officer)
    assert [one.about for one in lists(world.coordinator)["contexts-nobody-holds"]] == [
        "Harbour Street arcade"
    ]
    actions.give_context(by=world.coordinator, context_id=work.pk, holder=world.teacher, why="He left")
    assert "contexts-again" in lists(world.teacher)
    ContextEnd.objects.update(
        looked_at=timezone.now(), looked_by=world.teacher, found="neither", what="Went there"
    )
    with pytest.raises(Refused, match="closed"):
        actions.give_context(by=world.coordinator, context_id=work.pk, holder=world.supervisor, why="Again")


def _leaves(user: Any) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


def test_danger_in_a_worry_reaches_who_holds_the_context_and_they_read_it(world, arcade) -> None:
    officers = NewContext("neighbourhood", world.officer, WHY)
    decide(world, told(world, arcade), new_context=officers)
    danger = told(
        world,
        arcade,
        danger_now="yes",
        danger_done="Rang the police",
        seen_and_heard="Somebody is being hurt there now",
    )
    with pytest.raises(Hidden):
        telling.open_concern(by=world.officer, concern_id=danger.pk)
    danger = decide(world, danger, decision="add_to_context", new_context=None)
    [notice] = [
        reader.notice for reader in unread_of(world.officer) if reader.notice.kind == "danger_in_context"
    ]
    assert notice.urgent
    assert (
        "Somebody is being hurt there now"
        in page(world.officer, "concern", concern_id=danger.pk).content.decode()
    )
    assert danger.reference in page(world.officer, "context", context_id=danger.context_id).content.decode()
    shown = page(world.teacher, "context", context_id=danger.context_id).content.decode()
    assert "tell a worry" in shown
    telling.correct_decision(
        by=world.coordinator,
        concern_id=danger.pk,
        why="Another place",
        decision="no_further_action",
        reason="Elsewhere",
        feedback="Thank you",
    )
    assert "danger_in_context" not in kinds(world.officer)
    with pytest.raises(Hidden):
        telling.open_concern(by=world.officer, concern_id=danger.pk)


def test_a_decision_that_opened_work_to_which_others_were_added_is_not_taken_back(world, arcade) -> None:
    first = decide(world, told(world, arcade))
    decide(world, told(world, arcade), decision="add_to_context", new_context=None)
    with pytest.raises(Refused, match="Work has begun in this context"):
        telling.correct_decision(
            by=world.coordinator,
            concern_id=first.pk,
            why="Misread",
            decision="no_further_action",
            reason="One car park",
            feedback="Thank you",
        )
