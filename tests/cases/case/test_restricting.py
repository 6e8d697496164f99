"""Who restricts a record is asked on the same page who of those that could open it is told, what, and by whom."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.conftest import World, let_know

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Refused, Role
from heard.cases.case import actions, queries
from heard.cases.case.actions import Told
from heard.cases.case.models import RestrictionNews
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern import actions as telling
from heard.network import actions as network
from heard.network.models import Person
from heard.network.queries import people_visible_to


@pytest.fixture
def elsewhere(world: World) -> User:
    """A co-ordinator of the police, who sees the partnership."""
    return agencies.add_user(
        by=world.administrator,
        username="pip.moor",
        first_name="Pip",
        last_name="Moor",
        password="for tests, and long enough",
        team=world.officer.team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )


@pytest.fixture
def child(world: World, elsewhere: User) -> Person:
    """The children's services lead; a teacher told a worry, and a co-ordinator elsewhere has looked."""
    child = network.add_person(by=world.social_worker, given_name="Noor", family_name="Aziz")
    let_know(world.social_worker, child.pk, world.school)
    telling.tell(
        by=world.teacher, person_id=child.pk, seen_and_heard="A car", why_no_words="x", danger_now="no"
    )
    network.open_record(by=elsewhere, person_id=child.pk)
    return child


def restrict(world: World, child: Person, told: Told | None) -> None:
    actions.restrict_record(by=world.supervisor, person_id=child.pk, reason="Threats", told=told)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_those_who_lose_sight_are_who_looked_and_who_told(
    world: World, child: Person, elsewhere: User
) -> None:
    losing = {user for user, _called in queries.who_loses_sight(world.supervisor, child.pk).values()}
    assert losing == {elsewhere, world.teacher}
    assert queries.who_loses_sight(world.officer, child.pk) == {}


def test_nothing_is_restricted_before_it_is_said_who_is_told(
    world: World, child: Person, elsewhere: User
) -> None:
    for told, why in (
        (None, "Say whether those who cannot open"),
        (Told((), " "), "Say why nobody is told"),
        (Told((world.officer,), "x", world.supervisor), "Choose who is told"),
        (Told((elsewhere,), " ", world.supervisor), "Write what they are told"),
        (Told((elsewhere,), "Call me"), "Choose who tells them"),
    ):
        with pytest.raises(Refused, match=why):
            restrict(world, child, told)
    child.refresh_from_db()
    assert not child.restricted
    assert not RestrictionNews.objects.exists()


def test_who_is_told_gets_no_notice_and_who_tells_them_does(
    world: World, child: Person, elsewhere: User
) -> None:
    restrict(world, child, Told((elsewhere,), "Ring the duty team if you hear of her.", world.social_worker))
    child.refresh_from_db()
    assert child.restricted
    assert not people_visible_to(elsewhere).filter(pk=child.pk).exists()
    assert not unread_of(elsewhere).exists()
    assert [reader.notice.kind for reader in unread_of(world.social_worker)] == ["restricted"]
    news = {news.whom: (news.is_told, news.told_by) for news in RestrictionNews.objects.all()}
    assert news == {elsewhere: (True, world.social_worker), world.teacher: (False, None)}
    there = reverse("person_restriction", kwargs={"person_id": child.pk})
    assert "Ring the duty team" in signed_in(world.social_worker).get(there).text
    assert signed_in(elsewhere).get(there).status_code == 404


def test_the_page_asks_it_and_says_it_to_nobody_who_may_not_restrict(
    world: World, child: Person, elsewhere: User
) -> None:
    there = reverse("person_restriction", kwargs={"person_id": child.pk})
    assert "Pip Moor" not in signed_in(world.social_worker).get(there).text
    client = signed_in(world.supervisor)
    page = client.get(there).text
    assert "Pip Moor, Wexmoor Police" in page
    again = client.post(there, {"reason": "Threats"}).text
    assert "Say whether those who cannot open the record any longer are told" in again
    client.post(there, {"reason": "Threats", "is_told": "no", "why_nobody": "It would put her at risk"})
    child.refresh_from_db()
    assert child.restricted
    assert set(RestrictionNews.objects.values_list("what", flat=True)) == {"It would put her at risk"}
