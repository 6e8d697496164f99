"""The history of a sign, patterns, strengths, protective people and questions: what is kept, and what never changes."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from tests.cases.conftest import note_observation

from heard.agencies.actions import give_role, switch_off
from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.assessment import actions, queries, rules
from heard.cases.assessment.actions import Choice
from heard.cases.assessment.models import (
    Assessment,
    AssessmentEvidence,
    AssessmentObservation,
    AssessmentPattern,
    Finding,
    OpenQuestion,
    OwnAnswer,
    PartOfAssessment,
    ProtectivePerson,
    SentBack,
    Strength,
)
from heard.cases.assessment.rules import Change, Since
from heard.cases.case.queries import words_of
from heard.cases.words.rules import ChildsView
from heard.network.actions import Knows, add_person, note_tie

SEEN_AGAIN = {
    "item": "S06", "change": "seen", "happened_on": date(2026, 4, 20), "source": "Form tutor", "words": "Away again",
}  # fmt: skip
GONE = {
    "item": "S06", "change": "no_longer", "happened_on": date(2026, 5, 18), "source": "Register, week by week",
    "words": "In school every day since then",
}  # fmt: skip


@pytest.fixture
def this(world, assessment) -> dict:
    return {"by": world.social_worker, "assessment_id": assessment.pk}


def again(user, assessment) -> Assessment:
    return queries.assessment_visible_to(user, assessment.pk)


def history(user, assessment, item="S06"):
    return queries.histories(user, again(user, assessment)).get(item, [])


def fill(this, item="S10") -> None:
    """What has to be there before it can be sent."""
    assessment = again(this["by"], Assessment(pk=this["assessment_id"]))
    actions.save_judgement(**this, text="People older than her are grooming her.")
    words = words_of(this["by"], assessment.case.person_id).first()
    actions.save_childs_view(**this, view=ChildsView(words_id=words.pk))
    note_observation(**this, item=item, state="not_seen")


def sign(world, this) -> Assessment:
    fill(this)
    actions.submit(**this)
    return actions.sign_off(by=world.supervisor, assessment_id=this["assessment_id"])


# ---- evidence over time


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_sign_has_a_history_from_worry_to_no_longer_seen(world, this, assessment, worry):
    actions.add_evidence(**this, **SEEN_AGAIN)
    actions.add_evidence(**this, **GONE)
    told = history(world.teacher, assessment)
    assert [one.change for one in told] == [Change.SEEN, Change.SEEN_AGAIN, Change.NO_LONGER]
    assert told[0].reference == worry.reference
    assert (told[2].on, told[2].source, told[2].who) == (
        date(2026, 5, 18),
        "Register, week by week",
        world.social_worker,
    )


def test_the_tick_follows_the_latest_entry_and_stays_one_of_three(world, this, assessment):
    for evidence, state in ((SEEN_AGAIN, "seen"), (GONE, "not_seen")):
        actions.add_evidence(**this, **evidence)
        tick = assessment.observations.get(item="S06")
        assert (tick.state, tick.words) == (state, evidence["words"])


def test_an_entry_of_an_earlier_day_does_not_change_the_tick(this, assessment):
    actions.add_evidence(**this, **GONE)
    actions.add_evidence(**this, **SEEN_AGAIN)
    assert assessment.observations.get(item="S06").state == "not_seen"


def test_what_the_tick_said_before_is_kept_as_an_entry(world, this, assessment):
    first = {
        "item": "S02",
        "state": "seen",
        "seen_on": date(2026, 3, 1),
        "source": "Nurse",
        "words": "A bruise",
    }
    note_observation(**this, **first)
    actions.add_evidence(**this, **(SEEN_AGAIN | {"item": "S02"}))
    told = [one for one in history(world.teacher, assessment, "S02") if one.change is not Change.NOT_KNOWN]
    assert [one.words for one in told] == ["A bruise", "Away again"]


def test_what_nobody_saw_is_not_no_longer_seen(this):
    with pytest.raises(Refused, match="Nobody has written down that it was seen"):
        actions.add_evidence(**this, **(GONE | {"item": "S02"}))
    with pytest.raises(Refused, match="seen after that day"):
        actions.add_evidence(**this, **(GONE | {"happened_on": date(2026, 2, 1)}))


def test_a_history_reaches_into_the_assessment_before(world, this, assessment):
    actions.add_evidence(**this, **SEEN_AGAIN)
    signed = sign(world, this)
    new = actions.start_assessment(by=world.social_worker, case_id=assessment.case_id)
    told = history(world.social_worker, new)
    assert [one.change for one in told] == [Change.SEEN, Change.SEEN_AGAIN]
    assert told[1].assessment_id == signed.pk


def test_the_history_of_a_signed_one_stays_as_it_was(world, this, assessment):
    signed = sign(world, this)
    before = history(world.teacher, signed)
    new = actions.start_assessment(by=world.social_worker, case_id=assessment.case_id)
    actions.add_evidence(by=world.social_worker, assessment_id=new.pk, **SEEN_AGAIN)
    assert history(world.teacher, signed) == before


def test_an_entry_is_taken_out_of_a_draft_only_by_those_who_may_write(world, this, assessment):
    row = actions.add_evidence(**this, **SEEN_AGAIN)
    with pytest.raises(Hidden):
        actions.take_out(
            by=world.officer, assessment_id=assessment.pk, kind=AssessmentEvidence, row_id=row.pk
        )
    actions.take_out(**this, kind=AssessmentEvidence, row_id=row.pk)
    assert not assessment.evidence.exists()


# ---- a second assessment


def test_a_second_one_holds_only_worries_told_since_and_asks_about_the_rest(world, this, assessment):
    sign(world, this)
    new = actions.start_assessment(by=world.social_worker, case_id=assessment.case_id)
    assert not new.observations.exists()
    that = this | {"assessment_id": new.pk}
    fill(that)
    with pytest.raises(Refused, match="Say of each whether it is still seen"):
        actions.submit(**that)
    for item in ("S06", "V03"):
        note_observation(**that, item=item, state="not_seen", words="Asked and looked")
    assert actions.submit(**that).state == "submitted"


def test_two_are_compared_list_by_list(world, this, assessment):
    note_observation(**this, item="S02", state="not_known")
    actions.save_what_is_not_known(**this, text="The nurse asks.")
    signed = sign(world, this)
    new = actions.start_assessment(by=world.social_worker, case_id=assessment.case_id)
    that = this | {"assessment_id": new.pk}
    note_observation(**that, item="S06", state="not_seen", words="In school every day")
    note_observation(**that, item="S02", state="not_seen")
    note_observation(
        **that, item="S01", state="seen", seen_on=date(2026, 6, 1), source="Aunt", words="Out all night"
    )
    both = queries.compare(again(world.teacher, signed), again(world.teacher, new))
    ids = {since: [one.entry.id for one in found] for since, found in both.signs.items()}
    assert (ids[Since.NO_LONGER], ids[Since.NOW_KNOWN], ids[Since.NEW]) == (["S06"], ["S02"], ["S01"])
    assert [vulnerability.entry.id for vulnerability in both.vulnerabilities[Since.NOT_MARKED]] == ["V03"]
    assert not any(one.entry.id.startswith("V") for found in both.signs.values() for one in found)


# ---- patterns, and both sides of one child


def test_a_pattern_may_be_there_twice_with_other_dates_and_not_twice_alike(this, assessment):
    first, second = date(2025, 9, 1), date(2026, 2, 1)
    actions.keep_pattern(**this, choice=Choice("G1", "At the station", from_on=first))
    row = actions.keep_pattern(**this, choice=Choice("G1", "Again, online", from_on=second))
    with pytest.raises(Refused, match="there already"):
        actions.keep_pattern(**this, choice=Choice("G1", "A third", from_on=second))
    with pytest.raises(Refused, match="there already"):
        actions.keep_pattern(**this, choice=Choice("G1", "Moved", from_on=first), pattern_id=row.pk)
    changed = actions.keep_pattern(
        **this, choice=Choice("G1", "Again", from_on=second, childs_part="both"), pattern_id=row.pk
    )
    assert (changed.pk, changed.childs_part) == (row.pk, "both")
    assert assessment.patterns.count() == 2


def test_one_pattern_stands_in_two_settings(this, assessment):
    for setting in ("school", "neighbourhood"):
        actions.keep_pattern(**this, choice=Choice("G7", "Boys", setting))
    assert assessment.patterns.count() == 2


@pytest.mark.parametrize("part", ["made_to_harm", "both"])
def test_a_child_who_is_made_to_harm_has_both_needs_written_before_it_is_sent(world, this, part):
    fill(this)
    actions.keep_pattern(**this, choice=Choice("N5", "Made to ring him", childs_part=part))
    for harmed, made_to_harm in (("", ""), ("A safe bed", ""), ("", "A way out that costs no one")):
        actions.save_needs(**this, harmed=harmed, made_to_harm=made_to_harm)
        with pytest.raises(Refused, match="Neither waits for the other"):
            actions.submit(**this)
    actions.save_needs(**this, harmed="A safe bed", made_to_harm="A way out")
    assert actions.submit(**this).state == "submitted"


def test_nothing_ranks_a_child_by_their_part_in_a_pattern(world, this, assessment):
    """Whatever the part: the same list, the same clock, the same signature, the same order."""
    fill(this)
    row = actions.keep_pattern(**this, choice=Choice("N5", "Made to ring him"))
    actions.save_needs(**this, harmed="A safe bed", made_to_harm="A way out")
    actions.submit(**this)
    seen = set()
    for part in rules.AssessmentPart:
        AssessmentPattern.objects.filter(pk=row.pk).update(childs_part=part.value)
        now = again(world.supervisor, assessment)
        waiting = tuple(assessment.pk for assessment in queries.waiting_for_sign_off(world.supervisor))
        refusal = queries.why_not_sign_off(world.supervisor, now)
        seen.add((now.due_on, queries.days_left(now, timezone.localdate()), waiting, refusal))
    assert len(seen) == 1
    assert "childs_part" not in AssessmentPattern._meta.ordering


def test_no_query_sorts_by_the_childs_part():
    from pathlib import Path

    import heard

    for path in Path(heard.__file__).parent.rglob("*.py"):
        for line in path.read_text().splitlines():
            assert not ("order_by" in line and "childs_part" in line), path


# ---- strengths and protective people


def test_strengths_are_words_with_a_source(this, assessment):
    with pytest.raises(Refused, match="Say who says so"):
        actions.keep_strength(**this, text="She draws", source=" ")
    row = actions.keep_strength(**this, text="She draws", source="Her art teacher")
    actions.keep_strength(**this, text="She draws every day", source="Her art teacher", strength_id=row.pk)
    assert list(assessment.strengths.values_list("text", flat=True)) == ["She draws every day"]


@pytest.fixture
def aunt(world, assessment):
    person = add_person(by=world.social_worker, given_name="Rosa", family_name="Okoro")
    note_tie(by=world.social_worker, one_id=assessment.case.person_id, other_id=person.pk, in_words="aunt", knows=Knows("She said so"))  # fmt: skip
    return person


WHO = {"who": "Aunt", "what_they_do": "Meets her from school", "knows": "in_part"}


def test_a_protective_person_is_one_of_the_network_or_a_name(this, assessment, aunt):
    actions.keep_protective_person(**this, person=aunt, **WHO)
    actions.keep_protective_person(**this, name="Coach Bem", **(WHO | {"who": "Coach"}))
    with pytest.raises(Refused, match="Choose one of the people"):
        actions.keep_protective_person(**this, person=aunt, name="Rosa", **WHO)
    assert [row.name or str(row.person) for row in assessment.protective_people.all()] == [
        "Rosa Okoro",
        "Coach Bem",
    ]


def test_a_person_whom_the_writer_may_not_see_is_not_named(world, this):
    stranger = add_person(by=world.officer, given_name="Kit", family_name="Hidden")
    with pytest.raises(Hidden):
        actions.keep_protective_person(**this, person=stranger, **WHO)


def test_a_reader_who_may_not_open_a_persons_record_does_not_read_the_name(
    world, this, assessment, aunt, client
):
    actions.keep_protective_person(**this, person=aunt, **WHO)
    for reader, sees in ((world.social_worker, True), (world.teacher, False)):
        client.force_login(reader)
        page = client.get(f"/assessments/{assessment.pk}/parts/strengths/").text
        assert ("Rosa Okoro" in page) is sees
        assert ("Somebody whose record you cannot open" in page) is not sees


# ---- what is not known, and who finds out

SOON = timezone.localdate() + timedelta(days=7)


@pytest.fixture
def question(world, this) -> OpenQuestion:
    return actions.keep_question(**this, text="Who drives her home?", owner=world.teacher, by_on=SOON)


def test_a_question_stands_in_the_work_of_whoever_finds_out(world, question):
    assert list(queries.questions_to_find_out(world.teacher)) == [question]
    assert not queries.questions_to_find_out(world.social_worker).exists()


def test_a_question_of_whoever_left_stands_in_the_work_of_those_who_work_the_case(world, question):
    assert not queries.questions_to_find_out(world.supervisor).exists()
    switch_off(by=world.administrator, user=world.teacher, reason="Left")
    for user in (world.social_worker, world.supervisor):
        assert list(queries.questions_to_find_out(user)) == [question]
    assert not queries.questions_to_find_out(world.officer).exists()


def test_nobody_gets_a_question_about_a_child_whom_they_may_not_see(world, this):
    with pytest.raises(Refused, match="does not see the child"):
        actions.keep_question(**this, text="Who?", owner=world.officer)
    with pytest.raises(Refused, match="does not work with children"):
        actions.keep_question(**this, text="Who?", owner=world.board_member)


def test_a_question_without_somebody_or_a_day_is_not_sent(world, this, question):
    fill(this)
    actions.keep_question(**this, text="Who drives her home?", question_id=question.pk)
    with pytest.raises(Refused, match="Say who finds out, and by when"):
        actions.submit(**this)


def test_what_is_found_out_later_stands_beside_the_signed_assessment(world, this, question):
    signed = sign(world, this)
    before = [repr(one) for model in FROZEN for one in model.objects.order_by("pk").values()]
    finding = actions.find_out(
        by=world.teacher,
        question_id=question.pk,
        text="Her uncle does",
        source="She said so",
        found_on=date(2026, 6, 1),
    )
    assert [repr(one) for model in FROZEN for one in model.objects.order_by("pk").values()] == before
    assert finding.question.assessment_id == signed.pk
    assert not queries.questions_to_find_out(world.teacher).exists()
    row = AuditRow.objects.filter(verb="find out").get()
    assert (row.actor_id, row.person_id) == (world.teacher.pk, signed.case.person_id)


def test_who_may_not_see_the_child_finds_nothing_out(world, question):
    found = {"question_id": question.pk, "text": "x", "source": "x", "found_on": date(2026, 6, 1)}
    for who in (world.officer, world.analyst, world.administrator):
        with pytest.raises(Hidden):
            actions.find_out(by=who, **found)


def test_what_was_found_out_is_kept_and_a_correction_is_another(world, question):
    found = {"by": world.teacher, "question_id": question.pk, "source": "x", "found_on": date(2026, 6, 1)}
    finding = actions.find_out(**found, text="Her uncle")
    actions.find_out(**found, text="Not her uncle: a neighbour")
    for change in (finding.save, finding.delete, Finding.objects.all().delete):
        with pytest.raises(Refused, match="kept as it was written"):
            change()
    with pytest.raises(Refused):
        Finding.objects.update(text="x")
    assert question.findings.count() == 2


def test_a_question_with_an_answer_is_not_taken_out(world, this, question):
    actions.find_out(
        by=world.teacher, question_id=question.pk, text="x", source="x", found_on=date(2026, 6, 1)
    )
    with pytest.raises(Refused, match="so it stays"):
        actions.take_out(**this, kind=OpenQuestion, row_id=question.pk)


def test_an_open_question_is_asked_again_and_stands_in_ones_work_once(world, this, assessment, question):
    answered = actions.keep_question(**this, text="Which school?", owner=world.teacher, by_on=SOON)
    sign(world, this)
    actions.find_out(
        by=world.teacher, question_id=answered.pk, text="x", source="x", found_on=date(2026, 6, 1)
    )
    new = actions.start_assessment(by=world.social_worker, case_id=assessment.case_id)
    [asked] = new.questions.all()
    assert (asked.text, asked.owner, asked.asked_again) == (question.text, world.teacher, question)
    assert list(queries.questions_to_find_out(world.teacher)) == [asked]


def test_what_is_marked_as_not_known_can_be_asked_once(this, assessment):
    note_observation(**this, item="S10", state="not_known")
    assert [item.id for item in queries.not_known_without_question(again(this["by"], assessment))] == ["S10"]
    actions.keep_question(**this, text="Is this so?", item="S10")
    assert queries.not_known_without_question(again(this["by"], assessment)) == []


# ---- returns


def test_every_return_is_kept_with_its_reason(world, submitted):
    for reason in ("What does she want?", "Who drives her?"):
        actions.send_back(by=world.supervisor, assessment_id=submitted.pk, reason=reason, parts=["judgement"])
        actions.submit(by=world.social_worker, assessment_id=submitted.pk)
    rows = SentBack.objects.filter(assessment=submitted)
    assert [(row.reason, row.by) for row in rows] == [
        ("What does she want?", world.supervisor), ("Who drives her?", world.supervisor),
    ]  # fmt: skip


# ---- a signed one never changes

FROZEN = [
    AssessmentObservation, AssessmentEvidence, AssessmentPattern, Strength, ProtectivePerson, OpenQuestion, SentBack,
    OwnAnswer,
]  # fmt: skip


def test_every_table_that_belongs_to_an_assessment_is_tried_below():
    assert set(PartOfAssessment.__subclasses__()) == set(FROZEN)


@pytest.fixture
def full(world, this, assessment, aunt, question, settings, tmp_path) -> Assessment:
    """Signed, with a row in each of its tables, sent back once on the way."""
    actions.add_evidence(**this, **SEEN_AGAIN)
    actions.keep_pattern(**this, choice=Choice("G1", "One man"))
    actions.keep_strength(**this, text="She draws", source="Her art teacher")
    actions.keep_protective_person(**this, person=aunt, **WHO)
    OwnAnswer.objects.create(assessment=assessment, question="way_home", answer="x", noted_by=world.teacher)
    fill(this)
    actions.submit(**this)
    actions.send_back(by=world.supervisor, assessment_id=assessment.pk, reason="More", parts=["judgement"])
    actions.submit(**this)
    return actions.sign_off(by=world.supervisor, assessment_id=assessment.pk)


@pytest.mark.parametrize("model", FROZEN, ids=lambda model: model.__name__)
def test_no_row_of_a_signed_one_is_changed_added_moved_or_taken_out(world, full, model):
    row = model.objects.get() if model is not AssessmentObservation else model.objects.first()
    for change in (row.save, row.delete, model.objects.all().delete):
        with pytest.raises(Refused, match="never changes"):
            change()
    with pytest.raises(Refused):
        model.objects.filter(pk=row.pk).update(assessment=full)
    with pytest.raises(Refused), transaction.atomic():
        model.objects.bulk_update([row], ["assessment"])
    row.pk = None
    with pytest.raises(Refused):
        model.objects.bulk_create([row])
    with pytest.raises(Refused):
        row.save(force_insert=True)


@pytest.mark.parametrize("model", FROZEN, ids=lambda model: model.__name__)
def test_no_row_is_moved_out_of_a_signed_one_or_into_it(world, full, model):
    new = actions.start_assessment(by=world.social_worker, case_id=full.case_id)
    row = model.objects.filter(assessment=full).first()
    row.assessment = new
    with pytest.raises(Refused):
        row.save()
    with pytest.raises(Refused):
        model.objects.filter(assessment=full).update(assessment=new)
    if model.objects.filter(assessment=new).exists():
        with pytest.raises(Refused):
            model.objects.filter(assessment=new).update(assessment=full)


def test_nobody_is_added_to_the_writers_of_a_signed_one(world, full):
    for change in (
        lambda: full.writers.add(world.supervisor),
        lambda: full.writers.remove(world.social_worker),
        lambda: full.writers.clear(),
        lambda: full.writers.set([]),
    ):
        with pytest.raises(Refused, match="never changes"), transaction.atomic():
            change()


def test_a_practitioner_of_another_agency_sees_none_of_it(world, full):
    give_role(
        by=world.administrator,
        user=world.officer,
        team=world.officer.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    assert not queries.questions_visible_to(world.officer).exists()
    with pytest.raises(Hidden):
        actions.print_assessment(by=world.officer, assessment_id=full.pk)


def test_printing_leaves_an_audit_row_about_the_child(world, full):
    actions.print_assessment(by=world.teacher, assessment_id=full.pk)
    row = AuditRow.objects.filter(verb="print").get()
    assert (row.subject, row.person_id) == ("assessment", full.case.person_id)
