"""Steps against people and places that harm: never against a child, seen by those who may, and due like anything else."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.actions import mark_all_seen
from heard.cases.case.notices.queries import unread_of
from heard.cases.disruption import actions, queries, rules
from heard.cases.disruption.models import DisruptionStep
from heard.home.queries import my_work
from heard.network import actions as network

SOON = timezone.localdate() + timedelta(days=7)


@pytest.fixture
def arcade(world, case):
    place = network.add_place(by=world.social_worker, name="Harbour Street arcade", kind="arcade")
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="spends time at",
        other_id=place.pk,
        knows=network.Knows("She said so"),
    )
    return place


def plan_step(world, case, **given):
    usual = {
        "by": world.social_worker,
        "case_id": case.pk,
        "kind": "place",
        "what": "Ask the licensing team to visit",
        "agency_id": world.police.pk,
        "due_on": SOON,
        "who_or_where": "The man with the white van",
    }
    return actions.plan_step(**(usual | given))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"what": " "}, "Say what will be done."),
        (
            {"against": ""},
            "Say against whom or what: the person, place or group that the harm comes from.",
        ),
        ({"is_a_child": True}, rules.IS_A_CHILD),
        ({"due_on": None}, "Give the day by which it will be done."),
    ],
)
def test_what_a_step_needs(given: dict, why: str | None) -> None:
    usual = {"what": "Visit", "against": "place", "is_a_child": False, "due_on": date(2026, 3, 1)}
    assert rules.why_not_plan_step(**(usual | given)) == why


def test_a_step_is_against_a_place_around_the_child(client, world, case, arcade):
    client.force_login(world.social_worker)
    add = reverse("disruption_add", kwargs={"case_id": case.pk})
    assert "Harbour Street arcade" in client.get(add).text
    sent = {
        "against": f"place:{arcade.pk}",
        "kind": "business",
        "what": "Review its licence",
        "power": "As the licensing team reads the Act",
        "agency": world.police.pk,
        "owner": "",
        "due_on-day": SOON.day,
        "due_on-month": SOON.month,
        "due_on-year": SOON.year,
    }
    assert "does not work at that agency" in client.post(add, sent | {"owner": str(world.teacher.pk)}).text
    client.post(add, sent)
    step = DisruptionStep.objects.get()
    assert (step.place, step.agency, step.against) == (arcade, world.police, "Harbour Street arcade")
    page = client.get(reverse("disruption", kwargs={"case_id": case.pk})).text
    assert "Review its licence" in page
    assert "As the licensing team reads the Act" in page
    at_step = reverse("disruption_step", kwargs={"disruption_id": step.pk})
    client.post(at_step, sent | {"what": "Close it at six", "against": "else", "who_or_where": "The yard"})
    step.refresh_from_db()
    assert (step.what, step.place, step.against) == ("Close it at six", None, "The yard")


def test_no_step_is_against_a_child(world, case):
    other = network.add_person(by=world.social_worker, given_name="Kit", family_name="Marlow")
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="friend",
        other_id=other.pk,
        knows=network.Knows("School"),
    )
    assert queries.ends_around(world.social_worker, case.person_id) == []
    for child in (other.pk, case.person_id):
        with pytest.raises(Refused, match="is a child too"):
            plan_step(world, case, end="person", end_id=child, who_or_where="")


def test_an_adult_who_harms_is_one_to_choose(world, case):
    adult = network.add_person(by=world.social_worker, given_name="Dan", family_name="Reeve", kind="adult")
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="afraid of",
        other_id=adult.pk,
        knows=network.Knows("She said"),
    )
    assert queries.ends_around(world.social_worker, case.person_id) == [
        (f"person:{adult.pk}", "afraid of Dan Reeve")
    ]
    step = plan_step(world, case, end="person", end_id=adult.pk)
    assert step.against == "Dan Reeve"
    assert queries.steps_of(world.social_worker, case.pk).get() == step


def test_a_step_against_somebody_whom_a_reader_may_not_see_is_not_shown_to_them(world, case):
    adult = network.add_person(by=world.social_worker, given_name="Dan", family_name="Reeve", kind="adult")
    step = plan_step(world, case, end="person", end_id=adult.pk)
    assert not queries.steps_of(world.teacher, case.pk).exists()
    with pytest.raises(Hidden):
        actions.open_step(by=world.teacher, disruption_id=step.pk)
    with pytest.raises(Hidden):
        plan_step(world, case, by=world.teacher, end="person", end_id=adult.pk)


def test_who_does_it_may_see_the_child_and_finds_it_in_their_work(world, case):
    with pytest.raises(Refused, match="Let their team in, with the reason"):
        plan_step(world, case, owner=world.officer)
    step = plan_step(world, case, owner=world.teacher, agency_id=world.school.pk)
    assert list(queries.steps_due(world.teacher)) == [step]
    actions.finish_step(
        by=world.teacher, disruption_id=step.pk, outcome="done", done_on=timezone.localdate(), note="Visited"
    )
    assert not queries.steps_due(world.teacher).exists()


def test_a_step_of_nobody_or_of_somebody_who_went_waits_for_those_who_work_the_case(world, case):
    step = plan_step(world, case, owner=world.teacher, agency_id=world.school.pk)
    assert not queries.steps_due(world.social_worker).exists()
    User.objects.filter(pk=world.teacher.pk).update(is_active=False)
    of_nobody = plan_step(world, case, owner=None)
    assert set(queries.steps_due(world.social_worker)) == {step, of_nobody}
    assert "disruption" in {section.key for section in my_work(world.social_worker)}
    assert not queries.steps_due(world.officer).exists()


def test_what_could_not_be_done_says_why_and_a_finished_step_stays(client, world, case):
    step = plan_step(world, case)
    day = timezone.localdate()
    sent = {
        "outcome": "not_done",
        "done_on-day": day.day,
        "done_on-month": day.month,
        "done_on-year": day.year,
    }
    client.force_login(world.social_worker)
    finish = reverse("disruption_finish", kwargs={"disruption_id": step.pk})
    assert "Say why it could not be done" in client.post(finish, sent).text
    client.post(finish, sent | {"note": "The owner appealed"})
    step.refresh_from_db()
    assert (step.state, step.note) == ("not_done", "The owner appealed")
    with pytest.raises(Refused, match="finished already"):
        actions.change_step(
            by=world.social_worker, disruption_id=step.pk, kind="place", what="x", agency_id=world.police.pk,
            due_on=SOON, who_or_where="y",
        )  # fmt: skip


def test_who_is_given_a_step_by_a_change_learns_of_it(world, case):
    step = plan_step(world, case)
    given = {
        "by": world.social_worker,
        "disruption_id": step.pk,
        "kind": "place",
        "what": "x",
        "due_on": SOON,
    }
    given |= {"agency_id": world.care.pk, "who_or_where": "y"}
    actions.change_step(**given, owner=world.supervisor)
    assert [row.notice.kind for row in unread_of(world.supervisor)].count("action") == 1
    mark_all_seen(by=world.supervisor, person_id=case.person_id)
    actions.change_step(**given | {"what": "z"}, owner=world.supervisor)
    assert "action" not in [row.notice.kind for row in unread_of(world.supervisor)]  # it is theirs already


def test_blaming_words_get_a_gentle_hint(client, world, case):
    plan_step(world, case, what="Speak with her about her risky behaviour")
    client.force_login(world.social_worker)
    page = client.get(reverse("disruption", kwargs={"case_id": case.pk})).text
    assert "A thought about words" in page


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, case, who):
    step = plan_step(world, case)
    client.force_login(getattr(world, who))
    for name in ("disruption", "disruption_add"):
        assert client.get(reverse(name, kwargs={"case_id": case.pk})).status_code == 404
    for name in ("disruption_step", "disruption_finish"):
        address = reverse(name, kwargs={"disruption_id": step.pk})
        assert client.get(address).status_code == 404
        assert client.post(address, {"outcome": "done"}).status_code == 404
    assert DisruptionStep.objects.get().state == "open"


def test_every_write_leaves_a_row_about_the_child(world, case):
    step = plan_step(world, case)
    rows = AuditRow.objects.filter(subject="disruption step", subject_id=str(step.pk))
    assert [(row.verb, row.person_id) for row in rows] == [("add", case.person_id)]


def test_the_page_asks_the_database_the_same_however_many_steps_there_are(client, world, case, arcade):
    client.force_login(world.social_worker)
    plan_step(world, case)
    page = reverse("disruption", kwargs={"case_id": case.pk})
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for _each in range(20):
        plan_step(world, case, end="place", end_id=arcade.pk, owner=world.teacher)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)
