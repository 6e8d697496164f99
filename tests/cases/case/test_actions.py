"""Cases, words, warnings and drafts: who may, who may not, and what stays behind."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case import actions, queries
from heard.network import actions as network
from heard.network.models import Person


@pytest.fixture
def amira(world: World) -> Person:
    return network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")


def test_opening_a_case_involves_the_duty_teams_agency(world: World, amira: Person) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    assert case.lead_team == world.exploitation_team
    assert queries.case_visible_to(world.social_worker, case.pk) == case
    with pytest.raises(Hidden):
        queries.case_visible_to(world.officer, case.pk)
    with pytest.raises(Refused, match="has an open case already"):
        actions.open_case(by=world.coordinator, person_id=amira.pk)
    assert AuditRow.objects.filter(verb="open", subject="case", person_id=amira.pk).count() == 1


def end(world: World, case, **given):
    usual = {
        "by": world.coordinator,
        "case_id": case.pk,
        "why": "She is safe and says so.",
        "words": None,
        "why_no_words": "She does not want to speak about it again.",
        "contact_afterwards": "Tess Archer at school",
        "told_child": "That she can ring us.",
        "open_again_if": "She is away from school again.",
    }
    return actions.end_case(**(usual | given))


def test_a_case_that_opens_again_keeps_its_name_its_team_and_the_period_before(
    world: World, amira: Person
) -> None:
    first = actions.open_case(by=world.coordinator, person_id=amira.pk, why="Two signs seen")
    end(world, first)
    assert queries.open_case_of(world.coordinator, amira.pk) is None
    assert queries.closed_case_of(world.coordinator, amira.pk) == first
    with pytest.raises(Refused, match="Say why the case opens again"):
        actions.open_case(by=world.coordinator, person_id=amira.pk, why=" ")
    again = actions.open_case(by=world.supervisor, person_id=amira.pk, why="Away from school again")
    assert (again.pk, again.reference, again.lead_team) == (first.pk, first.reference, first.lead_team)
    assert (again.state, again.opened_by, again.why_opened) == (
        "open",
        world.supervisor,
        "Away from school again",
    )
    period = queries.periods_of(world.coordinator, amira.pk).get()
    assert (period.opened_at, period.opened_by, period.why_opened) == (
        first.opened_at,
        world.coordinator,
        "Two signs seen",
    )
    assert queries.closed_case_of(world.coordinator, amira.pk) is None
    verbs = AuditRow.objects.filter(subject="case", person_id=amira.pk).order_by("pk").values_list("verb")
    assert [verb for (verb,) in verbs] == ["open", "close", "open again"]


def test_a_case_is_closed_once(world: World, amira: Person) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    end(world, case)
    with pytest.raises(Refused, match="closed already"):
        end(world, case)
    with pytest.raises(Hidden):
        end(world, case, by=world.officer)
    with pytest.raises(Hidden):
        queries.periods_of(world.officer, amira.pk)


def test_a_teacher_opens_no_case(world: World, amira: Person) -> None:
    with pytest.raises(Refused, match="A co-ordinator or supervisor opens a case"):
        actions.open_case(by=world.teacher, person_id=amira.pk)


def test_the_trusted_worker_finds_the_case_among_their_own(world: World, amira: Person) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    with pytest.raises(Refused, match="agency is not involved"):
        actions.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.officer)
    actions.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    assert list(queries.my_cases(world.social_worker)) == [case]
    assert list(queries.my_cases(world.coordinator)) == []
    assert queries.open_case_of(world.teacher, amira.pk) == case


def test_words_are_kept_as_they_were_said_and_read_by_those_who_see_the_child(
    world: World, amira: Person
) -> None:
    said = {
        "text": "They  wait for me.\nI am scared",
        "heard_on": date(2026, 3, 2),
        "heard_by": "Tess Archer",
    }
    actions.record_words(by=world.officer, person_id=amira.pk, **said)
    [words] = queries.words_of(world.teacher, amira.pk)
    assert words.text == said["text"]
    with pytest.raises(Hidden):
        queries.words_of(world.officer, amira.pk)
    with pytest.raises(Refused, match="who heard the child"):
        actions.record_words(by=world.teacher, person_id=amira.pk, **said | {"heard_by": ""})


def test_a_warning_is_noted_with_the_day_it_is_looked_at_again(world: World, amira: Person) -> None:
    later = timezone.localdate() + timedelta(days=30)
    note = {"text": "Call before visiting", "why": "A threat at the door", "review_on": later}
    actions.note_warning(by=world.teacher, person_id=amira.pk, **note)
    assert [row.text for row in queries.warnings_of(world.teacher, amira.pk)] == ["Call before visiting"]
    with pytest.raises(Hidden):
        actions.note_warning(by=world.officer, person_id=amira.pk, **note)
    with pytest.raises(Refused, match="Warnings end"):
        actions.note_warning(
            by=world.teacher, person_id=amira.pk, **note | {"review_on": timezone.localdate()}
        )
