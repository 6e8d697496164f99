"""Who may see a child's record: the list, who is denied, and who decides about it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, Membership, Team, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.actions import open_case
from heard.network import actions, queries
from heard.network.models import Denial, Involvement, Person, Proposal
from heard.network.queries import Whom
from heard.network.rules import Level


@pytest.fixture
def amira(world: World) -> Person:
    """A child with whom the school and children’s services work."""
    child = actions.add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    actions.involve(by=world.teacher, person=child, agency=world.care, why="Leads the case")
    return child


@pytest.fixture
def restricted(world: World, amira: Person) -> Person:
    return actions.restrict(by=world.coordinator, person_id=amira.pk, reason="A parent works there")


# ---- who lets whom in


def test_only_who_may_restrict_lets_an_agency_into_a_restricted_record(
    world: World, restricted: Person
) -> None:
    let_in = {"person": restricted, "agency": world.police, "why": "Walks her home"}
    for who in (world.social_worker, world.teacher):
        with pytest.raises(Refused, match="co-ordinator or supervisor who is on the list"):
            actions.involve(by=who, **let_in)
    with pytest.raises(Hidden):
        queries.person_visible_to(world.officer, restricted.pk)
    assert not AuditRow.objects.filter(verb="involve", person_id=restricted.pk, reason="Walks her home")
    actions.involve(by=world.coordinator, **let_in)
    assert queries.person_visible_to(world.officer, restricted.pk) == restricted


def test_involving_an_agency_again_that_works_with_a_restricted_child_is_no_harm(
    world: World, restricted: Person
) -> None:
    actions.involve(by=world.teacher, person=restricted, agency=world.care, why="Again")
    assert len(queries.involvements_of(world.teacher, restricted.pk)) == 2


# ---- the list: agency, team, person; level; until


def whom(world: World, user: User | None = None, team: Team | None = None) -> Whom:
    held = team or (user.team if user else None)
    assert held is not None
    return Whom("", held.agency, team=team, user=user)


def let_in(world: World, child: Person, level: Level = Level.RECORD, **who: Any) -> Involvement:
    return actions.give_access(
        by=world.coordinator, person_id=child.pk, whom=whom(world, **who), level=level, why="Works with her"
    )


def sees(user: User, child: Person, level: Level = Level.RECORD) -> bool:
    fresh = User.objects.get(pk=user.pk)
    return queries.people_visible_to(fresh, level=level).filter(pk=child.pk).exists()


def colleague(world: World, name: str, team: Team) -> User:
    given, family = name.split(".")
    return agencies.add_user(
        by=world.administrator,
        username=name,
        first_name=given,
        last_name=family,
        password=None,
        team=team,
        role=Role.PRACTITIONER,
    )


@pytest.fixture
def other_officer(world: World) -> User:
    return colleague(world, "otto.reeve", world.officer.team)


def test_a_named_person_sees_the_record_and_their_colleagues_do_not(
    world: World, restricted: Person, other_officer: User
) -> None:
    let_in(world, restricted, user=world.officer)
    assert sees(world.officer, restricted)
    assert not sees(other_officer, restricted)


def test_a_team_sees_the_record_and_the_rest_of_its_agency_does_not(world: World, restricted: Person) -> None:
    night = agencies.add_team(by=world.administrator, agency=world.police, name="Night team")
    night_officer = colleague(world, "nia.dusk", night)
    let_in(world, restricted, team=night)
    assert sees(night_officer, restricted)
    assert not sees(world.officer, restricted)


def test_a_restriction_binds_inside_an_agency_once_only_a_team_of_it_is_on_the_list(
    world: World, restricted: Person
) -> None:
    """H2: a parent works in Family help."""
    family_help = agencies.add_team(by=world.administrator, agency=world.care, name="Family help")
    parent = colleague(world, "pat.khan", family_help)
    assert sees(parent, restricted)
    let_in(world, restricted, Level.EVERYTHING, team=world.exploitation_team)
    line = queries.accesses_of(world.coordinator, restricted.pk).get(agency=world.care, team=None)
    actions.end_access(by=world.coordinator, access_id=line.pk, why="A parent works there")
    assert not sees(parent, restricted)
    assert sees(world.social_worker, restricted, Level.EVERYTHING)


def test_each_level_holds_those_before_it_and_no_more(world: World, restricted: Person) -> None:
    for level in Level:
        let_in(world, restricted, level, user=world.officer)
        assert [level for level in Level if sees(world.officer, restricted, level)] == [
            one for one in Level if one <= level
        ]
        officer = User.objects.get(pk=world.officer.pk)
        assert queries.people_findable_by(officer).filter(pk=restricted.pk).exists()


def test_an_involvement_ends_with_a_reason_and_stays_on_the_list(world: World, amira: Person) -> None:
    actions.involve(by=world.teacher, person=amira, agency=world.police, why="Missing episodes")
    line = queries.accesses_of(world.teacher, amira.pk).get(agency=world.police)
    with pytest.raises(Refused, match="co-ordinator or supervisor"):
        actions.end_access(by=world.teacher, access_id=line.pk, why="Over")
    with pytest.raises(Refused, match="Say why"):
        actions.end_access(by=world.coordinator, access_id=line.pk, why=" ")
    actions.end_access(by=world.coordinator, access_id=line.pk, why="She was found")
    assert not sees(world.officer, amira)
    assert world.police not in [row.agency for row in queries.involvements_of(world.teacher, amira.pk)]
    [ended] = [row for row in queries.accesses_of(world.teacher, amira.pk) if not row.is_running]
    assert (ended.agency, ended.why_ended) == (world.police, "She was found")
    assert AuditRow.objects.filter(verb="end access", person_id=amira.pk, reason="She was found").exists()
    with pytest.raises(Refused, match="ended already"):
        actions.end_access(by=world.coordinator, access_id=line.pk, why="Again")
    actions.involve(by=world.teacher, person=amira, agency=world.police, why="Missing again")
    assert sees(world.officer, amira)


def test_an_end_that_was_set_closes_the_record_by_itself(world: World, restricted: Person) -> None:
    line = let_in(world, restricted, user=world.officer)
    Involvement.objects.filter(pk=line.pk).update(until=timezone.now() + timedelta(hours=1))
    assert sees(world.officer, restricted)
    Involvement.objects.filter(pk=line.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert not sees(world.officer, restricted)


def test_what_was_kept_of_a_question_ends_with_the_involvement(world: World, restricted: Person) -> None:
    """What a user is asked once for the day holds no time of its own."""
    line = let_in(world, restricted, user=world.officer)
    officer = User.objects.get(pk=world.officer.pk)
    rows = queries.people_visible_to(officer).filter(pk=restricted.pk)
    assert rows.exists()
    actions.end_access(by=world.coordinator, access_id=line.pk, why="Over")
    assert not rows.all().exists()


def test_somebody_who_decides_stays(world: World, restricted: Person) -> None:
    line = queries.accesses_of(world.coordinator, restricted.pk).get(agency=world.care)
    with pytest.raises(Refused, match="too few who decide"):
        actions.end_access(by=world.coordinator, access_id=line.pk, why="Over")
    with pytest.raises(Refused, match="too few who decide"):
        actions.deny_access(
            by=world.coordinator,
            person_id=restricted.pk,
            whom=whom(world, team=world.exploitation_team),
            why="x",
        )


def test_who_does_not_decide_can_be_kept_out_also_where_only_one_who_decides_is_left(
    world: World, restricted: Person
) -> None:
    """As of a record that was restricted before two were asked for."""
    agencies.switch_off(by=world.administrator, user=world.supervisor, reason="Left")
    with pytest.raises(Refused, match="too few who decide"):
        actions.deny_access(
            by=world.coordinator, person_id=restricted.pk, whom=whom(world, user=world.coordinator), why="x"
        )
    actions.deny_access(
        by=world.coordinator,
        person_id=restricted.pk,
        whom=whom(world, user=world.social_worker),
        why="Her uncle",
    )
    assert (
        not queries.people_visible_to(User.objects.get(pk=world.social_worker.pk))
        .filter(pk=restricted.pk)
        .exists()
    )


def test_nobody_lets_others_see_more_than_they_see(world: World, amira: Person) -> None:
    let_in(world, amira, Level.RECORD, user=world.officer)
    with pytest.raises(Refused, match="more than you see yourself"):
        actions.give_access(
            by=world.officer,
            person_id=amira.pk,
            whom=whom(world, user=world.officer),
            level=Level.EVERYTHING,
            why="x",
        )


# ---- who may not


def deny(world: World, child: Person, **who: Any) -> Denial:
    return actions.deny_access(
        by=world.coordinator, person_id=child.pk, whom=whom(world, **who), why="Her uncle"
    )


@pytest.mark.parametrize("who", ["social_worker", "supervisor"])
def test_a_denied_person_neither_sees_nor_finds_whatever_else_lets_them_in(
    world: World, amira: Person, who: str
) -> None:
    """An agency on the list, a line of their own, and a record that is open to the partnership."""
    user = getattr(world, who)
    let_in(world, amira, Level.EVERYTHING, user=user)
    deny(world, amira, user=user)
    fresh = User.objects.get(pk=user.pk)
    for level in Level:
        assert not sees(user, amira, level)
    assert queries.find_people(fresh, given_name="Amira", family_name="Khan") == []
    with pytest.raises(Hidden):
        queries.person_findable_by(fresh, amira.pk)
    assert AuditRow.objects.filter(
        verb="deny access", person_id=amira.pk, detail={"user": user.pk}, reason="Her uncle"
    ).exists()


def test_a_co_ordinator_of_the_partnership_is_denied_too(world: World, amira: Person) -> None:
    other = colleague(world, "cy.orde", world.officer.team)
    Membership.objects.create(user=other, team=world.officer.team, role=Role.COORDINATOR)
    assert sees(other, amira)
    deny(world, amira, user=other)
    assert not sees(other, amira)


def test_a_denied_team_is_kept_out_by_any_role_in_it(world: World, amira: Person) -> None:
    missing = world.officer.team
    Membership.objects.create(user=world.teacher, team=missing, role=Role.ANALYST)
    deny(world, amira, team=missing)
    assert not sees(world.teacher, amira)
    assert not sees(world.officer, amira)


def test_a_denial_is_lifted_with_a_reason(world: World, amira: Person) -> None:
    row = deny(world, amira, user=world.social_worker)
    with pytest.raises(Hidden):
        actions.lift_denial(by=User.objects.get(pk=world.social_worker.pk), denial_id=row.pk, why="I want to")
    with pytest.raises(Refused, match="co-ordinator or supervisor"):
        actions.lift_denial(by=world.teacher, denial_id=row.pk, why="x")
    actions.lift_denial(by=world.coordinator, denial_id=row.pk, why="It was somebody else")
    assert sees(world.social_worker, amira)


def test_only_who_decides_keeps_somebody_out(world: World, amira: Person) -> None:
    with pytest.raises(Refused, match="co-ordinator or supervisor"):
        actions.deny_access(
            by=world.teacher, person_id=amira.pk, whom=whom(world, user=world.social_worker), why="x"
        )
    with pytest.raises(Refused, match="Say why"):
        actions.deny_access(
            by=world.coordinator, person_id=amira.pk, whom=whom(world, user=world.social_worker), why=" "
        )


def test_a_worry_about_a_restricted_child_opens_the_record_to_the_duty_team_alone(world: World) -> None:
    child = actions.add_person(by=world.officer, given_name="Kit", restricted=True)
    family_help = agencies.add_team(by=world.administrator, agency=world.care, name="Family help")
    elsewhere = colleague(world, "fay.help", family_help)
    actions.open_to_duty_team(by=world.officer, person_id=child.pk, team=world.exploitation_team)
    actions.open_to_duty_team(by=world.officer, person_id=child.pk, team=world.exploitation_team)
    assert sees(world.supervisor, child)
    assert not sees(elsewhere, child)
    assert queries.accesses_of(world.officer, child.pk).count() == 2


def test_two_records_of_which_one_agency_is_on_both_lists_are_merged(world: World, amira: Person) -> None:
    other = actions.add_person(by=world.teacher, given_name="Ameera", family_name="Khan")
    actions.involve(by=world.teacher, person=other, agency=world.care, why="Helps")
    for person in (amira, other):
        let_in(world, person, user=world.officer)
        deny(world, person, user=world.social_worker)
    actions.merge_people(by=world.coordinator, kept_id=amira.pk, merged_id=other.pk, reason="One child")
    assert sees(world.officer, amira)
    assert not sees(world.social_worker, amira)


# ---- pages


def test_the_list_is_read_and_changed_on_its_pages(world: World, amira: Person, client: Client) -> None:
    client.force_login(world.coordinator)
    at = {"person_id": amira.pk}
    page = client.get(reverse("access", kwargs=at)).text
    assert "Northgate Academy" in page
    assert reverse("access", kwargs=at) in client.get(reverse("child_shared", kwargs=at)).text
    sent = {"whom": f"person:{world.officer.pk}", "level": "2", "why": "Knows her aunt"}
    assert client.post(reverse("access_give", kwargs=at), sent).status_code == 302
    page = client.get(reverse("access", kwargs=at)).text
    assert "Knows her aunt" in page
    assert "Summary" in page
    line = queries.accesses_of(world.coordinator, amira.pk).get(user=world.officer)
    assert client.post(reverse("access_end", args=[line.pk]), {"why": "Done"}).status_code == 302
    sent = {"whom": f"person:{world.social_worker.pk}", "why": "Her uncle"}
    assert client.post(reverse("access_deny", kwargs=at), sent).status_code == 302
    assert "Her uncle" in client.get(reverse("access", kwargs=at)).text
    row = Denial.objects.get()
    assert client.post(reverse("denial_lift", args=[row.pk]), {"why": "A mistake"}).status_code == 302
    assert sees(world.social_worker, amira)


def test_the_last_day_of_an_access_is_part_of_it(world: World, amira: Person, client: Client) -> None:
    client.force_login(world.coordinator)
    last = timezone.localdate() + timedelta(days=3)
    sent = {"whom": f"team:{world.officer.team.pk}", "level": "3", "why": "Helps"}
    sent |= {"until-day": last.day, "until-month": last.month, "until-year": last.year}
    client.post(reverse("access_give", kwargs={"person_id": amira.pk}), sent)
    line = queries.accesses_of(world.coordinator, amira.pk).get(team=world.officer.team)
    assert timezone.localtime(line.until).date() == last + timedelta(days=1)


@pytest.mark.parametrize("more", [0, 8])
def test_the_page_of_the_list_asks_a_fixed_number_of_times(
    world: World,
    amira: Person,
    client: Client,
    more: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(more):
        officer = colleague(world, f"off.icer{number}", world.officer.team)
        let_in(world, amira, user=officer)
        deny(world, amira, user=officer)
    client.force_login(world.coordinator)
    with django_assert_max_num_queries(16):
        assert client.get(reverse("access", kwargs={"person_id": amira.pk})).status_code == 200


# ---- the core of a person


def test_only_the_agency_that_leads_changes_a_name_a_birth_date_or_a_number(
    world: World, amira: Person
) -> None:
    """M5: a school renamed a child shared with social care and changed the birth date."""
    by = {"by": world.social_worker, "person_id": amira.pk}
    with pytest.raises(Refused, match="changed by the agency that leads"):
        actions.rename_person(**by, given_name="Amy", family_name="Khan")
    same = {
        "birth_date": None,
        "sex": "F",
        "legal_status": "in_need",
        "nhs_number": "",
        "upn": "",
    }
    for change in ({"birth_date": date(2011, 1, 1)}, {"nhs_number": "9434765919"}, {"upn": "A1"}):
        with pytest.raises(Refused, match="changed by the agency that leads"):
            actions.change_details(**by, **(same | change))
    assert actions.change_details(**by, **same).legal_status == "in_need"
    actions.rename_person(by=world.teacher, person_id=amira.pk, given_name="Amy", family_name="Khan")
    amira.refresh_from_db()
    assert (str(amira), amira.birth_date) == ("Amy Khan", None)


def test_opening_a_case_passes_the_lead_to_the_agency_that_leads_it(world: World, amira: Person) -> None:
    open_case(by=world.coordinator, person_id=amira.pk)
    with pytest.raises(Refused, match="Propose the change"):
        actions.rename_person(by=world.teacher, person_id=amira.pk, given_name="Amy", family_name="Khan")
    actions.rename_person(by=world.social_worker, person_id=amira.pk, given_name="Amy", family_name="Khan")


def propose(world: World, child: Person, **values: Any) -> Proposal:
    return actions.propose_core(
        by=world.social_worker, person_id=child.pk, values=values, why="The birth certificate says so"
    )


def test_what_is_proposed_is_changed_by_the_lead_agency_and_the_old_name_is_kept(
    world: World, amira: Person
) -> None:
    row = propose(world, amira, family_name="Khan-Iqbal", birth_date=date(2011, 1, 2), given_name="Amira")
    assert row.values == {"family_name": "Khan-Iqbal", "birth_date": "2011-01-02"}
    assert list(queries.proposals_around(world.teacher)) == [row]
    with pytest.raises(Refused, match="agency that leads"):
        actions.decide_proposal(by=world.social_worker, proposal_id=row.pk, accepts=True)
    actions.decide_proposal(by=world.teacher, proposal_id=row.pk, accepts=True)
    amira.refresh_from_db()
    assert (amira.family_name, amira.birth_date) == ("Khan-Iqbal", date(2011, 1, 2))
    assert [str(name) for name in amira.other_names.all()] == ["Amira Khan"]
    assert queries.find_people(world.teacher, given_name="Amira", family_name="Khan-Iqbal")
    with pytest.raises(Refused, match="decided already"):
        actions.decide_proposal(by=world.teacher, proposal_id=row.pk, accepts=True)


def test_what_is_not_changed_says_why_to_whoever_proposed_it(world: World, amira: Person) -> None:
    row = propose(world, amira, birth_date=date(2011, 1, 2))
    with pytest.raises(Refused, match="Say why it stays"):
        actions.decide_proposal(by=world.teacher, proposal_id=row.pk, accepts=False, answer=" ")
    actions.decide_proposal(by=world.teacher, proposal_id=row.pk, accepts=False, answer="We saw the passport")
    amira.refresh_from_db()
    assert amira.birth_date is None
    assert queries.proposal_visible_to(world.social_worker, row.pk).answer == "We saw the passport"


def test_nothing_is_proposed_that_changes_nothing_nor_by_the_lead_nor_by_whoever_does_not_see(
    world: World, amira: Person
) -> None:
    with pytest.raises(Refused, match="Nothing is different"):
        propose(world, amira, given_name="Amira")
    with pytest.raises(Refused, match="Change it yourself"):
        actions.propose_core(by=world.teacher, person_id=amira.pk, values={"upn": "A1"}, why="x")
    with pytest.raises(Hidden):
        actions.propose_core(by=world.officer, person_id=amira.pk, values={"upn": "A1"}, why="x")


def test_a_change_is_proposed_and_decided_on_its_pages(world: World, amira: Person, client: Client) -> None:
    client.force_login(world.social_worker)
    at = reverse("person_propose", args=[amira.pk])
    assert at in client.get(reverse("person_details", args=[amira.pk])).text
    assert "Propose the change" in client.get(reverse("person_names", args=[amira.pk])).text
    assert 'name="birth_date-day"' not in client.get(reverse("person_facts", args=[amira.pk])).text
    sent = {"given_name": "Amira", "family_name": "Khan", "upn": "A1", "why": "The register"}
    assert client.post(at, sent).status_code == 302
    row = Proposal.objects.get()
    assert 'name="accepts"' not in client.get(reverse("proposal", args=[row.pk])).text
    client.force_login(world.teacher)
    assert "The register" in client.get(reverse("proposals")).text
    assert client.post(reverse("proposal", args=[row.pk]), {"accepts": "yes"}).status_code == 302
    client.force_login(world.social_worker)
    assert "It was changed." in client.get(reverse("proposal", args=[row.pk])).text
    amira.refresh_from_db()
    assert amira.upn == "A1"
