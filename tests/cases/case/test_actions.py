"""Cases, words, warnings and drafts: who may, who may not, and what stays behind."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.later import later
from tests.conftest import World, let_know

from heard.agencies.actions import switch_off
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
        "period_id": uuid4(),
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
    assert not queries.periods_of(world.officer, amira.pk)


def test_a_teacher_opens_no_case(world: World, amira: Person) -> None:
    with pytest.raises(Refused, match="A co-ordinator or supervisor opens a case"):
        actions.open_case(by=world.teacher, person_id=amira.pk)


def test_the_trusted_worker_finds_the_case_among_their_own(world: World, amira: Person) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    with pytest.raises(Refused, match="does not see the child"):
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
    with pytest.raises(Hidden):
        actions.record_words(by=world.officer, person_id=amira.pk, **said)
    let_know(world.teacher, amira.pk, world.police)
    actions.record_words(by=world.officer, person_id=amira.pk, **said)
    [words] = queries.words_of(world.teacher, amira.pk)
    assert words.text == said["text"]
    assert not queries.words_of(world.officer, amira.pk)
    with pytest.raises(Refused, match="who heard the child"):
        actions.record_words(by=world.teacher, person_id=amira.pk, **said | {"heard_by": ""})


def test_a_warning_is_noted_with_the_day_it_is_looked_at_again(world: World, amira: Person) -> None:
    later = timezone.localdate() + timedelta(days=30)
    note = {
        "text": "Call before visiting",
        "why": "A threat at the door",
        "review_on": later,
        "person_told": True,
    }
    actions.note_warning(by=world.teacher, person_id=amira.pk, **note)
    assert [row.text for row in queries.warnings_ever_of(world.teacher, amira.pk)] == ["Call before visiting"]
    assert not queries.warnings_ever_of(world.officer, amira.pk)
    with pytest.raises(Hidden):
        actions.note_warning(by=world.officer, person_id=amira.pk, **note)
    with pytest.raises(Refused, match="Warnings end"):
        actions.note_warning(
            by=world.teacher, person_id=amira.pk, **note | {"review_on": timezone.localdate()}
        )


def named(world: World, case: object, **given: object) -> None:
    usual = {"by": world.coordinator, "case_id": case.pk, "worker": world.social_worker}  # type: ignore[attr-defined]
    actions.assign_trusted_worker(**(usual | given))  # type: ignore[arg-type]


CHANGE = {
    "reason": "Sol moves to another team",
    "child_asked": "yes",
    "about_asking": "She wants her teacher",
}


def test_a_change_of_trusted_worker_says_why_and_what_the_child_said(world: World, amira: Person) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    named(world, case)
    for left_out, why in (
        ("reason", "why the child gets another"),
        ("child_asked", "whether the child was asked"),
        ("about_asking", "what the child said"),
    ):
        with pytest.raises(Refused, match=why):
            named(world, case, worker=world.teacher, **{**CHANGE, left_out: ""})
    with pytest.raises(Refused, match="already"):
        named(world, case, **CHANGE)
    named(world, case, worker=world.teacher, **CHANGE)
    chain = [(link.worker, link.until, link.reason) for link in queries.chain_of(world.teacher, case.pk)]
    assert chain == [
        (world.teacher, None, "Sol moves to another team"),
        (world.social_worker, timezone.localdate(), ""),
    ]


def test_one_who_was_named_before_there_was_a_chain_gets_a_link(world: World, amira: Person) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    case.trusted_worker = world.social_worker
    case.save()
    named(world, case, worker=world.teacher, **CHANGE)
    first = queries.chain_of(world.teacher, case.pk).last()
    assert first is not None
    assert (first.worker, first.since) == (world.social_worker, timezone.localdate(case.opened_at))


def test_a_child_whose_trusted_worker_was_switched_off_waits_for_another(world: World, amira: Person) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    assert list(queries.without_a_worker(world.coordinator)) == [case]
    named(world, case)
    assert not queries.without_a_worker(world.coordinator).exists()
    switch_off(by=world.administrator, user=world.social_worker, reason="Left")
    assert list(queries.without_a_worker(world.coordinator)) == [case]
    assert not queries.without_a_worker(world.teacher).exists()
    assert queries.with_a_trusted_worker(world.coordinator).kept == 0


def test_the_page_of_the_trusted_worker_shows_the_chain_and_names_somebody(
    client: Client, world: World, amira: Person
) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    at = reverse("trusted_worker", kwargs={"case_id": case.pk})
    day = timezone.localdate()
    since = {"since-day": day.day, "since-month": day.month, "since-year": day.year}
    client.force_login(world.coordinator)
    page = client.get(at).text
    assert "Tess Archer" in page
    assert "Ofa Leroy" not in page  # of an agency that is not involved
    client.post(at, {"worker": world.social_worker.pk} | since)
    assert "Say why the child gets another" in client.post(at, {"worker": world.teacher.pk} | since).text
    client.post(at, {"worker": world.teacher.pk} | since | CHANGE)
    page = client.get(at).text
    assert "Sol moves to another team" in page
    assert "She wants her teacher" in page
    client.force_login(world.teacher)
    assert "A co-ordinator or supervisor names the trusted worker" in client.get(at).text
    client.post(at, {"worker": world.social_worker.pk} | since | CHANGE)
    case.refresh_from_db()
    assert case.trusted_worker == world.teacher
    client.force_login(world.officer)
    assert client.get(at).status_code == 404


def test_words_in_another_language_say_who_translated_them(world: World, amira: Person) -> None:
    said = {"text": "Home", "heard_by": "Tess", "heard_on": date(2026, 3, 2), "original": "Dom"}
    with pytest.raises(Refused, match="in which language"):
        actions.record_words(by=world.teacher, person_id=amira.pk, **said)
    with pytest.raises(Refused, match="who translated"):
        actions.record_words(by=world.teacher, person_id=amira.pk, **said, language="Polish")
    words = actions.record_words(
        by=world.teacher, person_id=amira.pk, **said, language="Polish", translated_by="A. Nowak"
    )
    assert (words.text, words.original, words.language) == ("Home", "Dom", "Polish")


def test_a_trusted_worker_is_not_named_for_a_day_before_the_case_or_to_come(
    world: World, amira: Person
) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    today = timezone.localdate()
    for day in (today - timedelta(days=400), today + timedelta(days=1)):
        with pytest.raises(Refused, match="The day"):
            actions.assign_trusted_worker(
                by=world.coordinator, case_id=case.pk, worker=world.social_worker, since=day
            )
    actions.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)


def test_a_trusted_worker_does_not_begin_before_the_one_before(world: World, amira: Person) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    name = {"by": world.coordinator, "case_id": case.pk}
    change = {"reason": "Sol moves", "child_asked": "yes", "about_asking": "Tess, please"}
    today = timezone.localdate()
    with later(10):
        actions.assign_trusted_worker(**name, worker=world.social_worker)
    with later(20):
        with pytest.raises(Refused, match="The day"):
            actions.assign_trusted_worker(
                **name, worker=world.teacher, **change, since=today + timedelta(days=9)
            )
        actions.assign_trusted_worker(
            **name, worker=world.teacher, **change, since=today + timedelta(days=15)
        )


def test_a_day_given_afterwards_stands_beside_the_day_on_which_it_was_written(
    world: World, amira: Person, client
) -> None:
    case = actions.open_case(by=world.coordinator, person_id=amira.pk)
    since = timezone.localdate()
    with later(10):
        actions.assign_trusted_worker(
            by=world.coordinator, case_id=case.pk, worker=world.social_worker, since=since
        )
    client.force_login(world.coordinator)
    page = client.get(reverse("trusted_worker", kwargs={"case_id": case.pk})).text
    assert "written down on" in page
