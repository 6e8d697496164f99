"""Who sees and finds which child, who cannot, and what each write leaves behind."""

import uuid
from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.network import actions, queries
from heard.network.models import Person
from heard.network.queries import Whom
from heard.network.rules import Level

BORN = date(2010, 4, 3)


@pytest.fixture
def amira(world: World) -> Person:
    return actions.add_person(
        by=world.teacher, given_name="Amira", family_name="Khan", birth_date=BORN, postcode="le11aa"
    )


@pytest.fixture
def hidden_child(world: World) -> Person:
    return actions.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)


def test_adding_a_child_involves_the_adders_agency_and_no_other(world: World, amira: Person) -> None:
    assert queries.person_visible_to(world.teacher, amira.pk) == amira
    assert [row.agency for row in queries.involvements_of(world.teacher, amira.pk)] == [world.school]
    assert not queries.involvements_of(world.officer, amira.pk)
    with pytest.raises(Hidden):
        queries.person_visible_to(world.officer, amira.pk)


def test_a_coordinator_sees_the_partnership_but_not_a_restricted_child(
    world: World, amira: Person, hidden_child: Person
) -> None:
    assert set(queries.people_visible_to(world.coordinator)) == {amira}
    with pytest.raises(Hidden):
        queries.person_visible_to(world.coordinator, hidden_child.pk)


@pytest.mark.parametrize("who", ["analyst", "board_member", "administrator"])
def test_who_does_no_casework_sees_and_finds_no_child(world: World, amira: Person, who: str) -> None:
    user = getattr(world, who)
    assert not queries.people_visible_to(user).exists()
    assert queries.find_people(user, given_name="Amira", family_name="Khan") == []
    with pytest.raises(Refused, match="Your role does not let you add a child"):
        actions.add_person(by=user, given_name="Any", family_name="Name")


def test_a_child_is_found_in_spite_of_spelling_and_swapped_dates(world: World, amira: Person) -> None:
    [hit] = queries.find_people(
        world.teacher,
        given_name="Ameera",
        family_name="Kahn",
        birth_date=date(2010, 3, 4),
        postcode="LE1 2BB",
    )
    assert hit.reasons == (
        "given name sounds alike",
        "family name sounds alike",
        "day and month of birth swapped",
        "same postcode district",
    )
    assert (hit.name, hit.birth_date, hit.postcode_district, hit.may_open) == (
        "Amira Khan",
        BORN,
        "LE1",
        True,
    )


def test_another_agency_finds_nobody_until_it_may_know_and_then_one_line_that_it_may_not_open(
    world: World, amira: Person
) -> None:
    assert queries.find_people(world.officer, given_name="Amira", family_name="Khan") == []
    knows(world, amira)
    [hit] = queries.find_people(world.officer, given_name="Amira", family_name="Khan")
    assert not hit.may_open
    assert queries.find_people(world.officer, family_name="Khan") == []


def test_a_restricted_child_is_found_by_involved_agencies_only(world: World, hidden_child: Person) -> None:
    asked = {"given_name": "Kit", "family_name": "Marlowe"}
    assert [hit.person_id for hit in queries.find_people(world.officer, **asked)] == [hidden_child.pk]
    for user in (world.teacher, world.coordinator):
        assert queries.find_people(user, **asked) == []
        with pytest.raises(Hidden):
            queries.person_findable_by(user, hidden_child.pk)


def test_an_adult_around_a_child_is_not_found_as_a_child(world: World) -> None:
    actions.add_person(by=world.teacher, given_name="Alan", family_name="Marsh", kind="adult")
    assert queries.find_people(world.teacher, given_name="Alan", family_name="Marsh") == []


def test_hits_with_more_reasons_come_first_and_no_more_than_asked_for(world: World, amira: Person) -> None:
    for number in range(4):
        actions.add_person(by=world.teacher, given_name="Amira", family_name="Khan", upn=f"U{number}")
    hits = queries.find_people(
        world.teacher, given_name="Amira", family_name="Khan", birth_date=BORN, limit=3
    )
    assert len(hits) == 3
    assert hits[0].person_id == amira.pk


@pytest.mark.parametrize("children", [1, 12])
def test_finding_asks_the_database_a_fixed_number_of_times(
    world: World, children: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(children):
        actions.add_person(by=world.teacher, given_name="Amira", family_name="Khan", postcode="LE1 1AA")
    assert world.teacher.permissions
    with django_assert_num_queries(6):
        assert queries.find_people(world.teacher, given_name="Amira", family_name="Khan")
    with django_assert_num_queries(0):
        assert queries.find_people(world.teacher) == []


def knows(world: World, child: Person) -> None:
    """The police know that the child is known, and no more."""
    let_in = {"whom": Whom("", world.police), "level": Level.KNOWS, "why": "Looks for her"}
    actions.give_access(by=world.teacher, person_id=child.pk, **let_in)  # type: ignore[arg-type]


def test_a_new_name_is_found_and_so_is_the_old_one(world: World, amira: Person) -> None:
    knows(world, amira)
    actions.rename_person(by=world.teacher, person_id=amira.pk, given_name="Amira", family_name="Hussain")
    actions.add_other_name(by=world.teacher, person_id=amira.pk, given_name="Mimi")
    for given, family in [("Amira", "Hussain"), ("Amira", "Khan")]:
        assert len(queries.find_people(world.officer, given_name=given, family_name=family)) == 1
    assert len(queries.find_people(world.teacher, given_name="Mimi")) == 1


def test_a_child_who_moved_is_found_at_both_addresses(world: World, amira: Person) -> None:
    actions.move_house(by=world.teacher, person_id=amira.pk, postcode="ng72bb")
    for postcode in ("LE1 1AA", "NG7 2BB"):
        [hit] = queries.find_people(world.teacher, family_name="Khan", postcode=postcode)
        assert hit.reasons == ("same family name", "same postcode")


def test_involving_an_agency_opens_the_record_to_it_once(world: World, amira: Person) -> None:
    for _ in range(2):
        actions.involve(by=world.teacher, person=amira, agency=world.police, why="Missing episodes")
    assert queries.person_visible_to(world.officer, amira.pk) == amira
    assert AuditRow.objects.filter(verb="involve", person_id=amira.pk).count() == 2  # school, police
    with pytest.raises(Hidden):
        actions.involve(by=world.social_worker, person=amira, agency=world.care, why="Let me in")


def test_opening_a_record_leaves_a_row_and_a_refusal_leaves_none(world: World, amira: Person) -> None:
    actions.open_record(by=world.teacher, person_id=amira.pk)
    with pytest.raises(Hidden):
        actions.open_record(by=world.officer, person_id=amira.pk)
    [row] = AuditRow.objects.filter(verb="view")
    assert (row.actor, row.person_id) == (world.teacher.username, amira.pk)


def test_of_several_records_each_leaves_a_row_and_none_is_opened_where_one_is_hidden(
    world: World, amira: Person, hidden_child: Person
) -> None:
    other = actions.add_person(by=world.teacher, given_name="Bela", family_name="Khan")
    with pytest.raises(Hidden):
        actions.open_records(by=world.teacher, person_ids=[amira.pk, hidden_child.pk])
    assert not AuditRow.objects.filter(verb="view").exists()
    opened = actions.open_records(by=world.teacher, person_ids=[amira.pk, other.pk])
    assert opened == {amira.pk: amira, other.pk: other}
    rows = AuditRow.objects.filter(verb="view", actor=world.teacher.username)
    assert {row.person_id for row in rows} == opened.keys()


def test_restricting_closes_a_record_to_everyone_else(world: World, amira: Person) -> None:
    with pytest.raises(Refused, match="Only who is on the list"):
        actions.restrict(by=world.coordinator, person_id=amira.pk, reason="Threats")
    actions.involve(by=world.teacher, person=amira, agency=world.care, why="Leads the case")
    with pytest.raises(Refused, match="Ask a co-ordinator"):
        actions.restrict(by=world.teacher, person_id=amira.pk, reason="Threats")
    actions.restrict(by=world.supervisor, person_id=amira.pk, reason="Threats")
    assert queries.find_people(world.officer, given_name="Amira", family_name="Khan") == []
    assert queries.person_visible_to(world.coordinator, amira.pk).restricted


def test_ties_are_seen_from_both_ends_and_restricted_ends_are_left_out(
    world: World, amira: Person, hidden_child: Person
) -> None:
    actions.involve(by=world.teacher, person=amira, agency=world.police, why="Missing episodes")
    sister = actions.add_person(by=world.teacher, given_name="Sana", family_name="Khan")
    place = actions.add_place(by=world.teacher, name="Bus station", kind="transport hub", postcode="LE1 3ZZ")
    tie = {"by": world.officer, "one_id": amira.pk, "knows": actions.Knows("Seen together")}
    actions.note_tie(
        by=world.teacher,
        one_id=sister.pk,
        other_id=amira.pk,
        in_words="sister",
        knows=actions.Knows("School record"),
    )
    actions.note_tie(**tie, other_id=place.pk, in_words="goes to")
    actions.note_tie(**tie, other_id=hidden_child.pk, in_words="friend")
    seen = [(strand.end, strand.name) for strand in queries.web(world.teacher).around(amira.pk)]
    assert seen == [("place", "Bus station"), ("person", "Sana Khan")]
    theirs = {strand.name for strand in queries.web(world.officer).around(amira.pk)}
    assert theirs == {"Bus station", "Kit Marlowe"}
    assert queries.web(world.social_worker).around(amira.pk) == []


def test_nobody_is_tied_to_themselves(world: World, amira: Person) -> None:
    with pytest.raises(Refused, match="not the same"):
        actions.note_tie(
            by=world.teacher,
            one_id=amira.pk,
            other_id=amira.pk,
            in_words="knows",
            knows=actions.Knows("Told us"),
        )


def test_absent_and_hidden_look_the_same(world: World) -> None:
    with pytest.raises(Hidden):
        queries.person_visible_to(world.teacher, uuid.uuid4())


def test_a_role_that_sees_no_child_brings_nobody_the_children_of_its_agency(
    world: World, hidden_child: Person, amira: Person
) -> None:
    """An analyst of the police who also teaches sees the school's children, and no more."""
    missing = world.officer.team
    assert missing is not None
    agencies.give_role(
        by=world.administrator,
        user=world.teacher,
        team=missing,
        role=Role.ANALYST,
        agreed_by=world.coordinator,
    )
    both = User.objects.get(pk=world.teacher.pk)
    assert list(queries.people_visible_to(both)) == [amira]
    assert not queries.people_findable_by(both).filter(pk=hidden_child.pk).exists()


def test_a_child_belongs_to_the_agency_in_which_the_adder_works_with_children(world: World) -> None:
    user = agencies.add_user(
        by=world.administrator,
        username="both.ways",
        first_name="Both",
        last_name="Ways",
        password=None,
        team=world.exploitation_team,
        role=Role.ANALYST,
        agreed_by=world.coordinator,
    )
    pastoral = world.teacher.team
    assert pastoral is not None
    agencies.give_role(by=world.administrator, user=user, team=pastoral, role=Role.PRACTITIONER)
    both = User.objects.get(pk=user.pk)
    child = actions.add_person(by=both, given_name="Noor")
    assert [row.agency for row in queries.involvements_of(both, child.pk)] == [world.school]


def test_a_supervisor_restricts_no_record_by_a_role_in_an_agency_that_is_not_involved(
    world: World, amira: Person
) -> None:
    agencies.give_role(
        by=world.administrator,
        user=world.teacher,
        team=world.exploitation_team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    both = User.objects.get(pk=world.teacher.pk)
    with pytest.raises(Refused, match="co-ordinator or supervisor"):
        actions.restrict(by=both, person_id=amira.pk, reason="Threats")


def test_a_tie_between_two_children_is_written_down_for_both(world: World, amira: Person) -> None:
    friend = actions.add_person(by=world.teacher, given_name="Noor")
    actions.note_tie(
        by=world.teacher,
        one_id=amira.pk,
        in_words="friend of",
        other_id=friend.pk,
        knows=actions.Knows("Noor says so"),
    )
    for child in (amira, friend):
        assert AuditRow.objects.filter(verb="note", subject="tie", person_id=child.pk).count() == 1


def test_who_sees_no_child_writes_down_no_place_and_no_group(world: World) -> None:
    for who in (world.analyst, world.administrator):
        with pytest.raises(Refused):
            actions.add_place(by=who, name="Harbour Street arcade", kind="arcade")
        with pytest.raises(Refused):
            actions.add_group(by=who, name="Friday group", kind="group of friends")
