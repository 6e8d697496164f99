"""A worry is told and decided on: by whom, by whom not, and what each leaves behind."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.drafts.actions import begin_draft
from heard.agencies.drafts.queries import drafts_of
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.rules import Observed
from heard.cases.concern import actions, queries
from heard.cases.concern.models import Concern
from heard.knowledge import load
from heard.network import actions as network
from heard.network import queries as network_queries
from heard.network.models import Person
from heard.network.queries import Whom
from heard.network.rules import Level

SEEN = Observed("S01", "seen", date(2026, 3, 2), "Register", "Away on Monday, would not say where")
WORDS = {"text": "I do not want to go home", "heard_by": "Tess Archer, teacher", "heard_on": date(2026, 3, 2)}


def a_worry(world: World, **change: Any) -> Concern:
    usual: dict[str, Any] = {
        "by": world.teacher,
        "new_person": {"given_name": "Amira", "family_name": "Khan"},
        "seen_and_heard": "Came to school upset and without her coat",
        "danger_now": "no",
        "words": WORDS,
    }
    return actions.tell(**usual | change)


@pytest.fixture
def hidden_child(world: World) -> Person:
    return network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_worry_is_told_with_its_clock_its_signs_and_the_childs_words(world: World) -> None:
    concern = a_worry(
        world,
        observations=[SEEN, Observed("V12", "not_known")],
        at=datetime(2026, 4, 2, 15, 0, tzinfo=UTC),
    )
    assert concern.due_on == date(2026, 4, 7)  # over Easter
    assert concern.release == load.current().id
    assert concern.agency == world.school
    assert [(row.item, row.state) for row in concern.observations.all()] == [
        ("S01", "seen"),
        ("V12", "not_known"),
    ]
    assert concern.words is not None
    assert concern.words.text == "I do not want to go home"
    assert AuditRow.objects.filter(verb="tell", person_id=concern.person_id).count() == 1


def test_the_telling_agency_is_involved_with_a_child_whom_it_adds(world: World) -> None:
    concern = a_worry(world)
    assert network_queries.person_visible_to(world.teacher, concern.person_id) == concern.person


def a_child_whom_the_school_knows_of(world: World) -> Person:
    child = network.add_person(by=world.officer, given_name="Noor", family_name="Aziz")
    knows = {"whom": Whom("", world.school), "level": Level.KNOWS, "why": "She goes there"}
    network.give_access(by=world.officer, person_id=child.pk, **knows)  # type: ignore[arg-type]
    return child


def test_nobody_tells_by_key_about_a_child_whom_they_may_not_find(world: World) -> None:
    child = network.add_person(by=world.officer, given_name="Noor", family_name="Aziz")
    with pytest.raises(Hidden):
        a_worry(world, new_person=None, person_id=child.pk)


def test_telling_about_another_agencys_child_does_not_open_the_record(world: World) -> None:
    child = a_child_whom_the_school_knows_of(world)
    concern = a_worry(world, new_person=None, person_id=child.pk)
    with pytest.raises(Hidden):
        network_queries.person_visible_to(world.teacher, child.pk)
    assert queries.concern_visible_to(world.teacher, concern.pk) == concern


def test_nothing_is_kept_of_a_worry_that_is_refused(world: World) -> None:
    for change in ({"seen_and_heard": " "}, {"words": None}, {"danger_now": "yes"}):
        with pytest.raises(Refused):
            a_worry(world, **change)
    with pytest.raises(Refused, match="which child"):
        a_worry(world, new_person=None)
    with pytest.raises(Refused, match="Say when each sign was seen"):
        a_worry(world, observations=[Observed("S01", "seen")])
    with pytest.raises(Refused, match="not in this release: S99"):
        a_worry(world, observations=[Observed("S99", "not_seen")])
    assert not Concern.objects.exists()
    assert not Person.objects.exists()


def test_a_worry_without_words_says_why(world: World) -> None:
    concern = a_worry(world, words=None, why_no_words="She was picked up before we could talk")
    assert concern.words is None
    assert concern.why_no_words == "She was picked up before we could talk"


def test_a_worry_about_a_restricted_child_reaches_the_duty_team(world: World, hidden_child: Person) -> None:
    concern = a_worry(world, by=world.officer, new_person=None, person_id=hidden_child.pk)
    assert list(queries.waiting_for_decision(world.coordinator)) == [concern]
    with pytest.raises(Hidden):
        a_worry(world, by=world.teacher, new_person=None, person_id=hidden_child.pk)


def test_the_teller_loses_sight_when_the_child_is_restricted_to_others(world: World) -> None:
    child = a_child_whom_the_school_knows_of(world)
    line = network_queries.accesses_of(world.officer, child.pk).get(agency=world.school)
    concern = a_worry(world, new_person=None, person_id=child.pk)
    network.involve(by=world.officer, person=child, agency=world.care, why="Leads")
    network.end_access(by=world.supervisor, access_id=line.pk, why="Threats")
    assert queries.concern_visible_to(world.teacher, concern.pk) == concern
    network.restrict(by=world.supervisor, person_id=child.pk, reason="Threats")
    with pytest.raises(Hidden):
        queries.concern_visible_to(world.teacher, concern.pk)


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_others_do_not_see_the_worry(world: World, who: str) -> None:
    concern = a_worry(world)
    user = getattr(world, who)
    with pytest.raises(Hidden):
        queries.concern_visible_to(user, concern.pk)
    with pytest.raises(Hidden):
        actions.open_concern(by=user, concern_id=concern.pk)
    with pytest.raises(Hidden):
        actions.decide(
            by=user, concern=concern, decision="open_case", reason="x", feedback="Thank you for telling."
        )
    assert list(queries.waiting_for_decision(user)) == []


def test_a_draft_becomes_one_worry_however_often_it_is_sent(world: World) -> None:
    draft = begin_draft(by=world.teacher, kind=actions.DRAFT)
    concern = a_worry(world, draft_id=draft.pk)
    assert concern.pk == draft.pk
    assert not drafts_of(world.teacher).exists()
    with pytest.raises(Hidden):
        a_worry(world, draft_id=draft.pk)
    assert Concern.objects.count() == 1


def test_deciding_opens_a_case_and_lets_the_duty_team_in(world: World) -> None:
    concern = a_worry(world)
    decided = actions.decide(
        by=world.coordinator,
        concern=concern,
        decision="open_case",
        reason="Three signs in two weeks",
        feedback="Thank you for telling.",
    )
    assert decided.case is not None
    assert decided.case.lead_team == world.exploitation_team
    assert queries.concern_visible_to(world.social_worker, concern.pk).state == "decided"
    assert queries.told_by(world.teacher).get().decision == "open_case"
    assert list(queries.waiting_for_decision(world.coordinator)) == []
    [row] = AuditRow.objects.filter(verb="decide")
    assert (row.reason, row.detail) == (
        "Three signs in two weeks",
        {"decision": "open_case", "told_it_too": False},
    )


def test_a_second_worry_is_added_to_the_open_case(world: World) -> None:
    first = actions.decide(
        by=world.coordinator,
        concern=a_worry(world),
        decision="open_case",
        reason="Signs",
        feedback="Thank you for telling.",
    )
    second = a_worry(world, new_person=None, person_id=first.person_id)
    with pytest.raises(Refused, match="Add to that one"):
        actions.decide(
            by=world.coordinator,
            concern=second,
            decision="open_case",
            reason="More",
            feedback="Thank you for telling.",
        )
    decided = actions.decide(
        by=world.coordinator,
        concern=second,
        decision="add_to_case",
        reason="More",
        feedback="Thank you for telling.",
    )
    assert decided.case == first.case


def test_another_agency_takes_a_worry_on_and_sees_the_child(world: World) -> None:
    concern = a_worry(world)
    with pytest.raises(Refused, match="Choose the agency"):
        actions.decide(
            by=world.coordinator,
            concern=concern,
            decision="other_agency",
            reason="Police lead",
            feedback="Thank you for telling.",
        )
    actions.decide(
        by=world.coordinator,
        concern=concern,
        decision="other_agency",
        reason="Police lead",
        feedback="Thank you for telling.",
        other_agency=world.police,
    )
    assert queries.concern_visible_to(world.officer, concern.pk).other_agency == world.police


def test_a_decision_is_refused_in_words_and_leaves_the_worry_as_it_was(world: World) -> None:
    concern = a_worry(world, words=None, why_no_words="Not in school")
    with pytest.raises(Refused, match="Hear the child, or say why"):
        actions.decide(
            by=world.coordinator,
            concern=concern,
            decision="open_case",
            reason="Signs",
            feedback="Thank you for telling.",
        )
    with pytest.raises(Refused, match="A co-ordinator decides on a worry"):
        actions.decide(
            by=world.teacher,
            concern=concern,
            decision="open_case",
            reason="Signs",
            feedback="Thank you for telling.",
        )
    concern.refresh_from_db()
    assert concern.state == "told"


def test_a_decision_is_taken_once(world: World) -> None:
    concern = a_worry(world)
    actions.decide(
        by=world.coordinator,
        concern=concern,
        decision="no_further_action",
        reason="Explained",
        feedback="Thank you for telling.",
    )
    with pytest.raises(Refused, match="decided already"):
        actions.decide(
            by=world.coordinator,
            concern=concern,
            decision="open_case",
            reason="On second thoughts",
            feedback="Thank you for telling.",
        )


def test_those_due_first_stand_first(world: World) -> None:
    late = a_worry(world, at=datetime(2026, 3, 9, 9, 0, tzinfo=UTC))
    soon = a_worry(world, at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    assert list(queries.waiting_for_decision(world.coordinator)) == [soon, late]
    assert list(queries.told_by(world.teacher)) == [late, soon]


@pytest.mark.once
def test_each_sign_of_a_worry_is_saved_with_the_others(world: World) -> None:
    """The database holds the constraints: it is not asked beforehand, of each sign and each of them."""
    signs = [SEEN, Observed("V12", "not_known"), Observed("V13", "not_known")]
    with CaptureQueriesContext(connection) as asked:
        a_worry(world, observations=signs)
    assert not [row["sql"] for row in asked if "_check" in row["sql"] and "seen" in row["sql"]]
    assert len(asked) < 85


@pytest.mark.parametrize("worries", [1, 5])
def test_lists_ask_the_database_once(
    world: World, worries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(worries):
        a_worry(world)
    for user in (world.coordinator, world.teacher):
        assert user.permissions
    with django_assert_num_queries(1):
        assert [str(c.person) + str(c.agency) for c in queries.waiting_for_decision(world.coordinator)]
    with django_assert_num_queries(1):
        assert [str(c.person) + str(c.told_by) for c in queries.told_by(world.teacher)]


def test_opening_a_worry_leaves_a_row(world: World) -> None:
    concern = a_worry(world)
    actions.open_concern(by=world.coordinator, concern_id=concern.pk)
    [row] = AuditRow.objects.filter(verb="view")
    assert (row.subject, row.person_id) == ("concern", concern.person_id)


def test_a_supervisor_of_the_agency_that_told_a_worry_does_not_decide_on_it(world: World) -> None:
    """It may be about that agency. Worries come to the duty team, and its agency decides."""
    pastoral = world.teacher.team
    assert pastoral is not None
    agencies.give_role(
        by=world.administrator,
        user=world.teacher,
        team=pastoral,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    own = User.objects.get(pk=world.teacher.pk)
    concern = a_worry(world)
    assert not queries.waiting_for_decision(own).exists()
    with pytest.raises(Refused, match="the agency that worries come to"):
        actions.decide(
            by=own,
            concern=concern,
            decision="no_further_action",
            reason="Explained",
            feedback="Thank you for telling.",
        )


def test_a_supervisor_is_told_that_other_worries_wait_for_a_coordinator(client: Client, world: World) -> None:
    concern = a_worry(world)
    client.force_login(world.supervisor)
    page = client.get(reverse("concerns")).text
    assert "They wait for a co-ordinator." in page
    assert concern.reference not in page
    client.force_login(world.coordinator)
    page = client.get(reverse("concerns")).text
    assert "They wait for a co-ordinator." not in page
    assert concern.reference in page


def test_a_supervisor_of_the_duty_team_decides_once_the_agency_is_involved(world: World) -> None:
    concern = a_worry(world)
    network.involve(by=world.teacher, person=concern.person, agency=world.care, why="Takes worries")
    assert list(queries.waiting_for_decision(world.supervisor)) == [concern]
    decided = actions.decide(
        by=world.supervisor,
        concern=concern,
        decision="no_further_action",
        reason="Explained",
        feedback="Thank you for telling.",
    )
    assert decided.decided_by == world.supervisor
