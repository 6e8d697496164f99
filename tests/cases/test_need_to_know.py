"""Without a choice of anybody those who work with a child see the record, and no other team of their agency. What waits is all the same
with somebody who sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.conftest import fill
from tests.conftest import World, let_all_in

from heard.agencies.models import AuditRow, Membership, Team, User
from heard.agencies.rules import Refused, Role
from heard.cases.assessment import actions as assessing
from heard.cases.case import actions as casework
from heard.cases.case.access import actions as access
from heard.cases.case.notices.actions import be_away, put_on_duty
from heard.cases.case.notices.addressees import About, addressees
from heard.cases.case.notices.announcing import announce, pass_on
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.rules import NoticeKind, To
from heard.cases.concern import actions as telling
from heard.cases.concern.queries import waiting_for_decision
from heard.cases.death.actions import record_death
from heard.cases.voice import actions as voice
from heard.cases.voice.child import what_happens_now
from heard.network import actions as network
from heard.network.models import Involvement, Person
from heard.network.queries import Whom, level_of
from heard.network.rules import Level

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def colleague(name: str, team: Team, role: Role = Role.PRACTITIONER) -> User:
    user = User.objects.create_user(username=name, first_name=name.title(), last_name="Adair")
    Membership.objects.create(user=user, team=team, role=role)
    return fresh(user)


@pytest.fixture
def family_help(world: World) -> Team:
    return Team.objects.create(agency=world.care, name="Family help")


@pytest.fixture
def helper(family_help: Team) -> User:
    return colleague("hel", family_help)


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.social_worker, given_name="Ines", family_name="Okafor")


def sees(user: User, child: Person) -> Level | None:
    return level_of(fresh(user), child.pk)


def whole(child: Person) -> Any:
    return Involvement.objects.running().filter(person=child, team=None, user=None)


def tell(by: User, **about: Any) -> Any:
    return telling.tell(
        by=fresh(by), seen_and_heard="Away on Monday", danger_now="no",
        words={"text": "I want help", "heard_by": "Tess", "heard_on": timezone.localdate()}, **about,
    )  # fmt: skip


# ---- who is let in


def test_whoever_adds_a_child_lets_in_their_own_team(world: World, child: Person, helper: User) -> None:
    assert sees(world.social_worker, child) == Level.EVERYTHING
    assert sees(helper, child) is None
    assert not whole(child).exists()


def test_each_team_in_which_they_work_with_children_is_let_in_and_none_of_another_role_or_agency(
    world: World, helper: User, family_help: Team
) -> None:
    data = Team.objects.create(agency=world.care, name="Data")
    for team, role in ((world.exploitation_team, Role.PRACTITIONER), (data, Role.ANALYST)):
        Membership.objects.create(user=helper, team=team, role=role)
    Membership.objects.create(user=helper, team=world.teacher.team, role=Role.PRACTITIONER)
    made = network.add_person(by=fresh(helper), given_name="Kit")
    lines = Involvement.objects.running().filter(person=made)
    assert {line.team for line in lines} == {family_help, world.exploitation_team}
    assert sees(world.teacher, made) is None


def test_a_case_lets_in_the_team_that_leads_it_and_no_other(
    world: World, family_help: Team, helper: User
) -> None:
    other = colleague("ott", Team.objects.create(agency=world.care, name="Leaving care"))
    made = network.add_person(by=world.teacher, given_name="Kit")
    casework.open_case(by=world.coordinator, person_id=made.pk, why="Worry", lead_team=family_help)
    assert sees(helper, made) == Level.EVERYTHING
    assert sees(other, made) is None
    assert sees(world.social_worker, made) is None


def test_whoever_has_something_to_do_brings_their_team_as_far_as_the_record(
    world: World, child: Person, helper: User, family_help: Team
) -> None:
    other = colleague("ott", Team.objects.create(agency=world.care, name="Leaving care"))
    casework.allow_to_do(by=world.social_worker, owner=helper, person_id=child.pk)
    assert sees(helper, child) == sees(colleague("mate", family_help), child) == Level.RECORD
    assert sees(other, child) is None


def test_somebody_who_is_kept_out_is_given_nothing_to_do_and_their_team_is_not_let_in(
    world: World, child: Person, helper: User, family_help: Team
) -> None:
    network.deny_access(
        by=world.coordinator, person_id=child.pk, whom=Whom("", world.care, user=helper), why="Her uncle"
    )
    with pytest.raises(Refused, match="do not see this child"):
        casework.allow_to_do(by=world.social_worker, owner=fresh(helper), person_id=child.pk)
    assert not Involvement.objects.filter(person=child, team=family_help).exists()


def test_a_worker_of_another_team_brings_it_and_of_an_agency_that_does_not_work_with_the_child_none(
    world: World, child: Person, helper: User, family_help: Team
) -> None:
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=helper)
    assert sees(helper, child) == sees(colleague("mate", family_help), child) == Level.EVERYTHING
    with pytest.raises(Refused, match="does not see the child"):
        casework.assign_trusted_worker(
            by=world.coordinator, case_id=case.pk, worker=world.officer, reason="Asked", child_asked="yes",
            about_asking="Yes",
        )  # fmt: skip


def test_an_agency_of_which_a_team_works_with_the_child_is_let_in_by_name_of_who_answers_for_it(
    world: World, child: Person, helper: User, family_help: Team
) -> None:
    """Help is asked of an agency, and nobody knows yet who of it gives it."""
    made = network.add_person(by=helper, given_name="Kit")
    Membership.objects.filter(user__in=[world.coordinator]).delete()
    network.involve(by=helper, person=made, agency=world.care, why="Gives the help")
    assert sees(world.supervisor, made)
    assert sees(world.social_worker, made) is None
    network.involve(by=helper, person=made, agency=world.police, why="Takes it on")
    assert sees(world.officer, made)
    assert [line.agency for line in whole(made)] == [world.police]


# ---- what waits is with somebody who sees it


def test_a_worry_from_another_team_of_the_agency_is_with_the_supervisor_of_the_duty_team(
    world: World, helper: User
) -> None:
    told = tell(helper, new_person={"given_name": "Kit"})
    assert told in waiting_for_decision(fresh(world.supervisor))
    assert sees(world.social_worker, told.person)
    again = tell(helper, person_id=network.add_person(by=helper, given_name="Lou").pk)
    assert again in waiting_for_decision(fresh(world.supervisor))


def test_a_worry_of_another_agency_opens_nothing_to_the_duty_team_as_before(world: World) -> None:
    told = tell(world.teacher, new_person={"given_name": "Kit"})
    assert sees(world.supervisor, told.person) is None
    assert told in waiting_for_decision(fresh(world.coordinator))


def test_a_team_without_a_supervisor_is_answered_for_by_those_of_its_agency_by_name(
    world: World, family_help: Team, helper: User
) -> None:
    made = network.add_person(by=world.teacher, given_name="Kit")
    casework.open_case(by=world.coordinator, person_id=made.pk, why="Worry", lead_team=family_help)
    assert sees(world.supervisor, made) == Level.EVERYTHING
    assert sees(world.social_worker, made) is None
    colleague("sup", family_help, Role.SUPERVISOR)
    other = network.add_person(by=world.teacher, given_name="Lou")
    casework.open_case(by=world.coordinator, person_id=other.pk, why="Worry", lead_team=family_help)
    assert sees(world.supervisor, other) is None


def test_where_the_only_supervisor_of_a_team_wrote_it_another_of_the_agency_can_sign(
    world: World, child: Person, family_help: Team
) -> None:
    other = colleague("sup", family_help, Role.SUPERVISOR)
    given: dict[str, Any] = {
        "by": world.social_worker,
        "person_id": child.pk,
        "team": world.exploitation_team,
    }
    network.let_in_who_answers(**given)
    assert sees(other, child) is None
    network.let_in_who_answers(**given, but={world.supervisor.pk})
    [line] = Involvement.objects.running().filter(person=child, user=other)
    assert "which has no supervisor for it" in line.why
    assert sees(other, child) == Level.EVERYTHING


def test_nobody_is_let_into_a_restricted_record_by_that(
    world: World, child: Person, family_help: Team
) -> None:
    other = colleague("sup", family_help, Role.SUPERVISOR)
    network.restrict(by=world.coordinator, person_id=child.pk, reason="A parent works there")
    network.let_in_who_answers(
        by=world.coordinator, person_id=child.pk, team=world.exploitation_team, but={world.supervisor.pk}
    )
    casework.allow_to_do(by=world.coordinator, owner=None, person_id=child.pk)
    with pytest.raises(Refused, match="do not see this child"):
        casework.allow_to_do(by=world.coordinator, owner=other, person_id=child.pk)
    assert sees(other, child) is None


def test_whoever_covers_is_let_into_nothing_by_that_and_what_they_may_not_open_goes_to_the_supervisor(
    world: World, child: Person, helper: User
) -> None:
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    today, before = timezone.localdate(), Involvement.objects.count()
    be_away(by=world.social_worker, covered_by=helper, since=today, until=today + timedelta(days=2))
    told = tell(colleague("mate", world.exploitation_team), person_id=child.pk)
    pass_on(timezone.now() + timedelta(days=1, minutes=1))
    assert Involvement.objects.count() == before
    assert sees(helper, child) is None
    readers = Reader.objects.filter(notice__subject_id=str(told.pk)).values_list("user", flat=True)
    assert world.supervisor.pk in readers
    assert helper.pk not in readers


# ---- the whole agency, by choice; and back


def test_the_whole_agency_is_chosen_with_a_reason_and_narrowed_to_the_team_that_works_with_the_child(
    world: World, child: Person, helper: User, family_help: Team, client: Client
) -> None:
    casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    client.force_login(world.supervisor)
    sent = {"whom": f"agency:{world.care.pk}", "level": "4", "why": "A siege of the building"}
    assert client.post(reverse("access_give", args=[child.pk]), sent).status_code == 302
    assert sees(helper, child)
    [line] = whole(child)
    there = reverse("access_narrow", args=[line.pk])
    page = client.get(reverse("access", args=[child.pk])).text
    assert "wider than the team" in page
    assert there in page
    assert f'value="{world.exploitation_team.pk}" checked' in client.get(there).text
    refused = client.post(there, {"teams": [str(family_help.pk)], "why": "Over"}).text
    assert "Choose each team that works with the child" in refused
    assert (
        client.post(there, {"teams": [str(world.exploitation_team.pk)], "why": "It is over"}).status_code
        == 302
    )
    assert sees(helper, child) is None
    assert sees(world.social_worker, child) == Level.EVERYTHING
    assert "wider than the team" not in client.get(reverse("access", args=[child.pk])).text


def test_only_who_decides_there_narrows_and_only_what_is_a_whole_agency(world: World, child: Person) -> None:
    let_all_in(world.coordinator, child.pk, world.care)
    [line] = whole(child)
    team = world.exploitation_team
    with pytest.raises(Refused, match="co-ordinator or supervisor"):
        access.narrow_access(by=world.social_worker, access_id=line.pk, teams=[team], why="x")
    for teams in ([], [world.teacher.team]):
        with pytest.raises(Refused, match="Choose the teams"):
            access.narrow_access(by=world.supervisor, access_id=line.pk, teams=teams, why="x")
    with pytest.raises(Refused, match="Say why"):
        access.narrow_access(by=world.supervisor, access_id=line.pk, teams=[team], why=" ")
    of_team = Involvement.objects.running().get(person=child, team=team)
    with pytest.raises(Refused, match="a team or a person already"):
        access.narrow_access(by=world.supervisor, access_id=of_team.pk, teams=[team], why="x")


def test_narrowing_leaves_somebody_who_decides(
    world: World, child: Person, helper: User, family_help: Team
) -> None:
    let_all_in(world.coordinator, child.pk, world.care)
    own = Involvement.objects.running().get(person=child, team=world.exploitation_team)
    network.end_access(by=world.coordinator, access_id=own.pk, why="All see it")
    [line] = whole(child)
    with pytest.raises(Refused, match="too few who decide"):
        access.narrow_access(by=world.supervisor, access_id=line.pk, teams=[family_help], why="x")
    assert whole(child).exists()


def test_restricting_ends_whole_agencies_where_that_is_chosen(
    world: World, child: Person, helper: User, client: Client
) -> None:
    casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    let_all_in(world.coordinator, child.pk, world.care)
    let_all_in(world.coordinator, child.pk, world.school)
    client.force_login(world.coordinator)
    there = reverse("person_restriction", args=[child.pk])
    page = client.get(there).text
    assert "Only the teams and people on the list" in page
    assert "Northgate Academy" in page
    sent = {"reason": "A parent works there", "only_parts": "yes"}
    assert client.post(there, sent).status_code == 302
    assert not whole(child).exists()
    assert sees(helper, child) is sees(world.teacher, child) is None
    assert sees(world.social_worker, child) == Level.EVERYTHING


# ---- what a worry opens, and what is left of it once two records are joined


@pytest.fixture
def head(world: World) -> User:
    """Answers for the school, whose pastoral team has no supervisor."""
    return colleague("head", Team.objects.create(agency=world.school, name="Heads"), Role.SUPERVISOR)


def merge(world: World, kept: Person, merged: Person) -> None:
    network.merge_people(by=fresh(world.coordinator), kept_id=kept.pk, merged_id=merged.pk, reason="The same")


NEW = {"given_name": "Ines", "family_name": "Okafor"}


def test_whoever_answers_for_who_told_a_worry_sees_nothing_of_the_record_that_it_turns_out_to_belong_to(
    world: World, child: Person, head: User
) -> None:
    told = tell(world.teacher, new_person=NEW)
    assert sees(head, told.person) == Level.EVERYTHING
    merge(world, child, told.person)
    assert sees(head, child) == sees(world.teacher, child) == Level.KNOWS


def test_of_two_records_of_worries_each_teller_keeps_their_own(world: World, head: User) -> None:
    one, other = tell(world.officer, new_person=NEW), tell(world.teacher, new_person=NEW)
    merge(world, one.person, other.person)
    assert sees(world.officer, one.person) == sees(head, one.person) == Level.EVERYTHING


def test_the_duty_team_sees_nothing_more_of_a_record_with_which_another_agency_works(
    world: World, helper: User
) -> None:
    known = network.add_person(by=world.teacher, **NEW)
    told = tell(helper, new_person=NEW)
    assert sees(world.social_worker, told.person)
    merge(world, known, told.person)
    assert sees(world.social_worker, known) == Level.KNOWS
    assert told.pk in {concern.pk for concern in waiting_for_decision(fresh(world.coordinator))}


def test_a_team_that_works_with_the_child_by_now_keeps_that_when_records_are_joined(
    world: World, helper: User, child: Person
) -> None:
    told = tell(world.social_worker, new_person={"given_name": "Kit"})
    casework.open_case(by=world.coordinator, person_id=told.person_id, why="Worry")
    known = network.add_person(by=world.teacher, given_name="Kit")
    merge(world, known, told.person)
    assert sees(world.social_worker, known) == Level.EVERYTHING


def test_a_narrowed_line_of_a_worry_stays_one_of_a_worry(world: World, child: Person) -> None:
    told = tell(world.social_worker, new_person={"given_name": "Kit"})
    whom = Whom("", world.school)
    line = network.let_in(by=world.teacher, person=told.person, whom=whom, why="Told a worry", how="worry")
    access.narrow_access(
        by=world.supervisor, access_id=line.pk, teams=[world.teacher.team], why="No more than that"
    )
    assert sees(world.teacher, told.person)
    merge(world, child, told.person)
    assert sees(world.teacher, child) == Level.KNOWS


def test_the_duty_team_decides_on_a_worry_about_a_child_of_whom_it_only_knew(
    world: World, helper: User
) -> None:
    colleague("sup", helper.team, Role.SUPERVISOR)  # type: ignore[arg-type]
    made = network.add_person(by=helper, given_name="Kit")
    whom = Whom("", world.care, team=world.exploitation_team)
    network.give_access(
        by=fresh(world.coordinator), person_id=made.pk, whom=whom, level=Level.KNOWS, why="They meet"
    )
    assert tell(helper, person_id=made.pk) in waiting_for_decision(fresh(world.supervisor))


# ---- how far, and for how long, whoever has something to do


def until_tomorrow(world: World, child: Person, user: User) -> None:
    network.give_access(
        by=fresh(world.coordinator), person_id=child.pk, whom=Whom("", world.care, user=user),
        level=Level.EVERYTHING, why="Until tomorrow", until=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def allocate(world: World, child: Person, worker: User) -> Any:
    case = casework.open_case(by=fresh(world.coordinator), person_id=child.pk, why="Worry")
    return casework.allocate_worker(by=fresh(world.coordinator), case_id=case.pk, worker=fresh(worker))


def test_work_given_to_somebody_who_sees_the_record_for_a_time_lasts(
    world: World, child: Person, helper: User, family_help: Team
) -> None:
    until_tomorrow(world, child, helper)
    allocate(world, child, helper)
    assert Involvement.objects.get(person=child, team=family_help, until=None).level == Level.EVERYTHING


@pytest.mark.parametrize("level", [Level.RECORD, Level.EVERYTHING])
def test_an_allocated_worker_has_everything_also_where_they_had_something_to_do_before(
    world: World, child: Person, helper: User, level: Level
) -> None:
    casework.allow_to_do(by=world.coordinator, owner=helper, person_id=child.pk, level=level)
    assert sees(helper, child) == level
    allocate(world, child, helper)
    assert sees(helper, child) == Level.EVERYTHING


def test_somebody_of_two_agencies_brings_their_team_in_the_one_that_works_with_the_child(
    world: World, child: Person, family_help: Team
) -> None:
    two = colleague("two", world.teacher.team)  # type: ignore[arg-type]
    Membership.objects.create(user=two, team=family_help, role=Role.PRACTITIONER)
    allocate(world, child, two)
    assert sees(two, child) == Level.EVERYTHING
    assert {line.team for line in Involvement.objects.filter(person=child)} == {
        world.exploitation_team,
        family_help,
    }


def test_narrowing_what_has_an_end_shortens_nothing_that_lasts(
    world: World, child: Person, helper: User, family_help: Team
) -> None:
    casework.allow_to_do(by=world.coordinator, owner=helper, person_id=child.pk)
    network.give_access(
        by=fresh(world.coordinator), person_id=child.pk, whom=Whom("", world.care), level=Level.EVERYTHING,
        why="They all look for her", until=timezone.now() + timedelta(days=2),
    )  # fmt: skip
    [line] = whole(child)
    teams = [world.exploitation_team, family_help]
    access.narrow_access(by=fresh(world.supervisor), access_id=line.pk, teams=teams, why="She is back")
    lasting = Involvement.objects.filter(person=child, team__in=teams, until=None)
    assert {involvement.team for involvement in lasting} == set(teams)


# ---- where somebody was kept out, or the agency was narrowed


def narrow(world: World, child: Person, *teams: Team) -> None:
    let_all_in(fresh(world.coordinator), child.pk, world.care)
    [line] = whole(child)
    access.narrow_access(by=fresh(world.coordinator), access_id=line.pk, teams=teams, why="A parent is there")


def test_where_an_agency_was_narrowed_nobody_of_it_is_let_in_to_answer(
    world: World, child: Person, family_help: Team
) -> None:
    other = colleague("sup", family_help, Role.SUPERVISOR)
    narrow(world, child, world.exploitation_team)
    network.let_in_who_answers(
        by=world.social_worker, person_id=child.pk, team=world.exploitation_team, but={world.supervisor.pk}
    )
    assert sees(other, child) is None


def test_somebody_who_is_kept_out_is_not_let_in_to_answer(
    world: World, child: Person, family_help: Team, helper: User
) -> None:
    other = colleague("sup", family_help, Role.SUPERVISOR)
    out = Whom("", world.care, user=other)
    network.deny_access(by=world.coordinator, person_id=child.pk, whom=out, why="Her uncle")
    network.let_in_who_answers(
        by=world.social_worker, person_id=child.pk, team=world.exploitation_team, but={world.supervisor.pk}
    )
    assert not Involvement.objects.filter(person=child, user=other).exists()


def test_an_agency_whose_only_supervisor_is_kept_out_is_answered_for_by_its_colleagues(
    world: World, child: Person, head: User
) -> None:
    part = Whom("", world.school, team=head.team)
    network.involve(by=world.coordinator, person=child, agency=world.school, why="Helps", part=part)
    for whom in (Whom("", world.school, user=head), Whom("", world.school, team=head.team)):
        network.deny_access(by=world.coordinator, person_id=child.pk, whom=whom, why="Her aunt")
    network.involve(by=world.coordinator, person=child, agency=world.school, why="Gives the help")
    assert not Involvement.objects.filter(person=child, user=head).exists()
    assert sees(world.teacher, child) == Level.EVERYTHING


def test_a_decision_that_was_put_right_is_taken_back_from_the_teams_to_which_it_was_narrowed(
    world: World, family_help: Team, helper: User
) -> None:
    colleague("sup", family_help, Role.SUPERVISOR)
    made = network.add_person(by=world.teacher, given_name="Kit")
    network.involve(by=world.coordinator, person=made, agency=world.care, why="Takes it on")
    [line] = whole(made)
    access.narrow_access(by=world.coordinator, access_id=line.pk, teams=[family_help], why="They do it")
    assert network.take_back_involvement(
        by=world.coordinator, person_id=made.pk, agency=world.care, begun="Takes it on",
        since=timezone.localdate(), why="Put right",
    )  # fmt: skip
    assert sees(helper, made) is None


def test_an_agency_that_was_narrowed_stays_so_where_all_of_it_may_know_of_the_child(
    world: World, child: Person, helper: User, family_help: Team
) -> None:
    narrow(world, child, world.exploitation_team)
    network.give_access(
        by=fresh(world.coordinator), person_id=child.pk, whom=Whom("", world.care), level=Level.KNOWS,
        why="They meet",
    )  # fmt: skip
    with pytest.raises(Refused, match="do not see this child"):
        casework.allow_to_do(by=fresh(world.coordinator), owner=fresh(helper), person_id=child.pk)
    assert sees(helper, child) == Level.KNOWS


# ---- who of an agency is told


def told_of_agency(child: Person, agency: Any) -> set[str]:
    about = About(child.pk, timezone.now(), agencies=(agency.pk,))
    return {addressee.user.username for addressee in addressees((To.AGENCY_LEAD,), about, urgent=False)}


def test_an_agency_is_told_by_those_of_it_who_may_open_the_record(
    world: World, child: Person, head: User
) -> None:
    casework.allow_to_do(
        by=world.coordinator, owner=world.teacher, person_id=child.pk, why_involve="Talks with her"
    )
    readers = Reader.objects.filter(notice__person=child, notice__kind="involved")
    assert [row.user for row in readers] == [world.teacher]
    assert told_of_agency(child, world.school) == {world.teacher.username}
    network.give_access(
        by=fresh(world.coordinator), person_id=child.pk, whom=Whom("", world.school, team=head.team),
        level=Level.RECORD, why="She answers for it",
    )  # fmt: skip
    assert told_of_agency(child, world.school) == {head.username}
    assert told_of_agency(child, world.police) == set()


def test_what_was_let_in_by_mistake_and_put_right_narrows_nothing(
    world: World, family_help: Team, helper: User
) -> None:
    made = network.add_person(by=world.teacher, given_name="Kit")
    network.involve(by=world.coordinator, person=made, agency=world.care, why="Takes it on")
    network.take_back_involvement(
        by=world.coordinator, person_id=made.pk, agency=world.care, begun="Takes it on",
        since=timezone.localdate(), why="Put right",
    )  # fmt: skip
    casework.open_case(by=world.coordinator, person_id=made.pk, why="Worry")
    casework.allow_to_do(by=world.coordinator, owner=helper, person_id=made.pk)
    assert sees(helper, made) == Level.RECORD


def test_whoever_would_shut_themselves_out_is_told_so_and_nothing_is_changed(
    world: World, child: Person, family_help: Team, client: Client
) -> None:
    other = colleague("sup", family_help, Role.SUPERVISOR)
    casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    for agency in (world.care, world.school):
        let_all_in(world.coordinator, child.pk, agency)
    client.force_login(other)
    there = reverse("person_restriction", args=[child.pk])
    sent = {"reason": "A parent works there", "only_parts": "yes"}
    assert "You would not see the record any longer" in client.post(there, sent).text
    child.refresh_from_db()
    assert not child.restricted
    assert whole(child).count() == 2


def test_nobody_who_is_shut_out_themselves_tells_others_of_a_restriction(
    world: World, child: Person, helper: User, client: Client
) -> None:
    casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    let_all_in(world.coordinator, child.pk, world.care)
    dot = colleague("dot", world.officer.team, Role.COORDINATOR)  # type: ignore[arg-type]
    client.force_login(dot)
    assert client.get(reverse("child", args=[child.pk])).status_code == 200
    given: dict[str, Any] = {
        "by": fresh(world.coordinator),
        "person_id": child.pk,
        "reason": "A parent is there",
    }
    with pytest.raises(Refused, match="Choose somebody else who tells them"):
        casework.restrict_record(**given, told=casework.Told((dot,), "It is closed", helper), only_parts=True)
    assert not Person.objects.get(pk=child.pk).restricted
    teller = fresh(world.social_worker)
    casework.restrict_record(**given, told=casework.Told((dot,), "It is closed", teller), only_parts=True)
    assert sees(dot, child) is None


# ---- a list that tells nothing of an accusation


def on_list(child: Person) -> set[str]:
    return {line.whom for line in Involvement.objects.running().filter(person=child)}


def test_no_line_tells_that_the_supervisor_of_the_team_was_kept_out_without_a_trace(
    world: World, child: Person, family_help: Team
) -> None:
    other = colleague("sup", family_help, Role.SUPERVISOR)
    network.keep_out_unseen(by=world.social_worker, person_id=child.pk, user=world.supervisor)
    before = on_list(child)
    casework.open_case(by=fresh(world.coordinator), person_id=child.pk, why="Worry")
    network.let_in_who_answers(
        by=world.social_worker, person_id=child.pk, team=world.exploitation_team, but={world.social_worker.pk}
    )
    assert on_list(child) == before
    assert sees(other, child) is sees(world.supervisor, child) is None


def test_no_line_tells_that_who_answers_for_an_agency_was_kept_out_without_a_trace(
    world: World, child: Person, head: User
) -> None:
    part = Whom("", world.school, team=head.team)
    network.involve(by=world.coordinator, person=child, agency=world.school, why="Helps", part=part)
    network.keep_out_unseen(by=world.social_worker, person_id=child.pk, user=head)
    before = on_list(child)
    network.involve(by=fresh(world.coordinator), person=child, agency=world.school, why="Takes it on")
    assert on_list(child) == before


# ---- danger at night, of a child with whom another team works


@pytest.fixture
def at_home(world: World, helper: User, family_help: Team) -> Any:
    """A case of a team whose own supervisor is at home; on duty is the one of another team."""
    colleague("fsup", family_help, Role.SUPERVISOR)
    made = network.add_person(by=helper, given_name="Kit")
    case = casework.open_case(by=world.coordinator, person_id=made.pk, why="Worry", lead_team=family_help)
    case = casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=helper)
    now = timezone.now()
    put_on_duty(
        by=world.administrator, user=world.supervisor, begins=now - timedelta(hours=3),
        ends=now + timedelta(hours=8), phone="01632 960 077",
    )  # fmt: skip
    return case


def readers(person_id: Any, kind: str) -> set[User]:
    return {row.user for row in Reader.objects.filter(notice__person=person_id, notice__kind=kind)}


def unsafe(world: World, case: Any, settings: Any, tmp_path: Any) -> None:
    settings.DATA, settings.ADDRESS = tmp_path, "https://heard.example.org"
    by = fresh(case.trusted_worker)
    link = voice.make_link(by=by, person_id=case.person_id, word="marmalade", weeks=4)
    sitting = voice.enter(by=None, code=link[1], word="marmalade")
    voice.send(by=None, sitting=sitting, about="unsafe", text="He is outside.", device="phone")


def test_a_child_who_does_not_feel_safe_reaches_who_is_on_duty_whichever_team_leads(
    world: World, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    assert sees(world.supervisor, at_home.person) is None
    unsafe(world, at_home, settings, tmp_path)
    assert readers(at_home.person_id, "child_unsafe") == {world.supervisor, at_home.trusted_worker}
    line = Involvement.objects.get(person=at_home.person_id, user=world.supervisor)
    assert line.level == Level.RECORD
    assert line.until is not None
    assert timedelta(hours=23) < line.until - timezone.now() < timedelta(hours=25)
    assert sees(world.social_worker, at_home.person) is None


@pytest.mark.parametrize("kind", [NoticeKind.MISSING, NoticeKind.DANGER_IN_CASE])
def test_what_nobody_has_seen_in_an_hour_reaches_who_is_on_duty_whichever_team_leads(
    world: World, at_home: Any, kind: NoticeKind
) -> None:
    now, key = timezone.now(), at_home.person_id
    announce(by=None, kind=kind, subject="person", subject_id=key, person_id=key, at=now)
    pass_on(now + timedelta(minutes=59))
    assert sees(world.supervisor, at_home.person) is None
    pass_on(now + timedelta(minutes=61))
    assert world.supervisor in readers(key, kind.value)
    assert sees(world.supervisor, at_home.person) == Level.RECORD


def test_nobody_is_let_in_for_being_on_duty_who_is_kept_out_or_where_the_record_is_restricted(
    world: World, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    network.keep_out_unseen(by=world.coordinator, person_id=at_home.person_id, user=world.supervisor)
    unsafe(world, at_home, settings, tmp_path)
    assert sees(world.supervisor, at_home.person) is None
    lines = Involvement.objects.filter(person=at_home.person_id, user=world.supervisor)
    assert [line.why for line in lines] == ["On duty"], "a list without it would tell that they are kept out"
    lines.delete()
    network.let_in_again(by=world.coordinator, person_id=at_home.person_id, user=world.supervisor, why="No")
    Person.objects.filter(pk=at_home.person_id).update(restricted=True)
    announce(
        by=None, kind=NoticeKind.CHILD_UNSAFE, subject="person", subject_id=at_home.person_id,
        person_id=at_home.person_id,
    )  # fmt: skip
    assert sees(world.supervisor, at_home.person) is None
    assert readers(at_home.person_id, "child_unsafe")


def duty_line(world: World, case: Any) -> Any:
    return Involvement.objects.running().filter(person=case.person_id, user=world.supervisor)


def test_who_is_on_duty_reads_the_record_and_works_with_the_child_no_more_than_before(
    world: World, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    unsafe(world, at_home, settings, tmp_path)
    on_duty, key = fresh(world.supervisor), at_home.person_id
    assert duty_line(world, at_home).get().how == Involvement.How.DUTY
    with pytest.raises(Refused, match="Whoever works with the child lets others in"):
        let_all_in(on_duty, key, world.school)
    client = Client()
    client.force_login(on_duty)
    page = client.get(reverse("access", args=[key])).text
    assert "Whoever works with the child lets others in" in page
    assert reverse("access_give", args=[key]) not in page
    with pytest.raises(Refused):
        network.restrict(by=on_duty, person_id=key, reason="A friend")
    whom = Whom("", world.care, user=at_home.trusted_worker)
    with pytest.raises(Refused):
        network.deny_access(by=on_duty, person_id=key, whom=whom, why="A friend")


def test_who_is_on_duty_sees_the_record_no_longer_once_it_is_restricted(
    world: World, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    unsafe(world, at_home, settings, tmp_path)
    [reader] = User.objects.filter(username="fsup")
    for user in (fresh(reader), colleague("second", at_home.lead_team, Role.SUPERVISOR)):
        assert sees(user, at_home.person)
    network.restrict(by=fresh(reader), person_id=at_home.person_id, reason="A friend of the family is there")
    assert sees(world.supervisor, at_home.person) is None
    assert not duty_line(world, at_home).exists()


def test_who_is_on_duty_does_not_come_into_a_restricted_record_by_a_merge(
    world: World, child: Person, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    unsafe(world, at_home, settings, tmp_path)
    Person.objects.filter(pk=child.pk).update(restricted=True)
    network.involve(
        by=world.coordinator, person=child, agency=world.care, why="Decides",
        part=Whom("", world.care, team=world.coordinator.team),
    )  # fmt: skip
    merge(world, child, at_home.person)
    assert not duty_line(world, at_home).exists()


def danger_again(case: Any) -> None:
    key = case.person_id
    announce(by=None, kind=NoticeKind.CHILD_UNSAFE, subject="person", subject_id=key, person_id=key)


def test_danger_is_told_also_where_two_records_were_joined_that_were_both_open_to_who_is_on_duty(
    world: World, at_home: Any, helper: User, settings: Any, tmp_path: Any
) -> None:
    unsafe(world, at_home, settings, tmp_path)
    other = network.add_person(by=helper, given_name="Kit")
    announce(by=None, kind=NoticeKind.CHILD_UNSAFE, subject="person", subject_id=other.pk, person_id=other.pk)
    merge(world, at_home.person, other)
    assert duty_line(world, at_home).count() == 2
    duty_line(world, at_home).update(until=timezone.now() + timedelta(minutes=5))
    danger_again(at_home)
    assert sees(world.supervisor, at_home.person) == Level.RECORD
    assert duty_line(world, at_home).filter(until__gt=timezone.now() + timedelta(hours=23)).count() == 1


def test_danger_that_nobody_sees_writes_one_line_of_who_is_on_duty_however_often_it_is_passed_on(
    world: World, at_home: Any
) -> None:
    now, key = timezone.now(), at_home.person_id
    announce(by=None, kind=NoticeKind.MISSING, subject="person", subject_id=key, person_id=key, at=now)
    for minutes in (61, 70, 80, 90, 120):
        pass_on(now + timedelta(minutes=minutes))
    rows = AuditRow.objects.filter(verb="involve", person_id=key, reason="On duty")
    assert (rows.count(), duty_line(world, at_home).count()) == (1, 1)


def test_who_is_on_duty_decides_on_a_worry_with_all_that_it_takes(
    world: World, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    """They let in nobody by choice; what they decide lets in who does it."""
    unsafe(world, at_home, settings, tmp_path)
    told = tell(fresh(at_home.trusted_worker), person_id=at_home.person_id)
    telling.decide(
        by=fresh(world.supervisor), concern=told, decision="other_agency", reason="They do it",
        feedback="The school does it", other_agency=world.school, why_without_words="Not met yet",
    )  # fmt: skip
    assert sees(world.teacher, at_home.person) is not None


def test_a_line_of_who_is_on_duty_stays_where_they_are_let_in_less_far(
    world: World, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    unsafe(world, at_home, settings, tmp_path)
    [reader] = User.objects.filter(username="fsup")
    network.give_access(
        by=fresh(reader), person_id=at_home.person_id, level=Level.SUMMARY, why="Meets them at school",
        whom=Whom("", world.care, user=world.supervisor),
    )  # fmt: skip
    assert sees(world.supervisor, at_home.person) == Level.RECORD


def test_danger_late_on_duty_opens_the_record_until_that_duty_ends_too(
    world: World, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    unsafe(world, at_home, settings, tmp_path)
    line = duty_line(world, at_home).get()
    Involvement.objects.filter(pk=line.pk).update(until=timezone.now() + timedelta(minutes=5))
    danger_again(at_home)
    assert duty_line(world, at_home).get().until > timezone.now() + timedelta(hours=23)


def test_a_child_reads_that_somebody_is_told_at_once_only_where_who_is_on_duty_can_be(
    world: World, at_home: Any
) -> None:
    link, _code = voice.make_link(
        by=fresh(at_home.trusted_worker), person_id=at_home.person_id, word="marmalade", weeks=4
    )
    now = what_happens_now(timezone.now(), link)
    assert (now.on_duty, now.if_hidden) == (True, False)
    Person.objects.filter(pk=at_home.person_id).update(restricted=True)
    assert not what_happens_now(timezone.now(), link).on_duty


# ---- the child's own workers, where a whole agency is narrowed


@pytest.fixture
def led(world: World, child: Person) -> Any:
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    let_all_in(fresh(world.coordinator), child.pk, world.care)
    return case


def narrow_to_lead(world: World, child: Person) -> None:
    line = whole(child).get(agency=world.care)
    teams = [world.exploitation_team]
    access.narrow_access(by=fresh(world.supervisor), access_id=line.pk, teams=teams, why="x")


def old_list(child: Person, team: Team) -> None:
    """As it stood before teams were let in: what somebody had to do wrote no line of their own."""
    Involvement.objects.filter(person=child, team=team).delete()


def test_who_leads_family_help_stays_where_an_agency_is_narrowed(
    world: World, child: Person, led: Any, helper: User, family_help: Team, client: Client
) -> None:
    casework.allocate_worker(
        by=fresh(world.coordinator), case_id=led.pk, worker=fresh(helper), role="family_help"
    )
    old_list(child, family_help)
    client.force_login(fresh(world.supervisor))
    page = client.get(reverse("access_narrow", args=[whole(child).get(agency=world.care).pk])).text
    assert f'value="{family_help.pk}" checked' in page
    with pytest.raises(Refused, match="Choose each team that works with the child"):
        narrow_to_lead(world, child)
    casework.restrict_record(
        by=fresh(world.coordinator), person_id=child.pk, reason="A parent works there", only_parts=True
    )
    assert sees(helper, child) == Level.EVERYTHING


def test_a_worker_of_two_agencies_stays_where_the_one_is_narrowed_that_works_with_the_child(
    world: World, child: Person, led: Any, family_help: Team
) -> None:
    two = colleague("two", world.teacher.team)  # type: ignore[arg-type]
    Membership.objects.create(user=two, team=family_help, role=Role.PRACTITIONER)
    casework.allocate_worker(by=fresh(world.coordinator), case_id=led.pk, worker=fresh(two))
    old_list(child, family_help)
    with pytest.raises(Refused, match="Choose each team that works with the child"):
        narrow_to_lead(world, child)
    casework.restrict_record(
        by=fresh(world.coordinator), person_id=child.pk, reason="A parent works there", only_parts=True
    )
    assert sees(two, child) == Level.EVERYTHING


@pytest.mark.parametrize("is_worker", [False, True])
def test_work_writes_the_line_of_a_team_also_while_all_of_its_agency_sees_the_record(
    world: World, child: Person, led: Any, helper: User, is_worker: bool
) -> None:
    if is_worker:
        casework.assign_trusted_worker(by=fresh(world.coordinator), case_id=led.pk, worker=fresh(helper))
    else:
        casework.allow_to_do(by=fresh(world.coordinator), owner=fresh(helper), person_id=child.pk)
    line = whole(child).get(agency=world.care)
    network.end_access(by=fresh(world.supervisor), access_id=line.pk, why="Over")
    assert sees(helper, child) == (Level.EVERYTHING if is_worker else Level.RECORD)


def test_a_case_writes_the_line_of_its_team_also_while_all_of_its_agency_sees_the_record(
    world: World, helper: User, family_help: Team
) -> None:
    colleague("fsup", family_help, Role.SUPERVISOR)
    made = network.add_person(by=world.teacher, given_name="Kit")
    let_all_in(fresh(world.teacher), made.pk, world.care)
    casework.open_case(by=fresh(world.coordinator), person_id=made.pk, why="Worry", lead_team=family_help)
    network.end_access(
        by=fresh(world.coordinator), access_id=whole(made).get(agency=world.care).pk, why="Over"
    )
    assert sees(helper, made) == Level.EVERYTHING


# ---- where nobody who has to learn of it can


@pytest.fixture
def school_gone(world: World, child: Person, head: User) -> Any:
    """A case with which the school works by one teacher, who left since."""
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    casework.allow_to_do(
        by=world.coordinator, owner=world.teacher, person_id=child.pk, why_involve="Talks with her"
    )
    User.objects.filter(pk=world.teacher.pk).update(is_active=False)
    return case


def test_of_a_death_that_nobody_of_an_agency_can_be_told_a_co_ordinator_learns_that(
    world: World, child: Person, school_gone: Any, head: User
) -> None:
    record_death(
        by=fresh(world.supervisor), person_id=child.pk, died_on=timezone.localdate(), who_said="Police",
        about_when="Told today", who_is_told="Nobody yet",
    )  # fmt: skip
    assert readers(child.pk, "death") == {world.coordinator}
    assert readers(child.pk, "nobody_opens") == {world.coordinator}
    assert sees(head, child) is None


def test_where_every_agency_can_be_told_of_a_death_nothing_more_is_said(world: World, child: Person) -> None:
    casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    record_death(
        by=fresh(world.supervisor), person_id=child.pk, died_on=timezone.localdate(), who_said="Police",
        about_when="Told today", who_is_told="Nobody yet",
    )  # fmt: skip
    assert not readers(child.pk, "nobody_opens")


def test_a_worry_reaches_those_who_work_with_children_where_the_lead_of_their_agency_is_denied(
    world: World, child: Person, head: User
) -> None:
    part = Whom("", world.school, team=head.team)
    network.involve(by=world.coordinator, person=child, agency=world.school, why="Helps", part=part)
    denied = Whom("", world.school, user=head)
    network.deny_access(by=world.coordinator, person_id=child.pk, whom=denied, why="A neighbour")
    told = tell(world.social_worker, person_id=child.pk)
    telling.decide(
        by=fresh(world.coordinator), concern=told, decision="other_agency", reason="They do it",
        feedback="The school does it", other_agency=world.school, why_without_words="Not met yet",
    )  # fmt: skip
    assert readers(child.pk, "worry_taken_on") == {world.teacher}
    assert not readers(child.pk, "nobody_opens")
    assert sees(world.teacher, child) is not None
    assert sees(head, child) is None


def test_a_signature_that_nobody_can_give_waits_with_a_co_ordinator_and_writes_no_line(
    world: World, child: Person
) -> None:
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    tell(world.social_worker, person_id=child.pk)
    written = assessing.start_assessment(by=fresh(world.social_worker), case_id=case.pk)
    fill(written, fresh(world.social_worker))
    denied = Whom("", world.care, user=world.supervisor)
    network.deny_access(by=world.coordinator, person_id=child.pk, whom=denied, why="A friend")
    before = on_list(child)
    assessing.submit(by=fresh(world.social_worker), assessment_id=written.pk)
    assert on_list(child) == before
    assert readers(child.pk, "nobody_opens") == {world.coordinator}
    client = Client()
    client.force_login(fresh(world.coordinator))
    assert "or to sign it, can open the record" in client.get(reverse("home")).text
    network.lift_denial(by=world.coordinator, denial_id=child.denials.get().pk, why="No friend")
    assessing.sign_off(by=fresh(world.supervisor), assessment_id=written.pk)
    client.force_login(fresh(world.coordinator))
    assert "or to sign it, can open the record" not in client.get(reverse("home")).text


def test_a_signature_that_waits_for_somebody_who_is_kept_out_without_a_trace_tells_nobody_of_it(
    world: World, child: Person
) -> None:
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    tell(world.social_worker, person_id=child.pk)
    written = assessing.start_assessment(by=fresh(world.social_worker), case_id=case.pk)
    fill(written, fresh(world.social_worker))
    network.keep_out_unseen(by=world.social_worker, person_id=child.pk, user=world.supervisor)
    assessing.submit(by=fresh(world.social_worker), assessment_id=written.pk)
    assert not readers(child.pk, "nobody_opens")


def test_who_is_on_duty_is_let_in_once_and_not_again_where_somebody_ended_it(
    world: World, at_home: Any, settings: Any, tmp_path: Any
) -> None:
    unsafe(world, at_home, settings, tmp_path)
    line = Involvement.objects.running().get(person=at_home.person_id, user=world.supervisor)
    own = colleague("own", at_home.lead_team, Role.SUPERVISOR)
    network.end_access(by=own, access_id=line.pk, why="A neighbour of theirs")
    pass_on(timezone.now() + timedelta(hours=1))
    assert not Involvement.objects.running().filter(person=at_home.person_id, user=world.supervisor).exists()


def test_a_worry_is_not_taken_on_by_an_agency_of_whose_list_nobody_works_there_any_longer(
    world: World, child: Person, head: User
) -> None:
    let_all_in(fresh(world.coordinator), child.pk, world.school)
    line = whole(child).get(agency=world.school)
    teams: list[Any] = [world.teacher.team]
    access.narrow_access(by=fresh(world.coordinator), access_id=line.pk, teams=teams, why="A parent is there")
    User.objects.filter(pk=world.teacher.pk).update(is_active=False)
    told = tell(world.social_worker, person_id=child.pk)
    given: dict[str, Any] = {
        "concern": told, "decision": "other_agency", "reason": "They do it", "feedback": "The school does it",
        "other_agency": world.school, "why_without_words": "Not met yet",
    }  # fmt: skip
    with pytest.raises(Refused, match="nobody there would learn of it"):
        telling.decide(by=fresh(world.coordinator), **given)
    network.give_access(
        by=fresh(world.coordinator), person_id=child.pk, whom=Whom("", world.school, user=head),
        level=Level.EVERYTHING, why="She does it",
    )  # fmt: skip
    telling.decide(by=fresh(world.coordinator), **given)
    assert readers(child.pk, "worry_taken_on") == {head}


def test_a_supervisor_answers_for_a_case_also_after_records_are_joined_and_what_waits_stays_with_them(
    world: World, child: Person, head: User
) -> None:
    told = tell(world.teacher, new_person=NEW)
    casework.open_case(
        by=fresh(world.coordinator), person_id=told.person_id, why="Worry", lead_team=world.teacher.team
    )
    merge(world, child, told.person)
    assert sees(head, child) == sees(world.teacher, child) == Level.EVERYTHING


def test_somebody_of_a_worry_who_has_something_to_do_keeps_that_when_records_are_joined(
    world: World, child: Person
) -> None:
    told = tell(world.teacher, new_person=NEW)
    casework.open_case(by=world.coordinator, person_id=told.person_id, why="Worry")
    casework.allow_to_do(by=world.coordinator, owner=fresh(world.teacher), person_id=told.person_id)
    assert sees(world.teacher, told.person) == Level.EVERYTHING
    merge(world, child, told.person)
    assert sees(world.teacher, child) == Level.RECORD


def test_narrowing_keeps_what_a_team_had_of_its_agency_where_it_told_a_worry_too(
    world: World, child: Person
) -> None:
    told = tell(world.teacher, new_person=NEW)
    network.give_access(
        by=fresh(world.coordinator), person_id=told.person_id, whom=Whom("", world.school),
        level=Level.EVERYTHING, why="They work with her",
    )  # fmt: skip
    line = whole(told.person).get(agency=world.school)
    teams: list[Any] = [world.teacher.team]
    duty = Whom("", world.care, team=world.exploitation_team)
    network.let_in(by=world.coordinator, person=told.person, whom=duty, why="They decide")
    access.narrow_access(by=fresh(world.coordinator), access_id=line.pk, teams=teams, why="x")
    merge(world, child, told.person)
    assert sees(world.teacher, child) == Level.EVERYTHING


@pytest.mark.parametrize("role", ["allocated", "family_help"])
def test_a_worker_who_changed_team_is_let_in_again_by_allocating_them_again(
    world: World, child: Person, family_help: Team, role: str
) -> None:
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    given: dict[str, Any] = {"case_id": case.pk, "role": role}
    casework.allocate_worker(by=world.coordinator, worker=fresh(world.social_worker), **given)
    Membership.objects.filter(user=world.social_worker).update(team=family_help)
    assert sees(world.social_worker, child) is None
    casework.allocate_worker(by=fresh(world.coordinator), worker=fresh(world.social_worker), **given)
    assert sees(world.social_worker, child) == Level.EVERYTHING
    assert case.allocated_workers.filter(until=None).count() == case.allocated_workers.count() == 1
    with pytest.raises(Refused, match="allocated already"):
        casework.allocate_worker(by=fresh(world.coordinator), worker=fresh(world.social_worker), **given)


@pytest.mark.parametrize("name", [casework.allocate_worker, casework.assign_trusted_worker])
def test_a_worker_who_changed_team_and_sees_the_record_otherwise_sees_all_of_it_again(
    world: World, child: Person, family_help: Team, name: Any
) -> None:
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    name(by=world.coordinator, worker=fresh(world.social_worker), case_id=case.pk)
    Membership.objects.filter(user=world.social_worker).update(team=family_help)
    given: dict[str, Any] = {"owner": fresh(world.social_worker), "person_id": child.pk}
    casework.allow_to_do(by=fresh(world.coordinator), **given)
    assert sees(world.social_worker, child) == Level.RECORD
    name(by=fresh(world.coordinator), worker=fresh(world.social_worker), case_id=case.pk)
    assert sees(world.social_worker, child) == Level.EVERYTHING


def test_an_agency_whose_team_told_the_worry_and_answers_for_it_lets_in_nobody_else(
    world: World, child: Person, head: User
) -> None:
    """The head works in the team that told; the school's other supervisor does not."""
    other = colleague("deputy", Team.objects.create(agency=world.school, name="Sixth form"), Role.SUPERVISOR)
    told = tell(head, new_person=NEW)
    telling.decide(
        by=fresh(world.coordinator), concern=told, decision="other_agency", reason="They do it",
        feedback="The school does it", other_agency=world.school, why_without_words="Not met yet",
    )  # fmt: skip
    assert sees(other, told.person) is None
    merge(world, child, told.person)
    assert sees(head, child) == Level.EVERYTHING


def test_a_trusted_worker_who_changed_team_is_let_in_again_by_naming_them_again(
    world: World, child: Person, family_help: Team
) -> None:
    case = casework.open_case(by=world.coordinator, person_id=child.pk, why="Worry")
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=fresh(world.social_worker))
    Membership.objects.filter(user=world.social_worker).update(team=family_help)
    again: dict[str, Any] = {"case_id": case.pk, "worker": fresh(world.social_worker)}
    casework.assign_trusted_worker(by=fresh(world.coordinator), **again)
    assert sees(world.social_worker, child) == Level.EVERYTHING
    with pytest.raises(Refused, match="the trusted worker already"):
        casework.assign_trusted_worker(by=fresh(world.coordinator), **again)


def test_of_an_agency_that_only_knows_of_the_child_the_list_does_not_say_that_it_is_too_wide(
    world: World, child: Person, client: Client
) -> None:
    network.give_access(
        by=fresh(world.coordinator), person_id=child.pk, whom=Whom("", world.school), level=Level.KNOWS,
        why="They meet",
    )  # fmt: skip
    client.force_login(fresh(world.coordinator))
    there = reverse("access", args=[child.pk])
    assert "wider than the team" not in client.get(there).text
    let_all_in(fresh(world.coordinator), child.pk, world.police)
    assert "wider than the team" in client.get(there).text
