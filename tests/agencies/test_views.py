"""The administrator's pages: what they show, what they refuse with the input kept, and how many queries they take."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import PASSWORD, World
from tests.walls.record import FAMILY_NAME, SAYS, SEEN, Record, make_record

from heard.agencies import actions
from heard.agencies.models import AuditRow, Membership, User
from heard.agencies.rules import Role


@pytest.fixture
def admin(world: World) -> Client:
    client = Client()
    client.force_login(world.administrator)
    return client


def add_many(world: World, count: int) -> None:
    for number in range(count):
        actions.add_user(
            by=world.administrator, username=f"p{number}", first_name="P", last_name=f"Zed {number:03}",
            password=None, team=world.exploitation_team, role=Role.PRACTITIONER,
        )  # fmt: skip


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def answers(world: World, **changed: str) -> dict[str, str]:
    return {
        "username": "nia.birch",
        "first_name": "Nia",
        "last_name": "Birch",
        "team": str(world.exploitation_team.pk),
        "role": "practitioner",
        "email": "nia@wexmoor.example",
    } | changed


def test_people_come_in_pages_of_fifty(world: World, admin: Client) -> None:
    add_many(world, 60)
    first, second = text(admin.get("/people/")), text(admin.get("/people/?page=2"))
    assert "Tess Archer" in first
    assert "Zed 059" not in first
    assert "Zed 059" in second


@pytest.mark.parametrize("page", ["/people/", "/people/teams/", "/people/add/"])
def test_the_number_of_queries_does_not_grow_with_people_or_teams(
    world: World, admin: Client, page: str, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as few:
        admin.get(page)
    add_many(world, 30)
    for number in range(20):
        agency = actions.add_agency(by=world.administrator, name=f"School {number}", kind="education")
        actions.add_team(by=world.administrator, agency=agency, name="Pastoral")
    with django_assert_max_num_queries(len(few)):
        admin.get(page)


def test_a_person_who_is_added_is_sent_a_link_and_has_no_password_yet(world: World, admin: Client) -> None:
    page = text(admin.get("/people/add/"))
    assert 'type="password"' not in page
    answer = admin.post("/people/add/", answers(world, password=PASSWORD, again=PASSWORD), follow=True)
    made = User.objects.get(username="nia.birch")
    assert made.roles == [Role.PRACTITIONER]
    assert not made.has_usable_password()
    assert made.invited_at
    assert "No password yet" in text(answer)
    assert "A link to set a password is on its way" in text(answer)


def test_where_no_mail_can_be_sent_a_person_is_added_and_the_page_says_so(
    world: World, admin: Client, settings: Any
) -> None:
    settings.ADDRESS = ""
    answer = admin.post("/people/add/", answers(world), follow=True)
    assert "HEARD_ADDRESS is not set" in text(answer)
    assert "no link was sent" in text(answer)
    assert User.objects.get(username="nia.birch").invited_at is None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"username": ""}, "Enter username"),
        ({"username": "nia birch"}, "valid username"),
        ({"username": "Tess.Archer"}, "Somebody has this username already."),
        ({"first_name": ""}, "Enter given name"),
        ({"team": ""}, "Choose the team"),
        ({"team": "x"}, "Select a valid choice"),
        ({"role": ""}, "Choose the role"),
        ({"role": "owner"}, "Select a valid choice"),
        ({"email": ""}, "Enter email address"),
        ({"email": "nia"}, "such as name@example.org"),
    ],
)
def test_a_wrong_answer_gets_a_sentence_and_loses_nothing(
    world: World, admin: Client, changed: dict[str, str], sentence: str
) -> None:
    before = User.objects.count()
    shown = text(admin.post("/people/add/", answers(world, **changed)))
    assert "There is a problem" in shown
    assert sentence in shown
    assert 'value="Birch"' in shown
    assert PASSWORD not in shown
    assert User.objects.count() == before


def test_the_last_administrator_reads_why_their_role_stays(world: World, admin: Client) -> None:
    ade = world.administrator
    Membership.objects.create(user=ade, team=world.exploitation_team, role=Role.BOARD)
    held = ade.memberships.get(role=Role.ADMINISTRATOR)
    shown = text(admin.post(f"/people/{ade.pk}/take-role/", {"membership": held.pk}))
    assert "Somebody has to be an administrator." in shown


def test_whoever_gives_up_being_administrator_is_led_to_a_page_that_they_may_see(
    world: World, admin: Client
) -> None:
    ade = world.administrator
    Membership.objects.create(user=ade, team=world.exploitation_team, role=Role.BOARD)
    actions.give_role(
        by=ade,
        user=world.teacher,
        team=world.exploitation_team,
        role=Role.ADMINISTRATOR,
        agreed_by=world.coordinator,
    )
    held = ade.memberships.get(role=Role.ADMINISTRATOR)
    answer = admin.post(f"/people/{ade.pk}/take-role/", {"membership": held.pk}, follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/"


def test_a_role_that_is_there_already_is_refused_in_the_form(world: World, admin: Client) -> None:
    data = {"team": str(world.exploitation_team.pk), "role": "supervisor"}
    shown = text(admin.post(f"/people/{world.supervisor.pk}/give-role/", data))
    assert "They have this role in this team already" in shown


def test_switching_off_asks_why(world: World, admin: Client) -> None:
    address = f"/people/{world.officer.pk}/switch-off/"
    assert "Say why." in text(admin.post(address, {"reason": "  "}))
    assert User.objects.get(pk=world.officer.pk).is_active
    assert "signed out everywhere" in text(admin.post(address, {"reason": "left"}, follow=True))
    assert "They are switched off already." in text(admin.get(address))


def test_switching_on_says_so_where_somebody_is_on_already(world: World, admin: Client) -> None:
    address = f"/people/{world.officer.pk}/switch-on/"
    assert "They are switched on already." in text(admin.get(address))
    assert "They are switched on already." in text(admin.post(address, {"reason": "back"}))


def test_an_agency_without_a_team_is_pointed_at(world: World, admin: Client) -> None:
    admin.post("/people/agencies/add/", {"name": "Moorside Clinic", "kind": "health"})
    assert "Agencies without a team" in text(admin.get("/people/teams/"))
    again = text(admin.post("/people/agencies/add/", {"name": "moorside clinic", "kind": "health"}))
    assert "There is an agency of this name already." in again


def test_a_partnership_whose_worries_come_to_nobody_is_told(db: None) -> None:
    ade = actions.begin_partnership(
        username="ade", first_name="A", last_name="B", password=None, agency="C", kind="police", team="D"
    )
    client = Client()
    client.force_login(ade)
    assert "New worries come to no team yet." in text(client.get("/people/teams/"))


def test_a_person_or_team_that_is_not_there_is_a_404(world: World, admin: Client) -> None:
    for name in ("user", "user_invite", "user_unlock", "user_give_role", "user_take_role", "user_switch_off"):
        assert admin.get(reverse(name, args=[99999])).status_code == 404
    assert admin.get("/people/teams/00000000-0000-4000-8000-000000000000/").status_code == 404


@pytest.mark.parametrize("who", ["coordinator", "supervisor", "social_worker", "analyst", "board_member"])
def test_the_pages_are_there_for_administrators_alone(world: World, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who))
    before = AuditRow.objects.count()
    for path in ("/people/", "/people/add/", f"/people/{world.teacher.pk}/switch-off/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"reason": "left"}).status_code == 404
    assert AuditRow.objects.count() == before
    assert "People and teams" not in text(client.get("/"))


@pytest.fixture
def record(world: World, settings: Any, tmp_path: Any) -> Record:
    settings.DATA = tmp_path
    return make_record(world, restricted=False)


@pytest.mark.usefixtures("plain_refusals")
def test_an_administrator_sees_no_childs_record_anywhere(record: Record, admin: Client) -> None:
    """Neither on a page of their own, whose menus a refusal has too, nor at an address of the record, restricted or not."""
    from tests.walls.test_every_address import GUARDED

    for address in GUARDED:
        for call in (admin.get, admin.post):
            shown = call(address.of(record)).getvalue().decode(errors="replace")
            assert not [word for word in (FAMILY_NAME, SAYS, SEEN) if word in shown], address.name
