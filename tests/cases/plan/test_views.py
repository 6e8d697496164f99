"""The pages of a plan: who may open them, what they keep, and how much they ask the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from heard.agencies.models import AuditRow
from heard.cases.plan import actions
from heard.cases.plan.models import Action, Outcome, Plan


def every_address(plan: Plan) -> list[str]:
    outcome = plan.outcomes.first()
    action = outcome.actions.first()
    return [
        reverse("plan_start", kwargs={"case_id": plan.case_id}),
        *(reverse(name, kwargs={"plan_id": plan.pk}) for name in ("plan", "outcome_add", "plan_agree")),
        *(reverse(name, kwargs={"outcome_id": outcome.pk}) for name in ("outcome", "action_add")),
        reverse("action", kwargs={"action_id": action.pk}),
        reverse("plan_keep", kwargs={"plan_id": plan.pk, "step": "outcome"}),
    ]


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
@pytest.mark.parametrize("state", ["draft_plan", "agreed"])
def test_hidden_and_absent_look_the_same(client, world, request, who, state):
    plan = request.getfixturevalue(state)
    client.force_login(getattr(world, who))
    for address in every_address(plan):
        assert client.get(address).status_code in (404, 405), address
        assert client.post(address, {"text": "x", "outcome": "done"}).status_code in (404, 405), address
    assert Action.objects.get().state == "open"


def test_the_page_that_begins_a_plan_leaves_a_row_since_it_names_the_child(client, world, signed):
    client.force_login(world.social_worker)
    views = AuditRow.objects.filter(verb="view", person_id=signed.case.person_id)
    before = views.count()
    assert client.get(reverse("plan_start", kwargs={"case_id": signed.case_id})).status_code == 200
    assert views.count() == before + 1


def test_each_page_of_a_plan_leaves_a_row_also_where_a_form_is_not_right(client, world, draft_plan):
    client.force_login(world.social_worker)
    views = AuditRow.objects.filter(verb="view", person_id=draft_plan.case.person_id)
    for address in every_address(draft_plan):
        for call in (client.get, client.post):
            before = views.count()
            if call(address).status_code == 200:
                assert views.count() == before + 1, (address, call.__name__)


def test_a_plan_is_written_changed_and_agreed_on_its_pages(client, world, signed):
    client.force_login(world.social_worker)
    client.post(reverse("plan_start", kwargs={"case_id": signed.case_id}))
    plan = Plan.objects.get()
    page = reverse("plan", kwargs={"plan_id": plan.pk})
    assert "Add at least one outcome" in client.get(page).text
    client.post(reverse("outcome_add", kwargs={"plan_id": plan.pk}), {"text": "Mina is safe"})
    outcome = Outcome.objects.get()
    at = reverse("outcome", kwargs={"outcome_id": outcome.pk})
    client.post(at, {"text": "Mina feels safe", "where_we_are": "She is afraid"})
    sent = {"what": "Walk with her", "owner": world.teacher.pk}
    due = {"due_on-day": "3", "due_on-month": "3", "due_on-year": "2027"}
    client.post(reverse("action_add", kwargs={"outcome_id": outcome.pk}), sent | due)
    text = client.get(page).text
    assert all(word in text for word in ("Mina feels safe", "She is afraid", "Walk with her", "3 March 2027"))
    agree = reverse("plan_agree", kwargs={"plan_id": plan.pk})
    assert "Suggested: 3 months" in client.get(agree).text
    day = timezone.localdate() + timedelta(days=30)
    review = {"review_on-day": day.day, "review_on-month": day.month, "review_on-year": day.year}
    client.post(agree, {"which": "none", "why_no_words": "Away"} | review)
    plan.refresh_from_db()
    assert (plan.state, plan.review_on, plan.why_no_words) == ("agreed", day, "Away")


def test_an_action_is_taken_out_and_put_in_again(client, world, draft_plan):
    client.force_login(world.social_worker)
    action = Action.objects.get()
    client.post(reverse("action", kwargs={"action_id": action.pk}), {"take_out": "1"})
    assert not Action.objects.exists()
    assert client.get(reverse("action", kwargs={"action_id": action.pk})).status_code == 404


def test_a_wrong_date_keeps_what_was_typed(client, world, draft_plan):
    client.force_login(world.social_worker)
    at = reverse("action_add", kwargs={"outcome_id": Outcome.objects.get().pk})
    wrong = {"what": "Call her aunt", "due_on-day": "31", "due_on-month": "2", "due_on-year": "2027"}
    assert "There is a problem" in client.post(at, wrong).text
    assert "Call her aunt" in client.get(at).text


def test_what_is_typed_is_kept_without_being_saved(client, world, draft_plan):
    client.force_login(world.social_worker)
    keep = reverse("plan_keep", kwargs={"plan_id": draft_plan.pk, "step": "outcome"})
    assert client.post(keep, {"text": "She sleeps well"}).status_code == 204
    assert "She sleeps well" in client.get(reverse("outcome_add", kwargs={"plan_id": draft_plan.pk})).text
    assert Outcome.objects.count() == 1


def test_an_agreed_plan_is_not_changed_by_its_pages(client, world, agreed):
    client.force_login(world.social_worker)
    outcome = Outcome.objects.get()
    client.post(reverse("outcome_add", kwargs={"plan_id": agreed.pk}), {"text": "x"})
    client.post(reverse("outcome", kwargs={"outcome_id": outcome.pk}), {"text": "x"})
    client.post(reverse("outcome", kwargs={"outcome_id": outcome.pk}), {"take_out": "1"})
    assert [one.text for one in Outcome.objects.all()] == ["Mina gets home safely."]


def test_what_is_overdue_is_said_in_words(client, world, agreed):
    Action.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    client.force_login(world.teacher)
    assert "1 day overdue" in client.get(reverse("actions")).text
    assert "1 day overdue" in client.get(reverse("plan", kwargs={"plan_id": agreed.pk})).text


def test_an_action_that_could_not_be_done_asks_why(client, world, agreed):
    client.force_login(world.teacher)
    at = reverse("action", kwargs={"action_id": Action.objects.get().pk})
    day = timezone.localdate()
    sent = {
        "outcome": "not_done",
        "done_on-day": day.day,
        "done_on-month": day.month,
        "done_on-year": day.year,
    }
    assert "Say why it could not be done" in client.post(at, sent).text
    client.post(at, sent | {"note": "She moved"})
    assert Action.objects.get().state == "not_done"
    assert "finished already" in client.get(at).text


def test_looking_at_a_plan_is_written_down(client, world, agreed):
    client.force_login(world.teacher)
    client.get(reverse("plan", kwargs={"plan_id": agreed.pk}))
    assert AuditRow.objects.filter(subject="plan", verb="view", actor_id=world.teacher.pk).count() == 1


def test_pages_ask_the_database_the_same_however_long_the_plan_is(client, world, draft_plan):
    client.force_login(world.social_worker)
    page = reverse("plan", kwargs={"plan_id": draft_plan.pk})
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for number in range(4):
        outcome = actions.add_outcome(by=world.social_worker, plan_id=draft_plan.pk, text=f"Outcome {number}")
        for _each in range(3):
            actions.add_action(
                by=world.social_worker,
                outcome_id=outcome.pk,
                what="Call",
                owner=world.teacher,
                due_on=timezone.localdate(),
            )
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)
    assert len(many) <= 16


def test_the_list_of_what_i_have_to_do_asks_the_same_however_long_it_is(client, world, agreed):
    client.force_login(world.teacher)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("actions"))
    outcome = Outcome.objects.get()
    for number in range(10):
        Action.objects.create(
            outcome=outcome, what=f"Call {number}", owner=world.teacher, due_on=timezone.localdate()
        )
    with CaptureQueriesContext(connection) as many:
        assert "Call 9" in client.get(reverse("actions")).text
    assert len(many) == len(few)
