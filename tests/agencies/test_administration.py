"""Adding, changing and switching off: what is refused, what is written down, and what happens at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from tests.conftest import PASSWORD, World

from heard.agencies import actions, queries
from heard.agencies.models import AuditRow, Membership, Team, User
from heard.agencies.rules import Hidden, Refused, Role

OTHERS = ["coordinator", "supervisor", "social_worker", "teacher", "analyst", "board_member"]


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def held(user: User) -> Membership:
    """Their first role."""
    return Membership.objects.filter(user=user)[0]


def every_action(world: World, by: User) -> dict[str, Callable[[], Any]]:
    user, team = world.officer, world.exploitation_team
    return {
        "add agency": lambda: actions.add_agency(by=by, name="Clinic", kind="health"),
        "add team": lambda: actions.add_team(by=by, agency=world.police, name="Night team"),
        "change team": lambda: actions.change_team(by=by, team=team, duty_phone="1", takes_worries=True),
        "add user": lambda: actions.add_user(
            by=by, username="new", first_name="N", last_name="W", password=None, team=team, role=Role.BOARD
        ),
        "invite user": lambda: actions.invite(by=by, user=user, email="ofa@wexmoor.example"),
        "give role": lambda: actions.give_role(
            by=by, user=user, team=team, role=Role.ADMINISTRATOR, agreed_by=world.coordinator
        ),
        "take role": lambda: actions.take_role(by=by, user=user, membership_id=held(user).pk),
        "switch off": lambda: actions.switch_off(by=by, user=user, reason="left"),
        "switch on": lambda: actions.switch_on(by=by, user=user, reason="back"),
    }


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_may_do_any_of_it(world: World, who: str) -> None:
    before = AuditRow.objects.count()
    for act in every_action(world, getattr(world, who)).values():
        with pytest.raises(Refused, match="Only an administrator"):
            act()
    assert AuditRow.objects.count() == before


def test_each_action_leaves_a_row_that_says_by_whom(world: World) -> None:
    acts = every_action(world, world.administrator)
    order = ["add agency", "add team", "change team", "add user", "invite user", "give role", "take role"]
    for name in [*order, "switch off", "switch on"]:
        before = AuditRow.objects.count()
        acts[name]()
        row = AuditRow.objects.first()
        assert row is not None
        assert AuditRow.objects.count() == before + 1, name
        assert f"{row.verb} {row.subject}".startswith(name), name
        assert row.actor == "ade.minton"


def test_a_row_holds_no_password_and_no_name(world: World) -> None:
    actions.set_own_password(by=world.officer, password=PASSWORD)
    every_action(world, world.administrator)["invite user"]()
    every_action(world, world.administrator)["add user"]()
    kept = str(list(AuditRow.objects.values()))
    assert PASSWORD not in kept
    assert "pbkdf2" not in kept
    assert "Leroy" not in kept
    assert "wexmoor.example" not in kept


def test_the_reason_of_switching_off_is_kept(world: World) -> None:
    actions.switch_off(by=world.administrator, user=world.officer, reason="Works elsewhere now.")
    row = AuditRow.objects.first()
    assert row is not None
    assert (row.reason, row.subject_id) == ("Works elsewhere now.", str(world.officer.pk))


# ---- names


@pytest.mark.parametrize("name", ["Wexmoor Police", "WEXMOOR POLICE", " Wexmoor Police "])
def test_an_agency_of_this_name_is_there_already(world: World, name: str) -> None:
    with pytest.raises(Refused, match="already"):
        actions.add_agency(by=world.administrator, name=name, kind="police")


def test_two_agencies_may_have_a_team_of_the_same_name_but_one_may_not(world: World) -> None:
    actions.add_team(by=world.administrator, agency=world.police, name="Pastoral team")
    with pytest.raises(Refused, match="already"):
        actions.add_team(by=world.administrator, agency=world.school, name="pastoral team")


@pytest.mark.parametrize("username", ["tess.archer", "TESS.ARCHER"])
def test_a_username_is_somebodys_whatever_its_capitals(world: World, username: str) -> None:
    with pytest.raises(Refused, match="already"):
        actions.add_user(
            by=world.administrator, username=username, first_name="T", last_name="A",
            password=None, team=world.exploitation_team, role=Role.BOARD,
        )  # fmt: skip


@pytest.mark.parametrize("wrong", [{"username": "a b"}, {"agency": " "}, {"team": ""}, {"kind": "bank"}])
def test_a_partnership_does_not_begin_with_a_wrong_name(db: None, wrong: dict[str, str]) -> None:
    right = {"username": "ade", "agency": "Council", "team": "Data", "kind": "social_care"}
    with pytest.raises(ValidationError):
        actions.begin_partnership(first_name="A", last_name="B", password=None, **(right | wrong))
    assert not User.objects.exists()


# ---- worries


def test_a_team_takes_worries_over_from_the_other(world: World) -> None:
    team = Team.objects.get(name="Pastoral team")
    before = AuditRow.objects.count()
    actions.change_team(by=world.administrator, team=team, duty_phone=" 01632 960 002 ", takes_worries=True)
    assert [team.name for team in Team.objects.filter(takes_worries=True)] == ["Pastoral team"]
    assert Team.objects.get(pk=team.pk).duty_phone == "01632 960 002"
    assert AuditRow.objects.count() == before + 2, "both teams have changed"


def test_a_new_team_may_take_worries_over(world: World) -> None:
    new = actions.add_team(by=world.administrator, agency=world.care, name="Front door", takes_worries=True)
    assert queries.duty_team(world.teacher) == new


def test_worries_are_not_left_with_nobody(world: World) -> None:
    with pytest.raises(Refused, match="some team"):
        actions.change_team(
            by=world.administrator, team=world.exploitation_team, duty_phone="", takes_worries=False
        )


def test_the_database_itself_lets_one_team_take_worries(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.update(takes_worries=True)


# ---- roles


def test_somebody_keeps_one_role_at_least(world: World) -> None:
    only = held(world.teacher)
    with pytest.raises(Refused, match="only role"):
        actions.take_role(by=world.administrator, user=world.teacher, membership_id=only.pk)
    actions.give_role(
        by=world.administrator,
        user=world.teacher,
        team=world.exploitation_team,
        role=Role.BOARD,
        agreed_by=world.coordinator,
    )
    actions.take_role(by=world.administrator, user=world.teacher, membership_id=only.pk)
    assert fresh(world.teacher).roles == [Role.BOARD]


def test_a_role_of_somebody_else_is_not_taken_by_its_key(world: World) -> None:
    with pytest.raises(Refused, match="do not have this role"):
        actions.take_role(by=world.administrator, user=world.teacher, membership_id=held(world.officer).pk)


def test_somebody_stays_administrator(world: World) -> None:
    ade = world.administrator
    first = held(ade)
    Membership.objects.create(user=ade, team=world.exploitation_team, role=Role.BOARD)
    with pytest.raises(Refused, match="has to be an administrator"):
        actions.take_role(by=ade, user=ade, membership_id=first.pk)

    actions.give_role(
        by=ade,
        user=world.teacher,
        team=world.exploitation_team,
        role=Role.ADMINISTRATOR,
        agreed_by=world.coordinator,
    )
    actions.take_role(by=ade, user=ade, membership_id=first.pk)
    assert fresh(ade).roles == [Role.BOARD]


@pytest.mark.parametrize("state", [{"is_active": False}, {"password": "!unusable"}])
def test_an_administrator_who_cannot_sign_in_does_not_count(world: World, state: dict[str, Any]) -> None:
    ade = world.administrator
    actions.give_role(
        by=ade,
        user=world.teacher,
        team=world.exploitation_team,
        role=Role.ADMINISTRATOR,
        agreed_by=world.coordinator,
    )
    assert not queries.is_last_administrator(ade, ade)
    User.objects.filter(pk=world.teacher.pk).update(**state)
    assert queries.is_last_administrator(ade, ade)


def test_an_administrator_in_two_teams_may_leave_one(world: World) -> None:
    ade = world.administrator
    first = held(ade)
    Membership.objects.create(user=ade, team=world.exploitation_team, role=Role.ADMINISTRATOR)
    actions.take_role(by=ade, user=ade, membership_id=first.pk)
    assert fresh(ade).roles == [Role.ADMINISTRATOR]


# ---- switching off and on


def test_nobody_switches_themself_off(world: World) -> None:
    with pytest.raises(Refused, match="yourself"):
        actions.switch_off(by=world.administrator, user=world.administrator, reason="holiday")


def test_of_two_administrators_who_switch_each_other_off_one_stays(world: World) -> None:
    """The second had passed the gate before the first was done."""
    ade, tess = world.administrator, world.teacher
    actions.give_role(
        by=ade, user=tess, team=world.exploitation_team, role=Role.ADMINISTRATOR, agreed_by=world.coordinator
    )
    tess = fresh(tess)
    assert tess.permissions
    actions.switch_off(by=ade, user=tess, reason="left")
    with pytest.raises(Refused, match="has to be an administrator"):
        actions.switch_off(by=tess, user=ade, reason="left")


@pytest.fixture
def signed_in(world: World) -> Client:
    client = Client()
    client.force_login(world.officer)
    assert client.get("/").status_code == 200
    return client


def test_whoever_is_switched_off_is_signed_out_at_once_and_for_good(world: World, signed_in: Client) -> None:
    actions.switch_off(by=world.administrator, user=world.officer, reason="left")
    assert signed_in.get("/").status_code == 302
    actions.switch_on(by=world.administrator, user=world.officer, reason="back")
    assert signed_in.get("/").status_code == 302, "the old session does not come back to life"


def test_others_stay_signed_in(world: World, signed_in: Client) -> None:
    actions.switch_off(by=world.administrator, user=world.teacher, reason="left")
    assert signed_in.get("/").status_code == 200


def test_a_new_password_ends_what_was_signed_in_with_the_old_one(world: World, signed_in: Client) -> None:
    actions.set_own_password(by=world.officer, password="another good one")
    assert signed_in.get("/").status_code == 302
    assert fresh(world.officer).check_password("another good one")


def test_whoever_is_back_has_the_roles_that_they_had(world: World) -> None:
    actions.switch_off(by=world.administrator, user=world.officer, reason="left")
    assert fresh(world.officer).permissions == frozenset()
    actions.switch_on(by=world.administrator, user=world.officer, reason="back")
    assert fresh(world.officer).roles == [Role.PRACTITIONER]


# ---- queries


@pytest.mark.parametrize("who", OTHERS)
def test_only_an_administrator_reads_about_accounts(world: World, who: str) -> None:
    user = getattr(world, who)
    assert not queries.users_visible_to(user).exists()
    assert queries.staff_visible_to(user, [world.teacher]) == []
    assert not queries.teams_with_people(user).exists()
    assert not queries.agencies_without_teams(user).exists()
    with pytest.raises(Hidden):
        queries.user_visible_to(user, world.teacher.pk)
