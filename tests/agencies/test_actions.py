"""What people did is written down, once and for good."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from tests.conftest import World

from heard.agencies import actions, queries
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import May, Refused, Role


def test_an_audit_row_says_who_did_what_to_which_record(world: World) -> None:
    child = uuid.uuid4()
    with transaction.atomic():
        actions.record_audit(
            by=world.teacher, verb="view", subject="person", subject_id=child, person_id=child, reason="asked"
        )
    row = AuditRow.objects.first()
    assert row is not None
    assert (row.actor, row.agency, row.verb) == ("tess.archer", "Northgate Academy", "view")
    assert (row.subject_id, row.person_id, row.reason) == (str(child), child, "asked")


@pytest.mark.django_db(transaction=True)
def test_an_audit_row_outside_a_transaction_is_refused() -> None:
    user = User.objects.create_user("first")
    with pytest.raises(RuntimeError, match="transaction"):
        actions.record_audit(by=user, verb="view", subject="person", subject_id=1)
    assert not AuditRow.objects.exists()


def test_a_write_that_fails_leaves_no_audit_row(world: World) -> None:
    before = AuditRow.objects.count()
    with pytest.raises(ValidationError, match="not a valid choice"):
        actions.add_agency(by=world.administrator, name="A new agency", kind="nothing like this")
    assert AuditRow.objects.count() == before


@pytest.mark.parametrize("who", ["coordinator", "supervisor", "social_worker", "analyst", "board_member"])
def test_only_an_administrator_adds_teams_and_people(world: World, who: str) -> None:
    user = getattr(world, who)
    with pytest.raises(Refused, match="administrator"):
        actions.add_team(by=user, agency=world.care, name="Night team")
    with pytest.raises(Refused, match="administrator"):
        actions.give_role(
            by=user,
            user=user,
            team=world.exploitation_team,
            role=Role.ADMINISTRATOR,
            agreed_by=world.coordinator,
        )


def test_a_partnership_begins_once(world: World) -> None:
    with pytest.raises(Refused, match="people already"):
        actions.begin_partnership(
            username="other",
            first_name="",
            last_name="",
            password=None,
            agency="Another",
            kind="police",
            team="Another",
        )


def test_an_audit_row_cannot_be_changed(world: World) -> None:
    row = AuditRow.objects.first()
    assert row is not None
    row.reason = "something else"
    with pytest.raises(TypeError, match="never changed"):
        row.save()
    with pytest.raises(TypeError, match="never changed"):
        AuditRow.objects.update(reason="something else")


def test_an_audit_row_cannot_be_deleted(world: World) -> None:
    row = AuditRow.objects.first()
    assert row is not None
    with pytest.raises(TypeError, match="never deleted"):
        row.delete()
    with pytest.raises(TypeError, match="never deleted"):
        AuditRow.objects.all().delete()


def test_an_audit_row_outlives_whoever_it_speaks_of(world: World) -> None:
    before = AuditRow.objects.count()
    User.objects.filter(pk=world.board_member.pk).delete()
    assert AuditRow.objects.count() == before


def test_every_write_about_agencies_leaves_an_audit_row(world: World) -> None:
    before = AuditRow.objects.count()
    team = actions.add_team(by=world.administrator, agency=world.care, name="Night team")
    actions.give_role(
        by=world.administrator, user=world.teacher, team=team, role=Role.BOARD, agreed_by=world.coordinator
    )
    rows = AuditRow.objects.all()[: AuditRow.objects.count() - before]
    assert [(row.verb, row.subject, row.actor) for row in rows] == [
        ("give role", "user", "ade.minton"),
        ("add", "team", "ade.minton"),
    ]


def test_a_second_role_adds_what_it_allows(world: World) -> None:
    assert not world.teacher.may(May.SEE_FIGURES)
    actions.give_role(
        by=world.administrator,
        user=world.teacher,
        team=world.exploitation_team,
        role=Role.BOARD,
        agreed_by=world.coordinator,
    )
    again = User.objects.get(pk=world.teacher.pk)
    assert again.may(May.SEE_FIGURES)


def test_a_role_in_one_agency_opens_nothing_of_another(world: World) -> None:
    actions.give_role(
        by=world.administrator,
        user=world.teacher,
        team=world.exploitation_team,
        role=Role.ANALYST,
        agreed_by=world.coordinator,
    )
    again = User.objects.get(pk=world.teacher.pk)
    assert again.agencies_where(May.SEE_CHILD) == {world.school.pk}
    assert again.agencies_where(May.RUN_ENGINE) == {world.care.pk}
    assert again.agencies_where(May.SIGNED_IN) == {world.school.pk, world.care.pk}


def test_someone_who_has_left_may_do_nothing(world: World) -> None:
    User.objects.filter(pk=world.coordinator.pk).update(is_active=False)
    left = User.objects.get(pk=world.coordinator.pk)
    assert left.permissions == frozenset()
    assert left.agencies_where(May.SIGNED_IN) == set()


def test_flags_on_the_user_row_open_nothing(world: World) -> None:
    root = User.objects.create_superuser("root")
    assert root.permissions == frozenset()
    assert not queries.agencies_visible_to(root).exists()
    assert not queries.teams_visible_to(root).exists()
    assert not queries.colleagues_visible_to(root).exists()
    assert queries.duty_team(root) is None


def test_who_looked_is_shown_only_to_those_who_see_children(world: World) -> None:
    child = uuid.uuid4()
    with transaction.atomic():
        actions.record_audit(
            by=world.teacher, verb="view", subject="person", subject_id=child, person_id=child
        )
    assert queries.looks_at(world.coordinator, person_ids=[child]).count() == 1
    for user in (world.analyst, world.board_member, world.administrator):
        assert not queries.looks_at(user, person_ids=[child]).exists()
