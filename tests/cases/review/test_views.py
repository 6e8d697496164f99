"""The pages of a review: who may open them, what they show and keep, and how much they ask the database."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from heard.cases.case.actions import record_words
from heard.cases.plan.models import Action, Outcome
from heard.cases.review.models import Review
from heard.cases.review.queries import BESIDE
from heard.govuk.environment import day as in_words


def sent(plan, **given):
    day = timezone.localdate()
    looked = {}
    for outcome in plan.outcomes.all():
        parts = {"course": "better", "what": "She laughs again.", "seen_by": "Tess Archer"}
        parts |= {"seen_on-day": day.day, "seen_on-month": day.month, "seen_on-year": day.year}
        looked |= {
            f"{name.partition('-')[0]}_{outcome.pk}{name[len(name.partition('-')[0]) :]}": value
            for name, value in parts.items()
        }
    held = {"held_on-day": day.day, "held_on-month": day.month, "held_on-year": day.year}
    following = {f"next_{name.replace('held', 'review')}": value for name, value in held.items()}
    following["next_review_on-year"] = day.year + 1
    said = {"which": "none", "why_no_words": "Away", "what_changed": "She sleeps.", "reason": "It helps."}
    said["took_part"] = "Sol Wright; Mina"
    return held | following | looked | said | {"decision": "continue"} | given


def at(name: str, plan) -> str:
    return reverse(name, kwargs={"plan_id": plan.pk})


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, agreed, who):
    client.force_login(world.social_worker)
    client.post(at("review_hold", agreed), sent(agreed))
    held = Review.objects.get()
    client.force_login(getattr(world, who))
    case = {"case_id": agreed.case_id}
    for address in (
        at("review_hold", agreed),
        at("review_meeting", agreed),
        reverse("review", kwargs={"review_id": held.pk}),
        reverse("review_paper", kwargs={"review_id": held.pk}),
        reverse("case_story", kwargs=case),
        reverse("case_close", kwargs=case),
        reverse("case_reopen", kwargs=case),
    ):
        assert client.get(address).status_code == 404
    assert client.post(at("review_hold", agreed), sent(agreed)).status_code == 404
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
    client.post(at("review_hold", agreed), sent(agreed))
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
    assert (
        says
        in client.post(at("review_hold", agreed), sent(agreed, reason="Because of the letter", **given)).text
    )
    assert "Because of the letter" in client.get(at("review_hold", agreed)).text
    assert not Review.objects.exists()


def test_what_was_seen_of_an_outcome_is_asked_for_where_it_is_typed(client, world, agreed):
    outcome = agreed.outcomes.get()
    client.force_login(world.social_worker)
    page = client.post(at("review_hold", agreed), sent(agreed, **{f"seen_by_{outcome.pk}": ""})).text
    assert "Outcome 1: say who saw it" in page
    assert f'href="#id_seen_by_{outcome.pk}"' in page
    assert not Review.objects.exists()


def test_what_is_missing_is_listed_in_the_order_of_the_page(client, world, agreed):
    client.force_login(world.social_worker)
    page = client.post(at("review_hold", agreed), {"decision": ""}).text
    said = [
        "Choose the child’s words",
        "Outcome 1: say how it is",
        "Say what has changed",
        "Choose how it goes on",
    ]
    assert sorted(said, key=page.index) == said


def test_what_is_not_known_needs_no_evidence_and_says_who_will_find_out(client, world, agreed):
    outcome = agreed.outcomes.get()
    nothing = {f"seen_on_{outcome.pk}-{part}": "" for part in ("day", "month", "year")}
    nothing |= {f"course_{outcome.pk}": "not_known", f"seen_by_{outcome.pk}": ""}
    client.force_login(world.social_worker)
    client.post(at("review_hold", agreed), sent(agreed, **nothing, **{f"what_{outcome.pk}": "Tess will ask"}))
    row = Review.objects.get().outcomes.get()
    assert (row.course, row.what, row.seen_by, row.seen_on) == ("not_known", "Tess will ask", "", None)


def test_the_rule_on_evidence_is_shown_before_anybody_writes(client, world, agreed):
    client.force_login(world.coordinator)
    case = reverse("case_close", kwargs={"case_id": agreed.case_id})
    for address in (at("review_hold", agreed), case):
        assert "Help ends only on current evidence: a review in the last 28 days" in client.get(address).text


def test_a_review_is_drawn_on_paper_before_and_after(client, world, agreed):
    client.force_login(world.social_worker)
    client.post(at("review_hold", agreed), sent(agreed))
    held = reverse("review_paper", kwargs={"review_id": Review.objects.get().pk})
    said = {}
    for name, address in (("before", at("review_meeting", agreed)), ("after", held)):
        answer = client.get(address)
        assert answer["Content-Type"] == "application/pdf"
        assert "Okoro" not in answer["Content-Disposition"]
        said[name] = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "Mina gets home safely." in said["before"]
    assert "They wait for me after school." in said["before"]
    assert "She laughs again." in said["after"]


def test_a_review_shows_the_latest_words_and_says_that_there_are_more(client, world, agreed):
    client.force_login(world.social_worker)
    said = {"by": world.social_worker, "person_id": agreed.case.person_id, "heard_by": "Sol Wright"}
    for number in range(1, BESIDE + 2):
        record_words(**said, text=f"Words number {number}.", heard_on=timezone.localdate())
    page = client.get(at("review_hold", agreed)).text
    assert f"Words number {BESIDE + 1}." in page
    assert "Words number 1." not in page
    assert "All of it stands in the chronology" in page
    on_paper = PdfReader(BytesIO(client.get(at("review_meeting", agreed)).content))
    assert "these are the latest" in " ".join(page.extract_text() for page in on_paper.pages)


def test_the_story_of_a_case_has_all_that_was_written_the_latest_first_page_by_page(client, world, agreed):
    given = {"due_on": timezone.localdate(), "held_by": world.social_worker, "what_changed": "She is calm."}
    given |= {"decision": "step_down", "reason": "x", "plan": agreed}
    days = [timezone.localdate() + timedelta(days=number) for number in range(1, 26)]
    Review.objects.bulk_create(Review(**given, held_on=day) for day in days)
    client.force_login(world.social_worker)
    story = reverse("case_story", kwargs={"case_id": agreed.case_id})
    first, second = client.get(story).text, client.get(story + "?page=2").text
    assert f"Review held on {in_words(days[-1])}" in first
    assert first.count("Review held on") == 25
    assert "Assessment begun on" not in first
    assert "Review held on" not in second
    assert "Plan begun on" in second
    assert "Assessment begun on" in second


def closing(**given):
    usual = {"which": "none", "why_no_words": "She moved", "reason": "She is safe.", "ended_as": "ended"}
    usual |= {"contact_afterwards": "Tess", "told_child": "That she can ring", "open_again_if": "Away again"}
    return usual | given


def test_what_has_to_be_done_first_is_listed_with_where_to_do_it(client, world, agreed):
    client.force_login(world.coordinator)
    page = client.get(reverse("case_close", kwargs={"case_id": agreed.case_id})).text
    assert "The plan has actions that are still to do." in page
    assert at("plan", agreed) in page
    assert at("review_hold", agreed) in page
    assert 'name="contact_afterwards"' not in page
    answer = client.post(reverse("case_close", kwargs={"case_id": agreed.case_id}), closing())
    assert "still to do" in answer.text
    agreed.case.refresh_from_db()
    assert agreed.case.state == "open"


def test_a_case_is_closed_read_and_opened_again(client, world, signed):
    key = {"case_id": signed.case_id}
    client.force_login(world.coordinator)
    assert "Say whom the child can turn to" in client.post(
        reverse("case_close", kwargs=key), closing(contact_afterwards="", reason="Because of the letter")
    ).text  # fmt: skip
    assert "Because of the letter" in client.get(reverse("case_close", kwargs=key)).text
    page = client.post(reverse("case_close", kwargs=key), closing(), follow=True).text
    assert "The case is closed. Its story stays here." in page
    assert "That she can ring" in page
    client.force_login(world.social_worker)
    child = client.get(reverse("child", kwargs={"person_id": signed.case.person_id})).text
    assert "We open it again if: Away again" in child
    assert reverse("case_story", kwargs=key) in child
    assert "Open the case again</strong>: a co-ordinator or supervisor" in client.get(
        reverse("case_story", kwargs=key)
    ).text  # fmt: skip
    assert client.get(reverse("case_reopen", kwargs=key)).status_code == 404
    client.force_login(world.supervisor)
    assert "Away again" in client.get(reverse("case_reopen", kwargs=key)).text
    page = client.post(reverse("case_reopen", kwargs=key), {"reason": "They are back"}, follow=True).text
    assert "The case is open again." in page
    assert "They are back" in page
    assert "She is safe." in page


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
    assert len(many) <= 22
    with CaptureQueriesContext(connection) as due:
        assert "Mina Okoro" in client.get(reverse("reviews")).text
    assert len(due) <= 8
