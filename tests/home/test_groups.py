"""Groups of an organisation's directory: they take roles away and propose them, and give none."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import World
from tests.home.organisation import Organisation, running

from heard.agencies import actions, queries, rules
from heard.agencies.models import Approval, AuditRow, GroupRole, Membership, ProposedRole, User
from heard.agencies.rules import MAY, May, Refused, Role, can_be_mapped, follow

COUNTY = "county"
WORKERS, DUTY = "g-workers", "g-duty"


@pytest.fixture(scope="module")
def server() -> Iterator[Organisation]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with running() as organisation:
        yield organisation


@pytest.fixture
def organisation(server: Organisation, world: World, settings: Any) -> Organisation:
    cache.clear()
    settings.FACTOR = "off"
    settings.SIGN_ON = {COUNTY: server.provider(COUNTY, world.care.name)}
    actions.link(
        by=world.administrator, user=world.social_worker, provider=settings.SIGN_ON[COUNTY], number="u-sol"
    )
    return server


def mapped(world: World, settings: Any, group: str = WORKERS, role: Role = Role.PRACTITIONER) -> GroupRole:
    """A group stands for a role in the exploitation team, and whoever has to agree has."""
    made = actions.map_group(
        by=world.administrator,
        provider=settings.SIGN_ON[COUNTY],
        group=group,
        team=world.exploitation_team,
        role=role,
        reason="Their directory knows who is on duty",
    )
    if made.counts_since is None:
        actions.decide_mapping(by=world.coordinator, mapping_id=made.pk, agrees=True)
    return GroupRole.objects.get(pk=made.pk)


def signs_in(organisation: Organisation, **claims: Any) -> Any:
    organisation.knows("u-sol", **claims)
    return organisation.sign_in(Client(), COUNTY, "u-sol")


def roles(user: User) -> set[str]:
    return set(Membership.objects.filter(user=user).values_list("role", flat=True))


def rows(verb: str) -> list[AuditRow]:
    return list(AuditRow.objects.filter(verb=verb, subject="user").order_by("pk"))


# ---- what is taken


def test_a_role_whose_group_is_gone_is_taken_away_at_once(
    world: World, organisation: Organisation, settings: Any
) -> None:
    mapped(world, settings)
    assert signs_in(organisation, groups=[WORKERS, "g-other"]).url == "/"
    assert roles(world.social_worker) == {Role.PRACTITIONER}
    answer = signs_in(organisation, groups=["g-other"])
    assert answer.status_code == 403, "it was their only role, and without one nobody gets in"
    assert "You have no role in Heard now" in answer.text
    assert roles(world.social_worker) == set()
    (row,) = rows("take role")
    assert row.actor == "heard"
    assert row.detail == {
        "role": "practitioner", "team": str(world.exploitation_team.pk), "provider": COUNTY
    }  # fmt: skip
    assert row in queries.acts_visible_to(world.coordinator)


def test_what_is_open_elsewhere_loses_the_role_too(
    world: World, organisation: Organisation, settings: Any
) -> None:
    mapped(world, settings)
    organisation.knows("u-sol", groups=[WORKERS])
    elsewhere = Client()
    organisation.sign_in(elsewhere, COUNTY, "u-sol")
    assert elsewhere.get("/").status_code == 200
    signs_in(organisation, groups=[])
    assert elsewhere.get("/").status_code == 404


def test_what_no_group_stands_for_stays(world: World, organisation: Organisation, settings: Any) -> None:
    mapped(world, settings, DUTY, Role.DUTY)
    signs_in(organisation, groups=[])
    assert roles(world.social_worker) == {Role.PRACTITIONER}
    assert not rows("take role")


def test_one_of_several_groups_is_enough(world: World, organisation: Organisation, settings: Any) -> None:
    mapped(world, settings)
    mapped(world, settings, "g-managers")
    signs_in(organisation, groups=["g-managers"])
    assert roles(world.social_worker) == {Role.PRACTITIONER}


# ---- what is proposed


def test_a_role_whose_group_is_new_is_proposed_and_not_given(
    world: World, organisation: Organisation, settings: Any
) -> None:
    mapped(world, settings, DUTY, Role.DUTY)
    signs_in(organisation, groups=[DUTY])
    signs_in(organisation, groups=[DUTY])
    assert roles(world.social_worker) == {Role.PRACTITIONER}
    (asked,) = queries.roles_proposed(world.administrator)
    assert (asked.user, asked.role) == (world.social_worker, Role.DUTY)
    assert len(rows("propose role")) == 1
    assert not queries.roles_proposed(world.coordinator).exists()
    page = client_of(world.administrator).get("/").text
    assert "Roles that an organisation proposes" in page
    assert reverse("role_proposed", args=[asked.pk]) in page


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_administrator_gives_it_and_where_it_takes_two_a_second_agrees(
    world: World, organisation: Organisation, settings: Any
) -> None:
    mapped(world, settings, DUTY, Role.DUTY)
    signs_in(organisation, groups=[DUTY])
    (asked,) = queries.roles_proposed(world.administrator)
    client = client_of(world.administrator)
    answer = {"gives": "yes", "reason": "On the rota"}
    client.post(reverse("role_proposed", args=[asked.pk]), answer)
    assert roles(world.social_worker) == {Role.PRACTITIONER}
    assert not queries.roles_proposed(world.administrator).exists(), "a second person has been asked"
    approval = Approval.objects.get()
    actions.decide_approval(by=world.coordinator, approval_id=approval.pk, agrees=True)
    assert roles(world.social_worker) == {Role.PRACTITIONER, Role.DUTY}
    assert not queries.roles_proposed(world.administrator).exists()
    signs_in(organisation, groups=[DUTY])
    assert not ProposedRole.objects.exists()


def test_where_nobody_agrees_in_time_it_is_proposed_again(
    world: World, organisation: Organisation, settings: Any
) -> None:
    mapped(world, settings, DUTY, Role.DUTY)
    signs_in(organisation, groups=[DUTY])
    (asked,) = queries.roles_proposed(world.administrator)
    actions.decide_proposed_role(by=world.administrator, role_id=asked.pk, gives=True, reason="On the rota")
    Approval.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    assert queries.roles_proposed(world.administrator).get() == asked


def test_what_an_administrator_does_not_give_is_not_proposed_again_while_they_are_in_the_group(
    world: World, organisation: Organisation, settings: Any
) -> None:
    mapped(world, settings, DUTY, Role.DUTY)
    signs_in(organisation, groups=[DUTY])
    (asked,) = queries.roles_proposed(world.administrator)
    actions.decide_proposed_role(by=world.administrator, role_id=asked.pk, gives=False, reason="Not on it")
    signs_in(organisation, groups=[DUTY])
    assert not queries.roles_proposed(world.administrator).exists()
    signs_in(organisation, groups=[])
    signs_in(organisation, groups=[DUTY])
    assert queries.roles_proposed(world.administrator).count() == 1


def test_only_administrators_decide(world: World, organisation: Organisation, settings: Any) -> None:
    mapped(world, settings, DUTY, Role.DUTY)
    signs_in(organisation, groups=[DUTY])
    asked = ProposedRole.objects.get()
    with pytest.raises(Refused):
        actions.decide_proposed_role(by=world.coordinator, role_id=asked.pk, gives=True, reason="x")
    assert client_of(world.coordinator).get(reverse("role_proposed", args=[asked.pk])).status_code == 404


# ---- what is not said


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"_claim_names": {"groups": "src1"}},
        {"hasgroups": True},
        {"groups": "g-workers"},
        {"groups": [f"g{number}" for number in range(2_001)]},
    ],
    ids=["none", "elsewhere", "too many", "one word", "very many"],
)
def test_where_the_groups_are_not_said_nothing_changes_and_administrators_are_told(
    world: World, organisation: Organisation, settings: Any, claims: dict[str, Any]
) -> None:
    mapped(world, settings)
    mapped(world, settings, DUTY, Role.DUTY)
    assert signs_in(organisation, **claims).url == "/"
    assert roles(world.social_worker) == {Role.PRACTITIONER}
    assert not ProposedRole.objects.exists()
    assert queries.people_without_groups(world.administrator).get() == world.social_worker
    assert len(rows("groups not said")) == 1
    client = client_of(world.administrator)
    assert "Colleagues whose organisation did not say their groups" in client.get("/").text
    client.post(reverse("user_groups", args=[world.social_worker.pk]))
    assert not queries.people_without_groups(world.administrator).exists()
    signs_in(organisation, **claims)
    assert queries.people_without_groups(world.administrator).exists()
    signs_in(organisation, groups=[WORKERS])
    assert not queries.people_without_groups(world.administrator).exists()


def test_where_no_group_stands_for_anything_nobody_is_told(
    world: World, organisation: Organisation, settings: Any
) -> None:
    signs_in(organisation)
    assert not queries.people_without_groups(world.administrator).exists()


# ---- which group stands for which role


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ANALYST, Role.COORDINATOR, Role.SUPERVISOR])
def test_these_roles_are_never_mapped(
    world: World, organisation: Organisation, settings: Any, role: Role
) -> None:
    """Who adds people, brings in extracts, or reviews records that were opened in an emergency."""
    with pytest.raises(Refused, match="No group stands for this role"):
        mapped(world, settings, role=role)
    assert not can_be_mapped(role)
    page = client_of(world.administrator).get(reverse("directory_group_add")).text
    assert f'value="{role.value}"' not in page


def test_no_role_that_reviews_reading_adds_people_or_runs_the_engine_can_be_mapped() -> None:
    never = {May.MANAGE, May.RUN_ENGINE, May.REVIEW_READING}
    assert {role for role in Role if can_be_mapped(role)} == {role for role in Role if not MAY[role] & never}
    assert can_be_mapped(Role.PRACTITIONER)


def test_a_mapping_to_a_role_that_sees_more_counts_once_a_second_person_agrees(
    world: World, organisation: Organisation, settings: Any
) -> None:
    said = {
        "provider": COUNTY,
        "group": DUTY,
        "team": world.exploitation_team.pk,
        "role": "duty worker",
        "reason": "Rota",
    }
    client_of(world.administrator).post(reverse("directory_group_add"), said)
    made = GroupRole.objects.get()
    signs_in(organisation, groups=[DUTY])
    assert not ProposedRole.objects.exists()
    with pytest.raises(Refused, match="You asked for this yourself"):
        actions.decide_mapping(by=world.administrator, mapping_id=made.pk, agrees=True)
    assert not queries.group_roles_to_agree_to(world.administrator).exists()
    assert queries.group_roles_to_agree_to(world.coordinator).get() == made
    client = client_of(world.coordinator)
    assert "Groups that are to stand for a role" in client.get("/").text
    client.post(reverse("directory_group", args=[made.pk]), {"agrees": "yes"})
    signs_in(organisation, groups=[DUTY])
    assert ProposedRole.objects.count() == 1


def test_whoever_does_not_agree_or_is_late_changes_nothing(
    world: World, organisation: Organisation, settings: Any
) -> None:
    def ask() -> GroupRole:
        return actions.map_group(
            by=world.administrator,
            provider=settings.SIGN_ON[COUNTY],
            group=DUTY,
            team=world.exploitation_team,
            role=Role.DUTY,
            reason="Rota",
        )

    actions.decide_mapping(by=world.coordinator, mapping_id=ask().pk, agrees=False)
    assert not GroupRole.objects.exists()
    late = ask()
    GroupRole.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(Refused, match="more than 24 hours ago"):
        actions.decide_mapping(by=world.coordinator, mapping_id=late.pk, agrees=True)
    mapped(world, settings)
    with pytest.raises(Refused, match="already"):
        mapped(world, settings)
    assert ask().pk != late.pk, "it can be asked for again"


def test_a_group_stands_for_roles_of_its_own_agency_alone(
    world: World, organisation: Organisation, settings: Any
) -> None:
    with pytest.raises(Refused, match="another agency"):
        actions.map_group(
            by=world.administrator,
            provider=settings.SIGN_ON[COUNTY],
            group=WORKERS,
            team=world.teacher.team,
            role=Role.PRACTITIONER,
        )


def test_a_mapping_that_is_taken_away_takes_no_role(
    world: World, organisation: Organisation, settings: Any
) -> None:
    made = mapped(world, settings)
    duty = mapped(world, settings, DUTY, Role.DUTY)
    signs_in(organisation, groups=[WORKERS, DUTY])
    client = client_of(world.administrator)
    assert WORKERS in client.get(reverse("directory_groups")).text
    client.post(reverse("directory_group_remove", args=[made.pk]))
    client.post(reverse("directory_group_remove", args=[duty.pk]))
    assert not ProposedRole.objects.exists()
    signs_in(organisation, groups=[])
    assert roles(world.social_worker) == {Role.PRACTITIONER}


def test_only_administrators_keep_the_table(world: World, organisation: Organisation, settings: Any) -> None:
    made = mapped(world, settings)
    with pytest.raises(Refused):
        actions.unmap_group(by=world.coordinator, mapping_id=made.pk)
    for user, status in ((world.coordinator, 200), (world.social_worker, 404)):
        assert client_of(user).get(reverse("directory_groups")).status_code == status
        assert client_of(user).get(reverse("directory_group_add")).status_code == 404


# ---- the rule


TEAMS = [uuid.UUID(int=number) for number in range(3)]
IN_TEAM = st.tuples(st.sampled_from(TEAMS), st.sampled_from([role.value for role in Role]))
GROUPS = st.sampled_from(["a", "b", "c"])


@given(
    held=st.frozensets(IN_TEAM, max_size=6),
    proposed=st.frozensets(IN_TEAM, max_size=4),
    stands_for=st.frozensets(st.tuples(GROUPS, IN_TEAM), max_size=8),
    groups=st.frozensets(GROUPS),
)
def test_whatever_groups_say_nobody_has_more_afterwards(
    held: Any, proposed: Any, stands_for: Any, groups: Any
) -> None:
    came = follow(held=held, proposed=proposed, stands_for=stands_for, groups=groups)
    assert came.take <= held
    assert not came.propose & held
    assert all(can_be_mapped(role) for _team, role in came.take | came.propose)
    assert came.take <= {role for _group, role in stands_for}
    assert came.propose <= {role for group, role in stands_for if group in groups}
    assert not came.propose & came.forget
    assert came.forget <= proposed
    left = held - came.take
    assert follow(held=left, proposed=proposed, stands_for=stands_for, groups=groups).take == frozenset()


def test_the_second_factor_of_an_organisation_counts_for_as_long_as_a_sign_in_lasts() -> None:
    def counts(amr: list[str], at: float | None) -> bool:
        return rules.second_factor_counts(
            accepted=("mfa",), amr=amr, auth_time=at, now=100_000, longest=28_800
        )

    assert counts(["pwd", "mfa"], 99_999)
    assert counts(["mfa"], 100_030), "two machines' clocks differ"
    assert not counts(["pwd"], 99_999)
    assert not counts(["mfa"], None)
    assert not counts(["mfa"], 70_000)
    assert not counts(["mfa"], 200_000)
    assert not rules.second_factor_counts(
        accepted=(), amr=["mfa"], auth_time=99_999, now=100_000, longest=28_800
    )
