"""What the child said stands as said on a plan or at a review only where it was: what was said elsewhere says so."""

from datetime import timedelta
from importlib import import_module
from io import BytesIO

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from tests.cases.conftest import SAID

from heard.cases.case.actions import record_words
from heard.cases.case.models import Words
from heard.cases.case.record import said_beside
from heard.cases.case.rules import Kept
from heard.cases.plan import actions as planning
from heard.cases.review.actions import hold_review
from heard.cases.review.models import Review
from heard.cases.review.queries import held_beside_words
from heard.cases.review.rules import Looked
from heard.cases.words.actions import add_words, correct_words
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day
from heard.govuk.said import put

moved = import_module("heard.cases.migrations.0071_where_words_were_said")
Occasion = Words.Occasion


def said(text: str) -> dict:
    return {"text": text, "heard_by": "Sol Wright", "heard_on": timezone.localdate(), "how": "said"}


def review(world, plan, view):
    today = timezone.localdate()
    looked = {outcome.pk: Looked("better", "She laughs.", "Tess", today) for outcome in plan.outcomes.all()}
    return hold_review(
        by=world.social_worker,
        plan_id=plan.pk,
        held_on=today,
        what_changed="She sleeps.",
        took_part="Sol Wright; Mina",
        looked=looked,
        view=view,
        decision="continue",
        reason="It helps.",
        next_review_on=today + timedelta(days=30),
    )


def agree(world, plan, view):
    until = timezone.localdate() + timedelta(days=60)
    return planning.agree_plan(by=world.social_worker, plan_id=plan.pk, review_on=until, view=view)


def page(client, world, name, **at) -> str:
    client.force_login(world.social_worker)
    answer = client.get(reverse(name, kwargs=at))
    if answer["Content-Type"] == "application/pdf":
        text = " ".join(one.extract_text() for one in PdfReader(BytesIO(answer.content)).pages)
        return " ".join(text.split())
    return answer.text


def test_words_of_a_worry_are_not_what_the_child_says_about_a_plan(client, world, worry, draft_plan):
    plan = agree(world, draft_plan, ChildsView(words_id=worry.words_id))
    assert worry.words.is_said_on(worry)
    assert worry.words.said_on == Occasion.CONCERN
    told = f"Said earlier, on another matter (worry), on {day(worry.words.heard_on)}, to {SAID['heard_by']}"
    for name in ("plan", "plan_paper"):
        shown = page(client, world, name, plan_id=plan.pk)
        assert "What the child says about this plan" not in shown
        assert told in shown
    assert put(said_beside(plan)).startswith(told)


def test_words_heard_on_a_plan_stand_as_said_about_it(client, world, draft_plan):
    plan = agree(world, draft_plan, ChildsView(new=said("Not by the park.")))
    assert (plan.words.said_on, plan.words.said_on_id) == (Occasion.PLAN, plan.pk)
    for name in ("plan", "plan_paper"):
        shown = page(client, world, name, plan_id=plan.pk)
        assert "What the child says about this plan" in shown
        assert "Said earlier" not in shown
    assert put(said_beside(plan)).startswith("What the child said: “Not by the park.”")


def test_what_was_not_said_at_a_review_is_not_printed_as_said_at_it(client, world, agreed):
    child = agreed.case.person_id
    words = add_words(by=world.social_worker, person_id=child, **said("I want my bike."))
    first = review(world, agreed, ChildsView(words_id=words.pk))
    for name in ("review", "review_paper"):
        shown = page(client, world, name, review_id=first.pk)
        assert "What the child said at this review" not in shown
        assert f"Said earlier, on another matter, on {day(words.heard_on)}, to Sol Wright" in shown
    second = review(world, agreed, ChildsView(new=said("It is better now.")))
    assert second.words.is_said_on(second)
    assert not second.words.is_said_on(first)
    assert "What the child said at this review" in page(client, world, "review", review_id=second.pk)


def test_words_of_which_nobody_knows_the_occasion_say_only_when_and_to_whom(client, world, agreed):
    words = record_words(by=world.social_worker, person_id=agreed.case.person_id, **said("I want my bike."))
    held = review(world, agreed, ChildsView(words_id=words.pk))
    shown = page(client, world, "review", review_id=held.pk)
    assert f"Said on {day(words.heard_on)} to Sol Wright" in shown
    assert "What the child said at this review" not in shown


def test_a_correction_was_said_on_the_same_occasion(world, worry):
    new = correct_words(
        by=world.coordinator, words_id=worry.words_id, why_corrected="Misheard", **said("Ask me first.")
    )
    assert (new.said_on, new.said_on_id) == (Occasion.CONCERN, worry.pk)


@pytest.mark.parametrize("sure", [True, False])
def test_words_of_before_say_on_what_they_were_said_only_where_it_is_sure(world, draft_plan, sure):
    plan = agree(world, draft_plan, ChildsView(new=said("Not by the park.")))
    Words.objects.filter(pk=plan.words_id).update(said_on="", said_on_id=None)
    if not sure:  # written down an hour before the plan that refers to them
        Words.objects.filter(pk=plan.words_id).update(written_at=timezone.now() - timedelta(hours=1))
    moved.say_where(apps, None)
    plan.words.refresh_from_db()
    assert plan.words.is_said_on(plan) is sure
    assert plan.words.said_on == (Occasion.PLAN if sure else "")


def test_words_that_somebody_else_wrote_down_are_not_sure(world, draft_plan):
    plan = agree(world, draft_plan, ChildsView(new=said("Not by the park.")))
    Words.objects.update(said_on="", said_on_id=None, written_by=world.teacher)
    moved.say_where(apps, None)
    assert not Words.objects.get(pk=plan.words_id).said_on


def test_words_that_stood_beside_an_earlier_review_are_not_counted_again(world, agreed):
    since = timezone.localdate() - timedelta(days=2)
    words = add_words(by=world.social_worker, person_id=agreed.case.person_id, **said("I want my bike."))
    first = review(world, agreed, ChildsView(words_id=words.pk))
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(1, 1)
    Review.objects.filter(pk=first.pk).update(held_on=timezone.localdate() - timedelta(days=1))
    review(world, agreed, ChildsView(words_id=words.pk))
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(1, 2)


def test_only_words_heard_since_the_review_before_are_counted(world, agreed):
    since = timezone.localdate() - timedelta(days=2)
    first = review(world, agreed, ChildsView(new=said("It is better.")))
    Review.objects.filter(pk=first.pk).update(held_on=timezone.localdate() - timedelta(days=1))
    old = said("I want my bike.") | {"heard_on": timezone.localdate() - timedelta(days=150)}
    child = agreed.case.person_id
    second = review(
        world, agreed, ChildsView(words_id=add_words(by=world.teacher, person_id=child, **old).pk)
    )
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(1, 2)
    second.words.heard_on = timezone.localdate()
    second.words.save()
    assert held_beside_words(world.coordinator, since=since).whole() == Kept(2, 2)


def test_the_figure_for_the_board_says_what_it_counts(client, world):
    client.force_login(world.board_member)
    shown = client.get("/figures/").text
    assert "since the decision before it of the same kind" in shown
    assert "nobody had looked" not in shown


def test_the_page_asks_for_the_child_first_and_for_earlier_words_after_that(client, world, worry, draft_plan):
    shown = page(client, world, "plan_agree", plan_id=draft_plan.pk)
    offered = [
        "Hear the child now",
        "The child did not want to speak about it",
        "The child could not be reached",
        f"Said earlier, on another matter (worry), on {day(worry.words.heard_on)}",
        "There is another reason",
    ]
    asked = shown[shown.index("Hear the child now") :]
    found = [asked.find(text) for text in offered]
    assert -1 not in found
    assert found == sorted(found)
