"""A worry about somebody who works with children: the designated officer hears of it, and others only where none has read it in time."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.conftest import World

from heard.agencies import actions as agencies
from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import AuditRow, Membership, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.attachment import actions as attaching
from heard.cases.attachment.queries import attachments_around, attachments_of
from heard.cases.case import actions as casework
from heard.cases.case import queries as cases
from heard.cases.case.access.actions import deny_access
from heard.cases.case.models import Case
from heard.cases.case.notices import actions as noticing
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.mail import notify_once
from heard.cases.case.notices.models import Notice, Reader
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.queries import words_of
from heard.cases.case.rules import Observed
from heard.cases.concern import actions, queries
from heard.cases.concern.actions import AboutStaff
from heard.cases.concern.models import Concern, ConcernObservation
from heard.cases.glass import actions as emergencies
from heard.cases.record.queries import entries_of
from heard.cases.timeline.index import catch_up
from heard.network.models import Denial, Person
from heard.network.queries import Whom, denials_of, find_people, people_findable_by, people_visible_to

SEEN = "He drives her home in his own car and has told her to tell nobody."
WORDS = {"text": "He says I owe him.", "heard_by": "Tess Archer, teacher", "heard_on": date(2026, 3, 2)}


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kinds(user: User) -> list[str]:
    return [row.notice.kind for row in unread_of(fresh(user))]


@pytest.fixture
def officer(world: World) -> User:
    """The designated officer, in a team of their own."""
    team = agencies.add_team(by=world.administrator, agency=world.care, name="Safeguarding unit")
    return agencies.add_user(
        by=world.administrator,
        username="desi.grant",
        first_name="Desi",
        last_name="Grant",
        password=None,
        team=team,
        role=Role.OFFICER,
        agreed_by=world.coordinator,
    )


@pytest.fixture
def with_worker(world: World, case: Any) -> Any:
    """The social worker is the child's trusted worker, and has seen everything."""
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    for reader in Reader.objects.filter(seen_at=None):
        noticing.mark_seen(by=reader.user, reader_id=reader.pk)
    return case


def tell(world: World, person_id: Any, *, user: User | None = None, **more: Any) -> Concern:
    given: dict[str, Any] = {
        "by": world.teacher,
        "person_id": person_id,
        "seen_and_heard": SEEN,
        "words": WORDS,
        "observations": [Observed("S10", "seen", date(2026, 3, 2), "Tess", "A gift from him")],
        "danger_now": "no",
        "staff": AboutStaff("Sol Wright, social worker", user),
    }
    return actions.tell(**given | more)


@pytest.fixture
def told(world: World, with_worker: Any, officer: User) -> Concern:
    return tell(world, with_worker.person_id, user=world.social_worker)


def test_only_the_designated_officer_is_told(world: World, told: Concern, officer: User) -> None:
    assert kinds(officer) == ["staff"]
    assert {row.user for row in Reader.objects.filter(notice__told_at=told.told_at)} == {officer}
    for user in (world.social_worker, world.coordinator, world.supervisor, world.teacher, world.officer):
        assert kinds(user) == []
    assert not Notice.objects.filter(subject="concern", subject_id=str(told.pk)).exists()


def test_my_work_says_danger_of_it_only_where_somebody_is(
    world: World, with_worker: Any, officer: User, client: Client
) -> None:
    client.force_login(officer)
    concern = tell(world, with_worker.person_id, user=world.social_worker)
    assert tags_of(client) == ["Urgent"]
    read = client.get(reverse("staff_worry", kwargs={"staff_worry_id": concern.pk})).text
    assert "In danger when told" in read
    tell(world, with_worker.person_id, user=world.social_worker, **IN_DANGER)
    assert tags_of(client) == ["Danger", "Urgent"]


def tags_of(client: Client) -> list[str]:
    """Why each line of My work stands where it does."""
    return re.findall(r"govuk-tag--red[^>]*>\s*([^<]*?)\s*<", client.get(reverse("home")).text)


IN_DANGER = {"danger_now": "yes", "danger_done": "Called 999"}


@pytest.fixture
def outside(world: World, with_worker: Any) -> User:
    """A co-ordinator of the police, who work with the child too: in no team of the social worker's."""
    from heard.network import actions as network

    network.involve(
        by=world.coordinator, person=with_worker.person, agency=world.police, why="They look for her"
    )
    for reader in Reader.objects.filter(seen_at=None):
        noticing.mark_seen(by=reader.user, reader_id=reader.pk)
    return agencies.add_user(
        by=world.administrator,
        username="rae.dunn",
        first_name="Rae",
        last_name="Dunn",
        password=None,
        team=world.officer.team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )


def readers(told: Concern) -> set[User]:
    return {row.user for row in Reader.objects.filter(notice__subject_id=str(told.pk))}


def test_what_the_officer_has_not_seen_in_time_goes_to_who_decides_outside_their_line_alone(
    world: World, with_worker: Any, officer: User, outside: User
) -> None:
    told = tell(world, with_worker.person_id, user=world.social_worker, **IN_DANGER)
    pass_on(timezone.now() + timedelta(minutes=31))
    assert readers(told) == {officer}
    for hours in (2, 24 * 3):
        pass_on(timezone.now() + timedelta(hours=hours))
        assert readers(told) == {officer, outside}  # no colleague of that person, however long
    assert list(queries.staff_worries_to_decide(fresh(outside))) == [told]
    assert SEEN in client_of(outside).get(reverse("staff_worry", args=[told.pk])).text
    page = client_of(world.coordinator).get(reverse("child", args=[with_worker.person_id])).text
    assert "Somebody is in danger" not in page


def test_where_the_officer_has_left_since_it_goes_there_within_minutes(
    world: World, with_worker: Any, officer: User, outside: User
) -> None:
    told = tell(world, with_worker.person_id, user=world.social_worker, **IN_DANGER)
    agencies.switch_off(by=world.administrator, user=officer, reason="Left")
    pass_on(timezone.now() + timedelta(minutes=1))
    assert kinds(outside) == ["staff"]
    assert readers(told) == {officer, outside}


def test_where_the_officer_is_away_it_goes_there_too_and_they_are_told_so(
    world: World, with_worker: Any, officer: User, outside: User
) -> None:
    waits = tell(world, with_worker.person_id, user=world.social_worker, **IN_DANGER)
    day = timezone.localdate()
    client = client_of(officer)
    sent = {"covered_by": str(world.social_worker.pk)}
    for name in ("since", "until"):
        sent |= {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    text = client.post(reverse("away"), sent, follow=True).text
    assert "Your colleague is no designated officer" in text
    for minutes in (1, 2):
        pass_on(timezone.now() + timedelta(minutes=minutes))
    assert readers(waits) == {officer, outside}  # and not whoever covers, of whom it may be
    told = tell(world, with_worker.person_id, user=world.social_worker, **IN_DANGER)
    assert readers(told) == {outside}


def somebody(world: World, username: str, team: Any, role: Role) -> User:
    given, family = (text.title() for text in username.split("."))
    return agencies.add_user(
        by=world.administrator, username=username, first_name=given, last_name=family, password=None,
        team=team, role=role, agreed_by=world.coordinator,
    )  # fmt: skip


def away_today(user: User, cover: User) -> None:
    today = timezone.localdate()
    noticing.be_away(by=user, covered_by=cover, since=today, until=today)


@pytest.mark.parametrize("before", [True, False])
def test_whoever_covers_for_who_hears_of_it_and_may_not_hear_of_it_does_not(
    world: World, with_worker: Any, outside: User, before: bool
) -> None:
    """Told before they are away, and after."""
    if before:
        away_today(outside, world.officer)
    told = tell(world, with_worker.person_id, user=world.social_worker, **IN_DANGER)
    if not before:
        away_today(outside, world.officer)
    pass_on(timezone.now() + timedelta(hours=2))
    assert readers(told) == {outside}
    lead = somebody(world, "bea.cole", world.officer.team, Role.COORDINATOR)
    away_today(outside, lead)
    pass_on(timezone.now() + timedelta(hours=2))
    assert readers(told) == {outside, lead}


def test_whoever_covers_for_the_officer_learns_of_no_try(world: World, told: Concern, officer: User) -> None:
    away_today(officer, somebody(world, "una.vale", officer.team, Role.COORDINATOR))
    try_to_open(on_duty_too(world), told.person_id)
    assert readers(told) == {officer}
    away_today(officer, another := somebody(world, "ira.penn", officer.team, Role.OFFICER))
    pass_on(timezone.now() + timedelta(minutes=1))
    assert "staff_tried" in kinds(another)


def test_a_try_that_the_officer_has_not_seen_in_a_day_goes_to_who_decides_outside_their_line(
    world: World, told: Concern, officer: User, outside: User
) -> None:
    try_to_open(on_duty_too(world), told.person_id)
    pass_on(timezone.now() + timedelta(hours=23))
    assert "staff_tried" not in kinds(outside)
    pass_on(timezone.now() + timedelta(hours=25))
    assert "staff_tried" in kinds(outside)
    for user in (world.social_worker, world.coordinator, world.supervisor, world.teacher, world.officer):
        assert "staff_tried" not in kinds(user), user


def test_the_teller_reads_who_has_read_the_worry_and_not_who_read_what_came_of_it(
    world: World, told: Concern, officer: User
) -> None:
    try_to_open(on_duty_too(world), told.person_id)
    for reader in unread_of(officer):
        noticing.mark_seen(by=officer, reader_id=reader.pk)
    assert {one.role for one in queries.read_by(fresh(world.teacher), told)} == {"designated officer (LADO)"}


def test_the_officer_alone_reads_that_the_child_has_no_worker_left(
    world: World, told: Concern, officer: User
) -> None:
    """The denial leaves no trace: the team's lists go on as before."""
    page = client_of(officer).get(reverse("staff_worry", args=[told.pk])).text
    assert "Sol Wright is still the child’s trusted worker, and sees the record no longer" in page
    for user in (world.coordinator, world.supervisor):
        assert queries.still_their_worker(fresh(user), told) == []
    casework.assign_trusted_worker(
        by=world.coordinator,
        case_id=Case.objects.get(person=told.person_id).pk,
        worker=world.teacher,
        reason="She asked",
        child_asked="yes",
        about_asking="She said so",
    )
    assert queries.still_their_worker(fresh(officer), told) == []


def test_it_names_no_restricted_child_to_who_decides_and_may_not_open_the_record(
    world: World, with_worker: Any, officer: User, outside: User
) -> None:
    from heard.network import actions as network

    child = network.add_person(by=world.teacher, given_name="Kit", family_name="Marlowe", restricted=True)
    told = tell(world, child.pk, **IN_DANGER)
    for hours in (1, 2, 24):
        pass_on(timezone.now() + timedelta(hours=hours))
    assert readers(told) == {officer}
    assert not queries.staff_worries_of(fresh(outside)).exists()


def test_that_person_is_denied_at_once_and_the_child_is_on_no_page_of_theirs(
    world: World, told: Concern
) -> None:
    user = fresh(world.social_worker)
    assert not people_visible_to(user).filter(pk=told.person_id).exists()
    assert not people_findable_by(user).filter(pk=told.person_id).exists()
    assert not any(
        hit.person_id == told.person_id for hit in find_people(user, given_name="Mina", family_name="Okoro")
    )
    client = client_of(user)
    for name in (
        "child",
        "access",
        "person_details",
        "child_chronology",
        "sharing_of",
        "words",
        "attachments",
    ):
        assert client.get(reverse(name, args=[told.person_id])).status_code == 404, name
    assert client.get(reverse("staff_worry", args=[told.pk])).status_code == 404
    assert client.get(reverse("concern", args=[told.pk])).status_code == 404
    assert client.get(reverse("trusted_worker", args=[Concern.objects.get().case_id])).status_code == 404
    for name in (
        "home",
        "concerns",
        "concerns_told",
        "notices",
        "missing",
        "reviews",
        "panels",
        "deliveries",
    ):
        text = client.get(reverse(name)).text
        assert "Mina" not in text, name
        assert told.reference not in text, name
        assert str(told.person_id) not in text, name
    assert kinds(user) == []


def test_what_was_unread_for_that_person_about_the_child_is_gone_too(
    world: World, with_worker: Any, officer: User
) -> None:
    casework.note_warning(
        by=world.coordinator,
        person_id=with_worker.person_id,
        text="A dog",
        why="It is loose",
        review_on=timezone.localdate() + timedelta(days=9),
        person_told=True,
    )
    assert kinds(world.social_worker) == ["warning"]
    tell(world, with_worker.person_id, user=world.social_worker)
    assert kinds(world.social_worker) == []


def test_neither_they_nor_those_who_work_with_them_find_a_trace(world: World, told: Concern) -> None:
    """Lists, counts, the chronology, words, files, who looked, who is kept out."""
    catch_up()
    for user in (world.social_worker, world.coordinator, world.supervisor, world.officer):
        user = fresh(user)
        assert told not in queries.concerns_visible_to(user)
        assert told not in queries.concerns_open_to(user)
        assert told not in queries.waiting_for_decision(user)
        assert not queries.staff_worries_of(user).exists()
        with pytest.raises(Hidden):
            queries.concern_visible_to(user, told.pk)
        with pytest.raises(Hidden):
            actions.open_staff_worry(by=user, concern_id=told.pk)
    supervisor = fresh(world.supervisor)
    assert not denials_of(supervisor, told.person_id).exists()
    assert "He says I owe him." not in [row.text for row in words_of(supervisor, told.person_id)]
    assert not ConcernObservation.objects.filter(item="S10").exists()
    said = " ".join(f"{entry.what} {entry.text}" for entry in entries_of(supervisor, told.person_id))
    for trace in (told.reference, SEEN, "I owe him", "gift from him"):
        assert trace not in said
    client = client_of(supervisor)
    for name in ("child", "access", "child_chronology", "child_looked", "words", "attachments", "sharing_of"):
        text = client.get(reverse(name, args=[told.person_id])).text
        for trace in (
            told.reference,
            str(told.pk),
            "I owe him",
            "own car",
            "worry about them",
            "gift from him",
        ):
            assert trace not in text, (name, trace)
    assert not AuditRow.objects.filter(person_id=told.person_id, subject_id=str(told.pk)).exists()
    assert not AuditRow.objects.filter(person_id=told.person_id, subject="denial").exists()


def said(page: str) -> str:
    """What a page says, without what each answer has of its own."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', "", main)


def test_nothing_says_of_a_worker_of_the_child_that_they_see_the_record_no_longer(
    world: World, with_worker: Any, officer: User
) -> None:
    """Work lists, the team, who has which children, figures, who would lose sight: as before, and they are named as before."""
    casework.allocate_worker(by=world.coordinator, case_id=with_worker.pk, worker=world.social_worker)
    names = ("home", "team", "team_load", "team_waiting", "caseload", "reviews")
    pages = [(user, name) for user in (world.supervisor, world.coordinator) for name in names]

    def shown() -> dict[Any, Any]:
        return {(user.pk, name): said(client_of(user).get(reverse(name)).text) for user, name in pages}

    before, board = shown(), world.board_member
    counted = cases.with_an_allocated_worker(board), cases.with_a_trusted_worker(board)
    lose = cases.who_loses_sight(world.coordinator, with_worker.person_id)
    tell(world, with_worker.person_id, user=world.social_worker, **IN_DANGER)
    assert shown() == before
    board = fresh(board)
    assert (
        cases.with_an_allocated_worker(board),
        cases.with_a_trusted_worker(board),
    ) == counted
    assert cases.who_loses_sight(fresh(world.coordinator), with_worker.person_id).keys() == lose.keys()
    coordinator, accused = fresh(world.coordinator), fresh(world.social_worker)
    casework.allow_to_do(by=coordinator, owner=accused, person_id=with_worker.person_id)
    casework.allocate_worker(by=coordinator, case_id=with_worker.pk, worker=accused, role="child_protection")
    assert kinds(accused) == []  # named, and told nothing
    assert not people_visible_to(fresh(accused)).filter(pk=with_worker.person_id).exists()


def test_who_is_kept_out_by_the_list_is_not_named_for_work(world: World, with_worker: Any) -> None:
    deny_access(
        by=world.coordinator,
        person_id=with_worker.person_id,
        whom=Whom("", world.care, user=world.social_worker),
        why="His niece",
    )
    with pytest.raises(Refused, match="may not see the child"):
        casework.allocate_worker(
            by=world.coordinator, case_id=with_worker.pk, worker=fresh(world.social_worker)
        )
    assert with_worker in cases.without_a_worker(fresh(world.coordinator))


def on_duty_too(world: World) -> User:
    """The one whom the worry is about opens records in an emergency as well."""
    user = world.social_worker
    agencies.give_role(
        by=world.administrator, user=user, team=user.team, role=Role.DUTY, agreed_by=world.coordinator
    )
    return fresh(user)


def try_to_open(by: User, person_id: Any) -> None:
    child = Person.objects.get(pk=person_id)
    Person.objects.filter(pk=person_id).update(birth_date=date(2011, 5, 4))
    opened = emergencies.break_glass(
        by=by,
        given_name=child.given_name,
        family_name=child.family_name,
        birth_date=date(2011, 5, 4),
        reason="She stands at the door of the station",
    )
    assert not opened.any
    task = DBTaskResult.objects.get(task_path__endswith="tell_who_may_see")
    emergencies.tell_who_may_see.call(*task.args_kwargs["args"])


def test_their_try_in_an_emergency_is_told_to_the_officer_and_to_nobody_who_works_with_them(
    world: World, told: Concern, officer: User
) -> None:
    accused = on_duty_too(world)
    try_to_open(accused, told.person_id)
    assert sorted(kinds(officer)) == ["staff", "staff_tried"]
    for user in (world.social_worker, world.coordinator, world.supervisor, world.teacher, world.officer):
        assert kinds(user) == [], user
    pass_on(timezone.now() + timedelta(days=3))
    told_of_it = Reader.objects.filter(notice__kind__in=("staff_tried", "kept_out"))
    assert {row.user for row in told_of_it} == {officer}
    assert not AuditRow.objects.filter(verb="try to open", person_id=told.person_id).exists()
    for user in (world.coordinator, world.supervisor):
        text = client_of(user).get(reverse("child_looked", args=[told.person_id])).text
        assert "tried" not in text
        assert "try to open" not in text
    page = client_of(officer).get(reverse("notices")).text
    assert "tried to open" in page
    assert reverse("staff_worry", args=[told.pk]) in page


def test_without_an_officer_those_who_heard_the_worry_hear_of_the_try(
    world: World, with_worker: Any, outside: User
) -> None:
    told = tell(world, with_worker.person_id, user=world.social_worker)
    try_to_open(on_duty_too(world), told.person_id)
    assert sorted(kinds(outside)) == ["staff_no_officer", "staff_tried"]
    assert (kinds(world.coordinator), kinds(world.supervisor)) == ([], [])


def test_who_is_kept_out_by_a_list_as_well_is_told_of_as_anybody(
    world: World, told: Concern, officer: User
) -> None:
    whom = Whom("", world.care, user=world.social_worker)
    deny_access(by=world.coordinator, person_id=told.person_id, whom=whom, why="His niece")
    try_to_open(on_duty_too(world), told.person_id)
    assert "kept_out" in kinds(world.coordinator)
    assert "staff_tried" in kinds(officer)
    assert "staff_tried" not in kinds(world.coordinator)


def test_counts_of_the_partnership_are_as_before(world: World, with_worker: Any, officer: User) -> None:
    since, today = timezone.localdate() - timedelta(days=30), timezone.localdate() + timedelta(days=30)
    board = world.board_member
    before = queries.to_decide(board).between(since, today)
    tell(world, with_worker.person_id, user=world.social_worker)
    assert queries.to_decide(board).between(since, today) == before


def test_that_they_are_kept_out_already_is_not_said_to_who_would_keep_them_out(
    world: World, told: Concern
) -> None:
    row = deny_access(
        by=world.coordinator,
        person_id=told.person_id,
        whom=Whom("", world.care, user=world.social_worker),
        why="His niece",
    )
    assert row.unseen is False
    assert Denial.objects.filter(lifted_at=None).count() == 2


def test_an_officer_of_their_own_team_does_not_hear_of_it(
    world: World, with_worker: Any, officer: User
) -> None:
    agencies.give_role(
        by=world.administrator,
        user=world.supervisor,
        team=world.exploitation_team,
        role=Role.OFFICER,
        agreed_by=world.coordinator,
    )
    told = tell(world, with_worker.person_id, user=world.social_worker)
    assert list(queries.staff_worries_of(fresh(officer))) == [told]
    assert not queries.staff_worries_of(fresh(world.supervisor)).exists()
    assert kinds(world.supervisor) == []
    assert client_of(world.supervisor).get(reverse("staff_worry", args=[told.pk])).status_code == 404


def test_the_officer_may_be_whom_it_is_about_and_then_another_hears(
    world: World, with_worker: Any, officer: User
) -> None:
    told = tell(world, with_worker.person_id, user=officer)
    assert kinds(officer) == []
    assert client_of(officer).get(reverse("staff_worry", args=[told.pk])).status_code == 404
    assert kinds(world.coordinator) == ["staff_no_officer"]  # there is no other officer


def test_without_an_officer_who_decides_and_works_in_no_team_of_theirs_hears_of_it(
    world: World, with_worker: Any, outside: User
) -> None:
    told = tell(world, with_worker.person_id, user=world.social_worker)
    assert kinds(outside) == ["staff_no_officer"]
    assert list(queries.staff_worries_to_decide(fresh(outside))) == [told]
    for hours in (1, 2, 24):
        pass_on(timezone.now() + timedelta(hours=hours))
    for colleague in (world.coordinator, world.supervisor):
        assert kinds(colleague) == []
        assert not queries.staff_worries_of(fresh(colleague)).exists()
    about_them = tell(
        world, with_worker.person_id, user=world.officer
    )  # of the team of whoever decides outside
    assert kinds(outside) == ["staff_no_officer"]
    assert about_them not in queries.staff_worries_of(fresh(outside))
    assert kinds(world.coordinator) == ["staff_no_officer"]
    assert kinds(world.supervisor) == []  # the duty team's co-ordinators come first


def test_where_only_colleagues_of_theirs_decide_it_is_not_swallowed(world: World, with_worker: Any) -> None:
    with pytest.raises(Refused, match="Ring the designated officer"):
        tell(world, with_worker.person_id, user=world.social_worker)
    assert not Concern.everything.filter(about_staff=True).exists()
    assert not Denial.objects.exists()


def test_an_officer_who_comes_later_hears_of_what_waits(
    world: World, with_worker: Any, officer: User, outside: User
) -> None:
    agencies.switch_off(by=world.administrator, user=officer, reason="Left")
    told = tell(world, with_worker.person_id, user=world.social_worker)
    agencies.switch_on(by=world.administrator, user=officer, reason="Back")
    assert pass_on(timezone.now() + timedelta(minutes=31)) == 1
    assert kinds(officer) == ["staff_no_officer"]
    assert list(queries.staff_worries_of(fresh(officer))) == [told]


def test_where_nobody_could_hear_of_it_it_is_not_swallowed(world: World, with_worker: Any) -> None:
    Membership.objects.filter(role__in=(Role.SUPERVISOR, Role.COORDINATOR)).exclude(
        user=world.coordinator
    ).delete()
    with pytest.raises(Refused, match="Ring the designated officer"):
        tell(world, with_worker.person_id, user=world.coordinator)
    assert not Concern.everything.filter(about_staff=True).exists()
    assert not Denial.objects.exists()


def test_the_mail_says_nothing_of_it(world: World, told: Concern, officer: User, settings: Any) -> None:
    settings.ADDRESS = "https://heard.wexmoor.example"
    agencies.change_own_details(by=officer, email="desi@wexmoor.example", reminders=True)
    notify_once(timezone.now())
    (message,) = mail.outbox
    assert message.to == ["desi@wexmoor.example"]
    whole = message.message().as_string()
    for secret in ("Mina", "Sol", "Wright", told.reference, str(told.pk), "works with children"):
        assert secret not in whole


def test_the_officer_reads_it_whole_with_its_words_and_files(
    world: World, with_worker: Any, officer: User
) -> None:
    draft = begin_draft(by=world.teacher, kind=actions.DRAFT)
    attaching.attach(
        by=world.teacher, upload=SimpleUploadedFile("car.txt", b"A car"), draft_id=draft.pk, what="His car"
    )
    told = tell(world, with_worker.person_id, user=world.social_worker, draft_id=draft.pk)
    text = client_of(officer).get(reverse("staff_worry", args=[told.pk])).text
    for shown in (SEEN, "He says I owe him.", "Sol Wright, social worker", "car.txt", "A gift from him"):
        assert shown in text
    assert reverse("child", args=[told.person_id]) in text  # the agency of the officer works with her
    assert attachments_of(fresh(officer), concern_id=told.pk).count() == 1
    for user in (world.coordinator, world.supervisor, world.social_worker):
        assert not attachments_of(fresh(user), concern_id=told.pk).exists()
        assert not attachments_around(fresh(user), told.person_id).filter(name="car.txt").exists()


def test_the_officer_decides_and_the_teller_reads_the_outcome(
    world: World, told: Concern, officer: User
) -> None:
    address = reverse("staff_worry", args=[told.pk])
    assert "Worries about people who work with children" in client_of(officer).get(reverse("home")).text
    client = client_of(officer)
    asked = client.post(address, {"decision": "officer", "reason": "", "feedback": "", "again": "no"}).text
    assert "Give the reason for the decision" in asked
    answers = {
        "decision": "officer",
        "reason": "Met on Monday",
        "feedback": "Thank you. I act on it.",
        "again": "no",
    }
    assert "Met on Monday" in client.post(address, answers, follow=True).text
    assert kinds(officer) == []
    assert not queries.staff_worries_to_decide(fresh(officer)).exists()
    teller = client_of(world.teacher)
    assert reverse("concern", args=[told.pk]) in teller.get(reverse("home")).text
    text = teller.get(reverse("concern", args=[told.pk])).text
    assert "Thank you. I act on it." in text
    assert "Met on Monday" not in text
    assert "designated officer (LADO), Wexmoor" in text  # by which role it was read
    assert "call the duty team" not in text  # who is on duty may work with them
    actions.mark_read(by=world.teacher, concern_id=told.pk)
    with pytest.raises(Refused, match="decided already"):
        actions.decide_on_staff(by=officer, concern_id=told.pk, decision="officer", reason="x", feedback="y")
    assert not people_visible_to(fresh(world.social_worker)).filter(pk=told.person_id).exists()


def test_the_officer_can_let_them_in_again(world: World, told: Concern, officer: User) -> None:
    actions.decide_on_staff(
        by=officer,
        concern_id=told.pk,
        decision="no_further_action",
        reason="It was somebody else",
        feedback="Thank you for telling",
        lets_in_again=True,
    )
    assert people_visible_to(fresh(world.social_worker)).filter(pk=told.person_id).exists()
    assert not denials_of(fresh(world.supervisor), told.person_id).exists()  # nor that there was one


def test_nobody_else_decides_on_it_nor_takes_an_ordinary_one_for_the_officer(
    world: World, told: Concern, officer: User
) -> None:
    for user in (world.coordinator, world.supervisor, world.social_worker, world.teacher):
        with pytest.raises(Hidden):
            actions.decide_on_staff(by=user, concern_id=told.pk, decision="officer", reason="x", feedback="y")
        with pytest.raises(Hidden):
            actions.decide(by=user, concern=told, decision="no_further_action", reason="x", feedback="y")
    ordinary = actions.tell(
        by=world.teacher,
        person_id=told.person_id,
        seen_and_heard="Away on Monday",
        why_no_words="Not met",
        danger_now="no",
    )
    with pytest.raises(Refused, match="Choose what happens next"):
        actions.decide(by=world.coordinator, concern=ordinary, decision="officer", reason="x", feedback="y")


@pytest.mark.on_day(date(2026, 11, 27))
def test_a_worry_told_as_an_ordinary_one_is_passed_to_the_officer_and_goes_the_same_way(
    world: World, with_worker: Any, officer: User
) -> None:
    told = tell(world, with_worker.person_id, staff=None, danger_now="yes", danger_done="Called 999")
    actions.ask_teller(by=world.coordinator, concern_id=told.pk, text="Who drove?")
    assert "danger" in kinds(world.social_worker)
    assert "teller_asked" in kinds(world.teacher)
    catch_up()
    assert any(SEEN in entry.text for entry in entries_of(world.supervisor, told.person_id))
    client = client_of(world.coordinator)
    page = reverse("concern_about_staff", args=[told.pk])
    assert page in client.get(reverse("concern_decide", args=[told.pk])).text
    assert "Say who it is, and what they do" in client.post(page, {"user": "none"}).text
    sent = {"who": "Sol Wright, social worker", "user": str(world.social_worker.pk)}
    assert client.post(page, sent).headers["Location"] == reverse("concerns")
    # from here on as one that was told so
    assert kinds(officer) == ["staff"]
    for user in (world.social_worker, world.coordinator, world.supervisor, world.teacher):
        assert not {"danger", "worry", "staff", "teller_asked"} & set(kinds(user)), user
    assert not people_visible_to(fresh(world.social_worker)).filter(pk=told.person_id).exists()
    for user in (world.coordinator, world.supervisor):
        assert client_of(user).get(reverse("concern", args=[told.pk])).status_code == 404
        assert client_of(user).get(page).status_code == 404
    assert not any(SEEN in entry.text for entry in entries_of(world.supervisor, told.person_id))
    catch_up()
    assert not any(SEEN in entry.text for entry in entries_of(world.supervisor, told.person_id))
    shown = client_of(officer).get(reverse("staff_worry", args=[told.pk])).text
    assert SEEN in shown
    assert WORDS["text"] in shown
    row = AuditRow.objects.get(verb="pass to the officer", subject="concern")
    assert (row.subject_id, row.person_id) == (
        str(told.pk),
        None,
    )  # nobody who reads who looked at the child sees it
    actions.decide_on_staff(by=officer, concern_id=told.pk, decision="officer", reason="x", feedback="y")


def test_only_who_decides_passes_a_worry_to_the_officer_and_only_before_it_is_decided(
    world: World, with_worker: Any, officer: User
) -> None:
    told = tell(world, with_worker.person_id, staff=None)
    staff = AboutStaff("Sol Wright, social worker", world.social_worker)
    with pytest.raises(Refused, match="Whoever decides"):
        actions.pass_to_officer(by=world.social_worker, concern_id=told.pk, staff=staff)
    with pytest.raises(Hidden):
        actions.pass_to_officer(by=world.officer, concern_id=told.pk, staff=staff)
    with pytest.raises(Refused, match="about yourself"):
        actions.pass_to_officer(
            by=world.coordinator, concern_id=told.pk, staff=AboutStaff("Cora", world.coordinator)
        )
    assert (
        client_of(world.social_worker).get(reverse("concern_about_staff", args=[told.pk])).status_code == 404
    )
    actions.decide(by=world.coordinator, concern=told, decision="add_to_case", reason="x", feedback="y")
    with pytest.raises(Refused, match="decided already"):
        actions.pass_to_officer(by=world.coordinator, concern_id=told.pk, staff=staff)


def test_a_restricted_record_is_not_opened_to_the_duty_team_by_it(world: World, officer: User) -> None:
    from heard.network import actions as network

    child = network.add_person(by=world.teacher, given_name="Kit", family_name="Marlowe", restricted=True)
    told = tell(world, child.pk)
    assert kinds(officer) == ["staff"]
    assert not people_visible_to(fresh(world.coordinator)).filter(pk=told.person_id).exists()


def test_without_an_officer_a_restricted_child_is_named_to_nobody_who_may_not_open_the_record(
    world: World, with_worker: Any
) -> None:
    from heard.network import actions as network

    agencies.give_role(
        by=world.administrator,
        user=world.officer,
        team=world.teacher.team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )
    child = network.add_person(by=world.teacher, given_name="Kit", family_name="Marlowe", restricted=True)
    told = tell(world, child.pk)
    assert kinds(world.coordinator) == []  # the children's services are not involved
    assert kinds(world.officer) == ["staff_no_officer"]  # who decides at the school, which is
    assert not queries.staff_worries_of(fresh(world.coordinator)).exists()
    assert "Marlowe" not in client_of(world.coordinator).get(reverse("home")).text
    assert list(queries.staff_worries_of(fresh(world.officer))) == [told]


def test_one_cannot_tell_it_about_oneself_nor_about_nobody(world: World, with_worker: Any) -> None:
    with pytest.raises(Refused, match="about yourself"):
        tell(world, with_worker.person_id, user=world.teacher)
    with pytest.raises(Refused, match="Say who it is"):
        tell(world, with_worker.person_id, staff=AboutStaff("  "))


def test_about_a_place_it_is_as_quiet(world: World, officer: User) -> None:
    told = actions.tell(
        by=world.teacher,
        new_place={"name": "The pool", "kind": "pool"},
        seen_and_heard="The coach lets two girls in late",
        danger_now="no",
        staff=AboutStaff("Jo Sands, coach"),
    )
    assert kinds(officer) == ["staff"]
    assert not queries.concerns_about_place(fresh(world.coordinator), told.place_id).exists()
    assert told not in queries.told_with(fresh(world.coordinator), [["coach "]])


def test_telling_asks_it_before_anything_is_sent_and_says_who_reads_it(
    world: World, with_worker: Any, officer: User
) -> None:
    client = client_of(world.teacher)
    client.post(reverse("worry_start"), {"person_id": str(with_worker.person_id)})
    draft = _draft(world.teacher)
    steps = {
        "seen": {"seen_and_heard": SEEN, "danger_now": "no"},
        "likely": {},
        "words": {
            "heard": "no",
            "why_no_words": "Not alone with her yet",
            "staff": "yes",
            "who": "Sol, her worker",
            "user": str(world.social_worker.pk),
        },
    }
    for step, answers in steps.items():
        asked = client.get(reverse(f"worry_{step}", args=[draft])).text
        if step == "words":
            assert "the designated officer (LADO) reads it, or where none has read it in time" in asked
            assert "nobody of their team reads it" in asked
            without = {name: text for name, text in answers.items() if name not in ("staff", "who", "user")}
            client.post(reverse("worry_words", args=[draft]), without)
            assert client.get(reverse("worry_check", args=[draft])).headers["Location"].endswith("/words/")
        client.post(reverse(f"worry_{step}", args=[draft]), answers)
    checked = client.get(reverse("worry_check", args=[draft])).text
    assert "Yes: Sol, her worker" in checked
    assert "It goes to the designated officer (LADO)" in checked
    sent = client.post(reverse("worry_check", args=[draft]), follow=True).text
    assert "or where none has read it in time co-ordinators and whoever is on duty" in sent
    assert "nobody of their team reads it" in sent
    assert kinds(officer) == ["staff"]
    assert not people_visible_to(fresh(world.social_worker)).filter(pk=with_worker.person_id).exists()


def test_without_an_officer_the_page_says_whom_to_ring(world: World, settings: Any) -> None:
    settings.OFFICER = "Wexmoor LADO, 01632 960 077"
    client = client_of(world.teacher)
    client.post(reverse("worry_start"), {})
    text = client.get(reverse("worry_scene", args=[_draft(world.teacher)])).text
    assert "Wexmoor LADO, 01632 960 077" in text
    assert "In Heard it goes to co-ordinators." in text


def _draft(user: User) -> Any:
    from heard.agencies.drafts.queries import drafts_of

    return drafts_of(user).filter(kind=actions.DRAFT).get().pk
