"""Which lists hold anything is asked in questions whose parameter is the reader: they say of each user what they would say if they had been
compiled for that user alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import World
from tests.walls.record import make_record

from heard.agencies import actions
from heard.agencies.any_user import any_user, whether_any, which_hold_any
from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import Membership, User
from heard.agencies.rules import Role
from heard.home import queries

pytestmark = pytest.mark.django_db


def everybody(world: World) -> list[User]:
    return list(User.objects.filter(memberships__isnull=False).distinct().order_by("pk"))


def asked(user: User) -> dict[str, Any]:
    its = any_user(frozenset(user.roles))
    return {kind.key: whether_any(kind.only_if(its)) for kind in queries.LISTS if kind.only_if}


def test_they_say_of_each_user_what_is_so_of_that_user(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path
    make_record(world, restricted=False)
    settings.SEEN_EVERY_DAYS = 1
    found = set()
    for user in everybody(world):
        holding = which_hold_any(user, asked(user))
        for kind in queries.LISTS:
            if kind.only_if:
                assert (kind.key in holding) is kind.only_if(user).exists(), f"{kind.key} of {user}"
        found |= holding
    assert len(found) > 20


def test_they_say_so_of_somebody_with_roles_in_several_teams(
    world: World, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    make_record(world, restricted=False)
    for team in (world.teacher.team, world.supervisor.team):
        Membership.objects.get_or_create(user=world.social_worker, team=team, role=Role.SUPERVISOR)
    user = User.objects.get(pk=world.social_worker.pk)
    assert len(user.team_ids) > 1
    holding = which_hold_any(user, asked(user))
    for kind in queries.lists_of(user):
        if kind.only_if:
            assert (kind.key in holding) is kind.only_if(user).exists(), kind.key


def test_what_one_has_is_nothing_of_another_with_the_same_roles(world: World) -> None:
    colleague = actions.add_user(
        by=world.administrator, username="same.roles", first_name="Same", last_name="Roles", password="a long one 4711",
        team=world.social_worker.team, role=Role.PRACTITIONER,
    )  # fmt: skip
    begin_draft(by=world.social_worker, kind="worry")
    assert colleague.roles == world.social_worker.roles
    assert "drafts" in which_hold_any(world.social_worker, asked(world.social_worker))
    assert "drafts" not in which_hold_any(colleague, asked(colleague))


def test_they_ask_nothing_while_they_are_made_and_hold_no_moment(world: World) -> None:
    """Else they would say later what was so when they were made: they are kept for a day."""
    for user in everybody(world):
        first = asked(user)
        with CaptureQueriesContext(connection) as made:
            again = asked(user)
        assert [row["sql"] for row in made] == []
        for key, question in first.items():
            assert question == again[key], f"{key} holds a moment"


def test_what_the_partnership_sets_is_asked_for_as_it_is_set_now(
    world: World, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    make_record(world, restricted=False)
    user = world.social_worker
    settings.SEEN_EVERY_DAYS = None
    assert "to-see" not in {kind.key for kind in queries._that_may_hold_any(user)}
    settings.SEEN_EVERY_DAYS = 1
    assert ("to-see" in {kind.key for kind in queries._that_may_hold_any(user)}) is next(
        kind for kind in queries.LISTS if kind.key == "to-see"
    ).rows(user).exists()


def test_where_nothing_waits_one_question_says_so(world: World, django_assert_num_queries: Any) -> None:
    user = User.objects.get(pk=world.social_worker.pk)
    assert user.held
    with django_assert_num_queries(1):
        assert queries.my_work(user) == []
