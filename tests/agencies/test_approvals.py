"""A role that sees more takes two people; nobody gives one to themselves; what administrators did can be read."""

import ast
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies import actions, queries, rules
from heard.agencies.actions import record_audit
from heard.agencies.acts import ACTS
from heard.agencies.models import Agency, Approval, AuditRow, Membership, User
from heard.agencies.queries import ABOUT_STAFF
from heard.agencies.rules import Hidden, May, Refused, Role

ROOT = Path(__file__).resolve().parents[2]


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def ask(world: World, role: Role = Role.COORDINATOR, **given: Any) -> Approval:
    usual = {"by": world.administrator, "user": world.teacher, "reason": "Covers for Cora"}
    return actions.ask_for_role(**(usual | {"team": world.exploitation_team, "role": role} | given))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRACTITIONER])
def test_one_administrator_alone_gives_no_role_that_sees_more(world: World, role: Role) -> None:
    """H3"""
    user = world.officer
    for agreed_by in (None, world.administrator, world.officer, world.teacher):
        with pytest.raises(Refused, match="A second person has to agree"):
            actions.give_role(
                by=world.administrator,
                user=user,
                team=world.exploitation_team,
                role=role,
                agreed_by=agreed_by,
            )
    assert fresh(user).roles == [Role.PRACTITIONER]


@pytest.mark.parametrize("role", Role)
def test_nobody_gives_a_role_to_themselves(world: World, role: Role) -> None:
    ade, team = world.administrator, world.exploitation_team
    with pytest.raises(Refused, match="to themselves"):
        actions.give_role(by=ade, user=ade, team=team, role=role, agreed_by=world.coordinator)
    with pytest.raises(Refused, match="to themselves"):
        ask(world, role, user=ade)
    assert fresh(ade).roles == [Role.ADMINISTRATOR]


def test_a_practitioner_is_added_by_one(world: World) -> None:
    team = world.officer.team
    assert team is not None
    actions.give_role(by=world.administrator, user=world.teacher, team=team, role=Role.PRACTITIONER)
    assert len(fresh(world.teacher).roles) == 2


def test_a_second_person_agrees_and_the_role_is_given_at_once(world: World) -> None:
    approval = ask(world)
    assert not fresh(world.teacher).may(May.SEE_PARTNERSHIP)
    actions.decide_approval(by=world.coordinator, approval_id=approval.pk, agrees=True)
    assert fresh(world.teacher).may(May.SEE_PARTNERSHIP)
    given = AuditRow.objects.get(
        verb="give role", subject_id=str(world.teacher.pk), detail__role=Role.COORDINATOR
    )
    assert given.detail["agreed_by"] == world.coordinator.pk
    with pytest.raises(Refused, match="decided already"):
        actions.decide_approval(by=world.coordinator, approval_id=approval.pk, agrees=True)


def test_a_second_person_turns_it_down(world: World) -> None:
    approval = ask(world)
    actions.decide_approval(by=world.coordinator, approval_id=approval.pk, agrees=False)
    assert not fresh(world.teacher).may(May.SEE_PARTNERSHIP)
    ask(world)


def test_neither_who_asked_nor_whom_it_concerns_decides(world: World) -> None:
    approval = ask(world)
    with pytest.raises(Refused, match="asked for this yourself"):
        actions.decide_approval(by=world.administrator, approval_id=approval.pk, agrees=True)
    about = ask(world, Role.SUPERVISOR, user=world.coordinator)
    with pytest.raises(Refused, match="about you"):
        actions.decide_approval(by=world.coordinator, approval_id=about.pk, agrees=True)
    for who in (world.teacher, world.supervisor, world.analyst):
        with pytest.raises(Hidden):
            actions.decide_approval(by=who, approval_id=approval.pk, agrees=True)
    assert not fresh(world.teacher).may(May.SEE_PARTNERSHIP)


def test_what_was_asked_for_more_than_a_day_ago_is_asked_for_again(world: World) -> None:
    approval = ask(world)
    with pytest.raises(Refused, match="asked already"):
        ask(world)
    past = timezone.now() - timedelta(hours=24, minutes=1)
    Approval.objects.filter(pk=approval.pk).update(asked_at=past)
    with pytest.raises(Refused, match="24 hours ago"):
        actions.decide_approval(by=world.coordinator, approval_id=approval.pk, agrees=True)
    again = ask(world)
    actions.decide_approval(by=world.coordinator, approval_id=again.pk, agrees=True)
    assert fresh(world.teacher).may(May.SEE_PARTNERSHIP)


def test_who_asked_and_is_no_administrator_any_more_gives_nothing(world: World) -> None:
    approval = ask(world)
    Membership.objects.filter(user=world.administrator).update(role=Role.PRACTITIONER)
    with pytest.raises(Refused, match="Only an administrator"):
        actions.decide_approval(by=world.coordinator, approval_id=approval.pk, agrees=True)
    assert not fresh(world.teacher).may(May.SEE_PARTNERSHIP)


def test_somebody_new_has_no_role_that_sees_more_before_a_second_person_agrees(world: World) -> None:
    new = actions.add_user(
        by=world.administrator, username="new.one", first_name="N", last_name="O",
        password=None, team=world.exploitation_team, role=Role.COORDINATOR,
    )  # fmt: skip
    assert fresh(new).roles == []
    [asked] = queries.roles_asked_for(world.administrator, new)
    actions.decide_approval(by=world.coordinator, approval_id=asked.pk, agrees=True)
    assert fresh(new).roles == [Role.COORDINATOR]


def test_the_first_administrator_sets_a_partnership_up_alone_and_never_again(
    db: None, quick_passwords: None
) -> None:
    ade = actions.begin_partnership(
        username="ade", first_name="A", last_name="M", password=None,
        agency="Council", kind=Agency.Kind.SOCIAL_CARE, team="Data",
    )  # fmt: skip
    person = {"by": ade, "first_name": "C", "last_name": "O", "password": None, "team": ade.team}
    cora = actions.add_user(**person, username="cora", role=Role.COORDINATOR)
    assert cora.roles == [Role.COORDINATOR]
    second = actions.add_user(**person, username="sam", role=Role.ADMINISTRATOR)
    assert fresh(second).roles == []
    [asked] = queries.roles_asked_for(ade, second)
    actions.decide_approval(by=cora, approval_id=asked.pk, agrees=True)
    Membership.objects.filter(user__in=(cora, second)).delete()
    assert actions.add_user(**person, username="zoe", role=Role.COORDINATOR).roles == []


def test_every_role_but_practitioner_takes_two() -> None:
    assert [role for role in Role if not rules.needs_two(role)] == [Role.PRACTITIONER]


def test_a_role_is_asked_for_and_agreed_to_on_its_pages(world: World, client: Client) -> None:
    client.force_login(world.administrator)
    sent = {"team": str(world.exploitation_team.pk), "role": "co-ordinator", "reason": "Covers for Cora"}
    assert client.post(reverse("user_give_role", args=[world.teacher.pk]), sent).status_code == 302
    assert "a second person has been asked" in client.get(reverse("user", args=[world.teacher.pk])).text
    [approval] = Approval.objects.all()
    at = reverse("approval", args=[approval.pk])
    assert "You asked for this yourself" in client.get(at).text
    client.force_login(world.coordinator)
    assert "Tess Archer" in client.get(reverse("approvals")).text
    assert "Covers for Cora" in client.get(at).text
    assert client.post(at, {"agrees": "yes"}).status_code == 302
    assert fresh(world.teacher).may(May.SEE_PARTNERSHIP)


@pytest.mark.parametrize("who", ["coordinator", "board_member"])
def test_what_administrators_did_is_read_and_taken_out(
    world: World, client: Client, who: str, django_assert_max_num_queries: Any
) -> None:
    actions.switch_off(by=world.administrator, user=world.officer, reason="=Left for another force")
    agency = actions.add_agency(by=world.administrator, name="Harbour School", kind="education")
    actions.add_team(by=world.administrator, agency=agency, name="Harbour pastoral team")
    actions.give_role(
        by=world.administrator, user=world.teacher, team=world.exploitation_team, role="practitioner"
    )
    client.force_login(getattr(world, who))
    with django_assert_max_num_queries(13):
        page = client.get(reverse("acts")).text
    for named in (
        ">Harbour School<",
        ">Harbour pastoral team<",
        f">{world.administrator}<",
        ">Practitioner<",
    ):
        assert named in page
    assert "Switched an account off" in page
    assert "Ofa Leroy" in page
    answer = client.get(reverse("acts_file"))
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=Left for another force" in answer.text
    taken = AuditRow.objects.filter(verb="download", subject="acts", actor=getattr(world, who).username)
    assert taken.count() == 1


@pytest.mark.parametrize("who", ["administrator", "supervisor", "social_worker", "analyst"])
def test_what_administrators_did_is_hidden_from_others(world: World, client: Client, who: str) -> None:
    client.force_login(getattr(world, who))
    assert client.get(reverse("acts")).status_code == 404
    assert client.get(reverse("acts_file")).status_code == 404


def test_what_administrators_did_tells_nothing_of_casework(world: World, client: Client) -> None:
    """A group of people of whom a worry tells is no group of the directory."""
    with transaction.atomic():
        record_audit(by=world.social_worker, verb="add", subject="group", subject_id=uuid.uuid4())
        mapped = {"provider": "county", "role": "practitioner", "team": "x"}  # as older rows have it
        record_audit(
            by=world.administrator, verb="add", subject="group", subject_id=uuid.uuid4(), detail=mapped
        )
    client.force_login(world.board_member)
    page = client.get(reverse("acts")).text
    assert world.social_worker.username not in page
    assert "Let a group of the directory stand for a role" in page


def test_each_act_of_an_administrator_has_words() -> None:
    """The verbs and subjects that the code writes, read out of it."""
    written = set()
    for path in (ROOT / "src/heard").rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            said = {key.arg: key.value for key in call.keywords}
            texts = [
                [one.value for one in ast.walk(said[name]) if isinstance(one, ast.Constant)]
                for name in ("subject", "verb")
                if name in said
            ]
            if len(texts) == 2 and texts[0] and texts[0][0] in ABOUT_STAFF:
                written |= {(texts[0][0], verb) for verb in texts[1] if isinstance(verb, str)}
    assert len(written) > 20
    assert written - set(ACTS) - {("user", " factor")} == set()
