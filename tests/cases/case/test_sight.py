"""Lists of children without a worker ask only of the cases that may have lost one, and come to the same as asking of every case."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db.models import Q, QuerySet
from django.utils import timezone
from tests.conftest import World, another_coordinator, let_all_in

from heard.agencies import actions as agencies
from heard.agencies.models import Membership, Team, User
from heard.agencies.rules import MAY, Hidden, May, Refused, Role
from heard.cases.assessment.models import Assessment
from heard.cases.case import actions, queries
from heard.cases.case.models import Case
from heard.cases.case.queries import cases_visible_to
from heard.cases.plan.models import Action, Outcome, Plan
from heard.cases.plan.queries import actions_due, actions_visible_to, plans_visible_to
from heard.cases.record.models import ChronologyChange
from heard.cases.review.queries import reviews_to_hold
from heard.cases.timeline.index import catch_up
from heard.knowledge import load
from heard.network import actions as network
from heard.network.models import Denial, Involvement, Merge, Person
from heard.network.queries import Whom, sees
from heard.network.rules import Level

pytestmark = pytest.mark.django_db

WHY = "Needed for this"
STEPS = 40


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def asked_of_every_case(user: User, worker: str) -> set[Any]:
    lacking = Q(**{worker: None}) | ~sees(user, worker, "person")
    return set(cases_visible_to(user).filter(lacking, state="open").values_list("pk", flat=True))


def actions_asked_of_every_case(user: User) -> set[Action]:
    nobody = Q(outcome__plan__case__in=queries.worked_in(user)) & ~sees(
        user, "owner", "outcome__plan__case__person"
    )
    return set(
        actions_visible_to(user).filter(Q(owner=user) | nobody, state="open", outcome__plan__state="agreed")
    )


def reviews_asked_of_every_case(user: User) -> set[Plan]:
    nobody = Q(case__in=queries.worked_in(user)) & ~sees(user, "case__trusted_worker", "case__person")
    theirs = queries.working(user, "case__") | Q(
        outcomes__actions__in=Action.objects.filter(owner=user, state="open")
    )
    return set(plans_visible_to(user).filter(theirs | nobody, state="agreed"))


def assert_same(user: User) -> None:
    user = fresh(user)
    assert set(actions_due(user)) == actions_asked_of_every_case(user)
    assert set(reviews_to_hold(user)) == reviews_asked_of_every_case(user)
    for worker, listed in (
        ("trusted_worker", queries.without_a_worker),
        ("allocated_worker", queries.not_allocated),
    ):
        assert set(listed(user).values_list("pk", flat=True)) == asked_of_every_case(user, worker)


@pytest.fixture
def case(world: World) -> Case:
    child = network.add_person(by=world.social_worker, given_name="Amira", family_name="Khan")
    let_all_in(world.social_worker, child.pk, world.school)
    case = actions.open_case(by=world.coordinator, person_id=child.pk)
    actions.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    return actions.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.teacher)


def is_kept(case: Case) -> bool:
    catch_up()
    assert not ChronologyChange.objects.exists()
    return Case.objects.get(pk=case.pk).seen_by_workers


def test_of_a_case_whose_workers_see_the_child_nothing_is_asked_again(world: World, case: Case) -> None:
    assert not case.seen_by_workers
    assert is_kept(case)
    assert not queries._to_ask().exists()
    actions.record_words(
        by=world.coordinator, person_id=case.person_id, text="x", heard_by="C", heard_on=timezone.localdate()
    )
    assert list(queries._to_ask().values_list("pk", flat=True)) == [case.pk]


def test_what_ends_on_a_day_is_asked_each_time(world: World, case: Case) -> None:
    for line in Involvement.objects.running().filter(person=case.person_id, agency=world.school):
        network.end_access(by=world.coordinator, access_id=line.pk, why=WHY)
    soon = timezone.now() + timedelta(days=2)
    whom = Whom("", world.school)
    network.give_access(
        by=world.coordinator, person_id=case.person_id, whom=whom, level=Level.RECORD, why=WHY, until=soon
    )
    assert not is_kept(case)
    assert not queries.without_a_worker(world.coordinator).exists()
    Involvement.objects.filter(until=soon).update(until=timezone.now() - timedelta(minutes=1))  # time passes
    assert list(queries.without_a_worker(world.coordinator)) == [case]


@pytest.mark.parametrize("role", ["trusted", "allocated"])
def test_whoever_is_switched_off_is_missed_at_once_and_after_the_index_was_made(
    world: World, case: Case, role: str
) -> None:
    assert is_kept(case)
    gone = world.teacher if role == "trusted" else world.social_worker
    listed = queries.without_a_worker if role == "trusted" else queries.not_allocated
    agencies.switch_off(by=world.administrator, user=gone, reason="They left")
    assert list(listed(world.coordinator)) == [case]
    assert not is_kept(case)
    assert list(listed(world.coordinator)) == [case]
    agencies.switch_on(by=world.administrator, user=gone, reason="They came back")
    assert not listed(world.coordinator).exists()
    assert is_kept(case)


def test_whoever_changes_which_roles_see_children_marks_the_open_cases_again() -> None:
    """What is kept was found with these: another set takes a migration like 0124 of cases, which marks each open case."""
    assert {role for role in Role if May.SEE_CHILD in MAY[role]} == {
        Role.PRACTITIONER, Role.DUTY, Role.COORDINATOR, Role.SUPERVISOR, Role.OFFICER,
    }  # fmt: skip
    assert {role for role in Role if May.SEE_PARTNERSHIP in MAY[role]} == {Role.COORDINATOR}


class Life:
    """What may happen to who sees whom, by chance, by actions as people take them; what is refused does not happen."""

    def __init__(self, world: World, chance: Random) -> None:
        self.world, self.chance, self.by = world, chance, world.coordinator
        another_coordinator(world)
        self.teams = [
            world.exploitation_team,
            Team.objects.create(agency=world.care, name="Family help"),
            world.teacher.team,
            world.officer.team,
        ]
        self.workers = [world.social_worker, world.supervisor, world.teacher, world.officer]
        for number in range(4):
            child = network.add_person(by=self.by, given_name=f"Child {number}", family_name="Reed")
            for agency in (world.school, world.police):
                let_all_in(self.by, child.pk, agency)
            case = actions.open_case(by=self.by, person_id=child.pk)
            actions.allocate_worker(by=self.by, case_id=case.pk, worker=world.social_worker)
            actions.assign_trusted_worker(by=self.by, case_id=case.pk, worker=world.teacher)
            self.plan(case)

    def plan(self, case: Case) -> None:
        """In force, with an action for each of the workers."""
        now, today = timezone.now(), timezone.localdate()
        begun = {
            "case": case,
            "started_at": now,
            "release": load.current().id,
            "author": self.workers[0],
            "due_on": today,
        }
        signed = {
            "state": "signed",
            "judgement": WHY,
            "submitted_at": now,
            "signed_at": now,
            "signed_by": self.by,
        }
        (assessment,) = QuerySet(Assessment).bulk_create([Assessment(**begun, **signed)])
        agreed = {"state": "agreed", "agreed_at": now, "agreed_by": self.by, "review_on": today}
        plan = Plan.objects.create(
            case=case, assessment=assessment, started_at=now, started_by=self.by, **agreed
        )
        outcome = Outcome.objects.create(plan=plan, text="Safe at home")
        for owner in self.workers:
            Action.objects.create(
                outcome=outcome, what="Walk home", owner=owner, agency=owner.team.agency, due_on=today
            )

    def allocate(self) -> None:
        actions.allocate_worker(by=self.by, case_id=self.case(), worker=self.worker(), reason=WHY)

    def trust(self) -> None:
        asked = {"reason": WHY, "child_asked": "yes", "about_asking": "It is fine."}
        actions.assign_trusted_worker(by=self.by, case_id=self.case(), worker=self.worker(), **asked)

    def case(self) -> Any:
        return self.chance.choice(list(Case.objects.values_list("pk", flat=True)))

    def worker(self) -> User:
        return fresh(self.chance.choice(self.workers))

    def child(self) -> Any:
        return self.chance.choice(list(Person.objects.filter(kind="child").values_list("pk", flat=True)))

    def whom(self) -> Whom:
        team = self.chance.choice(self.teams)
        post = self.chance.choice(list(Membership.objects.filter(user__in=self.workers)))
        one = Whom("", post.team.agency, user=fresh(post.user))
        return self.chance.choice([Whom("", team.agency), Whom("", team.agency, team=team), one])

    def let_in(self) -> None:
        until = self.chance.choice([None, timezone.now() + timedelta(days=3)])
        level = self.chance.choice([Level.KNOWS, Level.SUMMARY, Level.RECORD, Level.EVERYTHING])
        network.give_access(
            by=self.by, person_id=self.child(), whom=self.whom(), level=level, why=WHY, until=until
        )

    def end_line(self) -> None:
        lines = list(Involvement.objects.running())
        network.end_access(by=self.by, access_id=self.chance.choice(lines).pk, why=WHY)

    def keep_out(self) -> None:
        network.deny_access(by=self.by, person_id=self.child(), whom=self.whom(), why=WHY)

    def lift(self) -> None:
        rows = list(Denial.objects.filter(lifted_at=None))
        if rows:
            network.lift_denial(by=self.by, denial_id=self.chance.choice(rows).pk, why=WHY)

    def restrict(self) -> None:
        network.restrict(by=self.by, person_id=self.child(), reason=WHY)

    def open_up(self) -> None:
        network.lift_restriction(by=self.by, person_id=self.child(), reason=WHY)

    def switch(self) -> None:
        user = self.worker()
        do = agencies.switch_off if user.is_active else agencies.switch_on
        do(by=self.world.administrator, user=user, reason=WHY)

    def give_role(self) -> None:
        user, team = self.worker(), self.chance.choice(self.teams)
        agencies.give_role(
            by=self.world.administrator,
            user=user,
            team=team,
            role=self.chance.choice([Role.PRACTITIONER, Role.ANALYST, Role.COORDINATOR]),
            agreed_by=self.by,
        )

    def take_role(self) -> None:
        held = self.chance.choice(list(Membership.objects.filter(user__in=self.workers)))
        agencies.take_role(by=self.world.administrator, user=fresh(held.user), membership_id=held.pk)

    def merge(self) -> None:
        network.merge_people(by=self.by, kept_id=self.child(), merged_id=self.child(), reason=WHY)

    def unmerge(self) -> None:
        rows = list(Merge.objects.all())
        if rows:
            network.unmerge_people(by=self.by, merge_id=self.chance.choice(rows).pk, reason=WHY)

    def add_child(self) -> None:
        """Who may be merged into one of the others: they have no case."""
        network.add_person(by=self.by, given_name="Again", family_name="Reed")

    def let_time_pass(self) -> None:
        """Nothing is written by it."""
        Involvement.objects.filter(until__gt=timezone.now()).update(until=timezone.now())

    def make_index(self) -> None:
        catch_up()

    def step(self) -> str:
        ways = [
            self.allocate, self.trust, self.let_in, self.end_line, self.end_line, self.keep_out, self.lift, self.restrict, self.open_up,
            self.switch, self.give_role, self.take_role, self.merge, self.unmerge, self.add_child, self.let_time_pass,
            self.make_index, self.make_index, self.make_index, self.make_index,
        ]  # fmt: skip
        do = self.chance.choice(ways)
        with suppress(Refused, Hidden):
            do()
        return do.__name__


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_lists_are_those_of_asking_every_case(world: World, seed: int) -> None:
    life, kept, lacking = Life(world, Random(seed)), 0, 0
    for number in range(STEPS):
        did = life.step()
        try:
            assert_same(world.coordinator)
            assert_same(world.supervisor)
        except AssertionError as error:
            raise AssertionError(f"step {number}: {did}") from error
        kept += Case.objects.filter(seen_by_workers=True).count()
        lacking += sum(
            len(asked_of_every_case(fresh(world.coordinator), f"{worker}_worker"))
            for worker in ("allocated", "trusted")
        )
    assert kept > STEPS / 4
    assert lacking
