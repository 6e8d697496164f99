"""What can be done with an assessment, by whom, and what it leaves behind."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from tests.cases.conftest import note_observation

from heard.agencies.actions import give_role
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.assessment import actions, queries, rules
from heard.cases.assessment.actions import Choice
from heard.cases.assessment.models import Assessment, AssessmentObservation, AssessmentPattern
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.cases.words.rules import ChildsView
from heard.knowledge import load
from heard.knowledge.model import NotInRelease
from heard.network.actions import add_person


def verbs(subject: str = "assessment") -> list[str]:
    return list(AuditRow.objects.filter(subject=subject).order_by("pk").values_list("verb", flat=True))


@pytest.mark.on_day(date(2026, 11, 27))
def test_it_begins_with_what_the_worry_saw_and_where_that_came_from(assessment, worry):
    seen = {row.item: row for row in assessment.observations.all()}
    assert set(seen) == {"S06", "V03"}
    assert seen["S06"].state == "seen"
    assert seen["S06"].words == "Away on three Mondays"
    assert seen["S06"].source == "School register"
    assert seen["S06"].seen_on == date(2026, 3, 2)
    assert seen["S06"].concern_id == worry.pk
    assert seen["S06"].noted_by == worry.told_by


def test_it_stores_the_release_that_it_was_made_with(assessment):
    assert assessment.release == load.current().id


@pytest.mark.on_day(date(2026, 11, 27))
def test_it_is_due_45_working_days_after_the_first_worry(world):
    from datetime import datetime
    from zoneinfo import ZoneInfo

    told = datetime(2026, 3, 2, 16, 0, tzinfo=ZoneInfo("Europe/London"))
    worry = telling.tell(
        by=world.social_worker,
        new_person={"given_name": "Ada", "family_name": "Lind"},
        seen_and_heard="Worried",
        why_no_words="Not met yet",
        danger_now="no",
        at=told,
    )
    case = telling.decide(
        by=world.coordinator,
        concern=worry,
        decision="open_case",
        reason="Signs",
        why_without_words="Not met",
        feedback="We look at it.",
    ).case
    started = actions.start_assessment(by=world.social_worker, case_id=case.pk)
    assert started.due_on == date(
        2026, 5, 7
    )  # Good Friday, Easter Monday and early May bank holiday left out


def test_a_second_one_waits_until_the_first_is_signed(world, assessment):
    with pytest.raises(Refused, match="Go on with that one"):
        actions.start_assessment(by=world.social_worker, case_id=assessment.case_id)


def test_a_new_one_after_signing_leaves_the_old_one_to_read_beside_it(world, signed):
    new = actions.start_assessment(by=world.social_worker, case_id=signed.case_id)
    assert list(queries.assessments_of(world.social_worker, signed.case_id)) == [new, signed]
    assert queries.latest_signed(world.social_worker, signed.case_id) == signed


def test_another_agency_cannot_start_or_read_one(world, assessment):
    with pytest.raises(Hidden):
        actions.start_assessment(by=world.officer, case_id=assessment.case_id)
    with pytest.raises(Hidden):
        actions.open_assessment(by=world.officer, assessment_id=assessment.pk)
    with pytest.raises(Hidden):
        actions.save_judgement(by=world.officer, assessment_id=assessment.pk, text="x")
    assert not queries.assessments_visible_to(world.officer).exists()


@pytest.mark.parametrize("who", ["analyst", "board_member", "administrator"])
def test_roles_that_see_no_child_see_no_assessment(world, assessment, who):
    with pytest.raises(Hidden):
        actions.open_assessment(by=getattr(world, who), assessment_id=assessment.pk)


def test_a_coordinator_of_another_agency_does_not_see_that_of_a_restricted_child(world, assessment):
    person = assessment.case.person
    person.restricted = True
    person.save()
    person.involvements.filter(agency=world.care).delete()
    with pytest.raises(Hidden):
        actions.open_assessment(by=world.coordinator, assessment_id=assessment.pk)
    assert actions.open_assessment(by=world.teacher, assessment_id=assessment.pk) == assessment


def test_every_step_leaves_an_audit_row_about_the_child(world, signed):
    assert verbs()[0] == "start"
    assert verbs()[-2:] == ["submit", "sign off"]
    rows = AuditRow.objects.filter(subject="assessment")
    assert {row.person_id for row in rows} == {signed.case.person_id}


def test_looking_at_it_leaves_an_audit_row(world, assessment):
    actions.open_assessment(by=world.teacher, assessment_id=assessment.pk)
    assert verbs()[-1] == "view"


def test_what_a_refused_action_wrote_is_taken_back(world, assessment):
    before = verbs()
    marks = [Observed("S01", "not_seen"), Observed("S02", "seen")]
    with pytest.raises(Refused, match="Say when it was seen"):
        actions.note_observations(by=world.social_worker, assessment_id=assessment.pk, marks=marks)
    assert not assessment.observations.filter(item="S01").exists()
    assert verbs() == before


def test_a_sign_that_a_worry_saw_is_set_aside_only_with_words(world, assessment):
    this = {"by": world.social_worker, "assessment_id": assessment.pk, "item": "S06", "state": "not_seen"}
    with pytest.raises(Refused, match="A worry or a note says that this was seen"):
        note_observation(**this)
    row = note_observation(**this, words="The register was wrong: she was at the dentist.")
    assert (row.state, row.seen_on, row.source) == ("not_seen", None, "")


def test_saving_an_unchanged_mark_keeps_who_noted_it(world, assessment):
    row = assessment.observations.get(item="S06")
    same = Observed(row.item, row.state, row.seen_on, row.source, row.words)
    actions.note_observations(by=world.social_worker, assessment_id=assessment.pk, marks=[same])
    row.refresh_from_db()
    assert row.noted_by == world.teacher


def test_an_item_that_the_release_does_not_have_is_refused(world, assessment):
    with pytest.raises(NotInRelease, match="S99"):
        note_observation(by=world.social_worker, assessment_id=assessment.pk, item="S99", state="not_seen")


def test_patterns_need_a_reason_and_g7_a_setting(world, assessment):
    this = {"by": world.social_worker, "assessment_id": assessment.pk}
    with pytest.raises(Refused, match="Say what makes you think"):
        actions.keep_pattern(**this, choice=Choice("G1", " "))
    with pytest.raises(Refused, match="Choose the setting"):
        actions.keep_pattern(**this, choice=Choice("G7", "Boys in her class"))
    actions.keep_pattern(**this, choice=Choice("G1", "One man", "school"))
    row = actions.keep_pattern(**this, choice=Choice("G7", "Boys", "school"))
    assert list(assessment.patterns.values_list("pattern", "setting")) == [("G1", ""), ("G7", "school")]
    actions.take_out(**this, kind=AssessmentPattern, row_id=row.pk)
    assert list(assessment.patterns.values_list("pattern", flat=True)) == ["G1"]


def test_words_of_another_child_cannot_stand_in_an_assessment(world, assessment):
    other = add_person(by=world.social_worker, given_name="Jo", family_name="Field")
    from heard.cases.case.actions import record_words

    words = record_words(
        by=world.social_worker, person_id=other.pk, text="No", heard_by="Sol", heard_on=date(2026, 3, 1)
    )
    with pytest.raises(Hidden):
        actions.save_childs_view(
            by=world.social_worker, assessment_id=assessment.pk, view=ChildsView(words_id=words.pk)
        )


def test_new_words_are_kept_with_the_child_and_stand_in_the_assessment(world, assessment):
    said = {"text": "I want to go home.", "heard_by": "Sol Wright", "heard_on": date(2026, 3, 5)}
    saved = actions.save_childs_view(
        by=world.social_worker, assessment_id=assessment.pk, view=ChildsView(new=said)
    )
    assert saved.words.text == "I want to go home."
    assert saved.words.person_id == saved.case.person_id


def test_an_empty_one_cannot_be_submitted(world, assessment):
    with pytest.raises(Refused, match="Write your judgement first"):
        actions.submit(by=world.social_worker, assessment_id=assessment.pk)


def test_one_with_the_supervisor_is_not_changed(world, submitted):
    with pytest.raises(Refused, match="with the supervisor"):
        actions.save_judgement(by=world.social_worker, assessment_id=submitted.pk, text="x")


def test_the_author_cannot_sign_and_a_practitioner_cannot_either(world, submitted):
    for user in (world.social_worker, world.teacher):
        with pytest.raises(Refused, match="Only a supervisor"):
            actions.sign_off(by=user, assessment_id=submitted.pk)


def test_a_supervisor_who_wrote_in_it_cannot_decide_on_it(world, assessment):
    actions.save_judgement(by=world.supervisor, assessment_id=assessment.pk, text="She is groomed.")
    actions.save_childs_view(
        by=world.social_worker, assessment_id=assessment.pk, view=ChildsView(why_no_words="Not met")
    )
    actions.submit(by=world.social_worker, assessment_id=assessment.pk)
    with pytest.raises(Refused, match="You wrote in this assessment"):
        actions.sign_off(by=world.supervisor, assessment_id=assessment.pk)
    with pytest.raises(Refused, match="You wrote in this assessment"):
        actions.send_back(
            by=world.supervisor, assessment_id=assessment.pk, reason="Look again", parts=["judgement"]
        )
    assert not queries.waiting_for_sign_off(world.supervisor).exists()


def test_the_database_too_refuses_an_author_who_signs(world, submitted):
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=submitted.pk).update(
            state="signed", signed_by=world.social_worker, signed_at=submitted.submitted_at
        )


def test_sent_back_with_a_reason_it_can_be_changed_and_sent_again(world, submitted):
    with pytest.raises(Refused, match="Say what has to be looked at again"):
        actions.send_back(by=world.supervisor, assessment_id=submitted.pk, reason=" ", parts=["judgement"])
    back = actions.send_back(
        by=world.supervisor, assessment_id=submitted.pk, reason="What does she want?", parts=["judgement"]
    )
    assert (back.state, back.returned_reason) == ("returned", "What does she want?")
    actions.save_judgement(by=world.social_worker, assessment_id=back.pk, text="She wants to be left alone.")
    assert actions.submit(by=world.social_worker, assessment_id=back.pk).state == "submitted"


def test_a_supervisor_of_another_agency_signs_nothing_that_theirs_does_not_lead(world, submitted):
    give_role(
        by=world.administrator,
        user=world.teacher,
        team=world.teacher.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    elsewhere = User.objects.get(pk=world.teacher.pk)
    assert queries.assessment_visible_to(elsewhere, submitted.pk) == submitted
    assert not queries.waiting_for_sign_off(elsewhere).exists()
    with pytest.raises(Refused, match="Only a supervisor of the agency that leads the case"):
        actions.sign_off(by=elsewhere, assessment_id=submitted.pk)
    with pytest.raises(Refused, match="Only a supervisor of the agency that leads the case"):
        actions.send_back(by=elsewhere, assessment_id=submitted.pk, reason="Look again", parts=["judgement"])


def test_supervisors_see_who_waits_and_practitioners_do_not(world, submitted):
    assert list(queries.waiting_for_sign_off(world.supervisor)) == [submitted]
    assert not queries.waiting_for_sign_off(world.social_worker).exists()


CHANGES = {
    "judgement": lambda by, a: actions.save_judgement(by=by, assessment_id=a, text="x"),
    "not known": lambda by, a: actions.save_what_is_not_known(by=by, assessment_id=a, text="x"),
    "view": lambda by, a: actions.save_childs_view(by=by, assessment_id=a, view=ChildsView(why_no_words="x")),
    "mark": lambda by, a: note_observation(by=by, assessment_id=a, item="S01", state="not_seen"),
    "pattern": lambda by, a: actions.keep_pattern(by=by, assessment_id=a, choice=Choice("G1", "x")),
    "needs": lambda by, a: actions.save_needs(by=by, assessment_id=a, harmed="x", made_to_harm="x"),
    "own answers": lambda by, a: actions.save_own_answers(by=by, assessment_id=a, answers={}),
    "strength": lambda by, a: actions.keep_strength(by=by, assessment_id=a, text="x", source="x"),
    "person": lambda by, a: actions.keep_protective_person(
        by=by, assessment_id=a, name="x", who="x", what_they_do="x", knows="yes"
    ),
    "question": lambda by, a: actions.keep_question(by=by, assessment_id=a, text="x"),
    "evidence": lambda by, a: actions.add_evidence(
        by=by, assessment_id=a, item="S06", change="seen", happened_on=date(2026, 4, 1), source="x", words="x"
    ),
    "take out": lambda by, a: actions.take_out(by=by, assessment_id=a, kind=AssessmentPattern, row_id=1),
    "submit": lambda by, a: actions.submit(by=by, assessment_id=a),
    "sign off": lambda by, a: actions.sign_off(by=by, assessment_id=a),
    "send back": lambda by, a: actions.send_back(by=by, assessment_id=a, reason="x", parts=["judgement"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_signed_one_never_changes_by_an_action(world, signed, change):
    for user in (world.social_worker, world.supervisor, world.coordinator):
        with pytest.raises(Refused):
            CHANGES[change](user, signed.pk)


def test_a_signed_one_never_changes_by_its_rows(signed):
    row, refused = signed.observations.first(), pytest.raises(Refused, match="never changes")
    with refused:
        signed.save()
    with pytest.raises(Refused):
        signed.delete()
    with pytest.raises(Refused):
        row.save()
    with pytest.raises(Refused):
        row.delete()
    with pytest.raises(Refused):
        AssessmentPattern(assessment=signed, pattern="G1", reason="x").save()


def test_a_signed_one_never_changes_by_a_set_of_rows(world, signed):
    for rows in (
        Assessment.objects.all(),
        AssessmentObservation.objects.all(),
        signed.observations.all(),
    ):
        with pytest.raises(Refused):
            rows.delete()
    with pytest.raises(Refused):
        Assessment.objects.filter(pk=signed.pk).update(judgement="x")
    with pytest.raises(Refused):
        signed.observations.update(state="not_seen")
    with pytest.raises(Refused):
        AssessmentObservation.objects.bulk_create(
            [
                AssessmentObservation(
                    assessment=signed, item="S01", state="not_seen", noted_by=world.social_worker
                )
            ]
        )
    with pytest.raises(Refused):
        Assessment.objects.bulk_update([signed], ["judgement"])


def test_the_wording_is_that_of_its_own_release_when_a_newer_one_exists(world, signed, tmp_path, monkeypatch):
    import shutil

    old = load.release(signed.release)
    new = tmp_path / "2099.1"
    shutil.copytree(load.PACKS / signed.release, new)
    shutil.copytree(load.PACKS / signed.release, tmp_path / signed.release)
    for file in new.glob("*.yaml"):
        text = file.read_text().replace("Physical injuries", "Injuries").replace(old.id, "2099.1")
        file.write_text(text)
    monkeypatch.setattr(load, "PACKS", tmp_path)
    for cached in (load.release_ids, load.release):
        cached.cache_clear()
    try:
        assert load.current().id == "2099.1"
        shown = queries.picture(queries.assessment_visible_to(world.supervisor, signed.pk))
        assert [sign.entry.label for sign in shown.signs if sign.entry.id == "S02"] == [old.item("S02").label]
        fresh = actions.start_assessment(by=world.social_worker, case_id=signed.case_id)
        assert fresh.release == "2099.1"
    finally:
        monkeypatch.undo()
        for cached in (load.release_ids, load.release):
            cached.cache_clear()


def test_rules_and_table_speak_of_the_same_states():
    assert {state.value for state in rules.SigningState} == set(Assessment.State.values)


def test_the_parts_that_were_named_are_shown_to_the_writer_there_until_it_is_sent_again(
    client, world, submitted
):
    actions.send_back(
        by=world.supervisor,
        assessment_id=submitted.pk,
        reason="What does she want?",
        parts=["not-known", "child"],
    )
    back = queries.assessment_visible_to(world.social_worker, submitted.pk)
    assert back.to_look_at_again == ["child", "not-known"]
    client.force_login(world.social_worker)
    tasks = client.get(reverse("assessment", kwargs={"assessment_id": back.pk})).text
    assert tasks.count("Look at this again") == 2
    for part, named in (("child", True), ("not-known", True), ("judgement", False)):
        page = client.get(reverse("assessment_part", kwargs={"assessment_id": back.pk, "part": part})).text
        assert ("Sent back: look at this part again" in page) is named
    actions.submit(by=world.social_worker, assessment_id=back.pk)
    assert queries.assessment_visible_to(world.social_worker, back.pk).to_look_at_again == []


def test_a_signature_takes_a_comment_that_whoever_reads_it_sees(client, world, submitted):
    client.force_login(world.supervisor)
    there = reverse("assessment_decide", kwargs={"assessment_id": submitted.pk})
    client.post(there, {"decision": "sign_off", "comment": "Clear and fair to her."})
    submitted.refresh_from_db()
    assert (submitted.state, submitted.sign_comment) == ("signed", "Clear and fair to her.")
    client.force_login(world.social_worker)
    page = client.get(reverse("assessment", kwargs={"assessment_id": submitted.pk})).text
    assert "Clear and fair to her." in page
