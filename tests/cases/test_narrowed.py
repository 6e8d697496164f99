"""A record that only a part of an agency may see stays so, whatever is begun for the child afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import World, let_all_in

from heard.agencies.models import Membership, Team, User
from heard.agencies.rules import Refused, Role
from heard.cases.case import actions as casework
from heard.cases.concern import actions as telling
from heard.network import actions as network
from heard.network.models import Involvement, Person
from heard.network.queries import Whom, level_of, narrowed
from heard.network.rules import Level

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def child(world: World) -> Person:
    """Whom all of the agency was let in to see."""
    made = network.add_person(by=world.social_worker, given_name="Ines", family_name="Okafor")
    let_all_in(world.coordinator, made.pk, world.care)
    return made


@pytest.fixture
def parent(world: World) -> User:
    """Works in another team of the agency that leads."""
    team = Team.objects.create(agency=world.care, name="Family help")
    user = User.objects.create_user(username="par.ent", first_name="Par", last_name="Ent")
    Membership.objects.create(user=user, team=team, role=Role.PRACTITIONER)
    return fresh(user)


def narrow(world: World, child: Person, *, restricted: bool = True) -> None:
    if restricted:
        network.restrict(by=world.coordinator, person_id=child.pk, reason="A parent works in Family help")
    for user in (world.social_worker, world.coordinator):
        whom = Whom("", world.care, team=user.team)
        if not _lines(child, world).filter(team=user.team).exists():
            network.give_access(
                by=world.coordinator,
                person_id=child.pk,
                whom=whom,
                level=Level.EVERYTHING,
                why="Works with her",
            )
    line = _lines(child, world).get(team=None, user=None)
    network.end_access(by=world.coordinator, access_id=line.pk, why="Not everybody")


def _lines(child: Person, world: World) -> Any:
    return Involvement.objects.running().filter(person=child, agency=world.care)


def open_case(world: World, child: Person) -> None:
    casework.open_case(by=fresh(world.coordinator), person_id=child.pk, why="Worry")


def open_again(world: World, child: Person) -> None:
    case = casework.open_case(by=fresh(world.coordinator), person_id=child.pk, why="Worry")
    casework.take_back_case(by=fresh(world.coordinator), case_id=case.pk, why="By mistake")
    casework.open_case(by=fresh(world.coordinator), person_id=child.pk, why="Worry again")


def give_action(world: World, child: Person) -> None:
    owner = fresh(User.objects.get(username="col.league"))
    casework.allow_to_do(
        by=fresh(world.coordinator), owner=owner, person_id=child.pk, why_involve="Rings the family"
    )
    assert level_of(owner, child.pk) == Level.RECORD


def take_on(world: World, child: Person) -> None:
    _decide(world, child, decision="help", help_with="A mentor")


def _decide(world: World, child: Person, **decided: Any) -> None:
    told = telling.tell(
        by=fresh(world.coordinator), person_id=child.pk, seen_and_heard="Away on Monday",
        words={"text": "I want help", "heard_by": "Tess", "heard_on": timezone.localdate()}, danger_now="no",
    )  # fmt: skip
    telling.decide(
        by=fresh(world.supervisor), concern=told, reason="Signs seen", feedback="Thank you", other_agency=world.care,
        **decided,
    )  # fmt: skip


def plainly_involve(world: World, child: Person) -> None:
    network.involve(by=fresh(world.coordinator), person=child, agency=world.care, why="Takes part")


BEGUN = [open_case, open_again, give_action, take_on, plainly_involve]


@pytest.mark.parametrize("restricted", [True, False], ids=["restricted", "open"])
@pytest.mark.parametrize("begin", BEGUN, ids=lambda one: one.__name__)
def test_whatever_is_begun_the_rest_of_the_agency_sees_nothing(
    world: World, child: Person, parent: User, begin: Callable[[World, Person], None], restricted: bool
) -> None:
    other = User.objects.create_user(username="col.league", first_name="Col", last_name="League")
    Membership.objects.create(user=other, team=parent.team, role=Role.PRACTITIONER)
    narrow(world, child, restricted=restricted)
    assert level_of(fresh(parent), child.pk) is None
    begin(world, child)
    assert level_of(fresh(parent), child.pk) is None
    assert not _lines(child, world).filter(team=None, user=None).exists()
    assert narrowed(world.coordinator, child, world.care)


def test_of_a_restricted_record_a_case_lets_in_the_team_that_leads_and_no_other(
    world: World, parent: User
) -> None:
    child = network.add_person(by=world.teacher, given_name="Kit", family_name="Marlowe", restricted=True)
    whom = Whom("", world.care, user=world.coordinator)
    Involvement.objects.create(
        person=child, agency=world.care, user=world.coordinator, level=Level.EVERYTHING,
        since=timezone.localdate(), until=timezone.now() + timedelta(days=1), why="Decides", given_by=world.teacher,
    )  # fmt: skip
    assert whom.user
    casework.open_case(
        by=fresh(world.coordinator), person_id=child.pk, why="Worry", lead_team=world.social_worker.team
    )
    assert level_of(fresh(world.social_worker), child.pk) == Level.EVERYTHING
    assert level_of(fresh(parent), child.pk) is None


def test_an_action_of_a_restricted_record_lets_in_its_owner_where_who_gives_it_may(
    world: World, child: Person, parent: User
) -> None:
    narrow(world, child)
    with pytest.raises(Refused, match="restricted"):
        casework.allow_to_do(
            by=fresh(world.social_worker), owner=parent, person_id=child.pk, why_involve="Rings the family"
        )


def test_an_open_record_is_opened_to_the_team_of_whoever_does_something(world: World, child: Person) -> None:
    casework.allow_to_do(
        by=world.coordinator, owner=world.teacher, person_id=child.pk, why_involve="Talks with her"
    )
    [line] = Involvement.objects.running().filter(person=child, agency=world.school)
    assert (line.team, line.user, line.level) == (world.teacher.team, None, Level.RECORD)
