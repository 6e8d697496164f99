"""A context: opened by who decides, held by somebody who may read it, read by whom the plan says, and about no child."""

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
from heard.cases.concern.actions import NewContext
from heard.cases.concern.models import Concern
from heard.cases.context import actions, queries, rules
from heard.cases.context.models import Context, ContextAssessment
from heard.cases.disruption import actions as disruption
from heard.home.queries import my_work
from heard.home.search.queries import find_everything
from heard.network import actions as network

TODAY = timezone.localdate()
WHY = "Several tell of the same evenings"
HEARD = {
    "words": "It is dark behind the arcade and nobody is there after six.",
    "how": "there",
    "age_band": "14_15",
    "heard_on": TODAY,
    "what_changed": "The council looks at the lamps on Monday.",
}


@pytest.fixture
def friends(world):
    """A group that the school wrote down: its members are nobody's business elsewhere."""
    return network.add_group(by=world.teacher, name="Friends at the arcade", kind="friends")


def open_one(world, **change: Any) -> Context:
    usual: dict[str, Any] = {
        "by": world.coordinator,
        "setting": "neighbourhood",
        "why": "Three worries in a month tell of the same evenings",
        "holder": world.social_worker,
    }
    if place := change.pop("place", None):
        usual |= {"end": "place", "node_id": place.pk}
    if group := change.pop("group", None):
        usual |= {"end": "group", "node_id": group.pk}
    return actions.open_context(**usual | change)


def page(user, name: str, **keys: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, kwargs=keys))


@pytest.mark.parametrize(
    ("given", "why_not"),
    [
        ({}, None),
        ({"may_decide": False}, "A context is opened by somebody who decides on worries."),
        ({"has_open_one": True}, rules.OPEN_ALREADY),
        ({"has_open_one": True, "sees_open_one": False}, rules.ASK_THE_TEAM),
        ({"setting": "peer_group"}, "Choose what kind of setting it is"),
        ({"end": "group"}, "Choose what kind of setting it is"),
        ({"knows_it": False}, rules.ASK_THE_TEAM),
        ({"why": " "}, "Say why the context is opened: what is known to happen there"),
        ({"why": "MINA  Okoro is seen there", "names": [("Mina", "Okoro")]}, rules.NAMES_A_CHILD),
        ({"why": "Mina is seen there", "names": [("Mina", "Okoro")]}, None),
    ],
)
def test_what_stands_in_the_way_of_opening_one(given: dict[str, Any], why_not: str | None) -> None:
    usual: dict[str, Any] = {
        "may_decide": True,
        "end": "place",
        "setting": "neighbourhood",
        "why": "Three worries",
        "knows_it": True,
        "has_open_one": False,
        "sees_open_one": True,
    }
    assert rules.why_not_open(**usual | given) == why_not


@pytest.mark.parametrize(
    ("given", "why_not"),
    [
        ({}, None),
        ({"words": ""}, "Write what they said, in their own words"),
        ({"words": "", "why_nobody": "It would show who told us"}, None),
        ({"words": "", "why_nobody": "Mina Okoro asked us not to"}, rules.NAMES_A_CHILD),
        ({"how": ""}, "Choose how they were heard"),
        ({"age_band": "13"}, "Choose how old they are"),
        ({"heard_on": None}, "Give the day on which they were heard, today or before"),
        ({"heard_on": TODAY + timedelta(days=1)}, "Give the day on which they were heard, today or before"),
        ({"heard_on": date(1901, 5, 1)}, "Give the day on which they were heard, today or before"),
        (
            {"what_changed": ""},
            "Say what changed because of it. That nothing changed yet, and why, is an answer too.",
        ),
        ({"words": "Mina Okoro is scared there"}, rules.NAMES_A_CHILD),
    ],
)
def test_what_young_people_say_has_how_and_when_and_no_name(
    given: dict[str, Any], why_not: str | None
) -> None:
    usual = HEARD | {"why_nobody": "", "today": TODAY, "names": [("Mina", "Okoro")]}
    assert rules.why_not_hear(**usual | given) == why_not


def test_one_is_opened_by_who_decides_and_is_in_the_work_of_who_holds_it(world, arcade) -> None:
    with pytest.raises(Refused, match="somebody who decides on worries"):
        open_one(world, place=arcade, by=world.social_worker)
    context = open_one(world, place=arcade)
    assert context.reference.startswith("X-")
    assert (context.lead_team, context.whom, context.is_open) == (world.exploitation_team, str(arcade), True)
    [row] = AuditRow.objects.filter(verb="open", subject="context")
    assert (row.subject_id, row.person_id) == (str(context.pk), None)
    [told] = unread_of(world.social_worker)
    assert told.notice.kind == "context"
    [section] = [section for section in my_work(world.social_worker) if section.key == "contexts"]
    assert [(one.about, one.what) for one in section.waiting] == [
        ("Harbour Street arcade", "Hear young people about it first")
    ]
    with pytest.raises(Refused, match="Add to that one"):
        open_one(world, place=arcade)
    with pytest.raises(IntegrityError), transaction.atomic():
        Context.objects.create(
            reference="X-AAA-AAA",
            place=arcade,
            setting="school",
            lead_team=world.exploitation_team,
            held_by=world.supervisor,
            why_opened="Again",
            opened_at=timezone.now(),
            opened_by=world.coordinator,
        )
    for user in (world.teacher, world.officer, world.social_worker):
        assert page(user, "context", context_id=context.pk).status_code == 200
        assert context.reference in page(user, "place", place_id=arcade.pk).content.decode()
        assert context.reference in page(user, "contexts").content.decode()
        [found] = find_everything(user, context.reference.lower().replace("-", ""))
        assert [one.href for one in found.found] == [reverse("context", args=[context.pk])]
    for user in (world.analyst, world.board_member, world.administrator):
        with pytest.raises(Hidden):
            queries.context_visible_to(user, context.pk)
    assert "Open a context" not in page(world.coordinator, "place", place_id=arcade.pk).content.decode()


def test_one_about_a_group_is_read_by_who_may_see_the_group_and_held_by_nobody_else(world, friends) -> None:
    about = {"group": friends, "setting": "peer_group"}
    with pytest.raises(Refused, match="That person may not see this place or group"):
        open_one(world, **about, holder=world.social_worker)
    with pytest.raises(Hidden):
        open_one(world, **about, by=world.supervisor)
    context = open_one(world, **about, holder=world.teacher)
    assert page(world.teacher, "context", context_id=context.pk).status_code == 200
    assert context.reference in page(world.teacher, "group", group_id=friends.pk).content.decode()
    for user in (world.social_worker, world.officer, world.supervisor):
        assert page(user, "context", context_id=context.pk).status_code == 404
        assert context.reference not in page(user, "contexts").content.decode()
        assert not find_everything(user, context.reference)
        with pytest.raises(Hidden):
            actions.give_context(by=user, context_id=context.pk, holder=world.supervisor, why="Mine")
    for name in ("context_hear", "context_give"):
        assert page(world.officer, name, context_id=context.pk).status_code == 404
    assert page(world.supervisor, "context_of_group", group_id=friends.pk).status_code == 404


def test_one_about_a_home_is_known_as_a_group_is_though_the_place_is_not_hidden(world, case) -> None:
    """Who leads, who does a step of it and who decides; a worker elsewhere sees the place alone, whatever they tell or note of it."""
    home = network.add_place(by=world.social_worker, name="4 Mill Lane", kind="house")
    police = world.officer
    context = open_one(world, place=home, setting="home", holder=world.social_worker)
    assert page(world.social_worker, "context", context_id=context.pk).status_code == 200  # leads
    for user in (police, world.teacher):
        assert page(user, "place", place_id=home.pk).status_code == 200
        assert context.reference not in page(user, "place", place_id=home.pk).content.decode()
        assert page(user, "context", context_id=context.pk).status_code == 404
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="stays at",
        other_id=home.pk,
        knows=network.Knows("She said so"),
    )
    told(world, home, by=police)
    for user in (police, world.teacher):
        assert page(user, "context", context_id=context.pk).status_code == 404
    for user in (world.supervisor, world.coordinator):
        assert page(user, "context", context_id=context.pk).status_code == 200
    with pytest.raises(Refused, match="This names a child"):
        actions.hear_young_people(
            by=world.social_worker,
            context_id=context.pk,
            **HEARD | {"words": "Mina Okoro does not like it there"},
        )
    give_step(world, context, police)
    assert page(police, "context", context_id=context.pk).status_code == 200
    assert page(world.teacher, "context", context_id=context.pk).status_code == 404


def give_step(world, context: Context, owner: Any) -> Any:
    ContextAssessment.objects.create(
        context=context, release="2026.5", author=world.social_worker, state="signed", started_at=timezone.now(),
        signed_by=world.supervisor, signed_at=timezone.now(),
    )  # fmt: skip
    goal = actions.set_goal(
        by=world.social_worker,
        context_id=context.pk,
        text="Somebody comes by",
        measure="Look",
        review_on=TODAY + timedelta(days=30),
    )
    return disruption.plan_context_step(
        by=world.social_worker, context_id=context.pk, goal_id=goal.pk, kind="place", what="Come by",
        agency_id=owner.team.agency_id, due_on=TODAY + timedelta(days=7), owner=owner,
    )  # fmt: skip


def test_young_people_are_heard_first_and_stand_first_on_the_page(world, arcade) -> None:
    context = open_one(world, place=arcade)
    with pytest.raises(Hidden):
        actions.hear_young_people(by=world.analyst, context_id=context.pk, **HEARD)
    actions.hear_young_people(by=world.teacher, context_id=context.pk, why_nobody="It would show who told us")
    actions.hear_young_people(by=world.teacher, context_id=context.pk, **HEARD)
    assert [voice.words for voice in queries.voices_of(world.officer, context.pk)] == [HEARD["words"], ""]
    text = page(world.officer, "context", context_id=context.pk).content.decode()
    order = [
        "nobody is there after six",
        "14 or 15",
        "The council looks at the lamps",
        "It would show who told us",
    ]
    order += ["Why it was opened", "Worries that it came from"]
    assert sorted(order, key=text.index) == order
    [section] = [section for section in my_work(world.social_worker) if section.key == "contexts"]
    assert [one.what for one in section.waiting] == ["Assess this place or group"]


def test_somebody_else_holds_it_for_a_reason(world, arcade) -> None:
    context = open_one(world, place=arcade)
    with pytest.raises(Refused, match="gives it to somebody else"):
        actions.give_context(by=world.teacher, context_id=context.pk, holder=world.teacher, why="Ours")
    with pytest.raises(Refused, match="Say why somebody else holds it"):
        actions.give_context(by=world.social_worker, context_id=context.pk, holder=world.officer, why=" ")
    with pytest.raises(Refused, match="Their role does not work"):
        actions.give_context(by=world.social_worker, context_id=context.pk, holder=world.analyst, why="Why")
    given = actions.give_context(
        by=world.social_worker, context_id=context.pk, holder=world.officer, why="Police lead from now on"
    )
    assert (given.held_by, given.lead_team.agency) == (world.officer, world.police)
    assert [holder.user for holder in queries.earlier_holders(world.teacher, context.pk)] == [
        world.social_worker
    ]
    assert [told.notice.kind for told in unread_of(world.officer)] == ["context"]


def told(world, place, **change: Any) -> Concern:
    usual: dict[str, Any] = {
        "by": world.teacher,
        "place_id": place.pk,
        "seen_and_heard": "Young people are let in after closing time",
        "when_seen": "Fridays since February",
        "who_comes": "Two men in a grey car",
        "danger_now": "not_known",
    }
    return telling.tell(**usual | change)


def decide(world, concern: Concern, **change: Any) -> Concern:
    usual: dict[str, Any] = {
        "by": world.coordinator,
        "concern": concern,
        "decision": "open_context",
        "reason": "Third worry in a month",
        "feedback": "We work on the place itself.",
        "new_context": NewContext("neighbourhood", world.social_worker, WHY),
    }
    return telling.decide(**usual | change)


def test_a_worry_about_a_place_opens_one_and_the_next_is_added_to_it(world, arcade, worry) -> None:
    first, second = told(world, arcade), told(world, arcade)
    for change, why in (
        ({"new_context": None}, "Choose what kind of setting it is"),
        ({"new_context": NewContext("neighbourhood", None, WHY)}, "Choose who holds the context"),
        ({"new_context": NewContext("neighbourhood", world.social_worker, " ")}, "Say why the context"),
        (
            {"new_context": NewContext("peer_group", world.social_worker, WHY)},
            "Choose what kind of setting it is",
        ),
        ({"decision": "add_to_context"}, "There is no open context about this. Open one."),
        ({"concern": worry}, "Choose what happens next"),
    ):
        with pytest.raises(Refused, match=why):
            decide(world, change.pop("concern", first), **change)
    assert not Context.objects.exists()
    with pytest.raises(Refused, match="Decide on that one first"):
        telling.decide_together(
            by=world.coordinator,
            concerns=[first, second],
            decision="open_context",
            reason="One evening",
            feedback="Thank you",
            new_context=NewContext("neighbourhood", world.social_worker, WHY),
        )
    context = decide(world, first).context
    assert context
    assert context.why_opened == WHY
    assert (
        "Third worry in a month" not in page(world.officer, "context", context_id=context.pk).content.decode()
    )
    with pytest.raises(Refused, match="Add to that one"):
        decide(world, second)
    decide(world, second, decision="add_to_context", new_context=None)
    text = page(world.coordinator, "context", context_id=context.pk).content.decode()
    assert first.reference in text
    assert second.reference in text
    assert page(world.officer, "context", context_id=context.pk).status_code == 200
    assert first.reference not in page(world.officer, "context", context_id=context.pk).content.decode()
    assert context.reference in page(world.coordinator, "concern", concern_id=first.pk).content.decode()


def test_a_wrong_decision_takes_the_context_back_while_nothing_came_of_it(world, arcade) -> None:
    other = {
        "decision": "no_further_action",
        "reason": "One car park",
        "feedback": "Thank you",
        "why": "Misread",
    }
    first = decide(world, told(world, arcade))
    kept = telling.correct_decision(
        by=world.coordinator,
        concern_id=first.pk,
        why="Wrong word",
        decision="open_context",
        reason="Fourth worry",
        feedback="Thank you",
        new_context=NewContext("home", world.officer, "Young people live there"),
    )
    assert kept.context == first.context
    opened = Context.objects.get()
    assert (opened.setting, opened.held_by, opened.why_opened) == (
        "home",
        world.officer,
        "Young people live there",
    )
    assert "context" in {reader.notice.kind for reader in unread_of(world.officer)}
    assert WHY in page(world.coordinator, "context", context_id=opened.pk).content.decode()
    assert WHY not in page(world.officer, "context", context_id=opened.pk).content.decode()
    telling.correct_decision(by=world.coordinator, concern_id=first.pk, **other)
    context = Context.objects.get()
    assert (context.is_open, context.closed_by) == (False, world.coordinator)
    assert context.why_closed == f"The decision on worry {first.reference} was put right."
    assert "Open a context" in page(world.coordinator, "place", place_id=arcade.pk).content.decode()
    second = decide(world, told(world, arcade))
    assert second.context
    actions.hear_young_people(by=world.teacher, context_id=second.context.pk, **HEARD)
    with pytest.raises(Refused, match="Work has begun in this context"):
        telling.correct_decision(by=world.coordinator, concern_id=second.pk, **other)


def test_it_is_opened_heard_in_and_given_through_its_pages(world, arcade) -> None:
    client = Client()
    client.force_login(world.coordinator)
    address = reverse("context_of_place", kwargs={"place_id": arcade.pk})
    assert "Choose what kind of setting it is" in client.post(address, {"why": "x"}).content.decode()
    answers = {"setting": "neighbourhood", "why": "Three worries", "holder": str(world.social_worker.pk)}
    assert client.post(address, answers).status_code == 302
    context = Context.objects.get()
    heard: date = HEARD["heard_on"]  # type: ignore[assignment]
    said = {name: HEARD[name] for name in ("words", "how", "age_band", "what_changed")} | {"asked": "yes"}
    said |= {"heard_on-day": heard.day, "heard_on-month": heard.month, "heard_on-year": heard.year}
    assert client.post(reverse("context_hear", args=[context.pk]), said).status_code == 302
    nobody = {"asked": "no", "why_nobody": "Not safe yet", "words": "left over"}
    assert client.post(reverse("context_hear", args=[context.pk]), nobody).status_code == 302
    assert {voice.why_nobody for voice in context.voices.all()} == {"", "Not safe yet"}
    given = {"holder": str(world.officer.pk), "why": "Police lead"}
    assert client.post(reverse("context_give", args=[context.pk]), given).status_code == 302
    assert Context.objects.get().held_by == world.officer
    shown = client.get(reverse("concern_decide", args=[told(world, arcade).pk])).content.decode()
    assert f"Add to the open context {context.reference}" in shown
