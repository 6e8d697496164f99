"""The pages of a review: who may open them, what they show and keep, and how much they ask the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from heard.cases.plan.models import Action, Outcome
from heard.cases.review.models import Review


def sent(**given):
    day = timezone.localdate()
    held = {"held_on-day": day.day, "held_on-month": day.month, "held_on-year": day.year}
    following = {f"next_{name.replace('held', 'review')}": value for name, value in held.items()}
    following["next_review_on-year"] = day.year + 1
    said = {"which": "none", "why_no_words": "Away", "what_changed": "She sleeps.", "reason": "It helps."}
    return held | following | said | {"decision": "continue"} | given


def at(name: str, plan) -> str:
    return reverse(name, kwargs={"plan_id": plan.pk})


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, agreed, who):
    client.force_login(world.social_worker)
    client.post(at("review_hold", agreed), sent())
    held = Review.objects.get()
    client.force_login(getattr(world, who))
    for address in (at("review_hold", agreed), reverse("review", kwargs={"review_id": held.pk})):
        assert client.get(address).status_code == 404
    for address in (at("review_hold", agreed), at("review_keep", agreed)):
        assert client.post(address, sent()).status_code == 404
    assert Review.objects.count() == 1


def test_a_review_shows_what_was_planned_what_happened_and_the_latest_words(client, world, agreed):
    Action.objects.update(state="done", done_on=timezone.localdate(), note="Each day since Monday")
    client.force_login(world.social_worker)
    page = client.get(at("review_hold", agreed)).text
    assert "They wait for me after school." in page
    assert "Mina gets home safely." in page
    assert "Each day since Monday" in page


def test_a_review_is_held_and_read(client, world, agreed):
    client.force_login(world.social_worker)
    client.post(at("review_hold", agreed), sent())
    page = client.get(reverse("review", kwargs={"review_id": Review.objects.get().pk})).text
    assert "She sleeps." in page
    assert "The plan goes on as it is" in page


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"what_changed": ""}, "Say what has changed for the child"),
        ({"decision": ""}, "Choose how it goes on"),
        ({"next_review_on-day": "", "next_review_on-month": "", "next_review_on-year": ""}, "Give the date of the next"),
        ({"held_on-year": "1999"}, "before the plan was agreed"),
    ],
)  # fmt: skip
def test_a_review_that_says_too_little_is_kept_as_it_was_typed(client, world, agreed, given, says):
    client.force_login(world.social_worker)
    assert says in client.post(at("review_hold", agreed), sent(reason="Because of the letter", **given)).text
    assert "Because of the letter" in client.get(at("review_hold", agreed)).text
    assert not Review.objects.exists()


def test_what_is_typed_is_kept_without_being_saved(client, world, agreed):
    client.force_login(world.social_worker)
    assert client.post(at("review_keep", agreed), {"reason": "She asked for it"}).status_code == 204
    assert "She asked for it" in client.get(at("review_hold", agreed)).text


def test_pages_ask_the_database_the_same_however_long_the_plan_is(client, world, agreed):
    client.force_login(world.social_worker)
    with CaptureQueriesContext(connection) as few:
        client.get(at("review_hold", agreed))
    for number in range(5):
        outcome = Outcome.objects.create(plan=agreed, text=f"Outcome {number}")
        Action.objects.create(outcome=outcome, what="Call", owner=world.teacher, due_on=timezone.localdate())
    with CaptureQueriesContext(connection) as many:
        client.get(at("review_hold", agreed))
    assert len(many) == len(few)
    assert len(many) <= 18
    with CaptureQueriesContext(connection) as due:
        assert "Mina Okoro" in client.get(reverse("reviews")).text
    assert len(due) <= 8
