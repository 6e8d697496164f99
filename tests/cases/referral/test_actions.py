"""What can be done with a referral, by whom, and what it leaves behind."""

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pypdf import PdfReader
from tests.again import written_once
from tests.cases.conftest import fill as fill_assessment

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.actions import Choice
from heard.cases.case import actions as casework
from heard.cases.referral import actions, export, queries
from heard.cases.referral.models import Referral
from heard.cases.referral.prefill import known_of
from heard.cases.referral.questions import asked, is_duty_to_notify
from heard.cases.words.rules import ChildsView
from heard.network import actions as network

NOT_ASKED = ChildsView(why_no_words="She is told on Monday, by her trusted worker.")


@pytest.fixture
@written_once
def referral(world, signed):
    return actions.start_referral(by=world.social_worker, case_id=signed.case_id)


def sample(question):
    if question.choices:
        first = next(iter(question.choices))
        return [first] if question.kind == "any" else first
    return {"date": "2011-05-04", "tick": "yes", "files": []}.get(
        question.kind, "Somebody saw it on 2 March 2026."
    )


def fill(world, referral, **answers):
    """Answers everything that the form asks, section by section, until it asks nothing more."""
    form = queries.form_of(referral)
    for _turn in range(4):
        said = queries.answers_of(referral)
        values = {
            question.id: answers.get(question.id, sample(question))
            for question in asked(form, said)
            if not said.get(question.id)
        }
        referral = actions.write_section(
            by=world.social_worker, referral_id=referral.pk, section="any", values=values
        )
    return referral


@pytest.fixture
@written_once
def ready(world, referral):
    return fill(world, referral)


@pytest.fixture
@written_once
def with_reviewer(world, ready):
    return actions.send_to_review(by=world.social_worker, referral_id=ready.pk, view=NOT_ASKED)


@pytest.fixture
@written_once
def reviewed(world, with_reviewer):
    return actions.agree_referral(by=world.supervisor, referral_id=with_reviewer.pk, note="Read all of it")


def test_restricted_people_are_in_no_answer(world, referral):
    """Others read a referral, who may not know of them."""
    for given, restricted in (("Rae", True), ("Ola", False)):
        aunt = network.add_person(
            by=world.social_worker, given_name=given, family_name="Brand", kind="adult", restricted=restricted
        )
        network.note_tie(
            by=world.social_worker,
            one_id=referral.case.person_id,
            in_words="aunt",
            other_id=aunt.pk,
            knows=network.Knows("She said so"),
        )
    said = " ".join(str(known.value) for known in known_of(world.social_worker, referral).values())
    assert "Ola Brand" in said
    assert "Rae Brand" not in said


def test_what_the_record_says_is_laid_before_the_writer_with_where(world, referral):
    known = known_of(world.social_worker, referral)
    assert known["pv-name-first-name"].value == "Mina"
    assert known["pv-dob"].value == "2011-05-04"
    assert known["pv-under-age"].value == "yes"
    assert "Away on three Mondays" in known["modern-slavery-indicators-details"].value
    how = known["where-how-interview-carried-out"].value
    assert "heard the child" in how
    assert "They wait for me after school." not in how  # the form asks how it was held, not what was said
    assert known["professional-insight"].value.startswith("People older than her")
    assert known["education"].value.startswith("Northgate Academy")
    assert known["local-authority-contacted-about-child-local-authority-name"].value == str(world.care)
    assert all(one.where for one in known.values())
    assert queries.answers_of(referral) == {}  # nobody has read it yet


@pytest.mark.on_day(date(2026, 11, 27))
def test_patterns_places_and_missing_times_of_the_record_are_used(world, assessment):
    user, person_id = world.social_worker, assessment.case.person_id
    gifts = "He gives her gifts and drives her home."
    pattern = Choice("G1", gifts, from_on=date(2026, 1, 5), to_on=date(2026, 3, 2))
    assessing.keep_pattern(by=user, assessment_id=assessment.pk, choice=pattern)
    casework.record_words(
        by=user, person_id=person_id, text="Tak", heard_by="Sol", heard_on=date(2026, 3, 3), how="interpreter"
    )
    sign(world, assessment)
    place = network.add_place(by=user, name="Harbour arcade", kind="arcade")
    network.note_tie(
        by=user, one_id=person_id, in_words="seen at", other_id=place.pk, knows=network.Knows("School")
    )
    referral = actions.start_referral(by=user, case_id=assessment.case_id)
    known = known_of(user, referral)
    assert "from 5 January 2026 to 2 March 2026" in known["when-did-the-exploitation-take-place"].value
    assert known["types-of-exploitation-child-exploitation"].value == "yes"
    assert "He gives her gifts" in known["modern-slavery-indicators-details"].value
    assert known["pv-interpreter-requirements"].value == "yes"
    places = known["where-exploitation-happened-other-uk-other-location"]
    assert places.value.startswith("Seen at Harbour arcade (arcade).")
    assert not places.fills  # that she goes there does not say that it happened there


def sign(world, assessment):
    fill_assessment(assessment, world.social_worker)
    assessing.submit(by=world.social_worker, assessment_id=assessment.pk)
    assessing.sign_off(by=world.supervisor, assessment_id=assessment.pk)


def test_who_is_around_a_child_is_never_filled_in_as_who_exploits(world, referral):
    friend = network.add_person(by=world.social_worker, given_name="Femi", family_name="Bright")
    network.note_tie(
        by=world.social_worker,
        one_id=referral.case.person_id,
        in_words="friend",
        other_id=friend.pk,
        knows=network.Knows("School"),
    )
    assert not known_of(world.social_worker, referral)["who-exploited-pv"].fills


def test_an_answer_can_be_changed_without_changing_the_record_and_the_difference_is_known(world, referral):
    actions.write_section(
        by=world.social_worker,
        referral_id=referral.pk,
        section="person",
        values={"pv-name-nickname": "Mims", "pv-name-first-name": "Wilhelmina"},
    )
    referral = queries.referral_visible_to(world.social_worker, referral.pk)
    assert referral.case.person.given_name == "Mina"
    answers = {
        answer.question.id: answer
        for s in queries.sections_of(world.social_worker, referral)
        for answer in s.answers
    }
    assert answers["pv-name-first-name"].differs
    assert answers["pv-name-first-name"].text == "Wilhelmina"
    assert not answers["pv-name-nickname"].differs


def test_what_was_left_empty_on_purpose_does_not_come_back(world, referral):
    actions.write_section(
        by=world.social_worker, referral_id=referral.pk, section="person", values={"pv-dob": ""}
    )
    referral = queries.referral_visible_to(world.social_worker, referral.pk)
    assert queries.effective(referral, known_of(world.social_worker, referral))["pv-dob"] == ""


def test_a_child_is_not_asked_for_consent_and_an_adult_is(world, referral):
    def sections():
        this = queries.referral_visible_to(world.social_worker, referral.pk)
        return {s.part.id for s in queries.sections_of(world.social_worker, this) if s.answers}

    assert "consent" not in sections()
    write = {"by": world.social_worker, "referral_id": referral.pk, "section": "age"}
    actions.write_section(**write, values={"pv-under-age": "not-sure"})
    assert "consent" not in sections()
    actions.write_section(**write, values={"pv-under-age": "no"})
    assert {"consent", "person"} <= sections()
    actions.write_section(**write, values={"pv-want-to-submit-nrm": "no"})
    assert "duty-to-notify" in sections()
    assert not {"person", "contact", "evidence"} & sections()


def test_an_answer_that_is_too_long_is_refused_with_how_much(world, referral):
    with pytest.raises(Refused, match="7 characters too long: the form takes 15000"):
        actions.write_section(
            by=world.social_worker,
            referral_id=referral.pk,
            section="background",
            values={"family": "x" * 15_007},
        )
    assert queries.answers_of(queries.referral_visible_to(world.social_worker, referral.pk)) == {}


def test_a_referral_with_an_empty_answer_is_not_sent(world, referral):
    with pytest.raises(Refused, match="still empty"):
        actions.send_to_review(by=world.social_worker, referral_id=referral.pk, view=NOT_ASKED)


def test_a_referral_without_the_childs_view_or_a_reason_is_not_sent(world, ready):
    with pytest.raises(Refused, match="what the child says"):
        actions.send_to_review(
            by=world.social_worker, referral_id=ready.pk, view=ChildsView(why_no_words=" ")
        )


def test_whoever_wrote_in_it_does_not_review_it(world, with_reviewer):
    for who in (world.social_worker,):
        with pytest.raises(Refused, match="somebody else has to read it"):
            actions.agree_referral(by=who, referral_id=with_reviewer.pk)
    assert queries.waiting_for_review(world.supervisor).get() == with_reviewer
    assert not queries.waiting_for_review(world.social_worker).exists()


def test_a_reviewer_returns_it_with_a_reason(world, with_reviewer):
    with pytest.raises(Refused, match="what has to be looked at"):
        actions.return_referral(by=world.supervisor, referral_id=with_reviewer.pk, reason=" ")
    back = actions.return_referral(by=world.supervisor, referral_id=with_reviewer.pk, reason="Who saw it?")
    assert (back.state, back.returned_reason) == ("returned", "Who saw it?")
    actions.write_section(
        by=world.social_worker, referral_id=back.pk, section="insight", values={"family": "An aunt"}
    )


def test_what_is_with_the_reviewer_is_not_changed(world, with_reviewer):
    with pytest.raises(Refused, match="with its reviewer"):
        actions.write_section(by=world.social_worker, referral_id=with_reviewer.pk, section="age", values={})


def test_a_reviewed_referral_never_changes(world, reviewed):
    with pytest.raises(Refused, match="never changes"):
        actions.write_section(by=world.social_worker, referral_id=reviewed.pk, section="age", values={})
    reviewed.answers = {}
    for change in (
        reviewed.save,
        reviewed.delete,
        lambda: Referral.objects.filter(pk=reviewed.pk).update(answers={}),
        Referral.objects.filter(pk=reviewed.pk).delete,
    ):
        with pytest.raises(Refused, match="never changes"):
            change()


def test_a_new_version_stands_beside_the_reviewed_one(world, reviewed):
    new = actions.copy_referral(by=world.social_worker, referral_id=reviewed.pk)
    assert (new.number, new.replaces, new.answers) == (2, reviewed, reviewed.answers)
    with pytest.raises(Refused, match="already"):
        actions.copy_referral(by=world.social_worker, referral_id=reviewed.pk)


def test_a_version_that_was_replaced_offers_no_other_once_the_next_is_reviewed(world, reviewed):
    new = actions.copy_referral(by=world.social_worker, referral_id=reviewed.pk)
    actions.send_to_review(by=world.social_worker, referral_id=new.pk, view=NOT_ASKED)
    actions.agree_referral(by=world.supervisor, referral_id=new.pk, note="Read all of it")
    assert "newer version" in queries.why_not_copy(world.social_worker, reviewed)
    with pytest.raises(Refused, match="newer version"):
        actions.copy_referral(by=world.social_worker, referral_id=reviewed.pk)
    assert actions.copy_referral(by=world.social_worker, referral_id=new.pk).number == 3


@pytest.mark.parametrize("age", ["yes", "no", "not-sure", None])
@pytest.mark.parametrize("consent", ["yes", "no", None])
def test_what_is_no_duty_to_notify_waits_for_a_decision(world, reviewed, age, consent):
    said = {"pv-under-age": age, "pv-want-to-submit-nrm": consent}
    answers = {name: {"value": value} for name, value in said.items() if value}
    rows = Referral.objects.filter(pk=reviewed.pk)
    django_update = super(type(rows), rows).update  # past what guards a reviewed one
    django_update(answers=answers, submitted_on=timezone.localdate(), submitted_by=world.social_worker)
    given = {name: value for name, value in said.items() if value}
    to_notify = is_duty_to_notify(queries.form_of(reviewed), given)
    assert queries.waiting_for_decision(world.social_worker).exists() is not to_notify


def test_the_database_itself_refuses_a_writer_as_reviewer(world, ready):
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=ready.pk).update(
            state="reviewed", reviewed_by=world.social_worker, reviewed_at=timezone.now()
        )


@pytest.mark.on_day(date(2026, 11, 27))
def test_both_exports_hold_the_answers_and_are_the_same_each_time(world, reviewed):
    user = world.social_worker
    found = json.loads(export.as_json(user, reviewed))
    assert found["form"]["version"] == "2026-04"
    assert found["route"] == "nrm"
    assert "pv-want-to-submit-nrm" not in found["answers"]
    assert found["answers"]["pv-dob"] == "2011-05-04"
    assert found["provenance"]["pv-dob"]["from"] == "record"
    assert found["provenance"]["birthplace"]["from"] == "written"
    assert found["provenance"].keys() == found["answers"].keys()
    assert export.as_json(user, reviewed) == export.as_json(user, reviewed)
    pdf = export.as_pdf(user, reviewed)
    assert pdf == export.as_pdf(user, reviewed)
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    places = [
        text.index(part.label)
        for part in queries.form_of(reviewed).sections
        if part.id not in ("consent", "duty-to-notify", "evidence")
    ]
    assert places == sorted(places)


def test_taking_it_out_leaves_a_row_with_the_digest(world, reviewed):
    actions.note_export(by=world.social_worker, referral_id=reviewed.pk, kind="json", content=b"x")
    row = AuditRow.objects.filter(verb="export", subject="referral").get()
    assert (row.person_id, row.detail["kind"], len(row.detail["sha256"])) == (
        reviewed.case.person_id,
        "json",
        64,
    )


def test_it_is_not_taken_out_before_the_review(world, ready):
    with pytest.raises(Refused, match="once somebody else has reviewed it"):
        actions.note_export(by=world.social_worker, referral_id=ready.pk, kind="json", content=b"x")


def test_that_it_was_submitted_and_what_was_decided_is_written_down(world, reviewed):
    today = timezone.localdate()
    by = {"by": world.social_worker, "referral_id": reviewed.pk}
    with pytest.raises(Refused, match="First note when"):
        actions.note_decision(**by, stage="reasonable", result="positive", on=today)
    with pytest.raises(Refused, match="day to come"):
        actions.note_submitted(**by, on=today + timedelta(days=1))
    with pytest.raises(Refused, match="reviewed after that day"):
        actions.note_submitted(**by, on=today - timedelta(days=1))
    actions.note_submitted(**by, on=today)
    sent = actions.note_reference(**by, reference="NRM-1234 ")
    assert (sent.submitted_on, sent.submitted_by, sent.reference_received) == (
        today,
        world.social_worker,
        "NRM-1234",
    )
    assert queries.waiting_for_decision(world.social_worker).get() == reviewed
    with pytest.raises(Refused, match="reasonable grounds decision first"):
        actions.note_decision(**by, stage="conclusive", result="positive", on=today)
    actions.note_decision(**by, stage="reasonable", result="positive", on=today)
    actions.note_decision(**by, stage="conclusive", result="positive", on=today)
    assert not queries.waiting_for_decision(world.social_worker).exists()


@pytest.mark.on_day(date(2026, 11, 27))
def test_the_clock_is_the_one_of_the_knowledge_release(world, reviewed):
    sent = actions.note_submitted(by=world.social_worker, referral_id=reviewed.pk, on=timezone.localdate())
    sent.submitted_on = date(2026, 4, 2)  # Maundy Thursday: Good Friday and Easter Monday are no working days
    assert queries.decision_due(sent) == date(2026, 4, 13)


def test_a_duty_to_notify_has_no_decision(world, referral):
    this = fill(world, referral, **{"pv-under-age": "no", "pv-want-to-submit-nrm": "no"})
    actions.send_to_review(by=world.social_worker, referral_id=this.pk, view=NOT_ASKED)
    this = actions.agree_referral(by=world.supervisor, referral_id=this.pk)
    assert json.loads(export.as_json(world.supervisor, this))["route"] == "duty-to-notify"
    this = actions.note_submitted(by=world.supervisor, referral_id=this.pk, on=timezone.localdate())
    assert queries.decision_due(this) is None
    assert not queries.waiting_for_decision(world.supervisor).exists()
    with pytest.raises(Refused, match="has no decision"):
        actions.note_decision(
            by=world.supervisor,
            referral_id=this.pk,
            stage="reasonable",
            result="positive",
            on=timezone.localdate(),
        )


def test_another_agency_sees_nothing_of_it(world, ready):
    assert not queries.referrals_visible_to(world.officer).exists()
    with pytest.raises(Hidden):
        actions.write_section(by=world.officer, referral_id=ready.pk, section="age", values={})
    with pytest.raises(Hidden):
        actions.open_referral(by=world.officer, referral_id=ready.pk)


def test_one_referral_at_a_time(world, referral):
    with pytest.raises(Refused, match="Go on with that one"):
        actions.start_referral(by=world.social_worker, case_id=referral.case_id)
