"""Who is responsible for a case, and whom the child counts on, are two questions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.next_step import next_step

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case import actions, queries
from heard.cases.case.models import AllocatedWorker, Case, TrustedWorker
from heard.cases.case.notices.actions import be_away
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.queries import unread_of
from heard.network import actions as network

NOBODY = "No social worker is allocated"


@pytest.fixture
def case(world: World) -> Case:
    """Led by the children's services; the school helps."""
    amira = network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    return actions.open_case(by=world.coordinator, person_id=amira.pk)


def allocate(world: World, case: Case, **more: object) -> Case:
    given = {"by": world.coordinator, "case_id": case.pk, "worker": world.social_worker}
    return actions.allocate_worker(**given | more)  # type: ignore[arg-type]


def trust(world: World, case: Case, worker: User) -> None:
    actions.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=worker)


def test_a_trusted_worker_of_another_agency_never_hides_that_nobody_is_allocated(
    client: Client, world: World, case: Case
) -> None:
    trust(world, case, world.teacher)
    client.force_login(world.coordinator)
    for page in (
        reverse("child", kwargs={"person_id": case.person_id}),
        reverse("team"),
        reverse("home"),
        reverse("allocated_worker", kwargs={"case_id": case.pk}),
        reverse("child_summary", kwargs={"person_id": case.person_id}),
    ):
        assert NOBODY in client.get(page).text, page
    assert list(queries.not_allocated(world.coordinator)) == [case]
    assert list(queries.without_a_worker(world.coordinator)) == []
    client.force_login(world.teacher)
    assert NOBODY in client.get(reverse("child", kwargs={"person_id": case.person_id})).text
    allocate(world, case)
    client.force_login(world.coordinator)
    assert NOBODY not in client.get(reverse("child", kwargs={"person_id": case.person_id})).text
    assert NOBODY not in client.get(reverse("team")).text
    assert list(queries.not_allocated(world.coordinator)) == []


def test_an_allocated_worker_is_not_whom_the_child_counts_on(world: World, case: Case) -> None:
    allocate(world, case)
    case.refresh_from_db()
    assert (case.allocated_worker, case.trusted_worker) == (world.social_worker, None)
    assert list(queries.without_a_worker(world.coordinator)) == [case]
    assert list(queries.my_cases(world.social_worker)) == [case]
    assert [row.notice.get_kind_display() for row in unread_of(world.social_worker, case.person_id)] == [
        "A worker was allocated"
    ]
    (line,) = lines_of(unread_of(world.social_worker, case.person_id))
    assert line.what == "You are now allocated to this child"
    today = timezone.localdate()
    be_away(by=world.social_worker, covered_by=world.supervisor, since=today, until=today)
    covered = [line.what for line in lines_of(unread_of(world.supervisor, case.person_id)) if line.covers]
    assert covered == ["A worker was allocated"]


def test_whoever_is_named_first_is_allocated_where_that_is_their_job_and_else_trusted(
    world: World, case: Case
) -> None:
    actions.name_worker(by=world.coordinator, case_id=case.pk, worker=world.teacher)
    case.refresh_from_db()
    assert (case.allocated_worker, case.trusted_worker) == (None, world.teacher)
    actions.name_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    case.refresh_from_db()
    assert (case.allocated_worker, case.trusted_worker) == (world.social_worker, world.teacher)
    with pytest.raises(Refused, match="allocates the worker"):
        actions.name_worker(by=world.teacher, case_id=case.pk, worker=world.supervisor)


def test_each_has_its_own_history(world: World, case: Case) -> None:
    trust(world, case, world.teacher)
    allocate(world, case)
    with pytest.raises(Refused, match="Say why another worker"):
        allocate(world, case, worker=world.supervisor)
    allocate(world, case, worker=world.supervisor, reason="Sol is on leave")
    rows = AllocatedWorker.objects.filter(case=case).order_by("pk")
    today = timezone.localdate()
    assert [(row.worker, row.until, row.reason) for row in rows] == [
        (world.social_worker, today, ""),
        (world.supervisor, None, "Sol is on leave"),
    ]
    assert TrustedWorker.objects.get(case=case).worker == world.teacher
    verbs = AuditRow.objects.filter(person_id=case.person_id, verb="allocate worker")
    assert verbs.count() == 2


def test_who_is_allocated_works_in_childrens_services_and_sees_the_child(world: World, case: Case) -> None:
    with pytest.raises(Refused, match="works in children’s services"):
        allocate(world, case, worker=world.teacher)
    with pytest.raises(Refused, match="allocated already"):
        allocate(world, allocate(world, case))
    assert set(queries.who_can_be_allocated(world.coordinator, case.person_id)) == {
        str(user.pk) for user in (world.coordinator, world.supervisor, world.social_worker)
    }
    with pytest.raises(Refused, match="co-ordinator or supervisor allocates"):
        allocate(world, case, by=world.social_worker, worker=world.supervisor)
    with pytest.raises(Hidden):
        allocate(world, case, by=world.officer)
    for days in (-1, 1):
        with pytest.raises(Refused, match="day is"):
            allocate(
                world, case, worker=world.supervisor, reason="x", since=timezone.localdate() + timedelta(days)
            )


def test_a_worker_who_was_switched_off_leaves_a_child_to_whom_nobody_is_allocated(
    client: Client, world: World, case: Case
) -> None:
    allocate(world, case)
    User.objects.filter(pk=world.social_worker.pk).update(is_active=False)
    assert list(queries.not_allocated(world.coordinator)) == [case]
    client.force_login(world.coordinator)
    page = client.get(reverse("child", kwargs={"person_id": case.person_id})).text
    assert "No social worker is allocated" in page
    assert "cannot sign in any longer" in page


def lead(world: World, case: Case, role: str, worker: User, **more: object) -> Case:
    return allocate(world, case, role=role, worker=worker, **more)


def test_a_child_has_two_lead_practitioners_at_once_beside_the_allocated_worker(
    world: World, case: Case
) -> None:
    allocate(world, case)
    for role, worker, why_not in (
        ("janitor", world.social_worker, "for what they are responsible"),
        ("child_protection", world.teacher, "children’s services"),
        ("family_help", world.officer, "may not see the child"),
    ):
        with pytest.raises(Refused, match=why_not):
            lead(world, case, role, worker)
    with pytest.raises(Refused, match="co-ordinator or supervisor"):
        lead(world, case, "family_help", world.teacher, by=world.social_worker)
    lead(world, case, "family_help", world.teacher)
    lead(world, case, "child_protection", world.social_worker)
    now = queries.responsible_now(world.coordinator, case.pk)
    assert {role: row.worker for role, row in now.items()} == {
        "allocated": world.social_worker,
        "family_help": world.teacher,
        "child_protection": world.social_worker,
    }
    case.refresh_from_db()
    assert case.allocated_worker == world.social_worker
    assert [row.notice.kind for row in unread_of(world.teacher)] == ["lead_named"]
    with pytest.raises(Refused, match="why another worker"):
        lead(world, case, "child_protection", world.supervisor)
    lead(world, case, "child_protection", world.supervisor, reason="Sol is ill.")
    assert "worker_changed" in [row.notice.kind for row in unread_of(world.social_worker)]
    this = {"by": world.coordinator, "case_id": case.pk, "role": "family_help"}
    with pytest.raises(Refused, match="or nobody any longer"):
        actions.end_lead(**this, reason=" ")
    with pytest.raises(Refused, match="Nobody is that now"):
        actions.end_lead(**this | {"role": "allocated"}, reason="A child always has one.")
    with pytest.raises(Refused):
        actions.end_lead(**this, reason="Before it began", since=timezone.localdate() - timedelta(days=1))
    actions.end_lead(**this, reason="The family needs no more help.")
    with pytest.raises(Refused, match="Nobody is that now"):
        actions.end_lead(**this, reason="Again")
    assert queries.responsible_now(world.coordinator, case.pk).keys() == {"allocated", "child_protection"}
    with pytest.raises(Hidden):
        queries.responsible_now(world.officer, case.pk)


def test_the_page_of_a_lead_practitioner_names_and_ends(client: Client, world: World, case: Case) -> None:
    where = {"case_id": case.pk, "role": "family_help"}
    there, today = reverse("lead_practitioner", kwargs=where), timezone.localdate()
    client.force_login(world.officer)
    assert client.get(there).status_code == 404
    client.force_login(world.coordinator)
    assert client.get(reverse("lead_practitioner", kwargs=where | {"role": "allocated"})).status_code == 404
    assert "Nobody any longer" not in client.get(there).text
    since = {"since-day": today.day, "since-month": today.month, "since-year": today.year}
    page = client.post(there, since | {"worker": world.teacher.pk}, follow=True).text
    assert "Saved: the lead practitioner" in page
    plan = client.get(reverse("child_plan", kwargs={"person_id": case.person_id})).text
    assert "Family help lead practitioner: Tess Archer" in plan
    page = client.post(there, since | {"worker": "nobody", "reason": "It has ended well."}, follow=True).text
    assert "Ended: It has ended well." in page
    told = client.get(reverse("child_chronology", kwargs={"person_id": case.person_id})).text
    assert "Family help lead practitioner until then: Tess Archer" in told


def test_the_page_allocates_and_is_not_there_for_who_may_not_see_the_child(
    client: Client, world: World, case: Case
) -> None:
    there, today = reverse("allocated_worker", kwargs={"case_id": case.pk}), timezone.localdate()
    client.force_login(world.officer)
    assert client.get(there).status_code == 404
    client.force_login(world.teacher)
    assert "A co-ordinator or supervisor allocates the worker" in client.get(there).text
    client.force_login(world.coordinator)
    since = {"since-day": today.day, "since-month": today.month, "since-year": today.year}
    assert "Choose the allocated worker" in client.post(there, since).text
    page = client.post(there, since | {"worker": world.social_worker.pk}, follow=True).text
    assert "Saved: the allocated worker" in page
    assert "trusted worker" in next_step(client, page)
    assert "The first in this case" in page
