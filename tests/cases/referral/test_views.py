"""The pages of a referral, from the start to what became of it."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.again import written_once
from tests.cases.referral.test_actions import NOT_ASKED, fill

from heard.agencies.models import AuditRow
from heard.cases.referral import actions, queries
from heard.cases.referral.models import Referral


@pytest.fixture
@written_once
def referral(world, signed):
    return actions.start_referral(by=world.social_worker, case_id=signed.case_id)


@pytest.fixture
@written_once
def reviewed(world, referral):
    ready = fill(world, referral)
    actions.send_to_review(by=world.social_worker, referral_id=ready.pk, view=NOT_ASKED)
    return actions.agree_referral(by=world.supervisor, referral_id=ready.pk)


def at(name, referral, **more):
    return reverse(name, kwargs={"referral_id": referral.pk} | more)


def fresh(world, referral):
    return queries.referral_visible_to(world.social_worker, referral.pk)


def test_a_referral_is_started_from_the_case(client, world, signed):
    client.force_login(world.social_worker)
    address = reverse("referral_start", kwargs={"case_id": signed.case_id})
    page = client.get(address).text
    assert "This document does not submit the referral" in page
    assert "They wait for me after school." in page
    answer = client.post(address)
    assert answer["Location"] == at("referral", Referral.objects.get())


def test_the_list_says_what_is_read_from_the_record_and_what_is_missing(client, world, referral):
    client.force_login(world.social_worker)
    page = client.get(at("referral", referral)).text
    assert "wait for you to read them" in page
    assert "answers are missing" in page
    assert "Not asked" in page  # consent, of a child


def test_a_section_lays_the_record_beside_each_box_and_a_save_confirms_it(client, world, referral):
    client.force_login(world.social_worker)
    address = at("referral_section", referral, section="person")
    page = client.get(address).text
    assert 'value="Mina"' in page
    assert "From the record:" in page
    assert "Read it, change it if need be, and save." in page
    sent = {
        "pv-name-first-name": "Mina",
        "pv-name-last-name": "Okoro",
        "pv-dob-day": "4",
        "pv-dob-month": "5",
        "pv-dob-year": "2011",
    }
    assert client.post(address, sent).status_code == 302
    said = queries.answers_of(fresh(world, referral))
    assert (said["pv-name-first-name"], said["pv-dob"]) == ("Mina", "2011-05-04")
    assert (
        "Read it, change it if need be, and save."
        not in re.search(r"First name.*?Last name", client.get(address).text, re.DOTALL)[0]
    )


def test_what_the_record_does_not_say_has_a_link_to_where_it_belongs(client, world, referral):
    client.force_login(world.social_worker)
    page = client.get(at("referral_section", referral, section="person")).text
    assert "Not in the record. Write it here, or where it belongs:" in page


def test_a_different_answer_is_shown_beside_what_the_record_says(client, world, referral):
    client.force_login(world.social_worker)
    address = at("referral_section", referral, section="person")
    client.post(address, {"pv-name-first-name": "Wilhelmina"})
    page = client.get(address).text
    assert 'value="Wilhelmina"' in page
    assert "The record says something else now:" in page


def test_too_many_characters_are_refused_with_their_number_and_kept(client, world, referral):
    client.force_login(world.social_worker)
    address = at("referral_section", referral, section="background")
    page = client.post(address, {"family": "x" * 15_020}).text
    assert "20 characters too long: the form takes 15,000" in page
    assert "x" * 15_020 in page
    assert "family" not in queries.answers_of(fresh(world, referral))


def test_an_answer_that_asks_for_more_brings_the_same_page_again(client, world, referral):
    client.force_login(world.social_worker)
    address = at("referral_section", referral, section="location")
    assert "Country" not in client.get(address).text
    answer = client.post(address, {"where-exploitation-happened": "overseas"}, follow=True)
    assert answer.request["PATH_INFO"] == address
    assert "Country" in answer.text


def test_the_kinds_of_exploitation_are_one_list_of_ticks(client, world, referral):
    client.force_login(world.social_worker)
    address = at("referral_section", referral, section="exploiters")
    ticked = ["types-of-exploitation-child-exploitation", "types-of-exploitation-other"]
    client.post(address, {"group-exploitation": ticked, "other-exploitation-details": "Held for money"})
    said = queries.answers_of(fresh(world, referral))
    assert {name for name in said if said[name] == "yes" and name.startswith("types")} == set(ticked)
    assert said["other-exploitation-details"] == "Held for money"


def test_a_section_that_is_not_in_the_form_is_not_there(client, world, referral):
    client.force_login(world.social_worker)
    assert client.get(at("referral_section", referral, section="nowhere")).status_code == 404


def test_the_check_lists_what_is_empty_and_the_way_to_it(client, world, referral):
    client.force_login(world.social_worker)
    page = client.get(at("referral_check", referral)).text
    assert "answers are still empty" in page
    assert at("referral_section", referral, section="background") in page
    assert "Send it to be reviewed</button>" not in page


def test_from_check_to_review_to_what_became_of_it(client, world, referral):
    fill(world, referral)
    client.force_login(world.social_worker)
    view = {"which": "none", "why_no_words": "She is told on Monday."}
    assert client.post(at("referral_check", referral), view)["Location"] == at("referral", referral)
    assert "somebody else has to read it" in client.get(at("referral", referral)).text
    client.force_login(world.supervisor)
    page = client.get(at("referral_review", referral)).text
    assert "She is told on Monday." in page
    assert "This is brief" in page
    client.post(at("referral_review", referral), {"decision": "return", "reason": "Who saw it?"})
    client.force_login(world.social_worker)
    assert "Who saw it?" in client.get(at("referral", referral)).text
    client.post(at("referral_check", referral), view)
    client.force_login(world.supervisor)
    client.post(at("referral_review", referral), {"decision": "agree", "note": "Clear and fair"})
    assert fresh(world, referral).review_note == "Clear and fair"
    today = timezone.localdate()
    day = {"on-day": today.day, "on-month": today.month, "on-year": today.year}
    after = at("referral_afterwards", referral)
    client.post(after, {"which": "submitted", "reference": "NRM-77"} | day)
    assert "NRM-77" in client.get(at("referral", referral)).text
    client.post(
        after, {"which": "decision", "stage": "reasonable", "result": "positive", "note": "By letter"} | day
    )
    assert "Positive on" in client.get(at("referral", referral)).text


def test_both_files_are_downloads_and_leave_a_row(client, world, reviewed):
    client.force_login(world.social_worker)
    for kind, content_type in (("pdf", "application/pdf"), ("json", "application/json")):
        answer = client.get(at(f"referral_{kind}", reviewed))
        assert answer["Content-Type"] == content_type
        assert answer["Content-Disposition"].startswith("attachment")
        assert "Okoro" not in answer["Content-Disposition"]
    rows = AuditRow.objects.filter(verb="export", subject="referral", person_id=reviewed.case.person_id)
    assert {row.detail["kind"] for row in rows} == {"pdf", "json"}


def test_before_the_review_there_is_no_file(client, world, referral):
    client.force_login(world.social_worker)
    answer = client.get(at("referral_pdf", referral), follow=True)
    assert "once somebody else has reviewed it" in answer.text


def test_the_pages_of_a_referral_are_not_there_for_another_agency(client, world, reviewed):
    client.force_login(world.officer)
    for name in (
        "referral",
        "referral_check",
        "referral_review",
        "referral_take_out",
        "referral_pdf",
        "referral_json",
        "referral_afterwards",
    ):
        assert client.get(at(name, reviewed)).status_code == 404
    assert client.get(at("referral_section", reviewed, section="age")).status_code == 404
    assert client.post(at("referral_copy", reviewed)).status_code == 404


def test_a_section_asks_as_many_queries_with_much_in_the_record_as_with_little(
    client, world, referral, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from heard.cases.case import actions as casework
    from heard.network import actions as network

    client.force_login(world.social_worker)
    address = at("referral_section", referral, section="insight")
    client.get(address)

    def count():
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    def more(numbers):
        for number in numbers:
            place = network.add_place(by=world.social_worker, name=f"Arcade {number}", kind="arcade")
            network.note_tie(
                by=world.social_worker,
                one_id=referral.case.person_id,
                in_words="seen at",
                other_id=place.pk,
                knows=network.Knows("School"),
            )
            casework.record_words(
                by=world.social_worker,
                person_id=referral.case.person_id,
                text=f"I said it {number} times.",
                heard_by="Sol Wright",
                heard_on=timezone.localdate(),
            )

    more(range(1))
    before = count()
    more(range(1, 12))
    assert count() == before


def test_what_waits_stands_in_the_work_of_whoever_it_waits_for(client, world, referral):
    def work(who):
        client.force_login(who)
        return client.get(reverse("home")).text

    assert "Referrals that you prepare" in work(world.social_worker)
    fill(world, referral)
    actions.send_to_review(by=world.social_worker, referral_id=referral.pk, view=NOT_ASKED)
    assert at("referral_review", referral) in work(world.supervisor)
    assert "Referrals that wait for a second person" not in work(world.social_worker)
    actions.agree_referral(by=world.supervisor, referral_id=referral.pk)
    assert "reviewed, to be submitted" in work(world.social_worker)
    actions.note_submitted(by=world.social_worker, referral_id=referral.pk, on=timezone.localdate())
    page = work(world.social_worker)
    assert "Referrals that wait for the Home Office" in page
    whole = client.get(reverse("work", kwargs={"work": "referred"})).text
    assert "Expect the first answer from the National Referral Mechanism" in whole


def test_the_chronology_of_the_child_says_what_became_of_it(client, world, reviewed):
    by, today = {"by": world.social_worker, "referral_id": reviewed.pk}, timezone.localdate()
    actions.note_submitted(**by, on=today)
    actions.note_decision(**by, stage="reasonable", result="positive", on=today)
    client.force_login(world.social_worker)
    page = client.get(reverse("child", kwargs={"person_id": reviewed.case.person_id}) + "?kind=referral").text
    assert "Referral submitted to the Home Office" in page
    assert "Home Office: Reasonable grounds, Positive" in page
    assert at("referral", reviewed) in page
