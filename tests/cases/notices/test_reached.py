"""A restricted record has somebody who answers, and where danger reaches nobody an administrator learns that it does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World, another_coordinator, let_know

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Refused
from heard.cases.case import actions as casework
from heard.cases.case.notices import actions
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.mail import notify_once
from heard.cases.case.notices.models import Notice, Reader
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern import actions as telling
from heard.network import actions as network
from heard.network.queries import decided_by_no_other


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(fresh(user))
    return client


def away(user: User, covered_by: User) -> None:
    today = timezone.localdate()
    actions.be_away(by=user, covered_by=covered_by, since=today, until=today)


def kinds(user: User) -> list[str]:
    return [row.notice.kind for row in unread_of(fresh(user))]


def tell(world: World, case: Any) -> Any:
    return telling.tell(
        by=world.teacher,
        person_id=case.person_id,
        seen_and_heard="Two people waited for her.",
        why_no_words="Not met yet",
        danger_now="yes",
        danger_done="Rang 999.",
    )


def leave(world: World, *people: User) -> None:
    for user in people:
        agencies.switch_off(by=world.administrator, user=fresh(user), reason="Left")


def test_no_record_is_restricted_while_everybody_who_decides_is_away(world: World, case: Any) -> None:
    for user in (world.coordinator, world.supervisor):
        away(user, world.social_worker)
    why_not = "is away today"
    with pytest.raises(Refused, match=why_not):
        casework.restrict_record(by=world.supervisor, person_id=case.person_id, reason="A relative")
    case.person.refresh_from_db()
    assert case.person.restricted is False
    page = client_of(world.supervisor).get(reverse("person_restriction", args=[case.person_id])).text
    assert why_not in page


def test_it_is_where_one_of_them_is_on_duty_or_there(world: World, case: Any) -> None:
    for user in (world.coordinator, world.supervisor):
        away(user, world.social_worker)
    now = timezone.now()
    actions.put_on_duty(
        by=world.administrator, user=world.coordinator, begins=now, ends=now + timedelta(hours=8), phone="1"
    )
    casework.restrict_record(by=world.supervisor, person_id=case.person_id, reason="A relative")
    case.person.refresh_from_db()
    assert case.person.restricted is True


def test_who_is_left_alone_with_a_restricted_record_has_it_in_their_work(world: World, case: Any) -> None:
    network.restrict(by=world.supervisor, person_id=case.person_id, reason="A relative")
    heading = "Restricted records in which nobody else decides"
    assert not decided_by_no_other(world.coordinator).exists()
    assert heading not in client_of(world.coordinator).get(reverse("home")).text
    leave(world, world.supervisor)
    assert list(decided_by_no_other(fresh(world.coordinator))) == [case.person]
    page = client_of(world.coordinator).get(reverse("home")).text
    assert heading in page
    assert reverse("access", args=[case.person_id]) in page
    for user in (world.social_worker, world.officer, world.administrator):
        assert not decided_by_no_other(fresh(user)).exists()
    another_coordinator(world)
    assert not decided_by_no_other(fresh(world.coordinator)).exists()


def test_who_goes_away_reads_for_which_nobody_else_is_there(world: World, case: Any) -> None:
    network.restrict(by=world.supervisor, person_id=case.person_id, reason="A relative")
    away(world.supervisor, world.social_worker)
    left = "nobody else decides in these days"
    assert left not in client_of(world.supervisor).get(reverse("away")).text
    away(world.coordinator, world.social_worker)
    page = client_of(world.coordinator).get(reverse("away")).text
    assert left in page
    assert reverse("access", args=[case.person_id]) in page


def test_where_danger_reaches_nobody_an_administrator_learns_that_it_does_and_no_more(
    world: World, case: Any, settings: Any
) -> None:
    settings.ADDRESS = "https://heard.wexmoor.example"
    agencies.change_own_details(by=world.administrator, email="ade@wexmoor.example", reminders=True)
    network.restrict(by=world.supervisor, person_id=case.person_id, reason="A relative")
    leave(world, world.coordinator, world.supervisor)
    told = tell(world, case)
    now = timezone.now()
    notify_once(now)
    notify_once(now + timedelta(minutes=1))
    assert kinds(world.administrator) == ["unreached"]  # once
    (message,) = mail.outbox
    assert message.to == ["ade@wexmoor.example"]
    page = client_of(world.administrator).get(reverse("home")).text
    assert "reaches nobody who may open the record" in page
    for said in (page, message.message().as_string()):
        for secret in ("Mina", "Okoro", told.reference, str(told.pk), str(case.person_id)):
            assert secret not in said
    for user in (world.social_worker, world.teacher, world.officer):
        assert "unreached" not in kinds(user)
    agencies.switch_on(by=world.administrator, user=world.coordinator, reason="Back")
    pass_on(now + timedelta(minutes=2))
    assert "danger" in kinds(world.coordinator)
    pass_on(now + timedelta(minutes=3))
    assert kinds(world.administrator) == []


def test_danger_told_on_a_record_that_was_joined_reaches_the_worker_of_the_child(
    world: World, case: Any
) -> None:
    other = network.add_person(by=world.social_worker, given_name="Mena", family_name="Okoro")
    let_know(world.social_worker, other.pk, world.school)
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    told = telling.tell(
        by=world.teacher,
        person_id=other.pk,
        seen_and_heard="Two people waited for her.",
        why_no_words="Not met yet",
        danger_now="yes",
        danger_done="Rang 999.",
    )
    assert "danger" not in kinds(world.social_worker)
    network.merge_people(
        by=world.coordinator, kept_id=case.person_id, merged_id=other.pk, reason="One person"
    )
    pass_on(timezone.now())
    row = Reader.objects.get(notice__subject_id=str(told.pk), user=world.social_worker)
    assert row.answers is True
    assert "danger" in kinds(world.social_worker)
    pass_on(timezone.now() + timedelta(minutes=61))
    before = Reader.objects.filter(notice__subject_id=str(told.pk)).count()
    pass_on(timezone.now() + timedelta(minutes=62))
    assert Reader.objects.filter(notice__subject_id=str(told.pk)).count() == before


def test_of_a_worry_about_themselves_an_administrator_learns_nothing(world: World, case: Any) -> None:
    team = agencies.add_team(by=world.administrator, agency=world.care, name="Safeguarding unit")
    lado = agencies.add_user(
        by=world.administrator, username="desi.grant", first_name="Desi", last_name="Grant", password=None,
        team=team, role="officer", agreed_by=world.coordinator,
    )  # fmt: skip
    staff = telling.AboutStaff("Ade", world.administrator)
    told = telling.tell(
        by=world.teacher, person_id=case.person_id, seen_and_heard="He asked her for pictures.",
        why_no_words="Not met yet", danger_now="yes", danger_done="Rang 999.", staff=staff,
    )  # fmt: skip
    Reader.objects.filter(notice__subject_id=str(told.pk)).exclude(user=lado).delete()
    leave(world, lado, world.coordinator, world.supervisor)
    pass_on(timezone.now() + timedelta(hours=2))
    assert kinds(world.administrator) == []


def test_what_reaches_somebody_again_or_is_over_is_no_longer_said(world: World, case: Any) -> None:
    network.restrict(by=world.supervisor, person_id=case.person_id, reason="A relative")
    leave(world, world.coordinator, world.supervisor)
    tell(world, case)
    pass_on(timezone.now())
    assert Notice.objects.filter(kind="unreached", ended_at=None).count() == 1
    Notice.objects.filter(kind="danger").update(ended_at=timezone.now())
    pass_on(timezone.now())
    assert not Notice.objects.filter(kind="unreached", ended_at=None).exists()
