"""The pages of an assessment: who may open them, what they show, what they keep, and how much they ask the database."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from tests.again import written_once
from tests.cases.conftest import note_observation

from heard.agencies.models import AuditRow
from heard.cases.assessment import actions, queries
from heard.cases.assessment.actions import Choice
from heard.cases.assessment.models import Assessment, AssessmentObservation
from heard.cases.case.actions import record_words
from heard.cases.case.models import Words
from heard.cases.case.rules import Observed
from heard.cases.timeline.queries import brief_of, head_of
from heard.cases.words.rules import ChildsView
from heard.knowledge import load

PARTS = ["judgement", "child", "signs", "vulnerabilities", "patterns", "strengths", "not-known"]
LISTS = ["signs", "vulnerabilities", "patterns"]
ENTRIES = ["patterns", "strengths", "people", "questions"]


def at(name: str, assessment, **more) -> str:
    return reverse(name, kwargs={"assessment_id": assessment.pk, **more})


def as_(client: Client, user) -> Client:
    client.force_login(user)
    return client


def paper_of(answer) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


def every_address(assessment) -> list[str]:
    names = ["", "_submit", "_decide", "_versions", "_versions_paper", "_paper", "_hide_thoughts"]
    parts = [at("assessment_part", assessment, part=part) for part in PARTS]
    new = [at("assessment_entry", assessment, entries=entries, entry="new") for entries in ENTRIES]
    items = [at(name, assessment, item="S06") for name in ("assessment_evidence", "assessment_ask")]
    start = reverse("assessment_start", kwargs={"case_id": assessment.case_id})
    return [*(at(f"assessment{name}", assessment) for name in names), *parts, *new, *items, start]


@pytest.fixture
@written_once
def judged(world, assessment):
    """An assessment in which something is written as judgement, so that the lists are open."""
    actions.save_judgement(
        by=world.social_worker, assessment_id=assessment.pk, text="People older than her groom her."
    )
    return assessment


def page_of(client, address: str) -> str:
    """The page, which is there."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def token(page: str) -> str:
    """The sheet of the form on this page."""
    return re.search(r'name="kept" value="([^"]+)"', page)[1]


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


@pytest.mark.parametrize("name", ["assessment_part", "assessment_entry", "assessment_evidence"])
def test_what_there_is_not_is_not_found(client, world, judged, name):
    more = {
        "assessment_part": {"part": "score"},
        "assessment_entry": {"entries": "scores", "entry": "new"},
        "assessment_evidence": {"item": "S99"},
    }[name]
    as_(client, world.social_worker)
    assert client.get(at(name, judged, **more)).status_code == 404
    assert client.post(at(name, judged, **more)).status_code == 404
    assert client.get(at("assessment_entry", judged, entries="strengths", entry="x")).status_code == 404


def test_judgement_is_the_first_task_and_the_lists_wait_for_it_and_say_why(client, world, assessment):
    as_(client, world.social_worker)
    tasks = page_of(client, at("assessment", assessment))
    assert tasks.index("parts/judgement/") < min(tasks.index(f"parts/{part}/") for part in PARTS[1:])
    assert tasks.count("After your judgement") == len(LISTS)
    for part in LISTS:
        address = at("assessment_part", assessment, part=part)
        assert "do not stand in for it" in page_of(client, address)
        assert client.post(address, {"S01": "not_seen"}).status_code == 200
    assert not assessment.observations.filter(item="S01").exists()
    evidence = client.get(at("assessment_evidence", assessment, item="S06"), follow=True)
    assert "do not stand in for it" in evidence.text
    pattern = client.get(at("assessment_entry", assessment, entries="patterns", entry="new"), follow=True)
    assert "do not stand in for it" in pattern.text
    actions.save_judgement(by=world.social_worker, assessment_id=assessment.pk, text="She is groomed.")
    assert "After your judgement" not in page_of(client, at("assessment", assessment))
    assert "do not stand in for it" not in page_of(client, at("assessment_part", assessment, part="signs"))


def test_the_childs_words_and_then_the_judgement_come_before_the_lists_on_the_page(client, world, submitted):
    page = page_of(as_(client, world.supervisor), at("assessment", submitted))
    order = [page.index(text) for text in ("They wait for me", "grooming her, and she", "Signs of harm now")]
    assert order == sorted(order)


def test_what_is_wrong_is_kept_and_shown_again_on_another_day(client, world, judged):
    as_(client, world.social_worker)
    address = at("assessment_part", judged, part="signs")
    wrong = {"S02": "seen", "S02_source": "School nurse"}
    answer = client.post(address, wrong)
    assert "Physical injuries: say when it was seen" in answer.text
    assert "School nurse" in page_of(client, address)
    assert not judged.observations.filter(item="S02").exists()


def test_what_is_typed_is_kept_without_being_saved(client, world, judged):
    as_(client, world.social_worker)
    address = at("assessment_part", judged, part="judgement")
    typed = {"text": "People groom her", "kept": token(page_of(client, address))}
    assert client.post(reverse("typed_keep"), typed).status_code in (200, 204)
    page = page_of(client, address)
    assert "People groom her" in page
    assert "have not sent it" in page
    client.post(address, {"text": "People groom her.", "kept": token(page)})
    assert "have not sent it" not in page_of(client, address)
    judged.refresh_from_db()
    assert judged.judgement == "People groom her."


def test_two_who_write_the_same_part_see_both_and_choose(client, world, judged):
    as_(client, world.social_worker)
    address = at("assessment_part", judged, part="judgement")
    mine = token(page_of(client, address))
    actions.save_judgement(by=world.coordinator, assessment_id=judged.pk, text="A group grooms her.")
    answer = client.post(address, {"text": "Two men groom her.", "kept": mine}).text
    assert "A group grooms her." in answer
    assert "Two men groom her." in answer
    judged.refresh_from_db()
    assert judged.judgement == "A group grooms her."
    client.post(address, {"text": "Two men groom her.", "kept": token(answer), "kept-choice-text": "mine"})
    judged.refresh_from_db()
    assert judged.judgement == "Two men groom her."


def test_signs_are_saved_with_their_evidence(client, world, judged):
    as_(client, world.social_worker)
    address = at("assessment_part", judged, part="signs")
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
    assert "Absent from school: a worry says that this was seen" in client.post(address, sent).text
    again = client.post(address, sent | {"S06_not_seen": "Register was wrong"})
    assert again.status_code == 302, again.text
    found = {row.item: (row.state, row.words) for row in judged.observations.all()}
    assert found["S02"] == ("seen", "A bruise on her arm")
    assert found["S01"] == ("not_seen", "Asked her aunt")
    assert found["S06"] == ("not_seen", "Register was wrong")


def on(name: str, day: int, month: int) -> dict[str, str]:
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": "2026"}


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_sign_is_followed_over_time_on_its_page_and_beside_its_tick(client, world, judged):
    as_(client, world.social_worker)
    address = at("assessment_evidence", judged, item="S06")
    said = {"change": "no_longer", "source": "Register", "words": "In school every day"}
    assert "It was seen after that day" in client.post(address, said | on("happened_on", 1, 2)).text
    assert client.post(address, said | on("happened_on", 18, 5)).status_code == 302
    beside = page_of(client, at("assessment_part", judged, part="signs"))
    assert "Over time: Absent from school" in beside
    assert "since 18 May 2026" in beside
    row = judged.evidence.get()
    client.post(address, {"take_out": str(row.pk)})
    assert not judged.evidence.exists()
    assert client.post(address, {"take_out": str(row.pk)}).status_code == 404


PATTERN = {"pattern": "G7", "reason": "Two boys of her class", "G7_setting": "school", "childs_part": "both"}


def test_patterns_are_added_changed_and_taken_out(client, world, judged):
    as_(client, world.social_worker)
    new = at("assessment_entry", judged, entries="patterns", entry="new")
    backwards = on("from_on", 1, 2) | on("to_on", 1, 1)
    assert "The end is before the beginning" in client.post(new, PATTERN | backwards).text
    assert "choose where" in client.post(new, PATTERN | {"G7_setting": ""}).text
    assert client.post(new, PATTERN).status_code == 302
    assert "This pattern is there already" in client.post(new, PATTERN).text
    row = judged.patterns.get()
    assert (row.pattern, row.reason, row.setting, row.childs_part) == (
        "G7",
        "Two boys of her class",
        "school",
        "both",
    )
    own = at("assessment_entry", judged, entries="patterns", entry=row.pk)
    assert "Two boys of her class" in page_of(client, own)
    client.post(own, PATTERN | {"reason": "Three boys"})
    assert judged.patterns.get().reason == "Three boys"
    client.post(own, {"take_out": "1"})
    assert not judged.patterns.exists()


@pytest.mark.parametrize("part", ["patterns", "strengths"])
def test_what_is_known_around_the_child_can_be_asked_where_patterns_and_people_are_written(
    client, world, judged, part
):
    page = as_(client, world.social_worker).get(at("assessment_part", judged, part=part)).text
    for name, key in (("near", "person_id"), ("ask_together", "person_id"), ("ask_rests", "node_id")):
        there = reverse(name, kwargs={key: judged.case.person_id})
        assert there in page
        assert client.get(there).status_code == 200
    elsewhere = client.get(at("assessment_part", judged, part="child")).text
    assert reverse("near", kwargs={"person_id": judged.case.person_id}) not in elsewhere


def test_both_needs_stand_side_by_side_in_the_same_form(client, world, judged):
    as_(client, world.social_worker)
    needs = {"harmed": "A bed where he cannot come", "made_to_harm": "A way out that costs nobody"}
    client.post(at("assessment_part", judged, part="patterns"), needs)
    page = page_of(client, at("assessment_submit", judged))
    harmed = page.index("So that nobody harms the child")
    made = page.index("So that nobody makes the child harm others")
    between = page[harmed:made]
    assert needs["harmed"] in between
    assert between.count("govuk-grid-column-one-half") == 1  # each has one half
    assert needs["made_to_harm"] in page[made:]


def test_strengths_people_and_questions_are_entries_of_their_own(client, world, judged):
    as_(client, world.social_worker)
    sent = {
        "strengths": {"text": "She draws every day", "source": "Art teacher"},
        "people": {
            "which": "other", "name": "Coach Bem", "who": "Coach", "what_they_do": "Drives her home", "knows": "no",
        },
        "questions": {"text": "Who drives her?", "owner": str(world.teacher.pk)} | on("by_on", 1, 12),
    }  # fmt: skip
    for entries, answers in sent.items():
        new = at("assessment_entry", judged, entries=entries, entry="new")
        assert "There is a problem" in client.post(new, {}).text
        assert client.post(new, answers).status_code == 302
    page = page_of(client, at("assessment_submit", judged))
    for text in ("She draws every day", "Coach Bem", "They do not know about the worry", "Who drives her?"):
        assert text in page
    row = judged.questions.get()
    assert "Who drives her?" in page_of(
        client, at("assessment_entry", judged, entries="questions", entry=row.pk)
    )


def test_a_question_to_somebody_who_may_not_see_the_child_is_refused_on_the_page(client, world, judged):
    as_(client, world.social_worker)
    new = at("assessment_entry", judged, entries="questions", entry="new")
    answer = client.post(new, {"text": "Who?", "owner": str(world.officer.pk)})
    assert "does not see the child" in answer.text


def test_what_is_not_known_becomes_a_question_with_one_press(client, world, judged):
    note_observation(by=world.social_worker, assessment_id=judged.pk, item="S10", state="not_known")
    as_(client, world.social_worker)
    press = at("assessment_ask", judged, item="S10")
    for address in (at("assessment_part", judged, part="not-known"), at("assessment_submit", judged)):
        assert f'action="{press}"' in page_of(client, address)
    answer = client.post(press)
    row = judged.questions.get()
    assert answer.url == at("assessment_entry", judged, entries="questions", entry=row.pk)
    assert (row.item, row.owner, row.by_on) == ("S10", world.social_worker, judged.due_on)
    assert client.post(press).status_code == 404  # it is a question already
    assert f'action="{press}"' not in page_of(client, at("assessment_part", judged, part="not-known"))


@pytest.fixture
def question(world, judged):
    return actions.keep_question(
        by=world.social_worker,
        assessment_id=judged.pk,
        text="Who drives her home?",
        owner=world.teacher,
        by_on=judged.due_on,
    )


def test_whoever_finds_out_writes_it_on_the_page_of_the_question(client, world, question):
    as_(client, world.teacher)
    address = reverse("question", kwargs={"question_id": question.pk})
    assert "Who drives her home?" in page_of(client, address)
    assert "There is a problem" in client.post(address, {"text": ""}).text
    found = {"text": "Her uncle", "source": "She said so"} | on("found_on", 1, 6)
    assert client.post(address, found).status_code == 302
    assert "Her uncle" in page_of(client, address)


@pytest.mark.parametrize("who", ["officer", "analyst", "administrator"])
def test_a_question_is_hidden_from_who_may_not_see_the_child(client, world, question, who):
    address = reverse("question", kwargs={"question_id": question.pk})
    as_(client, getattr(world, who))
    assert client.get(address).status_code == client.post(address, {"text": "x"}).status_code == 404
    assert not question.findings.exists()


def test_a_hint_on_words_is_gentle_and_is_sent_away(client, world, judged):
    this = {"by": world.social_worker, "assessment_id": judged.pk}
    actions.save_judgement(**this, text="They call her streetwise.")
    as_(client, world.social_worker)
    part, check = at("assessment_part", judged, part="judgement"), at("assessment_submit", judged)
    for address in (part, check):
        assert "A thought about words" in page_of(client, address)
    away = client.post(at("assessment_hide_thoughts", judged), {"part": "judgement", "found": "streetwise"})
    assert away.url == part
    for address in (part, check):
        assert "A thought about words" not in page_of(client, address)
    actions.save_judgement(**this, text="They call her streetwise and promiscuous.")
    assert "“promiscuous”" in page_of(client, check)  # another word is another thought
    assert "A thought about words" in page_of(as_(client, world.teacher), part)  # and another reader


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
    sent_back = {"decision": "send_back", "reason": "What does she want?"}
    again = client.post(at("assessment_decide", submitted), sent_back).text
    assert "Choose the parts that have to be looked at again" in again
    client.post(at("assessment_decide", submitted), sent_back | {"parts": ["child", "not-known"]})
    submitted.refresh_from_db()
    assert (submitted.state, submitted.returned_reason) == ("returned", "What does she want?")
    actions.submit(by=world.social_worker, assessment_id=submitted.pk)
    again = page_of(client, at("assessment_decide", submitted))
    assert "why it was sent back before" in again
    assert again.count("What does she want?") == 2  # in the history, and again beside the decision


def test_one_made_with_an_older_release_keeps_saying_so_in_its_wording(client, world, signed):
    QuerySet(Assessment).filter(pk=signed.pk).update(release="2013.1")  # past what refuses it
    as_(client, world.social_worker)
    for name in ("assessment", "assessment_paper"):
        answer = client.get(at(name, signed))
        shown = " ".join((answer.text if "html" in answer["Content-Type"] else paper_of(answer)).split())
        assert "release 2013.1" in shown
        assert load.release("2013.1").title in shown
        assert load.current().id not in shown


def test_the_signed_one_says_its_release_and_refuses_a_post(client, world, signed):
    as_(client, world.social_worker)
    assert f"release {load.current().id}" in client.get(at("assessment", signed)).text
    for address in every_address(signed):
        client.post(address, {"text": "changed", "decision": "send_back", "reason": "x"})
    again = queries.assessment_visible_to(world.supervisor, signed.pk)
    assert (again.state, again.judgement) == ("signed", signed.judgement)


@pytest.fixture
@written_once
def second(world, signed):
    new = actions.start_assessment(by=world.social_worker, case_id=signed.case_id)
    this = {"by": world.social_worker, "assessment_id": new.pk}
    actions.save_judgement(**this, text="It has become better.")
    note_observation(**this, item="S06", state="not_seen", words="In school every day")
    note_observation(
        **this, item="S01", state="seen", seen_on=date(2026, 6, 1), source="Aunt", words="Out all night"
    )
    note_observation(**this, item="V03", state="not_known", words="Nobody asked")
    note_observation(**this, item="S10", state="not_seen", words="Asked her")
    return new


def test_versions_stand_side_by_side_and_say_what_became_of_each_sign(client, world, signed, second):
    page = page_of(as_(client, world.teacher), at("assessment_versions", second))
    for text in (signed.judgement, "It has become better.", "In school every day", "Away on three Mondays"):
        assert text in page
    signs, vulnerabilities = page.split("Never added to the signs")
    for heading in ("New: seen now", "No longer seen", "Known now"):
        assert heading in signs, heading
    assert "Not known any more" in vulnerabilities
    assert "They wait for me after school." in page


def test_what_was_seen_before_is_asked_about_until_it_is_marked(client, world, second):
    note_observation(
        by=world.social_worker, assessment_id=second.pk, item="S10", state="not_known", words="x"
    )
    as_(client, world.social_worker)
    assert "Seen in the assessment before" not in page_of(client, at("assessment", second))
    AssessmentObservation.objects.filter(assessment=second, item="S06").delete()
    for name in ("assessment", "assessment_submit"):
        page = page_of(client, at(name, second))
        assert (
            "Seen in the assessment before, and not marked in this one:</strong> Absent from school" in page
        )


@pytest.mark.parametrize("name", ["assessment_paper", "assessment_versions_paper"])
def test_it_is_printed_with_who_and_when(client, world, second, name):
    actions.keep_strength(by=world.social_worker, assessment_id=second.pk, text="She draws", source="Teacher")
    answer = as_(client, world.teacher).get(at(name, second))
    assert answer["Content-Type"] == "application/pdf"
    assert "Okoro" not in answer["Content-Disposition"]
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    for part in ("It has become better", "Printed on", "Tess Archer", "She draws", "In school every day"):
        assert part in " ".join(text.split()), part
    assert AuditRow.objects.filter(verb="print", subject="assessment", actor_id=world.teacher.pk).count() == 1


def test_the_first_one_has_nothing_to_print_beside_it(client, world, signed):
    answer = as_(client, world.teacher).get(at("assessment_versions_paper", signed))
    assert answer.url == at("assessment_versions", signed)
    assert "There is no version before this one" in page_of(client, answer.url)
    assert not AuditRow.objects.filter(verb="print").exists()


def test_the_two_lists_stand_apart_and_no_number_is_given(client, world, submitted):
    page = as_(client, world.supervisor).get(at("assessment", submitted)).text
    signs, vulnerabilities = page.index("Signs of harm now"), page.index("Never added to the signs")
    assert signs < vulnerabilities
    assert "score" not in page.lower()


@pytest.mark.parametrize("name", ["assessment", "assessment_submit", "assessment_decide"])
def test_a_page_asks_the_database_the_same_however_much_is_marked(client, world, submitted, name):
    user = world.supervisor
    if name == "assessment_submit":
        actions.send_back(by=user, assessment_id=submitted.pk, reason="More", parts=["judgement"])
    as_(client, user)
    with CaptureQueriesContext(connection) as few:
        client.get(at(name, submitted))
    if submitted.state == "submitted" and name != "assessment_submit":
        actions.send_back(by=user, assessment_id=submitted.pk, reason="More", parts=["judgement"])
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
    assert len(many) <= 30


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("assessment", {}),
        ("assessment_submit", {}),
        ("assessment_versions", {}),
        ("assessment_part", {"part": "patterns"}),
        ("assessment_part", {"part": "strengths"}),
        ("assessment_part", {"part": "not-known"}),
        ("assessment_part", {"part": "signs"}),
        ("assessment_evidence", {"item": "S06"}),
    ],
)
def test_a_page_asks_the_database_the_same_however_many_entries_there_are(client, world, second, name, more):
    as_(client, world.social_worker)

    def asked() -> int:
        with CaptureQueriesContext(connection) as asked:
            page_of(client, at(name, second, **more))
        return len(asked)

    add_entries(world, second, 1)
    few = asked()
    add_entries(world, second, 8)
    assert asked() == few


def add_entries(world, assessment, how_many: int) -> None:
    this = {"by": world.social_worker, "assessment_id": assessment.pk}
    for number in range(how_many):
        day = date(2025, 1 + how_many % 12, 1 + number)
        actions.keep_pattern(**this, choice=Choice("G1", "One man", from_on=day))
        actions.keep_strength(**this, text="She draws", source="Teacher")
        actions.keep_protective_person(**this, name="Rosa", who="Aunt", what_they_do="x", knows="yes")
        question = actions.keep_question(**this, text="Who?", owner=world.teacher, by_on=day)
        actions.find_out(by=world.teacher, question_id=question.pk, text="x", source="x", found_on=day)
        seen = {"item": "S06", "change": "seen", "source": "School", "words": f"Away, {how_many} {number}"}
        actions.add_evidence(**this, **seen, happened_on=day)


def test_whoever_signs_off_reads_what_the_child_has_said_since(client, world, submitted):
    client.force_login(world.supervisor)
    assert "What the child said last" not in client.get(at("assessment_decide", submitted)).text
    record_words(
        by=world.social_worker,
        person_id=submitted.case.person_id,
        text="They stand at the gate again.",
        heard_by="Sol Wright",
        heard_on=timezone.localdate(),
    )
    page = client.get(at("assessment_decide", submitted)).text
    assert "What the child said last" in page
    assert "They stand at the gate again." in page


def test_what_the_child_said_last_is_the_latest_of_all_their_words(client, world, assessment):
    day = timezone.localdate()
    said = {"by": world.social_worker, "person_id": assessment.case.person_id, "heard_by": "Sol Wright"}
    chosen = record_words(**said, text="I want to stay.", heard_on=day - timedelta(days=22))
    actions.save_childs_view(
        by=world.social_worker, assessment_id=assessment.pk, view=ChildsView(words_id=chosen.pk)
    )
    record_words(**said, text="I am afraid of Fridays.", heard_on=day)
    page = as_(client, world.social_worker).get(at("assessment", assessment)).text
    last = page[page.index("What the child said last") :]
    assert "I am afraid of Fridays." in last
    assert "I want to stay." not in last


def test_an_assessment_that_waits_for_a_signature_is_signed_off_next(world, submitted):
    day, person = timezone.localdate(), submitted.case.person
    brief = brief_of(world.social_worker, head_of(world.social_worker, person, today=day), today=day)
    [due] = [one for one in brief.dates if one.page == at("assessment", submitted)]
    assert (due.rule, due.who) == ("Sign off the assessment", f"Supervisors, {submitted.case.lead_team}")
