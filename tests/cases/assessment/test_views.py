"""The pages of an assessment: who may open them, what they show, what they keep, and how much they ask the database."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from heard.agencies.models import AuditRow
from heard.cases.assessment import actions, queries
from heard.cases.assessment.models import Assessment
from heard.cases.case.models import Words
from heard.cases.case.rules import Observed

PARTS = ["judgement", "child", "signs", "vulnerabilities", "patterns", "not-known"]


def at(name: str, assessment, **more) -> str:
    return reverse(name, kwargs={"assessment_id": assessment.pk, **more})


def as_(client: Client, user) -> Client:
    client.force_login(user)
    return client


def every_address(assessment) -> list[str]:
    names = ["assessment", "assessment_submit", "assessment_decide", "assessment_versions"]
    parts = [
        at(name, assessment, part=part) for part in PARTS for name in ("assessment_part", "assessment_keep")
    ]
    start = reverse("assessment_start", kwargs={"case_id": assessment.case_id})
    return [*(at(name, assessment) for name in names), *parts, start]


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, assessment, who):
    as_(client, getattr(world, who))
    for address in every_address(assessment):
        assert client.get(address).status_code in (404, 405), address
        assert client.post(address, {"text": "x"}).status_code in (404, 405), address
    assessment.refresh_from_db()
    assert assessment.judgement == ""


def test_a_restricted_child_is_hidden_from_a_coordinator_whose_agency_is_not_involved(
    client, world, assessment
):
    person = assessment.case.person
    person.restricted = True
    person.save()
    person.involvements.filter(agency=world.care).delete()
    as_(client, world.coordinator)
    for address in every_address(assessment):
        assert client.get(address).status_code in (404, 405), address


def test_a_practitioner_has_no_decision_page_and_no_waiting_list(client, world, submitted):
    as_(client, world.social_worker)
    assert client.get(at("assessment_decide", submitted)).status_code == 404
    assert client.post(at("assessment_decide", submitted), {"decision": "sign_off"}).status_code == 404
    assert client.get(reverse("assessments")).status_code == 404


def test_starting_on_the_page_goes_to_the_task_list_and_a_second_time_to_the_same(client, world, case):
    as_(client, world.social_worker)
    address = reverse("assessment_start", kwargs={"case_id": case.pk})
    assert "45 working days" in client.get(address).text
    first = client.post(address)
    assert client.post(address).url == first.url == at("assessment", Assessment.objects.get())


def test_every_part_opens_and_looking_is_written_down(client, world, assessment):
    as_(client, world.social_worker)
    for part in PARTS:
        answer = client.get(at("assessment_part", assessment, part=part))
        assert answer.status_code == 200, part
        assert "Mina Okoro" in answer.text
    assert AuditRow.objects.filter(subject="assessment", verb="view").count() == len(PARTS)


def test_a_part_that_there_is_not_is_not_found(client, world, assessment):
    as_(client, world.social_worker)
    assert client.get(at("assessment_part", assessment, part="score")).status_code == 404
    assert client.post(at("assessment_keep", assessment, part="score")).status_code == 404


def test_what_is_wrong_is_kept_and_shown_again_on_another_day(client, world, assessment):
    as_(client, world.social_worker)
    address = at("assessment_part", assessment, part="signs")
    wrong = {"S02": "seen", "S02_source": "School nurse"}
    answer = client.post(address, wrong)
    assert "Physical injuries: say when it was seen" in answer.text
    assert "School nurse" in client.get(address).text
    assert not assessment.observations.filter(item="S02").exists()


def test_what_is_typed_is_kept_without_being_saved(client, world, assessment):
    as_(client, world.social_worker)
    kept = client.post(at("assessment_keep", assessment, part="judgement"), {"text": "People groom her"})
    assert kept.status_code == 204
    page = client.get(at("assessment_part", assessment, part="judgement")).text
    assert "People groom her" in page
    assert "have not saved yet" in page
    client.post(at("assessment_part", assessment, part="judgement"), {"text": "People groom her."})
    assert "have not saved yet" not in client.get(at("assessment_part", assessment, part="judgement")).text
    assessment.refresh_from_db()
    assert assessment.judgement == "People groom her."


def test_signs_are_saved_with_their_evidence(client, world, assessment):
    as_(client, world.social_worker)
    sent = {
        "S02": "seen",
        "S02_on-day": "3",
        "S02_on-month": "March",
        "S02_on-year": "2026",
        "S02_source": "School nurse",
        "S02_words": "A bruise on her arm",
        "S01": "not_seen",
        "S01_not_seen": "Asked her aunt",
        "S06": "not_seen",
    }
    answer = client.post(at("assessment_part", assessment, part="signs"), sent)
    assert "Absent from school: a worry says that this was seen" in answer.text
    client.post(
        at("assessment_part", assessment, part="signs"), sent | {"S06_not_seen": "Register was wrong"}
    )
    found = {row.item: (row.state, row.words) for row in assessment.observations.all()}
    assert found["S02"] == ("seen", "A bruise on her arm")
    assert found["S01"] == ("not_seen", "Asked her aunt")
    assert found["S06"] == ("not_seen", "Register was wrong")


def test_patterns_are_saved_with_reason_setting_and_dates(client, world, assessment):
    as_(client, world.social_worker)
    address = at("assessment_part", assessment, part="patterns")
    sent = {"group": ["G7"], "G7_reason": "Two boys of her class", "G7_setting": "school"}
    dates = {
        "G7_from-day": "1", "G7_from-month": "2", "G7_from-year": "2026",
        "G7_to-day": "1", "G7_to-month": "1", "G7_to-year": "2026",
    }  # fmt: skip
    assert "The end is before the beginning" in client.post(address, sent | dates).text
    client.post(address, sent)
    assert list(assessment.patterns.values_list("pattern", "reason", "setting")) == [
        ("G7", "Two boys of her class", "school")
    ]


def test_new_words_are_recorded_once_even_if_the_first_try_was_wrong(client, world, assessment):
    as_(client, world.social_worker)
    address = at("assessment_part", assessment, part="child")
    sent = {"which": "new", "said": "I want my sister", "how": "said", "heard_by": "Sol"}
    assert "Give the day on which the child was heard" in client.post(address, sent).text
    day = {"heard_on-day": "3", "heard_on-month": "3", "heard_on-year": "2026"}
    assert client.post(address, sent | day).status_code == 302
    assert Words.objects.filter(text="I want my sister").count() == 1


def test_an_incomplete_one_is_not_submitted_by_a_post_either(client, world, assessment):
    as_(client, world.social_worker)
    answer = client.post(at("assessment_submit", assessment))
    assert "Write your judgement first" in answer.text
    assessment.refresh_from_db()
    assert assessment.state == "draft"


def test_the_supervisor_decides_on_the_page(client, world, submitted):
    as_(client, world.supervisor)
    page = client.get(at("assessment_decide", submitted)).text
    assert (
        page.count("They wait for me after school.") == 2
    )  # first on the page, and again beside the decision
    client.post(
        at("assessment_decide", submitted), {"decision": "send_back", "reason": "What does she want?"}
    )
    submitted.refresh_from_db()
    assert (submitted.state, submitted.returned_reason) == ("returned", "What does she want?")


def test_the_signed_one_says_its_release_and_refuses_a_post(client, world, signed):
    as_(client, world.social_worker)
    assert "release 2013.1" in client.get(at("assessment", signed)).text
    for address in every_address(signed):
        client.post(address, {"text": "changed", "decision": "send_back", "reason": "x"})
    again = queries.assessment_visible_to(world.supervisor, signed.pk)
    assert (again.state, again.judgement) == ("signed", signed.judgement)


def test_versions_stand_side_by_side(client, world, signed):
    new = actions.start_assessment(by=world.social_worker, case_id=signed.case_id)
    actions.save_judgement(by=world.social_worker, assessment_id=new.pk, text="It has become better.")
    page = as_(client, world.teacher).get(at("assessment_versions", new)).text
    assert signed.judgement in page
    assert "It has become better." in page


def test_the_two_lists_stand_apart_and_no_number_is_given(client, world, submitted):
    page = as_(client, world.supervisor).get(at("assessment", submitted)).text
    signs, vulnerabilities = page.index("Signs of harm now"), page.index("Never added to the signs")
    assert signs < vulnerabilities
    assert "score" not in page.lower()


@pytest.mark.parametrize("name", ["assessment", "assessment_submit", "assessment_decide"])
def test_a_page_asks_the_database_the_same_however_much_is_marked(client, world, submitted, name):
    user = world.supervisor
    if name == "assessment_submit":
        actions.send_back(by=user, assessment_id=submitted.pk, reason="More")
    as_(client, user)
    with CaptureQueriesContext(connection) as few:
        client.get(at(name, submitted))
    if submitted.state == "submitted" and name != "assessment_submit":
        actions.send_back(by=user, assessment_id=submitted.pk, reason="More")
    release = queries.picture(submitted)
    marks = [
        Observed(one.entry.id, "not_seen", words="Looked")
        for one in (*release.signs, *release.vulnerabilities)
    ]
    actions.note_observations(by=world.social_worker, assessment_id=submitted.pk, marks=marks)
    if name != "assessment_submit":
        actions.submit(by=world.social_worker, assessment_id=submitted.pk)
    with CaptureQueriesContext(connection) as many:
        client.get(at(name, submitted))
    assert len(many) <= len(few)
    assert len(many) <= 16
