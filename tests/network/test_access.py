"""Who may see a child's record: the list, who is denied, and who decides about it."""

import pytest
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.network import actions, queries
from heard.network.models import Person


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
        with pytest.raises(Refused, match="co-ordinator or supervisor of an agency that is involved"):
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
