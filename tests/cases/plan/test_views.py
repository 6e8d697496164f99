"""The pages of a plan: who may open them, what they keep, and how much they ask the database."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from heard.agencies.models import AuditRow
from heard.cases.disruption.actions import plan_step
from heard.cases.plan import actions
from heard.cases.plan.models import Action, Outcome, Plan
from heard.cases.plan.rules import OVER
from heard.cases.safety.actions import write_safety_plan


def every_address(plan: Plan) -> list[str]:
    outcome = plan.outcomes.first()
    action = outcome.actions.first()
    return [
        reverse("plan_start", kwargs={"case_id": plan.case_id}),
        *(reverse(name, kwargs={"plan_id": plan.pk}) for name in ("plan", "outcome_add", "plan_agree")),
        *(
            reverse(name, kwargs={"outcome_id": outcome.pk})
            for name in ("outcome", "action_add", "outcome_where")
        ),
        reverse("action", kwargs={"action_id": action.pk}),
        reverse("action_put_off", kwargs={"action_id": action.pk}),
        reverse("plan_paper", kwargs={"plan_id": plan.pk}),
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
    views = AuditRow.objects.filter(verb__in=["view", "print"], person_id=draft_plan.case.person_id)
    for address in every_address(draft_plan):
        for call in (client.get, client.post):
            before = views.count()
            if call(address).status_code == 200:
                assert views.count() == before + 1, (address, call.__name__)


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_plan_is_written_changed_and_agreed_on_its_pages(client, world, signed):
    client.force_login(world.social_worker)
    client.post(reverse("plan_start", kwargs={"case_id": signed.case_id}))
    plan = Plan.objects.get()
    page = reverse("plan", kwargs={"plan_id": plan.pk})
    assert "Add at least one outcome" in client.get(page).text
    answer = client.post(
        reverse("outcome_add", kwargs={"plan_id": plan.pk}), {"text": "Mina is safe"}, follow=True
    )
    assert "Saved: the outcome." in answer.text
    outcome = Outcome.objects.get()
    at = reverse("outcome", kwargs={"outcome_id": outcome.pk})
    client.post(at, {"text": "Mina feels safe", "where_we_are": "She is afraid"})
    sent = {"what": "Walk with her", "owner": world.teacher.pk}
    due = {"due_on-day": "3", "due_on-month": "3", "due_on-year": "2027"}
    text = client.post(reverse("action_add", kwargs={"outcome_id": outcome.pk}), sent | due, follow=True).text
    assert "Saved: the action." in text
    assert all(word in text for word in ("Mina feels safe", "She is afraid", "Walk with her", "3 March 2027"))
    agree = reverse("plan_agree", kwargs={"plan_id": plan.pk})
    assert "Suggested: 3 months" in client.get(agree).text
    for days in (40, 0, -400):  # one that is today or over can be no review's
        known = timezone.localdate() + timedelta(days=days)
        Plan.objects.update(review_on=known)
        text = client.get(agree).text
        parts = [
            re.search(f'<input[^>]*name="review_on-{part}"[^>]*>', text)[0]
            for part in ("day", "month", "year")
        ]
        shown = [int(re.search('value="([0-9]+)"', part)[1]) for part in parts]
        assert (shown == [known.day, known.month, known.year]) == (days > 0)
    day = timezone.localdate() + timedelta(days=30)
    review = {"review_on-day": day.day, "review_on-month": day.month, "review_on-year": day.year}
    client.post(agree, {"which": "none", "why_no_words": "Away"} | review)
    plan.refresh_from_db()
    assert (plan.state, plan.review_on, plan.why_no_words) == ("agreed", day, "Away")


def test_an_action_is_taken_out_and_put_in_again(client, world, draft_plan):
    client.force_login(world.social_worker)
    action = Action.objects.get()
    answer = client.post(reverse("action", kwargs={"action_id": action.pk}), {"take_out": "1"}, follow=True)
    assert "Taken out: the action." in answer.text
    assert not Action.objects.exists()
    assert client.get(reverse("action", kwargs={"action_id": action.pk})).status_code == 404


def test_an_action_is_not_written_down_for_a_day_that_is_over(client, world, draft_plan):
    """Other than one that was so already, and is changed in something else."""
    client.force_login(world.social_worker)
    action, over = Action.objects.get(), timezone.localdate() - timedelta(days=3)
    sent = {"what": "Walk with her", "owner": world.teacher.pk}
    sent |= {f"due_on-{part}": getattr(over, part) for part in ("day", "month", "year")}
    add = reverse("action_add", kwargs={"outcome_id": action.outcome_id})
    change = reverse("action", kwargs={"action_id": action.pk})
    for at in (add, change):
        assert OVER in client.post(at, sent).text
    assert Action.objects.get().due_on == action.due_on
    Action.objects.update(due_on=over)
    assert "Saved: the action." in client.post(change, sent, follow=True).text


def test_a_wrong_date_keeps_what_was_typed(client, world, draft_plan):
    client.force_login(world.social_worker)
    at = reverse("action_add", kwargs={"outcome_id": Outcome.objects.get().pk})
    wrong = {"what": "Call her aunt", "due_on-day": "31", "due_on-month": "2", "due_on-year": "2027"}
    assert "There is a problem" in client.post(at, wrong).text
    assert "Call her aunt" in client.get(at).text


def test_what_is_typed_is_kept_without_being_saved(client, world, draft_plan):
    client.force_login(world.social_worker)
    add = reverse("outcome_add", kwargs={"plan_id": draft_plan.pk})
    token = re.search(r'name="kept" value="([^"]+)"', client.get(add).text)[1]
    kept = client.post(reverse("typed_keep"), {"kept": token, "text": "She sleeps well"})
    assert kept.status_code in (200, 204)
    assert "She sleeps well" in client.get(add).text
    assert Outcome.objects.count() == 1


def test_a_form_that_was_drawn_before_somebody_else_changed_the_record_writes_nothing_over(
    client, world, draft_plan
):
    client.force_login(world.social_worker)
    outcome = Outcome.objects.get()
    at = reverse("outcome", kwargs={"outcome_id": outcome.pk})
    token = re.search(r'name="kept" value="([^"]+)"', client.get(at).text)[1]
    actions.change_outcome(
        by=world.teacher, outcome_id=outcome.pk, text="Mina is home by four", where_we_are=""
    )
    answer = client.post(at, {"kept": token, "text": "Mina feels safe at home", "where_we_are": ""})
    assert "Mina is home by four" in answer.text
    assert "Mina feels safe at home" in answer.text
    outcome.refresh_from_db()
    assert outcome.text == "Mina is home by four"


def test_where_we_are_is_kept_over_time(client, world, agreed):
    client.force_login(world.teacher)
    outcome = Outcome.objects.get()
    at = reverse("outcome_where", kwargs={"outcome_id": outcome.pk})
    today, before = timezone.localdate(), timezone.localdate() - timedelta(days=9)
    for day, text in ((before, "She takes the bus with Tess"), (today, "She walks with a friend")):
        on = {"on-day": day.day, "on-month": day.month, "on-year": day.year}
        client.post(at, {"text": text} | on)
    page = client.get(reverse("plan", kwargs={"plan_id": agreed.pk})).text
    assert page.index("She walks with a friend") < page.index("She takes the bus with Tess")
    outcome.refresh_from_db()
    assert outcome.where_we_are == "She walks with a friend"


def test_a_colleague_who_cannot_see_the_child_is_refused_until_their_agency_is_involved(
    client, world, draft_plan
):
    client.force_login(world.social_worker)
    at = reverse("action_add", kwargs={"outcome_id": Outcome.objects.get().pk})
    sent = {"what": "Patrol the gate", "owner": world.officer.pk}
    answer = client.post(at, sent)
    assert "Let their team in, with the reason" in answer.text
    assert "Let their team in and save" in answer.text
    assert "Patrol the gate" in answer.text
    assert "Say why their team is let in" in client.post(at, sent | {"why_involve": ""}).text
    assert not Action.objects.filter(what="Patrol the gate").exists()
    client.post(at, sent | {"why_involve": "Officers pass the gate each day"})
    action = Action.objects.get(what="Patrol the gate")
    assert (action.owner, action.agency) == (world.officer, world.police)
    client.force_login(world.officer)
    page = client.get(reverse("plan", kwargs={"plan_id": draft_plan.pk})).text
    assert "Patrol the gate" in page
    assert "Wexmoor Police" in page


def test_nobody_is_offered_who_does_not_work_with_children(client, world, draft_plan):
    client.force_login(world.social_worker)
    page = client.get(reverse("action_add", kwargs={"outcome_id": Outcome.objects.get().pk})).text
    assert "Tess Archer, Northgate Academy" in page
    assert "Ana List" not in page


def test_the_plan_shows_safety_and_what_is_done_against_those_who_harm(client, world, agreed):
    write_safety_plan(
        by=world.social_worker,
        case_id=agreed.case_id,
        getting_worse="She stops answering",
        what_to_do="Her aunt rings us",
        who_to_call="Her aunt",
        child_agreed="A blue heart",
    )
    plan_step(
        by=world.social_worker,
        case_id=agreed.case_id,
        kind="place",
        what="Close the gate at four",
        agency_id=world.school.pk,
        due_on=timezone.localdate(),
        who_or_where="The back gate",
        legal_power="closure_nuisance",
    )
    client.force_login(world.teacher)
    drawn = client.get(reverse("plan_paper", kwargs={"plan_id": agreed.pk}))
    paper = " ".join(page.extract_text() for page in PdfReader(BytesIO(drawn.content)).pages)
    for text in (client.get(reverse("plan", kwargs={"plan_id": agreed.pk})).text, paper):
        assert all(
            word in text for word in ("Her aunt rings us", "Close the gate at four", "Walk home with her")
        )
        assert "not checked by a lawyer" in " ".join(text.lower().split())
        assert "Printed on" in text
        assert "Tess Archer" in text
    assert AuditRow.objects.filter(verb="print", subject="plan", actor_id=world.teacher.pk).count() == 1


def test_an_agreed_plan_is_not_changed_by_its_pages(client, world, agreed):
    client.force_login(world.social_worker)
    outcome = Outcome.objects.get()
    client.post(reverse("outcome_add", kwargs={"plan_id": agreed.pk}), {"text": "x"})
    client.post(reverse("outcome", kwargs={"outcome_id": outcome.pk}), {"text": "x"})
    client.post(reverse("outcome", kwargs={"outcome_id": outcome.pk}), {"take_out": "1"})
    assert [outcome.text for outcome in Outcome.objects.all()] == ["Mina gets home safely."]


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


def test_an_action_is_put_off_from_its_line_on_my_work(client, world, agreed):
    action = Action.objects.get()
    at = reverse("action_put_off", kwargs={"action_id": action.pk})
    client.force_login(world.teacher)
    assert at in client.get(reverse("home")).text
    to = timezone.localdate() + timedelta(days=30)
    sent = {"due_on-day": to.day, "due_on-month": to.month, "due_on-year": to.year}
    page = client.post(at, sent).text
    assert "Say why it takes longer" in page
    assert f'value="{to.year}"' in page, "what was typed stays"
    page = client.post(at, sent | {"reason": "The school is shut."}, follow=True).text
    assert "Saved: the new day" in page
    plan = client.get(reverse("plan", kwargs={"plan_id": agreed.pk})).text
    assert "Put off from" in plan
    assert "The school is shut." in plan


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
    # Four find what fits the child and her language, and the procedures of the work; one which powers a lawyer confirmed; one what was put off.
    assert len(many) <= 25


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
