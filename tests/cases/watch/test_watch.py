"""Unusual reading: what stands out, what does not, who looks at it, and that nobody is blamed by it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.limiting import why_not_once_more
from heard.agencies.models import AuditRow, OnlyAdded, Tally, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.agencies.trail import guarding
from heard.cases.watch import actions, queries
from heard.cases.watch.looking import watch, watch_until
from heard.cases.watch.models import ReadingAlert
from heard.cases.watch.unanswered import give_to_others
from heard.home.search.actions import search
from heard.network import actions as network
from heard.network.models import Person

MORNING = timezone.make_aware(datetime(2026, 11, 24, 10, 15))
NIGHT = MORNING.replace(hour=23)
AFTER = timedelta(hours=2)


@pytest.fixture
def wright(world: World) -> Person:
    """A child with the family name of the social worker."""
    return child(world, "Wright")


def child(world: World, family_name: str, **more: Any) -> Person:
    return network.add_person(by=world.social_worker, given_name="Amira", family_name=family_name, **more)


def read(by: User, person: Person, at: datetime) -> None:
    """Reading is written down with the time at which it is; here with another."""
    network.open_record(by=by, person_id=person.pk)
    row = AuditRow.objects.filter(verb="view").latest("pk")
    dated(AuditRow.objects.filter(pk=row.pk), at)


def dated(rows: Any, at: datetime) -> None:
    """Past the guards of the database, which refuse it."""
    guarding.let_go()
    super(OnlyAdded, rows).update(at=at)
    guarding.guard()


def watched(at: datetime = MORNING) -> list[tuple[str, int]]:
    """What stood out once the hour is over."""
    everything_before(at)
    watch_until(at + AFTER)
    return sorted(ReadingAlert.objects.values_list("kind", "reader_id"))


def everything_before(at: datetime) -> None:
    """Rows of the actions that made the world, which were written now, are put where nobody looks."""
    rows = AuditRow.objects.exclude(verb__in=("view", "search"))
    dated(rows, at - timedelta(days=30))


# ---- what does not stand out


def test_ordinary_reading_stands_out_nowhere(world: World) -> None:
    read(world.social_worker, child(world, "Khan"), MORNING)
    assert watched() == []


@pytest.mark.on_day(date(2026, 11, 27))
def test_an_hour_that_is_not_over_is_not_looked_at(world: World, wright: Person) -> None:
    read(world.social_worker, wright, MORNING)
    everything_before(MORNING)
    assert watch_until(MORNING + timedelta(minutes=30)) == 0
    assert watch_until(MORNING + AFTER) == 1
    assert watch_until(MORNING + AFTER) == 0


def test_a_name_that_many_children_have_says_nothing(world: World, wright: Person, settings: Any) -> None:
    settings.READING_COMMON = 1
    child(world, "WRIGHT")
    read(world.social_worker, wright, MORNING)
    assert watched() == []


def test_a_duty_worker_and_who_is_on_the_rota_read_at_night(world: World, wright: Person) -> None:
    from heard.cases.case.notices import actions as noticing

    noticing.put_on_duty(
        by=world.administrator,
        user=world.supervisor,
        begins=NIGHT - timedelta(hours=1),
        ends=NIGHT + timedelta(hours=1),
        phone="01632 960 055",
    )
    night = agencies.add_user(
        by=world.administrator,
        username="nia.dusk",
        first_name="Nia",
        last_name="Dusk",
        password=None,
        team=world.exploitation_team,
        role=Role.DUTY,
        agreed_by=world.coordinator,
    )
    khan = child(world, "Khan")
    for user in (night, world.supervisor):
        read(user, khan, NIGHT)
    assert watched(NIGHT) == []


# ---- what does


@pytest.mark.on_day(date(2026, 11, 27))
def test_the_own_family_name_stands_out_once(world: World, wright: Person) -> None:
    read(world.social_worker, wright, MORNING)
    read(world.social_worker, wright, MORNING + timedelta(minutes=5))
    assert watched() == [("own_name", world.social_worker.pk)]
    alert = ReadingAlert.objects.get()
    assert (alert.person, alert.number, alert.first_at) == (wright, 2, MORNING)


def test_a_colleagues_family_name_stands_out(world: World) -> None:
    read(world.social_worker, child(world, "Órdway"), MORNING)
    assert watched() == [("colleague", world.social_worker.pk)]
    assert ReadingAlert.objects.get().colleague == world.coordinator


def test_the_family_name_of_somebody_of_another_agency_says_nothing(world: World) -> None:
    read(world.social_worker, child(world, "Archer"), MORNING)
    assert watched() == []


def test_very_many_children_in_an_hour_stand_out(world: World, settings: Any) -> None:
    settings.READING_MANY = 2
    for person in [child(world, name) for name in ("One", "Two", "Three")]:
        read(world.social_worker, person, MORNING)
    assert watched() == [("many", world.social_worker.pk)]
    assert ReadingAlert.objects.get().number == 3


@pytest.mark.parametrize("at", [NIGHT, MORNING + timedelta(days=4)])
def test_reading_at_night_and_on_a_day_off_stands_out(world: World, at: datetime) -> None:
    read(world.social_worker, child(world, "Khan"), at)
    assert watched(at) == [("after_hours", world.social_worker.pk)]


def test_who_searches_more_often_than_is_possible_stands_out(world: World) -> None:
    for _number in range(3):
        why_not_once_more(world.teacher, "search", most=2, now=MORNING)
    why_not_once_more(world.officer, "search", most=2, now=MORNING)
    assert watched() == [("probing", world.teacher.pk)]


def test_a_look_that_came_into_the_trail_later_counts_at_the_hour_at_which_it_was(world: World) -> None:
    person = child(world, "Khan")
    everything_before(MORNING)
    AuditRow.objects.create(
        actor_id=world.social_worker.pk, actor="sol.wright", agency="", verb="view", subject="person",
        subject_id=str(person.pk), person_id=person.pk, detail={"looked at": NIGHT.isoformat()},
    )  # fmt: skip
    dated(AuditRow.objects.filter(verb="view"), MORNING)
    watch_until(MORNING + AFTER)
    alert = ReadingAlert.objects.get()
    assert (alert.kind, alert.first_at) == ("after_hours", NIGHT)


def searched(by: User, times: int, at: datetime, *, looks: int = 1) -> None:
    for number in range(times):
        why_not_once_more(by, "search", most=60, now=at + timedelta(seconds=number))
        for _look in range(looks):
            search(by=by, text="nobody of that name")
    dated(AuditRow.objects.filter(verb="search", actor_id=by.pk), at)


def test_searches_that_show_nothing_stand_out_below_the_limit(world: World) -> None:
    searched(world.teacher, 16, MORNING)
    searched(world.officer, 3, MORNING, looks=8)  # who looks at an empty list again has not searched again
    assert watched() == [("nothing", world.teacher.pk)]
    assert ReadingAlert.objects.get().number == 16


def test_half_of_thirty_at_once_stand_out_as_where_the_hour_turns(world: World) -> None:
    searched(world.teacher, 15, MORNING)
    assert watched() == [("nothing", world.teacher.pk)]


def test_searches_that_show_somebody_do_not(world: World) -> None:
    child(world, "Khan")
    for _number in range(20):
        why_not_once_more(world.social_worker, "search", most=60, now=MORNING)
        search(by=world.social_worker, text="amira khan")
    dated(AuditRow.objects.filter(verb="search"), MORNING)
    assert "nothing" not in [kind for kind, _who in watched()]


def test_where_those_who_could_look_at_it_leave_a_co_ordinator_does_and_learns_no_name(
    world: World, client: Client
) -> None:
    person = network.restrict(by=world.coordinator, person_id=child(world, "Wright").pk, reason="Kin")
    read(world.social_worker, person, MORNING)
    watched()
    alert = ReadingAlert.objects.get()
    other = agencies.add_user(
        by=world.administrator, username="ona.lee", first_name="Ona", last_name="Lee", password=None,
        team=world.teacher.team, role=Role.COORDINATOR, agreed_by=world.coordinator,
    )  # fmt: skip
    assert give_to_others() == 0
    User.objects.filter(pk__in=(world.coordinator.pk, world.supervisor.pk)).update(is_active=False)
    assert not queries.alerts_visible_to(other).exists()
    assert give_to_others() == 1
    client.force_login(other)
    page = client.get(reverse("alert", kwargs={"alert_id": alert.pk})).text
    assert "A child whose record you do not see" in page
    assert str(alert.person) not in page
    assert str(alert.person_id) not in page
    assert not AuditRow.objects.filter(person_id=alert.person_id, actor_id=other.pk).exists()
    sent = {"outcome": "explained", "reason": "A stranger"}
    assert client.post(reverse("alert", kwargs={"alert_id": alert.pk}), sent).status_code == 302
    assert give_to_others() == 0


def test_what_was_explained_is_not_put_before_anybody_again(world: World, wright: Person) -> None:
    read(world.social_worker, wright, MORNING)
    watched()
    alert = ReadingAlert.objects.get()
    reason = "Her worker; strangers of one name"
    actions.answer_alert(by=world.coordinator, alert_id=alert.pk, outcome="explained", reason=reason)
    later = MORNING + timedelta(days=1)
    read(world.social_worker, wright, later)
    assert len(watched(later)) == 1
    ReadingAlert.objects.update(outcome="look_into")
    last = MORNING + timedelta(days=2)
    read(world.social_worker, wright, last)
    assert len(watched(last)) == 2


def test_a_worker_does_it_between_its_tasks(world: World, settings: Any) -> None:
    assert "heard.cases.watch.looking.watch" in settings.NOW_AND_THEN
    assert watch() == 0


@pytest.mark.on_day(date(2026, 11, 27))
def test_counts_are_forgotten_after_thirty_days(world: World) -> None:
    from heard.agencies.limiting import forget_old_counts

    for days in (0, 31):
        why_not_once_more(world.teacher, "search", most=2, now=MORNING - timedelta(days=days))
    forget_old_counts(MORNING)
    assert [row.hour.date() for row in Tally.objects.all()] == [MORNING.date()]


# ---- who looks at it


@pytest.fixture
def alert(world: World, wright: Person) -> ReadingAlert:
    read(world.social_worker, wright, MORNING)
    watched()
    return ReadingAlert.objects.get()


@pytest.mark.parametrize(
    "who", ["social_worker", "teacher", "officer", "analyst", "board_member", "administrator"]
)
def test_nobody_else_sees_it_and_least_of_all_whoever_read(
    world: World, alert: ReadingAlert, who: str, client: Client
) -> None:
    client.force_login(getattr(world, who))
    assert client.get(reverse("alert", kwargs={"alert_id": alert.pk})).status_code == 404
    assert client.get(reverse("alerts")).status_code == 404
    assert "Unusual reading" not in client.get(reverse("home")).text
    with pytest.raises(Hidden):
        actions.answer_alert(
            by=getattr(world, who), alert_id=alert.pk, outcome="explained", reason="It was nothing"
        )


def test_a_reviewer_who_read_it_themselves_sees_nothing_of_it(world: World) -> None:
    read(world.supervisor, child(world, "Visram"), MORNING)
    assert watched() == [("own_name", world.supervisor.pk)]
    assert not queries.alerts_visible_to(world.supervisor).exists()
    assert queries.alerts_visible_to(world.coordinator).exists()


def test_a_reviewer_with_the_childs_family_name_sees_nothing_of_it(world: World) -> None:
    read(world.social_worker, child(world, "Visram"), MORNING)
    watched()
    assert not queries.alerts_visible_to(world.supervisor).exists()
    assert queries.alerts_visible_to(world.coordinator).exists()


def test_who_is_kept_out_of_the_record_sees_nothing_of_it(world: World, alert: ReadingAlert) -> None:
    from heard.network.queries import Whom

    kept_out = Whom("", world.care, user=world.supervisor)
    network.deny_access(by=world.coordinator, person_id=alert.person_id, whom=kept_out, why="Her uncle")
    assert not queries.alerts_visible_to(User.objects.get(pk=world.supervisor.pk)).exists()


def test_it_waits_on_my_work_and_is_answered_with_the_reason(
    world: World, alert: ReadingAlert, client: Client
) -> None:
    client.force_login(world.supervisor)
    assert "Unusual reading, to look at" in client.get(reverse("home")).text
    address = reverse("alert", kwargs={"alert_id": alert.pk})
    assert "Say why" in client.post(address, {"outcome": "explained", "reason": ""}).text
    sent = {"outcome": "look_into", "reason": "I talk with him tomorrow"}
    assert client.post(address, sent).status_code == 302
    alert.refresh_from_db()
    assert (alert.outcome, alert.answered_by) == ("look_into", world.supervisor)
    with pytest.raises(Refused, match="already"):
        actions.answer_alert(by=world.coordinator, alert_id=alert.pk, outcome="explained", reason="x")
    assert "I talk with him tomorrow" in client.get(address).text


def test_it_stands_in_no_record_and_not_among_who_looked(
    world: World, alert: ReadingAlert, client: Client
) -> None:
    actions.open_alert(by=world.supervisor, alert_id=alert.pk)
    actions.answer_alert(by=world.supervisor, alert_id=alert.pk, outcome="explained", reason="A stranger")
    client.force_login(world.social_worker)
    at = {"person_id": alert.person_id}
    for name in ("child", "child_looked", "child_chronology"):
        page = client.get(reverse(name, kwargs=at)).text
        assert "A stranger" not in page
        assert "alert" not in page.lower()
        assert "own family name" not in page
